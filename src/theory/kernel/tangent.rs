//! The limit kernel of a shallow model: Σ_g rate_g K_g over its trained groups.

use super::SumKernel;
use super::deep::{DeepKernel, Readout, Stage};
use super::dual::{DualActivation, Layer};
use super::kernel::Kernel;

use super::radon::{BoundedKernel, FeatureFunction, Term, UnboundedKernel};
use crate::error::{Error, Result};
use crate::model::ensemble::{Ensemble, OffsetLaw, ParameterLaw, ScaleLaw};
use crate::model::{Coordinates, Group, Shallow};
use crate::theory::penalty::Penalty;
use std::sync::Arc;

/// The kernel that gradient descent on f = m^{−½}Σ v_iφ(z_i) follows in the limit m → ∞,
/// Σ_g rate_g lim ⟨∂_g f(x), ∂_g f(x′)⟩.
///
/// * Gaussian weights and biases (z = ⟨w,x⟩ − b, (z,z′) centred with covariance σ_w²⟨x,x′⟩/d + σ_b²):
///   output E\[φφ′\]; bias E\[v²\]E\[φ̇φ̇′\] and weight E\[v²\]⟨x,x′⟩E\[φ̇φ̇′\] in standard coordinates, times σ_b²
///   and σ_w²/d in NTK coordinates (φ̇ the derivative).
/// * Radon-spline ensembles: output E\[φφ′\]; offset E\[v²\]E\[s²φ̇φ̇′\]; scale E\[v²\]E\[s^{−2}zφ̇z′φ̇′\]; direction
///   E\[v²\]E\[s²φ̇φ̇′⟨(I−ξξᵀ)x,x′⟩\]; bias and weight as in standard coordinates. Unbounded offsets: unit density,
///   a conditionally positive definite function of x − x′, modulo the polynomials of its null space.
///
/// # Errors
/// A group whose kernel does not exist (a step with trained offsets; weights, directions or scales
/// at unbounded offsets that are no function of x − x′ or diverge); independent laws that are not
/// Gaussian; Radon-spline groups of a Gaussian ensemble.
///
/// # References
/// Jacot et al. 2018, theorem 1; Sahs et al., arXiv 2503.10587.
pub fn tangent_kernel(model: &Shallow) -> Result<Arc<dyn Kernel>> {
    match *model.ensemble() {
        Ensemble::Gaussian {
            weight_std,
            bias_std,
        } => gaussian(model, weight_std / (model.dim() as f64).sqrt(), bias_std),
        Ensemble::Independent { weight, bias } => {
            let std = |law: ParameterLaw| match law {
                ParameterLaw::Gaussian { std } => Some(std),
                ParameterLaw::Zero => Some(0.0),
                ParameterLaw::Uniform { .. } => None,
            };
            match (std(weight), std(bias)) {
                (Some(w), Some(b)) => gaussian(model, w, b),
                _ => Err(Error::undefined(
                    "kernel of an ensemble of independent parameters",
                    "it is available for Gaussian weights and Gaussian or zero biases; uniform laws \
                     are available in simulations, and as Radon-spline ensembles with uniform offsets",
                )),
            }
        }
        Ensemble::RadonSpline { offset, scale } => radon(model, offset, scale),
    }
}

fn gaussian(model: &Shallow, weight_std: f64, bias_std: f64) -> Result<Arc<dyn Kernel>> {
    let square = model.output_std().powi(2);
    let rate = |group: Group| model.rates().rate(group);
    for group in [Group::Offset, Group::Scale, Group::Direction] {
        if rate(group) > 0.0 {
            return Err(Error::undefined(
                format!("kernel of a Gaussian ensemble with trained group {group}"),
                "for Gaussian weights and biases it is available for output, bias and weight; \
                 offset, scale and direction for Radon-spline ensembles",
            ));
        }
    }
    let ntk = model.coordinates() == Coordinates::Ntk;
    let (of_bias, of_weight) = if ntk {
        (bias_std.powi(2), weight_std.powi(2))
    } else {
        (1.0, 1.0)
    };
    let stage = Stage {
        dual: DualActivation::new(model.activation()),
        layer: Layer {
            weight_variance: weight_std.powi(2),
            bias_variance: bias_std.powi(2),
        },
        weight: rate(Group::Weight) * square * of_weight,
        bias: rate(Group::Bias) * square * of_bias,
    };
    Ok(Arc::new(DeepKernel {
        stages: vec![stage],
        readout: Readout {
            output: rate(Group::Output),
            tangent: 1.0,
            bias: 0.0,
        },
        // The weights' standard deviation is that of a coordinate.
        per_dimension: (false, false),
        dim: Some(model.dim()),
    }))
}

fn radon(model: &Shallow, offset: OffsetLaw, scale: ScaleLaw) -> Result<Arc<dyn Kernel>> {
    let dim = model.dim();
    let square = model.output_std().powi(2);
    // The penalty knows which unbounded kernels exist, and their null space.
    let order = match offset {
        OffsetLaw::Unbounded => {
            usize::try_from(Penalty::new(model)?.null_space_degree() + 1).unwrap_or(0)
        }
        _ => 0,
    };
    let mut terms: Vec<(f64, Arc<dyn Kernel>)> = Vec::new();
    for &(group, rate) in model.rates().trained() {
        if dim == 1 && group == Group::Direction {
            // The sphere of one dimension is two points: nothing moves on it.
            continue;
        }
        let term = Term::of(group, rate, square);
        let psi = FeatureFunction::new(model.activation(), term.feature)?;
        let kernel: Arc<dyn Kernel> = match offset {
            OffsetLaw::Unbounded => Arc::new(UnboundedKernel::new(dim, order, term, scale, psi)?),
            _ => Arc::new(BoundedKernel::new(dim, term, offset, scale, psi)?),
        };
        terms.push((1.0, kernel));
    }
    if terms.is_empty() {
        return Err(Error::undefined(
            "kernel",
            "only directions are trained, and in one dimension these cannot move",
        ));
    }
    match (terms.len(), terms.pop()) {
        (1, Some((_, only))) => Ok(only),
        (_, last) => {
            terms.extend(last);
            Ok(Arc::new(SumKernel::new(terms)?))
        }
    }
}
