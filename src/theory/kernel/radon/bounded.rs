//! Radon-spline ensembles with a probability of offsets, or laws that are read as one: E over (ξ, γ, s).

use super::Term;
use super::average::Average;
use super::decomposition::{Decomposition, distance};
use super::difference::DifferenceKernel;
use super::feature::FeatureFunction;
use super::line::Line;
use super::mixture::MixtureKernel;
use super::smooth::SmoothKernel;
use super::sphere::{Wedge, general_average};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::activation::Feature;
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate_estimates};
use crate::theory::kernel::Split;
use crate::theory::kernel::kernel::{Kernel, OneByOne, Pairs, inner};
use std::sync::Arc;

/// coefficient·E[s^power ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor].
#[derive(Debug)]
pub(crate) struct BoundedKernel {
    average: Average,
    method: Method,
}

/// How the average is taken.
#[derive(Debug)]
enum Method {
    /// Smooth features: the mean of the tails and an expansion over the sphere.
    Smooth(Arc<SmoothKernel>),
    /// Piecewise polynomials, uniform offsets, and one scale or a homogeneous feature.
    Decomposed(Box<Decomposition>),
    /// Kinks that meet each other alone, not the ends of the offsets: a table.
    Difference(Box<DifferenceKernel>),
    /// Kinks that meet the ends of uniform offsets.
    Mixture(Box<MixtureKernel>),
    /// Nested adaptive quadrature, for features that take too many panels.
    Nested,
}

impl BoundedKernel {
    pub(crate) fn new(
        dim: usize,
        term: Term,
        offset: OffsetLaw,
        scale: ScaleLaw,
        psi: FeatureFunction,
    ) -> Result<Self> {
        if matches!(offset, OffsetLaw::Cauchy { .. }) {
            let infinite = |why: &str| {
                let what = format!("kernel of `{}`", psi.activation.name());
                Err(Error::undefined(what, why))
            };
            if psi.tail_degree() > 0 {
                return infinite(
                    "the offsets have a Cauchy law and the feature grows, so its mean square is infinite",
                );
            }
            // At small scales zφ′ is seen by offsets beyond 1/s alone, where their density is ∝ 1/γ²: its mean square is ∝ s.
            if term.feature == Feature::Stretch
                && scale.moment(dim, f64::from(term.power + 1)).is_infinite()
            {
                return infinite(
                    "the offsets have a Cauchy law and the scales, which are trained, reach 0: E[1/s] is infinite, and \
                     the mean of the squared gradient with it",
                );
            }
        }
        let decomposed = match offset {
            OffsetLaw::Uniform { radius } => Decomposition::new(dim, &psi, scale, term, radius),
            _ => None,
        };
        // Where a kink z ≠ 0 meets an end of the offsets, at u = z/s ± R, G is not smooth in u.
        let meets_ends =
            matches!(offset, OffsetLaw::Uniform { .. }) && psi.kinks.iter().any(|z| *z != 0.0);
        let average = Average {
            dim,
            term,
            offset,
            scale,
            psi,
        };
        let method = match decomposed {
            Some(decomposed) => Method::Decomposed(Box::new(decomposed)),
            None if average.psi.kinks.is_empty() => {
                Method::Smooth(Arc::new(SmoothKernel::new(average.clone())?))
            }
            None if !meets_ends => {
                Method::Difference(Box::new(DifferenceKernel::new(average.clone())))
            }
            None => {
                let mixture = match offset {
                    OffsetLaw::Uniform { radius } => MixtureKernel::new(average.clone(), radius),
                    _ => None,
                };
                mixture.map_or(Method::Nested, |mixture| Method::Mixture(Box::new(mixture)))
            }
        };
        Ok(Self { average, method })
    }

    fn radius(&self) -> Option<f64> {
        match self.average.offset {
            OffsetLaw::Uniform { radius } => Some(radius),
            _ => None,
        }
    }

    fn other_pair(&self, x: &[f64], y: &[f64]) -> Estimate {
        match &self.method {
            Method::Decomposed(decomposed) => decomposed.evaluate(x, y),
            Method::Mixture(mixture) => mixture.pair(x, y),
            _ => self.nested(x, y),
        }
    }

    fn nested(&self, x: &[f64], y: &[f64]) -> Estimate {
        let (wedge, product) = (Wedge::new(x, y), inner(x, y));
        let tolerance = Tolerance::relative(1e-9);
        let value = self.over_scales(|s, power| {
            let line = Line::new(self.average.psi.clone(), s);
            self.nested_pair(&line, &wedge, product, &tolerance) * s.powi(power)
        });
        value * self.average.term.coefficient
    }

    /// E over the scales, with s^power.
    fn over_scales(&self, f: impl Fn(f64, i32) -> Estimate) -> Estimate {
        if let Some(s) = self.average.scale.fixed() {
            return f(s, self.average.term.power);
        }
        let (low, high) = self.average.scale.support();
        let integrand = |s: f64| match self.average.scale.density(self.average.dim, s) {
            Ok(p) if p > 0.0 => f(s, self.average.term.power) * p,
            _ => Estimate::default(),
        };
        let tolerance = Tolerance::relative(1e-8);
        integrate_estimates(integrand, low, high, &[], &tolerance).estimate()
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
            let along = line.mean(self.average.offset, (u, v), &finer);
            along * self.average.term.factor.value(product, u, v)
        };
        general_average(self.average.dim, wedge, f, tolerance)
    }

    fn inside(&self, name: &str, points: &Points) -> Result<()> {
        let Some(radius) = self.radius() else {
            return Ok(());
        };
        let norm = |x: &[f64]| distance(x, &vec![0.0; x.len()]);
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

impl Kernel for BoundedKernel {
    fn dim(&self) -> Option<usize> {
        Some(self.average.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let both = Points::from_rows(&[x, y]);
        let value = both.and_then(|both| {
            self.inside("points", &both)?;
            if let Method::Difference(difference) = &self.method {
                return Ok(difference.evaluate(x, y, both.max_norm()));
            }
            if let Method::Smooth(smooth) = &self.method {
                return smooth.evaluate(x, y, true);
            }
            Ok(self.other_pair(x, y))
        });
        value.unwrap_or(Estimate::new(f64::NAN, f64::INFINITY))
    }

    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        match &self.method {
            Method::Decomposed(decomposed) => decomposed.gradient(x, y),
            _ => None,
        }
    }

    fn split(&self) -> Option<Split> {
        match &self.method {
            Method::Decomposed(decomposed) => decomposed.split(),
            Method::Smooth(smooth) => smooth.split(),
            _ => None,
        }
    }

    fn pairs<'a>(&'a self, rows: &'a Points, columns: &'a Points) -> Result<Box<dyn Pairs + 'a>> {
        self.inside("rows", rows)?;
        self.inside("columns", columns)?;
        if let Method::Difference(difference) = &self.method {
            return Ok(difference.pairs(rows, columns));
        }
        if let Method::Smooth(smooth) = &self.method {
            return smooth.pairs(rows, columns, true);
        }
        Ok(Box::new(OneByOne {
            evaluate: move |i, j| self.other_pair(rows.point(i), columns.point(j)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Group};

    const POINTS: [[f64; 5]; 3] = [
        [0.5, -0.3, 0.2, 0.1, 0.4],
        [-0.2, 0.9, -0.4, 0.3, -0.1],
        [0.5, -0.3, 0.2001, 0.1, 0.4],
    ];

    fn kernel(
        name: &str,
        dim: usize,
        group: Group,
        offset: OffsetLaw,
        scale: ScaleLaw,
    ) -> BoundedKernel {
        let activation = Activation::parse(name).unwrap();
        let term = Term::of(group, 1.0, 1.0);
        let psi = FeatureFunction::new(&activation, term.feature).unwrap();
        BoundedKernel::new(dim, term, offset, scale, psi).unwrap()
    }

    #[test]
    fn tables_agree_with_nested_quadrature() {
        let uniform = OffsetLaw::Uniform { radius: 2.0 };
        let gaussian = OffsetLaw::Gaussian { std: 0.8 };
        let fixed = ScaleLaw::Fixed(1.4);
        let drawn = ScaleLaw::Uniform {
            low: 0.5,
            high: 1.5,
        };
        for (name, dim, group, offset, scale) in [
            ("elu", 1, Group::Output, uniform, fixed),
            ("elu", 2, Group::Output, uniform, fixed),
            ("softsign", 2, Group::Direction, uniform, fixed),
            ("hat", 2, Group::Output, gaussian, fixed),
            (
                "heaviside",
                2,
                Group::Output,
                OffsetLaw::Cauchy { scale: 0.5 },
                fixed,
            ),
            ("elu", 1, Group::Output, uniform, drawn),
        ] {
            let kernel = kernel(name, dim, group, offset, scale);
            let Method::Difference(difference) = &kernel.method else {
                panic!("{name} {dim}: {:?}", kernel.method);
            };
            let table = difference.table(1.5);
            for (x, y) in [(0, 1), (0, 0)] {
                let (x, y) = (&POINTS[x][..dim], &POINTS[y][..dim]);
                let (a, b) = (difference.pair(&table, x, y), kernel.nested(x, y));
                let gap = (a.value - b.value).abs();
                assert!(
                    gap <= a.error + b.error,
                    "{name} {dim} {group}: {a:?} {b:?}"
                );
                assert!(
                    a.error <= 1e-10 * kernel.evaluate(x, x).value.abs(),
                    "{name} {dim} {group}: {a:?}"
                );
                // On a line also pair by pair.
                let c = kernel.evaluate(x, y);
                assert!(
                    (c.value - b.value).abs() <= c.error + b.error,
                    "{name} {dim} {group}: {c:?} {b:?}"
                );
            }
        }
    }

    /// A smooth function beside a kink that is not at 0, at either side of the ends of the offsets.
    #[test]
    fn kinks_that_meet_the_ends_agree_with_nested_quadrature() {
        let offset = OffsetLaw::Uniform { radius: 1.5 };
        let (fixed, drawn) = (ScaleLaw::Fixed(1.4), ScaleLaw::HalfNormal { std: 1.0 });
        for (name, dim, group, scale) in [
            ("formula:abs(z-1)+tanh(z)", 1, Group::Output, fixed),
            ("formula:abs(z-1)+tanh(z)", 2, Group::Direction, fixed),
            ("formula:abs(z-1)+tanh(z)", 3, Group::Output, fixed),
            ("formula:abs(z-1)+tanh(z)", 1, Group::Scale, drawn),
        ] {
            let kernel = kernel(name, dim, group, offset, scale);
            assert!(matches!(kernel.method, Method::Mixture(_)), "{name}");
            for (x, y) in [(0, 1), (0, 0)] {
                let (x, y) = (&POINTS[x][..dim], &POINTS[y][..dim]);
                let (a, b) = (kernel.evaluate(x, y), kernel.nested(x, y));
                let gap = (a.value - b.value).abs();
                assert!(gap <= a.error + b.error, "{dim} {group}: {a:?} {b:?}");
                let size = kernel.evaluate(x, x).value;
                assert!(a.error <= 1e-10 * size, "{dim} {group}: {a:?}");
            }
        }
    }

    #[test]
    fn tables_agree_with_closed_forms_in_any_dimension() {
        let uniform = OffsetLaw::Uniform { radius: 2.0 };
        for dim in [2, 3, 5, 50] {
            for group in [Group::Output, Group::Bias, Group::Weight, Group::Direction] {
                if group == Group::Direction && dim > 5 {
                    continue;
                }
                let kernel = kernel("relu", dim, group, uniform, ScaleLaw::Fixed(1.4));
                let difference = DifferenceKernel::new(kernel.average.clone());
                let table = difference.table(1.5);
                for (i, j) in [(0, 1), (0, 0), (0, 2)] {
                    let of = |p: &[f64; 5]| -> Vec<f64> {
                        p.iter().copied().chain([0.0; 45]).take(dim).collect()
                    };
                    let (x, y) = (of(&POINTS[i]), of(&POINTS[j]));
                    let (a, b) = (difference.pair(&table, &x, &y), kernel.evaluate(&x, &y));
                    let gap = (a.value - b.value).abs();
                    assert!(gap <= a.error + b.error, "{dim} {group}: {a:?} {b:?}");
                    assert!(
                        a.error <= 1e-10 * kernel.evaluate(&x, &x).value,
                        "{dim} {group}: {a:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn mixtures_agree_with_closed_forms_and_with_means_of_single_scales() {
        let radius = 2.0;
        let (offset, drawn) = (
            OffsetLaw::Uniform { radius },
            ScaleLaw::HalfNormal { std: 1.4 },
        );
        let close = |a: Estimate, b: Estimate, what: &str| {
            let gap = (a.value - b.value).abs();
            assert!(gap <= a.error + b.error, "{what}: {a:?} {b:?}");
            assert!(a.error <= 1e-10 * a.value.abs(), "{what}: {a:?}");
        };
        let at =
            |i: usize, dim: usize| -> Vec<f64> { POINTS[i].iter().copied().take(dim).collect() };
        for dim in [1, 2, 3, 5] {
            for group in [Group::Output, Group::Scale, Group::Weight, Group::Direction] {
                let kernel = kernel("relu", dim, group, offset, drawn);
                let mixture = MixtureKernel::new(kernel.average.clone(), radius).unwrap();
                let (x, y) = (at(0, dim), at(0, dim));
                let (a, b) = (mixture.pair(&x, &y), kernel.evaluate(&x, &y));
                if b.value != 0.0 {
                    close(a, b, &format!("{dim} {group}"));
                }
            }
        }
        let (low, high) = (1.3, 1.4);
        let drawn = ScaleLaw::Uniform { low, high };
        let (x, y) = (at(0, 5), at(1, 5));
        for group in [Group::Output, Group::Direction] {
            let one = |s: f64| kernel("hat", 5, group, offset, ScaleLaw::Fixed(s)).evaluate(&x, &y);
            let tolerance = Tolerance::relative(1e-9);
            let mean = integrate_estimates(one, low, high, &[], &tolerance);
            let mean = mean.estimate() * (1.0 / (high - low));
            close(
                kernel("hat", 5, group, offset, drawn).evaluate(&x, &y),
                mean,
                "hat",
            );
        }
    }
}
