//! Eigenvalues by degree, their shares, what lies beyond them, and how they fall.

use crate::cli::arguments::{SpectrumDomain, SpectrumOptions};
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::error::Result;
use crate::numerics::Estimate;
use crate::theory::spectrum::{DecayFit, DecayLaw, Eigenspace, Spectrum};
use SpectrumDomain::{Interval, Points, Torus};
use serde_json::{Value, json};

/// Whole numbers up to 2⁵³ are doubles.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// The degrees asked for, and the power of a target in them.
pub fn list(
    answer: Answer,
    options: &SpectrumOptions,
    spectrum: &Spectrum,
    power: Option<&[f64]>,
) -> Result<Answer> {
    let all = spectrum.eigenspaces().iter();
    let spaces: Vec<&Eigenspace> = all.take_while(|s| s.degree < options.degrees).collect();
    let answer = shares(answer, spectrum, &spaces, power);
    let (whole, lost) = (spectrum.diagonal(), spectrum.truncation_error(spaces.len()));
    let name = match options.domain {
        Points | Interval => "E[K(x,x)]",
        _ => "K(x,x)",
    };
    let both = |e: Estimate| json!({ "value": finite(e.value), "error": finite(e.error) });
    let mut answer = answer
        .key("diagonal", both(whole))
        .key("truncation_error", both(lost))
        .line(format!(
            "{name} = {}, of which {} lies beyond these degrees (± {})",
            number(whole.value),
            number(lost.value),
            bound(lost.error)
        ));
    let first = spectrum.eigenspaces().first();
    if options.domain == Torus && first.is_none_or(|s| s.degree > 0) {
        answer = answer.line("constants are free: degree 0 is left out");
    }
    let from = options.decay_from.unwrap_or(options.degrees / 2);
    let fit = spectrum.decay(from, options.degrees);
    Ok(match options.decay_from {
        Some(_) => decay(answer, options, from, &fit?),
        // A line through two points says nothing of itself.
        None => match fit {
            Ok(fit) if fit.points > 2 => decay(answer, options, from, &fit),
            _ => answer.key("decay", Value::Null),
        },
    })
}

fn shares(
    answer: Answer,
    spectrum: &Spectrum,
    spaces: &[&Eigenspace],
    power: Option<&[f64]>,
) -> Answer {
    let (share, cumulative) = (
        spectrum.fractional_variance(),
        spectrum.cumulative_variance(),
    );
    let size = spectrum.diagonal().value;
    let row = |(k, space): (usize, &&Eigenspace)| {
        let mut row = vec![
            space.degree.to_string(),
            number(space.eigenvalue.value),
            number(space.multiplicity),
            bound(space.eigenvalue.error),
            number(share[k].value),
            number(cumulative[k].value / size),
        ];
        row.extend(power.iter().filter_map(|p| p.get(k)).map(|&p| number(p)));
        row
    };
    let rows: Vec<Vec<String>> = spaces.iter().enumerate().map(row).collect();
    let header = [
        "degree",
        "eigenvalue",
        "multiplicity",
        "error",
        "share",
        "cumulative",
        "power",
    ];
    let column = |of: &dyn Fn(usize) -> f64| array((0..spaces.len()).map(of));
    let degrees: Vec<usize> = spaces.iter().map(|s| s.degree).collect();
    let multiplicities = spaces.iter().map(|s| count(s.multiplicity));
    let answer = answer
        .key("degree", degrees)
        .key("eigenvalue", column(&|k| spaces[k].eigenvalue.value))
        .key("multiplicity", multiplicities.collect::<Value>())
        .key("error", column(&|k| spaces[k].eigenvalue.error))
        .key("share", column(&|k| share[k].value))
        .key("cumulative_variance", column(&|k| cumulative[k].value));
    let columns = if power.is_some() { 7 } else { 6 };
    answer.table(&header[..columns], &rows)
}

/// The fitted law.
fn decay(answer: Answer, options: &SpectrumOptions, from: usize, fit: &DecayFit) -> Answer {
    let place = match options.domain {
        Torus => "‖m‖",
        Points | Interval => "(degree + 1)",
        _ => "degree",
    };
    let exponent = number(fit.exponent);
    let (name, law) = match fit.law {
        DecayLaw::Algebraic => ("algebraic", format!("{place}^−{exponent}")),
        DecayLaw::Exponential => ("exponential", format!("e^(−{exponent} · {place})")),
    };
    let known = json!({
        "law": name,
        "exponent": fit.exponent,
        "standard_error": fit.standard_error,
        "constant": finite(fit.constant),
        "residual": fit.residual,
        "from": from,
        "degrees": fit.points,
    });
    answer.key("decay", known).line(format!(
        "fitted from degree {from} on: eigenvalue ≈ {} · {law} (standard error {}, root mean square residual of ln {})",
        number(fit.constant),
        bound(fit.standard_error),
        bound(fit.residual)
    ))
}

/// A multiplicity for JSON: a whole number where doubles are whole.
fn count(multiplicity: f64) -> Value {
    if multiplicity <= WHOLE {
        Value::from(multiplicity as u64)
    } else {
        finite(multiplicity)
    }
}
