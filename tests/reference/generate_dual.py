"""Dual activations E[phi(u) phi(v)] and E[phi'(u) phi'(v)] to 30 digits: dual.csv.

Every value is the one-dimensional integral of phi(u) E[phi(v) | u], the conditional mean in closed form (bounded
pieces by moments of the truncated normal law, at 70 digits against their cancellation), the outer integral by
composite Gauss-Legendre rules cut at the kinks and, on all scales, at the transitions of the conditional mean.
No formula for a bivariate law is used. Run with the number of processes as argument.
"""
import csv
import sys
from multiprocessing import Pool
from mpmath import mp, mpf, sqrt, pi, exp, erf, erfc, cos, sin, expm1, npdf, inf, factorial, binomial

mp.dps = 40
NODES = 26
REACH = mpf(13)


def legendre_rule(n):
    rule = []
    for i in range(1, n + 1):
        x = cos(pi * (i - mpf(1) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            p0, p1 = mpf(1), x
            for k in range(2, n + 1):
                p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
            slope = n * (x * p1 - p0) / (x * x - 1)
            x -= p1 / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


RULE = legendre_rule(NODES)


def integrate(f, cuts):
    total = mpf(0)
    for a, b in zip(cuts, cuts[1:]):
        middle, half = (a + b) / 2, (b - a) / 2
        total += half * sum(w * f(middle + half * x) for x, w in RULE)
    return total


def cdf(x):
    return erfc(-x / sqrt(2)) / 2


def evaluate(p, z):
    total = mpf(0)
    for c in reversed(p):
        total = total * z + c
    return total


class Piecewise:
    """Knots and pieces (coefficients of 1, z, ...)."""

    scales = []

    def __init__(self, knots, pieces):
        self.kinks = [mpf(k) for k in knots]
        self.pieces = [[mpf(c) for c in p] for p in pieces]
        self.slopes = [[j * c for j, c in enumerate(p)][1:] for p in self.pieces]
        jumps = [(z, evaluate(r, z) - evaluate(l, z)) for z, l, r in zip(self.kinks, self.pieces, self.pieces[1:])]
        self.steps = [(z, j) for z, j in jumps if abs(j) > mpf(10) ** -30]

    def at(self, pieces, z):
        if z in self.kinks:
            k = self.kinks.index(z)
            return (evaluate(pieces[k], z) + evaluate(pieces[k + 1], z)) / 2
        return evaluate(pieces[sum(1 for k in self.kinks if z > k)], z)

    def phi(self, z):
        return self.at(self.pieces, z)

    def slope(self, z):
        return self.at(self.slopes, z)

    def truncated(self, pieces, m, t):
        """E[p(m + tZ)], Z in its piece: moments E[Z^j; a < Z < b] about the mean."""
        with mp.workdps(70):
            degree = max(len(p) for p in pieces)
            ends = [-inf] + [(z - m) / t for z in self.kinks] + [inf]
            table = []
            for e in ends:
                # E[Z^j; Z < e]
                if e == inf or e == -inf:
                    row = [mpf(e == inf), mpf(0)]
                    for j in range(2, degree):
                        row.append((j - 1) * row[j - 2])
                else:
                    density = npdf(e)
                    row = [cdf(e), -density]
                    for j in range(2, degree):
                        row.append((j - 1) * row[j - 2] - e ** (j - 1) * density)
                table.append(row)
            total = mpf(0)
            for p, low, high in zip(pieces, table, table[1:]):
                for j, c in enumerate(p):
                    for i in range(j + 1):
                        total += c * binomial(j, i) * m ** (j - i) * t ** i * (high[i] - low[i])
            return +total

    def mean(self, m, t):
        return self.truncated(self.pieces, m, t)

    def slope_mean(self, m, t):
        return self.truncated(self.slopes, m, t)


class Smooth:
    steps = []
    kinks = []
    scales = [1]


class Gelu(Smooth):
    def __init__(self, a=1):
        self.a = mpf(a)

    def phi(self, z):
        z = self.a * z
        return z * cdf(z)

    def slope(self, z):
        z = self.a * z
        return self.a * (cdf(z) + z * npdf(z))

    def mean(self, m, t):
        m, t = self.a * m, self.a * t
        c = sqrt(1 + t * t)
        return m * cdf(m / c) + t * t * npdf(m / c) / c

    def slope_mean(self, m, t):
        m, t = self.a * m, self.a * t
        c = sqrt(1 + t * t)
        return self.a * (cdf(m / c) + npdf(m / c) * m / c ** 3)


class Erf(Smooth):
    """erf(az + b)."""

    def __init__(self, a, b):
        self.a, self.b = mpf(a), mpf(b)
        self.kinks = [-self.b / self.a]

    def phi(self, z):
        return erf(self.a * z + self.b)

    def slope(self, z):
        return 2 * self.a / sqrt(pi) * exp(-(self.a * z + self.b) ** 2)

    def mean(self, m, t):
        return erf((self.a * m + self.b) / sqrt(1 + 2 * (self.a * t) ** 2))

    def slope_mean(self, m, t):
        d = 1 + 2 * (self.a * t) ** 2
        return 2 * self.a / sqrt(pi * d) * exp(-(self.a * m + self.b) ** 2 / d)


class Packet(Smooth):
    """exp(-(az+b)^2/2) cos(f(az+b) + p)."""

    def __init__(self, a=1, b=0, f=0, p=0):
        self.a, self.b, self.f, self.p = mpf(a), mpf(b), mpf(f), mpf(p)
        self.kinks = [-self.b / self.a]

    def phi(self, z):
        z = self.a * z + self.b
        return exp(-z * z / 2) * cos(self.f * z + self.p)

    def slope(self, z):
        z = self.a * z + self.b
        angle = self.f * z + self.p
        return self.a * exp(-z * z / 2) * (-z * cos(angle) - self.f * sin(angle))

    def mean(self, m, t):
        m, t = self.a * m + self.b, self.a * t
        d = 1 + t * t
        return exp(-(m * m + self.f ** 2 * t * t) / (2 * d)) * cos(self.f * m / d + self.p) / sqrt(d)

    def slope_mean(self, m, t):
        m, t = self.a * m + self.b, self.a * t
        d = 1 + t * t
        angle = self.f * m / d + self.p
        size = exp(-(m * m + self.f ** 2 * t * t) / (2 * d)) / sqrt(d)
        return -self.a * size * (m * cos(angle) + self.f * sin(angle)) / d


class Elu(Smooth):
    """factor z, or factor depth (e^{z/width} - 1)."""

    kinks = [mpf(0)]

    def __init__(self, factor, depth, width):
        self.factor, self.depth, self.width = mpf(factor), mpf(depth), mpf(width)

    def phi(self, z):
        return self.factor * (z if z > 0 else self.depth * expm1(z / self.width))

    def slope(self, z):
        below = self.depth / self.width * exp(z / self.width)
        return self.factor * (1 if z > 0 else below if z < 0 else (1 + below) / 2)

    def tilted(self, m, t):
        # E[e^v; v < 0] with a scaled complementary error function, m and t in units of the width.
        y = (m + t * t) / t
        if y > 0:
            return exp(-m * m / (2 * t * t)) * scaled(y)
        return exp(m + t * t / 2) * cdf(-y)

    def mean(self, m, t):
        with mp.workdps(60):
            ramp = m * cdf(m / t) + t * npdf(m / t)
            below = self.tilted(m / self.width, t / self.width) - cdf(-m / t)
            return +(self.factor * (ramp + self.depth * below))

    def slope_mean(self, m, t):
        below = self.tilted(m / self.width, t / self.width)
        return self.factor * (cdf(m / t) + self.depth / self.width * below)


def scaled(y):
    """e^{y^2/2} P(Z > y)."""
    if y > 60:
        total, term = mpf(0), mpf(1)
        for k in range(60):
            total += term
            term *= -(2 * k + 1) / (y * y)
            if abs(term) < mpf(10) ** -mp.dps:
                break
        return total / (y * sqrt(2 * pi))
    return exp(y * y / 2) * erfc(y / sqrt(2)) / 2


def cuts_of(f, s1, s2, rho, sine):
    cuts = {mpf(x) for x in (0, 2, 4, 6, 9, -2, -4, -6, -9)} | {-REACH, REACH}
    for z in f.kinks:
        cuts.add(z / s1)
        if rho != 0:
            width = sine / abs(rho)
            centre = z / (s2 * rho)
            cuts |= {centre} | {centre + k * sign * width for k in (1, 3, 8, 14) for sign in (1, -1)}
    for scale in f.scales:
        for s in (s1, s2 * abs(rho)):
            if s > 0.3:
                centres = [z / s for z in f.kinks] or [mpf(0)]
                for c in centres:
                    for k in (1, 3, 8, 14, 30, 80):
                        cuts |= {c + k * scale / s, c - k * scale / s, -c + k * scale / s, -c - k * scale / s}
    inside = sorted(c for c in cuts if -REACH <= c <= REACH)
    kept = [inside[0]]
    for c in inside[1:]:
        if c - kept[-1] > mpf(10) ** -22:
            kept.append(c)
    return kept


def mean_product(f, value, mean, q1, q2, rho, sine):
    s1, s2 = sqrt(q1), sqrt(q2)
    cuts = cuts_of(f, s1, s2, rho, sine)
    if sine == 0:
        return integrate(lambda x: npdf(x) * value(s1 * x) * value(s2 * rho * x), cuts)
    return integrate(lambda x: npdf(x) * value(s1 * x) * mean(s2 * rho * x, s2 * sine), cuts)


def both(f, q1, q2, d, sign):
    rho, sine = sign * (1 - d), sqrt(d * (2 - d))
    nngp = mean_product(f, f.phi, f.mean, q1, q2, rho, sine)
    derivative = mean_product(f, f.slope, f.slope_mean, q1, q2, rho, sine)
    s1, s2 = sqrt(q1), sqrt(q2)
    for z, jump in f.steps:
        for s, t in ((s1, s2), (s2, s1)):
            mean, spread = rho * t * z / s, t * sine
            derivative += jump * npdf(z / s) / s * (f.slope(mean) if sine == 0 else f.slope_mean(mean, spread))
        for w, other in f.steps:
            if sine == 0:
                if z / s1 == rho * w / s2:
                    derivative = inf
            else:
                derivative += jump * other * npdf(z / s1) * npdf((w / s2 - rho * z / s1) / sine) / (s1 * s2 * sine)
    return nngp, derivative


def bspline(order):
    """The centred B-spline by its truncated powers."""
    half = mpf(order) / 2
    knots = [k - half for k in range(order + 1)]
    pieces, current = [[mpf(0)]], [mpf(0)] * order
    for k, z in enumerate(knots):
        weight = (-1) ** k * binomial(order, k) / factorial(order - 1)
        for j in range(order):
            current[j] += weight * binomial(order - 1, j) * (-z) ** (order - 1 - j)
        pieces.append(list(current))
    pieces[-1] = [mpf(0)]
    return Piecewise(knots, pieces)


SIXTH = mpf(1) / 6
SELU = (1.0507009873554805, 1.6732632423543772)
FAMILIES = {
    "relu": lambda: Piecewise([0], [[0], [0, 1]]),
    "relu-power:k=5": lambda: Piecewise([0], [[0], [0] * 5 + [1]]),
    "piecewise:knots=0,pieces=0_0_0_0_-1/0_0_0_0_0.5": lambda: Piecewise([0], [[0] * 4 + [-1], [0] * 4 + [0.5]]),
    "hat": lambda: Piecewise([-1, 0, 1], [[0], [1, 1], [1, -1], [0]]),
    "bspline:order=4": lambda: bspline(4),
    "bspline:order=7": lambda: bspline(7),
    "hard-tanh": lambda: Piecewise([-1, 1], [[-1], [0, 1], [1]]),
    "hard-sigmoid": lambda: Piecewise([-3, 3], [[0], [mpf(1) / 2, SIXTH], [1]]),
    "relu6": lambda: Piecewise([0, 6], [[0], [0, 1], [6]]),
    "piecewise:knots=-1/0.5/3,pieces=-1/0_1_0.25/1/0_0.5": lambda: Piecewise(
        [-1, 0.5, 3], [[-1], [0, 1, 0.25], [1], [0, 0.5]]
    ),
    "gelu": lambda: Gelu(),
    "gelu(2*z)": lambda: Gelu(2),
    "erf(1.5*z-0.5)": lambda: Erf(1.5, -0.5),
    "gaussian": lambda: Packet(),
    "gaussian(2*z-1)": lambda: Packet(2, -1),
    "gabor:frequency=2": lambda: Packet(f=2),
    "gabor:frequency=3,phase=-0.5": lambda: Packet(f=3, p=-0.5),
    "elu:alpha=1": lambda: Elu(1, 1, 1),
    "elu:alpha=0.25": lambda: Elu(1, 0.25, 1),
    "selu": lambda: Elu(SELU[0], SELU[1], 1),
    "celu:alpha=0.5": lambda: Elu(1, 0.5, 0.5),
}
VARIANCES = [(1e-6, 1e-6), (1e-6, 1e6), (1, 1), (0.5, 3), (1e6, 1e6), (1e3, 2)]
# The longest splines take minutes a row at large variances.
FEWER = {"bspline:order=7": 2}
DEFECTS = [0, 1e-12, 1e-6, 0.01, 0.4, 1]


def rows_of(job):
    name, q1, q2 = job
    f = FAMILIES[name]()
    v1, v2 = mpf(q1), mpf(q2)
    own = [both(f, v, v, mpf(0), 1) for v in (v1, v2)]
    sizes = [sqrt(own[0][i]) * sqrt(own[1][i]) for i in (0, 1)]
    rows = []
    for sign in (1, -1):
        for d in DEFECTS:
            if d == 1 and sign < 0:
                continue
            rows.append((name, q1, q2, sign, d, *both(f, v1, v2, mpf(d), sign), *sizes))
    return rows


def check():
    """Halved panels change nothing."""
    for name, q1, q2, d, sign in [("bspline:order=4", 1e6, 1e6, 1e-12, 1), ("elu:alpha=1", 1e3, 2, 1e-6, -1), ("gabor:frequency=3,phase=-0.5", 1, 1, 0.01, 1)]:
        f = FAMILIES[name]()
        coarse = both(f, mpf(q1), mpf(q2), mpf(d), sign)
        global cuts_of
        plain = cuts_of
        cuts_of = lambda *a: sorted(set(plain(*a)) | {(x + y) / 2 for x, y in zip(plain(*a), plain(*a)[1:])})
        fine = both(f, mpf(q1), mpf(q2), mpf(d), sign)
        cuts_of = plain
        own = both(f, mpf(q1), mpf(q1), mpf(0), 1)
        print(name, [mp.nstr(abs(a - b) / o, 3) for a, b, o in zip(coarse, fine, own)], flush=True)


if __name__ == "__main__":
    check()
    jobs = [(name, q1, q2) for name in FAMILIES for q1, q2 in VARIANCES[: FEWER.get(name)]]
    with open("dual.csv", "w", newline="") as out:
        out.write("# made by generate_dual.py\n")
        write = csv.writer(out, delimiter=";")
        write.writerow("activation q11 q22 sign defect nngp derivative nngp_size derivative_size".split())
        with Pool(int(sys.argv[1]) if len(sys.argv) > 1 else 2) as pool:
            for rows in pool.imap(rows_of, jobs):
                for row in rows:
                    write.writerow(list(row[:5]) + [mp.nstr(v, 19) for v in row[5:]])
                out.flush()
