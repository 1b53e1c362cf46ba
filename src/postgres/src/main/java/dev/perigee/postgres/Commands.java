package dev.perigee.postgres;

import java.util.ArrayList;
import java.util.List;

/** Command lines put together. */
final class Commands {

    private Commands() {}

    static List<String> join(List<String> first, List<String> second) {
        List<String> joined = new ArrayList<>(first);
        joined.addAll(second);
        return List.copyOf(joined);
    }
}
