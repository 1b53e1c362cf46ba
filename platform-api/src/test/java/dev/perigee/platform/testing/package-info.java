/** What the tests of the platform share. */
@NullMarked
package dev.perigee.platform.testing;

import org.jspecify.annotations.NullMarked;
