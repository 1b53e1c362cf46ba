package dev.perigee.moonlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MoonletTests {

    private static final Path WEIGHTS = Path.of(System.getProperty("weights"));

    @TempDir
    private Path models;

    @Test
    void packedFilesWhenUnpackedAreThoseOfTheWeights() throws IOException {
        Path folder = Moonlet.packed().unpack(models);
        List<Path> sources = list(WEIGHTS);
        assertThat(list(folder)).hasSameSizeAs(sources);
        for (Path source : sources) {
            assertThat(folder.resolve(source.getFileName())).hasSameBinaryContentAs(source);
        }
    }

    @Test
    void unpackWhenDoneBeforeFindsTheFolderAndWritesNothing() throws IOException {
        Path first = Moonlet.packed().unpack(models);
        Path file = first.resolve("config.json");
        Files.writeString(file, "touched");
        assertThat(Moonlet.packed().unpack(models)).isEqualTo(first);
        assertThat(file).hasContent("touched");
    }

    @Test
    void unpackWhenManyDoItAtOnceLeavesOneWholeFolder() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Path>> same = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                same.add(() -> Moonlet.packed().unpack(models));
            }
            for (Future<Path> folder : threads.invokeAll(same)) {
                assertThat(list(folder.get())).hasSameSizeAs(Moonlet.packed().files());
            }
        }
        assertThat(list(models))
                .singleElement()
                .satisfies(folder -> assertThat(folder.getFileName().toString())
                        .isEqualTo("moonlet-" + Moonlet.packed().digest().substring(0, 16)));
    }

    @Test
    void digestIsSha256InHexadecimal() throws IOException {
        assertThat(Moonlet.packed().digest()).matches("[0-9a-f]{64}");
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }
}
