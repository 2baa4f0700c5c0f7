//! The notation of the command line: `radon:radius=3,scale=1`, `gaussian:weight_std=1,bias_std=1`, …

use super::{Ensemble, Initialisation, OffsetLaw, ParameterLaw, ScaleLaw};
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

const HINT: &str = "one of radon:radius=inf, radon:radius=R, radon:offset_std=σ, \
    radon:offset_scale=c (each with scale=s, or a law of scales: scale_std=σ for ‖N(0,σ²I)‖, \
    scale_half_normal=σ, or scale_low=a,scale_high=b), gaussian:weight_std=σ,bias_std=σ, \
    independent:weight_std=σ|weight_bound=a,bias_std=σ|bias_bound=a, pytorch, glorot-uniform, \
    glorot-normal, he-uniform, he-normal, lecun-uniform, lecun-normal";

impl Ensemble {
    /// Reads the notation of the command line. `dim` and `width` are what the named initialisations
    /// scale with ([`Initialisation`]; the width only for Glorot's).
    ///
    /// - `radon:radius=inf`, `radon:radius=3`, `radon:offset_std=1` (Gaussian), `radon:offset_scale=1`
    ///   (Cauchy), with `scale=1` (the default), `scale_std=σ` (s = ‖w‖, w ~ N(0, σ²I_d)),
    ///   `scale_half_normal=σ`, or `scale_low=a,scale_high=b`;
    /// - `gaussian:weight_std=1,bias_std=1` (defaults 1 and 0);
    /// - `independent:weight_bound=1,bias_std=1` (each `_std` or `_bound`; no bias: always 0);
    /// - `pytorch`, `glorot-uniform`, `glorot-normal`, `he-uniform`, `he-normal`, `lecun-uniform`,
    ///   `lecun-normal`.
    ///
    /// # Errors
    /// Unknown names or keys, numbers that cannot be read, impossible parameters.
    pub fn parse(text: &str, dim: usize, width: Option<usize>) -> Result<Self> {
        if let Some(named) = Initialisation::ALL
            .into_iter()
            .find(|i| i.name() == text.trim())
        {
            return named.ensemble(dim, width);
        }
        let mut given = Parameters::read("ensemble", text)?;
        let ensemble = match given.name {
            "radon" => Self::RadonSpline {
                offset: given.offset_law()?,
                scale: given.scale_law()?,
            },
            "gaussian" => Self::Gaussian {
                weight_std: given.take("weight_std").unwrap_or(1.0),
                bias_std: given.take("bias_std").unwrap_or(0.0),
            },
            "independent" => Self::Independent {
                weight: given
                    .parameter_law("weight_std", "weight_bound")?
                    .unwrap_or(ParameterLaw::Gaussian { std: 1.0 }),
                bias: given
                    .parameter_law("bias_std", "bias_bound")?
                    .unwrap_or(ParameterLaw::Zero),
            },
            name => {
                return Err(Error::UnknownName {
                    kind: "ensemble",
                    name: name.into(),
                    hint: HINT.into(),
                });
            }
        };
        given.finish()?;
        ensemble.validate()?;
        Ok(ensemble)
    }
}

impl fmt::Display for Ensemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RadonSpline { offset, scale } => {
                match offset {
                    OffsetLaw::Uniform { radius } => write!(f, "radon:radius={radius}")?,
                    OffsetLaw::Unbounded => write!(f, "radon:radius=inf")?,
                    OffsetLaw::Gaussian { std } => write!(f, "radon:offset_std={std}")?,
                    OffsetLaw::Cauchy { scale } => write!(f, "radon:offset_scale={scale}")?,
                }
                match scale {
                    ScaleLaw::Fixed(s) => write!(f, ",scale={s}"),
                    ScaleLaw::GaussianNorm { std } => write!(f, ",scale_std={std}"),
                    ScaleLaw::HalfNormal { std } => write!(f, ",scale_half_normal={std}"),
                    ScaleLaw::Uniform { low, high } => {
                        write!(f, ",scale_low={low},scale_high={high}")
                    }
                }
            }
            Self::Gaussian {
                weight_std,
                bias_std,
            } => write!(f, "gaussian:weight_std={weight_std},bias_std={bias_std}"),
            Self::Independent { weight, bias } => {
                write!(f, "independent:")?;
                match weight {
                    ParameterLaw::Gaussian { std } => write!(f, "weight_std={std}")?,
                    ParameterLaw::Uniform { bound } => write!(f, "weight_bound={bound}")?,
                    ParameterLaw::Zero => write!(f, "weight_bound=0")?,
                }
                match bias {
                    ParameterLaw::Gaussian { std } => write!(f, ",bias_std={std}"),
                    ParameterLaw::Uniform { bound } => write!(f, ",bias_bound={bound}"),
                    ParameterLaw::Zero => Ok(()),
                }
            }
        }
    }
}

impl FromStr for ScaleLaw {
    type Err = Error;
    /// `gaussian:std=1` (s = ‖w‖, w ~ N(0, σ²I_d)), `half-normal:std=1`, `uniform:low=0.5,high=2`,
    /// `fixed:1` or just `1`.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let plain = text.strip_prefix("fixed:").unwrap_or(text);
        if let Ok(scale) = plain.parse::<f64>() {
            let law = Self::Fixed(scale);
            law.validate()?;
            return Ok(law);
        }
        let mut given = Parameters::read("scale law", text)?;
        let law = match given.name {
            "gaussian" => Self::GaussianNorm {
                std: given.take("std").unwrap_or(1.0),
            },
            "half-normal" => Self::HalfNormal {
                std: given.take("std").unwrap_or(1.0),
            },
            "uniform" => Self::Uniform {
                low: given.take("low").unwrap_or(0.0),
                high: given.take("high").unwrap_or(1.0),
            },
            name => {
                return Err(Error::UnknownName {
                    kind: "scale law",
                    name: name.into(),
                    hint: "one of gaussian:std=σ, half-normal:std=σ, uniform:low=a,high=b, fixed:s"
                        .into(),
                });
            }
        };
        given.finish()?;
        law.validate()?;
        Ok(law)
    }
}

impl fmt::Display for ScaleLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(s) => write!(f, "fixed:{s}"),
            Self::GaussianNorm { std } => write!(f, "gaussian:std={std}"),
            Self::HalfNormal { std } => write!(f, "half-normal:std={std}"),
            Self::Uniform { low, high } => write!(f, "uniform:low={low},high={high}"),
        }
    }
}

/// `name:key=value,key=value`, each key taken once.
struct Parameters<'a> {
    argument: &'static str,
    name: &'a str,
    values: Vec<(&'a str, f64)>,
}

impl<'a> Parameters<'a> {
    fn read(argument: &'static str, text: &'a str) -> Result<Self> {
        let (name, list) = match text.split_once(':') {
            Some((name, list)) => (name.trim(), list),
            None => (text.trim(), ""),
        };
        let mut values: Vec<(&str, f64)> = Vec::new();
        for item in list.split(',').filter(|item| !item.trim().is_empty()) {
            let Some((key, value)) = item.split_once('=') else {
                return Err(Error::invalid(
                    argument,
                    "key=value after the colon",
                    format!("`{}`", item.trim()),
                ));
            };
            let (key, value) = (key.trim(), value.trim());
            let number = value.parse().map_err(|_| {
                Error::invalid(
                    format!("{argument} {key}"),
                    "a number",
                    format!("`{value}`"),
                )
            })?;
            if values.iter().any(|(k, _)| *k == key) {
                return Err(Error::invalid(
                    argument,
                    "each key once",
                    format!("{key} twice"),
                ));
            }
            values.push((key, number));
        }
        Ok(Self {
            argument,
            name,
            values,
        })
    }

    fn take(&mut self, key: &str) -> Option<f64> {
        let at = self.values.iter().position(|(k, _)| *k == key)?;
        Some(self.values.swap_remove(at).1)
    }

    /// The only one of several keys that is given.
    fn take_one<const N: usize>(
        &mut self,
        keys: [&'static str; N],
    ) -> Result<Option<(&'static str, f64)>> {
        let mut found = None;
        for key in keys {
            if let Some(value) = self.take(key) {
                if let Some((other, _)) = found {
                    return Err(Error::invalid(
                        self.argument,
                        format!("one of {}", keys.join(", ")),
                        format!("{other} and {key}"),
                    ));
                }
                found = Some((key, value));
            }
        }
        Ok(found)
    }

    fn offset_law(&mut self) -> Result<OffsetLaw> {
        match self.take_one(["radius", "offset_std", "offset_scale"])? {
            Some(("radius", f64::INFINITY)) => Ok(OffsetLaw::Unbounded),
            Some(("radius", radius)) => Ok(OffsetLaw::Uniform { radius }),
            Some(("offset_std", std)) => Ok(OffsetLaw::Gaussian { std }),
            Some((_, scale)) => Ok(OffsetLaw::Cauchy { scale }),
            None => Err(Error::invalid(
                "ensemble radon",
                "radius=R, radius=inf, offset_std=σ or offset_scale=c",
                "none of them",
            )),
        }
    }

    fn scale_law(&mut self) -> Result<ScaleLaw> {
        match (self.take("scale_low"), self.take("scale_high")) {
            (None, None) => {}
            (Some(low), Some(high)) => return Ok(ScaleLaw::Uniform { low, high }),
            _ => {
                return Err(Error::invalid(
                    self.argument,
                    "scale_low and scale_high together",
                    "one of them",
                ));
            }
        }
        Ok(
            match self.take_one(["scale", "scale_std", "scale_half_normal"])? {
                Some(("scale", s)) => ScaleLaw::Fixed(s),
                Some(("scale_std", std)) => ScaleLaw::GaussianNorm { std },
                Some((_, std)) => ScaleLaw::HalfNormal { std },
                None => ScaleLaw::Fixed(1.0),
            },
        )
    }

    fn parameter_law(
        &mut self,
        std: &'static str,
        bound: &'static str,
    ) -> Result<Option<ParameterLaw>> {
        Ok(self.take_one([std, bound])?.map(|(key, value)| {
            if key == std {
                ParameterLaw::Gaussian { std: value }
            } else {
                ParameterLaw::Uniform { bound: value }
            }
        }))
    }

    fn finish(self) -> Result<()> {
        match self.values.first() {
            None => Ok(()),
            Some((key, _)) => Err(Error::UnknownName {
                kind: "parameter",
                name: (*key).into(),
                hint: format!("{} {} does not have it", self.argument, self.name),
            }),
        }
    }
}
