package dev.perigee.platform.openai;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.platform.completion.Completion;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Sends one answer event by event, to its end or to the moment at which the client goes. */
final class AnswerStream {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerStream.class);

    private final Completion completion;
    private final ChatCompletionChunks chunks;
    private final EventStream stream;

    AnswerStream(Completion completion, ChatCompletionChunks chunks, EventStream stream) {
        this.completion = completion;
        this.chunks = chunks;
        this.stream = stream;
    }

    /** Sends all of it; a failure on the way is told in the stream, since the status is sent already. */
    void send(Duration keepAlive) throws InterruptedException {
        try {
            sendTo(keepAlive);
        } catch (IOException e) {
            LOG.debug("The client of {} went away", completion.id(), e);
        } catch (RuntimeException e) {
            LOG.error("The answer to {} broke", completion.id(), e);
            stream.tellFailure(OpenAiErrorDialect.body(Answers.failed()));
        }
    }

    private void sendTo(Duration keepAlive) throws IOException, InterruptedException {
        boolean ended = false;
        while (!ended) {
            GenerationEvent event = completion.next(keepAlive);
            if (event == null) {
                stream.keepAlive();
            } else {
                ended = event.terminal();
                send(event, chunks, stream);
            }
        }
    }

    /** Sends one event; behind the last one of a whole answer, the mark that says so. A broken answer ends without it. */
    static void send(GenerationEvent event, ChatCompletionChunks chunks, EventStream stream) throws IOException {
        for (ObjectNode chunk : chunks.of(event)) {
            stream.data(chunk);
        }
        if (event instanceof GenerationEvent.Finished end && end.reason() != FinishReason.CANCELLED) {
            stream.done();
        }
    }
}
