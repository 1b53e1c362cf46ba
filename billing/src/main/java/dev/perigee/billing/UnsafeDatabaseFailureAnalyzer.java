package dev.perigee.billing;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which setting to switch on, and where. */
final class UnsafeDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<UnsafeDatabaseException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnsafeDatabaseException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "Set " + cause.setting()
                        + " = on for this server, database and role (postgresql.conf, ALTER DATABASE, ALTER ROLE), then start again.",
                cause);
    }
}
