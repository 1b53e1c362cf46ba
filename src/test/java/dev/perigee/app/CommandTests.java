package dev.perigee.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.moonlet.Moonlet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CommandTests {

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void unpack() throws Exception {
        model = Moonlet.packed().unpack(folder);
        Files.createDirectory(folder.resolve("damaged"));
        for (String name : Moonlet.packed().files()) {
            Files.copy(model.resolve(name), folder.resolve("damaged").resolve(name));
        }
        Path weights = folder.resolve("damaged/model.safetensors");
        Files.write(weights, List.of(), java.nio.file.StandardOpenOption.TRUNCATE_EXISTING);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("Unmatched argument", "paint"),
                refusal("--prompt", "generate"),
                refusal("--max-tokens", "generate", "--prompt", "Hi", "--max-tokens", "many"),
                refusal("max", "generate", "--prompt", "Hi", "--model", "MODEL", "--max-tokens", "0"),
                refusal("temperature", "generate", "--prompt", "Hi", "--model", "MODEL", "--temperature", "-1"),
                refusal("threads", "generate", "--prompt", "Hi", "--model", "MODEL", "--threads", "0"),
                refusal("--kernels", "generate", "--prompt", "Hi", "--model", "MODEL", "--kernels", "gpu"),
                refusal("FOLDER/nowhere", "generate", "--prompt", "Hi", "--model", "FOLDER/nowhere"),
                refusal("model.safetensors", "generate", "--prompt", "Hi", "--model", "FOLDER/damaged"),
                refusal("FOLDER/nowhere", "inspect", "FOLDER/nowhere"),
                refusal("model.safetensors", "inspect", "FOLDER/damaged"),
                refusal("PATH", "inspect"),
                refusal("--tokens", "logits", "--model", "MODEL", "--out", "FOLDER/logits"),
                refusal("999999", "logits", "--model", "MODEL", "--tokens", "999999", "--out", "FOLDER/logits"),
                refusal("FOLDER/no/such", "logits", "--model", "MODEL", "--tokens", "1", "--out", "FOLDER/no/such"),
                refusal("decode", "bench", "--model", "MODEL", "--decode", "-1"),
                refusal("FOLDER/nowhere", "tokenize", "--model", "FOLDER/nowhere", "--text", "Hi"),
                refusal("\"one\"", "detokenize", "--model", "MODEL", "--tokens", "one"),
                refusal("--format", "convert", "MODEL", "FOLDER/new.gguf"),
                refusal("--format", "convert", "MODEL", "FOLDER/new.gguf", "--format", "q2"),
                refusal("FOLDER/nowhere", "convert", "FOLDER/nowhere", "FOLDER/new.gguf", "--format", "q8_0"),
                refusal("model.safetensors", "convert", "FOLDER/damaged", "FOLDER/new.gguf", "--format", "q8_0"),
                refusal("FOLDER/damaged exists", "convert", "MODEL", "FOLDER/damaged", "--format", "bf16"),
                refusal("latentNormEps", "generate", "--prompt", "Hi", "--model", "MODEL", "--latent-norm-eps", "2"),
                refusal("FILE", "verify-receipt"),
                refusal("FOLDER/nowhere", "verify-receipt", "FOLDER/nowhere", "--key", "FOLDER/keys.json"),
                refusal(
                        "FOLDER/none.json",
                        "verify-receipt",
                        "FOLDER/damaged/config.json",
                        "--key",
                        "FOLDER/none.json"),
                refusal("holds no \"keys\"", "verify-receipt", "MODEL/config.json", "--key", "MODEL/config.json"),
                refusal("\"now\"", "serve", "now"));
    }

    private static Arguments refusal(String named, String... arguments) {
        return Arguments.of(named, List.of(arguments));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void commandWhenCalledWronglyEndsWithTwoAndOneLine(String named, List<String> arguments) {
        Captured captured =
                Captured.run(arguments.stream().map(CommandTests::resolve).toArray(String[]::new));

        assertThat(captured.status()).isEqualTo(2);
        assertThat(captured.errors()).hasSize(1);
        assertThat(captured.errors().getFirst()).startsWith("perigee: ").contains(resolve(named));
        assertThat(captured.out()).isEmpty();
    }

    private static String resolve(String text) {
        return text.replace("FOLDER", folder.toString()).replace("MODEL", model.toString());
    }

    @Test
    void generateWhenTheSeedIsTheSamePrintsTheSameAnswerAndItsFigures() {
        String[] arguments = {
            "generate", "--model", model.toString(), "--prompt", "Hello!", "--max-tokens", "16", "--seed", "7"
        };
        Captured first = Captured.run(arguments);
        Captured second = Captured.run(arguments);

        assertThat(first.status()).isZero();
        assertThat(first.out()).isNotBlank().isEqualTo(second.out());
        assertThat(first.errors())
                .anyMatch(line -> line.startsWith("load:"))
                .anyMatch(line -> line.startsWith("prefill:"))
                .anyMatch(line -> line.startsWith("decode:"))
                .anyMatch(line -> line.startsWith("peak memory:"));
    }

    @Test
    void detokenizeWhenGivenWhatTokenizePrintsIsTheText() {
        String text = "Grüße, 世界! <|im_end|> 🚀";
        Captured ids = Captured.run("tokenize", "--model", model.toString(), "--text", text);
        Captured back = Captured.run(
                "detokenize", "--model", model.toString(), "--tokens", ids.out().strip());

        assertThat(ids.out()).matches("\\d+(,\\d+)*\\R");
        assertThat(back.out()).isEqualTo(text);
    }

    @Test
    void logitsWhenWrittenAreARowOfFloatsForEachToken() throws Exception {
        Path out = folder.resolve("logits.f32");

        Captured captured = Captured.run(
                "logits",
                "--model",
                model.toString(),
                "--tokens",
                "1,2,3",
                "--kernels",
                "scalar",
                "--out",
                out.toString());

        assertThat(captured.status()).isZero();
        byte[] bytes = Files.readAllBytes(out);
        assertThat(bytes.length % (3 * Float.BYTES)).isZero();
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat())
                .isFinite();
    }

    @Test
    void convertWhenToGgufWritesAModelThatAllCommandsTake() {
        String file = folder.resolve("converted.gguf").toString();

        Captured converted = Captured.run("convert", model.toString(), file, "--format", "q4_0");

        assertThat(converted.status()).isZero();
        assertThat(converted.out()).matches("[0-9a-f]{64} {2}\\S*converted\\.gguf\\R");
        assertThat(converted.errors()).anyMatch(line -> line.startsWith("converted 100 %"));
        assertThat(Captured.run("inspect", file).out()).contains("architecture: deepseek2", "tensors of type Q4_0");
        assertThat(Captured.run("tokenize", "--model", file, "--text", "Hello!").out())
                .isEqualTo(Captured.run("tokenize", "--model", model.toString(), "--text", "Hello!")
                        .out());
        Captured answer = Captured.run(
                "generate", "--model", file, "--prompt", "Hello!", "--max-tokens", "16", "--temperature", "0");
        assertThat(answer.status()).isZero();
        assertThat(answer.out()).isNotBlank();
    }

    @Test
    void inspectWhenTheModelIsSoundNamesItsArchitecture() {
        Captured captured = Captured.run("inspect", model.toString());

        assertThat(captured.status()).isZero();
        assertThat(captured.out()).contains("architecture: kimi_k2").contains("parameters");
    }
}
