"""Runs the NumPy, PyTorch and JAX source text of designed activations against the library's own values, and their gradients.

    pip install numpy torch jax
    cargo build --release
    python tests/peers/designs_elsewhere.py [target/release/spectral-bias]

Values: every sample that the command writes as JSON. Gradients: torch.autograd and jax.grad against the derivative of the pieces
in that JSON, at points between the samples and at every knot that is a sample. A package that is not installed is left out, and said so.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

DESIGNS = {
    "r^4 even": ["--weight", "r^4", "--dim", "1", "--phase", "even"],
    "r^2 odd (a jump)": ["--weight", "r^2", "--dim", "1", "--phase", "odd"],
    "r^2 even (a logarithm)": ["--weight", "r^2", "--dim", "1", "--phase", "even"],
    "exp(2r), d = 2, odd": ["--weight", "exp(2*r)", "--dim", "2", "--phase", "odd"],
    "r^4/(1+r^2), d = 1, blended": ["--weight", "r^4/(1+r^2)", "--dim", "1", "--phase", "0.7"],
    "of gelu": ["--weight-of", "gelu", "--weight-dim", "1", "--dim", "1", "--phase", "even"],
    "tangent kernel, 4 coefficients": ["--kernel", "0.5,1,0,0.25", "--kind", "ntk", "--signs", "1,1,1,-1"],
    "nngp kernel, constant": ["--kernel", "2", "--kind", "nngp"],
}
# At the fourth of the samples of a design, a point this far on; at the pieces' ends the gradient is the mean of both sides.
BETWEEN = 0.37


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pieces(design, z):
    """Value and derivative by the pieces, the means of both sides at knots."""
    knots, centres = np.array(design["knots"], dtype=float), np.array(design["centres"], dtype=float)
    value, slope = np.zeros_like(z), np.zeros_like(z)
    for side in ["left", "right"]:
        for at, i in enumerate(np.searchsorted(knots, z, side=side)):
            c, t = np.array(design["coefficients"][i]), z[at] - centres[i]
            powers = t ** np.arange(len(c))
            value[at] += 0.5 * (c * powers).sum()
            slope[at] += 0.5 * (c[1:] * np.arange(1, len(c)) * powers[:-1]).sum()
    return value, slope


def with_numpy(folder, z):
    return load(os.path.join(folder, "d_numpy.py"), "d_numpy").phi(z), None


def with_torch(folder, z):
    import torch

    phi = load(os.path.join(folder, "d_torch.py"), "d_torch").Phi()
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    y = phi(x)
    y.sum().backward()
    square = phi(torch.zeros((2, 3), dtype=torch.float32))
    assert square.shape == (2, 3) and square.dtype == torch.float32
    # As a layer of a network that is trained, and saved.
    net = torch.nn.Sequential(torch.nn.Linear(2, 5), phi, torch.nn.Linear(5, 1))
    net(torch.ones(4, 2)).sum().backward()
    assert net[0].weight.grad is not None and torch.isfinite(net[0].weight.grad).all()
    net.load_state_dict(net.state_dict())
    # Turned into single or half precision it rounds its argument and its answer, and nothing between.
    for kind, unit in [(torch.float32, 1.2e-7), (torch.float16, 9.8e-4)]:
        turned = net.to(kind)
        assert turned[0].weight.dtype == kind and turned[1](torch.zeros(3, dtype=kind)).dtype == kind
        there = x.detach().to(kind)
        apart = (phi(there).to(torch.float64) - phi(there.to(torch.float64))).abs().max()
        assert apart <= unit * max(1.0, float(y.detach().abs().max())), (kind, apart)
    return y.detach().numpy(), x.grad.numpy()


def with_jax(folder, z):
    import jax

    jax.config.update("jax_enable_x64", True)
    phi = load(os.path.join(folder, "d_jax.py"), "d_jax").phi
    value = jax.jit(phi)(z)
    slope = jax.vmap(jax.grad(lambda x: phi(x)))(z)
    # Single precision, whose range the pieces' own coefficients would leave near a singularity; away from jumps.
    single = jax.jit(phi)(z.astype("float32"))
    apart = np.abs(np.asarray(single, dtype=float) - np.asarray(value))
    tilt = np.abs(np.asarray(slope)) * np.abs(z) * 2.0**-23
    near = np.abs(z) > 1e-3
    assert single.dtype == "float32" and np.isfinite(np.asarray(single)).all()
    assert (apart <= 1e-5 * np.abs(value).max() + 8 * tilt)[near].all(), apart.max()
    return np.asarray(value), np.asarray(slope)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "target/release/spectral-bias"
    runners = {}
    for name, run in [("numpy", with_numpy), ("torch", with_torch), ("jax", with_jax)]:
        try:
            print(name, importlib.import_module(name).__version__)
            runners[name] = run
        except ImportError:
            print(name, "is not installed: left out")
    failed = 0
    for title, words in DESIGNS.items():
        with tempfile.TemporaryDirectory() as folder:
            def path(name):
                return os.path.join(folder, name)
            line = [program, "design", *words, "--out", path("d.json"), "--numpy", path("d_numpy.py"),
                    "--pytorch", path("d_torch.py"), "--jax", path("d_jax.py")]
            subprocess.run(line, check=True, capture_output=True)
            with open(path("d.json")) as file:
                design = json.load(file)
            z, phi = np.array(design["z"]), np.array(design["phi"])
            step = z[1] - z[0]
            # Away from the knots, between which rounding decides on which side a point lies, and at the samples.
            places = np.concatenate([z, z[::4] + BETWEEN * step])
            value, slope = pieces(design, places)
            size, steepest = np.abs(phi).max(), max(np.abs(slope).max(), np.abs(phi).max())
            for name, run in runners.items():
                found, gradient = run(folder, places)
                wrong = np.abs(found[: len(z)] - phi).max() / size
                between = np.abs(found - value).max() / size
                tilt = 0.0 if gradient is None else np.abs(gradient - slope).max() / steepest
                good = max(wrong, between, tilt) < 1e-13
                failed += not good
                print(f"{title:32} {name:6} values {wrong:.1e}  gradients "
                      f"{'-' if gradient is None else f'{tilt:.1e}'}  {'' if good else 'WRONG'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
