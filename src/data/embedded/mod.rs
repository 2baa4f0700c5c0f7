//! Two measured data sets in the public domain, compiled in: one input, two inputs.
//!
//! Inputs are scaled to \[−1, 1\] and targets standardised with the mean and the standard deviation
//! (divisor n) of the training targets; a [`Scaling`] takes numbers back to what was measured.
//! Every second month and every third cell in each direction is for training, the first and the last
//! included; the rest is for testing.

mod elevation_values;
mod temperature_values;

use super::{Dataset, Points};
use nalgebra::{DMatrix, DVector};

/// An affine map between what was measured and what is fitted: measured = centre + scale · value.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// What was measured.
    pub quantity: &'static str,
    /// In what unit.
    pub unit: &'static str,
    /// What was measured where the value is 0.
    pub centre: f64,
    /// How much more was measured where the value is 1.
    pub scale: f64,
}

impl Scaling {
    /// What was measured, for a value.
    pub fn measured(&self, value: f64) -> f64 {
        self.centre + self.scale * value
    }

    /// The value of a measurement.
    pub fn value(&self, measured: f64) -> f64 {
        (measured - self.centre) / self.scale
    }
}

/// A measured data set with its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// A short name.
    pub name: &'static str,
    /// What was measured, where and when.
    pub description: &'static str,
    /// Who measured it, and by what way it came here.
    pub source: &'static str,
    /// Under which terms it may be used.
    pub licence: &'static str,
    /// The meaning of each coordinate.
    pub inputs: Vec<Scaling>,
    /// The meaning of the targets.
    pub target: Scaling,
    /// To be fitted.
    pub train: Dataset,
    /// To be predicted.
    pub test: Dataset,
}

/// Monthly sea surface temperature off Peru (region Niño 1+2), January 1991 to January 2001: 61
/// months to fit, 60 to predict. A yearly cycle (5·2π radians per unit of input: a unit is five
/// years) under the slow irregular swings of El Niño, 1998 above all.
///
/// # Source
/// NOAA National Weather Service, Climate Prediction Center, ERSST.v3b, a work of the government
/// of the United States in the public domain; see `data/generate_embedded.py`.
pub fn sea_surface_temperature() -> Embedded {
    let values = temperature_values::DEGREES;
    let half = 0.5 * (values.len() - 1) as f64;
    let rows = values.iter().enumerate().map(|(month, &degrees)| Row {
        input: vec![month as f64 / half - 1.0],
        target: degrees,
        trains: month % 2 == 0,
    });
    let (target, train, test) = split(rows.collect(), "sea surface temperature", "°C");
    Embedded {
        name: "sea-surface-temperature",
        description: "Monthly mean sea surface temperature, 0–10° S and 90–80° W (Niño 1+2), \
                      January 1991 to January 2001",
        source: "NOAA National Weather Service, Climate Prediction Center, ERSST.v3b \
                 (www.cpc.ncep.noaa.gov/data/indices), by way of statsmodels 0.15.0, elnino.csv",
        licence: "Public domain (work of the government of the United States)",
        inputs: vec![Scaling {
            quantity: "time (1991 is January 1991)",
            unit: "year",
            centre: 1991.0 + half / 12.0,
            scale: half / 12.0,
        }],
        target,
        train,
        test,
    }
}

/// Elevation around the Jacksboro fault in the Cumberland Mountains, Tennessee: 40 × 40 cells of
/// 9 arc-seconds, 8.7 km (west to east) by 10.8 km (south to north): 14 × 14 to fit, 1404 to
/// predict. A long ridge with the roughness of real ground.
///
/// # Source
/// Shuttle Radar Topography Mission, 3 arc-seconds (NASA, NGA, USGS), a work of the government of the
/// United States in the public domain; see `data/generate_embedded.py`.
pub fn elevation() -> Embedded {
    /// Cells along a side.
    const SIDE: usize = 40;
    /// Between cells.
    const DEGREES: f64 = 9.0 / 3600.0;
    let half = 0.5 * (SIDE - 1) as f64;
    let values = elevation_values::METRES;
    let rows = values.iter().enumerate().map(|(cell, &metres)| {
        let (row, column) = (cell / SIDE, cell % SIDE);
        Row {
            input: vec![column as f64 / half - 1.0, 1.0 - row as f64 / half],
            target: f64::from(metres),
            trains: row % 3 == 0 && column % 3 == 0,
        }
    });
    let (target, train, test) = split(rows.collect(), "elevation above sea level", "m");
    // The cell in the first row and column, from the corner of the file and its 3″ cells.
    let (west, north) = (
        -84.413_75 + 200.5 * DEGREES / 3.0,
        36.732_916_666_666_67 - 200.5 * DEGREES / 3.0,
    );
    let axis = |quantity, centre| Scaling {
        quantity,
        unit: "degree",
        centre,
        scale: half * DEGREES,
    };
    Embedded {
        name: "elevation",
        description: "Elevation around the Jacksboro fault, Tennessee, 40 × 40 cells of 9″",
        source: "Shuttle Radar Topography Mission, 3″ (NASA, NGA, USGS), by way of matplotlib \
                 3.11.2, jacksboro_fault_dem.npz (github.com/matplotlib/matplotlib/pull/3291)",
        licence: "Public domain (work of the government of the United States)",
        inputs: vec![
            axis("longitude east", west + half * DEGREES),
            axis("latitude north", north - half * DEGREES),
        ],
        target,
        train,
        test,
    }
}

struct Row {
    input: Vec<f64>,
    target: f64,
    trains: bool,
}

/// Standardises the targets and parts what trains from what tests.
fn split(
    rows: Vec<Row>,
    quantity: &'static str,
    unit: &'static str,
) -> (Scaling, Dataset, Dataset) {
    let (train, test): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.trains);
    let n = train.len() as f64;
    let centre = train.iter().map(|row| row.target).sum::<f64>() / n;
    let variance = train
        .iter()
        .map(|row| (row.target - centre).powi(2))
        .sum::<f64>()
        / n;
    let scaling = Scaling {
        quantity,
        unit,
        centre,
        scale: variance.sqrt(),
    };
    let dataset = |rows: &[Row]| {
        let dim = rows.first().map_or(0, |row| row.input.len());
        let inputs = rows.iter().flat_map(|row| row.input.iter().copied());
        let targets = rows.iter().map(|row| scaling.value(row.target));
        Dataset::trusted(
            Points::trusted(DMatrix::from_iterator(dim, rows.len(), inputs)),
            DVector::from_iterator(rows.len(), targets),
        )
    };
    let (train, test) = (dataset(&train), dataset(&test));
    (scaling, train, test)
}

/// Every embedded data set.
pub fn embedded_data() -> Vec<Embedded> {
    vec![sea_surface_temperature(), elevation()]
}
