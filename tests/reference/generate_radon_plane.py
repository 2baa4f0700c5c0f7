"""radon_plane.csv: kernels of Radon-spline ensembles in the plane, half-normal scales, uniform offsets, outputs trained.

E over (xi, gamma, s) by composite Gauss rules, one in the other: angles graded towards the directions across x - x', where the mean over
offsets has a cusp; scales by octaves up to sigma, then in steps of sigma; offsets graded towards both zero-planes and cut there.
24 nodes a panel; 18 nodes agree to 1e-15 of size = sqrt(K(x,x) K(x',x')).
Usage: python generate_radon_plane.py > radon_plane.csv
"""

import sys

import numpy as np
from numpy.polynomial.legendre import leggauss

ACTIVATIONS = {"arctan": np.arctan, "softsign": lambda z: z / (1 + abs(z))}
CASES = [
    ("arctan", 13.7, 1.88, (5.0, 0.0), (3.0, 4.0)),
    ("arctan", 13.7, 1.88, (12.4, 0.0), (6.0, 8.0)),
    ("softsign", 3.0, 1.0, (0.8, 0.0), (-0.3, 0.4)),
    ("softsign", 3.0, 1.0, (0.8, 0.0), (-1.6, 0.0)),
]


def panels(edges, nodes):
    x, w = leggauss(nodes)
    edges = np.asarray(edges)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def kernel(phi, radius, std, x, y, nodes):
    s, ws = panels(np.concatenate([[0], std * 2.0 ** np.arange(-9, 0), std * np.arange(1, 10)]), nodes)
    ws = ws * 2 * np.exp(-((s / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
    x, y = np.array(x), np.array(y)
    d = x - y
    across = np.arctan2(d[1], d[0]) + np.pi / 2
    a, wa = panels(np.concatenate([[0], np.pi / 2 * 2.0 ** np.arange(-12, 1)]), nodes)
    away = np.concatenate([[0], 2.0 ** np.arange(-7, 20)]) / (4 * std)
    total = 0.0
    for theta, w in zip(np.concatenate([across + a, across - a]), np.concatenate([wa, wa]) / np.pi):
        xi = np.array([np.cos(theta), np.sin(theta)])
        low, high = sorted((xi @ x, xi @ y))
        middle = (low + high) / 2
        left, right = low + away, high - away
        ends = np.concatenate([[-radius, radius, low, high], low - away, high + away, left[left < middle], right[right > middle]])
        c, wc = panels(np.unique(ends[abs(ends) <= radius]), nodes)
        product = phi(s[:, None] * (xi @ x - c)) * phi(s[:, None] * (xi @ y - c))
        total += w * (ws @ (product @ wc)) / (2 * radius)
    return total


if __name__ == "__main__":
    print("# made by generate_radon_plane.py")
    print("activation,radius,std,x,y,value,size")
    for name, radius, std, x, y in CASES:
        phi = ACTIVATIONS[name]
        of = lambda a, b, nodes=24: kernel(phi, radius, std, a, b, nodes)
        value, size = of(x, y), np.sqrt(of(x, x) * of(y, y))
        print(f"{name} {abs(value - of(x, y, 18)) / size:.1e}", file=sys.stderr)
        point = lambda p: f"{p[0]} {p[1]}"
        print(f"{name},{radius},{std},{point(x)},{point(y)},{value:.17e},{size:.17e}")
