package dev.perigee.engine.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a GGUF header from front to back. Nothing is taken that the file does not hold, and no memory before its size was compared
 * with the bytes that are left.
 */
final class GgufReader {

    private static final long MAX_HEADER_BYTES = 256L << 20;
    private static final int WINDOW = 1 << 16;

    private final FileChannel channel;
    private final long end;
    private final ByteBuffer window;
    private long windowEnd;

    GgufReader(FileChannel channel) throws IOException {
        this.channel = channel;
        this.end = Math.min(channel.size(), MAX_HEADER_BYTES);
        this.window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }

    /** Where the next byte is read. */
    long position() {
        return windowEnd - window.remaining();
    }

    /** Bytes that a header can still have. */
    long left() {
        return end - position();
    }

    /** Refuses more than the file has. */
    void require(long bytes, String what) {
        if (bytes < 0 || bytes > left()) {
            throw new DamagedGgufException(
                    position(),
                    "truncated: " + what + " takes " + Long.toUnsignedString(bytes) + " bytes, left are " + left());
        }
    }

    /** How many items follow, each of at least {@code leastBytes}. */
    long count(String what, long most, long leastBytes) throws IOException {
        long at = position();
        long count = int64(what);
        if (count < 0 || count > most) {
            throw new DamagedGgufException(
                    at, what + " is " + Long.toUnsignedString(count) + ", allowed is 0 to " + most);
        }
        if (count > left() / leastBytes) {
            throw new DamagedGgufException(
                    at, "truncated: " + what + " is " + count + ", more than the " + left() + " bytes left can hold");
        }
        return count;
    }

    int int8(String what) throws IOException {
        return filled(Byte.BYTES, what).get();
    }

    int int16(String what) throws IOException {
        return filled(Short.BYTES, what).getShort();
    }

    int int32(String what) throws IOException {
        return filled(Integer.BYTES, what).getInt();
    }

    /** All 64 bits; unsigned where the format says so. */
    long int64(String what) throws IOException {
        return filled(Long.BYTES, what).getLong();
    }

    /** The next 64 bits, left where they are. */
    long peekInt64(String what) throws IOException {
        ByteBuffer source = filled(Long.BYTES, what);
        return source.getLong(source.position());
    }

    /** A text with its length before it, in sound UTF-8. */
    String text(String what, long mostBytes) throws IOException {
        long at = position();
        long length = int64(what);
        if (length < 0 || length > mostBytes) {
            throw new DamagedGgufException(
                    at, what + " has " + Long.toUnsignedString(length) + " bytes, allowed are 0 to " + mostBytes);
        }
        require(length, what);
        byte[] bytes = new byte[(int) length];
        readFully(bytes, what);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DamagedGgufException(at, what + " is not UTF-8", e);
        }
    }

    /** Passes over a text with its length before it, and tells its length. */
    long skipText(String what) throws IOException {
        long length = int64(what);
        require(length, what);
        skip(length);
        return length;
    }

    /** Passes over bytes that were {@link #require}d. */
    void skip(long bytes) {
        if (bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            windowEnd = position() + bytes;
            window.limit(0);
        }
    }

    private ByteBuffer filled(int bytes, String what) throws IOException {
        require(bytes, what);
        if (window.remaining() < bytes) {
            fill();
        }
        return window;
    }

    private void readFully(byte[] target, String what) throws IOException {
        int at = 0;
        while (at < target.length) {
            ByteBuffer source = filled(1, what);
            int count = Math.min(source.remaining(), target.length - at);
            source.get(target, at, count);
            at += count;
        }
    }

    private void fill() throws IOException {
        window.compact();
        window.limit((int) Math.min(window.capacity(), window.position() + end - windowEnd));
        while (window.hasRemaining()) {
            int read = channel.read(window, windowEnd);
            if (read < 0) {
                throw new EOFException("file ends at " + windowEnd);
            }
            windowEnd += read;
        }
        window.flip();
    }
}
