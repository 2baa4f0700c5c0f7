"""Kernels of Radon-spline ensembles with smooth activations: radon_smooth.csv, and interpolants of these at wide
offsets: radon_smooth_interpolant.csv.

Columns: activation, dim, offset law, its parameter, scale law, its parameter, group, x, y, value, size. Points are written with blanks
between coordinates; further coordinates are 0. E[v^2] = 1 and all rates 1; size = sqrt(K(x,x) K(y,y)).

Composite Gauss-Legendre along the offsets, panels growing from either projection outwards, in extended precision (18 digits; erf
has 16); for directions the two of one dimension, the trapezoidal rule on the circle, or one angle for points on one line through the
origin. The interpolants with 34 digits (mpmath).
"""
import csv
import numpy as np
from scipy.special import erf as erf64, ndtr
from mpmath import mp, mpf
import mpmath

mp.dps = 34
L = np.longdouble
PI = L("3.14159265358979323846264338327950288")


def sech(z):
    e = np.exp(-abs(z))
    return 2 * e / (1 + e * e)


def cdf(z):
    return L(1) * ndtr(np.asarray(z, dtype=np.float64))


FEATURES = {
    "tanh": (np.tanh, lambda z: sech(z) ** 2),
    "erf": (lambda z: L(1) * erf64(np.asarray(z, dtype=np.float64)), lambda z: 2 / np.sqrt(PI) * np.exp(-z * z)),
    "gaussian": (lambda z: np.exp(-z * z / 2), lambda z: -z * np.exp(-z * z / 2)),
    "sech": (sech, lambda z: -sech(z) * np.tanh(z)),
    "sigmoid": (lambda z: (1 + np.tanh(z / 2)) / 2, lambda z: sech(z / 2) ** 2 / 4),
    "softplus": (lambda z: np.log1p(np.exp(-abs(z))) + np.maximum(z, 0), lambda z: 1 / (1 + np.exp(-z))),
    "gelu": (lambda z: z * cdf(z), lambda z: cdf(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * PI)),
    "arctan": (np.arctan, lambda z: 1 / (1 + z * z)),
    "sin": (np.sin, np.cos),
}
GROUPS = {  # feature, power of s
    "output": (lambda f, g, z: f(z), 0),
    "offset": (lambda f, g, z: g(z), 2),
    "scale": (lambda f, g, z: z * g(z), -2),
    "bias": (lambda f, g, z: g(z), 0),
    "weight": (lambda f, g, z: g(z), 0),
    "direction": (lambda f, g, z: g(z), 2),
}


def legendre(n):
    """Nodes and weights, the double ones improved by Newton's method."""
    x = L(1) * np.polynomial.legendre.leggauss(n)[0]
    for _ in range(3):
        p, q = np.ones_like(x), x
        for k in range(2, n + 1):
            p, q = q, ((2 * k - 1) * x * q - (k - 1) * p) / k
        d = n * (x * q - p) / (x * x - 1)
        x = x - q / d
    return x, 2 / ((1 - x * x) * d * d)


NODES, WEIGHTS = legendre(24)


def composite(f, cuts):
    cuts = np.array(cuts, dtype=L)
    m, h = (cuts[1:] + cuts[:-1]) / 2, (cuts[1:] - cuts[:-1]) / 2
    return np.sum((h[:, None] * WEIGHTS) * f(m[:, None] + h[:, None] * NODES))


def cuts(law, p, s, u, v, far):
    """Edges of the panels."""
    number = mpf if isinstance(p, mpf) else L
    steps = [number(0)]
    while steps[-1] < far + 2:
        steps.append(steps[-1] + max(number(3) / 4 / s if steps[-1] < 10 / s else number(0), steps[-1] / 2))
    found = {-far, far, number(0)}
    for centre in (u, v):
        found |= {centre + t for t in steps} | {centre - t for t in steps}
    if law != "uniform":
        fine = number(0)
        while fine < far:
            fine += max(p, fine / 2 if law == "cauchy" else number(0))
            found |= {fine, -fine}
    inside = sorted(c for c in found if -far <= c <= far)
    thin = [inside[0]]
    for c in inside[1:]:
        if c - thin[-1] > min(1 / s, far) / 10 ** 6 or c == inside[-1]:
            thin.append(c)
    return thin


def offsets(law, p, s, u, v, f):
    """E over the offsets of f."""
    if law == "uniform":
        far, density = p, lambda c: 1 / (2 * p)
    elif law == "gaussian":
        far, density = 11 * p, lambda c: np.exp(-c * c / (2 * p * p)) / (p * np.sqrt(2 * PI))
    else:
        far, density = max(p, 1 / s) * L(10) ** 22, lambda c: 1 / (PI * p * (1 + (c / p) ** 2))
    value = composite(lambda c: density(c) * f(c), cuts(law, p, s, u, v, far))
    if law == "cauchy":  # constant tails
        value += np.arctan2(p, far) / PI * (f(far) + f(-far))
    return value


def along(name, group, s, law, p, u, v):
    f, g = FEATURES[name]
    feature, power = GROUPS[group]
    with np.errstate(under="ignore", over="ignore"):
        return s ** power * offsets(law, p, s, u, v, lambda c: feature(f, g, s * (u - c)) * feature(f, g, s * (v - c)))


def at_scale(name, dim, law, parameter, s, group, x, y):
    inner = sum(a * b for a, b in zip(x, y))

    def both(u, v):
        factor = {"weight": inner, "direction": inner - u * v}.get(group, L(1))
        return factor * along(name, group, s, law, parameter, u, v)
    if dim == 1:
        return (both(x[0], y[0]) + both(-x[0], -y[0])) / 2
    if dim == 2:
        count = 48
        turn = lambda p, t: p[0] * np.cos(t) + p[1] * np.sin(t)
        angles = [2 * PI * i / count for i in range(count)]
        return sum(both(turn(x, t), turn(y, t)) for t in angles) / count
    assert all(a == 0 for a in x[1:] + y[1:])
    mass = L(str(mpmath.gamma(mpf(dim) / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(mpf(dim - 1) / 2))))
    density = lambda t: mass * (1 - t * t) ** (L(dim - 3) / 2)
    each = np.vectorize(lambda t: both(x[0] * t, y[0] * t), otypes=[L])
    return composite(lambda t: density(t) * each(t), [L(i) / 2 for i in range(-2, 3)])


def kernel(name, dim, law, parameter, scales, width, group, x, y):
    if scales == "fixed":
        return at_scale(name, dim, law, L(parameter), L(width), group, x, y)
    w = L(width)
    density = lambda s: np.sqrt(2 / PI) / w * np.exp(-s * s / (2 * w * w))
    each = np.vectorize(lambda s: at_scale(name, dim, law, L(parameter), s, group, x, y), otypes=[L])
    edges = [L(0)] + [w * L(2) ** k for k in range(-26, 1)] + [w * k for k in range(2, 11)]
    return composite(lambda s: density(s) * each(s), edges)


def rows():
    x1, y1 = ("0.5",), ("-0.3",)
    for name in ("tanh", "erf", "gaussian", "sech", "softplus", "arctan", "gelu"):
        for radius in ("1", "10", "48", "100", "1e3", "1e4", "1e6", "1e8"):
            yield name, 1, "uniform", radius, "fixed", "1", "output", x1, y1
    for radius in ("1e-6", "1e-3"):
        small = ((f"5e-{int(radius[3:]) + 1}",), (f"-2.5e-{int(radius[3:]) + 1}",))
        for name in ("tanh", "softplus", "gaussian"):
            yield name, 1, "uniform", radius, "fixed", "1", "output", *small
    for group in ("offset", "scale", "bias", "weight"):
        for radius in ("2", "1e2", "1e6"):
            for name in ("tanh", "gelu", "sigmoid"):
                yield name, 1, "uniform", radius, "fixed", "1.5", group, x1, y1
    for law in ("gaussian", "cauchy"):
        for width in ("1e-3", "0.3", "1", "10", "100", "1e6"):
            for name in ("tanh", "erf", "gaussian"):
                yield name, 1, law, width, "fixed", "1", "output", x1, y1
            yield "softplus" if law == "gaussian" else "arctan", 1, law, width, "fixed", "2", "output", x1, y1
            yield "tanh", 1, law, width, "fixed", "1", "scale", x1, y1
    for name, radius, scale in (("tanh", "2", "40"), ("tanh", "1e4", "40"), ("gaussian", "1e4", "40"), ("erf", "1e5", "0.001")):
        yield name, 1, "uniform", radius, "fixed", scale, "output", x1, y1
    x2, y2 = ("0.5", "0.2"), ("-0.3", "0.6")
    for name, law, width, group in (("tanh", "uniform", "100", "output"), ("gaussian", "uniform", "1e4", "output"),
                                    ("tanh", "uniform", "1e3", "direction"), ("softplus", "uniform", "1e4", "direction"),
                                    ("tanh", "cauchy", "50", "output"), ("erf", "gaussian", "30", "weight")):
        yield name, 2, law, width, "fixed", "1", group, x2, y2
    for dim in (3, 20):
        for name, law, width, group in (("sech", "uniform", "1e4", "output"), ("erf", "uniform", "100", "output"),
                                        ("tanh", "gaussian", "100", "output"), ("tanh", "uniform", "1e3", "direction")):
            yield name, dim, law, width, "fixed", "1", group, x1, y1
    for name, radius in (("tanh", "2"), ("tanh", "1e3"), ("gaussian", "1e3")):
        yield name, 1, "uniform", radius, "half-normal", "1", "output", x1, y1


def sines():
    """By the mean of products of sines, for offsets where quadrature would count waves."""
    for law, width, x, y in (("uniform", "1e8", "0.5", "-0.3"), ("cauchy", "3", "0.5", "-0.3"),
                             ("gaussian", "1e3", "0.5", "-0.3"), ("uniform", "1e-6", "5e-7", "-2.5e-7")):
        p, u, v = mpf(width), mpf(x), mpf(y)
        chi = {"uniform": mpmath.sin(2 * p) / (2 * p), "cauchy": mpmath.exp(-2 * p), "gaussian": mpmath.exp(-2 * p * p)}[law]
        pair = lambda a, b: (mpmath.cos(a - b) - mpmath.cos(a + b) * chi) / 2
        yield "sin", 1, law, width, "fixed", "1", "output", x, y, mp.nstr(pair(u, v), 20), mp.nstr(mpmath.sqrt(pair(u, u) * pair(v, v)), 8)


def exactly(name, law, p, u, v):
    """The kernel of outputs, d = 1, s = 1, in mpmath's precision; tails must be reached within 60."""
    far = {"uniform": p, "gaussian": 13 * p, "cauchy": mpf(80)}[law]
    density = {
        "uniform": lambda c: 1 / (2 * p),
        "gaussian": lambda c: mpmath.exp(-c * c / (2 * p * p)) / (p * mpmath.sqrt(2 * mpmath.pi)),
        "cauchy": lambda c: 1 / (mpmath.pi * p * (1 + (c / p) ** 2)),
    }[law]
    f = {"tanh": mpmath.tanh, "erf": mpmath.erf,
         "softplus": lambda z: mpmath.log1p(mpmath.exp(-abs(z))) + max(z, mpf(0))}[name]
    rule = exact_legendre(24)
    total = mpf(0)
    for sign in (1, -1):
        edges = cuts(law, p, mpf(1), sign * u, sign * v, far)
        for a, b in zip(edges, edges[1:]):
            m, h = (a + b) / 2, (b - a) / 2
            total += h * sum(w * density(m + h * x) * f(sign * u - m - h * x) * f(sign * v - m - h * x) for x, w in rule)
        if law == "cauchy":
            total += 2 * mpmath.atan2(p, far) / mpmath.pi
    return total / 2


RULES = {}


def exact_legendre(n):
    if n not in RULES:
        RULES[n] = []
        for i in range(n):
            x = mpmath.findroot(lambda t: mpmath.legendre(n, t), float(np.polynomial.legendre.leggauss(n)[0][i]))
            d = n * (x * mpmath.legendre(n, x) - mpmath.legendre(n - 1, x)) / (x * x - 1)
            RULES[n].append((x, 2 / ((1 - x * x) * d * d)))
    return RULES[n]


def interpolants():
    """Predictions, d = 1, from the whole Gram matrix in many digits."""
    points = [mpf(t) for t in ("-0.9", "-0.4", "0.1", "0.5", "0.8")]
    targets = [mpf(t) for t in ("0.1", "-0.5", "0.3", "0.7", "-0.2")]
    tests = [mpf("-0.6"), mpf("0.3")]
    for name, law, width in (("tanh", "uniform", "1e3"), ("tanh", "uniform", "1e8"), ("erf", "uniform", "48"),
                             ("softplus", "uniform", "1e4"), ("tanh", "gaussian", "1e4"), ("tanh", "cauchy", "1e4")):
        k = lambda a, b: exactly(name, law, mpf(width), a, b)
        gram = mpmath.matrix(5, 5)
        for i in range(5):
            for j in range(i, 5):
                gram[i, j] = gram[j, i] = k(points[i], points[j])
        rows = [[k(p, t) for p in points] for t in tests]
        for ridge in ("0", "1e-3"):
            a = mpmath.lu_solve(gram + mpf(ridge) * mpmath.eye(5), mpmath.matrix(targets))
            values = [sum(a[i] * row[i] for i in range(5)) for row in rows]
            yield name, law, width, ridge, *(mp.nstr(v, 17) for v in values)


def write(path, header, lines):
    with open(path, "w", newline="") as out:
        out.write("# made by generate_radon_smooth.py\n")
        table = csv.writer(out, lineterminator="\n")
        table.writerow(header)
        for line in lines:
            table.writerow(line)


def values():
    for *case, x, y in rows():
        a, b = [L(t) for t in x], [L(t) for t in y]
        k = lambda p, q: kernel(*case, p, q)
        yield *case, " ".join(x), " ".join(y), f"{k(a, b):.19g}", f"{np.sqrt(k(a, a) * k(b, b)):.8g}"
    yield from sines()


if __name__ == "__main__":
    import os
    here = os.path.dirname(os.path.abspath(__file__))
    write(os.path.join(here, "radon_smooth.csv"),
          ["activation", "dim", "law", "width", "scales", "scale", "group", "x", "y", "value", "size"], values())
    write(os.path.join(here, "radon_smooth_interpolant.csv"),
          ["activation", "law", "width", "ridge", "first", "second"], interpolants())
