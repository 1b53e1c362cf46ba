package dev.perigee.engine.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.tensor.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KvCacheTests {

    private final KvCache cache = new KvCache(new KvLayout(DataType.F32, 2, 3, 4), 10);

    @AfterEach
    void close() {
        cache.close();
    }

    @Test
    void reservationWhenPagesAreFreeTakesOnlyWhatIsMissing() {
        PageTable table = cache.newTable();
        assertThat(cache.reserve(table, 5)).isTrue();
        assertThat(table.capacity()).isEqualTo(8);
        assertThat(cache.reserve(table, 8)).isTrue();
        assertThat(cache.freePages()).isEqualTo(8);
    }

    @Test
    void reservationWhenTooFewPagesAreFreeChangesNothing() {
        PageTable table = cache.newTable();
        assertThat(cache.reserve(table, 12)).isTrue();
        assertThat(cache.reserve(table, 41)).isFalse();
        assertThat(table.size()).isEqualTo(3);
        assertThat(cache.freePages()).isEqualTo(7);
    }

    @Test
    void releaseWhenDoneGivesEveryPageBackAtOnce() {
        PageTable table = cache.newTable();
        assertThat(cache.reserve(table, 40)).isTrue();
        cache.release(table);
        cache.release(table);
        assertThat(cache.freePages()).isEqualTo(10);
        assertThat(table.capacity()).isZero();
    }

    @Test
    void pagesWhenHandedOutAtRandomAreNeverSharedNorLost() {
        Random random = new Random(5);
        List<PageTable> tables = new ArrayList<>();
        for (int round = 0; round < 2_000; round++) {
            if (random.nextBoolean()) {
                PageTable table = cache.newTable();
                if (cache.reserve(table, 1 + random.nextInt(20))) {
                    tables.add(table);
                }
            } else if (!tables.isEmpty()) {
                cache.release(tables.remove(random.nextInt(tables.size())));
            }
            requireEveryPageOnce(tables);
        }
    }

    private void requireEveryPageOnce(List<PageTable> tables) {
        Set<Integer> held = new HashSet<>();
        int count = 0;
        for (PageTable table : tables) {
            for (int i = 0; i < table.size(); i++) {
                held.add(table.page(i).index());
                count++;
            }
        }
        assertThat(held).hasSize(count);
        assertThat(cache.freePages()).isEqualTo(10 - count);
    }

    @Test
    void layoutWhenAskedSaysWhereATokenLies() {
        KvLayout layout = cache.layout();
        assertThat(layout.pageBytes()).isEqualTo(2 * 3 * 4 * 4);
        assertThat(layout.tokenBytes()).isEqualTo(2 * 3 * 4);
        assertThat(layout.offset(5, 1, 14)).isEqualTo(5 * 24 + 12 + 2 * 3);
        assertThat(cache.memory().byteSize()).isEqualTo(960);
    }

    @Test
    void cacheWhenItHasNoPageIsRefused() {
        assertThatThrownBy(() -> new KvCache(new KvLayout(DataType.BF16, 1, 1, 1), 0))
                .hasMessage("pageCount is 0, at least 1");
        assertThatThrownBy(() -> new KvLayout(DataType.F32, 1, 0, 1)).hasMessage("tokenWidth is 0, at least 1");
    }

    private static final int[] TOKENS = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    private PageTable computed(String partition, int... tokens) {
        PageTable table = cache.newTable();
        assertThat(cache.adopt(partition, tokens, tokens.length - 1, table)).isZero();
        assertThat(cache.reserve(table, tokens.length)).isTrue();
        cache.keep(partition, tokens, tokens.length, table);
        return table;
    }

    private int adopted(String partition, int limit, int... tokens) {
        PageTable table = cache.newTable();
        int found = cache.adopt(partition, tokens, limit, table);
        cache.release(table);
        return found;
    }

    @Test
    void beginningWhenComputedIsTakenOverByWholePages() {
        PageTable first = computed("p", TOKENS);
        assertThat(adopted("p", 9, TOKENS)).isEqualTo(8);
        assertThat(adopted("p", 7, TOKENS)).isEqualTo(4);
        assertThat(adopted("p", 9, 1, 2, 3, 4, 5, 6, 7, 0, 9)).isEqualTo(4);
        assertThat(adopted("p", 9, 0, 2, 3, 4, 5, 6, 7, 8, 9)).isZero();
        assertThat(adopted("q", 9, TOKENS)).isZero();
        cache.release(first);
        assertThat(cache.freePages()).isEqualTo(10);
        assertThat(adopted("p", 9, TOKENS)).isEqualTo(8);
    }

    @Test
    void pagesThatOnlyPrefixesKeepAreGivenOutTheOldestFirst() {
        cache.release(computed("old", TOKENS));
        cache.release(computed("new", TOKENS));
        PageTable large = cache.newTable();
        assertThat(cache.reserve(large, 8 * 4)).isTrue();
        assertThat(adopted("new", 9, TOKENS)).isEqualTo(8);
        assertThat(adopted("old", 9, TOKENS)).isZero();
        PageTable all = cache.newTable();
        assertThat(cache.reserve(all, 2 * 4)).isTrue();
        assertThat(adopted("new", 9, TOKENS)).isZero();
        assertThat(cache.freePages()).isZero();
    }

    @Test
    void pagesThatASequenceHoldsAreNeverGivenOut() {
        PageTable held = computed("p", TOKENS);
        PageTable large = cache.newTable();
        assertThat(cache.reserve(large, 7 * 4)).isTrue();
        assertThat(cache.reserve(cache.newTable(), 1)).isFalse();
        assertThat(adopted("p", 9, TOKENS)).isEqualTo(8);
        cache.release(held);
        cache.release(large);
        assertThat(cache.freePages()).isEqualTo(10);
    }

    @Test
    void tokensWhenComputedTwiceAreHeldOnce() {
        PageTable first = cache.newTable();
        PageTable second = cache.newTable();
        assertThat(cache.reserve(first, 9)).isTrue();
        assertThat(cache.reserve(second, 9)).isTrue();
        assertThat(cache.freePages()).isEqualTo(4);
        cache.keep("p", TOKENS, 9, first);
        cache.keep("p", TOKENS, 9, second);
        assertThat(cache.freePages()).isEqualTo(6);
        assertThat(second.page(1)).isSameAs(first.page(1));
        cache.release(first);
        cache.release(second);
        assertThat(cache.freePages()).isEqualTo(10);
    }
}
