//! One quadrature over neurons and one ordered set of places, and what they say.

use super::features::{Features, Places};
use super::laws::Level;
use super::newton::{Newton, Trend, doubling};
use super::{AGREE, LeastNormAnswer};
use crate::error::Result;
use crate::numerics::Estimate;
use crate::theory::penalty::Seminorm;
use nalgebra::DMatrix;

/// Where places run out, what is left to come must be less than this share of the norm.
const PAUSE: f64 = 1e-3;

/// One quadrature, one ordered set of places.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub places: Places,
    values: Vec<f64>,
    noise: f64,
    size: f64,
    neurons: usize,
    pub newton: Newton,
}

impl Step {
    pub(super) fn new(
        r: &DMatrix<f64>,
        places: Places,
        values: Vec<f64>,
        noise: f64,
        size: f64,
        neurons: usize,
    ) -> Self {
        Self {
            newton: Newton::new(r, &values, noise),
            places,
            values,
            noise,
            size,
            neurons,
        }
    }

    pub(super) fn refined(&self, features: &Features, level: Level) -> Result<Self> {
        let (r, neurons) = features.factor(&self.places, level)?;
        Ok(Self {
            newton: Newton::new(&r, &self.values, self.noise),
            neurons,
            ..self.clone()
        })
    }

    /// The number of places at which the sum is cut.
    pub(super) fn used(&self) -> usize {
        self.newton.cut(self.size)
    }

    fn at(&self, values: &[f64]) -> f64 {
        match self.used() {
            0 => 0.0,
            k => values[k - 1],
        }
    }

    pub(super) fn norm(&self) -> f64 {
        self.at(&self.newton.norms)
    }

    pub(super) fn rounding(&self) -> f64 {
        self.at(&self.newton.rounding)
    }

    fn at_half(&self) -> f64 {
        match self.used() / 2 {
            0 => 0.0,
            k => self.newton.norms[k - 1],
        }
    }

    /// Whether the features at further places are, to rounding, combinations of those at hand.
    pub(super) fn exhausted(&self) -> bool {
        self.newton.pivots.len() < self.values.len()
    }

    /// Whether twice as many places have said the same.
    pub(super) fn settled(&self, norms: &[f64]) -> bool {
        match *norms {
            _ if self.size == 0.0 => true,
            [.., before, last] => (last - before).abs() <= (AGREE * last).max(self.rounding()),
            _ => false,
        }
    }

    /// What is to come beyond these places, not known better than what is there: doublings that agree to rounding, and gains that
    /// happen to be small where rounding cuts their sum, say no more.
    pub(super) fn trend(&self, norms: &[f64]) -> Trend {
        match self.continuation(norms) {
            Trend::Ends { left, bound } => Trend::Ends {
                left,
                bound: bound + self.rounding(),
            },
            trend => trend,
        }
    }

    /// By the gains along the order of the places, and by what doubling them has added.
    fn continuation(&self, norms: &[f64]) -> Trend {
        let k = self.used();
        if k == 0 {
            return Trend::Ends {
                left: 0.0,
                bound: 0.0,
            };
        }
        let gains = self.newton.trend(k, self.size);
        if self.exhausted() {
            return match gains {
                _ if self.newton.runs_away(k, self.size) => Trend::Grows,
                // No place is left to show whether slow gains were the end or a pause.
                Trend::Ends { left, .. } if left > PAUSE * self.norm() => Trend::Open,
                gains => gains,
            };
        }
        if self.settled(norms) {
            return gains;
        }
        match doubling(norms) {
            // Two steps and more tell better than the order of the places, which fills one gap after another.
            trend @ Trend::Ends { .. } if norms.len() > 2 => trend,
            Trend::Grows if !self.newton.resolved(k, self.size) => Trend::Open,
            trend => gains.and(trend),
        }
    }

    pub(super) fn answer(&self, trend: Trend, quadrature: f64, order: usize) -> LeastNormAnswer {
        let k = self.used();
        let (cost, rounding, residual) = (
            self.norm(),
            self.rounding(),
            self.at(&self.newton.residuals),
        );
        let known = quadrature + rounding;
        let (seminorm, continuation) = match trend {
            Trend::Ends { left, bound } => (
                Seminorm::Finite(Estimate::new(cost + left, bound + known)),
                left,
            ),
            Trend::Open => (
                Seminorm::Finite(Estimate::new(cost, f64::INFINITY)),
                f64::INFINITY,
            ),
            Trend::Grows => (
                Seminorm::infinite(format!(
                    "it grows without slowing down, from {:.2e} at {} places to {cost:.2e} at {k} that leave {residual:.1e} of the \
                     function (evidence, not proof)",
                    self.at_half(),
                    k / 2,
                )),
                f64::INFINITY,
            ),
        };
        let mut history = Vec::new();
        let mut n = 4;
        while n < k {
            history.push((n, self.newton.norms[n - 1], self.newton.residuals[n - 1]));
            n = (n * 3).div_ceil(2);
        }
        history.push((k, cost, residual));
        let pivots = &self.newton.pivots;
        LeastNormAnswer {
            seminorm,
            lower: (self.newton.proven() - quadrature).max(0.0),
            cost,
            residual,
            continuation,
            quadrature,
            rounding,
            used: k,
            places: self.values.len(),
            neurons: self.neurons,
            condition: if k > 0 {
                pivots[0] / pivots[k - 1]
            } else {
                1.0
            },
            null_space_degree: order as i32 - 1,
            history,
        }
    }
}
