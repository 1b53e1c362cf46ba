package dev.perigee.inference;

import dev.perigee.engine.Generation;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers with what it was told to, request by request, and remembers what it was asked. */
public final class ScriptedBackend implements InferenceBackend {

    /** What a generation took that was cancelled. */
    public static final TokenUsage CANCELLED_USAGE = new TokenUsage(5, 0, 2, 0);

    private final Queue<List<GenerationEvent>> scripts = new ArrayDeque<>();
    private final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private boolean closed;

    /** The next request that is not yet scripted gets these events; without a terminal one it waits until cancelled. */
    public ScriptedBackend then(GenerationEvent... events) {
        scripts.add(List.of(events));
        return this;
    }

    /** Text in pieces, then an end with 5 prompt tokens, 3 of them cached, and a token for each piece. */
    public ScriptedBackend thenText(String... pieces) {
        List<GenerationEvent> events = new CopyOnWriteArrayList<>();
        events.add(new GenerationEvent.Started(5));
        for (String piece : pieces) {
            events.add(new GenerationEvent.TextDelta(piece));
        }
        events.add(new GenerationEvent.Finished(FinishReason.STOP, new TokenUsage(5, 3, pieces.length, 0)));
        scripts.add(events);
        return this;
    }

    public List<GenerationRequest> requests() {
        return requests;
    }

    /** The one request so far. */
    public GenerationRequest request() {
        if (requests.size() != 1) {
            throw new AssertionError("requests so far: " + requests.size());
        }
        return requests.getFirst();
    }

    public boolean cancelledWithin(Duration time) throws InterruptedException {
        return cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public Generation submit(GenerationRequest request, TokenMeter meter) {
        requests.add(request);
        List<GenerationEvent> script = scripts.poll();
        if (script == null) {
            throw new RequestRejectedException(new Rejection.QueueFull(64));
        }
        return new ScriptedGeneration(request.id(), script, cancelled);
    }

    @Override
    public List<ServedModel> models() {
        return List.of(new ServedModel("scripted", 2048, null));
    }

    @Override
    public int countTokens(Prompt prompt) {
        return 5;
    }

    @Override
    public void close() {
        closed = true;
    }

    private static final class ScriptedGeneration implements Generation {

        private final String id;
        private final BlockingQueue<GenerationEvent> events;
        private final CountDownLatch cancelled;

        ScriptedGeneration(String id, List<GenerationEvent> script, CountDownLatch cancelled) {
            this.id = id;
            this.events = new LinkedBlockingQueue<>(script);
            this.cancelled = cancelled;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
            return events.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void grant(int tokens) {
            throw new AssertionError("everything is granted from the start");
        }

        @Override
        public void endGrant() {
            throw new AssertionError("everything is granted from the start");
        }

        @Override
        public boolean parked() {
            return false;
        }

        @Override
        public void cancel() {
            events.add(new GenerationEvent.Finished(FinishReason.CANCELLED, CANCELLED_USAGE));
            cancelled.countDown();
        }
    }
}
