package dev.perigee.engine.kernel;

/** Heap arrays of one thread that only grow, so that a warmed-up kernel allocates nothing. */
final class ScalarBuffers {

    private float[] products = new float[0];
    private float[] row = new float[0];
    private float[][] inputs = new float[0][0];
    private float[][] outputs = new float[0][0];
    private float[][] scores = new float[0][0];

    float[] products(int length) {
        products = grown(products, length);
        return products;
    }

    float[] row(int length) {
        row = grown(row, length);
        return row;
    }

    float[][] inputs(int count, int length) {
        inputs = grown(inputs, count, length);
        return inputs;
    }

    float[][] outputs(int count, int length) {
        outputs = grown(outputs, count, length);
        return outputs;
    }

    float[][] scores(int count, int length) {
        scores = grown(scores, count, length);
        return scores;
    }

    private static float[] grown(float[] old, int length) {
        return old.length >= length ? old : new float[Math.max(length, old.length * 2)];
    }

    private static float[][] grown(float[][] old, int count, int length) {
        if (old.length >= count && (count == 0 || old[0].length >= length)) {
            return old;
        }
        int rows = Math.max(count, old.length);
        int columns = Math.max(length, old.length == 0 ? 0 : old[0].length);
        return new float[rows][columns];
    }
}
