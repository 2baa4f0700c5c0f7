//! Piecewise polynomials and offsets uniform on [−R, R]: polynomial + function of the distance − ends.

use super::feature::FeatureFunction;
use super::line::Line;
use super::radial::{RadialTable, along};
use super::sphere::{
    ArcRules, Wedge, disc_average, planar_average, polynomial_average, zonal_average,
};
use super::{Factor, Term};
use crate::model::ensemble::ScaleLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::Tolerance;
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::Split;
use crate::theory::kernel::kernel::{Kernel, inner};
use nalgebra::DMatrix;
use std::sync::Arc;

/// Accuracy of the table, relative.
const TOLERANCE: f64 = 1e-12;
/// What products that underflow may have lost.
const UNDERFLOW: f64 = 1e-321;
/// Relative errors beyond this are worth the average with nothing taken apart, where offsets end before the tails.
const CANCELLED: f64 = 1e-12;
/// Squares of distances that have all their digits.
const SQUARES: std::ops::Range<f64> = 1e-280..1e280;

/// E_ξ (2R)^{−1} ∫_{−R}^R ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) dγ·coefficient·factor for a piecewise polynomial ψ.
///
/// With C the product of the tails that ψψ′ has at γ → ∞ and at γ → −∞, joined half way between the
/// two zero-planes, ∫_{−R}^R ψψ′ = ∫(ψψ′ − C) + ∫_{−R}^R C − ∫_{|γ|>R}(ψψ′ − C). The first depends on
/// ⟨ξ, x−x′⟩ alone, and its average over ξ on ‖x−x′‖; the second is a polynomial; the third vanishes unless
/// knots reach over the ends.
#[derive(Clone, Debug)]
pub(crate) struct Decomposition {
    dim: usize,
    radius: f64,
    line: Line,
    /// coefficient·E[s^…].
    weight: f64,
    factor: Factor,
    distance: Distance,
    tails: Option<AffineTails>,
    kinks: Vec<f64>,
    gaps: Vec<f64>,
    degree: usize,
    arcs: ArcRules,
}

#[derive(Clone, Debug)]
enum Distance {
    /// c r^p.
    Power(f64, f64),
    Table(Arc<RadialTable>),
}

/// ∫C/(2R) for tails of degree ≤ 1, averaged: constant + inner·⟨x,x′⟩ + squares·(‖x‖² + ‖x′‖²). Divided before R³ could overflow.
#[derive(Clone, Copy, Debug)]
struct AffineTails {
    constant: f64,
    inner: f64,
    squares: f64,
}

impl AffineTails {
    /// Tails az + b on the right and cz + d on the left.
    fn new(dim: usize, psi: &FeatureFunction, s: f64, radius: f64) -> Option<Self> {
        if psi.tail_degree() > 1 {
            return None;
        }
        let affine = |c: &[f64]| {
            let at = |j: usize| c.get(j).copied().unwrap_or(0.0);
            (s * at(1), at(0))
        };
        let ((a, b), (c, d)) = (affine(&psi.right), affine(&psi.left));
        let (r, n) = (radius, dim as f64);
        let quadratic = a * a + c * c;
        let skew = a * b - c * d;
        Some(Self {
            constant: quadratic * r * r / 6.0 + 0.5 * skew * r + 0.5 * (b * b + d * d),
            inner: (quadratic + 0.5 * skew / r) / (2.0 * n),
            squares: skew / r / (8.0 * n),
        })
    }
}

impl Decomposition {
    /// For one scale, or a homogeneous ψ, whose s^{2k} is averaged apart.
    pub(crate) fn new(
        dim: usize,
        psi: &FeatureFunction,
        scale: ScaleLaw,
        term: Term,
        radius: f64,
    ) -> Option<Self> {
        psi.pieces.as_ref()?;
        let power = f64::from(term.power);
        let (s, moment, jump) = match (psi.homogeneous(), scale.fixed()) {
            (Some((k, a, b)), _) => {
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                let moment = scale.moment(dim, power + 2.0 * k as f64);
                (1.0, moment, Some((k, a - sign * b)))
            }
            (None, Some(s)) => (s, s.powi(term.power), None),
            (None, None) => return None,
        };
        let line = Line::new(psi.clone(), s);
        let kinks: Vec<f64> = psi.kinks.iter().map(|z| z / s).collect();
        let gaps = psi.gaps(s);
        let distance = match jump {
            Some((k, jump)) => {
                let p = 2.0 * k as f64 + 1.0;
                Distance::Power(power_coefficient(k, jump) * sphere_moment(dim, p), p)
            }
            None => {
                let positive: Vec<f64> = gaps.iter().copied().filter(|g| *g > 0.0).collect();
                let (along, splits) = (line.clone(), positive.clone());
                let tolerance = Tolerance::relative(TOLERANCE);
                let average = move |r: f64| {
                    let a = |t: f64| along.autocorrelation(t, &tolerance);
                    zonal_average(dim, r, a, &splits, &tolerance)
                };
                Distance::Table(Arc::new(RadialTable::new(average, positive, TOLERANCE)))
            }
        };
        // A product of two pieces integrated over γ, and twice more with the factor of trained directions.
        let degree = 2 * psi.pieces.as_ref().map_or(0, |p| p.degree()) + 1;
        Some(Self {
            dim,
            radius,
            tails: AffineTails::new(dim, psi, s, radius),
            line,
            weight: term.coefficient * moment,
            factor: term.factor,
            distance,
            kinks,
            gaps,
            degree,
            arcs: ArcRules::new(degree + if term.factor == Factor::Tangent { 2 } else { 0 }),
        })
    }

    /// The kernel; `whole` = false leaves out the constant and the multiple of ⟨x,x′⟩.
    fn pair(&self, x: &[f64], y: &[f64], whole: bool) -> Estimate {
        let wedge = Wedge::new(x, y);
        let product = inner(x, y);
        if self.factor == Factor::Tangent {
            return finite(self.tangent_pair(&wedge, product) * self.weight);
        }
        let apart = distance(x, y);
        let near = match &self.distance {
            // r^p/(2R) without a power that underflows although the quotient does not.
            Distance::Power(c, p) => {
                let share = 0.5 * (apart / self.radius);
                Estimate::closed_form(c * share * apart.powf(p - 1.0))
            }
            Distance::Table(table) => table.value(apart) * self.share(),
        };
        let (tails, size) = match &self.tails {
            Some(tails) => {
                let norms = tails.squares * (wedge.r.powi(2) + wedge.s.powi(2));
                let rest = if whole {
                    tails.constant + tails.inner * product
                } else {
                    0.0
                };
                let size = if whole { tails.constant.abs() } else { 0.0 };
                (rest + norms, size + norms.abs())
            }
            None => {
                let f = |u: f64, v: f64| self.line.tails((u, v), self.radius);
                let value = polynomial_average(self.dim, &wedge, self.degree / 2 + 1, f);
                let size = self.line.tails((0.0, 0.0), self.radius).abs() + value.abs();
                (value * self.share(), size * self.share())
            }
        };
        let tails = Estimate::new(tails, 1e-14 * size + UNDERFLOW);
        let mut value = near + tails - self.ends(&wedge) * self.share();
        if self.meets_ends(&wedge) && value.error > CANCELLED * value.value.abs() {
            let mut direct = self.direct(&wedge, |_, _| 1.0);
            if let (Some(tails), false) = (&self.tails, whole) {
                let left_out = tails.constant + tails.inner * product;
                direct = direct - Estimate::new(left_out, 1e-14 * left_out.abs());
            }
            if direct.error < value.error {
                value = direct;
            }
        }
        let factor = self.factor.value(product, 0.0, 0.0);
        finite(value * (self.weight * factor))
    }

    /// The density of the offsets.
    fn share(&self) -> f64 {
        0.5 / self.radius
    }

    /// The gradient in x, for affine tails and offsets that reach beyond all knots.
    fn slope(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        let tails = self.tails.as_ref()?;
        let wedge = Wedge::new(x, y);
        let reach = self.line.psi.reach()? / self.line.scale;
        if self.factor == Factor::Tangent || wedge.r.max(wedge.s) + reach > self.radius {
            return None;
        }
        let apart: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        let r = distance(x, y);
        let slope = match &self.distance {
            Distance::Power(c, p) => Estimate::closed_form(c * p * r.powf(p - 1.0)),
            Distance::Table(table) => match table.slope(r) {
                Some(slope) => slope,
                None if r == 0.0 => Estimate::default(),
                None => return None,
            },
        };
        let near = along(&apart, r, slope * self.share());
        let mut gradient: Vec<Estimate> = near
            .into_iter()
            .zip(x.iter().zip(y))
            .map(|(near, (x, y))| {
                let (inner, squares) = (tails.inner * y, 2.0 * tails.squares * x);
                let size = inner.abs() + squares.abs();
                (near + Estimate::new(inner + squares, 1e-14 * size)) * self.weight
            })
            .collect();
        if self.factor == Factor::Inner {
            // ⟨x,x′⟩ times what is left without it.
            let plain = Self {
                factor: Factor::One,
                ..self.clone()
            };
            let (value, product) = (plain.pair(x, y, true), inner(x, y));
            for (slot, y) in gradient.iter_mut().zip(y) {
                *slot = *slot * product + value * *y;
            }
        }
        Some(gradient)
    }

    /// With the factor ⟨x,x′⟩ − uu′ the integrand is still piecewise polynomial along every arc.
    fn tangent_pair(&self, wedge: &Wedge, product: f64) -> Estimate {
        let value = self.direct(wedge, |u, v| self.factor.value(product, u, v));
        let size = self.along(0.0, 0.0).abs() * wedge.r * wedge.s;
        value + Estimate::new(0.0, 1e-13 * size + UNDERFLOW)
    }

    /// E_ξ (2R)^{−1} ∫ψψ′dγ·factor, with nothing taken apart.
    fn direct(&self, wedge: &Wedge, factor: impl Fn(f64, f64) -> f64) -> Estimate {
        self.average(wedge, |u, v| self.along(u, v) * factor(u, v))
    }

    /// (2R)^{−1} ∫ψψ′dγ, the density first: R times a square may underflow.
    fn along(&self, u: f64, v: f64) -> f64 {
        let range = (-self.radius, self.radius);
        self.line.pair((u, v), range, &Tolerance::default()).value * self.share()
    }

    /// E_ξ of a function that is polynomial between the lines and gaps.
    fn average(&self, wedge: &Wedge, f: impl Fn(f64, f64) -> f64) -> Estimate {
        let lines = self.lines();
        match self.dim {
            1 => {
                let along = |sign: f64| f(sign * wedge.r, sign * wedge.s * wedge.cos);
                let value = 0.5 * (along(1.0) + along(-1.0));
                Estimate::new(value, 1e-14 * value.abs())
            }
            2 => {
                let value = planar_average(wedge, &self.arcs, &lines, &self.gaps, f);
                Estimate::new(value, 1e-13 * value.abs())
            }
            _ => disc_average(self.dim, wedge, &self.arcs, &lines, &self.gaps, f),
        }
    }

    /// Whether knots reach over the ends of the offsets.
    fn meets_ends(&self, wedge: &Wedge) -> bool {
        let reach = self.line.psi.reach().unwrap_or(0.0) / self.line.scale;
        wedge.r.max(wedge.s) + reach > self.radius
    }

    /// E_ξ ∫_{|γ|>R} (ψψ′ − C) dγ.
    fn ends(&self, wedge: &Wedge) -> Estimate {
        if !self.meets_ends(wedge) {
            return Estimate::default();
        }
        let f = |u: f64, v: f64| self.line.ends((u, v), self.radius);
        self.average(wedge, f)
    }

    /// Values of ⟨ξ,x⟩ at which a knot meets an end of the interval of offsets.
    fn lines(&self) -> Vec<f64> {
        let at = |z: &f64| [self.radius + z, z - self.radius];
        self.kinks.iter().flat_map(at).collect()
    }

    /// D and the remainder of a kernel whose tails are affine.
    pub(crate) fn split(&self) -> Option<Split> {
        let tails = self.tails.as_ref().filter(|_| self.factor == Factor::One)?;
        let order = usize::try_from(self.line.psi.tail_degree() + 1).unwrap_or(0);
        let size = match order {
            0 => return None,
            1 => 1,
            _ => 1 + self.dim,
        };
        let diagonal = |i: usize| self.weight * if i == 0 { tails.constant } else { tails.inner };
        Some(Split {
            order,
            polynomial: DMatrix::from_fn(size, size, |i, j| if i == j { diagonal(i) } else { 0.0 }),
            remainder: Arc::new(Remainder {
                order,
                whole: self.clone(),
            }),
        })
    }
}

impl Kernel for Decomposition {
    fn dim(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.pair(x, y, true)
    }

    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        self.slope(x, y)
    }
}

/// What overflowed is not known.
fn finite(value: Estimate) -> Estimate {
    match value.value.is_finite() {
        true => value,
        false => Estimate::new(value.value, f64::INFINITY),
    }
}

/// ‖x−x′‖, where squares under- or overflow too.
pub(crate) fn distance(x: &[f64], y: &[f64]) -> f64 {
    let pairs = || x.iter().zip(y);
    let square: f64 = pairs().map(|(a, b)| (a - b).powi(2)).sum();
    if SQUARES.contains(&square) {
        square.sqrt()
    } else {
        pairs().fold(0.0, |r: f64, (a, b)| r.hypot(a - b))
    }
}

/// What is left without the constant and the multiple of ⟨x,x′⟩.
#[derive(Debug)]
struct Remainder {
    order: usize,
    whole: Decomposition,
}

impl Kernel for Remainder {
    fn dim(&self) -> Option<usize> {
        Some(self.whole.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.whole.pair(x, y, false)
    }

    fn order(&self) -> usize {
        self.order
    }
}

/// A_c(t) = c|t|^{2k+1} for a z₊^k + b(−z)₊^k whose k-th derivative jumps by `jump`·k!:
/// c = (−1)^{k+1} (k!)² jump²/(2(2k+1)!).
pub(crate) fn power_coefficient(k: usize, jump: f64) -> f64 {
    // (k!)²/(2k+1)! = ∏ j²/(2j(2j+1)).
    let mut ratio = 0.5;
    for j in 1..=k {
        ratio *= j as f64 * j as f64 / ((2 * j) as f64 * (2 * j + 1) as f64);
    }
    let sign = if k.is_multiple_of(2) { -1.0 } else { 1.0 };
    sign * ratio * jump * jump
}
