//! `spectrum`: eigenvalues of a kernel, degree by degree, and what they predict.

use super::penalty::growth;
use crate::cli::arguments::{SpectrumDomain, SpectrumOptions};
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::cli::pictures::Gallery;
use crate::data::{load_dataset, load_points};
use crate::error::{Error, Result};
use crate::model::Shallow;
use crate::numerics::Estimate;
use crate::report::figures;
use crate::theory::penalty::Penalty;
use crate::theory::spectrum::{EmpiricalSpectrum, LearningCurve, Spectrum, ZonalNetwork};
use SpectrumDomain::{Circle, Gaussian, Hypercube, Interval, Points, Space, Sphere, Torus};
use serde_json::{Value, json};
use std::f64::consts::TAU;

/// Whole numbers up to 2⁵³ are doubles.
const WHOLE: f64 = 9_007_199_254_740_992.0;
const NODES: usize = 200;

pub fn run(options: &SpectrumOptions) -> Result<Answer> {
    refuse_foreign(options)?;
    if options.degrees == 0 {
        return Err(Error::invalid("degrees", "at least one degree", 0));
    }
    let gallery = Gallery::open(&options.pictures)?;
    match options.domain {
        Space => continuous(options, &gallery),
        Points | Interval => measured(options, &gallery),
        _ => answer(options, &gallery, &whole(options)?, None, Answer::default()),
    }
}

/// Options that say nothing on this domain are refused, not passed over.
fn refuse_foreign(options: &SpectrumOptions) -> Result<()> {
    let domain = options.domain;
    let points = options.points.is_some() || options.data.is_some();
    let measured = &[Points, Interval];
    let discrete = &[Sphere, Circle, Gaussian, Hypercube, Points, Interval, Torus];
    let own: [(&str, bool, &[SpectrumDomain]); 8] = [
        ("points", points, &[Points]),
        ("interval", !options.interval.is_empty(), &[Interval]),
        ("nodes", options.nodes.is_some(), &[Interval]),
        ("side", options.side.is_some(), &[Torus]),
        ("frequency", !options.frequency.is_empty(), &[Space]),
        ("functions", options.functions.is_some(), measured),
        ("samples", !options.samples.is_empty(), discrete),
        ("decay-from", options.decay_from.is_some(), discrete),
    ];
    for (name, given, domains) in own {
        if given && !domains.contains(&domain) {
            let expected = match domains {
                [one] => format!("the domain {}", one.name()),
                _ if domain == Space => "a domain whose spectrum is discrete".into(),
                _ => "the domain points or interval".into(),
            };
            return Err(Error::invalid(name, expected, domain.name()));
        }
    }
    Ok(())
}

impl SpectrumDomain {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// The dimension, which a domain may fix.
fn dim(options: &SpectrumOptions, fixed: Option<usize>) -> Result<usize> {
    match (options.dim, fixed) {
        (None, Some(fixed)) => Ok(fixed),
        (Some(found), Some(fixed)) if found != fixed => {
            let expected = format!("{fixed} on the domain {}", options.domain.name());
            Err(Error::invalid("dim", expected, found))
        }
        (Some(dim), _) if dim > 0 => Ok(dim),
        (found, _) => {
            let found = found.map_or("none".to_owned(), |d| d.to_string());
            Err(Error::invalid("dim", "the dimension of the inputs", found))
        }
    }
}

/// The spectrum of a domain that has all its degrees.
fn whole(options: &SpectrumOptions) -> Result<Spectrum> {
    let count = options.degrees;
    if options.domain == Torus {
        let penalty = penalty(options)?;
        return Spectrum::torus(&penalty, options.side.unwrap_or(TAU), count - 1);
    }
    let (network, kind) = options.network.layers()?;
    match options.domain {
        Circle => {
            dim(options, Some(2))?;
            Spectrum::circle(&ZonalNetwork::on_sphere(&network, kind, 2)?, count)
        }
        Sphere => {
            let dim = dim(options, None)?;
            Spectrum::sphere(&ZonalNetwork::on_sphere(&network, kind, dim)?, dim, count)
        }
        Hypercube => {
            let dim = dim(options, None)?;
            Spectrum::hypercube(
                &ZonalNetwork::on_hypercube(&network, kind, dim)?,
                dim,
                count,
            )
        }
        _ => Spectrum::gaussian(&ZonalNetwork::in_high_dimension(&network, kind)?, count),
    }
}

/// The translation-invariant model of torus and space.
fn penalty(options: &SpectrumOptions) -> Result<Penalty> {
    if let Some(name) = options.network.given_of_layers() {
        let expected = "--ensemble and --train to say what is drawn and trained";
        return Err(Error::invalid(name, expected, options.domain.name()));
    }
    let ensemble = options.network.ensemble.as_deref();
    let ensemble = ensemble.unwrap_or("radon:radius=inf");
    let model: Shallow = options.network.shallow(ensemble, dim(options, None)?)?;
    Penalty::new(&model)
}

/// R^d: the spectral density.
fn continuous(options: &SpectrumOptions, gallery: &Gallery<'_>) -> Result<Answer> {
    if options.frequency.is_empty() {
        let expected = "frequencies ‖k‖ > 0 on the domain space";
        return Err(Error::invalid("frequency", expected, "none"));
    }
    let penalty = penalty(options)?;
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

/// A data set or an interval.
fn measured(options: &SpectrumOptions, gallery: &Gallery<'_>) -> Result<Answer> {
    let (mut points, mut targets) = (None, None);
    if let Some(path) = &options.data {
        let data = load_dataset(path)?;
        targets = Some(data.targets().clone());
        points = Some(data.points().clone());
    } else if let Some(path) = &options.points {
        points = Some(load_points(path)?);
    }
    let fixed = match options.domain {
        Interval => 1,
        _ => match &points {
            Some(points) => points.dim(),
            None => {
                let expected = "--points or --data on the domain points";
                return Err(Error::invalid("points", expected, "none"));
            }
        },
    };
    let kernel = options.network.kernel(dim(options, Some(fixed))?)?;
    let found = match &points {
        Some(points) => EmpiricalSpectrum::of_points(kernel.as_ref(), points)?,
        None => {
            let ends = match options.interval[..] {
                [] => (-1.0, 1.0),
                [a, b] => (a, b),
                _ => return Err(Error::shape("interval", "two ends", options.interval.len())),
            };
            EmpiricalSpectrum::on_interval(kernel.as_ref(), ends, options.nodes.unwrap_or(NODES))?
        }
    };
    let mut extra = Answer::default();
    let power = targets.map(|y| found.coefficients(&y)).transpose()?;
    let power: Option<Vec<f64>> = power.map(|c| c.iter().map(|c| c * c).collect());
    if let Some(power) = &power {
        extra = extra.key("power", array(power.iter().copied().take(options.degrees)));
    }
    if let Some(count) = options.functions {
        let at = options.at.as_ref().map(load_points).transpose()?;
        let at = at.as_ref().unwrap_or(found.points());
        let functions = found.eigenfunctions(at, count)?;
        let column = |c: usize| array(functions.column(c).iter().copied());
        extra = extra
            .key(
                "at",
                at.iter()
                    .map(|x| array(x.iter().copied()))
                    .collect::<Value>(),
            )
            .key("eigenfunction", (0..count).map(column).collect::<Value>());
    }
    answer(options, gallery, found.spectrum(), power, extra)
}

fn answer(
    options: &SpectrumOptions,
    gallery: &Gallery<'_>,
    spectrum: &Spectrum,
    power: Option<Vec<f64>>,
    extra: Answer,
) -> Result<Answer> {
    let listed = { spectrum.eigenspaces().iter() }.take_while(|s| s.degree < options.degrees);
    let spaces: Vec<_> = listed.copied().collect();
    let share = spectrum.fractional_variance();
    let cumulative = spectrum.cumulative_variance();
    let lost = spectrum.truncation_error(spaces.len());
    let column = |of: &dyn Fn(usize) -> f64| array((0..spaces.len()).map(of));
    let mut header = vec!["degree", "eigenvalue", "multiplicity", "error", "share"];
    header.push("cumulative");
    if power.is_some() {
        header.push("power");
    }
    let row = |(k, space): (usize, &crate::theory::spectrum::Eigenspace)| {
        let mut row = vec![
            space.degree.to_string(),
            number(space.eigenvalue.value),
            number(space.multiplicity),
            bound(space.eigenvalue.error),
            number(share[k].value),
            number(cumulative[k].value / spectrum.diagonal().value),
        ];
        row.extend(power.iter().filter_map(|p| p.get(k)).map(|&p| number(p)));
        row
    };
    let rows: Vec<Vec<String>> = spaces.iter().enumerate().map(row).collect();
    let from = options.decay_from.unwrap_or(options.degrees / 2);
    let law = spectrum.decay(from, options.degrees);
    let law = match options.decay_from {
        Some(_) => Some(law?),
        // A line through two points says nothing of itself.
        None => law.ok().filter(|law| law.points > 2),
    };
    let both = |e: Estimate| json!({ "value": finite(e.value), "error": finite(e.error) });
    let mut answer = extra
        .key(
            "degree",
            spaces.iter().map(|s| s.degree).collect::<Vec<_>>(),
        )
        .key("eigenvalue", column(&|k| spaces[k].eigenvalue.value))
        .key(
            "multiplicity",
            { spaces.iter() }
                .map(|s| count(s.multiplicity))
                .collect::<Value>(),
        )
        .key("error", column(&|k| spaces[k].eigenvalue.error))
        .key("share", column(&|k| share[k].value))
        .key("cumulative_variance", column(&|k| cumulative[k].value))
        .key("diagonal", both(spectrum.diagonal()))
        .key("truncation_error", both(lost))
        .table(&header, &rows)
        .line(format!(
            "{} = {}, of which {} lies beyond these degrees (± {})",
            match options.domain {
                Points | Interval => "E[K(x,x)]",
                _ => "K(x,x)",
            },
            number(spectrum.diagonal().value),
            number(lost.value),
            bound(lost.error)
        ));
    if options.domain == Torus && spectrum.eigenspaces().first().is_none_or(|s| s.degree > 0) {
        answer = answer.line("constants are free: degree 0 is left out");
    }
    answer = match law {
        None => answer.key("decay", Value::Null),
        Some(law) => answer
            .key(
                "decay",
                json!({
                    "exponent": law.exponent, "standard_error": law.standard_error,
                    "constant": law.constant, "from": from, "degrees": law.points
                }),
            )
            .line(format!(
                "fitted from degree {from} on: eigenvalue ≈ {} · {}^−{} (standard error {})",
                number(law.constant),
                match options.domain {
                    Torus => "‖m‖",
                    Points | Interval => "(degree + 1)",
                    _ => "degree",
                },
                number(law.exponent),
                bound(law.standard_error)
            )),
    };
    let mut curve = Vec::new();
    if !options.samples.is_empty() {
        let power = power.unwrap_or_else(|| options.power.clone());
        if power.is_empty() {
            let expected = "Σv² of the target in every degree, or --data";
            return Err(Error::invalid("power", expected, "none"));
        }
        let law = LearningCurve::of_spectrum(spectrum, &power, options.ridge, options.noise)?;
        (answer, curve) = learning(answer, &law, &options.samples)?;
    }
    gallery.show("Spectrum", answer, || {
        Ok(figures::spectrum(spectrum, options.degrees, curve))
    })
}

/// The predicted learning curve.
fn learning(
    answer: Answer,
    law: &LearningCurve,
    samples: &[f64],
) -> Result<(Answer, Vec<(f64, f64)>)> {
    let predicted = samples.iter().map(|&n| law.at(n));
    let predicted: Vec<_> = predicted.collect::<Result<_>>()?;
    let rows = samples.iter().zip(&predicted).map(|(&n, p)| {
        let numbers = [n, p.test_error, p.train_error, p.effective_ridge];
        let numbers = numbers.into_iter().chain([p.overfitting]);
        numbers.map(number).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let learnability = predicted.iter().map(|p| {
        let shown = p.learnability.iter().copied();
        array(shown)
    });
    let curve = samples
        .iter()
        .zip(&predicted)
        .map(|(&n, p)| (n, p.test_error));
    let json = json!({
        "asymptotic": true,
        "samples": array(samples.iter().copied()),
        "test_error": array(predicted.iter().map(|p| p.test_error)),
        "train_error": array(predicted.iter().map(|p| p.train_error)),
        "effective_ridge": array(predicted.iter().map(|p| p.effective_ridge)),
        "overfitting": array(predicted.iter().map(|p| p.overfitting)),
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
        .key("learning_curve", json)
        .line("\nKernel regression, predicted (asymptotic: some per cent from 60 points on)")
        .table(&header, &rows);
    Ok((answer, curve.collect()))
}

/// A multiplicity for JSON: a whole number where doubles are whole.
fn count(multiplicity: f64) -> Value {
    if multiplicity <= WHOLE {
        Value::from(multiplicity as u64)
    } else {
        finite(multiplicity)
    }
}
