package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.moonlet.Moonlet;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps the platform from starting is said in one line, with status 2. */
class StartFailureIntegrationTests {

    @TempDir
    static Path folder;

    @Test
    void startWhenThePortIsTakenNamesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertRefused("Port " + port + " is taken", "--perigee.port=" + port, "--perigee.data-dir=" + folder);
        }
    }

    @Test
    void startWhenTheDatabaseUrlIsOfAnotherKindShowsIt() {
        assertRefused(
                "jdbc:mysql://db/perigee",
                "--perigee.database.url=jdbc:mysql://db/perigee?password=secret",
                "--perigee.data-dir=" + folder);
    }

    @Test
    void startWhenNobodyAnswersAtTheDatabaseUrlNamesIt() {
        assertRefused(
                "jdbc:postgresql://localhost:1/perigee",
                "--perigee.database.url=jdbc:postgresql://localhost:1/perigee",
                "--perigee.data-dir=" + folder);
    }

    @Test
    void startWhenTheModelIsMissingNamesIt() {
        Path nowhere = folder.resolve("nowhere");
        assertRefused(nowhere.toString(), "--perigee.model=" + nowhere, "--perigee.data-dir=" + folder);
    }

    @Test
    void startWhenTheModelIsDeepSeeksSaysSo() throws Exception {
        Path model = Files.createDirectories(folder.resolve("deepseek"));
        Path bundled = Moonlet.packed().unpack(folder.resolve("models"));
        for (String name : Moonlet.packed().files()) {
            Files.copy(bundled.resolve(name), model.resolve(name));
        }
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"n_group\": 1", "\"n_group\": 2"));
        assertRefused("is a DeepSeek model", "--perigee.model=" + model, "--perigee.data-dir=" + folder);
    }

    @Test
    void startWhenTheDataDirectoryIsAFileNamesIt() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertRefused(file.toString(), "--perigee.data-dir=" + file);
    }

    @Test
    void startWhenASettingIsOutOfBoundsNamesIt() {
        assertRefused("admin-token", "--perigee.admin-token=short", "--perigee.data-dir=" + folder);
    }

    private static void assertRefused(String named, String... properties) {
        Captured captured = Captured.run(properties);

        assertThat(captured.status()).isEqualTo(2);
        assertThat(captured.errors()).hasSize(1);
        assertThat(captured.errors().getFirst())
                .startsWith("perigee: ")
                .contains(named)
                .doesNotContain("secret");
    }
}
