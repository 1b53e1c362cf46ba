package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/** Turns one block of a GGUF format into float32, with every product and sum rounded as the format's reference rounds it. */
@FunctionalInterface
interface BlockDecoder {

    /** Decodes the block that begins at byte {@code at} into {@code target}, from {@code first} on. */
    void decode(MemorySegment block, long at, float[] target, int first);
}
