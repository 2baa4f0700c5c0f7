"""Reference values for interpolants and training, 50 digits (mpmath). Writes interpolant.csv.

Data are dyadic rationals, so that the tests build exactly the same: coordinate j of datum i is
((i*633 + j*104729 + i*i*(37 + 22*j)*j) mod 1024)/512 - 1 (evenly spread for j = 0), its target ((i*i*31 + i*17) mod 256)/128 - 1;
test points use i = 1000, 1001, ...

Cases: cubic:d, the kernel c_d |x-z|^3/12 (order 2); relu:d:R, the kernel
R^2/6 + <x,z>/(2d) + c_d |x-z|^3/(24R) of ReLU units with offsets uniform on [-R, R];
c_d = Gamma(d/2) Gamma(2)/(sqrt(pi) Gamma((d+3)/2)).
"""
import os
from mpmath import mp, mpf, matrix, lu_solve, eigsy, qr, exp, sqrt, gamma, pi, nstr, inverse

mp.dps = 50
N, TESTS = 24, 6
TIMES = ["0.125", "8", "1024", "1048576"]


def point(i, d):
    return [mpf((i * 633 + j * 104729 + i * i * (37 + 22 * j) * j) % 1024) / 512 - 1 for j in range(d)]


def target(i):
    return mpf((i * i * 31 + i * 17) % 256) / 128 - 1


def distance(x, z):
    return sqrt(sum((a - b) ** 2 for a, b in zip(x, z)))


def c3(d):
    return gamma(mpf(d) / 2) / (sqrt(pi) * gamma(mpf(d + 3) / 2))


def cubic(d):
    return lambda x, z: c3(d) * distance(x, z) ** 3 / 12


def relu(d, radius):
    return lambda x, z: (radius ** 2 / mpf(6) + sum(a * b for a, b in zip(x, z)) / (2 * d)
                         + c3(d) * distance(x, z) ** 3 / (24 * radius))


def column(values):
    return matrix([[v] for v in values])


def cases():
    for d in (1, 2, 3, 5):
        yield f"cubic:{d}", d, cubic(d), 2
    for d in (1, 2):
        for radius in (3, 100, 10000):
            yield f"relu:{d}:{radius}", d, relu(d, mpf(radius)), 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "interpolant.csv"), "w") as out:
        out.write("# generate_interpolant.py (mpmath, 50 digits)\nfunction,arguments,value\n")
        for name, d, kernel, order in cases():
            xs = [point(i, d) for i in range(N)]
            assert len({tuple(x) for x in xs}) == N, name
            ys = column([target(i) for i in range(N)])
            tests = [point(1000 + i, d) for i in range(TESTS)]
            k = matrix(N, N)
            for i in range(N):
                for j in range(N):
                    k[i, j] = kernel(xs[i], xs[j])
            m = d + 1 if order else 0
            basis = (lambda x: [mpf(1)] + list(x)) if order else (lambda x: [])
            full = matrix(N + m, N + m)
            full[:N, :N] = k
            for i in range(N):
                for j, v in enumerate(basis(xs[i])):
                    full[i, N + j] = full[N + j, i] = v
            inv = inverse(full)
            rhs = matrix(N + m, 1)
            rhs[:N, 0] = ys
            solution = inv * rhs

            def row(x):
                return matrix([[kernel(x, z) for z in xs] + basis(x)])

            def write(quantity, values):
                for i, v in enumerate(values):
                    out.write(f"{name} {quantity},{i},{nstr(v, 25, strip_zeros=False)}\n")

            rows = [row(x) for x in tests]
            write("prediction", [(r * solution)[0] for r in rows])
            write("leave_one_out", [solution[i] / inv[i, i] for i in range(N)])
            write("seminorm_squared", [sum(solution[i] * ys[i] for i in range(N))])

            if order:
                p = full[:N, N:]
                q, _ = qr(p, mode="full")
                z = q[:, m:]
            else:
                z = mp.eye(N)
            reduced = z.T * k * z
            values, vectors = eigsy((reduced + reduced.T) / 2)
            values = [values[i] for i in range(N - m)]
            modes = z * vectors
            write("condition", [max(values) / min(values)])
            c = modes.T * ys
            for t in TIMES:
                t = mpf(t)
                a = modes * column([(1 - exp(-v * t)) / v * c[i] for i, v in enumerate(values)])
                remaining = modes * column([exp(-v * t) * c[i] for i, v in enumerate(values)])
                fitted = ys - remaining
                whole = matrix(N + m, 1)
                whole[:N, 0] = a
                if order:
                    rest = fitted - k * a
                    whole[N:, 0] = lu_solve(p.T * p, p.T * rest)
                write(f"flow:{nstr(t, 10)}", [(r * whole)[0] for r in rows])
                write(f"loss:{nstr(t, 10)}", [sum(v ** 2 for v in remaining) / 2])

        # (1 - remaining)/mu after steps of gradient descent (momentum 0) or heavy ball:
        # arguments mu, count, rate, momentum.
        for mu in ("0", "1e-300", "1e-12", "1e-6", "0.01", "0.3", "1", "1.3", "1.9"):
            for momentum in ("0", "0.5", "0.9", "0.99"):
                for count in (1, 2, 10, 1000, 10 ** 6, 10 ** 12):
                    # e_k = first entry of B^k (1, 1), B = ((1+b-m, -b), (1, 0)), in exact arithmetic
                    # on the doubles that the tests parse.
                    m, b = mpf(float(mu)), mpf(float(momentum))
                    mp.dps = 400
                    if m == 0:
                        # d_k = 1 + b d_{k-1} summed.
                        gained = (count - b * (1 - b ** count) / (1 - b)) / (1 - b)
                    else:
                        e = (matrix([[1 + b - m, -b], [1, 0]]) ** count * matrix([1, 1]))[0]
                        gained = (1 - e) / m
                    mp.dps = 50
                    out.write(f"gained,{mu} {count} 1 {momentum},{nstr(gained, 25)}\n")


if __name__ == "__main__":
    main()
