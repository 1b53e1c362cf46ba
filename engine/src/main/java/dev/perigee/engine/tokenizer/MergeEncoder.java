package dev.perigee.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * DeepSeek's way: text is cut in stages, then in each piece the pair that comes first in the list of merges is merged first, the leftmost of them.
 *
 * <p>A piece of n bytes takes n log n steps.
 */
final class MergeEncoder implements TextEncoder {

    private static final int BYTES = 256;

    private final SplitStages stages;
    private final int[] byteIds = new int[BYTES];
    private final Map<Long, Merge> merges = new HashMap<>();

    private record Merge(int rank, int id) {}

    /** A pair of neighbours that may be merged; stale where either has changed since. */
    private record Candidate(int rank, int left, int leftId, int rightId, int id) implements Comparable<Candidate> {

        @Override
        public int compareTo(Candidate other) {
            return rank != other.rank ? Integer.compare(rank, other.rank) : Integer.compare(left, other.left);
        }
    }

    /** @param byteIds the id of each single byte */
    MergeEncoder(SplitStages stages, int[] byteIds) {
        this.stages = stages;
        System.arraycopy(byteIds, 0, this.byteIds, 0, BYTES);
    }

    /** Adds the merge that comes after those that are there; a pair that is there already keeps its place. */
    void merge(int left, int right, int id) {
        merges.putIfAbsent(pair(left, right), new Merge(merges.size(), id));
    }

    /** The merges in their order: the ids of either pair. */
    List<int[]> merges() {
        return merges.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> entry.getValue().rank()))
                .map(entry -> new int[] {
                    (int) (entry.getKey() >>> Integer.SIZE), entry.getKey().intValue()
                })
                .toList();
    }

    SplitStages stages() {
        return stages;
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    @Override
    public int[] encode(String text) {
        int[] ids = new int[Math.max(16, text.length() / 3)];
        int size = 0;
        for (String piece : stages.split(text)) {
            int[] found = new Piece(piece.getBytes(StandardCharsets.UTF_8)).merged();
            if (size + found.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(size + found.length, 2 * ids.length));
            }
            System.arraycopy(found, 0, ids, size, found.length);
            size += found.length;
        }
        return Arrays.copyOf(ids, size);
    }

    /** The ids of one piece as a chain that grows shorter. */
    private final class Piece {

        private static final int GONE = -1;

        private final int[] ids;
        private final int[] next;
        private final int[] previous;
        private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();

        Piece(byte[] bytes) {
            this.ids = new int[bytes.length];
            this.next = new int[bytes.length];
            this.previous = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xFF];
                next[i] = i + 1;
                previous[i] = i - 1;
            }
        }

        int[] merged() {
            for (int at = 0; at + 1 < ids.length; at++) {
                offer(at);
            }
            for (@Nullable Candidate best = candidates.poll(); best != null; best = candidates.poll()) {
                int right = next[best.left()];
                if (ids[best.left()] == best.leftId() && right < ids.length && ids[right] == best.rightId()) {
                    apply(best, right);
                }
            }
            return Arrays.stream(ids).filter(id -> id != GONE).toArray();
        }

        private void apply(Candidate merge, int right) {
            int left = merge.left();
            ids[left] = merge.id();
            ids[right] = GONE;
            next[left] = next[right];
            if (next[left] < ids.length) {
                previous[next[left]] = left;
            }
            offer(left);
            if (previous[left] >= 0) {
                offer(previous[left]);
            }
        }

        private void offer(int left) {
            int right = next[left];
            @Nullable Merge merge = right < ids.length ? merges.get(pair(ids[left], ids[right])) : null;
            if (merge != null) {
                candidates.add(new Candidate(merge.rank(), left, ids[left], ids[right], merge.id()));
            }
        }
    }
}
