//! Finite shallow networks f(x) = c Σ_i ±v_i φ(z_i(x)) in standard, NTK and Radon-spline coordinates.
//!
//! The read-out factor c is m^{−½}, 1/m or 1 ([`ReadOut`]). An *antisymmetric* network has 2m neurons:
//! neuron i enters with +, neuron i + m with −, and c carries a further 1/√2, so that
//! f = (f(θ′) − f(θ″))/√2 starts at 0 with the same tangent kernel.

mod coordinates;
mod evaluation;
mod jacobian;
mod linearised;
mod parameters;
mod sampled;

pub(super) use evaluation::{Engine, Inputs};
pub use linearised::Linearised;
pub use parameters::Parameters;
pub use sampled::SampledKernel;

use crate::data::Points;
use crate::error::{Error, Result, finite};
use crate::model::ensemble::{Draw, Neurons, generator};
use crate::model::{Activation, Coordinates, Ensemble, Group, LearningRates, Shallow};
use nalgebra::DVector;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::FRAC_1_SQRT_2;

/// The factor before the sum over m neurons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadOut {
    /// m^{−½}: the kernel regime; the tangent kernel has a limit for output weights of order 1.
    #[default]
    InverseSqrtWidth,
    /// 1/m: mean field.
    MeanField,
    /// 1: the output weights carry all scaling themselves.
    Standard,
}

impl ReadOut {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InverseSqrtWidth => "inverse-sqrt-width",
            Self::MeanField => "mean-field",
            Self::Standard => "standard",
        }
    }

    /// The factor for m neurons.
    pub fn factor(self, width: usize) -> f64 {
        match self {
            Self::InverseSqrtWidth => 1.0 / (width as f64).sqrt(),
            Self::MeanField => 1.0 / width as f64,
            Self::Standard => 1.0,
        }
    }
}

impl std::str::FromStr for ReadOut {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::InverseSqrtWidth, Self::MeanField, Self::Standard]
            .into_iter()
            .find(|r| r.name() == text.trim())
            .ok_or_else(|| Error::UnknownName {
                kind: "read-out",
                name: text.trim().into(),
                hint: "one of inverse-sqrt-width, mean-field, standard".into(),
            })
    }
}

/// A shallow network with its parameters and the learning rate of every group.
#[derive(Clone, Debug)]
pub struct Network {
    activation: Activation,
    read_out: ReadOut,
    antisymmetric: bool,
    /// w = first·g, b = second·β in NTK coordinates; (1, 1) in all others.
    factors: (f64, f64),
    rates: LearningRates,
    parameters: Parameters,
}

impl Network {
    /// A network of width m = `width` drawn from a specification: hidden neurons from its ensemble
    /// ([`Ensemble::sample`]), output weights v_i ~ N(0, output_std²) from streams of their own, both
    /// determined by the seed; 2m neurons if it is antisymmetric. Read-out m^{−½}.
    ///
    /// # Errors
    /// Width 0; an ensemble that cannot be sampled (unbounded offsets).
    pub fn sample(specification: &Shallow, width: usize, seed: u64) -> Result<Self> {
        let ensemble = specification.ensemble();
        let neurons = ensemble.sample(specification.dim(), width, seed)?;
        let outputs = DVector::from_fn(width, |i, _| {
            let normal: f64 = StandardNormal.sample(&mut generator(seed, Draw::Output(i)));
            specification.output_std() * normal
        });
        let activation = specification.activation().clone();
        let rates = specification.rates().clone();
        let network = match (specification.coordinates(), ensemble) {
            (
                Coordinates::Ntk,
                &Ensemble::Gaussian {
                    weight_std,
                    bias_std,
                },
            ) => Self::new_ntk(activation, neurons, outputs, rates, weight_std, bias_std)?,
            (Coordinates::RadonSpline, _) => {
                Self::new(activation, neurons.into_radon_spline()?, outputs, rates)?
            }
            _ => Self::new(activation, neurons.into_standard(), outputs, rates)?,
        };
        Ok(if specification.antisymmetric() {
            network.doubled()
        } else {
            network
        })
    }

    /// A network with given neurons and output weights, in the coordinates of the neurons, read-out
    /// m^{−½}, not antisymmetric.
    ///
    /// # Errors
    /// No neurons, lengths that differ, numbers that are not finite, directions that are not unit
    /// vectors, a trained group that the coordinates do not have.
    pub fn new(
        activation: Activation,
        neurons: Neurons,
        outputs: DVector<f64>,
        rates: LearningRates,
    ) -> Result<Self> {
        let parameters = Parameters::from_neurons(neurons, outputs)?;
        Self::assemble(activation, parameters, rates, (1.0, 1.0))
    }

    /// A network in NTK coordinates, w = σ_w g/√d and b = σ_b β, for neurons given as (w, b) or (ξ, γ, s).
    /// With σ_b = 0 the biases stay what they must be, 0.
    ///
    /// # Errors
    /// As [`Network::new`]; σ_w not > 0, σ_b < 0, biases that are not 0 with σ_b = 0.
    pub fn new_ntk(
        activation: Activation,
        neurons: Neurons,
        outputs: DVector<f64>,
        rates: LearningRates,
        weight_std: f64,
        bias_std: f64,
    ) -> Result<Self> {
        Ensemble::Gaussian {
            weight_std,
            bias_std,
        }
        .validate()?;
        let factors = (weight_std / (neurons.dim() as f64).sqrt(), bias_std);
        let parameters = Parameters::from_neurons(neurons.into_standard(), outputs)?;
        Self::assemble(activation, parameters.into_ntk(factors)?, rates, factors)
    }

    fn assemble(
        activation: Activation,
        parameters: Parameters,
        rates: LearningRates,
        factors: (f64, f64),
    ) -> Result<Self> {
        for &(group, _) in rates.trained() {
            parameters.range(group)?;
        }
        Ok(Self {
            activation,
            read_out: ReadOut::default(),
            antisymmetric: false,
            factors,
            rates,
            parameters,
        })
    }

    /// The antisymmetric network (f(θ′) − f(θ″))/√2 with θ″ = θ′ = θ: 2m neurons, function 0, the same
    /// tangent kernel. A network that is antisymmetric already stays as it is.
    #[must_use]
    pub fn doubled(mut self) -> Self {
        if !self.antisymmetric {
            self.parameters = self.parameters.doubled();
            self.antisymmetric = true;
        }
        self
    }

    /// With another read-out factor.
    #[must_use]
    pub fn with_read_out(mut self, read_out: ReadOut) -> Self {
        self.read_out = read_out;
        self
    }

    /// With other learning rates.
    ///
    /// # Errors
    /// A trained group that the network's coordinates do not have.
    pub fn with_rates(mut self, rates: LearningRates) -> Result<Self> {
        for &(group, _) in rates.trained() {
            self.parameters.range(group)?;
        }
        self.rates = rates;
        Ok(self)
    }

    /// The activation φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The input dimension d.
    pub fn dim(&self) -> usize {
        self.parameters.dim()
    }

    /// The width m of the read-out factor: half the number of neurons if antisymmetric.
    pub fn width(&self) -> usize {
        if self.antisymmetric {
            self.parameters.neurons() / 2
        } else {
            self.parameters.neurons()
        }
    }

    /// Whether the second half of the neurons enters with a minus sign.
    pub fn antisymmetric(&self) -> bool {
        self.antisymmetric
    }

    /// The read-out factor's kind.
    pub fn read_out(&self) -> ReadOut {
        self.read_out
    }

    /// The coordinates of the parameters.
    pub fn coordinates(&self) -> Coordinates {
        self.parameters.coordinates()
    }

    /// The learning rate of every group.
    pub fn rates(&self) -> &LearningRates {
        &self.rates
    }

    /// The parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The same network at other parameters, in the same layout ([`Parameters::values`]).
    ///
    /// # Errors
    /// Another length; numbers that are not finite.
    pub fn set_parameters(&mut self, values: &[f64]) -> Result<()> {
        if values.len() != self.parameters.values().len() {
            return Err(Error::shape(
                "parameters",
                format!("{} numbers", self.parameters.values().len()),
                values.len(),
            ));
        }
        for &value in values {
            finite("parameters", value)?;
        }
        self.parameters.values_mut().copy_from_slice(values);
        Ok(())
    }

    pub(super) fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    pub(super) fn factors(&self) -> (f64, f64) {
        self.factors
    }

    /// ±c, the factor of neuron i's output weight.
    pub(super) fn signed_factor(&self, neuron: usize) -> f64 {
        let factor = self.read_out.factor(self.width());
        match (self.antisymmetric, neuron < self.width()) {
            (false, _) => factor,
            (true, true) => factor * FRAC_1_SQRT_2,
            (true, false) => -factor * FRAC_1_SQRT_2,
        }
    }

    /// f at every point.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn forward(&self, points: &Points) -> Result<DVector<f64>> {
        points.expect_dim("points", self.dim())?;
        let inputs = Inputs::new(points);
        Ok(DVector::from_vec(evaluation::values(self, &inputs)))
    }

    /// The loss ½Σ(f−y)² and its gradient, in the layout of [`Parameters::values`]; 0 for frozen groups,
    /// the tangential part for directions.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn loss_and_gradient(&self, data: &crate::data::Dataset) -> Result<(f64, Vec<f64>)> {
        data.points().expect_dim("data", self.dim())?;
        let inputs = Inputs::new(data.points());
        let mut engine = Engine::new(self, &inputs);
        let predictions = engine.forward(self, &inputs);
        let residuals: Vec<f64> = predictions
            .iter()
            .zip(data.targets().iter())
            .map(|(f, y)| f - y)
            .collect();
        let loss = half_square(&residuals);
        Ok((loss, engine.backward(self, &inputs, &residuals)))
    }

    /// The groups trained, with the place of each in the parameters and its learning rate.
    pub(super) fn trained(&self) -> Vec<(Group, std::ops::Range<usize>, f64)> {
        self.rates
            .trained()
            .iter()
            .filter_map(|&(g, rate)| self.parameters.range(g).ok().map(|range| (g, range, rate)))
            .collect()
    }
}

/// ½Σr².
pub(super) fn half_square(residuals: &[f64]) -> f64 {
    0.5 * crate::numerics::dot(residuals, residuals)
}
