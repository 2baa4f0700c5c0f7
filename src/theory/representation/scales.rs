//! The density over directions, offsets and scales.

use super::domain::expect_ray;
use super::slices::{Slices, axis};
use super::source::Source;
use super::{Regularisation, band, waves};
use crate::data::Target;
use crate::error::{Error, Result, positive};
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use crate::numerics::{Estimate, parallel};
use crate::theory::penalty::{LogEstimate, Penalty};
use crate::theory::radon::Direction;
use num_complex::Complex64;

/// The minimum-norm density over neurons whose scales have a law with density ρ: f(x) = E_ξ ∫∫ α(ξ,γ,s) φ(s(⟨ξ,x⟩−γ)) dγ ds, modulo
/// polynomials, with
///
/// α̂_s = ρ(s) conj(φ̂_s) ĥ/S, S(ω) = ∫ρ|φ̂_s|² ds, φ̂_s(ω) = φ̂(ω/s)/s:
///
/// of all such α the one with the least E_ξ∫∫ |α|²/ρ dγ ds. Regularised as asked, with S in the place of |φ̂_s|². Frequencies at which one scale
/// is blind are seen by others: no zero of φ̂ is in the way.
///
/// # Accuracy
/// As the power spectrum ([`Penalty::power_spectrum`]) and the quadrature in frequency; the error is stated.
pub struct ScaleDensity<'a> {
    activation: Activation,
    dim: usize,
    law: ScaleLaw,
    extent: f64,
    band: f64,
    slices: Slices<'a>,
    /// ln(S + λ) with its relative error, and the window.
    power: Vec<(LogEstimate, f64)>,
    /// What doubling the frequencies moved, relative to Σ|waves|.
    moved: f64,
}

/// Relative rounding of a sum of waves, per radian of the largest phase.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

impl<'a> ScaleDensity<'a> {
    /// The density of a target, for offsets |γ| ≤ `extent`.
    ///
    /// # Errors
    /// A fixed scale, which has no density of scales (use [`super::RepresentingDensity`]); a function too rough, as there; activations
    /// with lines only; a law for which S does not exist.
    pub fn of_target(
        target: &'a dyn Target,
        activation: &Activation,
        law: ScaleLaw,
        extent: f64,
        regularisation: Regularisation,
    ) -> Result<Self> {
        positive("extent", extent)?;
        law.validate()?;
        let dim = target.dim();
        if let Some(scale) = law.fixed() {
            return Err(Error::undefined(
                "density of the scales",
                format!("all scales equal {scale}: use the density at one scale"),
            ));
        }
        band::check(activation, 1.0, &regularisation.tikhonov(1.0)?, 0.0)?;
        let (source, _) = Source::of_target(target)?;
        let ensemble = Ensemble::RadonSpline {
            offset: OffsetLaw::Unbounded,
            scale: law,
        };
        let rates = LearningRates::train(&[Group::Output])?;
        let penalty = Penalty::new(&Shallow::new(activation.clone(), dim, ensemble, rates)?)?;
        let power = |omega: f64| -> Result<LogEstimate> {
            let mut power = penalty.power_spectrum(omega)?;
            if regularisation.lambda() > 0.0 {
                let (a, b) = (power.ln, regularisation.lambda().ln());
                power.ln = a.max(b) + (-(a - b).abs()).exp().ln_1p();
            }
            Ok(power)
        };
        // ∫|α̂_s|²/ρ ds = |ĥ|²/S: α has ended where that has.
        let band = band::band(&source, dim, activation, &regularisation, |omega| {
            Ok(-0.5 * power(omega)?.ln)
        })?;
        let mut density = Self {
            activation: activation.clone(),
            dim,
            law,
            extent,
            band,
            slices: Slices::new(&source, dim, band, extent)?,
            power: Vec::new(),
            moved: 0.0,
        };
        let mut before = None;
        for times in [1.0, 2.0] {
            let length = times * (extent + density.slices.extent());
            density.slices = Slices::new(&source, dim, band, length)?;
            let frequencies = density.slices.frequencies.clone();
            let powers = parallel::map(frequencies, |omega| {
                Ok((power(omega)?, regularisation.window_at(omega)))
            });
            density.power = powers.into_iter().collect::<Result<_>>()?;
            let (direction, scale) = (axis(dim)?, law.moment(dim, 1.0));
            let probe = |density: &Self| -> Result<(Vec<f64>, f64)> {
                let (coefficients, _) = density.waves(&direction, scale)?;
                let places = [0.0, 0.4 * extent, -extent];
                let at = |u: &f64| waves::sum(&density.slices.frequencies, &coefficients, *u);
                Ok((places.iter().map(at).collect(), waves::size(&coefficients)))
            };
            let (now, size) = probe(&density)?;
            if let Some(before) = before.replace(now.clone()) {
                let differences = now
                    .iter()
                    .zip(&before)
                    .map(|(a, b): (&f64, &f64)| (a - b).abs());
                let largest = differences.fold(0.0, f64::max);
                density.moved = if size > 0.0 { largest / size } else { 0.0 };
            }
        }
        Ok(density)
    }

    /// The waves of α along a direction at one scale, with a bound on the error of their sum.
    fn waves(&self, direction: &Direction, scale: f64) -> Result<(Vec<Complex64>, f64)> {
        let h = self.slices.along(direction)?;
        let rho = self.law.density(self.dim, scale)?;
        let mut error = 0.0;
        let mut coefficients = Vec::with_capacity(h.len());
        let cells = h.iter().zip(&self.power).zip(&self.slices.frequencies);
        for (((h, (power, window)), omega), lost) in cells.zip(&self.slices.errors) {
            let sample = self.activation.fourier(omega / scale)?;
            let factor = rho * window / scale * (sample.exponent - power.ln).exp();
            let inverse = sample.value.conj() * factor;
            let wave = if h.norm() == 0.0 {
                Complex64::default()
            } else {
                h * inverse
            };
            if !wave.is_finite() {
                return Err(Error::undefined(
                    "representing density",
                    format!(
                        "1/S leaves the range of doubles at frequency {omega}; give a band limit"
                    ),
                ));
            }
            error += lost * inverse.norm()
                + h.norm() * factor * sample.value_error
                + wave.norm() * power.relative_error;
            coefficients.push(wave);
        }
        Ok((coefficients, error))
    }

    /// α(ξ,γ,s), ρ included.
    ///
    /// # Errors
    /// A direction of another dimension; an offset beyond the extent; a scale that is not > 0.
    pub fn at(&self, direction: &Direction, offset: f64, scale: f64) -> Result<Estimate> {
        expect_ray(direction, self.dim, offset, self.extent)?;
        positive("scale", scale)?;
        let (coefficients, lost) = self.waves(direction, scale)?;
        let value = waves::sum(&self.slices.frequencies, &coefficients, offset);
        let phase = 1.0 + self.band * (self.extent + self.slices.extent());
        let size = waves::size(&coefficients);
        Ok(Estimate::new(
            value,
            lost + size * (self.moved + ROUNDING * phase),
        ))
    }

    /// Ω, beyond which α̂ is 0 or below rounding.
    pub fn band(&self) -> f64 {
        self.band
    }

    /// ρ.
    pub fn law(&self) -> ScaleLaw {
        self.law
    }
}
