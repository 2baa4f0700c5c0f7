//! `activations`: what can be named, with Fourier transforms.

use crate::cli::output::Answer;
use crate::error::Result;
use crate::model::Activation;
use serde_json::{Value, json};

pub fn run() -> Result<Answer> {
    let list = Activation::list();
    let parameters = |of: &[(&str, &str)]| -> String {
        of.iter()
            .map(|(name, default)| format!("{name}={default}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|a| {
            let name = match a.parameters {
                [] => a.name.to_owned(),
                some => format!("{}:{}", a.name, parameters(some)),
            };
            vec![name, a.formula.to_owned(), a.transform.to_owned()]
        })
        .collect();
    let described: Value = list
        .iter()
        .map(|a| {
            json!({
                "name": a.name,
                "parameters": a.parameters.iter().map(|(n, d)| json!({ "name": n, "default": d })).collect::<Vec<_>>(),
                "formula": a.formula,
                "transform": a.transform,
                "source": a.source,
            })
        })
        .collect();
    Ok(Answer::default()
        .key("activations", described)
        .table(
            &[
                "activation",
                "φ(z)",
                "regular part of φ̂(ω) = ∫φ(z)e^(−iωz)dz",
            ],
            &rows,
        )
        .line("\nAlso: sums of dilations and shifts, 0.5*relu(2*z-1) + tanh; formula:z*tanh(ln(1+exp(z)));")
        .line("table:phi.csv (samples z, φ by a natural cubic spline, continued as lines); table:activation.json (what `design` wrote)."))
}
