package dev.perigee.engine.constraint;

/**
 * Inside an array, between its elements.
 *
 * @param count elements begun so far
 */
record ArrayPosition(ArrayRule rule, Phase phase, int count, Position after, int depth) implements Position {

    enum Phase {
        OPENED,
        BEHIND_ELEMENT,
        BEHIND_COMMA,
        BEHIND_SPACE
    }

    @Override
    public void step(int octet, Positions out) {
        switch (phase) {
            case OPENED -> {
                if (octet == ']') {
                    close(out);
                } else if (rule.takes(count, depth)) {
                    element(octet, out);
                }
            }
            case BEHIND_ELEMENT -> {
                if (octet == ']') {
                    close(out);
                } else if (octet == ',' && rule.takes(count, depth)) {
                    out.add(at(Phase.BEHIND_COMMA, count));
                }
            }
            case BEHIND_COMMA -> {
                if (octet == ' ') {
                    out.add(at(Phase.BEHIND_SPACE, count));
                } else {
                    element(octet, out);
                }
            }
            case BEHIND_SPACE -> element(octet, out);
        }
    }

    private void close(Positions out) {
        if (count >= rule.min()) {
            out.add(after);
        }
    }

    private void element(int octet, Positions out) {
        rule.element(count).begin(octet, at(Phase.BEHIND_ELEMENT, rule.counted(count)), depth + 1, out);
    }

    private ArrayPosition at(Phase next, int nowCount) {
        return new ArrayPosition(rule, next, nowCount, after, depth);
    }
}
