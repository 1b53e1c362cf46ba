package dev.perigee.platform.openai;

import dev.perigee.platform.access.Caller;
import dev.perigee.platform.catalog.Catalog;
import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.completion.CompletionRefusal;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /v1/models}: those that the key may use. */
@Tag(name = "OpenAI")
@RestController
final class ModelsController {

    private final Catalog catalog;
    private final Instant started = Instant.now();

    ModelsController(Catalog catalog) {
        this.catalog = catalog;
    }

    @Operation(summary = "List the models that the key may use")
    @GetMapping("/v1/models")
    void list(@AuthenticationPrincipal Caller caller, HttpServletResponse response) throws IOException {
        ObjectNode body = Json.object().put("object", "list");
        ArrayNode models = body.putArray("data");
        catalog.models().stream()
                .filter(model -> caller.mayUse(model.name()))
                .forEach(model -> write(model, models.addObject()));
        Json.write(response, body);
    }

    @Operation(summary = "One model")
    @GetMapping("/v1/models/{name}")
    void one(@AuthenticationPrincipal Caller caller, @PathVariable String name, HttpServletResponse response)
            throws IOException {
        CatalogModel model = catalog.find(name)
                .filter(found -> caller.mayUse(found.name()))
                .orElseThrow(() -> new ProblemException(Answers.refused(new CompletionRefusal.UnknownModel(name))));
        response.setHeader(CatalogModel.ATTRIBUTION_HEADER, model.licenseAttribution());
        ObjectNode body = Json.object();
        write(model, body);
        Json.write(response, body);
    }

    private void write(CatalogModel model, ObjectNode node) {
        node.put("id", model.name()).put("object", "model").put("created", started.getEpochSecond());
        node.put("owned_by", "perigee").put("context_length", model.contextLength());
        node.put("sha256", model.digest());
    }
}
