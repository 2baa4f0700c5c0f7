//! ∫ f(z) e^{−iωz} dz over the line, for f that may decay as slowly as it likes.
//!
//! Filon's idea with Legendre polynomials: f alone is expanded, panel by panel, and the
//! moments of the oscillation are exact, ∫_{−1}^{1} P_j(x) e^{−iκx} dx = 2(−i)^j j_j(κ) (spherical
//! Bessel functions). The panels follow the scale of f, whatever ω, and grow by a factor of 4 on the way
//! out. Beyond the last one, Z, the integral is f(Z)e^{−iωZ}/(iω) up to the total
//! variation of f′ over ω², by partial integration.

use super::expansion::{End, Expansion, NODES, NOISE};
use super::infinite::Ray;
use super::mesh::cut;
use super::refine::{Piece, refine};
use super::{Tolerance, integrate};
use num_complex::Complex64;

/// ∫_{−∞}^{∞} f(z) e^{−iωz} dz and a bound on the modulus of its error.
///
/// f is smooth between the splits, where it may have jumps, kinks and integrable
/// singularities; it tends to 0 at ±∞, however slowly and without oscillating for ever. For f
/// that does not tend to 0 but whose derivative does (a constant, √z) the answer is the Abel
/// limit, the regular part of the transform. ω = 0 is [`integrate`], and needs an integrable f.
/// A limit, frequency or integrand that is not finite gives an infinite error.
///
/// # Method
/// Filon's method on adaptive Legendre panels (Filon 1928; Bakhvalov & Vasil'eva, USSR Comput. Math.
/// Math. Phys. 8, 1968), boundary term at the end; the number of evaluations hardly depends on ω.
///
/// # Accuracy
/// The error is bounded absolutely: where the transform is exponentially small, expect some ε·∫|f|
/// within the first period, not relative digits. See `docs/accuracy/quadrature.md`.
pub fn fourier_integral(
    mut f: impl FnMut(f64) -> f64,
    omega: f64,
    splits: &[f64],
    tolerance: &Tolerance,
) -> (Complex64, f64) {
    if omega == 0.0 {
        let integral = integrate(f, f64::NEG_INFINITY, f64::INFINITY, splits, tolerance);
        return (Complex64::new(integral.value, 0.0), integral.error);
    }
    if !omega.is_finite() {
        return (Complex64::default(), f64::INFINITY);
    }
    let f = &mut f;
    let mut evaluations = 0;
    let mut pieces = Vec::new();
    let points = cut(f64::NEG_INFINITY, f64::INFINITY, splits);
    let inner: Vec<f64> = points.into_iter().filter(|p| p.is_finite()).collect();
    for (&lo, &hi) in inner.iter().zip(inner.iter().skip(1)) {
        let line = Line::new(lo, 1.0, hi, omega);
        pieces.push(panel(
            f,
            &line,
            [0.0, hi - lo],
            [End::Split; 2],
            &mut evaluations,
        ));
    }
    for (origin, sign) in [(inner.first(), -1.0), (inner.last(), 1.0)] {
        let Some(&origin) = origin else { continue };
        let line = Line::new(origin, sign, sign * f64::INFINITY, omega);
        let remainders = remainders(f, &line, &mut evaluations);
        evaluations += 1;
        let ends = [End::Split, End::Shared(f(line.point(1.0)))];
        pieces.push(panel(f, &line, [0.0, 1.0], ends, &mut evaluations));
        pieces.push(tail(f, &line, remainders, 0, &mut evaluations));
    }
    let total = refine(pieces, &mut evaluations, tolerance, |piece| {
        let mut cost = 0;
        let parts = split(f, piece, &mut cost);
        (parts, cost)
    });
    (total.value, total.bound())
}

/// A half line or segment as p + σδ, δ ≥ 0. On a half line panel ends are exact in δ (powers of 2 and
/// their middles), so that the phase ωδ can be had without rounding, however large.
#[derive(Clone, Copy, Debug)]
struct Line {
    ray: Ray,
    /// The other end.
    end: f64,
    /// |ω|.
    frequency: f64,
    /// Whether the phase −ωσδ rises with δ: then the moments are those of |ω|, conjugated.
    conjugate: bool,
    /// e^{−iωp}.
    phase: Complex64,
    /// What rounding takes from the length of a segment.
    slack: f64,
}

impl Line {
    fn new(origin: f64, sign: f64, end: f64, omega: f64) -> Self {
        let phase = rotation(omega.abs(), origin);
        Self {
            ray: Ray { origin, sign },
            end,
            frequency: omega.abs(),
            conjugate: omega * sign < 0.0,
            phase: if omega < 0.0 { phase.conj() } else { phase },
            slack: if end.is_finite() {
                lost(end, -origin)
            } else {
                0.0
            },
        }
    }

    /// The point at distance δ, never one of the ends.
    fn point(&self, delta: f64) -> f64 {
        let z = self.ray.at_distance(delta);
        if self.ray.sign > 0.0 && z >= self.end {
            self.end.next_down()
        } else {
            z
        }
    }

    /// An integral against e^{−i|ω|δ} dδ as one against e^{−iωz} dz.
    fn place(&self, value: Complex64) -> Complex64 {
        self.phase * if self.conjugate { value.conj() } else { value }
    }
}

/// e^{−iωx}, with what rounding takes from the product ωx turned as well: far out it is
/// whole turns.
fn rotation(omega: f64, x: f64) -> Complex64 {
    let product = omega * x;
    let lost = omega.mul_add(x, -product);
    Complex64::cis(-product) * Complex64::cis(-lost)
}

/// |a + b − fl(a + b)|, exactly (Knuth's two-sum).
fn lost(a: f64, b: f64) -> f64 {
    let sum = a + b;
    let from_b = sum - a;
    ((a - (sum - from_b)) + (b - from_b)).abs()
}

#[derive(Clone, Debug)]
enum Shape {
    /// A range of δ.
    Panel {
        line: Line,
        range: [f64; 2],
        ends: [End; 2],
    },
    /// All δ ≥ 2^k, with the bounds for every k.
    Tail {
        line: Line,
        remainders: Vec<f64>,
        k: usize,
    },
}

/// The tail may begin at 2^k for k up to this; from there on only its boundary term is used.
const LAST: usize = 64;

/// For each k, a bound on |∫_{2^k}^∞ f e^{−iωδ} dδ − boundary term|: the variation of f′ over ω².
/// On each octave the variation is taken as 4|f|/δ with f from one octave before, which
/// leaves room for δ^{−a} up to a ≈ 8 and for exponential decay.
fn remainders(f: &mut impl FnMut(f64) -> f64, line: &Line, evaluations: &mut usize) -> Vec<f64> {
    let power = |k: usize| 2f64.powi(k as i32);
    let mut samples: Vec<f64> = (0..=LAST)
        .map(|k| f(line.point(0.5 * power(k))).abs())
        .collect();
    *evaluations += samples.len();
    let largest = samples
        .iter()
        .copied()
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max);
    // Values that are not finite are forgiven beyond a negligible one.
    if let Some(bad) = samples.iter().position(|x| !x.is_finite()) {
        let negligible = bad > 0 && samples.get(bad - 1).is_some_and(|x| *x <= 1e-18 * largest);
        for x in samples.iter_mut().skip(bad) {
            *x = if negligible { 0.0 } else { f64::INFINITY };
        }
    }
    let mut sum = 0.0;
    let mut bounds: Vec<f64> = samples
        .iter()
        .enumerate()
        .rev()
        .map(|(k, sample)| {
            sum += 8.0 * sample / power(k);
            sum / line.frequency / line.frequency
        })
        .collect();
    bounds.reverse();
    bounds
}

fn tail(
    f: &mut impl FnMut(f64) -> f64,
    line: &Line,
    remainders: Vec<f64>,
    k: usize,
    evaluations: &mut usize,
) -> Piece<Shape> {
    let start = 2f64.powi(k as i32);
    // Where it is not finite, it is past a negligible value, or the bound is infinite.
    let sample = Some(f(line.point(start)))
        .filter(|x| x.is_finite())
        .unwrap_or(0.0);
    *evaluations += 1;
    let bound = remainders.get(k).copied().unwrap_or(f64::INFINITY);
    let last = k + 2 > LAST || bound.is_infinite();
    // f(Z) e^{−iωZ}/(iω)
    let boundary = rotation(line.frequency, start) * Complex64::new(0.0, -sample / line.frequency);
    let rounding = 4.0 * f64::EPSILON * boundary.norm();
    Piece {
        value: line.place(boundary),
        error: if last { 0.0 } else { bound },
        floor: rounding + if last { bound } else { 0.0 },
        l1: 0.0,
        stalled: 0,
        shape: Shape::Tail {
            line: *line,
            remainders,
            k,
        },
    }
}

fn panel(
    f: &mut impl FnMut(f64) -> f64,
    line: &Line,
    range: [f64; 2],
    ends: [End; 2],
    evaluations: &mut usize,
) -> Piece<Shape> {
    let [lo, hi] = range;
    let (middle, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
    let expansion = Expansion::sample(|x| (f(line.point(middle + half * x)), 0.0));
    *evaluations += NODES;
    let hidden = expansion.hidden(ends, |end, distance| {
        *evaluations += 1;
        let delta = if end < 0.0 {
            lo + half * distance
        } else {
            hi - half * distance
        };
        (delta > lo && delta < hi && line.ray.resolves(delta)).then(|| f(line.point(delta)))
    });
    let moments = Moments::new(line.frequency, half);
    let (sum, rounding) = moments.apply(&expansion);
    let tail = expansion.tail();
    let length = 2.0 * half;
    let off = if moments.kappa <= SLOW {
        tail.quadrature_error()
    } else {
        tail.interpolation_error() * (FAST / moments.kappa).min(1.0)
    };
    let hidden = hidden * (AT_THE_END / moments.kappa).min(1.0);
    let mut error = length * (off + hidden);
    // A panel that rounding has shifted does not quite meet its neighbour; on a ray none is.
    let mut shift = 2.0 * (lost(lo, hi) + lost(hi, -lo));
    if matches!(ends, [_, End::Split]) {
        shift += line.slack;
    }
    let mut floor = half * rounding + length * expansion.inner + shift * expansion.scale;
    if (tail.noise && hidden <= NOISE * expansion.l1) || half <= 4.0 * f64::EPSILON * middle {
        floor += error;
        error = 0.0;
    }
    Piece {
        value: line.place(rotation(line.frequency, middle) * sum * half),
        error,
        floor,
        l1: length * expansion.l1,
        stalled: 0,
        shape: Shape::Panel {
            line: *line,
            range,
            ends,
        },
    }
}

/// Below this κ the moments beyond the degree of the expansion are negligible (j_20(4) ≈ 1e−13), and
/// the rule is as exact as for a plain integral.
const SLOW: f64 = 4.0;
/// Above this κ a jump between the outermost node and the end of a panel (0.007 of its half) is averaged out too.
const AT_THE_END: f64 = 300.0;
/// Above this κ the error of the expansion (which oscillates about 20 times itself) is averaged out, ∝ 1/κ.
const FAST: f64 = 20.0;

fn split(
    f: &mut impl FnMut(f64) -> f64,
    piece: &Piece<Shape>,
    cost: &mut usize,
) -> Vec<Piece<Shape>> {
    match &piece.shape {
        Shape::Panel { line, range, ends } => {
            let [lo, hi] = *range;
            let middle = 0.5 * (lo + hi);
            *cost += 1;
            let shared = End::Shared(f(line.point(middle)));
            vec![
                panel(f, line, [lo, middle], [ends[0], shared], cost),
                panel(f, line, [middle, hi], [shared, ends[1]], cost),
            ]
        }
        Shape::Tail {
            line,
            remainders,
            k,
        } => {
            let range = [2f64.powi(*k as i32), 2f64.powi(*k as i32 + 2)];
            *cost += 2;
            let ends = range.map(|delta| End::Shared(f(line.point(delta))));
            vec![
                panel(f, line, range, ends, cost),
                tail(f, line, remainders.clone(), k + 2, cost),
            ]
        }
    }
}

/// ∫_{−1}^{1} φ_j(x) e^{−iκx} dx = 2√(2j+1) (−i)^j j_j(κ), without the factor (−i)^j.
struct Moments {
    kappa: f64,
    values: [f64; NODES],
}

impl Moments {
    fn new(frequency: f64, half: f64) -> Self {
        let kappa = frequency * half;
        let mut values = spherical_bessel(kappa, rotation(frequency, half));
        for (j, value) in values.iter_mut().enumerate() {
            *value *= 2.0 * (2.0 * j as f64 + 1.0).sqrt();
        }
        Self { kappa, values }
    }

    /// The integral over [−1, 1] against e^{−iκx}, and a bound on its rounding error.
    fn apply(&self, expansion: &Expansion) -> (Complex64, f64) {
        let mut sum = [0.0; 4];
        let (mut absolute, mut square) = (0.0, 0.0);
        for (j, (c, m)) in expansion.coefficients.iter().zip(&self.values).enumerate() {
            sum[j % 4] += c * m;
            absolute += (c * m).abs();
            square += m * m;
        }
        let value = Complex64::new(sum[0] - sum[2], sum[3] - sum[1]) * expansion.scale;
        // Of the sum, and of the samples.
        let rounding = 4.0 * f64::EPSILON * expansion.scale * (absolute + square.sqrt());
        (value, rounding)
    }
}

/// j_0(κ), …, j_19(κ) for κ ≥ 0, given e^{−iκ} (which may know κ better than a double does).
/// Upwards as long as the order is below κ, where that is stable; beyond, by the ratios
/// j_{n+1}/j_n from their continued fraction.
fn spherical_bessel(kappa: f64, rotation: Complex64) -> [f64; NODES] {
    let mut j = [0.0; NODES];
    j[0] = if kappa < 1e-4 {
        1.0 - kappa * kappa / 6.0
    } else {
        -rotation.im / kappa
    };
    let turn = (kappa as usize).min(NODES - 1);
    if turn >= 1 {
        j[1] = (j[0] - rotation.re) / kappa;
    }
    for n in 2..=turn {
        j[n] = (2.0 * n as f64 - 1.0) / kappa * j[n - 1] - j[n - 2];
    }
    // j_n/j_{n−1} = κ/(2n+1 − κ j_{n+1}/j_n), from far above the turning point.
    let mut ratios = [0.0; NODES];
    let mut ratio = 0.0;
    for n in (turn + 1..2 * NODES + 20).rev() {
        ratio = kappa / (2.0 * n as f64 + 1.0 - kappa * ratio);
        if let Some(slot) = ratios.get_mut(n) {
            *slot = ratio;
        }
    }
    for n in turn + 1..NODES {
        j[n] = ratios[n] * j[n - 1];
    }
    j
}
