//! `dual`: dual activations of Gaussian pairs.

use crate::cli::arguments::DualOptions;
use crate::cli::output::{Answer, array, bound, number};
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::numerics::special::Correlation;
use crate::theory::kernel::{Covariance, DualActivation, DualValue};

pub fn run(options: &DualOptions) -> Result<Answer> {
    let activation = Activation::parse(&options.activation)?;
    let [q11, q22] = options.variance[..] else {
        return Err(Error::shape(
            "variance",
            "two numbers q11,q22",
            format!("{} of them", options.variance.len()),
        ));
    };
    let dual = DualActivation::new(&activation);
    let correlations = correlations(options)?;
    let [mean1, mean2] = options.mean[..] else {
        let found = format!("{} of them", options.mean.len());
        return Err(Error::shape("mean", "two numbers", found));
    };
    let law = |&rho: &Correlation| {
        dual.evaluate_with_means(&Covariance::new(q11, q22, rho)?, (mean1, mean2))
    };
    let values: Vec<DualValue> = correlations.iter().map(law).collect::<Result<_>>()?;
    let error = |v: &DualValue| v.nngp.error.max(v.derivative.error);
    let rows: Vec<Vec<String>> = correlations
        .iter()
        .zip(&values)
        .map(|(rho, v)| {
            vec![
                number(rho.rho()),
                number(v.nngp.value),
                bound(v.nngp.error),
                number(v.derivative.value),
                bound(v.derivative.error),
            ]
        })
        .collect();
    Ok(Answer::default()
        .key("correlation", array(correlations.iter().map(|r| r.rho())))
        .key(
            "one_minus",
            array(correlations.iter().map(|r| r.one_minus())),
        )
        .key("one_plus", array(correlations.iter().map(|r| r.one_plus())))
        .key("nngp", array(values.iter().map(|v| v.nngp.value)))
        .key(
            "derivative",
            array(values.iter().map(|v| v.derivative.value)),
        )
        .key("nngp_error", array(values.iter().map(|v| v.nngp.error)))
        .key(
            "derivative_error",
            array(values.iter().map(|v| v.derivative.error)),
        )
        .key("error", array(values.iter().map(error)))
        .table(
            &[
                "correlation",
                "E φ(u)φ(v)",
                "error",
                "E φ′(u)φ′(v)",
                "error",
            ],
            &rows,
        ))
}

/// The correlations, however they were told.
fn correlations(options: &DualOptions) -> Result<Vec<Correlation>> {
    type Read = fn(f64) -> Correlation;
    let (values, name, range, read): (_, _, _, Read) = if !options.one_minus.is_empty() {
        let name = "one-minus (1 − correlation)";
        (
            &options.one_minus,
            name,
            (0.0, 2.0),
            Correlation::from_one_minus,
        )
    } else if !options.one_plus.is_empty() {
        let name = "one-plus (1 + correlation)";
        (
            &options.one_plus,
            name,
            (0.0, 2.0),
            Correlation::from_one_plus,
        )
    } else {
        (
            &options.correlation,
            "correlation",
            (-1.0, 1.0),
            Correlation::from_rho,
        )
    };
    let within = |x: f64| match (range.0..=range.1).contains(&x) {
        true => Ok(read(x)),
        false => {
            let expected = format!("a number in [{}, {}]", range.0, range.1);
            Err(Error::invalid(name, expected, x))
        }
    };
    values.iter().map(|&x| within(x)).collect()
}
