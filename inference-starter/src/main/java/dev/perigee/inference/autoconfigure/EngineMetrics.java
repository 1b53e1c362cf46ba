package dev.perigee.inference.autoconfigure;

import dev.perigee.engine.EngineStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What the engine is doing, as {@code perigee.engine.*} meters. */
final class EngineMetrics implements MeterBinder {

    private final Supplier<EngineStatistics> statistics;

    EngineMetrics(Supplier<EngineStatistics> statistics) {
        this.statistics = statistics;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        requests(registry, "waiting", EngineStatistics::waiting);
        requests(registry, "running", EngineStatistics::running);
        tokens(registry, "prompt", EngineStatistics::promptTokens);
        tokens(registry, "generated", EngineStatistics::generatedTokens);
        pages(registry, "free", EngineStatistics::freePages);
        pages(registry, "used", now -> now.pages() - now.freePages());
    }

    private void requests(MeterRegistry registry, String state, ToDoubleFunction<EngineStatistics> value) {
        Gauge.builder("perigee.engine.requests", statistics, now -> value.applyAsDouble(now.get()))
                .description("Requests that the engine holds")
                .tag("state", state)
                .register(registry);
    }

    private void tokens(MeterRegistry registry, String type, ToDoubleFunction<EngineStatistics> value) {
        FunctionCounter.builder("perigee.engine.tokens", statistics, now -> value.applyAsDouble(now.get()))
                .description("Tokens since the engine was opened")
                .tag("type", type)
                .register(registry);
    }

    private void pages(MeterRegistry registry, String state, ToDoubleFunction<EngineStatistics> value) {
        Gauge.builder("perigee.engine.cache.pages", statistics, now -> value.applyAsDouble(now.get()))
                .description("Pages of the latent cache")
                .tag("state", state)
                .register(registry);
    }
}
