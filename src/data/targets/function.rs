//! Any function.

use super::{Target, TargetSpectrum};
use crate::error::{Error, Result};
use std::fmt;
use std::sync::Arc;

type Function = dyn Fn(&[f64]) -> f64 + Send + Sync;

/// A function given as a closure; its Fourier transform is not known.
#[derive(Clone)]
pub struct FunctionTarget {
    name: String,
    dim: usize,
    function: Arc<Function>,
}

impl FunctionTarget {
    /// Names a function on R^d.
    ///
    /// # Errors
    /// d = 0.
    pub fn new(
        name: impl Into<String>,
        dim: usize,
        function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
    ) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "at least 1", dim));
        }
        Ok(Self {
            name: name.into(),
            dim,
            function: Arc::new(function),
        })
    }
}

impl fmt::Debug for FunctionTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionTarget")
            .field("name", &self.name)
            .field("dim", &self.dim)
            .finish_non_exhaustive()
    }
}

impl Target for FunctionTarget {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() == self.dim {
            (self.function)(x)
        } else {
            f64::NAN
        }
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Unknown {
            reason: format!("{} is given by its values only", self.name),
        }
    }
}
