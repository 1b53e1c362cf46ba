package dev.perigee.engine.tokenizer;

/** Turns text into ids of text, whatever it spells. Threads: any. */
interface TextEncoder {

    int[] encode(String text);
}
