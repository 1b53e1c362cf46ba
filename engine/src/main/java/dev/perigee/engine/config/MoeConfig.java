package dev.perigee.engine.config;

/**
 * The mixture of experts.
 *
 * @param nRoutedExperts experts the router chooses from
 * @param nSharedExperts experts every token goes to, stored as one of that many times the width; 0 for none
 * @param moeIntermediateSize width of one expert
 * @param firstKDenseReplace leading layers that are dense
 * @param moeLayerFreq of the layers behind them, every how-manieth has experts (counted from layer 0)
 * @param router how it chooses
 */
public record MoeConfig(
        int nRoutedExperts,
        int nSharedExperts,
        int moeIntermediateSize,
        int firstKDenseReplace,
        int moeLayerFreq,
        RouterConfig router) {

    static final int MAX_EXPERTS = 1024;
    private static final int MAX_SHARED = 64;
    private static final int MAX_WIDTH = 1 << 17;
    private static final int MAX_LAYERS = 512;

    public MoeConfig {
        Bound.check("n_routed_experts", nRoutedExperts, 1, MAX_EXPERTS);
        Bound.check("n_shared_experts", nSharedExperts, 0, MAX_SHARED);
        Bound.check("moe_intermediate_size", moeIntermediateSize, 1, MAX_WIDTH);
        Bound.check("first_k_dense_replace", firstKDenseReplace, 0, MAX_LAYERS);
        Bound.check("moe_layer_freq", moeLayerFreq, 1, MAX_LAYERS);
        Bound.check("num_experts_per_tok", router.numExpertsPerTok(), 1, nRoutedExperts);
        checkGroups(nRoutedExperts, router);
    }

    private static void checkGroups(int nRoutedExperts, RouterConfig router) {
        if (nRoutedExperts % router.nGroup() != 0) {
            throw new IllegalArgumentException(
                    "n_group is " + router.nGroup() + ", it must divide n_routed_experts " + nRoutedExperts);
        }
        int eligible = nRoutedExperts / router.nGroup() * router.topkGroup();
        if (eligible < router.numExpertsPerTok()) {
            throw new IllegalArgumentException("topk_group is " + router.topkGroup() + ", its groups hold only "
                    + eligible + " experts of the num_experts_per_tok " + router.numExpertsPerTok());
        }
    }

    /** Whether this decoder layer, counted from 0, has experts. */
    public boolean isMoeLayer(int layer) {
        return layer >= firstKDenseReplace && layer % moeLayerFreq == 0;
    }

    /** Width of the shared expert, 0 where there is none. */
    public int sharedIntermediateSize() {
        return nSharedExperts * moeIntermediateSize;
    }
}
