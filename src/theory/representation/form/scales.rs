//! α over laws of scales.

use super::super::band;
use super::super::regularisation::Regularisation;
use super::super::slices::{axis, ln_filter};
use super::super::source::{Source, slice};
use super::average::average;
use super::measure::{Kind, LineDensity, along};
use super::sight::{Multiplier, Sight, persistent, rough};
use crate::error::Result;
use crate::model::Activation;
use crate::model::ensemble::ScaleLaw;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::{Estimate, parallel};
use crate::theory::penalty::{Penalty, Seminorm};
use crate::theory::radon::Direction;
use std::f64::consts::PI;

/// Octaves of frequency below the band in which ln S is interpolated, and Chebyshev points in each.
const OCTAVES: usize = 28;
const POINTS: usize = 14;
/// The least scale looked at, relative to the law's own; what lies below is bounded by its power.
const LEAST: f64 = 1e-3;
/// Panels of the rule in ln s, and nodes of each.
const PANELS: usize = 4;
const NODES: [usize; 3] = [12, 18, 28];
const TOLERANCE: f64 = 1e-10;
/// α̂_s has ended where it stays below e^this times its peak.
const ENDED: f64 = -36.0;
/// Frequencies of a band are sought in steps of this ratio.
const RATIO: f64 = 1.08;

/// α̂_s = ρ conj(φ̂_s) ĥ/S at any scale.
pub(super) struct ScaleSight<'a> {
    source: &'a Source<'a>,
    dim: usize,
    activation: &'a Activation,
    law: ScaleLaw,
    band: f64,
    power: LogTable,
}

impl<'a> ScaleSight<'a> {
    /// Or why α has no finite cost.
    pub fn new(
        source: &'a Source<'a>,
        dim: usize,
        activation: &'a Activation,
        law: ScaleLaw,
        penalty: &'a Penalty,
    ) -> Result<std::result::Result<Self, String>> {
        if let Some(reason) = persistent(source) {
            return Ok(Err(reason));
        }
        let found = band::search(source, dim, activation, &Regularisation::none(), |omega| {
            Ok(-0.5 * penalty.power_spectrum(omega)?.ln)
        })?;
        let band = match found {
            Ok(band) => band,
            Err(endless) => return rough(endless).map(|rough| Err(rough.reason)),
        };
        Ok(Ok(Self {
            source,
            dim,
            activation,
            law,
            band,
            power: LogTable::new(penalty, band)?,
        }))
    }

    /// E_ξ∫∫ α²/ρ dγ ds.
    pub fn seminorm(&self) -> Result<Seminorm> {
        let single = matches!(self.source, Source::Radial(parts) if parts.len() <= 1);
        average(self.dim, single, |xi| self.along(xi))
    }

    /// ∫∫ α²/ρ dγ ds along a direction.
    fn along(&self, direction: &Direction) -> Result<Seminorm> {
        let (low, high) = self.range();
        let (from, to) = (low.ln(), high.ln());
        // s ρ(s) ∫(α_s/ρ)² dγ.
        let at = |u: f64| -> Result<Seminorm> {
            let s = u.exp();
            let rho = self.law.density(self.dim, s.clamp(low, high))?;
            Ok(self.at_scale(direction, s)?.scaled(s * rho))
        };
        let (mut before, mut moved_before) = (None, None);
        let mut total = Estimate::default();
        for n in NODES {
            let rule = gauss_legendre(n);
            let width = (to - from) / PANELS as f64;
            let mut nodes = Vec::with_capacity(n * PANELS);
            for i in 0..PANELS {
                let centre = from + (i as f64 + 0.5) * width;
                let pairs = rule.nodes.iter().zip(&rule.weights);
                nodes.extend(pairs.map(|(t, w)| (centre + 0.5 * width * t, 0.5 * width * w)));
            }
            let parts = parallel::map(nodes, |(u, w)| Ok(at(u)?.scaled(w)));
            let mut sum = Estimate::default();
            for part in parts {
                match part? {
                    Seminorm::Finite(part) => sum = sum + part,
                    infinite => return Ok(infinite),
                }
            }
            total = sum;
            if let Some(before) = before.replace(sum.value) {
                let moved = f64::abs(sum.value - before);
                // Gauss rules converge geometrically, and each takes more nodes beyond the last than that one did.
                let fall = moved_before
                    .replace(moved)
                    .map_or(0.5, |earlier: f64| (moved / earlier).min(0.5));
                total.error += moved * fall / (1.0 - fall);
                if moved <= TOLERANCE * sum.value {
                    break;
                }
            }
        }
        // Below the least scale the integrand continues as a power of s.
        if self.law.support().0 == 0.0 {
            match (at(from)?, at(from + 0.5)?) {
                (Seminorm::Finite(end), Seminorm::Finite(inner)) if end.value > 0.0 => {
                    let power = (inner.value / end.value).ln() / 0.5;
                    if power.is_nan() || power <= 0.05 {
                        return Ok(Seminorm::infinite(
                            "the neurons needed are of ever smaller scales: ∫α²/ρ diverges as s → 0",
                        ));
                    }
                    total.error += 2.0 * end.value / power;
                }
                _ => {}
            }
        }
        Ok(Seminorm::Finite(total))
    }

    /// The scales that count.
    fn range(&self) -> (f64, f64) {
        let (low, high) = self.law.support();
        match self.law {
            ScaleLaw::GaussianNorm { std } => (LEAST * std, std * ((self.dim as f64).sqrt() + 9.0)),
            ScaleLaw::HalfNormal { std } => (LEAST * std, 10.0 * std),
            _ => (low.max(LEAST * high), high),
        }
    }

    /// ∫(α_s/ρ)² dγ.
    fn at_scale(&self, direction: &Direction, s: f64) -> Result<Seminorm> {
        let Some(band) = self.band_at(s)? else {
            return Ok(Seminorm::Finite(Estimate::default()));
        };
        let multiplier = |omega: f64| -> Result<Multiplier> {
            let sample = self.activation.fourier(omega / s)?;
            let (ln, error) = self.power.at(omega);
            let factor = sample.value.conj() * ((sample.exponent - ln).exp() / s);
            let lost = sample.value_error / sample.value.norm().max(f64::MIN_POSITIVE);
            Ok((factor, lost + error + 8.0 * f64::EPSILON))
        };
        let sight = Sight::of(self.source, self.dim, band, false, None, &multiplier)?;
        let density = LineDensity {
            law: None,
            direction: direction.as_slice(),
            constant: 1.0,
        };
        let cells = along(&sight.along(direction)?, &density, Kind::Square, &[], &[])?;
        Ok(cells.total())
    }

    /// Where α̂_s has ended, at the band of all scales at the latest.
    fn band_at(&self, s: f64) -> Result<Option<f64>> {
        let direction = axis(self.dim)?;
        let mut seen = Vec::new();
        let mut omega = self.band;
        while omega > self.band * 0.5f64.powi(OCTAVES as i32) {
            let (f, error, ln) = slice(self.source, &direction, omega)?;
            let sample = self.activation.fourier(omega / s)?;
            let ln = ln.unwrap_or_else(|| f.norm().max(error).ln())
                + ln_filter(self.dim, omega)
                + sample.value.norm().ln()
                + sample.exponent
                - self.power.at(omega).0;
            seen.push((omega, ln));
            omega /= RATIO;
        }
        let peak = seen
            .iter()
            .map(|(_, ln)| *ln)
            .fold(f64::NEG_INFINITY, f64::max);
        let first = seen.iter().position(|(_, ln)| *ln > peak + ENDED);
        Ok(first.map(|i| seen.get(i.saturating_sub(1)).map_or(self.band, |s| s.0)))
    }
}

/// ln S(ω) up to a band, by Chebyshev interpolation in ln ω, octave by octave.
struct LogTable {
    band: f64,
    /// Coefficients of each octave, from the band downwards, with a bound on the error.
    octaves: Vec<(Vec<f64>, f64)>,
}

impl LogTable {
    fn new(penalty: &Penalty, band: f64) -> Result<Self> {
        let octave = |i: usize| -> Result<(Vec<f64>, f64)> {
            let mut values = Vec::with_capacity(POINTS);
            let mut error = 0.0f64;
            for j in 0..POINTS {
                let t = (PI * (j as f64 + 0.5) / POINTS as f64).cos();
                let power = penalty.power_spectrum(band * (0.5 * (t - 1.0) - i as f64).exp2())?;
                values.push(power.ln);
                error = error.max(power.relative_error);
            }
            let coefficients: Vec<f64> = (0..POINTS)
                .map(|n| {
                    let terms = values
                        .iter()
                        .enumerate()
                        .map(|(j, v)| v * (PI * n as f64 * (j as f64 + 0.5) / POINTS as f64).cos());
                    terms.sum::<f64>() * if n == 0 { 1.0 } else { 2.0 } / POINTS as f64
                })
                .collect();
            let tail: f64 = coefficients.iter().rev().take(2).map(|c| c.abs()).sum();
            Ok((coefficients, error + tail))
        };
        let octaves = parallel::map((0..=OCTAVES).collect(), octave);
        Ok(Self {
            band,
            octaves: octaves.into_iter().collect::<Result<_>>()?,
        })
    }

    /// ln S and a bound on its error; below the table the last octave is continued.
    fn at(&self, omega: f64) -> (f64, f64) {
        let depth = (self.band / omega).log2().max(0.0);
        let i = (depth as usize).min(OCTAVES);
        let t = 1.0 - 2.0 * (depth - i as f64);
        let Some((coefficients, error)) = self.octaves.get(i) else {
            return (f64::NAN, f64::INFINITY);
        };
        // Clenshaw.
        let (mut b1, mut b2) = (0.0, 0.0);
        for c in coefficients.iter().skip(1).rev() {
            (b1, b2) = (2.0 * t * b1 - b2 + c, b1);
        }
        let first = coefficients.first().copied().unwrap_or(f64::NAN);
        (first + t * b1 - b2, *error)
    }
}
