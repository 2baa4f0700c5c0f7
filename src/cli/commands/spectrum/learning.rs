//! The predicted learning curve.

use crate::cli::arguments::SpectrumOptions;
use crate::cli::naming::Called;
use crate::cli::output::{Answer, array, bound, number};
use crate::error::{Error, Result};
use crate::theory::spectrum::{LearningCurve, Prediction, Spectrum};
use serde_json::{Value, json};

/// What unlisted degrees may change without a word.
const UNCERTAIN: f64 = 0.01;

/// The curve, if there are numbers of training points, and its points (n, test error).
pub fn predict(
    answer: Answer,
    options: &SpectrumOptions,
    spectrum: &Spectrum,
    power: &[f64],
) -> Result<(Answer, Vec<(f64, f64)>)> {
    let samples = &options.samples;
    if samples.is_empty() {
        return Ok((answer, Vec::new()));
    }
    if power.is_empty() {
        let expected = "Σv² of the target in every degree, or --data";
        return Err(Error::invalid("power", expected, "none"));
    }
    let law = LearningCurve::of_spectrum(spectrum, power, options.ridge, options.noise)
        .called("noise_variance", "noise")?;
    let predicted = samples.iter().map(|&n| law.at(n).called("n", "samples"));
    let predicted: Vec<Prediction> = predicted.collect::<Result<_>>()?;
    let row = |(&n, p): (&f64, &Prediction)| {
        vec![
            number(n),
            number(p.test_error.value),
            bound(p.test_error.error),
            number(p.train_error),
            number(p.effective_ridge),
            number(p.overfitting),
        ]
    };
    let rows: Vec<Vec<String>> = samples.iter().zip(&predicted).map(row).collect();
    let column = |of: fn(&Prediction) -> f64| array(predicted.iter().map(of));
    let learnability = predicted
        .iter()
        .map(|p| array(p.learnability.iter().copied()));
    let known = json!({
        "asymptotic": true,
        "samples": array(samples.iter().copied()),
        "test_error": column(|p| p.test_error.value),
        "test_error_beyond": column(|p| p.test_error.error),
        "train_error": column(|p| p.train_error),
        "effective_ridge": column(|p| p.effective_ridge),
        "overfitting": column(|p| p.overfitting),
        "learnability": learnability.collect::<Value>(),
    });
    let header = [
        "samples",
        "test error",
        "± beyond",
        "train error",
        "effective ridge",
        "overfitting",
    ];
    let uncertain = |p: &Prediction| p.test_error.error > UNCERTAIN * p.test_error.value;
    let mut answer = answer
        .key("learning_curve", known)
        .line("\nKernel regression, predicted (asymptotic: some per cent from 60 points on)")
        .table(&header, &rows);
    if predicted.iter().any(uncertain) {
        answer = answer.line(
            "degrees beyond those listed may change the test error by more than 1 %: raise --degrees",
        );
    }
    let errors = predicted.iter().map(|p| p.test_error.value);
    Ok((answer, samples.iter().copied().zip(errors).collect()))
}
