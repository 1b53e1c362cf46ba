package dev.perigee.engine.sampling;

import java.util.Arrays;

/**
 * Forbids ids that the tokenizer does not know; models may have more rows than the vocabulary has tokens.
 *
 * @param end the first id that is unknown
 */
public record VocabularyLimit(int end) implements LogitsProcessor {

    @Override
    public void process(float[] logits) {
        if (end < logits.length) {
            Arrays.fill(logits, end, logits.length, Float.NEGATIVE_INFINITY);
        }
    }
}
