/** How the platform starts: data directory, database, first price, and what it says in success and in failure. */
@NullMarked
package dev.perigee.app.start;

import org.jspecify.annotations.NullMarked;
