//! Training a finite network with an observer that watches its kernel and stops it when that has moved too far.
//!
//! `cargo run --release --example train_with_observer`

use spectral_bias::prelude::*;
use spectral_bias::simulation::Progress;
use std::ops::ControlFlow;

fn main() -> Result<()> {
    let xs: Vec<f64> = (0..40).map(|i| -1.0 + i as f64 / 19.5).collect();
    let targets = xs.iter().map(|x| (5.0 * x).sin()).collect::<Vec<_>>();
    let data = Dataset::new(Points::on_line(&xs)?, targets.into())?;

    let model = Shallow::new(
        Activation::parse("gelu")?,
        1,
        Ensemble::parse("radon:radius=1.2,scale=4", 1, None)?,
        LearningRates::train(&[Group::Output, Group::Offset])?,
    )?;
    let mut network = Network::sample(&model, 512, 7)?;
    let rate = 0.5 * network.largest_stable_rate(data.points())?;
    let start = network.tangent_kernel(data.points())?;

    let mut watch = |now: &Progress<'_>| {
        let Ok(kernel) = now.network.tangent_kernel(data.points()) else {
            return ControlFlow::Break(());
        };
        let moved = (kernel - &start).norm() / start.norm();
        println!(
            "step {:4}  loss {:10.3e}  kernel moved {:.2} %",
            now.step,
            now.loss,
            100.0 * moved
        );
        if moved > 0.2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut options = TrainingOptions::steps(400);
    options.record_every = 50;
    let optimiser = Optimiser::gradient_descent(rate);
    let report = train(&mut network, &data, &optimiser, &options, &mut watch)?;
    println!(
        "stopped after {} steps because: {}",
        report.steps, report.stopped_because
    );
    Ok(())
}
