//! A kernel known only by its matrix.

use super::Kernel;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use nalgebra::DMatrix;

/// The kernel of numbered points, given by its values: the empirical tangent kernel of a network, a
/// Gram matrix from elsewhere.
///
/// Its points are numbers, [`Points::on_line`](crate::data::Points::on_line)`(&[0.0, 1.0, …])`. Of N
/// points the first n ≤ N have their values with all others (the training data, and points at
/// which only predictions are wanted).
#[derive(Clone, Debug)]
pub struct Tabulated {
    values: DMatrix<f64>,
    error: f64,
}

impl Tabulated {
    /// From the N × n matrix of values K(x_i, x_j), whose entries are right to `error`.
    ///
    /// # Errors
    /// An empty matrix or one with more columns than rows; values that are not finite; an upper n × n
    /// block that is not symmetric beyond `error` and rounding.
    pub fn new(values: DMatrix<f64>, error: f64) -> Result<Self> {
        let (rows, columns) = values.shape();
        if columns == 0 || rows < columns {
            return Err(Error::shape(
                "kernel values",
                "at least as many rows as columns, and at least one",
                format!("{rows} × {columns}"),
            ));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite {
                argument: "kernel values".into(),
                position: format!("row {}, column {} (from 0)", at % rows, at / rows),
                found: values[at],
            });
        }
        crate::error::non_negative("error", error)?;
        let allowed = 2.0 * error + 1e-12 * values.amax();
        for j in 0..columns {
            for i in 0..j {
                if (values[(i, j)] - values[(j, i)]).abs() > allowed {
                    return Err(Error::invalid(
                        "kernel values",
                        "a symmetric upper block",
                        format!(
                            "{} in row {i}, column {j} and {} in row {j}, column {i} (from 0)",
                            values[(i, j)],
                            values[(j, i)]
                        ),
                    ));
                }
            }
        }
        Ok(Self { values, error })
    }

    /// The number that a point stands for.
    fn index(&self, x: &[f64]) -> Option<usize> {
        let &[x] = x else { return None };
        let inside = x >= 0.0 && x < self.values.nrows() as f64 && x.fract() == 0.0;
        inside.then_some(x as usize)
    }
}

impl Kernel for Tabulated {
    fn dim(&self) -> Option<usize> {
        Some(1)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let value = self.index(x).zip(self.index(y)).and_then(|(i, j)| {
            let (low, high) = (i.min(j), i.max(j));
            self.values.get((high, low)).copied()
        });
        match value {
            Some(value) => Estimate::new(value, self.error),
            None => Estimate::new(f64::NAN, f64::INFINITY),
        }
    }
}
