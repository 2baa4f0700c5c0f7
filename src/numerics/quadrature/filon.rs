//! Oscillatory integrals over one panel at any frequency: Legendre expansion, exact moments.

use super::gauss::gauss_legendre;
use crate::numerics::special::{legendre_into, spherical_bessel_into};
use num_complex::Complex64;

/// The Gauss–Legendre nodes of a panel with the matrix that takes values there to Legendre
/// coefficients.
#[derive(Clone, Debug)]
pub struct FilonRule {
    nodes: Vec<f64>,
    /// Row n: ½ w_i √(2n+1) P_n(x_i).
    projection: Vec<Vec<f64>>,
}

impl FilonRule {
    /// The rule with n nodes.
    pub fn new(n: usize) -> Self {
        let rule = gauss_legendre(n);
        let mut projection = vec![vec![0.0; n]; n];
        let mut polynomials = vec![0.0; n];
        for (i, (&x, &w)) in rule.nodes.iter().zip(&rule.weights).enumerate() {
            legendre_into(x, &mut polynomials);
            for (row, p) in projection.iter_mut().zip(&polynomials) {
                row[i] = 0.5 * w * p;
            }
        }
        Self {
            nodes: rule.nodes.clone(),
            projection,
        }
    }

    /// The nodes on \[−1, 1\], ascending.
    pub fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// The panel \[middle − half, middle + half\] from the values of f at its nodes middle + half·x_i.
    pub fn panel(&self, middle: f64, half: f64, values: &[f64]) -> FilonPanel {
        let project = |row: &Vec<f64>| row.iter().zip(values).map(|(p, v)| p * v).sum();
        FilonPanel {
            middle,
            half,
            coefficients: self.projection.iter().map(project).collect(),
        }
    }
}

/// A function on one interval by its coefficients in the orthonormal Legendre polynomials
/// √(2n+1) P_n, for ∫ f(x) e^{iωx} dx at any ω.
///
/// # Method
/// ∫_{−1}^{1} P_n(x) e^{iκx} dx = 2 iⁿ j_n(κ) with spherical Bessel functions (DLMF 18.17.19): exact for the
/// interpolating polynomial, however fast e^{iωx} oscillates.
#[derive(Clone, Debug)]
pub struct FilonPanel {
    middle: f64,
    half: f64,
    coefficients: Vec<f64>,
}

impl FilonPanel {
    /// The coefficients in √(2n+1) P_n.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The middle of the interval.
    pub fn middle(&self) -> f64 {
        self.middle
    }

    /// ∫ f(x) e^{iωx} dx over the panel, and the sum of the moduli of its terms. `bessel` is
    /// room for as many numbers as there are coefficients.
    pub fn integral(&self, omega: f64, bessel: &mut [f64]) -> (Complex64, f64) {
        let kappa = omega * self.half;
        spherical_bessel_into(kappa, bessel);
        // Real and imaginary parts of Σ c_n √(2n+1) iⁿ j_n.
        let (mut parts, mut size) = ([0.0; 2], 0.0);
        for (n, (c, j)) in self.coefficients.iter().zip(bessel.iter()).enumerate() {
            let term = c * (2.0 * n as f64 + 1.0).sqrt() * j;
            parts[n % 2] += if n % 4 < 2 { term } else { -term };
            size += term.abs();
        }
        let sum = Complex64::new(parts[0], parts[1]) * Complex64::cis(omega * self.middle);
        (2.0 * self.half * sum, 2.0 * self.half * size)
    }
}
