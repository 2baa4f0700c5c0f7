"""Writes tests/reference/special.csv: 50-digit values of the special functions.

Run from anywhere: python3 tests/reference/generate_special.py (mpmath; some seconds). Deterministic.
"""

import math
import random
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60
rows = []


def add(function, *args):
    """Tabulates REFERENCE[function] at exactly these doubles."""
    value = REFERENCE[function](*[mpf(a) for a in args])
    if value != 0 and not mpf(10) ** -300 < abs(value) < mpf(10) ** 305:
        return
    rows.append((function, " ".join(repr(a) for a in args), mp.nstr(value, 20 if function.endswith("_scale") else 50)))


def neighbours(x):
    return [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]


def log_grid(low, high, count, rng):
    """`count` numbers between low and high, evenly jittered on a logarithmic scale."""
    step = math.log(high / low) / count
    return [low * math.exp(step * (i + rng.random())) for i in range(count)]


def lin_grid(low, high, count, rng):
    return [low + (high - low) * (i + rng.random()) / count for i in range(count)]


def quantile(p):
    """Newton on ln Phi (or on erf near one half) at working precision."""
    if p > mpf("0.5"):
        return -quantile(1 - p)
    if p == mpf("0.5"):
        return mpf(0)
    # Start from the tail's leading behaviour, then let a safeguarded Newton iteration converge.
    x = -mp.sqrt(-2 * mp.log(2 * p))
    for _ in range(200):
        f = mp.erfc(-x / mp.sqrt(2)) / 2
        density = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
        step = (mp.log(f) - mp.log(p)) * f / density
        x -= step
        if abs(step) < abs(x) * mpf(10) ** -55:
            return x
    raise ArithmeticError(p)


def erf_inverse(y):
    if abs(y) > mpf("0.5"):
        return -mp.sign(y) * quantile((1 - abs(y)) / 2) / mp.sqrt(2)
    x = y * mp.sqrt(mp.pi) / 2
    for _ in range(100):
        step = (mp.erf(x) - y) / (2 / mp.sqrt(mp.pi) * mp.exp(-x * x))
        x -= step
        if abs(step) <= abs(x) * mpf(10) ** -55:
            return x
    raise ArithmeticError(y)


def modulus(nu, x):
    """sqrt(J^2 + Y^2) where the Bessel function oscillates, |J| where it does not: its natural scale."""
    j = mp.besselj(nu, x)
    return abs(j) if x < nu else mp.sqrt(j**2 + mp.bessely(nu, x) ** 2)


def normal_sf(x):
    return mp.erfc(x / mp.sqrt(2)) / 2


REFERENCE = {
    "erf": mp.erf,
    "erfc": mp.erfc,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
    "erf_inv": erf_inverse,
    "normal_pdf": lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi),
    "normal_cdf": lambda x: normal_sf(-x),
    "normal_sf": normal_sf,
    "ln_normal_cdf": lambda x: mp.log1p(-normal_sf(x)) if x > 0 else mp.log(normal_sf(-x)),
    "normal_quantile": quantile,
    "normal_interval": lambda a, b: normal_sf(a) - normal_sf(b),
    "gamma": mp.gamma,
    "ln_gamma": lambda x: mp.log(abs(mp.gamma(x))),
    "ln_gamma_negative": lambda x: mp.log(abs(mp.gamma(x))),
    "bessel_j": mp.besselj,
    "bessel_j_scale": modulus,
    "bessel_k": mp.besselk,
    "bessel_k_scaled": lambda nu, x: mp.exp(x) * mp.besselk(nu, x),
    "polylog2": lambda x: mp.polylog(2, x),
    "polylog3": lambda x: mp.polylog(3, x),
    "sphere_surface": lambda d: 2 * mp.pi ** (d / 2) / mp.gamma(d / 2),
    "ln_sphere_surface": lambda d: mp.log(2) + d / 2 * mp.log(mp.pi) - mp.loggamma(d / 2),
    "sphere_moment": lambda d, p: mp.exp(
        mp.loggamma(d / 2) + mp.loggamma((p + 1) / 2) - mp.loggamma((d + p) / 2)
    )
    / mp.sqrt(mp.pi),
}


def univariate():
    rng = random.Random(1)
    both = [s * x for x in log_grid(1e-12, 6.0, 16, rng) for s in (1, -1)]
    for x in both + neighbours(0.5) + neighbours(1.0) + neighbours(2.0):
        add("erf", x)
    for x in both + lin_grid(0.3, 26.0, 50, rng):
        add("erfc", x)
    for x in both + lin_grid(-26.0, 30.0, 40, rng) + neighbours(25.0) + log_grid(26.0, 1e150, 10, rng):
        add("erfcx", x)
    for x in both + lin_grid(-37.0, 37.0, 50, rng):
        add("normal_pdf", x)
        add("normal_cdf", x)
        add("normal_sf", x)
    for x in both + lin_grid(-45.0, 37.0, 60, rng) + neighbours(-10.0) + [-1e3, -1e8, -1e150]:
        add("ln_normal_cdf", x)
    for p in log_grid(1e-300, 0.5, 60, rng) + lin_grid(0.01, 0.999, 40, rng) + neighbours(0.25) + neighbours(0.5) + neighbours(0.75) + [1 - 2.0**-53, 5e-324, 1e-320]:
        add("normal_quantile", p)
    for y in log_grid(1e-300, 1.0, 40, rng) + lin_grid(-0.999, 0.999, 40, rng) + neighbours(0.5) + [1 - 2.0**-53, 1 - 1e-10]:
        add("erf_inv", y)
    for _ in range(60):
        a = rng.uniform(-8, 12)
        add("normal_interval", a, a + math.exp(rng.uniform(-20, 2)))
    for a in (0.0, 1.0, 5.0, -1.0, 20.0, 35.0):
        for w in (1e-15 * max(abs(a), 1.0), 1e-8, 0.0624, 0.1, 0.9999, 1.0001, 3.0):
            add("normal_interval", a, a + w)


def gamma_family():
    rng = random.Random(2)
    points = log_grid(1e-300, 1e-3, 20, rng) + lin_grid(0.001, 171.6, 70, rng)
    points += neighbours(1.0) + neighbours(2.0) + neighbours(0.5) + [1 + 1e-8, 2 - 1e-8, 170.5, 171.5]
    for x in points + lin_grid(-20, 0, 30, rng):
        add("gamma", x)
    for x in points + log_grid(200.0, 1e300, 30, rng):
        add("ln_gamma", x)
    for x in lin_grid(-20, 0, 24, rng) + [-2.4570247382208006, -2.7476826467274127, -1e-10, -100.5]:
        add("ln_gamma_negative", x)
    for d in [1, 2, 3, 4, 5, 7, 10, 16, 17, 18, 19, 20, 50, 101, 200, 333, 338, 339, 340, 341, 342, 343, 399, 400, 430]:
        add("sphere_surface", float(d))
        add("ln_sphere_surface", float(d))
    for d in [461, 1000, 12345, 10**6, 10**9]:
        add("ln_sphere_surface", float(d))
    for d in [1, 2, 3, 5, 8, 23, 24, 25, 50, 100, 999, 12345, 10**6]:
        for p in [-0.999, 1e-10, 0.5, 1.0, 3.0, 5.0, 12.5, 22.0, 23.0, 45.0, 200.0]:
            add("sphere_moment", float(d), p)


def polylogarithms():
    rng = random.Random(3)
    ends = [1.0, 1 - 2.0**-53, 1 - 1e-12, 1 - 1e-6, 1e-300, 1e-17] + neighbours(0.5) + neighbours(0.1)
    for x in ends + lin_grid(0.0, 1.0, 60, rng) + log_grid(1e-10, 0.01, 10, rng):
        add("polylog2", x)
        add("polylog3", x)


def bessel():
    rng = random.Random(4)
    orders = [0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.75, 3.5, 5.0, 9.5, 10.0, 17.3, 24.5, 49.0, 120.5]
    for nu in orders:
        xs = log_grid(1e-8, 400.0, 9, rng) + [math.sqrt(2 * (nu + 1)), math.nextafter(25.0, 0), 25.0]
        if nu > 0:
            xs += [0.6 * nu, nu, 1.1 * nu + 1]
        if nu in (0.0, 0.5, 2.75, 10.0):
            xs += [1e3, 12345.6, 1e6]
        for x in xs:
            add("bessel_j", nu, x)
            if rows[-1][0] == "bessel_j":
                add("bessel_j_scale", nu, x)
    for nu in orders + [math.nextafter(0.5, 0), math.nextafter(0.5, 1), 1e-9, 1e-5, 1 - 1e-9]:
        for x in log_grid(1e-10, 600.0, 7, rng) + neighbours(2.0):
            add("bessel_k", nu, x)
            add("bessel_k_scaled", nu, x)
        add("bessel_k_scaled", nu, 1e5)


if __name__ == "__main__":
    univariate()
    gamma_family()
    polylogarithms()
    bessel()
    path = Path(__file__).with_name("special.csv")
    with open(path, "w", encoding="utf-8") as out:
        out.write("# generated by tests/reference/generate_special.py (mpmath, 60 working digits)\n")
        out.write("function,arguments,value\n")
        for function, arguments, value in rows:
            out.write(f"{function},{arguments},{value}\n")
    print(f"{len(rows)} rows, {path.stat().st_size} bytes")
