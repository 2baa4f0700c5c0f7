//! Activations: values, derivatives, kinks, tails, parity, Fourier transforms.
//!
//! [`Activation`] is a cheap handle under a name; [`ActivationFunction`] is what it answers;
//! [`PiecewisePolynomial`] is the one family that is open to further exact treatment.
//!
//! Fourier sign: φ̂(ω) = ∫ φ(z) e^{−iωz} dz.

mod catalogue;
mod closed_form;
mod function;
mod gaussian;
mod hyperbolic;
mod parameters;
mod piecewise;

pub use function::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder, Tails,
    Zeros,
};
pub use piecewise::{Piece, PiecewisePolynomial};

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
}

impl Activation {
    /// An activation of one's own.
    pub fn new(name: impl Into<String>, function: impl ActivationFunction + 'static) -> Self {
        Self {
            name: name.into(),
            function: Arc::new(function),
        }
    }

    /// Its name in the notation of the command line, e.g. `leaky-relu:slope=0.1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads that notation: a name, and after a colon its parameters, `name:parameter=value,…`.
    ///
    /// # Errors
    /// Unknown names (with the nearest known ones), unknown or impossible parameters.
    ///
    /// # Examples
    /// ```
    /// use spectral_bias::model::Activation;
    /// assert_eq!(Activation::parse("leaky-relu:slope=0.5")?.value(-2.0), -1.0);
    /// # Ok::<(), spectral_bias::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        catalogue::parse(text)
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
