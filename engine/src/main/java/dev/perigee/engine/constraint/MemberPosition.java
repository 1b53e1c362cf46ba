package dev.perigee.engine.constraint;

/**
 * Between a key and its value.
 *
 * @param rule the value's
 * @param object where the text stands behind the value
 */
record MemberPosition(Phase phase, ValueRule rule, ObjectPosition object) implements Position {

    enum Phase {
        BEHIND_KEY,
        BEHIND_COLON,
        BEHIND_SPACE
    }

    @Override
    public void step(int octet, Positions out) {
        switch (phase) {
            case BEHIND_KEY -> {
                if (octet == ':') {
                    out.add(new MemberPosition(Phase.BEHIND_COLON, rule, object));
                }
            }
            case BEHIND_COLON -> {
                if (octet == ' ') {
                    out.add(new MemberPosition(Phase.BEHIND_SPACE, rule, object));
                } else {
                    rule.begin(octet, object, object.depth() + 1, out);
                }
            }
            case BEHIND_SPACE -> rule.begin(octet, object, object.depth() + 1, out);
        }
    }
}
