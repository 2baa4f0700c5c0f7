//! `spectrum`: eigenvalues of a kernel, degree by degree, and what they predict.

mod degrees;
mod learning;
mod space;

use crate::cli::arguments::{SpectrumDomain, SpectrumOptions};
use crate::cli::naming::Called;
use crate::cli::output::{Answer, array};
use crate::cli::pictures::Gallery;
use crate::data::{load_dataset, load_points};
use crate::error::{Error, Result};
use crate::report::figures;
use crate::theory::penalty::Penalty;
use crate::theory::spectrum::{EmpiricalSpectrum, Spectrum, ZonalNetwork};
use SpectrumDomain::{Circle, Gaussian, Hypercube, Interval, Points, Space, Sphere, Torus};
use serde_json::Value;
use std::f64::consts::TAU;

/// Nodes on an interval.
const NODES: usize = 200;

pub fn run(options: &SpectrumOptions) -> Result<Answer> {
    refuse_foreign(options)?;
    if options.degrees == 0 {
        return Err(Error::invalid("degrees", "at least one degree", 0));
    }
    let gallery = Gallery::open(&options.pictures)?;
    match options.domain {
        Space => space::run(options, &penalty(options)?, &gallery),
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
    let own: [(&str, bool, &[SpectrumDomain]); 9] = [
        ("points", points, &[Points]),
        ("interval", !options.interval.is_empty(), &[Interval]),
        ("nodes", options.nodes.is_some(), &[Interval]),
        ("side", options.side.is_some(), &[Torus]),
        ("frequency", !options.frequency.is_empty(), &[Space]),
        (
            "dim",
            options.domain == Gaussian && options.dim.is_some(),
            &[],
        ),
        ("functions", options.functions.is_some(), measured),
        ("samples", !options.samples.is_empty(), discrete),
        ("decay-from", options.decay_from.is_some(), discrete),
    ];
    for (name, given, domains) in own {
        if given && !domains.contains(&domain) {
            let expected = match domains {
                [one] => format!("the domain {}", one.name()),
                [] => "no dimension, which is infinite".into(),
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
        return Spectrum::torus(&penalty, options.side.unwrap_or(TAU), count - 1)
            .called("square", "degrees");
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
    let model = options.network.shallow(ensemble, dim(options, None)?)?;
    Penalty::new(&model)
}

/// What is known of the spectrum, and what it predicts.
fn answer(
    options: &SpectrumOptions,
    gallery: &Gallery<'_>,
    spectrum: &Spectrum,
    power: Option<Vec<f64>>,
    extra: Answer,
) -> Result<Answer> {
    let answer = degrees::list(extra, options, spectrum, power.as_deref())?;
    let power = power.as_deref().unwrap_or(&options.power);
    let (answer, curve) = learning::predict(answer, options, spectrum, power)?;
    gallery.show("Spectrum", answer, || {
        Ok(figures::spectrum(spectrum, options.degrees, curve))
    })
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
        let functions = found.eigenfunctions(at, count);
        let functions = functions
            .called("count", "functions")
            .called("rows", "at")?;
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
