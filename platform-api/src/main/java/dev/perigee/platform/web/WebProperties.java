package dev.perigee.platform.web;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of requests.
 *
 * @param maxBody Longest request body; longer ones are refused with 413. From 1KB to 64MB.
 */
@ConfigurationProperties("perigee.web")
record WebProperties(@DefaultValue("4MB") DataSize maxBody) {

    WebProperties {
        if (maxBody.compareTo(DataSize.ofKilobytes(1)) < 0 || maxBody.compareTo(DataSize.ofMegabytes(64)) > 0) {
            throw new IllegalArgumentException("perigee.web.max-body is " + maxBody + ", must be from 1KB to 64MB");
        }
    }
}
