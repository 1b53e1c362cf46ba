package dev.perigee.app;

import dev.perigee.app.command.PerigeeCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Runs a command; without one, the platform. */
@SpringBootApplication
public class PerigeeApplication {

    /** Ends with 0, or with 2 and one line on standard error; a started platform keeps the process alive. */
    public static void main(String[] arguments) {
        int status = PerigeeCommand.execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }
}
