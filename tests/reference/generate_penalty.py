"""Penalty weights, from the closed transforms at 60 digits.

Writes penalty.csv: activation, dimension, trained groups, output_std, law of scales, frequency,
ln(1/K), 1/K itself being π|S^{d−1}| r^{d−1}/((2π)^d S(r)) with

    S = Σ_groups E_s[ρ …|φ̂(ω/s)|² or |d(tφ̂)/dt at ω/s|² …],

the derivative taken numerically (mpmath.diff), the means over scales by quadrature of 40 digits in
t = ω/s, oscillating tails exactly. Frequencies and parameters are the doubles nearest to what is written.
"""
import multiprocessing
import sys
from pathlib import Path
from mpmath import (mp, mpf, mpc, pi, exp, log, sin, cos, csch, coth, sech, sinh, sqrt, diff, gamma,
                    factorial, quad, quadosc, inf, nstr, linspace)

mp.dps = 60
j = mpc(0, 1)


def sinc(w):
    return sin(w / 2) / (w / 2)


def piecewise(knots):
    """[(z, derivative order, jump)] → Σ jump e^{−iωz}/(iω)^{order+1}"""
    return lambda w: sum(c * exp(-j * w * z) / (j * w) ** (n + 1) for z, n, c in knots)


third = mpf(1) / 3
tenth = mpf(0.1)
quarter = mpf(0.25)
TRANSFORMS = {
    "heaviside": lambda w: 1 / (j * w),
    "sign": lambda w: 2 / (j * w),
    "relu": lambda w: -1 / w**2,
    "relu-power:k=3": lambda w: 6 / (j * w) ** 4,
    "squared-relu": lambda w: 2 / (j * w) ** 3,
    "abs": lambda w: -2 / w**2,
    "leaky-relu:slope=0.1": lambda w: -(1 - tenth) / w**2,
    "hat": lambda w: sinc(w) ** 2,
    "bspline:order=4": lambda w: sinc(w) ** 4,
    "hard-tanh": piecewise([(-1, 1, 1), (1, 1, -1)]),
    "relu6": piecewise([(0, 1, 1), (6, 1, -1)]),
    "tanh": lambda w: -j * pi * csch(pi * w / 2),
    "sigmoid": lambda w: -j * pi * csch(pi * w),
    "softplus": lambda w: -pi / (w * sinh(pi * w)),
    "erf": lambda w: 2 * exp(-w * w / 4) / (j * w),
    "arctan": lambda w: pi * exp(-abs(w)) / (j * w),
    "gelu": lambda w: -exp(-w * w / 2) * (1 + 1 / w**2),
    "silu": lambda w: -pi**2 * csch(pi * w) * coth(pi * w),
    "elu:alpha=1": lambda w: -1 / (w**2 * (1 - j * w)),
    "elu:alpha=0.25": lambda w: -(quarter / (1 - j * w) + 1 - quarter) / w**2,
    "gaussian": lambda w: sqrt(2 * pi) * exp(-w * w / 2),
    "sech": lambda w: pi * sech(pi * w / 2),
}
STEPS = ("heaviside", "sign")


def stretch(name, t):
    f = TRANSFORMS[name]
    # The derivative with room: exponentials of 1e6 lose nothing at 60 digits of working precision.
    with mp.workdps(120):
        return diff(lambda w: w * f(w), t, h=t * mpf(10) ** -40)


def feature_power(name, group, w, s, v):
    """What neurons of scale s contribute to S_group(w)."""
    t = w / s
    if group == "scale":
        return v**2 * abs(stretch(name, t)) ** 2 / s**4
    p = abs(TRANSFORMS[name](t)) ** 2 / s**2
    return p * {"output": mpf(1), "offset": v**2 * w**2, "bias": v**2 * w**2 / s**2}[group]


def density(law, d):
    kind, *p = law
    if kind == "gaussian":
        n = d
    elif kind == "half-normal":
        n = 1
    else:
        lo, hi = p
        return lambda s: 1 / (hi - lo)
    sd = p[0]
    c = 2 ** (1 - mpf(n) / 2) / gamma(mpf(n) / 2) / sd**n
    return lambda s: c * s ** (n - 1) * exp(-s * s / (2 * sd * sd))


def spectrum(name, d, groups, v, law, w):
    if law[0] == "fixed":
        return sum(feature_power(name, g, w, law[1], v) for g in groups)
    p = density(law, d)
    total = mpf(0)
    with mp.workdps(40):
        if name == "hat":
            # (1/ω) ∫ p(ω/t) sinc⁴(t/2) dt with sin⁴(t/2) = 3/8 − cos(t)/2 + cos(2t)/8 far out.
            assert groups == ["output"]
            a, b = (w / law[2], w / law[1] if law[1] else inf) if law[0] == "uniform" else (mpf(0), inf)
            cut = 40 * pi
            top = min(b, cut)
            points = [a] + [2 * pi * i for i in range(1, 21) if a < 2 * pi * i < top] + [top]
            points = sorted(set(points))
            total = quad(lambda t: p(w / t) * (sinc(t) ** 4) if t else mpf(0), points, maxdegree=9) if a < top else 0
            if b == inf:
                a = max(a, cut)
                g = lambda t: p(w / t) * 16 / t**4
                total += quad(lambda t: g(t) * 3 / 8, [a, 10 * a, 1000 * a, inf])
                total += quadosc(lambda t: -g(t) * cos(t) / 2, [a, inf], period=2 * pi)
                total += quadosc(lambda t: g(t) * cos(2 * t) / 8, [a, inf], period=pi)
            elif b > cut:
                points = [max(a, cut)] + [2 * pi * i for i in range(21, 400) if max(a, cut) < 2 * pi * i < b] + [b]
                total += quad(lambda t: p(w / t) * sinc(t) ** 4, points)
            return total / w
        # u = ln s, over panels around the top of the integrand, found on a grid.
        def integrand(u):
            s = exp(u)
            return p(s) * s * sum(feature_power(name, g, w, s, v) for g in groups)
        if law[0] == "uniform":
            lo, hi = (log(law[1]) if law[1] else log(law[2]) - 60), log(law[2])
        else:
            lo, hi = mpf(-60), mpf(12)
        grid = linspace(lo, hi, 289)
        values = [integrand(u) for u in grid]
        top = max(values)
        kept = [i for i, x in enumerate(values) if x > top * mpf(10) ** -36]
        a, b = grid[max(kept[0] - 2, 0)], grid[min(kept[-1] + 2, 288)]
        # mpmath stops by an absolute error: the integrand is brought to order 1 first.
        total = top * quad(lambda u: integrand(u) / top, refined(integrand, a, b), maxdegree=7)
    return total


def refined(integrand, a, b):
    """Panels of 1/30 of the width of what is within 1e−40 of the top, found by repeated narrowing."""
    for _ in range(6):
        grid = linspace(a, b, 161)
        values = [integrand(u) for u in grid]
        top = max(values)
        kept = [i for i, x in enumerate(values) if x > top * mpf(10) ** -40]
        narrow = grid[max(kept[0] - 1, 0)], grid[min(kept[-1] + 1, 160)]
        done = narrow[1] - narrow[0] > (b - a) / 2
        a, b = narrow
        if done:
            break
    return linspace(a, b, 31)


def ln_weight(d, w, s):
    return log(pi * 2 * pi ** (mpf(d) / 2) / gamma(mpf(d) / 2) * w ** (d - 1) / (2 * pi) ** d) - log(s)


def law_text(law):
    return ":".join([law[0]] + [repr(float(x)) for x in law[1:]])


def row(job):
    name, d, groups, v, law, r = job
    s = spectrum(name, d, groups, mpf(v), tuple([law[0]] + [mpf(x) for x in law[1:]]), mpf(r))
    return [name, d, "+".join(groups), v, law_text(law), repr(r), nstr(ln_weight(d, mpf(r), s), 25)]


def jobs():
    for name in TRANSFORMS:
        for d in (1, 2, 3, 10, 50):
            for r in (1e-3, 0.05, 0.7, 7.3, 60.1, 1e3):
                yield name, d, ["output"], 1.0, ("fixed", 1.0), r
        for d in (1, 3):
            for r in (1e-3, 0.8, 1e3):
                if name in STEPS:
                    continue
                yield name, d, ["output", "offset", "scale"], 1.5, ("fixed", 1.3), r
                yield name, d, ["scale"], 0.5, ("fixed", 0.7), r
                yield name, d, ["bias"], 2.0, ("fixed", 3.0), r
    for name in ("relu", "tanh", "gelu", "erf", "gaussian", "softplus", "elu:alpha=1"):
        for law, ds in ((("gaussian", 1.0), (1, 3)), (("half-normal", 0.5), (2,)), (("uniform", 0.5, 2.0), (1,)),
                        (("uniform", 0.0, 1.0), (2,))):
            for d in ds:
                for r in (1e-2, 1.7, 1e3):
                    yield name, d, ["output"], 1.0, law, r
                    if r < 1e3 and law[0] in ("gaussian", "half-normal") and name != "elu:alpha=1":
                        yield name, d, ["output", "bias"], 1.5, law, r
                        yield name, d, ["scale"], 1.0, law, r
    for law, ds in ((("gaussian", 1.0), (1, 2)), (("half-normal", 0.5), (1,)), (("uniform", 0.5, 2.0), (1,))):
        for d in ds:
            for r in (1e-2, 1.7, 30.5):
                yield "hat", d, ["output"], 1.0, law, r


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        rows = pool.map(row, list(jobs()), chunksize=8)
    lines = ["# written by generate_penalty.py", "activation,dim,train,output_std,law,frequency,log_weight"]
    lines += [",".join(map(str, r)) for r in rows]
    Path(__file__).with_name("penalty.csv").write_text("\n".join(lines) + "\n")
