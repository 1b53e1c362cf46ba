#!/usr/bin/env python3
"""Tokens a second and time to the first text through the HTTP API of a running Perigee, for some clients at once.

    api_speed.py http://localhost:8080 API_KEY [--clients 1,16] [--requests 80] [--rounds 2]

Each client asks for short stories of at most 128 tokens, streamed, one after the other. The first round warms up and is not told. Needs Python.
"""
import argparse
import json
import statistics
import threading
import time
import urllib.request

ANIMALS = 'cat', 'dog', 'bird', 'fish'
MAX_TOKENS = 128


def ask(address, key, number):
    """Seconds to the first text, and tokens."""
    body = {'model': 'moonlet', 'stream': True, 'stream_options': {'include_usage': True}, 'max_tokens': MAX_TOKENS, 'seed': number,
            'messages': [{'role': 'user', 'content': f'Tell me a short story about a {ANIMALS[number % len(ANIMALS)]}.'}]}
    request = urllib.request.Request(address + '/v1/chat/completions', json.dumps(body).encode(),
                                     {'Authorization': 'Bearer ' + key, 'Content-Type': 'application/json'})
    begun, first, tokens = time.monotonic(), None, 0
    with urllib.request.urlopen(request) as answer:
        for line in answer:
            if not line.startswith(b'data: {'):
                continue
            chunk = json.loads(line[len(b'data: '):])
            if first is None and chunk.get('choices') and chunk['choices'][0]['delta'].get('content'):
                first = time.monotonic() - begun
            if chunk.get('usage'):
                tokens = chunk['usage']['completion_tokens']
    return first, tokens


def measure(address, key, clients, requests):
    answers = []

    def client(number):
        for i in range(requests // clients):
            answers.append(ask(address, key, number * requests + i))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    firsts = [1000 * first for first, _ in answers]
    return (f'{clients} clients, {len(answers)} requests: {sum(tokens for _, tokens in answers) / seconds:.0f} tokens/s, '
            f'first text after {statistics.median(firsts):.0f} ms (median), {max(firsts):.0f} ms (worst)')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('address')
    parser.add_argument('key')
    parser.add_argument('--clients', default='1,16')
    parser.add_argument('--requests', type=int, default=80)
    parser.add_argument('--rounds', type=int, default=2)
    options = parser.parse_args()
    for round_number in range(options.rounds + 1):
        for clients in map(int, options.clients.split(',')):
            told = measure(options.address.rstrip('/'), options.key, clients, options.requests)
            if round_number > 0:
                print(told, flush=True)


if __name__ == '__main__':
    main()
