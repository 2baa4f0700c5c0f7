//! The reader of the high-precision tables in `tests/reference/`.
//!
//! A table is a CSV file: comment lines `# …` (the first names the generator), then
//! `function,arguments,value`, with the arguments separated by spaces and printed so that they
//! parse to the very doubles the generator used, and the value to 50 digits.

use std::path::Path;

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Row {
    pub function: String,
    pub arguments: Vec<f64>,
    pub value: f64,
}

/// All rows of `tests/reference/<name>.csv`.
pub fn load(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(name)
        .with_extension("csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows: Vec<Row> = text
        .lines()
        .filter(|line| !line.starts_with('#') && *line != "function,arguments,value")
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [function, arguments, value] = fields[..] else {
                panic!("{}: three fields expected: {line}", path.display());
            };
            Row {
                function: function.to_owned(),
                arguments: arguments.split(' ').map(|a| a.parse().unwrap()).collect(),
                value: value.parse().unwrap(),
            }
        })
        .collect();
    assert!(!rows.is_empty(), "{}: no rows", path.display());
    rows
}

/// The rows of one function.
pub fn of<'a>(rows: &'a [Row], function: &str) -> Vec<&'a Row> {
    rows.iter().filter(|row| row.function == function).collect()
}
