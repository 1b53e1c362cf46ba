/**
 * The multi-tenant API: who calls, what they may ask for, what it costs, in the dialects that clients speak.
 *
 * <p>Every package below is a module that brings itself by an auto-configuration. Directions: {@code openai} and {@code admin} over
 * {@code completion}, {@code access} and {@code catalog}, these over {@code apikey} and {@code tenancy}, all over {@code web} and
 * {@code secret}; never upwards.
 */
@NullMarked
package dev.perigee.platform;

import org.jspecify.annotations.NullMarked;
