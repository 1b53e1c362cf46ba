package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A newcomer's guides name nothing that is not there: every path and every class in backticks exists. */
class ArchitectureDocumentTests {

    private static final Pattern QUOTED = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern CLASS = Pattern.compile("[A-Z][a-z0-9]\\w*");
    private static final Pattern PATH = Pattern.compile("[\\w.-]+(/[\\w.{}-]+)*/?");
    private static final Set<String> NOT_OURS = Set.of("ChatModel");

    private static final List<String> SOURCES = List.of(
            "engine/src",
            "inference-starter/src",
            "billing/src",
            "platform-api/src",
            "admin-ui/src",
            "src/postgres/src",
            "src/model/src",
            "src/main",
            "src/test");

    private final Path root = Path.of("").toAbsolutePath().getParent();

    @Test
    void architectureWhenItNamesAClassOrPathNamesAnExistingOne() throws IOException {
        Set<String> classes = classes();
        List<String> words = quoted(root.resolve("src/docs/architecture.adoc"));

        assertThat(words).hasSizeGreaterThan(50);
        assertThat(words.stream()
                        .filter(word -> CLASS.matcher(word).matches())
                        .filter(word -> !NOT_OURS.contains(word)))
                .isNotEmpty()
                .allSatisfy(word -> assertThat(classes).contains(word));
        assertThat(paths(words))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(root.resolve(path)).exists());
    }

    @Test
    void readmeWhenItNamesAPathNamesAnExistingOne() throws IOException {
        assertThat(paths(quoted(root.resolve("README.md"))))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(root.resolve(path)).exists());
    }

    private static Stream<String> paths(List<String> words) {
        return words.stream()
                .filter(word -> word.contains("/") && PATH.matcher(word).matches() && !word.startsWith("./"));
    }

    private static List<String> quoted(Path document) throws IOException {
        return QUOTED.matcher(Files.readString(document))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private Set<String> classes() throws IOException {
        Set<String> names = new HashSet<>();
        for (String sources : SOURCES) {
            try (Stream<Path> files = Files.walk(root.resolve(sources))) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .map(name -> name.substring(0, name.length() - ".java".length()))
                        .forEach(names::add);
            }
        }
        return names;
    }
}
