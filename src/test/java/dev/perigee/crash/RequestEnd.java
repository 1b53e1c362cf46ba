package dev.perigee.crash;

/** How a request of a crash run ended for its client. Each request is counted once. */
enum RequestEnd {
    /** The answer was read to its end. */
    COMPLETED,
    /** The client itself left while the answer came. */
    LEFT,
    /** The node said in the answer that it cannot go on. */
    FAILED,
    /** The answer had begun; its connection ended without a word. */
    BROKEN_OFF,
    /** A connection was made; it ended before an answer began. */
    UNANSWERED,
    /** Nobody listened at the node's port. */
    CONNECTION_REFUSED,
    /** Status 429: a budget is spent. */
    REFUSED,
    /** Status 409: another request of the same key runs, or its answer is past. */
    REPEATED,
    /** Another status: the database is away. */
    UNAVAILABLE;

    /** Whether it went as its client wanted. */
    boolean asWanted() {
        return this == COMPLETED || this == LEFT;
    }
}
