//! From the words of the command line to a model.

use super::arguments::{MultiplierOptions, NetworkOptions};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::ensemble::{Ensemble, OffsetLaw, ScaleLaw};
use crate::model::{Activation, DenseLayer, FullyConnected, Shallow};
use crate::simulation::Optimiser;
use crate::theory::kernel::{GaussianKind, Kernel, tangent_kernel};
use std::sync::Arc;

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

impl NetworkOptions {
    /// The kernel for points of R^d: of the ensemble, or of the layers.
    pub fn kernel(&self, dim: usize) -> Result<Arc<dyn Kernel>> {
        if let Some(ensemble) = &self.ensemble {
            return tangent_kernel(&self.shallow(ensemble, dim)?);
        }
        let (network, kind) = self.layers()?;
        Ok(Arc::new(network.kernel(kind)))
    }

    /// A shallow network drawn from an ensemble.
    pub fn shallow(&self, ensemble: &str, dim: usize) -> Result<Shallow> {
        if let Some(name) = self.given_of_layers() {
            let expected =
                "none beside --ensemble, which has its own parameters (--train, --output-std)";
            return Err(Error::invalid(name, expected, format!("`{ensemble}`")));
        }
        let [activation] = &self.activation[..] else {
            let found = self.activation.len();
            return Err(Error::invalid("activation", "one for an ensemble", found));
        };
        Shallow::new(
            Activation::parse(activation)?,
            dim,
            Ensemble::parse(ensemble, dim, None)?,
            self.train.as_deref().unwrap_or("output").parse()?,
        )?
        .with_output_std(self.output_std.unwrap_or(1.0))
    }

    /// The fully connected network, and which of its kernels.
    pub fn layers(&self) -> Result<(FullyConnected, GaussianKind)> {
        let ensemble = [
            ("ensemble", self.ensemble.is_some()),
            ("train", self.train.is_some()),
            ("output-std", self.output_std.is_some()),
        ];
        if let Some((name, _)) = ensemble.iter().find(|(_, given)| *given) {
            let expected = "none here: it belongs to shallow networks with --ensemble, on points, interval, torus or space";
            return Err(Error::invalid(*name, expected, "one"));
        }
        let kind = self.kind.as_deref();
        let kind = kind.ok_or_else(|| Error::invalid("kind", "nngp or ntk", "none"))?;
        let count = self.activation.len();
        let depth = self.depth.unwrap_or(count);
        if count != 1 && count != depth {
            let expected = format!("one activation, or {depth} for as many hidden layers");
            return Err(Error::shape("activation", expected, count));
        }
        let [weight_std, bias_std, weight_rate, bias_rate] = [
            ("weight-std", &self.weight_std, 1.0),
            ("bias-std", &self.bias_std, 0.0),
            ("weight-rate", &self.weight_rate, 1.0),
            ("bias-rate", &self.bias_rate, 1.0),
        ]
        .map(|(name, given, default)| per_layer(name, given, default, depth));
        let (weight_std, bias_std) = (weight_std?, bias_std?);
        let (weight_rate, bias_rate) = (weight_rate?, bias_rate?);
        let layer = |l: usize| {
            let name = &self.activation[if count == 1 { 0 } else { l }];
            let layer = DenseLayer::new(&Activation::parse(name)?, weight_std[l], bias_std[l])?
                .with_rates(weight_rate[l], bias_rate[l])?;
            match self.biases_from_zero {
                true => layer.with_biases_from_zero(bias_std[l]),
                false => Ok(layer),
            }
        };
        let network = FullyConnected::new((0..depth).map(layer).collect::<Result<_>>()?)?
            .with_readout(
                self.readout_std.unwrap_or(1.0),
                self.readout_rate.unwrap_or(1.0),
            )?
            .with_output_bias(
                self.output_bias_std.unwrap_or(0.0),
                self.output_bias_rate.unwrap_or(0.0),
            )?
            .with_parameterisation(self.parameterisation.as_deref().unwrap_or("ntk").parse()?);
        Ok((network, kind.parse()?))
    }

    /// An option of layers that was given.
    pub fn given_of_layers(&self) -> Option<&'static str> {
        let all = [
            ("kind", self.kind.is_some()),
            ("weight-std", !self.weight_std.is_empty()),
            ("bias-std", !self.bias_std.is_empty()),
            ("depth", self.depth.is_some()),
            ("weight-rate", !self.weight_rate.is_empty()),
            ("bias-rate", !self.bias_rate.is_empty()),
            ("biases-from-zero", self.biases_from_zero),
            ("readout-std", self.readout_std.is_some()),
            ("readout-rate", self.readout_rate.is_some()),
            ("output-bias-std", self.output_bias_std.is_some()),
            ("output-bias-rate", self.output_bias_rate.is_some()),
            ("parameterisation", self.parameterisation.is_some()),
        ];
        let given = all.into_iter().find(|(_, given)| *given);
        given.map(|(name, _)| name)
    }
}

/// One number for each layer, from none, one or all.
pub fn per_layer<T: Copy>(name: &str, given: &[T], default: T, depth: usize) -> Result<Vec<T>> {
    match given {
        [] => Ok(vec![default; depth]),
        [one] => Ok(vec![*one; depth]),
        all if all.len() == depth => Ok(all.to_vec()),
        all => {
            let expected = format!("one number, or {depth} for as many hidden layers");
            Err(Error::shape(name, expected, all.len()))
        }
    }
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
