//! The parameters behind a name: `name:a=1,b=2`.

use crate::error::{Error, Result};
use std::cell::Cell;

/// The parameters given to one activation, each to be asked for by name.
#[derive(Debug)]
pub(super) struct Parameters<'a> {
    owner: &'a str,
    given: Vec<(&'a str, &'a str, Cell<bool>)>,
}

impl<'a> Parameters<'a> {
    /// Splits `a=1,b=2`.
    pub(super) fn parse(owner: &'a str, text: Option<&'a str>) -> Result<Self> {
        let mut given: Vec<(&str, &str, Cell<bool>)> = Vec::new();
        for item in text.into_iter().flat_map(|text| text.split(',')) {
            let Some((name, value)) = item.split_once('=') else {
                return Err(Error::invalid(
                    format!("activation {owner}"),
                    "parameters written `name=value`, separated by commas",
                    format!("`{}`", item.trim()),
                ));
            };
            let (name, value) = (name.trim(), value.trim());
            if given.iter().any(|(n, ..)| *n == name) {
                return Err(Error::invalid(
                    format!("activation {owner}: {name}"),
                    "one value",
                    "two",
                ));
            }
            given.push((name, value, Cell::new(false)));
        }
        Ok(Self { owner, given })
    }

    /// The text of a parameter, if it was given.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        let (_, value, used) = self.given.iter().find(|(n, ..)| *n == name)?;
        used.set(true);
        Some(value)
    }

    fn convert<T: std::str::FromStr>(&self, name: &str, what: &str, default: T) -> Result<T> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        text.parse()
            .map_err(|_| self.refuse(name, what, format!("`{text}`")))
    }

    /// An error about one parameter.
    pub(super) fn refuse(&self, name: &str, expected: &str, found: impl ToString) -> Error {
        Error::invalid(
            format!("activation {}: {name}", self.owner),
            expected,
            found,
        )
    }

    /// A finite number.
    pub(super) fn number(&self, name: &str, default: f64) -> Result<f64> {
        let number = self.convert(name, "a finite number", default)?;
        if number.is_finite() {
            Ok(number)
        } else {
            Err(self.refuse(name, "a finite number", number))
        }
    }

    /// A finite number > 0.
    pub(super) fn positive(&self, name: &str, default: f64) -> Result<f64> {
        let number = self.convert(name, "a finite number > 0", default)?;
        if number.is_finite() && number > 0.0 {
            Ok(number)
        } else {
            Err(self.refuse(name, "a finite number > 0", number))
        }
    }

    /// A whole number ≥ 0.
    pub(super) fn count(&self, name: &str, default: usize) -> Result<usize> {
        self.convert(name, "a whole number ≥ 0", default)
    }

    /// Refuses parameters that nobody asked for.
    pub(super) fn finish(&self, known: &[&str]) -> Result<()> {
        match self.given.iter().find(|(.., used)| !used.get()) {
            None => Ok(()),
            Some((name, ..)) => Err(Error::UnknownName {
                kind: "parameter",
                name: (*name).into(),
                hint: if known.is_empty() {
                    format!("{} takes none", self.owner)
                } else {
                    format!("{} takes {}", self.owner, known.join(", "))
                },
            }),
        }
    }
}
