//! The usual initialisations by name.

use super::{Ensemble, ParameterLaw};
use crate::error::{Error, Result};

/// An initialisation known by name, for a first layer of fan-in d and fan-out m.
///
/// | name | entries of w | b |
/// |---|---|---|
/// | `pytorch` | U(±1/√d) | U(±1/√d) |
/// | `glorot-uniform` | U(±√(6/(d+m))) | 0 |
/// | `glorot-normal` | N(0, 2/(d+m)) | 0 |
/// | `he-uniform` | U(±√(6/d)) | 0 |
/// | `he-normal` | N(0, 2/d) | 0 |
/// | `lecun-uniform` | U(±√(3/d)) | 0 |
/// | `lecun-normal` | N(0, 1/d) | 0 |
///
/// `pytorch` is the default of `torch.nn.Linear`; the others have the biases of Keras (0) and the
/// untruncated normal law of `torch.nn.init` (Keras cuts it at two standard deviations).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Initialisation {
    /// The default of `torch.nn.Linear`.
    PyTorch,
    /// Glorot & Bengio 2010, uniform.
    GlorotUniform,
    /// Glorot & Bengio 2010, normal.
    GlorotNormal,
    /// He et al. 2015, uniform.
    HeUniform,
    /// He et al. 2015, normal.
    HeNormal,
    /// LeCun et al. 1998, uniform.
    LecunUniform,
    /// LeCun et al. 1998, normal.
    LecunNormal,
}

impl Initialisation {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::PyTorch,
        Self::GlorotUniform,
        Self::GlorotNormal,
        Self::HeUniform,
        Self::HeNormal,
        Self::LecunUniform,
        Self::LecunNormal,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PyTorch => "pytorch",
            Self::GlorotUniform => "glorot-uniform",
            Self::GlorotNormal => "glorot-normal",
            Self::HeUniform => "he-uniform",
            Self::HeNormal => "he-normal",
            Self::LecunUniform => "lecun-uniform",
            Self::LecunNormal => "lecun-normal",
        }
    }

    /// The ensemble it names in dimension d; Glorot's two depend on the width m too.
    ///
    /// # Errors
    /// d = 0; Glorot without a width.
    pub fn ensemble(self, dim: usize, width: Option<usize>) -> Result<Ensemble> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        let d = dim as f64;
        let glorot = || match width {
            Some(m) if m > 0 => Ok(d + m as f64),
            _ => Err(Error::invalid(
                "width",
                format!("a width ≥ 1, on which {} depends", self.name()),
                width.map_or("none".into(), |m| m.to_string()),
            )),
        };
        let uniform = |variance: f64| ParameterLaw::Uniform {
            bound: (3.0 * variance).sqrt(),
        };
        let normal = |variance: f64| ParameterLaw::Gaussian {
            std: variance.sqrt(),
        };
        let (weight, bias) = match self {
            Self::PyTorch => {
                let law = ParameterLaw::Uniform {
                    bound: 1.0 / d.sqrt(),
                };
                (law, law)
            }
            Self::GlorotUniform => (uniform(2.0 / glorot()?), ParameterLaw::Zero),
            Self::GlorotNormal => (normal(2.0 / glorot()?), ParameterLaw::Zero),
            Self::HeUniform => (uniform(2.0 / d), ParameterLaw::Zero),
            Self::HeNormal => (normal(2.0 / d), ParameterLaw::Zero),
            Self::LecunUniform => (uniform(1.0 / d), ParameterLaw::Zero),
            Self::LecunNormal => (normal(1.0 / d), ParameterLaw::Zero),
        };
        Ok(Ensemble::Independent { weight, bias })
    }
}
