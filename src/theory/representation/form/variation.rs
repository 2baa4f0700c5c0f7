//! Variation norms of functions whose bends are measures.

use crate::data::Monomial;
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use crate::theory::radon::Direction;

/// coefficient · (⟨ξ,x⟩ − γ)₊.
#[derive(Clone, Debug, PartialEq)]
pub struct Hinge {
    /// ξ.
    pub direction: Direction,
    /// γ.
    pub offset: f64,
    /// The jump of the slope across the zero-plane.
    pub coefficient: f64,
}

/// The least ∫|f″| that a ReLU network must carry for f on the line, skip connections for constants only: max(∫|f″|, |f′(−∞) + f′(∞)|), f″ a
/// density plus jumps of the slope. The least Σ|v_i||w_i| over networks of any width that are f (without cost of biases).
///
/// `second` is f″ on `interval` without its deltas, 0 elsewhere; `kinks` are places with jumps of f′, of which the same place may come
/// twice; `slopes` are f′(−∞), f′(∞).
///
/// # Errors
/// An interval that is none; numbers not finite; slopes whose difference is not ∫f″ (beyond 10⁻⁶ of the sizes).
///
/// # References
/// Savarese, Evron, Soudry, Srebro, arXiv 1902.05040, Theorem 3.1.
pub fn univariate_variation(
    second: impl Fn(f64) -> f64,
    interval: (f64, f64),
    splits: &[f64],
    kinks: &[(f64, f64)],
    slopes: (f64, f64),
) -> Result<Estimate> {
    let (a, b) = interval;
    if a.is_nan() || b.is_nan() || a > b {
        return Err(Error::invalid(
            "interval",
            "ends a ≤ b",
            format!("({a}, {b})"),
        ));
    }
    finite("slopes", slopes.0)?;
    finite("slopes", slopes.1)?;
    let mut jumps: Vec<(f64, f64)> = Vec::with_capacity(kinks.len());
    let mut sorted = kinks.to_vec();
    sorted.sort_by(|x, y| x.0.total_cmp(&y.0));
    for (at, jump) in sorted {
        finite("kinks", at)?;
        finite("kinks", jump)?;
        match jumps.last_mut() {
            Some(last) if last.0 == at => last.1 += jump,
            _ => jumps.push((at, jump)),
        }
    }
    let tolerance = Tolerance::default();
    let smooth = integrate(|x| second(x).abs(), a, b, splits, &tolerance).estimate();
    let turned = integrate(&second, a, b, splits, &tolerance).estimate();
    let total: f64 = jumps.iter().map(|(_, j)| j.abs()).sum();
    let net: f64 = jumps.iter().map(|(_, j)| j).sum::<f64>() + turned.value;
    let size = smooth.value + total + slopes.0.abs() + slopes.1.abs();
    if (slopes.1 - slopes.0 - net).abs() > 1e-6 * size + turned.error {
        return Err(Error::invalid(
            "slopes",
            format!("f′(∞) − f′(−∞) = ∫f″ = {net}"),
            slopes.1 - slopes.0,
        ));
    }
    let bends = Estimate::new(
        smooth.value + total,
        smooth.error + f64::EPSILON * (1.0 + jumps.len() as f64) * total,
    );
    let tilt = (slopes.0 + slopes.1).abs();
    Ok(if tilt > bends.value {
        Estimate::new(tilt, bends.error + f64::EPSILON * tilt)
    } else {
        bends
    })
}

/// The least variation of Σ c_i (⟨ξ_i,x⟩−γ_i)₊ modulo affine functions, exactly: the sum of |jump| over the planes, where neurons
/// with the same plane, (ξ,γ) or (−ξ,−γ), bend as one. In d = 1 with what they leave of slope: [`univariate_variation`].
///
/// # Errors
/// Directions of different dimensions, numbers not finite.
///
/// # References
/// Ongie, Willett, Soudry, Srebro, arXiv 1910.01635, §3.
pub fn hinge_variation(hinges: &[Hinge]) -> Result<f64> {
    let mut planes: Vec<(Vec<f64>, f64, f64)> = Vec::new();
    let dim = hinges.first().map_or(0, |h| h.direction.dim());
    for hinge in hinges {
        hinge.direction.of_dim(dim)?;
        finite("hinges", hinge.offset)?;
        finite("hinges", hinge.coefficient)?;
        // The one of both signs whose first coordinate that is not 0 is positive.
        let unit = hinge.direction.as_slice();
        let first = unit.iter().find(|x| **x != 0.0).copied().unwrap_or(1.0);
        let sign = first.signum();
        // −0 and 0 are the same.
        let xi: Vec<f64> = unit.iter().map(|x| sign * x + 0.0).collect();
        planes.push((xi, sign * hinge.offset + 0.0, hinge.coefficient));
    }
    let order = |a: &(Vec<f64>, f64, f64), b: &(Vec<f64>, f64, f64)| {
        let (x, y) = (a.0.iter().chain([&a.1]), b.0.iter().chain([&b.1]));
        let pairs = x.zip(y).map(|(p, q)| p.total_cmp(q));
        pairs
            .into_iter()
            .find(|o| o.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    };
    planes.sort_by(order);
    let mut total = 0.0;
    let mut current = 0.0;
    let mut before: Option<&(Vec<f64>, f64, f64)> = None;
    for plane in &planes {
        if before.is_none_or(|b| order(b, plane).is_ne()) {
            total += f64::abs(current);
            current = 0.0;
        }
        current += plane.2;
        before = Some(plane);
    }
    Ok(total + current.abs())
}

/// The constant monomial.
pub(super) fn constant(dim: usize, value: f64) -> Monomial {
    Monomial {
        coefficient: value,
        powers: vec![0; dim],
    }
}
