//! `penalty`: the weight on each frequency.

use crate::cli::arguments::PenaltyOptions;
use crate::cli::models;
use crate::cli::output::{Answer, bound, finite, number};
use crate::error::{Result, positive};
use crate::model::activation::Zeros;
use crate::theory::penalty::{DecayClass, Penalty};
use serde_json::{Value, json};

pub fn run(options: &PenaltyOptions) -> Result<Answer> {
    let model = models::multiplier(&options.activation, options.dim, &options.multiplier)?;
    let penalty = Penalty::new(&model)?;
    let mut weights = Vec::with_capacity(options.frequency.len());
    for &r in &options.frequency {
        weights.push(penalty.weight(positive("frequency", r)?)?);
    }
    let column = |value: fn(&crate::theory::penalty::Weight) -> Option<f64>| -> Value {
        weights
            .iter()
            .map(|w| value(w).map_or(Value::Null, finite))
            .collect()
    };
    let rows: Vec<Vec<String>> = options
        .frequency
        .iter()
        .zip(&weights)
        .map(|(&r, w)| {
            let weight = match (w.weight, w.log_weight) {
                (Some(weight), _) => number(weight),
                (None, Some(_)) => "overflows".into(),
                (None, None) => "∞".into(),
            };
            vec![
                number(r),
                weight,
                w.weight_error.map_or_else(String::new, bound),
                w.log_weight.map_or_else(|| "∞".into(), number),
            ]
        })
        .collect();
    let degree = penalty.null_space_degree();
    let free = match degree {
        -1 => "nothing is free".to_owned(),
        0 => "constants are free".to_owned(),
        degree => format!("polynomials up to degree {degree} are free"),
    };
    let (kind, growth) = growth(penalty.decay());
    let mut answer = Answer::default()
        .key(
            "frequency",
            crate::cli::output::array(options.frequency.iter().copied()),
        )
        .key("weight", column(|w| w.weight))
        .key("weight_error", column(|w| w.weight_error))
        .key("log_weight", column(|w| w.log_weight))
        .key("decay", kind)
        .key("null_space_degree", degree)
        .table(&["frequency", "weight", "error", "log weight"], &rows)
        .line(format!("{growth}; {free}"));
    answer = match penalty.zeros() {
        Zeros::None => answer,
        Zeros::Multiples { spacing } => answer
            .key("zeros", json!({ "multiples_of": spacing }))
            .line(format!("infinite at the multiples of {}", number(spacing))),
        Zeros::Listed(at) => answer.key("zeros", json!({ "listed": at })).line(format!(
            "infinite at {}",
            at.iter().map(|&r| number(r)).collect::<Vec<_>>().join(", ")
        )),
        Zeros::Everywhere => answer
            .key("zeros", json!("everywhere"))
            .line("infinite everywhere but at the lines of the activation's spectrum"),
        Zeros::Unknown => answer.key("zeros", json!("unknown")),
    };
    let atoms = penalty.atoms();
    if !atoms.is_empty() {
        let lines: Vec<Value> = atoms
            .iter()
            .map(|(at, c)| json!({ "frequency": at, "amplitude": [c.re, c.im] }))
            .collect();
        answer = answer.key("atoms", lines);
    }
    Ok(answer)
}

/// How the weight grows, for programs and for people.
pub fn growth(decay: DecayClass) -> (Value, String) {
    match decay {
        DecayClass::Algebraic { order } => (
            json!({ "kind": "algebraic", "order": order }),
            format!("the weight grows like r^{}", number(order)),
        ),
        DecayClass::Exponential { rate, exponent } => (
            json!({ "kind": "exponential", "rate": rate, "exponent": exponent }),
            format!(
                "the weight grows like exp({}·r^{})",
                number(rate),
                number(exponent)
            ),
        ),
        DecayClass::Infinite => (
            json!({ "kind": "infinite" }),
            "the weight is infinite".into(),
        ),
        _ => (
            json!({ "kind": "unknown" }),
            "how the weight grows is not known".into(),
        ),
    }
}
