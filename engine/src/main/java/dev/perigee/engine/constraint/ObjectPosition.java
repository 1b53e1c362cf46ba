package dev.perigee.engine.constraint;

/**
 * Inside an object, between its members.
 *
 * @param keys those begun so far
 */
record ObjectPosition(ObjectRule rule, Phase phase, Keys keys, Position after, int depth) implements Position {

    enum Phase {
        OPENED,
        BEHIND_MEMBER,
        BEHIND_COMMA,
        BEHIND_SPACE
    }

    @Override
    public void step(int octet, Positions out) {
        switch (octet) {
            case '}' -> {
                if (phase.ordinal() <= Phase.BEHIND_MEMBER.ordinal() && rule.complete(keys)) {
                    out.add(after);
                }
            }
            case ',' -> {
                if (phase == Phase.BEHIND_MEMBER && rule.openings(keys, depth).any()) {
                    out.add(at(Phase.BEHIND_COMMA, keys));
                }
            }
            case ' ' -> {
                if (phase == Phase.BEHIND_COMMA) {
                    out.add(at(Phase.BEHIND_SPACE, keys));
                }
            }
            case '"' -> {
                if (phase != Phase.BEHIND_MEMBER) {
                    key(out);
                }
            }
            default -> {}
        }
    }

    private void key(Positions out) {
        ObjectRule.Openings openings = rule.openings(keys, depth);
        if (openings.any()) {
            int opened = TextLexeme.KEY.next(TextLexeme.KEY.start(), '"');
            out.add(new KeyPosition(this, openings, rule.keys(), opened, KeyPosition.SEED));
        }
    }

    /** Behind the member that begins with this key. */
    ObjectPosition behindMember(Keys withKey) {
        return at(Phase.BEHIND_MEMBER, withKey);
    }

    private ObjectPosition at(Phase next, Keys nowKeys) {
        return new ObjectPosition(rule, next, nowKeys, after, depth);
    }
}
