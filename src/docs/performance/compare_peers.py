#!/usr/bin/env python3
"""Compares Perigee with peers on one machine, on the same GGUF file.

    compare_peers.py MODEL.gguf --pairs 20 --perigee ./perigee --peer llama=DIR --peer ik=DIR [--tests load,prefill,decode,depth,together]
        [--tokens 128] [--least decode=15.1] [--distance ./core_distance]

DIR holds the peer's llama-bench (and for `together` llama-batched-bench), built elsewhere with its own flags; nothing is built here. In
every round Perigee and then each peer runs once, each in a process of its own, so that what else the machine does hits all. Printed are each
run, what others took of the CPUs meanwhile, and at the end for each test and peer the medians in tokens/s and the median of the paired ratios
with its 95 % interval (order statistics); for a test named by --least once more for the pairs alone whose peer gave that many tokens/s, for a
peer far below what it gives elsewhere says little. Peers' commits and the machine's instruction sets are printed first. Needs Python and Linux.

A host may move a virtual machine's CPUs between dies while pairs run, and memory with them: two dies read up to 1.6 times what one does. With
--distance (core_distance.c of this folder, built) the CPUs' distance is measured before and after every run, and at the end each test is summarised
once more for the pairs alone through which it stayed the same.

Tests: load: seconds from the start of the process to one token, the peer's weights mapped as stored (its whole process); prefill 512 tokens;
decode --tokens tokens of one sequence from an empty context; depth: the same after 4,096 tokens; together: so many of each of 8 sequences. All with 2
threads and steps of 512 tokens. ik's llama-batched-bench feeds every sequence token 0, so that all choose the same experts: change it to draw
tokens at random (three calls of common_batch_add), or it is flattered.
"""
import argparse
import json
import math
import os
import re
import statistics
import subprocess
import time

from compare_speed import busy, own

PROMPT, DEPTH, TOGETHER, THREADS = 512, 4096, 8, 2
SAME_DISTANCE = 2  # round trips within one die and between two differ by more than this factor
IK_BEST = '-mla 3 -fa 1 -fmoe 1 -rtr 1 -thp 1'.split()


def output_of(command, folder=None, errors=subprocess.DEVNULL):
    environment = dict(os.environ, LD_LIBRARY_PATH=folder) if folder else None
    # a peer runs in its own folder: some leave a log where they are started
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=folder).stdout


def perigee(program, model, tests, steps):
    found = {}
    if 'load' in tests:
        lines = output_of(program.split() + ['bench', '--model', model, '--threads', str(THREADS), '--prefill', '0', '--decode', '0'])
        found['load'] = next(line['seconds'] for line in map(json.loads, lines.splitlines()) if line['measured'] == 'first_token')
    for depths, sequences, wanted in (('0', '1', ('decode',)), (str(DEPTH), '1', ('depth',)), ('0', str(TOGETHER), ('together',))):
        if not set(wanted) & set(tests) and not (wanted == ('decode',) and 'prefill' in tests):
            continue
        decode = steps if wanted[0] in tests else 0
        prefill = PROMPT if wanted == ('decode',) and 'prefill' in tests else 0
        out = output_of(program.split() + ['bench', '--model', model, '--threads', str(THREADS), '--prefill', str(prefill), '--repeats', '1',
                                           '--decode', str(decode), '--depth', depths, '--sequences', sequences])
        for line in map(json.loads, out.splitlines()):
            if line['measured'] == 'prefill':
                found['prefill'] = line['tokens_per_second']
            elif line['measured'] == 'decode':
                found[wanted[0]] = round(line['sequences'] * line['steps'] / line['seconds'], 2)  # over all steps, as peers report it
    return found


def peer(kind, folder, model, tests, steps):
    best = IK_BEST if kind == 'ik' else ['-fa', '1']
    common = [f'{folder}/llama-bench', '-m', model, '-t', str(THREADS), '-ub', '512', '-r', '1', '-o', 'json'] + best
    found = {}
    if 'load' in tests:
        begun = time.monotonic()
        mapped = best[:best.index('-rtr')] if '-rtr' in best else best
        output_of([f'{folder}/llama-bench', '-m', model, '-t', str(THREADS), '-p', '0', '-n', '1', '-r', '1'] + mapped, folder)
        found['load'] = time.monotonic() - begun
    if 'prefill' in tests or 'decode' in tests:
        for line in json.loads(output_of(common + ['-p', str(PROMPT), '-n', str(steps)], folder)):
            found['prefill' if line['n_prompt'] else 'decode'] = line['avg_ts']
    if 'depth' in tests:
        deep = ['-p', '0', '-n', str(steps), '-d', str(DEPTH)] if kind == 'llama' else ['-p', '0', '-n', '0', '-gp', f'{DEPTH},{steps}']
        found['depth'] = json.loads(output_of(common + deep, folder))[-1]['avg_ts']
    room = str(max(1024, 2 * TOGETHER * steps))
    if 'together' in tests and kind == 'llama':
        out = output_of([f'{folder}/llama-batched-bench', '-m', model, '-t', str(THREADS), '-ub', '512', '-fa', 'on', '-c', room, '-npp', '1',
                         '-ntg', str(steps), '-npl', str(TOGETHER), '--output-format', 'jsonl'], folder)
        found['together'] = next(json.loads(line)['speed_tg'] for line in out.splitlines() if line.startswith('{'))
    if 'together' in tests and kind == 'ik':
        out = output_of([f'{folder}/llama-batched-bench', '-m', model, '-t', str(THREADS), '-ub', '512', '-c', room, '-npp', '1', '-ntg', str(steps),
                         '-npl', str(TOGETHER), '-mla', '3', '-fa', 'on', '-rtr', '-thp'], folder, subprocess.STDOUT)
        found['together'] = next(float(line.split('|')[8]) for line in out.splitlines() if re.match(r'\|\s+1 \|', line))
    return {test: found[test] for test in tests if test in found}


def interval(ratios):
    """The order statistics between which the median lies with at least 95 %; the extremes where there are fewer than six."""
    ordered, n = sorted(ratios), len(ratios)
    below = 0
    while sum(math.comb(n, i) for i in range(below + 1)) / 2 ** n <= 0.025:
        below += 1
    return ordered[max(0, below - 1)], ordered[min(n - 1, n - below)]


def summarise(title, name, pairs):
    if not pairs:
        return
    ratios = [a / b for a, b in pairs]
    low, high = interval(ratios)
    print(f'{title}: perigee {statistics.median(a for a, _ in pairs):.2f}, {name} {statistics.median(b for _, b in pairs):.2f}, '
          f'paired ratio {statistics.median(ratios):.3f} (95 % {low:.3f} to {high:.3f}), {len(pairs)} pairs')


def round_trip(program):
    """Nanoseconds from one CPU to the other and back, the median of a few rounds."""
    return statistics.median(float(found) for found in re.findall(r'(\d+) ns', output_of([program, '5'])))


def stayed(figures, names):
    """Whether the CPUs were as far apart before and after the runs of all of these."""
    trips = [trip for name in names for trip in figures[name, 'distance']]
    return max(trips) < SAME_DISTANCE * min(trips)


def describe(kind, folder, model):
    line = json.loads(output_of([f'{folder}/llama-bench', '-m', model, '-p', '1', '-n', '0', '-r', '1', '-t', str(THREADS), '-o', 'json'], folder))[0]
    print(f'{kind}: commit {line["build_commit"]}, run with {" ".join(IK_BEST) if kind == "ik" else "-fa 1"}; flags of its build:')
    cache = os.path.join(os.path.dirname(folder.rstrip('/')), 'CMakeCache.txt')
    if os.path.exists(cache):
        with open(cache) as flags:
            print('  ' + ' '.join(l.strip() for l in flags if re.match(r'(CMAKE_BUILD_TYPE|GGML_(NATIVE|AVX|AVX2|AVX512\w*)):\w+=\w', l)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model')
    parser.add_argument('--pairs', type=int, default=20)
    parser.add_argument('--perigee', default='./perigee')
    parser.add_argument('--peer', action='append', required=True)
    parser.add_argument('--tests', default='prefill,decode')
    parser.add_argument('--tokens', type=int, default=128)
    parser.add_argument('--least', action='append', default=[])
    parser.add_argument('--distance')
    order = parser.parse_args()
    least = {test: float(figure) for test, figure in (named.split('=', 1) for named in order.least)}
    tests = order.tests.split(',')
    if not least.keys() <= set(tests) - {'load'}:
        parser.error(f'--least takes tests in tokens/s that --tests names, not {", ".join(least.keys() - (set(tests) - {"load"}))}')
    order.model = os.path.abspath(order.model)
    peers = {kind: os.path.abspath(folder) for kind, folder in (named.split('=', 1) for named in order.peer)}
    with open('/proc/cpuinfo') as cpu:
        facts = cpu.read()
    print(re.search(r'model name\s*: (.*)', facts)[1], *sorted(set(re.findall(r'\b(?:avx2|avx512\w+|avx_vnni|amx\w+)\b', facts))))
    for kind, folder in peers.items():
        describe(kind, folder, order.model)
    distance = order.distance and os.path.abspath(order.distance)
    trip = round_trip(distance) if distance else None
    rounds = []
    for number in range(order.pairs):
        figures = {}
        for name in ['perigee', *peers]:
            before, mine, begun = busy(), own(), os.times().elapsed
            figures[name] = perigee(order.perigee, order.model, tests, order.tokens) if name == 'perigee' else \
                peer(name, peers[name], order.model, tests, order.tokens)
            others = max(0.0, busy() - before - (own() - mine)) / ((os.times().elapsed - begun) * os.cpu_count())
            line = f'{number + 1} {name}: {json.dumps(figures[name])}, others took {100 * others:.0f} % of the CPUs'
            if distance:
                earlier, trip = trip, round_trip(distance)
                figures[name, 'distance'] = earlier, trip
                line += f', which were {earlier:.0f} and {trip:.0f} ns apart'
            print(line, flush=True)
        rounds.append(figures)
    for name in peers:
        for test in tests:
            measured = [r for r in rounds if test in r[name]]
            pairs = [(r['perigee'][test], r[name][test]) for r in measured]
            summarise(f'{test} against {name}', name, pairs)
            if distance:
                summarise(f'{test} against {name}, the CPUs as far apart throughout', name,
                          [pair for pair, r in zip(pairs, measured) if stayed(r, ('perigee', name))])
            if test in least:
                fair = [(ours, theirs) for ours, theirs in pairs if theirs >= least[test]]
                summarise(f'{test} against {name} where it gave {least[test]:g}', name, fair)


if __name__ == "__main__":
    main()
