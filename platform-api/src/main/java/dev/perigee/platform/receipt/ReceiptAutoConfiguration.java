package dev.perigee.platform.receipt;

import dev.perigee.billing.BillingAutoConfiguration;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.receipts.JdbcReceipts;
import dev.perigee.billing.receipts.Receipts;
import dev.perigee.platform.access.AccessAutoConfiguration;
import dev.perigee.platform.secret.DataDirectory;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** Receipts, signed by this node's key. */
@AutoConfiguration(after = {AccessAutoConfiguration.class, BillingAutoConfiguration.class})
@ConditionalOnBean({UsageReport.class, DataDirectory.class})
@EnableConfigurationProperties(ReceiptProperties.class)
public final class ReceiptAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Receipts receipts(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            UsageReport usage,
            DataDirectory dataDirectory,
            ReceiptProperties properties) {
        SigningKey key =
                new SigningKey(dataDirectory.secretFile("receipt-key"), properties.keyLifetime(), Clock.systemUTC());
        return new JdbcReceipts(jdbc, transactions, usage, key);
    }

    @Bean(initMethod = "start")
    ReceiptSigner receiptSigner(Receipts receipts, DataDirectory dataDirectory, ReceiptProperties properties) {
        return new ReceiptSigner(receipts, dataDirectory.path().resolve("receipt-keys.json"), properties.period());
    }

    @Bean
    ReceiptsController receiptsController(Receipts receipts) {
        return new ReceiptsController(receipts);
    }
}
