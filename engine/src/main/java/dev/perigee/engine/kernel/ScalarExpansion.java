package dev.perigee.engine.kernel;

import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One head's attention in its expanded form, in plain Java: values and keys of all positions, then token by token.
 *
 * <p>Threads: one; every thread has its own.
 */
final class ScalarExpansion {

    private final LatentLayer latents;
    private final AttentionSpan span;
    private final LatentHeads heads;
    private final FloatMatrix query;
    private final FloatMatrix output;
    private final float[][] values; // (positions, vHeadDim)
    private final float[][] keys; // (positions, qkNopeHeadDim + qkRopeHeadDim)
    private final float[] products;

    ScalarExpansion(LatentLayer latents, AttentionSpan span, LatentHeads heads, FloatMatrix query, FloatMatrix output) {
        int positions = span.firstPosition() + span.rows();
        this.latents = latents;
        this.span = span;
        this.heads = heads;
        this.query = query;
        this.output = output;
        this.values = new float[positions][heads.valueWidth()];
        this.keys = new float[positions][heads.queryWidth(latents)];
        this.products = new float[Math.max(latents.geometry().tokenWidth(), heads.queryWidth(latents))];
    }

    void attend(int head) {
        expand(head);
        float[] asked = new float[heads.queryWidth(latents)];
        float[] scores = new float[keys.length];
        float[] sum = new float[heads.valueWidth()];
        for (int token = 0; token < span.rows(); token++) {
            int row = span.firstRow() + token;
            int positions = span.firstPosition() + token + 1;
            query.copyRow(row, head * asked.length, asked, asked.length);
            for (int position = 0; position < positions; position++) {
                scores[position] = ScalarMath.dot(keys[position], asked, asked.length, products)
                        * latents.geometry().scale();
            }
            ScalarMath.softmax(scores, positions);
            Arrays.fill(sum, 0f);
            for (int position = 0; position < positions; position++) {
                ScalarMath.addScaled(scores[position], values[position], sum, sum.length);
            }
            output.setRow(row, head * sum.length, sum, sum.length);
        }
    }

    private void expand(int head) {
        float[][] weights = decoded(head);
        int width = heads.latentWidth();
        float[] latent = new float[latents.geometry().tokenWidth()];
        for (int position = 0; position < keys.length; position++) {
            span.copyLatent(latents, position, latent);
            for (int i = 0; i < heads.valueWidth(); i++) {
                values[position][i] = ScalarMath.dot(weights[i], latent, width, products);
            }
            for (int i = 0; i < heads.keyWidth(); i++) {
                keys[position][i] = ScalarMath.dot(weights[heads.valueWidth() + i], latent, width, products);
            }
            System.arraycopy(latent, width, keys[position], heads.keyWidth(), latent.length - width);
        }
    }

    private float[][] decoded(int head) {
        int made = heads.valueWidth() + heads.keyWidth();
        int width = heads.latentWidth();
        FloatMatrix matrix = new FloatMatrix(MemorySegment.ofArray(new float[made * width]), made, width);
        heads.decode(head, 0, heads.storedRows(), new float[Math.max(width, heads.keyWidth())], matrix);
        float[][] rows = new float[made][width];
        for (int i = 0; i < made; i++) {
            matrix.copyRow(i, rows[i], width);
        }
        return rows;
    }
}
