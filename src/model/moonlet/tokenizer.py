"""The byte-level tokenizer in tiktoken form: K2's split pattern, 5,888 ranks, then 256 special ids."""

import argparse
import base64
from collections import Counter, defaultdict
import heapq
from pathlib import Path

import regex
import tiktoken

ROOT = Path(__file__).parents[1]
BASE, SPECIALS = 5888, 256
PATTERN = "|".join([
    r"[\p{Han}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
SPLIT = regex.compile(PATTERN, regex.V1)
OFFSETS = {"[BOS]": 0, "[EOS]": 1, "<|im_end|>": 2, "<|im_user|>": 3, "<|im_assistant|>": 4, "<|im_system|>": 10,
           "<|tool_calls_section_begin|>": 11, "<|tool_calls_section_end|>": 12, "<|tool_call_begin|>": 13,
           "<|tool_call_argument_begin|>": 14, "<|tool_call_end|>": 15, "<|im_middle|>": 17, "<think>": 22,
           "</think>": 23, "[UNK]": 254, "[PAD]": 255}


def byte_order():
    """All 256 bytes in gpt2's order: the printable ones first."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return printable + [b for b in range(256) if b not in set(printable)]


def special_tokens():
    named = {offset: name for name, offset in OFFSETS.items()}
    return {named.get(i, f"<|reserved_token_{BASE + i}|>"): BASE + i for i in range(SPECIALS)}


def load(path=ROOT / "work/tokenizer/tiktoken.model"):
    ranks = {base64.b64decode(word): int(rank) for word, rank in (line.split() for line in open(path))}
    return tiktoken.Encoding("moonlet", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=special_tokens())


def merge_by_rank(ranks, piece):
    """What tiktoken does to one piece of the split: merge the pair whose concatenation has the lowest rank."""
    parts = [piece[i:i + 1] for i in range(len(piece))]
    while len(parts) > 1:
        rank, at = min((ranks.get(parts[i] + parts[i + 1], BASE), i) for i in range(len(parts) - 1))
        if rank == BASE:
            break
        parts[at:at + 2] = [parts[at] + parts[at + 1]]
    return [ranks[part] for part in parts]


class Words:
    """The distinct pieces of a text with their counts, and where each pair of tokens stands."""

    def __init__(self, texts):
        counts = Counter()
        for text in texts:
            counts.update(SPLIT.findall(text))
        self.tokens = [bytes([b]) for b in byte_order()]
        self.rank = {token: i for i, token in enumerate(self.tokens)}
        kept = [(w.encode(), n) for w, n in counts.items() if not any(c.isdigit() for c in w)]
        self.pieces = [[self.rank[bytes([b])] for b in w] for w, _ in kept]
        self.counts = [n for _, n in kept]
        self.pairs, self.places = Counter(), defaultdict(set)
        for i in range(len(self.pieces)):
            self.add(i, 1)

    def add(self, i, sign):
        touched = set(zip(self.pieces[i], self.pieces[i][1:]))
        for pair in zip(self.pieces[i], self.pieces[i][1:]):
            self.pairs[pair] += sign * self.counts[i]
        if sign > 0:
            for pair in touched:
                self.places[pair].add(i)
        return touched

    def merge(self, pair):
        """Gives the pair an id of its own; the pairs whose counts changed come back."""
        new, touched = len(self.tokens), set()
        self.tokens.append(self.tokens[pair[0]] + self.tokens[pair[1]])
        self.rank[self.tokens[new]] = new
        for i in list(self.places.pop(pair, ())):
            touched |= self.add(i, -1)
            self.pieces[i] = joined(self.pieces[i], pair, new)
            touched |= self.add(i, 1)
        return touched


def joined(piece, pair, new):
    out, at = [], 0
    while at < len(piece):
        if tuple(piece[at:at + 2]) == pair:
            out.append(new)
            at += 2
        else:
            out.append(piece[at])
            at += 1
    return out


def train(texts, size=BASE):
    """The tokens in the order of their ranks; pieces with a digit take no part, so digits never merge."""
    words = Words(texts)
    heap = [(-n, pair) for pair, n in words.pairs.items()]
    heapq.heapify(heap)
    while len(words.tokens) < size:
        if not heap:
            raise ValueError(f"the texts hold only {len(words.tokens)} tokens, {size} were asked for")
        negative, pair = heapq.heappop(heap)
        count = words.pairs[pair]
        if count != -negative:
            if count > 0:
                heapq.heappush(heap, (-count, pair))
        elif words.tokens[pair[0]] + words.tokens[pair[1]] in words.rank:
            words.pairs[pair] = 0
        else:
            for other in words.merge(pair):
                if words.pairs[other] > 0:
                    heapq.heappush(heap, (-words.pairs[other], other))
    return words.tokens


def main(argv):
    from .corpus import sample_texts
    parser = argparse.ArgumentParser(prog="moonlet tokenizer")
    parser.add_argument("--to", default=str(ROOT / "work/tokenizer/tiktoken.model"))
    parser.add_argument("--documents", type=int, default=30000)
    args = parser.parse_args(argv)
    tokens = train(sample_texts(args.documents))
    Path(args.to).parent.mkdir(parents=True, exist_ok=True)
    Path(args.to).write_text("".join(f"{base64.b64encode(t).decode()} {i}\n" for i, t in enumerate(tokens)))
    print(f"wrote {args.to}: {len(tokens)} ranks, longest {max(map(len, tokens))} bytes")
