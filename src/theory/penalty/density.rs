//! The density of zero-planes that a homogeneous activation sees.

use crate::error::{Error, Result};
use crate::model::Ensemble;
use crate::model::ensemble::{OffsetLaw, ParameterLaw, ScaleLaw};
use crate::numerics::Estimate;
use crate::numerics::special::{ln_gamma, ln_sphere_surface};
use std::f64::consts::PI;

/// p_eff(γ) = E\[s^{2k} p(γ|s)\] for an activation positively homogeneous of degree k, whose scales drop
/// out of the representation: ‖f‖² = E_ξ ∫ |α(ξ,γ)|²/p_eff(γ) dγ.
///
/// For neurons z = ⟨w,x⟩ − b it is E\[‖w‖^{2k+1} p_b(‖w‖γ)\]. In d = 1 and for k = 1 it is the
/// ζ(γ) = ∫|w|³ p_{w,b}(w, wγ) dw of the weighted spline penalty ∫f″²/ζ; in d ≥ 2 it is |S^{d−1}| times the density
/// ζ(ξ,γ) against the surface measure.
///
/// # References
/// Jin & Montúfar, arXiv 2006.07356, Proposition 18 and Theorem 19; Sahs et al., arXiv 2008.01772.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetDensity {
    dim: usize,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// E\[s^{2k}\] p(γ), offsets independent of scales.
    Separate { moment: f64, offset: OffsetLaw },
    /// e^{ln_factor} ∫₀^m s^{2ν−1} e^{−qs²/2} ds, q = q₀ + γ²·slope, m = min(longest, reach/|γ|).
    Norm {
        ln_factor: f64,
        nu: f64,
        q0: f64,
        slope: f64,
        longest: f64,
        reach: f64,
    },
}

impl OffsetDensity {
    /// The density of an ensemble in dimension d for homogeneity of degree k.
    ///
    /// # Errors
    /// d = 0; zero-planes all through the origin (biases 0) or weights all 0; in d ≥ 2 independent weights that are not
    /// Gaussian, whose directions are not uniform.
    pub fn new(ensemble: &Ensemble, dim: usize, degree: usize) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        ensemble.validate()?;
        let shape = match *ensemble {
            Ensemble::RadonSpline { offset, scale } => Shape::Separate {
                moment: scale_moment(scale, dim, degree),
                offset,
            },
            Ensemble::Gaussian {
                weight_std,
                bias_std,
            } => Shape::of_parameters(
                dim,
                degree,
                ParameterLaw::Gaussian {
                    std: weight_std / (dim as f64).sqrt(),
                },
                ParameterLaw::Gaussian { std: bias_std },
            )?,
            Ensemble::Independent { weight, bias } => {
                Shape::of_parameters(dim, degree, weight, bias)?
            }
        };
        Ok(Self { dim, shape })
    }

    /// p_eff(γ).
    ///
    /// # Accuracy
    /// 1e−13 relative, measured against 40-digit quadrature.
    pub fn at(&self, gamma: f64) -> Estimate {
        Estimate::closed_form(match self.shape {
            Shape::Separate { moment, offset } => moment * offset_density(offset, gamma),
            Shape::Norm {
                ln_factor,
                nu,
                q0,
                slope,
                longest,
                reach,
            } => {
                let q = q0 + slope * gamma * gamma;
                let m = longest.min(reach / gamma.abs());
                (ln_factor + ln_truncated_moment(nu, q, m)).exp()
            }
        })
    }

    /// The density against the surface measure dξ dγ of S^{d−1} × R: p_eff/|S^{d−1}|.
    pub fn surface_density(&self, gamma: f64) -> Estimate {
        self.at(gamma) * (-ln_sphere_surface(self.dim)).exp()
    }
}

impl Shape {
    /// Neurons z = ⟨w,x⟩ − b with independent entries.
    fn of_parameters(
        dim: usize,
        degree: usize,
        weight: ParameterLaw,
        bias: ParameterLaw,
    ) -> Result<Self> {
        let (d, k) = (dim as f64, degree as f64);
        let what = "density of zero-planes";
        let positive = |std: f64, reason: &str| {
            if std > 0.0 {
                Ok(std)
            } else {
                Err(Error::undefined(what, reason))
            }
        };
        // The law of ‖w‖: e^{ln_law} s^{power} e^{−q₀s²/2} up to `longest`.
        let (ln_law, power, q0, longest) = match weight {
            ParameterLaw::Gaussian { std } => {
                let std = positive(std, "the weights are all 0")?;
                let ln_law = ln_sphere_surface(dim) - 0.5 * d * (2.0 * PI).ln() - d * std.ln();
                (ln_law, d - 1.0, 1.0 / (std * std), f64::INFINITY)
            }
            ParameterLaw::Uniform { bound } if dim == 1 => {
                let bound = positive(bound, "the weights are all 0")?;
                (-bound.ln(), 0.0, 0.0, bound)
            }
            ParameterLaw::Uniform { .. } => {
                return Err(Error::undefined(
                    what,
                    "uniform weights in d ≥ 2 do not have uniform directions: the density depends on ξ",
                ));
            }
            ParameterLaw::Zero => return Err(Error::undefined(what, "the weights are all 0")),
        };
        let through_origin = "with biases 0 every zero-plane passes through the origin";
        let (ln_bias, slope, reach) = match bias {
            ParameterLaw::Gaussian { std } => {
                let std = positive(std, through_origin)?;
                (
                    -0.5 * (2.0 * PI).ln() - std.ln(),
                    1.0 / (std * std),
                    f64::INFINITY,
                )
            }
            ParameterLaw::Uniform { bound } => {
                let bound = positive(bound, through_origin)?;
                (-(2.0 * bound).ln(), 0.0, bound)
            }
            ParameterLaw::Zero => return Err(Error::undefined(what, through_origin)),
        };
        Ok(Self::Norm {
            ln_factor: ln_law + ln_bias,
            nu: 0.5 * (power + 2.0 * k + 2.0),
            q0,
            slope,
            longest,
            reach,
        })
    }
}

/// E\[s^{2k}\].
pub(super) fn scale_moment(law: ScaleLaw, dim: usize, degree: usize) -> f64 {
    let gaussian = |d: f64, std: f64| -> f64 {
        let factors = (0..degree).map(|j| (d + 2.0 * j as f64) * std * std);
        factors.product()
    };
    match law {
        ScaleLaw::Fixed(s) => s.powi(2 * degree as i32),
        ScaleLaw::GaussianNorm { std } => gaussian(dim as f64, std),
        ScaleLaw::HalfNormal { std } => gaussian(1.0, std),
        // The difference of powers over the difference, without its cancellation.
        ScaleLaw::Uniform { low, high } => {
            let n = 2 * degree as i32;
            let terms = (0..=n).map(|i| low.powi(i) * high.powi(n - i));
            terms.sum::<f64>() / f64::from(n + 1)
        }
    }
}

/// p(γ).
fn offset_density(law: OffsetLaw, gamma: f64) -> f64 {
    match law {
        OffsetLaw::Unbounded => 1.0,
        OffsetLaw::Uniform { radius } if gamma.abs() > radius => 0.0,
        OffsetLaw::Uniform { radius } => 0.5 / radius,
        OffsetLaw::Gaussian { std } => {
            let z = gamma / std;
            (-0.5 * z * z).exp() / ((2.0 * PI).sqrt() * std)
        }
        OffsetLaw::Cauchy { scale } => {
            let z = gamma / scale;
            1.0 / (PI * scale * (1.0 + z * z))
        }
    }
}

/// ln ∫₀^m s^{2ν−1} e^{−qs²/2} ds for ν > 0, q ≥ 0, 0 < m ≤ ∞ (one of q > 0, m < ∞).
fn ln_truncated_moment(nu: f64, q: f64, m: f64) -> f64 {
    let x = 0.5 * q * m * m;
    // So far out the missing share Γ(ν,x)/Γ(ν) is below 1e−17.
    if x > 2.0 * nu + 100.0 {
        return (nu - 1.0) * std::f64::consts::LN_2 + ln_gamma(nu) - nu * q.ln();
    }
    // γ(ν,x) = x^ν e^{−x} Σ x^n/(ν(ν+1)…(ν+n)): all terms positive.
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > 1e-18 * sum {
        n += 1.0;
        term *= x / (nu + n);
        sum += term;
    }
    2.0 * nu * m.ln() - (2.0 * nu).ln() - x + f64::ln(sum)
}
