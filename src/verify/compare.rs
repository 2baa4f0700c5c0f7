//! One model on one data set: predict, train, compare.

use super::{Bands, Comparison, Gap, PenaltyCurve, Settings, Slope, TrainedNetwork, Verdict};
use crate::data::{Dataset, Points, RegularGrid};
use crate::error::{Error, Result};
use crate::model::Shallow;
use crate::numerics::linalg::SymmetricEigen;
use crate::simulation::training::MovementRecorder;
use crate::simulation::{Network, Optimiser, Progress, StopReason, TrainingOptions, train};
use crate::theory::dynamics::{Dynamics, Forecast, Time};
use crate::theory::kernel::{Kernel, gram, tangent_kernel};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Predicts what gradient descent makes of the training data, trains a network for every width and seed, and
/// compares the two at the same steps, on the test points.
///
/// The networks start as antisymmetric pairs, from the zero function, whatever the model says.
/// `progress` is told of work done, in the unit of [`Settings::work`]. An interrupted comparison is an answer if at
/// least one network was finished, and says so in its verdict.
///
/// # Errors
/// Impossible settings, data of another dimension, a model without a tangent kernel, an ensemble that
/// cannot be sampled, training that diverges; [`Error::Interrupted`] before anything is finished.
pub fn compare(
    model: &Shallow,
    name: &str,
    train: &Dataset,
    test: &Dataset,
    settings: &Settings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Comparison> {
    settings.validate()?;
    train.points().expect_dim("training data", model.dim())?;
    test.points().expect_dim("test data", model.dim())?;
    let model = model.clone().with_antisymmetry(true);
    let theory = Theory::new(&model, train, test, settings)?;
    let recorded = settings.recorded();
    let forecast = theory.dynamics.at(&theory.points)?;
    let predicted = forecast.predict(theory.time(settings.steps as u64))?;
    let limit = theory.limit(&forecast);
    let amplitudes = theory
        .bands
        .as_ref()
        .map(|b| b.amplitudes(train.targets()))
        .transpose()?;

    let expected = Expected {
        theory: &theory,
        predicted: &predicted,
        limit: limit.as_ref(),
        amplitudes: amplitudes.as_deref(),
        recorded: &recorded,
    };
    let train_one = |(width, seed)| -> Result<Option<(TrainedNetwork, DVector<f64>)>> {
        let start = Network::sample(&model, width, seed)?;
        let run = Run::new(start, seed, train, &expected, settings, progress)?;
        run.map(|run| run.judge(&expected)).transpose()
    };
    let mut networks = Vec::new();
    let mut trained_function = None;
    for found in settings.map_networks(train.len(), train_one) {
        let Some((network, function)) = found? else {
            continue;
        };
        let wider = networks
            .iter()
            .all(|n: &TrainedNetwork| n.width < network.width);
        if trained_function.is_none() || (network.seed == settings.seeds[0] && wider) {
            trained_function = Some(function);
        }
        networks.push(network);
    }
    let Some(trained_function) = trained_function else {
        return Err(Error::Interrupted {
            what: format!("comparison of {} on {name}", model.activation()),
            kept: "no network of it was finished".into(),
        });
    };

    let predicted_band_error = match (&theory.bands, &amplitudes) {
        (Some(bands), Some(data)) => recorded
            .iter()
            .map(|&step| {
                let residual = theory.dynamics.training(theory.time(step))? - train.targets();
                Ok(relative(&bands.amplitudes(&residual)?, data))
            })
            .collect::<Result<_>>()?,
        _ => Vec::new(),
    };
    let times: Vec<Time> = recorded.iter().map(|&step| theory.time(step)).collect();
    let slope = Slope::fit(
        &networks
            .iter()
            .map(|n| (n.width, n.gap.rms))
            .collect::<Vec<_>>(),
    )
    .ok();
    let test_part = |v: &DVector<f64>| v.rows(train.len(), test.len()).into_owned();
    let mut comparison = Comparison {
        activation: model.activation().name().to_owned(),
        ensemble: model.ensemble().to_string(),
        trained: model.rates().to_string(),
        data: name.to_owned(),
        train: train.clone(),
        test: test.clone(),
        steps: settings.steps as u64,
        rate: theory.rate,
        penalty: PenaltyCurve::over(&model, train.points()).ok(),
        predicted_loss: theory.dynamics.loss_curve(&times)?,
        bands: theory
            .bands
            .as_ref()
            .map_or_else(Vec::new, |b| b.frequencies().to_vec()),
        predicted_band_error,
        predicted_distance_to_limit: limit
            .as_ref()
            .map(|l| rms(&(test_part(&predicted) - test_part(l)))),
        predicted_cost: theory.dynamics.cost(theory.time(settings.steps as u64))?,
        limit_cost: theory.dynamics.cost(Time::Limit).ok(),
        condition: theory.dynamics.condition(),
        predicted,
        limit,
        trained_function,
        recorded,
        networks,
        slope,
        verdict: Verdict::Undecided { why: String::new() },
    };
    comparison.verdict = Verdict::of(&comparison, settings);
    Ok(comparison)
}

/// What every network is held against.
struct Expected<'a> {
    theory: &'a Theory,
    predicted: &'a DVector<f64>,
    limit: Option<&'a DVector<f64>>,
    /// Of the data, in every frequency band.
    amplitudes: Option<&'a [f64]>,
    recorded: &'a [u64],
}

/// What is predicted for every network alike.
struct Theory {
    dynamics: Dynamics,
    gram: DMatrix<f64>,
    eigen: SymmetricEigen,
    rate: f64,
    /// The training points followed by the test points.
    points: Points,
    train: usize,
    /// 1/(ηT), the ridge that stopping at the last step amounts to.
    ridge: f64,
    bands: Option<Bands>,
}

impl Theory {
    fn new(model: &Shallow, train: &Dataset, test: &Dataset, settings: &Settings) -> Result<Self> {
        let kernel: Arc<dyn Kernel> = tangent_kernel(model)?;
        let gram = gram(kernel.as_ref(), train.points())?.matrix;
        let dynamics = Dynamics::new(kernel, train, 0.0)?;
        let rate = settings.rate_fraction * dynamics.stable_rate();
        let both: Vec<&[f64]> = train.points().iter().chain(test.points().iter()).collect();
        let bands = RegularGrid::of(train.points())
            .filter(|_| train.len() > 1 && settings.bands > 0)
            .map(|grid| Bands::new(grid, settings.bands))
            .transpose()?;
        Ok(Self {
            eigen: SymmetricEigen::new(&gram)?,
            gram,
            dynamics,
            rate,
            points: Points::from_rows(&both)?,
            train: train.len(),
            ridge: 1.0 / (rate * settings.steps as f64),
            bands,
        })
    }

    fn time(&self, step: u64) -> Time {
        Time::Steps {
            count: step,
            rate: self.rate,
        }
    }

    /// The limit t = ∞, where the kernel determines it to working precision.
    fn limit(&self, forecast: &Forecast<'_>) -> Option<DVector<f64>> {
        forecast.predict(Time::Limit).ok()
    }

    /// √(fᵀ(Θ+λI)⁻¹f) of values at the training points.
    fn norm(&self, f: &DVector<f64>) -> Result<f64> {
        let solved = self.eigen.apply(|mu| 1.0 / (mu.max(0.0) + self.ridge), f)?;
        Ok(f.dot(&solved).max(0.0).sqrt())
    }
}

/// One network, trained.
struct Run<'a> {
    width: usize,
    seed: u64,
    train: &'a Dataset,
    start: Network,
    end: Network,
    loss: Vec<f64>,
    residuals: Vec<DVector<f64>>,
}

impl<'a> Run<'a> {
    /// `None` if it was interrupted.
    fn new(
        start: Network,
        seed: u64,
        data: &'a Dataset,
        expected: &Expected<'_>,
        settings: &Settings,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<Self>> {
        let mut end = start.clone();
        let mut options = TrainingOptions::steps(settings.steps);
        options.interrupt.clone_from(&settings.interrupt);
        let per_step = (start.width() * data.len()) as u64;
        let (mut loss, mut residuals) = (Vec::new(), Vec::new());
        let mut watch = |now: &Progress<'_>| {
            if now.step > 0 {
                progress(per_step);
            }
            if expected.recorded.contains(&(now.step as u64)) {
                loss.push(now.loss);
                residuals.push(DVector::from_column_slice(now.predictions) - data.targets());
            }
            ControlFlow::Continue(())
        };
        let optimiser = Optimiser::gradient_descent(expected.theory.rate);
        let report = train(&mut end, data, &optimiser, &options, &mut watch)?;
        match report.stopped_because {
            StopReason::Interrupted => return Ok(None),
            StopReason::Diverged => {
                return Err(Error::undefined(
                    format!("training of width {}", start.width()),
                    format!(
                        "it diverged at step {}: its kernel is further from the limit than the rate \
                         allows; take a smaller rate or a larger width",
                        report.steps
                    ),
                ));
            }
            _ => {}
        }
        Ok(Some(Self {
            width: start.width(),
            seed,
            train: data,
            start,
            end,
            loss,
            residuals,
        }))
    }

    /// What became of the network, and its function at all points.
    fn judge(self, expected: &Expected<'_>) -> Result<(TrainedNetwork, DVector<f64>)> {
        let theory = expected.theory;
        let function = self.end.forward(&theory.points)?;
        let n = theory.train;
        let difference = &function - expected.predicted;
        let test = |v: &DVector<f64>| v.rows(n, v.len() - n).into_owned();
        let on_test = test(&difference);
        let moved = MovementRecorder::between(&self.start, &self.end);
        let cost = moved
            .iter()
            .map(|(g, square)| square / self.start.rates().rate(*g))
            .sum();
        let points = self.train.points();
        let (before, after) = (
            self.start.tangent_kernel(points)?,
            self.end.tangent_kernel(points)?,
        );
        let band_error = match (&theory.bands, expected.amplitudes) {
            (Some(bands), Some(data)) => self
                .residuals
                .iter()
                .map(|r| Ok(relative(&bands.amplitudes(r)?, data)))
                .collect::<Result<_>>()?,
            _ => Vec::new(),
        };
        let network = TrainedNetwork {
            width: self.width,
            seed: self.seed,
            gap: Gap {
                rms: rms(&on_test),
                sup: on_test.amax(),
                seminorm_relative: theory.norm(&difference.rows(0, n).into_owned())?
                    / theory.norm(&expected.predicted.rows(0, n).into_owned())?,
            },
            distance_to_limit: expected.limit.map(|l| rms(&(test(&function) - test(l)))),
            cost,
            kernel_movement: (&after - &before).norm() / before.norm(),
            kernel_deviation: (&before - &theory.gram).norm() / theory.gram.norm(),
            loss: self.loss,
            band_error,
        };
        Ok((network, function))
    }
}

fn rms(values: &DVector<f64>) -> f64 {
    (values.norm_squared() / values.len() as f64).sqrt()
}

/// Amplitudes relative to the data's; bands in which the data have nothing are 0.
fn relative(amplitudes: &[f64], data: &[f64]) -> Vec<f64> {
    let part = |(a, d): (&f64, &f64)| if *d > 0.0 { a / d } else { 0.0 };
    amplitudes.iter().zip(data).map(part).collect()
}
