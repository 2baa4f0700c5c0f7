//! How eigenvalues fall: a power of the degree, fitted.

use super::degrees::{Domain, Spectrum};
use crate::error::{Error, Result};

/// Eigenvalues less certain than this are left out of a fit.
const CERTAIN: f64 = 0.1;

/// ln λ ≈ ln constant − exponent · ln k, least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The exponent a of λ_k ≈ c k^{−a}.
    pub exponent: f64,
    /// The standard error of the exponent under independent residuals of one size; 0 for two points.
    pub standard_error: f64,
    /// The constant c.
    pub constant: f64,
    /// How many degrees took part.
    pub points: usize,
}

impl Spectrum {
    /// The power law of the eigenvalues of degrees from…to−1, in the degree k itself; on the torus in the frequency
    /// ‖m‖ = √k, over points in the index counted from 1, k+1 (Weyl's law). Degrees whose eigenvalue vanishes (parity) or is
    /// not known to a tenth take no part. A single power is meant for algebraic decay: fit a range of high degrees.
    ///
    /// # Errors
    /// Fewer than two degrees take part.
    pub fn decay(&self, from: usize, to: usize) -> Result<PowerLaw> {
        let place = |degree: usize| match self.domain() {
            Domain::Torus { .. } => (degree as f64).sqrt(),
            Domain::Points { .. } => (degree + 1) as f64,
            _ => degree as f64,
        };
        let points = self
            .eigenspaces()
            .iter()
            .filter(|s| (from..to).contains(&s.degree) && place(s.degree) > 0.0)
            .filter(|s| s.eigenvalue.value > 0.0)
            .filter(|s| s.eigenvalue.error <= CERTAIN * s.eigenvalue.value)
            .map(|s| (place(s.degree), s.eigenvalue.value));
        PowerLaw::fit(points)
    }
}

impl PowerLaw {
    /// The fit through pairs (index, eigenvalue), all positive.
    ///
    /// # Errors
    /// Fewer than two pairs, pairs of one index, numbers that are not finite or not > 0.
    pub fn fit(pairs: impl IntoIterator<Item = (f64, f64)>) -> Result<Self> {
        let mut logs = Vec::new();
        for (x, y) in pairs {
            if !(x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite()) {
                return Err(Error::invalid("eigenvalues", "positive numbers", y));
            }
            logs.push((x.ln(), y.ln()));
        }
        let n = logs.len() as f64;
        let mean = |f: fn(&(f64, f64)) -> f64| logs.iter().map(f).sum::<f64>() / n;
        let (x0, y0) = (mean(|p| p.0), mean(|p| p.1));
        let spread: f64 = logs.iter().map(|p| (p.0 - x0).powi(2)).sum();
        if logs.len() < 2 || spread <= 0.0 {
            return Err(Error::invalid(
                "degrees",
                "at least two with eigenvalues that are certain to a tenth and not zero",
                logs.len(),
            ));
        }
        let product: f64 = logs.iter().map(|p| (p.0 - x0) * (p.1 - y0)).sum();
        let slope = product / spread;
        let square: f64 = logs
            .iter()
            .map(|p| (p.1 - y0 - slope * (p.0 - x0)).powi(2))
            .sum();
        let standard_error = if logs.len() > 2 {
            (square / (n - 2.0) / spread).sqrt()
        } else {
            0.0
        };
        Ok(Self {
            exponent: -slope,
            standard_error,
            constant: (y0 - slope * x0).exp(),
            points: logs.len(),
        })
    }
}
