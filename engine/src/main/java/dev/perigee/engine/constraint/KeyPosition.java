package dev.perigee.engine.constraint;

import org.jspecify.annotations.Nullable;

/**
 * Inside a key.
 *
 * @param range declared keys that begin with what is written; {@code null} for none
 * @param state of the key as any text
 * @param digest of the bytes written
 */
record KeyPosition(
        ObjectPosition object,
        ObjectRule.Openings openings,
        @Nullable KeyRange range,
        int state,
        long digest) implements Position {

    static final long SEED = 0xCBF29CE484222325L;
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    @Override
    public void step(int octet, Positions out) {
        int next = TextLexeme.KEY.next(state, octet);
        if (next == Lexeme.DEAD) {
            return;
        }
        if (TextLexeme.KEY.closed(next)) {
            close(out);
            return;
        }
        @Nullable KeyRange rest = range == null ? null : range.next((byte) octet);
        if (openings.others() || rest != null && openings.within(rest)) {
            long mixed = (digest ^ octet) * PRIME;
            out.add(new KeyPosition(object, openings, rest, next, mixed ^ mixed >>> 29));
        }
    }

    private void close(Positions out) {
        ObjectRule rule = object.rule();
        @Nullable ValueRule others = rule.rest();
        if (range != null && range.complete()) {
            int key = range.from();
            if (openings.declared().get(key)) {
                member(rule.value(key), object.keys().with(key), out);
            }
        } else if (openings.others() && others != null && !object.keys().hasOther(digest)) {
            member(others, object.keys().withOther(digest), out);
        }
    }

    private void member(ValueRule rule, Keys keys, Positions out) {
        out.add(new MemberPosition(MemberPosition.Phase.BEHIND_KEY, rule, object.behindMember(keys)));
    }

    @Override
    public @Nullable Lexeme wideLexeme() {
        return openings.others() ? TextLexeme.KEY : null;
    }

    @Override
    public int lexemeState() {
        return state;
    }
}
