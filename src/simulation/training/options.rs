//! When to stop, why it stopped, and what is reported.

use crate::error::{Error, Result, non_negative};
use nalgebra::DVector;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// When a run stops; every rule but the number of steps is off unless it is set.
#[derive(Clone, Debug)]
pub struct TrainingOptions {
    /// The most steps, counted from the start of the run (of its first part, if it is continued).
    pub steps: usize,
    /// The loss is recorded, and the observer called, every so many steps, and at the end.
    pub record_every: usize,
    /// Stop when the loss is below.
    pub loss_below: Option<f64>,
    /// Stop when ‖∂L/∂θ‖ is below.
    pub gradient_below: Option<f64>,
    /// Stop when the loss hardly falls any more.
    pub no_progress: Option<NoProgress>,
    /// Stop after a time.
    pub time_budget: Option<Duration>,
    /// Stop when someone sets it (Ctrl-C).
    pub interrupt: Option<Arc<AtomicBool>>,
}

/// Stop when the loss has not fallen by the given fraction over the last records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoProgress {
    /// Over how many recorded losses.
    pub records: usize,
    /// By which fraction of its value it must have fallen.
    pub fraction: f64,
}

impl TrainingOptions {
    /// So many steps, every one recorded, no other rule.
    pub const fn steps(steps: usize) -> Self {
        Self {
            steps,
            record_every: 1,
            loss_below: None,
            gradient_below: None,
            no_progress: None,
            time_budget: None,
            interrupt: None,
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        if self.record_every == 0 {
            return Err(Error::invalid("record_every", "at least 1", 0));
        }
        if let Some(bound) = self.loss_below {
            non_negative("loss_below", bound)?;
        }
        if let Some(bound) = self.gradient_below {
            non_negative("gradient_below", bound)?;
        }
        if let Some(rule) = self.no_progress {
            non_negative("no_progress fraction", rule.fraction)?;
            if rule.records == 0 {
                return Err(Error::invalid("no_progress records", "at least 1", 0));
            }
        }
        Ok(())
    }

    /// Why to stop now, if at all. Divergence goes first: no other rule can be trusted then.
    pub(super) fn stop(
        &self,
        done: usize,
        losses: &[(usize, f64)],
        loss: f64,
        gradient_norm: f64,
        started: Instant,
    ) -> Option<StopReason> {
        let below = |value: f64, bound: Option<f64>| bound.is_some_and(|b| value < b);
        let stalled = |rule: NoProgress| {
            let earlier = losses.len().checked_sub(rule.records + 1)?;
            let (before, now) = (losses[earlier].1, losses[losses.len() - 1].1);
            (losses[losses.len() - 1].0 == done && now > before * (1.0 - rule.fraction))
                .then_some(())
        };
        if !(loss.is_finite() && gradient_norm.is_finite()) {
            Some(StopReason::Diverged)
        } else if below(loss, self.loss_below) {
            Some(StopReason::LossBelow)
        } else if below(gradient_norm, self.gradient_below) {
            Some(StopReason::GradientBelow)
        } else if done >= self.steps {
            Some(StopReason::Steps)
        } else if self.no_progress.and_then(stalled).is_some() {
            Some(StopReason::NoProgress)
        } else if self.interrupted() {
            Some(StopReason::Interrupted)
        } else if self
            .time_budget
            .is_some_and(|budget| started.elapsed() >= budget)
        {
            Some(StopReason::TimeBudget)
        } else {
            None
        }
    }

    fn interrupted(&self) -> bool {
        let set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        self.interrupt.as_ref().is_some_and(set)
    }
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// All steps are done.
    Steps,
    /// The loss fell below its bound.
    LossBelow,
    /// The gradient fell below its bound.
    GradientBelow,
    /// The loss hardly fell any more.
    NoProgress,
    /// The loss or the gradient is NaN or infinite: the rate is too large.
    Diverged,
    /// The time was over.
    TimeBudget,
    /// An observer or the interrupt flag asked for it.
    Interrupted,
}

impl StopReason {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::LossBelow => "loss-below",
            Self::GradientBelow => "gradient-below",
            Self::NoProgress => "no-progress",
            Self::Diverged => "diverged",
            Self::TimeBudget => "time-budget",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct TrainingReport {
    /// (step, loss) of the recorded steps, the whole run's if it was continued.
    pub losses: Vec<(usize, f64)>,
    /// Steps done.
    pub steps: usize,
    /// Why it stopped.
    pub stopped_because: StopReason,
    /// ‖∂L/∂θ‖ at the end.
    pub gradient_norm: f64,
    /// f at the data at the end.
    pub predictions: DVector<f64>,
    /// The time it took.
    pub elapsed: Duration,
}

impl TrainingReport {
    /// The last recorded loss.
    pub fn loss(&self) -> f64 {
        self.losses.last().map_or(f64::NAN, |last| last.1)
    }
}
