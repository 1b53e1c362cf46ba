package dev.perigee.platform.completion;

import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.platform.quota.ExhaustedQuota;

/** Why a request was not taken; nothing was generated and nothing is charged. In order of precedence. */
public sealed interface CompletionRefusal {

    /** What is recorded. */
    RequestOutcome outcome();

    /** One line for a person. */
    String message();

    /** What the backend's word means here. */
    static CompletionRefusal of(Rejection rejection) {
        return switch (rejection) {
            case Rejection.ContextLengthExceeded r -> new ContextLengthExceeded(r.promptTokens(), r.contextLength());
            case Rejection.QueueFull r -> new Overloaded(r.message());
            case Rejection.WaitedTooLong r -> new Overloaded(r.message());
            case Rejection.Closed r -> new Overloaded(r.message());
            case Rejection.Withdrawn r -> new Withdrawn(r.message());
        };
    }

    /** No such model is served. */
    record UnknownModel(String model) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.MODEL_NOT_FOUND;
        }

        @Override
        public String message() {
            return "The model '" + model + "' does not exist. GET /v1/models lists those that do.";
        }
    }

    /** The key may not use this model. */
    record ModelNotAllowed(String model) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.MODEL_NOT_ALLOWED;
        }

        @Override
        public String message() {
            return "This API key may not use the model '" + model + "'.";
        }
    }

    /** The prompt leaves no room in the context. */
    record ContextLengthExceeded(int promptTokens, int contextLength) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.CONTEXT_LENGTH_EXCEEDED;
        }

        @Override
        public String message() {
            return "This model's context holds " + contextLength
                    + " tokens, prompt and answer together; the messages have " + promptTokens
                    + " tokens. Shorten them.";
        }
    }

    /** A rate or concurrency limit is exhausted. */
    record RateLimited(ExhaustedQuota exhausted) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.RATE_LIMITED;
        }

        @Override
        public String message() {
            ExhaustedQuota.Counters counters = exhausted.counters();
            String limit = "The limit of " + counters.limit() + " "
                    + exhausted.measure().word().replace('_', ' ') + " of this "
                    + exhausted.scope().word().replace('_', ' ');
            return exhausted.tooLarge()
                    ? limit + " is smaller than this request, which asks for " + counters.asked() + "."
                    : limit + " is used up: " + counters.used() + " used, " + counters.asked() + " asked for.";
        }
    }

    /** The model has no price in the tenant's currency. */
    record Unpriced(String model, String currency) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.UNPRICED_MODEL;
        }

        @Override
        public String message() {
            return "The model '" + model + "' has no price in " + currency + "; an administrator must set one.";
        }
    }

    /** A budget does not pay for the prompt and one token more. */
    record BudgetExhausted(BudgetStanding standing) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.BUDGET_EXHAUSTED;
        }

        @Override
        public String message() {
            String scope = standing.scope().word().replace('_', ' ');
            String what = "The budget of this " + scope + " (" + standing.source() + ") does not pay for this request";
            return standing.resetsAt() == null ? what + "." : what + "; it begins anew at " + standing.resetsAt() + ".";
        }
    }

    /**
     * The idempotency key is that of another request, or of the same one which runs or was billed.
     *
     * @param requestId that request
     */
    record RepeatedKey(String requestId, Admission.Repetition repetition) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.REPEATED;
        }

        @Override
        public String message() {
            return switch (repetition) {
                case OF_ANOTHER_REQUEST ->
                    "This Idempotency-Key belongs to " + requestId
                            + ", which asked for something else. Send another key, or the same request as then.";
                case OF_A_RUNNING_ONE ->
                    "The request of this Idempotency-Key, " + requestId
                            + ", still runs. It is billed once; wait for its answer.";
                case OF_A_BILLED_ONE ->
                    "The request of this Idempotency-Key, " + requestId
                            + ", was billed and is not run again; its receipt is at" + " /v1/receipts/" + requestId
                            + ". Its answer is not kept: to ask anew, send another key.";
            };
        }
    }

    /** As many requests wait as may wait, its turn did not come in time, or the server is going down. */
    record Overloaded(String message) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.OVERLOADED;
        }
    }

    /** Its client went away, or it was cancelled for it, before the model saw it. */
    record Withdrawn(String message) implements CompletionRefusal {
        @Override
        public RequestOutcome outcome() {
            return RequestOutcome.WITHDRAWN;
        }
    }
}
