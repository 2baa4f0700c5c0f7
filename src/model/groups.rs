//! Parameter groups of a shallow network and the learning rate of each.

use crate::error::{Error, Result, non_negative};
use std::fmt;
use std::str::FromStr;

/// The parameters that are trained together, in one of two systems of coordinates that are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Output weights v (both systems).
    Output,
    /// Offsets γ: Radon-spline coordinates, z = s(⟨ξ,x⟩ − γ).
    Offset,
    /// Scales s at fixed offset: Radon-spline coordinates.
    Scale,
    /// Directions ξ on the sphere: Radon-spline coordinates.
    Direction,
    /// Biases b: standard coordinates, z = ⟨w,x⟩ − b.
    Bias,
    /// Weight vectors w at fixed bias: standard coordinates.
    Weight,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 6] = [
        Self::Output,
        Self::Offset,
        Self::Scale,
        Self::Direction,
        Self::Bias,
        Self::Weight,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Offset => "offset",
            Self::Scale => "scale",
            Self::Direction => "direction",
            Self::Bias => "bias",
            Self::Weight => "weight",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Group {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|g| g.name() == text.trim())
            .ok_or_else(|| Error::UnknownName {
                kind: "parameter group",
                name: text.trim().into(),
                hint: "one of output, offset, scale, direction (Radon-spline coordinates) \
                       or output, bias, weight (standard coordinates)"
                    .into(),
            })
    }
}

/// The coordinates in which gradient descent is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coordinates {
    /// (w, b, v): z = ⟨w,x⟩ − b.
    Standard,
    /// (g, β, v) with w = σ_w g/√d and b = σ_b β: what is trained has unit variance.
    Ntk,
    /// (ξ, γ, s, v): z = s(⟨ξ,x⟩ − γ).
    RadonSpline,
}

/// A learning rate for each parameter group: 0 is frozen, 1 is the common rate.
///
/// The tangent kernel is Σ_g rate_g ⟨∂_g f, ∂_g f⟩.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRates {
    rates: Vec<(Group, f64)>,
}

impl LearningRates {
    /// The named groups at rate 1, all others frozen.
    ///
    /// # Errors
    /// No group, a group named twice, or groups of both systems of coordinates.
    pub fn train(groups: &[Group]) -> Result<Self> {
        Self::new(&groups.iter().map(|&g| (g, 1.0)).collect::<Vec<_>>())
    }

    /// The named groups at the given rates, all others frozen.
    ///
    /// # Errors
    /// As [`LearningRates::train`]; also a rate that is negative or not finite, or all rates 0.
    pub fn new(rates: &[(Group, f64)]) -> Result<Self> {
        let mut kept: Vec<(Group, f64)> = Vec::new();
        for &(group, rate) in rates {
            non_negative(&format!("learning rate of {group}"), rate)?;
            if kept.iter().any(|&(g, _)| g == group) {
                return Err(Error::invalid(
                    "train",
                    "each parameter group once",
                    format!("{group} twice"),
                ));
            }
            kept.push((group, rate));
        }
        kept.retain(|&(_, rate)| rate > 0.0);
        kept.sort_by_key(|&(g, _)| g);
        if kept.is_empty() {
            return Err(Error::invalid(
                "train",
                "at least one trained parameter group",
                "none",
            ));
        }
        let radon = kept
            .iter()
            .find(|(g, _)| matches!(g, Group::Offset | Group::Scale | Group::Direction));
        let standard = kept
            .iter()
            .find(|(g, _)| matches!(g, Group::Bias | Group::Weight));
        if let (Some((a, _)), Some((b, _))) = (radon, standard) {
            return Err(Error::invalid(
                "train",
                "groups of one system of coordinates: output, offset, scale, direction or output, bias, weight",
                format!("{a} together with {b}"),
            ));
        }
        Ok(Self { rates: kept })
    }

    /// The trained groups (rate > 0) with their rates, in the order of [`Group`].
    pub fn trained(&self) -> &[(Group, f64)] {
        &self.rates
    }

    /// The rate of a group (0 if frozen).
    pub fn rate(&self, group: Group) -> f64 {
        self.rates
            .iter()
            .find(|(g, _)| *g == group)
            .map_or(0.0, |&(_, r)| r)
    }
}

impl fmt::Display for LearningRates {
    /// The notation that [`LearningRates::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &(group, rate)) in self.rates.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            if rate == 1.0 {
                write!(f, "{comma}{group}")?;
            } else {
                write!(f, "{comma}{group}={rate}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for LearningRates {
    type Err = Error;
    /// `output,offset` or `output=1,offset=0.1`.
    fn from_str(text: &str) -> Result<Self> {
        let mut rates = Vec::new();
        for item in text.split(',') {
            let (name, rate) = match item.split_once('=') {
                Some((name, rate)) => (
                    name,
                    rate.trim().parse::<f64>().map_err(|_| {
                        Error::invalid("train", "a number after `=`", format!("`{}`", rate.trim()))
                    })?,
                ),
                None => (item, 1.0),
            };
            rates.push((name.parse()?, rate));
        }
        Self::new(&rates)
    }
}
