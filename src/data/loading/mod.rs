//! Points, data sets, arrays and images from files: CSV, npy and PNG, told apart by their first bytes.
//!
//! **CSV**: one point per line. Fields are separated by commas, semicolons or tabs (found out from
//! the first line), blank lines and lines that begin with `#` are skipped, and the first line is
//! a header if none of its fields is a number. Numbers have a decimal point.
//! **npy**: a one- or two-dimensional array of floats or integers in either order of storage, one
//! point per row.
//!
//! **PNG**: an image as an array of rows and columns, 0 black and 1 white, colours by their luminance.
//!
//! Whatever else is found is an error that names the file and, in a CSV, line and column, both
//! counted from 1.

mod image;
mod npy;
mod table;
mod text;

use super::{Dataset, Points};
use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};
use std::fs;
use std::io::Read;
use std::path::Path;
use table::Table;

/// Numbers in a rectangular array of any dimension, all finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The number of places along each axis, none of them 0.
    pub shape: Vec<usize>,
    /// The numbers, the last axis running fastest.
    pub values: Vec<f64>,
}

impl Array {
    /// Its two columns, of an array called `name` in errors.
    ///
    /// # Errors
    /// Any other shape.
    pub fn into_pairs(self, name: &str) -> Result<(Vec<f64>, Vec<f64>)> {
        match self.shape[..] {
            [_, 2] => Ok(self
                .values
                .chunks_exact(2)
                .map(|row| (row[0], row[1]))
                .unzip()),
            _ => Err(Error::shape(
                name,
                "two columns",
                format!("shape {:?}", self.shape),
            )),
        }
    }
}

/// The points in a file: every column (of an npy array: the second axis) is a coordinate.
///
/// # Errors
/// A file that cannot be read, or does not hold what the module's description says.
pub fn load_points(path: impl AsRef<Path>) -> Result<Points> {
    let path = path.as_ref();
    points(Table::parse(&named(path), &contents(path)?)?)
}

/// The data set in a file: the last column is the target, all others are coordinates.
///
/// # Errors
/// As [`load_points`]; also a single column.
pub fn load_dataset(path: impl AsRef<Path>) -> Result<Dataset> {
    let path = path.as_ref();
    dataset(&named(path), Table::parse(&named(path), &contents(path)?)?)
}

/// The array in a file: an npy array of any dimension ≥ 1, or the rows and columns of a CSV or a PNG image.
///
/// # Errors
/// As [`load_points`].
pub fn load_array(path: impl AsRef<Path>) -> Result<Array> {
    let path = path.as_ref();
    array(&named(path), &contents(path)?)
}

/// [`load_points`] from a reader, named in errors as `name`.
///
/// # Errors
/// As [`load_points`].
pub fn read_points(name: &str, reader: impl Read) -> Result<Points> {
    points(Table::parse(name, &drained(name, reader)?)?)
}

/// [`load_dataset`] from a reader, named in errors as `name`.
///
/// # Errors
/// As [`load_dataset`].
pub fn read_dataset(name: &str, reader: impl Read) -> Result<Dataset> {
    dataset(name, Table::parse(name, &drained(name, reader)?)?)
}

/// [`load_array`] from a reader, named in errors as `name`.
///
/// # Errors
/// As [`load_array`].
pub fn read_array(name: &str, reader: impl Read) -> Result<Array> {
    array(name, &drained(name, reader)?)
}

fn named(path: &Path) -> String {
    path.display().to_string()
}

fn contents(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::Io {
        path: path.into(),
        source,
    })
}

fn drained(name: &str, mut reader: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match reader.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(source) => Err(Error::Io {
            path: name.into(),
            source,
        }),
    }
}

/// Whether the name ends in this extension: a broken file is refused as what it was meant to be.
fn promises(name: &str, extension: &str) -> bool {
    let own = Path::new(name).extension();
    own.is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

fn points(table: Table) -> Result<Points> {
    let Table { columns, values } = table;
    let rows = values.len() / columns;
    Points::from_columns(DMatrix::from_vec(columns, rows, values))
}

fn dataset(name: &str, table: Table) -> Result<Dataset> {
    let columns = table.columns;
    if columns < 2 {
        return Err(Error::shape(
            name,
            "at least 2 columns: coordinates and, in the last one, the target",
            "1 column",
        ));
    }
    let rows = table.values.chunks_exact(columns);
    let targets = rows.clone().map(|row| row[columns - 1]);
    let targets = DVector::from_iterator(rows.len(), targets);
    let coordinates = rows.clone().flat_map(|row| &row[..columns - 1]).copied();
    let coordinates = DMatrix::from_iterator(columns - 1, rows.len(), coordinates);
    Dataset::new(Points::from_columns(coordinates)?, targets)
}

fn array(name: &str, bytes: &[u8]) -> Result<Array> {
    if npy::recognised(bytes) {
        npy::parse(name, bytes)
    } else if image::recognised(bytes) || promises(name, "png") {
        image::parse(name, bytes)
    } else {
        let Table { columns, values } = Table::parse(name, bytes)?;
        let shape = vec![values.len() / columns, columns];
        Ok(Array { shape, values })
    }
}
