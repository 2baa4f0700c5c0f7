//! Polynomials times Gaussians.

use super::frame::{Frame, dot};
use super::{FrequencyFunction, HyperplaneIntegral, Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::collections::HashMap;
use std::f64::consts::TAU;

/// c · Π x_i^{n_i}.
#[derive(Clone, Debug, PartialEq)]
pub struct Monomial {
    /// c.
    pub coefficient: f64,
    /// n_1, …, n_d.
    pub powers: Vec<u32>,
}

/// p(x−c) e^{−(x−c)ᵀC⁻¹(x−c)/2} on R^d, with a polynomial p and a covariance C.
///
/// On the hyperplane ⟨ξ,x⟩ = γ the Gaussian is one again: with σ² = ξᵀCξ and u = γ − ⟨ξ,c⟩,
/// Rf(ξ,γ) = (2π)^{(d−1)/2} √(det C)/σ · e^{−u²/(2σ²)} · E[p(Y)], Y ~ N(Cξ u/σ², C − Cξξᵀ C/σ²);
/// and f̂(k) = e^{−ik·c} (2π)^{d/2} √(det C) e^{−kᵀCk/2} E[p(Y)] with the complex mean −iCk and the covariance C.
/// Moments by Stein's recursion E\[Y_i q(Y)\] = μ_i E\[q\] + Σ_j Σ_ij E\[∂_j q\].
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianPolynomial {
    frame: Frame,
    covariance: DMatrix<f64>,
    terms: Vec<Monomial>,
}

/// The highest degree: beyond it moments of the standard normal lose their use in doubles.
const HIGHEST: u32 = 60;
const ARGUMENT: &str = "target gaussian-polynomial";

impl GaussianPolynomial {
    /// The Gaussian itself, p = 1.
    ///
    /// # Errors
    /// A centre without coordinates or with one that is not finite, a covariance that is not
    /// symmetric and positive definite or of another dimension.
    pub fn gaussian(centre: Vec<f64>, covariance: &DMatrix<f64>) -> Result<Self> {
        let one = Monomial {
            coefficient: 1.0,
            powers: vec![0; centre.len()],
        };
        Self::new(centre, covariance, vec![one])
    }

    /// With the polynomial p, in the coordinates x − c.
    ///
    /// # Errors
    /// As [`GaussianPolynomial::gaussian`]; no terms, powers of another dimension, a degree above 60,
    /// coefficients that are not finite.
    pub fn new(centre: Vec<f64>, covariance: &DMatrix<f64>, terms: Vec<Monomial>) -> Result<Self> {
        let frame = Frame::covariance(ARGUMENT, centre, covariance)?;
        if terms.is_empty() {
            return Err(Error::invalid(ARGUMENT, "at least one term", 0));
        }
        for term in &terms {
            if term.powers.len() != frame.dim() {
                return Err(Error::shape(
                    format!("{ARGUMENT}: powers"),
                    format!("one for each of {} coordinates", frame.dim()),
                    term.powers.len(),
                ));
            }
            let degree: u64 = term.powers.iter().map(|&n| u64::from(n)).sum();
            if degree > u64::from(HIGHEST) {
                return Err(Error::invalid(
                    format!("{ARGUMENT}: degree"),
                    format!("at most {HIGHEST}"),
                    degree,
                ));
            }
            finite(&format!("{ARGUMENT}: coefficient"), term.coefficient)?;
        }
        let d = frame.dim();
        let covariance = DMatrix::from_fn(d, d, |i, j| frame.entry(i, j));
        Ok(Self {
            frame,
            covariance,
            terms,
        })
    }

    /// E[p(Y)] and the sum of the moduli of all that may have been added on the way, for the mean √C_ii·reach at most.
    fn moment(
        &self,
        mean: Vec<Complex64>,
        reach: f64,
        covariance: &DMatrix<f64>,
    ) -> (Complex64, f64) {
        let spread = self.covariance.diagonal().map(f64::sqrt);
        let mut moments = Moments {
            mean,
            mean_size: spread.iter().map(|s| s * reach).collect(),
            covariance,
            covariance_size: &spread * spread.transpose(),
            known: HashMap::new(),
        };
        let (mut value, mut size) = (Complex64::default(), 0.0);
        for term in &self.terms {
            let (m, s) = moments.of(&term.powers);
            value += m * term.coefficient;
            size += s * term.coefficient.abs();
        }
        (value, size)
    }

    fn degree(&self) -> f64 {
        let degrees = self.terms.iter().map(|t| t.powers.iter().sum::<u32>());
        f64::from(degrees.max().unwrap_or(0))
    }
}

/// Moments of a normal law.
struct Moments<'a> {
    mean: Vec<Complex64>,
    /// What the parts of the mean are rounded relative to, and those of the covariance.
    mean_size: Vec<f64>,
    covariance: &'a DMatrix<f64>,
    covariance_size: DMatrix<f64>,
    known: HashMap<Vec<u32>, (Complex64, f64)>,
}

impl Moments<'_> {
    /// E[Y^n], and the same with sizes in the place of values.
    fn of(&mut self, powers: &[u32]) -> (Complex64, f64) {
        let Some(i) = powers.iter().position(|&n| n > 0) else {
            return (Complex64::new(1.0, 0.0), 1.0);
        };
        if let Some(known) = self.known.get(powers) {
            return *known;
        }
        let mut lower = powers.to_vec();
        lower[i] -= 1;
        let (m, s) = self.of(&lower);
        let mean = self.mean[i];
        let (mut value, mut size) = (mean * m, self.mean_size[i] * s);
        for j in i..lower.len() {
            if lower[j] > 0 {
                let count = f64::from(lower[j]);
                let weight = self.covariance[(i, j)] * count;
                let weight_size = self.covariance_size[(i, j)] * count;
                lower[j] -= 1;
                let (m, s) = self.of(&lower);
                lower[j] += 1;
                value += m * weight;
                size += s * weight_size;
            }
        }
        self.known.insert(powers.to_vec(), (value, size));
        (value, size)
    }
}

impl Target for GaussianPolynomial {
    fn name(&self) -> String {
        format!(
            "polynomial of degree {} times a Gaussian in dimension {}",
            self.degree(),
            self.dim()
        )
    }

    fn dim(&self) -> usize {
        self.frame.dim()
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() != self.dim() {
            return f64::NAN;
        }
        let r = super::norm(&self.frame.local(x), self.dim());
        let offset = || x.iter().zip(&self.frame.centre).map(|(x, c)| x - c);
        let term = |term: &Monomial| {
            let powers = offset().zip(&term.powers);
            term.coefficient * powers.map(|(x, &n)| x.powi(n as i32)).product::<f64>()
        };
        self.terms.iter().map(term).sum::<f64>() * (-0.5 * r * r).exp()
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Function(self)
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Function(self)
    }
}

impl HyperplaneIntegral for GaussianPolynomial {
    fn at(&self, direction: &[f64], offset: f64) -> Estimate {
        let d = self.dim();
        let section = self.frame.section(direction, offset);
        let (sigma, u) = (section.width, section.position);
        let image = self.frame.image(direction);
        let mean = image
            .iter()
            .map(|c| Complex64::from(c * u / sigma))
            .collect();
        let conditional = DMatrix::from_fn(d, d, |i, j| {
            self.covariance[(i, j)] - image[i] / sigma * (image[j] / sigma)
        });
        // What each step of the recursion loses, relative to sizes that no cancellation has reduced.
        let step = 8.0 * (d as f64 + 1.0) * f64::EPSILON + 2.0 * section.relative;
        let reach = u.abs() + section.position_error / step;
        let (moment, size) = self.moment(mean, reach, &conditional);
        let gaussian =
            TAU.powf(0.5 * (d - 1) as f64) * self.frame.volume / sigma * (-0.5 * u * u).exp();
        let exponent = u.abs() * section.position_error + f64::EPSILON * u * u;
        let rounding = (4.0 + d as f64) * f64::EPSILON + section.relative + exponent;
        let error = gaussian * (rounding * moment.norm() + self.degree() * step * size);
        Estimate::new(gaussian * moment.re, error)
    }
}

impl FrequencyFunction for GaussianPolynomial {
    fn at(&self, k: &[f64]) -> (Complex64, f64) {
        let d = self.dim();
        let (z, relative) = self.frame.stretch(k);
        let image = self.frame.image(k);
        let mean = image.iter().map(|c| Complex64::new(0.0, -c)).collect();
        let (moment, size) = self.moment(mean, z, &self.covariance);
        let gaussian = TAU.powf(0.5 * d as f64) * self.frame.volume * (-0.5 * z * z).exp();
        let phase = dot(&self.frame.centre, k);
        let lost: f64 = k
            .iter()
            .zip(&self.frame.centre)
            .map(|(a, b)| (a * b).abs())
            .sum();
        let rounding = f64::EPSILON * (4.0 + d as f64 + z * z + 2.0 * d as f64 * lost)
            + relative * (1.0 + z * z);
        let recursion = self.degree() * (8.0 * (d as f64 + 1.0) * f64::EPSILON + 2.0 * relative);
        let value = Complex64::from_polar(1.0, -phase) * moment * gaussian;
        (
            value,
            gaussian * (rounding * moment.norm() + recursion * size),
        )
    }
}
