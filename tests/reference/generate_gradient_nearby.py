#!/usr/bin/env python3
"""Gradients and mixed derivatives of deep kernels at points next to each other, opposite or on one ray: gradient_nearby.csv.

The recursion over layers of activations a z+^k + b (-z)+^k with closed arc-cosine functions (Cho & Saul 2009) in 160 digits, differentiated by
central differences whose steps of 1e-60 and 1e-45 leave more than 25 digits at distances down to 1e-15.
"""

import random

from mpmath import acos, mp, mpf, pi, sqrt

mp.dps = 160


def moment(k, r):
    """E[U+^k V+^k] of standard normal U, V with correlation r."""
    t, s = acos(r), sqrt((1 - r) * (1 + r))
    return [pi - t, s + (pi - t) * r, 3 * s * r + (pi - t) * (1 + 2 * r * r)][k] / (2 * pi)


def mean(k, a, b, p, q, c):
    """E[f(u)f(v)] for f(z) = a z+^k + b (-z)+^k."""
    s = sqrt(p * q)
    r = min(mpf(1), max(mpf(-1), c / s))
    return s**k * ((a * a + b * b) * moment(k, r) + 2 * a * b * moment(k, -r))


ACTIVATIONS = {
    "relu": (1, mpf(1), mpf(0)),
    "leaky-relu:slope=0.25": (1, mpf(1), -mpf(1) / 4),
    "abs": (1, mpf(1), mpf(1)),
    "relu-power:k=2": (2, mpf(1), mpf(0)),
}


def kernel(name, depth, kind, weight, bias, x, y):
    k, a, b = ACTIVATIONS[name]
    value = lambda p, q, c: mean(k, a, b, p, q, c)
    slope = lambda p, q, c: mean(k - 1, k * a, -k * b, p, q, c)
    inner = lambda u, v: sum(s * t for s, t in zip(u, v))
    alpha, beta = mpf(weight) ** 2, mpf(bias) ** 2
    p, q, c = (alpha / len(x) * inner(u, v) + beta for u, v in [(x, x), (y, y), (x, y)])
    theta = c
    for layer in range(depth):
        sigma, dot = value(p, q, c), slope(p, q, c)
        if layer + 1 == depth:
            return sigma + theta * dot if kind == "ntk" else sigma
        p, q = alpha * value(p, p, p) + beta, alpha * value(q, q, q) + beta
        c = alpha * sigma + beta
        theta = c + alpha * theta * dot


def moved(x, i, step):
    return [c + step if j == i else c for j, c in enumerate(x)]


def gradient(f, x, y):
    h = mpf(10) ** -60
    return [(f(moved(x, i, h), y) - f(moved(x, i, -h), y)) / (2 * h) for i in range(3)]


def mixed(f, x, y):
    h = mpf(10) ** -45
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    at = lambda i, j, s, t: s * t * f(moved(x, i, s * h), moved(y, j, t * h))
    return [sum(at(i, j, s, t) for s, t in signs) / (4 * h * h) for i in range(3) for j in range(3)]


def main():
    random.seed(5)
    print("# made by generate_gradient_nearby.py")
    names = [f"{n}{i}" for n in "xyg" for i in range(3)] + [f"m{i}{j}" for i in range(3) for j in range(3)]
    print("activation,depth,kind,weight_std,bias_std," + ",".join(names))
    cases = [
        # Differences once agreed that this gradient is (-0.10, …): they stepped over the cusp.
        (
            ("relu", 2, "ntk", 1.0, 2.0),
            [-0.6006404373946365, -0.2965429046860391, -1.1528370640713048],
            [-0.6006404358055145, -0.2965429041307033, -1.1528370623917228],
        )
    ]
    for name in ACTIVATIONS:
        for depth in (1, 2, 4):
            for kind in ("nngp", "ntk"):
                for bias in (0.0, 0.5, 2.0):
                    for distance in random.sample([1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13, 1e-15], 2):
                        x = [random.gauss(0, 1) for _ in range(3)]
                        v = list(x) if random.random() < 0.3 else [random.gauss(0, 1) for _ in range(3)]
                        sign = -1.0 if random.random() < 0.15 else 1.0
                        length = sum(c * c for c in v) ** 0.5
                        y = [sign * (a + distance * b / length) for a, b in zip(x, v)]
                        cases.append(((name, depth, kind, random.choice([1.0, 1.4]), bias), x, y))
    for settings, x, y in cases:
        f = lambda a, b: kernel(*settings, a, b)
        a, b = [mpf(c) for c in x], [mpf(c) for c in y]
        numbers = [mp.nstr(c, 20) for c in gradient(f, a, b) + mixed(f, a, b)]
        print(",".join([*map(str, settings), *map(repr, x + y), *numbers]), flush=True)


if __name__ == "__main__":
    main()
