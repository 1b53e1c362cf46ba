package dev.perigee.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParameterCountTests {

    private static final RopeConfig ROPE = new RopeConfig(50_000, null);

    /** Published figures of Kimi K2. */
    @Test
    void countWhenModelIsKimiK2EqualsPublishedFigures() {
        ModelConfig k2 = new ModelConfig(
                "kimi_k2",
                new TransformerDimensions(7168, 18432, 61, 163_840, 131_072),
                new AttentionConfig(64, 1536, 512, 128, 64, 128),
                ROPE,
                new MoeConfig(384, 1, 2048, 1, 1, RouterConfig.noauxTc(8, 1, 1, 2.827, true)),
                1e-6);
        assertThat(ParameterCount.of(k2)).isEqualTo(new ParameterCount(1_026_408_232_448L, 32_861_500_928L));
    }

    /** Moonlight-16B-A3B: the query is one projection. */
    @Test
    void countWhenQueryIsNotCompressedEqualsPublishedFigure() {
        ModelConfig moonlight = new ModelConfig(
                "deepseek_v3",
                new TransformerDimensions(2048, 11264, 27, 163_840, 8192),
                new AttentionConfig(16, 0, 512, 128, 64, 128),
                ROPE,
                new MoeConfig(64, 2, 1408, 1, 1, RouterConfig.noauxTc(6, 1, 1, 2.446, true)),
                1e-5);
        assertThat(ParameterCount.of(moonlight).total()).isEqualTo(15_960_110_208L);
    }
}
