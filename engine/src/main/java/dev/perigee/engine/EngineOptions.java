package dev.perigee.engine;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.model.TransformerOptions;
import dev.perigee.engine.progress.Progress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an engine is opened; every bound is stated here.
 *
 * <pre>{@code
 * EngineOptions options = EngineOptions.of(model).withKernels(Kernels.standard().withThreads(2));
 * }</pre>
 *
 * @param model a GGUF file (of a split one the first), or a safetensors folder as Moonshot ships them
 * @param dialogue what is said to the model, and how it is laid out
 * @param latentNormEps epsilon of the norms of the compressed query and the latent, or 0 for the model's {@code rms_norm_eps}, which
 *     vLLM, SGLang and llama.cpp take; Hugging Face transformers takes 1e-6
 * @param keptDigests folder in which the SHA-256 of the model's files is kept once it is computed, or {@code null} to compute none
 * @param kernels what computes
 * @param bounds what the engine takes on
 */
public record EngineOptions(
        Path model,
        Dialogue dialogue,
        double latentNormEps,
        @Nullable Path keptDigests,
        Kernels kernels,
        Bounds bounds) {

    public EngineOptions {
        if (!(latentNormEps >= 0 && latentNormEps < 1)) {
            throw new IllegalArgumentException(
                    "latentNormEps is " + latentNormEps + ", must be at least 0 and below 1");
        }
    }

    /** The standard options for this model. */
    public static EngineOptions of(Path model) {
        return new EngineOptions(model, Dialogue.standard(), 0, null, Kernels.standard(), Bounds.standard());
    }

    /** The same with this chat template, {@code null} to decide from the model's files. */
    public EngineOptions withChatTemplate(@Nullable String name) {
        return withDialogue(new Dialogue(name, dialogue.rawOnly()));
    }

    /** The same for another kind of prompts. */
    public EngineOptions withDialogue(Dialogue other) {
        return new EngineOptions(model, other, latentNormEps, keptDigests, kernels, bounds);
    }

    /** The same with this epsilon of the norms inside attention, 0 for the model's own. */
    public EngineOptions withLatentNormEps(double epsilon) {
        return new EngineOptions(model, dialogue, epsilon, keptDigests, kernels, bounds);
    }

    /** The same with the model's SHA-256 computed, and kept in this folder. */
    public EngineOptions withKeptDigests(Path folder) {
        return new EngineOptions(model, dialogue, latentNormEps, folder, kernels, bounds);
    }

    /** The same with other kernels. */
    public EngineOptions withKernels(Kernels other) {
        return new EngineOptions(model, dialogue, latentNormEps, keptDigests, other, bounds);
    }

    /** The same with other bounds. */
    public EngineOptions withBounds(Bounds other) {
        return new EngineOptions(model, dialogue, latentNormEps, keptDigests, kernels, other);
    }

    /** How the engine and its tools set the transformer up for steps of at most so many tokens. */
    public TransformerOptions transformer(int maxStepTokens) {
        return new TransformerOptions(
                kernels.options(),
                maxStepTokens,
                bounds.maxContext(),
                latentNormEps,
                kernels.expandedPrompts(),
                Progress.of("loading"));
    }

    private static int atLeast(int low, String name, int value) {
        if (value < low) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + low);
        }
        return value;
    }

    /**
     * What is said to the model, and how it is laid out.
     *
     * @param chatTemplate the template's name ({@code k2-instruct}, {@code k2-thinking}, {@code k2.5-thinking}, {@code k2.5-instant},
     *     {@code moonlight}, {@code moonlet}), or {@code null} to decide from the model's files
     * @param rawOnly whether chats are refused: then a model without a chat template is taken too
     */
    public record Dialogue(@Nullable String chatTemplate, boolean rawOnly) {

        /** Chats as the model's files lay them out, and raw prompts. */
        public static Dialogue standard() {
            return new Dialogue(null, false);
        }
    }

    /**
     * What computes.
     *
     * @param choice Java or C
     * @param isa instruction set that the C kernels must use, or {@code null} for the best this CPU has
     * @param threads how many threads compute; at least 1
     * @param javaAllowed whether a packed C library that does not load may be replaced by the Java kernels
     * @param expandedPrompts whether attention of long prompts is computed expanded, which is faster the longer they are; then the same request is no
     *     longer answered with the same tokens whatever of it was in the cache already
     */
    public record Kernels(
            KernelChoice choice, @Nullable String isa, int threads, boolean javaAllowed, boolean expandedPrompts) {

        public Kernels {
            atLeast(1, "threads", threads);
        }

        private KernelOptions options() {
            KernelPreference preference = switch (choice) {
                case AUTO -> KernelPreference.AUTO;
                case SCALAR -> KernelPreference.SCALAR;
                case NATIVE -> KernelPreference.NATIVE;
            };
            return new KernelOptions(preference, isa, threads, javaAllowed);
        }

        /** The fastest kernels on all cores. */
        public static Kernels standard() {
            return new Kernels(KernelChoice.AUTO, null, Runtime.getRuntime().availableProcessors(), false, false);
        }

        /** The same with another choice. */
        public Kernels withChoice(KernelChoice other) {
            return new Kernels(other, isa, threads, javaAllowed, expandedPrompts);
        }

        /** The same with this instruction set, {@code null} for the best this CPU has. */
        public Kernels withIsa(@Nullable String name) {
            return new Kernels(choice, name, threads, javaAllowed, expandedPrompts);
        }

        /** The same on so many threads. */
        public Kernels withThreads(int count) {
            return new Kernels(choice, isa, count, javaAllowed, expandedPrompts);
        }

        /** The same, with the Java kernels allowed or not where the C library does not load. */
        public Kernels withJavaAllowed(boolean allowed) {
            return new Kernels(choice, isa, threads, allowed, expandedPrompts);
        }

        /** The same with attention of long prompts expanded or not. */
        public Kernels withExpandedPrompts(boolean expanded) {
            return new Kernels(choice, isa, threads, javaAllowed, expanded);
        }
    }

    /**
     * What the engine takes on.
     *
     * @param maxContext longest sequence in tokens; 0 for the model's own maximum, never above it
     * @param maxRunning sequences that compute at the same time; at least 1
     * @param maxWaiting requests that may wait for a place; more are refused; at least 0
     * @param maxWait longest that a request waits before a step takes it on for the first time; one that waits longer is refused; positive
     * @param stepTokens most tokens of one step, over all sequences; at least {@code maxRunning}
     * @param guessedTokens most tokens that are guessed from the request's own text and computed in one step where a sequence answers alone
     *     and that makes it faster; what is answered is the same; 0 for none
     * @param cacheBytes most memory for the latent cache; a sequence can be no longer than fits into it
     */
    public record Bounds(
            int maxContext,
            int maxRunning,
            int maxWaiting,
            Duration maxWait,
            int stepTokens,
            int guessedTokens,
            long cacheBytes) {

        private static final int RUNNING = 16;
        private static final int WAITING = 64;
        private static final Duration WAIT = Duration.ofSeconds(30);
        private static final int STEP_TOKENS = 256;
        private static final int GUESSED_TOKENS = 4;
        private static final long CACHE_BYTES = 256L << 20;

        public Bounds {
            atLeast(0, "maxContext", maxContext);
            atLeast(1, "maxRunning", maxRunning);
            atLeast(0, "maxWaiting", maxWaiting);
            if (!maxWait.isPositive()) {
                throw new IllegalArgumentException("maxWait is " + maxWait + ", must be positive");
            }
            atLeast(maxRunning, "stepTokens", stepTokens);
            atLeast(0, "guessedTokens", guessedTokens);
            if (cacheBytes < 1) {
                throw new IllegalArgumentException("cacheBytes is " + cacheBytes + ", must be at least 1");
            }
        }

        /** The model's whole context, 16 running, 64 waiting for 30 seconds at most, 256 tokens a step, 4 guessed, 256 MiB of cache. */
        public static Bounds standard() {
            return new Bounds(0, RUNNING, WAITING, WAIT, STEP_TOKENS, GUESSED_TOKENS, CACHE_BYTES);
        }

        /** The same with another longest sequence; 0 for the model's own maximum. */
        public Bounds withMaxContext(int tokens) {
            return new Bounds(tokens, maxRunning, maxWaiting, maxWait, stepTokens, guessedTokens, cacheBytes);
        }

        /** The same with so many computing at once. */
        public Bounds withMaxRunning(int sequences) {
            return new Bounds(maxContext, sequences, maxWaiting, maxWait, stepTokens, guessedTokens, cacheBytes);
        }

        /** The same with so many allowed to wait. */
        public Bounds withMaxWaiting(int requests) {
            return new Bounds(maxContext, maxRunning, requests, maxWait, stepTokens, guessedTokens, cacheBytes);
        }

        /** The same with another longest wait. */
        public Bounds withMaxWait(Duration longest) {
            return new Bounds(maxContext, maxRunning, maxWaiting, longest, stepTokens, guessedTokens, cacheBytes);
        }

        /** The same with another step size. */
        public Bounds withStepTokens(int tokens) {
            return new Bounds(maxContext, maxRunning, maxWaiting, maxWait, tokens, guessedTokens, cacheBytes);
        }

        /** The same with so many guessed in one step. */
        public Bounds withGuessedTokens(int tokens) {
            return new Bounds(maxContext, maxRunning, maxWaiting, maxWait, stepTokens, tokens, cacheBytes);
        }

        /** The same with another amount of cache memory. */
        public Bounds withCacheBytes(long bytes) {
            return new Bounds(maxContext, maxRunning, maxWaiting, maxWait, stepTokens, guessedTokens, bytes);
        }
    }
}
