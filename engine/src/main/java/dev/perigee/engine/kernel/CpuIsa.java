package dev.perigee.engine.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Instruction sets that the C kernels are compiled for, the best last. Bits are those of kernels.h. */
public enum CpuIsa {
    /** What every CPU of the platform has. */
    SCALAR(1),
    /** AVX2, FMA, F16C. */
    AVX2(2),
    /** AVX-512 F, BW, DQ, VL, VNNI, BF16: Zen 4, Cooper Lake, Sapphire Rapids and later. */
    AVX512(4);

    private final int bit;

    CpuIsa(int bit) {
        this.bit = bit;
    }

    /** As it stands in symbols, options and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isIn(int mask) {
        return (mask & bit) != 0;
    }

    /** The instruction set of this label. */
    static CpuIsa ofLabel(String label) {
        for (CpuIsa isa : values()) {
            if (isa.label().equals(label)) {
                return isa;
            }
        }
        String known = Arrays.stream(values()).map(CpuIsa::label).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("isa is \"" + label + "\", known are " + known);
    }
}
