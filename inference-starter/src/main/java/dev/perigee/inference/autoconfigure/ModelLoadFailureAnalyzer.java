package dev.perigee.inference.autoconfigure;

import dev.perigee.engine.ModelLoadException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with a model, or with the packed C kernels, and what to do. */
final class ModelLoadFailureAnalyzer extends AbstractFailureAnalyzer<ModelLoadException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelLoadException cause) {
        return new FailureAnalysis(
                "The model cannot be loaded. " + cause.location() + ": " + cause.problem() + ".", action(cause), cause);
    }

    private static String action(ModelLoadException cause) {
        String remedy = cause.remedy();
        return Character.toUpperCase(remedy.charAt(0)) + remedy.substring(1) + ".\n"
                + "The model is set by perigee.model (PERIGEE_MODEL), the kernels by perigee.engine.kernels.*.";
    }
}
