/*
 * Prints llama.cpp's logits for given token ids: logits MODEL.gguf ID… writes float32 rows, one a position, on standard output. All that can be
 * is computed in float32: the cache is, and flash attention is off.
 *
 *     cc -O2 logits.c -I LLAMA/include -I LLAMA/ggml/include -L BUILD/bin -lllama -lggml -lggml-base -Wl,-rpath,BUILD/bin -o logits
 *
 * LLAMA is llama.cpp's source, BUILD a release build of it with shared libraries.
 */
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>

static void silent(enum ggml_log_level level, const char *text, void *data) {
    (void)data;
    if (level == GGML_LOG_LEVEL_ERROR)
        fputs(text, stderr);
}

static int fail(const char *what) {
    fprintf(stderr, "logits: %s\n", what);
    return 2;
}

int main(int count, char **arguments) {
    int positions = count - 2;
    if (positions < 1)
        return fail("give MODEL.gguf and token ids");
    llama_log_set(silent, NULL);
    struct llama_model_params model_params = llama_model_default_params();
    model_params.n_gpu_layers = 0;
    struct llama_model *model = llama_model_load_from_file(arguments[1], model_params);
    if (model == NULL)
        return fail("the model does not load");
    struct llama_context_params params = llama_context_default_params();
    params.n_ctx = 256;
    params.n_batch = params.n_ubatch = 256;
    params.n_threads = params.n_threads_batch = 2;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    struct llama_context *context = llama_init_from_model(model, params);
    if (context == NULL || positions > 256)
        return fail("no context for so many positions");
    struct llama_batch batch = llama_batch_init(positions, 0, 1);
    for (int i = 0; i < positions; i++) {
        batch.token[i] = atoi(arguments[i + 2]);
        batch.pos[i] = i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = 1;
    }
    batch.n_tokens = positions;
    if (llama_decode(context, batch) != 0)
        return fail("cannot compute");
    size_t vocabulary = (size_t)llama_vocab_n_tokens(llama_model_get_vocab(model));
    for (int i = 0; i < positions; i++)
        fwrite(llama_get_logits_ith(context, i), sizeof(float), vocabulary, stdout);
    return 0;
}
