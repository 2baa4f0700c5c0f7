//! ∫ f over any interval, by global adaptive refinement of Legendre expansions.

use super::expansion::{End, Expansion, NODES, NOISE};
use super::infinite::{Ray, log_distance, support};
use super::mesh::cut;
use super::refine::{Piece, refine};
use super::{Integral, Tolerance};
use crate::numerics::Estimate;
use num_complex::Complex64;

/// ∫_a^b f(z) dz for −∞ ≤ a ≤ b ≤ ∞, cut at the `splits` inside the range.
///
/// f may have integrable singularities at the ends and splits; towards an infinite end it must decay at least
/// like |z|^{−1−ε}. b < a gives minus the integral from b to a. A NaN among the limits, an
/// integrand that is not finite where it matters, or a range over which it does not decay, gives
/// `error` = ∞. Beyond the point where f has become negligible (1e−18 of its largest part) values that
/// are not finite are ignored, so that z⁴e^{−z²} needs no care.
///
/// # Method
/// Panels with 20 Gauss–Legendre nodes, the worst of which is halved until the error of the sum is
/// small enough. The error of a panel is read off the last eight of its Legendre coefficients, and off the values
/// at its ends: next to an end or a split on all scales, else at the point it shares with its
/// neighbour. Infinite ends: z = p ± e^{(π/2) sinh t} (Takahasi & Mori 1974), over the range of t that a scan finds to matter.
///
/// # Accuracy
/// `error` contains truncation, rounding (some ε·∫|f|) and the tails that were cut off. In the tests' library of
/// problems, and in 20 000 random ones with kinks that nobody named, the true error is below it in every case; see
/// `docs/accuracy/quadrature.md`.
pub fn integrate(
    mut f: impl FnMut(f64) -> f64,
    a: f64,
    b: f64,
    splits: &[f64],
    tolerance: &Tolerance,
) -> Integral {
    run(&mut |z| (f(z), 0.0), a, b, splits, tolerance)
}

/// [`integrate`] for an integrand that is itself known only up to an error, as in nested integrals:
/// the result's error contains ∫ f.error dz.
pub fn integrate_estimates(
    mut f: impl FnMut(f64) -> Estimate,
    a: f64,
    b: f64,
    splits: &[f64],
    tolerance: &Tolerance,
) -> Integral {
    let mut pair = |z| {
        let estimate = f(z);
        (estimate.value, estimate.error)
    };
    run(&mut pair, a, b, splits, tolerance)
}

/// A sample and its own error.
type Integrand<'a> = dyn FnMut(f64) -> (f64, f64) + 'a;

/// How the panel's variable t becomes z.
#[derive(Clone, Copy, Debug)]
enum Chart {
    /// z = t.
    Segment,
    /// z = p ± e^{(π/2) sinh t}.
    Ray(Ray),
}

impl Chart {
    /// The integrand in t, f(z) |dz/dt|, and its error.
    fn sample(&self, f: &mut Integrand, t: f64) -> (f64, f64) {
        match self {
            Self::Segment => f(t),
            Self::Ray(ray) => {
                let (z, slope) = ray.at(t);
                let (value, error) = f(z);
                // Where f has vanished, 0·∞ is 0.
                (
                    if value == 0.0 { 0.0 } else { value * slope },
                    error * slope,
                )
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Panel {
    chart: Chart,
    lo: f64,
    hi: f64,
    ends: [End; 2],
}

fn run(f: &mut Integrand, a: f64, b: f64, splits: &[f64], tolerance: &Tolerance) -> Integral {
    if a.is_nan() || b.is_nan() {
        return Integral {
            error: f64::INFINITY,
            ..Integral::default()
        };
    }
    if b < a {
        let reversed = run(f, b, a, splits, tolerance);
        return Integral {
            value: -reversed.value,
            ..reversed
        };
    }
    if a == b {
        return Integral::default();
    }
    let mut evaluations = 0;
    let mut pieces = Vec::new();
    let points = cut(a, b, splits);
    for (&lo, &hi) in points.iter().zip(points.iter().skip(1)) {
        let ray = match (lo.is_infinite(), hi.is_infinite()) {
            (false, false) => {
                let panel = Panel {
                    chart: Chart::Segment,
                    lo,
                    hi,
                    ends: [End::Split; 2],
                };
                pieces.push(measure(f, panel, &mut evaluations));
                continue;
            }
            (false, _) => Ray {
                origin: lo,
                sign: 1.0,
            },
            (true, _) => Ray {
                origin: hi,
                sign: -1.0,
            },
        };
        let support = support(ray, |z| f(z).0);
        evaluations += support.evaluations;
        let chart = Chart::Ray(ray);
        let first = pieces.len();
        let mut before = End::Open;
        for (i, (&lo, &hi)) in support
            .panels
            .iter()
            .zip(support.panels.iter().skip(1))
            .enumerate()
        {
            let after = if i + 2 < support.panels.len() {
                evaluations += 1;
                End::Shared(chart.sample(f, hi).0)
            } else {
                End::Open
            };
            let ends = [before, after];
            pieces.push(measure(
                f,
                Panel {
                    chart,
                    lo,
                    hi,
                    ends,
                },
                &mut evaluations,
            ));
            before = after;
        }
        match pieces.get_mut(first) {
            Some(piece) => piece.floor += support.outside,
            None if support.outside > 0.0 => pieces.push(unknown(ray)),
            None => {}
        }
    }
    let total = refine(pieces, &mut evaluations, tolerance, |piece| {
        let mut cost = 0;
        let parts = halve(f, piece, &mut cost);
        (parts, cost)
    });
    Integral {
        value: total.value.re,
        error: total.bound(),
        l1: total.l1,
        evaluations,
    }
}

/// A ray on which no sample was finite.
fn unknown(ray: Ray) -> Piece<Panel> {
    Piece {
        value: Complex64::default(),
        error: 0.0,
        floor: f64::INFINITY,
        l1: 0.0,
        stalled: 0,
        shape: Panel {
            chart: Chart::Ray(ray),
            lo: 0.0,
            hi: 0.0,
            ends: [End::Open; 2],
        },
    }
}

/// Samples a panel.
fn measure(f: &mut Integrand, panel: Panel, evaluations: &mut usize) -> Piece<Panel> {
    let Panel { chart, lo, hi, .. } = panel;
    // Halves first: hi − lo may overflow.
    let (middle, half) = (0.5 * lo + 0.5 * hi, 0.5 * hi - 0.5 * lo);
    let expansion = Expansion::sample(|x| match chart {
        // An end may be a singularity and must not be hit by rounding.
        Chart::Segment if middle + half * x <= lo => f(lo.next_up()),
        Chart::Segment if middle + half * x >= hi => f(hi.next_down()),
        _ => chart.sample(f, middle + half * x),
    });
    *evaluations += NODES;
    let hidden = expansion.hidden(panel.ends, |end, distance| {
        *evaluations += 1;
        let t = if end < 0.0 {
            lo + half * distance
        } else {
            hi - half * distance
        };
        // Rounded onto the end itself, the probe would see the other side.
        (t > lo && t < hi).then(|| chart.sample(f, t).0)
    });
    // Rounding of the sum, of the abscissae and, on a ray, of the logarithm of the distance.
    let rounding = match chart {
        Chart::Segment => 3.0,
        Chart::Ray(_) => 3.0 + 2.0 * log_distance(lo).abs().max(log_distance(hi).abs()),
    };
    let length = 2.0 * half;
    let tail = expansion.tail();
    let mut error = length * (tail.quadrature_error() + hidden);
    let mut floor = length * (rounding * f64::EPSILON * expansion.l1 + expansion.inner);
    // Nothing to gain: the error is rounding, or the panel cannot be halved.
    if (tail.noise && hidden <= NOISE * expansion.l1) || half <= 4.0 * f64::EPSILON * middle.abs() {
        floor += error;
        error = 0.0;
    }
    Piece {
        value: Complex64::new(length * expansion.mean(), 0.0),
        error,
        floor,
        l1: length * expansion.l1,
        stalled: 0,
        shape: panel,
    }
}

/// Replaces a panel by its halves.
fn halve(f: &mut Integrand, piece: &Piece<Panel>, cost: &mut usize) -> Vec<Piece<Panel>> {
    let parent = piece.shape;
    let middle = 0.5 * parent.lo + 0.5 * parent.hi;
    *cost += 1;
    let shared = End::Shared(parent.chart.sample(f, middle).0);
    let lower = Panel {
        hi: middle,
        ends: [parent.ends[0], shared],
        ..parent
    };
    let upper = Panel {
        lo: middle,
        ends: [shared, parent.ends[1]],
        ..parent
    };
    vec![measure(f, lower, cost), measure(f, upper, cost)]
}
