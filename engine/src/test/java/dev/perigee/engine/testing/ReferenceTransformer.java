package dev.perigee.engine.testing;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.YarnConfig;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.weights.AttentionWeights;
import dev.perigee.engine.weights.ConfigFile;
import dev.perigee.engine.weights.FeedForwardWeights;
import dev.perigee.engine.weights.LatentUp;
import dev.perigee.engine.weights.LayerWeights;
import dev.perigee.engine.weights.ModelWeights;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import dev.perigee.engine.weights.WeightBinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The model written down a second time, as plainly as possible and in another way than the engine: double precision, the whole
 * sequence at once, attention in the expanded form with keys and values of every head, rotation in the half-split layout after
 * taking pairs apart.
 */
public final class ReferenceTransformer implements AutoCloseable {

    private final SafetensorsCheckpoint checkpoint;
    private final ModelConfig config;
    private final ModelWeights weights;

    public ReferenceTransformer(Path folder) {
        this.config = ConfigFile.read(folder);
        this.checkpoint = SafetensorsCheckpoint.open(folder);
        this.weights = WeightBinder.bind(checkpoint, config);
    }

    /** Logits of every position. */
    public double[][] logits(int[] tokens) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = row(weights.embedding(), tokens[t]);
        }
        for (LayerWeights layer : weights.layers()) {
            add(x, attention(layer.attention(), normed(x, layer.inputNorm())));
            add(x, feedForward(layer.feedForward(), normed(x, layer.postAttentionNorm())));
        }
        return product(weights.head(), normed(x, weights.norm()));
    }

    private double[][] attention(AttentionWeights w, double[][] x) {
        AttentionConfig shape = config.attention();
        double[][] q = w.compressedQuery() == null
                ? product(w.queryUp(), x)
                : product(
                        w.queryUp(),
                        normed(
                                product(w.compressedQuery().down(), x),
                                w.compressedQuery().norm()));
        double[][] down = product(w.latentDown(), x);
        double[][] up = product(((LatentUp.Joined) w.latentUp()).matrix(), normed(down, w.latentNorm()));
        double[][] joined = new double[x.length][shape.numAttentionHeads() * shape.vHeadDim()];
        for (int head = 0; head < shape.numAttentionHeads(); head++) {
            attendHead(head, q, down, up, joined);
        }
        return product(w.output(), joined);
    }

    private void attendHead(int head, double[][] q, double[][] down, double[][] up, double[][] joined) {
        AttentionConfig shape = config.attention();
        int upStart = head * (shape.qkNopeHeadDim() + shape.vHeadDim());
        List<double[]> keys = new ArrayList<>();
        for (int t = 0; t < q.length; t++) {
            keys.add(concat(
                    slice(up[t], upStart, shape.qkNopeHeadDim()),
                    rotated(slice(down[t], shape.kvLoraRank(), shape.qkRopeHeadDim()), t)));
            int qStart = head * shape.qkHeadDim();
            double[] query = concat(
                    slice(q[t], qStart, shape.qkNopeHeadDim()),
                    rotated(slice(q[t], qStart + shape.qkNopeHeadDim(), shape.qkRopeHeadDim()), t));
            double[] p = softmax(
                    keys.stream().mapToDouble(k -> dot(k, query) * scale()).toArray());
            for (int s = 0; s <= t; s++) {
                for (int i = 0; i < shape.vHeadDim(); i++) {
                    joined[t][head * shape.vHeadDim() + i] += p[s] * up[s][upStart + shape.qkNopeHeadDim() + i];
                }
            }
        }
    }

    private double scale() {
        YarnConfig yarn = config.rope().yarn();
        double m = yarn == null ? 1 : 0.1 * yarn.mscaleAllDim() * Math.log(yarn.factor()) + 1;
        return m * m / Math.sqrt(config.attention().qkHeadDim());
    }

    private double[] rotated(double[] x, int position) {
        int half = x.length / 2;
        double[] split = new double[x.length];
        for (int i = 0; i < half; i++) {
            split[i] = x[2 * i];
            split[half + i] = x[2 * i + 1];
        }
        double[] y = new double[x.length];
        for (int i = 0; i < half; i++) {
            double angle = position * frequency(i, x.length);
            y[i] = split[i] * Math.cos(angle) - split[half + i] * Math.sin(angle);
            y[half + i] = split[half + i] * Math.cos(angle) + split[i] * Math.sin(angle);
        }
        return y;
    }

    private double frequency(int i, int dimension) {
        double theta = config.rope().ropeTheta();
        double plain = 1 / Math.pow(theta, 2.0 * i / dimension);
        YarnConfig yarn = config.rope().yarn();
        if (yarn == null) {
            return plain;
        }
        double low = Math.floor(correction(yarn.betaFast(), yarn, dimension, theta));
        double high = Math.ceil(correction(yarn.betaSlow(), yarn, dimension, theta));
        low = Math.max(low, 0);
        high = Math.min(high, dimension - 1);
        double ramp = Math.min(1, Math.max(0, (i - low) / (low == high ? 0.001 : high - low)));
        return plain / yarn.factor() * ramp + plain * (1 - ramp);
    }

    private static double correction(double beta, YarnConfig yarn, int dimension, double theta) {
        return dimension
                * Math.log(yarn.originalMaxPositionEmbeddings() / (beta * 2 * Math.PI))
                / (2 * Math.log(theta));
    }

    private double[][] feedForward(FeedForwardWeights w, double[][] x) {
        return switch (w) {
            case FeedForwardWeights.Dense dense -> swiGlu(dense, x);
            case FeedForwardWeights.Experts experts -> experts(experts, x);
        };
    }

    private static double[][] swiGlu(FeedForwardWeights.Dense w, double[][] x) {
        double[][] gate = product(w.gate(), x);
        double[][] up = product(w.up(), x);
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < gate[t].length; i++) {
                gate[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
            }
        }
        return product(w.down(), gate);
    }

    private double[][] experts(FeedForwardWeights.Experts w, double[][] x) {
        double[][] y = w.shared() == null ? new double[x.length][x[0].length] : swiGlu(w.shared(), x);
        double[][] logits = product(w.router(), x);
        for (int t = 0; t < x.length; t++) {
            double[] s = new double[logits[t].length];
            for (int i = 0; i < s.length; i++) {
                s[i] = 1 / (1 + Math.exp(-logits[t][i]));
            }
            List<Integer> chosen = chosen(w, s);
            double sum = chosen.stream().mapToDouble(e -> s[e]).sum() + 1e-20;
            for (int expert : chosen) {
                double factor = s[expert]
                        / (config.moe().router().normTopkProb() ? sum : 1)
                        * config.moe().router().routedScalingFactor();
                double[] out = swiGlu(w.experts().get(expert), new double[][] {x[t]})[0];
                for (int i = 0; i < out.length; i++) {
                    y[t][i] += factor * out[i];
                }
            }
        }
        return y;
    }

    private List<Integer> chosen(FeedForwardWeights.Experts w, double[] s) {
        int groups = config.moe().router().nGroup();
        int size = s.length / groups;
        List<Integer> kept = IntStream.range(0, groups)
                .boxed()
                .sorted(Comparator.comparingDouble(g -> -IntStream.range(g * size, (g + 1) * size)
                        .mapToDouble(e -> s[e] + w.correctionBias().get(e))
                        .map(v -> -v)
                        .sorted()
                        .limit(2)
                        .map(v -> -v)
                        .sum()))
                .limit(config.moe().router().topkGroup())
                .toList();
        return IntStream.range(0, s.length)
                .boxed()
                .filter(e -> kept.contains(e / size))
                .sorted(Comparator.comparingDouble(
                        e -> -(s[e] + w.correctionBias().get(e))))
                .limit(config.moe().router().numExpertsPerTok())
                .toList();
    }

    private double[][] normed(double[][] x, FloatMatrix weight) {
        double[][] y = new double[x.length][weight.columns()];
        for (int t = 0; t < x.length; t++) {
            double squares = 0;
            for (int i = 0; i < weight.columns(); i++) {
                squares += x[t][i] * x[t][i];
            }
            for (int i = 0; i < weight.columns(); i++) {
                y[t][i] = x[t][i] / Math.sqrt(squares / weight.columns() + config.rmsNormEps()) * weight.get(0, i);
            }
        }
        return y;
    }

    private static double[][] product(WeightMatrix w, double[][] x) {
        double[][] y = new double[x.length][w.rows()];
        for (int r = 0; r < w.rows(); r++) {
            double[] row = row(w, r);
            for (int t = 0; t < x.length; t++) {
                y[t][r] = dot(row, x[t]);
            }
        }
        return y;
    }

    private static double[] row(WeightMatrix w, int r) {
        float[] row = new float[w.columns()];
        w.decodeRow(r, row);
        return IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] softmax(double[] scores) {
        double max = Arrays.stream(scores).max().orElseThrow();
        double[] p = Arrays.stream(scores).map(s -> Math.exp(s - max)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(v -> v / sum).toArray();
    }

    private static double[] slice(double[] x, int first, int count) {
        return Arrays.copyOfRange(x, first, first + count);
    }

    private static double[] concat(double[] a, double[] b) {
        return DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    private static void add(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += y[t][i];
            }
        }
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
