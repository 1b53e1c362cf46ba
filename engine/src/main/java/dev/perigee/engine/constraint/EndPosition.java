package dev.perigee.engine.constraint;

/** Behind the whole value. */
record EndPosition() implements Position {

    @Override
    public void step(int octet, Positions out) {}

    @Override
    public boolean complete() {
        return true;
    }
}
