package dev.perigee.engine.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.weights.GgufCheckpoint;
import dev.perigee.engine.weights.GgufMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns text into token ids and ids into bytes, by a vocabulary of ranks with K2's split pattern.
 *
 * <p>Text never yields a control token, whatever it spells: those are placed by id only, see {@link #idOf}.
 *
 * <p>Invariants: ids below {@link #ranks()} are text, those from there on are control tokens.
 *
 * <p>Threads: any.
 *
 * <p>Source: Kimi K2's tokenizer; ids agree with tiktoken's on the same vocabulary.
 */
public final class Tokenizer {

    private final List<byte[]> tokens;
    private final SpecialTokens specials;
    private final Encoding encoding;

    Tokenizer(TextTokens tokens, SpecialTokens specials) {
        this.tokens = List.copyOf(tokens.all());
        this.specials = specials;
        this.encoding = encoding(this.tokens);
    }

    /**
     * Opens a bare tiktoken file, the one in a model folder together with its tokenizer_config.json, or the vocabulary in a GGUF file.
     *
     * @throws ModelLoadException where a file is missing or damaged, with the line or the key
     */
    public static Tokenizer load(Path path) {
        if (!Files.exists(path)) {
            throw new ModelLoadException(
                    path.toString(), "does not exist", "give a tiktoken file, a model folder with one, or a GGUF file");
        }
        if (Files.isDirectory(path)) {
            return load(path.resolve(TiktokenFile.NAME), TokenizerConfig.read(path));
        }
        return GgufCheckpoint.beginsAsGguf(path) ? loadGguf(path) : of(TiktokenFile.read(path), Map.of());
    }

    /** Whether a model folder holds a vocabulary that can be loaded. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(TiktokenFile.NAME));
    }

    private static Tokenizer loadGguf(Path file) {
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(file)) {
            return of(checkpoint.metadata());
        }
    }

    /**
     * The vocabulary in a GGUF file's metadata.
     *
     * @throws ModelLoadException where it is missing, damaged, or not written for Kimi's tokenizer, by key and value
     */
    public static Tokenizer of(GgufMetadata metadata) {
        return GgufVocabulary.read(metadata);
    }

    private static Tokenizer of(TextTokens tokens, Map<Integer, String> names) {
        return new Tokenizer(tokens, SpecialTokens.of(tokens.size(), SpecialTokens.COUNT, names));
    }

    private static Tokenizer load(Path file, TokenizerConfig config) {
        TextTokens tokens = TiktokenFile.read(file);
        int end = tokens.size() + SpecialTokens.COUNT;
        for (int id : config.specialTokens().keySet()) {
            if (id < tokens.size() || id >= end) {
                throw new ModelLoadException(
                        config.file() + " added_tokens_decoder." + id,
                        "is no control token's id; with " + tokens.size() + " ranks they are " + tokens.size() + " to "
                                + (end - 1),
                        "fetch tiktoken.model and tokenizer_config.json of the same checkpoint");
            }
        }
        return of(tokens, config.specialTokens());
    }

    private static Encoding encoding(List<byte[]> tokens) {
        Map<byte[], Integer> ranks = HashMap.newHashMap(tokens.size());
        for (int rank = 0; rank < tokens.size(); rank++) {
            ranks.put(tokens.get(rank), rank);
        }
        EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
        registry.registerGptBytePairEncoding(new GptBytePairEncodingParams("k2", SplitPattern.K2, ranks, Map.of()));
        return registry.getEncoding("k2").orElseThrow(() -> new AssertionError("registered a line above"));
    }

    /** How many ids are text. */
    public int ranks() {
        return tokens.size();
    }

    /** Ids go from 0 to this, exclusive. */
    public int vocabularySize() {
        return specials.end();
    }

    /** The control tokens, by rising id. */
    public List<SpecialToken> specialTokens() {
        return specials.all();
    }

    /**
     * The id of a control token.
     *
     * @throws ModelLoadException where this vocabulary has no such token
     */
    public int idOf(ControlToken token) {
        return specials.idOf(token);
    }

    /** Whether the id is a control token's. */
    public boolean isSpecial(int id) {
        return id >= tokens.size() && id < specials.end();
    }

    /** The ids of this text; none is a control token's. Lone surrogates count as {@code ?}. */
    public int[] encode(String text) {
        int[] ids = new int[Math.max(16, text.length() / 3)];
        int size = 0;
        for (String part : LongTextCuts.of(text)) {
            IntArrayList found = encoding.encodeOrdinary(part);
            if (size + found.size() > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(size + found.size(), 2 * ids.length));
            }
            for (int i = 0; i < found.size(); i++) {
                ids[size++] = found.get(i);
            }
        }
        return Arrays.copyOf(ids, size);
    }

    /** The bytes of a token: of its text, or of a control token's spelling. */
    public byte[] bytes(int id) {
        if (id < 0 || id >= specials.end()) {
            throw new IllegalArgumentException(
                    "token id is " + id + ", must lie between 0 and " + (specials.end() - 1));
        }
        return id < tokens.size()
                ? tokens.get(id).clone()
                : specials.at(id).text().getBytes(StandardCharsets.UTF_8);
    }

    /** The text of these ids; control tokens as they are spelled, bytes that are no UTF-8 as U+FFFD. */
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(bytes(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
