//! Activations: values, derivatives, kinks, tails, parity, Fourier transforms.
//!
//! [`Activation`] is a cheap handle under a name; [`ActivationFunction`] is what it answers;
//! [`PiecewisePolynomial`] is the one family that is open to further exact treatment.
//!
//! Fourier sign: φ̂(ω) = ∫ φ(z) e^{−iωz} dz.

mod algebraic;
mod asymptotics;
mod catalogue;
mod closed_form;
mod closure;
mod combination;
mod comparator;
mod differences;
mod exponential;
#[cfg(feature = "io")]
mod file;
#[cfg(feature = "formula")]
mod formula;
mod function;
mod gaussian;
mod hyperbolic;
mod linear;
mod logistic;
mod notation;
mod packet;
mod parameters;
mod piecewise;
mod places;
mod rows;
mod sine;

pub use catalogue::Listing;
pub use closure::ClosureBuilder;
pub use function::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder,
    ScaleMixture, Tails, Zeros,
};
pub use piecewise::{Extrapolation, Piece, PiecewisePolynomial};
pub use places::Place;

use crate::error::Result;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

/// Any activation under its name: a cheap handle to an [`ActivationFunction`].
#[derive(Clone, Debug)]
pub struct Activation {
    name: String,
    function: Arc<dyn ActivationFunction>,
    /// What it is the sum of, if it was made as one.
    terms: Option<Arc<[combination::Term]>>,
}

impl Activation {
    /// An activation of one's own.
    pub fn new(name: impl Into<String>, function: impl ActivationFunction + 'static) -> Self {
        Self::from_shared(name, Arc::new(function))
    }

    fn from_shared(name: impl Into<String>, function: Arc<dyn ActivationFunction>) -> Self {
        Self {
            name: name.into(),
            function,
            terms: None,
        }
    }

    /// The cubic spline through a table of samples (z_i, φ_i), z ascending: a piecewise polynomial, with
    /// everything that is exact for those.
    ///
    /// # Errors
    /// As [`PiecewisePolynomial::cubic_spline`].
    pub fn from_table(
        name: impl Into<String>,
        z: &[f64],
        phi: &[f64],
        beyond: Extrapolation,
    ) -> Result<Self> {
        let spline = PiecewisePolynomial::cubic_spline(z, phi, beyond)?;
        Ok(Self::new(name, spline))
    }

    /// Its name in the notation of the command line, e.g. `leaky-relu:slope=0.1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Itself as Σ coefficient·ψ(slope·z + intercept), one term being itself unless it was made as a
    /// combination: (coefficient, slope, intercept, ψ).
    pub(crate) fn affine_terms(&self) -> Vec<(f64, f64, f64, Self)> {
        match &self.terms {
            None => vec![(1.0, 1.0, 0.0, self.clone())],
            Some(terms) => terms
                .iter()
                .map(|t| (t.coefficient, t.slope, t.intercept, t.activation.clone()))
                .collect(),
        }
    }

    /// Where something happens apart from the kinks, and over which length: the centres of what it is a combination of, and
    /// the steep places of each.
    pub(crate) fn landmarks(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for (_, slope, intercept, psi) in self.affine_terms() {
            let own = match psi.family() {
                Family::PiecewisePolynomial(_) => None,
                Family::Erf { scale } => Some(1.0 / scale.abs()),
                Family::Packet { curvature, .. } => Some(1.0 / curvature.sqrt()),
                Family::ExponentialLinear { width, .. } => Some(width),
                _ => Some(1.0),
            };
            let centre = own.map(|scale| Place { at: 0.0, scale });
            let places = psi.steep_places().into_iter().chain(centre);
            found.extend(places.map(|p| Place {
                at: (p.at - intercept) / slope,
                scale: (p.scale / slope).abs(),
            }));
        }
        found.retain(|p| p.at.is_finite());
        found
    }

    /// Reads that notation: a name and after a colon its parameters, `leaky-relu:slope=0.1`; in
    /// parentheses an affine argument, `tanh(2*z-1)`; sums with factors, the signs between
    /// spaces, `0.5*relu + 0.5*tanh`; with the feature `formula` any formula in z,
    /// `formula:z*tanh(ln(1+exp(z)))`; and with the feature `io` a file of samples (z, φ) or of a design's pieces,
    /// `table:phi.csv`, `table:phi.csv,beyond=constant`, `table:activation.json`. [`Activation::list`] has the names.
    ///
    /// # Errors
    /// Unknown names (with the nearest known ones), unknown or impossible parameters, a text that
    /// does not follow the notation; files as `Activation::load`.
    ///
    /// # Examples
    /// ```
    /// use spectral_bias::model::Activation;
    /// assert_eq!(Activation::parse("leaky-relu:slope=0.5")?.value(-2.0), -1.0);
    /// # Ok::<(), spectral_bias::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        notation::parse(text)
    }
}

impl FromStr for Activation {
    type Err = crate::Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Deref for Activation {
    type Target = dyn ActivationFunction;
    fn deref(&self) -> &Self::Target {
        &*self.function
    }
}

/// A formula in any variable as a function of it.
#[cfg(feature = "formula")]
pub(crate) fn formula_of(
    formula: &str,
    variable: &str,
) -> Result<impl Fn(f64) -> f64 + Clone + Send + Sync + use<>> {
    formula::function(formula, variable)
}

#[cfg(not(feature = "formula"))]
fn from_formula(_formula: &str) -> Result<Activation> {
    Err(crate::Error::invalid(
        "activation",
        "an activation by name (this build lacks the feature `formula`)",
        "a formula",
    ))
}

#[cfg(feature = "formula")]
fn from_formula(formula: &str) -> Result<Activation> {
    formula::activation(formula)
}

#[cfg(feature = "io")]
fn from_file(text: &str) -> Result<Activation> {
    file::parse(text)
}

#[cfg(not(feature = "io"))]
fn from_file(_text: &str) -> Result<Activation> {
    Err(crate::Error::invalid(
        "activation",
        "an activation by name (this build lacks the feature `io`)",
        "a file",
    ))
}
