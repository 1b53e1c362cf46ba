package dev.perigee.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

    private final ApplicationModules modules =
            ApplicationModules.of("dev.perigee.platform", new ImportOption.DoNotIncludeTests());

    @Test
    void modulesWhenVerifiedKeepToWhatTheyDeclare() {
        modules.verify();
    }

    @Test
    void modulesWhenListedAreThoseOfTheHouse() {
        assertThat(modules.stream().map(ApplicationModule::getIdentifier).map(Object::toString))
                .containsExactlyInAnyOrder(
                        "secret",
                        "web",
                        "tenancy",
                        "apikey",
                        "access",
                        "audit",
                        "catalog",
                        "quota",
                        "receipt",
                        "completion",
                        "openai",
                        "admin");
    }
}
