package dev.perigee.engine.scheduler;

import dev.perigee.engine.chat.CalledTool;
import dev.perigee.engine.constraint.ConstraintState;
import dev.perigee.engine.constraint.JsonConstraint;
import dev.perigee.engine.constraint.TokenMask;
import dev.perigee.engine.sampling.LogitsProcessor;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds an answer to its schema, and arguments of tool calls to theirs. Reasoning before the answer is free; the turn can end only
 * where the value is complete, and then nothing but its end can come.
 *
 * <p>Threads: the engine's thread only.
 */
public final class ConstrainedAnswer implements LogitsProcessor {

    /**
     * Which control tokens may come.
     *
     * @param reasoning whether the answer may begin with reasoning; a model that was not trained to would not find its way out
     * @param inside whether it begins inside its reasoning
     * @param tools whether it may call tools instead
     */
    public record Marks(boolean reasoning, boolean inside, boolean tools) {}

    private enum Stage {
        BEGIN,
        REASONING,
        TEXT,
        CALLS,
        CALL_ID,
        ARGUMENTS
    }

    private final Tokenizer tokenizer;
    private final Set<Integer> stopIds;
    private final Map<String, JsonConstraint> tools;
    private final Marks marks;
    private final @Nullable ConstraintState answer;
    private final TokenMask mask;
    private final ByteArrayOutputStream callId = new ByteArrayOutputStream();
    private @Nullable ConstraintState arguments;
    private Stage stage;

    /**
     * @param answer what the visible answer obeys; {@code null} for any form
     * @param tools what the arguments of each tool obey, by its name
     */
    public ConstrainedAnswer(
            Tokenizer tokenizer,
            Set<Integer> stopIds,
            @Nullable JsonConstraint answer,
            Map<String, JsonConstraint> tools,
            Marks marks) {
        this.tokenizer = tokenizer;
        this.stopIds = stopIds;
        this.answer = answer == null ? null : answer.start();
        this.tools = tools;
        this.marks = marks;
        this.stage = marks.inside() ? Stage.REASONING : Stage.BEGIN;
        this.mask = new TokenMask(tokenizer.vocabularySize());
    }

    @Override
    public void process(float[] logits) {
        switch (stage) {
            case BEGIN, TEXT -> {
                if (answer != null) {
                    processText(answer, logits);
                }
            }
            case REASONING -> {
                if (answer != null) {
                    stopIds.forEach(id -> logits[id] = Float.NEGATIVE_INFINITY);
                }
            }
            case ARGUMENTS -> {
                if (arguments != null) {
                    processArguments(arguments, logits);
                }
            }
            case CALLS, CALL_ID -> {}
        }
    }

    private void processText(ConstraintState state, float[] logits) {
        state.allowed(mask);
        if (state.mayEnd()) {
            stopIds.forEach(mask::allow);
        }
        if (stage == Stage.BEGIN && marks.reasoning()) {
            mask.allow(tokenizer.idOf(ControlToken.THINK_BEGIN));
        }
        if (stage == Stage.BEGIN && marks.tools()) {
            mask.allow(tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN));
        }
        mask.apply(logits);
    }

    private void processArguments(ConstraintState state, float[] logits) {
        state.allowed(mask);
        if (state.mayEnd()) {
            mask.allow(tokenizer.idOf(ControlToken.TOOL_CALL_END));
        }
        mask.apply(logits);
    }

    @Override
    public void drawn(int id) {
        if (tokenizer.isSpecial(id)) {
            drawnControl(id);
        } else {
            drawnText(id);
        }
    }

    private void drawnControl(int id) {
        if (stopIds.contains(id)) {
            return;
        }
        if (id == tokenizer.idOf(ControlToken.THINK_BEGIN) && stage == Stage.BEGIN) {
            stage = Stage.REASONING;
        } else if (id == tokenizer.idOf(ControlToken.THINK_END) && stage == Stage.REASONING) {
            stage = Stage.BEGIN;
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALL_BEGIN)) {
            stage = Stage.CALL_ID;
            callId.reset();
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALL_ARGUMENT_BEGIN) && stage == Stage.CALL_ID) {
            stage = Stage.ARGUMENTS;
            @Nullable JsonConstraint tool = tools.get(CalledTool.name(callId.toString(StandardCharsets.UTF_8)));
            arguments = tool == null ? null : tool.start();
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN)
                || id == tokenizer.idOf(ControlToken.TOOL_CALL_END)) {
            stage = Stage.CALLS;
        }
    }

    private void drawnText(int id) {
        switch (stage) {
            case BEGIN, TEXT -> {
                stage = Stage.TEXT;
                if (answer != null) {
                    answer.accept(id);
                }
            }
            case CALL_ID -> callId.writeBytes(tokenizer.bytes(id));
            case ARGUMENTS -> {
                if (arguments != null) {
                    arguments.accept(id);
                }
            }
            case REASONING, CALLS -> {}
        }
    }
}
