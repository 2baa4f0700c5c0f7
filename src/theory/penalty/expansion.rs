//! The seminorm of a kernel expansion.

use super::Seminorm;
use crate::data::Points;
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use crate::theory::kernel::Kernel;

/// Coefficients count as orthogonal to a polynomial up to so many times the rounding of the sum.
const ORTHOGONALITY: f64 = 1e-8;

/// ‖f‖² = aᵀKa of f = Σ_i a_i K(·, x_i) + polynomial of degree < q, q the order of the kernel.
///
/// # Errors
/// Numbers of points and coefficients that differ; coefficients not finite, or, for q ≥ 1, not
/// orthogonal to the polynomials of degree < q (aᵀKa is a seminorm for those only).
pub fn seminorm_of_expansion(
    kernel: &dyn Kernel,
    points: &Points,
    coefficients: &[f64],
) -> Result<Seminorm> {
    if coefficients.len() != points.len() {
        return Err(Error::shape(
            "coefficients",
            format!("one for each of {} points", points.len()),
            coefficients.len(),
        ));
    }
    if let Some(dim) = kernel.dim() {
        points.expect_dim("points", dim)?;
    }
    for &a in coefficients {
        finite("coefficients", a)?;
    }
    check_orthogonal(kernel.order(), points, coefficients)?;
    let mut total = Estimate::default();
    let mut magnitude = 0.0;
    for (i, (x, a)) in points.iter().zip(coefficients).enumerate() {
        for (y, b) in points.iter().zip(coefficients).take(i + 1) {
            let twice = if std::ptr::eq(x, y) { 1.0 } else { 2.0 };
            let term = kernel.evaluate(x, y) * (twice * a * b);
            magnitude += term.value.abs();
            total = total + term;
        }
    }
    let rounding = f64::EPSILON * magnitude * (points.len() as f64);
    Ok(Seminorm::Finite(Estimate::new(
        total.value,
        total.error + rounding,
    )))
}

/// Σ_i a_i x_i^β = 0 for |β| < q, coordinates taken relative to the largest norm.
fn check_orthogonal(order: usize, points: &Points, coefficients: &[f64]) -> Result<()> {
    let unit = points.max_norm().max(f64::MIN_POSITIVE);
    // Products of coordinates of degree g, each with the least coordinate that may still be appended.
    let mut monomials: Vec<(usize, Vec<f64>)> = vec![(0, vec![1.0; points.len()])];
    for degree in 0..order {
        for (_, values) in &monomials {
            let moment: f64 = values.iter().zip(coefficients).map(|(v, a)| v * a).sum();
            let size: f64 = values
                .iter()
                .zip(coefficients)
                .map(|(v, a)| (v * a).abs())
                .sum();
            if moment.abs() > ORTHOGONALITY * size {
                return Err(Error::invalid(
                    "coefficients",
                    format!("a vector orthogonal to the polynomials of degree < {order}"),
                    format!(
                        "a moment of degree {degree} that is {:.1e} of its terms",
                        moment.abs() / size
                    ),
                ));
            }
        }
        if degree + 1 < order {
            monomials = monomials
                .iter()
                .flat_map(|(least, values)| {
                    (*least..points.dim()).map(move |j| {
                        let next = values
                            .iter()
                            .zip(points.iter())
                            .map(|(v, x)| v * x[j] / unit);
                        (j, next.collect())
                    })
                })
                .collect();
        }
    }
    Ok(())
}
