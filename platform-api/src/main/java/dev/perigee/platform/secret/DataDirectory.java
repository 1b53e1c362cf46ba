package dev.perigee.platform.secret;

import java.nio.file.Path;

/**
 * The folder for everything that this platform keeps on disk.
 *
 * @param path its place; need not exist yet
 */
public record DataDirectory(Path path) {

    /** The file of this name in the folder, for a secret. */
    public SecretFile secretFile(String name) {
        return new SecretFile(path.resolve(name));
    }
}
