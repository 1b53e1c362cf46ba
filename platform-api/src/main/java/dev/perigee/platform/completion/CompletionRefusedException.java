package dev.perigee.platform.completion;

/** A request that was not taken; its refusal is recorded already. */
public final class CompletionRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient CompletionRefusal refusal;

    CompletionRefusedException(CompletionRefusal refusal) {
        super(refusal.message());
        this.refusal = refusal;
    }

    /** Why, in a form to switch over. */
    public CompletionRefusal refusal() {
        return refusal;
    }
}
