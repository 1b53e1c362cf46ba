package dev.perigee.engine;

/** Which inner loops compute. */
public enum KernelChoice {
    /** The fastest that this machine and this build have. */
    AUTO,
    /** Plain Java, float32 from the weights as stored: the oracle. */
    SCALAR,
    /** The C kernels; an error where this build or machine has none. */
    NATIVE
}
