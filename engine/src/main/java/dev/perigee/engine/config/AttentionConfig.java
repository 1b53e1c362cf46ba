package dev.perigee.engine.config;

/**
 * Multi-head latent attention.
 *
 * @param numAttentionHeads heads
 * @param qLoraRank width of the compressed query, or 0 where the query is one projection
 * @param kvLoraRank width of the latent that is cached
 * @param qkNopeHeadDim query and key width of a head without position
 * @param qkRopeHeadDim query and key width of a head that is rotated; even
 * @param vHeadDim value width of a head
 */
public record AttentionConfig(
        int numAttentionHeads, int qLoraRank, int kvLoraRank, int qkNopeHeadDim, int qkRopeHeadDim, int vHeadDim) {

    private static final int MAX_HEADS = 1024;
    private static final int MAX_RANK = 1 << 14;
    private static final int MAX_HEAD_WIDTH = 1 << 10;

    public AttentionConfig {
        Bound.check("num_attention_heads", numAttentionHeads, 1, MAX_HEADS);
        Bound.check("q_lora_rank", qLoraRank, 0, MAX_RANK);
        Bound.check("kv_lora_rank", kvLoraRank, 1, MAX_RANK);
        Bound.check("qk_nope_head_dim", qkNopeHeadDim, 1, MAX_HEAD_WIDTH);
        Bound.check("qk_rope_head_dim", qkRopeHeadDim, 2, MAX_HEAD_WIDTH);
        Bound.check("v_head_dim", vHeadDim, 1, MAX_HEAD_WIDTH);
        if (qkRopeHeadDim % 2 != 0) {
            throw new IllegalArgumentException("qk_rope_head_dim is " + qkRopeHeadDim + ", it must be even");
        }
    }

    /** Width of a head's query and key. */
    public int qkHeadDim() {
        return qkNopeHeadDim + qkRopeHeadDim;
    }

    /** Width of what is cached for a token: the latent and the rotated key part. */
    public int latentWidth() {
        return kvLoraRank + qkRopeHeadDim;
    }

    /** Whether the query goes through a compression of its own. */
    public boolean hasCompressedQuery() {
        return qLoraRank > 0;
    }
}
