//! What homogeneous activations share in every ensemble and dimension: the density of offsets they see, and what
//! polynomials cost.

use super::Seminorm;
use crate::data::Monomial;
use crate::error::{Error, Result, finite};
use crate::model::ensemble::{OffsetLaw, ParameterLaw};
use crate::model::{Ensemble, Group, Shallow};
use crate::numerics::Estimate;
use crate::numerics::linalg::solve_positive_definite;
use crate::numerics::special::{sphere_monomial, sphere_surface};
use crate::theory::kernel::Homogeneous;
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;

/// More monomials than a system is solved for.
const MOST: usize = 1000;

/// Output weights trained, φ(z) = m z^k + h sgn(z) z^k, any law of (ξ, γ, s) that is symmetric under (ξ,γ) → (−ξ,−γ), as those of
/// [`Ensemble`] all are. The two parts reach orthogonal halves of the densities α:
/// sgn(z) z^k bends, at the cost E_ξ∫α²/p_eff; z^k makes polynomials, at the cost cᵀM⁻¹c with M the second moments of the
/// coefficients of m(⟨w,x⟩ − b)^k under the ensemble.
#[derive(Clone, Debug)]
pub(in crate::theory) struct HomogeneousLaw {
    ensemble: Ensemble,
    dim: usize,
    pub degree: usize,
    /// The jump k!(r − l) of φ^{(k)} at 0.
    pub jump: f64,
    /// m = (r + l)/2 for φ = r z^k on the right and l z^k on the left.
    mean: f64,
    pub rate: f64,
}

impl HomogeneousLaw {
    /// Of a model; `form` is what errors call it.
    ///
    /// # Errors
    /// Trained groups other than the output weights; an activation that is not homogeneous with a kink at 0;
    /// an ensemble without a density of offsets.
    pub fn of(model: &Shallow, form: &str) -> Result<Self> {
        outputs_only(model, form)?;
        let activation = model.activation();
        let refuse = || {
            Error::undefined(
                form,
                format!(
                    "{} is not positively homogeneous with a kink at 0, as ReLU^k, |z|, leaky ReLU and the step are",
                    activation.name()
                ),
            )
        };
        let Homogeneous {
            degree,
            right,
            left,
        } = Homogeneous::of(activation).ok_or_else(refuse)?;
        // As coefficients of z^k on either side.
        let left = if degree % 2 == 0 { left } else { -left };
        if left == right {
            return Err(refuse());
        }
        let law = Self {
            ensemble: model.ensemble().clone(),
            dim: model.dim(),
            degree,
            jump: factorial(degree) * (right - left),
            mean: 0.5 * (left + right),
            rate: model.rates().rate(Group::Output),
        };
        let mut first = vec![0.0; law.dim];
        if let Some(slot) = first.first_mut() {
            *slot = 1.0;
        }
        law.density(&first, 0.0)?;
        Ok(law)
    }

    /// p_eff(ξ,γ) = |S^{d−1}| ζ(ξ,γ).
    pub fn density(&self, direction: &[f64], offset: f64) -> Result<Estimate> {
        if self.ensemble.isotropic(self.dim) {
            return self
                .ensemble
                .effective_offset_density(self.dim, offset, self.degree);
        }
        let zeta = self.ensemble.zeta_along(direction, offset, self.degree)?;
        Ok(zeta * sphere_surface(self.dim))
    }

    /// Whether the density is the same in every direction.
    pub fn isotropic(&self) -> bool {
        self.ensemble.isotropic(self.dim)
    }

    /// Whether the density is the same at every offset.
    pub fn uniform(&self) -> bool {
        matches!(
            self.ensemble,
            Ensemble::RadonSpline {
                offset: OffsetLaw::Unbounded,
                ..
            }
        )
    }

    /// R where the density is 0 for |γ| > R.
    pub fn offset_bound(&self) -> Option<f64> {
        match self.ensemble {
            Ensemble::RadonSpline {
                offset: OffsetLaw::Uniform { radius },
                ..
            } => Some(radius),
            _ => None,
        }
    }

    /// Offsets at which the density jumps or has a kink.
    pub fn breaks(&self, direction: &[f64]) -> Vec<f64> {
        let at = match self.ensemble {
            Ensemble::RadonSpline {
                offset: OffsetLaw::Uniform { radius },
                ..
            } => radius,
            Ensemble::Independent {
                weight: ParameterLaw::Uniform { bound: w },
                bias: ParameterLaw::Uniform { bound: b },
            } => b / w * direction.iter().fold(0.0, |m: f64, x| m.max(x.abs())),
            _ => return Vec::new(),
        };
        vec![-at, at]
    }

    /// What Σ c x^β costs beyond what bends, with c known up to the errors.
    ///
    /// # Errors
    /// Monomials of another dimension, coefficients that are not finite, more of them than 1000; moments that leave the range of
    /// doubles.
    pub fn polynomial_cost(&self, polynomial: &[Monomial], errors: &[f64]) -> Result<Seminorm> {
        let mut wanted: BTreeMap<Vec<u32>, (f64, f64)> = BTreeMap::new();
        for (i, term) in polynomial.iter().enumerate() {
            if term.powers.len() != self.dim {
                return Err(Error::shape(
                    "polynomial",
                    format!("{} powers", self.dim),
                    term.powers.len(),
                ));
            }
            let slot = wanted.entry(term.powers.clone()).or_default();
            slot.0 += finite("polynomial", term.coefficient)?;
            slot.1 += errors.get(i).copied().unwrap_or(0.0);
        }
        if wanted.values().all(|c| *c == (0.0, 0.0)) {
            return Ok(Seminorm::Finite(Estimate::default()));
        }
        let degree = |beta: &[u32]| beta.iter().map(|b| *b as usize).sum::<usize>();
        // Beyond doubt not 0.
        let there = |c: &(f64, f64)| c.0.abs() > c.1;
        let beyond = wanted
            .iter()
            .find(|(b, c)| degree(b) > self.degree && there(c));
        if let Some((beta, _)) = beyond {
            return Ok(Seminorm::infinite(format!(
                "its polynomial part has degree {}, that of the neurons is {}",
                degree(beta),
                self.degree
            )));
        }
        let basis = monomials(self.dim, self.degree)?;
        // A monomial of infinite variance is free.
        let charged: Vec<Vec<u32>> = basis
            .into_iter()
            .filter(|beta| self.moment(beta, beta).is_finite())
            .collect();
        let number = |beta: &Vec<u32>| wanted.get(beta).copied().unwrap_or_default();
        let c = DVector::from_iterator(charged.len(), charged.iter().map(|b| number(b).0));
        let doubt: Vec<f64> = charged.iter().map(|b| number(b).1).collect();
        if charged.iter().all(|b| number(b) == (0.0, 0.0)) {
            return Ok(Seminorm::Finite(Estimate::default()));
        }
        if self.mean == 0.0 {
            return Ok(match charged.iter().find(|b| there(&number(b))) {
                Some(_) => Seminorm::infinite(format!(
                    "φ(−z) = {}φ(z): such an activation represents no polynomial of degree ≤ {} beyond what bends",
                    if self.degree.is_multiple_of(2) {
                        "−"
                    } else {
                        ""
                    },
                    self.degree
                )),
                None => Seminorm::Finite(Estimate::default()),
            });
        }
        // In units in which every variance is 1.
        let units: Vec<f64> = charged.iter().map(|b| self.moment(b, b).sqrt()).collect();
        let n = charged.len();
        let m = DMatrix::from_fn(n, n, |i, j| match (charged.get(i), charged.get(j)) {
            (Some(a), Some(b)) => self.moment(a, b) / (units[i] * units[j]),
            _ => 0.0,
        });
        let scaled = DMatrix::from_fn(n, 1, |i, _| c[i] / units[i]);
        let solved = solve_positive_definite(&m, &scaled)?;
        let cost = scaled.dot(&solved.x);
        // ‖c + δ‖² − ‖c‖² ≤ 2‖c‖‖δ‖ + ‖δ‖², and ‖δ‖ by its parts.
        let mut spread = 0.0;
        for (i, doubt) in doubt.iter().enumerate().filter(|(_, d)| **d > 0.0) {
            let unit = DMatrix::from_fn(n, 1, |j, _| if i == j { 1.0 / units[i] } else { 0.0 });
            let own = unit.dot(&solve_positive_definite(&m, &unit)?.x);
            spread += doubt * own.max(0.0).sqrt();
        }
        let error = spread * (2.0 * cost.max(0.0).sqrt() + spread)
            + (1e-13 + 16.0 * f64::EPSILON * solved.condition) * cost.abs();
        let rate = 1.0 / self.rate;
        Ok(Seminorm::Finite(Estimate::new(cost * rate, error * rate)))
    }

    /// The polynomial beside the bending part of a function of one variable, with errors: f − h∫β sgn(x−γ)(x−γ)^k dγ, from
    /// f(0), …, f^{(k)}(0) and μ_j = ∫ f^{(k+1)}(γ) sgn(−γ)(−γ)^{k−j} dγ: coefficients (f^{(j)}(0) − μ_j/(2(k−j)!))/j!.
    pub fn rest(&self, derivatives: &[f64], moments: &[Estimate]) -> (Vec<Monomial>, Vec<f64>) {
        let terms = derivatives.iter().zip(moments).enumerate();
        terms
            .map(|(j, (value, moment))| {
                let own = moment.value / (2.0 * factorial(self.degree - j));
                let doubt = moment.error / (2.0 * factorial(self.degree - j))
                    + 4.0 * f64::EPSILON * (own.abs() + value.abs());
                let term = Monomial {
                    coefficient: (value - own) / factorial(j),
                    powers: vec![j as u32],
                };
                (term, doubt / factorial(j))
            })
            .unzip()
    }

    /// E[ψ_β ψ_β′], ψ_β the coefficient of x^β in m(⟨w,x⟩ − b)^k.
    fn moment(&self, one: &[u32], two: &[u32]) -> f64 {
        let powers: Vec<u32> = one.iter().zip(two).map(|(a, b)| a + b).collect();
        let total: u32 = powers.iter().sum();
        let bias = 2 * self.degree as u32 - total;
        if powers.iter().any(|p| p % 2 == 1) || bias % 2 == 1 {
            return 0.0;
        }
        let count = |beta: &[u32]| {
            let size: u32 = beta.iter().sum();
            let rest = factorial(self.degree - size as usize);
            factorial(self.degree) / beta.iter().fold(rest, |p, b| p * factorial(*b as usize))
        };
        // The signs of (−b)^{k−|β|} agree: |β| + |β′| is even.
        let mean = if self.mean == 0.0 { 1.0 } else { self.mean };
        mean * mean * count(one) * count(two) * self.raw_moment(&powers, bias)
    }

    /// E[w^β b^n] for even β and n.
    fn raw_moment(&self, powers: &[u32], bias: u32) -> f64 {
        if let Ensemble::RadonSpline { offset, scale } = self.ensemble {
            let n = f64::from(bias);
            let offsets = match offset {
                OffsetLaw::Unbounded => f64::INFINITY,
                OffsetLaw::Cauchy { .. } if bias > 0 => f64::INFINITY,
                OffsetLaw::Cauchy { .. } => 1.0,
                OffsetLaw::Uniform { radius } => radius.powf(n) / (n + 1.0),
                OffsetLaw::Gaussian { std } => std.powf(n) * odd_factorial(bias),
            };
            return scale.moment(self.dim, 2.0 * self.degree as f64)
                * offsets
                * sphere_monomial(powers);
        }
        let Some((weight, law)) = self.ensemble.standard_laws(self.dim) else {
            return f64::NAN;
        };
        let of = |law: ParameterLaw, n: u32| match law {
            ParameterLaw::Gaussian { std } => std.powi(n as i32) * odd_factorial(n),
            ParameterLaw::Uniform { bound } => bound.powi(n as i32) / f64::from(n + 1),
            ParameterLaw::Zero => f64::from(u8::from(n == 0)),
        };
        powers
            .iter()
            .fold(of(law, bias), |product, n| product * of(weight, *n))
    }
}

/// Errors unless the output weights alone are trained.
pub(in crate::theory) fn outputs_only(model: &Shallow, form: &str) -> Result<()> {
    match model
        .rates()
        .trained()
        .iter()
        .find(|(g, _)| *g != Group::Output)
    {
        Some((group, _)) => Err(Error::invalid(
            "train",
            format!("output weights only for the {form}"),
            group,
        )),
        None => Ok(()),
    }
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|j| j as f64).product()
}

/// (n−1)!! = E[z^n] of a standard normal z, n even.
fn odd_factorial(n: u32) -> f64 {
    (1..n).step_by(2).map(f64::from).product()
}

/// All β with |β| ≤ degree.
fn monomials(dim: usize, degree: usize) -> Result<Vec<Vec<u32>>> {
    let mut all = vec![vec![]];
    for _ in 0..dim {
        all = all
            .iter()
            .flat_map(|beta: &Vec<u32>| {
                let used: u32 = beta.iter().sum();
                (0..=degree as u32 - used).map(move |n| {
                    let mut longer = beta.clone();
                    longer.push(n);
                    longer
                })
            })
            .collect();
        if all.len() > MOST {
            return Err(Error::invalid(
                "polynomial",
                format!("a space of at most {MOST} monomials"),
                format!("dimension {dim}, degree {degree}"),
            ));
        }
    }
    Ok(all)
}
