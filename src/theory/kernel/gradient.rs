//! Derivatives of kernels with respect to their points.

use super::Kernel;
use super::kernel::larger;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use nalgebra::DMatrix;

/// The first step, relative to the size of the point.
const FIRST: f64 = 0.15;
/// Each step is this much shorter than the one before it.
const SHORTER: f64 = 1.6;
/// Steps at most.
const STEPS: usize = 14;

/// Shorter steps that are looked at, each this much shorter than the one before it: to 1e−10 of the first.
const CLOSER: usize = 8;
const LEAP: f64 = 8.0;

/// Relative bounds beyond which a value from steps within reach of a cusp is held against that from longer ones.
const ROUGH: f64 = 1e-3;

/// Bounds below this part of the gradient's largest coordinate are taken without looking further.
const FINE: f64 = 1e-10;

/// ∇_x K(x, x′). Where K has a cusp (the tangent kernel of ReLU at x = x′) it is the mean of the one-sided derivatives.
///
/// # Errors
/// Points of different or wrong dimension, or not finite; a kernel that is not finite there (tangent kernels of steps at x = ±x′).
///
/// # Method
/// By the kernel itself ([`Kernel::gradient`]) where it can: networks of any depth by Price's theorem, Euler's relation
/// for homogeneous activations, Mehler's series for smooth ones and integrals over closed conditional means for piecewise
/// polynomials, erf, GELU and exponential linear units; Radon-spline ensembles of one scale through the derivative of their
/// function of the distance. Else, and where that bound is wide, central differences extrapolated to step 0 (Ridders 1982), with
/// the kernel's own error and the disagreement of the extrapolations as the bound, whichever bound is smaller. Their steps stay
/// on x's side of the nearest cusp ([`Kernel::smooth_within`]).
///
/// # Accuracy
/// 1e−13 of the gradient's size for homogeneous activations, 1e−12 for the others of the first kind; some 1e−8 where
/// differences are taken of kernels without closed form; next to a cusp these lose what the kernel's error is beside the distance to
/// it, and say so. The bound says which. Measured in `docs/accuracy/kernel.md`.
pub fn gradient(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Result<Vec<Estimate>> {
    expect(kernel, x, y)?;
    let lengths = (size(x, y), kernel.smooth_within(x, y));
    let differences = |i: usize| {
        limit(lengths, |h| {
            difference(|s| kernel.evaluate(&moved(x, i, s), y), taken(x[i], h))
        })
    };
    let Some(mut found) = kernel.gradient(x, y).filter(|g| g.len() == x.len()) else {
        return Ok((0..x.len()).map(differences).collect());
    };
    let largest = found.iter().fold(0.0, |m: f64, g| m.max(g.value.abs()));
    for (i, slot) in found.iter_mut().enumerate() {
        if slot.error.is_nan() || slot.error > FINE * largest {
            let other = differences(i);
            // Only what the kernel itself holds possible.
            let agrees = (other.value - slot.value).abs() <= other.error + slot.error;
            if slot.error.is_nan() || agrees && other.error < slot.error {
                *slot = other;
            }
        }
    }
    Ok(found)
}

/// ∇_x∇_{x′} K(x, x′): the (i, j) entry is ∂²K/∂x_i∂x′_j, with a bound on the error of every entry. Where it does not
/// exist (the tangent kernel of a kinked φ at x = x′ grows like 1/‖x − x′‖) the bound is infinite where the kernel itself knows
/// it, as networks of ReLU and its kin do, and wide where differences are taken.
///
/// # Errors
/// As [`gradient`].
///
/// # Method
/// By the kernel itself ([`Kernel::mixed_derivatives`]) where it can: networks of ReLU, leaky ReLU, |z| and their powers, from the recursion over layers,
/// differentiated twice. Else differences of [`Kernel::gradient`], extrapolated; where there is none, second differences of the kernel.
///
/// # Accuracy
/// 1e−12 of the largest entry for networks of homogeneous activations, however near the points; 1e−10 for other kernels whose gradient is known,
/// 1e−9 for others in closed form.
pub fn mixed_derivatives(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Result<(DMatrix<f64>, f64)> {
    expect(kernel, x, y)?;
    let known = kernel.mixed_derivatives(x, y);
    if let Some((matrix, error)) = known.clone().filter(|(_, error)| error.is_finite()) {
        return Ok((matrix, error));
    }
    let within = kernel.smooth_within(x, y).min(kernel.smooth_within(y, x));
    let lengths = (size(x, y), within);
    let mut worst: f64 = 0.0;
    let mut matrix = DMatrix::zeros(x.len(), x.len());
    for j in 0..x.len() {
        let rows: Vec<Estimate> = match of_gradients(kernel, (x, y), j, lengths) {
            Some(rows) => rows,
            None => (0..x.len())
                .map(|i| {
                    let second = |h: f64| {
                        let along = |s: f64| {
                            let x = moved(x, i, s);
                            difference(|t| kernel.evaluate(&x, &moved(y, j, t)), taken(y[j], h))
                        };
                        difference(along, taken(x[i], h))
                    };
                    limit(lengths, second)
                })
                .collect(),
        };
        for (i, found) in rows.iter().enumerate() {
            matrix[(i, j)] = found.value;
            worst = larger(worst, found.error);
        }
    }
    let exists = known.is_none();
    Ok((matrix, if exists { worst } else { f64::INFINITY }))
}

/// ∂/∂x′_j of the gradient in x, all its coordinates at once.
fn of_gradients(
    kernel: &dyn Kernel,
    (x, y): (&[f64], &[f64]),
    j: usize,
    lengths: (f64, f64),
) -> Option<Vec<Estimate>> {
    kernel.gradient(x, y)?;
    // All coordinates at every step, which one after another asks for.
    let mut samples: Vec<(f64, Vec<Estimate>)> = Vec::new();
    let mut at = |h: f64, i: usize| {
        let known = samples.iter().position(|(step, _)| *step == h);
        let known = known.or_else(|| {
            let step = taken(y[j], h);
            let side = |s: f64| kernel.gradient(x, &moved(y, j, s));
            let (up, down) = (side(step)?, side(-step)?);
            let pairs = up.into_iter().zip(down);
            samples.push((
                h,
                pairs.map(|(up, down)| (up - down) * (0.5 / step)).collect(),
            ));
            Some(samples.len() - 1)
        });
        known.map_or(Estimate::new(f64::NAN, f64::INFINITY), |k| samples[k].1[i])
    };
    let column = |i: usize| limit(lengths, |h| at(h, i));
    Some((0..x.len()).map(column).collect())
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
    let at = kernel.evaluate(x, y).value;
    if !at.is_finite() {
        return Err(Error::undefined(
            "derivative of a kernel",
            format!("its value there is {at}"),
        ));
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

/// The step that a coordinate takes when h is added to it.
fn taken(x: f64, h: f64) -> f64 {
    (x.abs() + h) - x.abs()
}

/// (f(h) − f(−h))/2h.
fn difference(f: impl Fn(f64) -> Estimate, h: f64) -> Estimate {
    (f(h) - f(-h)) * (0.5 / h)
}

/// The limit of f(h), even in h, as h → 0, for a kernel that varies over `size` and is smooth `within` a radius: the steps keep
/// within it. Where samples say little there, longer steps have the better guess, and the bound is what these leave possible.
fn limit((size, within): (f64, f64), mut f: impl FnMut(f64) -> Estimate) -> Estimate {
    if within == 0.0 || within >= size {
        return extrapolate(FIRST * size, within, f);
    }
    let near = extrapolate(FIRST * within, within, &mut f);
    if near.error <= ROUGH * near.value.abs() {
        return near;
    }
    let far = extrapolate(FIRST * size, within, &mut f);
    let gap = (near.value - far.value).abs();
    if gap > near.error {
        return near;
    }
    // A gap that is no number says nothing.
    Estimate::new(far.value, larger(near.error, near.error + gap))
}

/// The same by steps from the first; steps far longer than what f varies on may agree with one another, so that shorter
/// ones are looked at, down to part of the distance to the nearest cusp, and the steps begin anew where these say otherwise.
fn extrapolate(first: f64, nearest: f64, mut f: impl FnMut(f64) -> Estimate) -> Estimate {
    let mut first = first;
    let mut found = neville(first, &mut f);
    for _ in 0..CLOSER {
        let Some(from) = contradicted(first, nearest, &found, &mut f) else {
            return found;
        };
        first = from;
        found = neville(first, &mut f);
    }
    Estimate::new(found.value, f64::INFINITY)
}

/// Where steps should have begun, if samples at shorter ones agree with each other and not with the limit.
fn contradicted(
    first: f64,
    nearest: f64,
    found: &Estimate,
    f: &mut impl FnMut(f64) -> Estimate,
) -> Option<f64> {
    let mut h = first / SHORTER.powi(STEPS as i32 - 1);
    let mut before = f(h).value;
    let mut looked = 0;
    while looked < CLOSER || h > nearest / LEAP && nearest > 0.0 {
        looked += 1;
        h /= LEAP;
        let sample = f(h);
        let (gap, moved) = (
            (sample.value - found.value).abs(),
            (sample.value - before).abs(),
        );
        if gap > found.error + 3.0 * sample.error + 2.0 * moved {
            return Some(LEAP * LEAP * h);
        }
        before = sample.value;
    }
    None
}

/// Neville's table in h², of whose entries the one with the least disagreement with its neighbours is taken.
fn neville(first: f64, f: &mut impl FnMut(f64) -> Estimate) -> Estimate {
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
