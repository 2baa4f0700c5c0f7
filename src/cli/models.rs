//! From the words of the command line to a model.

use super::arguments::MultiplierOptions;
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::ensemble::{Ensemble, OffsetLaw, ScaleLaw};
use crate::model::{Activation, Shallow};
use crate::simulation::Optimiser;

/// How far beyond the data the offsets of a default ensemble reach.
const MARGIN: f64 = 1.1;

/// The model whose kernel is a Fourier multiplier: unit density of offsets on the whole line.
pub fn multiplier(activation: &str, dim: usize, options: &MultiplierOptions) -> Result<Shallow> {
    let scale = match &options.scale_law {
        Some(law) => law.parse()?,
        None => ScaleLaw::Fixed(options.scale),
    };
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale,
    };
    Shallow::new(
        Activation::parse(activation)?,
        dim,
        ensemble,
        options.train.parse()?,
    )?
    .with_output_std(options.output_std)
}

/// The ensemble of a run that names none: offsets that reach a tenth beyond all points, and a scale at which
/// a neuron's unit of pre-activation spans two mean spacings of the training points.
pub fn covering(train: &Points, others: &[&Points]) -> Ensemble {
    let reach = others
        .iter()
        .map(|p| p.max_norm())
        .fold(train.max_norm(), f64::max);
    let extent = if reach > 0.0 { reach } else { 1.0 };
    let per_axis = (train.len() as f64).powf(1.0 / train.dim() as f64);
    Ensemble::RadonSpline {
        offset: OffsetLaw::Uniform {
            radius: MARGIN * extent,
        },
        scale: ScaleLaw::Fixed((per_axis / (4.0 * extent)).max(f64::MIN_POSITIVE)),
    }
}

/// `gd`, `momentum:beta=0.9`, `nesterov:beta=0.9`, `sgd:batch=32,beta=0`, `adam:beta1=0.9,beta2=0.999,epsilon=1e-8`,
/// `flow:tolerance=1e-9` at a rate (for the flow: time per step).
pub fn optimiser(text: &str, rate: f64, seed: u64) -> Result<Optimiser> {
    let (name, parameters) = text.split_once(':').unwrap_or((text, ""));
    let mut given = Vec::new();
    for item in parameters.split(',').filter(|item| !item.trim().is_empty()) {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        let number: f64 = value.trim().parse().map_err(|_| {
            Error::invalid(
                format!("optimiser {name}"),
                "parameter=number",
                format!("`{}`", item.trim()),
            )
        })?;
        given.push((key.trim().to_owned(), number));
    }
    let mut take = |key: &str, default: f64| {
        let found = given.iter().position(|(k, _)| k == key);
        found.map_or(default, |at| given.swap_remove(at).1)
    };
    let optimiser = match name.trim() {
        "gd" => Optimiser::GradientDescent { rate },
        "momentum" => Optimiser::Momentum {
            rate,
            momentum: take("beta", 0.9),
            nesterov: false,
        },
        "nesterov" => Optimiser::Momentum {
            rate,
            momentum: take("beta", 0.9),
            nesterov: true,
        },
        "sgd" => {
            let batch = take("batch", 32.0);
            if batch < 1.0 || batch.fract() != 0.0 {
                return Err(Error::invalid("batch", "a whole number ≥ 1", batch));
            }
            Optimiser::Stochastic {
                rate,
                momentum: take("beta", 0.0),
                batch: batch as usize,
                seed,
            }
        }
        "adam" => Optimiser::Adam {
            rate,
            beta1: take("beta1", 0.9),
            beta2: take("beta2", 0.999),
            epsilon: take("epsilon", 1e-8),
        },
        "flow" => Optimiser::GradientFlow {
            interval: rate,
            tolerance: take("tolerance", 1e-9),
        },
        other => {
            return Err(Error::UnknownName {
                kind: "optimiser",
                name: other.to_owned(),
                hint: "one of gd, momentum:beta=0.9, nesterov:beta=0.9, sgd:batch=32, adam, flow"
                    .into(),
            });
        }
    };
    match given.first() {
        Some((key, _)) => Err(Error::UnknownName {
            kind: "parameter of the optimiser",
            name: key.clone(),
            hint: format!("`{name}` does not have it"),
        }),
        None => Ok(optimiser),
    }
}
