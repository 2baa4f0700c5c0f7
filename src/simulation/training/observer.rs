//! Observers: who wants to see a run while it goes on.

use crate::simulation::network::Network;
use std::ops::ControlFlow;

/// Where a run stands.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Steps done.
    pub step: usize,
    /// ½Σ(f−y)² now.
    pub loss: f64,
    /// ‖∂L/∂θ‖ over the trained groups.
    pub gradient_norm: f64,
    /// f at the data.
    pub predictions: &'a [f64],
    /// The network now.
    pub network: &'a Network,
}

/// Sees every recorded step, the first (before any step) and the last included, and may stop the run.
///
/// Closures `FnMut(&Progress) -> ControlFlow<()>` are observers.
pub trait Observer {
    /// Called at a step; `Break` stops the run, which keeps what it has done.
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(&Progress<'_>) -> ControlFlow<()>> Observer for F {
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        self(progress)
    }
}

/// Sees nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&mut self, _: &Progress<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Several observers; each sees every step, and any may stop the run.
#[derive(Default)]
pub struct Observers<'a>(pub Vec<&'a mut dyn Observer>);

impl Observer for Observers<'_> {
    fn observe(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for observer in &mut self.0 {
            if observer.observe(progress).is_break() {
                flow = ControlFlow::Break(());
            }
        }
        flow
    }
}
