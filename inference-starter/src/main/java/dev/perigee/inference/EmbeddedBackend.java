package dev.perigee.inference;

import dev.perigee.engine.EngineStatistics;
import dev.perigee.engine.Generation;
import dev.perigee.engine.InferenceEngine;
import dev.perigee.engine.ModelDescription;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.TokenMeter;
import java.util.List;

/** The engine in this process, which it owns: closing the backend closes the engine. */
public final class EmbeddedBackend implements InferenceBackend {

    private final InferenceEngine engine;
    private final List<ServedModel> models;

    /** Serves the one model that this engine has loaded. */
    public EmbeddedBackend(InferenceEngine engine) {
        ModelDescription model = engine.modelDescription();
        this.engine = engine;
        this.models = List.of(new ServedModel(model.name(), model.contextLength(), model.digest()));
    }

    @Override
    public Generation submit(GenerationRequest request, TokenMeter meter) {
        return engine.submit(request, meter);
    }

    @Override
    public List<ServedModel> models() {
        return models;
    }

    @Override
    public int countTokens(Prompt prompt) {
        return engine.countTokens(prompt);
    }

    /** What the engine is doing now. */
    public EngineStatistics statistics() {
        return engine.statistics();
    }

    @Override
    public void close() {
        engine.close();
    }
}
