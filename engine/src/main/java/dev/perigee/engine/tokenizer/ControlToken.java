package dev.perigee.engine.tokenizer;

/**
 * The control tokens that K2 models give a meaning, with their places behind the ranks.
 *
 * <p>Source: tokenizer_config.json of Kimi K2.
 */
public enum ControlToken {
    BOS("[BOS]", 0),
    EOS("[EOS]", 1),
    IM_END("<|im_end|>", 2),
    IM_USER("<|im_user|>", 3),
    IM_ASSISTANT("<|im_assistant|>", 4),
    START_HEADER("<|start_header_id|>", 6),
    END_HEADER("<|end_header_id|>", 7),
    EOT("[EOT]", 9),
    IM_SYSTEM("<|im_system|>", 10),
    TOOL_CALLS_BEGIN("<|tool_calls_section_begin|>", 11),
    TOOL_CALLS_END("<|tool_calls_section_end|>", 12),
    TOOL_CALL_BEGIN("<|tool_call_begin|>", 13),
    TOOL_CALL_ARGUMENT_BEGIN("<|tool_call_argument_begin|>", 14),
    TOOL_CALL_END("<|tool_call_end|>", 15),
    IM_MIDDLE("<|im_middle|>", 17),
    MEDIA_BEGIN("<|media_begin|>", 18),
    MEDIA_CONTENT("<|media_content|>", 19),
    MEDIA_END("<|media_end|>", 20),
    MEDIA_PAD("<|media_pad|>", 21),
    THINK_BEGIN("<think>", 22),
    THINK_END("</think>", 23),
    UNKNOWN("[UNK]", 254),
    PADDING("[PAD]", 255);

    private final String text;
    private final int offset;

    ControlToken(String text, int offset) {
        this.text = text;
        this.offset = offset;
    }

    /** How the token is spelled in tokenizer_config.json. */
    public String text() {
        return text;
    }

    /** Its id counted from the number of ranks, where tokenizer_config.json says nothing else. */
    int offset() {
        return offset;
    }
}
