//! `represent`: the representing density of a function, and a network drawn from it.

use crate::cli::arguments::RepresentOptions;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::cli::pictures::Gallery;
use crate::data::parse_target;
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::model::ensemble::{Neurons, OffsetLaw};
use crate::numerics::Estimate;
use crate::report::figures::{self, Neuron, OverRays};
use crate::theory::radon::{Direction, spread_directions};
use crate::theory::representation::{
    Polynomial, Proposal, Regularisation, RepresentingDensity, SampledNetwork, Sampling,
    ball_points,
};
use serde_json::{Value, json};

/// Points of the ball at which networks and functions are compared, and at which the density is integrated back.
const COMPARED: usize = 400;
const REBUILT: usize = 5;
/// A table shows this many rows; the JSON has them all.
const SHOWN: usize = 40;

pub fn run(options: &RepresentOptions) -> Result<Answer> {
    let gallery = Gallery::open(&options.pictures)?;
    let target = parse_target(&options.target, options.dim)?;
    let activation = Activation::parse(&options.activation)?;
    let mut rule = Regularisation::none().tikhonov(options.tikhonov)?;
    if let Some(limit) = options.band_limit {
        rule = rule.band_limit(limit, options.window.parse()?)?;
    }
    let density = RepresentingDensity::of_target(
        target.as_ref(),
        &activation,
        options.scale,
        options.radius,
        rule,
    )?;
    let (listed, answer) = listed(&density, options)?;
    let points = ball_points(options.dim, options.radius, COMPARED)?;
    let represented = density.represented_at(&points)?;
    let squares = represented
        .iter()
        .zip(points.iter())
        .map(|(f, x)| (f - target.value(x)).powi(2));
    let distance = (squares.sum::<f64>() / COMPARED as f64).sqrt();
    let rebuilt = rebuilt(&density)?;
    let energy = density.energy()?;
    let mut answer = answer
        .key("band", finite(density.band()))
        .key("reach", finite(density.reach()))
        .key("polynomial", polynomial(density.polynomial()))
        .key("distance", finite(distance))
        .key("reconstruction_error", finite(rebuilt.value))
        .key("reconstruction_bound", finite(rebuilt.error))
        .line(format!(
            "frequencies up to {}, offsets up to {}",
            number(density.band()),
            number(density.reach())
        ))
        .line(format!(
            "function represented − target, RMS over the ball: {}",
            bound(distance)
        ))
        .line(format!(
            "density integrated back − function represented: {} (bound {})",
            bound(rebuilt.value),
            bound(rebuilt.error)
        ));
    if let Some(energy) = energy {
        answer = answer
            .key("energy", estimate(energy.total))
            .key("energy_lost", estimate(energy.lost))
            .line(format!(
                "∫|f|² = {} ± {}, of which lost {} ± {}",
                number(energy.total.value),
                bound(energy.total.error),
                number(energy.lost.value),
                bound(energy.lost.error)
            ));
    }
    let mut shown = Vec::new();
    if let Some(width) = options.width {
        let proposal = if options.plain {
            Proposal::Plain(OffsetLaw::Uniform {
                radius: density.reach(),
            })
        } else {
            Proposal::Density
        };
        let network = density.sample(&Sampling {
            width,
            seed: options.seed,
            draws: options.draws.parse()?,
            proposal,
        })?;
        let misfit = density.misfit(&network, &points)?;
        shown = dots(&network);
        answer = answer
            .key("neurons", neurons(&network))
            .key("misfit", finite(misfit.rms))
            .key("misfit_expected", finite(misfit.expected))
            .key("misfit_relative", finite(misfit.relative))
            .line(format!(
                "{width} neurons: RMS difference {} ({} of the function), {} expected of independent draws",
                number(misfit.rms),
                number(misfit.relative),
                number(misfit.expected)
            ));
    }
    let answer = answer.table(&["direction", "offset", "alpha", "error"], &listed.table);
    let title = format!("Representing density: {}", options.target);
    gallery.show(&title, answer, || {
        let rays = OverRays {
            directions: &listed.directions,
            offsets: &listed.offsets,
            values: &listed.values,
        };
        figures::density(&options.activation, &options.target, &rays, &shown)
    })
}

/// α over directions and offsets, the offsets running fastest, with the rows of the table.
struct Listed {
    directions: Vec<Direction>,
    offsets: Vec<f64>,
    values: Vec<f64>,
    table: Vec<Vec<String>>,
}

fn listed(density: &RepresentingDensity, options: &RepresentOptions) -> Result<(Listed, Answer)> {
    if options.offsets == 0 {
        return Err(Error::invalid("offsets", "at least one", 0));
    }
    let directions = spread_directions(options.dim, options.directions)?;
    let last = options.offsets - 1;
    let offset = |i: usize| match last {
        0 => 0.0,
        _ => density.reach() * (2.0 * i as f64 / last as f64 - 1.0),
    };
    let offsets: Vec<f64> = (0..options.offsets).map(offset).collect();
    let (mut values, mut rows, mut errors, mut table) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for direction in &directions {
        let name: Vec<String> = direction.as_slice().iter().map(|&x| number(x)).collect();
        let (mut row, mut bounds) = (Vec::new(), Vec::new());
        for &gamma in &offsets {
            let alpha = density.at(direction, gamma)?;
            row.push(alpha.value);
            bounds.push(alpha.error);
            if table.len() < SHOWN {
                table.push(vec![
                    name.join(" "),
                    number(gamma),
                    number(alpha.value),
                    bound(alpha.error),
                ]);
            }
        }
        values.extend_from_slice(&row);
        rows.push(array(row));
        errors.push(array(bounds));
    }
    let named: Vec<Value> = directions
        .iter()
        .map(|d: &Direction| array(d.as_slice().iter().copied()))
        .collect();
    let answer = Answer::default()
        .key("direction", named)
        .key("offset", array(offsets.iter().copied()))
        .key("alpha", rows)
        .key("error", errors);
    let listed = Listed {
        directions,
        offsets,
        values,
        table,
    };
    Ok((listed, answer))
}

/// The neurons of a drawn network, for the picture.
fn dots(network: &SampledNetwork) -> Vec<Neuron> {
    let Neurons::RadonSpline {
        directions,
        offsets,
        ..
    } = network.neurons()
    else {
        return Vec::new();
    };
    let columns = directions.column_iter().zip(offsets.iter());
    columns
        .zip(network.outputs().iter())
        .map(|((direction, offset), output)| {
            (direction.iter().copied().collect(), *offset, *output)
        })
        .collect()
}

/// The largest difference between E∫αφ + P and the function represented, with its largest bound.
fn rebuilt(density: &RepresentingDensity) -> Result<Estimate> {
    let mut worst = Estimate::default();
    for x in ball_points(density.dim(), density.radius(), REBUILT)?.iter() {
        let made = density.reconstruct(x)?;
        let difference = (made.value - density.represented(x)?.value).abs();
        worst = Estimate::new(worst.value.max(difference), worst.error.max(made.error));
    }
    Ok(worst)
}

fn estimate(estimate: Estimate) -> Value {
    json!({ "value": finite(estimate.value), "error": finite(estimate.error) })
}

fn polynomial(polynomial: &Polynomial) -> Value {
    let terms = polynomial.terms().iter();
    terms
        .map(|m| json!({ "coefficient": finite(m.coefficient), "powers": m.powers }))
        .collect()
}

fn neurons(network: &SampledNetwork) -> Value {
    let Neurons::RadonSpline {
        directions,
        offsets,
        scales,
    } = network.neurons()
    else {
        return Value::Null;
    };
    let columns = directions.column_iter().zip(offsets.iter());
    let rest = scales.iter().zip(network.outputs().iter());
    columns
        .zip(rest)
        .map(|((direction, offset), (scale, output))| {
            json!({
                "direction": array(direction.iter().copied()),
                "offset": finite(*offset),
                "scale": finite(*scale),
                "output": finite(*output),
            })
        })
        .collect()
}
