//! α over laws of scales.

use super::super::regularisation::Regularisation;
use super::super::source::Source;
use super::super::band;
use super::sight::{persistent, rough};
use crate::error::Result;
use crate::model::Activation;
use crate::model::ensemble::ScaleLaw;
use crate::theory::penalty::{Penalty, Seminorm};

/// α̂_s = ρ conj(φ̂_s) ĥ/S at any scale.
pub(super) struct ScaleSight<'a> {
    pub source: &'a Source<'a>,
    pub dim: usize,
    pub activation: &'a Activation,
    pub law: ScaleLaw,
    pub penalty: &'a Penalty,
    pub band: f64,
}

impl<'a> ScaleSight<'a> {
    /// Or why α has no finite cost.
    pub fn new(
        source: &'a Source<'a>,
        dim: usize,
        activation: &'a Activation,
        law: ScaleLaw,
        penalty: &'a Penalty,
    ) -> Result<std::result::Result<Self, String>> {
        if let Some(reason) = persistent(source) {
            return Ok(Err(reason));
        }
        let found = band::search(source, dim, activation, &Regularisation::none(), |omega| {
            Ok(-0.5 * penalty.power_spectrum(omega)?.ln)
        })?;
        Ok(match found {
            Ok(band) => Ok(Self {
                source,
                dim,
                activation,
                law,
                penalty,
                band,
            }),
            Err(endless) => Err(rough(endless)?),
        })
    }

    /// E_ξ∫∫ α²/ρ dγ ds.
    pub fn seminorm(&self) -> Result<Seminorm> {
        todo!()
    }
}
