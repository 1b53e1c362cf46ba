package dev.perigee.engine;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Imports go downwards only. A package may use itself, what stands here beside it, and {@link ModelLoadException}. */
class EngineArchitectureTests {

    private static final String ROOT = "dev.perigee.engine";

    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("json", List.of()),
            Map.entry("progress", List.of()),
            Map.entry("config", List.of()),
            Map.entry("tensor", List.of()),
            Map.entry("quantization", List.of("tensor")),
            Map.entry("kernel", List.of("quantization", "tensor")),
            Map.entry("kvcache", List.of("tensor")),
            Map.entry("layer", List.of("kernel", "quantization", "tensor")),
            Map.entry("weights", List.of("json", "config", "progress", "quantization", "tensor")),
            Map.entry("attention", List.of("config", "kvcache", "layer", "kernel", "quantization", "tensor")),
            Map.entry("moe", List.of("config", "layer", "kernel", "quantization", "tensor")),
            Map.entry(
                    "model",
                    List.of(
                            "config",
                            "weights",
                            "attention",
                            "moe",
                            "kvcache",
                            "layer",
                            "kernel",
                            "progress",
                            "quantization",
                            "tensor")),
            Map.entry("tokenizer", List.of("json", "weights")),
            Map.entry("chat", List.of("tokenizer")),
            Map.entry("generation", List.of("chat", "tokenizer")),
            Map.entry("constraint", List.of("generation", "chat", "tokenizer", "json")),
            Map.entry("sampling", List.of("generation", "chat", "tokenizer", "weights", "tensor", "json")),
            Map.entry(
                    "scheduler",
                    List.of(
                            "constraint",
                            "sampling",
                            "generation",
                            "chat",
                            "tokenizer",
                            "model",
                            "kvcache",
                            "tensor")));

    private static final List<String> FREE = List.of("tool");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> importsWhenLookedAtGoDownwards() {
        return MAY_USE.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(), () -> requireDownwards(entry.getKey(), entry.getValue())));
    }

    private void requireDownwards(String name, List<String> allowed) {
        String[] packages = Stream.concat(Stream.of(name), allowed.stream())
                .map(EngineArchitectureTests::full)
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> forbidden = resideInAPackage(ROOT + "..")
                .and(DescribedPredicate.not(resideInAnyPackage(packages)))
                .and(DescribedPredicate.not(equivalentTo(ModelLoadException.class)))
                .as("a package of the engine beside %s", allowed);
        noClasses()
                .that()
                .resideInAPackage(full(name))
                .should()
                .dependOnClassesThat(forbidden)
                .check(CLASSES);
    }

    private static String full(String name) {
        return ROOT + "." + name;
    }

    @Test
    void packagesWhenListedHereAreAllThereAre() {
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> !name.equals(ROOT))
                        .map(name -> name.substring(ROOT.length() + 1))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(MAY_USE.keySet().stream(), FREE.stream()).toList());
    }
}
