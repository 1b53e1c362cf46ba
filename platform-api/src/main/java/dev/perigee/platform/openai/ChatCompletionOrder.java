package dev.perigee.platform.openai;

import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of {@code POST /v1/chat/completions} asks for.
 *
 * @param model the model's name
 * @param prompt messages and tools
 * @param sampling how tokens are drawn
 * @param limits where the answer ends
 * @param delivery how the answer comes
 * @param endUser the caller's own name for the person behind the request
 * @param ignored fields that were given and mean nothing here, the first 20 by name
 */
record ChatCompletionOrder(
        String model,
        Prompt.Chat prompt,
        SamplingParameters sampling,
        Limits limits,
        Delivery delivery,
        @Nullable String endUser,
        List<String> ignored) {

    /** Most tokens, and the texts that end the answer. */
    record Limits(@Nullable Integer maxTokens, List<String> stop) {}

    /** Whether the answer is streamed, and whether the stream ends with a chunk of usage. */
    record Delivery(boolean stream, boolean includeUsage) {}
}
