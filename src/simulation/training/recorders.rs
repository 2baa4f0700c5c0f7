//! Observers that keep what they see.

use super::{Observer, Progress};
use crate::data::Points;
use crate::error::Result;
use crate::model::Group;
use crate::simulation::network::Network;
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

/// f at chosen points, at chosen steps.
#[derive(Clone, Debug)]
pub struct PredictionRecorder {
    points: Points,
    steps: Vec<usize>,
    records: Vec<(usize, DVector<f64>)>,
}

impl PredictionRecorder {
    /// Records at these points, at these steps (as far as they are recorded steps of the run).
    pub fn new(points: Points, steps: impl Into<Vec<usize>>) -> Self {
        Self {
            points,
            steps: steps.into(),
            records: Vec::new(),
        }
    }

    /// (step, f at the points), in order.
    pub fn records(&self) -> &[(usize, DVector<f64>)] {
        &self.records
    }
}

impl Observer for PredictionRecorder {
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        if self.steps.contains(&progress.step)
            && let Ok(values) = progress.network.forward(&self.points)
        {
            self.records.push((progress.step, values));
        }
        ControlFlow::Continue(())
    }
}

/// How far every group of parameters has moved: ‖θ_g − θ_g(0)‖².
#[derive(Clone, Debug)]
pub struct MovementRecorder {
    start: Network,
    every: usize,
    records: Vec<(usize, Vec<(Group, f64)>)>,
}

impl MovementRecorder {
    /// Measures from the parameters of `start`, at every `every`-th step (0 counts as 1).
    pub fn new(start: &Network, every: usize) -> Self {
        Self {
            start: start.clone(),
            every: every.max(1),
            records: Vec::new(),
        }
    }

    /// (step, ‖Δθ_g‖² of every trained group), in order.
    pub fn records(&self) -> &[(usize, Vec<(Group, f64)>)] {
        &self.records
    }

    /// ‖Δθ_g‖² of every trained group between two states of a network.
    pub fn between(start: &Network, end: &Network) -> Vec<(Group, f64)> {
        let moved = |group: Group| {
            let (from, to) = (
                start.parameters().group(group),
                end.parameters().group(group),
            );
            from.iter().zip(to).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let trained = end.rates().trained().iter();
        trained.map(|&(group, _)| (group, moved(group))).collect()
    }
}

impl Observer for MovementRecorder {
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        if progress.step.is_multiple_of(self.every) {
            let moved = Self::between(&self.start, progress.network);
            self.records.push((progress.step, moved));
        }
        ControlFlow::Continue(())
    }
}

/// How far the empirical tangent kernel has moved: ‖Θ_t − Θ_0‖_F/‖Θ_0‖_F.
#[derive(Clone, Debug)]
pub struct KernelRecorder {
    points: Points,
    start: DMatrix<f64>,
    every: usize,
    records: Vec<(usize, f64)>,
}

impl KernelRecorder {
    /// Measures from the kernel of `start` at the points, at every `every`-th step (0 counts as 1).
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn new(start: &Network, points: Points, every: usize) -> Result<Self> {
        Ok(Self {
            start: start.tangent_kernel(&points)?,
            points,
            every: every.max(1),
            records: Vec::new(),
        })
    }

    /// (step, relative movement), in order.
    pub fn records(&self) -> &[(usize, f64)] {
        &self.records
    }
}

impl Observer for KernelRecorder {
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        if progress.step.is_multiple_of(self.every)
            && let Ok(kernel) = progress.network.tangent_kernel(&self.points)
        {
            let moved = (kernel - &self.start).norm() / self.start.norm();
            self.records.push((progress.step, moved));
        }
        ControlFlow::Continue(())
    }
}
