"""The command `radon` beside scikit-image on the Shepp-Logan phantom, whose transform is known: errors and times.

    pip install numpy scikit-image
    cargo build --release
    python benches/peers/radon_beside_peers.py [--size 512] [--program target/release/spectral-bias]

Both get the same pixels, n^2 of them, and the same rays: n directions, n offsets through the pixels' centres. scikit-image turns
about the pixel (n//2, n//2), this library about the middle of the image; so the offsets of the library are moved by the distance between
them, angle by angle. The error is the root mean square over all rays relative to the exact line integrals.

Times of the library are those of `cargo bench --bench radon` (the command reads a file and prints every number); those of
scikit-image are printed here.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
from skimage.transform import iradon, radon

# Half-axes, centre, degrees, intensity: Toft's modified phantom.
ELLIPSES = [
    (0.69, 0.92, 0, 0, 0, 1.0),
    (0.6624, 0.874, 0, -0.0184, 0, -0.8),
    (0.11, 0.31, 0.22, 0, -18, -0.2),
    (0.16, 0.41, -0.22, 0, 18, -0.2),
    (0.21, 0.25, 0, 0.35, 0, 0.1),
    (0.046, 0.046, 0, 0.1, 0, 0.1),
    (0.046, 0.046, 0, -0.1, 0, 0.1),
    (0.046, 0.023, -0.08, -0.605, 0, 0.1),
    (0.023, 0.023, 0, -0.606, 0, 0.1),
    (0.023, 0.046, 0.06, -0.605, 0, 0.1),
]


def phantom(x, y):
    total = np.zeros(np.broadcast(x, y).shape)
    for a, b, p, q, turn, value in ELLIPSES:
        c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
        u, v = ((x - p) * c + (y - q) * s) / a, ((y - q) * c - (x - p) * s) / b
        total += value * (u * u + v * v <= 1)
    return total


def exact(theta, offset):
    total = np.zeros(np.broadcast(theta, offset).shape)
    for a, b, p, q, turn, value in ELLIPSES:
        c, s = np.cos(theta - np.deg2rad(turn)), np.sin(theta - np.deg2rad(turn))
        square = (a * c) ** 2 + (b * s) ** 2
        away = offset - (p * np.cos(theta) + q * np.sin(theta))
        total += value * 2 * a * b / square * np.sqrt(np.maximum(square - away**2, 0))
    return total


def pixels(n, sub, centre):
    """Means over sub^2 points of each pixel; `centre`: the column and row at which the origin stands."""
    h = 2 / n
    x = (np.arange(n) - centre)[None, :] * h
    y = (centre - np.arange(n))[:, None] * h
    steps = ((np.arange(sub) + 0.5) / sub - 0.5) * h
    return sum(phantom(x + i, y + j) for i in steps for j in steps) / sub**2


def relative(found, truth):
    return np.sqrt(((found - truth) ** 2).sum() / (truth**2).sum())


# How pixels are read: the model, and more options.
READINGS = {
    "constant": ["--pixels", "constant"],
    "linear": ["--pixels", "linear"],
    "constant, rays a pixel wide": ["--pixels", "constant", "--ray-width", "1", "--ray-lines", "4"],
    "linear, rays half a pixel wide": ["--pixels", "linear", "--ray-width", "0.5", "--ray-lines", "2"],
}


def project(program, image, directions, offsets, reach, spacing, reading):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "image.npy")
        np.save(path, image)
        line = [program, "radon", "--image", path, "--directions", str(directions), "--offsets", str(offsets),
                "--reach", repr(reach), "--spacing", repr(spacing), *reading, "--json"]
        return np.array(json.loads(subprocess.run(line, check=True, capture_output=True).stdout)["value"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--program", default="target/release/spectral-bias")
    options = parser.parse_args()
    n, h = options.size, 2 / options.size
    theta = np.arange(n) * np.pi / n
    middle = (n - 1) / 2
    truth_middle = exact(theta[:, None], ((np.arange(n) - middle) * h)[None, :])
    truth_pixel = exact(theta[:, None], ((np.arange(n) - n // 2) * h)[None, :])
    print(f"{n}^2 pixels, {n} directions, {n} offsets")
    for sub, name in [(1, "point samples"), (8, "means over pixels")]:
        print(name)
        own = pixels(n, sub, middle)
        for name, reading in READINGS.items():
            found = project(options.program, own, n, n, 1 - 0.5 * h, h, reading)
            print(f"  the library, {name:31} origin between pixels  {relative(found, truth_middle):.5f}")
        image = pixels(n, sub, n // 2)
        across, down = np.meshgrid(np.arange(n) - n // 2, np.arange(n) - n // 2)
        image = image * (across**2 + down**2 <= (n // 2) ** 2)
        # A row and a column of zeros make pixel n//2 the middle of an image of n+1 pixels.
        padded = np.zeros((n + 1, n + 1))
        padded[:n, :n] = image
        for name, reading in READINGS.items():
            found = project(options.program, padded, n, n + 1, 1.0, h, reading)[:, :n]
            print(f"  the library, {name:31} scikit-image's pixels  {relative(found, truth_pixel):.5f}")
        start = time.perf_counter()
        sinogram = radon(image, theta=np.rad2deg(theta), circle=True)
        spent = time.perf_counter() - start
        print(f"  scikit-image                                                         {relative(sinogram.T * h, truth_pixel):.5f}  {spent:.2f} s")
    start = time.perf_counter()
    back = iradon(sinogram, theta=np.rad2deg(theta), circle=True, filter_name="ramp")
    spent = time.perf_counter() - start
    inside = across**2 + down**2 < (n // 2) ** 2
    rms = np.sqrt(((back - image)[inside] ** 2).mean())
    print(f"scikit-image, means and back: {rms:.4f} inside the circle, {spent:.2f} s")


if __name__ == "__main__":
    main()
