package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.IncrementalDetokenizer;
import dev.perigee.engine.tokenizer.SpecialToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parser of answers outside any chat: all is text; of the control tokens, those of tools and thinking are shown as spelled. */
public final class PlainTextParser implements AnswerParser {

    private static final Set<String> SHOWN = Stream.concat(
                    EnumSet.range(ControlToken.TOOL_CALLS_BEGIN, ControlToken.TOOL_CALL_END).stream(),
                    Stream.of(ControlToken.THINK_BEGIN, ControlToken.THINK_END))
            .map(ControlToken::text)
            .collect(Collectors.toUnmodifiableSet());

    private final Tokenizer tokenizer;
    private final IncrementalDetokenizer detokenizer;
    private final Set<Integer> shown;
    private final AnswerSink sink;

    public PlainTextParser(Tokenizer tokenizer, AnswerSink sink) {
        this.tokenizer = tokenizer;
        this.detokenizer = new IncrementalDetokenizer(tokenizer);
        this.shown = tokenizer.specialTokens().stream()
                .filter(token -> SHOWN.contains(token.text()))
                .map(SpecialToken::id)
                .collect(Collectors.toUnmodifiableSet());
        this.sink = sink;
    }

    @Override
    public void accept(int id) {
        if (!tokenizer.isSpecial(id) || shown.contains(id)) {
            emit(detokenizer.append(id));
        }
    }

    @Override
    public void finish() {
        emit(detokenizer.finish());
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            sink.text(text);
        }
    }
}
