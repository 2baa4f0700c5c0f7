//! Translation-invariant kernels: the spectrum is K̂ itself.

use super::{Domain, Eigenspace, Spectrum};
use crate::error::{Error, Result, positive};
use crate::numerics::{Estimate, parallel};
use crate::theory::penalty::{LogEstimate, Penalty};
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// More frequencies than this are not listed one by one.
const MOST: usize = 4_000_000;
/// What lies beyond the listed frequencies is summed to this many times their ‖m‖², and at least to this ‖m‖².
const BEYOND: usize = 4;
const FARTHEST: usize = 4096;
/// Two frequencies, in units of 2π/L, at which K̂ shows what it is at 0.
const NEAR_ZERO: [f64; 2] = [1e-9, 1e-12];

impl Spectrum {
    /// The spectrum, under the uniform probability, of the periodic kernel Σ_n K(x − x′ + Ln) on the torus (R/LZ)^d: the
    /// exponentials e^{i2π⟨m,x⟩/L} have eigenvalues λ = K̂(2π‖m‖/L)/L^d. Answered for ‖m‖² ≤ `square`, one space for
    /// every ‖m‖² that occurs, which is its degree. Where K̂ is infinite at 0 (or not known there) constants are free:
    /// m = 0 is left out, of K(x,x) too. On R^d the spectrum is continuous, [`Penalty::spectral_density`].
    /// Offsets on [−R, R] count with their density everywhere; a network of such neurons has this kernel within the ball of
    /// radius R only, which holds a whole cell if R ≥ L√d/2.
    ///
    /// # Accuracy
    /// That of K̂. K(x,x) is summed over four times the frequencies listed and continued by the ratio of its last two
    /// octaves; its error contains all of this continuation.
    ///
    /// # Errors
    /// L not > 0; a spectrum with lines (sin, cos at one scale), whose periodic sum diverges; too many frequencies to list; as [`Penalty::spectral_density`].
    pub fn torus(penalty: &Penalty, side: f64, square: usize) -> Result<Self> {
        positive("side", side)?;
        let dim = penalty.dim();
        let volume = dim as f64 * side.ln();
        let most = MOST / dim.max(1);
        if square > most {
            let expected = format!("at most {most} in dimension {dim}");
            return Err(Error::invalid("square", expected, square));
        }
        if !penalty.atoms().is_empty() {
            return Err(Error::undefined(
                "spectrum on a torus",
                "the activation's spectrum has lines, whose periodic sum Σ_n K(x − x′ + Ln) does not converge",
            ));
        }
        let unit = 2.0 * PI / side;
        let space = |(degree, multiplicity): (usize, f64)| {
            let density = match degree {
                0 => at_zero(penalty, unit),
                _ => Some(penalty.spectral_density(unit * (degree as f64).sqrt())),
            };
            let known = |density: LogEstimate| {
                let value = (density.ln - volume).exp();
                let error = value * (density.relative_error + 4.0 * f64::EPSILON);
                Eigenspace {
                    degree,
                    eigenvalue: Estimate::new(value, error),
                    multiplicity,
                }
            };
            density.map(|density| density.map(known))
        };
        let far = (BEYOND * square)
            .clamp(FARTHEST.min(most), most)
            .max(square);
        let spaces = parallel::map(representations(dim, far).into_iter().collect(), space);
        let mut spaces: Vec<Eigenspace> = spaces.into_iter().flatten().collect::<Result<_>>()?;
        let listed: Estimate = spaces.iter().map(Eigenspace::variance).sum();
        let octave = |from: usize, to: usize| -> f64 {
            let within = spaces
                .iter()
                .filter(|s| (from + 1..=to).contains(&s.degree));
            within.map(|s| s.variance().value).sum()
        };
        let (before, last) = (octave(far / 4, far / 2), octave(far / 2, far));
        let rest = match last < before {
            true => last * last / (before - last),
            false if last == 0.0 => 0.0,
            false => f64::INFINITY,
        };
        spaces.retain(|s| s.degree <= square);
        let diagonal = listed + Estimate::new(rest, rest);
        Ok(Self::from_parts(
            Domain::Torus { dim, side },
            spaces,
            diagonal,
        ))
    }
}

/// K̂ at r → 0; `None` where it grows without bound, or is not known.
fn at_zero(penalty: &Penalty, unit: f64) -> Option<Result<LogEstimate>> {
    let [near, nearer] = NEAR_ZERO.map(|part| penalty.spectral_density(part * unit).ok());
    let (near, nearer) = (near?, nearer?);
    let change = nearer.ln - near.ln;
    if nearer.is_zero() || change < -1.0 {
        Some(Ok(LogEstimate::ZERO))
    } else if change < 0.1 {
        let error = nearer.relative_error + change.abs();
        Some(Ok(LogEstimate::new(nearer.ln, error)))
    } else {
        None
    }
}

/// How many m ∈ Z^d have each ‖m‖² ≤ `square`.
fn representations(dim: usize, square: usize) -> BTreeMap<usize, f64> {
    let mut counts = vec![0.0; square + 1];
    counts[0] = 1.0;
    for _ in 0..dim {
        let mut next = counts.clone();
        for root in 1..=square.isqrt() {
            let step = root * root;
            for (n, slot) in next.iter_mut().enumerate().skip(step) {
                *slot += 2.0 * counts[n - step];
            }
        }
        counts = next;
    }
    let found = counts.into_iter().enumerate();
    found.filter(|(_, count)| *count > 0.0).collect()
}
