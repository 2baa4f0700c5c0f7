//! A smooth function with given tails and known transform, to be subtracted from one whose transform is
//! not known: what remains decays.

use super::Tails;
use crate::numerics::special::{normal_cdf, normal_pdf};
use num_complex::Complex64;

/// C(z) = L(z) + D(z)Φ(z), L the tail at −∞, L + D the tail at +∞, Φ the normal distribution function.
///
/// The transform of z^jΦ is (i d/dω)^j of e^{−ω²/2}/(iω) away from ω = 0, that of L is 0 there.
#[derive(Clone, Debug)]
pub(super) struct Comparator {
    left: Vec<f64>,
    right: Vec<f64>,
    difference: Vec<f64>,
    /// (power m, coefficient): Ĉ(ω) = e^{−ω²/2} Σ c_m ω^m.
    transform: Vec<(i32, Complex64)>,
    stretch: Vec<(i32, Complex64)>,
}

/// d/dω of e^{−ω²/2} Σ c_m ω^m.
fn differentiated(terms: &[(i32, Complex64)]) -> Vec<(i32, Complex64)> {
    let pairs = terms
        .iter()
        .flat_map(|&(m, c)| [(m - 1, c * f64::from(m)), (m + 1, -c)]);
    collected(pairs)
}

/// Terms of equal power added up.
fn collected(terms: impl Iterator<Item = (i32, Complex64)>) -> Vec<(i32, Complex64)> {
    let mut sum: Vec<(i32, Complex64)> = Vec::new();
    for (m, c) in terms {
        match sum.iter_mut().find(|(n, _)| *n == m) {
            Some((_, total)) => *total += c,
            None => sum.push((m, c)),
        }
    }
    sum.retain(|(_, c)| c.norm() > 0.0);
    sum
}

/// Σ c_j z^j.
pub(super) fn polynomial(coefficients: &[f64], z: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c)
}

/// The derivative of [`polynomial`].
pub(super) fn polynomial_slope(coefficients: &[f64], z: f64) -> f64 {
    let terms = coefficients.iter().enumerate().skip(1).rev();
    terms.fold(0.0, |sum, (j, c)| sum * z + j as f64 * c)
}

impl Comparator {
    pub(super) fn new(tails: &Tails) -> Self {
        let at = |v: &[f64], j: usize| v.get(j).copied().unwrap_or(0.0);
        let orders = tails.left.len().max(tails.right.len());
        let difference: Vec<f64> = (0..orders)
            .map(|j| at(&tails.right, j) - at(&tails.left, j))
            .collect();
        let mut power = vec![(-1, -Complex64::i())];
        let mut terms = Vec::new();
        for &d in &difference {
            terms.extend(power.iter().map(|&(m, c)| (m, d * c)));
            let slope = differentiated(&power);
            power = slope
                .into_iter()
                .map(|(m, c)| (m, Complex64::i() * c))
                .collect();
        }
        let transform = collected(terms.into_iter());
        let raised: Vec<_> = transform.iter().map(|&(m, c)| (m + 1, c)).collect();
        Self {
            left: tails.left.clone(),
            right: tails.right.clone(),
            difference,
            stretch: differentiated(&raised),
            transform,
        }
    }

    /// φ(z) − C(z), each half subtracting its own tail first.
    pub(super) fn remainder(&self, phi: f64, z: f64) -> f64 {
        let step = polynomial(&self.difference, z) * normal_cdf(-z.abs());
        if z > 0.0 {
            (phi - polynomial(&self.right, z)) + step
        } else {
            (phi - polynomial(&self.left, z)) - step
        }
    }

    /// φ′(z) − C′(z).
    pub(super) fn remainder_slope(&self, slope: f64, z: f64) -> f64 {
        let tail = if z > 0.0 { &self.right } else { &self.left };
        let side = if z > 0.0 { 1.0 } else { -1.0 };
        let step = side * polynomial_slope(&self.difference, z) * normal_cdf(-z.abs());
        let bump = polynomial(&self.difference, z) * normal_pdf(z);
        (slope - polynomial_slope(tail, z)) + step - bump
    }

    /// Ĉ(ω) and d(ωĈ)/dω.
    pub(super) fn fourier(&self, omega: f64) -> (Complex64, Complex64) {
        let decay = (-0.5 * omega * omega).exp();
        let sum = |terms: &[(i32, Complex64)]| -> Complex64 {
            if decay == 0.0 {
                return Complex64::ZERO;
            }
            terms.iter().map(|&(m, c)| c * omega.powi(m) * decay).sum()
        };
        (sum(&self.transform), sum(&self.stretch))
    }
}
