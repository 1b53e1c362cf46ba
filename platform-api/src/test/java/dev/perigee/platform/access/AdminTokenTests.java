package dev.perigee.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.platform.secret.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTests {

    @TempDir
    private Path folder;

    @Test
    void tokenWhenNotGivenIsMadeOnceForTheOwnerOnly() throws IOException {
        AdminTokenVerifier first = verifier(null);
        Path file = first.file().orElseThrow();
        String token = Files.readString(file).strip();

        assertThat(file).isEqualTo(folder.resolve("admin-token"));
        assertThat(token).matches("pga_[0-9A-Za-z]{40}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(first.verify(token)).isTrue();
        assertThat(verifier(" ").verify(token)).isTrue();
    }

    @Test
    void tokenWhenGivenNeedsNoFile() {
        AdminTokenVerifier verifier = verifier("given-by-the-environment");

        assertThat(verifier.file()).isEmpty();
        assertThat(verifier.verify("given-by-the-environment")).isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tokenWhenTooShortIsRefusedByName() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AccessProperties("short"))
                .withMessage("perigee.admin-token has 5 characters, must have 16 to 256");
        Files.writeString(folder.resolve("admin-token"), "tiny\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> verifier(null))
                .withMessage(
                        "the token in " + folder.resolve("admin-token") + " has 4 characters, must have 16 to 256");
    }

    @Test
    void settingsWhenPrintedShowNoToken() {
        assertThat(new AccessProperties("given-by-the-environment").toString()).doesNotContain("given");
    }

    private AdminTokenVerifier verifier(String given) {
        return new AccessAutoConfiguration().adminTokenVerifier(new AccessProperties(given), new DataDirectory(folder));
    }
}
