package dev.perigee.engine.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the mask lets through against what a JSON schema library says, both ways. */
class JsonConstraintTests {

    private static final SchemaRegistry LIBRARY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String[] WORDS = {
        "\":",
        "\": ",
        "\", \"",
        "\",\"",
        "{\"",
        "\"}",
        "]}",
        "}]",
        ", ",
        "[]",
        "{}",
        "true",
        "null",
        "12",
        "00",
        "-1",
        " a",
        "city",
        "type",
        "foo",
        "2024",
        "\\\"",
        "\\u00",
        "é",
        "a\"",
        "0,",
        "1]",
        ".5",
        "@b",
        "next\": null",
        "\"value\""
    };

    @TempDir
    Path folder;

    @Test
    void valuesThatTheMaskLetsThroughAreValid() {
        long seed = seed("valuesThatTheMaskLetsThroughAreValid");
        Tokenizer tokenizer = Tokenizer.load(TestVocabularies.write(folder.resolve("words"), WORDS));
        int values = letThrough(tokenizer, new Random(seed), 60);
        print("values let through and valid: " + values);
    }

    @Test
    void valuesThatTheMaskLetsThroughAreValidWithTheRealVocabulary() {
        long seed = seed("valuesThatTheMaskLetsThroughAreValidWithTheRealVocabulary");
        Tokenizer tokenizer = Tokenizer.load(TestVocabularies.shared("tokenizer/kimi.tiktoken"));
        int values = letThrough(tokenizer, new Random(seed), 6);
        print("values let through and valid, real vocabulary: " + values);
    }

    @Test
    void maskAndLibraryAgreeOnValuesAlteredAtRandom() {
        long seed = seed("maskAndLibraryAgreeOnValuesAlteredAtRandom");
        Random random = new Random(seed);
        Tokenizer tokenizer = Tokenizer.load(TestVocabularies.write(folder.resolve("words"), WORDS));
        ConstraintCompiler compiler = new ConstraintCompiler(tokenizer);
        SchemaWalk walk = new SchemaWalk(tokenizer, random);
        int valid = 0;
        int invalid = 0;
        for (String schema : TestSchemas.ALL) {
            Schema library = LIBRARY.getSchema(schema);
            JsonConstraint constraint = compiler.compile(schema);
            for (int i = 0; i < 150; i++) {
                JsonNode value =
                        altered(MAPPER.readTree(walk.value(constraint, schema, 1 + random.nextInt(40))), random);
                String text = written(value);
                boolean says = errors(library, text).isEmpty();
                if (!hasWrittenForm(value, schema)) {
                    continue;
                }
                assertThat(accepts(constraint, tokenizer, text))
                        .as("%s for %s, seed %d", text, schema, seed)
                        .isEqualTo(says);
                valid += says ? 1 : 0;
                invalid += says ? 0 : 1;
            }
        }
        print("altered values agreed on: " + valid + " valid, " + invalid + " invalid");
        assertThat(Math.min(valid, invalid)).isGreaterThan(1_000);
    }

    private static int letThrough(Tokenizer tokenizer, Random random, int each) {
        ConstraintCompiler compiler = new ConstraintCompiler(tokenizer);
        SchemaWalk walk = new SchemaWalk(tokenizer, random);
        int values = 0;
        for (String schema : TestSchemas.ALL) {
            Schema library = LIBRARY.getSchema(schema);
            JsonConstraint constraint = compiler.compile(schema);
            for (int i = 0; i < each; i++) {
                String text = walk.value(constraint, schema, 1 + random.nextInt(60));
                MAPPER.readTree(text);
                assertThat(errors(library, text)).as("%s for %s", text, schema).isEmpty();
                values++;
            }
        }
        return values;
    }

    /** The library divides as doubles do and knows which top-level domains exist: there it is not asked. */
    private static List<String> errors(Schema library, String text) {
        return library.validate(text, InputFormat.JSON).stream()
                .filter(error -> !(error.getKeyword().equals("multipleOf") && text.matches(".*[0-9]{16}.*")))
                .filter(error -> !error.getMessage().contains("RFC 5321"))
                .map(Object::toString)
                .toList();
    }

    private static boolean accepts(JsonConstraint constraint, Tokenizer tokenizer, String text) {
        ConstraintState state = constraint.start();
        TokenMask mask = new TokenMask(tokenizer.vocabularySize());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            int id = Byte.toUnsignedInt(octet);
            state.allowed(mask);
            if (!mask.allows(id)) {
                return false;
            }
            state.accept(id);
        }
        return state.mayEnd();
    }

    /** Changes one thing somewhere in the value, or nothing but the order of keys. */
    private static JsonNode altered(JsonNode value, Random random) {
        if (value instanceof ObjectNode object && !object.isEmpty()) {
            return alteredObject(object, random);
        }
        if (value instanceof ArrayNode array && !array.isEmpty() && random.nextInt(4) > 0) {
            List<JsonNode> elements = new ArrayList<>(array.values());
            int at = random.nextInt(elements.size());
            switch (random.nextInt(3)) {
                case 0 -> elements.remove(at);
                case 1 -> elements.add(elements.get(at));
                default -> elements.set(at, altered(elements.get(at), random));
            }
            return JsonNodeFactory.instance.arrayNode().addAll(elements);
        }
        if (value.isNumber() && random.nextBoolean()) {
            BigDecimal step = new BigDecimal(
                    List.of("1", "-1", "0.5", "100", "-0.01", "7").get(random.nextInt(6)));
            return JsonNodeFactory.instance.numberNode(value.decimalValue().add(step));
        }
        if (value.isString() && random.nextBoolean()) {
            String text = value.stringValue();
            int at = text.offsetByCodePoints(0, random.nextInt(1 + text.codePointCount(0, text.length())));
            String added =
                    List.of("a", "Z", "7", " ", "\"", "é", "😀", "-", ".").get(random.nextInt(9));
            return JsonNodeFactory.instance.stringNode(text.substring(0, at) + added + text.substring(at));
        }
        return random.nextInt(3) == 0 ? value : other(random);
    }

    private static JsonNode alteredObject(ObjectNode object, Random random) {
        List<String> keys = new ArrayList<>(object.propertyNames());
        Collections.shuffle(keys, random);
        ObjectNode altered = JsonNodeFactory.instance.objectNode();
        keys.forEach(key -> altered.set(key, object.get(key)));
        String key = keys.getFirst();
        switch (random.nextInt(4)) {
            case 0 -> altered.remove(key);
            case 1 -> altered.set(key, altered(object.get(key), random));
            case 2 -> altered.set(key + "b", object.get(key));
            default -> {}
        }
        return altered;
    }

    private static JsonNode other(Random random) {
        List<String> values =
                List.of("null", "true", "0", "-3.5", "\"x\"", "[]", "{}", "[1]", "{\"a\":1}", "10.75", "1234");
        return MAPPER.readTree(values.get(random.nextInt(values.size())));
    }

    /** Whether the value has the one written form in which it is let through, with no more digits than the library's doubles hold. */
    private static boolean hasWrittenForm(JsonNode value, String schema) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue().stripTrailingZeros();
            return number.precision() <= 15
                    && Math.abs(number.scale()) <= 15
                    && number.precision() - number.scale() <= 18;
        }
        // the library takes top-level domains only that it knows, and times whatever follows them
        if (schema.contains("\"format\"")) {
            return false;
        }
        if (value.isString()) {
            return LiteralLexemes.quoted(value.stringValue()).indexOf("\\u") < 0
                    && value.stringValue().chars().noneMatch(c -> c == 0x85 || c == 0x2028 || c == 0x2029)
                    && !(schema.contains("pattern") && value.stringValue().endsWith("\n"));
        }
        boolean keys = !value.isObject()
                || value.propertyNames().stream()
                        .noneMatch(key -> LiteralLexemes.quoted(key).contains("\\u"));
        return keys && value.valueStream().allMatch(part -> hasWrittenForm(part, schema));
    }

    private static String written(JsonNode value) {
        if (value.isObject()) {
            List<String> members = new ArrayList<>();
            value.properties()
                    .forEach(entry ->
                            members.add(LiteralLexemes.quoted(entry.getKey()) + ":" + written(entry.getValue())));
            return "{" + String.join(",", members) + "}";
        }
        if (value.isArray()) {
            return "["
                    + String.join(
                            ",",
                            value.values().stream()
                                    .map(JsonConstraintTests::written)
                                    .toList())
                    + "]";
        }
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        }
        return value.isString() ? LiteralLexemes.quoted(value.stringValue()) : value.toString();
    }

    private static long seed(String test) {
        long seed = Long.getLong("perigee.test.seed", 20261126L);
        print(test + " seed " + seed);
        return seed;
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
