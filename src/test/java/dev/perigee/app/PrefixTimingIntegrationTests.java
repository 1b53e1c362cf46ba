package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The time of an answer must not tell a tenant what another one has asked, though a tenant's own prompts come back sooner. */
class PrefixTimingIntegrationTests {

    private static final int ROUNDS = 7;
    private static final int WORDS = 300;
    private static final long SEED = 20_261_128L;

    @TempDir
    static Path dataDirectory;

    private final Random random = new Random(SEED);

    @Test
    void promptThatAnotherTenantHasAskedTakesAsLongAsANewOne() throws Exception {
        double[] own = new double[ROUNDS];
        double[] others = new double[ROUNDS];
        List<List<Long>> counts = new ArrayList<>();
        try (RunningPlatform platform = RunningPlatform.start(dataDirectory)) {
            OpenAIClient asker = tenant(platform, "asker");
            OpenAIClient prober = tenant(platform, "prober");
            for (int i = 0; i < ROUNDS; i++) {
                timed(i % 2 == 0 ? asker : prober, prompt()); // warms up
            }
            for (int i = 0; i < ROUNDS; i++) {
                String prompt = prompt();
                Timed first = timed(asker, prompt + " one");
                Timed probed = timed(prober, prompt + " two");
                Timed again = timed(asker, prompt + " three");
                counts.add(List.of(first.cached(), probed.cached()));
                own[i] = again.seconds() / first.seconds();
                others[i] = probed.seconds() / first.seconds();
            }
        }
        assertThat(median(own)).as("own prompt again, %s", Arrays.toString(own)).isLessThan(0.5);
        assertThat(median(others))
                .as("another tenant's prompt, seed %d, %s", SEED, Arrays.toString(others))
                .isBetween(0.75, 1.33);
        assertThat(counts).as("cached tokens").containsOnly(List.of(0L, 0L));
    }

    private static OpenAIClient tenant(RunningPlatform platform, String name) throws Exception {
        return platform.client(platform.newKey(platform.newTenant(name)));
    }

    /** Random words, of one token or more each. */
    private String prompt() {
        return random.ints(WORDS, 0, 26 * 26)
                .mapToObj(i -> "" + (char) ('a' + i / 26) + (char) ('a' + i % 26))
                .collect(Collectors.joining(" "));
    }

    private record Timed(double seconds, long cached) {}

    /** An answer of one token. */
    private static Timed timed(OpenAIClient client, String prompt) {
        long begun = System.nanoTime();
        CompletionUsage usage = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("moonlet")
                        .addUserMessage(prompt)
                        .maxCompletionTokens(1)
                        .build())
                .usage()
                .orElseThrow();
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Timed(
                seconds,
                usage.promptTokensDetails().orElseThrow().cachedTokens().orElseThrow());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
