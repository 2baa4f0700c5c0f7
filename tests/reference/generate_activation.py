#!/usr/bin/env python3
"""Writes activation.csv: values, derivatives, Fourier transforms and autocorrelations of the
activations to 50 digits.

Value and derivative: from the definitions (the derivative by mpmath's differences at 80 digits).
Transform: from the formula of the literature at 60 digits, its stretch d(wF)/dw by mpmath's
differences (the formulas themselves are checked by the tests, which pair them with test functions).
Autocorrelation: of decaying features by quadrature of psi(z)psi(z+t); of growing ones the closed
form, and for their derivatives -A'' by differences.

Columns: function,arguments,value. Commas within an activation's name are written as &.
"""
import sys
from pathlib import Path
from mpmath import mp, mpf, mpc, pi, exp, log, erf, tanh, sech, csch, coth, sin, cos, sqrt, atan
import mpmath

mp.dps = 60
I = mpc(0, 1)
rows = []


def out(function, arguments, value):
    value = mp.mpf(value)
    if abs(value) < mpf(10) ** -300:
        value = mpf(0)
    rows.append(f"{function.replace(',', '&')},{' '.join(repr(a) for a in arguments)},{mp.nstr(value, 40)}")


def Phi(z):
    return mp.erfc(-z / sqrt(mpf(2))) / 2


def pdf(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def sigma(z):
    return 1 / (1 + exp(-z))


def softplus(z):
    return mp.log1p(exp(z)) if z < 0 else z + mp.log1p(exp(-z))


def elu(alpha, width=1, factor=1):
    alpha, width, factor = mpf(alpha), mpf(width), mpf(factor)
    phi = lambda z: factor * (z if z > 0 else alpha * mp.expm1(z / width))
    # From the two halves separately, not from the library's common denominator.
    hat = lambda w: factor * (-1 / w**2 + alpha * (width / (1 - I * w * width) + 1 / (I * w)))
    return phi, hat, [0]


ALPHA = mpf(1.6732632423543772)
LAMBDA = mpf(1.0507009873554805)


def softsign_hat(w):
    # Auxiliary function f of the sine and cosine integrals.
    a = abs(w)
    digits = mp.dps
    mp.dps = 2 * digits
    f = mp.ci(a) * sin(a) + (pi / 2 - mp.si(a)) * cos(a)
    value = -2 * I * mp.sign(w) * (1 / mpf(a) - f)
    mp.dps = digits
    return value


def jumps(knots):
    """Piecewise polynomial from {z: {order: jump}}."""
    def hat(w):
        total = mpc(0)
        digits = mp.dps
        mp.dps = 2 * digits + 20
        for z, orders in knots.items():
            for j, jump in orders.items():
                total += mpf(jump) * exp(-I * w * mpf(z)) / (I * w) ** (j + 1)
        mp.dps = digits
        return total
    return hat


def ramp(z, a, b, lo, hi):
    return lo if z <= a else hi if z >= b else lo + (hi - lo) * (z - a) / (b - a)


def bspline_value(n):
    def phi(z):
        total = mpf(0)
        if 2 * abs(z) >= n:
            return total
        for k in range(n + 1):
            x = z + mpf(n) / 2 - k
            if x > 0:
                total += (-1) ** k * mp.binomial(n, k) * x ** (n - 1) / mp.factorial(n - 1)
        return total
    return phi


def bspline_jumps(n):
    return {k - mpf(n) / 2: {n - 1: (-1) ** k * mp.binomial(n, k)} for k in range(n + 1)}


T = lambda w: -I * pi * exp(-I * w * log(2) / 2) * (mp.cosh(pi * w / 4) + I * mp.sinh(pi * w / 4)) / mp.sinh(pi * w)

smooth = {
    "tanh": (tanh, lambda w: -I * pi * csch(pi * w / 2), []),
    "sigmoid": (sigma, lambda w: -I * pi * csch(pi * w), []),
    "softplus": (softplus, lambda w: -pi / (w * mp.sinh(pi * w)), []),
    "erf": (erf, lambda w: 2 * exp(-w * w / 4) / (I * w), []),
    "arctan": (atan, lambda w: pi * exp(-abs(w)) / (I * w), []),
    "softsign": (lambda z: z / (1 + abs(z)), softsign_hat, [0]),
    "gelu": (lambda z: z * Phi(z), lambda w: -exp(-w * w / 2) * (1 + 1 / w**2), []),
    "silu": (lambda z: z * sigma(z), lambda w: -pi**2 * csch(pi * w) * coth(pi * w), []),
    "mish": (lambda z: z * tanh(softplus(z)), lambda w: I * mp.diff(T, w), []),
    "elu:alpha=1": elu(1),
    "elu:alpha=0.25": elu(0.25),
    "selu": elu(ALPHA, 1, LAMBDA),
    "celu:alpha=0.5": elu(0.5, 0.5),
    "gaussian": (lambda z: exp(-z * z / 2), lambda w: sqrt(2 * pi) * exp(-w * w / 2), []),
    "sech": (sech, lambda w: pi * sech(pi * w / 2), []),
}
pieces = {
    "relu": (lambda z: max(z, mpf(0)), jumps({0: {1: 1}})),
    "leaky-relu:slope=0.125": (lambda z: z if z > 0 else z / 8, jumps({0: {1: mpf(7) / 8}})),
    "abs": (abs, jumps({0: {1: 2}})),
    "heaviside": (lambda z: mpf((mp.sign(z) + 1) / 2), jumps({0: {0: 1}})),
    "sign": (lambda z: mpf(mp.sign(z)), jumps({0: {0: 2}})),
    "relu-power:k=3": (lambda z: max(z, mpf(0)) ** 3, jumps({0: {3: 6}})),
    "squared-relu": (lambda z: max(z, mpf(0)) ** 2, jumps({0: {2: 2}})),
    "hat": (lambda z: max(mpf(0), 1 - abs(z)), jumps(bspline_jumps(2))),
    "bspline:order=1": (lambda z: mpf(1 if abs(z) < 0.5 else 0.5 if abs(z) == 0.5 else 0), jumps(bspline_jumps(1))),
    "bspline:order=4": (bspline_value(4), jumps(bspline_jumps(4))),
    "bspline:order=7": (bspline_value(7), jumps(bspline_jumps(7))),
    "bspline:order=20": (bspline_value(20), jumps(bspline_jumps(20))),
    "hard-tanh": (lambda z: mpf(ramp(z, -1, 1, -1, 1)), jumps({-1: {1: 1}, 1: {1: -1}})),
    "hard-sigmoid": (lambda z: ramp(z, -3, 3, mpf(0), mpf(1)), jumps({-3: {1: mpf(1) / 6}, 3: {1: -mpf(1) / 6}})),
    "relu6": (lambda z: min(max(z, mpf(0)), mpf(6)), jumps({0: {1: 1}, 6: {1: -1}})),
    # z on (-2, 0), 1 + z - 3z^2 on (0, 0.5): steps, kinks and curvature, at irregular knots.
    "piecewise:knots=-2/0/0.5,pieces=0/0_1/1_1_-3/0": (
        lambda z: mpf(0) if z < -2 or z > 0.5 else z if z < 0 else 1 + z - 3 * z**2,
        jumps({-2: {0: -2, 1: 1}, 0: {0: 1, 2: -6}, 0.5: {0: -0.75, 1: 2, 2: 6}}),
    ),
    # Only curvature jumps at 0 and 3, with an affine tail on the right.
    "piecewise:knots=0/3,pieces=0/0_0_1/-9_6": (
        lambda z: mpf(0) if z < 0 else z * z if z < 3 else 6 * z - 9,
        jumps({0: {2: 2}, 3: {2: -2}}),
    ),
}

frequencies = [1e-3, 0.0625, 0.5, 1.0, 2.5, 6.25, 10.0, 31.4375, 100.0, 333.0, 1e3]


def transform_rows(name, hat):
    for w in frequencies:
        w = mpf(w)
        value = hat(w)
        digits = mp.dps
        mp.dps = 100
        stretch = mp.diff(lambda x: x * hat(x), w, h=mpf(10) ** -40 * w)
        mp.dps = digits
        for what, number in (("fourier", value), ("stretch", stretch)):
            size = abs(number)
            if size < mpf(10) ** -30 * abs(value):
                continue
            out(f"{name} ln|{what}|", [float(w)], log(size))
            out(f"{name} re {what}", [float(w)], mp.re(number / size))
            out(f"{name} im {what}", [float(w)], mp.im(number / size))


def value_rows(name, phi, kinks, arguments):
    for z in arguments:
        z = mpf(z)
        digits = mp.dps
        mp.dps = 150
        out(f"{name} value", [float(z)], phi(z))
        if not any(z == k for k in kinks):
            slope = mp.diff(phi, z, h=mpf(10) ** -50)
            # Differences of a constant leave rounding.
            constant = name in pieces and abs(slope) < mpf(10) ** -40
            out(f"{name} derivative", [float(z)], 0 if constant else slope)
        mp.dps = digits


for name, (phi, hat, kinks) in smooth.items():
    transform_rows(name, hat)
    arguments = [-30.0, -10.0, -3.3, -1.0, -0.1, -1e-9, 0.0, 1e-9, 0.37, 1.0, 2.5, 10.0, 30.0]
    value_rows(name, phi, kinks, arguments)
    print(name, file=sys.stderr)
for name, (phi, hat) in pieces.items():
    transform_rows(name, hat)
    knots = [k / 2 for k in range(-20, 21)]
    value_rows(name, phi, knots, [-9.75, -3.3, -1.9, -0.7, -0.1, 1e-9, 0.37, 0.7, 1.1, 2.6, 9.9])
    print(name, file=sys.stderr)

# Autocorrelations ------------------------------------------------------------------------------
times = [0.0, 1e-6, 1e-3, 0.1, 0.7, 1.0, 3.0, 10.0, 40.0]
sech2 = lambda z: sech(z) ** 2
decaying = {
    ("tanh", "derivative"): sech2,
    ("tanh", "stretch"): lambda z: z * sech2(z),
    ("sigmoid", "derivative"): lambda z: sech2(z / 2) / 4,
    ("sigmoid", "stretch"): lambda z: z * sech2(z / 2) / 4,
    ("sech", "value"): sech,
    ("sech", "derivative"): lambda z: -sech(z) * tanh(z),
    ("sech", "stretch"): lambda z: -z * sech(z) * tanh(z),
    ("erf", "derivative"): lambda z: 2 / sqrt(pi) * exp(-z * z),
    ("erf", "stretch"): lambda z: 2 / sqrt(pi) * z * exp(-z * z),
    ("gaussian", "value"): lambda z: exp(-z * z / 2),
    ("gaussian", "derivative"): lambda z: -z * exp(-z * z / 2),
    ("gaussian", "stretch"): lambda z: -z * z * exp(-z * z / 2),
}
mp.dps = 40
for (name, feature), psi in decaying.items():
    for t in times:
        if t > 10 and name in ("erf", "gaussian"):
            continue
        t = mpf(t)
        cuts = [-t / 2 - 120, *(-t / 2 + k for k in range(-48, 49, 6)), -t / 2 + 120]
        if t > 12:
            cuts = sorted({mpf(k) for k in range(-160, 121, 8)})
        out(f"{name} {feature} autocorrelation", [float(t)], mp.quad(lambda z: psi(z) * psi(z + t), cuts))

n_ = lambda t: exp(-t * t / 4) / (2 * sqrt(pi))
Q_ = lambda t: erf(t / 2) / 2


def unit_elu(alpha, c):
    alpha, c = mpf(alpha), mpf(c)
    value = lambda t: t**3 / 12 + alpha * (2 * c - alpha) * (t + c * exp(-t / c)) / 2
    return value


growing = {
    "tanh": lambda t: -2 * (t * coth(t) if t else mpf(1)),
    "sigmoid": lambda t: -(t / 2 * coth(t / 2) if t else mpf(1)),
    "softplus": lambda t: t**3 / 12 + pi**2 * t / 6 + t * mp.polylog(2, exp(-t)) + 2 * mp.polylog(3, exp(-t)),
    "erf": lambda t: -4 * (t * (Phi(t) - mpf(1) / 2) + pdf(t)),
    "arctan": lambda t: -pi * (t * atan(t / 2) - log(1 + t * t / 4)),
    "gelu": lambda t: n_(t) - 2 * (t * Q_(t) + 2 * n_(t)) + (t**3 / 6 + t) * Q_(t) + (t**2 / 3 + mpf(4) / 3) * n_(t),
    "silu": lambda t: (t * (t**2 - 2 * pi**2) * coth(t / 2) / 12 if t else -pi**2 / 3),
    "elu:alpha=1": unit_elu(1, 1),
    "elu:alpha=0.25": unit_elu(0.25, 1),
    "celu:alpha=0.5": unit_elu(0.5, 0.5),
}
mp.dps = 60
for name, closed in growing.items():
    for t in times:
        t = mpf(t)
        out(f"{name} value autocorrelation", [float(t)], closed(t).real)
        if t >= 0.1:
            mp.dps = 120
            out(f"{name} derivative autocorrelation", [float(t)], -mp.diff(closed, t, 2, h=mpf(10) ** -30).real)
            mp.dps = 60

mp.dps = 40
for t in times[:-1]:
    t = mpf(t)
    out("arctan stretch autocorrelation", [float(t)], 2 * pi / (4 + t * t))
    out("arctan derivative autocorrelation", [float(t)], 2 * pi / (4 + t * t)) if t < 0.1 else None

# Piecewise polynomials: A = sum over pairs of jumps, for compact ones by quadrature.
compact = {
    ("hat", "value"): (lambda z: max(mpf(0), 1 - abs(z)), [-1, 0, 1]),
    ("hat", "derivative"): (lambda z: mpf(0) if abs(z) > 1 else -mp.sign(z), [-1, 0, 1]),
    ("hat", "stretch"): (lambda z: mpf(0) if abs(z) > 1 else -abs(z), [-1, 0, 1]),
    ("hard-tanh", "derivative"): (lambda z: mpf(1 if abs(z) < 1 else 0), [-1, 1]),
    ("hard-tanh", "stretch"): (lambda z: z if abs(z) < 1 else mpf(0), [-1, 1]),
    ("relu6", "stretch"): (lambda z: z if 0 < z < 6 else mpf(0), [0, 6]),
    ("bspline:order=4", "value"): (bspline_value(4), [-2, -1, 0, 1, 2]),
    ("bspline:order=7", "value"): (bspline_value(7), [k - mpf(7) / 2 for k in range(8)]),
    ("piecewise:knots=-2/0/0.5,pieces=0/0_1/1_1_-3/0", "value"): (
        pieces["piecewise:knots=-2/0/0.5,pieces=0/0_1/1_1_-3/0"][0], [-2, 0, mpf(0.5)]),
}
for (name, feature), (psi, knots) in compact.items():
    for t in [0.0, 1e-6, 0.3, 0.9, 1.5, 1.96875, 3.1, 5.9, 6.7]:
        t = mpf(t)
        knots = [mpf(k) for k in knots]
        cuts = sorted({*knots, *(k - t for k in knots)})
        cuts = [c for c in cuts if c <= knots[-1] and c >= knots[0] - t]
        total = mp.quad(lambda z: psi(z) * psi(z + t), cuts)
        out(f"{name} {feature} autocorrelation", [float(t)], mpf(0) if abs(total) < mpf(10)**-30 else total)
for t in times:
    t = mpf(t)
    out("relu value autocorrelation", [float(t)], t**3 / 12)
    out("relu derivative autocorrelation", [float(t)], -t / 2)
    out("relu stretch autocorrelation", [float(t)], t**3 / 12)
    out("abs value autocorrelation", [float(t)], t**3 / 3)
    out("relu-power:k=3 value autocorrelation", [float(t)], 36 * t**7 / (2 * mp.factorial(7)))
    out("heaviside value autocorrelation", [float(t)], -t / 2)

head = ["# generated by tests/reference/generate_activation.py", "function,arguments,value"]
Path(__file__).with_name("activation.csv").write_text("\n".join(head + rows) + "\n")
print(len(rows), "rows", file=sys.stderr)
