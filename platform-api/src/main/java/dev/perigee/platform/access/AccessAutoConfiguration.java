package dev.perigee.platform.access;

import dev.perigee.platform.apikey.ApiKeyAutoConfiguration;
import dev.perigee.platform.apikey.ApiKeyScope;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.secret.DataDirectory;
import dev.perigee.platform.secret.RandomText;
import dev.perigee.platform.secret.SecretFile;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.PlatformWebAutoConfiguration;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import dev.perigee.platform.web.ProblemWriter;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;

/** The doors: data plane, admin API, what is open, and nothing else. */
@AutoConfiguration(
        after = {ApiKeyAutoConfiguration.class, PlatformWebAutoConfiguration.class},
        before = {
            ManagementWebSecurityAutoConfiguration.class,
            ServletWebSecurityAutoConfiguration.class,
            UserDetailsServiceAutoConfiguration.class
        })
@ConditionalOnWebApplication(type = Type.SERVLET)
@ConditionalOnBean({ApiKeys.class, Tenants.class})
@EnableConfigurationProperties(AccessProperties.class)
public final class AccessAutoConfiguration {

    private static final int DATA_PLANE = 100;
    private static final int ADMIN = 110;
    private static final int OPEN = 120;
    private static final int GENERATED_LENGTH = 40;

    @Bean
    @ConditionalOnMissingBean
    AdminTokenVerifier adminTokenVerifier(AccessProperties properties, DataDirectory dataDirectory) {
        String given = properties.adminToken();
        if (given != null) {
            return new AdminTokenVerifier(given, null);
        }
        SecretFile file = dataDirectory.secretFile("admin-token");
        String token = file.readOrCreate(() -> "pga_" + RandomText.ofLength(GENERATED_LENGTH));
        AccessProperties.check("the token in " + file.path(), token);
        return new AdminTokenVerifier(token, file.path());
    }

    /** Nobody signs in with a name and a password; without this, Spring Boot would make someone up. */
    @Bean
    @ConditionalOnMissingBean
    UserDetailsService noUsers() {
        return name -> {
            throw new UsernameNotFoundException("there are no users");
        };
    }

    @Bean
    @Order(DATA_PLANE)
    SecurityFilterChain dataPlaneChain(HttpSecurity http, ProblemWriter writer, ApiKeys apiKeys, Tenants tenants) {
        Problem unknown = Doors.unauthenticated(
                "invalid_api_key",
                "The API key is missing, wrong, expired or revoked. Send it as Authorization: Bearer KEY, or as x-api-key.");
        Problem denied = Doors.forbidden("This API key does not have the scope that this call needs.");
        return new Doors(writer)
                .close(http.securityMatcher("/v1/**"), new ApiKeyAuthenticator(apiKeys, tenants), unknown, denied)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET)
                        .hasAuthority(ApiKeyScope.READ.name())
                        .anyRequest()
                        .hasAuthority(ApiKeyScope.INFERENCE.name()))
                .addFilterAfter(RowScopeFilter.ofCaller(), AuthorizationFilter.class)
                .build();
    }

    @Bean
    @Order(ADMIN)
    SecurityFilterChain adminChain(HttpSecurity http, ProblemWriter writer, AdminTokenVerifier verifier) {
        Problem unknown = Doors.unauthenticated(
                "invalid_admin_token", "The admin token is missing or wrong. Send it as Authorization: Bearer TOKEN.");
        Problem denied = Doors.forbidden("Only an administrator may do that.");
        return new Doors(writer)
                .close(http.securityMatcher("/admin/v1/**"), new AdminAuthenticator(verifier), unknown, denied)
                .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(AdminAuthenticator.ADMIN))
                .addFilterAfter(RowScopeFilter.ofPlatform(), AuthorizationFilter.class)
                .build();
    }

    @Bean
    @Order(OPEN)
    SecurityFilterChain openChain(HttpSecurity http, ProblemWriter writer) {
        return new Doors(writer)
                .close(
                        http.securityMatcher(
                                "/actuator/health/**",
                                "/actuator/prometheus",
                                "/.well-known/perigee-receipt-keys.json",
                                "/v3/api-docs/**",
                                "/docs/**",
                                "/swagger-ui/**"),
                        nothingHere(),
                        nothingHere())
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain closedChain(HttpSecurity http, ProblemWriter writer) {
        return new Doors(writer)
                .close(http, nothingHere(), nothingHere())
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    private static Problem nothingHere() {
        return Problem.of(ProblemKind.NOT_FOUND, "unknown_url", "There is nothing at this address.");
    }
}
