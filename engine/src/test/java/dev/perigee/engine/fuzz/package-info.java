/**
 * Files that nobody made: coverage-guided fuzzing of everything that reads a model.
 *
 * <p>Each target takes one file's bytes and may only refuse them with a {@code ModelLoadException}. {@code LoaderFuzzTests} runs every target for a
 * fixed time, {@code ./perigee test --long} for ten minutes each.
 */
@NullMarked
package dev.perigee.engine.fuzz;

import org.jspecify.annotations.NullMarked;
