package dev.perigee.app.command;

import dev.perigee.app.PerigeeApplication;
import dev.perigee.app.start.ConsoleFilter;
import dev.perigee.app.start.StartFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Starts the platform and returns; the web server keeps the process alive. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Start the platform (the default command).",
            "Settings are environment variables (PERIGEE_PORT, PERIGEE_DATA_DIR, PERIGEE_MODEL, …) or properties"
                    + " (--perigee.port=9090)."
        })
final class ServeCommand implements Callable<Integer> {

    private static final String PROPERTY = "--[a-zA-Z][\\w-]*(\\.[\\w\\[\\]-]+)+=.*";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Unmatched
    private final List<String> properties = new ArrayList<>();

    ServeCommand() {}

    @Override
    public Integer call() {
        for (String property : properties) {
            if (!property.matches(PROPERTY)) {
                throw new ParameterException(
                        spec.commandLine(), "\"" + property + "\" is no property, such as --perigee.port=9090");
            }
        }
        SpringApplication application = new SpringApplication(PerigeeApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        ConsoleFilter.starting();
        try {
            application.run(properties.toArray(String[]::new));
            return 0;
        } catch (RuntimeException reported) {
            throw new StartFailedException(reported);
        }
    }
}
