"""Derivatives of dual activations at correlation 1 and -1, to 20 digits: dual_derivatives.csv. Price's theorem makes
them q^n E[f^(n)(sZ) f^(n)(+-sZ)], a one-dimensional integral, by composite Gauss-Legendre rules in z = sx graded from the
scale of f to that of the law. f^(n) comes from the Taylor series of f, by power series arithmetic."""
from mpmath import mp, mpf, sqrt, exp, erf, npdf, tanh, sech, pi, factorial, log1p, atan
import generate_dual as g
import generate_dual_open as o

mp.dps = 40
ORDERS = (2, 3, 4)
N = max(ORDERS)


def product(a, b):
    return [sum(a[i] * b[n - i] for i in range(n + 1)) for n in range(len(a))]


def integral(value, slope):
    return [value] + [slope[n] / (n + 1) for n in range(N)]


def by_slope(value, slope_of):
    """Coefficients of y with y' = slope_of(y) or slope_of(z), one more with every round."""
    y = [value] + [mpf(0)] * N
    for _ in range(N):
        y = integral(value, slope_of(y))
    return y


def scaled(a, c):
    return [c * x for x in a]


def plus(a, b):
    return [x + y for x, y in zip(a, b)]


def line(z):
    return [z, mpf(1)] + [mpf(0)] * (N - 1)


ONE = [mpf(1)] + [mpf(0)] * N


def tanh_series(z):
    return by_slope(tanh(z), lambda y: plus(ONE, scaled(product(y, y), -1)))


def sigmoid_series(z):
    return by_slope(o.sigmoid(z), lambda y: product(y, plus(ONE, scaled(y, -1))))


def softplus_series(z):
    return integral(o.softplus(z), sigmoid_series(z))


def silu_series(z):
    return product(line(z), sigmoid_series(z))


def bell_series(z, curvature, factor):
    """factor exp(-curvature z^2/2)."""
    start = factor * exp(-curvature * z * z / 2)
    return by_slope(start, lambda y: scaled(product(line(z), y), -curvature))


def erf_series(z):
    return integral(erf(z), bell_series(z, 2, 2 / sqrt(pi)))


def gelu_series(z):
    cdf = integral(g.cdf(z), bell_series(z, 1, 1 / sqrt(2 * pi)))
    return product(line(z), cdf)


def sech_series(z):
    slope = scaled(tanh_series(z), -1)
    return by_slope(sech(z), lambda y: product(y, slope))


def inverse(a):
    b = [1 / a[0]]
    for n in range(1, len(a)):
        b.append(-sum(a[i] * b[n - i] for i in range(1, n + 1)) / a[0])
    return b


def arctan_series(z):
    return integral(atan(z), inverse(plus(ONE, product(line(z), line(z)))))


def mish_series(z):
    # tanh(softplus(z)), by the chain rule.
    inner = sigmoid_series(z)
    start = tanh(o.softplus(z))
    gate = by_slope(start, lambda y: product(plus(ONE, scaled(product(y, y), -1)), inner))
    return product(line(z), gate)


SMOOTH = {
    "tanh": tanh_series,
    "sigmoid": sigmoid_series,
    "softplus": softplus_series,
    "silu": silu_series,
    "erf": erf_series,
    "gelu": gelu_series,
    "gaussian": lambda z: bell_series(z, 1, 1),
    "sech": sech_series,
    "arctan": arctan_series,
    "mish": mish_series,
    "0.5*tanh + 2*erf": lambda z: plus(scaled(tanh_series(z), mpf(1) / 2), scaled(erf_series(z), 2)),
}
VARIANCES = {"mish": (0.3, 1.0), "0.5*tanh + 2*erf": (0.3, 1.0)}

if __name__ == "__main__":
    with open("dual_derivatives.csv", "w") as out:
        out.write("# made by generate_dual_derivatives.py\n")
        out.write("activation;variance;order;at_one;at_minus_one\n")
        for name, series in SMOOTH.items():
            for q in VARIANCES.get(name, (0.01, 1.0, 100.0)):
                s, seen = sqrt(mpf(q)), {}

                def derivative(z, n):
                    if z not in seen:
                        seen[z] = series(z)
                    return seen[z][n] * factorial(n)

                for n in ORDERS:
                    same = o.mean(lambda z: derivative(z, n) ** 2, s)
                    opposite = o.mean(lambda z: derivative(z, n) * derivative(-z, n), s)
                    values = [mp.nstr(v * mpf(q) ** n, 20) for v in (same, opposite)]
                    out.write(";".join([name, str(q), str(n)] + values) + "\n")
