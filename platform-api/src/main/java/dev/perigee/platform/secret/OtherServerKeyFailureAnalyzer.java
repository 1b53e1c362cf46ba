package dev.perigee.platform.secret;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says where the right key may be. */
final class OtherServerKeyFailureAnalyzer extends AbstractFailureAnalyzer<OtherServerKeyException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, OtherServerKeyException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "Bring the file server-key from the data directory that this database was first used with, or set PERIGEE_SERVER_KEY to its"
                        + " content. Where it is lost: DELETE FROM platform.server_key, start again, and issue new API keys.",
                cause);
    }
}
