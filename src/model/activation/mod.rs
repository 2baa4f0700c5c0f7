//! Activations: values, derivatives, kinks, tails, parity, Fourier transforms.

mod function;

pub use function::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Remainder, Tails,
    Zeros,
};

use crate::error::Result;
use std::ops::Deref;
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

    /// Reads that notation.
    ///
    /// # Errors
    /// Unknown names and impossible parameters.
    pub fn parse(_text: &str) -> Result<Self> {
        todo!()
    }
}

impl Deref for Activation {
    type Target = dyn ActivationFunction;
    fn deref(&self) -> &Self::Target {
        &*self.function
    }
}

/// A piecewise polynomial.
#[derive(Clone, Debug)]
pub struct PiecewisePolynomial {
    _private: (),
}
