package dev.perigee.engine.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.InferenceEngine;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.TinyModel;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.model.TransformerOptions;
import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.SafetensorsWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.FeedForwardWeights;
import dev.perigee.engine.weights.ModelWeights;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConvertToolTests {

    private static final Path WEIGHTS = Path.of("..", "src", "model", "weights");

    @TempDir
    Path folder;

    private static final String VISION = "vision_tower.patch_embed.proj.weight";

    private int threads = 2;
    private String sums = "";
    private String progress = "";

    private Path convert(Path source, String name, ConvertTool.Format format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Path target = folder.resolve(name);
        ConvertTool.convert(
                new ConvertTool.Order(source, target, format, threads),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8));
        sums = out.toString(StandardCharsets.UTF_8);
        progress = err.toString(StandardCharsets.UTF_8);
        return target;
    }

    private static Transformer load(Path model) {
        return Transformer.load(model, new TransformerOptions(KernelOptions.of(KernelPreference.SCALAR), 64, 0));
    }

    /** ‖a − b‖ / ‖b‖ over all logits of 40 tokens. */
    private static double distance(Path found, Path wanted) {
        try (Transformer one = load(found);
                Transformer other = load(wanted)) {
            assertThat(one.config().rope()).isEqualTo(other.config().rope());
            assertThat(one.config().moe()).isEqualTo(other.config().moe());
            assertThat(one.config().attention()).isEqualTo(other.config().attention());
            assertThat(one.config().dimensions()).isEqualTo(other.config().dimensions());
            int[] tokens = new Random(5).ints(40, 0, 320).toArray();
            return distance(Forward.logits(one, tokens, 40), Forward.logits(other, tokens, 40));
        }
    }

    private static double distance(float[][] found, float[][] wanted) {
        double off = 0;
        double all = 0;
        for (int row = 0; row < wanted.length; row++) {
            for (int i = 0; i < wanted[row].length; i++) {
                off += Math.pow(found[row][i] - wanted[row][i], 2);
                all += Math.pow(wanted[row][i], 2);
            }
        }
        return Math.sqrt(off / all);
    }

    /** Wide enough for blocks of 256; every token goes to every expert, so that a rounded weight changes no choice. */
    private static TinyCheckpoint wide() {
        return new TinyCheckpoint(7)
                .with("num_experts_per_tok", "8")
                .with("hidden_size", "256")
                .with("intermediate_size", "512")
                .with("moe_intermediate_size", "256")
                .with("q_lora_rank", "256")
                .with("kv_lora_rank", "64")
                .with("qk_nope_head_dim", "32")
                .with("v_head_dim", "64")
                .with("num_attention_heads", "4")
                .with("num_key_value_heads", "4");
    }

    @ParameterizedTest
    @CsvSource({"Q8_0,0.06", "Q4_0,0.06", "Q4_K,0.5", "BF16,0.01"})
    void logitsOfTheConvertedModelAreTheSourcesWithinItsFormatsError(ConvertTool.Format format, double bound)
            throws IOException {
        Path source = wide().writeTo(Files.createDirectory(folder.resolve("source")));
        double distance = distance(convert(source, "target", format), source);
        System.out.println(format + " distance " + distance);
        assertThat(distance).isLessThan(bound);
        assertThat(progress).contains("converted 100 %");
    }

    @ParameterizedTest
    @EnumSource
    void targetWhenMoreThreadsConvertIsTheSame(ConvertTool.Format format) throws IOException {
        Path source = wide().writeTo(Files.createDirectory(folder.resolve("source")));
        threads = 1;
        convert(source, "one", format);
        String alone = sums.replace("one", "target");
        threads = 5;
        convert(source, "five", format);
        assertThat(sums.replace("five", "target")).isEqualTo(alone);
        threads = 0;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> convert(source, "none", format))
                .withMessage("threads is 0, must be at least 1");
    }

    @ParameterizedTest
    @CsvSource({"Q8_0,left out", "BF16,kept"})
    void tensorsThatAreNotOfTheTextModelAreNamedAndCounted(ConvertTool.Format format, String fate) throws IOException {
        Path source = wide().writeTo(Files.createDirectory(folder.resolve("source")));
        wide().tensors()
                .bf16(VISION, new float[] {1, 2, 3, 4}, 2, 2)
                .bf16("vision_tower.final_layernorm.weight", new float[] {1, 2}, 2)
                .bf16("mm_projector.linear_1.weight", new float[] {1, 2}, 1, 2)
                .writeTo(source.resolve("model.safetensors"));
        Path target = convert(source, "target", format);
        assertThat(progress.lines())
                .contains(
                        fate + ": 2 tensors vision_tower.*, not of the text model",
                        fate + ": 1 tensors mm_projector.*, not of the text model");
        try (Checkpoint written = Checkpoint.open(target)) {
            assertThat(written instanceof SafetensorsCheckpoint plain
                            && plain.tensors().containsKey(VISION))
                    .isEqualTo(format == ConvertTool.Format.BF16);
            assertThat(written.bind(written.config()).layers()).hasSize(3);
        }
    }

    @Test
    void logitsOfTheConvertedBundledModelAreClose() {
        assumeTrue(Files.exists(WEIGHTS.resolve("model.safetensors")), "no bundled weights in " + WEIGHTS);
        double distance = distance(convert(WEIGHTS, "moonlet.gguf", ConvertTool.Format.Q4_0), WEIGHTS);
        System.out.println("bundled model, Q4_0 distance " + distance);
        assertThat(distance).isLessThan(0.05);
        assertThat(progress).contains("rounded scales: 0 in 0 tensors");
    }

    @Test
    void nativeInt4IsTakenOverBitForBit() throws IOException {
        Path source = wide().writeTo(Files.createDirectory(folder.resolve("source")));
        Path target = convert(source, "model.gguf", ConvertTool.Format.Q4_0);
        assertThat(progress).contains("rounded scales: 0 in 0 tensors");
        try (Checkpoint wanted = Checkpoint.open(source);
                Checkpoint found = Checkpoint.open(target)) {
            requireSameExperts(found.bind(found.config()), wanted.bind(wanted.config()), wanted.config());
        }
    }

    private static void requireSameExperts(ModelWeights found, ModelWeights wanted, ModelConfig config) {
        for (int layer = config.moe().firstKDenseReplace();
                layer < wanted.layers().size();
                layer++) {
            List<FeedForwardWeights.Dense> these = experts(found, layer);
            List<FeedForwardWeights.Dense> those = experts(wanted, layer);
            for (int i = 0; i < those.size(); i++) {
                requireSameRows(these.get(i).gate(), those.get(i).gate());
                requireSameRows(these.get(i).up(), those.get(i).up());
                requireSameRows(these.get(i).down(), those.get(i).down());
            }
        }
    }

    private static List<FeedForwardWeights.Dense> experts(ModelWeights model, int layer) {
        return ((FeedForwardWeights.Experts) model.layers().get(layer).feedForward()).experts();
    }

    private static void requireSameRows(WeightMatrix found, WeightMatrix wanted) {
        assertThat(found)
                .isInstanceOfSatisfying(
                        GgufWeights.class, m -> assertThat(m.format()).isEqualTo(GgufFormat.Q4_0));
        float[] these = new float[found.columns()];
        float[] those = new float[wanted.columns()];
        for (int row = 0; row < wanted.rows(); row++) {
            found.decodeRow(row, these);
            wanted.decodeRow(row, those);
            assertThat(these).isEqualTo(those);
        }
    }

    @Test
    void scalesThatHalfPrecisionDoesNotHoldAreCountedAndNamed() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        TinyCheckpoint tiny = wide();
        tiny.writeConfig(source);
        SafetensorsWriter tensors = tiny.tensors();
        String name = "model.layers.1.mlp.experts.0.gate_proj.weight_scale";
        float[] scales = new float[256 * 8];
        Arrays.fill(scales, 0.25f);
        scales[3] = 0x1.02p-20f;
        scales[9] = 0x1p-30f;
        tensors.bf16(name, scales, 256, 8).writeTo(source.resolve("model.safetensors"));
        convert(source, "model.gguf", ConvertTool.Format.Q4_0);
        assertThat(progress)
                .contains("blk.1.ffn_gate_exps.weight: 2 scales do not fit half precision")
                .contains("rounded scales: 2 in 1 tensors");
    }

    @Test
    void rowsThatAreNoWholeBlocksTakeTheNextBestFormat() throws IOException {
        Path source = new TinyCheckpoint(7).writeTo(Files.createDirectory(folder.resolve("source")));
        try (Checkpoint converted = Checkpoint.open(convert(source, "model.gguf", ConvertTool.Format.Q4_K))) {
            assertThat(converted.sizes().stream()
                            .map(Checkpoint.StoredSize::type)
                            .distinct())
                    .containsExactlyInAnyOrder("F32", "BF16", "Q8_0", "Q4_0");
        }
    }

    @Test
    void convertedFileCarriesAllThatItsServingNeeds() throws IOException {
        Path source = TinyModel.write(Files.createDirectory(folder.resolve("source")));
        Files.writeString(
                source.resolve("generation_config.json"),
                "{\"eos_token_id\":[257,258],\"temperature\":0.4,\"top_p\":0.9,\"top_k\":20}");
        Path target = convert(source, "model.gguf", ConvertTool.Format.Q8_0);
        Tokenizer tokenizer = Tokenizer.load(target);
        assertThat(tokenizer.encode("Hello, wörld"))
                .isEqualTo(Tokenizer.load(source).encode("Hello, wörld"));
        try (InferenceEngine engine = InferenceEngine.open(TinyModel.options(target))) {
            assertThat(engine.modelDescription().name()).isEqualTo("moonlet");
        }
    }

    /** The two vocabularies in the form of DeepSeek-V3 and V2. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void convertedFileWhenTheModelIsDeepSeeksGeneratesFromRawPrompts(int vocabulary) throws Exception {
        Path source = deepSeek(vocabulary);
        Path target = convert(source, "model.gguf", ConvertTool.Format.Q8_0);
        assertThat(progress).doesNotContain("no tokenizer");
        Tokenizer wanted = Tokenizer.load(source);
        Tokenizer found = Tokenizer.load(target);
        for (String text : List.of("Hello, wörld 1234\n\n 世界 aaaa", " the  quick\tbrown fox's", "<｜User｜>")) {
            assertThat(found.encodePrompt(text))
                    .isEqualTo(wanted.encodePrompt(text))
                    .startsWith(0);
        }
        assertThat(found.ends()).isEqualTo(wanted.ends()).containsExactly(1);
        assertThat(generated(target))
                .isNotEmpty()
                .isEqualTo(generated(convert(source, "again.gguf", ConvertTool.Format.Q8_0)));
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> InferenceEngine.open(TinyModel.options(target)))
                .withMessageContaining("is a DeepSeek model");
    }

    private Path deepSeek(int vocabulary) throws IOException {
        Path golden = Path.of("src/test/resources/dev/perigee/engine/tokenizer/deepseek-golden.jsonl");
        JsonNode tokenizer = Files.readAllLines(golden).stream()
                .map(JsonMapper.shared()::readTree)
                .filter(line -> line.has("tokenizer"))
                .skip(vocabulary)
                .findFirst()
                .orElseThrow()
                .get("tokenizer");
        Path source = new TinyCheckpoint(7)
                .with("model_type", "\"deepseek_v3\"")
                .with("vocab_size", "1024")
                .writeTo(Files.createDirectory(folder.resolve("source")));
        Files.writeString(source.resolve("tokenizer.json"), tokenizer.toString());
        Files.writeString(
                source.resolve("tokenizer_config.json"),
                "{\"add_bos_token\":true,\"bos_token\":{\"content\":\"<｜begin▁of▁sentence｜>\"},"
                        + "\"eos_token\":\"<｜end▁of▁sentence｜>\"}");
        Files.writeString(source.resolve("generation_config.json"), "{\"eos_token_id\":1,\"temperature\":0.6}");
        return source;
    }

    private static String generated(Path model) throws InterruptedException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        GenerateTool.run(
                new GenerateTool.Order(
                        TinyModel.options(model), "Hello", true, 12, new SamplingParameters(0.0, null, null, null, 7L)),
                new PrintStream(answer, false, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
        return answer.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void conversionWhenThereIsNoTokenizerSaysSoInOneLine() throws IOException {
        Path source = new TinyCheckpoint(7).writeTo(Files.createDirectory(folder.resolve("source")));
        convert(source, "model.gguf", ConvertTool.Format.Q8_0);
        assertThat(progress.lines().filter(line -> line.startsWith("no tokenizer: ")))
                .singleElement()
                .asString()
                .contains("source has neither tiktoken.model nor tokenizer.json");
    }

    @Test
    void checksumsAreThoseOfTheFilesWritten() throws IOException, NoSuchAlgorithmException {
        Path source = TinyModel.write(Files.createDirectory(folder.resolve("source")));
        Path file = convert(source, "model.gguf", ConvertTool.Format.Q8_0);
        assertThat(sums).isEqualTo(sha256(file) + "  " + file.toAbsolutePath() + System.lineSeparator());
        Files.writeString(
                Files.createDirectory(folder.resolve("plain.unfinished")).resolve("left"), "of an earlier attempt");
        Path plain = convert(source, "plain", ConvertTool.Format.BF16);
        assertThat(plain.resolve("left")).doesNotExist();
        assertThat(sums.lines()).hasSize(5).allSatisfy(line -> {
            Path written = Path.of(line.substring(66));
            assertThat(line).startsWith(sha256(written));
            assertThat(written).startsWith(plain.toAbsolutePath());
        });
        assertThat(Files.readString(plain.resolve("config.json"))).doesNotContain("quantization_config");
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".unfinished"));
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void sourceOrTargetThatCannotBeIsRefusedAndNothingIsLeft() throws IOException {
        Path source = new TinyCheckpoint(7).writeTo(Files.createDirectory(folder.resolve("source")));
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> convert(folder.resolve("nowhere"), "t", ConvertTool.Format.Q8_0))
                .withMessageContaining("nowhere: does not exist");
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> convert(source.resolve("config.json"), "t", ConvertTool.Format.Q8_0))
                .withMessageContaining("is no safetensors folder");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> convert(source, "source", ConvertTool.Format.Q8_0))
                .withMessageContaining("exists already");
        new TinyCheckpoint(7).with("moe_layer_freq", "3").writeConfig(source);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> convert(source, "t", ConvertTool.Format.Q8_0))
                .withMessage("moe_layer_freq is 3, GGUF has only 1");
        assertThat(folder.resolve("t")).doesNotExist();
        assertThat(folder.resolve("t.unfinished")).doesNotExist();
    }
}
