//! The one error type of the crate's public surface.
//!
//! Every message names the argument, what was expected of it and what was found, so that a
//! caller (or the command line, in one line) can say what to change.

use std::path::PathBuf;

/// What every fallible function of the crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request could not be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument outside its domain.
    #[error("{argument}: expected {expected}, found {found}")]
    InvalidArgument {
        /// The argument's name as the caller wrote it.
        argument: String,
        /// What would have been accepted.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A NaN or an infinity where a finite number is needed.
    #[error("{argument}: expected finite numbers, found {found} at {position}")]
    NotFinite {
        /// The argument's name.
        argument: String,
        /// Where in it, e.g. `point 3, coordinate 0`.
        position: String,
        /// The number that was found.
        found: f64,
    },
    /// Two shapes that had to match and did not.
    #[error("{argument}: expected {expected}, found {found}")]
    Shape {
        /// The argument's name.
        argument: String,
        /// The shape that was needed.
        expected: String,
        /// The shape that was given.
        found: String,
    },
    /// A name that is not known.
    #[error("unknown {kind} `{name}`; {hint}")]
    UnknownName {
        /// What was being named, e.g. `activation`.
        kind: &'static str,
        /// The name given.
        name: String,
        /// What would have been understood.
        hint: String,
    },
    /// The same point twice, with two different targets: no function passes through both.
    #[error(
        "data: points {first} and {second} coincide but their targets differ \
         ({first_target} and {second_target}); merge them or use a ridge"
    )]
    ConflictingPoints {
        /// Index of the first point.
        first: usize,
        /// Index of the second.
        second: usize,
        /// Target at the first.
        first_target: f64,
        /// Target at the second.
        second_target: f64,
    },
    /// Text that could not be read as what it should be.
    #[error("{source_name}: line {line}, column {column}: expected {expected}, found {found}")]
    Parse {
        /// The file, or the argument, that was read.
        source_name: String,
        /// Line, from 1.
        line: usize,
        /// Column (field), from 1.
        column: usize,
        /// What was expected there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A file that is not of the expected format.
    #[error("{path}: {reason}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refused to read or write.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// A computation that did not reach the accuracy asked of it.
    #[error("{what}: {}; {hint}", shortfall(*reached, *tolerance))]
    Accuracy {
        /// What was being computed.
        what: String,
        /// The accuracy asked.
        tolerance: f64,
        /// The error estimate reached; infinite where there is none.
        reached: f64,
        /// What may help.
        hint: String,
    },
    /// A linear system without a unique solution to working precision.
    #[error("{what}: singular to working precision (condition number {condition:.1e}); {hint}")]
    Singular {
        /// Which system.
        what: String,
        /// Its condition number (infinite if exactly singular).
        condition: f64,
        /// What may help.
        hint: String,
    },
    /// Mathematics that does not exist as asked, with the reason.
    #[error("{what}: {reason}")]
    Undefined {
        /// What was asked for.
        what: String,
        /// Why it does not exist.
        reason: String,
    },
    /// Stopped from outside (Ctrl-C, an observer's wish) before the end.
    #[error("{what}: interrupted; {kept}")]
    Interrupted {
        /// What was running.
        what: String,
        /// What is kept of it, and where.
        kept: String,
    },
}

impl Error {
    /// An [`Error::InvalidArgument`].
    pub fn invalid(
        argument: impl Into<String>,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::InvalidArgument {
            argument: argument.into(),
            expected: expected.into(),
            found: found.to_string(),
        }
    }

    /// An [`Error::Shape`].
    pub fn shape(
        argument: impl Into<String>,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::Shape {
            argument: argument.into(),
            expected: expected.into(),
            found: found.to_string(),
        }
    }

    /// An [`Error::Undefined`].
    pub fn undefined(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Undefined {
            what: what.into(),
            reason: reason.into(),
        }
    }
}

/// `value` if it is finite, an [`Error::NotFinite`] naming `argument` otherwise.
pub fn finite(argument: &str, value: f64) -> Result<f64> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::NotFinite {
            argument: argument.into(),
            position: "its only place".into(),
            found: value,
        })
    }
}

/// `value` if it is finite and > 0, an error naming `argument` otherwise.
pub fn positive(argument: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::invalid(argument, "a finite number > 0", value))
    }
}

/// `value` if it is finite and ≥ 0, an error naming `argument` otherwise.
pub fn non_negative(argument: &str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::invalid(argument, "a finite number ≥ 0", value))
    }
}

/// How far an error estimate is from what was asked.
fn shortfall(reached: f64, tolerance: f64) -> String {
    match reached.is_finite() {
        true => format!("error {reached:.1e} exceeds the tolerance {tolerance:.1e}"),
        false => format!("the tolerance {tolerance:.1e} is not reached"),
    }
}
