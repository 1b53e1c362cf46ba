package dev.perigee.engine.constraint;

/** Before the whole value. */
record ExpectedPosition(ValueRule rule, Position after) implements Position {

    @Override
    public void step(int octet, Positions out) {
        rule.begin(octet, after, 0, out);
    }
}
