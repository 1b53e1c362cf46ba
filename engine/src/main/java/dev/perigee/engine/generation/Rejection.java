package dev.perigee.engine.generation;

import java.time.Duration;
import java.util.Locale;

/** Why a backend did not take a request, or did not begin one that it had taken. */
public sealed interface Rejection {

    /** One line for a person. */
    String message();

    /** The prompt leaves no room in the context. */
    record ContextLengthExceeded(int promptTokens, int contextLength) implements Rejection {
        @Override
        public String message() {
            return "The prompt has " + promptTokens + " tokens, the model's context holds " + contextLength + ".";
        }
    }

    /** As many requests wait as may wait. */
    record QueueFull(int waiting) implements Rejection {
        @Override
        public String message() {
            return "The server is full: " + waiting + " requests are waiting.";
        }
    }

    /** Its turn did not come in the time in which it had to begin. */
    record WaitedTooLong(Duration waited) implements Rejection {

        private static final double MILLIS = 1e3;

        @Override
        public String message() {
            return String.format(
                    Locale.ROOT,
                    "The server is full: the request waited %.1f s and its turn did not come.",
                    waited.toMillis() / MILLIS);
        }
    }

    /** The caller cancelled it before its turn came. */
    record Withdrawn() implements Rejection {
        @Override
        public String message() {
            return "The request was cancelled before its turn came.";
        }
    }

    /** The backend is shutting down. */
    record Closed() implements Rejection {
        @Override
        public String message() {
            return "The server is shutting down.";
        }
    }
}
