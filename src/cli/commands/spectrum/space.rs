//! R^d: the spectral density, which is continuous.

use crate::cli::arguments::SpectrumOptions;
use crate::cli::commands::penalty::growth;
use crate::cli::output::{Answer, array, bound, number};
use crate::cli::pictures::Gallery;
use crate::error::{Error, Result};
use crate::report::figures;
use crate::theory::penalty::Penalty;

pub fn run(options: &SpectrumOptions, penalty: &Penalty, gallery: &Gallery<'_>) -> Result<Answer> {
    if options.frequency.is_empty() {
        let expected = "frequencies ‖k‖ > 0 on the domain space";
        return Err(Error::invalid("frequency", expected, "none"));
    }
    let mut rows = Vec::new();
    let (mut values, mut errors, mut logs) = (Vec::new(), Vec::new(), Vec::new());
    for &r in &options.frequency {
        let density = penalty.spectral_density(r)?;
        let error = density.value() * density.relative_error;
        rows.push(vec![
            number(r),
            number(density.value()),
            bound(error),
            number(density.ln),
        ]);
        values.push(density.value());
        errors.push(error);
        logs.push(density.ln);
    }
    let (decay, words) = growth(penalty.decay());
    let drawn = || {
        let curve = options.frequency.iter().copied().zip(values.clone());
        Ok(figures::spectral_density(curve.collect()))
    };
    let answer = Answer::default()
        .key("frequency", array(options.frequency.iter().copied()))
        .key("eigenvalue", array(values.iter().copied()))
        .key("log_eigenvalue", array(logs))
        .key("error", array(errors))
        .key("decay", decay)
        .table(&["frequency", "eigenvalue", "error", "log"], &rows)
        .line(format!("K̂(‖k‖), continuous; {words} (the weight is 1/K̂)"));
    gallery.show("Spectral density", answer, drawn)
}
