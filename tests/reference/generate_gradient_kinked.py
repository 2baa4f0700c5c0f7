#!/usr/bin/env python3
"""Gradients of deep kernels of continuous piecewise linear activations at points next to each other: gradient_kinked.csv.

The recursion over layers, differentiated by Price's theorem and Stein's identity, in 60 digits. With phi = a + sum J (z - t)+ all means are closed
in orthant probabilities P(U > h, V > k), the upper tail at correlation 1 less an integral over correlations up to 1.
"""

import random

from mpmath import acos, cos, erfc, exp, mp, mpf, pi, quad, sin, sqrt

mp.dps = 60

ACTIVATIONS = {
    "hat": (0, [(-1, 1), (0, -2), (1, 1)]),
    "hard-tanh": (-1, [(-1, 1), (1, -1)]),
}


def pdf(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def tail(z):
    return erfc(z / sqrt(mpf(2))) / 2


def orthant(h, k, t):
    """P(U > h, V > k) for correlation cos t."""
    if t == 0:
        return tail(max(h, k))
    density = lambda s: exp(-((h - k) ** 2 + 4 * h * k * sin(s / 2) ** 2) / (2 * sin(s) ** 2)) / (2 * pi)
    return tail(max(h, k)) - quad(density, [0, t / 4, t / 2, t])


def ramp(m, s):
    """E[(m + sZ)+]."""
    return m * tail(-m / s) + s * pdf(m / s) if s else max(m, mpf(0))


def ramps(h, k, t):
    """E[(U - h)+(V - k)+]."""
    both, r, s = orthant(h, k, t), cos(t), sin(t)
    if s == 0:
        m = max(h, k)
        return (1 + h * k) * both + (m - h - k) * pdf(m)
    of_u = lambda h, k: pdf(h) * tail((k - r * h) / s)
    one, two = of_u(h, k), of_u(k, h)
    return (r + h * k) * both + s * pdf(h) * pdf((k - r * h) / s) - k * one - h * two


def layer(name, s1, s2, t):
    """E[phi phi], E[phi' phi'], E[u phi'(u) phi(v)], E[u phi''(u) phi'(v)], E[phi'' phi''] for standard deviations s1, s2 and correlation cos t."""
    a, bends = ACTIVATIONS[name]
    c, side = s1 * s2 * cos(t), s2 * sin(t)
    value, slope, stretch, slope_stretch, curve = mpf(a) ** 2, mpf(0), mpf(0), mpf(0), mpf(0)
    for z, i in bends:
        h, m = z / s1, cos(t) * s2 * z / s1
        density = i * pdf(h) / s1
        value += a * i * (ramp(-mpf(z), s1) + ramp(-mpf(z), s2))
        stretch += s1**2 * density * (a + sum(j * ramp(m - y, side) for y, j in bends))
        for y, j in bends:
            k = y / s2
            value += i * j * s1 * s2 * ramps(h, k, t)
            slope += i * j * orthant(h, k, t)
            if side:
                slope_stretch += z * density * j * tail((y - m) / side)
                curve += density * j * pdf((y - m) / side) / side
    return value, slope, stretch + c * slope, slope_stretch, curve


def gradient(name, depth, kind, weight, bias, x, y):
    inner = lambda u, v: sum(s * t for s, t in zip(u, v))
    alpha, beta = mpf(weight) ** 2, mpf(bias) ** 2
    rate = alpha / len(x)
    p, q, c = (rate * inner(u, v) + beta for u, v in [(x, x), (y, y), (x, y)])
    dp, dc = [2 * rate * e for e in x], [rate * e for e in y]
    theta, dtheta = c, dc
    along = lambda f, g: [f * a + g * b for a, b in zip(dc, dp)]
    for step in range(depth):
        s1, s2 = sqrt(p), sqrt(q)
        sigma, dot, stretch, turn, curve = layer(name, s1, s2, acos(c / (s1 * s2)))
        # Both stretches leave the correlation as it is, these leave q12.
        dsigma, ddot = along(dot, (stretch - c * dot) / (2 * p)), along(curve, (turn - c * curve) / (2 * p))
        dproduct = [dtheta[i] * dot + theta * ddot[i] for i in range(len(x))]
        if step + 1 == depth:
            return [a + b for a, b in zip(dsigma, dproduct)] if kind == "ntk" else dsigma
        one, two = layer(name, s1, s1, mpf(0)), layer(name, s2, s2, mpf(0))
        dp = [alpha * one[2] / p * e for e in dp]
        p, q = alpha * one[0] + beta, alpha * two[0] + beta
        c, dc = alpha * sigma + beta, [alpha * e for e in dsigma]
        theta = c + alpha * theta * dot
        dtheta = [a + alpha * b for a, b in zip(dc, dproduct)]


def main():
    random.seed(6)
    print("# made by generate_gradient_kinked.py")
    print("activation,depth,kind,weight_std,bias_std,x0,x1,y0,y1,g0,g1")
    for name in ACTIVATIONS:
        for depth in (1, 2, 3):
            for kind in ("nngp", "ntk"):
                for bias in (0.0, 0.5, 2.0):
                    for distance in random.sample([1e-2, 1e-4, 1e-6, 1e-8, 1e-9, 1e-11, 1e-13, 1e-15], 3):
                        x = [random.gauss(0, 1) for _ in range(2)]
                        v = list(x) if random.random() < 0.3 else [random.gauss(0, 1) for _ in range(2)]
                        length = sum(c * c for c in v) ** 0.5
                        y = [a + distance * b / length for a, b in zip(x, v)]
                        if x == y:
                            continue
                        settings = (name, depth, kind, random.choice([1.0, 1.4]), bias)
                        found = gradient(*settings, [mpf(e) for e in x], [mpf(e) for e in y])
                        print(",".join([*map(str, settings), *map(repr, x + y), *(mp.nstr(g, 20) for g in found)]), flush=True)


if __name__ == "__main__":
    main()
