package dev.perigee.platform.completion;

import dev.perigee.platform.quota.QuotaClaim;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.quota.RateStanding;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * What one running request uses of its caller's rates.
 *
 * @param quotas who counts
 * @param claim what was asked for
 * @param rates where the rates stood when it was let in
 */
record QuotaUse(Quotas quotas, QuotaClaim claim, List<RateStanding> rates) {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaUse.class);

    /** The request has ended; an answer does not fail because a rate could not be told. */
    void end(long outputTokens) {
        try {
            quotas.ended(claim);
            quotas.produced(claim, outputTokens);
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("{} generated tokens of {} do not count to its rates", outputTokens, claim.requestId(), e);
        }
    }
}
