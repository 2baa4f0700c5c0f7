//! Training: the loop, why it stopped, observers, checkpoints.

#[cfg(feature = "io")]
mod checkpoint;
mod observer;
mod options;
mod recorders;

#[cfg(feature = "io")]
pub use checkpoint::Checkpoint;
pub use observer::{Observer, Observers, Progress, Silent};
pub use options::{NoProgress, StopReason, TrainingOptions, TrainingReport};
pub use recorders::{KernelRecorder, MovementRecorder, PredictionRecorder};

use super::network::{Engine, Inputs, Network, half_square};
use super::optimiser::{Optimiser, State, batch, flow, step};
use crate::data::Dataset;
#[cfg(feature = "io")]
use crate::error::Error;
use crate::error::Result;
use nalgebra::DVector;
use std::time::Instant;

/// Trains a network on ½Σ(f−y)² with the learning rate of every group ([`Network::rates`]).
///
/// # Errors
/// Data of another dimension; impossible parameters of the optimiser; gradient flow that does not reach
/// its tolerance. Divergence is no error but a [`StopReason`].
///
/// # Examples
/// ```
/// use nalgebra::DVector;
/// use spectral_bias::data::{Dataset, Points};
/// use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
/// use spectral_bias::simulation::{Network, Optimiser, Silent, TrainingOptions, train};
///
/// let ensemble = Ensemble::parse("radon:radius=2", 1, None)?;
/// let rates = LearningRates::train(&[Group::Output])?;
/// let model = Shallow::new(Activation::parse("relu")?, 1, ensemble, rates)?;
/// let data = Dataset::new(Points::on_line(&[-1.0, 0.0, 1.0])?, DVector::from_vec(vec![0.0, 1.0, 0.0]))?;
/// let mut network = Network::sample(&model, 256, 7)?;
/// let rate = 0.5 * network.largest_stable_rate(data.points())?;
/// let options = TrainingOptions::steps(2000);
/// let report = train(&mut network, &data, &Optimiser::gradient_descent(rate), &options, &mut Silent)?;
/// assert!(report.loss() < 1e-3 * report.losses[0].1);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
pub fn train(
    network: &mut Network,
    data: &Dataset,
    optimiser: &Optimiser,
    options: &TrainingOptions,
    observer: &mut dyn Observer,
) -> Result<TrainingReport> {
    let mut trainer = Trainer::new(network.clone(), data, *optimiser)?;
    let report = trainer.run(options, observer)?;
    *network = trainer.into_network();
    Ok(report)
}

/// A training run that can be stopped, saved and continued.
pub struct Trainer<'a> {
    network: Network,
    data: &'a Dataset,
    inputs: Inputs,
    engine: Engine,
    optimiser: Optimiser,
    state: State,
    done: usize,
    losses: Vec<(usize, f64)>,
}

/// What is seen at a step.
struct Look {
    predictions: Vec<f64>,
    loss: f64,
    norm: f64,
}

impl<'a> Trainer<'a> {
    /// Before the first step.
    ///
    /// # Errors
    /// Data of another dimension; impossible parameters of the optimiser.
    pub fn new(network: Network, data: &'a Dataset, optimiser: Optimiser) -> Result<Self> {
        optimiser.validate()?;
        data.points().expect_dim("data", network.dim())?;
        let inputs = Inputs::new(data.points());
        let engine = Engine::new(&network, &inputs);
        let state = State::at_rest(&optimiser, network.parameters().values().len());
        Ok(Self {
            network,
            data,
            inputs,
            engine,
            optimiser,
            state,
            done: 0,
            losses: Vec::new(),
        })
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, trained so far.
    pub fn into_network(self) -> Network {
        self.network
    }

    /// The number of steps done.
    pub fn steps(&self) -> usize {
        self.done
    }

    /// Trains until a rule of the options says stop; `options.steps` counts from the very first
    /// step, so that a continued run ends where an uninterrupted one would have.
    ///
    /// # Errors
    /// Gradient flow that does not reach its tolerance; impossible options.
    pub fn run(
        &mut self,
        options: &TrainingOptions,
        observer: &mut dyn Observer,
    ) -> Result<TrainingReport> {
        options.validate()?;
        let started = Instant::now();
        loop {
            let recorded =
                self.done.is_multiple_of(options.record_every) || self.done >= options.steps;
            // Mini-batches do not need the full gradient: it is computed where someone looks at it.
            let gradient = if recorded || !matches!(self.optimiser, Optimiser::Stochastic { .. }) {
                let (look, gradient) = self.look();
                if recorded && self.losses.last().is_none_or(|last| last.0 < self.done) {
                    self.losses.push((self.done, look.loss));
                }
                let stop = options.stop(self.done, &self.losses, look.loss, look.norm, started);
                let stop = if recorded || stop.is_some() {
                    self.show(&look, stop, observer)
                } else {
                    stop
                };
                if let Some(stopped_because) = stop {
                    return Ok(TrainingReport {
                        losses: self.losses.clone(),
                        steps: self.done,
                        stopped_because,
                        gradient_norm: look.norm,
                        predictions: DVector::from_vec(look.predictions),
                        elapsed: started.elapsed(),
                    });
                }
                gradient
            } else {
                Vec::new()
            };
            self.advance(gradient)?;
            self.done += 1;
        }
    }

    /// Predictions, loss and gradient on all the data at the present parameters.
    fn look(&mut self) -> (Look, Vec<f64>) {
        let predictions = self.engine.forward(&self.network, &self.inputs);
        let residuals = self.residuals(&predictions);
        let gradient = self
            .engine
            .backward(&self.network, &self.inputs, &residuals);
        let look = Look {
            loss: half_square(&residuals),
            norm: crate::numerics::dot(&gradient, &gradient).sqrt(),
            predictions,
        };
        (look, gradient)
    }

    /// Lets the observer see; it may stop what nothing else stopped.
    fn show(
        &self,
        look: &Look,
        stop: Option<StopReason>,
        observer: &mut dyn Observer,
    ) -> Option<StopReason> {
        let progress = Progress {
            step: self.done,
            loss: look.loss,
            gradient_norm: look.norm,
            predictions: &look.predictions,
            network: &self.network,
        };
        let wish = observer.observe(&progress);
        stop.or(wish.is_break().then_some(StopReason::Interrupted))
    }

    fn residuals(&self, predictions: &[f64]) -> Vec<f64> {
        let targets = self.data.targets().iter();
        predictions
            .iter()
            .zip(targets)
            .map(|(f, y)| f - y)
            .collect()
    }

    fn advance(&mut self, full_gradient: Vec<f64>) -> Result<()> {
        if let Optimiser::GradientFlow {
            interval,
            tolerance,
        } = self.optimiser
        {
            return flow(
                &mut self.network,
                &mut self.engine,
                &self.inputs,
                self.data.targets().as_slice(),
                interval,
                tolerance,
            );
        }
        let gradient = match batch(&self.optimiser, self.inputs.len(), self.done) {
            None => full_gradient,
            Some(indices) => self.batch_gradient(&indices),
        };
        step(
            &self.optimiser,
            &mut self.network,
            &mut self.state,
            &gradient,
            self.done,
        );
        Ok(())
    }

    /// n/|B| times the gradient of the loss on the batch.
    fn batch_gradient(&self, indices: &[usize]) -> Vec<f64> {
        let inputs = self.inputs.select(indices);
        let mut engine = Engine::new(&self.network, &inputs);
        let weight = self.inputs.len() as f64 / indices.len() as f64;
        let mut residuals = engine.forward(&self.network, &inputs);
        for (r, &i) in residuals.iter_mut().zip(indices) {
            *r = weight * (*r - self.data.targets()[i]);
        }
        engine.backward(&self.network, &inputs, &residuals)
    }

    /// An error unless the numbers of a saved state fit this run.
    #[cfg(feature = "io")]
    fn expect_fit(&self, state: &State) -> Result<()> {
        if state.first.len() == self.state.first.len()
            && state.second.len() == self.state.second.len()
        {
            Ok(())
        } else {
            Err(Error::shape(
                "checkpoint's optimiser state",
                format!(
                    "{} and {} numbers",
                    self.state.first.len(),
                    self.state.second.len()
                ),
                format!("{} and {}", state.first.len(), state.second.len()),
            ))
        }
    }
}
