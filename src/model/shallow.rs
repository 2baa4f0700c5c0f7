//! The specification of a shallow network: what both wings start from.

use super::{Activation, Coordinates, Ensemble, Group, LearningRates};
use crate::error::{Error, Result, positive};

/// f(x) = m^{−½} Σ_i v_i φ(z_i(x)), its neurons drawn from an ensemble, v_i ~ N(0, output_std²),
/// trained by gradient descent on ½Σ(f−y)² with a learning rate per parameter group.
///
/// The theory reads from it the limit m → ∞, the simulation a network of any width.
#[derive(Clone, Debug)]
pub struct Shallow {
    activation: Activation,
    dim: usize,
    ensemble: Ensemble,
    output_std: f64,
    coordinates: Coordinates,
    rates: LearningRates,
    antisymmetric: bool,
}

impl Shallow {
    /// A network on R^d. Starts with unit output weights' standard deviation, antisymmetric
    /// doubling (so that the initial function is 0), and the coordinates that the trained groups ask
    /// for: Radon-spline if an offset, scale or direction is trained or if only output weights
    /// are and the ensemble is a Radon-spline one; NTK for Gaussian ensembles, else standard.
    ///
    /// # Errors
    /// d = 0; an ensemble with impossible parameters; Radon-spline groups with another ensemble's
    /// law are allowed, the law being read in (ξ, γ, s).
    pub fn new(
        activation: Activation,
        dim: usize,
        ensemble: Ensemble,
        rates: LearningRates,
    ) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        ensemble.validate()?;
        let has = |groups: &[Group]| groups.iter().any(|&g| rates.rate(g) > 0.0);
        let radon_groups = has(&[Group::Offset, Group::Scale, Group::Direction]);
        let standard_groups = has(&[Group::Bias, Group::Weight]);
        let coordinates = match ensemble {
            _ if radon_groups => Coordinates::RadonSpline,
            Ensemble::RadonSpline { .. } if !standard_groups => Coordinates::RadonSpline,
            Ensemble::Gaussian { .. } => Coordinates::Ntk,
            _ => Coordinates::Standard,
        };
        Ok(Self {
            activation,
            dim,
            ensemble,
            output_std: 1.0,
            coordinates,
            rates,
            antisymmetric: true,
        })
    }

    /// With output weights of another standard deviation.
    ///
    /// # Errors
    /// Not finite or not > 0.
    pub fn with_output_std(mut self, output_std: f64) -> Result<Self> {
        self.output_std = positive("output_std", output_std)?;
        Ok(self)
    }

    /// With or without antisymmetric doubling (f(θ′) − f(θ″))/√2, θ″ = θ′ at the start.
    #[must_use]
    pub fn with_antisymmetry(mut self, antisymmetric: bool) -> Self {
        self.antisymmetric = antisymmetric;
        self
    }

    /// With standard instead of NTK coordinates or the reverse.
    ///
    /// # Errors
    /// Coordinates in which a trained group does not exist; NTK coordinates for an ensemble that is
    /// not Gaussian.
    pub fn with_coordinates(mut self, coordinates: Coordinates) -> Result<Self> {
        let foreign = |g: Group| match coordinates {
            Coordinates::RadonSpline => matches!(g, Group::Bias | Group::Weight),
            _ => matches!(g, Group::Offset | Group::Scale | Group::Direction),
        };
        if let Some((g, _)) = self.rates.trained().iter().find(|(g, _)| foreign(*g)) {
            return Err(Error::invalid(
                "coordinates",
                format!("coordinates that have the trained group {g}"),
                format!("{coordinates:?}"),
            ));
        }
        if coordinates == Coordinates::Ntk && !matches!(self.ensemble, Ensemble::Gaussian { .. }) {
            return Err(Error::invalid(
                "coordinates",
                "a Gaussian ensemble for NTK coordinates",
                format!("{:?}", self.ensemble),
            ));
        }
        self.coordinates = coordinates;
        Ok(self)
    }

    /// The activation φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The input dimension d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The law of the hidden neurons.
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// √E\[v²\].
    pub fn output_std(&self) -> f64 {
        self.output_std
    }

    /// The coordinates in which gradient descent is taken.
    pub fn coordinates(&self) -> Coordinates {
        self.coordinates
    }

    /// The learning rate of every group.
    pub fn rates(&self) -> &LearningRates {
        &self.rates
    }

    /// Whether the network starts as the difference of two equal halves.
    pub fn antisymmetric(&self) -> bool {
        self.antisymmetric
    }
}
