//! Piecewise polynomials, uniform offsets and drawn scales: integrals over the angle to the difference of the points, the offset and the scale.

use super::average::Average;
use super::rule::on;
use super::scale_range;
use crate::model::activation::Parity;
use crate::model::ensemble::ScaleLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, Tolerance, gauss_legendre, integrate_estimates};
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::kernel::inner;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// Gauss points on a panel of scales, on which the integrand is a polynomial times the density.
const POINTS: usize = 16;
/// The widest panel of scales, in standard deviations.
const WIDEST: f64 = 2.5;
/// Scales of less than this part of the largest density are left out.
const NEGLIGIBLE: f64 = 1e-19;
/// Steps in which these are looked for.
const STEPS: i32 = 128;
/// Relative, of the integral over the angle and of that over the offsets.
const TOLERANCE: (f64, f64) = (2e-11, 4e-12);
/// Relative error of the rule over the scales.
const RULE: f64 = 1e-13;

/// coefficient·E[s^p ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor], γ uniform on [−R, R].
///
/// With ξ = sin φ δ/‖δ‖ + cos φ η, δ = x − x′, t = ‖δ‖ sin φ, m = ⟨ξ, x+x′⟩/2 = a + cη₁ and γ = m − y it is
/// E_φ (2R)^{−1} ∫ q(y, t) P(|m − y| < R) dy, q(y, t) = E_s[s^p ψ(s(y + t/2)) ψ(s(y − t/2))]: of polynomials in s between
/// the scales at which a knot is met.
#[derive(Debug)]
pub(crate) struct MixtureKernel {
    average: Average,
    radius: f64,
    /// Scales that matter, cut into panels on which their density is resolved.
    scales: Vec<f64>,
    /// ln of what the density is to s^k e^{−s²/2σ²}, k and σ; `None` if it is constant.
    density: Option<(f64, f64, f64)>,
    rule: Arc<GaussRule>,
}

impl MixtureKernel {
    /// For a piecewise polynomial and drawn scales.
    pub(crate) fn new(average: Average, radius: f64) -> Self {
        let Average { dim, scale, .. } = average;
        let density = match scale {
            ScaleLaw::HalfNormal { std } => Some((0.0, std)),
            ScaleLaw::GaussianNorm { std } => Some((dim as f64 - 1.0, std)),
            _ => None,
        };
        let density = density.map(|(k, std)| {
            let s = std * (k + 1.0).sqrt();
            let at = scale.density(dim, s).unwrap_or(0.0);
            (at.ln() - log_density(k, std, s), k, std)
        });
        let (low, high) = scale_range(scale, dim);
        let at = |i: i32| low + (high - low) * f64::from(i) / f64::from(STEPS);
        let of = |i: i32| scale.density(dim, at(i)).unwrap_or(0.0);
        let largest = (0..=STEPS).map(of).fold(0.0, f64::max);
        let matter = |i: &i32| of(*i) > NEGLIGIBLE * largest;
        let first = (0..=STEPS).find(matter).unwrap_or(0);
        let last = (0..=STEPS).rfind(matter).unwrap_or(STEPS);
        let (low, high) = (at((first - 1).max(0)), at((last + 1).min(STEPS)));
        let count = ((high - low) / (WIDEST * average.scale_panel()))
            .ceil()
            .max(1.0) as usize;
        let cut = |i: usize| low + (high - low) * i as f64 / count as f64;
        Self {
            scales: (0..=count).map(cut).collect(),
            average,
            radius,
            density,
            rule: gauss_legendre(POINTS),
        }
    }

    /// The law's density at one of the scales that matter.
    fn density(&self, s: f64) -> f64 {
        match (self.density, self.average.scale) {
            (Some((shift, k, std)), _) => (shift + log_density(k, std, s)).exp(),
            (None, ScaleLaw::Uniform { low, high }) => 1.0 / (high - low),
            _ => 1.0,
        }
    }

    /// q(y, t).
    fn product(&self, y: f64, t: f64) -> Estimate {
        let (psi, power) = (&self.average.psi, self.average.term.power);
        let (a, b) = (y + 0.5 * t, y - 0.5 * t);
        let mut cuts = self.scales.clone();
        let (low, high) = (self.scales[0], self.scales[self.scales.len() - 1]);
        let met = psi.kinks.iter().flat_map(|z| [z / a, z / b]);
        cuts.extend(met.filter(|s| *s > low && *s < high));
        cuts.sort_unstable_by(f64::total_cmp);
        let (mut value, mut size) = (0.0, 0.0);
        for pair in cuts.windows(2) {
            let middle = 0.5 * (pair[0] + pair[1]);
            if pair[0] == pair[1] || psi.value(middle * a) * psi.value(middle * b) == 0.0 {
                // A piece of zeros, or by chance a zero: then elsewhere not.
                let s = 0.9 * pair[0] + 0.1 * pair[1];
                if psi.value(s * a) * psi.value(s * b) == 0.0 {
                    continue;
                }
            }
            for (s, w) in on(pair[0], pair[1], &self.rule) {
                let weight = w * self.density(s) * s.powi(power);
                let term = weight * psi.value(s * a) * psi.value(s * b);
                value += term;
                size += term.abs();
            }
        }
        Estimate::new(value, RULE * size)
    }

    pub(crate) fn pair(&self, x: &[f64], y: &[f64]) -> Estimate {
        let Average { dim, term, .. } = self.average;
        let product = inner(x, y);
        let delta: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        let centre: Vec<f64> = x.iter().zip(y).map(|(a, b)| 0.5 * (a + b)).collect();
        let apart = inner(&delta, &delta).sqrt();
        let along = match apart > 0.0 {
            true => inner(&delta, &centre) / apart,
            false => inner(&centre, &centre).sqrt(),
        };
        let across = match apart > 0.0 {
            true => {
                let rest = delta.iter().zip(&centre);
                let rest = rest.map(|(d, c)| (c - along * d / apart).powi(2));
                rest.sum::<f64>().sqrt()
            }
            false => 0.0,
        };
        let at = |phi: f64| {
            let (sin, cos) = phi.sin_cos();
            let law = Middle {
                dim,
                mean: along * sin,
                width: across * cos,
            };
            self.over_offsets(&law, apart * sin, product)
        };
        let value = if dim == 1 {
            at(FRAC_PI_2)
        } else {
            let power = i32::try_from(dim - 2).unwrap_or(i32::MAX);
            let tolerance = Tolerance::relative(TOLERANCE.0);
            // Where a gap of knots at the law's ends is reached.
            let splits: Vec<f64> = self
                .ends()
                .flat_map(|s| self.average.psi.gaps(s))
                .filter(|gap| *gap > 0.0 && *gap < apart)
                .map(|gap| (gap / apart).asin())
                .collect();
            let f = |phi: f64| at(phi) * phi.cos().powi(power);
            let integral = integrate_estimates(f, 0.0, FRAC_PI_2, &splits, &tolerance);
            integral.estimate() * ((dim - 1) as f64 * sphere_moment(dim, 1.0))
        };
        value * term.coefficient
    }

    /// The ends of a law of scales that has ends.
    fn ends(&self) -> impl Iterator<Item = f64> {
        let ends = match self.average.scale {
            ScaleLaw::Uniform { low, high } => [low, high],
            _ => [0.0, 0.0],
        };
        ends.into_iter().filter(|s| *s > 0.0)
    }

    /// (2R)^{−1} ∫ q(y, t) E[factor; |m − y| < R] dy, the mean over ±m.
    fn over_offsets(&self, law: &Middle, t: f64, product: f64) -> Estimate {
        let (r, half) = (self.radius, 0.5 * t);
        let factor = self.average.term.factor;
        let share = |y: f64| {
            let one = law.moments(-r - y, r - y);
            let two = law.moments(y - r, y + r);
            let [all, square] = [one[0] + two[0], one[1] + two[1]].map(|p| 0.5 * p);
            // ⟨x,x′⟩ − uv with uv = m² − t²/4.
            match factor {
                super::Factor::One => all,
                super::Factor::Inner => product * all,
                super::Factor::Tangent => (product + half * half) * all - square,
            }
        };
        let mut splits = vec![0.0, -half, half];
        let reach = law.mean.abs() + law.width;
        for m in [law.mean - law.width, law.mean + law.width] {
            splits.extend([-r - m, r - m, m - r, m + r]);
        }
        for s in self.ends() {
            let kinks = self.average.psi.kinks.iter();
            splits.extend(kinks.flat_map(|z| [z / s - half, z / s + half]));
        }
        let tolerance = Tolerance::relative(TOLERANCE.1);
        // The share is even in y, and so is q of an even or odd feature.
        let mirrored = self.average.psi.activation.parity() != Parity::None;
        let both = |y: f64| match mirrored {
            true => self.product(y, t) * 2.0,
            false => self.product(y, t) + self.product(-y, t),
        };
        let f = |y: f64| match share(y) {
            0.0 => Estimate::default(),
            share => both(y) * share,
        };
        let splits: Vec<f64> = splits.into_iter().map(f64::abs).collect();
        let integral = integrate_estimates(f, 0.0, r + reach, &splits, &tolerance);
        integral.estimate() * (0.5 / r)
    }
}

/// ln s^k e^{−s²/2σ²}.
fn log_density(k: f64, std: f64, s: f64) -> f64 {
    let power = if k == 0.0 { 0.0 } else { k * s.ln() };
    power - 0.5 * (s / std).powi(2)
}

/// The law of m = mean + width·η, η with density ∝ (1−η²)^{(d−4)/2}.
struct Middle {
    dim: usize,
    mean: f64,
    width: f64,
}

impl Middle {
    /// E[1; low < m < high] and E[m²; low < m < high].
    fn moments(&self, low: f64, high: f64) -> [f64; 2] {
        let Self { mean, width, .. } = *self;
        if mean - width >= low && mean + width <= high {
            let square = match self.dim {
                1 => 0.0,
                d => 1.0 / (d - 1) as f64,
            };
            return [1.0, mean * mean + width * width * square];
        }
        if mean + width <= low || mean - width >= high {
            return [0.0, 0.0];
        }
        let (a, b) = (
            self.below((low - mean) / width),
            self.below((high - mean) / width),
        );
        let [all, first, second] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
        let square = mean * mean * all + 2.0 * mean * width * first + width * width * second;
        [all, square]
    }

    /// E[η^k; η < h], k ≤ 2: with η = sin χ, n = d − 3 and ∫cosⁿ = cosⁿ⁻¹ sin/n + (n−1)/n ∫cosⁿ⁻².
    fn below(&self, h: f64) -> [f64; 3] {
        if self.dim <= 2 {
            return match h {
                h if h <= -1.0 => [0.0; 3],
                h if h <= 1.0 => [0.5, -0.5, 0.5],
                _ => [1.0, 0.0, 1.0],
            };
        }
        let n = self.dim - 3;
        let h = h.clamp(-1.0, 1.0);
        let square = (1.0 - h) * (1.0 + h);
        let cos = square.sqrt();
        let (mut k, mut whole, mut part) = match n % 2 {
            0 => (0, FRAC_PI_2, h.asin()),
            _ => (1, 1.0, h),
        };
        // cosᵏ⁺¹.
        let mut power = if k == 0 { cos } else { square };
        while k < n {
            k += 2;
            let share = (k - 1) as f64 / k as f64;
            part = power * h / k as f64 + share * part;
            whole *= share;
            power *= square;
        }
        let (n, mass) = (n as f64, 0.5 / whole);
        let all = 0.5 + part * mass;
        [
            all,
            -power * mass / (n + 1.0),
            (all - power * h * mass) / (n + 2.0),
        ]
    }
}
