//! Derivatives of kernels with respect to their points.

use super::Kernel;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use nalgebra::DMatrix;

/// The first step, relative to the size of the point.
const FIRST: f64 = 0.15;
/// Each step is this much shorter than the one before it.
const SHORTER: f64 = 1.6;
/// Steps at most.
const STEPS: usize = 14;

/// ∇_x K(x, x′). Where K has a cusp along a coordinate (the tangent kernel of ReLU at x = x′) it is the mean of the
/// one-sided derivatives.
///
/// # Errors
/// Points of different or wrong dimension, or not finite.
///
/// # Method
/// Central differences extrapolated to step 0 (Ridders 1982), with the kernel's own error and the disagreement of
/// the extrapolations as the bound; 2 evaluations of the kernel a coordinate and step.
///
/// # Accuracy
/// Some 1e−11 for kernels in closed form, 1e−8 for others; the bound says which.
pub fn gradient(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Result<Vec<Estimate>> {
    expect(kernel, x, y)?;
    let size = size(x, y);
    Ok((0..x.len())
        .map(|i| {
            extrapolate(FIRST * size, |h| {
                difference(|s| kernel.evaluate(&moved(x, i, s), y), h)
            })
        })
        .collect())
}

/// ∇_x∇_{x′} K(x, x′): the (i, j) entry is ∂²K/∂x_i∂x′_j, with a bound on the error of every entry. Where it does not
/// exist (ReLU at x = x′: the tangent kernel's grows like 1/‖x − x′‖) the bound is wide.
///
/// # Errors
/// As [`gradient`].
///
/// # Accuracy
/// Some 1e−9 for kernels in closed form.
pub fn mixed_derivatives(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Result<(DMatrix<f64>, f64)> {
    expect(kernel, x, y)?;
    let size = size(x, y);
    let mut worst: f64 = 0.0;
    let mut matrix = DMatrix::zeros(x.len(), x.len());
    for i in 0..x.len() {
        for j in 0..x.len() {
            let second = |h: f64| {
                let along = |s: f64| {
                    let x = moved(x, i, s);
                    difference(|t| kernel.evaluate(&x, &moved(y, j, t)), h)
                };
                difference(along, h)
            };
            let found = extrapolate(FIRST * size, second);
            matrix[(i, j)] = found.value;
            worst = super::kernel::larger(worst, found.error);
        }
    }
    Ok((matrix, worst))
}

fn expect(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Result<()> {
    let dim = kernel.dim().unwrap_or(x.len());
    for (name, point) in [("x", x), ("x′", y)] {
        if point.len() != dim || point.is_empty() {
            let expected = format!("{} coordinates", dim.max(1));
            return Err(Error::shape(name, expected, point.len()));
        }
        if let Some(at) = point.iter().position(|c| !c.is_finite()) {
            return Err(Error::NotFinite {
                argument: name.into(),
                position: format!("coordinate {at}"),
                found: point[at],
            });
        }
    }
    Ok(())
}

/// The length on which a kernel varies, at first guess.
fn size(x: &[f64], y: &[f64]) -> f64 {
    let norm = |x: &[f64]| x.iter().map(|c| c * c).sum::<f64>().sqrt();
    let size = norm(x).max(norm(y));
    if size > 0.0 { size } else { 1.0 }
}

fn moved(x: &[f64], i: usize, step: f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    if let Some(slot) = moved.get_mut(i) {
        *slot += step;
    }
    moved
}

/// (f(h) − f(−h))/2h.
fn difference(f: impl Fn(f64) -> Estimate, h: f64) -> Estimate {
    (f(h) - f(-h)) * (0.5 / h)
}

/// The limit of f(h), even in h, as h → 0: Neville's table in h², of whose entries the one with the least
/// disagreement with its neighbours is taken.
fn extrapolate(first: f64, f: impl Fn(f64) -> Estimate) -> Estimate {
    let mut row: Vec<f64> = Vec::new();
    let mut best = Estimate::new(f64::NAN, f64::INFINITY);
    let mut h = first;
    for _ in 0..STEPS {
        let sample = f(h);
        let mut next = vec![sample.value];
        let mut factor = SHORTER * SHORTER;
        for (k, before) in row.iter().enumerate() {
            let better = next[k] + (next[k] - before) / (factor - 1.0);
            // The disagreement with both neighbours, and what the samples' own errors become.
            let moved = (better - next[k]).abs().max((better - before).abs());
            let error = 2.0 * moved + 3.0 * sample.error;
            if error < best.error {
                best = Estimate::new(better, error);
            }
            next.push(better);
            factor *= SHORTER * SHORTER;
        }
        row = next;
        h /= SHORTER;
    }
    best
}
