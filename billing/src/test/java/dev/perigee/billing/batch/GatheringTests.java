package dev.perigee.billing.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.perigee.billing.isolation.RowScope;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GatheringTests {

    private static final String FIRST = "first";
    private static final int MOST_TOGETHER = 5;

    private final List<List<String>> together = new CopyOnWriteArrayList<>();
    private final List<String> alone = new CopyOnWriteArrayList<>();
    private final List<RowScope> scopes = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Answers in capitals. The wish {@code first} lasts until it is released; {@code bad} cannot be done. */
    private final Gathering<String, String> gathering = new Gathering<>(
            new Gathering.Work<>() {
                @Override
                public List<String> together(List<String> wanted) {
                    together.add(wanted);
                    scopes.add(RowScope.current() == null ? RowScope.ofTenant(new UUID(7, 7)) : RowScope.current());
                    if (wanted.contains(FIRST)) {
                        begun.countDown();
                        await(release);
                    }
                    return wanted.stream().map(GatheringTests::capitals).toList();
                }

                @Override
                public String alone(String wanted) {
                    alone.add(wanted);
                    return capitals(wanted);
                }
            },
            MOST_TOGETHER);

    private static String capitals(String wanted) {
        if (wanted.equals("bad")) {
            throw new IllegalStateException("bad cannot be done");
        }
        return wanted.toUpperCase(java.util.Locale.ROOT);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private CompletableFuture<String> begin(String key, String wanted, RowScope scope) throws InterruptedException {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform()
                .start(() -> scope.run(() -> {
                    try {
                        answer.complete(gathering.ask(key, wanted));
                    } catch (RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                }));
        if (wanted.equals(FIRST)) {
            begun.await();
        } else {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        return answer;
    }

    @Test
    void askWhenNobodyElseAsksIsServedAtOnceOnItsOwnThread() {
        assertThat(gathering.ask("a", "a")).isEqualTo("A");
        assertThat(gathering.ask("b", "b")).isEqualTo("B");
        assertThat(together).containsExactly(List.of("a"), List.of("b"));
        assertThatIllegalStateException().isThrownBy(() -> gathering.ask("bad", "bad"));
        assertThat(alone).isEmpty();
    }

    @Test
    void askWhenOneIsBeingServedWaitsAndIsServedWithTheOthers() throws Exception {
        RowScope tenant = RowScope.ofTenant(UUID.randomUUID());
        CompletableFuture<String> first = begin(FIRST, FIRST, tenant);
        List<CompletableFuture<String>> others = new ArrayList<>();
        for (String wanted : List.of("a", "b", "c")) {
            others.add(begin(wanted, wanted, tenant));
        }
        release.countDown();
        assertThat(first.join()).isEqualTo("FIRST");
        assertThat(others.stream().map(CompletableFuture::join)).containsExactly("A", "B", "C");
        assertThat(together).containsExactly(List.of(FIRST), List.of("a", "b", "c"));
        assertThat(scopes).containsOnly(tenant);
    }

    @Test
    void askWhenScopesDifferIsServedInThePlatforms() throws Exception {
        begin(FIRST, FIRST, RowScope.ofTenant(UUID.randomUUID()));
        CompletableFuture<String> a = begin("a", "a", RowScope.ofTenant(UUID.randomUUID()));
        CompletableFuture<String> b = begin("b", "b", RowScope.ofTenant(UUID.randomUUID()));
        release.countDown();
        assertThat(List.of(a.join(), b.join())).containsExactly("A", "B");
        assertThat(scopes).last().isEqualTo(RowScope.ofPlatform());
    }

    @Test
    void askWhenAnotherFailsIsServedAlone() throws Exception {
        begin(FIRST, FIRST, RowScope.ofPlatform());
        CompletableFuture<String> a = begin("a", "a", RowScope.ofPlatform());
        CompletableFuture<String> bad = begin("bad", "bad", RowScope.ofPlatform());
        CompletableFuture<String> b = begin("b", "b", RowScope.ofPlatform());
        release.countDown();
        assertThat(List.of(a.join(), b.join())).containsExactly("A", "B");
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(bad::join)
                .withMessageContaining("bad cannot be done");
        assertThat(alone).containsExactlyInAnyOrder("a", "bad", "b");
        assertThat(gathering.ask("c", "c")).isEqualTo("C");
    }

    @Test
    void askWhenTheKeyIsAnothersIsServedAfterIt() throws Exception {
        begin(FIRST, FIRST, RowScope.ofPlatform());
        CompletableFuture<String> one = begin("same", "one", RowScope.ofPlatform());
        CompletableFuture<String> two = begin("same", "two", RowScope.ofPlatform());
        CompletableFuture<String> a = begin("a", "a", RowScope.ofPlatform());
        release.countDown();
        assertThat(List.of(one.join(), two.join(), a.join())).containsExactly("ONE", "TWO", "A");
        assertThat(together).containsExactly(List.of(FIRST), List.of("one", "a"), List.of("two"));
    }

    @Test
    void askWhenMoreWaitThanAreDoneInOneGoIsServedInTurn() throws Exception {
        begin(FIRST, FIRST, RowScope.ofPlatform());
        List<CompletableFuture<String>> others = new ArrayList<>();
        for (int i = 0; i <= MOST_TOGETHER; i++) {
            others.add(begin("w" + i, "w" + i, RowScope.ofPlatform()));
        }
        release.countDown();
        others.forEach(CompletableFuture::join);
        assertThat(together).extracting(List::size).containsExactly(1, MOST_TOGETHER, 1);
    }
}
