//! From √S to φ: the inverse transform at any z > 0, however slowly √S decays and however singular it is at 0.

use super::feasibility::{Amplitude, free_orders};
use crate::error::Result;
use crate::numerics::quadrature::{FilonPanel, FilonRule, gauss_legendre};
use crate::numerics::special::erfc;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Nodes of a panel.
const NODES: usize = 16;
/// The ratio of the ends of a panel: an algebraic function of ω is a polynomial of degree 15 there, to 1e−16.
const RATIO: f64 = 1.5;
/// Panels begin at this much of the low end of the band, and end this far above the high end.
const LOWEST: f64 = 1e-9;
const HIGHEST: f64 = 1e19;
/// Panels are halved until their last coefficients are this small, or this often.
const RESOLVED: f64 = 1e-14;
const DEEPEST: usize = 24;
/// A √S that needs more panels than this oscillates, or has kinks, without end.
const MOST_PANELS: usize = 1 << 15;
/// Below this much of the largest amplitude·ω nothing needs to be resolved.
const NEGLIGIBLE: f64 = 1e-22;
/// The window that ends the integral is centred at this/z, or at this times the high end of the band.
const WINDOW_PHASE: f64 = 400.0;
const WINDOW_BAND: f64 = 100.0;
/// Its width in ln ω. On the imaginary axis, to which the integral beyond could be turned, it has grown by
/// e^{(π/2)²/σ²} where e^{−ωz} has fallen by much more.
const WINDOW_WIDTH: f64 = 0.5;
/// Beyond this many widths the window is 0 or 1.
const WINDOW_REACH: f64 = 6.2;

/// One panel: its ends, the values at its nodes, its expansion.
#[derive(Clone, Debug)]
struct Panel {
    ends: (f64, f64),
    values: Vec<f64>,
    expansion: FilonPanel,
}

/// φ₊(z) = (1/π) f.p.∫₀^∞ √S(ω) e^{iωz} dω, z > 0: its real part is the even design, its imaginary part the
/// odd one, both modulo polynomials of degree < q.
///
/// # Method
/// Where ωz < 1: Gauss rules on e^{iωz} less its Taylor polynomial of degree q − 1, which makes the integral
/// converge at 0; from there on √S is expanded in Legendre polynomials on panels that grow with ω, whose
/// transforms are spherical Bessel functions, at any z; the Taylor polynomial from ωz = 1 to a fixed frequency is added. The
/// integral is ended by a smooth window in ln ω beyond the band, which leaves the Abel sum unchanged to rounding if √S is smooth
/// there.
#[derive(Clone, Debug)]
pub(super) struct Inversion {
    rule: FilonRule,
    panels: Vec<Panel>,
    /// `moments[j][i]` = ∫ √S ω^j dω from the reference frequency to the low end of panel i; the last one, to the top.
    moments: Vec<Vec<f64>>,
    free: usize,
    order_at_zero: f64,
    high: f64,
}

impl Inversion {
    pub(super) fn new(amplitude: &Amplitude, band: (f64, f64), order_at_zero: f64) -> Result<Self> {
        let rule = FilonRule::new(NODES);
        let mut panels = Vec::new();
        let mut largest = 0.0_f64;
        let (mut at, end) = (LOWEST * band.0, HIGHEST * band.1);
        while at < end {
            let next = RATIO * at;
            split(amplitude, &rule, (at, next), 0, &mut largest, &mut panels)?;
            at = next;
            let gone = |p: &Panel| p.values.iter().all(|a| a * next < 1e-40 * largest);
            if at > band.1 && panels.last().is_some_and(gone) {
                break;
            }
        }
        let free = free_orders(order_at_zero);
        let reference = (band.0 * band.1).sqrt();
        let moments = moments(&rule, &panels, free, reference);
        Ok(Self {
            rule,
            panels,
            moments,
            free,
            order_at_zero,
            high: band.1,
        })
    }

    /// φ₊(z), z > 0.
    pub(super) fn value(&self, z: f64) -> Complex64 {
        // The first panel that is transformed as a whole.
        let first = self.panels.partition_point(|p| p.ends.1 * z <= 1.0);
        let (below, above) = self.panels.split_at(first);
        let mut sum = self.beneath(z);
        let weights = gauss_legendre(NODES);
        for panel in below {
            let (middle, half) = middle_half(panel.ends);
            let nodes = self.rule.nodes().iter().zip(&weights.weights);
            for ((x, w), a) in nodes.zip(&panel.values) {
                sum += half * w * a * remainder(self.free, (middle + half * x) * z);
            }
        }
        let mut power = Complex64::ONE;
        for (j, moments) in self.moments.iter().enumerate() {
            sum += power * moments.get(first).copied().unwrap_or(0.0);
            power *= Complex64::new(0.0, z / (j as f64 + 1.0));
        }
        let centre = (WINDOW_PHASE / z).max(WINDOW_BAND * self.high);
        let reach = (WINDOW_REACH * WINDOW_WIDTH).exp();
        let mut bessel = [0.0; NODES];
        for panel in above {
            if panel.ends.0 > centre * reach {
                break;
            }
            sum += if panel.ends.1 < centre / reach {
                panel.expansion.integral(z, &mut bessel).0
            } else {
                let (middle, half) = middle_half(panel.ends);
                let nodes = self.rule.nodes().iter().zip(&panel.values);
                let windowed: Vec<f64> = nodes
                    .map(|(x, a)| {
                        let u = ((middle + half * x) / centre).ln() / WINDOW_WIDTH;
                        0.5 * erfc(u) * a
                    })
                    .collect();
                let expansion = self.rule.panel(middle, half, &windowed);
                expansion.integral(z, &mut bessel).0
            };
        }
        sum / PI
    }

    /// What lies below the lowest panel, where √S is a power: ∫ √S (iωz)^q/q! dω.
    fn beneath(&self, z: f64) -> Complex64 {
        let Some(lowest) = self.panels.first() else {
            return Complex64::ZERO;
        };
        let omega = lowest.ends.0;
        let (middle, half) = middle_half(lowest.ends);
        let node = middle + half * self.rule.nodes().first().copied().unwrap_or(-1.0);
        let value = lowest.values.first().copied().unwrap_or(0.0);
        let value = value * (node / omega).powf(self.order_at_zero);
        let integral = value * omega / (self.free as f64 + 1.0 - self.order_at_zero);
        let mut power = Complex64::ONE;
        for j in 1..=self.free {
            power *= Complex64::new(0.0, omega * z / j as f64);
        }
        integral * power
    }
}

fn middle_half((a, b): (f64, f64)) -> (f64, f64) {
    (0.5 * (a + b), 0.5 * (b - a))
}

/// Adds the panel, or its halves where it is not resolved.
fn split(
    amplitude: &Amplitude,
    rule: &FilonRule,
    ends: (f64, f64),
    depth: usize,
    largest: &mut f64,
    panels: &mut Vec<Panel>,
) -> Result<()> {
    let (middle, half) = middle_half(ends);
    let values: Result<Vec<f64>> = { rule.nodes().iter() }
        .map(|x| amplitude.value(middle + half * x))
        .collect();
    let values = values?;
    let size = values.iter().fold(0.0, |m: f64, a| m.max(*a));
    let expansion = rule.panel(middle, half, &values);
    *largest = largest.max(size * middle);
    let last: f64 = expansion.coefficients()[NODES - 2..]
        .iter()
        .map(|c| c.abs())
        .sum();
    if last > RESOLVED * size && depth < DEEPEST && size * half > NEGLIGIBLE * *largest {
        split(
            amplitude,
            rule,
            (ends.0, middle),
            depth + 1,
            largest,
            panels,
        )?;
        return split(
            amplitude,
            rule,
            (middle, ends.1),
            depth + 1,
            largest,
            panels,
        );
    }
    if panels.len() >= MOST_PANELS {
        return Err(amplitude.impossible(format!(
            "it has zeros, poles, kinks or oscillations without end at high frequencies ({MOST_PANELS} panels do not \
             resolve √S up to r = {:.3}); state it with a smooth, monotone continuation above the band",
            ends.0
        )));
    }
    panels.push(Panel {
        ends,
        values,
        expansion,
    });
    Ok(())
}

/// For each j < `free`: ∫ √S ω^j dω from the panel end nearest the reference to the low end of each panel, and to
/// the top.
fn moments(rule: &FilonRule, panels: &[Panel], free: usize, reference: f64) -> Vec<Vec<f64>> {
    let weights = gauss_legendre(NODES);
    let moment = |panel: &Panel, j: usize| -> f64 {
        let (middle, half) = middle_half(panel.ends);
        let nodes = rule.nodes().iter().zip(&weights.weights);
        let terms = nodes.zip(&panel.values);
        let sum: f64 = terms
            .map(|((x, w), a)| w * a * (middle + half * x).powi(j as i32))
            .sum();
        half * sum
    };
    let middle = panels.partition_point(|p| p.ends.0 < reference);
    let column = |j: usize| {
        let mut sums = vec![0.0; panels.len() + 1];
        for i in (0..middle).rev() {
            sums[i] = sums[i + 1] - moment(&panels[i], j);
        }
        for i in middle..panels.len() {
            sums[i + 1] = sums[i] + moment(&panels[i], j);
        }
        sums
    };
    (0..free).map(column).collect()
}

/// e^{ix} − Σ_{j<n} (ix)^j/j! for 0 ≤ x ≤ 1.
fn remainder(n: usize, x: f64) -> Complex64 {
    let mut term = Complex64::ONE;
    for j in 1..=n {
        term *= Complex64::new(0.0, x / j as f64);
    }
    let mut sum = term;
    for j in n + 1..n + 20 {
        term *= Complex64::new(0.0, x / j as f64);
        sum += term;
    }
    sum
}
