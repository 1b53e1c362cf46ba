package dev.perigee.engine.constraint;

/**
 * A JSON string of any content, its length bounded. A state is how many characters are written, and where in one it stands.
 *
 * @param canonical whether only the one form without needless escapes counts
 * @param min least characters, as Unicode code points
 * @param max most, {@link #UNBOUNDED} for no bound
 */
record TextLexeme(boolean canonical, int min, int max) implements Lexeme {

    /** No bound; bounds at or above count as none. */
    static final int UNBOUNDED = 1 << 24;

    /** Any string. */
    static final TextLexeme ANY = new TextLexeme(false, 0, UNBOUNDED);

    /** Any key. */
    static final TextLexeme KEY = new TextLexeme(true, 0, UNBOUNDED);

    private static final int BITS = 5;
    private static final int MASK = TextBytes.STATES - 1;

    @Override
    public int start() {
        return TextBytes.OPENING;
    }

    @Override
    public int next(int state, int octet) {
        int from = state & MASK;
        int count = state >> BITS;
        int to = TextBytes.next(canonical, from, octet);
        if (to == DEAD || to == TextBytes.CLOSED && count < min) {
            return DEAD;
        }
        boolean begins = from == TextBytes.BETWEEN && to != TextBytes.CLOSED;
        if (begins && count >= max) {
            return DEAD;
        }
        boolean counted = begins && (max < UNBOUNDED || count < min);
        return (counted ? count + 1 : count) << BITS | to;
    }

    @Override
    public boolean accepting(int state) {
        return (state & MASK) == TextBytes.CLOSED;
    }

    @Override
    public boolean closed(int state) {
        return accepting(state);
    }

    @Override
    public boolean wide() {
        return true;
    }

    @Override
    public Object reachKey(int state, int longest) {
        int count = state >> BITS;
        int room = max == UNBOUNDED ? longest : Math.min(longest, max - count);
        int need = Math.clamp((long) min - count, 0, longest);
        return new Reach(canonical, state & MASK, room, need);
    }

    private record Reach(boolean canonical, int state, int room, int need) {}
}
