package dev.perigee.billing.batch;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a statement about many rows: an array a column, of which {@code unnest} makes the rows again.
 *
 * <pre>{@code
 * jdbc.sql("INSERT INTO t SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:amounts AS bigint[]))")
 *         .params(Rows.of(charges).texts("ids", Charge::id).numbers("amounts", Charge::amount).parameters())
 * }</pre>
 *
 * <p>Threads: one.
 *
 * @param <T> what a row is made of
 */
public final class Rows<T> {

    private final List<T> rows;
    private final Map<String, Object> parameters = new HashMap<>();

    private Rows(List<T> rows) {
        this.rows = rows;
    }

    /** One row of each, in this order. */
    public static <T> Rows<T> of(Collection<T> rows) {
        return new Rows<>(List.copyOf(rows));
    }

    /** A column of texts, or of anything that the statement casts from its text. */
    public Rows<T> texts(String name, Function<T, ? extends @Nullable Object> column) {
        @Nullable String[] texts = new @Nullable String[rows.size()];
        for (int i = 0; i < texts.length; i++) {
            Object value = column.apply(rows.get(i));
            texts[i] = value == null ? null : value.toString();
        }
        parameters.put(name, texts);
        return this;
    }

    /** A column of whole numbers. */
    public Rows<T> numbers(String name, ToLongFunction<T> column) {
        parameters.put(name, rows.stream().map(column::applyAsLong).toArray(Long[]::new));
        return this;
    }

    /** A column of truths. */
    public Rows<T> truths(String name, Predicate<T> column) {
        parameters.put(name, rows.stream().map(column::test).toArray(Boolean[]::new));
        return this;
    }

    /** All columns by their names. */
    public Map<String, Object> parameters() {
        return parameters;
    }
}
