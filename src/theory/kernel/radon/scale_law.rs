//! Drawn scales: the density times a power, and its moments below any scale.

use super::average::Average;
use super::chebyshev::{clenshaw, point, transform};
use super::rule::on;
use super::scale_range;
use crate::model::ensemble::ScaleLaw;
use crate::numerics::quadrature::GaussRule;

/// A panel of the table of moments, in standard deviations, and its Chebyshev points.
const TABLE: (f64, usize) = (0.125, 10);
/// The highest degree of a piece whose products' moments are kept.
pub(super) const DEGREE: usize = 3;

/// A law of scales and a power of them, s^p times the density.
#[derive(Debug)]
pub(super) struct ScaleDensity {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Of s^k e^{−s²/2σ²}, k and σ; `None` if the density is constant.
    density: Option<(f64, f64)>,
    power: i32,
    /// What makes it a density.
    norm: f64,
}

impl ScaleDensity {
    pub(super) fn new(average: &Average, power: i32, rule: &GaussRule) -> Self {
        let Average { dim, scale, .. } = *average;
        let (low, high) = scale_range(scale, dim);
        let mut law = Self {
            low,
            high,
            density: match scale {
                ScaleLaw::HalfNormal { std } => Some((0.0, std)),
                ScaleLaw::GaussianNorm { std } => Some((dim as f64 - 1.0, std)),
                _ => None,
            },
            power: 0,
            norm: 1.0,
        };
        let panels = law.panels(low, high, average.scale_panel());
        let mass: f64 = panels
            .flat_map(|(a, b)| on(a, b, rule))
            .map(|(s, w)| w * law.weight(s))
            .sum();
        law.norm = if low == high { 1.0 } else { 1.0 / mass };
        law.power = power;
        law
    }

    /// Relative to the largest density before it is normed, so that no logarithm is large where it matters.
    pub(super) fn weight(&self, s: f64) -> f64 {
        let power = s.powi(self.power) * self.norm;
        match self.density {
            None => power,
            Some((0.0, std)) => power * (-0.5 * (s / std).powi(2)).exp(),
            Some((k, std)) => {
                let ratio = s / (std * k.sqrt());
                power * (k * (ratio.ln() - 0.5 * (ratio - 1.0) * (ratio + 1.0))).exp()
            }
        }
    }

    /// The power of s that the weight starts with, if the law reaches 0.
    fn leading(&self) -> Option<i32> {
        let density = self.density.map_or(0, |(k, _)| k as i32);
        (self.low == 0.0).then_some(self.power + density)
    }

    /// Panels of equal width.
    pub(super) fn panels(
        &self,
        from: f64,
        to: f64,
        widest: f64,
    ) -> impl Iterator<Item = (f64, f64)> + use<> {
        let count = ((to - from) / widest).ceil().max(1.0) as usize;
        let at = move |i: usize| from + (to - from) * i as f64 / count as f64;
        (0..count).map(move |i| (at(i), at(i + 1)))
    }
}

/// E[s^{p+k}; s < S] as Chebyshev series on panels of equal width.
#[derive(Debug)]
pub(super) struct Moments {
    low: f64,
    /// Panels per unit.
    inverse: f64,
    /// Of every panel, those of every k.
    series: Vec<Vec<Vec<f64>>>,
    /// Of a law that reaches 0: the moments are kept in parts of this power of s over the panel's end, one more for every k, and so to their
    /// own size, since where offsets are far, moments of small scales are multiplied with as high powers of these.
    leading: Option<i32>,
}

/// Moments below a scale.
pub(super) type Below = [f64; 2 * DEGREE + 1];

impl Moments {
    /// `panel`: on which few nodes resolve the density.
    pub(super) fn new(law: &ScaleDensity, panel: f64, orders: usize, rule: &GaussRule) -> Self {
        let mut below = vec![0.0; orders];
        let panels: Vec<(f64, f64)> = law.panels(law.low, law.high, TABLE.0 * panel).collect();
        let leading = law.leading().map(|power| power + 1);
        let series = panels.iter().map(|&(from, to)| {
            let up_to = |s: f64| -> Vec<f64> {
                let mut sums = below.clone();
                for (s, w) in on(from, s, rule) {
                    let mut term = w * law.weight(s);
                    for sum in &mut sums {
                        *sum += term;
                        term *= s;
                    }
                }
                sums
            };
            let at = |i| from + 0.5 * (to - from) * (1.0 + point(i, TABLE.1));
            let mut values: Vec<Vec<f64>> = (0..TABLE.1).map(|i| up_to(at(i))).collect();
            for (i, values) in values.iter_mut().enumerate() {
                let Some(leading) = leading else { break };
                for (value, k) in values.iter_mut().zip(leading..) {
                    *value /= (at(i) / to).powi(k);
                }
            }
            below = up_to(to);
            let of = |k: usize| transform(&values.iter().map(|v| v[k]).collect::<Vec<f64>>());
            (0..orders).map(of).collect()
        });
        Self {
            series: series.collect(),
            leading,
            low: law.low,
            inverse: panels.len() as f64 / (law.high - law.low),
        }
    }

    pub(super) fn below(&self, s: f64) -> Below {
        let place = (s - self.low) * self.inverse;
        let panel = (place as usize).min(self.series.len() - 1);
        let x = 2.0 * (place - panel as f64) - 1.0;
        let mut below = Below::default();
        for (moment, series) in below.iter_mut().zip(&self.series[panel]) {
            *moment = clenshaw(series, x);
        }
        if let Some(leading) = self.leading {
            let part = place / (panel + 1) as f64;
            for (moment, k) in below.iter_mut().zip(leading..) {
                *moment *= part.powi(k);
            }
        }
        below
    }
}
