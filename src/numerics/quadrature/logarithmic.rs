//! ∫ e^{ℓ(z)} dz where e^ℓ may be far outside the range of a double.

use super::infinite::{Ray, log_distance};
use super::mesh::cut;
use super::{Tolerance, integrate};

/// ln ∫_a^b e^{ℓ(z)} dz and the relative error of the integral (the absolute error of its
/// logarithm, while small), for −∞ ≤ a < b ≤ ∞ and ℓ: (a, b) → [−∞, ∞).
///
/// Ends, splits and tails as in [`integrate`]; of the tolerance, the relative part and the evaluations
/// count. The result is (−∞, 0) if the integrand vanishes wherever it was looked at, and the error is
/// infinite where ℓ is NaN or +∞ or the integral seems to diverge.
///
/// # Method
/// The largest part of the integrand on a logarithmic scale is looked for by a scan of every piece between splits
/// and refined by golden section. e^{ℓ − peak} is then integrated, with the place of the peak as one more split, so
/// that a peak needs no name as long as ℓ rises towards it from where the scan looks.
///
/// # Accuracy
/// The error contains 2ε·|peak|, because ℓ itself cannot be more exact than its rounding.
pub fn log_integrate(
    mut ln_f: impl FnMut(f64) -> f64,
    a: f64,
    b: f64,
    splits: &[f64],
    tolerance: &Tolerance,
) -> (f64, f64) {
    if a.is_nan() || b.is_nan() || b < a {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    if a == b {
        return (f64::NEG_INFINITY, 0.0);
    }
    let points = cut(a, b, splits);
    let mut evaluations = 0;
    let peaks: Vec<Peak> = points
        .iter()
        .zip(points.iter().skip(1))
        .flat_map(|(&lo, &hi)| Path::between(lo, hi))
        .filter_map(|path| {
            highest(&path, &mut |z| {
                evaluations += 1;
                ln_f(z)
            })
        })
        .collect();
    let top = peaks
        .iter()
        .map(|p| p.mass)
        .fold(f64::NEG_INFINITY, f64::max);
    if top == f64::INFINITY {
        return (f64::INFINITY, f64::INFINITY);
    }
    // Where nothing was found, e^ℓ itself tells whether it is 0 or not a number.
    let shift = if top.is_finite() { top } else { 0.0 };
    let mut all = splits.to_vec();
    let mut height = shift.abs();
    for peak in peaks.iter().filter(|p| p.mass > top - RELEVANT) {
        all.push(peak.place);
        height = height.max(peak.height.abs());
    }
    // The samples are no better than the rounding of ℓ: less than that is not worth asking for.
    let rounding = f64::EPSILON * height;
    let rest = Tolerance {
        absolute: 0.0,
        relative: tolerance.relative.max(8.0 * rounding),
        evaluations: tolerance.evaluations.saturating_sub(evaluations),
    };
    let integral = integrate(|z| (ln_f(z) - shift).exp(), a, b, &all, &rest);
    if integral.error.is_infinite() {
        return (integral.value.ln() + shift, f64::INFINITY);
    }
    if integral.value <= 0.0 {
        return (
            f64::NEG_INFINITY,
            if integral.error > 0.0 {
                f64::INFINITY
            } else {
                0.0
            },
        );
    }
    (
        integral.value.ln() + shift,
        integral.error / integral.value + 2.0 * rounding,
    )
}

/// Peaks lower than the highest by more than this (a factor e^−50) need no split.
const RELEVANT: f64 = 50.0;

/// Points of the scan of one path.
const SCAN: usize = 61;

/// A piece of the range, seen on the logarithmic scale of the distance from one of its ends.
enum Path {
    Ray(Ray),
    /// From one end of a segment to its middle.
    Half {
        ray: Ray,
        length: f64,
    },
}

impl Path {
    fn between(lo: f64, hi: f64) -> Vec<Self> {
        let right = Ray {
            origin: lo,
            sign: 1.0,
        };
        let left = Ray {
            origin: hi,
            sign: -1.0,
        };
        match (lo.is_finite(), hi.is_finite()) {
            (true, true) => {
                let length = 0.5 * hi - 0.5 * lo;
                [right, left].map(|ray| Self::Half { ray, length }).into()
            }
            (true, false) => vec![Self::Ray(right)],
            _ => vec![Self::Ray(left)],
        }
    }

    /// ln of the distance from the end at scan position u in [0, 1].
    fn log_distance(&self, u: f64) -> f64 {
        match self {
            // As far as the rays of `integrate` go.
            Self::Ray(_) => log_distance(6.75 * (2.0 * u - 1.0)),
            // Down to 1e−13 of the length, as far as the probes of `integrate` go.
            Self::Half { length, .. } => length.ln() - 30.0 * u * u,
        }
    }

    fn point(&self, log_distance: f64) -> f64 {
        match self {
            Self::Ray(ray) | Self::Half { ray, .. } => ray.at_distance(log_distance.exp()),
        }
    }
}

struct Peak {
    /// Scan position.
    u: f64,
    place: f64,
    /// ℓ there.
    height: f64,
    /// ℓ + ln(distance from the end): the integrand on the logarithmic scale.
    mass: f64,
}

/// The highest point of a path; none where the integrand vanishes wherever it was looked at.
fn highest(path: &Path, ln_f: &mut impl FnMut(f64) -> f64) -> Option<Peak> {
    let mut at = |u: f64| {
        let distance = path.log_distance(u);
        let place = path.point(distance);
        let height = ln_f(place);
        let mass = height + distance;
        Peak {
            u,
            place,
            height,
            // A NaN is no peak; the integral will meet it again.
            mass: if mass.is_nan() {
                f64::NEG_INFINITY
            } else {
                mass
            },
        }
    };
    let u = |i: usize| i as f64 / (SCAN - 1) as f64;
    let (best, mut top) = (0..SCAN)
        .map(|i| (i, at(u(i))))
        .filter(|(_, p)| p.mass > f64::NEG_INFINITY)
        .max_by(|x, y| x.1.mass.total_cmp(&y.1.mass))?;
    // Golden section around the highest point known, until the bracket is flat: a peak as wide as that is
    // as good as found.
    let mut lo = at(u(best.saturating_sub(1)));
    let mut hi = at(u((best + 1).min(SCAN - 1)));
    for _ in 0..80 {
        if lo.mass.min(hi.mass) >= top.mass - FLAT {
            break;
        }
        let right = hi.u - top.u > top.u - lo.u;
        let end = if right { hi.u } else { lo.u };
        let next = at(top.u + GOLDEN * (end - top.u));
        if next.mass > top.mass {
            let old = std::mem::replace(&mut top, next);
            *(if right { &mut lo } else { &mut hi }) = old;
        } else {
            *(if right { &mut hi } else { &mut lo }) = next;
        }
    }
    Some(top)
}

/// (3 − √5)/2.
const GOLDEN: f64 = 0.381_966_011_250_105_1;
/// A bracket whose ends are this close to its top needs no refinement.
const FLAT: f64 = 0.1;
