package dev.perigee.billing.isolation;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why the database would not keep tenants apart, and what to do. */
final class BrokenIsolationFailureAnalyzer extends AbstractFailureAnalyzer<BrokenIsolationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BrokenIsolationException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
