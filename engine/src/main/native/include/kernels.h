/*
 * The whole C ABI of Perigee's kernels. Every kernel of kernel_list.def exists once for each instruction set, as
 * perigee_<isa>_<kernel>; perigee_isa_mask() says which of them this CPU can run.
 *
 * For all kernels:
 *   - Matrices are row-major; strides count elements. Activations are float32.
 *   - Nothing is allocated, nothing is kept, no pointer is read outside the extents given here. Extents that contradict each other
 *     are answered with PERIGEE_BAD_EXTENT before anything is read. Any bit pattern is legal in weights.
 *   - Every output is one sum in a fixed order over its own inputs, the same in every tile: results do not depend on how many rows,
 *     tokens or heads are computed in one call.
 *   - Thread-safe as long as outputs do not overlap.
 */
#ifndef PERIGEE_KERNELS_H
#define PERIGEE_KERNELS_H

#include <stdint.h>

#define PERIGEE_ABI_VERSION 1

#define PERIGEE_OK 0
#define PERIGEE_BAD_EXTENT 1

#define PERIGEE_ISA_SCALAR 1
#define PERIGEE_ISA_AVX2 2
#define PERIGEE_ISA_AVX512 4

#if defined(__GNUC__)
#define PERIGEE_EXPORT __attribute__((visibility("default")))
#else
#define PERIGEE_EXPORT
#endif

/* PERIGEE_ABI_VERSION of the library; compared when it is loaded. */
PERIGEE_EXPORT int32_t perigee_abi_version(void);

/* The instruction sets that were compiled in and that this CPU and its system can run, as bits. */
PERIGEE_EXPORT int32_t perigee_isa_mask(void);

/*
 * multiply_f32, multiply_f16, multiply_bf16:
 *   y[t][r] = sum over k of weight[r][k] * x[t][k], for first <= r < end and 0 <= t < tokens.
 *   weight: (weight_bytes / row size, columns) of the named type.
 */
#define PERIGEE_MULTIPLY_PARAMETERS                                                                                    \
    const void *weight, int64_t weight_bytes, const float *x, int64_t x_stride, float *y, int64_t y_stride,            \
        int32_t tokens, int32_t columns, int32_t first, int32_t end

/*
 * multiply_int4:
 *   as above for symmetric INT4 in groups of 32: element k of a row is ((words[k / 8] >> 4 * (k % 8)) & 15) - 8, times the
 *   bfloat16 scale of its group. packed: (rows, columns / 8) uint32; scales: (rows, columns / 32) bf16. columns % 32 == 0.
 */
#define PERIGEE_MULTIPLY_INT4_PARAMETERS                                                                               \
    const void *packed, int64_t packed_bytes, const void *scales, int64_t scale_bytes, const float *x,                 \
        int64_t x_stride, float *y, int64_t y_stride, int32_t tokens, int32_t columns, int32_t first, int32_t end

/*
 * rms_norm: y[t][i] = x[t][i] / sqrt(mean over i of x[t][i]^2 + epsilon) * weight[i]; x == y is allowed.
 */
#define PERIGEE_RMS_NORM_PARAMETERS                                                                                    \
    const float *x, int64_t x_stride, const float *weight, float *y, int64_t y_stride, int32_t tokens,                 \
        int32_t columns, float epsilon

/*
 * swi_glu: gate[t][i] = gate[t][i] / (1 + exp(-gate[t][i])) * up[t][i].
 */
#define PERIGEE_SWI_GLU_PARAMETERS                                                                                     \
    float *gate, int64_t gate_stride, const float *up, int64_t up_stride, int32_t tokens, int32_t columns

/*
 * add_scaled: target[target_offset + i] += factor * addend[addend_offset + i].
 */
#define PERIGEE_ADD_SCALED_PARAMETERS                                                                                  \
    const float *addend, int64_t addend_offset, float *target, int64_t target_offset, int32_t columns, float factor

/*
 * attend: absorbed latent attention of consecutive tokens of one sequence. A pair p, first <= p < end, is head p % heads of token
 * p / heads, which stands at position first_position + p / heads and sees all positions up to its own.
 *   cache: cache_elements of it. Page i of the sequence begins at pages[i] * page_stride + layer_offset; its page_tokens tokens lie
 *   token_width apart. pages: page_count of them.
 *   query: (rows, heads * token_width) and output: (rows, heads * value_width); token 0 is row first_row.
 *   score = scale * dot(query, latent); output = sum of softmax(score) * first value_width elements of the latent.
 *   Positions are taken in spans of 64 with a running maximum.
 */
#define PERIGEE_ATTEND_PARAMETERS                                                                                      \
    const float *cache, int64_t cache_elements, int64_t page_stride, int64_t layer_offset, const int32_t *pages,       \
        int32_t page_count, int32_t page_tokens, const float *query, float *output, int32_t heads,                     \
        int32_t token_width, int32_t value_width, float scale, int32_t first_row, int32_t first_position,              \
        int32_t first, int32_t end

#define PERIGEE_PASTE(isa, name) perigee_##isa##_##name
#define PERIGEE_NAME(isa, name) PERIGEE_PASTE(isa, name)
#define PERIGEE_KERNEL(name, parameters) PERIGEE_EXPORT int32_t perigee_scalar_##name(parameters);
#include "../kernel_list.def"
#undef PERIGEE_KERNEL
#define PERIGEE_KERNEL(name, parameters) PERIGEE_EXPORT int32_t perigee_avx2_##name(parameters);
#include "../kernel_list.def"
#undef PERIGEE_KERNEL
#define PERIGEE_KERNEL(name, parameters) PERIGEE_EXPORT int32_t perigee_avx512_##name(parameters);
#include "../kernel_list.def"
#undef PERIGEE_KERNEL

#endif
