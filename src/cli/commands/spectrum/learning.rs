//! The predicted learning curve.

use crate::cli::arguments::SpectrumOptions;
use crate::cli::output::{Answer, array, number};
use crate::error::{Error, Result};
use crate::theory::spectrum::{LearningCurve, Prediction, Spectrum};
use serde_json::{Value, json};

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
    let law = LearningCurve::of_spectrum(spectrum, power, options.ridge, options.noise)?;
    let predicted = samples.iter().map(|&n| law.at(n));
    let predicted: Vec<Prediction> = predicted.collect::<Result<_>>()?;
    let row = |(&n, p): (&f64, &Prediction)| {
        let errors = [n, p.test_error, p.train_error];
        let numbers = errors.into_iter().chain([p.effective_ridge, p.overfitting]);
        numbers.map(number).collect()
    };
    let rows: Vec<Vec<String>> = samples.iter().zip(&predicted).map(row).collect();
    let column = |of: fn(&Prediction) -> f64| array(predicted.iter().map(of));
    let learnability = predicted
        .iter()
        .map(|p| array(p.learnability.iter().copied()));
    let known = json!({
        "asymptotic": true,
        "samples": array(samples.iter().copied()),
        "test_error": column(|p| p.test_error),
        "train_error": column(|p| p.train_error),
        "effective_ridge": column(|p| p.effective_ridge),
        "overfitting": column(|p| p.overfitting),
        "learnability": learnability.collect::<Value>(),
    });
    let header = [
        "samples",
        "test error",
        "train error",
        "effective ridge",
        "overfitting",
    ];
    let answer = answer
        .key("learning_curve", known)
        .line("\nKernel regression, predicted (asymptotic: some per cent from 60 points on)")
        .table(&header, &rows);
    let errors = predicted.iter().map(|p| p.test_error);
    Ok((answer, samples.iter().copied().zip(errors).collect()))
}
