//! Radon-spline ensembles with a probability of offsets, or laws that are read as one: E over (ξ, γ, s).

use super::feature::FeatureFunction;
use super::line::Line;
use super::radial::RadialTable;
use super::sphere::{Wedge, general_average, planar_average, polynomial_average, zonal_average};
use super::zonal::{Node, ZonalExpansion, ZonalPoint};
use super::{Factor, Term};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, gauss_hermite, gauss_legendre, integrate};
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::kernel::{Kernel, OneByOne, Pairs, inner, map_points};
use std::f64::consts::PI;
use std::sync::{Arc, OnceLock};

/// Accuracy of tables and nested quadratures, relative.
const TOLERANCE: f64 = 1e-12;
/// Beyond so many standard deviations nothing is left of a normal law.
const REACH: f64 = 9.5;

/// coefficient·E[s^power ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor].
#[derive(Debug)]
pub(crate) struct BoundedKernel {
    dim: usize,
    term: Term,
    offset: OffsetLaw,
    scale: ScaleLaw,
    psi: FeatureFunction,
    method: Method,
}

/// How the average is taken.
#[derive(Debug)]
enum Method {
    /// Smooth features: expansion over the sphere at the nodes of a rule. For uniform offsets the radius
    /// of the points is known beforehand and the expansion kept.
    Zonal(OnceLock<Arc<Expansions>>),
    /// Piecewise polynomials, uniform offsets, one scale (or homogeneous, where s^{2k} is averaged apart):
    /// polynomial + function of the distance + what the ends of the interval change.
    Split(Box<Split>),
    /// Nested adaptive quadrature.
    Nested,
}

/// The expansion of a feature, and of ⟨ξ,x⟩ times it where directions are trained.
#[derive(Debug)]
struct Expansions {
    plain: ZonalExpansion,
    projected: Option<ZonalExpansion>,
}

#[derive(Debug)]
struct Split {
    line: Line,
    /// E[s^…] if the scale is averaged apart.
    moment: f64,
    distance: Distance,
    kinks: Vec<f64>,
    gaps: Vec<f64>,
    degree: usize,
}

#[derive(Debug)]
enum Distance {
    /// c r^p.
    Power(f64, f64),
    Table(RadialTable),
}

impl BoundedKernel {
    pub(crate) fn new(
        dim: usize,
        term: Term,
        offset: OffsetLaw,
        scale: ScaleLaw,
        psi: FeatureFunction,
    ) -> Result<Self> {
        let unbounded_law = matches!(offset, OffsetLaw::Cauchy { .. });
        if unbounded_law && psi.tail_degree() > 0 {
            return Err(Error::undefined(
                format!("kernel of `{}`", psi.activation.name()),
                "the offsets have a Cauchy law and the feature grows, so its mean square is infinite",
            ));
        }
        let smooth = psi.kinks.is_empty();
        let homogeneous = psi.homogeneous();
        let uniform = matches!(offset, OffsetLaw::Uniform { .. });
        let method = if smooth {
            Method::Zonal(OnceLock::new())
        } else if uniform
            && psi.pieces.is_some()
            && (scale.fixed().is_some() || homogeneous.is_some())
        {
            Method::Split(Box::new(Split::new(dim, &psi, scale, term)))
        } else {
            Method::Nested
        };
        Ok(Self {
            dim,
            term,
            offset,
            scale,
            psi,
            method,
        })
    }

    fn radius(&self) -> Option<f64> {
        match self.offset {
            OffsetLaw::Uniform { radius } => Some(radius),
            _ => None,
        }
    }

    /// The rule for (γ, s) by its size, as neurons; s^power included.
    fn rule(&self, size: usize) -> Vec<Node> {
        let legendre = gauss_legendre(size);
        let interval = |low: f64, high: f64| -> Vec<(f64, f64)> {
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            let nodes = legendre.nodes.iter().zip(&legendre.weights);
            nodes.map(|(x, w)| (middle + half * x, half * w)).collect()
        };
        let scales: Vec<(f64, f64)> = match self.scale {
            ScaleLaw::Fixed(s) => vec![(s, 1.0)],
            ScaleLaw::Uniform { low, high } => interval(low, high),
            ScaleLaw::HalfNormal { std } => interval(0.0, REACH * std),
            ScaleLaw::GaussianNorm { std } => {
                let centre = (self.dim as f64).sqrt();
                interval((centre - REACH).max(0.0) * std, (centre + REACH) * std)
            }
        };
        let density = |s: f64| self.scale.density(self.dim, s).unwrap_or(1.0);
        let offsets: Vec<(f64, f64)> = match self.offset {
            OffsetLaw::Uniform { radius } => interval(-radius, radius)
                .into_iter()
                .map(|(c, w)| (c, w * 0.5 / radius))
                .collect(),
            OffsetLaw::Gaussian { std } => {
                let rule = gauss_hermite(size);
                let nodes = rule.nodes.iter().zip(&rule.weights);
                nodes.map(|(x, w)| (std * x, *w)).collect()
            }
            OffsetLaw::Cauchy { scale } => (0..size)
                .map(|i| {
                    let angle = PI * ((i as f64 + 0.5) / size as f64 - 0.5);
                    (scale * angle.tan(), 1.0 / size as f64)
                })
                .collect(),
            OffsetLaw::Unbounded => Vec::new(),
        };
        let power = self.term.power;
        let mut nodes = Vec::with_capacity(scales.len() * offsets.len());
        for &(s, w) in &scales {
            let weight = w * density(s) * s.powi(power);
            nodes.extend(offsets.iter().map(|&(c, v)| Node {
                slope: s,
                shift: s * c,
                weight: weight * v,
            }));
        }
        nodes
    }

    fn expansions(&self, radius: f64) -> Result<Arc<Expansions>> {
        let build = |radius: f64| -> Result<Arc<Expansions>> {
            let expand = |projected: bool| {
                ZonalExpansion::new(self.dim, &self.psi, projected, radius, |n| self.rule(n))
            };
            let projected = match self.term.factor {
                Factor::Tangent => Some(expand(true)?),
                _ => None,
            };
            Ok(Arc::new(Expansions {
                plain: expand(false)?,
                projected,
            }))
        };
        match (&self.method, self.radius()) {
            (Method::Zonal(kept), Some(radius)) => match kept.get() {
                Some(expansions) => Ok(expansions.clone()),
                None => {
                    let built = build(radius)?;
                    Ok(kept.get_or_init(|| built).clone())
                }
            },
            // A radius from a fixed list, so that the same points give the same numbers in any company.
            _ => build(radius.max(f64::MIN_POSITIVE).log2().ceil().exp2()),
        }
    }

    fn zonal_point(expansions: &Expansions, x: &[f64]) -> (ZonalPoint, Option<ZonalPoint>) {
        let projected = expansions.projected.as_ref().map(|e| e.point(x));
        (expansions.plain.point(x), projected)
    }

    fn zonal_pair(
        &self,
        expansions: &Expansions,
        (x, one): (&[f64], &(ZonalPoint, Option<ZonalPoint>)),
        (y, two): (&[f64], &(ZonalPoint, Option<ZonalPoint>)),
    ) -> Estimate {
        let wedge = Wedge::new(x, y);
        let plain = expansions.plain.pair(&wedge, &one.0, &two.0);
        let value = match (self.term.factor, &expansions.projected, &one.1, &two.1) {
            (Factor::One, ..) => plain,
            (Factor::Tangent, Some(projected), Some(a), Some(b)) => {
                plain * inner(x, y) - projected.pair(&wedge, a, b)
            }
            _ => plain * inner(x, y),
        };
        value * self.term.coefficient
    }

    fn other_pair(&self, x: &[f64], y: &[f64]) -> Estimate {
        let wedge = Wedge::new(x, y);
        let product = inner(x, y);
        let value = match &self.method {
            Method::Split(split) => self.split_pair(split, &wedge, (x, y), product),
            _ => {
                let tolerance = Tolerance::relative(1e-9);
                self.over_scales(|s, power| {
                    let line = Line::new(self.psi.clone(), s);
                    self.nested_pair(&line, &wedge, product, &tolerance) * s.powi(power)
                })
            }
        };
        value * self.term.coefficient
    }

    /// E over the scales, with s^power.
    fn over_scales(&self, f: impl Fn(f64, i32) -> Estimate) -> Estimate {
        if let Some(s) = self.scale.fixed() {
            return f(s, self.term.power);
        }
        let (low, high) = self.scale.support();
        let integrand = |s: f64| match self.scale.density(self.dim, s) {
            Ok(p) if p > 0.0 => f(s, self.term.power) * p,
            _ => Estimate::default(),
        };
        let tolerance = Tolerance::relative(1e-8);
        crate::numerics::quadrature::integrate_estimates(integrand, low, high, &[], &tolerance)
            .estimate()
    }

    fn nested_pair(
        &self,
        line: &Line,
        wedge: &Wedge,
        product: f64,
        tolerance: &Tolerance,
    ) -> Estimate {
        let finer = Tolerance {
            relative: 0.1 * tolerance.relative,
            ..*tolerance
        };
        let f = |u: f64, v: f64| {
            let along = match self.offset {
                OffsetLaw::Uniform { radius } => {
                    line.pair((u, v), (-radius, radius), &finer) * (0.5 / radius)
                }
                _ => self.along_offsets(line, (u, v), &finer),
            };
            along * self.term.factor.value(product, u, v)
        };
        general_average(self.dim, wedge, f, tolerance)
    }

    /// E over offsets with a density on the whole line.
    fn along_offsets(&self, line: &Line, (u, v): (f64, f64), tolerance: &Tolerance) -> Estimate {
        let s = line.scale;
        let cuts: Vec<f64> = self
            .psi
            .kinks
            .iter()
            .flat_map(|z| [u - z / s, v - z / s])
            .collect();
        let f = |c: f64| {
            self.offset.density(c) * self.psi.value(s * (u - c)) * self.psi.value(s * (v - c))
        };
        let end = match self.offset {
            OffsetLaw::Gaussian { std } => REACH * std,
            _ => f64::INFINITY,
        };
        integrate(f, -end, end, &cuts, tolerance).estimate()
    }

    fn split_pair(
        &self,
        split: &Split,
        wedge: &Wedge,
        (x, y): (&[f64], &[f64]),
        product: f64,
    ) -> Estimate {
        let Some(radius) = self.radius() else {
            return Estimate::new(f64::NAN, f64::INFINITY);
        };
        let line = &split.line;
        let density = 0.5 / radius;
        if self.dim == 1 {
            let exact = |sign: f64| {
                let (u, v) = (sign * wedge.r, sign * wedge.s * wedge.cos);
                line.pair((u, v), (-radius, radius), &Tolerance::default())
                    * self.term.factor.value(product, u, v)
            };
            return (exact(1.0) + exact(-1.0)) * (0.5 * density * split.moment);
        }
        if self.term.factor == Factor::Tangent {
            let f = |u: f64, v: f64| {
                let along = line.pair((u, v), (-radius, radius), &Tolerance::default());
                along.value * self.term.factor.value(product, u, v)
            };
            let value = if self.dim == 2 {
                let ends = split.lines(radius);
                let value = planar_average(wedge, split.degree + 2, &ends, &split.gaps, f);
                Estimate::new(value, 1e-13 * radius.powi(2) * value.abs())
            } else {
                let f = |u: f64, v: f64| Estimate::new(f(u, v), 0.0);
                general_average(self.dim, wedge, f, &Tolerance::default())
            };
            return value * (density * split.moment);
        }
        let distance = x
            .iter()
            .zip(y)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt();
        let near = match &split.distance {
            Distance::Power(c, p) => Estimate::closed_form(c * distance.powf(*p)),
            Distance::Table(table) => table.value(distance),
        };
        let tails = if line.psi.tail_degree() < 0 {
            0.0
        } else {
            polynomial_average(self.dim, wedge, split.degree / 2 + 1, |u, v| {
                line.tails((u, v), radius)
            })
        };
        let ends = self.ends(split, wedge, radius);
        let tails = Estimate::new(tails, 1e-14 * tails.abs());
        (near + tails - ends) * (density * split.moment * self.term.factor.value(product, 0.0, 0.0))
    }

    fn ends(&self, split: &Split, wedge: &Wedge, radius: f64) -> Estimate {
        let reach = split.line.psi.reach().unwrap_or(0.0) / split.line.scale;
        if wedge.r.max(wedge.s) + reach <= radius {
            return Estimate::default();
        }
        let f = |u: f64, v: f64| split.line.ends((u, v), radius);
        if self.dim == 2 {
            let value = planar_average(wedge, split.degree, &split.lines(radius), &split.gaps, f);
            return Estimate::new(value, 1e-13 * value.abs());
        }
        let size = split
            .line
            .pair((0.0, 0.0), (-radius, radius), &Tolerance::default());
        let tolerance = Tolerance {
            absolute: 1e-10 * size.value.abs(),
            ..Tolerance::default()
        };
        general_average(
            self.dim,
            wedge,
            |u, v| Estimate::new(f(u, v), 0.0),
            &tolerance,
        )
    }

    fn inside(&self, name: &str, points: &Points) -> Result<()> {
        let Some(radius) = self.radius() else {
            return Ok(());
        };
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        match points.iter().position(|x| norm(x) > radius * (1.0 + 1e-12)) {
            None => Ok(()),
            Some(i) => Err(Error::invalid(
                "radius",
                "offsets that reach all points, radius ≥ max‖x‖",
                format!(
                    "radius {radius} with ‖x‖ = {} in {name}, point {i} (from 0)",
                    norm(points.point(i))
                ),
            )),
        }
    }
}

impl Split {
    fn new(dim: usize, psi: &FeatureFunction, scale: ScaleLaw, term: Term) -> Self {
        let power = f64::from(term.power);
        let (s, moment, jump) = match psi.homogeneous() {
            // ψ(sz)ψ(sz′) = s^{2k} ψ(z)ψ(z′).
            Some((k, a, b)) => {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                let moment = scale.moment(dim, power + 2.0 * k as f64);
                (1.0, moment, Some((k, a - sign * b)))
            }
            None => {
                let s = scale.fixed().unwrap_or(1.0);
                (s, s.powi(term.power), None)
            }
        };
        let line = Line::new(psi.clone(), s);
        let kinks: Vec<f64> = psi.kinks.iter().map(|z| z / s).collect();
        let mut gaps: Vec<f64> = kinks
            .iter()
            .flat_map(|a| kinks.iter().map(move |b| a - b))
            .collect();
        gaps.sort_by(f64::total_cmp);
        gaps.dedup();
        let distance = match jump {
            Some((k, jump)) => {
                let p = 2.0 * k as f64 + 1.0;
                Distance::Power(power_coefficient(k, jump) * sphere_moment(dim, p), p)
            }
            None => {
                let kinks: Vec<f64> = gaps.iter().copied().filter(|g| *g > 0.0).collect();
                let (line, inner_kinks) = (line.clone(), kinks.clone());
                let tolerance = Tolerance::relative(TOLERANCE);
                let average = move |r: f64| {
                    let a = |t: f64| line.autocorrelation(t, &tolerance);
                    zonal_average(dim, r, a, &inner_kinks, &tolerance)
                };
                Distance::Table(RadialTable::new(average, kinks, TOLERANCE))
            }
        };
        let pieces = psi.pieces.as_ref().map_or(0, |p| p.degree());
        Self {
            line,
            moment,
            distance,
            kinks,
            gaps,
            degree: 2 * pieces + 1,
        }
    }

    /// Values of ⟨ξ,x⟩ at which a knot meets an end of the interval of offsets.
    fn lines(&self, radius: f64) -> Vec<f64> {
        self.kinks
            .iter()
            .flat_map(|z| [radius + z, z - radius])
            .collect()
    }
}

/// A_c(t) = c|t|^{2k+1} for a z₊^k + b(−z)₊^k whose k-th derivative jumps by `jump`·k!:
/// c = (−1)^{k+1} (k!)² jump²/(2(2k+1)!).
pub(crate) fn power_coefficient(k: usize, jump: f64) -> f64 {
    let mut ratio = 0.5;
    for j in 1..=k {
        ratio *= j as f64 * j as f64 / ((2 * j) as f64 * (2 * j + 1) as f64);
    }
    let sign = if k.is_multiple_of(2) { -1.0 } else { 1.0 };
    sign * ratio * jump * jump
}

impl Kernel for BoundedKernel {
    fn dim(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let both = Points::from_rows(&[x, y]);
        let value = both.and_then(|both| {
            self.inside("points", &both)?;
            if !matches!(self.method, Method::Zonal(_)) {
                return Ok(self.other_pair(x, y));
            }
            let expansions = self.expansions(both.max_norm())?;
            let expansions = &*expansions;
            let (a, b) = (
                Self::zonal_point(expansions, x),
                Self::zonal_point(expansions, y),
            );
            Ok(self.zonal_pair(expansions, (x, &a), (y, &b)))
        });
        value.unwrap_or(Estimate::new(f64::NAN, f64::INFINITY))
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        self.inside("rows", rows)?;
        self.inside("columns", columns)?;
        if !matches!(self.method, Method::Zonal(_)) {
            return Ok(Box::new(OneByOne {
                evaluate: move |i, j| self.other_pair(rows.point(i), columns.point(j)),
            }));
        }
        let kept = self.expansions(rows.max_norm().max(columns.max_norm()))?;
        let expansions = &*kept;
        let prepare = |points: &Points| map_points(points, |x| Self::zonal_point(expansions, x));
        let (a, b) = (prepare(rows), prepare(columns));
        Ok(Box::new(OneByOne {
            evaluate: move |i: usize, j: usize| {
                let expansions = &*kept;
                self.zonal_pair(
                    expansions,
                    (rows.point(i), &a[i]),
                    (columns.point(j), &b[j]),
                )
            },
        }))
    }
}
