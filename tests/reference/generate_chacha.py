#!/usr/bin/env python3
"""Writes chacha.csv: the first two u64 of the library's random streams, by an independent ChaCha12.

The seed is expanded to a key as rand_core 0.10 documents for `seed_from_u64` (PCG32, XSH-RR,
increment 11634580027462260723); the stream is the 64-bit nonce (words 14, 15), the block counter words 12, 13.
Streams: hidden neuron i: 4i, output weight i: 4i + 1, epoch e: 4e + 2.
"""
import os
import struct

M32, M64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


def key(seed):
    state, words = seed, []
    for _ in range(8):
        state = (state * 6364136223846793005 + 11634580027462260723) & M64
        xorshifted = (((state >> 18) ^ state) >> 27) & M32
        rot = state >> 59
        words.append(((xorshifted >> rot) | (xorshifted << (32 - rot))) & M32)
    return words


def quarter(x, a, b, c, d):
    for i, j, k, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        x[i] = (x[i] + x[j]) & M32
        x[k] ^= x[i]
        x[k] = ((x[k] << r) | (x[k] >> (32 - r))) & M32


def block(key_words, counter, stream, rounds=12):
    start = list(struct.unpack("<4I", b"expand 32-byte k")) + key_words
    start += [counter & M32, counter >> 32, stream & M32, stream >> 32]
    x = list(start)
    for _ in range(rounds // 2):
        for q in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                  (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(x, *q)
    return [(a + b) & M32 for a, b in zip(x, start)]


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "chacha.csv"), "w") as f:
    f.write("# generate_chacha.py: independent ChaCha12; use 0 hidden, 1 output, 2 epoch\n")
    f.write("seed,use,index,first,second\n")
    for seed in (0, 1, 123456789012345):
        for use, index in ((0, 0), (0, 5), (1, 3), (2, 1)):
            w = block(key(seed), 0, 4 * index + use)
            f.write(f"{seed},{use},{index},{w[0] | w[1] << 32},{w[2] | w[3] << 32}\n")
