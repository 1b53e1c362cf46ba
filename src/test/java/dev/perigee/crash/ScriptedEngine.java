package dev.perigee.crash;

import dev.perigee.engine.Generation;
import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.ServedModel;
import java.time.Duration;
import java.util.List;

/**
 * An engine that answers with as many tokens as the prompt says, a token each millisecond. It stores the truth about each token first, then
 * tells the meter, then shows it.
 */
final class ScriptedEngine implements InferenceBackend {

    static final int PROMPT_TOKENS = 5;
    private static final long PAUSE_MILLIS = 1;

    private final TruthFile truth;

    ScriptedEngine(TruthFile truth) {
        this.truth = truth;
    }

    @Override
    public Generation submit(GenerationRequest request, TokenMeter meter) {
        return new Answer(request, meter);
    }

    private static int wanted(Prompt prompt) {
        List<ChatMessage> messages = ((Prompt.Chat) prompt).messages();
        return Integer.parseInt(((ChatMessage.User) messages.getLast()).text().strip());
    }

    @Override
    public List<ServedModel> models() {
        return List.of(new ServedModel("moonlet", 4096, null));
    }

    @Override
    public int countTokens(Prompt prompt) {
        return PROMPT_TOKENS;
    }

    @Override
    public void close() {}

    /** One running answer. */
    final class Answer implements Generation {

        private final GenerationRequest request;
        private final TokenMeter meter;
        private final TruthFile.Count count;
        private final int wanted;
        private boolean started;
        private int generated;
        private int granted;
        private volatile boolean cancelled;
        private volatile boolean grantEnded;

        private Answer(GenerationRequest request, TokenMeter meter) {
            this.request = request;
            this.meter = meter;
            this.wanted = Math.min(wanted(request.prompt()), request.limits().maxTokens());
            this.granted = request.limits().granted();
            this.count = truth.begin(request.id());
            meter.count(usage());
        }

        @Override
        public String id() {
            return request.id();
        }

        @Override
        public synchronized void grant(int tokens) {
            granted += tokens;
        }

        @Override
        public void endGrant() {
            grantEnded = true;
        }

        @Override
        public synchronized boolean parked() {
            return started && !cancelled && !grantEnded && generated == granted && generated < wanted;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public synchronized GenerationEvent next(Duration timeout) throws InterruptedException {
            if (!started) {
                started = true;
                return new GenerationEvent.Started(PROMPT_TOKENS);
            }
            if (parked()) {
                return null;
            }
            if (cancelled) {
                return new GenerationEvent.Finished(FinishReason.CANCELLED, usage());
            }
            if (generated == wanted) {
                boolean cut = wanted == request.limits().maxTokens();
                return new GenerationEvent.Finished(cut ? FinishReason.LENGTH : FinishReason.STOP, usage());
            }
            if (generated == granted) {
                return new GenerationEvent.Finished(FinishReason.LENGTH, usage());
            }
            Thread.sleep(PAUSE_MILLIS);
            count.store(++generated);
            meter.count(usage());
            return new GenerationEvent.TextDelta("x");
        }

        private TokenUsage usage() {
            return new TokenUsage(PROMPT_TOKENS, 0, generated, 0);
        }
    }
}
