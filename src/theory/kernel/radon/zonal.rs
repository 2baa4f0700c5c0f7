//! Averages over the sphere of G(⟨ξ,x⟩, ⟨ξ,x′⟩), G smooth: few functions of one projection, expanded by Funk and Hecke.

use super::separated::{Functions, Separated};
use super::sphere::Wedge;
use crate::numerics::Estimate;
use crate::numerics::quadrature::gauss_gegenbauer;

/// The part of the mean square that may be left out by the expansion over directions.
const TAIL: f64 = 1e-14;
/// Beyond so many standard deviations nothing is left of the law of ξ₁ in many dimensions.
const ACROSS: f64 = 9.5;

/// E_ξ G(⟨ξ,x⟩, ⟨ξ,x′⟩), or with the factor ⟨ξ,x⟩⟨ξ,x′⟩.
///
/// f(r t) = Σ_l c_l(r) p_l(t) with p_l the polynomials orthonormal under the law of t = ξ₁ gives
/// Σ_l c_l(r) c_l(r′) p_l(τ)/p_l(1) for an angle arccos τ between the points (Funk and Hecke's formula),
/// in every dimension; what is left out after some degrees is bounded through Parseval's identity.
#[derive(Clone, Debug)]
pub(crate) struct ZonalExpansion {
    dim: usize,
    separated: Separated,
    projected: bool,
    /// t ≥ 0 with twice its probability, and p_l(t) times that for l < degrees.
    angles: Vec<(f64, f64, Vec<f64>)>,
    degrees: usize,
}

/// One point's coefficients, degree by degree: the even functions for even degrees, the odd ones for odd degrees (the other way
/// round if projected).
#[derive(Clone, Debug)]
pub(crate) struct ZonalPoint {
    coefficients: Vec<f64>,
    norm: f64,
    tail: f64,
}

/// The part of |ξ₁| ≤ 1 that carries its law in so many dimensions.
pub(crate) fn share(dim: usize) -> f64 {
    if dim > 3 {
        (ACROSS / ((dim - 3) as f64).sqrt()).min(1.0)
    } else {
        1.0
    }
}

impl ZonalPoint {
    /// The root of the mean square of all functions.
    pub(crate) fn norm(&self) -> f64 {
        self.norm
    }
}

impl ZonalExpansion {
    /// For points of norm ≤ radius/share(d).
    ///
    /// # Errors
    /// What is left of the mean square where that is too much.
    pub(crate) fn new(
        dim: usize,
        separated: Separated,
        projected: bool,
    ) -> std::result::Result<Self, f64> {
        let mut left = f64::INFINITY;
        // With the law's ends cut off, f is no polynomial on the whole of [−1, 1].
        let growths: &[usize] = if share(dim) < 1.0 { &[1, 2, 4] } else { &[1] };
        for growth in growths {
            let mut expansion = Self::to_degree(dim, separated.clone(), projected, *growth);
            let (kept, rest) = expansion.degrees_needed(expansion.separated.radius / share(dim));
            if rest <= 10.0 * TAIL {
                expansion.degrees = kept;
                return Ok(expansion);
            }
            left = rest;
        }
        Err(left)
    }

    /// With so many times the degrees of the functions.
    fn to_degree(dim: usize, separated: Separated, projected: bool, growth: usize) -> Self {
        // A polynomial of degree < n times one of degree ≤ n, exactly.
        let size = if share(dim) < 1.0 {
            (1 + growth) * separated.degree
        } else {
            separated.degree + 1
        };
        let degrees = if dim == 1 {
            2
        } else {
            growth * separated.degree + usize::from(projected)
        };
        let rule: Vec<(f64, f64)> = if dim == 1 {
            vec![(1.0, 1.0)]
        } else {
            let rule = gauss_gegenbauer(size, 0.5 * dim as f64 - 1.0);
            let mass: f64 = rule.weights.iter().sum();
            let pairs = rule.nodes.iter().zip(&rule.weights);
            let twice = |t: f64| if t == 0.0 { 1.0 } else { 2.0 };
            // Gauss's nodes are symmetric to rounding.
            let right = pairs.skip(size / 2).map(|(t, w)| match (size % 2, *t) {
                (1, t) if t.abs() < 1e-12 => (0.0, w / mass),
                (_, t) => (t, twice(t) * w / mass),
            });
            right.filter(|(t, _)| *t <= share(dim)).collect()
        };
        let angles = rule
            .into_iter()
            .map(|(t, w)| {
                let basis = orthonormal(dim, degrees, t);
                (t, w, basis.into_iter().map(|p| w * p).collect())
            })
            .collect();
        Self {
            dim,
            separated,
            projected,
            angles,
            degrees,
        }
    }

    /// The functions that degree l sees.
    fn functions(&self, l: usize) -> &Functions {
        if l.is_multiple_of(2) == self.projected {
            &self.separated.odd
        } else {
            &self.separated.even
        }
    }

    /// How many degrees hold all but [`TAIL`] of the mean square at the largest norm, and what they leave.
    fn degrees_needed(&self, norm: f64) -> (usize, f64) {
        let point = self.point_at(norm);
        let total = point.norm * point.norm;
        if total == 0.0 {
            return (1, 0.0);
        }
        let mut left = total;
        let mut rest = point.coefficients.as_slice();
        for l in 0..self.degrees {
            let (row, others) = rest.split_at(self.functions(l).count());
            rest = others;
            left -= row.iter().map(|c| c * c).sum::<f64>();
            if left <= TAIL * total {
                return (l + 1, left.max(0.0) / total);
            }
        }
        (self.degrees, left / total)
    }

    pub(crate) fn point(&self, x: &[f64]) -> ZonalPoint {
        self.point_at(x.iter().map(|x| x * x).sum::<f64>().sqrt())
    }

    fn point_at(&self, r: f64) -> ZonalPoint {
        let (even, odd) = (&self.separated.even, &self.separated.odd);
        let n = self.separated.degree;
        let (mut evens, mut odds) = (vec![0.0; n.div_ceil(2)], vec![0.0; n / 2]);
        let (mut f, mut g) = (vec![0.0; even.count()], vec![0.0; odd.count()]);
        let total: usize = (0..self.degrees).map(|l| self.functions(l).count()).sum();
        let mut coefficients = vec![0.0; total];
        let mut squares = 0.0;
        for (t, probability, basis) in &self.angles {
            let u = r * t;
            let x = (u / self.separated.radius).min(1.0);
            let (mut before, mut now) = (x, 1.0);
            for j in 0..n {
                match j % 2 {
                    0 => evens[j / 2] = now,
                    _ => odds[j / 2] = now,
                }
                (before, now) = (now, 2.0 * x * now - before);
            }
            even.at(&evens, &mut f);
            odd.at(&odds, &mut g);
            if self.projected {
                f.iter_mut().chain(&mut g).for_each(|f| *f *= u);
            }
            squares += probability * f.iter().chain(&g).map(|f| f * f).sum::<f64>();
            let mut rest = coefficients.as_mut_slice();
            for (l, p) in basis.iter().enumerate().take(self.degrees) {
                let values = if l.is_multiple_of(2) == self.projected {
                    &g
                } else {
                    &f
                };
                let (row, others) = rest.split_at_mut(values.len());
                rest = others;
                for (c, f) in row.iter_mut().zip(values) {
                    *c += p * f;
                }
            }
        }
        let kept: f64 = coefficients.iter().map(|c| c * c).sum();
        ZonalPoint {
            coefficients,
            norm: squares.sqrt(),
            tail: ((squares - kept).max(0.0) + 4e-15 * squares).sqrt(),
        }
    }

    /// Of two points, prepared.
    pub(crate) fn pair(&self, wedge: &Wedge, one: &ZonalPoint, two: &ZonalPoint) -> Estimate {
        let (mut a, mut b) = (one.coefficients.as_slice(), two.coefficients.as_slice());
        // P_l(τ) = p_l(τ)/p_l(1) by its own recurrence.
        let (mut before, mut now) = (0.0, 1.0);
        let mut value = 0.0;
        for l in 0..self.degrees {
            let functions = self.functions(l);
            let ((first, left), (second, right)) =
                (a.split_at(functions.count()), b.split_at(functions.count()));
            (a, b) = (left, right);
            value += now * functions.pair(first, second);
            (before, now) = (now, zonal_next(self.dim, l, wedge.cos, now, before));
        }
        let gain = if self.projected {
            wedge.r * wedge.s
        } else {
            1.0
        };
        let error = one.tail * two.tail + gain * self.separated.error + 1e-14 * one.norm * two.norm;
        Estimate::new(value, error)
    }
}

/// (l+d−2) P_{l+1} = (2l+d−2) t P_l − l P_{l−1}, with P_1 = t.
fn zonal_next(dim: usize, l: usize, t: f64, now: f64, before: f64) -> f64 {
    if l == 0 {
        return t;
    }
    let (l, d) = (l as f64, dim as f64);
    ((2.0 * l + d - 2.0) * t * now - l * before) / (l + d - 2.0)
}

/// p_l(t), l < degrees: √N(d,l) P_l(t), N(d,l) the dimension of the spherical harmonics of degree l, which may leave the doubles:
/// t p_l = a_{l+1} p_{l+1} + a_l p_{l−1}, a_l² = l(l+d−3)/((2l+d−2)(2l+d−4)).
fn orthonormal(dim: usize, degrees: usize, t: f64) -> Vec<f64> {
    let d = dim as f64;
    let (mut before, mut now, mut a) = (0.0, 1.0, 0.0);
    let mut out = Vec::with_capacity(degrees);
    for l in 1..=degrees {
        out.push(now);
        let n = l as f64;
        let next = match l {
            1 => 1.0 / d.sqrt(),
            _ => f64::sqrt(n * (n + d - 3.0) / ((2.0 * n + d - 2.0) * (2.0 * n + d - 4.0))),
        };
        (before, now) = (now, (t * now - a * before) / next);
        a = next;
    }
    out
}
