//! One answer, two forms: a table for people, one JSON object for programs.

use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// What a command answers.
#[derive(Debug, Default)]
pub struct Answer {
    json: Map<String, Value>,
    text: String,
}

impl Answer {
    /// With one more key of the JSON object.
    #[must_use]
    pub fn key(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.json.insert(name.to_owned(), value.into());
        self
    }

    /// With one more line of text.
    #[must_use]
    pub fn line(mut self, text: impl AsRef<str>) -> Self {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
        self
    }

    /// The JSON object so far.
    pub fn json(&self) -> Value {
        Value::Object(self.json.clone())
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// With a table: columns are aligned, numbers to the right.
    #[must_use]
    pub fn table(mut self, header: &[&str], rows: &[Vec<String>]) -> Self {
        let width = |column: usize| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(String::as_str);
            cells
                .chain([header[column]])
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let numeric = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).all(|cell| {
                cell.starts_with(|c: char| c.is_ascii_digit() || "-+.∞".contains(c))
                    || cell.is_empty()
            })
        };
        let shape: Vec<(usize, bool)> = (0..header.len()).map(|c| (width(c), numeric(c))).collect();
        let head: Vec<String> = header.iter().map(|&h| h.to_owned()).collect();
        for row in std::iter::once(&head).chain(rows) {
            let cells: Vec<String> = row
                .iter()
                .zip(&shape)
                .map(|(cell, &(width, right))| {
                    if right {
                        format!("{cell:>width$}")
                    } else {
                        format!("{cell:<width$}")
                    }
                })
                .collect();
            self.text.push_str(cells.join("  ").trim_end());
            self.text.push('\n');
        }
        self
    }

    /// Writes the answer to standard output. A reader that closed the pipe has read enough.
    ///
    /// # Errors
    /// The system's, if standard output cannot be written (a full disk).
    pub fn print(self, as_json: bool) -> Result<()> {
        let text = if as_json {
            format!("{}\n", Value::Object(self.json))
        } else {
            self.text
        };
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Error::Io {
                path: "standard output".into(),
                source: e,
            }),
            _ => Ok(()),
        }
    }
}

/// A number as people read it: six significant digits.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if value.is_infinite() {
        if value > 0.0 {
            "∞".into()
        } else {
            "-∞".into()
        }
    } else if value.is_nan() {
        "undefined".into()
    } else if (1e-4..1e7).contains(&value.abs()) {
        let digits = (5 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
        let text = format!("{value:.digits$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    } else {
        format!("{value:.5e}")
    }
}

/// An error bound as people read it.
pub fn bound(error: f64) -> String {
    if error == 0.0 {
        "0".into()
    } else {
        format!("{error:.1e}")
    }
}

/// A number for JSON: `null` unless finite.
pub fn finite(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Numbers for JSON.
pub fn array(values: impl IntoIterator<Item = f64>) -> Value {
    Value::Array(values.into_iter().map(finite).collect())
}
