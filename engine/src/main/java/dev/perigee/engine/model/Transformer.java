package dev.perigee.engine.model;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.attention.AttentionContext;
import dev.perigee.engine.attention.RotaryEmbedding;
import dev.perigee.engine.attention.StepLayout;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.kernel.KernelSelection;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.progress.Progress;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.ModelWeights;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole forward pass of a Kimi-K2-shaped model.
 *
 * <p>{@link #forward} allocates nothing on the heap; working memory is taken when the model is loaded. Weights are
 * read as stored at first, so that it answers at once; {@link #loadMore} gives them the order in which they are read fastest.
 */
public final class Transformer implements LanguageModel {

    /** Tokens of one page of the latent cache. */
    public static final int PAGE_TOKENS = 64;

    private final ModelConfig config;
    private final TransformerOptions options;
    private final Checkpoint checkpoint;
    private final Kernels kernels;
    private final ScratchBuffers buffers;
    private final KvLayout cacheLayout;
    private final HiddenStates states;
    private final StepLayout step;
    private final RotaryEmbedding rotary;
    private final TokenEmbedding embedding;
    private final List<DecoderLayer> layers;
    private final LanguageModelHead head;
    private final long bytesPutOff;
    private final Kernels.RowLoop beginRows = this::beginRows;
    private final StepLayout.RowMove moveRow = this::moveRow;
    private StepPlan.@Nullable Slice beginning;
    private final Progress interleaving = Progress.logged("interleaving weights");

    private Transformer(
            ModelConfig config,
            TransformerOptions options,
            Checkpoint checkpoint,
            Kernels kernels,
            ScratchBuffers buffers) {
        this.config = config;
        this.options = options;
        this.checkpoint = checkpoint;
        this.kernels = kernels;
        this.buffers = buffers;
        ModelWeights weights = checkpoint.bind(config);
        this.cacheLayout = cacheLayout(config, kernels.latentType(weights.hasQuantisedAttention()));
        int maxTokens = options.maxStepTokens();
        TransformerAssembly assembly = new TransformerAssembly(
                config,
                kernels,
                checkpoint.arena(),
                buffers,
                new TransformerAssembly.Setting(
                        new AttentionContext.Setting(
                                maxTokens, cacheLayout.pagesFor(contextLength()), options.expandedPrompts()),
                        options.latentNormEps()));
        this.states = new HiddenStates(
                kernels, buffers, maxTokens, config.dimensions().hiddenSize());
        this.step = new StepLayout(maxTokens);
        this.rotary = assembly.attention().rotary();
        this.embedding = new TokenEmbedding(weights.embedding());
        long bytes = checkpoint.sizes().stream()
                .mapToLong(Checkpoint.StoredSize::bytes)
                .sum();
        this.layers = assembly.layers(weights, bytes, options.progress());
        this.head = new LanguageModelHead(assembly.norm(weights.norm()), assembly.linear(weights.head()));
        this.bytesPutOff = kernels.bytesPutOff();
    }

    /**
     * Opens a safetensors folder or a GGUF file and makes it ready to compute.
     *
     * @throws ModelLoadException where it does not hold a sound model of a known kind, or the kernels do not load
     */
    public static Transformer load(Path model, TransformerOptions options) {
        return load(Checkpoint.open(model), options);
    }

    /**
     * Makes an open checkpoint ready to compute, and closes it with the transformer or where that fails.
     *
     * @throws ModelLoadException as the shorter form
     */
    public static Transformer load(Checkpoint checkpoint, TransformerOptions options) {
        ScratchBuffers buffers = new ScratchBuffers();
        @Nullable Kernels kernels = null;
        try {
            ModelConfig config = checkpoint.config();
            kernels = KernelSelection.open(options.kernels());
            return new Transformer(config, options, checkpoint, kernels, buffers);
        } catch (RuntimeException | Error e) {
            buffers.close();
            checkpoint.close();
            if (kernels != null) {
                kernels.close();
            }
            throw e;
        }
    }

    /** How the latent cache of such a model is cut where its values are of this type. */
    public static KvLayout cacheLayout(ModelConfig config, DataType type) {
        return new KvLayout(
                type, config.dimensions().numHiddenLayers(), config.attention().latentWidth(), PAGE_TOKENS);
    }

    /** What the model is made of. */
    public ModelConfig config() {
        return config;
    }

    /** What computes: {@code scalar}, {@code native-avx2} … */
    public String kernelName() {
        return kernels.name();
    }

    /** How this model's latent cache is cut. */
    public KvLayout cacheLayout() {
        return cacheLayout;
    }

    @Override
    public int vocabularySize() {
        return config.dimensions().vocabSize();
    }

    @Override
    public int contextLength() {
        int most = config.dimensions().maxPositionEmbeddings();
        return options.maxContext() == 0 ? most : Math.min(most, options.maxContext());
    }

    @Override
    public int maxStepTokens() {
        return options.maxStepTokens();
    }

    @Override
    public KvCache newCache(long bytes) {
        long pages = Math.max(1, bytes / cacheLayout.pageBytes());
        return new KvCache(cacheLayout, Math.toIntExact(Math.min(pages, Integer.MAX_VALUE - 8)), kernels.memory());
    }

    @Override
    public void forward(StepPlan plan, KvCache cache, FloatMatrix logits) {
        check(plan, cache, logits);
        step.begin(cache);
        for (int i = 0; i < plan.slices().size(); i++) {
            begin(plan.slices().get(i));
        }
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).cache(kernels, states, step);
            if (i == layers.size() - 1) {
                step.keepLogitRows(moveRow);
            }
            if (step.rows() == 0) {
                return;
            }
            layers.get(i).apply(kernels, states, step);
        }
        head.apply(kernels, states, logits, step.rows());
    }

    /** Nobody reads of the last layer's other rows more than what they left in the cache. */
    private void moveRow(int from, int to, int position) {
        states.move(from, to);
        rotary.place(to, position);
    }

    /** Interleaves the next weight; loading leaves all as they are stored. */
    @Override
    public boolean loadMore() {
        if (kernels.bytesPutOff() == 0) {
            return false;
        }
        kernels.arrangeNext();
        interleaving.reached(bytesPutOff - kernels.bytesPutOff(), bytesPutOff, "between steps");
        return true;
    }

    private void begin(StepPlan.Slice slice) {
        beginning = slice;
        kernels.forRows(slice.tokens(), beginRows);
        step.add(slice.pages(), slice.firstPosition(), slice.tokens(), slice.logitRows());
    }

    @SuppressWarnings("NullAway") // set before the rows are shared out
    private void beginRows(int first, int end) {
        StepPlan.Slice slice = beginning;
        for (int i = first; i < end; i++) {
            int row = step.rows() + i;
            rotary.place(row, slice.firstPosition() + i);
            embedding.lookUp(slice.tokenId(i), states.residual(), row);
        }
    }

    private void check(StepPlan plan, KvCache cache, FloatMatrix logits) {
        require("plan tokens", plan.tokens(), maxStepTokens());
        require("logit rows", plan.logitRows(), logits.rows());
        if (!cache.layout().equals(cacheLayout)) {
            throw new IllegalArgumentException("cache is laid out as " + cache.layout() + ", wanted is " + cacheLayout);
        }
        for (int i = 0; i < plan.slices().size(); i++) {
            StepPlan.Slice slice = plan.slices().get(i);
            require("positions", slice.firstPosition() + slice.tokens(), contextLength());
            for (int t = 0; t < slice.tokens(); t++) {
                checkToken(slice.tokenId(t));
            }
        }
    }

    private static void require(String name, int found, int most) {
        if (found > most) {
            throw new IllegalArgumentException(name + " is " + found + ", at most " + most);
        }
    }

    private void checkToken(int id) {
        if (id < 0 || id >= vocabularySize()) {
            throw new IllegalArgumentException("token id is " + id + ", 0 to " + (vocabularySize() - 1));
        }
    }

    @Override
    public void close() {
        kernels.close();
        buffers.close();
        checkpoint.close();
    }
}
