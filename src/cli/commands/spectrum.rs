//! `spectrum`: eigenvalues of a network's kernel, degree by degree.

use crate::cli::arguments::{SpectrumDomain, SpectrumOptions};
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::theory::spectrum::{Eigenspace, NetworkSettings, Spectrum, ZonalNetwork};
use serde_json::Value;

/// Whole numbers up to 2⁵³ are doubles.
const WHOLE: f64 = 9_007_199_254_740_992.0;

pub fn run(options: &SpectrumOptions) -> Result<Answer> {
    let settings = NetworkSettings {
        activation: Activation::parse(&options.activation)?,
        weight_std: options.weight_std,
        bias_std: options.bias_std,
        depth: options.depth,
        kind: options.kind.parse()?,
    };
    let (count, domain) = (options.degrees, options.domain);
    let dim = match (options.dim, domain) {
        (None | Some(2), SpectrumDomain::Circle) => 2,
        (Some(found), SpectrumDomain::Circle) => {
            return Err(Error::invalid("dim", "2 for the circle", found));
        }
        (None, SpectrumDomain::Gaussian) => 1,
        (Some(dim), _) if dim > 0 => dim,
        (found, _) => {
            let found = found.map_or("none".to_owned(), |d| d.to_string());
            return Err(Error::invalid("dim", "the dimension of the inputs", found));
        }
    };
    let spectrum = match domain {
        SpectrumDomain::Sphere | SpectrumDomain::Circle => {
            Spectrum::sphere(&ZonalNetwork::on_sphere(settings, dim)?, dim, count)?
        }
        SpectrumDomain::Hypercube => {
            Spectrum::hypercube(&ZonalNetwork::on_hypercube(settings)?, dim, count)?
        }
        SpectrumDomain::Gaussian => {
            Spectrum::gaussian(&ZonalNetwork::on_hypercube(settings)?, count)?
        }
    };
    let spaces = spectrum.eigenspaces();
    let share = spectrum.fractional_variance();
    let rows: Vec<Vec<String>> = spaces
        .iter()
        .zip(&share)
        .map(|(space, share)| {
            vec![
                space.degree.to_string(),
                number(space.eigenvalue.value),
                number(space.multiplicity),
                bound(space.eigenvalue.error),
                number(share.value),
            ]
        })
        .collect();
    let degrees: Vec<usize> = spaces.iter().map(|s| s.degree).collect();
    let eigenvalue = |s: &Eigenspace| s.eigenvalue;
    let lost = spectrum.truncation_error(spaces.len());
    Ok(Answer::default()
        .key("degree", degrees)
        .key(
            "eigenvalue",
            array(spaces.iter().map(|s| eigenvalue(s).value)),
        )
        .key(
            "multiplicity",
            spaces
                .iter()
                .map(|s| whole(s.multiplicity))
                .collect::<Value>(),
        )
        .key("error", array(spaces.iter().map(|s| eigenvalue(s).error)))
        .table(
            &["degree", "eigenvalue", "multiplicity", "error", "share"],
            &rows,
        )
        .line(format!(
            "K(x,x) = {}, of which {} lies beyond these degrees (± {})",
            number(spectrum.diagonal().value),
            number(lost.value),
            bound(lost.error)
        )))
}

/// A multiplicity for JSON: a whole number where doubles are whole.
fn whole(multiplicity: f64) -> Value {
    if multiplicity <= WHOLE {
        Value::from(multiplicity as u64)
    } else {
        finite(multiplicity)
    }
}
