//! Activations from files: a table of samples, or the pieces of a designed activation.

use super::{Activation, Extrapolation, Piece, PiecewisePolynomial};
use crate::data::read_array;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::path::Path;

/// How a table goes on where the notation does not say.
const BEYOND: Extrapolation = Extrapolation::Linear;

/// The pieces as the JSON of a design has them; its other keys are not read.
#[derive(Deserialize)]
struct Pieces {
    knots: Vec<f64>,
    centres: Vec<f64>,
    coefficients: Vec<Vec<f64>>,
}

/// `FILE` or `FILE,beyond=constant`.
pub(super) fn parse(text: &str) -> Result<Activation> {
    let (path, beyond) = match text.rsplit_once(",beyond=") {
        None => (text, BEYOND),
        Some((path, "linear")) => (path, Extrapolation::Linear),
        Some((path, "constant")) => (path, Extrapolation::Constant),
        Some((_, other)) => {
            return Err(Error::invalid(
                "beyond",
                "linear or constant",
                format!("`{other}`"),
            ));
        }
    };
    Ok(Activation {
        name: format!("table:{text}"),
        ..Activation::load(path.trim(), beyond)?
    })
}

impl Activation {
    /// The activation in a file. CSV and npy: two columns, z ascending and φ(z), made into a cubic spline
    /// ([`Activation::from_table`]). JSON, as `design` writes it: the piecewise polynomial with these `knots` and,
    /// for each of its pieces, the centre and the coefficients of 1, z − centre, (z − centre)², …
    ///
    /// # Errors
    /// A file that cannot be read; a table of another shape; what [`Activation::from_table`] and
    /// [`PiecewisePolynomial::new`] refuse.
    pub fn load(path: impl AsRef<Path>, beyond: Extrapolation) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.into(),
            source,
        })?;
        if bytes.trim_ascii_start().starts_with(b"{") {
            let pieces = serde_json::from_slice(&bytes).map_err(|e| Error::Format {
                path: path.into(),
                reason: format!("expected the knots, centres and coefficients of a design: {e}"),
            })?;
            return Ok(Self::new(name, assemble(pieces)?));
        }
        let (z, phi) = read_array(&name, bytes.as_slice())?.into_pairs(&name)?;
        Self::from_table(name, &z, &phi, beyond)
    }
}

fn assemble(found: Pieces) -> Result<PiecewisePolynomial> {
    if found.centres.len() != found.coefficients.len() {
        return Err(Error::shape(
            "centres",
            format!("one for each of {} pieces", found.coefficients.len()),
            found.centres.len(),
        ));
    }
    let pieces = found.centres.into_iter().zip(found.coefficients);
    let pieces = pieces.map(|(centre, coefficients)| Piece::new(centre, coefficients));
    PiecewisePolynomial::new(found.knots, pieces.collect())
}
