//! The Fourier penalty: weights against a table, asymptotics, seminorms, the weighted form.

mod asymptotics;
mod consequences;
mod grids;
mod least_norm;
mod radon_form;
mod seminorms;
mod weighted;
mod weights;

use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::theory::penalty::Penalty;

const FIXED: ScaleLaw = ScaleLaw::Fixed(1.0);

/// A model with unbounded offsets.
fn model(activation: &str, dim: usize, scale: ScaleLaw, train: &str, output_std: f64) -> Shallow {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale,
    };
    let rates: LearningRates = train.parse().unwrap();
    Shallow::new(Activation::parse(activation).unwrap(), dim, ensemble, rates)
        .unwrap()
        .with_output_std(output_std)
        .unwrap()
}

fn penalty(activation: &str, dim: usize, scale: ScaleLaw, train: &str) -> Penalty {
    Penalty::new(&model(activation, dim, scale, train, 1.0)).unwrap()
}

/// Output weights only.
fn outputs() -> LearningRates {
    LearningRates::train(&[Group::Output]).unwrap()
}

fn close(got: f64, expected: f64, relative: f64) {
    assert!(
        (got - expected).abs() <= relative * expected.abs(),
        "got {got:e}, expected {expected:e}: off by {:.1e}",
        (got / expected - 1.0).abs()
    );
}
