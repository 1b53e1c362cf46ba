package dev.perigee.inference.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;

/**
 * Everything that can be asked of {@link PerigeeChatModel}; what is not set is left to the model's own defaults.
 *
 * <pre>{@code
 * chatClient.prompt("Tell me a story.")
 *     .options(PerigeeChatOptions.builder().temperature(0.2).seed(7L).maxTokens(300))
 *     .call().content();
 * }</pre>
 *
 * <p>Beside the portable options: {@code minP}, {@code seed}, and {@code outputSchema}. Frequency and presence penalties other than
 * 0 are refused. An output schema is written into the prompt and enforced: what the embedded engine answers obeys it, unless the answer
 * is cut short; one that cannot be enforced is refused.
 *
 * <p>Immutable.
 */
public final class PerigeeChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    private final @Nullable Double minP;
    private final @Nullable Long seed;
    private final @Nullable String outputSchema;

    private PerigeeChatOptions(Builder builder) {
        this(
                builder,
                DefaultToolCallingChatOptions.builder().combineWith(builder).build());
    }

    private PerigeeChatOptions(Builder builder, ToolCallingChatOptions common) {
        super(
                common.getToolCallbacks(),
                common.getToolContext(),
                common.getModel(),
                common.getFrequencyPenalty(),
                common.getMaxTokens(),
                common.getPresencePenalty(),
                common.getStopSequences(),
                common.getTemperature(),
                common.getTopK(),
                common.getTopP());
        this.minP = builder.minP;
        this.seed = builder.seed;
        this.outputSchema = builder.outputSchema;
    }

    /** Nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The same wishes as another provider's options, or Spring AI's portable ones, as far as Perigee has them. */
    public static PerigeeChatOptions from(ChatOptions other) {
        if (other instanceof PerigeeChatOptions own) {
            return own;
        }
        Builder builder = builder().common(other);
        if (other instanceof ToolCallingChatOptions tools) {
            builder.toolCallbacks(tools.getToolCallbacks()).toolContext(tools.getToolContext());
        }
        if (other instanceof StructuredOutputChatOptions structured) {
            builder.outputSchema(structured.getOutputSchema());
        }
        return builder.build();
    }

    /** Drops tokens less probable than this times the most probable; 0 keeps all. */
    public @Nullable Double getMinP() {
        return minP;
    }

    /** The same request with the same seed gives the same answer. */
    public @Nullable Long getSeed() {
        return seed;
    }

    /** JSON Schema that the answer obeys. */
    @Override
    public @Nullable String getOutputSchema() {
        return outputSchema;
    }

    @Override
    public Builder mutate() {
        return builder()
                .common(this)
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .minP(minP)
                .seed(seed)
                .outputSchema(outputSchema);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof PerigeeChatOptions that
                && Objects.equals(minP, that.minP)
                && Objects.equals(seed, that.seed)
                && Objects.equals(outputSchema, that.outputSchema);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), minP, seed, outputSchema);
    }

    /** Collects options; the last value of each counts, stop sequences and tools add up in {@link #combineWith}. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {

        private @Nullable Double minP;
        private @Nullable Long seed;
        private @Nullable String outputSchema;

        private Builder() {}

        /** Drops tokens less probable than this times the most probable; between 0, which keeps all, and 1. */
        public Builder minP(@Nullable Double share) {
            this.minP = share;
            return this;
        }

        /** Makes the answer repeatable; {@code null} draws a new seed for every request. */
        public Builder seed(@Nullable Long value) {
            this.seed = value;
            return this;
        }

        /** The JSON Schema that the answer obeys; also written into the prompt. */
        @Override
        public Builder outputSchema(@Nullable String schema) {
            this.outputSchema = schema;
            return this;
        }

        private Builder common(ChatOptions options) {
            return model(options.getModel())
                    .frequencyPenalty(options.getFrequencyPenalty())
                    .maxTokens(options.getMaxTokens())
                    .presencePenalty(options.getPresencePenalty())
                    .stopSequences(options.getStopSequences())
                    .temperature(options.getTemperature())
                    .topK(options.getTopK())
                    .topP(options.getTopP());
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder that) {
                minP = that.minP != null ? that.minP : minP;
                seed = that.seed != null ? that.seed : seed;
                outputSchema = that.outputSchema != null ? that.outputSchema : outputSchema;
            }
            return this;
        }

        @Override
        public PerigeeChatOptions build() {
            return new PerigeeChatOptions(this);
        }
    }
}
