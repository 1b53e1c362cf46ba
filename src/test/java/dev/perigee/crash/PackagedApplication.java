package dev.perigee.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * The packaged jar, taken apart as {@code ./perigee} does it, and what stands on the class path beside it: the scripted engine, in a jar of its
 * own with its auto-configuration.
 */
final class PackagedApplication {

    private static final String IMPORTS =
            "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports";

    private final Path folder;
    private final Path engine;

    private PackagedApplication(Path folder, Path engine) {
        this.folder = folder;
        this.engine = engine;
    }

    /** Takes it apart below this folder, where that is not done yet. */
    static PackagedApplication unpack(Path jar, Path folder) throws IOException, InterruptedException {
        if (!Files.exists(jar)) {
            throw new IllegalStateException("There is no " + jar + ": build it first (mvn package)");
        }
        Path app = folder.resolve("app-" + Files.getLastModifiedTime(jar).toMillis());
        if (!Files.exists(app.resolve("perigee.jar"))) {
            run(
                    List.of(
                            java(),
                            "-Djarmode=tools",
                            "-jar",
                            jar.toString(),
                            "extract",
                            "--destination",
                            app.toString()),
                    folder.resolve("extract.log"));
        }
        Path engine = app.resolve("scripted-engine.jar");
        write(engine);
        return new PackagedApplication(app, engine);
    }

    private static void write(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            for (Class<?> type : TruthFile.engineClasses()) {
                String name = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
                    bytes.transferTo(jar);
                }
            }
            jar.putNextEntry(new JarEntry(IMPORTS));
            jar.write(ScriptedEngineAutoConfiguration.class.getName().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** What starts a node with these properties. */
    List<String> command(boolean scripted, List<String> properties) {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
        Path cache = folder.resolve("perigee.aot");
        if (scripted && Files.exists(cache)) {
            command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
        }
        command.addAll(startOf(scripted));
        command.addAll(properties);
        return command;
    }

    private List<String> startOf(boolean scripted) {
        String classPath = folder.resolve("perigee.jar") + (scripted ? ":" + engine : "");
        return List.of("-cp", classPath, "dev.perigee.app.PerigeeApplication");
    }

    /** Starts once and ends, where that was not done yet, so that the JVM remembers what a start needs: later ones take half the time. */
    void rehearse(List<String> properties) throws IOException, InterruptedException {
        Path cache = folder.resolve("perigee.aot");
        if (Files.exists(cache)) {
            return;
        }
        List<String> command = new ArrayList<>(
                List.of(java(), "-XX:+UseSerialGC", "-XX:AOTCacheOutput=" + cache, "-Dspring.context.exit=onRefresh"));
        command.addAll(startOf(true));
        command.addAll(properties);
        command.add("--perigee.port=0");
        run(command, folder.resolve("rehearsal.log"));
    }

    private static void run(List<String> command, Path log) throws IOException, InterruptedException {
        Files.createDirectories(log.getParent());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(command + " did not end");
        }
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElseThrow();
    }
}
