//! Fourier transforms as far as they are functions, and what they are otherwise.

use crate::numerics::Estimate;
use num_complex::Complex64;
use std::fmt::Debug;

/// What the Fourier transform of a target is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TargetSpectrum<'a> {
    /// f̂(k) = e^{−ik·centre} p(‖k‖) + (2π)^d constant δ(k): a function, radial but for a shift,
    /// and for `constant` ≠ 0 the transform of a constant besides.
    Radial {
        /// The centre of the function.
        centre: &'a [f64],
        /// p.
        profile: &'a dyn RadialProfile,
        /// What the function tends to at infinity.
        constant: f64,
    },
    /// A function f̂(k) that is not radial.
    Function(&'a dyn FrequencyFunction),
    /// f(x) = mass · (the mean of e^{ik·x} over all ‖k‖ = radius): no function, a uniform
    /// measure on a ring (sphere) of frequencies, f̂ = (2π)^d mass · (uniform probability).
    Ring {
        /// The radius in radians per unit length.
        radius: f64,
        /// f(0).
        mass: f64,
    },
    /// f(x) = Σ c e^{ik·x}: no function, f̂ = (2π)^d Σ c δ(k − k_j).
    Atoms(Vec<Atom>),
    /// Not known.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// One wave c e^{ik·x}.
#[derive(Clone, Debug, PartialEq)]
pub struct Atom {
    /// k, in radians per unit length.
    pub frequency: Vec<f64>,
    /// c.
    pub coefficient: Complex64,
}

/// A function p of the frequency r = ‖k‖ > 0.
pub trait RadialProfile: Debug + Send + Sync {
    /// p(r).
    fn at(&self, r: f64) -> Estimate;

    /// ln|p(r)|, also where p overflows or underflows; −∞ where it vanishes.
    fn ln_modulus(&self, r: f64) -> f64 {
        self.at(r).value.abs().ln()
    }
}

/// A Fourier transform that is a function of k ∈ R^d.
pub trait FrequencyFunction: Debug + Send + Sync {
    /// f̂(k) with a bound on the modulus of its error, for d coordinates.
    fn at(&self, k: &[f64]) -> (Complex64, f64);

    /// p, where the mean of |f̂|² over ‖k‖ = r is known to fall like r^{−p}.
    fn decay(&self) -> Option<f64> {
        None
    }
}

impl TargetSpectrum<'_> {
    /// f̂(k) for k ≠ 0, with a bound on the modulus of its error, where f̂ is a function. The number of
    /// coordinates of `k` is the target's dimension (else `None`, or NaN from functions that are not radial).
    pub fn density(&self, k: &[f64]) -> Option<(Complex64, f64)> {
        match self {
            Self::Radial {
                centre, profile, ..
            } if centre.len() == k.len() => {
                let r = super::norm(k, k.len());
                let p = profile.at(r);
                let phase: f64 = centre.iter().zip(k).map(|(c, k)| c * k).sum();
                // The phase is right to some ε(1 + |phase|).
                let lost = 2.0 * f64::EPSILON * (1.0 + phase.abs()) * p.value.abs();
                Some((Complex64::from_polar(p.value, -phase), p.error + lost))
            }
            Self::Function(function) => Some(function.at(k)),
            _ => None,
        }
    }
}
