//! Rows and columns of finite numbers, from either format.

use super::{npy, text};
use crate::error::{Error, Result};

/// At least one row and one column of finite numbers.
pub(super) struct Table {
    /// The number of columns, ≥ 1.
    pub columns: usize,
    /// The numbers, row after row.
    pub values: Vec<f64>,
}

impl Table {
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        if !npy::recognised(bytes) && !super::promises(name, "npy") {
            return text::parse(name, bytes);
        }
        let array = npy::parse(name, bytes)?;
        match array.shape[..] {
            [_] => Ok(Self {
                columns: 1,
                values: array.values,
            }),
            [_, columns] => Ok(Self {
                columns,
                values: array.values,
            }),
            _ => Err(Error::shape(
                name,
                "an array with one or two axes",
                format!("shape {:?}", array.shape),
            )),
        }
    }
}
