//! Densities of an ensemble in (ξ, γ, s).
//!
//! All densities are with respect to dξ dγ ds with dξ the *surface* measure of the sphere (total mass
//! |S^{d−1}|; for d = 1 the counting measure of {−1, 1}). From a density p(w, b) they follow by
//! dw db = s^{d} dξ ds dγ: p(ξ, γ, s) = s^d p_w(sξ) p_b(sγ).

use super::gamma_integral::{estimate_exp, ln_gamma};
use super::laws::{bias_integral, chi_density, gaussian_density};
use super::{Ensemble, OffsetLaw, ParameterLaw, ScaleLaw};
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use std::f64::consts::{LN_2, PI};

impl Ensemble {
    /// Whether ξ is uniform on the sphere and independent of (γ, s): Radon-spline ensembles, Gaussian
    /// weights, and any symmetric law in d = 1.
    pub fn isotropic(&self, dim: usize) -> bool {
        match self {
            Self::RadonSpline { .. } | Self::Gaussian { .. } => true,
            Self::Independent { weight, .. } => {
                dim == 1 || matches!(weight, ParameterLaw::Gaussian { .. })
            }
        }
    }

    /// The laws of every weight and of the bias, for ensembles given in standard coordinates.
    pub fn standard_laws(&self, dim: usize) -> Option<(ParameterLaw, ParameterLaw)> {
        match *self {
            Self::RadonSpline { .. } => None,
            Self::Gaussian {
                weight_std,
                bias_std,
            } => Some((
                ParameterLaw::Gaussian {
                    std: weight_std / (dim as f64).sqrt(),
                },
                if bias_std == 0.0 {
                    ParameterLaw::Zero
                } else {
                    ParameterLaw::Gaussian { std: bias_std }
                },
            )),
            Self::Independent { weight, bias } => Some((weight, bias)),
        }
    }

    /// The joint density p(ξ, γ, s) at a unit vector ξ, with respect to dξ dγ ds; its integral over γ
    /// and s, times |S^{d−1}| for isotropic ensembles, is 1 (not for unbounded offsets).
    ///
    /// # Errors
    /// [`Error::Undefined`] where a law is a point mass: a fixed scale or biases that are all 0.
    /// A direction that is not a unit vector.
    pub fn density(&self, direction: &[f64], gamma: f64, s: f64) -> Result<f64> {
        check_direction(direction)?;
        finite("offset", gamma)?;
        finite("scale", s)?;
        let dim = direction.len();
        let Some((weight, bias)) = self.standard_laws(dim) else {
            let Self::RadonSpline { offset, scale } = self else {
                return Ok(0.0);
            };
            let ln_surface = ln_sphere_surface(dim);
            return Ok(offset.density(gamma) * scale.density(dim, s)? * (-ln_surface).exp());
        };
        if s <= 0.0 {
            return Ok(0.0);
        }
        let bias_density = match bias {
            ParameterLaw::Gaussian { std } => gaussian_density(s * gamma, std),
            ParameterLaw::Uniform { bound } => {
                if (s * gamma).abs() <= bound {
                    0.5 / bound
                } else {
                    0.0
                }
            }
            ParameterLaw::Zero => return Err(no_offset_density()),
        };
        let d = dim as f64;
        let weight_density = match weight {
            ParameterLaw::Gaussian { std } => {
                chi_density(dim, std, s) * s * (-ln_sphere_surface(dim)).exp()
            }
            ParameterLaw::Uniform { bound } => {
                if s * max_norm(direction) <= bound {
                    (d * s.ln() - d * (2.0 * bound).ln()).exp()
                } else {
                    0.0
                }
            }
            ParameterLaw::Zero => 0.0,
        };
        Ok(weight_density * bias_density)
    }

    /// The density of the scales s = ‖w‖ in dimension d.
    ///
    /// # Errors
    /// [`Error::Undefined`] for a fixed scale (a point mass) and for uniform weights in d ≥ 2 (no closed
    /// form).
    pub fn scale_density(&self, dim: usize, s: f64) -> Result<f64> {
        self.scale_law(dim)?.density(dim, s)
    }

    /// The law of the scales s = ‖w‖ in dimension d.
    ///
    /// # Errors
    /// [`Error::Undefined`] for uniform weights in d ≥ 2, whose norm has no law named in [`ScaleLaw`].
    pub fn scale_law(&self, dim: usize) -> Result<ScaleLaw> {
        if let Self::RadonSpline { scale, .. } = *self {
            return Ok(scale);
        }
        match self.standard_laws(dim) {
            Some((ParameterLaw::Gaussian { std }, _)) => Ok(ScaleLaw::GaussianNorm { std }),
            Some((ParameterLaw::Uniform { bound }, _)) if dim == 1 => Ok(ScaleLaw::Uniform {
                low: 0.0,
                high: bound,
            }),
            _ => Err(Error::undefined(
                "law of the scales",
                format!("the norm of uniform weights in dimension {dim} has no closed form"),
            )),
        }
    }

    /// ζ(ξ, γ) = ∫ s^{2k} p(ξ, γ, s) ds, the density of zero-planes that neurons homogeneous of degree
    /// k = `degree` see, along one unit direction; with respect to the surface measure dξ dγ.
    ///
    /// For Gaussian weights and biases (entries of w of standard deviation a, b of c), with
    /// n = d + 2k: ½ (2π)^{−(d+1)/2} a^{−d} c^{−1} (2/q)^{(n+1)/2} Γ((n+1)/2), q = a^{−2} + γ²c^{−2};
    /// for k = 1 this is a³c^{d+2}Γ((d+3)/2)/(π^{(d+1)/2}(c²+γ²a²)^{(d+3)/2}).
    /// Degree 0 gives the density of the zero-planes themselves.
    ///
    /// # Errors
    /// Biases that are all 0 (a point mass at γ = 0); a direction that is not a unit vector.
    ///
    /// # Accuracy
    /// Closed forms, 1e−13 relative up to d ≈ 50; the error of the estimate grows with ln of the
    /// factors beyond.
    ///
    /// # References
    /// Jin & Montúfar, *Implicit bias of gradient descent for mean squared error regression with
    /// two-layer wide neural networks*, arXiv 2006.07356, Prop. 18 and Thm 19.
    pub fn zeta_along(&self, direction: &[f64], gamma: f64, degree: usize) -> Result<Estimate> {
        check_direction(direction)?;
        finite("offset", gamma)?;
        let dim = direction.len();
        self.zeta_at(dim, max_norm(direction), gamma, degree)
    }

    /// ζ(γ) for isotropic ensembles in dimension d.
    ///
    /// d ≥ 2: ζ(ξ, γ) of [`Ensemble::zeta_along`], the same in every direction. d = 1: the function of
    /// ‖f‖² = ∫ f″(x)²/ζ(x) dx, ζ(x) = ζ(+1, x) + ζ(−1, −x) = [`Ensemble::effective_offset_density`]; for
    /// Gaussian w, b and ReLU ζ(x) = 2a³c³/(π(c²+a²x²)²).
    ///
    /// # Errors
    /// As [`Ensemble::zeta_along`]; uniform weights in d ≥ 2, where ζ depends on the direction.
    pub fn zeta(&self, dim: usize, gamma: f64, degree: usize) -> Result<Estimate> {
        let effective = self.effective_offset_density(dim, gamma, degree)?;
        Ok(if dim == 1 {
            effective
        } else {
            effective * (-ln_sphere_surface(dim)).exp()
        })
    }

    /// p_eff(γ) = E_s[s^{2k} p(γ|s)] = |S^{d−1}| ζ(ξ, γ) for isotropic ensembles: the penalty of
    /// features homogeneous of degree k = `degree` is E_ξ∫|α|²/p_eff dγ. Degree 0: the density of
    /// the offsets.
    ///
    /// # Errors
    /// As [`Ensemble::zeta`].
    pub fn effective_offset_density(
        &self,
        dim: usize,
        gamma: f64,
        degree: usize,
    ) -> Result<Estimate> {
        finite("offset", gamma)?;
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        if !self.isotropic(dim) {
            return Err(Error::undefined(
                "density of offsets",
                format!("uniform weights are not isotropic in dimension {dim}: name a direction"),
            ));
        }
        if let Self::RadonSpline { offset, scale } = self {
            let moment = scale.moment(dim, 2.0 * degree as f64);
            return Ok(Estimate::closed_form(offset.density(gamma) * moment));
        }
        // In d = 1, max|ξ_i| = 1; Gaussian laws do not use it.
        let along = self.zeta_at(dim, 1.0, gamma, degree)?;
        Ok(along * ln_sphere_surface(dim).exp())
    }

    fn zeta_at(&self, dim: usize, max_norm: f64, gamma: f64, degree: usize) -> Result<Estimate> {
        let Some((weight, bias)) = self.standard_laws(dim) else {
            let effective = self.effective_offset_density(dim, gamma, degree)?;
            return Ok(effective * (-ln_sphere_surface(dim)).exp());
        };
        let d = dim as f64;
        let n = d + 2.0 * degree as f64;
        let integral = match weight {
            ParameterLaw::Gaussian { std } => {
                if let ParameterLaw::Gaussian { std: bias_std } = bias {
                    return Ok(gaussian_zeta(d, n, std, bias_std, gamma));
                }
                bias_integral(bias, gamma, n, 1.0 / (std * std), f64::INFINITY)
                    .map(|i| i * (-0.5 * d * (2.0 * PI).ln() - d * std.ln()).exp())
            }
            ParameterLaw::Uniform { bound } => bias_integral(bias, gamma, n, 0.0, bound / max_norm)
                .map(|i| i * (-d * (2.0 * bound).ln()).exp()),
            ParameterLaw::Zero => None,
        };
        integral.ok_or_else(no_offset_density)
    }
}

/// The Gaussian ζ, its powers taken in logarithms so that nothing overflows on the way.
fn gaussian_zeta(d: f64, n: f64, a: f64, c: f64, gamma: f64) -> Estimate {
    // √q = hypot(1/a, γ/c)
    let ln_root_q = (1.0 / a).hypot(gamma / c).ln();
    let half = 0.5 * (n + 1.0);
    estimate_exp(
        &[
            -0.5 * (d + 1.0) * (2.0 * PI).ln(),
            -d * a.ln(),
            half * LN_2,
            -(n + 1.0) * ln_root_q,
            ln_gamma(half),
        ],
        0.5 / c,
    )
}

fn ln_sphere_surface(dim: usize) -> f64 {
    let half = 0.5 * dim as f64;
    LN_2 + half * PI.ln() - ln_gamma(half)
}

fn max_norm(direction: &[f64]) -> f64 {
    direction.iter().fold(0.0, |m, x| m.max(x.abs()))
}

fn check_direction(direction: &[f64]) -> Result<()> {
    let norm = direction.iter().fold(0.0f64, |n, &x| n.hypot(x));
    if (norm - 1.0).abs() <= 1e-9 {
        Ok(())
    } else {
        Err(Error::invalid(
            "direction",
            "a unit vector",
            format!("norm {norm} in dimension {}", direction.len()),
        ))
    }
}

fn no_offset_density() -> Error {
    Error::undefined(
        "density of offsets",
        "all biases are 0, so that every zero-plane passes through the origin",
    )
}

impl OffsetLaw {
    /// R for uniform offsets, infinite for unbounded and unbounded-support laws.
    pub fn radius(&self) -> f64 {
        match *self {
            Self::Uniform { radius } => radius,
            _ => f64::INFINITY,
        }
    }
}
