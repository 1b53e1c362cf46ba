package dev.perigee.platform.secret;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which file, and what to look at. */
final class SecretFileFailureAnalyzer extends AbstractFailureAnalyzer<SecretFileException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SecretFileException cause) {
        return new FailureAnalysis(
                "The file " + cause.getMessage() + ".",
                "Check its owner and the space on its disk, or set PERIGEE_DATA_DIR to a folder that can be written.",
                cause);
    }
}
