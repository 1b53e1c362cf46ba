package dev.perigee.platform.openai;

import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.platform.completion.CompletionRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of {@code POST /v1/chat/completions} asks for.
 *
 * @param model the model's name
 * @param prompt messages and tools
 * @param sampling how tokens are drawn
 * @param output where the answer ends and what form it has
 * @param delivery how the answer comes
 * @param endUser the caller's own name for the person behind the request
 * @param ignored fields that were given and mean nothing here, the first 20 by name
 */
record ChatCompletionOrder(
        String model,
        Prompt.Chat prompt,
        SamplingParameters sampling,
        CompletionRequest.Output output,
        Delivery delivery,
        @Nullable String endUser,
        List<String> ignored) {

    /** Whether the answer is streamed, and whether the stream ends with a chunk of usage. */
    record Delivery(boolean stream, boolean includeUsage) {}
}
