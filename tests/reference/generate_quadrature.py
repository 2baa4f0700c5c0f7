"""Exact values of the problem integrals in tests/it/quadrature.rs, from closed forms at 60 digits.

Writes quadrature.csv next to this file: integrals by name (argument: nothing, written 0), transforms by name
with the suffix _re or _im (argument: ω), logarithms of integrals (argument: their parameter), Gauss rules on the
upper half of their nodes, counted from the outermost (arguments: n, index[, λ]). The values are those of the formula at the
double-precision parameters that the Rust side uses (mpf(0.3) is the double 0.3).
"""
from pathlib import Path
from mpmath import (mp, mpf, mpc, exp, log, sqrt, pi, atan, sin, cos, erf, gamma, factorial, gammainc,
                    besselk, csch, quad, loggamma)

mp.dps = 60
third = mpf(1 / 3)
nine_tenths = mpf(0.9)
p3 = mpf(0.3)


def gauss_mass(lo, hi, mu, s):
    """∫_lo^hi e^{−(x−μ)²/(2s²)} dx"""
    r = sqrt(mpf(2)) * s
    return s * sqrt(pi / 2) * (erf((hi - mu) / r) - erf((lo - mu) / r))


rows = {
    # smooth
    "exp": exp(1) - 1,
    "power_5": mpf(1) / 6,
    "cos_50": sin(mpf(50)) / 50,
    "runge": 2 * atan(mpf(5)) / 5,
    "cancelled_sine": mpf(0),
    "far_offset": exp(1) - 1,
    "wide_exp": 1 - exp(-mpf(10) ** 6),
    "wide_lorentz": 2 * atan(mpf(10) ** 6),
    "fast_exp": (1 - exp(-mpf(10) ** 8)) / mpf(10) ** 8,
    "huge_values": (exp(1) - 1) * mpf(1e300),
    "tiny_values": (exp(1) - 1) * mpf(1e-300),
    "oscillating_1000": (1 - cos(mpf(1000))) / 1000,
    # kinks and jumps, named and unnamed
    "kink_named": (third**2 + (1 - third) ** 2) / 2,
    "kink_unnamed": (third**2 + (1 - third) ** 2) / 2,
    "jump_named": exp(1) - exp(third),
    "jump_unnamed": exp(1) - exp(third),
    "three_kinks": sum((mpf(c) ** 2 + (1 - mpf(c)) ** 2) / 2 for c in (0.2, 0.5, 0.9)),
    # max(x − 0.3, 0) e^{−x²/2} on [−3, 4]
    "relu_gauss_unnamed": (exp(-(p3**2) / 2) - exp(mpf(-8))) - p3 * gauss_mass(p3, mpf(4), mpf(0), mpf(1)),
    # ends
    "sqrt": mpf(2) / 3,
    "log": mpf(-1),
    "x_log": mpf(-1) / 4,
    "inverse_sqrt": mpf(2),
    "inverse_09": 1 / (1 - nine_tenths),
    "half_disc": pi / 2,
    "inverse_half_disc": pi,
    "inverse_sqrt_at_one": mpf(2),
    "log_interior_named": (p3 * log(p3) - p3) + ((1 - p3) * log(1 - p3) - (1 - p3)),
    "cusp_unnamed": (p3 ** mpf(1.5) + (1 - p3) ** mpf(1.5)) / mpf(1.5),
    # narrow peaks
    "lorentz_peak": (atan((1 - p3) * 10**6) + atan(p3 * 10**6)) * 10**6,
    "gauss_peak": gauss_mass(mpf(0), mpf(1), p3, mpf(1e-6)),
    "two_peaks": gauss_mass(mpf(0), mpf(1), p3, mpf(1e-6)) + gauss_mass(mpf(0), mpf(1), mpf(0.7), mpf(1e-3)),
    "peak_at_end": gauss_mass(mpf(0), mpf(1), mpf(0), mpf(1e-9)),
    "boundary_layer": mpf(1) + (1 - exp(-1 / mpf(1e-7))) * mpf(1e-7),
    # half lines
    "half_exp": mpf(1),
    "half_x_exp": mpf(1),
    "half_gamma_30": factorial(30),
    "half_inverse_sqrt_exp": sqrt(pi),
    "half_damped_sine": mpf(1) / 2,
    "half_power_11": 1 / (mpf(1.1) - 1),
    "half_power_2": mpf(1),
    "half_power_from_1": 1 / (mpf(1.05) - 1),
    "half_lorentz": pi / 2,
    "half_log_lorentz": mpf(0),
    "half_stretched": mpf(2),
    "half_log_squared": 1 / log(mpf(2)),
    "half_log_12": log(mpf(2)) ** (1 - mpf(1.2)) / (mpf(1.2) - 1),
    "half_left": mpf(1),
    "half_offset_exp": mpf(1),
    "half_bose": pi**2 / 6,
    # whole line
    "gauss": sqrt(2 * pi),
    "gauss_1e-6": sqrt(2 * pi) * mpf(1e-6),
    "gauss_1e6": sqrt(2 * pi) * mpf(1e6),
    "gauss_1e-30": sqrt(2 * pi) * mpf(1e-30),
    "gauss_1e30": sqrt(2 * pi) * mpf(1e30),
    "gauss_far": sqrt(2 * pi),
    "gauss_far_narrow": sqrt(2 * pi) * mpf(1e-6),
    "gauss_shifted_unnamed": sqrt(2 * pi),
    "gauss_moment_4": 3 * sqrt(2 * pi),
    "gauss_moment_20": factorial(20) / (2**10 * factorial(10)) * sqrt(2 * pi),
    "gauss_kink": mpf(2),
    "gauss_odd": mpf(0),
    "gauss_cos_5": sqrt(2 * pi) * exp(mpf(-25) / 2),
    "sech": pi,
    "quartic": pi / sqrt(mpf(2)),
    "student_11": sqrt(pi) * gamma(mpf(0.55) - mpf(1) / 2) / gamma(mpf(0.55)),
    "laplace_kink_unnamed": mpf(2),
    "logistic_density": mpf(1),
    "many_splits": sqrt(2 * pi),
}
table = [(name, (0,), value) for name, value in rows.items()]

# Transforms ∫ f(z) e^{−iωz} dz.
i = mpc(0, 1)


def half_power(a, w):
    """∫_0^∞ (1+z)^{−a} e^{−iωz} dz"""
    return exp(i * w) * (i * w) ** (a - 1) * gammainc(1 - a, i * w)


def half_log(w):
    """∫_0^∞ e^{−iωz}/ln(2+z) dz, ω > 0, on the ray z = −iy where it does not oscillate"""
    return -i * quad(lambda y: exp(-w * y) / log(2 - i * y), [0, 1 / w, 10 / w, 100 / w, 1000 / w])


transforms = {
    # 1/z tails, jump at 0
    "arctan_remainder": lambda w: pi * (1 - exp(-w)) / (i * w),
    "softsign_remainder": lambda w: half_power(mpf(1), w) - half_power(mpf(1), -w),
    "softsign_shifted": lambda w: exp(-i * w * mpf(0.3)) * (half_power(mpf(1), w) - half_power(mpf(1), -w)),
    # slower and faster powers
    "quarter_power": lambda w: 2 * half_power(mpf(0.25), w).real,
    "one_sided_power_15": lambda w: half_power(mpf(1.5), w),
    "inverse_log": lambda w: 2 * half_log(w).real,
    "inverse_sqrt": lambda w: sqrt(2 * pi / w),
    "inverse_hypot": lambda w: 2 * besselk(0, w),
    "lorentz": lambda w: pi * exp(-w),
    # fast decay
    "tanh_remainder": lambda w: 2 / (i * w) + i * pi * csch(pi * w / 2),
    "laplace": lambda w: 2 / (1 + w**2),
    "one_sided_exp": lambda w: exp(-p3 * (1 + i * w)) / (1 + i * w),
    "gauss": lambda w: sqrt(2 * pi) * exp(-(w**2) / 2),
    "gauss_wide": lambda w: 1000 * sqrt(2 * pi) * exp(-((1000 * w) ** 2) / 2),
    "gauss_narrow": lambda w: mpf(1e-6) * sqrt(2 * pi) * exp(-((mpf(1e-6) * w) ** 2) / 2),
    "hat": lambda w: (sin(w / 2) / (w / 2)) ** 2,
}
mp.dps = 40
for name, transform in transforms.items():
    for omega in (1e-3, 0.1, 1.0, 7.3, 100.0, 1e3):
        value = mpc(transform(mpf(omega)))
        table += [(name + "_re", (omega,), value.real), (name + "_im", (omega,), value.imag)]


def ln_scale_law(r):
    """ln ∫_0^∞ e^{−2πr/s − s²/2} ds, peak at s = (2πr)^{1/3}"""
    s = (2 * pi * r) ** (mpf(1) / 3)
    top = -2 * pi * r / s - s**2 / 2
    cuts = [0] + [s * mpf(2) ** (mpf(k) / 4) for k in range(-40, 41)]
    return top + log(quad(lambda u: exp(-2 * pi * r / u - u**2 / 2 - top) if u > 0 else mpf(0), cuts))


mp.dps = 30
for r in (1e-3, 0.1, 1.0, 10.0, 100.0, 1e3, 1e6):
    table.append(("ln_scale_law", (r,), ln_scale_law(mpf(r))))
mp.dps = 60
for n in (0.0, 0.5, 10.0, 1e4, 1e8):
    table.append(("ln_gamma_integral", (n,), loggamma(mpf(n) + 1)))
for width in (1e-200, 1e-6, 1.0, 1e200):
    table.append(("ln_gaussian", (width,), log(mpf(width)) + log(2 * pi) / 2))
# ∫_0^1 e^{kx} dx
for k in (-1e8, 0.5, 1e5):
    table.append(("ln_exponential", (k,), log((exp(mpf(k)) - 1) / mpf(k))))


def symmetric_rule(n, b2, mass):
    """Upper half of the nodes, from the outermost, and Christoffel weights, for x p_k = b_{k+1} p_{k+1} + b_k p_{k−1}."""
    b = [mpf(0)] + [sqrt(b2(k)) for k in range(1, n + 1)]
    c = [float(v) for v in b]

    def above(x):
        """How many zeros of p_n lie above x, by the sign changes of p_0 … p_n, in doubles."""
        p, before, count = 1.0, 0.0, 0
        for k in range(n):
            following = (x * p - c[k] * before) / c[k + 1]
            count += (following < 0) != (p < 0)
            before, p = p, following
        return count

    def start(i):
        lo, hi = 0.0, 2 * max(c)
        for _ in range(60):
            middle = (lo + hi) / 2
            lo, hi = (middle, hi) if above(middle) > i else (lo, middle)
        return lo

    def polynomials(x):
        p, dp = [1 / sqrt(mass)], [mpf(0)]
        for k in range(n):
            before, dbefore = (p[k - 1], dp[k - 1]) if k else (0, 0)
            p.append((x * p[k] - b[k] * before) / b[k + 1])
            dp.append((p[k] + x * dp[k] - b[k] * dbefore) / b[k + 1])
        return p, dp

    result = []
    for i in range((n + 1) // 2):
        x = mpf(start(i)) if 2 * i + 1 < n else mpf(0)
        for _ in range(3 if x else 0):
            p, dp = polynomials(x)
            x -= p[n] / dp[n]
        p, _ = polynomials(x)
        result.append((x, 1 / sum(value**2 for value in p[:n])))
    return result


mp.dps = 50
rules = [("hermite", (n,), lambda k: mpf(k), mpf(1)) for n in (1, 2, 5, 20, 101, 200)]
rules += [("legendre", (n,), lambda k: mpf(k) ** 2 / (4 * mpf(k) ** 2 - 1), mpf(2)) for n in (1, 2, 5, 20, 101, 200)]
for lam in (-0.4, 0.0, 0.25, 1.0, 1.5, 24.0, 300.0):
    lam = mpf(lam)

    def b2(k, lam=lam):
        return 1 / (2 * (1 + lam)) if k == 1 else k * (k + 2 * lam - 1) / (4 * (k + lam) * (k + lam - 1))

    mass = sqrt(pi) * gamma(lam + mpf(1) / 2) / gamma(lam + 1)
    rules += [("gegenbauer", (n, float(lam)), b2, mass) for n in (1, 4, 31)]
    if float(lam) in (-0.4, 1.5, 24.0):
        rules.append(("gegenbauer", (200, float(lam)), b2, mass))
for name, (n, *parameter), b2, mass in rules:
    for index, (node, weight) in enumerate(symmetric_rule(n, b2, mass)):
        # Every node of the small rules, some of the large ones.
        if n < 40 or index < 5 or index % 9 == 0 or 2 * index + 3 >= n:
            table += [(f"{name}_node", (n, index, *parameter), node), (f"{name}_weight", (n, index, *parameter), weight)]

out = Path(__file__).with_name("quadrature.csv")
with out.open("w") as file:
    file.write("# written by tests/reference/generate_quadrature.py\nfunction,arguments,value\n")
    for name, arguments, value in table:
        file.write(f"{name},{' '.join(repr(a) for a in arguments)},{mp.nstr(value, 30)}\n")
