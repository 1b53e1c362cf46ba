package dev.perigee.engine.model;

import dev.perigee.engine.kvcache.PageTable;
import java.util.List;

/**
 * What one step computes: which sequences catch up which tokens. Immutable.
 *
 * <p>Logit rows come in the order of the slices: none, one or one a token for each (see {@link Logits}).
 */
public record StepPlan(List<Slice> slices) {

    public StepPlan {
        slices = List.copyOf(slices);
    }

    /** For which tokens of a slice logits are wanted. */
    public enum Logits {
        NONE,
        LAST,
        ALL
    }

    /** How many tokens the step computes. */
    public int tokens() {
        int sum = 0;
        for (int i = 0; i < slices.size(); i++) {
            sum += slices.get(i).tokens();
        }
        return sum;
    }

    /** How many rows of logits the step writes. */
    public int logitRows() {
        return firstLogitRow(slices.size());
    }

    /** The row of the first logits of a slice; with {@link Logits#LAST} its only one. */
    public int firstLogitRow(int slice) {
        int sum = 0;
        for (int i = 0; i < slice; i++) {
            sum += slices.get(i).logitRows();
        }
        return sum;
    }

    /**
     * Consecutive tokens of one sequence.
     *
     * <p>Invariants: at least one token; the page table has room up to the last of them; tokens before {@code firstPosition} were
     * computed in earlier steps.
     */
    public static final class Slice {

        private final PageTable pages;
        private final int[] tokenIds;
        private final int firstPosition;
        private final Logits logits;

        /** A slice of {@code tokenIds}, the first of which stands at {@code firstPosition}. */
        public Slice(PageTable pages, int[] tokenIds, int firstPosition, Logits logits) {
            if (tokenIds.length == 0) {
                throw new IllegalArgumentException("tokenIds is empty, a slice computes at least one token");
            }
            if (firstPosition < 0 || firstPosition + tokenIds.length > pages.capacity()) {
                throw new IllegalArgumentException("positions " + firstPosition + " to "
                        + (firstPosition + tokenIds.length - 1) + " do not fit pages for " + pages.capacity()
                        + " tokens");
            }
            this.pages = pages;
            this.tokenIds = tokenIds.clone();
            this.firstPosition = firstPosition;
            this.logits = logits;
        }

        /** The sequence's pages. */
        public PageTable pages() {
            return pages;
        }

        /** How many tokens. */
        public int tokens() {
            return tokenIds.length;
        }

        /** The id of the token at {@code firstPosition + index}. */
        public int tokenId(int index) {
            return tokenIds[index];
        }

        /** Where the first token stands in its sequence, counted from 0. */
        public int firstPosition() {
            return firstPosition;
        }

        /** For which tokens logits are wanted. */
        public Logits logits() {
            return logits;
        }

        int logitRows() {
            return switch (logits) {
                case NONE -> 0;
                case LAST -> 1;
                case ALL -> tokenIds.length;
            };
        }
    }
}
