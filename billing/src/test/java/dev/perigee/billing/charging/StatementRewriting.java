package dev.perigee.billing.charging;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Changes statements on their way to the database, for mutants: the product's code stays as it is. */
final class StatementRewriting {

    static final StatementRewriting NONE = new StatementRewriting(UnaryOperator.identity());

    private final UnaryOperator<String> change;
    private final AtomicLong changed = new AtomicLong();

    StatementRewriting(UnaryOperator<String> change) {
        this.change = change;
    }

    /** How many statements were changed. */
    long changed() {
        return changed.get();
    }

    /** The same connection, which changes statements. */
    Connection of(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        String rewritten = change.apply((String) arguments[0]);
                        if (!rewritten.equals(arguments[0])) {
                            changed.incrementAndGet();
                            arguments[0] = rewritten;
                        }
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
