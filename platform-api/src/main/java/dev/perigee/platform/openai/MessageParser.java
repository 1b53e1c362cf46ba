package dev.perigee.platform.openai;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.chat.ToolCall;
import dev.perigee.platform.web.JsonFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code messages}. */
final class MessageParser {

    private static final int MAX_MESSAGES = 4096;
    private static final int MAX_PARTS = 1024;
    private static final int MAX_CALLS = 128;
    private static final int MAX_ID = 256;

    private MessageParser() {}

    static List<ChatMessage> messages(JsonFields fields) {
        List<JsonNode> nodes = fields.list("messages", MAX_MESSAGES);
        if (nodes == null || nodes.isEmpty()) {
            throw fields.mustBe("messages", "a list of at least one message");
        }
        List<ChatMessage> messages = new ArrayList<>();
        Set<String> calls = new HashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            ChatMessage message = message(fields, "messages[" + i + "]", nodes.get(i));
            if (message instanceof ChatMessage.Assistant assistant) {
                assistant.toolCalls().forEach(call -> calls.add(call.id()));
            }
            if (message instanceof ChatMessage.ToolResult result && !calls.contains(result.toolCallId())) {
                throw fields.mustBe(
                        "messages[" + i + "].tool_call_id",
                        nodes.get(i).get("tool_call_id"),
                        "the id of an earlier message's tool call");
            }
            messages.add(message);
        }
        return messages;
    }

    private static ChatMessage message(JsonFields parent, String path, JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw parent.mustBe(path, node, "an object with a role");
        }
        JsonFields fields = Tolerant.fields(object, path);
        String role = fields.requiredText("role", MAX_ID);
        return switch (role) {
            case "system", "developer" -> new ChatMessage.System(requiredContent(fields));
            case "user" -> new ChatMessage.User(requiredContent(fields));
            case "assistant" -> assistant(fields);
            case "tool" ->
                new ChatMessage.ToolResult(fields.requiredText("tool_call_id", MAX_ID), requiredContent(fields));
            default -> throw fields.mustBe("role", "system, developer, user, assistant or tool");
        };
    }

    private static ChatMessage assistant(JsonFields fields) {
        List<ToolCall> calls = calls(fields);
        String content = content(fields);
        if (content == null && calls.isEmpty()) {
            throw fields.mustBe("content", "a string, or there must be tool_calls");
        }
        JsonNode reasoning = fields.value("reasoning_content");
        return new ChatMessage.Assistant(
                content == null ? "" : content,
                reasoning != null && reasoning.isString() ? reasoning.stringValue() : null,
                calls);
    }

    private static String requiredContent(JsonFields fields) {
        String content = content(fields);
        if (content == null) {
            throw fields.mustBe("content", "a string or a list of text parts");
        }
        return content;
    }

    private static @Nullable String content(JsonFields fields) {
        JsonNode content = fields.value("content");
        if (content == null) {
            return null;
        }
        if (content.isString()) {
            return content.stringValue();
        }
        if (!content.isArray()) {
            throw fields.mustBe("content", "a string or a list of text parts");
        }
        StringBuilder text = new StringBuilder();
        List<JsonNode> parts = fields.list("content", MAX_PARTS);
        for (int i = 0; parts != null && i < parts.size(); i++) {
            text.append(part(fields, "content[" + i + "]", parts.get(i)));
        }
        return text.toString();
    }

    private static String part(JsonFields parent, String name, JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw parent.mustBe(name, node, "an object with a type");
        }
        JsonFields fields = Tolerant.fields(object, parent.path(name));
        String type = fields.requiredText("type", MAX_ID);
        return switch (type) {
            case "text", "refusal" -> {
                JsonNode text = fields.value(type);
                if (text == null || !text.isString()) {
                    throw fields.mustBe(type, "a string");
                }
                yield text.stringValue();
            }
            default -> throw fields.mustBe("type", "text: this model reads text only");
        };
    }

    private static List<ToolCall> calls(JsonFields fields) {
        List<JsonNode> nodes = fields.list("tool_calls", MAX_CALLS);
        List<ToolCall> calls = new ArrayList<>();
        for (int i = 0; nodes != null && i < nodes.size(); i++) {
            calls.add(call(fields, "tool_calls[" + i + "]", nodes.get(i)));
        }
        return calls;
    }

    private static ToolCall call(JsonFields parent, String name, JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw parent.mustBe(name, node, "an object with id and function");
        }
        JsonFields fields = Tolerant.fields(object, parent.path(name));
        ObjectNode function = fields.rawObject("function");
        if (function == null) {
            throw fields.mustBe("function", "an object with name and arguments");
        }
        JsonFields inner = Tolerant.fields(function, fields.path("function"));
        return new ToolCall(fields.requiredText("id", MAX_ID), inner.requiredText("name", MAX_ID), arguments(inner));
    }

    /** Some clients gather the arguments of a call without any as an empty text. */
    private static String arguments(JsonFields function) {
        JsonNode arguments = function.value("arguments");
        if (arguments == null || !arguments.isString()) {
            throw function.mustBe("arguments", "a string that holds JSON");
        }
        return arguments.stringValue().isEmpty() ? "{}" : arguments.stringValue();
    }
}
