package dev.perigee.billing.charging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.RequestOutcome;
import java.util.Currency;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChargeRequestTests {

    private static final CostAttribution ANYONE = new CostAttribution(
            UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), Currency.getInstance("USD"), null);

    @ParameterizedTest
    @ValueSource(longs = {-1, 2_147_483_648L, Long.MAX_VALUE})
    void requestWhenTokensAreOutOfBoundsNamesThem(long tokens) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChargeRequest("r", ANYONE, "moonlet", 1, tokens))
                .withMessageStartingWith("maxOutputTokens is " + tokens);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChargeRequest("r", ANYONE, "moonlet", tokens, 1))
                .withMessageStartingWith("promptTokens is " + tokens);
    }

    @Test
    void requestWhenIdIsEmptyOrLongIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ChargeRequest(" ", ANYONE, "moonlet", 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChargeRequest("r".repeat(65), ANYONE, "moonlet", 1, 1))
                .withMessageStartingWith("requestId has 65 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@example.com", "ABCDEF0123456789", "0123456789abcde", "0123"})
    void attributionWhenEndUserIsNotAHashIsRefusedWithoutRepeatingIt(String endUser) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CostAttribution(
                        ANYONE.tenantId(), ANYONE.projectId(), ANYONE.apiKeyId(), ANYONE.currency(), endUser))
                .withMessageNotContaining(endUser);
    }

    @Test
    void refusalWhenModelNameIsForeignIsCutToWhatCanBeStored() {
        RefusedRequest refused =
                new RefusedRequest("r", ANYONE, "a\0b" + "x".repeat(300), RequestOutcome.MODEL_NOT_FOUND);
        assertThat(refused.model()).startsWith("abx").hasSize(200);
    }

    @Test
    void refusalWhenReasonIsNoRefusalIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RefusedRequest("r", ANYONE, "moonlet", RequestOutcome.COMPLETED))
                .withMessage("reason is COMPLETED, must be a refusal");
    }
}
