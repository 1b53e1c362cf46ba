/**
 * The second wall between tenants: PostgreSQL shows the rows of one tenant only, whatever a statement asks for.
 *
 * <p>Each thread works in a {@link dev.perigee.billing.isolation.RowScope}, for one tenant or for the platform itself; {@code ScopedDataSource}
 * tells it to the connection before the first statement and takes it back with the transaction, or before the connection is lent to another.
 * Row-level security of every table that holds something of a tenant goes by it; without a scope nothing is seen and nothing written.
 *
 * <p><b>Owns</b>: the schema {@code isolation}: the signing key, the policies, the list of tables that are shared. <b>Does not own</b>: who a
 * tenant is; the conditions of the statements, which stay the first wall.
 *
 * <p><b>Invariants</b>
 *
 * <ul>
 *   <li>The application's role is no superuser, owns no table and cannot become anyone who does; {@code IsolationCheck} refuses to start
 *       otherwise, and where a table is neither protected nor listed as shared.
 *   <li>A scope is signed with a key that only the owner of the tables reads, for one server process: statements cannot make one up, and one
 *       that was seen elsewhere is worth nothing. What runs inside a transaction can read its own scope, and no other.
 *   <li>Ownership is stated once: a row without {@code tenant_id} belongs to whoever sees what it points to.
 *   <li>A new table begins with {@code SELECT isolation.protect('schema.name')} in its migration, or a row in
 *       {@code isolation.shared_table} that says why not. A migration that reads or writes tenants' rows begins with
 *       {@code SELECT isolation.enter_platform()}.
 * </ul>
 *
 * <p>Connections must lead to PostgreSQL itself or keep one server process each: a pooler that changes it in between breaks the signature, and the
 * start is refused.
 */
@NullMarked
package dev.perigee.billing.isolation;

import org.jspecify.annotations.NullMarked;
