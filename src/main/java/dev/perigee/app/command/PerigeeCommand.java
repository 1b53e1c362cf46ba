package dev.perigee.app.command;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command line as a whole. */
@Command(
        name = "perigee",
        description = "Kimi K2 on this machine: a platform with tenants, keys and usage, and tools for its models.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = PerigeeVersion.class,
        subcommands = {
            ServeCommand.class,
            GenerateCommand.class,
            LogitsCommand.class,
            BenchCommand.class,
            TokenizeCommand.class,
            DetokenizeCommand.class,
            InspectCommand.class,
            ConvertCommand.class,
            VerifyReceiptCommand.class,
            HelpCommand.class
        })
public final class PerigeeCommand {

    private static final int FAILED = 2;
    private static final List<String> OF_ITS_OWN = List.of("-h", "--help", "-V", "--version");

    PerigeeCommand() {}

    /** Executes the command of these arguments, {@code serve} where they name none; 0 where it went well. */
    public static int execute(String... arguments) {
        CommandLine line = new CommandLine(new PerigeeCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, given) -> refuse(failure))
                .setExecutionExceptionHandler((failure, command, given) -> fail(command, OneLine.of(failure)));
        try {
            return line.execute(withCommand(arguments));
        } catch (OutOfMemoryError exhausted) {
            return fail(line, "not enough memory: " + exhausted.getMessage());
        }
    }

    private static String[] withCommand(String[] arguments) {
        boolean named = arguments.length > 0 && (!arguments[0].startsWith("-") || OF_ITS_OWN.contains(arguments[0]));
        if (named) {
            return arguments;
        }
        String[] serve = new String[arguments.length + 1];
        serve[0] = "serve";
        System.arraycopy(arguments, 0, serve, 1, arguments.length);
        return serve;
    }

    private static int refuse(ParameterException failure) {
        CommandSpec spec = failure.getCommandLine().getCommandSpec();
        String command = spec.qualifiedName();
        return fail(failure.getCommandLine(), OneLine.of(failure.getMessage()) + " (see: " + command + " --help)");
    }

    private static int fail(CommandLine line, String message) {
        if (!message.isEmpty()) {
            PrintWriter errors = line.getErr();
            errors.println("perigee: " + message);
            errors.flush();
        }
        return FAILED;
    }
}
