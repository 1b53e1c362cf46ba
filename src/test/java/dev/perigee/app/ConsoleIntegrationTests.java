package dev.perigee.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real Chromium: sign in, make a tenant and a key, use the key, see the usage, revoke the key. */
class ConsoleIntegrationTests {

    private static final Path CHROMIUM = Path.of(System.getProperty("perigee.test.chromium", "/usr/bin/chromium"));
    private static final List<String> QUIET = List.of(
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    @TempDir
    static Path dataDirectory;

    private final List<String> complaints = new ArrayList<>();

    @Test
    void overviewWhenAKeyWasUsedShowsTheTenantItsKeyAndTheUsage() throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(dataDirectory);
                Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright.chromium().launch(options())) {
            Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(1360, 900));
            page.onConsoleMessage(this::note);
            page.onDialog(Dialog::accept);

            signIn(page, platform);
            String key = makeTenantAndKey(page);
            long outputTokens = use(platform, key);

            page.reload();
            Locator row = page.locator("#tenants tbody tr");
            assertThat(row).containsText("Acme");
            assertThat(row.locator("td").nth(2)).hasText("1");
            assertThat(row.locator("td").nth(4)).hasText(Long.toString(outputTokens));
            assertThat(page.locator("#usage-chart")).isVisible();
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "console.png")));

            row.getByText("Revoke").click();
            assertThat(row.locator(".badge")).hasText("revoked");
            Assertions.assertThat(complaints).isEmpty();
        }
    }

    private static BrowserType.LaunchOptions options() {
        return new BrowserType.LaunchOptions()
                .setExecutablePath(CHROMIUM)
                .setHeadless(true)
                .setChromiumSandbox(false)
                .setArgs(QUIET);
    }

    private void note(ConsoleMessage message) {
        if (message.type().equals("error")) {
            complaints.add(message.text());
        }
    }

    private static void signIn(Page page, RunningPlatform platform) throws Exception {
        page.navigate(platform.address() + "/console");
        page.getByLabel("Admin token").fill("wrong");
        button(page, "Sign in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("not the admin token");
        page.getByLabel("Admin token").fill(platform.adminToken());
        button(page, "Sign in").click();
        assertThat(page.getByText("No tenants yet")).isVisible();
    }

    private static String makeTenantAndKey(Page page) {
        page.getByLabel("Name of the new tenant").fill("Acme");
        button(page, "New tenant").click();
        assertThat(page.locator("#tenants")).containsText("Acme");
        button(page, "New key").click();
        assertThat(page.locator("#issued-key")).isVisible();
        return page.locator("#issued-key").textContent().strip();
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static long use(RunningPlatform platform, String key) {
        return platform.client(key)
                .chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("moonlet")
                        .addUserMessage("Tell me a short story about a dog.")
                        .maxCompletionTokens(40)
                        .build())
                .usage()
                .orElseThrow()
                .completionTokens();
    }
}
