//! Predicted learning curves of kernel regression from a spectrum (asymptotic).

use super::degrees::Spectrum;
use crate::error::{Error, Result, non_negative, positive};
use crate::numerics::Estimate;

/// Steps of the bisection for the effective ridge, in its logarithm.
const STEPS: usize = 200;

/// Modes of one eigenvalue and the power of the target in them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modes {
    /// λ.
    pub eigenvalue: f64,
    /// How many there are.
    pub multiplicity: f64,
    /// Σ v_i², the power of the target in them all.
    pub power: f64,
}

/// Kernel regression on n independent points, averaged over data sets (Simon, Dickens, Karkada, DeWeese, *The
/// eigenlearning framework*, arXiv 2110.03922). **Asymptotic**: eigenfunctions at random points are
/// treated as independent Gaussians, which is a limit of many modes and points; from n ≈ 60 on expect
/// agreement to some per cent; at 10 … 30 points without ridge the prediction was 25 to 45 % low in simulations.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningCurve {
    modes: Vec<Modes>,
    ridge: f64,
    /// Σλ of the modes that are not listed, and a bound on every one of them.
    unlisted: (f64, f64),
    noise: f64,
}

/// What is predicted at one number of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// κ, the effective ridge: Σ λ_i/(λ_i+κ) + δ/κ = n.
    pub effective_ridge: f64,
    /// L = λ/(λ+κ) of every mode: the part of it that is learned.
    pub learnability: Vec<f64>,
    /// E₀ = n/(n − ΣL_i²), the overfitting coefficient.
    pub overfitting: f64,
    /// E₀(Σ(1−L_i)²v_i² + σ²), the mean squared error at a new noisy point, with a bound on what the modes that are not listed
    /// change, which are known by Σλ and the last listed λ only; infinite where they decide.
    pub test_error: Estimate,
    /// (δ/(nκ))² of that, the mean squared error at the points themselves.
    pub train_error: f64,
}

impl LearningCurve {
    /// From modes, the ridge δ ≥ 0 added to the Gram matrix, and the variance σ² of the noise in the targets.
    ///
    /// # Errors
    /// No modes; a number that is not finite or is negative; no eigenvalue > 0.
    pub fn new(modes: Vec<Modes>, ridge: f64, noise_variance: f64) -> Result<Self> {
        for mode in &modes {
            non_negative("eigenvalue", mode.eigenvalue)?;
            non_negative("multiplicity", mode.multiplicity)?;
            non_negative("power", mode.power)?;
        }
        if !modes.iter().any(|m| m.eigenvalue * m.multiplicity > 0.0) {
            return Err(Error::invalid("modes", "an eigenvalue > 0", "none"));
        }
        Ok(Self {
            modes,
            ridge: non_negative("ridge", ridge)?,
            unlisted: (0.0, 0.0),
            noise: non_negative("noise_variance", noise_variance)?,
        })
    }

    /// For a target with the given power Σ v_i² in each degree. What the kernel has beyond the degrees of the
    /// spectrum acts as a ridge, Σ λ_i/(λ_i+κ) ≈ Σ λ_i/κ, as long as κ is large beside these λ_i; how far this matters is in
    /// the error of [`Prediction::test_error`], and more degrees make it small.
    ///
    /// # Errors
    /// More powers than degrees; as [`LearningCurve::new`].
    pub fn of_spectrum(
        spectrum: &Spectrum,
        power: &[f64],
        ridge: f64,
        noise_variance: f64,
    ) -> Result<Self> {
        let spaces = spectrum.eigenspaces();
        if power.len() > spaces.len() {
            let expected = format!("at most {} degrees", spaces.len());
            return Err(Error::shape("power", expected, power.len()));
        }
        let powers = power.iter().copied().chain(std::iter::repeat(0.0));
        let modes = spaces.iter().zip(powers).map(|(space, power)| Modes {
            // Rounding may leave a vanishing eigenvalue below 0.
            eigenvalue: space.eigenvalue.value.max(0.0),
            multiplicity: space.multiplicity,
            power,
        });
        let beyond = spectrum.truncation_error(spaces.len());
        let mut curve = Self::new(modes.collect(), ridge, noise_variance)?;
        if beyond.value > beyond.error {
            // Eigenvalues fall, but for parity.
            let last = spaces.iter().rev().take(2).map(|s| s.eigenvalue.value);
            curve.unlisted = (beyond.value, last.fold(0.0, f64::max));
        }
        Ok(curve)
    }

    /// The prediction at n points.
    ///
    /// # Errors
    /// n not > 0; eigenvalues whose sum overflows; without ridge, n not below the number of modes (the kernel interpolates
    /// everything: no κ > 0).
    pub fn at(&self, n: f64) -> Result<Prediction> {
        positive("n", n)?;
        let count: f64 = self.learnable().map(|m| m.multiplicity).sum();
        let (unlisted, largest) = self.unlisted;
        if self.ridge + unlisted == 0.0 && n >= count {
            return Err(Error::undefined(
                "learning curve",
                format!("without ridge {n} points determine all {count} modes"),
            ));
        }
        let trace: f64 = self
            .learnable()
            .map(|m| m.multiplicity * m.eigenvalue)
            .sum();
        if !(trace + unlisted + self.ridge).is_finite() {
            return Err(Error::undefined(
                "learning curve",
                "the sum of the eigenvalues exceeds the largest double",
            ));
        }
        let highest = (trace + unlisted + self.ridge) / n;
        let kappa = self.effective_ridge(n, highest, 0.0);
        let missed = self.missed(kappa) + self.noise;
        let squares = self.squares(kappa);
        let overfitting = n / (n - squares);
        let mut test_error = Estimate::new(overfitting * missed, 0.0);
        if unlisted > 0.0 {
            // κ lies between both, Σ L of what is not listed is at most that of the higher, every L at most that of the lower.
            let lower = self.effective_ridge(n, highest, largest);
            let most = self.squares(lower) + unlisted / kappa * largest / (largest + lower);
            let above = match most < n {
                true => n / (n - most) * missed - test_error.value,
                false => f64::INFINITY,
            };
            let below = test_error.value - overfitting * (self.missed(lower) + self.noise);
            test_error.error = above.max(below);
        }
        let all = self.modes.iter();
        Ok(Prediction {
            effective_ridge: kappa,
            learnability: all.map(|m| m.eigenvalue / (m.eigenvalue + kappa)).collect(),
            overfitting,
            test_error,
            train_error: (self.ridge / (n * kappa)).powi(2) * test_error.value,
        })
    }

    fn learnable(&self) -> impl Iterator<Item = &Modes> {
        self.modes.iter().filter(|m| m.eigenvalue > 0.0)
    }

    /// Σ L² of the listed modes.
    fn squares(&self, kappa: f64) -> f64 {
        let square = |m: &Modes| m.multiplicity / (1.0 + kappa / m.eigenvalue).powi(2);
        self.learnable().map(square).sum()
    }

    /// Σ (1 − L)²v².
    fn missed(&self, kappa: f64) -> f64 {
        let part = |m: &Modes| (kappa / (m.eigenvalue + kappa)).powi(2) * m.power;
        self.modes.iter().map(part).sum()
    }

    /// κ ≤ `highest` if all modes that are not listed have this eigenvalue.
    fn effective_ridge(&self, n: f64, highest: f64, eigenvalue: f64) -> f64 {
        let learned = |kappa: f64| -> f64 {
            let listed = self.learnable();
            let listed = listed.map(|m| m.multiplicity / (1.0 + kappa / m.eigenvalue));
            listed.sum::<f64>() + self.unlisted.0 / (eigenvalue + kappa)
        };
        let (mut low, mut high) = (f64::MIN_POSITIVE.ln(), highest.ln());
        for _ in 0..STEPS {
            let middle = 0.5 * (low + high);
            let kappa = middle.exp();
            if learned(kappa) + self.ridge / kappa > n {
                low = middle;
            } else {
                high = middle;
            }
        }
        (0.5 * (low + high)).exp()
    }
}
