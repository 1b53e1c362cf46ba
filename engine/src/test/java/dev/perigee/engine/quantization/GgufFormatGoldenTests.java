package dev.perigee.engine.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every format's decoder against {@code gguf.quants.dequantize}, bit for bit; src/test/golden/gguf_formats.py writes the file. */
class GgufFormatGoldenTests {

    private static final String GOLDEN = "gguf-formats-golden.jsonl";

    /** One matrix as stored, with what it means. */
    private record Golden(String type, WeightMatrix matrix, String sha256, int[] firstBits) {

        @Override
        public String toString() {
            return type;
        }
    }

    static Stream<Golden> goldens() throws IOException {
        JsonMapper mapper = new JsonMapper();
        try (InputStream in = GgufFormatGoldenTests.class.getResourceAsStream(GOLDEN)) {
            assertThat(in).as("golden file %s", GOLDEN).isNotNull();
            List<Golden> goldens = new ArrayList<>();
            new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(mapper::readTree)
                    .forEach(node -> goldens.add(golden(node)));
            return goldens.stream();
        }
    }

    private static Golden golden(JsonNode node) {
        String type = node.get("type").stringValue();
        MemorySegment data = MemorySegment.ofArray(
                Base64.getDecoder().decode(node.get("data").stringValue()));
        int rows = node.get("rows").intValue();
        int columns = node.get("columns").intValue();
        WeightMatrix matrix = switch (type) {
            case "F32" -> new F32Weights(data, rows, columns);
            case "F16" -> new F16Weights(data, rows, columns);
            case "BF16" -> new Bf16Weights(data, rows, columns);
            default -> new GgufWeights(GgufFormat.valueOf(type), data, rows, columns);
        };
        int[] first =
                node.get("first").valueStream().mapToInt(JsonNode::intValue).toArray();
        return new Golden(type, matrix, node.get("sha256").stringValue(), first);
    }

    private static byte[] decoded(WeightMatrix matrix) {
        ByteBuffer bytes = ByteBuffer.allocate(matrix.rows() * matrix.columns() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] row = new float[matrix.columns()];
        for (int i = 0; i < matrix.rows(); i++) {
            matrix.decodeRow(i, row);
            for (float value : row) {
                bytes.putFloat(value);
            }
        }
        return bytes.array();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void rowsWhenDecodedEqualTheReferenceBitForBit(Golden golden) throws NoSuchAlgorithmException {
        float[] row = new float[golden.matrix().columns()];
        golden.matrix().decodeRow(0, row);
        int[] bits = new int[golden.firstBits().length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(row[i]));
        assertThat(bits).isEqualTo(golden.firstBits());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(decoded(golden.matrix()));
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(golden.sha256());
    }

    @Test
    void goldenFileHoldsEveryFormat() throws IOException {
        assertThat(goldens().map(Golden::type))
                .containsAll(Arrays.stream(GgufFormat.values()).map(Enum::name).toList())
                .contains("F32", "F16", "BF16");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void rowsWhenSlicedAreThoseOfTheWhole(Golden golden) {
        WeightMatrix part = golden.matrix().slice(3, 2);
        float[] wanted = new float[part.columns()];
        float[] found = new float[part.columns()];
        golden.matrix().decodeRow(4, wanted);
        part.decodeRow(1, found);
        assertThat(found).isEqualTo(wanted);
        assertThat(part.bytes() * golden.matrix().rows())
                .isEqualTo(golden.matrix().bytes() * part.rows());
    }
}
