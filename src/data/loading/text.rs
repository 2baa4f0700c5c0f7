//! Numbers in text.

use super::table::Table;
use crate::error::{Error, Result};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Longer texts are cut in messages.
const SHOWN: usize = 40;

/// Reads a table; `name` stands for the file in errors.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Table> {
    let text = decode(name, bytes)?;
    let lines = Lines::of(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(lines.delimiter())
        .from_reader(lines.text.as_bytes());
    let mut table = Table {
        columns: 0,
        values: Vec::new(),
    };
    let mut first_line = 0;
    let mut record = StringRecord::new();
    let mut first = true;
    while read(name, &mut reader, &mut record)? {
        let line = lines.number_of(record.position().map_or(1, |at| at.line()));
        if std::mem::take(&mut first) && is_header(&record) {
            continue;
        }
        if table.columns == 0 {
            table.columns = record.len();
            first_line = line;
        }
        if record.len() != table.columns {
            return Err(Error::Parse {
                source_name: name.into(),
                line,
                column: record.len().min(table.columns) + 1,
                expected: format!("{} fields as in line {first_line}", table.columns),
                found: record.len().to_string(),
            });
        }
        for (column, field) in record.iter().enumerate() {
            let number = field.parse::<f64>().ok().filter(|x| x.is_finite());
            table.values.push(number.ok_or_else(|| {
                Error::Parse {
                    source_name: name.into(),
                    line,
                    column: column + 1,
                    expected: if field.contains([' ', ',']) {
                        "a finite number (with a decimal point; commas, semicolons or tabs between)"
                    } else {
                        "a finite number"
                    }
                    .into(),
                    found: shown(field),
                }
            })?);
        }
    }
    if table.values.is_empty() {
        return Err(format_error(
            name,
            "expected at least one line of numbers, found none",
        ));
    }
    Ok(table)
}

fn format_error(name: &str, reason: impl Into<String>) -> Error {
    Error::Format {
        path: name.into(),
        reason: reason.into(),
    }
}

/// UTF-8 without control characters but tabs and ends of lines, and without a byte order mark.
fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| e.valid_up_to());
    let foreign = |text: &str| {
        text.bytes()
            .position(|b| b.is_ascii_control() && !b.is_ascii_whitespace())
    };
    let at = match text {
        Ok(text) => match foreign(text) {
            None => return Ok(text),
            Some(at) => at,
        },
        Err(at) => at,
    };
    let line = bytes.iter().take(at).filter(|&&b| b == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    Err(format_error(
        name,
        format!(
            "line {line}: expected text (UTF-8) or an npy file, found the byte 0x{byte:02x}; \
             is this a binary file?"
        ),
    ))
}

/// The lines that hold fields, and where they stood. (The reader's own handling of comments and
/// blank lines loses count of lines.)
struct Lines {
    text: String,
    numbers: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut lines = Self {
            text: String::with_capacity(text.len()),
            numbers: Vec::new(),
        };
        let unix = text.replace("\r\n", "\n").replace('\r', "\n");
        for (index, line) in unix.lines().enumerate() {
            // A separator alone in a line of tabs is a blank line too.
            let line = line.trim_end();
            let content = line.trim_start();
            if !content.is_empty() && !content.starts_with('#') {
                lines.text.push_str(line);
                lines.text.push('\n');
                lines.numbers.push(index + 1);
            }
        }
        lines
    }

    /// The original number of a line of `text`, both from 1.
    fn number_of(&self, line: u64) -> usize {
        let index = usize::try_from(line).unwrap_or(1).saturating_sub(1);
        self.numbers.get(index).copied().unwrap_or(1)
    }

    /// Tab or semicolon if the first line has one (a comma may then be part of a field), else
    /// comma.
    fn delimiter(&self) -> u8 {
        let first = self.text.lines().next().unwrap_or_default();
        *[b'\t', b';']
            .iter()
            .find(|&&d| first.bytes().any(|b| b == d))
            .unwrap_or(&b',')
    }
}

fn read(name: &str, reader: &mut csv::Reader<&[u8]>, record: &mut StringRecord) -> Result<bool> {
    reader
        .read_record(record)
        .map_err(|e| format_error(name, e.to_string()))
}

/// Whether no field is a number. (`nan` and `inf` are numbers here: they are refused as such, not
/// taken for names of columns.)
fn is_header(record: &StringRecord) -> bool {
    record.iter().all(|field| field.parse::<f64>().is_err())
        && record.iter().any(|field| !field.is_empty())
}

fn shown(field: &str) -> String {
    if field.is_empty() {
        return "an empty field".into();
    }
    let mut cut: String = field.chars().take(SHOWN).collect();
    if cut.len() < field.len() {
        cut.push('…');
    }
    format!("`{}`", cut.escape_debug())
}
