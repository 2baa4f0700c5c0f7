"""Integrals over lines and planes, with mpmath.

Writes radon.csv next to this file. Every argument is a double; the direction is given by a vector that is
normalised here. By routes that share nothing with the library's formulas:
  polynomial2 (c11 c12 c22, m1 m2, which, u1 u2, offset): quadrature along the line of p(x-m) exp(-(x-m)'C^{-1}(x-m)/2),
    p = 1; x; 1+2xy^2-x^3; x^4 y for which = 0..3
  polynomial3 (c11 c12 c13 c22 c23 c33, which, u1 u2 u3, offset): the same over planes, centre 0, p = 1; xz^2 - y
  ellipse (a b angle, m1 m2, u1 u2, offset): the chord, from the roots of its quadratic
  ellipsoid (a b c, m1 m2 m3, u1 u2 u3, offset): chords integrated over the plane
  phantom (modified, u1 u2, offset): sum of the chords of the ten ellipses
  j0 (frequency, offset): the oscillating improper integral
  doppler (offset): quadrature between the zeros of the chirp
"""
from pathlib import Path
from mpmath import mp, mpf, matrix, quad, quadosc, sqrt, exp, sin, cos, pi, besselj, inf

mp.dps = 30
rows = []


def emit(name, args, value, digits=22):
    rows.append(f"{name},{' '.join(repr(float(a)) for a in args)},{mp.nstr(value, digits)}")


def unit(v):
    n = sqrt(sum(mpf(x) ** 2 for x in v))
    return [mpf(x) / n for x in v]


def polynomial(which, y):
    if len(y) == 3:
        return [mpf(1), y[0] * y[2] ** 2 - y[1]][which]
    return [mpf(1), y[0], 1 + 2 * y[0] * y[1] ** 2 - y[0] ** 3, y[0] ** 4 * y[1]][which]


SHAPES2 = [((1, 0, 1), (0, 0)), ((0.5, 0.25, 2), (0.3, -0.7)), ((4, -1.5, 0.75), (10, 1)), ((1e-4, 0, 1e2), (0, 0))]
LINES = [((3, 4), 0.5), ((1, 0), -0.25), ((-1, 2), 1.75), ((0, -1), 0.0)]
for (c11, c12, c22), m in SHAPES2:
    inverse = matrix([[mpf(c11), mpf(c12)], [mpf(c12), mpf(c22)]]) ** -1
    for u, offset in LINES:
        xi = unit(u)
        eta = [-xi[1], xi[0]]
        along = sum(a * mpf(b) for a, b in zip(eta, m))
        # The width and the centre of the Gaussian along the line.
        A = sum(eta[i] * inverse[i, j] * eta[j] for i in range(2) for j in range(2))
        start = [mpf(offset) * xi[i] - mpf(m[i]) for i in range(2)]
        B = sum(eta[i] * inverse[i, j] * start[j] for i in range(2) for j in range(2))
        middle, width = -B / A, 1 / sqrt(A)
        for which in range(4):
            def f(t):
                y = [start[i] + t * eta[i] for i in range(2)]
                q = sum(y[i] * inverse[i, j] * y[j] for i in range(2) for j in range(2))
                return polynomial(which, y) * exp(-q / 2)
            value = quad(f, [middle + width * k for k in range(-18, 19, 3)])
            emit("polynomial2", [c11, c12, c22, *m, which, *u, offset], value)

mp.dps = 22
for c in [(1, 0.25, 0, 0.5, -0.125, 2)]:
    C = matrix([[c[0], c[1], c[2]], [c[1], c[3], c[4]], [c[2], c[4], c[5]]])
    inverse = C ** -1
    for u, offset in [((1, 2, 2), 0.5), ((0, 0, -1), 1.25)]:
        xi = unit(u)
        first = unit((2, -1, 0)) if u[0] else unit((1, 0, 0))
        second = [xi[1] * first[2] - xi[2] * first[1], xi[2] * first[0] - xi[0] * first[2], xi[0] * first[1] - xi[1] * first[0]]
        for which in range(2):
            def g(s, t):
                y = [mpf(offset) * xi[i] + s * first[i] + t * second[i] for i in range(3)]
                q = sum(y[i] * inverse[i, j] * y[j] for i in range(3) for j in range(3))
                return polynomial(which, y) * exp(-q / 2)
            # The trapezoidal rule is exact for Gaussians of this width, to all digits kept.
            h = mpf(1) / 8
            value = h * h * sum(g(h * i, h * j) for i in range(-96, 97) for j in range(-96, 97))
            emit("polynomial3", [*c, which, *u, offset], value, 19)

mp.dps = 30


def chord(a, b, angle, m, xi, offset):
    c, s = cos(angle), sin(angle)
    eta = [-xi[1], xi[0]]
    p = [offset * xi[i] - m[i] for i in range(2)]
    rotate = lambda v: ((v[0] * c + v[1] * s) / a, (-v[0] * s + v[1] * c) / b)
    (p0, p1), (e0, e1) = rotate(p), rotate(eta)
    A, B, D = e0 ** 2 + e1 ** 2, p0 * e0 + p1 * e1, p0 ** 2 + p1 ** 2 - 1
    root = B * B - A * D
    return 2 * sqrt(root) / A if root > 0 else mpf(0)


for a, b, angle, m in [(1, 1, 0, (0, 0)), (2, 0.25, 0.5, (1, -2)), (0.01, 3, -1.25, (0, 0.5))]:
    for u, offset in LINES + [((1, 1), -0.7071), ((1, -2), 1.0)]:
        emit("ellipse", [a, b, angle, *m, *u, offset], chord(mpf(a), mpf(b), mpf(angle), [mpf(x) for x in m], unit(u), mpf(offset)))

for axes, m in [((1, 1, 1), (0, 0, 0)), ((2, 0.5, 1), (0.25, 0, -1))]:
    for u, offset in [((1, 2, 2), 0.25), ((0, 0, 1), -0.5), ((-1, 0, 1), -0.75)]:
        xi = unit(u)
        first = unit((2, -1, 0)) if u[1] else [mpf(0), mpf(1), mpf(0)]
        second = [xi[1] * first[2] - xi[2] * first[1], xi[2] * first[0] - xi[0] * first[2], xi[0] * first[1] - xi[1] * first[0]]
        scaled = lambda v: [v[i] / mpf(axes[i]) for i in range(3)]
        dot = lambda v, w: sum(x * y for x, y in zip(v, w))
        f, e = scaled(first), scaled(second)
        p = scaled([mpf(offset) * xi[i] - mpf(m[i]) for i in range(3)])
        # Discriminant of the chord along `second`, a quadratic in s.
        A = dot(e, e)
        quadratic = lambda s: dot([p[i] + s * f[i] for i in range(3)], e) ** 2 - A * (dot([p[i] + s * f[i] for i in range(3)], [p[i] + s * f[i] for i in range(3)]) - 1)
        c0, c1 = quadratic(mpf(0)), (quadratic(mpf(1)) - quadratic(mpf(-1))) / 2
        c2 = (quadratic(mpf(1)) + quadratic(mpf(-1))) / 2 - c0
        disc = c1 * c1 - 4 * c2 * c0
        if disc <= 0:
            value = mpf(0)
        else:
            low, high = sorted([(-c1 - sqrt(disc)) / (2 * c2), (-c1 + sqrt(disc)) / (2 * c2)])
            half, mid = (high - low) / 2, (high + low) / 2
            value = quad(lambda v: 2 * sqrt(abs(quadratic(mid + half * sin(v)))) / A * half * cos(v), [-pi / 2, 0, pi / 2])
        emit("ellipsoid", [*axes, *m, *u, offset], value)

ELLIPSES = """2 1 .69 .92 0 0 0|-.98 -.8 .6624 .874 0 -.0184 0|-.02 -.2 .11 .31 .22 0 -18|-.02 -.2 .16 .41 -.22 0 18
.01 .1 .21 .25 0 .35 0|.01 .1 .046 .046 0 .1 0|.01 .1 .046 .046 0 -.1 0|.01 .1 .046 .023 -.08 -.605 0|.01 .1 .023 .023 0 -.606 0|.01 .1 .023 .046 .06 -.605 0""".replace("\n", "|")
for modified in (0, 1):
    for u, offset in LINES + [((1, 0.0625), 0.03125), ((1, 1), -0.375), ((2, -1), 0.65)]:
        total = mpf(0)
        for text in ELLIPSES.split("|"):
            e = [mpf(x) for x in text.split()]
            total += e[modified] * chord(e[2], e[3], e[6] * pi / 180, e[4:6], unit(u), mpf(offset))
        emit("phantom", [modified, *u, offset], total)

for frequency in [2 * 3.141592653589793, 1.5]:
    for offset in [0.0, 0.125, 0.7, -3.25]:
        w, g = mpf(frequency), abs(mpf(offset))
        # In r = sqrt(g^2+t^2): the oscillation has constant period; t = sqrt removes the root at its start.
        head = g + pi / w
        start = quad(lambda t: besselj(0, w * sqrt(g * g + t * t)), [0, sqrt(head ** 2 - g * g)])
        weighted = lambda r: besselj(0, w * r) * r / sqrt(r * r - g * g)
        tail = quadosc(lambda s: weighted(head + s), [0, inf], omega=w)
        emit("j0", [frequency, offset], 2 * (start + tail), 20)

for offset in [0.0, 0.03125, 0.25, -0.8125]:
    g = abs(mpf(offset))
    eps = mpf(1) / 20
    zeros = [mpf(21) / 10 / n - eps for n in range(2, 43)]
    cuts = sorted({mp.mpf(0), sqrt(1 - g * g)} | {sqrt(z * z - g * g) for z in zeros if g < z < 1})

    def f(t):
        r = sqrt(g * g + t * t)
        return sqrt(abs(r * (1 - r))) * sin(2 * pi * (1 + eps) / (r + eps))

    emit("doppler", [offset], 2 * quad(f, cuts), 20)

header = ["# generated by tests/reference/generate_radon.py (mpmath)", "function,arguments,value"]
Path(__file__).with_name("radon.csv").write_text("\n".join(header + rows) + "\n")
