/**
 * OpenAI's dialect: {@code POST /v1/chat/completions}, {@code GET /v1/models}, and its shape of errors.
 *
 * <p><b>Owns</b>: wire names and what each request field means here. <b>Does not own</b>: what a request does (completion does).
 *
 * <p>What becomes of each request field (source: OpenAI's published OpenAPI description, version 2.3.0):
 *
 * <ul>
 *   <li>honoured: {@code messages, model, tools, tool_choice, response_format, stream, stream_options, max_completion_tokens, max_tokens,
 *       temperature, top_p, seed, stop, user, safety_identifier}, and the extensions {@code top_k, min_p};
 *   <li>taken only where they ask for nothing, otherwise 400 naming the field: {@code n} (1), {@code presence_penalty} and
 *       {@code frequency_penalty} (0), {@code logprobs} (false), {@code top_logprobs} (0), {@code logit_bias} (empty),
 *       {@code parallel_tool_calls} (true), {@code modalities} (text), {@code audio},
 *       {@code web_search_options}, {@code functions}, {@code function_call} (absent);
 *   <li>every other field is ignored and named in the header {@code x-perigee-ignored-parameters}, at most 20 of them;
 *   <li>inside messages and tools, what is not meant here is ignored without a word, since clients send back whatever they were given:
 *       {@code name, refusal, annotations} and the like. Parts of a message that are not text are refused;
 *   <li>{@code strict} of a tool: true holds its arguments to the schema or refuses it, false leaves them free; where it is not said they
 *       obey the schema as far as it can be enforced. A {@code json_schema} is always enforced or refused, strict or not.
 * </ul>
 *
 * <p>A streamed answer ends with its client: a client that went away is noticed at the second word sent to it, a keep-alive comment at the
 * latest. An answer that is not streamed runs to its end, since a servlet cannot see its client go; it is billed whole.
 *
 * <p><b>Invariants</b>: a stream and a collected answer come from the same events; no chunk has an empty list of tool calls.
 */
@ApplicationModule(
        displayName = "OpenAI",
        allowedDependencies = {"access", "catalog", "completion", "quota", "web"})
@NullMarked
package dev.perigee.platform.openai;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
