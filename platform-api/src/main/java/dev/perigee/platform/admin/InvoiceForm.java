package dev.perigee.platform.admin;

import dev.perigee.billing.invoicing.Invoice;
import dev.perigee.billing.invoicing.InvoiceCsv;
import dev.perigee.billing.invoicing.InvoiceJson;
import dev.perigee.billing.invoicing.InvoicePdf;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.ProblemKind;
import dev.perigee.platform.web.Quoted;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** The forms in which an invoice is answered, by the request's {@code Accept}; JSON where it does not mind. */
enum InvoiceForm {
    JSON,
    PDF,
    CSV;

    private MediaType type() {
        return switch (this) {
            case JSON -> MediaType.APPLICATION_JSON;
            case PDF -> MediaType.APPLICATION_PDF;
            case CSV -> new MediaType("text", "csv");
        };
    }

    private byte[] bytes(Invoice invoice) {
        return switch (this) {
            case JSON -> InvoiceJson.bytes(invoice);
            case PDF -> InvoicePdf.bytes(invoice);
            case CSV -> InvoiceCsv.bytes(invoice);
        };
    }

    /** The form that a request accepts most gladly. */
    static InvoiceForm accepted(HttpServletRequest request) {
        String header = Objects.requireNonNullElse(request.getHeader(HttpHeaders.ACCEPT), MediaType.ALL_VALUE);
        return parsed(header).stream()
                .sorted(Comparator.comparingDouble(MediaType::getQualityValue).reversed())
                .flatMap(wanted -> Arrays.stream(values()).filter(form -> wanted.includes(form.type())))
                .findFirst()
                .orElseThrow(() -> notAcceptable(header));
    }

    private static List<MediaType> parsed(String header) {
        try {
            return MediaType.parseMediaTypes(header);
        } catch (InvalidMediaTypeException e) {
            throw notAcceptable(header);
        }
    }

    private static ProblemException notAcceptable(String header) {
        String offered =
                Arrays.stream(values()).map(form -> form.type().toString()).collect(Collectors.joining(", "));
        return new ProblemException(Problem.of(
                ProblemKind.NOT_ACCEPTABLE,
                "not_acceptable",
                "Invoices are offered as " + offered + ", not as " + Quoted.text(header) + "."));
    }

    /** Answers with the invoice in this form. */
    void write(Invoice invoice, HttpServletResponse response) throws IOException {
        byte[] bytes = bytes(invoice);
        response.setContentType(type().toString());
        response.setContentLength(bytes.length);
        if (this != JSON) {
            String name = Objects.requireNonNullElse(invoice.printedNumber(), "draft") + "."
                    + name().toLowerCase(Locale.ROOT);
            response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"");
        }
        response.getOutputStream().write(bytes);
    }
}
