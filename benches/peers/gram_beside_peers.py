#!/usr/bin/env python3
"""Gram matrices of neural tangent kernels beside neural-tangents, on the same machine, one after the other.

Sets up neural-tangents 0.6.5 with JAX 0.5.3 in a virtual environment (the first run downloads them), times its
jitted float64 kernels on two threads, runs `cargo bench --bench gram`, and prints the ratios of medians.

    python3 benches/peers/gram_beside_peers.py [--points 8000]

Python is needed for this comparison only. What is not analytic in neural-tangents (tanh, SiLU, softplus, GELU's
tangent kernel) goes through its Gauss-Hermite quadrature of fixed degree there; it is timed on fewer points,
since it takes thousands of times longer.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ENVIRONMENT = TARGET / "peers"
PACKAGES = ["neural-tangents==0.6.5", "jax==0.5.3", "jaxlib==0.5.3"]
FEW = 200


def peer(points):
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=2"
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import numpy as np
    from neural_tangents import stax

    analytic = {"relu": stax.Relu(), "erf": stax.Erf()}
    numerical = {
        "tanh": jnp.tanh,
        "silu": jax.nn.silu,
        "softplus": jax.nn.softplus,
    }
    found = {}
    for dim in (10, 784):
        for name in (*analytic, *numerical):
            layer = analytic.get(name) or stax.ElementwiseNumerical(numerical[name], deg=25)
            n = points if name in analytic else FEW
            x = jnp.array(np.random.default_rng(0).normal(size=(n, dim)))
            kernel = stax.serial(stax.Dense(1, 1.0, 0.1), layer, stax.Dense(1, 1.0, None))[2]
            run = jax.jit(lambda a: kernel(a, None, "ntk"))
            run(x).block_until_ready()
            times = []
            for _ in range(5):
                start = time.perf_counter()
                run(x).block_until_ready()
                times.append(time.perf_counter() - start)
            found[f"{name}/{dim}"] = statistics.median(times) / n**2
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--points", type=int, default=8000)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.points)
        return
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    command = [python, __file__, "--peer", "--points", str(arguments.points)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    theirs = json.loads(answer.stdout.splitlines()[-1])
    environment = {**os.environ, "BENCH_POINTS": str(arguments.points), "RAYON_NUM_THREADS": "2"}
    subprocess.run(
        ["cargo", "bench", "--bench", "gram"],
        check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
    )

    def ours(name):
        estimates = TARGET / "criterion" / "gram" / name / "new" / "estimates.json"
        with open(estimates) as file:
            return json.load(file)["median"]["point_estimate"] * 1e-9 / arguments.points**2

    fill = ours("floor_ fill")
    print(f"plain fill, ns: {fill * 1e9:.2f}; by two threads: {ours('floor_ fill by two threads') * 1e9:.2f}")
    print(f"{'kernel':14}{'here, ns':>10}{'peer, ns':>12}{'peer/here':>11}{'here/fill':>11}{'here/product':>14}")
    for dim in (10, 784):
        product = ours(f"floor_ product_{dim}")
        for name in ("relu", "erf", "gelu", "hat", "tanh", "silu", "softplus"):
            here = ours(f"{name}_{dim}")
            other = theirs.get(f"{name}/{dim}")
            columns = (f"{other * 1e9:12.2f}{other / here:11.1f}") if other else f"{'-':>12}{'-':>11}"
            print(f"{name + '/' + str(dim):14}{here * 1e9:10.2f}{columns}{here / fill:11.2f}{here / product:14.2f}")


if __name__ == "__main__":
    sys.exit(main())
