package dev.perigee.platform.secret;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that holds a secret cannot be used. */
public final class SecretFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A failure of this file.
     *
     * @param problem what is wrong, to follow its path
     */
    public SecretFileException(Path path, String problem, @Nullable Throwable cause) {
        super(path + " " + problem, cause);
    }
}
