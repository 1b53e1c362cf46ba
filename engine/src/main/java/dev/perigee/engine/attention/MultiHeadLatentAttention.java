package dev.perigee.engine.attention;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.kernel.LatentHeads;
import dev.perigee.engine.kernel.LatentLayer;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.tensor.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head latent attention in its absorbed form: queries are taken into the latent's space, so that one cached vector a token
 * (normed latent, then rotated key part) serves all heads. Where the context says so, long prompts are computed expanded instead: heads' keys and
 * values are made of the latents.
 *
 * <p>Scores keep the scale of the expanded form, (qkNopeHeadDim + qkRopeHeadDim)^-½ times YaRN's factor.
 *
 * <p>Source: DeepSeek-V2 report, section 2.1 and appendix C.
 */
public final class MultiHeadLatentAttention {

    private final int layer;
    private final AttentionConfig config;
    private final QueryProjection queryProjection;
    private final LatentProjection latentProjection;
    private final Linear output; // (hiddenSize, heads · vHeadDim)
    private final AttentionContext context;
    private final AttentionScratch scratch;
    private final FloatMatrix latentPart; // (maxStepTokens, kvLoraRank), window of scratch.latent
    private final Kernels.RowLoop cacheRows = this::cacheRows;
    private final Kernels.RowLoop placeRotated = this::placeRotatedRows;
    private final Kernels.RowLoop rotateQueries = this::rotateQueryRows;
    private StepLayout cached = new StepLayout(0);
    private int cachedSlice;
    private @Nullable KvCache viewedCache;
    private @Nullable LatentLayer view;

    /** The attention of decoder layer {@code layer}, counted from 0. */
    public MultiHeadLatentAttention(
            int layer,
            QueryProjection queryProjection,
            LatentProjection latentProjection,
            Linear output,
            AttentionContext context) {
        this.layer = layer;
        this.config = context.config();
        this.queryProjection = queryProjection;
        this.latentProjection = latentProjection;
        this.output = output;
        this.context = context;
        this.scratch = context.scratch();
        this.latentPart = scratch.latent.columns(0, config.kvLoraRank());
    }

    /** Writes the latents of the rows of the step into the cache, from x (rows, hiddenSize). */
    public void cacheLatents(Kernels kernels, FloatMatrix x, StepLayout step) {
        latentProjection.down().apply(kernels, x, scratch.latent, step.rows());
        latentProjection.norm().apply(kernels, latentPart, latentPart, step.rows());
        cached = step;
        for (int slice = 0; slice < step.slices(); slice++) {
            cachedSlice = slice;
            kernels.forRows(step.rows(slice), cacheRows);
        }
    }

    /** Computes y (rows, hiddenSize) from x for the rows of the step, whose latents are in the cache. */
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, StepLayout step) {
        int rows = step.rows();
        projectQuery(kernels, x, rows);
        attendAbsorbed(kernels, step);
        attendExpanded(kernels, step);
        output.apply(kernels, scratch.values, y, rows);
    }

    private void projectQuery(Kernels kernels, FloatMatrix x, int rows) {
        QueryProjection.Compression compression = queryProjection.compression();
        if (compression == null) {
            queryProjection.up().apply(kernels, x, scratch.query, rows);
            return;
        }
        compression.down().apply(kernels, x, scratch.compressedQuery, rows);
        compression.norm().apply(kernels, scratch.compressedQuery, scratch.compressedQuery, rows);
        queryProjection.up().apply(kernels, scratch.compressedQuery, scratch.query, rows);
    }

    /** Rotates the latents of these rows of the slice and writes them into the cache. */
    private void cacheRows(int first, int end) {
        StepLayout step = cached;
        KvCache cache = step.cache();
        for (int i = first; i < end; i++) {
            int row = step.firstRow(cachedSlice) + i;
            int position = step.firstPosition(cachedSlice) + i;
            int page = step.table(cachedSlice).pageIndexAt(position);
            context.rotary().rotate(scratch.latent, row, config.kvLoraRank());
            cache.write(cache.layout().offset(page, layer, position), scratch.latent, row);
        }
    }

    /** All rows up to the last sequence that is not expanded; what that makes of expanded ones is overwritten then. */
    private void attendAbsorbed(Kernels kernels, StepLayout step) {
        int rows = 0;
        for (int slice = 0; slice < step.slices(); slice++) {
            if (!expands(step, slice)) {
                rows = step.firstRow(slice) + step.rows(slice);
            }
        }
        if (rows == 0) {
            return;
        }
        LatentHeads heads = latentProjection.heads();
        kernels.multiplyHeads(heads.keys(), scratch.heads.nope(), scratch.heads.absorbed(), rows);
        kernels.forRows(rows, placeRotated);
        for (int slice = 0; slice < step.slices(); slice++) {
            if (!expands(step, slice)) {
                select(step, slice);
                kernels.attend(viewOf(step.cache()), scratch.span, scratch.absorbedQuery, scratch.context);
            }
        }
        kernels.multiplyHeads(heads.values(), scratch.heads.context(), scratch.heads.value(), rows);
    }

    private void attendExpanded(Kernels kernels, StepLayout step) {
        for (int slice = 0; slice < step.slices(); slice++) {
            if (expands(step, slice)) {
                select(step, slice);
                kernels.forRows(step.rows(slice), rotateQueries);
                kernels.attendExpanded(
                        viewOf(step.cache()), scratch.span, latentProjection.heads(), scratch.query, scratch.values);
            }
        }
    }

    private boolean expands(StepLayout step, int slice) {
        return context.expands(step.rows(slice), step.firstPosition(slice));
    }

    private void select(StepLayout step, int slice) {
        PageTable table = step.table(slice);
        int pages = step.cache().layout().pagesFor(step.firstPosition(slice) + step.rows(slice));
        for (int page = 0; page < pages; page++) {
            scratch.span.setPage(page, table.page(page).index());
        }
        scratch.span.select(step.firstRow(slice), step.rows(slice), step.firstPosition(slice));
    }

    /** Rotates the queries of these rows of the span. */
    private void rotateQueryRows(int first, int end) {
        for (int i = first; i < end; i++) {
            for (int head = 0; head < config.numAttentionHeads(); head++) {
                int column = head * config.qkHeadDim() + config.qkNopeHeadDim();
                context.rotary().rotate(scratch.query, scratch.span.firstRow() + i, column);
            }
        }
    }

    private void placeRotatedRows(int first, int end) {
        for (int row = first; row < end; row++) {
            for (int head = 0; head < config.numAttentionHeads(); head++) {
                placeRotated(row, head);
            }
        }
    }

    private void placeRotated(int row, int head) {
        int target = head * config.latentWidth() + config.kvLoraRank();
        int source = head * config.qkHeadDim() + config.qkNopeHeadDim();
        for (int i = 0; i < config.qkRopeHeadDim(); i++) {
            scratch.absorbedQuery.set(row, target + i, scratch.query.get(row, source + i));
        }
        context.rotary().rotate(scratch.absorbedQuery, row, target);
    }

    private LatentLayer viewOf(KvCache cache) {
        LatentLayer current = view;
        if (current == null || viewedCache != cache) {
            KvLayout layout = cache.layout();
            current = new LatentLayer(
                    layout.type(),
                    cache.memory(),
                    layout.pageElements(),
                    layout.layerElements() * layer,
                    layout.pageTokens(),
                    config.numAttentionHeads(),
                    context.geometry());
            view = current;
            viewedCache = cache;
        }
        return current;
    }
}
