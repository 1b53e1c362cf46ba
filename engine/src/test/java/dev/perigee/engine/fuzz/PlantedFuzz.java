package dev.perigee.engine.fuzz;

/** A target with a bug that four right bytes reach: it shows that a run would tell. */
public final class PlantedFuzz {

    private static final byte[] MAGIC = {'B', 'U', 'G', '!'};

    private PlantedFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        int right = 0;
        while (right < Math.min(bytes.length, MAGIC.length) && bytes[right] == MAGIC[right]) {
            right++;
        }
        if (right == MAGIC.length) {
            throw new IllegalStateException("the planted bug");
        }
    }
}
