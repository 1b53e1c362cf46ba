package dev.perigee.engine.constraint;

/** A value that holds no other. */
record ScalarRule(Lexeme lexeme) implements Alternative {

    @Override
    public int height() {
        return 0;
    }

    @Override
    public void begin(int octet, Position after, int depth, Positions out) {
        ScalarPosition.step(lexeme, lexeme.start(), octet, after, out);
    }
}
