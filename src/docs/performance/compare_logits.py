#!/usr/bin/env python3
"""How far two files of logits are apart: compare_logits.py VOCABULARY WANTED FOUND

Both are what `perigee logits` writes (float32 little-endian, a row a position). Prints the mean Kullback-Leibler divergence of FOUND from
WANTED in nats, the largest of a position, the relative distance |found - wanted| / |wanted| over all logits, and the share of positions
with the same top token. Needs Python alone.
"""
import array
import math
import sys


def rows(path, width):
    values = array.array('f')
    with open(path, 'rb') as file:
        values.frombytes(file.read())
    if sys.byteorder == 'big':
        values.byteswap()
    if len(values) % width:
        sys.exit(f'{path}: {len(values)} values are no whole rows of {width}')
    return [values[i:i + width] for i in range(0, len(values), width)]


def log_sum(row):
    top = max(row)
    return top + math.log(math.fsum(math.exp(value - top) for value in row))


def divergence(wanted, found):
    shift = log_sum(found) - log_sum(wanted)
    own = log_sum(wanted)
    return math.fsum(math.exp(w - own) * (w - f + shift) for w, f in zip(wanted, found))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    width = int(sys.argv[1])
    wanted, found = rows(sys.argv[2], width), rows(sys.argv[3], width)
    if len(wanted) != len(found):
        sys.exit(f'{len(wanted)} and {len(found)} positions')
    divergences = [divergence(w, f) for w, f in zip(wanted, found)]
    difference = math.fsum((f - w) ** 2 for a, b in zip(wanted, found) for w, f in zip(a, b))
    size = math.fsum(w * w for a in wanted for w in a)
    same = sum(a.index(max(a)) == b.index(max(b)) for a, b in zip(wanted, found))
    print(f'positions {len(wanted)}, mean KL {math.fsum(divergences) / len(wanted):.3e}, largest {max(divergences):.3e}, '
          f'relative {math.sqrt(difference / size):.3e}, same top token {100 * same / len(wanted):.1f} %')


main()
