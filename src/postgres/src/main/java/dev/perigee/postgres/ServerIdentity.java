package dev.perigee.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who the server's programs run as. PostgreSQL refuses to run as root, so root either enters a user namespace (where
 * it is nobody, while the files stay root's) or becomes nobody for real (and the files are nobody's).
 */
enum ServerIdentity {
    /** An ordinary user runs them as itself. */
    SELF(List.of()),
    /** Root, hidden in a user namespace. */
    NAMESPACE(List.of("unshare", "-U")),
    /** Root, stepped down to user and group 65534. */
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private static final int NOBODY_ID = 65534;

    private final List<String> prefix;

    ServerIdentity(List<String> prefix) {
        this.prefix = prefix;
    }

    /** The one that fits the owner of an existing cluster, or the first that works for a new one. */
    static ServerIdentity choose(Path cluster, Path programs) throws IOException {
        if (userId(Path.of("/proc/self")) != 0) {
            return SELF;
        }
        boolean ownedByNobody = Files.exists(cluster) && userId(cluster) == NOBODY_ID;
        if (!ownedByNobody && NAMESPACE.works("true")) {
            return NAMESPACE;
        }
        if ((ownedByNobody || !Files.exists(cluster)) && NOBODY.works("true")) {
            requireReachable(programs);
            return NOBODY;
        }
        throw new LocalPostgresException("PostgreSQL refuses to run as root, and neither unshare nor setpriv can "
                + "change that here for " + cluster + "; run Perigee as an ordinary user, or give a database by "
                + "PERIGEE_DATABASE_URL.");
    }

    List<String> prefix() {
        return prefix;
    }

    /** Hands a folder or file to the user that the server runs as. */
    void own(Path path) throws IOException {
        if (this == NOBODY) {
            Files.setAttribute(path, "unix:uid", NOBODY_ID);
            Files.setAttribute(path, "unix:gid", NOBODY_ID);
        }
    }

    private static void requireReachable(Path programs) throws IOException {
        if (!NOBODY.works("test", "-x", programs.resolve("bin/postgres").toString())) {
            throw new LocalPostgresException("PostgreSQL runs as user 65534 here, who cannot reach " + programs
                    + "; choose a data directory (PERIGEE_DATA_DIR) that is not below a private folder.");
        }
    }

    private boolean works(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(Commands.join(prefix, List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException programMissing) {
            return false;
        }
    }

    private static int userId(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid");
    }
}
