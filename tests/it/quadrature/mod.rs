//! Quadrature against closed forms at 60 digits (tests/reference/quadrature.csv), against random problems,
//! and against bad input.

mod fourier_integral;
mod gauss;
mod library;
mod logarithmic;
mod random;
mod robust;

use crate::reference::Row;

const INF: f64 = f64::INFINITY;

/// The one value of a name in the table, at the given arguments.
fn exact(rows: &[Row], function: &str, arguments: &[f64]) -> f64 {
    let found: Vec<&Row> = rows
        .iter()
        .filter(|row| row.function == function && row.arguments == arguments)
        .collect();
    assert_eq!(found.len(), 1, "{function} {arguments:?}");
    found[0].value
}

/// e^{−(x−μ)²/(2s²)}.
fn gauss(x: f64, mu: f64, s: f64) -> f64 {
    (-0.5 * ((x - mu) / s).powi(2)).exp()
}
