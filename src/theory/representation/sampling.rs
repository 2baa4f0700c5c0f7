//! Neurons drawn from the representing density.

use super::cube::{self, Cube};
use super::{RepresentingDensity, SampledNetwork};
use crate::error::{Error, Result};
use crate::model::ensemble::{Draw, OffsetLaw, generator};
use crate::numerics::parallel;
use crate::numerics::special::normal_quantile;
use crate::theory::radon::Direction;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use std::f64::consts::PI;

/// How the uniform numbers behind the neurons are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Draws {
    /// Independently.
    #[default]
    Independent,
    /// In pairs: the offset at quantile u of its law with that at 1 − u, along the same direction.
    Antithetic,
    /// A Kronecker sequence with the generalised golden ratio, randomly shifted.
    QuasiRandom,
}

impl Draws {
    /// The names on the command line.
    pub const NAMED: [(&'static str, Self); 3] = [
        ("independent", Self::Independent),
        ("antithetic", Self::Antithetic),
        ("quasi-random", Self::QuasiRandom),
    ];
}

impl std::str::FromStr for Draws {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let known = Self::NAMED.iter().find(|(name, _)| *name == text.trim());
        known
            .map(|(_, draws)| *draws)
            .ok_or_else(|| Error::UnknownName {
                kind: "draws",
                name: text.chars().take(40).collect(),
                hint: format!("known: {}", Self::NAMED.map(|(name, _)| name).join(", ")),
            })
    }
}

/// The law that neurons are drawn from; their output weights are importance weights α/(m q) of the same α.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Proposal {
    /// |α| itself, to the resolution of a table (the weights are exact for what was drawn).
    #[default]
    Density,
    /// The plain ensemble: directions uniform, offsets with this law. Beyond reach the weights are 0.
    Plain(OffsetLaw),
}

/// How a network is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// m.
    pub width: usize,
    /// The seed of ChaCha12 ([`generator`]), a stream per neuron: independent draws of a wider network begin with those of a narrower one,
    /// up to the factor 1/m.
    pub seed: u64,
    /// How.
    pub draws: Draws,
    /// From what.
    pub proposal: Proposal,
}

/// Cells of the table of |α|: directions in d = 2, 3, and offsets per half-wave of the highest frequency.
const ANGLES: usize = 192;
const HEIGHTS: usize = 24;
const LONGITUDES: usize = 48;
const PER_HALF_WAVE: f64 = 4.0;
const OFFSETS: (usize, usize) = (64, 8192);
/// Samples of α in each cell of offsets.
const SAMPLES: usize = 3;
/// Part of the draws that is uniform: no weight exceeds its 1/FLOOR-fold.
const FLOOR: f64 = 0.01;

impl RepresentingDensity<'_> {
    /// A finite network that is f_m on the ball up to chance: m neurons from the proposal q with output weights α/(m q), and P.
    /// E f_network = f_m exactly; the error of independent draws falls as m^{−½}.
    ///
    /// # Errors
    /// Width 0, or odd for antithetic draws; offsets without a density, or a uniform law that does not cover the reach.
    pub fn sample(&self, sampling: &Sampling) -> Result<SampledNetwork> {
        let Sampling {
            width,
            seed,
            draws,
            proposal,
        } = *sampling;
        let pairs = draws == Draws::Antithetic;
        if width == 0 || (pairs && width % 2 == 1) {
            let expected = if pairs {
                "an even number ≥ 2 for antithetic pairs"
            } else {
                "at least 1"
            };
            return Err(Error::invalid("width", expected, width));
        }
        let law = Law::new(self, proposal)?;
        let numbers = cube::coordinates(self.dim) + 1;
        let sequence = Kronecker::new(numbers, seed);
        let drawn = parallel::map((0..width).collect(), |i: usize| -> Result<_> {
            let (stream, second) = if pairs {
                (i / 2, i % 2 == 1)
            } else {
                (i, false)
            };
            let mut u = match draws {
                Draws::QuasiRandom => sequence.point(stream),
                _ => {
                    let mut rng = generator(seed, Draw::Hidden(stream));
                    (0..numbers).map(|_| rng.random::<f64>()).collect()
                }
            };
            if let (true, Some(last)) = (second, u.last_mut()) {
                *last = 1.0 - *last;
            }
            let (direction, offset, density) = law.place(self, &u)?;
            let value = if offset.abs() <= self.reach {
                self.value(&direction, offset)?
            } else {
                0.0
            };
            Ok((direction, offset, value / (density * width as f64)))
        });
        let drawn: Vec<(Direction, f64, f64)> = drawn.into_iter().collect::<Result<_>>()?;
        let coordinates = drawn
            .iter()
            .flat_map(|(xi, ..)| xi.as_slice().iter().copied());
        SampledNetwork::new(
            self.activation.clone(),
            DMatrix::from_iterator(self.dim, width, coordinates),
            DVector::from_iterator(width, drawn.iter().map(|(_, gamma, _)| *gamma)),
            DVector::from_element(width, self.scale),
            DVector::from_iterator(width, drawn.iter().map(|(.., v)| *v)),
            self.polynomial().clone(),
        )
    }
}

/// Uniform numbers to (ξ, γ) with the density there, with respect to uniform ξ and dγ.
enum Law<'a> {
    Table(&'a Cube),
    Plain(OffsetLaw),
}

impl<'a> Law<'a> {
    fn new(density: &'a RepresentingDensity, proposal: Proposal) -> Result<Self> {
        match proposal {
            Proposal::Density => match density.table.get() {
                Some(known) => Ok(Self::Table(known)),
                None => {
                    let made = table(density)?;
                    Ok(Self::Table(density.table.get_or_init(|| made)))
                }
            },
            Proposal::Plain(law) => {
                law.validate()?;
                match law {
                    OffsetLaw::Unbounded => Err(Error::undefined(
                        "sampling of offsets",
                        "unbounded offsets are no probability: give a finite radius",
                    )),
                    OffsetLaw::Uniform { radius } if radius < density.reach * (1.0 - 1e-12) => {
                        Err(Error::invalid(
                            "radius",
                            format!(
                                "offsets that cover |γ| ≤ {}, where neurons bend on the ball",
                                density.reach
                            ),
                            radius,
                        ))
                    }
                    law => Ok(Self::Plain(law)),
                }
            }
        }
    }

    fn place(&self, density: &RepresentingDensity, u: &[f64]) -> Result<(Direction, f64, f64)> {
        let dim = density.dim;
        let Some((last, first)) = u.split_last() else {
            return Err(Error::invalid("uniform numbers", "some", "none"));
        };
        match self {
            Self::Plain(law) => {
                let direction = cube::direction(dim, first)?;
                let open = last.clamp(1e-300, 1.0 - 1e-16);
                let offset = match *law {
                    OffsetLaw::Uniform { radius } => radius * (2.0 * last - 1.0),
                    OffsetLaw::Gaussian { std } => std * normal_quantile(open),
                    OffsetLaw::Cauchy { scale } => scale * (PI * (open - 0.5)).tan(),
                    OffsetLaw::Unbounded => f64::NAN,
                };
                Ok((direction, offset, law.density(offset)))
            }
            Self::Table(cube) => {
                let square = |i: usize| {
                    if dim <= 3 {
                        first.get(i).copied().unwrap_or(0.5)
                    } else {
                        0.5
                    }
                };
                let ([a, b, c], value) = cube.place([square(0), square(1), *last]);
                let direction = if dim <= 3 {
                    cube::direction(dim, &[a, b])?
                } else {
                    cube::direction(dim, first)?
                };
                let offset = density.reach * (2.0 * c - 1.0);
                Ok((direction, offset, value / (2.0 * density.reach)))
            }
        }
    }
}

/// |α| in cells of equal probability (of uniform directions) and equal length (of offsets).
fn table(density: &RepresentingDensity) -> Result<Cube> {
    let dim = density.dim;
    let [first, second] = match dim {
        1 => [2, 1],
        _ if density.isotropic() => [1, 1],
        2 => [ANGLES, 1],
        3 => [HEIGHTS, LONGITUDES],
        _ => [1, 1],
    };
    let half_waves = 2.0 * density.reach * density.band / PI;
    let offsets = ((PER_HALF_WAVE * half_waves) as usize).clamp(OFFSETS.0, OFFSETS.1);
    let places = offsets * SAMPLES;
    let gammas: Vec<f64> = (0..places)
        .map(|i| density.reach * (2.0 * (i as f64 + 0.5) / places as f64 - 1.0))
        .collect();
    // In d ≥ 4 one cell holds all directions: offsets as in the mean over some of them.
    let several = dim > 3 && !density.isotropic();
    let rows = parallel::map(
        (0..first * second).collect(),
        |cell: usize| -> Result<Vec<f64>> {
            let centre = [
                ((cell / second) as f64 + 0.5) / first as f64,
                ((cell % second) as f64 + 0.5) / second as f64,
            ];
            let directions: Vec<Direction> = if several {
                let sequence = Kronecker::new(dim, 0);
                (0..64)
                    .map(|i| cube::direction(dim, &sequence.point(i)))
                    .collect::<Result<_>>()?
            } else if dim > 3 {
                vec![super::slices::axis(dim)?]
            } else {
                vec![cube::direction(dim, &centre)?]
            };
            let mut row = vec![0.0; offsets];
            for direction in &directions {
                let alpha = density.row(direction, &gammas)?;
                for (slot, chunk) in row.iter_mut().zip(alpha.chunks_exact(SAMPLES)) {
                    *slot += chunk.iter().map(|a| a * a).sum::<f64>();
                }
            }
            Ok(row.into_iter().map(f64::sqrt).collect())
        },
    );
    let mut values = Vec::with_capacity(first * second * offsets);
    for row in rows {
        values.extend(row?);
    }
    let floor = FLOOR * values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter_mut().for_each(|v| *v += floor);
    Ok(Cube::new([first, second, offsets], values))
}

/// {shift + i·(ρ^{−1}, ρ^{−2}, …)}, ρ^{n+1} = ρ + 1 (Roberts 2018), i from 0.
pub(super) struct Kronecker {
    steps: Vec<f64>,
    shift: Vec<f64>,
}

impl Kronecker {
    pub fn new(dim: usize, seed: u64) -> Self {
        let mut rho = 1.5f64;
        for _ in 0..64 {
            rho = (1.0 + rho).powf(1.0 / (dim as f64 + 1.0));
        }
        let mut rng = generator(seed, Draw::Output(0));
        Self {
            steps: (1..=dim).map(|j| rho.powi(-(j as i32))).collect(),
            shift: (0..dim).map(|_| rng.random::<f64>()).collect(),
        }
    }

    pub fn point(&self, i: usize) -> Vec<f64> {
        let cells = self.steps.iter().zip(&self.shift);
        cells
            .map(|(step, shift)| (shift + i as f64 * step).fract())
            .collect()
    }
}
