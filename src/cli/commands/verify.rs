//! `verify`: predicted against trained, with a report.

use crate::cli::arguments::VerifyOptions;
use crate::cli::interrupt::Interrupt;
use crate::cli::models;
use crate::cli::output::{Answer, array, number};
use crate::cli::progress;
use crate::data::{Dataset, Standardisation, embedded_data, load_dataset};
use crate::error::{Error, Result};
use crate::model::{Activation, Ensemble, LearningRates, Shallow};
use crate::report::{Report, numbers};
use crate::verify::{Comparison, Settings, compare};
use serde_json::Value;

/// The activations of a run that names none: one of each kind of penalty.
const DEFAULT: [&str; 4] = ["relu", "tanh", "gelu", "hat"];
/// Of one's own data, every so manieth point is kept for the test.
const HELD_OUT: usize = 5;

/// Data to fit and to test on.
struct Study {
    name: String,
    about: String,
    train: Dataset,
    test: Dataset,
}

pub fn run(options: &VerifyOptions) -> Result<Answer> {
    let studies = studies(options)?;
    let activations = activations(options)?;
    let rates: LearningRates = options.train.parse()?;
    let mut models = Vec::new();
    for study in &studies {
        for activation in &activations {
            let dim = study.train.dim();
            let ensemble = match &options.ensemble {
                Some(text) => Ensemble::parse(text, dim, None)?,
                None => models::covering(study.train.points(), &[study.test.points()]),
            };
            models.push((
                study,
                Shallow::new(activation.clone(), dim, ensemble, rates.clone())?,
            ));
        }
    }
    let interrupt = Interrupt::listen();
    let settings = Settings {
        widths: options.width.clone(),
        seeds: (0..options.seeds as u64)
            .map(|i| options.seed.wrapping_add(i))
            .collect(),
        steps: options.steps,
        rate_fraction: options.rate,
        interrupt: Some(interrupt.flag()),
        ..Settings::default()
    };
    let report = Report::create(&options.out, command(options))?;
    let about = |name: &str| {
        let found = studies.iter().find(|s| s.name == name);
        found.map_or_else(String::new, |s| s.about.clone())
    };

    let bar = progress::bar(
        models
            .iter()
            .map(|(s, _)| settings.work(s.train.len()))
            .sum(),
    );
    let mut comparisons: Vec<Comparison> = Vec::new();
    for (study, model) in &models {
        bar.set_message(format!("{} on {}", model.activation(), study.name));
        let progress = &|work| bar.inc(work);
        match compare(
            model,
            &study.name,
            &study.train,
            &study.test,
            &settings,
            progress,
        ) {
            Ok(comparison) => comparisons.push(comparison),
            Err(Error::Interrupted { .. }) => {}
            Err(error) => {
                bar.finish_and_clear();
                return Err(error);
            }
        }
        if !comparisons.is_empty() {
            report.write(&comparisons, &about)?;
        }
        if interrupt.asked() {
            bar.finish_and_clear();
            let kept = match comparisons.len() {
                0 => "nothing was finished".to_owned(),
                n => format!(
                    "{n} of {} comparisons are in {}",
                    models.len(),
                    report.page().display()
                ),
            };
            return Err(Error::Interrupted {
                what: "verify".into(),
                kept,
            });
        }
    }
    bar.finish_and_clear();
    Ok(answer(&comparisons).line(format!("report: {}", report.page().display())))
}

fn studies(options: &VerifyOptions) -> Result<Vec<Study>> {
    let Some(path) = &options.data else {
        return Ok(embedded_data()
            .into_iter()
            .map(|e| Study {
                name: e.name.to_owned(),
                about: format!("{}. Source: {}. {}.", e.description, e.source, e.licence),
                train: e.train,
                test: e.test,
            })
            .collect());
    };
    let raw = load_dataset(path)?.distinct()?;
    let scaling = Standardisation::of(&raw);
    let data = scaling.apply(&raw)?;
    let (test, train): (Vec<usize>, Vec<usize>) =
        data.points().ascending().into_iter().enumerate().fold(
            (Vec::new(), Vec::new()),
            |mut parts, (place, i)| {
                let part = if place % HELD_OUT == HELD_OUT / 2 {
                    &mut parts.0
                } else {
                    &mut parts.1
                };
                part.push(i);
                parts
            },
        );
    if test.is_empty() {
        return Err(Error::shape(
            "data",
            format!("at least {} different points", HELD_OUT / 2 + 1),
            data.len(),
        ));
    }
    Ok(vec![Study {
        name: path
            .file_stem()
            .map_or_else(|| "data".into(), |s| s.to_string_lossy().into_owned()),
        about: format!(
            "{}: {} points to fit, {} held out. Inputs are divided by {} after centring, targets have mean 0 \
             and variance 1.",
            path.display(),
            train.len(),
            test.len(),
            number(scaling.half_extent)
        ),
        train: data.select(&train)?,
        test: data.select(&test)?,
    }])
}

fn activations(options: &VerifyOptions) -> Result<Vec<Activation>> {
    if options.activation.is_empty() {
        DEFAULT.iter().map(|name| Activation::parse(name)).collect()
    } else {
        options
            .activation
            .iter()
            .map(|name| Activation::parse(name))
            .collect()
    }
}

/// The line that repeats the run, every default spelt out.
fn command(options: &VerifyOptions) -> String {
    let mut words = vec!["spectral-bias verify".to_owned()];
    if let Some(data) = &options.data {
        words.push(format!("--data '{}'", data.display()));
    }
    let named: Vec<&str> = match options.activation.as_slice() {
        [] => DEFAULT.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    words.extend(named.into_iter().map(|a| format!("--activation '{a}'")));
    let widths: Vec<String> = options.width.iter().map(ToString::to_string).collect();
    words.push(format!(
        "--width {} --seeds {} --seed {} --steps {} --rate {} --train {}",
        widths.join(","),
        options.seeds,
        options.seed,
        options.steps,
        options.rate,
        options.train
    ));
    if let Some(ensemble) = &options.ensemble {
        words.push(format!("--ensemble {ensemble}"));
    }
    words.push(format!("--out '{}'", options.out.display()));
    words.join(" ")
}

fn answer(comparisons: &[Comparison]) -> Answer {
    let rows: Vec<Vec<String>> = comparisons
        .iter()
        .flat_map(|c| {
            c.widths().into_iter().map(move |width| {
                vec![
                    c.data.clone(),
                    c.activation.clone(),
                    width.to_string(),
                    number(c.mean(width, |n| n.gap.rms)),
                    number(c.mean(width, |n| n.gap.seminorm_relative)),
                    number(c.mean(width, |n| n.cost) / c.predicted_cost),
                    number(c.mean(width, |n| n.kernel_movement)),
                ]
            })
        })
        .collect();
    let by_comparison =
        |value: &dyn Fn(&Comparison) -> Value| -> Value { comparisons.iter().map(value).collect() };
    let mut answer = Answer::default()
        .key(
            "activation",
            by_comparison(&|c| c.activation.clone().into()),
        )
        .key("data", by_comparison(&|c| c.data.clone().into()))
        .key("dim", by_comparison(&|c| c.train.dim().into()))
        .key("width", by_comparison(&|c| c.widths().into()))
        .key(
            "gap",
            by_comparison(&|c| array(c.widths().iter().map(|&w| c.mean(w, |n| n.gap.rms)))),
        )
        .key(
            "slope",
            by_comparison(&|c| c.slope.map_or(Value::Null, |s| s.value.into())),
        )
        .key(
            "slope_band",
            by_comparison(&|c| {
                c.slope.map_or(Value::Null, |s| {
                    array([s.value - s.half_band, s.value + s.half_band])
                })
            }),
        )
        .key("verdict", by_comparison(&|c| c.verdict.to_string().into()))
        .key("comparisons", by_comparison(&numbers::json))
        .table(
            &[
                "data",
                "activation",
                "width",
                "gap",
                "seminorm gap",
                "cost/predicted",
                "kernel moved",
            ],
            &rows,
        )
        .line("");
    for c in comparisons {
        answer = answer.line(format!("{} on {}: {}", c.activation, c.data, c.verdict));
    }
    answer
}
