//! Every number of a study, as rows (CSV, the page's table) and as JSON.

use crate::error::{Error, Result};
use crate::verify::{Comparison, PenaltyCurve, TrainedNetwork};
use serde_json::{Value, json};

/// The columns of the table: one row for each trained network.
pub const COLUMNS: [&str; 18] = [
    "data",
    "dim",
    "activation",
    "ensemble",
    "train",
    "steps",
    "rate",
    "width",
    "seed",
    "gap",
    "gap_sup",
    "gap_seminorm_relative",
    "distance_to_limit",
    "predicted_distance_to_limit",
    "cost",
    "predicted_cost",
    "kernel_movement",
    "kernel_deviation",
];

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A real number.
    Real(f64),
}

impl Cell {
    /// With four significant digits.
    pub fn short(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) if (1e-3..1e5).contains(&number.abs()) => {
                let digits = (3 - number.abs().log10().floor() as i32).clamp(0, 9) as usize;
                format!("{number:.digits$}")
            }
            Self::Real(number) if number.is_nan() => "–".into(),
            Self::Real(number) => format!("{number:.3e}"),
        }
    }

    /// With all digits.
    pub fn full(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) if number.is_nan() => String::new(),
            Self::Real(number) => format!("{number:e}"),
        }
    }
}

/// The rows of one comparison, in the order of [`COLUMNS`].
pub fn rows(c: &Comparison) -> Vec<[Cell; COLUMNS.len()]> {
    let row = |n: &TrainedNetwork| {
        [
            Cell::Text(c.data.clone()),
            Cell::Whole(c.train.dim() as u64),
            Cell::Text(c.activation.clone()),
            Cell::Text(c.ensemble.clone()),
            Cell::Text(c.trained.clone()),
            Cell::Whole(c.steps),
            Cell::Real(c.rate),
            Cell::Whole(n.width as u64),
            Cell::Whole(n.seed),
            Cell::Real(n.gap.rms),
            Cell::Real(n.gap.sup),
            Cell::Real(n.gap.seminorm_relative),
            Cell::Real(n.distance_to_limit.unwrap_or(f64::NAN)),
            Cell::Real(c.predicted_distance_to_limit.unwrap_or(f64::NAN)),
            Cell::Real(n.cost),
            Cell::Real(c.predicted_cost),
            Cell::Real(n.kernel_movement),
            Cell::Real(n.kernel_deviation),
        ]
    };
    c.networks.iter().map(row).collect()
}

/// All rows as CSV.
///
/// # Errors
/// [`Error::Format`] if a row cannot be encoded.
pub fn csv(comparisons: &[Comparison]) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::Format {
        path: "results.csv".into(),
        reason: e.to_string(),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for row in comparisons.iter().flat_map(rows) {
        writer
            .write_record(row.iter().map(Cell::full))
            .map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Format {
        path: "results.csv".into(),
        reason: e.to_string(),
    })
}

/// One comparison, whole.
pub fn json(c: &Comparison) -> Value {
    let by_width = |quantity: &dyn Fn(&TrainedNetwork) -> f64| -> Vec<f64> {
        c.widths().iter().map(|&w| c.mean(w, quantity)).collect()
    };
    json!({
        "activation": c.activation,
        "data": c.data,
        "dim": c.train.dim(),
        "ensemble": c.ensemble,
        "train": c.trained,
        "steps": c.steps,
        "rate": c.rate,
        "width": c.widths(),
        "gap": by_width(&|n| n.gap.rms),
        "gap_sup": by_width(&|n| n.gap.sup),
        "gap_seminorm_relative": by_width(&|n| n.gap.seminorm_relative),
        "slope": c.slope.map(|s| s.value),
        "slope_band": c.slope.map(|s| [s.value - s.half_band, s.value + s.half_band]),
        "cost": by_width(&|n| n.cost),
        "predicted_cost": c.predicted_cost,
        "limit_cost": c.limit_cost,
        "kernel_movement": by_width(&|n| n.kernel_movement),
        "kernel_deviation": by_width(&|n| n.kernel_deviation),
        "distance_to_limit": by_width(&|n| n.distance_to_limit.unwrap_or(f64::NAN)),
        "predicted_distance_to_limit": c.predicted_distance_to_limit,
        "condition": c.condition,
        "verdict": c.verdict.to_string(),
        "recorded_steps": c.recorded,
        "predicted_loss": c.predicted_loss,
        "frequency_bands": c.bands,
        "predicted_band_error": c.predicted_band_error,
        "penalty": c.penalty.as_ref().map(penalty),
        "predicted": c.predicted.as_slice(),
        "limit": c.limit.as_ref().map(|l| l.as_slice()),
        "trained": c.trained_function.as_slice(),
        "networks": c.networks.iter().map(network).collect::<Vec<_>>(),
    })
}

fn penalty(p: &PenaltyCurve) -> Value {
    json!({
        "frequency": p.frequency,
        "log_weight": p.log_weight,
        "decay": p.decay,
        "null_space_degree": p.null_space_degree,
    })
}

fn network(n: &TrainedNetwork) -> Value {
    json!({
        "width": n.width,
        "seed": n.seed,
        "gap": n.gap.rms,
        "gap_sup": n.gap.sup,
        "gap_seminorm_relative": n.gap.seminorm_relative,
        "distance_to_limit": n.distance_to_limit,
        "cost": n.cost,
        "kernel_movement": n.kernel_movement,
        "kernel_deviation": n.kernel_deviation,
        "loss": n.loss,
        "band_error": n.band_error,
    })
}
