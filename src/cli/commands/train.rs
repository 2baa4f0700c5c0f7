//! `train`: real gradient descent on a finite network.

use crate::cli::arguments::TrainOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::models;
use crate::cli::output::{Answer, array, number};
use crate::cli::progress;
use crate::data::{load_dataset, load_points};
use crate::error::{Error, Result, positive};
use crate::model::{Activation, Ensemble, Shallow};
use crate::simulation::training::Checkpoint;
use crate::simulation::{Network, Progress, StopReason, Trainer, TrainingOptions};
use std::ops::ControlFlow;

/// A checkpoint is written so many times in a run, and at its end.
const CHECKPOINTS: usize = 20;

pub fn run(options: &TrainOptions) -> Result<Answer> {
    let data = load_dataset(&options.data)?;
    let at = options.at.as_ref().map(load_points).transpose()?;
    let ensemble = match &options.ensemble {
        Some(text) => Ensemble::parse(text, data.dim(), Some(options.width))?,
        None => models::covering(data.points(), &[]),
    };
    let activation = Activation::parse(&options.activation)?;
    let model = Shallow::new(activation, data.dim(), ensemble, options.train.parse()?)?
        .with_output_std(options.output_std)?
        .with_antisymmetry(!options.plain);
    let network = Network::sample(&model, options.width, options.seed)?;
    let rate = match options.rate {
        Some(rate) => positive("rate", rate)?,
        None => 0.5 * network.largest_stable_rate(data.points())?,
    };
    let optimiser = models::optimiser(&options.optimiser, rate, options.seed)?;
    let mut trainer = match &options.checkpoint {
        Some(path) if path.exists() => {
            Trainer::resume(network, &data, optimiser, &Checkpoint::load(path)?)?
        }
        _ => Trainer::new(network, &data, optimiser)?,
    };

    let interrupt = Interrupt::listen();
    let bar = progress::bar(options.steps as u64);
    let every = (options.steps / CHECKPOINTS).max(1);
    let mut until = trainer.steps();
    let report = loop {
        until = (until + every).min(options.steps);
        let mut rules = TrainingOptions::steps(until);
        rules.loss_below = options.loss_below;
        rules.interrupt = Some(interrupt.flag());
        let mut watch = |now: &Progress<'_>| {
            bar.set_position(now.step as u64);
            bar.set_message(format!("loss {}", number(now.loss)));
            ControlFlow::Continue(())
        };
        let report = trainer.run(&rules, &mut watch)?;
        if let Some(path) = &options.checkpoint {
            trainer.checkpoint().save(path)?;
        }
        if report.stopped_because != StopReason::Steps || until >= options.steps {
            break report;
        }
    };
    bar.finish_and_clear();
    if report.stopped_because == StopReason::Interrupted {
        let kept = match &options.checkpoint {
            Some(path) => format!("{} steps are in {}", report.steps, path.display()),
            None => format!(
                "{} steps were done; --checkpoint would have kept them",
                report.steps
            ),
        };
        return Err(Error::Interrupted {
            what: "train".into(),
            kept,
        });
    }
    let prediction = match &at {
        Some(points) => trainer.network().forward(points)?,
        None => trainer.network().forward(data.points())?,
    };
    let rows: Vec<Vec<String>> = prediction
        .iter()
        .enumerate()
        .map(|(i, &f)| vec![i.to_string(), number(f)])
        .collect();
    Ok(Answer::default()
        .key("loss", array(report.losses.iter().map(|l| l.1)))
        .key(
            "loss_step",
            report.losses.iter().map(|l| l.0).collect::<Vec<_>>(),
        )
        .key("steps", report.steps)
        .key("stopped_because", report.stopped_because.name())
        .key("rate", rate)
        .key("prediction", array(prediction.iter().copied()))
        .key(
            "parameterisation",
            format!("{:?}", trainer.network().coordinates()).to_lowercase(),
        )
        .key("read_out", trainer.network().read_out().name())
        .table(&["point", "prediction"], &rows)
        .line(format!(
            "loss ½Σ(f−y)² = {} after {} steps at rate {}; stopped because: {}",
            number(report.loss()),
            report.steps,
            number(rate),
            report.stopped_because
        )))
}
