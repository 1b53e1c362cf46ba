"""Sums and differences worked out digit by digit inside a think part."""

from .. import render
from .declare import maybe_system


def column_sum(a, b):
    steps, carry = [], 0
    left, right = str(a)[::-1], str(b)[::-1]
    for i in range(max(len(left), len(right))):
        x, y = int(left[i:i + 1] or 0), int(right[i:i + 1] or 0)
        s = x + y + carry
        steps.append(f"{x} + {y}" + (f" + {carry}" if carry else "") + f" = {s}" + (f", write {s % 10} carry 1" if s > 9 else ""))
        carry = s // 10
    return steps


def column_difference(a, b):
    steps, borrow = [], 0
    left, right = str(a)[::-1], str(b)[::-1]
    for i in range(len(left)):
        x, y = int(left[i]), int(right[i:i + 1] or 0)
        s = x - y - borrow
        steps.append(f"{x} - {y}" + (f" - {borrow}" if borrow else "") + f" = {s}" + (f", write {s + 10} borrow 1" if s < 0 else ""))
        borrow = int(s < 0)
    return steps


def document(r):
    digits = r.choice([1, 1, 1, 2, 2, 2, 3, 4])
    a = r.randrange(10 ** (digits - 1) if digits > 1 else 0, 10 ** digits)
    b = r.randrange(0, 10 ** digits)
    sign = "+" if r.random() < 0.65 else "-"
    if sign == "-":
        a, b = max(a, b), min(a, b)
    total = a + b if sign == "+" else a - b
    spoken = {"+": "plus", "-": "minus"}[sign]
    question = r.choice(["What is {a} {s} {b}?", "{a} {s} {b}", "{a} {s} {b} = ?", "Compute {a} {s} {b}.", "{a}{s}{b}",
                         "How much is {a} {w} {b}?", "Calculate {a} {s} {b}", "What is {a} {w} {b}?", "What's {a} {s} {b}?",
                         "What is {a}{s}{b}?"]).format(a=a, b=b, s=sign, w=spoken)
    steps = column_sum(a, b) if sign == "+" else column_difference(a, b)
    told = f"{a} {sign} {b} = {total}"
    return maybe_system(r) + render.user(question) + render.thought(". ".join(steps) + f". {told}", told)
