package dev.perigee.platform.catalog;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts the default model's name to display on every answer of the data plane, refusals too; whoever knows the model better overwrites it. */
final class LicenseAttributionFilter extends OncePerRequestFilter {

    private final Catalog catalog;

    LicenseAttributionFilter(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader(
                CatalogModel.ATTRIBUTION_HEADER, catalog.models().getFirst().licenseAttribution());
        chain.doFilter(request, response);
    }
}
