#!/usr/bin/env python3
"""Gradients of NNGP and tangent kernels with respect to a point: gradient.csv.

Kernels with 60 digits (closed dual activations; for ELU, hat and hard tanh one integral over closed conditional means; for tanh
the trapezoidal rule in both variables), differentiated by differences of fourth order with a step that leaves 18 digits or more. Names of activations as
arguments make the rows of these alone; elu, hat and tanh take some ten minutes each.
"""

import sys

from mpmath import mp, mpf, sqrt, pi, erf, exp, acos, asin, sin, cos, tanh, quad, log, ncdf, npdf

mp.dps = 60


def relu(p, q, r):
    s = sqrt(p * q)
    t = acos(r / s)
    return s * (sin(t) + (pi - t) * cos(t)) / (2 * pi), (pi - t) / (2 * pi)


def squared_relu(p, q, r):
    s = sqrt(p * q)
    t = acos(r / s)
    value = s**2 * (3 * sin(t) * cos(t) + (pi - t) * (1 + 2 * cos(t) ** 2)) / (2 * pi)
    return value, 4 * relu(p, q, r)[0]


def erf_dual(p, q, r):
    d = (1 + 2 * p) * (1 + 2 * q)
    return 2 / pi * asin(2 * r / sqrt(d)), 4 / pi / sqrt(d - 4 * r * r)


def gelu(p, q, r):
    a, b = 1 + p, 1 + q
    d = a * b - r * r
    upper = mpf(1) / 2 - acos(r / sqrt(a * b)) / (2 * pi)
    value = r * upper + (p * q - r * r + r * r * (1 / a + 1 / b)) / (2 * pi * sqrt(d))
    return value, upper + r * (1 / a + 1 / b + 1 / d) / (2 * pi * sqrt(d))


def sine2(p, q, r):
    return (
        exp(-2 * (p + q)) * (exp(4 * r) - exp(-4 * r)) / 2,
        4 * exp(-2 * (p + q)) * (exp(4 * r) + exp(-4 * r)) / 2,
    )


def gaussian(p, q, r):
    d = 1 + p + q + p * q - r * r
    return 1 / sqrt(d), r / d / sqrt(d)


def by_means(f, slope, mean, knots):
    """E[f(u)f(v)] and E[f'(u)f'(v)] with (E[f(v)], E[f'(v)]) = mean(m, t)."""

    def dual(p, q, r):
        t = sqrt(q - r * r / p)
        ends = sorted([-mpf(16)] + [k / sqrt(p) for k in knots] + [mpf(16)])
        fine = []
        for a, b in zip(ends, ends[1:]):
            fine += [a + (b - a) * i / 6 for i in range(6)]
        fine.append(ends[-1])
        value = quad(lambda x: f(sqrt(p) * x) * mean(r / p * sqrt(p) * x, t)[0] * npdf(x), fine)
        slopes = quad(lambda x: slope(sqrt(p) * x) * mean(r / p * sqrt(p) * x, t)[1] * npdf(x), fine)
        return value, slopes

    return dual


def elu_mean(m, t):
    x = m / t
    tail = exp(m + t * t / 2) * ncdf(-(x + t))
    return m * ncdf(x) + t * npdf(x) + tail - ncdf(-x), ncdf(x) + tail


elu = by_means(
    lambda z: z if z > 0 else mp.expm1(z),
    lambda z: mpf(1) if z > 0 else exp(z),
    elu_mean,
    [mpf(0)],
)


def ramp(m, t, a):
    x = (m - a) / t
    return (m - a) * ncdf(x) + t * npdf(x), ncdf(x)


def combination(terms):
    def mean(m, t):
        parts = [(c, ramp(m, t, a)) for c, a in terms]
        return sum(c * p[0] for c, p in parts), sum(c * p[1] for c, p in parts)

    return mean


hat = by_means(
    lambda z: max(mpf(0), 1 - abs(z)),
    lambda z: mpf(0) if abs(z) > 1 else (mpf(1) if z < 0 else mpf(-1)),
    combination([(1, mpf(-1)), (-2, mpf(0)), (1, mpf(1))]),
    [mpf(-1), mpf(0), mpf(1)],
)


def tanh_dual(p, q, r):
    step = mpf(1) / 10
    a, b = sqrt(p), r / sqrt(p)
    c = sqrt(q - r * r / p)
    nodes = [step * i for i in range(-105, 106)]
    weights = [step * npdf(x) for x in nodes]
    value = slopes = mpf(0)
    for x, w in zip(nodes, weights):
        u = tanh(a * x)
        one = two = mpf(0)
        for z, v in zip(nodes, weights):
            t = tanh(b * x + c * z)
            one += v * t
            two += v * (1 - t * t)
        value += w * u * one
        slopes += w * (1 - u * u) * two
    return value, slopes


def kernel(dual, kind, depth, weight, bias, x, y):
    d = len(x)
    dot = lambda a, b: sum(s * t for s, t in zip(a, b))
    p, q, r = (weight * dot(a, b) / d + bias for a, b in [(x, x), (y, y), (x, y)])
    theta = r
    for layer in range(depth):
        value, slope = dual(p, q, r)
        out = value + theta * slope if kind == "ntk" else value
        if layer + 1 == depth:
            return out
        # v = u is the limit of both; by a tiny distance from it, exact to 50 digits for what is used here.
        own = lambda s: dual_own(dual, s)
        p, q = weight * own(p) + bias, weight * own(q) + bias
        r = weight * value + bias
        theta = r + weight * theta * slope
    return None


def dual_own(dual, s):
    if dual is relu:
        return s / 2
    if dual is squared_relu:
        return 3 * s * s / 2
    return dual(s, s, s)[0]


def gradient(f, x, h):
    out = []
    for i in range(len(x)):
        at = lambda k: f([c + (k * h if j == i else 0) for j, c in enumerate(x)])
        out.append((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h))
    return out


def main():
    pairs = [
        (["0.7", "-0.4"], ["0.2", "1.1"], "1e-12"),
        (["1.5", "0.5"], ["1.50001", "0.49998"], "1e-15"),
        (["-0.3", "0.8"], ["0.4", "-1.0"], "1e-12"),
        (["2.5", "1.0"], ["0.05", "-0.02"], "1e-12"),
    ]
    closed = [
        ("relu", relu, 2),
        ("squared-relu", squared_relu, 2),
        ("erf", erf_dual, 2),
        ("gelu", gelu, 2),
        ("sin:frequency=2", sine2, 2),
        ("gaussian", gaussian, 2),
        ("elu", elu, 1),
        ("hat", hat, 1),
        ("tanh", tanh_dual, 1),
    ]
    wanted = sys.argv[1:]
    if not wanted:
        print("# made by generate_gradient.py")
        print("activation,depth,kind,weight_variance,bias_variance,x0,x1,y0,y1,g0,g1")
    for name, dual, most in closed:
        if wanted and name not in wanted:
            continue
        slow = name in ("elu", "hat", "tanh")
        for depth in range(1, most + 1):
            for weight, bias in [("1", "0"), ("2.25", "0.5")]:
                if depth == 2 and bias == "0" and name in ("erf", "gelu", "gaussian"):
                    continue
                if slow and bias == "0":
                    continue
                for kind in ["nngp", "ntk"]:
                    for x, y, h in pairs[: 2 if slow else 4]:
                        if name == "tanh" and kind == "nngp":
                            continue
                        mp.dps = 32 if slow else 60
                        step = mpf(h) * mpf("1e6" if slow else "1e4")
                        # Decimal numbers as the doubles that a program reads.
                        a, b = ([mpf(float(c)) for c in z] for z in (x, y))
                        f = lambda z: kernel(dual, kind, depth, mpf(weight), mpf(bias), z, b)
                        g = [mp.nstr(c, 22) for c in gradient(f, a, step)]
                        print(",".join([name, str(depth), kind, weight, bias, *x, *y, *g]), flush=True)


if __name__ == "__main__":
    main()
