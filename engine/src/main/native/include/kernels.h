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

#define PERIGEE_ABI_VERSION 7

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

/* Zeroed memory of whole huge pages (2 MiB) where the system has them: its address, or 0. */
PERIGEE_EXPORT int64_t perigee_reserve(int64_t bytes);

/* Ends what perigee_reserve gave. */
PERIGEE_EXPORT int32_t perigee_give_back(int64_t address, int64_t bytes);

/* Lets the system take the pages of a mapped file that lie wholly in here; they come back from the file when they are read. */
PERIGEE_EXPORT int32_t perigee_read_through(int64_t address, int64_t bytes);

/* Keeps the calling thread on the CPU of this number among those it may run on, counted from 0. */
PERIGEE_EXPORT int32_t perigee_pin(int32_t number);

/*
 * multiply_f32, multiply_f16, multiply_bf16:
 *   y[t][r] = sum over k of weight[r][k] * x[t][k], for first <= r < end and 0 <= t < tokens.
 *   weight: (weight_bytes / row size, columns) of the named type.
 */
#define PERIGEE_MULTIPLY_PARAMETERS                                                                                    \
    const void *weight, int64_t weight_bytes, const float *x, int64_t x_stride, float *y, int64_t y_stride,            \
        int32_t tokens, int32_t columns, int32_t first, int32_t end

/*
 * Tiles: quantised weights, PERIGEE_TILE_ROWS rows interleaved, so that a vector holds the same columns of many rows. A tile is its groups of
 * 32 columns, one after the other, so that it is read from front to end. A group is, part after part:
 *   quants       256 bytes of nibbles, byte 64 v + 4 row + i holding column 4 v + i low and column 16 + 4 v + i high (v < 4);
 *                Q8_0: 512 bytes, byte 64 v + 4 row + i holding column 4 v + i plus 128 (v < 8)
 *   high bits    Q6_K: 128 bytes, byte 64 (v / 2) + 4 row + i holding the two upper bits of column 4 v + i at bit 4 (v % 2) and of
 *                column 16 + 4 v + i at bit 4 (v % 2) + 2 (v < 4)
 *   scales       Q4_0, Q8_0: 16 halves; INT4: 16 bfloat16; Q4_K: 16 scales and 16 minimums, a byte each; Q6_K: 16 scales of the first half
 *                of the group and 16 of the second, a signed byte each
 * In front of every eighth group lie, for it and the seven behind it, Q4_K: 16 half scales and 16 half scales of the minimums; Q6_K: 16 half
 * scales; called large.
 * A weight is scale * (quant - 8), INT4 alike; scale * (quant - 128); large * scale * quant - large * minimum; large * scale *
 * (quant - 32). Where rows end inside a tile the rest of it is zeros.
 */
#define PERIGEE_TILE_ROWS 16
#define PERIGEE_TILE_Q4_0 0
#define PERIGEE_TILE_INT4 1
#define PERIGEE_TILE_Q8_0 2
#define PERIGEE_TILE_Q4_K 3
#define PERIGEE_TILE_Q6_K 4
#define PERIGEE_TILE_FORMATS 5

/* Bytes of a group, of large, and of a tile of so many columns. */
#define PERIGEE_TILE_GROUP_BYTES(format) ((format) == PERIGEE_TILE_Q8_0 ? 544 : (format) == PERIGEE_TILE_Q6_K ? 416 : 288)
#define PERIGEE_TILE_LARGE_BYTES(format) ((format) == PERIGEE_TILE_Q4_K ? 64 : (format) == PERIGEE_TILE_Q6_K ? 32 : 0)
#define PERIGEE_TILE_BYTES(format, columns)                                                                            \
    ((int64_t)(columns) / 32 * PERIGEE_TILE_GROUP_BYTES(format) + (int64_t)(columns) / 256 * PERIGEE_TILE_LARGE_BYTES(format))

/*
 * Panels: inputs rounded to 8 bits in groups of 32 columns. Tokens are spread evenly over as few panels of at most PERIGEE_PANEL_TOKENS as hold
 * them: of `count` panels number p begins with token p * tokens / count, for two of five cost less than one of eight and one of two. A panel of n
 * tokens is, group after group: n times 32 int8, n float32 scales, n int32 of -8 times the sum, n times two int32 of -8 times the sum of
 * either half. An input is scale * int8; the largest of a group is +-127.
 */
#define PERIGEE_PANEL_TOKENS 8
#define PERIGEE_PANEL_GROUP_BYTES 48

/*
 * arrange_tiles: tiles first to end of a weight of which `rows` rows are stored as GGUF lays them out, INT4
 * apart: (rows, columns / 8) uint32 whose element k is ((words[k / 8] >> 4 * (k % 8)) & 15) - 8, and (rows, columns / 32) bf16 scales.
 */
#define PERIGEE_ARRANGE_TILES_PARAMETERS                                                                               \
    int32_t format, const void *stored, int64_t stored_bytes, const void *scales, int64_t scale_bytes, int32_t columns,\
        int32_t rows, int32_t first, int32_t end, void *tiles, int64_t tiles_bytes

/*
 * quantise: panels first to end of x; row t of all panels is rows[t] of x, or t where rows is NULL. A group with an infinity or a NaN gives NaN.
 */
#define PERIGEE_QUANTISE_PARAMETERS                                                                                    \
    const float *x, int64_t x_stride, const int32_t *rows, int32_t tokens, int32_t columns, int32_t first,             \
        int32_t end, void *panels, int64_t panels_bytes

/*
 * multiply_tiles: y[t][r] = sum over k of weight[r][k] * input[t][k] for the rows of tiles first to end; here and below no other tile is
 * read, nor need be there.
 */
#define PERIGEE_MULTIPLY_TILES_PARAMETERS                                                                              \
    int32_t format, const void *weight, int64_t weight_bytes, const void *panels, int64_t panels_bytes,                \
        int32_t tokens, int32_t columns, int32_t rows, int32_t first, int32_t end, float *y, int64_t y_stride

/*
 * add_tiles: y[targets[t]][r] += factors[t] * the same sum.
 */
#define PERIGEE_ADD_TILES_PARAMETERS                                                                                   \
    int32_t format, const void *weight, int64_t weight_bytes, const void *panels, int64_t panels_bytes,                \
        int32_t tokens, int32_t columns, int32_t rows, int32_t first, int32_t end, float *y, int64_t y_stride,         \
        const int32_t *targets, const float *factors

/*
 * gate_tiles: raised = panels of silu(gate * input) * (up * input), whose columns are the rows of gate and up: a multiple of 32. first
 * and end are even. Both weights have weight_bytes.
 */
#define PERIGEE_GATE_TILES_PARAMETERS                                                                                  \
    int32_t format, const void *gate, const void *up, int64_t weight_bytes, const void *panels, int64_t panels_bytes,  \
        int32_t tokens, int32_t columns, int32_t rows, int32_t first, int32_t end, void *raised, int64_t raised_bytes

/*
 * rms_norm: y[t][i] = x[t][i] / sqrt(mean over i of x[t][i]^2 + epsilon) * weight[i] for tokens first to end; x == y is allowed.
 */
#define PERIGEE_RMS_NORM_PARAMETERS                                                                                    \
    const float *x, int64_t x_stride, const float *weight, float *y, int64_t y_stride, int32_t columns, float epsilon, \
        int32_t first, int32_t end

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
 * attend_f32, attend_bf16: absorbed latent attention of consecutive tokens of one sequence. An item i, first <= i < end, is a group of
 * PERIGEE_HEAD_GROUP heads, the last with fewer: group i % groups of token i / groups, which stands at position first_position + i / groups and
 * sees all positions up to its own.
 *   cache: cache_elements of the named type. Page i of the sequence begins at pages[i] * page_stride + layer_offset; its page_tokens tokens lie
 *   token_width apart. pages: page_count of them.
 *   query: (rows, heads * token_width) and output: (rows, heads * value_width); token 0 is row first_row.
 *   score = scale * dot(query, latent); output = sum of softmax(score) * first value_width elements of the latent.
 *   Positions are taken in spans of PERIGEE_ATTENTION_SPAN, which are joined in their order. token_width is at most
 *   PERIGEE_MOST_TOKEN_WIDTH. Where the instruction set multiplies bfloat16, attend_bf16 rounds queries and weights to it.
 */
#define PERIGEE_MOST_TOKEN_WIDTH 1024
#define PERIGEE_HEAD_GROUP 16
#define PERIGEE_ATTENTION_SPAN 256
#define PERIGEE_LATENT_PARAMETERS                                                                                      \
    const void *cache, int64_t cache_elements, int64_t page_stride, int64_t layer_offset, const int32_t *pages,        \
        int32_t page_count, int32_t page_tokens
#define PERIGEE_ATTEND_PARAMETERS                                                                                      \
    PERIGEE_LATENT_PARAMETERS, const float *query, float *output, int32_t heads, int32_t token_width,                  \
        int32_t value_width, float scale, int32_t first_row, int32_t first_position, int32_t first, int32_t end

/*
 * attend_spans_f32, attend_spans_bf16: the same for one token, the last of `positions`, whose query is this row, without joining: an item i is span
 * i % spans of group i / spans, spans being positions / PERIGEE_ATTENTION_SPAN rounded up.
 *   parts: for every item PERIGEE_ATTENDED_FLOATS: the largest score of each head, the sum of its weights relative to that, its weighted values.
 */
#define PERIGEE_ATTENDED_FLOATS(value_width) (PERIGEE_HEAD_GROUP * (2 + ((value_width) + 31) / 32 * 32))
#define PERIGEE_ATTEND_SPANS_PARAMETERS                                                                                \
    PERIGEE_LATENT_PARAMETERS, const float *query, float *parts, int64_t part_elements, int32_t heads,                 \
        int32_t token_width, int32_t value_width, float scale, int32_t row, int32_t positions, int32_t first, int32_t end

/*
 * join_spans: row `row` of output: (rows, heads * value_width), of heads first to end, from their parts, which it overwrites. The same bits as
 * attend gives.
 */
#define PERIGEE_JOIN_SPANS_PARAMETERS                                                                                  \
    float *parts, int64_t part_elements, int32_t spans, float *output, int32_t heads, int32_t value_width,             \
        int32_t row, int32_t first, int32_t end

/*
 * expand_f32, expand_bf16: a head's values and keys at positions first to end, of the type of the cache, `rows` + token_width - value_width
 * elements a position: the products of `weights` (rows, value_width), whose first rows make values and whose others make keys, with the
 * first value_width elements of the latent; then the rest of the latent. Where the instruction set multiplies bfloat16, expand_bf16 rounds weights
 * to it.
 */
#define PERIGEE_EXPAND_PARAMETERS                                                                                      \
    PERIGEE_LATENT_PARAMETERS, int32_t token_width, int32_t value_width, const float *weights, int32_t rows,           \
        void *expanded, int64_t expanded_elements, int32_t first, int32_t end

/*
 * attend_expanded_f32, attend_expanded_bf16: attention of one head over what expand made of it, `width` elements a position of which the first
 * value_width are values. Of `tokens` tokens in a row, the first at first_position, item i is the PERIGEE_HEAD_GROUP from i * PERIGEE_HEAD_GROUP
 * on; each sees all positions up to its own. query and output: a token's row lies a stride behind the one before.
 *   score = scale * dot(query, key); output = sum of softmax(score) * value; spans as in attend.
 */
#define PERIGEE_ATTEND_EXPANDED_PARAMETERS                                                                             \
    const void *expanded, int64_t expanded_elements, const float *query, int64_t query_stride, float *output,          \
        int64_t output_stride, int32_t width, int32_t value_width, float scale, int32_t tokens, int32_t first_position,\
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
