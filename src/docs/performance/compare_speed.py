#!/usr/bin/env python3
"""Compares two builds on one machine: compare_speed.py ROUNDS 'OLD COMMAND' 'NEW COMMAND'

Both commands are `perigee bench …` of the respective build. They run in turns, ROUNDS times each, so that what else the machine does
hits both. For every figure that both print: the medians in tokens/s, and the median of the paired ratios with the smallest and largest.
The load average and the share of the CPU's time that other processes took in each run are printed too. Needs Python and Linux.
"""
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import time


def busy():
    with open('/proc/stat') as stat:
        ticks = [int(value) for value in stat.readline().split()[1:]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf('SC_CLK_TCK')


def own():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command):
    begun, before, mine = time.time(), busy(), own()
    out = subprocess.run(shlex.split(command), check=True, stdout=subprocess.PIPE, text=True).stdout
    elapsed = (time.time() - begun) * os.cpu_count()
    others = max(0.0, busy() - before - (own() - mine)) / elapsed
    figures = {}
    for line in map(json.loads, out.splitlines()):
        if 'tokens_per_second' in line:
            name = line['measured'] + ''.join(f' {key} {line[key]}' for key in ('tokens', 'depth', 'sequences') if key in line)
            figures[name] = line['tokens_per_second']
        elif line['measured'] == 'memory':
            figures['peak MiB'] = line['peak_mebibytes']
        elif line['measured'] == 'load':
            figures['load s'] = line['seconds']
    print(f'others took {100 * others:.0f} % of the CPUs, load average {os.getloadavg()[0]:.1f}: {json.dumps(figures)}', flush=True)
    return figures


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    pairs = [(run(sys.argv[2]), run(sys.argv[3])) for _ in range(int(sys.argv[1]))]
    for name in pairs[0][0]:
        old, new = [p[0][name] for p in pairs], [p[1][name] for p in pairs]
        ratios = [n / o for o, n in zip(old, new)]
        print(f'{name}: old {statistics.median(old):.2f}, new {statistics.median(new):.2f}, paired ratio '
              f'{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {len(pairs)} pairs')


if __name__ == "__main__":
    main()
