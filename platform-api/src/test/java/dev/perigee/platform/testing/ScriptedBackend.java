package dev.perigee.platform.testing;

import dev.perigee.engine.Generation;
import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.ServedModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A backend that answers by a script, with exact tokens: every delta is one output token, every word of the prompt one input token. It keeps
 * what it gave out, so that a test can compare it with what was billed.
 */
public final class ScriptedBackend implements InferenceBackend {

    public static final String MODEL = "moonlet";
    public static final int CONTEXT_LENGTH = 200;

    private final Map<String, TokenUsage> usages = new ConcurrentHashMap<>();
    private final Map<String, FinishReason> reasons = new ConcurrentHashMap<>();
    private final Map<String, GenerationRequest> requests = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private volatile Function<GenerationRequest, Script> script = request -> Script.ofWords("Hello", " there");
    private volatile @Nullable Rejection rejection;

    /**
     * An answer.
     *
     * @param deltas what it consists of, a token each
     * @param pause between two tokens
     * @param failure how it breaks after them, or {@code null} where it ends well
     * @param rejection why it is never begun, or {@code null} where it is
     */
    public record Script(
            List<GenerationEvent> deltas,
            Duration pause,
            @Nullable String failure,
            @Nullable Rejection rejection) {

        public static Script of(GenerationEvent... deltas) {
            return new Script(List.of(deltas), Duration.ZERO, null, null);
        }

        /** Taken on, and refused after a while. */
        public static Script neverBegun(Rejection why) {
            return new Script(List.of(), Duration.ZERO, null, why);
        }

        public static Script ofWords(String... words) {
            return of(
                    List.of(words).stream().map(GenerationEvent.TextDelta::new).toArray(GenerationEvent[]::new));
        }

        public Script withPause(Duration between) {
            return new Script(deltas, between, failure, rejection);
        }

        public Script thenFailing(String message) {
            return new Script(deltas, pause, message, rejection);
        }
    }

    /** Answers every request from now on by this script. */
    public void answer(Function<GenerationRequest, Script> next) {
        rejection = null;
        script = next;
    }

    /** Takes no request from now on. */
    public void reject(Rejection why) {
        rejection = why;
    }

    /** What was given out for a request that has ended. */
    public @Nullable TokenUsage usageOf(String requestId) {
        return usages.get(requestId);
    }

    /** What was given out for all requests that have ended. */
    public Map<String, TokenUsage> usages() {
        return usages;
    }

    /** How a request ended. */
    public @Nullable FinishReason reasonOf(String requestId) {
        return reasons.get(requestId);
    }

    /** What was asked. */
    public @Nullable GenerationRequest requestOf(String requestId) {
        return requests.get(requestId);
    }

    /** Requests that have not ended. */
    public int running() {
        return running.get();
    }

    @Override
    public Generation submit(GenerationRequest request, TokenMeter meter) {
        Rejection why = rejection;
        if (why != null) {
            throw new RequestRejectedException(why);
        }
        requests.put(request.id(), request);
        running.incrementAndGet();
        return new ScriptedGeneration(request, script.apply(request), meter);
    }

    @Override
    public List<ServedModel> models() {
        return List.of(new ServedModel(
                MODEL, CONTEXT_LENGTH, "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"));
    }

    @Override
    public int countTokens(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat chat ->
                chat.messages().stream().mapToInt(ScriptedBackend::words).sum();
            case Prompt.Raw raw -> words(raw.text());
        };
    }

    private static int words(ChatMessage message) {
        return switch (message) {
            case ChatMessage.System m -> words(m.text());
            case ChatMessage.User m -> words(m.text());
            case ChatMessage.Assistant m -> words(m.text()) + m.toolCalls().size();
            case ChatMessage.ToolResult m -> words(m.text());
        };
    }

    private static int words(String text) {
        return text.strip().split("\\s+").length;
    }

    @Override
    public void close() {}

    private final class ScriptedGeneration implements Generation {

        private final GenerationRequest request;
        private final Script script;
        private final TokenMeter meter;
        private final int promptTokens;
        private final Object signal = new Object();
        private boolean started;
        private int given;
        private int reasoning;
        private boolean called;
        private boolean cancelled;
        private boolean ended;
        private int granted;
        private boolean grantEnded;

        ScriptedGeneration(GenerationRequest request, Script script, TokenMeter meter) {
            this.request = request;
            this.script = script;
            this.meter = meter;
            this.promptTokens = countTokens(request.prompt());
            this.granted = request.limits().granted();
            meter.count(usage());
        }

        @Override
        public String id() {
            return request.id();
        }

        @Override
        public void grant(int tokens) {
            synchronized (signal) {
                granted = Math.addExact(granted, tokens);
            }
        }

        @Override
        public void endGrant() {
            synchronized (signal) {
                grantEnded = true;
            }
        }

        /** Its reader drives it, so what was given was read. */
        @Override
        public boolean parked() {
            synchronized (signal) {
                boolean ends = cancelled
                        || given == script.deltas().size()
                        || given == request.limits().maxTokens();
                return started && !ends && !grantEnded && given == granted;
            }
        }

        @Override
        public void cancel() {
            synchronized (signal) {
                cancelled = true;
                signal.notifyAll();
            }
        }

        @Override
        public @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
            if (ended) {
                throw new IllegalStateException("ended");
            }
            if (!started) {
                started = true;
                return new GenerationEvent.Started(promptTokens);
            }
            if (parked() || pauses(timeout)) {
                return null;
            }
            if (cancelled) {
                return end(FinishReason.CANCELLED);
            }
            if (script.rejection() != null) {
                return refuse(script.rejection());
            }
            if (given == script.deltas().size()) {
                return script.failure() == null
                        ? end(called ? FinishReason.TOOL_CALLS : FinishReason.STOP)
                        : fail(script.failure());
            }
            if (given == Math.min(granted, request.limits().maxTokens())) {
                return end(FinishReason.LENGTH);
            }
            return count(script.deltas().get(given++));
        }

        /** Whether the pause is longer than the reader wants to wait. */
        private boolean pauses(Duration timeout) throws InterruptedException {
            synchronized (signal) {
                if (!cancelled && script.pause().isPositive()) {
                    boolean tooLong = script.pause().compareTo(timeout) > 0;
                    signal.wait(Math.max(1, (tooLong ? timeout : script.pause()).toMillis()));
                    return tooLong && !cancelled;
                }
                return false;
            }
        }

        private GenerationEvent count(GenerationEvent event) {
            if (event instanceof GenerationEvent.ReasoningDelta) {
                reasoning++;
            }
            if (event instanceof GenerationEvent.ToolCallStarted) {
                called = true;
            }
            meter.count(usage());
            return event;
        }

        private GenerationEvent end(FinishReason reason) {
            reasons.put(request.id(), reason);
            return new GenerationEvent.Finished(reason, ended());
        }

        private GenerationEvent fail(String message) {
            return new GenerationEvent.Failed(message, ended());
        }

        private GenerationEvent refuse(Rejection why) {
            ended = true;
            running.decrementAndGet();
            return new GenerationEvent.Refused(why);
        }

        private TokenUsage ended() {
            ended = true;
            running.decrementAndGet();
            TokenUsage usage = usage();
            usages.put(request.id(), usage);
            return usage;
        }

        private TokenUsage usage() {
            return new TokenUsage(promptTokens, promptTokens / 2, given, reasoning);
        }
    }
}
