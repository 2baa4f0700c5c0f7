//! The penalty of a model over the frequencies that its data can show.

use super::PenaltyCurve;
use crate::data::Points;
use crate::error::Result;
use crate::model::Shallow;
use crate::theory::penalty::{DecayClass, Penalty};
use std::f64::consts::PI;

/// Points of a curve; enough to show the zeros of a hat.
const RESOLUTION: usize = 400;

impl PenaltyCurve {
    /// The penalty from half the lowest frequency that fits the data to twice the highest that their
    /// mean spacing resolves.
    ///
    /// # Errors
    /// A model without a Fourier penalty.
    pub fn over(model: &Shallow, points: &Points) -> Result<Self> {
        let penalty = Penalty::new(model)?;
        let extent = 2.0 * points.max_norm().max(f64::MIN_POSITIVE);
        let per_axis = (points.len() as f64)
            .powf(1.0 / points.dim() as f64)
            .max(2.0);
        let (low, high) = (0.5 * PI / extent, 2.0 * PI * per_axis / extent);
        let place = |i: usize| low * (high / low).powf(i as f64 / (RESOLUTION - 1) as f64);
        let frequency: Vec<f64> = (0..RESOLUTION).map(place).collect();
        let log_weight = frequency
            .iter()
            .map(|&r| penalty.weight(r).map(|w| w.log_weight))
            .collect::<Result<_>>()?;
        let decay = match penalty.decay() {
            DecayClass::Algebraic { order } => format!("r^{order}"),
            DecayClass::Exponential {
                rate,
                exponent: 1.0,
            } => format!("exp({rate:.4}·r)"),
            DecayClass::Exponential { rate, exponent } => format!("exp({rate:.4}·r^{exponent:.4})"),
            DecayClass::Infinite => "infinite".into(),
            _ => "unknown".into(),
        };
        Ok(Self {
            frequency,
            log_weight,
            decay,
            null_space_degree: penalty.null_space_degree(),
        })
    }
}
