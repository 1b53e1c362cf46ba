"""Writes deepseek-golden.jsonl: two small vocabularies with the pre-tokenizers of DeepSeek-V3 and DeepSeek-V2, and what Hugging Face tokenizers
makes of texts with them.

    pip install tokenizers==0.23.3 && python golden.py > ../../resources/dev/perigee/engine/tokenizer/deepseek-golden.jsonl

The first line of a vocabulary is its tokenizer.json, the next ones are texts with their ids.
"""
import json
import random

from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

LETTERS = (
    '\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d'
    '\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5'
    '\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45'
    '\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc'
    '\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126'
    '\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee'
    '\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17'
    '\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2'
    '\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943')
V3 = [r'\p{N}{1,3}', '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+',
      '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*'
      '|\\s*[\r\n]+|\\s+(?!\\S)|\\s+']
V2 = ['[\r\n]', r'\s?[A-Za-z' + LETTERS + ']+', '\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+', r'\s+$', '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+', None]
PLAIN = [
    'Hello, world! It is 12345 o\'clock; don\'t panic.', 'getUserName(HTTPServer) += foo_bar[3] ** 2  # comment\n\treturn x\r\n\r\n  end',
    '你好，世界！这是一个测试。 東京タワーは333メートル。', 'Ünïcödé naïve façade Ångström, Привет мир, γειά σου, שלום, مرحبا, नमस्ते, 한국어 텍스트',
    '  leading and   trailing  ', '1 22 333 4444 55555 ½ ² Ⅻ ١٢٣', 'e\u0301 combining \u0301\u0302', '😀👍🏽🇺🇸 ❤️ ‱ €£¥', '<|im_end|><｜begin▁of▁sentence｜>',
    '\u3000全角　空白\u00a0nbsp\u2003em\u1680ogham\u2028line\u0085next', 'a' * 70, ' ' * 40 + 'x', '\n' * 9 + 'y', '$x$y#z@w', '...---!!!\n\n???',
    'tab\tsep\ttab', '\x00\x01\x7f', 'ſ K Å ǅ ʰ', '', ' ', '\n', 'x\n', ' \n ', 'été 中a文b 1中2文3']


def texts():
    chosen = random.Random(7)
    pool = ''.join(PLAIN) + 'the and of DeepSeek 数 字 \r\n\t '
    return PLAIN + [''.join(chosen.choice(pool) for _ in range(chosen.randint(1, 60))) for _ in range(150)]


def stages(patterns):
    parts = [pre_tokenizers.Digits(individual_digits=True) if p is None else pre_tokenizers.Split(Regex(p), 'isolated') for p in patterns]
    return pre_tokenizers.Sequence(parts + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def main():
    for patterns in (V3, V2):
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = stages(patterns)
        trainer = trainers.BpeTrainer(
            vocab_size=700, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
            special_tokens=['<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>'])
        tokenizer.train_from_iterator([text for text in PLAIN * 3 + [open(__file__).read()]], trainer)
        tokenizer.add_special_tokens([AddedToken('<｜User｜>', special=False)])
        print(json.dumps({'tokenizer': json.loads(tokenizer.to_str())}))
        plain = Tokenizer.from_str(tokenizer.to_str())
        plain.encode_special_tokens = True
        for text in texts():
            print(json.dumps({'text': text, 'ids': plain.encode(text).ids}))


main()
