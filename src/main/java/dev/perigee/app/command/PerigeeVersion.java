package dev.perigee.app.command;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class PerigeeVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = PerigeeVersion.class.getPackage().getImplementationVersion();
        return new String[] {"perigee " + (version == null ? "(not packaged)" : version)};
    }
}
