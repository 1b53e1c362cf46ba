/** The inner loops behind one interface: plain Java as the oracle, C through FFM as the fast road. */
@NullMarked
package dev.perigee.engine.kernel;

import org.jspecify.annotations.NullMarked;
