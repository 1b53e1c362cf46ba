package dev.perigee.engine.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas that cannot be enforced are refused by name, those made to hurt in bounded time. */
class SchemaRefusalTests {

    private static final double MOST_MILLIS = 500;
    private static final double MOST_MEBIBYTES = 256;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"type\":\"object\"} x",
                "{\"a\":1,\"a\":2}",
                "[]",
                "\"string\"",
                "{\"type\":\"text\"}",
                "{\"type\":[]}",
                "{\"type\":7}",
                "{\"anyOf\":[]}",
                "{\"anyOf\":{}}",
                "{\"enum\":\"a\"}",
                "{\"enum\":[]}",
                "false",
                "{\"not\":{}}",
                "{\"type\":\"array\",\"uniqueItems\":true}",
                "{\"patternProperties\":{\"^a\":{}}}",
                "{\"$ref\":\"#\"}",
                "{\"$ref\":\"#/$defs/none\"}",
                "{\"$ref\":\"https://example.org/schema\"}",
                "{\"$ref\":\"file:///etc/passwd\"}",
                "{\"allOf\":[{\"$ref\":\"#\"}]}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}",
                "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"minItems\":1}",
                "{\"type\":\"integer\",\"minimum\":2,\"maximum\":1}",
                "{\"type\":\"integer\",\"exclusiveMinimum\":1,\"exclusiveMaximum\":2}",
                "{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":8,\"maximum\":13}",
                "{\"type\":\"number\",\"multipleOf\":0}",
                "{\"type\":\"number\",\"minimum\":1e999999}",
                "{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
                "{\"type\":\"string\",\"minLength\":-1}",
                "{\"type\":\"string\",\"pattern\":\"^a{3}$\",\"maxLength\":2}",
                "{\"type\":\"string\",\"pattern\":\"(?=a)b\"}",
                "{\"type\":\"string\",\"pattern\":\"(a)\\\\1\"}",
                "{\"type\":\"string\",\"pattern\":\"a\\\\b\"}",
                "{\"type\":\"string\",\"pattern\":\"(\"}",
                "{\"type\":\"string\",\"pattern\":\"[a\"}",
                "{\"type\":\"string\",\"pattern\":\"[z-a]\"}",
                "{\"type\":\"string\",\"pattern\":\"a**\"}",
                "{\"type\":\"string\",\"pattern\":\"a\\\\\"}",
                "{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false}",
                "{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"maxProperties\":1}",
                "{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":false,\"minProperties\":2}",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}"
            })
    void schemaThatCannotBeEnforcedIsRefused(String schema) {
        assertThat(catchThrowable(() -> RuleCompiler.compile(schema)))
                .isInstanceOf(SchemaRefusedException.class)
                .hasMessageNotContaining("\n");
    }

    @Test
    void schemaMadeToHurtIsRefusedOrTakenInBoundedTimeAndMemory() {
        hostile().forEach((name, schema) -> {
            long bytes = ConstraintFigures.allocatedBytes();
            long before = ConstraintFigures.cpuNanos();
            Throwable refusal = catchThrowable(() -> RuleCompiler.compile(schema));
            double millis = (ConstraintFigures.cpuNanos() - before) / 1e6;
            double mebibytes = (ConstraintFigures.allocatedBytes() - bytes) / (double) (1 << 20);
            System.out.printf(
                    "%s: %.0f ms, %.1f MiB allocated, %s%n",
                    name, millis, mebibytes, refusal == null ? "taken" : refusal.getMessage());
            assertThat(mebibytes).as(name).isLessThan(MOST_MEBIBYTES);
            if (refusal != null) {
                assertThat(refusal).as(name).isInstanceOf(SchemaRefusedException.class);
            }
            assertThat(millis).as(name).isLessThan(MOST_MILLIS);
        });
    }

    @Test
    void schemaAtTheLimitsOfStrictModeIsTaken() {
        String properties = listed(1_000, i -> "\"p" + i + "\":{\"type\":\"string\"}");
        String required = listed(1_000, i -> "\"p" + i + "\"");
        String values = listed(1_000, i -> "\"value " + i + "\"");
        assertThatCode(() -> RuleCompiler.compile("{\"type\":\"object\",\"properties\":{" + properties
                        + "},\"required\":[" + required + "],\"additionalProperties\":false}"))
                .doesNotThrowAnyException();
        assertThatCode(() -> RuleCompiler.compile("{\"enum\":[" + values + "]}"))
                .doesNotThrowAnyException();
    }

    private static Map<String, String> hostile() {
        Map<String, String> schemas = new LinkedHashMap<>();
        schemas.put("deep nesting", "{\"items\":".repeat(100_000) + "{}" + "}".repeat(100_000));
        schemas.put("deep list", "[".repeat(200_000));
        schemas.put("long", " ".repeat(10_000_000) + "{}");
        schemas.put("counts of counts", pattern("((((a{99}){99}){99}){99}){99}"));
        schemas.put("many states", pattern("^(?:[a-z]*x[a-z]{18}|b)*$"));
        schemas.put("nested stars", pattern("^(((((a*)*)*)*)*)*$"));
        schemas.put("long choice", pattern(String.join("|", Collections.nCopies(1_300, "ab"))));
        schemas.put("open groups", pattern("(".repeat(4_000)));
        schemas.put("long text", "{\"type\":\"string\",\"minLength\":1000000000,\"maxLength\":2000000000}");
        schemas.put("long pattern", "{\"type\":\"string\",\"pattern\":\"[a-z]\",\"maxLength\":1000000}");
        schemas.put("many bounds", "{\"type\":\"number\",\"minimum\":0.00000000000000001,\"multipleOf\":0.997}");
        schemas.put(
                "doubling",
                "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                        + listed(
                                100,
                                i -> "\"d" + i + "\":{\"anyOf\":[{\"$ref\":\"#/$defs/d" + (i + 1)
                                        + "\"},{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}]}")
                        + ",\"d100\":{\"type\":\"string\"}}}");
        schemas.put(
                "product",
                "{\"allOf\":["
                        + listed(20, i -> "{\"anyOf\":[{\"maxLength\":" + i + "},{\"minLength\":" + (i + 100) + "}]}")
                        + "]}");
        schemas.put(
                "product below",
                "{\"type\":\"object\",\"allOf\":["
                        + listed(
                                16,
                                i -> "{\"anyOf\":[{\"properties\":{\"a" + i
                                        + "\":{\"$ref\":\"#\"}}},{\"properties\":{\"b" + i
                                        + "\":{\"$ref\":\"#/allOf/0\"}}}]}")
                        + "]}");
        schemas.put(
                "chain",
                "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                        + listed(3_000, i -> "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}")
                        + ",\"d3000\":{\"type\":\"string\"}}}");
        schemas.put("wide", "{\"properties\":{" + listed(12_000, i -> "\"p" + i + "\":{\"minimum\":" + i + "}") + "}}");
        schemas.put(
                "wide conjunction",
                "{\"allOf\":["
                        + listed(300, i -> "{\"properties\":{" + listed(30, j -> "\"p" + i + "_" + j + "\":{}") + "}}")
                        + "]}");
        return schemas;
    }

    private static String pattern(String pattern) {
        return "{\"type\":\"string\",\"pattern\":\"" + pattern + "\"}";
    }

    private static String listed(int count, IntFunction<String> item) {
        StringJoiner items = new StringJoiner(",");
        IntStream.range(0, count).mapToObj(item).forEach(items::add);
        return items.toString();
    }
}
