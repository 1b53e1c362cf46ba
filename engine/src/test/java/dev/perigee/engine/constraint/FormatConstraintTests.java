package dev.perigee.engine.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The mask of each format against what a JSON schema library says of the same texts, both ways. */
class FormatConstraintTests {

    private static final SchemaRegistry LIBRARY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private static final String ALTERATIONS = "0129aAfzZTPtYMWHS:.-+@/%[]?#_ \"é";

    private static Tokenizer tokenizer;
    private static ConstraintCompiler compiler;

    @BeforeAll
    static void load(@TempDir Path folder) {
        tokenizer = Tokenizer.load(TestVocabularies.write(
                folder.resolve("v"), "20", "2024-", "T1", ":0", "Z\"", "::", "http", "s://", ".com", "@b", "P1", "ab"));
        compiler = new ConstraintCompiler(tokenizer);
    }

    private static Random random(StandardFormat format, String test) {
        long seed = Long.getLong("perigee.test.seed", 20261126L);
        System.out.println(test + " " + format + " seed " + seed);
        return new Random(seed);
    }

    private static String schema(StandardFormat format) {
        return "{\"type\":\"string\",\"format\":\"" + format.published() + "\"}";
    }

    private static boolean libraryAccepts(StandardFormat format, String text) {
        Schema library = LIBRARY.getSchema(schema(format));
        return library.validate(LiteralLexemes.quoted(format.asLibraryKnowsIt(text)), InputFormat.JSON)
                .isEmpty();
    }

    private static boolean maskAccepts(StandardFormat format, String text) {
        ConstraintState state = compiler.compile(schema(format)).start();
        TokenMask mask = new TokenMask(tokenizer.vocabularySize());
        for (byte octet : LiteralLexemes.quoted(text).getBytes(StandardCharsets.UTF_8)) {
            state.allowed(mask);
            if (!mask.allows(Byte.toUnsignedInt(octet))) {
                return false;
            }
            state.accept(Byte.toUnsignedInt(octet));
        }
        return state.mayEnd();
    }

    @ParameterizedTest
    @EnumSource
    void textsThatTheMaskLetsThroughAreValid(StandardFormat format) {
        Random random = random(format, "textsThatTheMaskLetsThroughAreValid");
        SchemaWalk walk = new SchemaWalk(tokenizer, random);
        JsonConstraint constraint = compiler.compile(schema(format));
        for (int i = 0; i < 300; i++) {
            String json = walk.value(constraint, schema(format), 1 + random.nextInt(40));
            String text = json.substring(json.indexOf('"') + 1, json.lastIndexOf('"'));
            assertThat(libraryAccepts(format, text)).as(text).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void textsThatTheStandardAllowsAreLetThrough(StandardFormat format) {
        Random random = random(format, "textsThatTheStandardAllowsAreLetThrough");
        for (int i = 0; i < 2_000; i++) {
            String text = format.text(random);
            assertThat(libraryAccepts(format, text))
                    .as("the library on %s", text)
                    .isTrue();
            assertThat(maskAccepts(format, text)).as("the mask on %s", text).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void maskAndLibraryAgreeOnAlteredTexts(StandardFormat format) {
        Random random = random(format, "maskAndLibraryAgreeOnAlteredTexts");
        int valid = 0;
        int invalid = 0;
        for (int i = 0; i < 4_000; i++) {
            String text = altered(format.text(random), random);
            boolean library = libraryAccepts(format, text);
            if (!format.isLeftOpen(text)) {
                assertThat(maskAccepts(format, text)).as(text).isEqualTo(library);
                valid += library ? 1 : 0;
                invalid += library ? 0 : 1;
            } else if (maskAccepts(format, text)) {
                assertThat(library).as(text).isTrue();
            }
        }
        System.out.println(format + " altered: agreed on " + valid + " valid, " + invalid + " invalid");
        assertThat(Math.min(valid, invalid)).isGreaterThan(100);
    }

    private static String altered(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        int at = random.nextInt(text.length());
        char other = ALTERATIONS.charAt(random.nextInt(ALTERATIONS.length()));
        switch (random.nextInt(4)) {
            case 0 -> changed.deleteCharAt(at);
            case 1 -> changed.insert(at, other);
            case 2 -> {
                if (Character.isDigit(text.charAt(at))) {
                    changed.setCharAt(at, (char) ('0' + random.nextInt(10)));
                }
            }
            default -> changed.setCharAt(at, other);
        }
        return changed.toString();
    }
}
