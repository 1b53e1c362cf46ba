package dev.perigee.inference.autoconfigure;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.KernelChoice;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.inference.chat.PerigeeChatOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * What the engine loads and how it runs.
 *
 * @param model Model to load: a GGUF file (of a split one the first), or a folder as Moonshot ships it (safetensors, config.json,
 *     tiktoken.model); the bundled model where none is set.
 * @param dataDir Folder for what survives restarts, such as the unpacked bundled model; a leading ~ is the user's home.
 * @param engine How the engine runs.
 * @param chat What a chat request starts from.
 */
@ConfigurationProperties("perigee")
public record PerigeeProperties(
        @Nullable String model,
        @DefaultValue("~/.perigee") String dataDir,
        @DefaultValue Engine engine,
        @DefaultValue Chat chat) {

    public PerigeeProperties {
        model = StringUtils.hasText(model) ? model : null;
        path("perigee.data-dir", dataDir);
        if (model != null) {
            path("perigee.model", model);
        }
    }

    /** The model's file or folder, {@code null} for the bundled model. */
    public @Nullable Path modelPath() {
        return model == null ? null : path("perigee.model", model);
    }

    /** The folder for what survives restarts, absolute. */
    public Path dataPath() {
        return path("perigee.data-dir", dataDir);
    }

    private static Path path(String property, String text) {
        String whole =
                text.equals("~") || text.startsWith("~/") ? System.getProperty("user.home") + text.substring(1) : text;
        try {
            return Path.of(whole).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    property + " is \"" + text + "\", which is no path: " + e.getReason(), e);
        }
    }

    /**
     * How the engine runs.
     *
     * @param chatTemplate Layout of a conversation: k2-instruct, k2-thinking, k2.5-thinking, k2.5-instant, moonlight or moonlet; decided
     *     from the model's files where none is set.
     * @param latentNormEps Epsilon of the norms inside attention, such as 1e-6 as Hugging Face transformers takes it; 0 for the model's
     *     own.
     * @param kernels What computes.
     * @param bounds What the engine takes on.
     */
    public record Engine(
            @Nullable String chatTemplate,
            @DefaultValue("0") double latentNormEps,
            @DefaultValue Kernels kernels,
            @DefaultValue Bounds bounds) {

        public Engine {
            EngineOptions.of(Path.of("")).withLatentNormEps(latentNormEps);
        }

        EngineOptions options(Path model) {
            return EngineOptions.of(model)
                    .withChatTemplate(chatTemplate)
                    .withLatentNormEps(latentNormEps)
                    .withKernels(kernels.options())
                    .withBounds(bounds.options());
        }
    }

    /**
     * What computes.
     *
     * @param choice Auto takes the fastest there is, scalar is plain Java, native the C kernels or an error.
     * @param isa Instruction set that the C kernels must use, such as avx2; the best that the CPU has where none is set.
     * @param threads How many threads compute; one for each processor where none is set.
     * @param javaAllowed Whether the Java kernels take over where the packed C kernels do not load.
     * @param expandedPrompts Whether attention of long prompts is computed expanded, which is faster the longer they are; then the same request is no
     *     longer answered with the same tokens whatever of it was in the cache already.
     */
    public record Kernels(
            @DefaultValue("auto") KernelChoice choice,
            @Nullable String isa,
            @Nullable Integer threads,
            @DefaultValue("false") boolean javaAllowed,
            @DefaultValue("false") boolean expandedPrompts) {

        public Kernels {
            options(choice, isa, threads, javaAllowed, expandedPrompts);
        }

        EngineOptions.Kernels options() {
            return options(choice, isa, threads, javaAllowed, expandedPrompts);
        }

        private static EngineOptions.Kernels options(
                KernelChoice choice,
                @Nullable String isa,
                @Nullable Integer threads,
                boolean javaAllowed,
                boolean expandedPrompts) {
            int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
            return new EngineOptions.Kernels(choice, isa, count, javaAllowed, expandedPrompts);
        }
    }

    /**
     * What the engine takes on.
     *
     * @param maxContext Longest sequence in tokens, prompt and answer together; 0 for the model's own maximum.
     * @param maxRunning Requests that compute at the same time.
     * @param maxWait How long a request may wait for its turn; one that waits longer is refused.
     * @param maxWaiting Requests that may wait for their turn; more are refused.
     * @param stepTokens Most tokens that one step computes, over all requests.
     * @param guessedTokens Most tokens guessed from a request's own text and computed in one step, where it runs alone and that is faster; 0 for none.
     * @param cacheMemory Memory for what has been computed of running requests.
     */
    public record Bounds(
            @DefaultValue("0") int maxContext,
            @DefaultValue("16") int maxRunning,
            @DefaultValue("30s") Duration maxWait,
            @DefaultValue("64") int maxWaiting,
            @DefaultValue("256") int stepTokens,
            @DefaultValue("4") int guessedTokens,
            @DefaultValue("256MB") DataSize cacheMemory) {

        public Bounds {
            long bytes = cacheMemory.toBytes();
            new EngineOptions.Bounds(maxContext, maxRunning, maxWaiting, maxWait, stepTokens, guessedTokens, bytes);
        }

        EngineOptions.Bounds options() {
            long bytes = cacheMemory.toBytes();
            return new EngineOptions.Bounds(
                    maxContext, maxRunning, maxWaiting, maxWait, stepTokens, guessedTokens, bytes);
        }
    }

    /**
     * What a chat request starts from; a request's own options come before these, and what neither sets is the model's own default.
     *
     * @param maxTokens Most tokens to generate, reasoning included; the rest of the context where none is set.
     * @param stopSequences Texts that end the answer; they are not part of it.
     * @param temperature How freely tokens are drawn: 0 always takes the most probable, at most 2.
     * @param topK Draws from the k most probable tokens; 0 from all.
     * @param topP Draws from the smallest set whose probability reaches p; 1 from all.
     * @param minP Drops tokens less probable than this times the most probable; 0 none.
     * @param seed Same request and seed, same answer; a new seed for every request where none is set.
     */
    public record Chat(
            @Nullable Integer maxTokens,
            @Nullable List<String> stopSequences,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double minP,
            @Nullable Long seed) {

        public Chat {
            new SamplingParameters(temperature, topK, topP, minP, seed);
            if (maxTokens != null && maxTokens < 1) {
                throw new IllegalArgumentException("max-tokens is " + maxTokens + ", must be at least 1");
            }
        }

        PerigeeChatOptions options() {
            return PerigeeChatOptions.builder()
                    .maxTokens(maxTokens)
                    .stopSequences(stopSequences)
                    .temperature(temperature)
                    .topK(topK)
                    .topP(topP)
                    .minP(minP)
                    .seed(seed)
                    .build();
        }
    }
}
