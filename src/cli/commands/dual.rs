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
    let mut values: Vec<DualValue> = Vec::with_capacity(options.correlation.len());
    for &rho in &options.correlation {
        if !(-1.0..=1.0).contains(&rho) {
            return Err(Error::invalid("correlation", "a number in [−1, 1]", rho));
        }
        values.push(dual.evaluate(&Covariance::new(q11, q22, Correlation::from_rho(rho))?));
    }
    let error = |v: &DualValue| v.nngp.error.max(v.derivative.error);
    let rows: Vec<Vec<String>> = options
        .correlation
        .iter()
        .zip(&values)
        .map(|(&rho, v)| {
            vec![
                number(rho),
                number(v.nngp.value),
                number(v.derivative.value),
                bound(error(v)),
            ]
        })
        .collect();
    Ok(Answer::default()
        .key("correlation", array(options.correlation.iter().copied()))
        .key("nngp", array(values.iter().map(|v| v.nngp.value)))
        .key(
            "derivative",
            array(values.iter().map(|v| v.derivative.value)),
        )
        .key("error", array(values.iter().map(error)))
        .table(
            &["correlation", "E φ(u)φ(v)", "E φ′(u)φ′(v)", "error"],
            &rows,
        ))
}
