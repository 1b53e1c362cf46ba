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
 * Holds an answer to its schema, and arguments of tool calls to theirs; makes it call a tool where one must be called. Reasoning
 * before the answer is free; the turn can end only where the value is complete, and then nothing but its end can come.
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

    /**
     * What the answer must be.
     *
     * @param answer what the visible answer obeys; {@code null} for any form
     * @param tools what the arguments of each tool obey, by its name
     * @param forced which tools it must call; {@code null} where the model decides
     */
    public record Form(
            @Nullable JsonConstraint answer,
            Map<String, JsonConstraint> tools,
            @Nullable ForcedCalls forced) {}

    private enum Stage {
        BEGIN,
        REASONING,
        TEXT,
        CALLS,
        CALL_ID,
        ARGUMENTS,
        CALLED
    }

    private final Tokenizer tokenizer;
    private final Set<Integer> stopIds;
    private final Map<String, JsonConstraint> tools;
    private final Marks marks;
    private final @Nullable ConstraintState answer;
    private final @Nullable ForcedCalls forced;
    private final TokenMask mask;
    private final ByteArrayOutputStream callId = new ByteArrayOutputStream();
    private @Nullable ConstraintState arguments;
    private Stage stage;

    public ConstrainedAnswer(Tokenizer tokenizer, Set<Integer> stopIds, Form form, Marks marks) {
        this.tokenizer = tokenizer;
        this.stopIds = stopIds;
        this.answer = form.answer() == null ? null : form.answer().start();
        this.tools = form.tools();
        this.forced = form.forced();
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
                } else if (forced != null) {
                    processBegin(logits);
                }
            }
            case REASONING -> {
                if (answer != null || forced != null) {
                    stopIds.forEach(id -> logits[id] = Float.NEGATIVE_INFINITY);
                }
            }
            case ARGUMENTS -> {
                if (arguments != null) {
                    processArguments(arguments, logits);
                }
            }
            case CALLS, CALL_ID, CALLED -> {
                if (forced != null) {
                    processCalls(forced, logits);
                }
            }
        }
    }

    private void processText(ConstraintState state, float[] logits) {
        state.allowed(mask);
        if (state.mayEnd()) {
            stopIds.forEach(mask::allow);
        }
        if (stage == Stage.BEGIN) {
            allowBegin();
        }
        mask.apply(logits);
    }

    /** An answer that must call a tool has no text. */
    private void processBegin(float[] logits) {
        mask.clear();
        allowBegin();
        mask.apply(logits);
    }

    private void allowBegin() {
        if (marks.reasoning()) {
            mask.allow(tokenizer.idOf(ControlToken.THINK_BEGIN));
        }
        if (marks.tools()) {
            mask.allow(tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN));
        }
    }

    private void processCalls(ForcedCalls calls, float[] logits) {
        mask.clear();
        if (stage == Stage.CALLS) {
            calls.allowBetween(mask);
        } else if (stage == Stage.CALL_ID) {
            calls.allowId(mask);
        } else {
            stopIds.forEach(mask::allow);
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
        } else {
            drawnCallMark(id);
        }
    }

    private void drawnCallMark(int id) {
        if (id == tokenizer.idOf(ControlToken.TOOL_CALL_BEGIN)) {
            beginCall();
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALL_ARGUMENT_BEGIN) && stage == Stage.CALL_ID) {
            stage = Stage.ARGUMENTS;
            @Nullable JsonConstraint tool = tools.get(CalledTool.name(callId.toString(StandardCharsets.UTF_8)));
            arguments = tool == null ? null : tool.start();
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALLS_BEGIN)) {
            stage = Stage.CALLS;
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALL_END)) {
            endCall();
        } else if (id == tokenizer.idOf(ControlToken.TOOL_CALLS_END)) {
            stage = Stage.CALLED;
        }
    }

    private void beginCall() {
        stage = Stage.CALL_ID;
        callId.reset();
        if (forced != null) {
            forced.beginId();
        }
    }

    private void endCall() {
        stage = Stage.CALLS;
        if (forced != null) {
            forced.ended();
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
            case CALL_ID -> {
                callId.writeBytes(tokenizer.bytes(id));
                if (forced != null) {
                    forced.drawnInId(id);
                }
            }
            case ARGUMENTS -> {
                if (arguments != null) {
                    arguments.accept(id);
                }
            }
            case REASONING, CALLS, CALLED -> {}
        }
    }
}
