package dev.perigee.platform.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/** What Tomcat says about requests that never reach the application: the platform's own shape, no HTML, no version. */
public final class JsonErrorReportValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        byte[] body = ("{\"error\":{\"code\":\"invalid_request\",\"message\":\"The request was refused with status "
                        + status + ".\",\"field\":null}}")
                .getBytes(StandardCharsets.UTF_8);
        try {
            response.setHeader(RequestId.HEADER, RequestId.next());
            response.setContentType("application/json");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("no error report was possible", e);
        }
    }
}
