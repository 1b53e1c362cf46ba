package dev.perigee.platform.admin;

import dev.perigee.billing.BillingAutoConfiguration;
import dev.perigee.billing.budget.Budgets;
import dev.perigee.billing.charging.DeadProcesses;
import dev.perigee.billing.charging.JdbcReconciliations;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.invoicing.Invoices;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.receipts.Receipts;
import dev.perigee.platform.access.AccessAutoConfiguration;
import dev.perigee.platform.access.AdminTokenVerifier;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.audit.AuditAutoConfiguration;
import dev.perigee.platform.audit.AuditLog;
import dev.perigee.platform.quota.QuotaAutoConfiguration;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.receipt.ReceiptAutoConfiguration;
import dev.perigee.platform.tenancy.Projects;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.JsonBodies;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;

/** The admin API's addresses. */
@AutoConfiguration(
        after = {
            AccessAutoConfiguration.class,
            AuditAutoConfiguration.class,
            QuotaAutoConfiguration.class,
            ReceiptAutoConfiguration.class,
            BillingAutoConfiguration.class
        })
@ConditionalOnBean({AdminTokenVerifier.class, UsageReport.class, Quotas.class, AuditLog.class, Receipts.class})
public final class AdminAutoConfiguration {

    @Bean
    Changes changes(AuditLog audit) {
        return new Changes(audit);
    }

    @Bean
    Owners owners(Tenants tenants, Projects projects, ApiKeys apiKeys) {
        return new Owners(tenants, projects, apiKeys);
    }

    @Bean
    AuditController auditController(AuditLog audit) {
        return new AuditController(audit);
    }

    @Bean
    TenantsController tenantsController(Tenants tenants, Budgets budgets, Changes changes, JsonBodies bodies) {
        return new TenantsController(tenants, budgets, changes, bodies);
    }

    @Bean
    ProjectsController projectsController(Tenants tenants, Projects projects, Changes changes, JsonBodies bodies) {
        return new ProjectsController(tenants, projects, changes, bodies);
    }

    @Bean
    ApiKeysController apiKeysController(Tenants tenants, ApiKeys apiKeys, Changes changes, JsonBodies bodies) {
        return new ApiKeysController(tenants, apiKeys, changes, bodies);
    }

    @Bean
    QuotaController quotaController(Owners owners, Quotas quotas, Changes changes, JsonBodies bodies) {
        return new QuotaController(owners, quotas, changes, bodies);
    }

    @Bean
    BudgetsController budgetsController(Owners owners, Budgets budgets, Changes changes, JsonBodies bodies) {
        return new BudgetsController(owners, budgets, changes, bodies);
    }

    @Bean
    UsageController usageController(Tenants tenants, UsageReport usage) {
        return new UsageController(tenants, usage);
    }

    @Bean
    ReconciliationController reconciliationController(JdbcReconciliations reconciliations) {
        return new ReconciliationController(reconciliations);
    }

    @Bean
    RequestsController requestsController(
            UsageReport usage, Receipts receipts, DeadProcesses deadProcesses, Changes changes, JsonBodies bodies) {
        return new RequestsController(usage, receipts, deadProcesses, changes, bodies);
    }

    @Bean
    PriceBooksController priceBooksController(PriceBooks priceBooks, Changes changes, JsonBodies bodies) {
        return new PriceBooksController(priceBooks, changes, bodies);
    }

    @Bean
    InvoicesController invoicesController(Tenants tenants, Invoices invoices, Changes changes, JsonBodies bodies) {
        return new InvoicesController(tenants, invoices, changes, bodies);
    }
}
