package dev.perigee.billing.isolation;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * For whom a thread works: a tenant, whose rows it sees, or the platform itself, which sees all.
 *
 * <pre>{@code
 * RowScope.ofTenant(tenantId).call(() -> charging.reserve(request));
 * RowScope.ofPlatform().run(this::sweep);   // on purpose, and as short as can be
 * }</pre>
 *
 * <p>Threads: bound to the calling thread for the time of the call, the innermost one rules; other threads begin without any.
 */
public final class RowScope {

    private static final ScopedValue<RowScope> CURRENT = ScopedValue.newInstance();
    private static final UUID NIL = new UUID(0, 0);
    private static final RowScope PLATFORM = new RowScope(NIL);

    private final UUID id;

    private RowScope(UUID id) {
        this.id = id;
    }

    /**
     * One tenant's rows.
     *
     * @throws IllegalArgumentException where the id is the nil UUID, which stands for the platform
     */
    public static RowScope ofTenant(UUID tenantId) {
        if (tenantId.equals(NIL)) {
            throw new IllegalArgumentException("tenantId is " + NIL + ", which stands for the platform");
        }
        return new RowScope(tenantId);
    }

    /** The rows of all tenants, for the platform's own work. */
    public static RowScope ofPlatform() {
        return PLATFORM;
    }

    /** The scope of the calling thread, or {@code null} where it has none and sees nothing. */
    public static @Nullable RowScope current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Runs an action in this scope. */
    public <T extends @Nullable Object, X extends Throwable> T call(ScopedValue.CallableOp<? extends T, X> action)
            throws X {
        return ScopedValue.where(CURRENT, this).call(action);
    }

    /** Runs an action in this scope. */
    public void run(Runnable action) {
        ScopedValue.where(CURRENT, this).run(action);
    }

    /** The scope as the database knows it: the tenant's id, or the nil UUID. */
    String id() {
        return id.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowScope scope && scope.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return this.equals(PLATFORM) ? "platform" : "tenant " + id;
    }
}
