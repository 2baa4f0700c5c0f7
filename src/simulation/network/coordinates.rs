//! Between systems of coordinates.

use super::{Network, Parameters};
use crate::error::{Error, Result};
use crate::model::ensemble::Neurons;
use crate::model::{Coordinates, Group, LearningRates};
use nalgebra::DVector;

impl Network {
    /// The hidden neurons, (ξ, γ, s) in Radon-spline coordinates and (w, b) in standard and NTK ones; all 2m
    /// of an antisymmetric network.
    pub fn neurons(&self) -> Neurons {
        let p = &self.parameters;
        let vector = |group| DVector::from_column_slice(p.group(group));
        match p.coordinates() {
            Coordinates::RadonSpline => Neurons::RadonSpline {
                directions: p.vectors(Group::Direction),
                offsets: vector(Group::Offset),
                scales: vector(Group::Scale),
            },
            Coordinates::Standard | Coordinates::Ntk => Neurons::Standard {
                weights: p.vectors(Group::Weight) * self.factors.0,
                biases: vector(Group::Bias) * self.factors.1,
            },
        }
    }

    /// The same function in standard or Radon-spline coordinates, with the learning rates to train it
    /// there (for NTK coordinates see [`Network::new_ntk`] and [`Network::neurons`]).
    ///
    /// # Errors
    /// NTK as the target; a weight vector 0, which has no direction; a trained group that the new
    /// coordinates do not have.
    pub fn into_coordinates(self, coordinates: Coordinates, rates: LearningRates) -> Result<Self> {
        let neurons = match coordinates {
            Coordinates::Standard => self.neurons().into_standard(),
            Coordinates::RadonSpline => self.neurons().into_radon_spline()?,
            Coordinates::Ntk => {
                return Err(Error::invalid(
                    "coordinates",
                    "Standard or RadonSpline (NTK coordinates need weight_std and bias_std)",
                    "Ntk",
                ));
            }
        };
        let parameters = Parameters::from_neurons(neurons, self.parameters.outputs())?;
        Self {
            factors: (1.0, 1.0),
            parameters,
            ..self
        }
        .with_rates(rates)
    }

    /// (w, b) of every neuron, the vectors w one after another.
    pub(super) fn effective(&self) -> (Vec<f64>, Vec<f64>) {
        let p = &self.parameters;
        let d = p.dim();
        if p.coordinates() == Coordinates::RadonSpline {
            let (offsets, scales) = (p.group(Group::Offset), p.group(Group::Scale));
            let mut weights = p.group(Group::Direction).to_vec();
            for (w, s) in weights.chunks_exact_mut(d).zip(scales) {
                w.iter_mut().for_each(|w| *w *= s);
            }
            let biases = offsets.iter().zip(scales).map(|(g, s)| g * s).collect();
            return (weights, biases);
        }
        let scaled = |group, factor: f64| p.group(group).iter().map(|x| factor * x).collect();
        (
            scaled(Group::Weight, self.factors.0),
            scaled(Group::Bias, self.factors.1),
        )
    }
}
