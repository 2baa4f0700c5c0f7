//! The neurons of an ensemble as a quadrature: weight vectors, and the biases that go with each.

use crate::error::{Error, Result};
use crate::model::activation::Remainder;
use crate::model::ensemble::{Ensemble, OffsetLaw, ParameterLaw, ScaleLaw};
use crate::numerics::quadrature::gauss_legendre;
use std::f64::consts::{PI, TAU};

/// Every level of refinement makes panels shorter by this factor.
const SHORTER: f64 = 1.4;
/// Nodes on a panel, and on one that is shorter than a tenth of the others: features between kinks that are close together are
/// all but polynomials.
const NODES: usize = 8;
const FEW_NODES: usize = 3;
/// Gaussian laws are cut at so many standard deviations, one more on every level: the density there is 2e−18 of its
/// top on the first.
const CUT: f64 = 9.0;
/// The part of a heavy tail beyond the last panel, in the reciprocal of the bias.
const TAIL_NODES: usize = 24;
/// A remainder e^{−40} = 4e−18 is below rounding.
const GONE: f64 = 40.0;

/// The law of the bias b = sγ of the neurons that share a weight vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum BiasLaw {
    Zero,
    Uniform {
        bound: f64,
    },
    Gaussian {
        std: f64,
    },
    Cauchy {
        scale: f64,
    },
    /// A constant density on the whole line.
    Flat {
        density: f64,
    },
}

/// A weight vector w with its share of the ensemble.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub weight_vector: Vec<f64>,
    pub norm: f64,
    pub share: f64,
    pub bias: BiasLaw,
}

/// How fine the quadrature is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level(pub i32);

impl Level {
    pub(super) fn finer(self) -> f64 {
        SHORTER.powi(self.0)
    }

    fn cut(self) -> f64 {
        CUT + f64::from(self.0)
    }
}

/// Panels of equal length at most `width` on [low, high], and the Gauss–Legendre nodes of each.
fn panels(low: f64, high: f64, width: f64, nodes: usize, out: &mut Vec<(f64, f64)>) {
    let count = ((high - low) / width).ceil().max(1.0);
    let step = (high - low) / count;
    for i in 0..count as usize {
        panel(
            low + i as f64 * step,
            low + (i + 1) as f64 * step,
            nodes,
            out,
        );
    }
}

fn panel(low: f64, high: f64, nodes: usize, out: &mut Vec<(f64, f64)>) {
    let rule = gauss_legendre(nodes);
    let half = 0.5 * (high - low);
    let middle = 0.5 * (high + low);
    for (x, w) in rule.nodes.iter().zip(&rule.weights) {
        out.push((middle + half * x, half * w));
    }
}

/// The scales of a law with their probabilities.
fn scales(law: ScaleLaw, dim: usize, level: Level) -> Result<Vec<(f64, f64)>> {
    let (low, high, width) = match law {
        ScaleLaw::Fixed(s) => return Ok(vec![(s, 1.0)]),
        ScaleLaw::Uniform { low, high } => (low, high, 0.6 * (high - low)),
        ScaleLaw::GaussianNorm { std } => {
            let high = level.cut() + (dim as f64).sqrt();
            (0.0, std * high, 2.5 * std)
        }
        ScaleLaw::HalfNormal { std } => (0.0, std * level.cut(), 2.5 * std),
    };
    let mut nodes = Vec::new();
    panels(low, high, width / level.finer(), NODES, &mut nodes);
    for (s, weight) in &mut nodes {
        *weight *= law.density(dim, *s)?;
    }
    Ok(nodes)
}

/// Directions of the sphere with their probabilities, for features that vary over a length 1/`bandwidth` on it;
/// `half`: one of ξ and −ξ, whose neurons are the same up to sign.
fn directions(dim: usize, bandwidth: f64, half: bool, level: Level) -> Vec<(Vec<f64>, f64)> {
    let count = (8.0 + 2.0 * bandwidth.min(80.0)) * level.finer();
    let turn = |i: usize, n: usize| (TAU * (i as f64 + 0.25) / n as f64).sin_cos();
    let kept = |n: usize| if half { n / 2 } else { n };
    match dim {
        1 if half => vec![(vec![1.0], 1.0)],
        1 => vec![(vec![1.0], 0.5), (vec![-1.0], 0.5)],
        2 => {
            let around = 2 * count.ceil() as usize;
            let node = |i: usize| {
                let (sin, cos) = turn(i, around);
                (vec![cos, sin], 1.0 / kept(around) as f64)
            };
            (0..kept(around)).map(node).collect()
        }
        _ => {
            let around = 2 * (0.7 * count).ceil() as usize;
            let rule = gauss_legendre(around / 2);
            let rows = rule.nodes.iter().zip(&rule.weights);
            rows.flat_map(|(&z, &w)| {
                let rho = (1.0 - z * z).sqrt();
                (0..kept(around)).map(move |i| {
                    let (sin, cos) = turn(i, around);
                    (vec![rho * cos, rho * sin, z], 0.5 * w / kept(around) as f64)
                })
            })
            .collect()
        }
    }
}

/// Which weight vectors are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sphere {
    /// All directions.
    Whole,
    /// One of ξ and −ξ.
    Half,
    /// Norms alone, in any dimension.
    Radial,
}

/// The weight vectors of an ensemble in dimension d ≤ 3 with features on ‖x‖ ≤ radius.
pub(super) fn heads(
    ensemble: &Ensemble,
    dim: usize,
    radius: f64,
    sphere: Sphere,
    level: Level,
) -> Result<Vec<Head>> {
    let radial = sphere == Sphere::Radial;
    let (law, bias): (ScaleLaw, Box<dyn Fn(f64) -> BiasLaw>) = match *ensemble {
        Ensemble::RadonSpline { offset, scale } => (
            scale,
            Box::new(move |s| match offset {
                OffsetLaw::Uniform { radius } => BiasLaw::Uniform { bound: s * radius },
                OffsetLaw::Unbounded => BiasLaw::Flat { density: 1.0 / s },
                OffsetLaw::Gaussian { std } => BiasLaw::Gaussian { std: s * std },
                OffsetLaw::Cauchy { scale } => BiasLaw::Cauchy { scale: s * scale },
            }),
        ),
        _ => {
            let (weight, bias) = ensemble
                .standard_laws(dim)
                .ok_or_else(|| Error::undefined("least-norm problem", "an unknown ensemble"))?;
            let bias = match bias {
                ParameterLaw::Zero => BiasLaw::Zero,
                ParameterLaw::Gaussian { std } => BiasLaw::Gaussian { std },
                ParameterLaw::Uniform { bound } => BiasLaw::Uniform { bound },
            };
            if let (ParameterLaw::Uniform { bound }, false) = (weight, dim == 1 || radial) {
                return Ok(cube(dim, bound, radius, bias, level));
            }
            (ensemble.scale_law(dim)?, Box::new(move |_| bias))
        }
    };
    let mut heads = Vec::new();
    for (s, share) in scales(law, dim, level)? {
        let mut push = |weight_vector: Vec<f64>, probability: f64| {
            heads.push(Head {
                weight_vector,
                norm: s,
                share: share * probability,
                bias: bias(s),
            });
        };
        if radial {
            push(Vec::new(), 1.0);
        } else {
            for (xi, probability) in directions(dim, s * radius, sphere == Sphere::Half, level) {
                push(xi.iter().map(|c| s * c).collect(), probability);
            }
        }
    }
    Ok(heads)
}

/// Entries of w uniform on [−bound, bound].
fn cube(dim: usize, bound: f64, radius: f64, bias: BiasLaw, level: Level) -> Vec<Head> {
    let mut axis = Vec::new();
    let width = bound.min(2.0 / radius) / level.finer();
    panels(-bound, bound, width, NODES, &mut axis);
    let mut vectors: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), 1.0)];
    for _ in 0..dim {
        vectors = vectors
            .iter()
            .flat_map(|(w, share)| {
                axis.iter().map(move |(x, weight)| {
                    (
                        [w.as_slice(), &[*x]].concat(),
                        share * weight / (2.0 * bound),
                    )
                })
            })
            .collect();
    }
    vectors
        .into_iter()
        .map(|(weight_vector, share)| Head {
            norm: weight_vector.iter().fold(0.0, |n: f64, x| n.hypot(*x)),
            weight_vector,
            share,
            bias,
        })
        .collect()
}

/// Beyond which |z| a remainder is below rounding; `None` if it decays like a power or not at all.
pub(super) fn reach(remainder: Remainder) -> Option<f64> {
    match remainder {
        Remainder::Zero { beyond } => Some(beyond),
        Remainder::Exponential { rate, exponent } => Some((GONE / rate).powf(1.0 / exponent)),
        Remainder::Algebraic { .. } | Remainder::Persistent => None,
    }
}

/// What decides the quadrature over biases besides the law.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The largest |⟨w,x⟩| on the domain.
    pub projection: f64,
    /// How features end.
    pub remainder: Remainder,
    /// Whether they have kinks, at which panels may be cut.
    pub kinked: bool,
}

impl BiasLaw {
    fn density(self, b: f64) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Uniform { bound } => 0.5 / bound,
            Self::Gaussian { std } => {
                let u = b / std;
                (-0.5 * u * u).exp() / (std * (2.0 * PI).sqrt())
            }
            Self::Cauchy { scale } => {
                let u = b / scale;
                1.0 / (PI * scale * (1.0 + u * u))
            }
            Self::Flat { density } => density,
        }
    }

    /// Nodes and weights of ∫ g(b) p(b) db, for g that varies over lengths of 1 within the window, and over a length of
    /// |b| beyond it.
    pub(super) fn nodes(self, window: &Window, cuts: &[f64], level: Level) -> Vec<(f64, f64)> {
        let (limit, own) = match self {
            Self::Zero => return vec![(0.0, 1.0)],
            Self::Uniform { bound } => (bound, f64::INFINITY),
            Self::Gaussian { std } => (level.cut() * std, std),
            Self::Cauchy { scale } => (f64::INFINITY, scale),
            Self::Flat { .. } => (f64::INFINITY, f64::INFINITY),
        };
        let narrow = if window.kinked { 0.5 } else { 1.0 };
        let width = (1.5 * own).min(2.0) * narrow / level.finer();
        let fine = match (reach(window.remainder), window.remainder) {
            (Some(reach), _) => window.projection + reach,
            (None, Remainder::Persistent) => limit,
            (None, _) => window.projection + 8.0,
        }
        .min(limit);
        // Beyond the window the features are their tails: polynomials, which a flat law leaves out as they are free.
        let features_end = matches!(self, Self::Flat { .. }) && reach(window.remainder).is_some();
        let mut ends: Vec<f64> = Vec::new();
        let count = (2.0 * fine / width).ceil().max(1.0) as usize;
        ends.extend((0..=count).map(|i| -fine + 2.0 * fine * i as f64 / count as f64));
        ends.extend(cuts.iter().copied().filter(|c| c.abs() < fine));
        let mut last = fine;
        if !features_end {
            let end = limit.min(
                (fine + own.min(1e300))
                    .max(8.0 * own.min(1e300))
                    .max(64.0 * fine),
            );
            let end = if limit.is_finite() {
                limit
            } else if own.is_finite() {
                end
            } else {
                8.0 * fine
            };
            while last < end {
                let step = if matches!(self, Self::Gaussian { .. }) {
                    last.min(own)
                } else {
                    last
                };
                last = (last + step.max(width)).min(end);
                ends.extend([last, -last]);
            }
        }
        ends.sort_by(f64::total_cmp);
        let mut nodes = Vec::new();
        for pair in ends.windows(2) {
            let length = pair[1] - pair[0];
            if length > 1e-14 * fine {
                let count = if length < 0.1 * width {
                    FEW_NODES
                } else {
                    NODES
                };
                panel(pair[0], pair[1], count, &mut nodes);
            }
        }
        for (b, weight) in &mut nodes {
            *weight *= self.density(*b);
        }
        if limit == f64::INFINITY && !features_end {
            let mut reciprocals = Vec::new();
            panel(0.0, 1.0 / last, TAIL_NODES, &mut reciprocals);
            for (v, weight) in reciprocals {
                let b = 1.0 / v;
                let weight = weight * self.density(b) * b * b;
                nodes.extend([(b, weight), (-b, weight)]);
            }
        }
        nodes
    }
}
