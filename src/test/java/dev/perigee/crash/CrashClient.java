package dev.perigee.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks for answers over plain sockets, so that it can break off exactly where it wants: one in six breaks off after some tokens, half of these by
 * a reset; one in twenty reads slowly; one in five does not stream; one in ten sends the same once more at the same time, to another node.
 */
final class CrashClient {

    /** What the clients saw of one request. */
    record Seen(
            String requestId,
            int tokens,
            @Nullable Integer acknowledged,
            @Nullable String idempotencyKey) {}

    private static final Pattern ID = Pattern.compile("x-request-id: (\\S+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern USAGE = Pattern.compile("\"completion_tokens\":(\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"delta\":\\{[^}]*\"content\":\"[^\"]");
    private static final int LONGEST = 60;

    final Collection<Seen> seen = new ConcurrentLinkedQueue<>();
    final AtomicLong completed = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong unavailable = new AtomicLong();
    final AtomicLong broken = new AtomicLong();

    /** Asks once, in one of these ways; returns the status, 0 where there was none. */
    int ask(int port, String key, Random random, @Nullable String idempotencyKey) {
        int tokens = 1 + random.nextInt(LONGEST);
        boolean stream = random.nextInt(5) != 0;
        int breakOff = stream && random.nextInt(6) == 0 ? random.nextInt(tokens) : Integer.MAX_VALUE - 1;
        boolean slow = random.nextInt(20) == 0;
        String body = "{\"model\":\"moonlet\",\"max_tokens\":" + (tokens + random.nextInt(10)) + ",\"stream\":" + stream
                + (stream ? ",\"stream_options\":{\"include_usage\":true}" : "")
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + tokens + "\"}]}";
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(30_000);
            String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                    + (idempotencyKey == null ? "" : "\r\nIdempotency-Key: " + idempotencyKey)
                    + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length()
                    + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return read(socket, breakOff, slow && stream, idempotencyKey);
        } catch (IOException e) {
            broken.incrementAndGet();
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private int read(Socket socket, int breakOff, boolean slow, @Nullable String idempotencyKey)
            throws IOException, InterruptedException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String status = lines.readLine();
        if (status == null) {
            throw new IOException("no answer");
        }
        int code = Integer.parseInt(status.split(" ")[1]);
        String id = null;
        int tokens = 0;
        int deltas = 0;
        Integer usage = null;
        boolean done = false;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher header = ID.matcher(line);
                if (id == null && header.matches()) {
                    id = header.group(1);
                }
                tokens += TOKEN.matcher(line).find() ? 1 : 0; // a piece of text is a token at the least
                deltas += line.contains("\"delta\":{") ? 1 : 0;
                Matcher figures = USAGE.matcher(line);
                usage = figures.find() ? Integer.valueOf(figures.group(1)) : usage;
                done |= line.contains("[DONE]") || line.contains("\"object\":\"chat.completion\"");
                if (deltas > breakOff + 1) {
                    socket.setSoLinger(deltas % 2 == 0, 0);
                    break;
                }
                if (slow) {
                    Thread.sleep(20);
                }
            }
        } finally {
            record(code, new Seen(id == null ? "" : id, tokens, done ? usage : null, idempotencyKey));
        }
        return code;
    }

    private void record(int code, Seen found) {
        switch (code) {
            case 200 -> {
                (found.acknowledged() == null ? broken : completed).incrementAndGet();
                if (!found.requestId().isEmpty()) {
                    seen.add(found);
                }
            }
            case 429 -> refused.incrementAndGet();
            default -> unavailable.incrementAndGet();
        }
    }
}
