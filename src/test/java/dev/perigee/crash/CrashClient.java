package dev.perigee.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks for answers over plain sockets, so that it can leave exactly where it wants: one streamed answer in six is left after some tokens, half of
 * these by a reset; one in twenty is read slowly; one in five is not streamed; one in ten is asked for once more at the same time, of another node.
 */
final class CrashClient {

    /** What the clients saw of one request. */
    record Seen(
            String requestId,
            int tokens,
            @Nullable Integer acknowledged,
            @Nullable String idempotencyKey) {}

    /**
     * How a client takes its answer.
     *
     * @param leaves after how many pieces of it the client leaves
     * @param slow whether it rests after each line
     * @param idempotencyKey what makes it one with another request
     */
    private record Manner(
            int leaves, boolean slow, @Nullable String idempotencyKey) {}

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}).*");
    private static final Pattern ID = Pattern.compile("x-request-id: (\\S+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern USAGE = Pattern.compile("\"completion_tokens\":(\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"delta\":\\{[^}]*\"content\":\"[^\"]");
    private static final int LONGEST = 60;
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 30_000;

    final Collection<Seen> seen = new ConcurrentLinkedQueue<>();
    private final Map<RequestEnd, Long> ends = new ConcurrentHashMap<>();

    /** How many requests ended in each way. */
    Map<RequestEnd, Long> ends() {
        Map<RequestEnd, Long> all = new EnumMap<>(RequestEnd.class);
        for (RequestEnd end : RequestEnd.values()) {
            all.put(end, ends.getOrDefault(end, 0L));
        }
        return all;
    }

    /** Asks once, in one of these ways; tells how that ended. */
    RequestEnd ask(int port, String key, Random random, @Nullable String idempotencyKey) {
        int tokens = 1 + random.nextInt(LONGEST);
        boolean stream = random.nextInt(5) != 0;
        int leaves = stream && random.nextInt(6) == 0 ? random.nextInt(tokens) : Integer.MAX_VALUE - 1;
        boolean slow = random.nextInt(20) == 0;
        String body = "{\"model\":\"moonlet\",\"max_tokens\":" + (tokens + random.nextInt(10)) + ",\"stream\":" + stream
                + (stream ? ",\"stream_options\":{\"include_usage\":true}" : "")
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + tokens + "\"}]}";
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                + (idempotencyKey == null ? "" : "\r\nIdempotency-Key: " + idempotencyKey)
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n";
        RequestEnd end = exchange(port, head + body, new Manner(leaves, slow && stream, idempotencyKey));
        ends.merge(end, 1L, Long::sum);
        return end;
    }

    private RequestEnd exchange(int port, String request, Manner manner) {
        RequestEnd end = RequestEnd.CONNECTION_REFUSED;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            end = RequestEnd.UNANSWERED;
            socket.setSoTimeout(READ_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String first = lines.readLine();
            Matcher status = STATUS.matcher(first == null ? "" : first);
            if (status.matches()) {
                end = read(lines, Integer.parseInt(status.group(1)), socket, manner);
            }
        } catch (IOException e) {
            return end; // as far as it came
        }
        return end;
    }

    private RequestEnd read(BufferedReader lines, int status, Socket socket, Manner manner) {
        Answer answer = new Answer();
        boolean left = take(answer, lines, socket, manner);
        if (status == 200 && answer.id != null) {
            seen.add(new Seen(answer.id, answer.tokens, answer.acknowledged(), manner.idempotencyKey()));
        }
        return switch (status) {
            case 200 -> answer.end(left);
            case 409 -> RequestEnd.REPEATED;
            case 429 -> RequestEnd.REFUSED;
            default -> RequestEnd.UNAVAILABLE;
        };
    }

    /** Takes the lines of an answer, as many as come; returns whether the client left before its end. */
    private static boolean take(Answer answer, BufferedReader lines, Socket socket, Manner manner) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answer.add(line);
                if (answer.pieces > manner.leaves() + 1) {
                    socket.setSoLinger(answer.pieces % 2 == 0, 0);
                    return true;
                }
                if (manner.slow()) {
                    Thread.sleep(20);
                }
            }
            return false;
        } catch (IOException e) {
            return false; // the connection broke; what came before counts
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** What came of one answer. */
    private static final class Answer {
        @Nullable
        String id;

        int tokens;
        int pieces;
        private @Nullable Integer usage;
        private boolean done;
        private boolean failed;

        void add(String line) {
            Matcher header = ID.matcher(line);
            if (id == null && header.matches()) {
                id = header.group(1);
            }
            tokens += TOKEN.matcher(line).find() ? 1 : 0; // a piece of text is a token at the least
            pieces += line.contains("\"delta\":{") ? 1 : 0;
            Matcher figures = USAGE.matcher(line);
            usage = figures.find() ? Integer.valueOf(figures.group(1)) : usage;
            done |= line.contains("[DONE]") || line.contains("\"object\":\"chat.completion\"");
            failed |= line.startsWith("data: {\"error\"");
        }

        /** Its tokens by its own account, once it is whole. */
        @Nullable
        Integer acknowledged() {
            return done ? usage : null;
        }

        RequestEnd end(boolean left) {
            if (acknowledged() != null) {
                return RequestEnd.COMPLETED;
            }
            if (left) {
                return RequestEnd.LEFT;
            }
            return failed ? RequestEnd.FAILED : RequestEnd.BROKEN_OFF;
        }
    }
}
