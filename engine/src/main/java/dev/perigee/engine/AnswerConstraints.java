package dev.perigee.engine;

import dev.perigee.engine.chat.ChatTemplate;
import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.constraint.ConstraintCompiler;
import dev.perigee.engine.constraint.JsonConstraint;
import dev.perigee.engine.constraint.ToolSchemas;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.engine.sampling.LogitsProcessor;
import dev.perigee.engine.scheduler.ConstrainedAnswer;
import dev.perigee.engine.scheduler.ForcedCalls;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request's wish for a form into what holds its answer to it. The vocabulary's trie is made with the first such request.
 *
 * <p>Threads: any.
 */
final class AnswerConstraints {

    private final Tokenizer tokenizer;
    private final Set<Integer> stopIds;
    private final @Nullable ChatTemplate template;
    private @Nullable ConstraintCompiler compiler;

    /** @param template how chats are laid out, {@code null} where there are none */
    AnswerConstraints(Tokenizer tokenizer, Set<Integer> stopIds, @Nullable ChatTemplate template) {
        this.tokenizer = tokenizer;
        this.stopIds = stopIds;
        this.template = template;
    }

    /**
     * What holds the answer to its form; nothing where any will do.
     *
     * @throws SchemaRefusedException where the answer's schema, or that of a strict tool, cannot be enforced
     * @throws IllegalArgumentException where a tool must be called that is not offered
     */
    Optional<LogitsProcessor> of(GenerationRequest request) {
        OutputConstraint wanted = request.constraint();
        List<ToolDefinition> offered = request.prompt() instanceof Prompt.Chat chat ? chat.tools() : List.of();
        requireOffered(wanted.calls(), offered);
        Map<String, JsonConstraint> tools = tools(offered);
        if (wanted.equals(OutputConstraint.none()) && tools.isEmpty()) {
            return Optional.empty();
        }
        ConstrainedAnswer.Form form = new ConstrainedAnswer.Form(
                wanted.schema() == null ? null : compiler().compile(wanted.schema()),
                tools,
                wanted.calls().isEmpty() ? null : new ForcedCalls(tokenizer, wanted.calls(), calls(request.prompt())));
        return Optional.of(new ConstrainedAnswer(tokenizer, stopIds, form, marks(request.prompt())));
    }

    private static void requireOffered(List<String> calls, List<ToolDefinition> offered) {
        for (String name : calls) {
            if (offered.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw new IllegalArgumentException("tool " + name + " must be called, it is not offered");
            }
        }
    }

    private static int calls(Prompt prompt) {
        return prompt instanceof Prompt.Chat chat ? chat.earlierCalls() : 0;
    }

    private ConstrainedAnswer.Marks marks(Prompt prompt) {
        if (template == null || !(prompt instanceof Prompt.Chat chat)) {
            return new ConstrainedAnswer.Marks(false, false, false);
        }
        return new ConstrainedAnswer.Marks(
                template.reasons(),
                template.beginsInsideReasoning(),
                !chat.tools().isEmpty());
    }

    private Map<String, JsonConstraint> tools(List<ToolDefinition> definitions) {
        Map<String, JsonConstraint> constraints = new HashMap<>();
        for (ToolDefinition tool : definitions) {
            if (tool.arguments() != ToolDefinition.Arguments.FREE) {
                constraints.put(tool.name(), arguments(tool));
            }
        }
        return constraints;
    }

    private JsonConstraint arguments(ToolDefinition tool) {
        try {
            return compiler().compile(ToolSchemas.ofArguments(tool.declaration()));
        } catch (SchemaRefusedException e) {
            if (tool.arguments() == ToolDefinition.Arguments.STRICT) {
                throw e.ofTool(tool.name());
            }
            return compiler().compile(OutputConstraint.ANY_OBJECT);
        }
    }

    private synchronized ConstraintCompiler compiler() {
        if (compiler == null) {
            compiler = new ConstraintCompiler(tokenizer);
        }
        return compiler;
    }
}
