#!/usr/bin/env python3
"""Reference values of representing densities, by 40-digit quadrature in frequency of Gaussians' transforms
(mpmath): alpha(gamma) = (1/pi) Re int_0^inf hhat(w)/phihat_s(w) e^{i w gamma} dw, and the misfit-free function itself.

Writes represent.csv: rows `<activation>,<dim width scale gamma>,<value>`."""
from pathlib import Path
from mpmath import mp, mpf, mpc, pi, gamma, quad, exp, sinh, csch, cos, sin, re, linspace

mp.dps = 40
TRANSFORMS = {
    "relu": lambda w: -1 / w**2,
    "heaviside": lambda w: 1 / mpc(0, w),
    "tanh": lambda w: mpc(0, -pi) * csch(pi * w / 2),
    "softplus": lambda w: -pi / (w * sinh(pi * w)),
    "gelu": lambda w: -exp(-w**2 / 2) * (1 + 1 / w**2),
    "elu": lambda w: -1 / (w**2 * mpc(1, -w)),
}


def alpha(name, d, width, s, g):
    surface = 2 * pi ** (mpf(d) / 2) / gamma(mpf(d) / 2)
    factor = (2 * pi) ** (1 - d) * surface / 2

    def integrand(w):
        fhat = (2 * pi) ** (mpf(d) / 2) * width**d * exp(-(width**2) * w**2 / 2)
        value = factor * w ** (d - 1) * fhat / (TRANSFORMS[name](w / s) / s)
        return re(value * exp(mpc(0, w * g)))

    end = 60 / width
    return quad(integrand, linspace(mpf(0), mpf(end), 41)) / pi


rows = []
for name in TRANSFORMS:
    for d in (1, 2, 3, 5):
        for g in ("0", "0.375", "-1.25"):
            width, s = (mpf("1.5"), mpf(1)) if name == "gelu" else (mpf("0.75"), mpf("1.5"))
            if name == "softplus":
                width = mpf("1")
            value = alpha(name, d, width, s, mpf(g))
            rows.append(f"{name},{d} {mp.nstr(width, 5)} {mp.nstr(s, 5)} {g},{mp.nstr(value, 30)}")

# Laws of scales: alpha_s(gamma) = rho(s) (1/pi) Re int conj(phihat_s) hhat/S e^{i w gamma} dw, S = int rho |phihat_s|^2 ds.
def alpha_of_law(name, d, width, s, g):
    surface = 2 * pi ** (mpf(d) / 2) / gamma(mpf(d) / 2)
    factor = (2 * pi) ** (1 - d) * surface / 2
    if name == "gaussian-half-normal":
        rho = lambda t: mp.sqrt(2 / pi) * exp(-(t**2) / 2)
        phihat = lambda w: mp.sqrt(2 * pi) * exp(-(w**2) / 2)
        # int s^-2 e^{-s^2/2 - w^2/s^2} ds = sqrt(pi)/(2w) e^{-sqrt(2) w}
        power = lambda w: mp.sqrt(2) * pi * exp(-mp.sqrt(2) * w) / w
    else:  # tanh, uniform on [1/2, 2]
        rho = lambda t: mpf(2) / 3
        phihat = TRANSFORMS["tanh"]
        nodes = [(mpf("1.25") + mpf("0.75") * t, mpf("0.75") * c) for t, c in zip(*leggauss)]
        power = lambda w: sum(c * rho(t) * abs(phihat(w / t) / t) ** 2 for t, c in nodes)

    def integrand(w):
        fhat = (2 * pi) ** (mpf(d) / 2) * width**d * exp(-(width**2) * w**2 / 2)
        return re(factor * w ** (d - 1) * fhat * mp.conj(phihat(w / s) / s) * rho(s) / power(w) * exp(mpc(0, w * g)))

    return quad(integrand, linspace(mpf(0), 14 / width, 11), maxdegree=4) / pi


mp.dps = 20
from numpy.polynomial.legendre import leggauss as rule

leggauss = rule(48)
for name in ("gaussian-half-normal", "tanh-uniform"):
    for d in (1, 2, 3):
        for s, g in (("0.75", "0.5"), ("1.5", "-1")):
            value = alpha_of_law(name, d, mpf(1), mpf(s), mpf(g))
            rows.append(f"{name},{d} 1.0 {s} {g},{mp.nstr(value, 16)}")

path = Path(__file__).with_name("represent.csv")
path.write_text("# made by generate_represent.py (mpmath, 40 digits; laws of scales 12 digits)\nfunction,arguments,value\n" + "\n".join(rows) + "\n")
