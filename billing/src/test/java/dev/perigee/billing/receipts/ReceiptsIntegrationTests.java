package dev.perigee.billing.receipts;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.RefusedRequest;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReceiptsIntegrationTests {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static BillingDatabase database;
    private static Charging charging;

    private final CostAttribution tenant = newTenant();
    private final ReceiptKey key = ReceiptKey.generate();
    private final Receipts receipts = receipts(key);
    private int requests;

    @BeforeAll
    static void open() {
        database = new BillingDatabase(10);
        charging = database.charging();
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static Receipts receipts(ReceiptKey key) {
        return new JdbcReceipts(database.jdbc, database.transactions, database.report, () -> key);
    }

    private String settled() {
        String id = tenant.tenantId() + "-" + requests++;
        charging.reserve(new ChargeRequest(id, tenant, "moonlet", 100, 50));
        charging.settle(id, new MeasuredUsage(80, 20, 30, 5), RequestOutcome.COMPLETED);
        return id;
    }

    private Receipt receipt(String id) {
        return receipts.find(tenant.tenantId(), id).orElseThrow();
    }

    private ReceiptVerdict verdict(String text) {
        return new ReceiptVerifier(receipts.keys()).verify(text);
    }

    @Test
    void receiptWhenAskedForTellsTheUsageAndIsGenuine() {
        String id = settled();

        Receipt receipt = receipt(id);

        JsonNode json = MAPPER.readTree(receipt.json());
        assertThat(json.at("/request_id").stringValue()).isEqualTo(id);
        assertThat(json.at("/tokens").toString())
                .isEqualTo("{\"cached_input\":20,\"output\":30,\"reasoning\":5,\"uncached_input\":80}");
        assertThat(json.at("/cost/amount").stringValue()).isEqualTo("0.0001385");
        assertThat(json.at("/number").longValue()).isEqualTo(1);
        assertThat(json.at("/previous_sha256").isNull()).isTrue();
        assertThat(verdict(receipt.json()))
                .isEqualTo(new ReceiptVerdict.Genuine(id, key.publicKey().id()));
        assertThat(verdict(json.toPrettyString())).isInstanceOf(ReceiptVerdict.Genuine.class);
        assertThat(receipt(id)).isEqualTo(receipt);
    }

    @Test
    void receiptsWhenSignedOneAfterAnotherNameTheOneBefore() throws Exception {
        List<String> ids = IntStream.range(0, 5).mapToObj(i -> settled()).toList();
        receipts.signPending();

        String before = receipt(ids.getFirst()).json();
        for (String id : ids.subList(1, ids.size())) {
            JsonNode json = MAPPER.readTree(receipt(id).json());
            assertThat(json.at("/previous_sha256").stringValue())
                    .isEqualTo(HexFormat.of().formatHex(Digest.sha256(before.getBytes(StandardCharsets.UTF_8))));
            before = receipt(id).json();
        }
    }

    @Test
    void receiptsWhenManySignAtOnceAreOneEachAndWithoutGap() throws Exception {
        List<Callable<Optional<Receipt>>> asking = IntStream.range(0, 60)
                .mapToObj(i -> settled())
                .<Callable<Optional<Receipt>>>map(id -> () -> receipts.find(tenant.tenantId(), id))
                .toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Optional<Receipt>> one : threads.invokeAll(asking)) {
                assertThat(one.get()).isPresent();
            }
        }
        assertThat(database.jdbc
                        .sql("SELECT number FROM billing.receipt WHERE tenant_id = :tenant ORDER BY number")
                        .param("tenant", tenant.tenantId())
                        .query(Long.class)
                        .list())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 60).mapToObj(i -> (long) i).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "output":30    | "output":29         | was changed
            "number":1     | "number":2          | was changed
            "amount":"0.0  | "amount":"1.0       | was changed
            {"api_key_id"  | {"a":[1],"api_key_id"| was changed
            {"api_key_id"  | {"a":0.5,"api_key_id"| was changed
            "signature"    | "other"             | has no "signature"
            "signature":"  | "signature":"*      | was changed
            "key_id":"     | "key_id":"0         | is not among the published ones
            }              | {                   | is not JSON
            """)
    void receiptWhenChangedIsRefused(String from, String to, String reason) {
        String json = receipt(settled()).json();
        assertThat(json).contains(from);

        assertThat(((ReceiptVerdict.Refused) verdict(json.replace(from, to))).reason())
                .contains(reason);
    }

    @Test
    void keyWhenExchangedStaysPublishedForItsReceipts() {
        Receipt old = receipt(settled());
        String id = settled();

        Receipts others = receipts(ReceiptKey.decode(ReceiptKey.generate().encode()));
        Receipt next = others.find(tenant.tenantId(), id).orElseThrow();

        ReceiptVerifier verifier =
                new ReceiptVerifier(ReceiptKeySet.read(others.keys().json().toString()));
        assertThat(verifier.verify(old.json())).isInstanceOf(ReceiptVerdict.Genuine.class);
        assertThat(verifier.verify(next.json())).isInstanceOf(ReceiptVerdict.Genuine.class);
        assertThat(MAPPER.readTree(next.json()).at("/key_id"))
                .isNotEqualTo(MAPPER.readTree(old.json()).at("/key_id"));
    }

    @Test
    void receiptWhenTheRequestIsAnothersOrRefusedOrRunsIsNone() {
        String id = settled();
        charging.refuse(new RefusedRequest(id + "-refused", tenant, "moonlet", RequestOutcome.RATE_LIMITED));
        charging.reserve(new ChargeRequest(id + "-runs", tenant, "moonlet", 100, 50));

        assertThat(receipts.find(newTenant().tenantId(), id)).isEmpty();
        assertThat(receipts.find(tenant.tenantId(), id + "-refused")).isEmpty();
        assertThat(receipts.find(tenant.tenantId(), id + "-runs")).isEmpty();
        assertThat(receipts.find(tenant.tenantId(), "unknown")).isEmpty();
    }

    @Test
    void receiptWhenStoredCannotBeChanged() {
        receipt(settled());

        assertThatThrownBy(() -> database.jdbc
                        .sql("UPDATE billing.receipt SET receipt = '{}'")
                        .update())
                .isInstanceOf(DataAccessException.class);
        assertThatThrownBy(
                        () -> database.jdbc.sql("DELETE FROM billing.receipt").update())
                .isInstanceOf(DataAccessException.class);
    }

    @Test
    void keyWhenPrintedHidesItsSecret() {
        assertThat(key.toString()).isEqualTo("ReceiptKey[" + key.publicKey().id() + "]");
    }
}
