//! What a function costs, counted neuron by neuron.

mod average;
mod breakdown;
mod line;
mod measure;
mod pieces;
mod scales;
mod sight;
mod tail;
mod variation;

pub(super) use average::half_sphere;
pub use breakdown::{Breakdown, DirectionCost};
pub use variation::{Hinge, hinge_variation, univariate_variation};

use super::slices::axis;
use super::source::{Source, slice};
use crate::data::{Monomial, Target};
use crate::error::{Error, Result};
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::model::{Activation, Ensemble, Group, Shallow};
use crate::numerics::Estimate;
use crate::theory::penalty::homogeneous::{HomogeneousLaw, outputs_only};
use crate::theory::penalty::{Penalty, Seminorm};
use crate::theory::radon::Direction;
use average::average;
use measure::{Kind, LineDensity};
use scales::ScaleSight;
use sight::{Rough, Sight, persistent};

/// The seminorm of trained output weights in the Radon domain, ‖f‖² = E_ξ ∫∫ α(ξ,γ,s)²/p dγ ds + (the polynomial's own cost):
/// an integral over offsets of what the neurons carry, not over frequencies.
///
/// | offsets | activation | p |
/// |---|---|---|
/// | unbounded, one scale | any | 1 |
/// | unbounded, a law ρ of scales | any | ρ(s), α̂_s = ρ conj(φ̂_s) ĥ/S |
/// | any law | homogeneous of degree k | p_eff(ξ,γ) = \|S^{d−1}\| ζ(ξ,γ) = E_s\[s^{2k} p(γ\|s)\], s apart |
///
/// α is the density of least cost ([`super::RepresentingDensity`]), here on the whole line. f is meant on all of R^d: it is infinite
/// where f needs neurons that the ensemble does not have, however far out, and the reason says so.
///
/// For homogeneous φ = m z^k + h sgn(z) z^k the two parts reach orthogonal halves of the densities. The second bends and has α; the
/// first makes the polynomial q = f − h E_ξ∫ α sgn(⟨ξ,x⟩−γ)(⟨ξ,x⟩−γ)^k dγ of degree ≤ k, whose least cost is
/// cᵀM⁻¹c, c its coefficients and M the second moments, under the ensemble, of those of m(⟨w,x⟩−b)^k; what has infinite
/// variance is free, and so is every polynomial under unbounded offsets. ReLU, d = 1:
/// 4(c₀²/σ_b² + c₁²/σ_w²). q is 0 for functions that vanish at infinity.
///
/// # Accuracy
/// See `docs/accuracy/penalty.md`. 1e−10 where α decays exponentially (odd d) or like a power that its expansion knows; the error is stated.
/// α below its own rounding counts as 0.
///
/// # References
/// Sahs, Pyle, Anselmi, Patel, arXiv 2503.10587; Jin & Montúfar, arXiv 2006.07356; Ongie et al., arXiv 1910.01635.
///
/// # Examples
/// The Gaussian e^{−x²/8} under ReLU with unbounded offsets, ∫f″² = 3√π/(4·2³).
/// ```
/// use spectral_bias::data::Gaussian;
/// use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
/// use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
/// use spectral_bias::theory::representation::RadonForm;
///
/// let ensemble = Ensemble::RadonSpline {
///     offset: OffsetLaw::Unbounded,
///     scale: ScaleLaw::Fixed(1.0),
/// };
/// let rates = LearningRates::train(&[Group::Output])?;
/// let form = RadonForm::new(&Shallow::new(Activation::parse("relu")?, 1, ensemble, rates)?)?;
/// let cost = form.cost_of_target(&Gaussian::new(1, 2.0)?)?;
/// let norm = cost.seminorm().finite().map_or(f64::NAN, |e| e.value);
/// assert!((norm - 0.75 * std::f64::consts::PI.sqrt() / 8.0).abs() < 1e-11);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RadonForm {
    activation: Activation,
    dim: usize,
    rate: f64,
    law: Law,
}

/// The density that α² is divided by.
#[derive(Clone, Debug)]
enum Law {
    Homogeneous(HomogeneousLaw),
    /// Unit density of offsets at one scale.
    Uniform {
        scale: f64,
        penalty: Penalty,
    },
    /// Unit density of offsets and a law of scales.
    Scales {
        law: ScaleLaw,
        penalty: Penalty,
    },
}

/// ‖f‖² in its two parts.
#[derive(Clone, Debug, PartialEq)]
pub struct RadonCost {
    /// E_ξ∫∫ α²/p dγ ds.
    pub bending: Seminorm,
    /// cᵀM⁻¹c.
    pub polynomial: Seminorm,
}

impl RadonCost {
    /// Their sum.
    pub fn seminorm(&self) -> Seminorm {
        self.bending.clone().plus(&self.polynomial)
    }
}

const FORM: &str = "Radon form";

impl RadonForm {
    /// The form of a model.
    ///
    /// # Errors
    /// Trained groups other than the output weights; offsets that are not unbounded with an activation that is not homogeneous; biases
    /// that are all 0.
    pub fn new(model: &Shallow) -> Result<Self> {
        outputs_only(model, FORM)?;
        let homogeneous = HomogeneousLaw::of(model, FORM);
        let law = match (homogeneous, model.ensemble()) {
            (Ok(law), _) => Law::Homogeneous(law),
            (
                Err(_),
                Ensemble::RadonSpline {
                    offset: OffsetLaw::Unbounded,
                    scale,
                },
            ) => {
                let penalty = Penalty::new(model)?;
                match scale.fixed() {
                    Some(scale) => Law::Uniform { scale, penalty },
                    None => Law::Scales {
                        law: *scale,
                        penalty,
                    },
                }
            }
            (Err(Error::Undefined { reason, .. }), _) => {
                return Err(Error::undefined(
                    FORM,
                    format!(
                        "{reason}; with other activations the offsets must be unbounded, or the least norm be that on a ball (`LeastNorm`)"
                    ),
                ));
            }
            (Err(error), _) => return Err(error),
        };
        Ok(Self {
            activation: model.activation().clone(),
            dim: model.dim(),
            rate: model.rates().rate(Group::Output),
            law,
        })
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// ‖f‖² of a target.
    ///
    /// # Errors
    /// A target of another dimension, or one whose slices f̂(ωξ) are not known; ridge functions in d ≥ 2; α̂ that is square
    /// integrable but falls too slowly to be summed; as [`Penalty::power_spectrum`].
    pub fn cost_of_target(&self, target: &dyn Target) -> Result<RadonCost> {
        let (source, constant) = self.source(target)?;
        let polynomial = self.cost_of_constant(constant)?;
        let bending = match &self.law {
            Law::Scales { law, penalty } => {
                match ScaleSight::new(&source, self.dim, &self.activation, *law, penalty)? {
                    // The spectrum of the penalty carries the rate.
                    Ok(sight) => sight.seminorm()?.scaled(self.rate),
                    Err(reason) => Seminorm::infinite(reason),
                }
            }
            _ => match self.sight(&source)? {
                Ok(sight) => self.measure(&sight, Kind::Square)?.scaled(1.0 / self.rate),
                Err(rough) => Seminorm::infinite(rough.reason),
            },
        };
        Ok(RadonCost {
            bending,
            polynomial,
        })
    }

    /// ‖f‖² of f = E_ξ∫ α (half of φ that bends) + polynomial, given α(ξ,γ), smooth but for `splits(ξ)`, and the polynomial.
    ///
    /// α = ∂_γ^{k+1} h/J for the filtered Radon transform h, f(x) = E_ξ h(ξ,⟨ξ,x⟩), and J the jump of φ^{(k)}: even under (ξ,γ) → (−ξ,−γ) for
    /// odd k, odd for even k, so that one of ξ and −ξ is looked at. For kernel sections K(·,x₀) it is p_eff(ξ,γ) h sgn(z)z^k, z = ⟨ξ,x₀⟩ − γ, h here
    /// the coefficient of sgn(z)z^k in φ.
    ///
    /// # Errors
    /// Activations that are not homogeneous; a polynomial of another dimension.
    pub fn cost_of_density(
        &self,
        density: impl Fn(&Direction, f64) -> f64 + Sync,
        splits: impl Fn(&Direction) -> Vec<f64> + Sync,
        polynomial: &[Monomial],
    ) -> Result<RadonCost> {
        let Law::Homogeneous(law) = &self.law else {
            return Err(Error::undefined(
                "cost of a density",
                format!(
                    "{} is not homogeneous: a density alone does not tell how scales share it",
                    self.activation.name()
                ),
            ));
        };
        let closure = measure::Closure {
            density: &density,
            splits: &splits,
        };
        let bending = average(self.dim, false, |xi| closure.power(law, xi))?;
        Ok(RadonCost {
            bending: bending.scaled(1.0 / self.rate),
            polynomial: law.polynomial_cost(polynomial, &[])?,
        })
    }

    /// The least cost of a polynomial that stands beside the neurons.
    ///
    /// # Errors
    /// Monomials of another dimension, numbers not finite.
    pub fn cost_of_polynomial(&self, polynomial: &[Monomial]) -> Result<Seminorm> {
        match &self.law {
            Law::Homogeneous(law) => law.polynomial_cost(polynomial, &[]),
            Law::Uniform { penalty, .. } | Law::Scales { penalty, .. } => {
                let free = penalty.null_space_degree();
                let degree = |m: &Monomial| m.powers.iter().sum::<u32>() as i32;
                let charged = polynomial
                    .iter()
                    .find(|m| m.coefficient != 0.0 && degree(m) > free);
                Ok(match charged {
                    Some(term) => Seminorm::infinite(format!(
                        "a polynomial of degree {} is not in the null space of this penalty",
                        degree(term)
                    )),
                    None => Seminorm::Finite(Estimate::default()),
                })
            }
        }
    }

    /// E_ξ∫|α| dγ, the variation norm of the least-norm density: what a network trained in the adaptive regime makes
    /// small.
    ///
    /// For homogeneous φ this is the least ∫|α| of all densities that represent f modulo polynomials. ReLU: the R-norm
    /// ‖γ_d R(−Δ)^{(d+1)/2}f‖₁, γ_d = 1/(2(2π)^{d−1}), of Ongie et al. without further constant (their measure is dα = α(ξ,γ) dξ dγ/|S^{d−1}|),
    /// d = 1: ∫|f″|. ReLU^k: 1/k! of the seminorm of Parhi & Nowak with m = k + 1. At one scale, whatever the law of the offsets.
    ///
    /// # Errors
    /// A law of scales with an activation that is not homogeneous; an α that may be a measure, since α̂ is bounded but does not fall; as
    /// [`RadonForm::cost_of_target`].
    ///
    /// # References
    /// Savarese et al., arXiv 1902.05040; Ongie et al., arXiv 1910.01635; Parhi & Nowak, arXiv 2006.05626.
    pub fn variation_of_target(&self, target: &dyn Target) -> Result<Seminorm> {
        if let Law::Scales { .. } = self.law {
            return Err(Error::undefined(
                "variation norm",
                "of densities over many scales the least ∫|α| prefers single ones: name one scale",
            ));
        }
        let (source, _) = self.source(target)?;
        match self.sight(&source)? {
            Ok(sight) => self.measure(&sight, Kind::Modulus),
            Err(rough) if rough.bounded => Err(Error::undefined(
                "variation norm",
                format!(
                    "{}: α is a measure if anything (sums of hinges: `hinge_variation`)",
                    rough.reason
                ),
            )),
            Err(rough) => Ok(Seminorm::infinite(rough.reason)),
        }
    }

    /// Where the cost of a target lies: by direction, and by offset between the given ones.
    ///
    /// # Errors
    /// Fewer than two offsets, or not ascending and finite; a cost that is infinite; a law of scales with an activation that is not
    /// homogeneous; as [`RadonForm::cost_of_target`].
    pub fn breakdown_of_target(&self, target: &dyn Target, offsets: &[f64]) -> Result<Breakdown> {
        breakdown::of(self, target, offsets)
    }

    fn cost_of_constant(&self, value: f64) -> Result<Seminorm> {
        self.cost_of_polynomial(&[variation::constant(self.dim, value)])
    }

    fn source<'a>(&self, target: &'a dyn Target) -> Result<(Source<'a>, f64)> {
        if target.dim() != self.dim {
            return Err(Error::shape(
                "target",
                format!("a function on R^{}", self.dim),
                format!("{} on R^{}", target.name(), target.dim()),
            ));
        }
        Source::of_target(target)
    }

    /// α at one scale, or why it is infinite.
    fn sight<'a>(&self, source: &'a Source<'a>) -> Result<std::result::Result<Sight<'a>, Rough>> {
        let (scale, homogeneous) = match &self.law {
            Law::Homogeneous(law) => (1.0, Some((law.degree, law.jump))),
            Law::Uniform { scale, penalty } => {
                let direction = axis(self.dim)?;
                let ln_modulus = |r: f64| match slice(source, &direction, r) {
                    Ok((f, _, ln)) => ln.unwrap_or_else(|| f.norm().ln()),
                    Err(_) => f64::NAN,
                };
                let lines = persistent(source).is_some();
                if let Some(Seminorm::Infinite { reason }) =
                    penalty.blocked(&ln_modulus).filter(|_| !lines)
                {
                    return Ok(Err(reason.into()));
                }
                (*scale, None)
            }
            Law::Scales { .. } => (1.0, None),
        };
        Sight::new(source, self.dim, &self.activation, scale, homogeneous)
    }

    /// Whether every direction costs the same, though the function may be centred anywhere.
    fn one_direction(&self, sight: &Sight, kind: Kind) -> bool {
        let shifted = match (&self.law, kind) {
            (_, Kind::Modulus) => true,
            (Law::Homogeneous(law), Kind::Square) => law.uniform(),
            _ => true,
        };
        let isotropic = match (&self.law, kind) {
            (Law::Homogeneous(law), Kind::Square) => law.isotropic(),
            _ => true,
        };
        self.dim == 1 && self.mirrored(kind)
            || isotropic && (sight.isotropic() || shifted && sight.centred())
    }

    /// Whether ξ and −ξ cost the same.
    fn mirrored(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Square)
            || matches!(self.law, Law::Homogeneous(_))
            || self.activation.parity() != crate::model::activation::Parity::None
    }

    fn measure(&self, sight: &Sight, kind: Kind) -> Result<Seminorm> {
        let line =
            |xi: &Direction| -> Result<Seminorm> { Ok(self.cells(sight, kind, xi, &[])?.total()) };
        average(self.dim, self.one_direction(sight, kind), |xi| {
            if self.mirrored(kind) {
                return line(xi);
            }
            Ok(line(xi)?.plus(&line(&xi.opposite())?).scaled(0.5))
        })
    }

    /// The cost along one direction between offsets, and beyond them.
    fn cells(
        &self,
        sight: &Sight,
        kind: Kind,
        direction: &Direction,
        offsets: &[f64],
    ) -> Result<measure::Cells> {
        let line = sight.along(direction)?;
        let breaks = match (&self.law, kind) {
            (Law::Homogeneous(law), Kind::Square) => law.breaks(direction.as_slice()),
            _ => Vec::new(),
        };
        let density = self.line_density(direction, kind)?;
        measure::along(&line, &density, kind, &breaks, offsets)
    }

    /// α²/p at these offsets.
    fn densities(
        &self,
        sight: &Sight,
        direction: &Direction,
        offsets: &[f64],
    ) -> Result<Vec<Estimate>> {
        let line = sight.along(direction)?;
        let density = self.line_density(direction, Kind::Square)?;
        Ok(measure::densities(&line, &density, offsets))
    }

    fn line_density<'a>(&'a self, direction: &'a Direction, kind: Kind) -> Result<LineDensity<'a>> {
        let unit = direction.as_slice();
        Ok(match (&self.law, kind) {
            // Uniform offsets see the moments of the scales alone.
            (Law::Homogeneous(law), Kind::Square) if law.uniform() => LineDensity {
                law: None,
                direction: unit,
                constant: law.density(unit, 0.0)?.value,
            },
            (Law::Homogeneous(law), Kind::Square) => LineDensity {
                law: Some(law),
                direction: unit,
                constant: 1.0,
            },
            _ => LineDensity {
                law: None,
                direction: unit,
                constant: 1.0,
            },
        })
    }
}
