package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DisconnectIntegrationTests {

    private static final int STREAMS = 50;

    private final TestPlatform platform = TestPlatform.shared();
    private final ScriptedBackend backend = platform.backend();

    @Test
    void usageWhenFiftyStreamsBreakAtRandomEqualsWhatWasGenerated() throws Exception {
        Account account = platform.account();
        String[] words = new String[100];
        Arrays.fill(words, "w ");
        backend.answer(request -> Script.ofWords(words).withPause(Duration.ofMillis(10)));
        Random random = new Random(20261125);
        List<Callable<String>> clients = IntStream.range(0, STREAMS)
                .<Callable<String>>mapToObj(i -> {
                    int readBytes = i % 5 == 0 ? Integer.MAX_VALUE : random.nextInt(20_000);
                    String content = "one two three ".repeat(1 + random.nextInt(5));
                    return () -> stream(account, content.strip(), readBytes);
                })
                .toList();

        List<String> ids;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ids = threads.invokeAll(clients).stream().map(Future::resultNow).toList();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> backend.usages().keySet().containsAll(ids));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> platform.usage(account).get("requests").intValue() == STREAMS);

        List<TokenUsage> usages = ids.stream().map(backend::usageOf).toList();
        JsonNode total = platform.usage(account);
        assertThat(total.get("input_tokens").intValue()).isEqualTo(sum(usages, 0));
        assertThat(total.get("cached_input_tokens").intValue()).isEqualTo(sum(usages, 1));
        assertThat(total.get("output_tokens").intValue()).isEqualTo(sum(usages, 2));
        assertThat(ids.stream().map(backend::reasonOf)).contains(FinishReason.CANCELLED, FinishReason.STOP);
        assertThat(backend.running()).isZero();
        assertThat(platform.reconciliation().get("drift_tokens").longValue()).isZero();
    }

    @Test
    void clientWhenItLeavesBeforeTheFirstTokenEndsTheGeneration() throws Exception {
        Account account = platform.account();
        backend.answer(request -> Script.ofWords("never").withPause(Duration.ofMinutes(10)));

        String id = stream(account, "Hi", 10);

        await().atMost(Duration.ofSeconds(20)).until(() -> backend.usageOf(id) != null);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> platform.usage(account).get("requests").intValue() == 1);
        JsonNode request = platform.admin("GET", "/requests/" + id, null).json();
        assertThat(request.get("result").get("outcome").stringValue()).isEqualTo("cancelled");
        assertThat(request.get("result").get("output_tokens").intValue()).isZero();
        assertThat(request.get("reservation").get("state").stringValue()).isEqualTo("settled");
    }

    @Test
    void streamWhenTheModelIsSilentIsKeptAlive() throws Exception {
        Account account = platform.account();
        backend.answer(request -> Script.ofWords("late").withPause(Duration.ofMillis(1500)));

        StringBuilder seen = new StringBuilder();
        read(account, "Hi", seen, 700);

        assertThat(seen.toString()).contains("\"role\":\"assistant\"", ": keep-alive\n\n");
    }

    private static int sum(List<TokenUsage> usages, int part) {
        return usages.stream()
                .mapToInt(usage ->
                        new int[] {usage.promptTokens(), usage.cachedPromptTokens(), usage.outputTokens()}[part])
                .sum();
    }

    /** Streams an answer over a plain socket and hangs up after so many bytes of it; the request's id. */
    private String stream(Account account, String content, int readBytes) throws IOException {
        return read(account, content, new StringBuilder(), readBytes);
    }

    private String read(Account account, String content, StringBuilder seen, int readBytes) throws IOException {
        URI address = URI.create(platform.address());
        String body = "{\"model\":\"moonlet\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + content
                + "\"}]}";
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: "
                                    + account.key() + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length()
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            String head = head(socket.getInputStream());
            byte[] bytes = socket.getInputStream().readNBytes(readBytes);
            seen.append(new String(bytes, StandardCharsets.UTF_8));
            return head.lines()
                    .filter(line -> line.startsWith("x-request-id: "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(head))
                    .substring("x-request-id: ".length());
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }
}
