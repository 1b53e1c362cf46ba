package dev.perigee.engine.generation;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its turn, or a stop text appeared. */
    STOP,
    /** The token limit, the end of the context, or the deadline was reached. */
    LENGTH,
    /** The model ended its turn with tool calls. */
    TOOL_CALLS,
    /** The caller cancelled. */
    CANCELLED
}
