//! Smooth features: expansion over the sphere (Funk–Hecke) at the nodes of a rule for offsets and scales.

use super::feature::FeatureFunction;
use super::sphere::Wedge;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use crate::numerics::dot;
use crate::numerics::quadrature::{GaussRule, gauss_gegenbauer};
use std::sync::Arc;

/// Sizes of rules that are tried in turn.
const SIZES: [usize; 19] = [
    8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 384, 512, 768, 1024,
];
/// The part of E[ψ²] that may be left out by the expansion.
const TAIL: f64 = 1e-14;
/// Agreement of two rules in succession that lets the first pass, relative to the largest pair.
const AGREEMENT: f64 = 1e-12;

/// One neuron of the rule: ψ(slope·⟨ξ,x⟩ − shift), or ⟨ξ,x⟩ times it, with its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) slope: f64,
    pub(crate) shift: f64,
    pub(crate) weight: f64,
}

/// E_ξ Σ_j w_j ψ(s_j⟨ξ,x⟩ − b_j) ψ(s_j⟨ξ,x′⟩ − b_j) for points with ‖x‖ ≤ `radius`.
///
/// ψ(s r t − b) = Σ_k c_k(r) p_k(t) with p_k the polynomials orthonormal under the law of t = ξ₁ gives
/// Σ_k c_k(r) c_k(r′) p_k(τ)/p_k(1) for an angle arccos τ between the points (Funk and Hecke's formula),
/// in every dimension; what is left out after K terms is bounded through Parseval's identity.
#[derive(Clone, Debug)]
pub(crate) struct ZonalExpansion {
    dim: usize,
    psi: FeatureFunction,
    projected: bool,
    nodes: Vec<Node>,
    /// The rule for t and its probabilities, and p_k(t_i)·weight_i for k < degrees.
    angles: Arc<GaussRule>,
    probabilities: Vec<f64>,
    basis: Vec<Vec<f64>>,
    /// Error of the rule for offsets and scales.
    rule_error: f64,
}

/// One point's coefficients, degree by degree, a node after the other, weights included.
#[derive(Clone, Debug)]
pub(crate) struct ZonalPoint {
    coefficients: Vec<f64>,
    norm: f64,
    tail: f64,
}

impl ZonalExpansion {
    /// `rule(n)` is the n-th rule for (offset, scale) by size.
    ///
    /// # Errors
    /// [`Error::Accuracy`] where the sizes tried do not suffice.
    pub(crate) fn new(
        dim: usize,
        psi: &FeatureFunction,
        projected: bool,
        radius: f64,
        rule: impl Fn(usize) -> Vec<Node>,
    ) -> Result<Self> {
        let unresolved = |what: &str, reached: f64| Error::Accuracy {
            what: format!("kernel of `{}`: {what}", psi.activation.name()),
            tolerance: AGREEMENT,
            reached,
            hint: "use smaller scales or a smaller radius of offsets".into(),
        };
        let (nodes, rule_error) = Self::choose_rule(psi, projected, radius, rule)
            .map_err(|reached| unresolved("rule for the offsets", reached))?;
        let mut reached = f64::INFINITY;
        let sizes = if dim == 1 { &[2][..] } else { &SIZES[..] };
        for &size in sizes {
            let mut expansion = Self::with_angles(dim, psi, projected, &nodes, size, rule_error);
            let (kept, left) = expansion.degrees_needed(radius);
            if left <= 10.0 * TAIL {
                expansion.basis.truncate(kept);
                return Ok(expansion);
            }
            reached = left;
        }
        Err(unresolved("expansion over the directions", reached))
    }

    /// The first rule with which all pairs of a grid of projections agree with the next rule.
    fn choose_rule(
        psi: &FeatureFunction,
        projected: bool,
        radius: f64,
        rule: impl Fn(usize) -> Vec<Node>,
    ) -> std::result::Result<(Vec<Node>, f64), f64> {
        // Irregular, so that no symmetry hides an error.
        const GRID: [f64; 9] = [-1.0, -0.83, -0.57, -0.31, 0.03, 0.29, 0.61, 0.87, 1.0];
        let table = |nodes: &[Node]| -> Vec<f64> {
            let sampled: Vec<Vec<f64>> = GRID
                .iter()
                .map(|t| {
                    let u = radius * t;
                    let factor = if projected { u } else { 1.0 };
                    nodes
                        .iter()
                        .map(|n| factor * psi.value(n.slope * u - n.shift))
                        .collect()
                })
                .collect();
            let mut out = Vec::with_capacity(GRID.len() * GRID.len());
            for a in &sampled {
                for b in &sampled {
                    let terms = nodes.iter().zip(a).zip(b);
                    out.push(terms.map(|((n, a), b)| n.weight * a * b).sum());
                }
            }
            out
        };
        let mut last: Option<(Vec<Node>, Vec<f64>)> = None;
        let mut reached = f64::INFINITY;
        for size in SIZES {
            let nodes = rule(size);
            let pairs = table(&nodes);
            if let Some((previous, before)) = last {
                let largest = pairs.iter().fold(0.0, |m: f64, p| m.max(p.abs()));
                let differences = pairs.iter().zip(&before).map(|(a, b)| (a - b).abs());
                let difference = differences.fold(0.0, f64::max);
                reached = if largest > 0.0 {
                    difference / largest
                } else {
                    0.0
                };
                if reached <= AGREEMENT {
                    return Ok((previous, 2.0 * difference));
                }
                // One node: the rule is exact and does not change.
                if previous.len() == 1 && nodes.len() == 1 {
                    return Ok((nodes, 0.0));
                }
            }
            last = Some((nodes, pairs));
        }
        Err(reached)
    }

    fn with_angles(
        dim: usize,
        psi: &FeatureFunction,
        projected: bool,
        nodes: &[Node],
        size: usize,
        rule_error: f64,
    ) -> Self {
        let angles = if dim == 1 {
            Arc::new(GaussRule {
                nodes: vec![-1.0, 1.0],
                weights: vec![0.5, 0.5],
            })
        } else {
            gauss_gegenbauer(size, 0.5 * dim as f64 - 1.0)
        };
        let mass: f64 = angles.weights.iter().sum();
        let probabilities: Vec<f64> = angles.weights.iter().map(|w| w / mass).collect();
        let degrees = if dim == 1 { 2 } else { size / 2 };
        let columns: Vec<Vec<f64>> = angles
            .nodes
            .iter()
            .map(|&t| orthonormal(dim, degrees, t))
            .collect();
        let basis = (0..degrees)
            .map(|k| {
                columns
                    .iter()
                    .zip(&probabilities)
                    .map(|(c, w)| c[k] * w)
                    .collect()
            })
            .collect();
        Self {
            dim,
            psi: psi.clone(),
            projected,
            nodes: nodes.to_vec(),
            angles,
            probabilities,
            basis,
            rule_error,
        }
    }

    /// How many degrees hold all but [`TAIL`] of E[ψ²] at the largest radius, and what they leave.
    fn degrees_needed(&self, radius: f64) -> (usize, f64) {
        let point = self.point_at(radius);
        let total = point.norm * point.norm;
        if total == 0.0 {
            return (1, 0.0);
        }
        let mut left = total;
        for (k, row) in point.coefficients.chunks(self.nodes.len()).enumerate() {
            left -= row.iter().map(|c| c * c).sum::<f64>();
            if left <= TAIL * total {
                return (k + 1, left.max(0.0) / total);
            }
        }
        (self.basis.len(), left / total)
    }

    pub(crate) fn point(&self, x: &[f64]) -> ZonalPoint {
        self.point_at(x.iter().map(|x| x * x).sum::<f64>().sqrt())
    }

    fn point_at(&self, r: f64) -> ZonalPoint {
        let count = self.nodes.len();
        let mut coefficients = vec![0.0; self.basis.len() * count];
        let mut squares = 0.0;
        let mut sampled = vec![0.0; count];
        for (i, (t, probability)) in self
            .angles
            .nodes
            .iter()
            .zip(&self.probabilities)
            .enumerate()
        {
            let u = r * t;
            for (slot, node) in sampled.iter_mut().zip(&self.nodes) {
                let value = self.psi.value(node.slope * u - node.shift);
                *slot = node.weight.sqrt() * value * if self.projected { u } else { 1.0 };
            }
            squares += probability * sampled.iter().map(|f| f * f).sum::<f64>();
            for (row, basis) in coefficients.chunks_mut(count).zip(&self.basis) {
                let weight = basis[i];
                for (c, f) in row.iter_mut().zip(&sampled) {
                    *c += weight * f;
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

    pub(crate) fn pair(&self, wedge: &Wedge, one: &ZonalPoint, two: &ZonalPoint) -> Estimate {
        let count = self.nodes.len().max(1);
        let rows = one
            .coefficients
            .chunks(count)
            .zip(two.coefficients.chunks(count));
        // P_k(τ) = p_k(τ)/p_k(1) by its own recurrence.
        let (mut before, mut now) = (0.0, 1.0);
        let mut value = 0.0;
        for (k, (a, b)) in rows.enumerate() {
            value += now * dot(a, b);
            (before, now) = (now, self.next(k, wedge.cos, now, before));
        }
        let error = one.tail * two.tail + self.rule_error + 1e-14 * one.norm * two.norm;
        Estimate::new(value, error)
    }

    /// P_{k+1} from P_k and P_{k−1}, all 1 at 1.
    fn next(&self, k: usize, t: f64, now: f64, before: f64) -> f64 {
        zonal_next(self.dim, k, t, now, before)
    }
}

/// (k+d−2) P_{k+1} = (2k+d−2) t P_k − k P_{k−1}, with P_1 = t.
fn zonal_next(dim: usize, k: usize, t: f64, now: f64, before: f64) -> f64 {
    if k == 0 {
        return t;
    }
    let (k, d) = (k as f64, dim as f64);
    ((2.0 * k + d - 2.0) * t * now - k * before) / (k + d - 2.0)
}

/// p_k(t), k < degrees: √N(d,k) P_k(t), N(d,k) the dimension of the spherical harmonics of degree k.
fn orthonormal(dim: usize, degrees: usize, t: f64) -> Vec<f64> {
    let d = dim as f64;
    let (mut before, mut now) = (0.0, 1.0);
    let mut count = 1.0;
    let mut out = Vec::with_capacity(degrees);
    for k in 0..degrees {
        out.push(f64::sqrt(count) * now);
        (before, now) = (now, zonal_next(dim, k, t, now, before));
        let n = k as f64;
        count = if k == 0 {
            d
        } else {
            count * (2.0 * n + d) / (2.0 * n + d - 2.0) * (n + d - 2.0) / (n + 1.0)
        };
    }
    out
}
