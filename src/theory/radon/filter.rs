//! The ramp filter |∂_γ|^p, p = d − 1, of equally spaced samples.

use crate::error::{Error, Result, positive};
use num_complex::Complex64;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::str::FromStr;
use std::sync::Arc;

/// What a filter does to the frequencies below the highest one, ω_N = π/h; u = |ω|/ω_N.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// 1: the ramp itself (Ramachandran & Lakshminarayanan 1971).
    #[default]
    RamLak,
    /// sin(πu/2)/(πu/2) (Shepp & Logan 1974).
    SheppLogan,
    /// cos(πu/2).
    Cosine,
    /// 0.54 + 0.46 cos πu.
    Hamming,
    /// ½ + ½ cos πu.
    Hann,
}

impl Window {
    /// The names that [`Window::from_str`] reads, with their windows.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("ram-lak", Self::RamLak),
        ("shepp-logan", Self::SheppLogan),
        ("cosine", Self::Cosine),
        ("hamming", Self::Hamming),
        ("hann", Self::Hann),
    ];

    /// The factor at u ∈ [0, 1].
    pub fn response(self, u: f64) -> f64 {
        let quarter = 0.5 * PI * u;
        match self {
            Self::RamLak => 1.0,
            Self::SheppLogan if quarter == 0.0 => 1.0,
            Self::SheppLogan => quarter.sin() / quarter,
            Self::Cosine => quarter.cos(),
            Self::Hamming => 0.54 + 0.46 * (PI * u).cos(),
            Self::Hann => 0.5 + 0.5 * (PI * u).cos(),
        }
    }
}

impl FromStr for Window {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::NAMED.iter().find(|(name, _)| *name == text.trim());
        known
            .map(|(_, window)| *window)
            .ok_or_else(|| Error::UnknownName {
                kind: "filter",
                name: text.chars().take(40).collect(),
                hint: format!("known: {}", Self::NAMED.map(|(name, _)| name).join(", ")),
            })
    }
}

/// The filter of one number of samples, planned once.
///
/// # Method
/// Linear convolution, by FFT, with the band-limited kernel h^{−p} κ(n), κ(n) = (1/π) ∫₀^π ω^p cos(nω) dω: exact for a
/// function without frequencies beyond π/h that vanishes off the samples, with no bias at frequency 0.
#[derive(Clone)]
pub struct RampFilter {
    samples: usize,
    margin: usize,
    response: Vec<f64>,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

/// The kernel is integrated by parts p times; beyond this the terms cancel.
const HIGHEST_POWER: usize = 12;

impl RampFilter {
    /// |∂_γ|^p of so many samples at distance `spacing`; the result extends by `margin` samples beyond either end.
    ///
    /// # Errors
    /// No samples, a spacing that is not > 0, p > 12, sizes beyond memory.
    pub fn new(
        samples: usize,
        margin: usize,
        spacing: f64,
        power: usize,
        window: Window,
    ) -> Result<Self> {
        let spacing = positive("spacing", spacing)?;
        if samples == 0 {
            return Err(Error::invalid("samples", "at least one", 0));
        }
        if power > HIGHEST_POWER {
            return Err(Error::invalid("power", "at most 12", power));
        }
        let reach = samples.saturating_add(margin);
        let length = reach.saturating_add(reach).checked_next_power_of_two();
        let Some(length) = length.filter(|n| *n <= 1 << 26) else {
            return Err(Error::invalid("samples", "at most 2^24", samples));
        };
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(length);
        let inverse = planner.plan_fft_inverse(length);
        let mut kernel = vec![Complex64::default(); length];
        for n in 0..reach {
            let value = Complex64::from(band_limited(power, n));
            kernel[n] = value;
            if n > 0 {
                kernel[length - n] = value;
            }
        }
        forward.process(&mut kernel);
        let scale = spacing.powi(-(power as i32)) / length as f64;
        let response = kernel.iter().enumerate().map(|(m, value)| {
            let u = m.min(length - m) as f64 / (0.5 * length as f64);
            value.re * window.response(u) * scale
        });
        Ok(Self {
            samples,
            margin,
            response: response.collect(),
            forward,
            inverse,
        })
    }

    /// The number of samples that it filters.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The number of samples that it gives: the margins included.
    pub fn len(&self) -> usize {
        self.samples + 2 * self.margin
    }

    /// Whether it gives none; it always gives some.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Filters two rows at once, as the real and imaginary part of one.
    ///
    /// # Errors
    /// Rows of another length than [`RampFilter::samples`].
    pub fn pair(&self, first: &[f64], second: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
        for row in [first, second] {
            if row.len() != self.samples {
                return Err(Error::shape(
                    "samples",
                    format!("{} of them", self.samples),
                    row.len(),
                ));
            }
        }
        let length = self.response.len();
        let mut values = vec![Complex64::default(); length];
        for (slot, (a, b)) in values.iter_mut().zip(first.iter().zip(second)) {
            *slot = Complex64::new(*a, *b);
        }
        self.forward.process(&mut values);
        for (value, response) in values.iter_mut().zip(&self.response) {
            *value *= *response;
        }
        self.inverse.process(&mut values);
        values.rotate_right(self.margin);
        values.truncate(self.len());
        Ok(values.iter().map(|v| (v.re, v.im)).unzip())
    }

    /// Filters one row.
    ///
    /// # Errors
    /// As [`RampFilter::pair`].
    pub fn apply(&self, row: &[f64]) -> Result<Vec<f64>> {
        let nothing = vec![0.0; row.len()];
        self.pair(row, &nothing).map(|(first, _)| first)
    }
}

/// (1/π) ∫₀^π ω^p cos(nω) dω, by parts: C_p = −(p/n) S_{p−1}, S_p = −π^{p−1} cos(nπ)/n + (p/n) C_{p−1}.
fn band_limited(power: usize, n: usize) -> f64 {
    if n == 0 {
        return PI.powi(power as i32) / (power as f64 + 1.0);
    }
    if power == 0 {
        return 0.0;
    }
    let sign = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
    let inverse = 1.0 / n as f64;
    let (mut cosine, mut sine) = (0.0, (1.0 - sign) * inverse / PI);
    for p in 1..=power {
        let factor = p as f64 * inverse;
        let next = -factor * sine;
        sine = -PI.powi(p as i32 - 1) * sign * inverse + factor * cosine;
        cosine = next;
    }
    cosine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::quadrature::{Tolerance, integrate};

    #[test]
    fn kernels_are_their_integrals() {
        for power in 0..=6 {
            for n in [0_usize, 1, 2, 3, 8, 31] {
                let f = |w: f64| w.powi(power as i32) * (n as f64 * w).cos() / PI;
                let expected = integrate(f, 0.0, PI, &[], &Tolerance::relative(1e-13));
                let found = band_limited(power, n);
                let size = PI.powi(power as i32);
                assert!((found - expected.value).abs() < 1e-13 * size, "{power} {n}");
            }
        }
    }
}
