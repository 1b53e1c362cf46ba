package dev.perigee.engine.tokenizer;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.weights.GgufCheckpoint;
import dev.perigee.engine.weights.GgufMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns text into token ids and ids into bytes: by a vocabulary of ranks with K2's split pattern, or by DeepSeek's list of merges.
 *
 * <p>Text never yields a control token, whatever it spells: those are placed by id only, see {@link #idOf}.
 *
 * <p>Invariants: ids from {@link #ranks()} on are control tokens; below it are Kimi's all text, DeepSeek has control tokens there too.
 *
 * <p>Threads: any.
 *
 * <p>Source: Kimi K2's tokenizer; ids agree with tiktoken's on the same vocabulary. DeepSeek's agree with Hugging Face tokenizers.
 */
public final class Tokenizer {

    private final List<byte[]> tokens;
    private final SpecialTokens specials;
    private final TextEncoder encoder;
    private final Frame frame;

    /**
     * What belongs around a prompt that is no chat.
     *
     * @param start ids that it begins with
     * @param ends ids that end its answer
     */
    record Frame(List<Integer> start, Set<Integer> ends) {}

    Tokenizer(TextTokens tokens, SpecialTokens specials) {
        this(withSpellings(tokens, specials), specials, new RankEncoder(tokens.all()), new Frame(List.of(), Set.of()));
    }

    /** @param tokens the bytes of every id's text or spelling */
    Tokenizer(List<byte[]> tokens, SpecialTokens specials, TextEncoder encoder, Frame frame) {
        this.tokens = List.copyOf(tokens);
        this.specials = specials;
        this.encoder = encoder;
        this.frame = frame;
    }

    private static List<byte[]> withSpellings(TextTokens text, SpecialTokens specials) {
        List<byte[]> all = new ArrayList<>(text.all());
        specials.all().forEach(token -> all.add(token.text().getBytes(StandardCharsets.UTF_8)));
        return all;
    }

    /**
     * Opens a bare tiktoken file or the tokenizer.json of a DeepSeek model, the one in a model folder together with its
     * tokenizer_config.json, or the vocabulary in a GGUF file.
     *
     * @throws ModelLoadException where a file is missing or damaged, with the line or the key
     */
    public static Tokenizer load(Path path) {
        if (!Files.exists(path)) {
            throw new ModelLoadException(
                    path.toString(), "does not exist", "give a tiktoken file, a model folder with one, or a GGUF file");
        }
        if (Files.isDirectory(path)) {
            return isIn(path) || !Files.exists(path.resolve(TokenizerJson.NAME))
                    ? load(path.resolve(TiktokenFile.NAME), TokenizerConfig.read(path))
                    : TokenizerJson.read(path.resolve(TokenizerJson.NAME));
        }
        if (path.endsWith(TokenizerJson.NAME)) {
            return TokenizerJson.read(path);
        }
        return GgufCheckpoint.beginsAsGguf(path) ? loadGguf(path) : of(TiktokenFile.read(path), Map.of());
    }

    /** Whether a model folder holds a vocabulary of Kimi's form. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(TiktokenFile.NAME));
    }

    /** Whether a model folder holds a vocabulary that {@link #load} reads, sound or not. */
    public static boolean isAnyIn(Path folder) {
        return isIn(folder) || Files.exists(folder.resolve(TokenizerJson.NAME));
    }

    private static Tokenizer loadGguf(Path file) {
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(file)) {
            return of(checkpoint.metadata());
        }
    }

    /**
     * The vocabulary in a GGUF file's metadata.
     *
     * @throws ModelLoadException where it is missing, damaged, or written for a tokenizer that is not known here, by key and value
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

    TextEncoder encoder() {
        return encoder;
    }

    Frame frame() {
        return frame;
    }

    /** Ids from here on are control tokens. */
    public int ranks() {
        return specials.base();
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
        return specials.holds(id);
    }

    /** The ids of this text; none is a control token's. Lone surrogates count as {@code ?}. */
    public int[] encode(String text) {
        return encoder.encode(text);
    }

    /** The ids of a text that a model shall go on with: its own, behind what the model's prompts begin with. */
    public int[] encodePrompt(String text) {
        int[] ids = encode(text);
        int[] framed = new int[frame.start().size() + ids.length];
        Arrays.setAll(
                framed,
                i -> i < framed.length - ids.length ? frame.start().get(i) : ids[i - framed.length + ids.length]);
        return framed;
    }

    /**
     * The ids that end an answer, beside those that other files name.
     *
     * @throws ModelLoadException where a vocabulary of Kimi's form has none
     */
    public Set<Integer> ends() {
        return encoder instanceof RankEncoder
                ? Set.of(idOf(ControlToken.EOS), idOf(ControlToken.IM_END))
                : frame.ends();
    }

    /** The bytes of a token: of its text, or of a control token's spelling. */
    public byte[] bytes(int id) {
        if (id < 0 || id >= specials.end()) {
            throw new IllegalArgumentException(
                    "token id is " + id + ", must lie between 0 and " + (specials.end() - 1));
        }
        return tokens.get(id).clone();
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
