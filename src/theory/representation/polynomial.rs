//! The polynomial that stands beside the neurons.

use crate::data::Monomial;
use crate::error::{Error, Result};
use crate::numerics::special::ln_gamma;

/// Σ c x^β on R^d.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    dim: usize,
    terms: Vec<Monomial>,
}

/// More monomials than anyone reads.
const MOST: usize = 4096;

impl Polynomial {
    /// 0.
    pub(super) fn zero(dim: usize) -> Self {
        Self {
            dim,
            terms: Vec::new(),
        }
    }

    /// E_ξ Σ_j c_j(ξ) ⟨ξ,x⟩^j, given the mean of c_j(ξ) ξ^β for |β| = j as a function of (j, β).
    pub(super) fn from_ridges(
        dim: usize,
        degree: usize,
        mean: impl Fn(usize, &[u32]) -> f64,
    ) -> Result<Self> {
        let mut terms = Vec::new();
        let mut powers: Vec<Vec<u32>> = vec![vec![0; dim]];
        for j in 0..=degree {
            if j > 0 {
                powers = raised(&powers);
            }
            if terms.len() + powers.len() > MOST {
                return Err(Error::invalid(
                    "degree",
                    format!("a polynomial of at most {MOST} terms"),
                    degree,
                ));
            }
            for beta in &powers {
                let ln_multinomial = ln_gamma(j as f64 + 1.0)
                    - beta
                        .iter()
                        .map(|b| ln_gamma(f64::from(*b) + 1.0))
                        .sum::<f64>();
                let coefficient = ln_multinomial.exp() * mean(j, beta);
                terms.push(Monomial {
                    coefficient,
                    powers: beta.clone(),
                });
            }
        }
        Ok(Self { dim, terms })
    }

    /// With a constant added.
    pub(super) fn plus(mut self, constant: f64) -> Self {
        if constant == 0.0 {
            return self;
        }
        match self.terms.first_mut() {
            // The first term is the constant one.
            Some(first) => first.coefficient += constant,
            None => self.terms.push(Monomial {
                coefficient: constant,
                powers: vec![0; self.dim],
            }),
        }
        self
    }

    /// With these numbers added to the coefficients, in the order of the terms.
    pub(super) fn moved(mut self, by: &[f64]) -> Self {
        for (term, by) in self.terms.iter_mut().zip(by) {
            term.coefficient += by;
        }
        self
    }

    /// Its monomials.
    pub fn terms(&self) -> &[Monomial] {
        &self.terms
    }

    /// Its value, for d coordinates.
    pub fn at(&self, x: &[f64]) -> f64 {
        let term = |m: &Monomial| m.coefficient * power(x, &m.powers);
        self.terms.iter().map(term).sum()
    }
}

/// x^β.
pub(super) fn power(x: &[f64], beta: &[u32]) -> f64 {
    x.iter().zip(beta).map(|(x, p)| x.powi(*p as i32)).product()
}

/// Every multi-index with one more than one of these.
fn raised(powers: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut next = Vec::new();
    for beta in powers {
        // Only from the last nonzero place on: each is made once.
        let last = beta.iter().rposition(|b| *b > 0).unwrap_or(0);
        for i in last..beta.len() {
            let mut higher = beta.clone();
            if let Some(slot) = higher.get_mut(i) {
                *slot += 1;
            }
            next.push(higher);
        }
    }
    next
}
