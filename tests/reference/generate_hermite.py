"""Hermite coefficients of piecewise polynomials at standard deviations from 1e-3 to 1e3, hermite.csv: Gauss-Legendre rules
between knots on panels far shorter than the wavelength, in 40 digits. The last column is sqrt(E[phi^2])."""
from fractions import Fraction
from math import comb
import sys

from mpmath import ceil, exp, mp, mpf, pi, sqrt

mp.dps = 50
REACH = mpf(17)
DEGREES = [0, 1, 2, 3, 4, 5, 8, 13, 20, 41, 64, 111, 200]
SIGMAS = ["1e-3", "0.05", "0.3", "0.8", "1.7", "4", "12", "90", "1e3"]


def bspline(order):
    """(from, to, coefficients of 1, z, ...) of the centred cardinal B-spline."""
    half = Fraction(order, 2)
    factorial = 1
    for i in range(1, order):
        factorial *= i
    pieces = []
    for k in range(order):
        c = [Fraction(0)] * order
        for j in range(k + 1):
            # (-1)^j C(order, j) (z + half - j)^(order-1)/(order-1)!
            shift, sign = half - j, (-1) ** j * comb(order, j)
            for i in range(order):
                c[i] += Fraction(sign * comb(order - 1, i), factorial) * shift ** (order - 1 - i)
        pieces.append((k - half, k + 1 - half, c))
    return pieces


INF = None
PIECES = {
    "hat": bspline(2),
    "bspline:order=3": bspline(3),
    "bspline:order=4": bspline(4),
    "bspline:order=7": bspline(7),
    "hard-tanh": [(INF, -1, [-1]), (-1, 1, [0, 1]), (1, INF, [1])],
    "relu6": [(0, 6, [0, 1]), (6, INF, [6])],
    "piecewise:knots=-3/3,pieces=0/0_0.5_0.125/0_1": [(-3, 3, [0, 0.5, 0.125]), (3, INF, [0, 1])],
    "piecewise:knots=-1/0.5/3,pieces=-1/0_1_0.25/1/0_0.5": [
        (INF, -1, [-1]),
        (-1, 0.5, [0, 1, 0.25]),
        (0.5, 3, [1]),
        (3, INF, [0, 0.5]),
    ],
}


def number(x):
    x = Fraction(x)
    return mpf(x.numerator) / mpf(x.denominator)


def legendre(nodes):
    """Nodes and weights on [-1, 1] by Newton's method."""
    found = []
    for i in range(nodes):
        x = mp.cos(pi * (i + mpf(3) / 4) / (nodes + mpf(1) / 2))
        for _ in range(8):
            p, q = mpf(1), mpf(0)
            for k in range(nodes):
                p, q = ((2 * k + 1) * x * p - k * q) / (k + 1), p
            slope = nodes * (x * p - q) / (x * x - 1)
            x -= p / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return found


RULE = legendre(24)
# Of the longest panel: the highest degree has wavelength 2 pi/sqrt(200) = 0.44.
LONGEST = mpf("0.5")


def coefficients(pieces, sigma):
    highest = DEGREES[-1]
    sums, square = [mpf(0)] * (highest + 1), mpf(0)
    for a, b, cs in pieces:
        lo = -REACH if a is INF else max(number(a) / sigma, -REACH)
        hi = REACH if b is INF else min(number(b) / sigma, REACH)
        if hi <= lo:
            continue
        cs = [number(c) for c in cs]
        panels = int(ceil((hi - lo) / LONGEST))
        half = (hi - lo) / panels / 2
        for i in range(panels):
            for t, w in RULE:
                x = lo + half * (2 * i + 1 + t)
                f = sum(c * (sigma * x) ** k for k, c in enumerate(cs))
                weight = half * w * exp(-x * x / 2) / sqrt(2 * pi) * f
                square += weight * f
                h, before = mpf(1), mpf(0)
                for n in range(highest + 1):
                    sums[n] += weight * h
                    h, before = (x * h - sqrt(mpf(n)) * before) / sqrt(mpf(n + 1)), h
    return sums, sqrt(square)


def main():
    with open(sys.argv[1], "w") as out:
        out.write("# made by generate_hermite.py\nactivation;sigma;degree;coefficient;size\n")
        for name, pieces in PIECES.items():
            for sigma in SIGMAS:
                sums, size = coefficients(pieces, mpf(float(sigma)))
                for n in DEGREES:
                    a = sums[n] if abs(sums[n]) > mpf("1e-35") * size else mpf(0)
                    out.write(f"{name};{sigma};{n};{mp.nstr(a, 25)};{mp.nstr(size, 10)}\n")


main()
