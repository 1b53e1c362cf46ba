package dev.perigee.platform.completion;

import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.IdempotencyKey;
import dev.perigee.billing.charging.RefusedRequest;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.engine.Generation;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.inference.InferenceBackend;
import dev.perigee.platform.access.Caller;
import dev.perigee.platform.catalog.Catalog;
import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.quota.QuotaClaim;
import dev.perigee.platform.quota.QuotaDecision;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.quota.RateStanding;
import dev.perigee.platform.secret.HashPurpose;
import dev.perigee.platform.secret.ServerKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests on: admits, reserves, starts.
 *
 * <p>Threads: safe.
 */
public final class Completions {

    private final Catalog catalog;
    private final InferenceBackend backend;
    private final Charging charging;
    private final Quotas quotas;
    private final ServerKey serverKey;
    private final CompletionProperties properties;
    private final BudgetLines lines = new BudgetLines();

    Completions(
            Catalog catalog,
            InferenceBackend backend,
            Charging charging,
            Quotas quotas,
            ServerKey serverKey,
            CompletionProperties properties) {
        this.catalog = catalog;
        this.backend = backend;
        this.charging = charging;
        this.quotas = quotas;
        this.serverKey = serverKey;
        this.properties = properties;
    }

    /**
     * Starts an answer; what it may cost is held from here on, under a budget its prompt and first token.
     *
     * <p>A call whose budget pays for it but for what other calls hold waits for these, for as long as the settings say.
     *
     * @throws CompletionRefusedException where the request is not taken; the refusal is recorded
     * @throws IllegalArgumentException where the request breaks the engine's contract, by name and value; nothing is held on
     */
    public Completion start(CompletionRequest request) {
        CatalogModel model = admittedModel(request);
        int promptTokens = backend.countTokens(request.prompt());
        int room = model.contextLength() - promptTokens;
        if (room < 1) {
            throw refuse(request, new CompletionRefusal.ContextLengthExceeded(promptTokens, model.contextLength()));
        }
        int maxTokens =
                Math.min(room, Objects.requireNonNullElse(request.output().maxTokens(), properties.maxTokens()));
        QuotaUse quota = enter(request, promptTokens);
        try {
            Admission.Admitted admitted =
                    reserve(request, quota.rates(), new Size(model.digest(), promptTokens, maxTokens));
            Progress progress = new Progress(admitted.slot());
            GenerationRequest.Limits limits = new GenerationRequest.Limits(
                    maxTokens,
                    request.output().stop(),
                    Math.toIntExact(admitted.maxOutputTokens()),
                    properties.deadline());
            Generation generation = submit(request, quota.rates(), limits, progress);
            Tranches tranches = new Tranches(charging, properties.budgets(), admitted, maxTokens);
            return new Completion(model, generation, charging, quota, tranches, progress);
        } catch (RuntimeException e) {
            quota.end(0);
            throw e;
        }
    }

    /** Records that a request of a known caller was malformed. */
    public void recordInvalid(String requestId, Caller caller, String model) {
        charging.refuse(
                new RefusedRequest(requestId, attribution(caller, null), model, RequestOutcome.INVALID_REQUEST));
    }

    private CatalogModel admittedModel(CompletionRequest request) {
        CatalogModel model = catalog.find(request.model())
                .orElseThrow(() -> refuse(request, new CompletionRefusal.UnknownModel(request.model())));
        if (!request.caller().caller().mayUse(model.name())) {
            throw refuse(request, new CompletionRefusal.ModelNotAllowed(model.name()));
        }
        return model;
    }

    private QuotaUse enter(CompletionRequest request, int promptTokens) {
        Caller caller = request.caller().caller();
        QuotaClaim claim = new QuotaClaim(
                request.id(),
                new QuotaClaim.Caller(caller.apiKeyId(), caller.projectId(), caller.tenantId()),
                promptTokens);
        return switch (quotas.admit(claim)) {
            case QuotaDecision.Admitted admitted -> new QuotaUse(quotas, claim, admitted.standings());
            case QuotaDecision.Refused refused ->
                throw refuse(request, new CompletionRefusal.RateLimited(refused.exhausted()), refused.standings());
        };
    }

    /** What is charged for: the weights that answer, the prompt, and the most that they may say. */
    private record Size(@Nullable String modelSha256, int promptTokens, int maxTokens) {}

    private Admission.Admitted reserve(CompletionRequest request, List<RateStanding> rates, Size size) {
        ChargeRequest charge = new ChargeRequest(
                request.id(),
                attribution(request),
                request.model(),
                size.promptTokens(),
                size.maxTokens(),
                1,
                size.modelSha256());
        IdempotencyKey key = idempotencyKey(request);
        BudgetLines.Reserving reserving =
                key == null ? () -> charging.reserve(charge) : () -> charging.reserve(charge, key);
        return switch (lines.reserve(
                reserving, charge.attribution(), properties.budgets().patience())) {
            case Admission.Admitted admitted -> admitted;
            case Admission.BudgetExhausted spent ->
                throw refuse(request, new CompletionRefusal.BudgetExhausted(spent.standing()), rates);
            case Admission.RepeatedKey repeated ->
                throw refuse(
                        request, new CompletionRefusal.RepeatedKey(repeated.requestId(), repeated.repetition()), rates);
            case Admission.TooManyRunning full ->
                throw refuse(
                        request,
                        new CompletionRefusal.Overloaded("The server is full: as many requests run as it can count."),
                        rates);
            case Admission.UnpricedModel unpriced ->
                throw refuse(
                        request,
                        new CompletionRefusal.Unpriced(
                                unpriced.model(), unpriced.currency().getCurrencyCode()),
                        rates);
            case Admission.DuplicateRequest duplicate ->
                throw new AssertionError("request id used twice: " + duplicate.requestId());
        };
    }

    private Generation submit(
            CompletionRequest request, List<RateStanding> rates, GenerationRequest.Limits limits, TokenMeter meter) {
        String tenant = request.caller().caller().tenantId().toString();
        GenerationRequest.Scheduling scheduling = new GenerationRequest.Scheduling(tenant, tenant, 1);
        GenerationRequest generation = new GenerationRequest(
                request.id(),
                request.prompt(),
                request.sampling(),
                limits,
                scheduling,
                request.output().form());
        try {
            return backend.submit(generation, meter);
        } catch (RequestRejectedException e) {
            CompletionRefusal refusal = CompletionRefusal.of(e.rejection());
            charging.settle(request.id(), MeasuredUsage.NONE, refusal.outcome());
            throw new CompletionRefusedException(refusal, rates);
        } catch (RuntimeException e) {
            boolean callersFault = e instanceof IllegalArgumentException;
            charging.settle(
                    request.id(),
                    MeasuredUsage.NONE,
                    callersFault ? RequestOutcome.INVALID_REQUEST : RequestOutcome.FAILED);
            throw e;
        }
    }

    private CompletionRefusedException refuse(CompletionRequest request, CompletionRefusal refusal) {
        return refuse(request, refusal, List.of());
    }

    private CompletionRefusedException refuse(
            CompletionRequest request, CompletionRefusal refusal, List<RateStanding> rates) {
        charging.refuse(new RefusedRequest(request.id(), attribution(request), request.model(), refusal.outcome()));
        return new CompletionRefusedException(refusal, rates);
    }

    private CostAttribution attribution(CompletionRequest request) {
        return attribution(request.caller().caller(), request.caller().endUser());
    }

    private CostAttribution attribution(Caller caller, @Nullable String endUser) {
        return new CostAttribution(
                caller.tenantId(),
                caller.projectId(),
                caller.apiKeyId(),
                caller.currency(),
                endUser == null ? null : endUserHash(caller, endUser));
    }

    private @Nullable IdempotencyKey idempotencyKey(CompletionRequest request) {
        CompletionRequest.Repeatable repeatable = request.caller().repeatable();
        if (repeatable == null) {
            return null;
        }
        String tenant = request.caller().caller().tenantId().toString();
        return new IdempotencyKey(
                HexFormat.of().formatHex(serverKey.hash(HashPurpose.IDEMPOTENCY_KEY, tenant, repeatable.key())),
                HexFormat.of().formatHex(serverKey.hash(HashPurpose.IDEMPOTENT_REQUEST, tenant, repeatable.content())));
    }

    private String endUserHash(Caller caller, String endUser) {
        return HexFormat.of()
                .formatHex(
                        serverKey.hash(HashPurpose.END_USER, caller.tenantId().toString(), endUser));
    }
}
