/** What tests of several packages share. */
package dev.perigee.engine.testing;
