//! Radon-spline ensembles with a probability of offsets, or laws that are read as one: E over (ξ, γ, s).

use super::decomposition::{Decomposition, distance};
use super::feature::FeatureFunction;
use super::line::Line;
use super::offsets::Offsets;
use super::rule::Average;
use super::smooth::SmoothKernel;
use super::sphere::{Wedge, general_average};
use super::strip::StripTable;
use super::{Term, scale_range};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate, integrate_estimates};
use crate::theory::kernel::Split;
use crate::theory::kernel::kernel::{Kernel, OneByOne, Pairs, inner};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Smooth features: the mean of the tails and an expansion over the sphere.
    Smooth(Arc<SmoothKernel>),
    /// Piecewise polynomials, uniform offsets, and one scale or a homogeneous feature.
    Decomposed(Box<Decomposition>),
    /// Kinks that meet each other alone, not the ends of the offsets: a table, kept for every radius asked.
    Strip(Mutex<BTreeMap<u64, Arc<StripTable>>>),
    /// Nested adaptive quadrature.
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
        let unbounded_law = matches!(offset, OffsetLaw::Cauchy { .. });
        if unbounded_law && psi.tail_degree() > 0 {
            return Err(Error::undefined(
                format!("kernel of `{}`", psi.activation.name()),
                "the offsets have a Cauchy law and the feature grows, so its mean square is infinite",
            ));
        }
        let decomposed = match offset {
            OffsetLaw::Uniform { radius } => Decomposition::new(dim, &psi, scale, term, radius),
            _ => None,
        };
        // Where a kink z ≠ 0 meets an end of the offsets, at u = z/s ± R, G is not smooth in u.
        let meets_ends =
            matches!(offset, OffsetLaw::Uniform { .. }) && psi.kinks.iter().any(|z| *z != 0.0);
        let method = match decomposed {
            Some(decomposed) => Method::Decomposed(Box::new(decomposed)),
            None if psi.kinks.is_empty() => Method::Smooth(Arc::new(SmoothKernel::new(Average {
                dim,
                term,
                offset,
                scale,
                psi: psi.clone(),
            })?)),
            None if !meets_ends => Method::Strip(Mutex::default()),
            None => Method::Nested,
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

    /// The table for points of at most this norm, rounded up as in [`Self::expansions`].
    fn strip(&self, map: &Mutex<BTreeMap<u64, Arc<StripTable>>>, norm: f64) -> Arc<StripTable> {
        let rounded = norm.max(f64::MIN_POSITIVE).log2().ceil().exp2();
        let radius = self.radius().map_or(rounded, |r| r.min(rounded).max(norm));
        let lock = || map.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = lock().get(&radius.to_bits()) {
            return table.clone();
        }
        let (low, high) = scale_range(self.scale, self.dim);
        // Scales that are drawn smear the gaps, but for those of the ends of their law.
        let gaps = [low, high]
            .into_iter()
            .filter(|s| *s > 0.0)
            .flat_map(|s| self.psi.gaps(s))
            .collect();
        let size = self.along_pair(radius, radius, 0.0).value.abs()
            + self.along_pair(-radius, -radius, 0.0).value.abs()
            + self.along_pair(0.0, 0.0, 0.0).value.abs();
        let g = |u: f64, v: f64| self.along_pair(u, v, size);
        let table = Arc::new(StripTable::new(self.dim, radius, gaps, g));
        lock().insert(radius.to_bits(), table.clone());
        table
    }

    /// G(u, v), to 1e−13 of `size`; a first idea of its size for 0.
    fn along_pair(&self, u: f64, v: f64, size: f64) -> Estimate {
        let tolerance = |part: f64| Tolerance {
            absolute: part * size,
            relative: if size > 0.0 { 0.0 } else { 1e-6 },
            ..Tolerance::default()
        };
        let at = |s: f64, part: f64| {
            let line = Line::new(self.psi.clone(), s);
            let value = match self.offset {
                OffsetLaw::Uniform { radius } => {
                    line.pair((u, v), (-radius, radius), &tolerance(part * 2.0 * radius))
                        * (0.5 / radius)
                }
                _ => self.along_offsets(&line, (u, v), &tolerance(part)),
            };
            value * s.powi(self.term.power)
        };
        if let Some(s) = self.scale.fixed() {
            return at(s, 1e-13);
        }
        let (low, high) = scale_range(self.scale, self.dim);
        let integrand = |s: f64| match self.scale.density(self.dim, s) {
            Ok(p) if p > 0.0 && s > 0.0 => at(s, 1e-14) * p,
            _ => Estimate::default(),
        };
        integrate_estimates(integrand, low, high, &[], &tolerance(1e-13)).estimate()
    }

    fn other_pair(&self, x: &[f64], y: &[f64]) -> Estimate {
        if let Method::Decomposed(decomposed) = &self.method {
            return decomposed.evaluate(x, y);
        }
        self.nested(x, y)
    }

    fn strip_pair(&self, table: &StripTable, x: &[f64], y: &[f64]) -> Estimate {
        table.pair(x, y, inner(x, y), self.term.factor) * self.term.coefficient
    }

    fn nested(&self, x: &[f64], y: &[f64]) -> Estimate {
        let (wedge, product) = (Wedge::new(x, y), inner(x, y));
        let tolerance = Tolerance::relative(1e-9);
        let value = self.over_scales(|s, power| {
            let line = Line::new(self.psi.clone(), s);
            self.nested_pair(&line, &wedge, product, &tolerance) * s.powi(power)
        });
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
        let end = Offsets(self.offset).end();
        integrate(f, -end, end, &cuts, tolerance).estimate()
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
        Some(self.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let both = Points::from_rows(&[x, y]);
        let value = both.and_then(|both| {
            self.inside("points", &both)?;
            if let Method::Strip(map) = &self.method {
                return Ok(self.strip_pair(&self.strip(map, both.max_norm()), x, y));
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
        if let Method::Strip(map) = &self.method {
            let table = self.strip(map, rows.max_norm().max(columns.max_norm()));
            return Ok(Box::new(OneByOne {
                evaluate: move |i, j| self.strip_pair(&table, rows.point(i), columns.point(j)),
            }));
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
            assert!(matches!(kernel.method, Method::Strip(_)), "{name} {dim}");
            for (x, y) in [(0, 1), (0, 0)] {
                let (x, y) = (&POINTS[x][..dim], &POINTS[y][..dim]);
                let (a, b) = (kernel.evaluate(x, y), kernel.nested(x, y));
                let gap = (a.value - b.value).abs();
                assert!(
                    gap <= a.error + b.error,
                    "{name} {dim} {group}: {a:?} {b:?}"
                );
                assert!(
                    a.error <= 1e-10 * kernel.evaluate(x, x).value.abs(),
                    "{name} {dim} {group}: {a:?}"
                );
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
                let table = kernel.strip(&Mutex::default(), 1.5);
                for (i, j) in [(0, 1), (0, 0), (0, 2)] {
                    let of = |p: &[f64; 5]| -> Vec<f64> {
                        p.iter().copied().chain([0.0; 45]).take(dim).collect()
                    };
                    let (x, y) = (of(&POINTS[i]), of(&POINTS[j]));
                    let (a, b) = (kernel.strip_pair(&table, &x, &y), kernel.evaluate(&x, &y));
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
}
