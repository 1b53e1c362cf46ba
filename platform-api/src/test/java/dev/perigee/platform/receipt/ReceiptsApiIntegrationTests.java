package dev.perigee.platform.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.receipts.ReceiptKeySet;
import dev.perigee.billing.receipts.ReceiptVerdict;
import dev.perigee.billing.receipts.ReceiptVerifier;
import dev.perigee.platform.testing.ScriptedBackend;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import dev.perigee.platform.testing.TestPlatform.Answer;
import org.junit.jupiter.api.Test;

class ReceiptsApiIntegrationTests {

    private final TestPlatform platform = TestPlatform.shared();
    private final Account account = platform.account();

    private Answer receipt(Account asking, String id) {
        return platform.call("GET", "/v1/receipts/" + id, null, "Authorization", "Bearer " + asking.key());
    }

    private Answer answered() {
        return platform.complete(account, """
                {"model":"%s","messages":[{"role":"user","content":"Hi"}]}""".formatted(ScriptedBackend.MODEL));
    }

    @Test
    void receiptWhenTheAnswerHasEndedIsThereAndGenuine() {
        Answer answer = answered();
        String id = answer.header("x-request-id");

        Answer receipt = receipt(account, id);

        assertThat(receipt.status()).isEqualTo(200);
        assertThat(receipt.json().at("/tokens/output").longValue())
                .isEqualTo(answer.json().at("/usage/completion_tokens").longValue());
        String digest = platform.call("GET", "/v1/models", null, "Authorization", "Bearer " + account.key())
                .json()
                .at("/data/0/sha256")
                .stringValue();
        assertThat(receipt.json().at("/model_sha256").stringValue())
                .isEqualTo(digest)
                .hasSize(64);
        Answer keys = platform.call("GET", "/.well-known/perigee-receipt-keys.json", null);
        assertThat(new ReceiptVerifier(ReceiptKeySet.read(keys.body())).verify(receipt.body()))
                .isInstanceOf(ReceiptVerdict.Genuine.class);
        assertThat(platform.admin("GET", "/requests/" + id, null).json().get("receipt"))
                .isEqualTo(receipt.json());
    }

    @Test
    void receiptWhenItIsAnothersIsAnsweredLikeNone() {
        String id = answered().header("x-request-id");
        Account other = platform.account();

        assertThat(receipt(other, id).status()).isEqualTo(404);
        assertThat(receipt(other, id).body())
                .isEqualTo(receipt(other, "req_unknown").body());
    }
}
