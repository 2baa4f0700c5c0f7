//! Translation-invariant kernels: the spectrum is K̂ itself.

use super::Eigenspace;
use crate::error::{Error, Result, positive};
use crate::numerics::Estimate;
use crate::theory::penalty::Penalty;
use std::collections::BTreeMap;

/// More frequencies than this are not listed one by one.
const MOST: usize = 4_000_000;

/// The spectrum, under the uniform probability, of the periodic kernel Σ_n K(x − x′ + Ln) on the torus (R/LZ)^d: the
/// exponentials e^{i2π⟨m,x⟩/L} have eigenvalues λ = K̂(2π‖m‖/L)/L^d. Answered for 0 < ‖m‖² ≤ `square`, one space for
/// every ‖m‖² that occurs, which stands in `degree`; m = 0 is left out, where K̂ may be infinite. On R^d the spectrum is continuous,
/// [`Penalty::spectral_density`].
///
/// # Errors
/// L not > 0; too many frequencies to list; as [`Penalty::spectral_density`].
pub fn torus(penalty: &Penalty, side: f64, square: usize) -> Result<Vec<Eigenspace>> {
    positive("side", side)?;
    let dim = penalty.dim();
    let volume = dim as f64 * side.ln();
    let counts = representations(dim, square)?;
    let mut spaces = Vec::with_capacity(counts.len());
    for (degree, multiplicity) in counts {
        if degree == 0 {
            continue;
        }
        let r = 2.0 * std::f64::consts::PI * (degree as f64).sqrt() / side;
        let density = penalty.spectral_density(r)?;
        let value = (density.ln - volume).exp();
        spaces.push(Eigenspace {
            degree,
            eigenvalue: Estimate::new(value, value * (density.relative_error + 4.0 * f64::EPSILON)),
            multiplicity,
        });
    }
    Ok(spaces)
}

/// How many m ∈ Z^d have each ‖m‖² ≤ `square`.
fn representations(dim: usize, square: usize) -> Result<BTreeMap<usize, f64>> {
    if square.saturating_mul(dim) > MOST {
        return Err(Error::invalid(
            "square",
            format!("at most {} in dimension {dim}", MOST / dim.max(1)),
            square,
        ));
    }
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
    Ok(found.filter(|(_, count)| *count > 0.0).collect())
}
