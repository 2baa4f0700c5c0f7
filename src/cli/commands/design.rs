//! `design`: an activation for a wanted weight.

use crate::cli::arguments::DesignCommandOptions;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::data::{load_array, write_atomically};
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::theory::design::{Design, DesignOptions, Language, Phase, RoundTrip, WantedWeight};
use serde_json::Value;

/// Rows of the table.
const SHOWN: usize = 17;

pub fn run(options: &DesignCommandOptions) -> Result<Answer> {
    let band = match options.band[..] {
        [] => None,
        [low, high] => Some((low, high)),
        _ => return Err(Error::invalid("band", "low,high", options.band[0])),
    };
    let wanted = DesignOptions {
        band,
        tolerance: options.tolerance,
    };
    let design = Design::new(
        &weight(options)?,
        options.dim,
        phase(&options.phase)?,
        &wanted,
    )?;
    let (z, phi) = design.samples(options.reach, options.samples)?;
    let step = z.len().div_ceil(SHOWN).max(1);
    let rows: Vec<Vec<String>> = { z.iter().zip(&phi) }
        .step_by(step)
        .map(|(&z, &phi)| vec![number(z), number(phi)])
        .collect();
    let found = design.feasibility();
    let column = |value: fn(&RoundTrip) -> f64| array(design.round_trip().iter().map(value));
    let free = match found.null_space_degree {
        -1 => "unique up to its phase".to_owned(),
        0 => "unique up to its phase and constants".to_owned(),
        degree => format!("unique up to its phase and polynomials of degree {degree}"),
    };
    let mut answer = Answer::default()
        .key("z", array(z.iter().copied()))
        .key("phi", array(phi.iter().copied()))
        .key("round_trip_error", finite(design.round_trip_error()))
        .key("band", array([found.band.0, found.band.1]))
        .key("order_at_zero", finite(found.order_at_zero))
        .key("order_at_infinity", finite(found.order_at_infinity))
        .key("null_space_degree", found.null_space_degree)
        .key("frequency", column(|r| r.frequency))
        .key("log_weight_wanted", column(|r| r.wanted))
        .key("log_weight_achieved", column(|r| r.achieved))
        .table(&["z", "phi"], &rows)
        .line(format!(
            "the weight is achieved to {} for frequencies from {} to {}; {free}",
            bound(design.round_trip_error()),
            number(found.band.0),
            number(found.band.1)
        ));
    if let Some(path) = &options.out {
        let mut whole = design.to_json();
        if let Value::Object(map) = &mut whole {
            map.insert("z".into(), array(z));
            map.insert("phi".into(), array(phi));
        }
        write_atomically(path, format!("{whole}\n").as_bytes())?;
        answer = answer.line(format!("written to {}", path.display()));
    }
    let sources = [
        (&options.numpy, Language::NumPy),
        (&options.pytorch, Language::PyTorch),
        (&options.jax, Language::Jax),
    ];
    for (path, language) in sources {
        if let Some(path) = path {
            write_atomically(path, design.source(language).as_bytes())?;
            answer = answer.line(format!("written to {}", path.display()));
        }
    }
    Ok(answer)
}

fn weight(options: &DesignCommandOptions) -> Result<WantedWeight> {
    if let Some(formula) = &options.weight {
        return WantedWeight::parse(formula);
    }
    if let (Some(name), Some(dim)) = (&options.weight_of, options.weight_dim) {
        return WantedWeight::of_activation(&Activation::parse(name)?, dim);
    }
    let path = options.table.clone().unwrap_or_default();
    let name = path.display().to_string();
    let (frequency, weight) = load_array(&path)?.into_pairs(&name)?;
    WantedWeight::table(name, &frequency, &weight)
}

fn phase(text: &str) -> Result<Phase> {
    match text {
        "even" => Ok(Phase::Even),
        "odd" => Ok(Phase::Odd),
        angle => match angle.parse() {
            Ok(theta) => Ok(Phase::Blend(theta)),
            Err(_) => Err(Error::invalid(
                "phase",
                "even, odd or an angle in radians",
                angle,
            )),
        },
    }
}
