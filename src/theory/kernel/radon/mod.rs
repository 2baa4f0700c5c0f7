//! Kernels of Radon-spline ensembles: z = s(⟨ξ,x⟩ − γ), ξ uniform on the sphere.
//!
//! Which method serves which case: the first row that fits, and from the second on [`BoundedKernel`] chooses.
//!
//! | offsets | feature ψ | scales | method |
//! |---|---|---|---|
//! | unit density on the whole line | any that settles | any | `unbounded`: a function of ‖x−x′‖, in closed form or a table (`radial`) |
//! | uniform | piecewise polynomial | one, or ψ homogeneous | `decomposition`: polynomial, function of the distance and ends, each exact along a `line` |
//! | any law | without kinks | one; any if R ≫ 1/s or ψ never settles | `smooth`: mean of the tails, and a `rule` for the rest (`average`), `separated` and expanded over the sphere (`zonal`) |
//! | any law | without kinks, where that has too many panels or polynomials | any | `difference`, for features that settle |
//! | any law | without kinks | drawn, R not ≫ 1/s | `difference` |
//! | uniform | kinks at 0 alone | any | `difference`: a table in u−v and (u+v)² (`difference_table`) by one rule for all u+v (`difference_rule`) |
//! | Gaussian, Cauchy | with kinks | any | `difference` |
//! | uniform | with kinks beside 0 | any | `mixture`: over scales between the knots' own, offsets and one angle |
//! | uniform | kinks, too many panels for that | any | nested adaptive quadrature (`bounded`) |

mod average;
mod bounded;
mod chebyshev;
mod decomposition;
mod density_cells;
mod difference;
mod difference_rule;
mod difference_table;
mod feature;
mod line;
mod mixture;
mod offsets;
mod per_radius;
mod radial;
mod resolution;
mod rule;
mod scale_law;
mod separated;
mod smooth;
mod sphere;
mod tabulated;
mod unbounded;
mod zonal;

pub(crate) use bounded::BoundedKernel;
pub(crate) use feature::FeatureFunction;
pub(crate) use unbounded::UnboundedKernel;

use crate::model::Group;
use crate::model::activation::Feature;
use crate::model::ensemble::ScaleLaw;

/// Beyond so many standard deviations nothing is left of a normal law.
const REACH: f64 = 9.5;

/// What a trained group adds to the tangent kernel:
/// coefficient·E[s^power ψ(z) ψ(z′) factor].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) coefficient: f64,
    pub(crate) feature: Feature,
    pub(crate) power: i32,
    pub(crate) factor: Factor,
}

/// The scales beyond which nothing is left of their law in that dimension.
fn scale_range(scale: ScaleLaw, dim: usize) -> (f64, f64) {
    match scale {
        ScaleLaw::Fixed(s) => (s, s),
        ScaleLaw::Uniform { low, high } => (low, high),
        ScaleLaw::HalfNormal { std } => (0.0, REACH * std),
        ScaleLaw::GaussianNorm { std } => {
            let centre = (dim as f64).sqrt();
            ((centre - REACH).max(0.0) * std, (centre + REACH) * std)
        }
    }
}

/// What else the gradients of two points multiply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Factor {
    /// 1.
    One,
    /// ⟨x, x′⟩.
    Inner,
    /// ⟨(I−ξξᵀ)x, (I−ξξᵀ)x′⟩ = ⟨x,x′⟩ − ⟨ξ,x⟩⟨ξ,x′⟩.
    Tangent,
}

impl Factor {
    /// Its value for ⟨x,x′⟩ = `product` and projections u, v.
    pub(crate) fn value(self, product: f64, u: f64, v: f64) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Inner => product,
            Self::Tangent => product - u * v,
        }
    }
}

impl Term {
    /// The squared gradient of v φ(s(⟨ξ,x⟩−γ)) with respect to a group, `square` = E\[v²\]:
    /// ∂_v = φ, ∂_γ = −vsφ′, ∂_s = v(z/s)φ′, ∂_ξ = vs(I−ξξᵀ)xφ′, ∂_b = −vφ′, ∂_w = vxφ′.
    pub(crate) fn of(group: Group, rate: f64, square: f64) -> Self {
        let (weight, feature, power, factor) = match group {
            Group::Output => (1.0, Feature::Value, 0, Factor::One),
            Group::Offset => (square, Feature::Derivative, 2, Factor::One),
            Group::Scale => (square, Feature::Stretch, -2, Factor::One),
            Group::Direction => (square, Feature::Derivative, 2, Factor::Tangent),
            Group::Bias => (square, Feature::Derivative, 0, Factor::One),
            Group::Weight => (square, Feature::Derivative, 0, Factor::Inner),
        };
        Self {
            coefficient: rate * weight,
            feature,
            power,
            factor,
        }
    }
}
