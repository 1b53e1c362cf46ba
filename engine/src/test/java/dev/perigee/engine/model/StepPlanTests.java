package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.tensor.DataType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepPlanTests {

    private final KvCache cache = new KvCache(new KvLayout(DataType.F32, 1, 1, 4), 2);

    @AfterEach
    void close() {
        cache.close();
    }

    private PageTable table(int tokens) {
        PageTable table = cache.newTable();
        assertThat(cache.reserve(table, tokens)).isTrue();
        return table;
    }

    @Test
    void planWhenSlicesWantDifferentLogitsCountsRowsInOrder() {
        PageTable table = table(8);
        StepPlan plan = new StepPlan(List.of(
                new StepPlan.Slice(table, new int[] {1, 2}, 0, StepPlan.Logits.ALL),
                new StepPlan.Slice(table, new int[] {3, 4, 5}, 2, StepPlan.Logits.NONE),
                new StepPlan.Slice(table, new int[] {6}, 5, StepPlan.Logits.LAST)));
        assertThat(plan.tokens()).isEqualTo(6);
        assertThat(plan.logitRows()).isEqualTo(3);
        assertThat(plan.firstLogitRow(2)).isEqualTo(2);
    }

    @Test
    void sliceWhenItDoesNotFitItsPagesIsRefused() {
        PageTable table = table(4);
        assertThatThrownBy(() -> new StepPlan.Slice(table, new int[] {1, 2}, 3, StepPlan.Logits.LAST))
                .hasMessage("positions 3 to 4 do not fit pages for 4 tokens");
        assertThatThrownBy(() -> new StepPlan.Slice(table, new int[] {1}, -1, StepPlan.Logits.LAST))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StepPlan.Slice(table, new int[0], 0, StepPlan.Logits.LAST))
                .hasMessageContaining("tokenIds is empty");
    }
}
