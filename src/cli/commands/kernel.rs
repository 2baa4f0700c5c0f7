//! `kernel`: Gram and cross matrices.

use crate::cli::arguments::KernelOptions;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::data::load_points;
use crate::error::Result;
use crate::model::Activation;
use crate::theory::kernel::{GaussianKernel, cross, gram};
use serde_json::Value;

/// A table shows this many columns; the JSON has them all.
const SHOWN: usize = 8;

pub fn run(options: &KernelOptions) -> Result<Answer> {
    let activation = Activation::parse(&options.activation)?;
    let kernel = GaussianKernel::new(
        &activation,
        options.weight_std,
        options.bias_std,
        options.depth,
        options.kind.parse()?,
    )?;
    let points = load_points(&options.points)?;
    let result = match &options.against {
        None => gram(&kernel, &points)?,
        Some(path) => cross(&kernel, &points, &load_points(path)?)?,
    };
    let matrix: Value = result
        .matrix
        .row_iter()
        .map(|row| array(row.iter().copied()))
        .collect();
    let header: Vec<String> = (0..result.matrix.ncols().min(SHOWN))
        .map(|j| j.to_string())
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = result
        .matrix
        .row_iter()
        .map(|row| row.iter().take(SHOWN).map(|&k| number(k)).collect())
        .collect();
    let mut answer = Answer::default()
        .key("kernel", matrix)
        .key("error", finite(result.error))
        .table(&header, &rows);
    if result.matrix.ncols() > SHOWN {
        answer = answer.line(format!(
            "… {} columns in all; --json has them",
            result.matrix.ncols()
        ));
    }
    Ok(answer.line(format!("error of every entry ≤ {}", bound(result.error))))
}
