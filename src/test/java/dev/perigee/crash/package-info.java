/**
 * The crash run: nodes of the packaged application and their PostgreSQL are killed at random moments under load; then everything that was
 * generated, shown, acknowledged, billed and held is compared.
 *
 * <p>It stands outside {@code dev.perigee.app}, so that the application does not find the scripted engine by scanning.
 */
package dev.perigee.crash;
