package dev.perigee.platform.admin;

import dev.perigee.billing.BillingAutoConfiguration;
import dev.perigee.billing.budget.Budgets;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.platform.access.AccessAutoConfiguration;
import dev.perigee.platform.access.AdminTokenVerifier;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.quota.QuotaAutoConfiguration;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.tenancy.Projects;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.JsonBodies;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;

/** The admin API's addresses. */
@AutoConfiguration(
        after = {AccessAutoConfiguration.class, QuotaAutoConfiguration.class, BillingAutoConfiguration.class})
@ConditionalOnBean({AdminTokenVerifier.class, UsageReport.class, Quotas.class})
public final class AdminAutoConfiguration {

    @Bean
    TenantsController tenantsController(Tenants tenants, Budgets budgets, JsonBodies bodies) {
        return new TenantsController(tenants, budgets, bodies);
    }

    @Bean
    ProjectsController projectsController(Tenants tenants, Projects projects, JsonBodies bodies) {
        return new ProjectsController(tenants, projects, bodies);
    }

    @Bean
    ApiKeysController apiKeysController(Tenants tenants, ApiKeys apiKeys, JsonBodies bodies) {
        return new ApiKeysController(tenants, apiKeys, bodies);
    }

    @Bean
    QuotaController quotaController(
            Tenants tenants, Projects projects, ApiKeys apiKeys, Quotas quotas, JsonBodies bodies) {
        return new QuotaController(tenants, projects, apiKeys, quotas, bodies);
    }

    @Bean
    BudgetsController budgetsController(
            Tenants tenants, Projects projects, ApiKeys apiKeys, Budgets budgets, JsonBodies bodies) {
        return new BudgetsController(tenants, projects, apiKeys, budgets, bodies);
    }

    @Bean
    UsageController usageController(Tenants tenants, UsageReport usage) {
        return new UsageController(tenants, usage);
    }

    @Bean
    RequestsController requestsController(UsageReport usage) {
        return new RequestsController(usage);
    }

    @Bean
    PriceBooksController priceBooksController(PriceBooks priceBooks, JsonBodies bodies) {
        return new PriceBooksController(priceBooks, bodies);
    }
}
