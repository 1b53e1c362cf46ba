package dev.perigee.app.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Makes the data directory's path absolute and the directory exist, before the log file or anything else needs it. */
final class DataDirectoryPostProcessor implements EnvironmentPostProcessor {

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String named = environment.getProperty(DataDirectories.PROPERTY, "");
        Path directory = DataDirectories.absolute(named.isBlank() ? DataDirectories.STANDARD : named);
        prepare(directory);
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "perigeeDataDirectory", Map.of(DataDirectories.PROPERTY, directory.toString())));
    }

    private static void prepare(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
            Files.delete(Files.createTempFile(directory, ".writable", null));
        } catch (IOException failure) {
            throw new StartRefusedException(
                    "The data directory " + directory + " cannot be written ("
                            + failure.getClass().getSimpleName()
                            + "); make it writable, or name another by PERIGEE_DATA_DIR.",
                    failure);
        }
    }
}
