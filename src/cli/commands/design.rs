//! `design`: an activation for a wanted weight, or for a wanted kernel.

use crate::cli::arguments::DesignCommandOptions;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::cli::pictures::Gallery;
use crate::data::{load_array, write_atomically};
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::report::figures;
use crate::theory::design::{
    Design, DesignOptions, KernelDesign, Language, Phase, Reproduction, RoundTrip, WantedWeight,
};
use serde_json::Value;

/// Rows of the table.
const SHOWN: usize = 17;
/// How far samples reach: a weight's φ over its own lengths, a kernel's over nearly all of a standard normal law.
const REACH: (f64, f64) = (10.0, 3.0);

pub fn run(options: &DesignCommandOptions) -> Result<Answer> {
    let gallery = Gallery::open(&options.pictures)?;
    match &options.kind {
        Some(kind) if options.kernel.len() + options.gegenbauer.len() > 0 => {
            for_kernel(options, kind, &gallery)
        }
        Some(_) => Err(Error::invalid(
            "kind",
            "--kernel or --gegenbauer beside it",
            "a weight",
        )),
        None => for_weight(options, &gallery),
    }
}

fn for_weight(options: &DesignCommandOptions, gallery: &Gallery<'_>) -> Result<Answer> {
    let band = match options.band[..] {
        [] => None,
        [low, high] => Some((low, high)),
        _ => return Err(Error::invalid("band", "low,high", options.band[0])),
    };
    let wanted = DesignOptions {
        band,
        tolerance: options.tolerance,
    };
    let design = Design::new(
        &weight(options)?,
        options.dim.unwrap_or(1),
        phase(options.phase.as_deref().unwrap_or("even"))?,
        &wanted,
    )?;
    let (z, phi) = design.samples(options.reach.unwrap_or(REACH.0), options.samples)?;
    let rows = table(&z, &phi);
    let found = design.feasibility();
    let column = |value: fn(&RoundTrip) -> f64| array(design.round_trip().iter().map(value));
    let free = match found.null_space_degree {
        -1 => "unique up to its phase".to_owned(),
        0 => "unique up to its phase and constants".to_owned(),
        degree => format!("unique up to its phase and polynomials of degree {degree}"),
    };
    let answer = Answer::default()
        .key("z", array(z.iter().copied()))
        .key("phi", array(phi.iter().copied()))
        .key("round_trip_error", finite(design.round_trip_error()))
        .key("band", array([found.band.0, found.band.1]))
        .key("order_at_zero", finite(found.order_at_zero))
        .key("order_at_infinity", finite(found.order_at_infinity))
        .key("null_space_degree", found.null_space_degree)
        .key("frequency", column(|r| r.frequency))
        .key("log_weight_wanted", column(|r| r.wanted))
        .key("log_weight_achieved", column(|r| r.achieved))
        .table(&["z", "phi"], &rows)
        .line(format!(
            "the weight is achieved to {} for frequencies from {} to {}; {free}",
            bound(design.round_trip_error()),
            number(found.band.0),
            number(found.band.1)
        ));
    let answer = write(options, answer, (&z, &phi), design.to_json(), &|language| {
        design.source(language)
    })?;
    let title = format!("Designed for the weight {}", design.weight().name());
    gallery.show(&title, answer, || Ok(figures::design(&design, &z, &phi)))
}

fn for_kernel(options: &DesignCommandOptions, kind: &str, gallery: &Gallery<'_>) -> Result<Answer> {
    let (kind, signs) = (kind.parse()?, &options.signs[..]);
    let design = match options.dim {
        Some(dim) => KernelDesign::from_gegenbauer(dim, &options.gegenbauer, kind, signs)?,
        None => KernelDesign::from_power_series(&options.kernel, kind, signs)?,
    };
    let (z, phi) = design.samples(options.reach.unwrap_or(REACH.1), options.samples)?;
    let column = |value: fn(&Reproduction) -> f64| array(design.reproduction().iter().map(value));
    let coefficients: Vec<Vec<String>> = { design.power_series().iter() }
        .zip(design.hermite_coefficients())
        .enumerate()
        .map(|(k, (&a, &b))| vec![k.to_string(), number(a), number(b)])
        .collect();
    let others = 1_u64 << design.free_signs().min(63);
    let answer = Answer::default()
        .key("kind", design.kind().to_string())
        .key("z", array(z.iter().copied()))
        .key("phi", array(phi.iter().copied()))
        .key("power_series", array(design.power_series().iter().copied()))
        .key(
            "hermite_coefficients",
            array(design.hermite_coefficients().iter().copied()),
        )
        .key("free_signs", design.free_signs())
        .key("activations", others)
        .key("reproduction_error", finite(design.reproduction_error()))
        .key("rho", column(|r| r.rho))
        .key("kernel_wanted", column(|r| r.wanted))
        .key("kernel_achieved", column(|r| r.achieved))
        .table(&["degree", "kernel a_k", "hermite b_k"], &coefficients)
        .line("")
        .table(&["z", "phi"], &table(&z, &phi))
        .line(format!(
            "the kernel is reproduced to {} of κ(1); the signs of {} coefficients are free: {others} activations have this \
             kernel, --signs chooses",
            bound(design.reproduction_error()),
            design.free_signs()
        ));
    let answer = write(options, answer, (&z, &phi), design.to_json(), &|language| {
        design.source(language)
    })?;
    gallery.show("Designed for a kernel", answer, || {
        Ok(figures::kernel_design(&design, &z, &phi))
    })
}

fn table(z: &[f64], phi: &[f64]) -> Vec<Vec<String>> {
    let step = z.len().div_ceil(SHOWN).max(1);
    { z.iter().zip(phi) }
        .step_by(step)
        .map(|(&z, &phi)| vec![number(z), number(phi)])
        .collect()
}

/// The files that were asked for.
fn write(
    options: &DesignCommandOptions,
    mut answer: Answer,
    (z, phi): (&[f64], &[f64]),
    mut whole: Value,
    source: &dyn Fn(Language) -> String,
) -> Result<Answer> {
    if let Some(path) = &options.out {
        if let Value::Object(map) = &mut whole {
            map.insert("z".into(), array(z.iter().copied()));
            map.insert("phi".into(), array(phi.iter().copied()));
        }
        write_atomically(path, format!("{whole}\n").as_bytes())?;
        answer = answer.line(format!("written to {}", path.display()));
    }
    let sources = [
        (&options.numpy, Language::NumPy),
        (&options.pytorch, Language::PyTorch),
        (&options.jax, Language::Jax),
    ];
    for (path, language) in sources {
        if let Some(path) = path {
            write_atomically(path, source(language).as_bytes())?;
            answer = answer.line(format!("written to {}", path.display()));
        }
    }
    Ok(answer)
}

fn weight(options: &DesignCommandOptions) -> Result<WantedWeight> {
    if let Some(formula) = &options.weight {
        return WantedWeight::parse(formula);
    }
    if let (Some(name), Some(dim)) = (&options.weight_of, options.weight_dim) {
        return WantedWeight::of_activation(&Activation::parse(name)?, dim);
    }
    let path = options.table.clone().unwrap_or_default();
    let name = path.display().to_string();
    let (frequency, weight) = load_array(&path)?.into_pairs(&name)?;
    WantedWeight::table(name, &frequency, &weight)
}

fn phase(text: &str) -> Result<Phase> {
    match text {
        "even" => Ok(Phase::Even),
        "odd" => Ok(Phase::Odd),
        angle => match angle.parse() {
            Ok(theta) => Ok(Phase::Blend(theta)),
            Err(_) => Err(Error::invalid(
                "phase",
                "even, odd or an angle in radians",
                angle,
            )),
        },
    }
}
