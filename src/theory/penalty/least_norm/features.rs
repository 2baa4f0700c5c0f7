//! The feature matrix: what the trained parameters of every neuron see at every place, times the root of the neuron's share.

use super::laws::{Head, Level, Sphere, Window, heads};
use super::places;
use crate::error::{Error, Result};
use crate::model::activation::{Feature, Parity, Remainder};
use crate::model::ensemble::{Ensemble, OffsetLaw};
use crate::model::{Coordinates, Group, Shallow};
use crate::numerics::linalg::upper_factor_of_blocks;
use crate::numerics::quadrature::gauss_legendre;
use crate::theory::interpolant::Monomials;
use crate::theory::kernel::{Factor, FeatureFunction, Term};
use crate::theory::penalty::Penalty;
use nalgebra::DMatrix;
use std::f64::consts::{FRAC_PI_2, PI};

/// Rows of a block, in columns: tall enough that factoring it costs more than merging its factor.
const TALL: usize = 4;
/// Nodes of a panel of the average over directions. On the first level z moves by at most 2 over a panel, which for tanh leaves 1e−16.
const AVERAGE_NODES: usize = 16;

/// What a value of a feature takes, in floating-point operations of a factorisation.
const VALUE: f64 = 60.0;

/// The features of a model, of all neurons or of their averages over directions.
#[derive(Clone, Debug)]
pub(super) struct Features {
    ensemble: Ensemble,
    dim: usize,
    radius: f64,
    radial: bool,
    sphere: Sphere,
    terms: Vec<(Term, FeatureFunction)>,
    /// Polynomials of degree < order are free.
    pub order: usize,
}

impl Features {
    pub(super) fn new(model: &Shallow, radius: f64, radial: bool) -> Result<Self> {
        let (ensemble, dim) = (model.ensemble().clone(), model.dim());
        let square = model.output_std().powi(2);
        let mut terms = Vec::new();
        for &(group, rate) in model.rates().trained() {
            if dim == 1 && group == Group::Direction {
                // The sphere of one dimension is two points: nothing moves on it.
                continue;
            }
            let mut term = Term::of(group, rate, square);
            if model.coordinates() == Coordinates::Ntk
                && let Ensemble::Gaussian {
                    weight_std,
                    bias_std,
                } = ensemble
            {
                term.coefficient *= match group {
                    Group::Bias => bias_std.powi(2),
                    Group::Weight => weight_std.powi(2) / dim as f64,
                    _ => 1.0,
                };
            }
            terms.push((
                term,
                FeatureFunction::new(model.activation(), term.feature)?,
            ));
        }
        if terms.is_empty() {
            return Err(Error::undefined(
                "least-norm problem",
                "only directions are trained, and in one dimension these cannot move",
            ));
        }
        let features = Self {
            order: order(model, &terms)?,
            ensemble,
            dim,
            radius,
            radial,
            sphere: match (radial, model.activation().parity()) {
                (true, _) => Sphere::Radial,
                (_, Parity::None) => Sphere::Whole,
                _ => Sphere::Half,
            },
            terms,
        };
        Ok(features)
    }

    pub(super) fn is_radial(&self) -> bool {
        self.radial
    }

    /// The places of the samples, about `count`, those which are the base of the free polynomials first.
    pub(super) fn places(&self, count: usize) -> Places {
        let base = match (self.order, self.radial) {
            (0, _) => Vec::new(),
            (order, true) => {
                let n = order.div_ceil(2);
                let place = |j: usize| vec![0.9 * self.radius * j as f64 / (n.max(2) - 1) as f64];
                (0..n).map(place).collect()
            }
            (order, false) => places::unisolvent(self.dim, order, self.radius),
        };
        let all = if self.radial {
            places::radii(self.radius, count)
        } else {
            places::ball(self.dim, self.radius, count)
        };
        let near = 1e-9 * self.radius;
        let apart = |p: &Vec<f64>| {
            base.iter()
                .all(|b| b.iter().zip(p).any(|(b, p)| (b - p).abs() > near))
        };
        Places {
            points: all.into_iter().filter(apart).collect(),
            base,
        }
    }

    /// ℓ_l(x_i): the polynomial that is 1 at base point l and 0 at the others, at every place.
    fn lagrange(&self, places: &Places) -> Result<DMatrix<f64>> {
        let n = places.base.len();
        if n == 0 {
            return Ok(DMatrix::zeros(0, places.points.len()));
        }
        let monomials = Monomials::new(self.dim, self.order)?;
        let values = |x: &[f64]| -> Vec<f64> {
            let u: Vec<f64> = x.iter().map(|c| c / self.radius).collect();
            if self.radial {
                (0..n).map(|j| u[0].powi(2 * j as i32)).collect()
            } else {
                monomials.evaluate(&u)
            }
        };
        let matrix = |points: &[Vec<f64>]| {
            let all: Vec<f64> = points.iter().flat_map(|x| values(x)).collect();
            DMatrix::from_column_slice(n, points.len(), &all)
        };
        matrix(&places.base)
            .lu()
            .solve(&matrix(&places.points))
            .ok_or_else(|| Error::Singular {
                what: "polynomials of the null space".into(),
                condition: f64::INFINITY,
                hint: "the null space is too large".into(),
            })
    }

    /// y − Σ ℓ_l y_l: values at the places less the polynomial through those at the base.
    pub(super) fn reduce(&self, places: &Places, base: &[f64], values: &mut [f64]) -> Result<()> {
        let lagrange = self.lagrange(places)?;
        for (value, column) in values.iter_mut().zip(lagrange.column_iter()) {
            *value -= column.iter().zip(base).map(|(l, b)| l * b).sum::<f64>();
        }
        Ok(())
    }

    /// R with RᵀR = the Gram matrix of the features at the places (base apart), and the number of neurons.
    pub(super) fn factor(&self, places: &Places, level: Level) -> Result<(DMatrix<f64>, usize)> {
        let columns = places.points.len();
        let lagrange = self.lagrange(places)?;
        let heads = heads(&self.ensemble, self.dim, self.radius, self.sphere, level)?;
        let per_head = self.neurons(&heads, places, level).max(1);
        let chunk = (TALL * columns.max(64) / per_head).clamp(1, heads.len().max(1));
        let blocks: Vec<&[Head]> = heads.chunks(chunk).collect();
        let neurons = std::sync::atomic::AtomicUsize::new(0);
        let r = upper_factor_of_blocks(columns, blocks.len(), |i| {
            let mut rows = Rows::new(columns, places.base.len(), level);
            for head in blocks[i] {
                let nodes = self.biases(head, places, level);
                neurons.fetch_add(nodes.len(), std::sync::atomic::Ordering::Relaxed);
                for (b, weight) in nodes {
                    let root = (weight * head.share).sqrt();
                    if root > 0.0 {
                        self.neuron(head, b, root, places, &lagrange, &mut rows)?;
                    }
                }
            }
            Ok(rows.matrix())
        })?;
        Ok((r, neurons.into_inner()))
    }

    /// The number of rows of the feature matrix, about.
    pub(super) fn rows(&self, places: &Places, level: Level) -> Result<usize> {
        let heads = heads(&self.ensemble, self.dim, self.radius, self.sphere, level)?;
        Ok(self.neurons(&heads, places, level) * heads.len() * self.terms.len())
    }

    /// The number of floating-point operations of a factorisation, to its order.
    pub(super) fn work(&self, places: &Places, level: Level) -> Result<f64> {
        let heads = heads(&self.ensemble, self.dim, self.radius, self.sphere, level)?;
        let n = places.points.len() as f64;
        let rows = self.neurons(&heads, places, level) as f64 * heads.len() as f64;
        let norms = heads.iter().map(|h| h.norm).sum::<f64>() / heads.len().max(1) as f64;
        let entry = if self.radial {
            VALUE * AVERAGE_NODES as f64 * average_panels(norms * self.radius, level) as f64
        } else {
            VALUE
        };
        Ok(rows * n * (2.0 * n + entry) * self.terms.len() as f64)
    }

    /// The neurons of the head in the middle.
    fn neurons(&self, heads: &[Head], places: &Places, level: Level) -> usize {
        heads
            .get(heads.len() / 2)
            .map_or(0, |head| self.biases(head, places, level).len())
    }

    fn biases(&self, head: &Head, places: &Places, level: Level) -> Vec<(f64, f64)> {
        let slowest = self.terms.iter().map(|(_, psi)| psi.remainder);
        let slowest = slowest.reduce(slower).unwrap_or(Remainder::Persistent);
        let mut kinks: Vec<f64> = self
            .terms
            .iter()
            .flat_map(|(_, psi)| psi.kinks.clone())
            .collect();
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();
        let all = || places.base.iter().chain(&places.points);
        // In more variables the kinks of all places are too many: the average over directions smooths them.
        let wanted = self.radial || self.dim == 1;
        let cuts: Vec<f64> = all()
            .filter(|_| wanted)
            .flat_map(|x| {
                let u = if self.radial {
                    head.norm * x[0]
                } else {
                    inner(&head.weight_vector, x)
                };
                let mirrored = self.radial.then_some(-u);
                std::iter::once(u).chain(mirrored)
            })
            .flat_map(|u| kinks.iter().map(move |k| u - k))
            .collect();
        let window = Window {
            projection: head.norm * self.radius,
            remainder: slowest,
            kinked: !kinks.is_empty(),
        };
        head.bias.nodes(&window, &cuts, level)
    }

    /// The rows of one neuron.
    fn neuron(
        &self,
        head: &Head,
        b: f64,
        root: f64,
        places: &Places,
        lagrange: &DMatrix<f64>,
        rows: &mut Rows,
    ) -> Result<()> {
        for (term, psi) in &self.terms {
            let amplitude =
                root * term.coefficient.sqrt() * head.norm.powf(0.5 * f64::from(term.power));
            if self.radial {
                if term.factor == Factor::Tangent {
                    // No field of tangents is the same in every direction.
                    continue;
                }
                let inner = term.factor == Factor::Inner;
                let all = places.base.iter().chain(&places.points);
                for (slot, r) in rows.values.iter_mut().zip(all) {
                    *slot = average(self.dim, psi, head.norm * r[0], b, rows.level)
                        .map(|(plain, cosine)| if inner { r[0] * cosine } else { plain })?;
                }
                rows.push(amplitude, |_, v| v, lagrange);
                continue;
            }
            let all = || places.base.iter().chain(&places.points);
            for (slot, x) in rows.arguments.iter_mut().zip(all()) {
                *slot = inner(&head.weight_vector, x) - b;
            }
            rows.evaluate(psi);
            match term.factor {
                Factor::One => rows.push(amplitude, |_, v| v, lagrange),
                Factor::Inner => {
                    for c in 0..self.dim {
                        rows.push(amplitude, |i, v| v * places.at(i)[c], lagrange);
                    }
                }
                Factor::Tangent => {
                    let xi: Vec<f64> = head.weight_vector.iter().map(|w| w / head.norm).collect();
                    for c in 0..self.dim {
                        let part = |i: usize, v: f64| {
                            let x = places.at(i);
                            v * (x[c] - xi[c] * inner(&xi, x))
                        };
                        rows.push(amplitude, part, lagrange);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where the function is looked at.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Points that determine a free polynomial.
    pub base: Vec<Vec<f64>>,
    /// All others.
    pub points: Vec<Vec<f64>>,
}

impl Places {
    /// Base points first.
    fn at(&self, i: usize) -> &[f64] {
        match self.base.get(i) {
            Some(point) => point,
            None => &self.points[i - self.base.len()],
        }
    }
}

/// Rows under construction.
struct Rows {
    level: Level,
    columns: usize,
    base: usize,
    arguments: Vec<f64>,
    values: Vec<f64>,
    derivatives: Vec<f64>,
    done: Vec<f64>,
}

impl Rows {
    fn new(columns: usize, base: usize, level: Level) -> Self {
        let all = columns + base;
        Self {
            level,
            columns,
            base,
            arguments: vec![0.0; all],
            values: vec![0.0; all],
            derivatives: vec![0.0; all],
            done: Vec::new(),
        }
    }

    fn evaluate(&mut self, psi: &FeatureFunction) {
        if psi.feature == Feature::Value {
            psi.activation
                .fill(&self.arguments, &mut self.values, &mut []);
            return;
        }
        psi.activation
            .fill(&self.arguments, &mut self.values, &mut self.derivatives);
        let stretched = psi.feature == Feature::Stretch;
        for ((v, d), z) in self
            .values
            .iter_mut()
            .zip(&self.derivatives)
            .zip(&self.arguments)
        {
            *v = if stretched { z * d } else { *d };
        }
    }

    /// One more row: amplitude·(part of the values less their polynomial through the base).
    fn push(&mut self, amplitude: f64, part: impl Fn(usize, f64) -> f64, lagrange: &DMatrix<f64>) {
        let base: Vec<f64> = (0..self.base).map(|l| part(l, self.values[l])).collect();
        for i in 0..self.columns {
            let mut value = part(self.base + i, self.values[self.base + i]);
            if !base.is_empty() {
                value -= lagrange
                    .column(i)
                    .iter()
                    .zip(&base)
                    .map(|(l, b)| l * b)
                    .sum::<f64>();
            }
            self.done.push(amplitude * value);
        }
    }

    fn matrix(self) -> DMatrix<f64> {
        let rows = self.done.len() / self.columns.max(1);
        DMatrix::from_row_slice(rows, self.columns, &self.done)
    }
}

/// E_ξ[ψ(u ξ₁ − b)] and E_ξ[ξ₁ψ(uξ₁ − b)], u ≥ 0.
///
/// ξ₁ = sin θ with density ∝ cos^{d−2}θ on (−π/2, π/2): panels cut at the kinks of ψ.
fn average(dim: usize, psi: &FeatureFunction, u: f64, b: f64, level: Level) -> Result<(f64, f64)> {
    if dim == 1 {
        let (plus, minus) = (psi.value(u - b), psi.value(-u - b));
        return Ok((0.5 * (plus + minus), 0.5 * (plus - minus)));
    }
    let panels = average_panels(u, level);
    let mut ends: Vec<f64> = (0..=panels)
        .map(|i| PI * i as f64 / panels as f64 - FRAC_PI_2)
        .collect();
    let cuts = psi.kinks.iter().map(|k| (b + k) / u);
    ends.extend(cuts.filter(|t| t.abs() < 1.0).map(f64::asin));
    ends.sort_by(f64::total_cmp);
    let rule = gauss_legendre(AVERAGE_NODES);
    let (mut mass, mut plain, mut cosine) = (0.0, 0.0, 0.0);
    for pair in ends.windows(2) {
        let (half, middle) = (0.5 * (pair[1] - pair[0]), 0.5 * (pair[1] + pair[0]));
        for (x, w) in rule.nodes.iter().zip(&rule.weights) {
            let (sin, cos) = (middle + half * x).sin_cos();
            let weight = w * half * cos.powi(dim as i32 - 2);
            let value = weight * psi.value(u * sin - b);
            mass += weight;
            plain += value;
            cosine += value * sin;
        }
    }
    Ok((plain / mass, cosine / mass))
}

/// More of them on every level, so that their error shows in the difference of levels.
fn average_panels(u: f64, level: Level) -> usize {
    ((3.0 + 1.5 * u) * level.finer()).ceil() as usize
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The one of two remainders that ends later.
fn slower(a: Remainder, b: Remainder) -> Remainder {
    let rank = |r: Remainder| match r {
        Remainder::Zero { beyond } => (0, beyond),
        Remainder::Exponential { rate, exponent } => (1, (40.0 / rate).powf(1.0 / exponent)),
        Remainder::Algebraic { power } => (2, -power),
        Remainder::Persistent => (3, 0.0),
    };
    if rank(a) >= rank(b) { a } else { b }
}

/// The polynomials of degree < order cost nothing: those in whose direction the second moment of the features is infinite.
fn order(model: &Shallow, terms: &[(Term, FeatureFunction)]) -> Result<usize> {
    let Ensemble::RadonSpline { offset, .. } = model.ensemble() else {
        let dim = model.dim();
        let diverges = terms.iter().any(|(term, _)| {
            term.power < 0
                && model.ensemble().scale_law(dim).map_or(dim <= 2, |law| {
                    law.moment(dim, f64::from(term.power)).is_infinite()
                })
        });
        return if diverges {
            Err(Error::undefined(
                "least-norm problem with trained scales",
                "E[s^−2] is infinite for this ensemble, so that the kernel is infinite on its diagonal",
            ))
        } else {
            Ok(0)
        };
    };
    let endless = terms
        .iter()
        .any(|(_, psi)| psi.remainder == Remainder::Persistent);
    let heavy = matches!(offset, OffsetLaw::Unbounded | OffsetLaw::Cauchy { .. });
    if endless && heavy {
        return Err(Error::undefined(
            "least-norm problem",
            format!(
                "`{}` approaches no polynomial, and these offsets reach too far for a quadrature",
                model.activation().name()
            ),
        ));
    }
    match offset {
        OffsetLaw::Unbounded => {
            let degree = Penalty::new(model)?.null_space_degree();
            Ok(usize::try_from(degree + 1).unwrap_or(0))
        }
        OffsetLaw::Cauchy { .. } => {
            // Of a density γ^−2, the moments of order ≥ 1 are infinite.
            let degrees = terms
                .iter()
                .map(|(term, psi)| (term.factor, psi.tail_degree()));
            let mut order = 0;
            for (factor, degree) in degrees {
                if factor != Factor::One && degree >= 1 {
                    return Err(Error::undefined(
                        "least-norm problem",
                        "with Cauchy offsets the kernel of this trained group is infinite on its diagonal",
                    ));
                }
                order = order.max(usize::try_from(degree).unwrap_or(0));
            }
            Ok(order)
        }
        _ => Ok(0),
    }
}
