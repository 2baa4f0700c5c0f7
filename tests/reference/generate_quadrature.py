"""Exact values of the problem integrals in tests/it/quadrature.rs, from closed forms at 60 digits.

Writes quadrature.csv next to this file: name, value. The values are those of the formula at the
double-precision parameters that the Rust side uses (mpf(0.3) is the double 0.3).
"""
from pathlib import Path
from mpmath import mp, mpf, exp, log, sqrt, pi, atan, sin, cos, erf, gamma, factorial

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
