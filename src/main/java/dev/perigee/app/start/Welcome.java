package dev.perigee.app.start;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.platform.catalog.Catalog;
import dev.perigee.platform.tenancy.Tenants;
import java.nio.file.Path;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Tells a newcomer where everything is, and what to paste first. */
@Component
final class Welcome {

    private final Environment environment;
    private final Catalog catalog;
    private final Tenants tenants;
    private final Path dataDirectory;

    Welcome(
            Environment environment,
            Catalog catalog,
            Tenants tenants,
            @Value("${" + DataDirectories.PROPERTY + "}") Path dataDirectory) {
        this.environment = environment;
        this.catalog = catalog;
        this.tenants = tenants;
        this.dataDirectory = dataDirectory;
    }

    @EventListener
    void greet(ApplicationReadyEvent event) {
        ConsoleFilter.started();
        String address = "http://localhost:" + environment.getProperty("local.server.port");
        String model = catalog.models().getFirst().name();
        double seconds = event.getTimeTaken() == null ? 0 : event.getTimeTaken().toMillis() / 1000.0;
        System.out.printf(Locale.ROOT, """

                Perigee is ready on %s (after %.1f s)

                  console      %s/console
                  admin token  %s
                  model        %s
                  data, log    %s
                %n""", address, seconds, address, tokenPlace(), model, dataDirectory);
        boolean isNew = RowScope.ofPlatform().call(() -> tenants.list(null, 1).isEmpty());
        if (isNew) {
            System.out.println(firstRequest(address, model));
        }
        System.out.flush();
    }

    private boolean tokenIsGiven() {
        return !environment.getProperty("perigee.admin-token", "").isBlank();
    }

    private Path tokenFile() {
        return dataDirectory.resolve("admin-token");
    }

    private String tokenPlace() {
        return tokenIsGiven() ? "the value of PERIGEE_ADMIN_TOKEN" : "in " + tokenFile();
    }

    /** One paste: a tenant, its key, a streamed answer. */
    private String firstRequest(String address, String model) {
        String token = tokenIsGiven() ? "$PERIGEE_ADMIN_TOKEN" : "$(cat '" + tokenFile() + "')";
        return """
                  Paste this to make a tenant with an API key and hear a first story:

                AT=%s; JSON='Content-Type: application/json'; ADMIN="Authorization: Bearer %s"
                TENANT=$(curl -s $AT/admin/v1/tenants -H "$ADMIN" -H "$JSON" -d '{"name":"First"}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
                KEY=$(curl -s $AT/admin/v1/tenants/$TENANT/api-keys -H "$ADMIN" -H "$JSON" -d '{"name":"First"}' | sed 's/.*"key":"\\([^"]*\\)".*/\\1/')
                curl -sN $AT/v1/chat/completions -H "Authorization: Bearer $KEY" -H "$JSON" -d '{"model":"%s","stream":true,"messages":[{"role":"user","content":"Tell me a short story about a cat."}]}'
                """.formatted(address, token, model);
    }
}
