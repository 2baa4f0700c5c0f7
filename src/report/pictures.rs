//! Which plots show a study.

use super::plot::{Axis, Field, Mark, Plot, heat_maps};
use crate::data::{Points, RegularGrid};
use crate::error::Result;
use crate::verify::Comparison;
use std::f64::consts::LN_10;

/// How many decades of weight a penalty plot spans: exponential weights leave the others no room beyond.
const DECADES: f64 = 24.0;

/// A plot, with the name of its file and a sentence that says how to read it.
#[derive(Clone, Debug)]
pub struct Picture {
    /// File name without its ending.
    pub name: String,
    /// How to read it.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// The penalty of every activation against frequency; `None` if no model has one.
///
/// # Errors
/// A drawing that fails.
pub fn penalties(name: &str, group: &[&Comparison]) -> Result<Option<Picture>> {
    let mut plot = Plot::new(
        format!("What each activation charges for frequency ({name})"),
        Axis::log("frequency ‖k‖ (radians per unit of the scaled input)"),
        Axis::linear("log₁₀ of the penalty weight 1/K̂"),
    );
    let lowest = group
        .iter()
        .filter_map(|c| c.penalty.as_ref())
        .flat_map(|p| p.log_weight.iter().flatten())
        .fold(f64::INFINITY, |a, &b| a.min(b / LN_10));
    for (colour, comparison) in group.iter().enumerate() {
        let Some(penalty) = &comparison.penalty else {
            continue;
        };
        let points = penalty
            .frequency
            .iter()
            .zip(&penalty.log_weight)
            .filter_map(|(&r, weight)| weight.map(|w| (r, w / LN_10)))
            .filter(|(_, w)| *w < lowest + DECADES)
            .collect();
        plot = plot.with(&comparison.activation, Mark::Line, Some(colour), points);
    }
    if !lowest.is_finite() {
        return Ok(None);
    }
    Ok(Some(Picture {
        name: format!("penalty-{}", slug(name)),
        caption:
            "Steeper is smoother: a frequency with a large weight is expensive, and learnt late. \
                  Spikes are frequencies that the activation cannot express at all."
                .into(),
        svg: plot.svg()?,
    }))
}

/// Data, predicted and trained function: curves in one dimension, maps on a grid in two.
///
/// # Errors
/// A drawing that fails.
pub fn functions(comparison: &Comparison) -> Result<Option<Picture>> {
    let name = format!(
        "function-{}-{}",
        slug(&comparison.data),
        slug(&comparison.activation)
    );
    let title = format!("{}: {}", comparison.activation, comparison.data);
    let width = comparison.widths().last().copied().unwrap_or(0);
    let points: Vec<&[f64]> = comparison
        .train
        .points()
        .iter()
        .chain(comparison.test.points().iter())
        .collect();
    let svg = match comparison.train.dim() {
        1 => {
            let mut order: Vec<usize> = (0..points.len()).collect();
            order.sort_by(|&i, &j| points[i][0].total_cmp(&points[j][0]));
            let curve = |values: &nalgebra::DVector<f64>| {
                order
                    .iter()
                    .map(|&i| (points[i][0], values[i]))
                    .collect::<Vec<_>>()
            };
            let data = |set: &crate::data::Dataset| {
                let pairs = set.points().iter().zip(set.targets().iter());
                pairs.map(|(x, &y)| (x[0], y)).collect::<Vec<_>>()
            };
            Plot::new(
                title,
                Axis::linear("input (scaled)"),
                Axis::linear("target (standardised)"),
            )
            .with("data", Mark::Points, None, data(&comparison.train))
            .with(
                format!("trained, {width} neurons"),
                Mark::Line,
                Some(0),
                curve(&comparison.trained_function),
            )
            .with(
                "predicted, same step",
                Mark::Dashed,
                Some(1),
                curve(&comparison.predicted),
            )
            .svg()?
        }
        2 => {
            let all = Points::from_rows(&points)?;
            let Some(grid) = RegularGrid::of(&all) else {
                return Ok(None);
            };
            let field = |title: &str, value: &dyn Fn(usize) -> f64, own_range: bool| Field {
                title: title.into(),
                values: grid.order.iter().map(|&i| value(i)).collect(),
                own_range,
            };
            let (train, test) = (comparison.train.targets(), comparison.test.targets());
            let target = |i: usize| {
                if i < train.len() {
                    train[i]
                } else {
                    test[i - train.len()]
                }
            };
            let (trained, predicted) = (&comparison.trained_function, &comparison.predicted);
            heat_maps(
                &title,
                grid.shape[0],
                &[
                    field("data", &target, false),
                    field("predicted", &|i| predicted[i], false),
                    field(&format!("trained, {width} neurons"), &|i| trained[i], false),
                    field("trained − predicted", &|i| trained[i] - predicted[i], true),
                ],
            )?
        }
        _ => return Ok(None),
    };
    Ok(Some(Picture {
        name,
        caption: format!(
            "Predicted and trained after {} steps of gradient descent from the zero function.",
            comparison.steps
        ),
        svg,
    }))
}

/// The gap against width with the fitted slopes.
///
/// # Errors
/// A drawing that fails.
pub fn gaps(name: &str, group: &[&Comparison]) -> Result<Option<Picture>> {
    if group.iter().all(|c| c.slope.is_none()) {
        return Ok(None);
    }
    let mut plot = Plot::new(
        format!("How the gap shrinks with width ({name})"),
        Axis::log("width (neurons)"),
        Axis::log("RMS of trained − predicted on the test points"),
    );
    for (colour, comparison) in group.iter().enumerate() {
        let observed = comparison
            .networks
            .iter()
            .map(|n| (n.width as f64, n.gap.rms))
            .collect();
        plot = plot.with("", Mark::Points, Some(colour), observed);
        if let Some(slope) = &comparison.slope {
            let line = comparison
                .widths()
                .iter()
                .map(|&w| (w as f64, slope.gap(w as f64)))
                .collect();
            let label = format!(
                "{}: slope {:.2} ± {:.2}",
                comparison.activation, slope.value, slope.half_band
            );
            plot = plot.with(label, Mark::Line, Some(colour), line);
        }
    }
    Ok(Some(Picture {
        name: format!("gap-{}", slug(name)),
        caption: "One point for each trained network, lines fitted by least squares; theory says slope −½."
            .into(),
        svg: plot.svg()?,
    }))
}

/// The loss against steps, predicted and measured.
///
/// # Errors
/// A drawing that fails.
pub fn losses(name: &str, group: &[&Comparison]) -> Result<Picture> {
    let mut plot = Plot::new(
        format!("Training, predicted and measured ({name})"),
        Axis::log("step"),
        Axis::log("loss ½Σ(f−y)²"),
    );
    for (colour, comparison) in group.iter().enumerate() {
        let at = |values: &[f64]| {
            let pairs = comparison.recorded.iter().zip(values);
            pairs.map(|(&t, &l)| (t as f64, l)).collect::<Vec<_>>()
        };
        plot = plot.with(
            format!("{}, predicted", comparison.activation),
            Mark::Line,
            Some(colour),
            at(&comparison.predicted_loss),
        );
        if let Some(network) = comparison.networks.iter().max_by_key(|n| n.width) {
            plot = plot.with("", Mark::Points, Some(colour), at(&network.loss));
        }
    }
    Ok(Picture {
        name: format!("loss-{}", slug(name)),
        caption: "Lines: theory. Points: one network of the largest width.".into(),
        svg: plot.svg()?,
    })
}

/// The error of each frequency band against steps, predicted and measured.
///
/// # Errors
/// A drawing that fails.
pub fn frequency_decay(comparison: &Comparison) -> Result<Option<Picture>> {
    let Some(network) = comparison.networks.iter().max_by_key(|n| n.width) else {
        return Ok(None);
    };
    if comparison.bands.is_empty() {
        return Ok(None);
    }
    let mut plot = Plot::new(
        format!(
            "Which frequencies are learnt when: {}, {}",
            comparison.activation, comparison.data
        ),
        Axis::log("step"),
        Axis::log("remaining error, relative"),
    );
    for (colour, (band, frequency)) in comparison
        .bands
        .iter()
        .enumerate()
        .map(|(i, f)| (i, (i, f)))
    {
        let at = |values: &[Vec<f64>]| {
            let pairs = comparison.recorded.iter().zip(values);
            pairs
                .filter_map(|(&t, v)| Some((t as f64, *v.get(band)?)))
                .collect::<Vec<_>>()
        };
        plot = plot
            .with(
                format!("‖k‖ ≈ {frequency:.2}"),
                Mark::Line,
                Some(colour),
                at(&comparison.predicted_band_error),
            )
            .with("", Mark::Points, Some(colour), at(&network.band_error));
    }
    Ok(Some(Picture {
        name: format!(
            "frequency-{}-{}",
            slug(&comparison.data),
            slug(&comparison.activation)
        ),
        caption:
            "Lines: theory. Points: one network of the largest width. Low frequencies go first."
                .into(),
        svg: plot.svg()?,
    }))
}

/// A name that is safe as part of a file name.
pub fn slug(name: &str) -> String {
    let raw: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let short: String = raw
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    short.chars().take(60).collect()
}
