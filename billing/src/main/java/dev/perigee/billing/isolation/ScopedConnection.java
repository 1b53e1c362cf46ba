package dev.perigee.billing.isolation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Tells a connection for whom it works, before each statement where that has changed.
 *
 * <p>In a transaction the scope ends with it, without another word to the server; outside it is taken back when the connection is closed, that
 * is before anyone else gets it. Threads: one, as for every connection.
 */
final class ScopedConnection implements InvocationHandler {

    private final Connection target;
    private final Supplier<ScopeSigner> signer;
    private @Nullable RowScope ofSession;
    private @Nullable RowScope ofTransaction;
    private boolean toldInTransaction;

    private ScopedConnection(Connection target, Supplier<ScopeSigner> signer) {
        this.target = target;
        this.signer = signer;
    }

    static Connection of(Connection target, Supplier<ScopeSigner> signer) {
        return (Connection) Proxy.newProxyInstance(
                ScopedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new ScopedConnection(target, signer));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a connection is equal to itself only
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "prepareStatement", "prepareCall", "createStatement" -> {
                enter();
                return statement((Connection) proxy, method.getReturnType(), call(target, method, arguments));
            }
            case "commit", "rollback", "setAutoCommit" -> toldInTransaction = false;
            case "close" -> leave();
            default -> {}
        }
        return call(target, method, arguments);
    }

    /** A statement that knows this connection as its own, so that whoever closes that one closes this one. */
    private static Object statement(Connection connection, Class<?> type, @Nullable Object statement) {
        return Proxy.newProxyInstance(
                ScopedConnection.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) ->
                        method.getName().equals("getConnection") ? connection : call(statement, method, arguments));
    }

    private static @Nullable Object call(
            @Nullable Object target, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private void enter() throws SQLException {
        RowScope wanted = RowScope.current();
        boolean inTransaction = !target.getAutoCommit();
        RowScope told = inTransaction && toldInTransaction ? ofTransaction : ofSession;
        if (Objects.equals(wanted, told)) {
            return;
        }
        tell(wanted, inTransaction);
        if (inTransaction) {
            ofTransaction = wanted;
            toldInTransaction = true;
        } else {
            ofSession = wanted;
        }
    }

    /** A connection that cannot be made to forget is closed for good. */
    private void leave() throws SQLException {
        if (ofSession == null || target.isClosed()) {
            return;
        }
        try {
            if (!target.getAutoCommit()) {
                target.rollback();
                target.setAutoCommit(true);
            }
            tell(null, false);
            ofSession = null;
        } catch (SQLException e) {
            target.abort(Runnable::run);
            throw e;
        }
    }

    private void tell(@Nullable RowScope scope, boolean inTransaction) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("SELECT set_config('perigee.scope', ?, ?)")) {
            statement.setString(
                    1,
                    scope == null
                            ? ""
                            : signer.get()
                                    .sign(
                                            scope,
                                            target.unwrap(PGConnection.class).getBackendPID()));
            statement.setBoolean(2, inTransaction);
            statement.execute();
        }
    }
}
