package dev.perigee.billing.isolation;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Connections that work for whomever the thread works that uses them: each statement sees the rows of its {@link RowScope}. */
public final class ScopedDataSource extends DelegatingDataSource {

    private final Supplier<DataSource> owner;
    private volatile @Nullable ScopeSigner signer;

    /**
     * @param target the application's own connections, to PostgreSQL
     * @param owner connections of the owner of the tables; asked for the signing key once, when the first scope is to be told
     */
    public ScopedDataSource(DataSource target, Supplier<DataSource> owner) {
        super(target);
        this.owner = owner;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return ScopedConnection.of(super.getConnection(), this::signer);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return ScopedConnection.of(super.getConnection(username, password), this::signer);
    }

    private ScopeSigner signer() {
        ScopeSigner known = signer;
        if (known == null) {
            known = ScopeSigner.of(owner.get());
            signer = known;
        }
        return known;
    }
}
