//! Radon transforms as far as they are functions, and what they are otherwise.

use super::{AffineMap, Target};
use crate::numerics::Estimate;
use std::fmt;

/// What the Radon transform Rf(ξ, γ) = ∫_{⟨ξ,x⟩=γ} f of a target is, ξ a unit vector.
#[derive(Debug)]
#[non_exhaustive]
pub enum TargetRadon<'a> {
    /// A function with a closed form.
    Function(&'a dyn HyperplaneIntegral),
    /// f is radial about `centre`: an Abel transform of t ↦ f(centre + t e₁).
    Radial {
        /// The centre.
        centre: &'a [f64],
        /// Distances at which f or a derivative jumps, or on whose scale f changes.
        splits: Vec<f64>,
        /// f vanishes beyond this distance (∞: nowhere known).
        reach: f64,
    },
    /// Σ c f, by linearity.
    Sum(Vec<(f64, &'a dyn Target)>),
    /// f(x) = g(Ax + b), by a change of variable.
    Affine {
        /// g.
        inner: &'a dyn Target,
        /// A and b.
        map: &'a AffineMap,
    },
    /// f(x) = Σ g(⟨u, x⟩): no function of (ξ, γ). Filtered it is a measure on the directions u,
    /// |∂_γ|^{d−1} Rf = (2π)^{d−1} Σ [δ_u(ξ) g(γ) + δ_{−u}(ξ) g(−γ)] with respect to the surface
    /// measure dξ, which is what the inversion formula needs.
    Ridges(Vec<RidgePart<'a>>),
    /// Infinite on every hyperplane, because f = constant + (a function whose transform exists).
    Infinite {
        /// The constant.
        constant: f64,
        /// The function.
        rest: Box<dyn Target>,
    },
    /// Not known in closed form.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// A Radon transform in closed form.
pub trait HyperplaneIntegral: fmt::Debug + Send + Sync {
    /// Rf(ξ, γ) for a unit vector ξ of the target's dimension.
    fn at(&self, direction: &[f64], offset: f64) -> Estimate;
}

/// g(⟨u, x⟩).
pub struct RidgePart<'a> {
    /// u, a unit vector.
    pub direction: Vec<f64>,
    /// g.
    pub profile: Box<dyn Fn(f64) -> f64 + Send + Sync + 'a>,
}

impl fmt::Debug for RidgePart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RidgePart")
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
