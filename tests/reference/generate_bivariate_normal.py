"""Writes tests/reference/bivariate_normal.csv: 50-digit orthant probabilities.

Run from anywhere: python3 tests/reference/generate_bivariate_normal.py (mpmath; a minute or two).
Deterministic. The correlation is tabulated as 1 - rho and 1 + rho, of which the smaller is exact.

The probability is computed as int_h^inf phi(u) Q((k - rho u)/sqrt(1-rho^2)) du, a different formula
from the one that the library integrates.
"""

import math
import random
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60


def phi(u):
    return mp.exp(-u * u / 2) / mp.sqrt(2 * mp.pi)


def sf(x):
    if abs(x) > 1e6:  # mpmath's erfc overflows far out
        return mpf(0 if x > 0 else 1)
    return mp.erfc(x / mp.sqrt(2)) / 2


def orthant(h, k, one_minus, one_plus):
    small = min(one_minus, one_plus)  # exact, the other one rounded
    rho = 1 - small if one_minus <= one_plus else small - 1
    c = mp.sqrt(small * (2 - small))
    if c == 0:
        if rho > 0:
            return sf(max(h, k))
        return max(sf(h) - sf(-k), mpf(0)) if h < -k else mpf(0)
    f = lambda u: phi(u) * sf((k - rho * u) / c)
    # Break points: the end, the step of the second factor (width c/|rho|), the bulk of the first,
    # and the maximum of the product.
    points = {h}
    centres = [(mpf(0), mpf(1)), (h, mpf(1) / (1 + abs(h)))]
    if rho != 0:
        centres.append((k / rho, c / abs(rho)))
    # The peak of the product where both are tails: the least exponent on the half-plane v = k.
    centres.append((rho * k, c))
    for centre, width in centres:
        for j in (-40, -20, -12, -8, -5, -3, -1.5, 0, 1.5, 3, 5, 8, 12, 20, 40):
            points.add(centre + j * width)
    points = sorted(x for x in points if x >= h)
    segments = list(zip(points, points[1:]))
    if points[-1] < 41:
        segments.append((points[-1], points[-1] + 60))
    # Segments below 1e-45 of the largest are left out.
    with mp.workdps(15):
        peaks = [max(f(x + (y - x) * i / 8) for i in range(9)) * (y - x) for x, y in segments]
    floor = max(peaks) * mpf(10) ** -45
    return mp.fsum(gauss(f, x, y) for (x, y), peak in zip(segments, peaks) if peak > floor)


def nodes(n):
    """Gauss-Legendre nodes and weights by Newton."""
    result = []
    for i in range(1, n + 1):
        x = mp.cos(mp.pi * (i - mpf(1) / 4) / (n + mpf(1) / 2))
        for _ in range(100):
            a, b = mpf(1), x
            for j in range(2, n + 1):
                a, b = b, ((2 * j - 1) * x * b - (j - 1) * a) / j
            derivative = n * (x * b - a) / (x * x - 1)
            step = b / derivative
            x -= step
            if abs(step) < mpf(10) ** -58:
                break
        result.append((x, 2 / ((1 - x * x) * derivative**2)))
    return result


RULES = {n: nodes(n) for n in (40, 56)}


def rule(f, a, b, n):
    half, centre = (b - a) / 2, (a + b) / 2
    return half * mp.fsum(w * f(centre + half * x) for x, w in RULES[n])


def gauss(f, a, b, depth=0):
    if b - a <= 0:
        return mpf(0)
    coarse, fine = rule(f, a, b, 40), rule(f, a, b, 56)
    if abs(coarse - fine) <= abs(fine) * mpf(10) ** -30 or abs(fine) < mpf(10) ** -360:
        return fine
    if depth > 12:
        raise ArithmeticError((a, b))
    middle = (a + b) / 2
    return gauss(f, a, middle, depth + 1) + gauss(f, middle, b, depth + 1)


def cases():
    """Tuples (h, k, one_minus, one_plus) of doubles."""
    rng = random.Random(7)

    def pair(small, positive):
        return (small, 2 - small) if positive else (2 - small, small)

    def law():
        small = math.exp(rng.uniform(-60, 0)) if rng.random() < 0.5 else rng.uniform(1e-3, 1)
        return pair(small, rng.random() < 0.5)

    # Knots of ordinary size, any correlation.
    for _ in range(60):
        yield (rng.gauss(0, 1.5), rng.gauss(0, 1.5), *law())
    # Tails.
    for _ in range(40):
        yield (rng.uniform(-12, 25), rng.uniform(-12, 25), *law())
    # Nearly equal or nearly opposite thresholds, to every scale: the boundary layers.
    for _ in range(60):
        h = rng.gauss(0, 2)
        gap = math.exp(rng.uniform(-40, 0)) * rng.choice((-1, 1))
        yield (h, rng.choice((-1, 1)) * h + gap, *law())
    # Tiny thresholds.
    for _ in range(30):
        yield (math.exp(rng.uniform(-50, 1)), math.exp(rng.uniform(-50, 1)) * rng.choice((-1, 1)), *law())
    # Around the library's change of method: p/tau and m tau near 1.
    for _ in range(60):
        tau = math.exp(rng.uniform(-3, 3))
        p = tau * math.exp(rng.uniform(-1.5, 1)) * rng.choice((-1, 1))
        m = math.exp(rng.uniform(-1.5, 1)) / tau
        small = 2 / (1 + max(tau, 1 / tau) ** 2)
        yield (p + m, p - m, *pair(small, tau > 1))
    # Special points and their neighbours.
    for h, k in ((0.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (0.0, -2.5), (2.0, 0.5)):
        for small, positive in ((1.0, True), (2.0**-53, True), (2.0**-53, False), (5e-324, True), (0.5, True), (0.5, False)):
            yield (h, k, *pair(small, positive))


if __name__ == "__main__":
    path = Path(__file__).with_name("bivariate_normal.csv")
    count = 0
    with open(path, "w", encoding="utf-8") as out:
        out.write(
            "# generated by tests/reference/generate_bivariate_normal.py (mpmath, 60 working digits,"
            " quadrature to 30); arguments: h k 1-rho 1+rho\n"
        )
        out.write("function,arguments,value\n")
        for case in cases():
            value = orthant(*[mpf(x) for x in case])
            if value > mpf(10) ** -300:
                out.write(f"orthant,{' '.join(map(repr, case))},{mp.nstr(value, 30)}\n")
                count += 1
    print(f"{count} rows, {path.stat().st_size} bytes")
