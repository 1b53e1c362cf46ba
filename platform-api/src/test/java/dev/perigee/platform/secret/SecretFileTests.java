package dev.perigee.platform.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTests {

    @TempDir
    private Path folder;

    @Test
    void fileWhenAbsentIsMadeForItsOwnerOnly() throws IOException {
        Path path = folder.resolve("new/folder/token");

        assertThat(new SecretFile(path).readOrCreate(() -> "secret")).isEqualTo("secret");
        assertThat(Files.readString(path)).isEqualTo("secret\n");
        assertThat(mode(path)).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(path.getParent())) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void fileWhenThereIsKeptAndClosedToOthers() throws IOException {
        Path path = folder.resolve("token");
        Files.writeString(path, " first \n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(new SecretFile(path).readOrCreate(() -> "second")).isEqualTo("first");
        assertThat(mode(path)).isEqualTo("rw-------");
    }

    @Test
    void fileWhenEmptyIsRefusedByName() throws IOException {
        Path path = Files.createFile(folder.resolve("token"));

        assertThatExceptionOfType(SecretFileException.class)
                .isThrownBy(() -> new SecretFile(path).readOrCreate(() -> "x"))
                .withMessage(path + " is empty");
    }

    @Test
    void fileWhenItsFolderIsAFileIsRefusedByName() throws IOException {
        Path path = Files.createFile(folder.resolve("data")).resolve("token");

        assertThatExceptionOfType(SecretFileException.class)
                .isThrownBy(() -> new SecretFile(path).readOrCreate(() -> "x"))
                .withMessageStartingWith(path + " cannot be read or written: ");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
