package dev.perigee.engine.chat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the calls of a conversation the ids that K2 was trained on, whatever the client called them; results follow.
 *
 * <p>Clients' own ids in the history would be imitated by the model. Source: K2's tool-calling guide and Moonshot's vendor verifier.
 */
final class ToolCallIds {

    private final Map<String, String> byClientId = new HashMap<>();
    private int calls;

    /** The id of the conversation's next call. A client id used twice means the later call from then on. */
    String next(ToolCall call) {
        String id = new ToolCallId(call.name(), calls).toString();
        calls++;
        byClientId.put(call.id(), id);
        return id;
    }

    /**
     * The id of the call that a result answers.
     *
     * @throws IllegalArgumentException where no earlier call has this id
     */
    String answered(String clientId) {
        @Nullable String id = byClientId.get(clientId);
        if (id == null) {
            throw new IllegalArgumentException("tool_call_id is \"" + clientId + "\", no earlier call has this id");
        }
        return id;
    }
}
