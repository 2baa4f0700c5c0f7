"""Dual activations of formulas with algebraic tails, whose features may be narrow beside the law: dual_graded.csv.
E[f(u)g(v)] as nested composite Gauss-Legendre rules in 64-bit mantissas (numpy's long double), u outside: along u the panels shrink
towards 0, 3 and the places where the conditional law of v passes these, along v given u towards 0 and 3, each by factors of three down to below
the scale of f, and none is longer than a standard deviation. Nodes by mpmath. Nothing is shared with the library but the formulas;
`spot` holds values of 1/(1+z^2) by one integral over Voigt's function in 30 digits."""
from mpmath import mp, mpf, erfc, quad, sqrt as msqrt, exp as mexp, pi as mpi
import numpy as np

mp.dps = 40
L = np.longdouble
ONE, PI = L(1), L("3.14159265358979323846264338327950288")


def gauss(n):
    """Newton's iteration on P_n."""
    nodes, weights = [], []
    for i in range(n):
        x = mp.cos(mpi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            a, b = mpf(1), x
            for k in range(2, n + 1):
                a, b = b, ((2 * k - 1) * x * b - (k - 1) * a) / k
            slope = n * (x * b - a) / (x * x - 1)
            x -= b / slope
        nodes.append(L(mp.nstr(x, 30)))
        weights.append(L(mp.nstr(2 / ((1 - x * x) * slope**2), 30)))
    return np.array(nodes), np.array(weights)


X, W = gauss(24)

FORMULAS = {
    "1/(1+z^2)": (lambda z: 1 / (1 + z * z), lambda z: -2 * z / (1 + z * z) ** 2),
    "1/(1+z^4)": (lambda z: 1 / (1 + z**4), lambda z: -4 * z**3 / (1 + z**4) ** 2),
    "sqrt(1+z^2)": (lambda z: np.sqrt(1 + z * z), lambda z: z / np.sqrt(1 + z * z)),
    "z/(1+abs(z))": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "abs(z)/(1+abs(z))": (lambda z: abs(z) / (1 + abs(z)), lambda z: np.sign(z) / (1 + abs(z)) ** 2),
    "1/(1+(z-3)^2)": (lambda z: 1 / (1 + (z - 3) ** 2), lambda z: -2 * (z - 3) / (1 + (z - 3) ** 2) ** 2),
}
FUNCTIONS = [f for pair in FORMULAS.values() for f in pair]
REACH = L(10)


def panels(low, high, places, finest, longest):
    """Ends between low and high: towards each place by halves down to `finest`, none longer than `longest`."""
    ends = [low, high]
    for place in places:
        distance = finest
        ends.append(place)
        while distance < high - low:
            ends += [place - distance, place + distance]
            distance *= 3
    ends = np.unique(np.clip(np.array(ends, dtype=L), low, high))
    cut = [ends[:1]]
    for a, b in zip(ends[:-1], ends[1:]):
        n = int(np.ceil((b - a) / longest))
        cut.append(a + (b - a) * np.arange(1, n + 1, dtype=L) / n)
    return np.concatenate(cut)


def nodes(ends):
    middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
    return (middle[:, None] + half[:, None] * X).ravel(), (half[:, None] * W).ravel()


def density(z, s):
    return np.exp(-(z / s) ** 2 / 2) / (s * np.sqrt(2 * PI))


def pair(q1, q2, away):
    """E[f(u)f(v)] for all functions at correlation 1 - away."""
    s, t = np.sqrt(L(q1)), np.sqrt(L(q2))
    rho, sine = 1 - away, np.sqrt(away * (2 - away))
    tau = t * sine
    images = [L(0), L(3)]
    finest = min(ONE, s, t) / 4
    if rho != 0:
        images += [3 * s / (rho * t)]
        # The conditional mean of a kink bends over the conditional deviation.
        finest = min(finest, abs(s / (rho * t)) * min(ONE, t, tau) / 4)
    u, weights = nodes(panels(-REACH * s, REACH * s, images, finest, s))
    weights = weights * density(u, s)
    total = np.zeros(len(FUNCTIONS), dtype=L)
    for x, w in zip(u, weights):
        if w < L("1e-30"):
            continue
        m = rho * t / s * x
        v, inner = nodes(panels(m - REACH * tau, m + REACH * tau, [L(0), L(3)], min(ONE, tau) / 4, tau))
        inner = inner * density(v - m, tau)
        for i, f in enumerate(FUNCTIONS):
            total[i] += w * f(x) * (inner @ f(v))
    return total


def square(q):
    s = np.sqrt(L(q))
    u, weights = nodes(panels(-REACH * s, REACH * s, [L(0), L(3)], min(ONE, s) / 16, s / 4))
    return [weights * density(u, s) @ f(u) ** 2 for f in FUNCTIONS]


def voigt(q1, q2, away):
    """1/(1+z^2): E[1/(1+v^2) | u] = sqrt(pi/2)/tau Re w((m+i)/(tau sqrt 2))."""
    s, t, rho = msqrt(mpf(q1)), msqrt(mpf(q2)), 1 - mpf(away)
    tau = t * msqrt(mpf(away) * (2 - mpf(away)))
    def given(m):
        z = (m + 1j) / (tau * msqrt(2))
        return msqrt(mpi / 2) / tau * (mexp(-z * z) * erfc(-1j * z)).real
    def along(x):
        return mexp(-(x / s) ** 2 / 2) / (s * msqrt(2 * mpi)) / (1 + x * x) * given(rho * t / s * x)
    ends = [mpf(2) ** k for k in range(-4, 40) if mpf(2) ** k < 12 * s]
    return 2 * quad(along, [0] + ends + [12 * s])


PAIRS = [("1e-6", "1e-6"), ("1", "1"), ("1e4", "1e4"), ("1e6", "1e6"), ("1", "1e4"), ("1e-6", "1e6"), ("1e6", "30")]
AWAY = ["1.9", "1", "0.5", "0.01", "1e-6"]

if __name__ == "__main__":
    import sys
    from multiprocessing import Pool

    def job(case):
        q1, q2, away = case
        return case, pair(q1, q2, L(away))

    if "spot" in sys.argv:
        for case in (("1e6", "1e6", "1"), ("1e6", "1e6", "0.5"), ("1e4", "1e4", "1"), ("1", "1e4", "0.5")):
            print(case, mp.nstr(voigt(*case), 20), pair(case[0], case[1], L(case[2]))[0])
        sys.exit()
    sizes = {q: square(q) for q in {q for p in PAIRS for q in p}}
    with open("dual_graded.csv", "w") as out, Pool(2) as pool:
        out.write("# made by generate_dual_graded.py\n")
        out.write("formula;q11;q22;away;nngp;derivative;nngp_size;derivative_size\n")
        for (q1, q2, away), found in pool.imap(job, [(*p, a) for p in PAIRS for a in AWAY]):
            for i, name in enumerate(FORMULAS):
                at = 2 * i
                fields = [found[at], found[at + 1]]
                fields += [np.sqrt(sizes[q1][k] * sizes[q2][k]) for k in (at, at + 1)]
                text = [np.format_float_scientific(x, precision=19) for x in fields]
                out.write(";".join([name, q1, q2, away, *text]) + "\n")
            print(q1, q2, away, flush=True)
