package dev.perigee.engine.generation;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks of a backend.
 *
 * @param id the caller's id of this request; appears in events and logs
 * @param prompt what the generation starts from
 * @param sampling how tokens are drawn
 * @param limits where the generation ends
 * @param scheduling whose turn it is when several requests wait
 * @param constraint what form the answer must have
 */
public record GenerationRequest(
        String id,
        Prompt prompt,
        SamplingParameters sampling,
        Limits limits,
        Scheduling scheduling,
        OutputConstraint constraint) {

    /** A request for an answer of any form. */
    public GenerationRequest(
            String id, Prompt prompt, SamplingParameters sampling, Limits limits, Scheduling scheduling) {
        this(id, prompt, sampling, limits, scheduling, OutputConstraint.none());
    }

    /** The same request for an answer of this form. */
    public GenerationRequest constrained(OutputConstraint wanted) {
        return new GenerationRequest(id, prompt, sampling, limits, scheduling, wanted);
    }

    /**
     * @param maxTokens most tokens to generate, reasoning included; at least 1
     * @param stop texts that end the answer; they are not part of it
     * @param granted how many of them may be generated before {@link dev.perigee.engine.Generation#grant} lets it go on; a prompt is
     *     computed without a grant
     * @param deadline how long after it was taken on the answer may still be computed, positive; one that has not ended then ends by
     *     {@link FinishReason#LENGTH}, one that has not begun is refused. {@code null} for no such limit
     */
    public record Limits(
            int maxTokens,
            List<String> stop,
            int granted,
            @Nullable Duration deadline) {

        public Limits {
            if (maxTokens < 1) {
                throw new IllegalArgumentException("max_tokens is " + maxTokens + ", must be at least 1");
            }
            if (granted < 0) {
                throw new IllegalArgumentException("granted is " + granted + ", must not be negative");
            }
            if (deadline != null && !deadline.isPositive()) {
                throw new IllegalArgumentException("deadline is " + deadline + ", must be positive");
            }
            stop = List.copyOf(stop);
        }

        /** Limits without a deadline. */
        public Limits(int maxTokens, List<String> stop, int granted) {
            this(maxTokens, stop, granted, null);
        }

        /** Limits without a deadline, under which every token is granted from the start. */
        public Limits(int maxTokens, List<String> stop) {
            this(maxTokens, stop, maxTokens);
        }
    }

    /**
     * @param key requests of one key share one fair turn
     * @param cachePartition opaque; computed prefixes are never shared between partitions
     * @param weight share of this key against the others; at least 1
     */
    public record Scheduling(String key, String cachePartition, int weight) {
        public Scheduling {
            if (weight < 1) {
                throw new IllegalArgumentException("weight is " + weight + ", must be at least 1");
            }
        }

        /** The one key of an application that has no tenants. */
        public static Scheduling single() {
            return new Scheduling("", "", 1);
        }
    }
}
