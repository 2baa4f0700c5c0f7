"""Dual activations of the hat and the cubic B-spline from correlation 0.5 to 1 - 1e-12, to 25 digits, dual_kinked.csv: one
integral over conditional means, cut at the kinks and next to them. And the tangent kernel of the hat, depth 3, sigma_w = 1.4,
sigma_b = 0.3, of nearly equal points of the plane, deep_kinked.csv: the recursion in as many digits."""
from math import comb
import sys

from mpmath import binomial, ceil, erfc, exp, mp, mpf, pi, quad, sqrt

mp.dps = 40
REACH = mpf(13)


def sf(x):
    return erfc(x / sqrt(mpf(2))) / 2


def pdf(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def cubic_bspline():
    pieces = []
    for a in range(-2, 2):
        c = [mpf(0)] * 4
        for j in range(a + 3):
            t, s = 2 - j, mpf((-1) ** j * comb(4, j)) / 6
            for i, b in enumerate([t**3, 3 * t * t, 3 * t, 1]):
                c[i] += s * b
        pieces.append((a, a + 1, c))
    return pieces


# (from, to, coefficients of 1, z, z^2, ...)
PIECES = {
    "hat": [(-1, 0, [mpf(1), mpf(1)]), (0, 1, [mpf(1), mpf(-1)])],
    "bspline:order=4": cubic_bspline(),
}


def derivative(p):
    return [(a, b, [i * c for i, c in enumerate(cs)][1:]) for a, b, cs in p]


def value(p, x):
    for a, b, cs in p:
        if a <= x < b:
            return sum(c * x**i for i, c in enumerate(cs))
    return mpf(0)


def conditional_mean(p, m, t):
    """E[p(m + tZ)]."""
    total = mpf(0)
    for a, b, cs in p:
        n = len(cs)
        about = [sum(cs[i] * binomial(i, j) * m ** (i - j) for i in range(j, n)) for j in range(n)]
        lo, hi = (a - m) / t, (b - m) / t
        mass = sf(lo) - sf(hi) if lo > 0 else sf(-hi) - sf(-lo)
        moments = [mass, pdf(lo) - pdf(hi)]
        for j in range(2, n):
            moments.append((j - 1) * moments[j - 2] + lo ** (j - 1) * pdf(lo) - hi ** (j - 1) * pdf(hi))
        total += sum(about[j] * t**j * moments[j] for j in range(n))
    return total


def knots(p):
    return sorted({k for a, b, _ in p for k in (mpf(a), mpf(b))})


def dual(p, s1, s2, defect, sign):
    rho, c = sign * (1 - defect), sqrt(defect * (2 - defect))
    at = knots(p)
    if defect == 0:
        cuts = {k / s for k in at for s in (s1, sign * s2)} | {-REACH, REACH}
        cuts = sorted(x for x in cuts if abs(x) <= REACH)
        return quad(lambda x: value(p, s1 * x) * value(p, sign * s2 * x) * pdf(x), cuts)
    cuts = {k / s1 for k in at}
    for k in at:
        z = k / s2 / rho
        cuts.add(z)
        if abs(rho) > 0.3:
            cuts |= {z + w * c / abs(rho) for w in (-14, -8, -3, -1, 1, 3, 8, 14)}
    lo, hi = max(-REACH, at[0] / s1), min(REACH, at[-1] / s1)
    ends = [lo] + sorted(x for x in cuts if lo < x < hi) + [hi]
    fine = [ends[0]]
    for x in ends[1:]:
        start, n = fine[-1], int(ceil(x - fine[-1])) or 1
        fine += [start + (x - start) * i / n for i in range(1, n + 1)]
    return quad(lambda x: value(p, s1 * x) * pdf(x) * conditional_mean(p, s2 * rho * x, s2 * c), fine, maxdegree=5)


def norm(p, s):
    ends = sorted({min(max(k / s, -REACH), REACH) for k in knots(p)})
    return sqrt(quad(lambda x: value(p, s * x) ** 2 * pdf(x), ends))


def table(out):
    out.write("# made by generate_dual_kinked.py\nactivation;q11;q22;sign;defect;nngp;derivative;nngp_size;derivative_size\n")
    defects = [float(f"1e-{k}") for k in range(1, 13)] + [0.5, 0.9]
    laws = {
        "hat": [(1, 1), (0.5, 0.5), (0.5, 0.50000001), (0.3, 2.0), (4, 4), (25, 20), (0.01, 0.02), (1, 1.001)],
        "bspline:order=4": [(1, 1.2), (0.3, 0.3), (4, 3)],
    }
    for name, pairs in laws.items():
        p, d = PIECES[name], derivative(PIECES[name])
        for q1, q2 in pairs:
            s1, s2 = sqrt(mpf(q1)), sqrt(mpf(q2))
            sizes = [norm(f, s1) * norm(f, s2) for f in (p, d)]
            for defect in defects if name == "hat" else defects[::3]:
                for sign in (1, -1) if defect in (0.1, 0.5, 1e-6) else (1,):
                    values = [dual(f, s1, s2, mpf(defect), sign) for f in (p, d)]
                    fields = [name, q1, q2, sign, repr(defect)] + [mp.nstr(v, 25) for v in values]
                    out.write(";".join(map(str, fields + [mp.nstr(s, 10) for s in sizes])) + "\n")


def tangent(p, x, y, depth):
    weight, bias = mpf(1.4) ** 2, mpf(0.3) ** 2
    d = derivative(p)
    inner = lambda a, b: sum(mpf(u) * mpf(v) for u, v in zip(a, b))
    q1, q2, q12 = (weight * inner(a, b) / len(x) + bias for a, b in ((x, x), (y, y), (x, y)))
    theta = q12
    for layer in range(depth):
        s1, s2 = sqrt(q1), sqrt(q2)
        defect = 1 - q12 / (s1 * s2)
        value, slope = (dual(f, s1, s2, defect, 1) for f in (p, d))
        if layer + 1 == depth:
            return value + theta * slope
        q1, q2, q12 = (weight * v + bias for v in (dual(p, s1, s1, 0, 1), dual(p, s2, s2, 0, 1), value))
        theta = q12 + weight * theta * slope


def deep(out):
    out.write("# made by generate_dual_kinked.py\nx1;x2;y1;y2;ntk\n")
    for exponent in (1, 3, 5, 7, 9):
        h = 10.0**-exponent
        x, y = (0.8, -0.5), (0.8 + h, -0.5 + 2 * h)
        out.write(";".join(map(repr, x + y)) + ";" + mp.nstr(tangent(PIECES["hat"], x, y, 3), 25) + "\n")
        out.flush()


if __name__ == "__main__":
    with open("deep_kinked.csv", "w") as out:
        deep(out)
    with open("dual_kinked.csv", "w") as out:
        table(out)
