package dev.perigee.console;

import dev.perigee.platform.apikey.ApiKeyIssue;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.apikey.NewApiKey;
import dev.perigee.platform.tenancy.NewTenant;
import dev.perigee.platform.tenancy.Tenants;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The overview page and what can be done on it. With htmx an action answers with the table alone, otherwise with the page. */
@Controller
@RequestMapping("/console")
final class OverviewController {

    private static final String PAGE = "console/overview";
    private static final String TABLE = "console/overview :: tenants";
    private static final String HTMX = "HX-Request";

    private final Tenants tenants;
    private final ApiKeys apiKeys;
    private final OverviewQuery query;

    OverviewController(Tenants tenants, ApiKeys apiKeys, OverviewQuery query) {
        this.tenants = tenants;
        this.apiKeys = apiKeys;
        this.query = query;
    }

    @GetMapping
    String overview(Model model) {
        return show(model, false);
    }

    @GetMapping("/sign-in")
    String signIn() {
        return "console/sign-in";
    }

    @PostMapping("/tenants")
    String createTenant(
            @RequestParam String name, @RequestHeader(name = HTMX, defaultValue = "false") boolean htmx, Model model) {
        try {
            tenants.create(NewTenant.named(name.strip()));
        } catch (IllegalArgumentException e) {
            model.addAttribute("problem", e.getMessage());
        }
        return show(model, htmx);
    }

    @PostMapping("/tenants/{id}/api-keys")
    String createKey(
            @PathVariable UUID id, @RequestHeader(name = HTMX, defaultValue = "false") boolean htmx, Model model) {
        switch (apiKeys.issue(NewApiKey.of(id, "console"))) {
            case ApiKeyIssue.Issued issued ->
                model.addAttribute("issued", issued.secret().reveal());
            case ApiKeyIssue.UnknownTenant unknown -> model.addAttribute("problem", "This tenant is gone.");
            case ApiKeyIssue.UnknownProject unknown -> model.addAttribute("problem", "The tenant's project is gone.");
            case ApiKeyIssue.AlreadyExpired expired -> throw new AssertionError("a key without an end expired");
        }
        return show(model, htmx);
    }

    @PostMapping("/api-keys/{id}/revoke")
    String revokeKey(
            @PathVariable UUID id, @RequestHeader(name = HTMX, defaultValue = "false") boolean htmx, Model model) {
        if (!apiKeys.revoke(id)) {
            model.addAttribute("problem", "This key is gone.");
        }
        return show(model, htmx);
    }

    private String show(Model model, boolean tableOnly) {
        model.addAttribute("overview", query.today());
        return tableOnly ? TABLE : PAGE;
    }
}
