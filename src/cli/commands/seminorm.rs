//! `seminorm`: what a function costs.

use crate::cli::arguments::SeminormOptions;
use crate::cli::models;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::cli::pictures::Gallery;
use crate::data::{Target, load_array, parse_target};
use crate::error::{Error, Result, positive};
use crate::model::{Activation, Ensemble, Shallow};
use crate::numerics::Estimate;
use crate::numerics::fourier::Grid;
use crate::report::figure::Figure;
use crate::report::figures::{self, OverArcs, Spread};
use crate::theory::penalty::{LeastNorm, Penalty, Seminorm, frequency_directions};
use crate::theory::representation::RadonForm;
use serde_json::{Value, json};

/// Frequencies between which a breakdown counts, if none are named; and offsets.
const FREQUENCIES: [f64; 9] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
const OFFSETS: [f64; 9] = [-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0];
/// Shares of the cost whose frequencies are told.
const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Sectors of half a turn in the plane.
const SECTORS: usize = 8;

/// Points of the curves of a picture, and the shares of the cost that bound a picture over frequencies.
const DRAWN: usize = 161;
const ENDS: [f64; 2] = [1e-3, 0.999];

pub fn run(options: &SeminormOptions) -> Result<Answer> {
    let gallery = Gallery::open(&options.pictures)?;
    let title = format!(
        "What {} costs: {}, d = {}",
        options.target.as_deref().unwrap_or("the function"),
        options.activation,
        options.dim
    );
    let gallery = &|answer, figure: &dyn Fn(&str) -> Result<Figure>| {
        gallery.show(&title, answer, || figure(&title))
    };
    match (&options.target, &options.grid, options.spacing) {
        (Some(target), _, _) => {
            let target = parse_target(target, options.dim)?;
            let target = target.as_ref();
            let answer = match (&options.ensemble, options.radius) {
                (None, _) => fourier(options, target, gallery)?,
                (Some(ensemble), None) => radon(options, ensemble, target, gallery)?,
                (Some(ensemble), Some(radius)) => {
                    least(options, ensemble, radius, target, gallery)?
                }
            };
            if options.variation {
                with_variation(answer, options, target)
            } else {
                Ok(answer)
            }
        }
        (None, Some(_), Some(spacing)) => grid(options, positive("spacing", spacing)?, gallery),
        _ => Err(Error::invalid(
            "seminorm",
            "--target, or --grid with --spacing",
            "neither",
        )),
    }
}

/// Draws an answer, where asked to, under its title.
type Show<'a> = &'a dyn Fn(Answer, &dyn Fn(&str) -> Result<Figure>) -> Result<Answer>;

fn fourier(options: &SeminormOptions, target: &dyn Target, show: Show<'_>) -> Result<Answer> {
    let model = models::multiplier(&options.activation, options.dim, &options.multiplier)?;
    let penalty = Penalty::new(&model)?;
    let seminorm = penalty.seminorm_of_target(target)?;
    let answer = with_seminorm(Answer::default(), &seminorm);
    let picture = |title: &str| {
        let ends = penalty
            .breakdown_of_target(target, &[1.0], &ENDS)?
            .quantiles;
        let ends: Vec<f64> = ends.iter().map(|q| q.1).collect();
        let (low, high) = match ends[..] {
            [low, high] if 0.0 < low && low < high => (low, high),
            _ => return Err(Error::undefined("picture of a cost", "the cost is 0")),
        };
        let frequencies = spread(low.ln(), high.ln())
            .map(f64::exp)
            .collect::<Vec<_>>();
        let found = penalty.breakdown_of_target(target, &frequencies, &[])?;
        Ok(figures::cost_by_frequency(
            title,
            &Spread {
                places: &found.frequencies,
                density: &values(&found.density),
                cumulative: &values(&found.cumulative),
                total: found.total.value,
            },
        ))
    };
    if !options.breakdown || seminorm.finite().is_none() {
        return show(answer, &picture);
    }
    let found =
        penalty.breakdown_of_target(target, &or(&options.between, &FREQUENCIES), &SHARES)?;
    let quantiles = found.quantiles.iter().map(|&(q, r)| json!([q, r]));
    let rows = parts(
        &found.frequencies,
        found.parts.iter().map(|p| p.value),
        found.total.value,
    );
    let answer = answer
        .key(
            "breakdown",
            json!({
                "frequency": array(found.frequencies.iter().copied()),
                "cost": array(found.parts.iter().map(|p| p.value)),
                "cost_error": array(found.parts.iter().map(|p| p.error)),
                "density": array(found.density.iter().map(|p| p.value)),
                "cumulative": array(found.cumulative.iter().map(|p| p.value)),
                "quantile": quantiles.collect::<Vec<_>>(),
            }),
        )
        .table(&["frequencies", "cost", "share"], &rows)
        .line(format!(
            "below frequency {} lie {} of the cost",
            list(found.quantiles.iter().map(|q| q.1)),
            list(found.quantiles.iter().map(|q| q.0))
        ));
    show(answer, &picture)
}

/// Equally spaced from one end to the other.
fn spread(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..DRAWN).map(move |i| low + (high - low) * i as f64 / (DRAWN - 1) as f64)
}

fn values(estimates: &[Estimate]) -> Vec<f64> {
    estimates.iter().map(|e| e.value).collect()
}

fn grid(options: &SeminormOptions, spacing: f64, show: Show<'_>) -> Result<Answer> {
    let Some(path) = &options.grid else {
        return Err(Error::invalid("grid", "a file of samples", "none"));
    };
    let model = models::multiplier(&options.activation, options.dim, &options.multiplier)?;
    let penalty = Penalty::new(&model)?;
    let samples = load_array(path)?;
    let grid = Grid::new(&samples.shape, &vec![spacing; samples.shape.len()])?;
    let found = penalty.seminorm_of_grid(&grid, &samples.values)?;
    let remark = format!(
        "boundary leak {}, energy in the top third of the band {}, frequencies seen up to {}",
        bound(found.aliasing.boundary_leak),
        bound(found.aliasing.top_band_energy),
        number(found.band)
    );
    let mut answer = with_seminorm(Answer::default(), &found.seminorm);
    if options.breakdown && found.seminorm.finite().is_some() {
        let edges = or(&options.between, &FREQUENCIES);
        let directions = frequency_directions(options.dim, SECTORS);
        let found = penalty.breakdown_of_grid(&grid, &samples.values, &edges, &directions)?;
        let by_direction = directions.iter().zip(&found.directions).map(|(d, cost)| {
            vec![
                list(d.iter().copied()),
                number(*cost),
                share(*cost, found.total),
            ]
        });
        answer = answer
            .key(
                "breakdown",
                json!({
                    "frequency": array(edges.iter().copied()),
                    "cost": array(found.shells.iter().copied()),
                    "direction": directions,
                    "direction_cost": array(found.directions.iter().copied()),
                    "undirected": finite(found.undirected),
                }),
            )
            .table(
                &["frequencies", "cost", "share"],
                &parts(&edges, found.shells.iter().copied(), found.total),
            )
            .table(
                &["direction", "cost", "share"],
                &by_direction.collect::<Vec<_>>(),
            );
    }
    let answer = answer.key("aliasing", remark.clone()).line(remark);
    show(answer, &|title| {
        let edges = or(&options.between, &FREQUENCIES);
        let directions = frequency_directions(options.dim, SECTORS);
        let found = penalty.breakdown_of_grid(&grid, &samples.values, &edges, &directions)?;
        Ok(figures::cost_by_shell(
            title,
            &edges,
            &found.shells,
            &directions,
            &found.directions,
        ))
    })
}

fn radon(
    options: &SeminormOptions,
    ensemble: &str,
    target: &dyn Target,
    show: Show<'_>,
) -> Result<Answer> {
    let form = RadonForm::new(&model(options, ensemble)?).map_err(or_on_a_ball)?;
    let cost = form.cost_of_target(target)?;
    let seminorm = cost.seminorm();
    let mut answer = with_seminorm(Answer::default(), &seminorm);
    for (name, part) in [("bending", &cost.bending), ("polynomial", &cost.polynomial)] {
        let value = part.finite().map_or(Value::Null, |e| finite(e.value));
        answer = answer.key(name, value);
    }
    let edges = or(&options.between, &OFFSETS);
    let picture = |title: &str| {
        let (first, last) = (edges.first().copied(), edges.last().copied());
        let (first, last) = (first.unwrap_or(-1.0), last.unwrap_or(1.0));
        let found = form.breakdown_of_target(target, &spread(first, last).collect::<Vec<_>>())?;
        let directions: Vec<(Vec<f64>, f64)> = { found.directions.iter() }
            .map(|d| (d.direction.as_slice().to_vec(), d.cost.value))
            .collect();
        let arcs = found.arcs();
        let width = (last - first) / (DRAWN - 1) as f64;
        // Without the cells that are open.
        let density: Vec<Vec<f64>> = { found.directions.iter() }
            .map(|d| {
                { d.parts[1..DRAWN].iter() }
                    .map(|p| p.value / width)
                    .collect()
            })
            .collect();
        let both = arcs.as_ref().map(|arcs| OverArcs {
            arcs,
            offsets: (first, last),
            density: &density,
        });
        Ok(figures::cost_by_offset(
            title,
            &Spread {
                places: &found.offsets,
                density: &values(&found.density),
                cumulative: &values(&found.cumulative),
                total: found.total.value,
            },
            &directions,
            both.as_ref(),
        ))
    };
    if !options.breakdown || seminorm.finite().is_none() {
        return show(answer, &picture);
    }
    let found = form.breakdown_of_target(target, &edges)?;
    let total = found.total.value;
    let rows = parts(&found.offsets, found.parts.iter().map(|p| p.value), total);
    let directions: Vec<Vec<f64>> = found
        .directions
        .iter()
        .map(|d| d.direction.as_slice().to_vec())
        .collect();
    let cells = found.cells();
    let cells = { cells.iter() }.map(|row| array(row.iter().map(|p| p.value)));
    let answer = answer
        .key(
            "breakdown",
            json!({
                "offset": array(found.offsets.iter().copied()),
                "cost": array(found.parts.iter().map(|p| p.value)),
                "cost_error": array(found.parts.iter().map(|p| p.error)),
                "density": array(found.density.iter().map(|p| p.value)),
                "cumulative": array(found.cumulative.iter().map(|p| p.value)),
                "direction": directions,
                "direction_weight": array(found.directions.iter().map(|d| d.weight)),
                "direction_cost": array(found.directions.iter().map(|d| d.cost.value)),
                "cell_cost": cells.collect::<Vec<_>>(),
            }),
        )
        .table(&["offsets", "cost", "share"], &rows);
    show(answer, &picture)
}

/// The Radon form's refusals name what does without them.
fn or_on_a_ball(error: Error) -> Error {
    const BALL: &str = "--radius R asks for the least norm on ‖x‖ ≤ R, of any model";
    match error {
        Error::Undefined { what, reason } => Error::undefined(what, format!("{reason}; {BALL}")),
        Error::InvalidArgument {
            argument,
            expected,
            found,
        } => Error::invalid(argument, format!("{expected} ({BALL})"), found),
        error => error,
    }
}

fn least(
    options: &SeminormOptions,
    ensemble: &str,
    radius: f64,
    target: &dyn Target,
    show: Show<'_>,
) -> Result<Answer> {
    let model = model(options, ensemble)?;
    let found = LeastNorm::new(&model, radius)?.of_target(target)?;
    let history = found
        .history
        .iter()
        .map(|&(n, cost, residual)| vec![n.to_string(), number(cost), bound(residual)]);
    let history: Vec<Vec<String>> = history.collect();
    let answer = with_seminorm(Answer::default(), &found.seminorm)
        .key("lower", finite(found.lower))
        .key("cost", finite(found.cost))
        .key("residual", finite(found.residual))
        .key("continuation", finite(found.continuation))
        .key("quadrature_error", finite(found.quadrature))
        .key("rounding", finite(found.rounding))
        .key("condition", finite(found.condition))
        .key("places", found.used)
        .key("neurons", found.neurons)
        .key("null_space_degree", found.null_space_degree)
        .table(&["places", "cost", "residual"], &history)
        .line(format!(
            "on ‖x‖ ≤ {}: at least {} is proven; the rest continues the decay of the table",
            number(radius),
            number(found.lower)
        ));
    let costs: Vec<(f64, f64)> = { found.history.iter() }
        .map(|&(places, cost, _)| (places as f64, cost))
        .collect();
    show(answer, &|title| Ok(figures::cost_by_places(title, &costs)))
}

fn with_variation(
    answer: Answer,
    options: &SeminormOptions,
    target: &dyn Target,
) -> Result<Answer> {
    let model = match &options.ensemble {
        Some(ensemble) => model(options, ensemble)?,
        None => models::multiplier(&options.activation, options.dim, &options.multiplier)?,
    };
    let variation = RadonForm::new(&model)?.variation_of_target(target)?;
    Ok(match variation {
        Seminorm::Finite(Estimate { value, error }) => answer
            .key("variation", finite(value))
            .key("variation_error", finite(error))
            .line(format!("∫|α| = {} ± {}", number(value), bound(error))),
        Seminorm::Infinite { reason } => answer
            .key("variation", Value::Null)
            .key("variation_error", Value::Null)
            .key("variation_reason", reason.clone())
            .line(format!("∫|α| is infinite: {reason}")),
    })
}

fn with_seminorm(answer: Answer, seminorm: &Seminorm) -> Answer {
    match seminorm {
        Seminorm::Finite(estimate) => answer
            .key("seminorm_squared", finite(estimate.value))
            .key("error", finite(estimate.error))
            .line(format!(
                "‖f‖² = {} ± {}",
                number(estimate.value),
                bound(estimate.error)
            )),
        Seminorm::Infinite { reason } => answer
            .key("seminorm_squared", Value::Null)
            .key("error", Value::Null)
            .key("reason", reason.clone())
            .line(format!("‖f‖² is infinite: {reason}")),
    }
}

fn model(options: &SeminormOptions, ensemble: &str) -> Result<Shallow> {
    Shallow::new(
        Activation::parse(&options.activation)?,
        options.dim,
        Ensemble::parse(ensemble, options.dim, None)?,
        options.multiplier.train.parse()?,
    )?
    .with_output_std(options.multiplier.output_std)
}

fn or(given: &[f64], default: &[f64]) -> Vec<f64> {
    if given.is_empty() { default } else { given }.to_vec()
}

/// One row for each part between `edges`.
fn parts(edges: &[f64], costs: impl Iterator<Item = f64>, total: f64) -> Vec<Vec<String>> {
    let name = |i: usize| match (i.checked_sub(1).and_then(|j| edges.get(j)), edges.get(i)) {
        (None, Some(b)) => format!("below {}", number(*b)),
        (Some(a), Some(b)) => format!("{} to {}", number(*a), number(*b)),
        (Some(a), None) => format!("above {}", number(*a)),
        (None, None) => "all".into(),
    };
    costs
        .enumerate()
        .map(|(i, cost)| vec![name(i), number(cost), share(cost, total)])
        .collect()
}

fn share(part: f64, total: f64) -> String {
    format!(
        "{:.1} %",
        if total > 0.0 {
            100.0 * part / total
        } else {
            0.0
        }
    )
}

fn list(numbers: impl Iterator<Item = f64>) -> String {
    numbers.map(number).collect::<Vec<_>>().join(", ")
}
