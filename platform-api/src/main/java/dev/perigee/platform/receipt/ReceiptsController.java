package dev.perigee.platform.receipt;

import dev.perigee.billing.receipts.Receipt;
import dev.perigee.billing.receipts.Receipts;
import dev.perigee.platform.access.Caller;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.ProblemKind;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/receipts/{id}} and the keys that receipts are checked with. */
@Tag(name = "Receipts")
@RestController
final class ReceiptsController {

    private final Receipts receipts;

    ReceiptsController(Receipts receipts) {
        this.receipts = receipts;
    }

    @Operation(summary = "The signed receipt of one of the tenant's requests that has ended")
    @GetMapping("/v1/receipts/{id}")
    void one(@AuthenticationPrincipal Caller caller, @PathVariable String id, HttpServletResponse response)
            throws IOException {
        Receipt receipt = receipts.find(caller.tenantId(), id)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemKind.NOT_FOUND, "unknown_receipt", "There is no receipt of such a request.")));
        byte[] bytes = receipt.json().getBytes(StandardCharsets.UTF_8);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    @Operation(summary = "The public keys of receipts, a JSON Web Key set")
    @GetMapping("/.well-known/perigee-receipt-keys.json")
    void keys(HttpServletResponse response) throws IOException {
        Json.write(response, receipts.keys().json());
    }
}
