"""Dual activations without closed form where one integral is enough, correlation -1, 0 and 1, to 30 digits:
dual_open.csv. E[f(sZ)f(sZ)], E[f(sZ)f(-sZ)] and E[f(sZ)]^2 by composite Gauss-Legendre rules in z = sx, graded from the
scale of f to that of the law."""
from mpmath import mp, mpf, sqrt, exp, tanh, sech, log1p, atan, npdf
import generate_dual as g

mp.dps = 40


def sigmoid(z):
    return 1 / (1 + exp(-z)) if z > 0 else exp(z) / (1 + exp(z))


def softplus(z):
    return z + log1p(exp(-z)) if z > 0 else log1p(exp(z))


OPEN = {
    "tanh": (tanh, lambda z: sech(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "softplus": (softplus, sigmoid),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z))),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "arctan": (atan, lambda z: 1 / (1 + z * z)),
    "sech": (sech, lambda z: -sech(z) * tanh(z)),
}


def mean(f, s):
    ends = [mpf(k) / 2 for k in range(0, 41)] + [10 * mpf(3) ** (mpf(k) / 4) for k in range(3, 60)]
    ends = [e for e in ends if e < 13 * s]
    # The law's own scale.
    ends += [s * k / 2 for k in range(1, 27)]
    ends = sorted(set(ends))
    cuts = [-e for e in reversed(ends) if e > 0] + ends
    return g.integrate(lambda z: npdf(z / s) / s * f(z), cuts)


if __name__ == "__main__":
    with open("dual_open.csv", "w") as out:
        out.write("# made by generate_dual_open.py\n")
        out.write("activation;variance;rho;nngp;derivative;nngp_size;derivative_size\n")
        for name, pair in OPEN.items():
            for q in (1e-6, 1.0, 50.0, 1e3, 1e6):
                s = sqrt(mpf(q))
                same = [mean(lambda z: f(z) ** 2, s) for f in pair]
                opposite = [mean(lambda z: f(z) * f(-z), s) for f in pair]
                apart = [mean(f, s) ** 2 for f in pair]
                for rho, values in ((1, same), (-1, opposite), (0, apart)):
                    fields = [name, q, rho] + [mp.nstr(v, 22) for v in values + same]
                    out.write(";".join(map(str, fields)) + "\n")
