package dev.perigee.inference.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;

class PerigeeChatOptionsTests {

    private static final ToolCallback TOOL = FunctionToolCallback.builder("echo", (String text) -> text)
            .inputType(String.class)
            .build();

    private static PerigeeChatOptions everything() {
        return PerigeeChatOptions.builder()
                .model("moonlet")
                .frequencyPenalty(0.0)
                .presencePenalty(0.0)
                .maxTokens(10)
                .stopSequences(List.of("END"))
                .temperature(0.3)
                .topK(4)
                .topP(0.5)
                .minP(0.1)
                .seed(7L)
                .outputSchema("{}")
                .toolCallbacks(TOOL)
                .toolContext("who", "me")
                .build();
    }

    @Test
    void mutateWhenNothingIsChangedBuildsAnEqual() {
        assertThat(everything().mutate().build()).isEqualTo(everything()).hasSameHashCodeAs(everything());
    }

    @Test
    void buildWhenCalledKeepsEveryValue() {
        PerigeeChatOptions options = everything();
        assertThat(options.getModel()).isEqualTo("moonlet");
        assertThat(options.getMaxTokens()).isEqualTo(10);
        assertThat(options.getStopSequences()).containsExactly("END");
        assertThat(options.getTemperature()).isEqualTo(0.3);
        assertThat(options.getTopK()).isEqualTo(4);
        assertThat(options.getTopP()).isEqualTo(0.5);
        assertThat(options.getMinP()).isEqualTo(0.1);
        assertThat(options.getSeed()).isEqualTo(7L);
        assertThat(options.getOutputSchema()).isEqualTo("{}");
        assertThat(options.getToolCallbacks()).containsExactly(TOOL);
        assertThat(options.getToolContext()).isEqualTo(Map.of("who", "me"));
    }

    @Test
    void equalsWhenOnlyAnOwnOptionDiffersIsFalse() {
        assertThat(everything()).isNotEqualTo(everything().mutate().seed(8L).build());
        assertThat(everything()).isNotEqualTo(everything().mutate().minP(0.2).build());
        assertThat(everything())
                .isNotEqualTo(everything().mutate().outputSchema(null).build());
    }

    @Test
    void combineWithWhenTheOtherSetsLittleOverridesOnlyThat() {
        PerigeeChatOptions joined = everything()
                .mutate()
                .combineWith(PerigeeChatOptions.builder().seed(9L).temperature(1.0))
                .build();
        assertThat(joined)
                .isEqualTo(everything().mutate().seed(9L).temperature(1.0).build());
    }

    @Test
    void cloneWhenChangedLeavesTheOriginal() {
        PerigeeChatOptions.Builder original = everything().mutate();
        original.clone().seed(1L).stopSequences(List.of());
        assertThat(original.build()).isEqualTo(everything());
    }

    @Test
    void fromWhenPortableOptionsTakesWhatTheyHave() {
        PerigeeChatOptions options = PerigeeChatOptions.from(
                ChatOptions.builder().temperature(0.3).topK(4).build());
        assertThat(options)
                .isEqualTo(PerigeeChatOptions.builder().temperature(0.3).topK(4).build());
    }

    @Test
    void fromWhenToolOrSchemaOptionsTakesThoseToo() {
        assertThat(PerigeeChatOptions.from(ToolCallingChatOptions.builder()
                                .toolCallbacks(TOOL)
                                .build())
                        .getToolCallbacks())
                .containsExactly(TOOL);
        assertThat(PerigeeChatOptions.from(StructuredOutputChatOptions.builder()
                                .outputSchema("{}")
                                .build())
                        .getOutputSchema())
                .isEqualTo("{}");
    }
}
