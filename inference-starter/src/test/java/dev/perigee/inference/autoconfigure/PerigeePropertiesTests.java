package dev.perigee.inference.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.EngineOptions;
import dev.perigee.inference.chat.PerigeeChatOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PerigeePropertiesTests {

    private static PerigeeProperties bind(Map<String, Object> values) {
        return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("perigee", PerigeeProperties.class);
    }

    @Test
    void engineWhenNothingIsSetIsTheEnginesOwnStandard() {
        Path model = Path.of("m");
        assertThat(bind(Map.of()).engine().options(model)).isEqualTo(EngineOptions.of(model));
    }

    @Test
    void longestWaitWhenSetIsTheEngines() {
        PerigeeProperties bound = bind(Map.of("perigee.engine.bounds.max-wait", "1500ms"));
        assertThat(bound.engine().options(Path.of("m")).bounds().maxWait()).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void chatWhenNothingIsSetIsEmpty() {
        assertThat(bind(Map.of()).chat().options())
                .isEqualTo(PerigeeChatOptions.builder().build());
    }

    @Test
    void dataPathWhenItBeginsWithTildeIsBelowHome() {
        assertThat(bind(Map.of()).dataPath()).isEqualTo(Path.of(System.getProperty("user.home"), ".perigee"));
        assertThat(bind(Map.of("perigee.data-dir", "/srv/p")).dataPath()).isEqualTo(Path.of("/srv/p"));
    }

    @Test
    void modelWhenBlankIsTheBundledOne() {
        assertThat(bind(Map.of("perigee.model", " ")).modelPath()).isNull();
    }

    @Test
    void modelWhenGivenInTheEnvironmentIsBound() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                Map.of("PERIGEE_MODEL", "/m", "PERIGEE_DATA_DIR", "/d")));
        PerigeeProperties bound = Binder.get(environment).bindOrCreate("perigee", PerigeeProperties.class);
        assertThat(bound.modelPath()).isEqualTo(Path.of("/m"));
        assertThat(bound.dataPath()).isEqualTo(Path.of("/d"));
    }

    @Test
    void chatPropertiesWhenListedAreOptionsOfTheSameName() {
        assertThat(Arrays.stream(PerigeeProperties.Chat.class.getRecordComponents())
                        .map(RecordComponent::getName))
                .allSatisfy(name -> assertThat(PerigeeChatOptions.Builder.class.getMethods())
                        .anyMatch(method -> method.getName().equals(name)));
    }

    @Test
    void metadataWhenGeneratedDescribesEveryProperty() throws IOException {
        try (InputStream file =
                PerigeeProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonNode properties = JsonMapper.shared().readTree(file).get("properties");
            assertThat(properties).hasSizeGreaterThanOrEqualTo(20);
            assertThat(properties)
                    .allSatisfy(
                            property -> assertThat(property.path("description").asString())
                                    .as(property.get("name").asString())
                                    .matches("\\p{Lu}.*\\."));
        }
    }
}
