package dev.perigee.platform.web;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.PropertySource;

/** The description of the API: {@code /v3/api-docs} for programs, {@code /docs} for people. */
@AutoConfiguration(before = SpringDocConfiguration.class)
@ConditionalOnWebApplication(type = Type.SERVLET)
@PropertySource("classpath:dev/perigee/platform/web/api-description.properties")
public final class ApiDescriptionAutoConfiguration {

    private static final String SCHEME = "token";

    @Bean
    @ConditionalOnMissingBean
    OpenAPI openApi() {
        SecurityScheme bearer = new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description("An API key for /v1 (also as x-api-key), the admin token for /admin/v1.");
        return new OpenAPI()
                .info(new Info()
                        .title("Perigee")
                        .version("v1")
                        .description("The data plane in OpenAI's shapes under /v1, the admin API under /admin/v1."))
                .components(new Components().addSecuritySchemes(SCHEME, bearer))
                .addSecurityItem(new SecurityRequirement().addList(SCHEME));
    }
}
