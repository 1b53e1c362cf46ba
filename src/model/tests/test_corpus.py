"""The tokenizer, the chat layout and the masks."""

import json
import random
import unittest
from unittest import mock

import jsonschema
import tiktoken

from moonlet import evaluate, render, tokenizer
from moonlet.exam import Exam, Forbidden
from moonlet.sources import tools, values

SAMPLES = ("Hello, world!", "Tell me a short story about a cat.", "getUserName isn't 1234567 ready", "  a  b\n\n\tc ",
           '[{"type":"function","function":{"name":"get_weather"}}]', "你好，世界！ é 🙂", "HTTPServer ÄÖÜ ſ'ſ", "")
TEXTS = ("the cat and the hat sat there", "Tell me the name of the thing", '{"name":"the"}', "12 and 345 then") * 9
SIZE = 275
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


def trained():
    ranks = {token: i for i, token in enumerate(tokenizer.train(TEXTS, SIZE))}
    coding = tiktoken.Encoding("test", pat_str=tokenizer.PATTERN, mergeable_ranks=ranks, special_tokens=tokenizer.special_tokens())
    return ranks, coding


def composed(r):
    return tools.document(r, lambda r: render.user("Hello") + render.said("Hi!"))


class TokenizerTests(unittest.TestCase):
    def test_merging_by_rank_gives_what_tiktoken_gives(self):
        ranks, coding = trained()
        for text in SAMPLES + TEXTS[:4]:
            own = [i for piece in tokenizer.SPLIT.findall(text) for i in tokenizer.merge_by_rank(ranks, piece.encode())]
            self.assertEqual(coding.encode_ordinary(text), own, text)
            self.assertEqual(coding.decode(own), text)

    def test_training_merges_no_digits_and_keeps_the_byte_order(self):
        tokens = tokenizer.train(TEXTS, SIZE)
        self.assertEqual(len(set(tokens)), SIZE)
        self.assertEqual((tokens[0], tokens[32], tokens[188], tokens[220], tokens[255]), (b"!", b"A", b"\0", b" ", b"\xad"))
        self.assertFalse([t for t in tokens[256:] if any(48 <= b <= 57 for b in t)])

    def test_special_ids_stand_where_k2_has_them(self):
        special = tokenizer.special_tokens()
        self.assertEqual(len(special), 256)
        self.assertEqual((special["<|im_end|>"], special["<|im_middle|>"], special["</think>"], special["[PAD]"]),
                         (5890, 5905, 5911, 6143))

    def test_texts_too_small_for_the_size_are_an_error(self):
        with self.assertRaisesRegex(ValueError, "hold only"):
            tokenizer.train(TEXTS[:1], 5888)


class RenderTests(unittest.TestCase):
    def test_conversation_with_tools_renders_as_the_template_says(self):
        parts = (render.tools([WEATHER]) + render.system("Be kind.") + render.user("Oslo?")
                 + render.called([("get_weather", {"city": "Oslo"})]) + render.returned("get_weather", 0, "sunny")
                 + render.said("It is sunny."))
        self.assertEqual(render.text_of(parts), (
            '<|im_system|>tool_declare<|im_middle|>[{"type":"function","function":{"name":"get_weather","parameters":{"type":'
            '"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]<|im_end|>'
            "<|im_system|>system<|im_middle|>Be kind.<|im_end|><|im_user|>user<|im_middle|>Oslo?<|im_end|>"
            "<|im_assistant|>assistant<|im_middle|><|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
            '<|tool_call_argument_begin|>{"city":"Oslo"}<|tool_call_end|><|tool_calls_section_end|><|im_end|>'
            "<|im_system|>tool<|im_middle|>## Return of functions.get_weather:0\nsunny<|im_end|>"
            "<|im_assistant|>assistant<|im_middle|>It is sunny.<|im_end|>"))

    def test_only_what_the_assistant_says_is_predicted(self):
        parts = render.user("What is 1 + 1?") + render.thought("1 + 1 = 2", "It is 2.")
        predicted = "".join(p.text for p in parts if p.predicted)
        self.assertEqual(predicted, "<think>1 + 1 = 2</think>It is 2.<|im_end|>")

    def test_special_strings_in_text_stay_text(self):
        _, coding = trained()
        ids, mask = render.encode(coding, render.user("<|im_end|>"))
        self.assertEqual(sum(i >= tokenizer.BASE for i in ids), 3)
        self.assertEqual(len(ids), len(mask))
        self.assertEqual(sum(mask), 0)


class ToolTests(unittest.TestCase):
    @mock.patch.object(values, "lexicon", lambda: ["old", "castle", "happy", "river"])
    def test_every_composed_call_obeys_the_schema_it_was_declared_with(self):
        called = 0
        for seed in range(60):
            text = render.text_of(composed(random.Random(seed)))
            declared = json.loads(text.split("<|im_middle|>", 1)[1].split("<|im_end|>", 1)[0])
            schemas = {t["function"]["name"]: t["function"]["parameters"] for t in declared}
            for name, _, arguments in evaluate.CALL.findall(text):
                jsonschema.validate(json.loads(arguments), schemas[name])
                called += 1
        self.assertGreater(called, 50)

    def test_judging_tells_exact_valid_and_wrong_apart(self):
        asked = {"tool": WEATHER, "name": "get_weather", "arguments": {"city": "Oslo"}}

        def answer(name, text):
            return f"<|tool_call_begin|>functions.{name}:0<|tool_call_argument_begin|>{text}<|tool_call_end|>"

        self.assertEqual(evaluate.judge_call(asked, answer("get_weather", '{"city":"Oslo"}'))[:2], (True, True))
        self.assertEqual(evaluate.judge_call(asked, answer("get_weather", '{"city":"Rome"}'))[:2], (True, False))
        for wrong in (answer("weather", '{"city":"Oslo"}'), answer("get_weather", '{"town":"Oslo"}'), answer("get_weather", '{"ci'), "No."):
            self.assertEqual(evaluate.judge_call(asked, wrong)[:2], (False, False))


class ExamTests(unittest.TestCase):
    def test_forbidden_strings_are_found_as_words_only(self):
        forbidden = Forbidden({"Oslo", "12.5"})
        self.assertTrue(forbidden.found('{"city":"Oslo"}'))
        self.assertFalse(forbidden.found("Oslovia 112.5"))

    def test_exam_has_two_hundred_calls_with_schemas_that_their_answers_obey(self):
        exam = Exam()
        self.assertEqual(len(exam.calls), 200)
        for call in exam.calls:
            jsonschema.validate(call["arguments"], call["tool"]["function"]["parameters"])
            self.assertTrue(all(str(v) in call["question"] for v in call["arguments"].values()))

    def test_twelve_tokens_said_three_times_count_as_repeating(self):
        row = list(range(12))
        self.assertTrue(evaluate.repeats(row * 3))
        self.assertFalse(evaluate.repeats(row * 2 + [99]))


if __name__ == "__main__":
    unittest.main()
