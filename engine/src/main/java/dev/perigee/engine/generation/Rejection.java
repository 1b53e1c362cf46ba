package dev.perigee.engine.generation;

/** Why a backend did not take a request. */
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

    /** The backend is shutting down. */
    record Closed() implements Rejection {
        @Override
        public String message() {
            return "The server is shutting down.";
        }
    }
}
