#!/usr/bin/env python3
"""Reference values of the Radon form of the seminorm and of the variation norm of Gaussians (mpmath, 25 digits).

The density of exp(-|x|^2/(2w^2)) for a homogeneous activation of degree k with jump J = k! (ReLU^k) in dimension d,
    alpha(g) = (c/pi) Re i^{k+1} int_0^inf W^{d+k} fhat(W) e^{iWg} dW / J,  c = (2pi)^{1-d} |S^{d-1}|/2,
is Kummer's function; it is then integrated over the offsets g.

Writes radon_form.csv: rows `<what>,<d k w ...>,<value>`:
    gaussian      d k w sigma_w sigma_b     int alpha^2/p_eff, w ~ N(0, sigma_w^2/d), b ~ N(0, sigma_b^2)
    cauchy        d k w scale               the same, offsets Cauchy, scale s = 1
    independent   d k w a b                 E_xi of the same, entries of the weight uniform on [-a, a], bias on [-b, b] (d = 2)
    variation     d k w                     int |alpha|
"""
from pathlib import Path
from mpmath import mp, mpf, pi, exp, gamma, hyp1f1, quad, factorial, inf, findroot, sqrt, cos, sin

mp.dps = 25


def kummer(a, b, x, odd):
    """1F1(a; b; -x): in odd dimensions e^{-x} times a polynomial."""
    return exp(-x) * hyp1f1(b - a, b, x, zeroprec=400) if odd else hyp1f1(a, b, -x)


def alpha(d, k, w):
    c = (2 * pi) ** (1 - d) * pi ** (mpf(d) / 2) / gamma(mpf(d) / 2)
    front = c / pi * (2 * pi) ** (mpf(d) / 2) * w**d / factorial(k)
    n, a = d + k, w**2 / 2
    # Re i^{k+1} e^{iWg}: -cos, sin, cos, -sin for k = 1, 2, 3, 4.
    sign = {0: -1, 1: -1, 2: 1, 3: 1}[k % 4]
    if k % 2 == 1:
        half = mpf(n + 1) / 2
        return lambda g: front * sign * gamma(half) / (2 * a**half) * kummer(half, mpf(1) / 2, g**2 / (4 * a), d % 2 == 1)
    half = mpf(n) / 2 + 1
    return lambda g: front * sign * g * gamma(half) / (2 * a**half) * kummer(half, mpf(3) / 2, g**2 / (4 * a), d % 2 == 1)


def surface(d):
    return 2 * pi ** (mpf(d) / 2) / gamma(mpf(d) / 2)


def p_gaussian(d, k, sw, sb):
    a, n = sw / sqrt(mpf(d)), d + 2 * k
    front = surface(d) * (2 * pi) ** (-mpf(d + 1) / 2) * a**-d / sb / 2 * gamma(mpf(n + 1) / 2)
    return lambda g: front * (2 / (a**-2 + (g / sb) ** 2)) ** (mpf(n + 1) / 2)


CUTS = [0, 1, 2, 4, 8, 16, 32, 100, 1000, inf]


def square(al, p):
    return 2 * quad(lambda g: al(g) ** 2 / p(g), CUTS)


rows = []


def row(what, arguments, value):
    rows.append(f"{what},{arguments},{mp.nstr(value, 20)}")


for d in (1, 2, 3):
    for k in (1, 2):
        al = alpha(d, k, mpf("1.25"))
        row("gaussian", f"{d} {k} 1.25 1.5 0.75", square(al, p_gaussian(d, k, mpf("1.5"), mpf("0.75"))))
    al = alpha(d, 1, mpf(2))
    row("cauchy", f"{d} 1 2.0 1.5", square(al, lambda g: 1 / (pi * mpf("1.5") * (1 + (g / mpf("1.5")) ** 2))))

# zeta = (2a)^-d (2b)^-1 S^{n+1}/(n+1), S = min(a/max|xi|, b/|g|), n = d + 2k.
d, k, w, a, b = 2, 1, mpf("1.5"), mpf("1.25"), mpf(1)
al = alpha(d, k, w)


def along(t):
    top = max(abs(cos(t)), abs(sin(t)))
    knee = b * top / a
    front = surface(d) / ((2 * a) ** d * 2 * b * (d + 2 * k + 1))
    inner = quad(lambda g: al(g) ** 2, [0, knee]) / (front * (a / top) ** (d + 2 * k + 1))
    outer = quad(lambda g: al(g) ** 2 * (g / b) ** (d + 2 * k + 1), [knee] + [c for c in CUTS if c > 0]) / front
    return 2 * (inner + outer)


mp.dps = 15
row("independent", "2 1 1.5 1.25 1.0", quad(along, [0, pi / 4], maxdegree=4) / (pi / 4))
mp.dps = 25

for d in (1, 2, 3):
    for k in (1, 2):
        al = alpha(d, k, mpf("1.25"))
        grid = [mpf(i) / 16 + mpf(1) / 37 for i in range(1, 240)]
        signs = [al(g) for g in grid]
        zeros = [findroot(al, (x, y), solver="anderson") for x, y, f, g in zip(grid, grid[1:], signs, signs[1:]) if f * g < 0]
        cuts = sorted(set([mpf(c) for c in CUTS[:-1]] + zeros)) + [inf]
        pieces = [abs(quad(al, [x, y])) for x, y in zip(cuts, cuts[1:])]
        row("variation", f"{d} {k} 1.25", 2 * sum(pieces))

Path(__file__).with_name("radon_form.csv").write_text(
    "# made by generate_radon_form.py (mpmath, 25 digits; independent 13)\nfunction,arguments,value\n" + "\n".join(rows) + "\n"
)
