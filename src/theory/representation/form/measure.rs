//! ∫α²/p and ∫|α| along one direction, between offsets and beyond them.

use super::line::{Line, Visible};
use crate::error::Result;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate, integrate_estimates};
use crate::theory::penalty::Seminorm;
use crate::theory::penalty::homogeneous::HomogeneousLaw;
use crate::theory::radon::Direction;
use std::cell::{Cell, RefCell};

/// What is integrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// α²/p.
    Square,
    /// |α|.
    Modulus,
}

/// p along one direction.
pub(super) struct LineDensity<'a> {
    /// `None`: the constant everywhere.
    pub law: Option<&'a HomogeneousLaw>,
    pub direction: &'a [f64],
    pub constant: f64,
}

impl LineDensity<'_> {
    fn at(&self, offset: f64) -> f64 {
        match self.law {
            // Places of a quadrature are finite, where the density is known.
            Some(law) => law
                .density(self.direction, offset)
                .map_or(f64::NAN, |p| p.value),
            None => self.constant,
        }
    }
}

/// The cost below the first offset, between each two, and above the last; or why it is infinite.
pub(super) struct Cells {
    pub parts: Vec<Estimate>,
    infinite: Option<String>,
}

impl Cells {
    pub fn total(&self) -> Seminorm {
        match &self.infinite {
            Some(reason) => Seminorm::infinite(reason),
            None => Seminorm::Finite(self.parts.iter().copied().sum()),
        }
    }
}

/// Integrals aim at this part of the whole.
const TOLERANCE: f64 = 1e-12;
/// A range that decays must fall faster than |γ|^{−this}.
const SLOWEST: f64 = 1.02;
/// The expansion is integrated out to 1/this times its beginning, and continued as a power.
const FARTHEST: f64 = 1e-5;
/// The relative error of p and of the sums.
const ROUNDING: f64 = 1e-12;

pub(super) fn along(
    line: &Line,
    density: &LineDensity,
    kind: Kind,
    breaks: &[f64],
    offsets: &[f64],
) -> Result<Cells> {
    let mut cells = Cells {
        parts: vec![Estimate::default(); offsets.len() + 1],
        infinite: None,
    };
    let Some(visible) = line.visible() else {
        return Ok(cells);
    };
    let outside = Cell::new(None);
    let cost = |gamma: f64| -> Estimate {
        let alpha = line.at(gamma);
        if kind == Kind::Modulus {
            return Estimate::new(alpha.value.abs(), alpha.error);
        }
        square(alpha, density.at(gamma)).unwrap_or_else(|| {
            outside.set(outside.get().or(Some(gamma)));
            Estimate::default()
        })
    };
    let bin = |gamma: f64| offsets.iter().filter(|o| **o <= gamma).count();
    let mut edges = mesh(line, &visible);
    edges.extend(breaks.iter().chain(offsets));
    let edges = within(edges, visible.low, visible.high);
    let whole = integrate_estimates(
        cost,
        visible.low,
        visible.high,
        &edges,
        &Tolerance::relative(if offsets.is_empty() { TOLERANCE } else { 1e-2 }),
    );
    if offsets.is_empty() {
        add(&mut cells.parts, 0, whole.estimate());
    } else {
        let tolerance = Tolerance {
            absolute: TOLERANCE * whole.value / edges.len().max(1) as f64,
            relative: TOLERANCE,
            ..Tolerance::default()
        };
        for (a, b) in edges.iter().zip(edges.iter().skip(1)) {
            let part = integrate_estimates(cost, *a, *b, &[], &tolerance).estimate();
            add(&mut cells.parts, bin(0.5 * (a + b)), part);
        }
    }
    for side in [-1.0, 1.0] {
        if outside.get().is_some() {
            break;
        }
        match beyond(line, &visible, side, density, &cost, offsets) {
            Ok(parts) => {
                for (at, part) in parts {
                    add(&mut cells.parts, bin(at), part);
                }
            }
            Err(reason) => cells.infinite = Some(reason),
        }
    }
    if let Some(gamma) = outside.get() {
        let bound = density.law.and_then(HomogeneousLaw::offset_bound);
        cells.infinite = Some(out_of_reach(gamma, bound));
    }
    for part in &mut cells.parts {
        part.error += ROUNDING * part.value;
    }
    Ok(cells)
}

/// α²/p at offsets.
pub(super) fn densities(line: &Line, density: &LineDensity, offsets: &[f64]) -> Vec<Estimate> {
    let at = |gamma: &f64| square(line.at(*gamma), density.at(*gamma)).unwrap_or_default();
    offsets.iter().map(at).collect()
}

/// α²/p; nothing where α is seen and p = 0.
fn square(alpha: Estimate, p: f64) -> Option<Estimate> {
    let (size, error) = (alpha.value.abs(), alpha.error);
    if p == 0.0 {
        return (size <= 2.0 * error).then(Estimate::default);
    }
    Some(Estimate::new(
        size / p * size,
        (2.0 * size + error) * error / p,
    ))
}

/// Why the cost is infinite where α is seen and p = 0: offsets are bounded, or p has left the range of doubles.
fn out_of_reach(gamma: f64, bound: Option<f64>) -> String {
    match bound {
        Some(bound) => format!(
            "the function needs neurons at offsets beyond ±{bound}, where the density of the ensemble is 0"
        ),
        None => format!(
            "∫α²/p dγ diverges: the density p of the ensemble falls faster along the offsets than α², below all doubles at γ = {gamma:.4}"
        ),
    }
}

fn add(parts: &mut [Estimate], bin: usize, part: Estimate) {
    if let Some(slot) = parts.get_mut(bin) {
        *slot = *slot + part;
    }
}

/// Cuts at the centres, and at distances from all of them that double.
fn mesh(line: &Line, visible: &Visible) -> Vec<f64> {
    let mut edges = line.centres().to_vec();
    let low = edges.iter().copied().fold(f64::INFINITY, f64::min);
    let high = edges.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut distance = 16.0 * line.unit();
    while distance < visible.high - visible.low {
        edges.extend([low - distance, high + distance]);
        distance *= 2.0;
    }
    edges
}

/// The range with the cuts inside it, ascending.
fn within(mut edges: Vec<f64>, low: f64, high: f64) -> Vec<f64> {
    edges.retain(|e| *e > low && *e < high);
    edges.extend([low, high]);
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// What lies beyond the visible range on one side, with a place of each part; or why it is infinite.
fn beyond(
    line: &Line,
    visible: &Visible,
    side: f64,
    density: &LineDensity,
    cost: &impl Fn(f64) -> Estimate,
    offsets: &[f64],
) -> std::result::Result<Vec<(f64, Estimate)>, String> {
    let (end, open) = if side > 0.0 {
        (visible.high, visible.open.1)
    } else {
        (visible.low, visible.open.0)
    };
    let slow = || {
        format!(
            "the cost of the neurons needed does not fall along the offsets: it diverges as γ → {}∞",
            if side > 0.0 { "" } else { "−" }
        )
    };
    if line.known_far_out() {
        return far(end.abs(), side, density, cost, offsets).ok_or_else(slow);
    }
    if open {
        let r = end.abs();
        let shell = |from: f64, to: f64| {
            let value = |x: f64| cost(side * x);
            integrate_estimates(value, from, to, &[], &Tolerance::relative(1e-6)).estimate()
        };
        let shells = [
            shell(r / 8.0, r / 4.0),
            shell(r / 4.0, r / 2.0),
            shell(r / 2.0, r),
        ];
        let [first, second, third] = shells.map(|s| s.value);
        if third == 0.0 {
            return Ok(vec![(end, Estimate::default())]);
        }
        let (early, late) = (second / first, third / second);
        let limit = (1.0 - SLOWEST).exp2();
        if late.is_nan() || late >= limit {
            return Err(slow());
        }
        let rest = third * late / (1.0 - late);
        let doubt = (late / early - 1.0).abs() / (1.0 - late) + 0.05;
        let lost = shells[2].error / third;
        return Ok(vec![(
            end + side,
            Estimate::new(rest, rest * (doubt + lost)),
        )]);
    }
    // α has sunk below its error: what is left continues the fall that was seen.
    let width = 0.5 * (visible.high - visible.low);
    let crest = |at: f64| {
        let samples = (0..=16).map(|i| cost(at - side * 0.05 * width * f64::from(i) / 16.0).value);
        samples.fold(0.0, f64::max)
    };
    let (last, before) = (crest(end), crest(end - side * 0.1 * width));
    if last == 0.0 {
        return Ok(vec![]);
    }
    let rate = (before / last).ln() / (0.1 * width);
    if rate.is_nan() || rate <= 0.0 {
        return Err(slow());
    }
    Ok(vec![(end + side, Estimate::new(0.0, 2.0 * last / rate))])
}

/// The integral of the expansion from the seam on, in t = seam/|γ|, and what is left as t → 0 by its power; none if that diverges.
fn far(
    seam: f64,
    side: f64,
    density: &LineDensity,
    cost: &impl Fn(f64) -> Estimate,
    offsets: &[f64],
) -> Option<Vec<(f64, Estimate)>> {
    // In high dimensions p ~ |γ|^{−d−2k−1} soon underflows; a density that is 0 already at ten seams is meant so.
    let mut least = FARTHEST;
    while least < 0.1 && density.at(side * seam / least) == 0.0 {
        least *= 10.0;
    }
    let end = seam / least;
    let (a, b) = (cost(side * 0.5 * end).value, cost(side * end).value);
    let mut parts = Vec::new();
    if a > 0.0 {
        let power = (a / b).log2();
        if power.is_nan() || power < SLOWEST {
            return None;
        }
        let rest = b * end / (power - 1.0);
        parts.push((side * end, Estimate::new(rest, 0.1 * rest)));
    }
    let value = |t: f64| cost(side * seam / t) * (seam / t / t);
    let mut cuts: Vec<f64> = offsets.iter().map(|o| seam / (side * o)).collect();
    cuts.retain(|t| *t > least && *t < 1.0);
    cuts.extend([least, 1.0]);
    cuts.sort_by(f64::total_cmp);
    for (a, b) in cuts.iter().zip(cuts.iter().skip(1)) {
        let part = integrate_estimates(value, *a, *b, &[], &Tolerance::relative(1e-11));
        parts.push((side * seam / (0.5 * (a + b)), part.estimate()));
    }
    Some(parts)
}

/// A density given as a closure.
pub(super) struct Closure<'a> {
    pub density: &'a (dyn Fn(&Direction, f64) -> f64 + Sync),
    pub splits: &'a (dyn Fn(&Direction) -> Vec<f64> + Sync),
}

impl Closure<'_> {
    /// ∫α²/p along a direction.
    pub fn power(&self, law: &HomogeneousLaw, direction: &Direction) -> Result<Seminorm> {
        let unit = direction.as_slice();
        let outside = Cell::new(None);
        let failure = RefCell::new(None);
        let mut splits = (self.splits)(direction);
        splits.extend(law.breaks(unit));
        let integrand = |gamma: f64| {
            let alpha = (self.density)(direction, gamma);
            if alpha == 0.0 {
                return 0.0;
            }
            match law.density(unit, gamma) {
                Ok(p) if p.value == 0.0 => {
                    outside.set(outside.get().or(Some(gamma)));
                    0.0
                }
                Ok(p) => alpha / p.value * alpha,
                Err(error) => {
                    failure.borrow_mut().get_or_insert(error);
                    0.0
                }
            }
        };
        let tolerance = Tolerance::relative(TOLERANCE);
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        let integral = integrate(integrand, low, high, &splits, &tolerance);
        if let Some(error) = failure.into_inner() {
            return Err(error);
        }
        if let Some(gamma) = outside.get() {
            return Ok(Seminorm::infinite(out_of_reach(gamma, law.offset_bound())));
        }
        if integral.error.is_infinite() {
            return Ok(Seminorm::infinite(format!(
                "∫α²/p does not converge along the direction {unit:?}"
            )));
        }
        let rounding = ROUNDING * integral.value;
        Ok(Seminorm::Finite(Estimate::new(
            integral.value,
            integral.error + rounding,
        )))
    }
}
