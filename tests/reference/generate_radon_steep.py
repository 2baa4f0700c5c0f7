"""Kernels of Radon-spline ensembles whose scales are drawn, or large beside the points, in one dimension: radon_steep.csv.

Columns: activation, offset law, its parameter, scale law, its parameters, group, x, y, value, size. E[v^2] = 1 and all rates 1;
size = sqrt(K(x,x) K(y,y)).

Gauss-Legendre rules of 40 points in extended precision (18 digits): for offsets panels that grow from 0 and from either projection
outwards, cut at all three; for scales panels that grow from 0. Sines with half-normal scales and exponentials with normal offsets by
mpmath, 30 digits: E[s^-1 sin(sw)] and the normal law integrated over 14 standard deviations about its tilted mean.
"""
import csv
import os

import mpmath as mp
import numpy as np

from generate_radon_smooth import legendre

mp.mp.dps = 30
L = np.longdouble
PI = L("3.14159265358979323846264338327950288")
F = {
    "tanh": np.tanh,
    "arctan": np.arctan,
    "softsign": lambda z: z / (1 + abs(z)),
    "sech": lambda z: 1 / np.cosh(np.clip(z, -11000, 11000)),
}


NODES, WEIGHTS = legendre(40)


def nodes(edges):
    e = np.array(sorted(set(edges)), dtype=L)
    m, h = (e[1:] + e[:-1]) / 2, (e[1:] - e[:-1]) / 2
    return (m[:, None] + h[:, None] * NODES).ravel(), (h[:, None] * WEIGHTS).ravel()


def graded(centre, low, high, width):
    out = [low, high] + [centre] * int(low < centre < high)
    for sign in (1, -1):
        t = width
        while low < centre + sign * t < high:
            out.append(centre + sign * t)
            t += max(width, t / 2)
    return out


def at_scale(f, s, u, v, law, p):
    if law == "uniform":
        high, density = p, lambda c: 1 / (2 * p) + 0 * c
    else:
        high, density = max(p, 1 / s) * L(10) ** 24, lambda c: 1 / (PI * p * (1 + (c / p) ** 2))
    edges = graded(L(0), -high, high, p / 2)
    for centre in (u, v):
        edges += graded(centre, -high, high, 1 / s)
    x, w = nodes(edges)
    with np.errstate(all="ignore"):
        return np.sum(w * density(x) * f(s * (u - x)) * f(s * (v - x)))


def kernel(name, law, width, scales, parameters, x, y):
    u, v, p = L(x), L(y), L(width)
    both = lambda s: (at_scale(F[name], s, u, v, law, p) + at_scale(F[name], s, -u, -v, law, p)) / 2
    a, *b = [L(t) for t in parameters.split()]
    if scales == "fixed":
        return both(a)
    if scales == "half-normal":
        edges = [L(0)] + [a * L(3) ** k / L(10) ** 7 for k in range(14)] + [a * (1 + L(i) * 3 / 4) for i in range(15)]
        edges = sorted(e for e in edges if e <= 11.5 * a)
        density = lambda s: np.sqrt(2 / PI) / a * np.exp(-s * s / (2 * a * a))
    else:
        edges, density = [a + (b[0] - a) * L(i) / 8 for i in range(9)], lambda s: 1 / (b[0] - a)
    s, w = nodes(edges)
    return sum(q * density(t) * both(t) for t, q in zip(s, w))


def sine(group, radius, std, x, y):
    """sin, uniform offsets, half-normal scales: (E[cos s(x-y)] -+ E[cos s(x+y) sin(2sR)/(2sR)])/2."""
    r, sigma, u, v = (mp.mpf(t) for t in (radius, std, x, y))
    mean = mp.exp(-((u - v) * sigma) ** 2 / 2)
    ring = mp.sqrt(mp.pi / 2) / sigma * sum(mp.erf((2 * r + t) * sigma / mp.sqrt(2)) for t in (u + v, -u - v)) / (4 * r)
    return (mean + (ring if group == "bias" else -ring)) / 2


def exponential(std, scale, x, y):
    """exp, normal offsets, scales trained at one scale."""
    sigma, s, x, y = (mp.mpf(t) for t in (std, scale, x, y))
    cuts = [-2 * s * sigma ** 2 + sigma * k for k in range(-14, 15)]

    def one(u, v):
        f = lambda c: mp.npdf(c, 0, sigma) * (u - c) * (v - c) * mp.exp(s * (u + v - 2 * c))
        return mp.quad(f, cuts)
    return (one(x, y) + one(-x, -y)) / 2


def rows():
    for name, law, width, scales, parameters, x, y in (
        ("tanh", "uniform", "13.7", "half-normal", "1.88", "0.5", "-0.3"),
        ("arctan", "uniform", "13.7", "half-normal", "1.88", "0.5", "-0.3"),
        ("tanh", "uniform", "13.7", "half-normal", "1.88", "11", "-3"),
        ("arctan", "uniform", "13.7", "half-normal", "1.88", "11", "-3"),
        ("softsign", "uniform", "3", "half-normal", "1", "0.5", "-0.3"),
        ("sech", "cauchy", "2.51", "uniform", "4.45 13.35", "0.5", "-0.3"),
        ("tanh", "uniform", "2", "fixed", "60", "1", "-0.3"),
        ("tanh", "uniform", "2", "fixed", "100", "1", "0.99"),
        ("tanh", "uniform", "2", "fixed", "1000", "2", "-0.3"),
        ("tanh", "uniform", "2", "fixed", "1000", "1", "0.999"),
    ):
        k = lambda a, b: kernel(name, law, width, scales, parameters, a, b)
        yield name, law, width, scales, parameters, "output", x, y, "%.19g" % k(x, y), "%.8g" % np.sqrt(k(x, x) * k(y, y))
    for group, radius, std in (("output", "1e4", "1"), ("bias", "1e4", "1"), ("bias", "10", "0.7"), ("output", "1.5", "2")):
        k = lambda a, b: sine(group, radius, std, a, b)
        x, y = "0.5", "-0.3"
        yield "sin", "uniform", radius, "half-normal", std, group, x, y, mp.nstr(k(x, y), 19), mp.nstr(mp.sqrt(k(x, x) * k(y, y)), 8)
    for std, scale in (("1", "0.5"), ("1", "2"), ("3", "1")):
        k = lambda a, b: exponential(std, scale, a, b)
        x, y = "0.5", "-0.3"
        yield "exp", "gaussian", std, "fixed", scale, "scale", x, y, mp.nstr(k(x, y), 19), mp.nstr(mp.sqrt(k(x, x) * k(y, y)), 8)


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "radon_steep.csv")
    with open(path, "w", newline="") as out:
        out.write("# made by generate_radon_steep.py\n")
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["activation", "law", "width", "scales", "scale", "group", "x", "y", "value", "size"])
        table.writerows(rows())
