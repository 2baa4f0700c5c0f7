//! Targets by name: `name` or `name:parameter=value,…`, lists within a value separated by `/`.

use super::{BesselRing, Doppler, Ellipsoid, Gaussian, RadialStep, SheppLogan, Sines, Target};
use crate::error::{Error, Result};
use std::f64::consts::TAU;

/// A target that can be named, for lists.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TargetEntry {
    /// Its name.
    pub name: &'static str,
    /// An example with every parameter.
    pub example: &'static str,
    /// Its parameters.
    pub parameters: &'static [&'static str],
    /// What it is.
    pub formula: &'static str,
}

/// The targets that [`parse_target`] knows.
pub fn targets() -> &'static [TargetEntry] {
    const ENTRIES: &[TargetEntry] = &[
        TargetEntry {
            name: "gaussian",
            example: "gaussian:width=0.5,centre=0.2/0",
            parameters: &["width", "centre"],
            formula: "exp(−‖x − centre‖²/(2 width²)), any dimension",
        },
        TargetEntry {
            name: "sines",
            example: "sines:frequencies=1/3,amplitudes=1/0.5,phases=0/1.57",
            parameters: &["frequencies", "amplitudes", "phases"],
            formula: "Σ amplitude·sin(frequency·x₁ + phase), any dimension",
        },
        TargetEntry {
            name: "doppler",
            example: "doppler",
            parameters: &[],
            formula: "√(t(1−t)) sin(2.1π/(t+0.05)), t = ‖x‖ ≤ 1, dimension 2",
        },
        TargetEntry {
            name: "j0",
            example: "j0:frequency=6.283185307179586",
            parameters: &["frequency"],
            formula: "J₀(frequency·‖x‖), dimension 2",
        },
        TargetEntry {
            name: "step",
            example: "step:radius=0.75",
            parameters: &["radius"],
            formula: "0 for ‖x‖ < radius, 1 elsewhere, any dimension",
        },
        TargetEntry {
            name: "ball",
            example: "ball:radius=0.75,centre=0.2/0",
            parameters: &["radius", "centre"],
            formula: "1 for ‖x − centre‖ ≤ radius, 0 elsewhere, any dimension",
        },
        TargetEntry {
            name: "shepp-logan",
            example: "shepp-logan",
            parameters: &[],
            formula: "ten ellipses, modified intensities, dimension 2",
        },
        TargetEntry {
            name: "shepp-logan-standard",
            example: "shepp-logan-standard",
            parameters: &[],
            formula: "ten ellipses, the intensities of Shepp and Logan, dimension 2",
        },
    ];
    ENTRIES
}

/// Reads a target on R^d from its notation.
///
/// # Errors
/// A name or parameter that is not known, a value outside its domain, a target that does not
/// exist in this dimension.
pub fn parse_target(text: &str, dim: usize) -> Result<Box<dyn Target>> {
    let (name, parameters) = match text.split_once(':') {
        Some((name, parameters)) => (name.trim(), Some(parameters)),
        None => (text.trim(), None),
    };
    let Some(entry) = targets().iter().find(|entry| entry.name == name) else {
        let known: Vec<&str> = targets().iter().map(|entry| entry.example).collect();
        return Err(Error::UnknownName {
            kind: "target",
            name: name.chars().take(40).collect(),
            hint: format!("known, with examples: {}", known.join(", ")),
        });
    };
    if dim == 0 {
        return Err(Error::invalid("dim", "at least 1", dim));
    }
    let parameters = Parameters::parse(entry, parameters)?;
    let planar = || {
        if dim == 2 {
            Ok(())
        } else {
            Err(Error::invalid(
                "dim",
                format!("2 for the target {name}"),
                dim,
            ))
        }
    };
    let centre = || {
        let centre = parameters.list("centre")?.unwrap_or_else(|| vec![0.0; dim]);
        if centre.len() == dim {
            Ok(centre)
        } else {
            Err(Error::shape(
                format!("target {name}: centre"),
                format!("{dim} coordinates"),
                centre.len(),
            ))
        }
    };
    Ok(match name {
        "gaussian" => {
            let centre = centre()?;
            Box::new(Gaussian::centred(parameters.number("width", 1.0)?, centre)?)
        }
        "sines" => {
            let frequencies = parameters.list("frequencies")?.unwrap_or_else(|| vec![1.0]);
            let n = frequencies.len();
            let amplitudes = parameters
                .list("amplitudes")?
                .unwrap_or_else(|| vec![1.0; n]);
            let phases = parameters.list("phases")?.unwrap_or_else(|| vec![0.0; n]);
            let sines = Sines::along_first_axis(dim, &frequencies, &amplitudes, &phases)?;
            Box::new(sines)
        }
        "j0" => {
            planar()?;
            Box::new(BesselRing::new(parameters.number("frequency", TAU)?)?)
        }
        "step" => Box::new(RadialStep::new(dim, parameters.number("radius", 0.75)?)?),
        "ball" => Box::new(Ellipsoid::ball(
            centre()?,
            parameters.number("radius", 0.75)?,
        )?),
        "shepp-logan" => {
            planar()?;
            Box::new(SheppLogan::modified()?)
        }
        "shepp-logan-standard" => {
            planar()?;
            Box::new(SheppLogan::standard()?)
        }
        _ => {
            planar()?;
            Box::new(Doppler)
        }
    })
}

/// What was given behind the colon.
struct Parameters<'a> {
    owner: &'static str,
    given: Vec<(&'a str, &'a str)>,
}

impl<'a> Parameters<'a> {
    fn parse(entry: &TargetEntry, text: Option<&'a str>) -> Result<Self> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for item in text.into_iter().flat_map(|text| text.split(',')) {
            let Some((name, value)) = item.split_once('=') else {
                return Err(Error::invalid(
                    format!("target {}", entry.name),
                    "parameters written `name=value`, separated by commas",
                    format!("`{}`", item.trim()),
                ));
            };
            let (name, value) = (name.trim(), value.trim());
            if !entry.parameters.contains(&name) {
                return Err(Error::UnknownName {
                    kind: "parameter",
                    name: name.into(),
                    hint: if entry.parameters.is_empty() {
                        format!("{} takes none", entry.name)
                    } else {
                        format!("{} takes {}", entry.name, entry.parameters.join(", "))
                    },
                });
            }
            if given.iter().any(|(other, _)| *other == name) {
                return Err(Error::invalid(
                    format!("target {}: {name}", entry.name),
                    "one value",
                    "two",
                ));
            }
            given.push((name, value));
        }
        Ok(Self {
            owner: entry.name,
            given,
        })
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        let found = self.given.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| *value)
    }

    fn read(&self, name: &str, text: &str) -> Result<f64> {
        let number = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        number.ok_or_else(|| {
            Error::invalid(
                format!("target {}: {name}", self.owner),
                "a finite number",
                format!("`{text}`"),
            )
        })
    }

    fn number(&self, name: &str, default: f64) -> Result<f64> {
        self.text(name)
            .map_or(Ok(default), |text| self.read(name, text))
    }

    /// Numbers separated by slashes.
    fn list(&self, name: &str) -> Result<Option<Vec<f64>>> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let numbers = text.split('/').map(|text| self.read(name, text));
        numbers.collect::<Result<_>>().map(Some)
    }
}
