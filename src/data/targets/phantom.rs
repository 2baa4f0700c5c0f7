//! The head phantom of Shepp and Logan.

use super::{Combination, Ellipsoid, FrequencyFunction, Target, TargetRadon, TargetSpectrum};
use crate::error::Result;
use num_complex::Complex64;
use std::sync::Arc;

/// Half-axes, centre, turn in degrees, intensity of Shepp and Logan, modified intensity.
type Row = ([f64; 2], [f64; 2], f64, f64, f64);

/// Shepp & Logan, *The Fourier reconstruction of a head section*, IEEE Trans. Nucl. Sci. 21 (1974), table 1; the last
/// column from Toft, *The Radon transform: theory and implementation* (1996), whose contrast the eye can see.
const ELLIPSES: [Row; 10] = [
    ([0.69, 0.92], [0.0, 0.0], 0.0, 2.0, 1.0),
    ([0.6624, 0.874], [0.0, -0.0184], 0.0, -0.98, -0.8),
    ([0.11, 0.31], [0.22, 0.0], -18.0, -0.02, -0.2),
    ([0.16, 0.41], [-0.22, 0.0], 18.0, -0.02, -0.2),
    ([0.21, 0.25], [0.0, 0.35], 0.0, 0.01, 0.1),
    ([0.046, 0.046], [0.0, 0.1], 0.0, 0.01, 0.1),
    ([0.046, 0.046], [0.0, -0.1], 0.0, 0.01, 0.1),
    ([0.046, 0.023], [-0.08, -0.605], 0.0, 0.01, 0.1),
    ([0.023, 0.023], [0.0, -0.606], 0.0, 0.01, 0.1),
    ([0.023, 0.046], [0.06, -0.605], 0.0, 0.01, 0.1),
];

/// Ten ellipses in the square [−1, 1]² whose Radon and Fourier transforms are exact.
#[derive(Clone, Debug)]
pub struct SheppLogan {
    name: &'static str,
    ellipses: Combination,
}

impl SheppLogan {
    /// With the intensities of the paper: 2 for the skull, contrasts of a hundredth inside.
    ///
    /// # Errors
    /// None for these numbers.
    pub fn standard() -> Result<Self> {
        Self::with("shepp-logan-standard", |row| row.3)
    }

    /// With the modified intensities that most software means by the name.
    ///
    /// # Errors
    /// None for these numbers.
    pub fn modified() -> Result<Self> {
        Self::with("shepp-logan", |row| row.4)
    }

    fn with(name: &'static str, intensity: impl Fn(&Row) -> f64) -> Result<Self> {
        let term = |row: &Row| -> Result<(f64, Arc<dyn Target>)> {
            let ellipse = Ellipsoid::turned(row.1, row.0, row.2.to_radians())?;
            Ok((intensity(row), Arc::new(ellipse)))
        };
        let terms = ELLIPSES.iter().map(term).collect::<Result<_>>()?;
        let ellipses = Combination::new(terms)?;
        Ok(Self { name, ellipses })
    }
}

impl Target for SheppLogan {
    fn name(&self) -> String {
        self.name.into()
    }

    fn dim(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64]) -> f64 {
        self.ellipses.value(x)
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Function(self)
    }

    fn radon(&self) -> TargetRadon<'_> {
        self.ellipses.radon()
    }
}

impl FrequencyFunction for SheppLogan {
    fn at(&self, k: &[f64]) -> (Complex64, f64) {
        self.ellipses.at(k)
    }

    /// That of the jumps of ellipses no two of which share a border.
    fn decay(&self) -> Option<f64> {
        Some(3.0)
    }
}
