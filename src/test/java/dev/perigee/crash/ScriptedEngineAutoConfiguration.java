package dev.perigee.crash;

import dev.perigee.inference.InferenceBackend;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Puts the scripted engine in the embedded one's place: what stands on the class path beside the jar. */
@AutoConfiguration(beforeName = "dev.perigee.inference.autoconfigure.PerigeeInferenceAutoConfiguration")
public final class ScriptedEngineAutoConfiguration {

    @Bean
    InferenceBackend scriptedEngine(@Value("${crash.truth}") Path folder) {
        return new ScriptedEngine(new TruthFile(folder));
    }
}
