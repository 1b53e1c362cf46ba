/**
 * The C kernels under AddressSanitizer and UBSan.
 *
 * <p>{@code SanitizerTests} builds the library once more and runs the parity suite and mutated model files in JVMs that load the sanitizers first;
 * bugs planted in that library show that they would tell.
 */
@NullMarked
package dev.perigee.engine.sanitizer;

import org.jspecify.annotations.NullMarked;
