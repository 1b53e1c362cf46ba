package dev.perigee.billing.isolation;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** After each migration, lets the application's role do its work on whatever tables there are now. */
final class ApplicationRights implements Callback {

    private final String role;

    ApplicationRights(String role) {
        this.role = role;
    }

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.AFTER_MIGRATE;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        try (PreparedStatement statement = context.getConnection().prepareStatement("SELECT isolation.admit(?)")) {
            statement.setString(1, role);
            statement.execute();
        } catch (SQLException e) {
            throw new FlywayException(
                    "The database role " + role + " cannot be given its rights: " + e.getMessage(), e);
        }
    }

    @Override
    public String getCallbackName() {
        return "application-rights";
    }
}
