package dev.perigee.engine;

import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.scheduler.Mailbox;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A generation as its reader sees it: the mailbox, read to the terminal event and no further. */
final class SubmittedGeneration implements Generation {

    private final String id;
    private final Mailbox mailbox;
    private volatile boolean ended;

    SubmittedGeneration(String id, Mailbox mailbox) {
        this.id = id;
        this.mailbox = mailbox;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("generation " + id + " has ended, its terminal event was returned");
        }
        @Nullable GenerationEvent event = mailbox.next(timeout);
        if (event != null && event.terminal()) {
            ended = true;
        }
        return event;
    }

    @Override
    public void grant(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens is " + tokens + ", must be at least 1");
        }
        mailbox.grant(tokens);
    }

    @Override
    public void endGrant() {
        mailbox.endGrant();
    }

    @Override
    public boolean parked() {
        return mailbox.parked();
    }

    @Override
    public void cancel() {
        mailbox.cancel();
    }
}
