//! How eigenvalues fall: a power of the degree or exponentially, fitted.

use super::degrees::{Domain, Spectrum};
use crate::error::{Error, Result};

/// Eigenvalues less certain than this are left out of a fit.
const CERTAIN: f64 = 0.1;

/// How eigenvalues λ_k fall with their place k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayLaw {
    /// c k^{−a}.
    Algebraic,
    /// c e^{−ak}.
    Exponential,
}

/// The least-squares line through the logarithms of eigenvalues, over k (exponential) or ln k (algebraic).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecayFit {
    /// Which of the two.
    pub law: DecayLaw,
    /// The exponent a of c k^{−a} or c e^{−ak}.
    pub exponent: f64,
    /// The standard error of the exponent under independent residuals of one size; 0 for two points.
    pub standard_error: f64,
    /// The constant c.
    pub constant: f64,
    /// The root mean square of the residuals of ln λ.
    pub residual: f64,
    /// How many degrees took part.
    pub points: usize,
}

impl Spectrum {
    /// The law of the eigenvalues of degrees from…to−1, in the degree k itself; on the torus in the frequency
    /// ‖m‖ = √k, over points in the index counted from 1, k+1 (Weyl's law). Degrees whose eigenvalue vanishes (parity) or is
    /// not known to a tenth take no part. It is algebraic, unless exponential decay leaves less than half the residual;
    /// fit a range of high degrees, and look at the residual: some spectra fall by neither.
    ///
    /// # Errors
    /// Fewer than two degrees take part.
    pub fn decay(&self, from: usize, to: usize) -> Result<DecayFit> {
        let place = |degree: usize| match self.domain() {
            Domain::Torus { .. } => (degree as f64).sqrt(),
            Domain::Points { .. } => (degree + 1) as f64,
            _ => degree as f64,
        };
        let known = self.eigenspaces().iter();
        let known = known
            .filter(|s| (from..to).contains(&s.degree) && place(s.degree) > 0.0)
            .filter(|s| s.eigenvalue.value > 0.0)
            .filter(|s| s.eigenvalue.error <= CERTAIN * s.eigenvalue.value)
            .map(|s| (place(s.degree), s.eigenvalue.value));
        let known: Vec<_> = known.collect();
        let algebraic = DecayFit::new(DecayLaw::Algebraic, known.iter().copied())?;
        let exponential = DecayFit::new(DecayLaw::Exponential, known)?;
        Ok(if exponential.residual < 0.5 * algebraic.residual {
            exponential
        } else {
            algebraic
        })
    }
}

impl DecayFit {
    /// The fit of this law to pairs (k, λ_k), all positive.
    ///
    /// # Errors
    /// Fewer than two pairs, pairs of one index, numbers that are not finite or not > 0.
    pub fn new(law: DecayLaw, pairs: impl IntoIterator<Item = (f64, f64)>) -> Result<Self> {
        let mut places = Vec::new();
        for (x, y) in pairs {
            if !(x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite()) {
                return Err(Error::invalid("eigenvalues", "positive numbers", y));
            }
            let place = match law {
                DecayLaw::Algebraic => x.ln(),
                DecayLaw::Exponential => x,
            };
            places.push((place, y.ln()));
        }
        let n = places.len() as f64;
        let mean = |f: fn(&(f64, f64)) -> f64| places.iter().map(f).sum::<f64>() / n;
        let (x0, y0) = (mean(|p| p.0), mean(|p| p.1));
        let spread: f64 = places.iter().map(|p| (p.0 - x0).powi(2)).sum();
        if places.len() < 2 || spread <= 0.0 {
            return Err(Error::invalid(
                "degrees",
                "at least two with eigenvalues that are certain to a tenth and not zero",
                places.len(),
            ));
        }
        let product: f64 = places.iter().map(|p| (p.0 - x0) * (p.1 - y0)).sum();
        let slope = product / spread;
        let residuals = places.iter().map(|p| p.1 - y0 - slope * (p.0 - x0));
        let square: f64 = residuals.map(|r| r * r).sum();
        Ok(Self {
            law,
            exponent: -slope,
            standard_error: if places.len() > 2 {
                (square / (n - 2.0) / spread).sqrt()
            } else {
                0.0
            },
            constant: (y0 - slope * x0).exp(),
            residual: (square / n).sqrt(),
            points: places.len(),
        })
    }
}
