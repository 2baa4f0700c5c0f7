//! Smooth features and a probability of offsets: the mean of the tails, and what is left expanded over the sphere.

use super::Factor;
use super::average::{Average, TailPart};
use super::difference::DifferenceKernel;
use super::per_radius::PerRadius;
use super::separated::{Failure, Separated};
use super::sphere::Wedge;
use super::zonal::{ZonalExpansion, ZonalPoint, share};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::activation::{Family, Feature, Remainder};
use crate::model::ensemble::OffsetLaw;
use crate::numerics::Estimate;
use crate::theory::kernel::Split;
use crate::theory::kernel::kernel::{Kernel, OneByOne, Pairs, inner, map_points};
use nalgebra::DMatrix;
use std::sync::{Arc, OnceLock};

/// Agreement of the finer and the coarser rule, relative to the largest pair: of the coarser one, so that the finer is far better.
const AGREEMENT: f64 = 1e-12;
/// Panels are tried wider than the feature asks for, which is for 1e−14 by fewer points than a product of two takes, then narrower.
const PARTS: [f64; 6] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.125];

/// coefficient·E[s^power ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor] for a smooth ψ.
///
/// With offsets on a range much wider than what ψ needs to settle, nearly all of it is the product of the tails, which γ < 0 sees on
/// the right and γ > 0 on the left: a polynomial of the points, known exactly. What is left comes from offsets near
/// the points, however wide the law is, and its digits are its own.
#[derive(Debug)]
pub(crate) struct SmoothKernel {
    average: Average,
    tails: Option<TailPart>,
    /// For every radius asked.
    kept: PerRadius<std::result::Result<Arc<Expansions>, Unresolved>>,
    /// Where ψ is too steep beside ‖x‖ for polynomials in a projection, or scales are drawn.
    steep: OnceLock<DifferenceKernel>,
}

/// What could not be resolved, and to what it was.
#[derive(Clone, Copy, Debug)]
struct Unresolved {
    what: &'static str,
    reached: f64,
}

/// The expansion of G, and of uv times it where directions are trained.
#[derive(Debug)]
struct Expansions {
    plain: ZonalExpansion,
    projected: Option<ZonalExpansion>,
}

/// A point in both.
type Prepared = (ZonalPoint, Option<ZonalPoint>);

impl SmoothKernel {
    /// # Errors
    /// A feature that does not settle and grows, under offsets without moments.
    pub(crate) fn new(average: Average) -> Result<Self> {
        let psi = &average.psi;
        let grows = match psi.activation.family() {
            Family::Exponential { .. } => true,
            _ => psi.remainder == Remainder::Persistent && psi.feature == Feature::Stretch,
        };
        if grows && matches!(average.offset, OffsetLaw::Cauchy { .. }) {
            return Err(Error::undefined(
                format!("kernel of `{}`", psi.activation.name()),
                "the offsets have a Cauchy law and the feature grows, so its mean square is infinite",
            ));
        }
        Ok(Self {
            tails: average.tails(),
            average,
            kept: PerRadius::default(),
            steep: OnceLock::new(),
        })
    }

    fn expand(&self, norm: f64) -> std::result::Result<Expansions, Unresolved> {
        let dim = &self.average.dim;
        if !self.expands() {
            return Err(Unresolved {
                what: "drawn scales",
                reached: f64::INFINITY,
            });
        }
        let unresolved = |what: &'static str, reached: f64| Unresolved { what, reached };
        let radius = norm * share(*dim);
        let mut reached = f64::INFINITY;
        let mut separated = None;
        for part in PARTS {
            let Some((fine, coarse)) = self.average.rules(radius, self.tails.is_some(), part)
            else {
                break;
            };
            let agreement = AGREEMENT.max(self.average.psi.noise());
            match Separated::new(&fine, &coarse, radius, agreement) {
                Ok(found) => {
                    separated = Some(found);
                    break;
                }
                Err(Failure::Rule(left)) => reached = left,
                Err(Failure::Table(left)) => {
                    return Err(unresolved("table of the projections", left));
                }
            }
        }
        let rule = match reached.is_finite() {
            true => "rule for offsets and scales",
            false => "rule for offsets and scales, which would take more panels than it may have",
        };
        let separated = separated.ok_or_else(|| unresolved(rule, reached))?;
        let expand = |projected: bool| {
            ZonalExpansion::new(*dim, separated.clone(), projected)
                .map_err(|left| unresolved("expansion over the directions", left))
        };
        let projected = match self.average.term.factor {
            Factor::Tangent => Some(expand(true)?),
            _ => None,
        };
        Ok(Expansions {
            plain: expand(false)?,
            projected,
        })
    }

    /// The expansion for points of at most this norm.
    fn expansions(&self, norm: f64) -> std::result::Result<Arc<Expansions>, Unresolved> {
        let build = |radius| self.expand(radius).map(Arc::new);
        self.kept.get(norm, self.average.offset, build)
    }

    /// The other way for what expansions do not resolve.
    ///
    /// # Errors
    /// It is none for features that never settle.
    fn steep(&self, left: Unresolved) -> Result<&DifferenceKernel> {
        let Average {
            psi,
            offset,
            scale,
            term,
            ..
        } = &self.average;
        if self.settles() {
            let kernel = || DifferenceKernel::new(self.average.clone());
            return Ok(self.steep.get_or_init(kernel));
        }
        let narrower = match offset {
            OffsetLaw::Uniform { .. } => "a smaller radius of offsets",
            _ => "a narrower law of offsets",
        };
        let smaller = match scale.fixed() {
            Some(_) => "a smaller scale",
            None => "a law of smaller scales",
        };
        let hint = match term.feature {
            Feature::Stretch => format!("use {smaller} or {narrower}, or do not train scales"),
            _ => format!("use {smaller} or {narrower}"),
        };
        Err(Error::Accuracy {
            what: format!("kernel of `{}`: {}", psi.activation.name(), left.what),
            tolerance: AGREEMENT,
            reached: left.reached,
            hint,
        })
    }

    fn settles(&self) -> bool {
        self.average.psi.remainder != Remainder::Persistent
    }

    /// Whether expansions are worth a trial: they keep the digits of what is left beside the mean of the tails, but drawn scales ask for many panels.
    fn expands(&self) -> bool {
        let drawn = self.average.scale.fixed().is_none();
        !drawn || self.tails.is_some() || !self.settles()
    }

    fn prepare(expansions: &Expansions, x: &[f64]) -> Prepared {
        let projected = expansions.projected.as_ref().map(|e| e.point(x));
        (expansions.plain.point(x), projected)
    }

    /// The mean of the tails at a pair of points.
    fn polynomial(&self, product: f64) -> Estimate {
        let Some(tails) = self.tails else {
            return Estimate::default();
        };
        let n = self.average.dim as f64;
        let factor = match self.average.term.factor {
            Factor::One => 1.0,
            Factor::Inner => product,
            // E[⟨ξ,x⟩⟨ξ,x′⟩] = ⟨x,x′⟩/d.
            Factor::Tangent => product * (1.0 - 1.0 / n),
        };
        let linear = tails.inner * product / n;
        let size = tails.constant.abs() + linear.abs();
        Estimate::new(tails.constant + linear, 1e-14 * size) * factor
    }

    fn pair(
        &self,
        expansions: &Expansions,
        (x, one): (&[f64], &Prepared),
        (y, two): (&[f64], &Prepared),
        whole: bool,
    ) -> Estimate {
        let (wedge, product) = (Wedge::new(x, y), inner(x, y));
        let plain = expansions.plain.pair(&wedge, &one.0, &two.0);
        let rest = match (
            self.average.term.factor,
            &expansions.projected,
            &one.1,
            &two.1,
        ) {
            (Factor::One, ..) => plain,
            (Factor::Tangent, Some(projected), Some(a), Some(b)) => {
                plain * product - projected.pair(&wedge, a, b)
            }
            _ => plain * product,
        };
        let mut value = if whole {
            rest + self.polynomial(product)
        } else {
            rest
        };
        let noise = self.average.psi.noise();
        if noise > 0.0 {
            let gain = match self.average.term.factor {
                Factor::One => 1.0,
                Factor::Inner => product.abs(),
                Factor::Tangent => product.abs() + wedge.r * wedge.s,
            };
            value.error += noise * gain * one.0.norm() * two.0.norm();
        }
        value * self.average.term.coefficient
    }

    /// Of the whole kernel, what is asked.
    fn without_tails(&self, kernel: Estimate, (x, y): (&[f64], &[f64]), whole: bool) -> Estimate {
        if whole {
            return kernel;
        }
        kernel + self.polynomial(inner(x, y)) * -self.average.term.coefficient
    }

    /// The kernel, or what is left without the mean of the tails.
    pub(crate) fn evaluate(&self, x: &[f64], y: &[f64], whole: bool) -> Result<Estimate> {
        let norm = Points::from_rows(&[x, y])?.max_norm();
        let expansions = match self.expansions(norm) {
            Ok(expansions) => expansions,
            Err(left) => {
                let value = self.steep(left)?.evaluate(x, y, norm);
                return Ok(self.without_tails(value, (x, y), whole));
            }
        };
        let (a, b) = (Self::prepare(&expansions, x), Self::prepare(&expansions, y));
        Ok(self.pair(&expansions, (x, &a), (y, &b), whole))
    }

    pub(crate) fn pairs<'a>(
        &'a self,
        rows: &'a Points,
        columns: &'a Points,
        whole: bool,
    ) -> Result<Box<dyn Pairs + 'a>> {
        let expansions = match self.expansions(rows.max_norm().max(columns.max_norm())) {
            Ok(expansions) => expansions,
            Err(left) => {
                let pairs = self.steep(left)?.pairs(rows, columns);
                return Ok(Box::new(OneByOne {
                    evaluate: move |i: usize, j: usize| {
                        let mut value = [0.0];
                        let error = pairs.column(j, i, &mut value);
                        let pair = (rows.point(i), columns.point(j));
                        self.without_tails(Estimate::new(value[0], error), pair, whole)
                    },
                }));
            }
        };
        let prepare = |points: &Points| map_points(points, |x| Self::prepare(&expansions, x));
        let (a, b) = (prepare(rows), prepare(columns));
        Ok(Box::new(OneByOne {
            evaluate: move |i: usize, j: usize| {
                self.pair(
                    &expansions,
                    (rows.point(i), &a[i]),
                    (columns.point(j), &b[j]),
                    whole,
                )
            },
        }))
    }

    pub(crate) fn split(self: &Arc<Self>) -> Option<Split> {
        let tails = self
            .tails
            .filter(|_| self.average.term.factor == Factor::One)?;
        let dim = self.average.dim;
        let order = usize::try_from(self.average.psi.tail_degree() + 1).unwrap_or(0);
        let size = if order == 1 { 1 } else { 1 + dim };
        let diagonal = |i: usize| {
            let own = if i == 0 {
                tails.constant
            } else {
                tails.inner / dim as f64
            };
            self.average.term.coefficient * own
        };
        Some(Split {
            order,
            polynomial: DMatrix::from_fn(size, size, |i, j| if i == j { diagonal(i) } else { 0.0 }),
            remainder: Arc::new(Rest {
                order,
                whole: self.clone(),
            }),
        })
    }
}

/// What is left without the mean of the tails.
#[derive(Debug)]
struct Rest {
    order: usize,
    whole: Arc<SmoothKernel>,
}

impl Kernel for Rest {
    fn dim(&self) -> Option<usize> {
        Some(self.whole.average.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let value = self.whole.evaluate(x, y, false);
        value.unwrap_or(Estimate::new(f64::NAN, f64::INFINITY))
    }

    fn order(&self) -> usize {
        self.order
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        self.whole.pairs(rows, columns, false)
    }
}
