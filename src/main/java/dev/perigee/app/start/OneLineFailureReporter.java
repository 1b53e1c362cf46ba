package dev.perigee.app.start;

import dev.perigee.postgres.LocalPostgresException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * Says in one line on standard error why the platform does not start; the whole story goes to the log file alone.
 *
 * <p>The line comes from the failure analyzers of all modules; where none knows the failure, from its root cause.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class OneLineFailureReporter implements SpringBootExceptionReporter {

    private static final Log log = LogFactory.getLog(OneLineFailureReporter.class);

    private final @Nullable ConfigurableApplicationContext context;

    OneLineFailureReporter(@Nullable ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public boolean reportException(Throwable failure) {
        System.err.println("perigee: " + line(failure).replaceAll("\\s+", " ").strip());
        if (context != null) {
            log.debug("The platform did not start", failure);
        }
        return true;
    }

    private String line(Throwable failure) {
        List<Throwable> causes = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(100)
                .toList();
        return causes.stream()
                .filter(cause -> cause instanceof StartRefusedException || cause instanceof LocalPostgresException)
                .map(Throwable::getMessage)
                .findFirst()
                .or(() -> analyzers().stream()
                        .map(analyzer -> analyzer.analyze(failure))
                        .filter(Objects::nonNull)
                        .map(OneLineFailureReporter::line)
                        .findFirst())
                .orElseGet(() -> "The platform cannot start: " + causes.getLast());
    }

    private static String line(FailureAnalysis analysis) {
        String action = analysis.getAction();
        return analysis.getDescription() + (action == null ? "" : " " + action);
    }

    private List<FailureAnalyzer> analyzers() {
        ArgumentResolver arguments = context == null
                ? ArgumentResolver.none()
                : ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
                        .and(Environment.class, context.getEnvironment());
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, arguments, FailureHandler.logging(log));
    }
}
