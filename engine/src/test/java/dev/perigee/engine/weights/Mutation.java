package dev.perigee.engine.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** One kind of damage to a file: cut short, bits turned, a number replaced by one that lies, a byte too many or too few. */
final class Mutation {

    private static final long[] LIES = {0, 1, -1, 2, 1L << 31, (1L << 32) - 1, 1L << 32, 1L << 62, Long.MIN_VALUE};
    private static final int MOST_BITS = 8;

    private final Random random;
    private final int headerBytes;
    private String told = "";

    /** @param headerBytes where most of the damage is done */
    Mutation(Random random, int headerBytes) {
        this.random = random;
        this.headerBytes = headerBytes;
    }

    /** A damaged copy. */
    byte[] of(byte[] sound) {
        return switch (random.nextInt(6)) {
            case 0 -> cut(sound);
            case 1, 2 -> turned(sound);
            case 3, 4 -> lied(sound);
            default -> shifted(sound);
        };
    }

    private int place(byte[] bytes) {
        return random.nextInt(random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, headerBytes));
    }

    private byte[] cut(byte[] sound) {
        int length = random.nextBoolean() ? sound.length - 1 - random.nextInt(64) : random.nextInt(sound.length);
        told = "cut to " + length;
        return Arrays.copyOf(sound, length);
    }

    private byte[] turned(byte[] sound) {
        byte[] bytes = sound.clone();
        StringBuilder all = new StringBuilder("bits turned at");
        for (int i = 1 + random.nextInt(MOST_BITS); i > 0; i--) {
            int at = place(bytes);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            all.append(' ').append(at);
        }
        told = all.toString();
        return bytes;
    }

    private byte[] lied(byte[] sound) {
        byte[] bytes = sound.clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = Math.min(place(bytes), bytes.length - Long.BYTES);
        long lie = random.nextBoolean() ? LIES[random.nextInt(LIES.length)] : buffer.getInt(at) + random.nextInt(5) - 2;
        told = lie + " at " + at;
        if (random.nextBoolean()) {
            buffer.putInt(at, (int) lie);
        } else {
            buffer.putLong(at, lie);
        }
        return bytes;
    }

    private byte[] shifted(byte[] sound) {
        int at = place(sound);
        boolean more = random.nextBoolean();
        told = (more ? "a byte more at " : "a byte less at ") + at;
        ByteBuffer bytes = ByteBuffer.allocate(sound.length + (more ? 1 : -1));
        bytes.put(sound, 0, at);
        if (more) {
            bytes.put((byte) random.nextInt());
        }
        int rest = more ? at : at + 1;
        return bytes.put(sound, rest, sound.length - rest).array();
    }

    @Override
    public String toString() {
        return told;
    }
}
