package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTests {

    @Test
    void runWhenSharedOutVisitsEveryIndexOnce() {
        try (WorkerPool pool = new WorkerPool(3, number -> {})) {
            for (int count : new int[] {0, 1, 2, 3, 7, 100}) {
                AtomicIntegerArray visits = new AtomicIntegerArray(count);
                for (int round = 0; round < 50; round++) {
                    pool.run((first, end) -> visit(visits, first, end), count, 1 + round % 5);
                }
                for (int i = 0; i < count; i++) {
                    assertThat(visits.get(i)).isEqualTo(50);
                }
            }
        }
    }

    @Test
    void runWithALeastChunkTakesFewerOnlyAtTheEnd() {
        try (WorkerPool pool = new WorkerPool(3, number -> {})) {
            for (int count : new int[] {2, 8, 9, 100}) {
                AtomicIntegerArray visits = new AtomicIntegerArray(count);
                pool.run(
                        (first, end) -> {
                            assertThat(end == count || end - first >= 4).isTrue();
                            assertThat(end - first).isLessThanOrEqualTo(10);
                            visit(visits, first, end);
                        },
                        count,
                        4,
                        10);
                for (int i = 0; i < count; i++) {
                    assertThat(visits.get(i)).isEqualTo(1);
                }
            }
        }
    }

    private static void visit(AtomicIntegerArray visits, int first, int end) {
        for (int i = first; i < end; i++) {
            visits.incrementAndGet(i);
        }
    }

    @Test
    void runWhenAThreadFailsThrowsAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(2, number -> {})) {
            for (int failing : new int[] {0, 5}) {
                assertThatThrownBy(() -> pool.run((first, end) -> failFrom(first, failing), 10, 5))
                        .isInstanceOf(IllegalStateException.class)
                        .hasStackTraceContaining("from " + failing);
            }
            AtomicIntegerArray visits = new AtomicIntegerArray(10);
            pool.run((first, end) -> visit(visits, first, end), 10, 1);
            assertThat(visits.get(9)).isEqualTo(1);
        }
    }

    private static void failFrom(int first, int failing) {
        if (first == failing) {
            throw new IllegalStateException("from " + first);
        }
    }
}
