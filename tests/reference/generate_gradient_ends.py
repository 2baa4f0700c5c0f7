#!/usr/bin/env python3
"""Gradients of deep kernels of smooth and of kinked activations at points next to each other, opposite, equal or on one ray: gradient_ends.csv.

The recursion over layers, differentiated by Price's theorem and Stein's identity, in 50 digits. Means over (u, v) are Gauss-Legendre rules in u
and in v given u, split at the kinks and about them on the scale of v - u; the distance of a layer's correlation to 1 or -1 from E[(phi(u) -+ phi(v))^2].
Names of activations as arguments make the rows of these alone; all take some hours, of which the table has what was finished. After `few` the names
get tangent kernels at eight pairs 1e-2, 1e-7, 1e-13 and 0 from x or -x, which the table has of those that the longer run did not reach; after `mixed` they get the
Jacobian of the tangent kernel's gradient in x' at depth 1, by differences over 1e-9 of the distance (1e-17 of it is lost): gradient_ends_mixed.csv.
"""

import random
import sys

from mpmath import acos, atan, cosh, erf, erfc, exp, expm1, log, log1p, mp, mpf, pi, sin, cos, sqrt, tanh

mp.dps = 50
REACH = mpf(11)


def legendre(n):
    found = []
    for i in range(n):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            a, b = mpf(1), x
            for k in range(2, n + 1):
                a, b = b, ((2 * k - 1) * x * b - (k - 1) * a) / k
            slope = n * (x * b - a) / (x * x - 1)
            x -= b / slope
        found.append((x, 2 / ((1 - x * x) * slope**2)))
    return found


def hermite(n):
    """For the normal law."""
    he = lambda n, x: mp.hermite(n, x / sqrt(mpf(2))) / sqrt(mpf(2)) ** n
    found = []
    for x in mp.polyroots(mp.taylor(lambda x: he(n, x), 0, n)[::-1], maxsteps=200, extraprec=400):
        found.append((x, mp.factorial(n) / (n * he(n - 1, x)) ** 2))
    return found


RULE, HERMITE = legendre(14), hermite(20)


def pieces(knots, polynomials):
    """phi, phi', phi'' of a continuous piecewise polynomial."""
    knots = [mpf(k) for k in knots]
    derive = lambda p: [k * c for k, c in enumerate(p)][1:]
    orders = []
    for p in polynomials:
        p = [mpf(c) for c in p]
        orders.append([p, derive(p), derive(derive(p))])

    def at(z):
        k = sum(knot < z for knot in knots)
        found = []
        for p in orders[k]:
            total = mpf(0)
            for c in reversed(p):
                total = total * z + c
            found.append(total)
        return found

    bends = []
    for k, knot in enumerate(knots):
        slope = lambda p: sum(c * knot**i for i, c in enumerate(p))
        bends.append((knot, slope(orders[k + 1][1]) - slope(orders[k][1])))
    return at, bends


def smooth(function):
    return function, []


def of_tanh(z):
    t = tanh(z)
    return t, 1 - t * t, -2 * t * (1 - t * t)


def of_sigmoid(z):
    s = 1 / (1 + exp(-z))
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def of_silu(z):
    s, d, c = of_sigmoid(z)
    return z * s, s + z * d, 2 * d + z * c


def of_softplus(z):
    s, d, _ = of_sigmoid(z)
    return log1p(exp(z)), s, d


def of_mish(z):
    l, s, d = of_softplus(z)
    t = tanh(l)
    a = 1 - t * t
    b = -2 * t * a
    return z * t, t + z * a * s, 2 * a * s + z * (b * s * s + a * d)


def of_gelu(z):
    p, n = erfc(-z / sqrt(mpf(2))) / 2, exp(-z * z / 2) / sqrt(2 * pi)
    return z * p, p + z * n, (2 - z * z) * n


def of_erf(z):
    n = 2 / sqrt(pi) * exp(-z * z)
    return erf(z), n, -2 * z * n


def of_gaussian(z):
    n = exp(-z * z / 2)
    return n, -z * n, (z * z - 1) * n


def elu(factor, alpha, width):
    """factor z, or factor alpha (e^{z/width} - 1)."""
    factor, alpha, width = mpf(factor), mpf(alpha), mpf(width)

    def at(z):
        if z > 0:
            return factor * z, factor, mpf(0)
        e = exp(z / width)
        return factor * alpha * expm1(z / width), factor * alpha / width * e, factor * alpha / width**2 * e

    return at, [(mpf(0), factor - factor * alpha / width)]


def softsign(z):
    a = 1 + abs(z)
    return z / a, 1 / a**2, (-2 if z > 0 else 2) / a**3


def kinked_sum(z):
    t = [mpf("0.3") * e for e in of_tanh(z)]
    return (t[0] + z, t[1] + 1, t[2]) if z > 0 else t


def peak(z):
    e = exp(-abs(z))
    return e, -e if z > 0 else e, e


def shifted(base, scale, by):
    """Of scale z + by."""
    scale, by = mpf(scale), mpf(by)
    at, bends = base

    def moved(z):
        a, b, c = at(scale * z + by)
        return a, scale * b, scale**2 * c

    return moved, [((z - by) / scale, abs(scale) * jump) for z, jump in bends]


def added(one, two):
    return lambda z: tuple(a + b for a, b in zip(one[0](z), two[0](z))), one[1] + two[1]


KINKED_SUM = "relu + 0.3*tanh"
SELU = ("1.0507009873554804934193349852946", "1.6732632423543772848170429916717")
# The function with the bends of phi, the length of panels and further kinks.
ACTIVATIONS = {
    "tanh": (*smooth(of_tanh), 1, []),
    "sigmoid": (*smooth(of_sigmoid), 2, []),
    "softplus": (*smooth(of_softplus), 2, []),
    "silu": (*smooth(of_silu), 2, []),
    "gelu": (*smooth(of_gelu), 2, []),
    "mish": (*smooth(of_mish), 1, []),
    "arctan": (*smooth(lambda z: (atan(z), 1 / (1 + z * z), -2 * z / (1 + z * z) ** 2)), 1, []),
    "erf": (*smooth(of_erf), 2, []),
    "sin": (*smooth(lambda z: (sin(z), cos(z), -sin(z))), 2, []),
    "gaussian": (*smooth(of_gaussian), 2, []),
    "softsign": (softsign, [], 1, [mpf(0)]),
    "elu": (*elu(1, 1, 1), 2, []),
    "selu": (*elu(*SELU, 1), 2, []),
    "celu:alpha=0.5": (*elu(1, 0.5, 0.5), 2, []),
    "relu6": (*pieces([0, 6], [[0], [0, 1], [6]]), 2, []),
    "hard-sigmoid": (*pieces([-3, 3], [[0], [0.5, mpf(1) / 6], [1]]), 2, []),
    "bspline:order=2": (*pieces([-1, 0, 1], [[0], [1, 1], [1, -1], [0]]), 2, []),
    "bspline:order=3": (*pieces([-1.5, -0.5, 0.5, 1.5], [[0], [1.125, 1.5, 0.5], [0.75, 0, -1], [1.125, -1.5, 0.5], [0]]), 2, []),
    "bspline:order=4": (
        *pieces([-2, -1, 0, 1, 2], [[0], [mpf(4) / 3, 2, 1, mpf(1) / 6], [mpf(2) / 3, 0, -1, -0.5], [mpf(2) / 3, 0, -1, 0.5], [mpf(4) / 3, -2, 1, -mpf(1) / 6], [0]]),
        2,
        [],
    ),
    KINKED_SUM: (kinked_sum, [(mpf(0), mpf(1))], 1, []),
}
PARABOLAS = "piecewise:knots=-1/0.5,pieces=0.5_0_0.5/1.25_0.5_0.25/0.625_2_-0.25"
ACTIVATIONS[PARABOLAS] = (*pieces([-1, 0.5], [[0.5, 0, 0.5], [1.25, 0.5, 0.25], [0.625, 2, -0.25]]), 2, [])
ACTIVATIONS |= {
    "selu(z-0.5)": (*shifted(elu(*SELU, 1), 1, -0.5), 2, []),
    "selu + selu(-z)": (*added(elu(*SELU, 1), shifted(elu(*SELU, 1), -1, 0)), 2, []),
    "formula:exp(-abs(z))": (peak, [(mpf(0), mpf(-2))], 2, []),
    "hard-tanh": (*pieces([-1, 1], [[-1], [0, 1], [1]]), 2, []),
}


def pdf(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def nodes(places, width, layers):
    """Of [-11, 11], split at the places and about them on their scale, with the law."""
    count = int(2 * REACH / width) + 1
    edges = [-REACH + 2 * REACH * i / count for i in range(count + 1)]
    for place in places:
        edges.append(place)
        for scale in layers:
            edges += [place + sign * k * scale for k in (1.5, 3, 4.5, 6, 8, 11) for sign in (-1, 1)]
    edges = sorted(e for e in set(edges) if abs(e) <= REACH)
    found = []
    for a, b in zip(edges, edges[1:]):
        half, middle = (b - a) / 2, (a + b) / 2
        found += [(middle + half * x, half * w * pdf(middle + half * x)) for x, w in RULE]
    return found


def layer(name, s1, s2, rho, sine):
    """E[phi phi], E[phi' phi'], E[u phi'(u) phi(v)], E[u phi''(u) phi'(v)], E[phi'' phi''], E[(phi(u) -+ phi(v))^2], E[phi(u)^2 - phi(v)^2]."""
    phi, bends, length, others = ACTIVATIONS[name]
    knots = [z for z, _ in bends] + others
    width = length / max(s1, s2, mpf(1))
    sign = 1 if rho > 0 else -1
    side = s2 * sine

    def given(u):
        """u's own, and means of phi, phi', phi'', (phi(u) -+ phi(v))^2 and phi(u)^2 - phi(v)^2."""
        m, own = rho * s2 / s1 * u, phi(u)
        if sine == 0:
            a, b, c = phi(sign * s2 / s1 * u)
            return own, [a, b, c, (own[0] - sign * a) ** 2, own[0] ** 2 - a * a]
        local = [(z - m) / side for z in knots]
        sums = [mpf(0)] * 5
        local = [z for z in local if abs(z) < REACH]
        for z, w in HERMITE if not local and side < 0.15 else nodes(local, width if side > 0.3 else 2, []):
            a, b, c = phi(m + side * z)
            parts = (a, b, c, (own[0] - sign * a) ** 2, (own[0] - a) * (own[0] + a))
            sums = [s + w * p for s, p in zip(sums, parts)]
        return own, sums

    places, scale = [z / s1 for z in knots], sine
    # Where v is at a knot for u there.
    places += [z * sign / (s2 * abs(rho)) for z in knots if sine and abs(rho) > 0.1] + ([z * sign / s2 for z in knots] if not sine else [])
    total = [mpf(0)] * 7
    for x, w in nodes(sorted(set(places)), width, [scale / abs(rho)] if knots and 0 < sine < 0.3 else []):
        (a, b, c), (ma, mb, mc, md, me) = given(s1 * x)
        parts = (a * ma, b * mb, s1 * x * b * ma, s1 * x * c * mb, c * mc, md, me)
        total = [s + w * p for s, p in zip(total, parts)]
    value, slope, stretch, turn, curve, apart, excess = total

    def beside(z, s, t):
        """Means of phi' and of phi'' with the deltas, of v given that u is z."""
        m, side = rho * t / s * z, t * sine
        if side == 0:
            left, right = phi(m - mpf(10) ** -45), phi(m + mpf(10) ** -45)
            return (left[1] + right[1]) / 2, mpf(0)
        local = [(y - m) / side for y in knots]
        found = nodes([y for y in local if abs(y) < REACH], 1, [])
        samples = [(phi(m + side * y), w) for y, w in found]
        deltas = sum((j * pdf((y - m) / side) / side for y, j in bends), mpf(0))
        return sum(f[1] * w for f, w in samples), sum(f[2] * w for f, w in samples), deltas

    for z, jump in bends:
        if not jump:
            continue
        density = jump * pdf(z / s1) / s1
        there = beside(z, s1, s2)
        turn += z * density * there[0]
        if sine:
            back = beside(z, s2, s1)
            curve += density * (there[1] + there[2]) + jump * pdf(z / s2) / s2 * back[1]
    return value, slope, stretch, turn, curve, apart, excess


def gradients(name, depths, weight, bias, x, y):
    """{(depth, kind): gradient}."""
    inner = lambda u, v: sum(s * t for s, t in zip(u, v))
    alpha, beta = mpf(weight) ** 2, mpf(bias) ** 2
    rate = alpha / len(x)
    p, q, c = (rate * inner(u, v) + beta for u, v in [(x, x), (y, y), (x, y)])
    sign = 1 if c > 0 else -1
    sine = sqrt(max(p * q - c * c, mpf(0)) / (p * q)) if x != y and x != [-e for e in y] else (mpf(0) if sign > 0 or not beta else sqrt(1 - c * c / (p * q)))
    if sine < mpf(10) ** -24:
        sine = mpf(0)
    dp, dc = [2 * rate * e for e in x], [rate * e for e in y]
    theta, dtheta = c, dc
    along = lambda f, g: [f * a + g * b for a, b in zip(dc, dp)]
    found = {}
    for step in range(depths):
        s1, s2 = sqrt(p), sqrt(q)
        rho = c / (s1 * s2) if sine else mpf(1 if c > 0 else -1)
        sigma, dot, stretch, turn, curve, apart, excess = layer(name, s1, s2, rho, sine)
        # Both stretches leave the correlation as it is, these leave q12. At the ends it is at its largest.
        dsigma = along(dot, (stretch - c * dot) / (2 * p))
        ddot = along(curve, (turn - c * curve) / (2 * p)) if sine else along(mpf(0), turn / (2 * p))
        dproduct = [dtheta[i] * dot + theta * ddot[i] for i in range(len(x))]
        found[step + 1, "nngp"] = dsigma
        found[step + 1, "ntk"] = [a + b for a, b in zip(dsigma, dproduct)]
        if step + 1 == depths:
            break
        one, two = layer(name, s1, s1, mpf(1), mpf(0)), layer(name, s2, s2, mpf(1), mpf(0))
        dp = [alpha * one[2] / p * e for e in dp]
        near = rho > 0 or beta == 0
        p, q = alpha * one[0] + beta, alpha * two[0] + beta
        c, dc = alpha * sigma + beta, [alpha * e for e in dsigma]
        # sqrt(pq) -+ c = (E[(phi -+ phi)^2] alpha - (sqrt p - sqrt q)^2)/2.
        if (rho > 0 and c > 0) or (rho < 0 and c < 0 and beta == 0):
            short = (alpha * apart - (alpha * excess / (sqrt(p) + sqrt(q))) ** 2) / 2 / sqrt(p * q)
            sine = sqrt(max(short * (2 - short), mpf(0)))
            if sine < mpf(10) ** -22:
                sine = mpf(0)
        else:
            sine = sqrt(max(1 - c * c / (p * q), mpf(0)))
            # Of an even function opposite points are equal.
            sine = mpf(0) if sine < mpf(10) ** -20 else sine
        theta = c + alpha * theta * dot
        dtheta = [a + alpha * b for a, b in zip(dc, dproduct)]
    return found


def pairs(random):
    x = [random.gauss(0, 1) for _ in range(2)]
    turned = [random.gauss(0, 1) for _ in range(2)]
    length = sum(c * c for c in turned) ** 0.5
    for sign in (1, -1):
        for distances in ([1e-1, 1e-3], [1e-5, 1e-7, 1e-9], [1e-11, 1e-13, 1e-15]):
            distance = random.choice(distances)
            bias = random.choice([0.0, 0.5])
            yield bias, x, [sign * (a + distance * b / length) for a, b in zip(x, turned)]
        yield 0.0, x, [sign * c for c in x]
        yield 0.0, x, [sign * c * 1.5 for c in x]
    yield 0.5, x, list(x)


def few():
    x = [0.8, -1.1]
    for sign in (1, -1):
        for distance, bias in zip([1e-2, 1e-7, 1e-13, 0.0], [0.0, 0.5, 0.0, 0.5]):
            yield bias, x, [sign * (a + distance * b) for a, b in zip(x, [0.6, 0.8])]


def row(name, depth, kind, bias, numbers, expected):
    cells = [name, str(depth), kind, "1.2", str(bias), *map(repr, numbers), *(mp.nstr(e, 20) for e in expected)]
    print(",".join(cells), flush=True)


def mixed(name):
    """The Jacobian, row by row of x."""
    for bias, x, y in [(0.3, [0.7, -0.4], [0.2, 1.1]), *(p for p in few() if p[1] != p[2] and p[1] != [-c for c in p[2]])]:
        apart = min(sum((mpf(a) - sign * mpf(b)) ** 2 for a, b in zip(x, y)) for sign in (1, -1)) ** mpf(0.5)
        step = mpf(10) ** -9 * apart
        columns = []
        for j in range(2):
            moved = lambda s: [mpf(c) + (s if i == j else 0) for i, c in enumerate(y)]
            up, down = (gradients(name, 1, 1.2, bias, [mpf(e) for e in x], moved(s))[1, "ntk"] for s in (step, -step))
            columns.append([(a - b) / (2 * step) for a, b in zip(up, down)])
        row(name, 1, "ntk", bias, x + y, [columns[j][i] for i in range(2) for j in range(2)])


def main():
    mode = sys.argv[1] if sys.argv[1:2] in (["few"], ["mixed"]) else None
    names = sys.argv[2:] if mode else sys.argv[1:]
    print("# made by generate_gradient_ends.py" + (" mixed" if mode == "mixed" else ""))
    print("activation,depth,kind,weight_std,bias_std,x0,x1,y0,y1," + ("m00,m01,m10,m11" if mode == "mixed" else "g0,g1"))
    for index, name in enumerate(ACTIVATIONS):
        if names and name not in names:
            continue
        if mode == "mixed":
            mixed(name)
            continue
        for bias, x, y in few() if mode else pairs(random.Random(index)):
            found = gradients(name, 2, 1.2, bias, [mpf(e) for e in x], [mpf(e) for e in y])
            for (depth, kind), g in found.items():
                # Two layers of a kinked function without closed means take seconds in double precision.
                if name == KINKED_SUM and depth == 2 or mode and kind == "nngp":
                    continue
                row(name, depth, kind, bias, x + y, g)


if __name__ == "__main__":
    main()
