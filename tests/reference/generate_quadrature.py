"""Exact values of the problem integrals in tests/it/quadrature.rs, from closed forms at 60 digits.

Writes quadrature.csv (name, value) and quadrature_fourier.csv (name, omega, real part, imaginary part)
next to this file. The values are those of the formula at the
double-precision parameters that the Rust side uses (mpf(0.3) is the double 0.3).
"""
from pathlib import Path
from mpmath import (mp, mpf, mpc, exp, log, sqrt, pi, atan, sin, cos, erf, gamma, factorial, gammainc,
                    besselk, csch, quad, inf)

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
out = Path(__file__).with_name("quadrature.csv")
with out.open("w") as file:
    file.write("# written by tests/reference/generate_quadrature.py\nname,value\n")
    for name, value in rows.items():
        file.write(f"{name},{mp.nstr(value, 25)}\n")

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
out = Path(__file__).with_name("quadrature_fourier.csv")
with out.open("w") as file:
    file.write("# written by tests/reference/generate_quadrature.py\nname,omega,re,im\n")
    for name, transform in transforms.items():
        for omega in (1e-3, 0.1, 1.0, 7.3, 100.0, 1e3):
            value = mpc(transform(mpf(omega)))
            file.write(f"{name},{omega!r},{mp.nstr(value.real, 25)},{mp.nstr(value.imag, 25)}\n")
