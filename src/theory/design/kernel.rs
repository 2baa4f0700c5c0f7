//! Activations designed for a dot-product kernel on the sphere.

use super::weighted::places;
use crate::error::{Error, Result};
use crate::model::activation::{Activation, PiecewisePolynomial};
use crate::numerics::special::Correlation;
use crate::theory::kernel::{Covariance, DualActivation, GaussianKind};

/// A coefficient this much below 0, relative to the largest term it is the sum of, is rounding.
const ROUNDING: f64 = 1e-13;
/// The highest degree: the monomials of Hermite polynomials beyond cancel.
const HIGHEST: usize = 20;
/// How closely the wanted kernel must be reproduced, relative to its value at 1.
const TOLERANCE: f64 = 1e-12;

/// A finite Hermite sum φ = Σ_k b_k He_k/√(k!) whose kernel on inputs with unit pre-activation variance is a wanted
/// κ(ρ) = Σ_k a_k ρ^k.
///
/// NNGP: κ(ρ) = E φ(u)φ(v) = Σ b_k² ρ^k, so b_k = ±√a_k. Tangent kernel of one hidden layer with read-out
/// std 1 and no biases: κ(ρ) = Σ (k+1) b_k² ρ^k, so b_k = ±√(a_k/(k+1)). Every choice of signs gives the same kernel:
/// 2^m activations for m coefficients that are not 0.
///
/// # References
/// Daniely, Frostig, Singer 2016 (dual activations); Jacot, Gabriel, Hongler 2018; Simon, Anand, DeWeese 2022 (reverse engineering the
/// tangent kernel).
#[derive(Clone, Debug)]
pub struct KernelDesign {
    kind: GaussianKind,
    power_series: Vec<f64>,
    coefficients: Vec<f64>,
    polynomial: PiecewisePolynomial,
    activation: Activation,
    reproduction: Vec<Reproduction>,
}

/// Wanted and achieved kernel at one correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reproduction {
    /// ρ.
    pub rho: f64,
    /// κ(ρ) as wanted.
    pub wanted: f64,
    /// κ(ρ) of the designed activation, by its dual.
    pub achieved: f64,
}

impl KernelDesign {
    /// From the power series a_0, a_1, … of the kernel in ρ, with the sign of each b_k (`&[]`: all +).
    ///
    /// # Errors
    /// No coefficient, more than 21, all 0, one that is not finite or negative (κ would be no kernel on spheres of every
    /// dimension, so that no activation has it); signs that are not ±1, or not one per coefficient; a kernel that
    /// is not reproduced to 1e−12.
    pub fn from_power_series(
        power_series: &[f64],
        kind: GaussianKind,
        signs: &[f64],
    ) -> Result<Self> {
        check(power_series, signs)?;
        let coefficients: Vec<f64> = power_series
            .iter()
            .enumerate()
            .map(|(k, &a)| {
                let share = match kind {
                    GaussianKind::Ntk => a / (k as f64 + 1.0),
                    GaussianKind::Nngp => a,
                };
                signs.get(k).unwrap_or(&1.0) * share.sqrt()
            })
            .collect();
        let mut monomials = vec![0.0; coefficients.len()];
        for (k, &b) in coefficients.iter().enumerate() {
            let hermite = PiecewisePolynomial::hermite(k)?;
            let terms = hermite
                .pieces()
                .first()
                .map_or(&[][..], |p| p.coefficients());
            monomials
                .iter_mut()
                .zip(terms)
                .for_each(|(m, c)| *m += b * c);
        }
        let polynomial = PiecewisePolynomial::polynomial(&monomials)?;
        let mut design = Self {
            kind,
            power_series: power_series.to_vec(),
            coefficients,
            activation: Activation::new("design of a kernel", polynomial.clone()),
            polynomial,
            reproduction: Vec::new(),
        };
        design.reproduction = design.reproduce()?;
        if design.reproduction_error() > TOLERANCE {
            return Err(Error::Accuracy {
                what: "design of a kernel: achieved against wanted kernel".into(),
                tolerance: TOLERANCE,
                reached: design.reproduction_error(),
                hint: "use fewer coefficients".into(),
            });
        }
        Ok(design)
    }

    /// From the coefficients c_0, c_1, … in κ(ρ) = Σ c_k P_k(ρ), P_k the Gegenbauer polynomials of S^{dim−1} with
    /// P_k(1) = 1 (dim = 2: Chebyshev, 3: Legendre): c_k = λ_k N(dim, k).
    ///
    /// # Errors
    /// A dimension below 2; as [`KernelDesign::from_power_series`]. A kernel that is positive
    /// definite on this sphere may still have a negative power series: then it is none in higher dimensions, and no activation has it.
    pub fn from_gegenbauer(
        dim: usize,
        coefficients: &[f64],
        kind: GaussianKind,
        signs: &[f64],
    ) -> Result<Self> {
        if dim < 2 {
            return Err(Error::invalid("dim", "a dimension of at least 2", dim));
        }
        if coefficients.len() > HIGHEST + 1 {
            return Err(too_many(coefficients.len()));
        }
        let n = coefficients.len();
        let d = dim as f64;
        let (mut sums, mut sizes) = (vec![0.0; n], vec![0.0_f64; n]);
        let (mut before, mut current) = (vec![0.0; n], vec![0.0; n]);
        if let Some(one) = current.first_mut() {
            *one = 1.0;
        }
        for (k, &c) in coefficients.iter().enumerate() {
            for ((sum, size), p) in sums.iter_mut().zip(&mut sizes).zip(&current) {
                *sum += c * p;
                *size += (c * p).abs();
            }
            // (k+d−2) P_{k+1} = (2k+d−2) t P_k − k P_{k−1}; P_1 = t also for the circle.
            let k = k as f64;
            let (up, down) = if k == 0.0 {
                (1.0, 0.0)
            } else {
                ((2.0 * k + d - 2.0) / (k + d - 2.0), k / (k + d - 2.0))
            };
            let mut next: Vec<f64> = before.iter().map(|p| -down * p).collect();
            for (slot, p) in next.iter_mut().skip(1).zip(&current) {
                *slot += up * p;
            }
            before = std::mem::replace(&mut current, next);
        }
        for (sum, size) in sums.iter_mut().zip(&sizes) {
            if sum.abs() <= ROUNDING * size {
                *sum = 0.0;
            }
        }
        Self::from_power_series(&sums, kind, signs)
    }

    /// The activation: a polynomial.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The Hermite coefficients b_k, with their signs.
    pub fn hermite_coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The power series of the wanted kernel.
    pub fn power_series(&self) -> &[f64] {
        &self.power_series
    }

    /// The kernel that was wanted: NNGP or tangent.
    pub fn kind(&self) -> GaussianKind {
        self.kind
    }

    /// The activation as its polynomial.
    pub fn polynomial(&self) -> &PiecewisePolynomial {
        &self.polynomial
    }

    /// Samples (z, φ(z)), equally spaced from −reach to reach.
    ///
    /// # Errors
    /// A reach that is not positive, fewer than two samples.
    pub fn samples(&self, reach: f64, count: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let z = places(reach, count)?;
        let phi = z.iter().map(|&z| self.polynomial.value(z)).collect();
        Ok((z, phi))
    }

    /// Wanted and achieved kernel, equally spaced over \[−1, 1\].
    pub fn reproduction(&self) -> &[Reproduction] {
        &self.reproduction
    }

    /// The largest difference between achieved and wanted kernel on \[−1, 1\], relative to κ(1).
    pub fn reproduction_error(&self) -> f64 {
        let scale: f64 = self.power_series.iter().sum();
        let errors = self.reproduction.iter();
        errors.fold(0.0, |worst, r| {
            f64::max(worst, (r.achieved - r.wanted).abs() / scale)
        })
    }

    /// m: as many coefficients may change their sign, so 2^m activations have this kernel.
    pub fn free_signs(&self) -> usize {
        self.coefficients.iter().filter(|b| **b != 0.0).count()
    }

    /// Another of the 2^m activations with the same kernel.
    ///
    /// # Errors
    /// Signs that are not ±1, or not one per coefficient.
    pub fn with_signs(&self, signs: &[f64]) -> Result<Self> {
        Self::from_power_series(&self.power_series, self.kind, signs)
    }

    /// Wanted against achieved kernel, through the dual activations.
    fn reproduce(&self) -> Result<Vec<Reproduction>> {
        let dual = DualActivation::new(&self.activation);
        (0..=40)
            .map(|i| {
                let rho = (f64::from(i) - 20.0) / 20.0;
                let wanted = self.power_series.iter().rev().fold(0.0, |s, a| s * rho + a);
                let correlation = Correlation::from_rho(rho);
                let found = dual.evaluate(&Covariance::new(1.0, 1.0, correlation)?);
                let achieved = match self.kind {
                    GaussianKind::Nngp => found.nngp.value,
                    GaussianKind::Ntk => found.nngp.value + rho * found.derivative.value,
                };
                Ok(Reproduction {
                    rho,
                    wanted,
                    achieved,
                })
            })
            .collect()
    }
}

fn too_many(found: usize) -> Error {
    let expected = format!("at most {} coefficients", HIGHEST + 1);
    Error::shape("power series", expected, found)
}

fn check(power_series: &[f64], signs: &[f64]) -> Result<()> {
    if power_series.is_empty() {
        return Err(Error::shape("power series", "one or more coefficients", 0));
    }
    if power_series.len() > HIGHEST + 1 {
        return Err(too_many(power_series.len()));
    }
    for (k, &a) in power_series.iter().enumerate() {
        if !a.is_finite() {
            return Err(Error::NotFinite {
                argument: "power series".into(),
                position: format!("coefficient {k}"),
                found: a,
            });
        }
        if a < 0.0 {
            return Err(Error::undefined(
                "design of a kernel",
                format!(
                    "its coefficient of ρ^{k} is {a}: it is no kernel on spheres of high dimension, and no \
                     activation has it (the squares of Hermite coefficients are not negative)"
                ),
            ));
        }
    }
    if power_series.iter().all(|&a| a == 0.0) {
        return Err(Error::undefined("design of a kernel", "it is 0"));
    }
    if !signs.is_empty() && signs.len() != power_series.len() {
        let expected = format!("none, or {} as there are coefficients", power_series.len());
        return Err(Error::shape("signs", expected, signs.len()));
    }
    match signs.iter().find(|s| s.abs() != 1.0) {
        Some(sign) => Err(Error::invalid("signs", "1 or −1", sign)),
        None => Ok(()),
    }
}
