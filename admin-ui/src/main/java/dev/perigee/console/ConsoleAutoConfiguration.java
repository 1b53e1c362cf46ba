package dev.perigee.console;

import dev.perigee.billing.charging.UsageReport;
import dev.perigee.platform.access.AdminTokenVerifier;
import dev.perigee.platform.access.RowScopeFilter;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.tenancy.Tenants;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The console's pages, its files and its guard. */
@AutoConfiguration(
        afterName = {
            "dev.perigee.platform.apikey.ApiKeyAutoConfiguration",
            "dev.perigee.platform.tenancy.TenancyAutoConfiguration",
            "dev.perigee.platform.access.AccessAutoConfiguration",
            "dev.perigee.billing.BillingAutoConfiguration"
        })
@ConditionalOnWebApplication(type = Type.SERVLET)
@ConditionalOnBean({Tenants.class, ApiKeys.class, UsageReport.class, AdminTokenVerifier.class})
public final class ConsoleAutoConfiguration {

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    @Bean
    OverviewController overviewController(Tenants tenants, ApiKeys apiKeys, UsageReport usage) {
        return new OverviewController(tenants, apiKeys, new OverviewQuery(tenants, apiKeys, usage, Clock.systemUTC()));
    }

    @Bean
    HomeController homeController() {
        return new HomeController();
    }

    @Bean
    WebMvcConfigurer consoleAssets() {
        return new WebMvcConfigurer() {
            @Override
            public void addResourceHandlers(ResourceHandlerRegistry registry) {
                registry.addResourceHandler("/console/assets/**").addResourceLocations("classpath:/static/console/");
            }
        };
    }

    /** A session begins with the admin token; assets are open, they hold nothing. */
    @Bean
    @Order(10)
    SecurityFilterChain consoleSecurity(HttpSecurity http, AdminTokenVerifier adminTokenVerifier) throws Exception {
        return http.securityMatcher("/", "/console", "/console/**", "/webjars/**")
                .authorizeHttpRequests(requests -> requests.requestMatchers(
                                "/console/assets/**", "/", "/webjars/**", "/console/sign-in")
                        .permitAll()
                        .anyRequest()
                        .hasRole(AdminTokenAuthentication.ROLE))
                .authenticationProvider(new AdminTokenAuthentication(adminTokenVerifier))
                .formLogin(form -> form.loginPage("/console/sign-in")
                        .passwordParameter("token")
                        .defaultSuccessUrl("/console", true)
                        .failureUrl("/console/sign-in?error"))
                .logout(logout -> logout.logoutUrl("/console/sign-out").logoutSuccessUrl("/console/sign-in"))
                .addFilterAfter(RowScopeFilter.ofPlatform(), AuthorizationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY)))
                .build();
    }
}
