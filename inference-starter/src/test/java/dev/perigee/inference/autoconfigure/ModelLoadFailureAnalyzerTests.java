package dev.perigee.inference.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.ModelLoadException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class ModelLoadFailureAnalyzerTests {

    @Test
    void analysisWhenAModelIsDamagedSaysWhatIsWrongAndWhatToDo() {
        ModelLoadException cause =
                new ModelLoadException("/m/config.json", "hidden_size is missing", "download it again");
        FailureAnalysis analysis =
                new ModelLoadFailureAnalyzer().analyze(new BeanCreationException("inferenceBackend", "failed", cause));
        assertThat(analysis.getDescription())
                .isEqualTo("The model cannot be loaded. /m/config.json: hidden_size is missing.");
        assertThat(analysis.getAction()).startsWith("Download it again.\n").contains("perigee.model (PERIGEE_MODEL)");
    }

    @Test
    void analyzerWhenLookedForIsRegistered() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, (type, name, failure) -> {}))
                .hasAtLeastOneElementOfType(ModelLoadFailureAnalyzer.class);
    }
}
