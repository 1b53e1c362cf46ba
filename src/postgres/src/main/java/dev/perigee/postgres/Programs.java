package dev.perigee.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The server's programs, unpacked once from the class path into a folder named by their digest.
 *
 * @param home the unpacked folder, with {@code bin}, {@code lib} and {@code share}
 */
record Programs(Path home) {

    private static final int DIGEST_CHARACTERS = 16;

    static Programs unpack(LocalPostgresOptions options) throws IOException {
        String archive = archiveName();
        Path home = options.programs().resolve(digest(archive));
        if (!Files.isDirectory(home)) {
            options.progress().accept("unpacking PostgreSQL to " + home);
            unpack(archive, home);
        }
        return new Programs(home);
    }

    String path(String program) {
        return home.resolve("bin").resolve(program).toString();
    }

    private static String archiveName() {
        String system = System.getProperty("os.name");
        String machine = System.getProperty("os.arch");
        @Nullable
        String part = switch (machine.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "arm_64";
            case String other -> null;
        };
        String archive = "/postgres-linux-" + part + ".txz";
        if (!"Linux".equals(system) || Programs.class.getResource(archive) == null) {
            throw new LocalPostgresException("There is no embedded PostgreSQL for " + system + " on " + machine
                    + "; give a database by PERIGEE_DATABASE_URL, _USERNAME and _PASSWORD.");
        }
        return archive;
    }

    private static InputStream open(String archive) throws IOException {
        InputStream stream = Programs.class.getResourceAsStream(archive);
        if (stream == null) {
            throw new IOException(archive + " is not on the class path");
        }
        return new BufferedInputStream(stream, 1 << 16);
    }

    private static String digest(String archive) throws IOException {
        try (DigestInputStream stream = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            stream.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(stream.getMessageDigest().digest()).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException absent) {
            throw new AssertionError("every JDK has SHA-256", absent);
        }
    }

    /** Unpacks beside the target and moves it there whole, so that a half-unpacked folder is never taken for one. */
    private static void unpack(String archive, Path home) throws IOException {
        Files.createDirectories(home.getParent());
        Path unfinished = Files.createTempDirectory(home.getParent(), "unpacking-");
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, unfinished);
            }
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException anotherProcessWasFaster) {
            FileTrees.delete(unfinished);
        } catch (IOException failure) {
            FileTrees.delete(unfinished);
            throw failure;
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder) throws IOException {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
            throw new IOException("The archive's entry " + entry.getName() + " points outside its folder");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        boolean executable = (entry.getMode() & 0b001_001_001) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
