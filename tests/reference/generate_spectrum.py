"""Eigenvalues of network kernels to 30 digits: spectrum.csv.

Two origins, neither of them the library's own:
* ReLU and leaky ReLU of any depth: the arc-cosine recursion in the angle, integrated against P_k by
  Gauss-Legendre panels with 40 to 110 digits (as many as the cancellation takes);
* erf, whose layers are arcsin: the same integral;
* tanh and GELU with one hidden layer: Hermite coefficients by quadrature in real space with 60 digits or more,
  then E[t^n P_k] by the beta function and Gegenbauer's explicit polynomial coefficients.
* hypercube: the sum over the Hamming distance with exact Krawtchouk numbers.

Row: domain:activation:kind, then dim, weight_std, bias_std, depth, degree; the value.
"""
import sys
from math import comb
from mpmath import mp, mpf, sin, cos, pi, sqrt, asin, gamma, exp, erf, tanh, ncdf, npdf, nstr, quad, binomial, factorial, inf, sech


def gauss_legendre(n):
    nodes = []
    for i in range(n):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(60):
            p0, p1 = mpf(1), x
            for k in range(1, n):
                p0, p1 = p1, ((2 * k + 1) * x * p1 - k * p0) / (k + 1)
            dp = n * (x * p1 - p0) / (x * x - 1)
            step = p1 / dp
            x -= step
            if abs(step) < mpf(10) ** (-mp.dps + 4):
                break
        p0, p1 = mpf(1), x
        for k in range(1, n):
            p0, p1 = p1, ((2 * k + 1) * x * p1 - k * p0) / (k + 1)
        dp = n * (x * p1 - p0) / (x * x - 1)
        nodes.append((x, 2 / ((1 - x * x) * dp * dp)))
    return nodes


def leaky(slope):
    """a z+ + b (-z)+ with a = 1, b = -slope: (E phi phi, E phi'phi', E phi^2 - E phi phi) at unit variance."""
    a, b = mpf(1), -mpf(slope)

    def dual(theta):
        j = lambda t: (sin(t) + (pi - t) * cos(t)) / (2 * pi)
        j0 = lambda t: (pi - t) / (2 * pi)
        value = (a * a + b * b) * j(theta) + 2 * a * b * j(pi - theta)
        slope_ = (a * a + b * b) * j0(theta) - 2 * a * b * j0(pi - theta)
        own = (a * a + b * b) / 2
        return value, slope_, own

    def layer(q, theta):
        value, slope_, own = dual(theta)
        return q * value, slope_, q * own

    return layer


def erf_layer(q, theta):
    s = 2 * q / (1 + 2 * q)
    value = 2 / pi * asin(s * cos(theta))
    slope = 4 / pi / (1 + 2 * q) / sqrt(1 - (s * cos(theta)) ** 2)
    return value, slope, 2 / pi * asin(s)


def kernel(layer, kind, mean_square, weight, bias, depth):
    w2, b2 = mpf(weight) ** 2, mpf(bias) ** 2

    def value(theta0):
        q = w2 * mean_square + b2
        theta = 2 * asin(sqrt(w2 * mean_square / q) * sin(theta0 / 2))
        tangent = q * cos(theta)
        for l in range(depth):
            v, s, own = layer(q, theta)
            tangent = tangent * s
            if l + 1 == depth:
                return v + (tangent if kind == "ntk" else 0)
            following = w2 * own + b2
            theta = 2 * asin(sqrt(w2 * (own - v) / following / 2))
            tangent = w2 * v + b2 + w2 * tangent
            q = following

    return value


def sphere(f, d, degrees, panels, nodes):
    """Panels on either side of pi/2, halved towards the ends, where deep kernels are analytic but steep."""
    top = max(degrees)
    norm = gamma(mpf(d) / 2) / (sqrt(pi) * gamma(mpf(d - 1) / 2))
    out = {k: mpf(0) for k in degrees}
    rule = gauss_legendre(nodes)
    h = pi / panels
    for p in range(panels):
        for x, w in rule:
            theta = h * (p + (1 + x) / 2)
            value = f(theta) * sin(theta) ** (d - 2) * w * h / 2 * norm
            c = cos(theta)
            before, now = mpf(1), c
            for k in range(top + 1):
                if k in out:
                    out[k] += value * before
                before, now = now, ((2 * k + d) * c * now - (k + 1) * before) / (k + d - 1)
    return out


def hermite_squares(phi, q, count, reach=24):
    """E[phi(sqrt(q) Z) h_n(Z)]^2 by the trapezoidal rule, exponentially convergent for analytic phi."""
    s = sqrt(mpf(q))
    step = mpf(1) / 64
    sums = [mpf(0)] * count
    for j in range(-reach * 64, reach * 64 + 1):
        x = j * step
        f = phi(s * x) * npdf(x) * step
        before, now = mpf(0), mpf(1)
        for n in range(count):
            sums[n] += f * now
            before, now = now, (x * now - sqrt(mpf(n)) * before) / sqrt(mpf(n + 1))
    return [a * a for a in sums]


def from_series(squares, alpha, beta, d, degrees):
    """kappa(t) = sum a_n^2 (alpha t + beta)^n; E[t^n P_k] through the monomials of P_k."""
    count = len(squares)
    b = [mpf(0)] * count
    for n, a in enumerate(squares):
        for m in range(n + 1):
            if beta == 0 and m < n:
                continue
            b[m] += a * binomial(n, m) * alpha ** m * (beta ** (n - m) if n > m else 1)
    half = mpf(d) / 2
    out = {}
    for k in degrees:
        total = mpf(0)
        for n in range(k, count, 2):
            c = factorial(n) / (factorial(n - k) * mpf(2) ** k) * gamma(half) * gamma(mpf(n - k + 1) / 2)
            total += b[n] * c / (sqrt(pi) * gamma(mpf(n + k + d) / 2))
        out[k] = total
    return out


def krawtchouk(f, d, degrees):
    out = {}
    values = [f(2 * asin(sqrt(mpf(j) / d))) for j in range(d + 1)]
    for k in degrees:
        total = mpf(0)
        for j in range(d + 1):
            number = sum((-1) ** i * comb(j, i) * comb(d - j, k - i) for i in range(k + 1))
            total += comb(d, j) * values[j] * number
        out[k] = total / (mpf(2) ** d * comb(d, k))
    return out


rows = []


def write(domain, name, kind, d, weight, bias, depth, found):
    for k, value in sorted(found.items()):
        arguments = f"{d} {float(weight)!r} {float(bias)!r} {depth} {k}"
        rows.append(f"{domain}:{name}:{kind},{arguments},{nstr(value, 30, min_fixed=0, max_fixed=0)}")


LOW = [0, 1, 2, 3, 4, 5, 6, 7, 10, 15, 20, 31, 50, 64, 101, 150]
HIGH = [0, 1, 2, 3, 4, 5, 8, 13, 20, 30, 41, 60, 81, 100]
layers = {"relu": leaky(0), "leaky-relu:slope=0.25": leaky(0.25), "erf": erf_layer}


def arc(name, kind, d, weight, bias, depth, degrees, dps, panels, nodes):
    mp.dps = dps
    f = kernel(layers[name], kind, mpf(1) / d, weight, bias, depth)
    write("sphere", name, kind, d, weight, bias, depth, sphere(f, d, degrees, panels, nodes))
    print(name, kind, d, depth, file=sys.stderr)


three = float(sqrt(mpf(3)))
for kind in ("nngp", "ntk"):
    arc("relu", kind, 3, three, 0.0, 1, LOW + [500, 1000], 40, 160, 30)
    arc("relu", kind, 50, 2.0, 0.0, 1, HIGH, 110, 20, 70)
    arc("relu", kind, 3, 1.5, 0.5, 1, LOW, 40, 40, 40)
    arc("relu", kind, 3, 1.5, 0.0, 3, LOW + [500], 40, 80, 36)
    arc("relu", kind, 5, 1.5, 0.25, 2, LOW, 45, 40, 44)
    arc("relu", kind, 50, 8.0, 0.0, 2, HIGH, 110, 20, 70)
    arc("leaky-relu:slope=0.25", kind, 2, 1.25, 0.0, 2, LOW, 40, 40, 40)
    arc("erf", kind, 4, 2.0, 0.25, 2, LOW[:11], 60, 30, 50)

for name, phi, slope in (
    ("tanh", tanh, None),
    ("gelu", lambda z: z * ncdf(z), None),
):
    for d, weight, bias, degrees in ((3, 1.5, 0.0, [0, 1, 2, 3, 5, 10, 11, 20, 31, 40]),
                                     (3, 1.5, 0.5, [0, 1, 2, 3, 5, 10, 11, 20, 31, 40]),
                                     (50, 1.0, 0.0, [0, 1, 2, 3, 10, 21, 41, 60, 81, 100]),
                                     (50, 6.0, 0.0, [0, 1, 2, 3, 10, 21, 41, 60, 81, 100])):
        mp.dps = 60
        w2, b2 = mpf(weight) ** 2, mpf(bias) ** 2
        q = w2 / d + b2
        mp.dps = 110 if d == 50 and weight == 1.0 else 75
        count = 560 if name == "tanh" and d == 3 else 340
        # e^{-x^2/2} below the digits asked for; h_n grows like e^{x^2/4}.
        squares = hermite_squares(phi, q, count, reach=32)
        found = from_series(squares, w2 / d / q, b2 / q, d, degrees)
        write("sphere", name, "nngp", d, weight, bias, 1, found)
        print(name, d, weight, bias, file=sys.stderr)

for name, kind, d, weight, bias, depth in (("relu", "nngp", 10, 1.0, 0.0, 1), ("relu", "ntk", 30, 1.0, 0.5, 1),
                                           ("relu", "ntk", 16, 1.5, 0.25, 3), ("erf", "nngp", 40, 1.0, 0.25, 2),
                                           ("relu", "nngp", 200, 1.0, 0.25, 1)):
    mp.dps = 150
    f = kernel(layers[name], kind, mpf(1), weight, bias, depth)
    degrees = sorted({k for k in (0, 1, 2, 3, 4, 5, 8, 10, 15, 16, 20, 30, 40, 100, 200) if k <= d})
    write("hypercube", name, kind, d, weight, bias, depth, krawtchouk(f, d, degrees))

with open("spectrum.csv", "w") as out:
    out.write("# written by generate_spectrum.py\nfunction,arguments,value\n")
    out.write("\n".join(rows) + "\n")
