"""Dual activations to 50 digits: kernel.csv.

Columns: activation, q11, q22, one_minus_rho (or one_plus_rho, prefixed with a minus sign, for correlations
below 0), nngp, derivative, k11k22 (the geometric means of either function on the diagonal).
Closed forms where they are classical, else quadrature of one dimension over a closed conditional mean,
for tanh the trapezoidal rule in both.
"""
import csv
from mpmath import mp, mpf, sqrt, pi, asin, acos, atan2, exp, erf, quad, tanh, sin, cos, sech, ncdf, inf, npdf

mp.dps = 60


def angle(d, sign):
    """arccos rho with 1 - rho = d (sign > 0) or 1 + rho = d."""
    half = 2 * asin(sqrt(d / 2))
    return half if sign > 0 else pi - half


def homogeneous(a, b, k):
    """a z+^k + b (-z)+^k by J_k of Cho and Saul."""
    def j(theta, k):
        if k == 0:
            return (pi - theta) / (2 * pi)
        if k == 1:
            return (sin(theta) + (pi - theta) * cos(theta)) / (2 * pi)
        if k == 2:
            return (3 * sin(theta) * cos(theta) + (pi - theta) * (1 + 2 * cos(theta) ** 2)) / (2 * pi)
        c, s = cos(theta), sin(theta)
        if k == 3:
            return (s * (4 + 11 * c * c) + (pi - theta) * (9 * c + 6 * c ** 3)) / (2 * pi)

    def value(q1, q2, theta, a, b, k):
        return sqrt(q1 * q2) ** k * ((a * a + b * b) * j(theta, k) + 2 * a * b * j(pi - theta, k))

    def dual(q1, q2, d, sign):
        theta = angle(d, sign)
        nngp = value(q1, q2, theta, a, b, k)
        diagonal = sqrt(value(q1, q1, mpf(0), a, b, k) * value(q2, q2, mpf(0), a, b, k))
        if k == 0:
            if d == 0:
                return nngp, inf, diagonal, inf
            slope = (a - b) ** 2 / (2 * pi * sqrt(q1 * q2) * sin(theta))
            return nngp, slope, diagonal, slope
        slope = value(q1, q2, theta, k * a, -k * b, k - 1)
        steep = value(q1, q1, mpf(0), k * a, -k * b, k - 1) * value(q2, q2, mpf(0), k * a, -k * b, k - 1)
        return nngp, slope, diagonal, sqrt(steep)

    return dual


def erf_dual(c):
    def pair(q1, q2, rho, sine2):
        a, b = 2 * c * c * q1, 2 * c * c * q2
        root = sqrt(1 + a + b + a * b * sine2)
        return 2 / pi * atan2(sqrt(a * b) * rho, root), 4 * c * c / pi / root

    def dual(q1, q2, d, sign):
        rho, sine2 = sign * (1 - d), d * (2 - d)
        value, slope = pair(q1, q2, rho, sine2)
        own = [pair(q, q, mpf(1), mpf(0)) for q in (q1, q2)]
        return value, slope, sqrt(own[0][0] * own[1][0]), sqrt(own[0][1] * own[1][1])

    return dual


def sine_dual(f, p):
    def pair(q1, q2, d, sign):
        rho = sign * (1 - d)
        near = exp(-f * f * (q1 + q2 - 2 * rho * sqrt(q1 * q2)) / 2)
        far = exp(-f * f * (q1 + q2 + 2 * rho * sqrt(q1 * q2)) / 2)
        return (near - cos(2 * p) * far) / 2, f * f * (near + cos(2 * p) * far) / 2

    def dual(q1, q2, d, sign):
        value, slope = pair(q1, q2, d, sign)
        own = [pair(q, q, mpf(0), 1) for q in (q1, q2)]
        return value, slope, sqrt(own[0][0] * own[1][0]), sqrt(own[0][1] * own[1][1])

    return dual


def one_dimensional(phi, slope, given_phi, given_slope, kinks=()):
    """E[f(u) E[f(v)|u]] with the conditional mean in closed form: f of v ~ N(m, t^2)."""
    def dual(q1, q2, d, sign):
        mp.dps = 22
        rho, sine = sign * (1 - d), sqrt(d * (2 - d))
        reach = mpf(10)

        def mean(f, given, q1, q2, rho, sine):
            s1, s2 = sqrt(q1), sqrt(q2)
            points = [z / s1 for z in kinks] + [mpf(k) for k in (-5, -2, 0, 2, 5)]
            if rho != 0:
                for z in kinks:
                    points += [(z / s2 + k * sine) / rho for k in (-4, -1, 0, 1, 4)]
            cuts = [-reach] + sorted(set(p for p in points if -reach < p < reach)) + [reach]
            if sine == 0:
                return quad(lambda x: npdf(x) * f(s1 * x) * f(s2 * rho * x), cuts)
            return quad(lambda x: npdf(x) * f(s1 * x) * given(s2 * rho * x, s2 * sine), cuts)

        def both(q1, q2, rho, sine):
            return [mean(f, g, q1, q2, rho, sine) for f, g in ((phi, given_phi), (slope, given_slope))]

        out = both(q1, q2, rho, sine)
        own = [both(q, q, mpf(1), mpf(0)) for q in (q1, q2)]
        mp.dps = 60
        return out[0], out[1], sqrt(own[0][0] * own[1][0]), sqrt(own[0][1] * own[1][1])

    return dual


def trapezoid(phi, slope):
    """The double integral of analytic functions: the trapezoidal rule converges exponentially."""
    def dual(q1, q2, d, sign):
        mp.dps = 20
        rho, sine = sign * (1 - d), sqrt(d * (2 - d))
        h = mpf(1) / 12
        grid = [(h * i, h * npdf(h * i)) for i in range(-110, 111)]

        def mean(f, q1, q2, rho, sine):
            s1, s2 = sqrt(q1), sqrt(q2)
            if sine == 0:
                return sum(w * f(s1 * x) * f(s2 * rho * x) for x, w in grid)
            return sum(w * f(s1 * x) * sum(v * f(s2 * (rho * x + sine * y)) for y, v in grid) for x, w in grid)

        def both(q1, q2, rho, sine):
            return [mean(f, q1, q2, rho, sine) for f in (phi, slope)]

        out = both(q1, q2, rho, sine)
        own = [both(q, q, mpf(1), mpf(0)) for q in (q1, q2)]
        mp.dps = 60
        return out[0], out[1], sqrt(own[0][0] * own[1][0]), sqrt(own[0][1] * own[1][1])

    return dual


def relu_mean(m, t):
    """E[(v)+] for v ~ N(m, t^2)."""
    return m * ncdf(m / t) + t * npdf(m / t)


def gelu_mean(m, t):
    c = sqrt(1 + t * t)
    return m * ncdf(m / c) + t * t * npdf(m / c) / c


def gelu_slope_mean(m, t):
    c = sqrt(1 + t * t)
    return ncdf(m / c) + npdf(m / c) / c * m / c ** 2


def tilted(m, t):
    """E[e^v; v < 0]."""
    return exp(m + t * t / 2) * ncdf(-(m + t * t) / t)


CLOSED = {
    "relu": homogeneous(1, 0, 1),
    "leaky-relu:slope=0.1": homogeneous(1, -mpf(0.1), 1),
    "abs": homogeneous(1, 1, 1),
    "heaviside": homogeneous(1, 0, 0),
    "sign": homogeneous(1, -1, 0),
    "relu-power:k=2": homogeneous(1, 0, 2),
    "relu-power:k=3": homogeneous(1, 0, 3),
    "erf": erf_dual(1),
    "sin:frequency=2": sine_dual(2, 0),
    "cos": sine_dual(1, pi / 2),
}
def step(z):
    return mpf(1) if z > 0 else mpf(0) if z < 0 else mpf(1) / 2


NUMERICAL = {
    "gelu": one_dimensional(
        lambda z: z * ncdf(z), lambda z: ncdf(z) + z * npdf(z), gelu_mean, gelu_slope_mean
    ),
    "hat": one_dimensional(
        lambda z: max(mpf(0), 1 - abs(z)),
        lambda z: -mp.sign(z) * step(1 - abs(z)),
        lambda m, t: relu_mean(m + 1, t) - 2 * relu_mean(m, t) + relu_mean(m - 1, t),
        lambda m, t: ncdf((m + 1) / t) - 2 * ncdf(m / t) + ncdf((m - 1) / t),
        (mpf(-1), mpf(0), mpf(1)),
    ),
    "hard-tanh": one_dimensional(
        lambda z: max(mpf(-1), min(mpf(1), z)),
        lambda z: step(1 - abs(z)),
        lambda m, t: relu_mean(m + 1, t) - relu_mean(m - 1, t) - 1,
        lambda m, t: ncdf((m + 1) / t) - ncdf((m - 1) / t),
        (mpf(-1), mpf(1)),
    ),
    "elu:alpha=1": one_dimensional(
        lambda z: z if z > 0 else mp.expm1(z),
        lambda z: mpf(1) if z > 0 else exp(z),
        lambda m, t: relu_mean(m, t) + tilted(m, t) - ncdf(-m / t),
        lambda m, t: ncdf(m / t) + tilted(m, t),
        (mpf(0),),
    ),
}
TRAPEZOID = {"tanh": trapezoid(tanh, lambda z: sech(z) ** 2)}
DEFECTS = [0, 1e-12, 1e-6, 0.01, 0.3, 0.8, 1]

with open("kernel.csv", "w", newline="") as out:
    out.write("# made by generate_kernel.py\n")
    write = csv.writer(out)
    write.writerow("activation q11 q22 sign defect nngp derivative nngp_size derivative_size".split())

    def row(name, dual, q1, q2, sign, d):
        values = dual(mpf(q1), mpf(q2), mpf(d), sign)
        write.writerow([name, q1, q2, sign, d] + [mp.nstr(v, 25) for v in values])

    for name, dual in CLOSED.items():
        for q1, q2 in [(1e-6, 1e-6), (1e-6, 1e6), (1, 1), (0.5, 3), (1e6, 1e6), (1e3, 2)]:
            for sign in (1, -1):
                for d in DEFECTS:
                    row(name, dual, q1, q2, sign, d)
    out.flush()
    for name, dual in NUMERICAL.items():
        for q1, q2, sign, d in [
            (1, 1, 1, 0), (1, 1, -1, 0), (1, 1, 1, 0.25), (0.5, 3, -1, 0.5), (0.5, 3, 1, 0.01),
            (1e-4, 2, 1, 0.6), (4, 4, 1, 1), (1e-4, 1e-4, 1, 0.1), (100, 30, 1, 0.3), (1e6, 1e4, -1, 0.2),
        ]:
            row(name, dual, q1, q2, sign, d)
            out.flush()
    for name, dual in TRAPEZOID.items():
        for q1, q2, sign, d in [
            (1, 1, 1, 0), (1, 1, 1, 0.25), (0.5, 2, -1, 0.5), (1e-4, 2, 1, 0.6), (2, 2, 1, 1), (1e-4, 1e-4, 1, 0.1),
        ]:
            row(name, dual, q1, q2, sign, d)
