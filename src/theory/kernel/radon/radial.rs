//! Functions of one distance: powers, and tables built on demand.

use crate::numerics::Estimate;
use std::f64::consts::PI;
use std::fmt;
use std::sync::OnceLock;

/// Octaves from 2^−24 to 2^40; nearer and farther the function itself is asked.
const OCTAVES: std::ops::Range<i32> = -24..40;
/// Chebyshev points of a panel.
const NODES: usize = 20;
/// The most halvings of an octave.
const HALVINGS: usize = 40;

/// A function of r ≥ 0 kept as piecewise Chebyshev interpolants, an octave at a time, built when first
/// asked for; so the values do not depend on what was asked before.
pub(crate) struct RadialTable {
    function: Box<dyn Fn(f64) -> Estimate + Send + Sync>,
    /// Where it is not smooth.
    kinks: Vec<f64>,
    tolerance: f64,
    octaves: Vec<OnceLock<Vec<Panel>>>,
}

struct Panel {
    low: f64,
    high: f64,
    coefficients: [f64; NODES],
    error: f64,
    /// The same for the derivative.
    slope_error: f64,
}

impl fmt::Debug for RadialTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RadialTable")
            .field("kinks", &self.kinks)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl RadialTable {
    /// `tolerance` is relative to the largest value in a panel.
    pub(crate) fn new(
        function: impl Fn(f64) -> Estimate + Send + Sync + 'static,
        kinks: Vec<f64>,
        tolerance: f64,
    ) -> Self {
        Self {
            function: Box::new(function),
            kinks,
            tolerance,
            octaves: OCTAVES.map(|_| OnceLock::new()).collect(),
        }
    }

    pub(crate) fn value(&self, r: f64) -> Estimate {
        match self.panel(r) {
            Some(panel) => panel.value(r),
            None => (self.function)(r),
        }
    }

    /// The derivative at r, where the table reaches.
    pub(crate) fn slope(&self, r: f64) -> Option<Estimate> {
        self.panel(r).map(|panel| panel.slope(r))
    }

    /// The panel that r lies in, built if it is the first of its octave that is asked for.
    fn panel(&self, r: f64) -> Option<&Panel> {
        let octave = r.log2().floor();
        let index = octave - f64::from(OCTAVES.start);
        if index.is_nan() || index < 0.0 {
            return None;
        }
        let cell = self.octaves.get(index as usize)?;
        let panels = cell.get_or_init(|| self.build(octave as i32));
        panels.get(panels.partition_point(|panel| panel.high < r))
    }

    fn build(&self, octave: i32) -> Vec<Panel> {
        let (low, high) = (2.0_f64.powi(octave), 2.0_f64.powi(octave + 1));
        let mut ends = vec![low];
        ends.extend(self.kinks.iter().copied().filter(|k| *k > low && *k < high));
        ends.push(high);
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let mut panels = Vec::new();
        for pair in ends.windows(2) {
            self.refine(pair[0], pair[1], HALVINGS, &mut panels);
        }
        panels
    }

    fn refine(&self, low: f64, high: f64, halvings: usize, panels: &mut Vec<Panel>) {
        let (panel, resolved) = Panel::fit(low, high, &self.function, self.tolerance);
        let middle = 0.5 * (low + high);
        let narrow = high - low < 1e-13 * high;
        if resolved || halvings == 0 || narrow {
            panels.push(panel);
        } else {
            self.refine(low, middle, halvings - 1, panels);
            self.refine(middle, high, halvings - 1, panels);
        }
    }
}

impl Panel {
    fn fit(low: f64, high: f64, f: &dyn Fn(f64) -> Estimate, tolerance: f64) -> (Self, bool) {
        let angle = |i: usize| (i as f64 + 0.5) * PI / NODES as f64;
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let samples: Vec<Estimate> = (0..NODES)
            .map(|i| f(middle + half * angle(i).cos()))
            .collect();
        let mut coefficients = [0.0; NODES];
        for (k, c) in coefficients.iter_mut().enumerate() {
            let terms = samples.iter().enumerate();
            let sum: f64 = terms
                .map(|(i, s)| s.value * (k as f64 * angle(i)).cos())
                .sum();
            *c = sum * if k == 0 { 1.0 } else { 2.0 } / NODES as f64;
        }
        let sampled = samples.iter().map(|s| s.error).fold(0.0, f64::max);
        let largest = samples.iter().map(|s| s.value.abs()).fold(0.0, f64::max);
        // What the next terms would add is no more than the last few that are there; samples with
        // errors e interpolate with at most Lebesgue's constant (3 for 20 points) times e.
        let last: f64 = coefficients.iter().rev().take(4).map(|c| c.abs()).sum();
        // Markov: the derivative of what is wrong by e is wrong by n²e per half length; of the terms left out each
        // by its own n².
        let squares = coefficients.iter().enumerate().rev().take(4);
        let last_slope: f64 = squares.map(|(k, c)| (k * k) as f64 * c.abs()).sum();
        let noise = 3.0 * sampled + 4.0 * f64::EPSILON * largest;
        let panel = Self {
            low,
            high,
            coefficients,
            slope_error: (2.0 * last_slope + (NODES * NODES) as f64 * noise) / half,
            error: 2.0 * last + 3.0 * sampled + 4.0 * f64::EPSILON * largest,
        };
        // A sample's own error cannot be refined away.
        (panel, 2.0 * last <= tolerance * largest + sampled)
    }

    fn value(&self, r: f64) -> Estimate {
        let x = ((r - self.low) - (self.high - r)) / (self.high - self.low);
        let (mut one, mut two) = (0.0, 0.0);
        for &c in self.coefficients.iter().skip(1).rev() {
            (one, two) = (2.0 * x * one - two + c, one);
        }
        let first = self.coefficients[0];
        Estimate::new(x * one - two + first, self.error)
    }

    /// Σ k c_k U_{k−1}(x) per half length.
    fn slope(&self, r: f64) -> Estimate {
        let half = 0.5 * (self.high - self.low);
        let x = ((r - self.low) - (self.high - r)) / (2.0 * half);
        let (mut one, mut two) = (0.0, 0.0);
        for (k, &c) in self.coefficients.iter().enumerate().skip(1).rev() {
            (one, two) = (2.0 * x * one - two + k as f64 * c, one);
        }
        Estimate::new(one / half, self.slope_error)
    }
}

/// slope·(x−x′)/r: at r = 0 the mean of both sides, 0.
pub(crate) fn along(apart: &[f64], r: f64, slope: Estimate) -> Vec<Estimate> {
    let share = |a: &f64| {
        if r == 0.0 {
            return Estimate::default();
        }
        let part = slope * (a / r);
        Estimate::new(
            part.value,
            part.error + 4.0 * f64::EPSILON * part.value.abs(),
        )
    };
    apart.iter().map(share).collect()
}
