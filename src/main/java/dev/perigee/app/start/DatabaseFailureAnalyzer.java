package dev.perigee.app.start;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Says which database cannot be reached or used, and which settings name it. */
@Order(0)
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private final Environment environment;

    DatabaseFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        @Nullable String url = environment.getProperty("perigee.database.url");
        String outsideUrl = url == null ? "" : url;
        boolean outside = !outsideUrl.isBlank();
        String database = outside ? DatabaseProperties.withoutSecrets(outsideUrl) : "the embedded database";
        return new FailureAnalysis(
                "The database cannot be used, " + database + ": " + cause.getMessage(),
                outside
                        ? "Check PERIGEE_DATABASE_URL, PERIGEE_DATABASE_USERNAME and PERIGEE_DATABASE_PASSWORD."
                        : "Look into postgres/server.log in the data directory.",
                cause);
    }
}
