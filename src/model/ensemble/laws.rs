//! The one-dimensional laws: domains, densities, moments.

use super::gamma_integral::{ln_gamma, power_exponential};
use super::{OffsetLaw, ParameterLaw, ScaleLaw};
use crate::error::{Error, Result, finite, positive};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use std::f64::consts::{LN_2, PI};

impl OffsetLaw {
    /// Checks the parameter.
    ///
    /// # Errors
    /// Not finite or not > 0.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::Uniform { radius } => positive("radius", radius).map(drop),
            Self::Unbounded => Ok(()),
            Self::Gaussian { std } => positive("offset_std", std).map(drop),
            Self::Cauchy { scale } => positive("offset_scale", scale).map(drop),
        }
    }

    /// The density at γ, a probability density except for [`OffsetLaw::Unbounded`], where it is 1.
    pub fn density(&self, gamma: f64) -> f64 {
        match *self {
            Self::Uniform { radius } => {
                if gamma.abs() <= radius {
                    0.5 / radius
                } else {
                    0.0
                }
            }
            Self::Unbounded => 1.0,
            Self::Gaussian { std } => gaussian_density(gamma, std),
            Self::Cauchy { scale } => {
                let u = gamma / scale;
                1.0 / (PI * scale * (1.0 + u * u))
            }
        }
    }
}

impl ScaleLaw {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Not finite, not > 0, or not 0 ≤ low < high.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::Fixed(scale) => positive("scale", scale).map(drop),
            Self::GaussianNorm { std } | Self::HalfNormal { std } => {
                positive("scale std", std).map(drop)
            }
            Self::Uniform { low, high } => {
                finite("scale high", high)?;
                if (0.0..high).contains(&low) {
                    Ok(())
                } else {
                    Err(Error::invalid(
                        "scale low",
                        format!("0 ≤ low < high = {high}"),
                        low,
                    ))
                }
            }
        }
    }

    /// The scale of [`ScaleLaw::Fixed`], whose law has no density.
    pub fn fixed(&self) -> Option<f64> {
        match *self {
            Self::Fixed(scale) => Some(scale),
            _ => None,
        }
    }

    /// The probability density at s in dimension d (0 for s outside the support).
    ///
    /// # Errors
    /// [`Error::Undefined`] for [`ScaleLaw::Fixed`], a point mass.
    pub fn density(&self, dim: usize, s: f64) -> Result<f64> {
        if s < 0.0 {
            return Ok(0.0);
        }
        match *self {
            Self::Fixed(scale) => Err(Error::undefined(
                "density of the scales",
                format!("all scales equal {scale}: the law is a point mass"),
            )),
            Self::GaussianNorm { std } => Ok(chi_density(dim, std, s)),
            Self::HalfNormal { std } => Ok(2.0 * gaussian_density(s, std)),
            Self::Uniform { low, high } => Ok(if (low..=high).contains(&s) {
                1.0 / (high - low)
            } else {
                0.0
            }),
        }
    }

    /// The least interval [low, high] that carries all scales.
    pub fn support(&self) -> (f64, f64) {
        match *self {
            Self::Fixed(scale) => (scale, scale),
            Self::GaussianNorm { .. } | Self::HalfNormal { .. } => (0.0, f64::INFINITY),
            Self::Uniform { low, high } => (low, high),
        }
    }

    /// E[s^p] in dimension d for any real p; infinite where the integral diverges at s = 0
    /// (p ≤ −d for [`ScaleLaw::GaussianNorm`], p ≤ −1 for [`ScaleLaw::HalfNormal`] and for a uniform
    /// law from 0).
    ///
    /// χ_d: E[s^p] = σ^p 2^{p/2} Γ((d+p)/2)/Γ(d/2).
    ///
    /// # Accuracy
    /// 1e−14 relative for d + |p| up to 100.
    pub fn moment(&self, dim: usize, p: f64) -> f64 {
        let chi = |d: f64, std: f64| {
            if d + p <= 0.0 {
                f64::INFINITY
            } else {
                std.powf(p) * (0.5 * p * LN_2 + ln_gamma(0.5 * (d + p)) - ln_gamma(0.5 * d)).exp()
            }
        };
        match *self {
            Self::Fixed(scale) => scale.powf(p),
            Self::GaussianNorm { std } => chi(dim as f64, std),
            Self::HalfNormal { std } => chi(1.0, std),
            Self::Uniform { low, high } => uniform_moment(low, high, p),
        }
    }

    /// E[g(s)] in dimension d, by adaptive quadrature split at `splits`.
    ///
    /// # Errors
    /// Never for a valid law; the error of the estimate tells how well the quadrature converged.
    pub fn expectation(
        &self,
        dim: usize,
        mut g: impl FnMut(f64) -> f64,
        splits: &[f64],
        tolerance: &Tolerance,
    ) -> Result<Estimate> {
        if let Some(scale) = self.fixed() {
            return Ok(Estimate::closed_form(g(scale)));
        }
        let (low, high) = self.support();
        // A density that is 0 multiplies whatever g is there: an overflowing g is no NaN.
        let integrand = |s: f64| match self.density(dim, s) {
            Ok(p) if p > 0.0 => p * g(s),
            _ => 0.0,
        };
        Ok(integrate(integrand, low, high, splits, tolerance).estimate())
    }
}

impl ParameterLaw {
    /// Checks the parameter; `name` is what the error calls it.
    ///
    /// # Errors
    /// Not finite or not > 0.
    pub fn validate(&self, name: &str) -> Result<()> {
        match *self {
            Self::Gaussian { std } => positive(&format!("{name}_std"), std).map(drop),
            Self::Uniform { bound } => positive(&format!("{name}_bound"), bound).map(drop),
            Self::Zero => Ok(()),
        }
    }

    /// Its standard deviation (bound/√3 for a uniform law).
    pub fn std(&self) -> f64 {
        match *self {
            Self::Gaussian { std } => std,
            Self::Uniform { bound } => bound / 3f64.sqrt(),
            Self::Zero => 0.0,
        }
    }
}

/// E[s^p] for s uniform on [low, high].
fn uniform_moment(low: f64, high: f64, p: f64) -> f64 {
    let n = p + 1.0;
    if low == 0.0 {
        return if n <= 0.0 {
            f64::INFINITY
        } else {
            high.powf(p) / n
        };
    }
    // (h^n − l^n)/(n(h−l)) = h^n (1 − e^{−nu})/(n(h−l)) with u = ln(h/l): exact as n → 0 and l → h.
    let u = ((high - low) / low).ln_1p();
    let phi = if n == 0.0 { u } else { -(-n * u).exp_m1() / n };
    high.powf(n) * phi / (high - low)
}

/// The density of N(0, std²).
pub(super) fn gaussian_density(x: f64, std: f64) -> f64 {
    let u = x / std;
    (-0.5 * u * u).exp() / (std * (2.0 * PI).sqrt())
}

/// The density of std·χ_d at s ≥ 0: |S^{d−1}| s^{d−1} (2πσ²)^{−d/2} e^{−s²/2σ²}.
pub(super) fn chi_density(dim: usize, std: f64, s: f64) -> f64 {
    let d = dim as f64;
    let u = s / std;
    if dim == 1 {
        return 2.0 * gaussian_density(s, std);
    }
    if u == 0.0 {
        return 0.0;
    }
    let ln = (1.0 - 0.5 * d) * LN_2 - ln_gamma(0.5 * d) + (d - 1.0) * u.ln() - 0.5 * u * u;
    ln.exp() / std
}

/// ∫_0^S s^n p(sγ) ds for the law p of the biases, S possibly infinite, with p joined by a further factor
/// e^{−extra·s²/2} (the Gaussian weights; 0 if there are none).
pub(super) fn bias_integral(
    bias: ParameterLaw,
    gamma: f64,
    n: f64,
    extra: f64,
    upper: f64,
) -> Option<Estimate> {
    match bias {
        ParameterLaw::Gaussian { std } => {
            let u = gamma / std;
            Some(power_exponential(n, extra + u * u, upper) * (1.0 / (std * (2.0 * PI).sqrt())))
        }
        ParameterLaw::Uniform { bound } => {
            let upper = upper.min(bound / gamma.abs());
            Some(power_exponential(n, extra, upper) * (0.5 / bound))
        }
        ParameterLaw::Zero => None,
    }
}
