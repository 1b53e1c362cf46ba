package dev.perigee.engine.generation;

/**
 * What travels back from a generation, in order: {@link Started}, any number of deltas, then exactly one terminal event,
 * {@link Finished}, {@link Failed} or, where it never began, {@link Refused}.
 */
public sealed interface GenerationEvent {

    /** The request was accepted and its prompt tokenized. */
    record Started(int promptTokens) implements GenerationEvent {}

    /** A piece of reasoning. */
    record ReasoningDelta(String text) implements GenerationEvent {}

    /** A piece of the visible answer; never half a character. */
    record TextDelta(String text) implements GenerationEvent {}

    /** A tool call begins; {@code index} counts the calls of this answer from 0. */
    record ToolCallStarted(int index, String id, String name) implements GenerationEvent {}

    /** A piece of the JSON arguments of the call with that index. */
    record ToolCallArgumentsDelta(int index, String json) implements GenerationEvent {}

    /** The end, with what it took. */
    record Finished(FinishReason reason, TokenUsage usage) implements GenerationEvent {}

    /** The end by a fault of the backend; {@code usage} is what was generated before it. */
    record Failed(String message, TokenUsage usage) implements GenerationEvent {}

    /** The end of a request that was taken on and never begun: nothing of it was computed. */
    record Refused(Rejection rejection) implements GenerationEvent {}

    /** Whether no event follows this one. */
    default boolean terminal() {
        return this instanceof Finished || this instanceof Failed || this instanceof Refused;
    }
}
