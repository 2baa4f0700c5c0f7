"""Dual activations without closed form at large and unequal variances: dual_large.csv.

E[f(u)f(v)] by two nested composite Gauss-Legendre rules in 64-bit mantissas (18 digits), u = s1 x and v = rho u + tau w,
cut at the scales of f (graded about 0) and of the law. 17 digits or more are right; --check doubles all panels."""
import sys
import numpy as np
from mpmath import mp, mpf

mp.dps = 30
L = np.longdouble
POINTS = 12


def rule(n):
    x, w = [], []
    for x0 in np.polynomial.legendre.leggauss(n)[0]:
        z = mpf(float(x0))
        for _ in range(4):
            p, q = mpf(1), z
            for k in range(2, n + 1):
                p, q = q, ((2 * k - 1) * z * q - (k - 1) * p) / k
            slope = n * (z * q - p) / (z * z - 1)
            z -= q / slope
        x.append(z)
        w.append(2 / ((1 - z * z) * slope**2))
    return np.array([L(str(v)) for v in x]), np.array([L(str(v)) for v in w])


NODES, WEIGHTS = rule(POINTS)
ROOT = np.sqrt(L(2) * L(str(mp.pi)))


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z > 0, 1 / (1 + e), e / (1 + e))


def sech(z):
    e = np.exp(-np.abs(z))
    return 2 * e / (1 + e * e)


def mish(z):
    e = np.exp(-np.abs(z))
    return np.where(z > 0, (1 + 2 * e) / (1 + 2 * e + 2 * e * e), (2 * e + e * e) / (2 + 2 * e + e * e))


def mish_rise(z):
    e = np.exp(-np.abs(z))
    b = np.where(z > 0, 1 + 2 * e + 2 * e * e, 2 + 2 * e + e * e)
    return 4 * (1 + e) * np.where(z > 0, e * e, e) / b**2


def tanh(z):
    return np.tanh(z)


OPEN = {
    "tanh": (tanh, lambda z: sech(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "softplus": (lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), sigmoid),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z))),
    "mish": (lambda z: z * mish(z), lambda z: mish(z) + z * mish_rise(z)),
    "sech": (sech, lambda z: -sech(z) * tanh(z)),
    "arctan": (np.arctan, lambda z: 1 / (1 + z * z)),
    "softsign": (lambda z: z / (1 + np.abs(z)), lambda z: 1 / (1 + np.abs(z)) ** 2),
    "tanh + 0.3*relu": (lambda z: tanh(z) + L("0.3") * np.maximum(z, 0),
                        lambda z: sech(z) ** 2 + np.where(z > 0, L("0.3"), L(0))),
}
REACH = L(10)


def graded(far, refine):
    """0, and doubling away from it: what f, analytic off 0, wants."""
    ends, z = [L(0)], L(1) / 4
    while z < far:
        ends += [z, -z]
        z *= L(2) ** (L(1) / refine)
    return np.array(ends)


def nodes(ends):
    """Gauss-Legendre on every interval of the sorted last axis."""
    half = (ends[..., 1:] - ends[..., :-1]) / 2
    middle = (ends[..., 1:] + ends[..., :-1]) / 2
    z = middle[..., None] + half[..., None] * NODES
    w = half[..., None] * WEIGHTS
    return z.reshape(*z.shape[:-2], -1), w.reshape(*w.shape[:-2], -1)


def pdf(x):
    return np.exp(-x * x / 2) / ROOT


def mean_products(name, q11, q22, one_minus, refine=1):
    """E[f(u)f(v)] and E[f'(u)f'(v)], u the larger variance."""
    if q11 < q22:
        q11, q22 = q22, q11
    s, t = np.sqrt(L(q11)), np.sqrt(L(q22))
    one_minus = L(one_minus)
    rho, sine = 1 - one_minus, np.sqrt(one_minus * (2 - one_minus))
    tau = t * sine
    law = np.arange(-10 * refine, 10 * refine + 1).astype(L) / refine
    outer = [graded(REACH * s, refine), s * law]
    fine = tau
    while 0 < fine < 1:
        # Where v crosses 0 within tau.
        outer.append(np.array([fine, -fine]))
        fine *= 2
    u, w = nodes(np.unique(np.clip(np.concatenate(outer), -REACH * s, REACH * s)))
    w = w * pdf(u / s) / s
    total = np.zeros(2, L)
    for start in range(0, len(u), 64):
        some = u[start:start + 64]
        x = rho * (t / s) * some
        if tau == 0:
            inner = [f(x) for f in OPEN[name]]
        else:
            # In units of tau, so that v - x keeps its digits.
            places = (graded(REACH * t * 2, refine)[None] - x[:, None]) / tau
            ends = np.concatenate([np.broadcast_to(law, (len(x), len(law))), np.clip(places, -REACH, REACH)], axis=1)
            y, wv = nodes(np.sort(ends, axis=1))
            v, wv = x[:, None] + tau * y, wv * pdf(y)
            inner = [(f(v) * wv).sum(1) for f in OPEN[name]]
        total += [(w[start:start + 64] * f(some) * i).sum() for f, i in zip(OPEN[name], inner)]
    return total


def size(name, q):
    return mean_products(name, q, q, 0)


CASES = [(q, q) for q in (1.0, 40.0, 1e2, 1e4, 1e6)] + [(1e-2, 1e3), (1.0, 1e6), (1e4, 1e6)]
DISTANCES = ["2", "1.999", "0.5", "1e-6", "1e-12"]

if __name__ == "__main__":
    check = "--check" in sys.argv
    names = [a for a in sys.argv[1:] if a in OPEN] or list(OPEN)
    lines, worst = [], 0.0
    for name in names:
        for q11, q22 in CASES:
            sizes = np.sqrt(size(name, q11) * size(name, q22))
            for distance in DISTANCES:
                got = mean_products(name, q11, q22, float(distance))
                if check:
                    worst = max(worst, float(np.max(np.abs(mean_products(name, q11, q22, float(distance), 2) - got) / sizes)))
                fields = [name, q11, q22, distance] + [np.format_float_scientific(v, 19) for v in (*got, *sizes)]
                lines.append(";".join(map(str, fields)))
        print(name, worst, flush=True)
    if not check:
        header = "# made by generate_dual_large.py\nactivation;q11;q22;one_minus_rho;nngp;derivative;nngp_size;derivative_size\n"
        # With names given, their rows are replaced.
        try:
            with open("dual_large.csv") as before:
                kept = [r for r in before.read().splitlines()[2:] if r.split(";")[0] not in names]
        except FileNotFoundError:
            kept = []
        with open("dual_large.csv", "w") as out:
            out.write(header + "\n".join(kept + lines) + "\n")
