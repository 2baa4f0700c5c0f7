//! G(u, v) as a sum over neurons.

use super::feature::FeatureFunction;
use crate::numerics::parallel;
use crate::numerics::quadrature::GaussRule;
use nalgebra::DMatrix;

/// Nodes that one thread sums at a time.
const CHUNK: usize = 512;

/// One neuron of a rule: weight·[ψ(slope·u − shift) ψ(slope·v − shift) − T T′] with T the tail on its side, or 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) slope: f64,
    pub(super) shift: f64,
    pub(super) weight: f64,
    pub(super) side: Side,
}

/// Which tail a node is taken relative to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    None,
    Left,
    Right,
}

impl Node {
    /// Relative to no tail.
    pub(super) fn of(slope: f64, shift: f64, weight: f64) -> Self {
        Self {
            slope,
            shift,
            weight,
            side: Side::None,
        }
    }
}

/// G(u, v) = E_{γ,s}[s^p (ψ(s(u−γ)) ψ(s(v−γ)) − C(γ))] as a sum, C the product of the right tails for γ < 0 and of the
/// left ones for γ > 0, or 0; as far as ±ξ see it, G(u, v) + G(−u, −v).
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(super) psi: FeatureFunction,
    pub(super) nodes: Vec<Node>,
    /// What offsets beyond the last panel add, where ψ is constant.
    pub(super) beyond: f64,
    /// What they may add where ψ grows faster than any tail.
    pub(crate) lost: f64,
}
/// A rule moved to [low, high].
pub(crate) fn on(low: f64, high: f64, gauss: &GaussRule) -> impl Iterator<Item = (f64, f64)> {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let nodes = gauss.nodes.iter().zip(&gauss.weights);
    nodes.map(move |(x, w)| (middle + half * x, half * w))
}
impl Rule {
    /// The number of nodes.
    pub(crate) fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The sum of all weights.
    pub(crate) fn mass(&self) -> f64 {
        self.nodes.iter().map(|node| node.weight).sum()
    }

    /// G at all pairs of `rows` and `columns`, and the largest sum of moduli among them.
    ///
    /// With d = ψ − T, ψψ′ − TT′ is dd′ + dT′ + Td′, and T is affine in u: of the three sums over nodes one is a matrix product, the others
    /// are sums of d alone. No difference of ψψ′ and TT′ is taken.
    pub(crate) fn table(&self, rows: &[f64], columns: &[f64]) -> (DMatrix<f64>, f64) {
        let same = std::ptr::eq(rows, columns);
        let chunks: Vec<&[Node]> = self.nodes.chunks(CHUNK).collect();
        let parts = parallel::map(chunks, |nodes| {
            let left = self.sample(nodes, rows);
            let other = (!same).then(|| self.sample(nodes, columns));
            let right = other.as_ref().unwrap_or(&left);
            let mut weighted = right.off.transpose();
            for (mut row, node) in weighted.row_iter_mut().zip(nodes) {
                row *= node.weight;
            }
            let mut sum = &left.off * weighted;
            for (j, v) in columns.iter().enumerate() {
                for (i, u) in rows.iter().enumerate() {
                    let (a, b) = (left.tails[i], right.tails[j]);
                    sum[(i, j)] += a.0 + v * a.1 + b.0 + u * b.1;
                }
            }
            (sum, left.moduli)
        });
        let mut total = DMatrix::from_element(rows.len(), columns.len(), self.beyond);
        let mut moduli = vec![self.beyond; rows.len()];
        for (part, own) in parts {
            total += part;
            for (modulus, own) in moduli.iter_mut().zip(own) {
                *modulus += own;
            }
        }
        (total, moduli.into_iter().fold(0.0, f64::max))
    }

    /// ψ − T in a column for each node, and the sums over nodes that tell the rest.
    fn sample(&self, nodes: &[Node], at: &[f64]) -> Sampled {
        let mut off = DMatrix::zeros(at.len(), nodes.len());
        let mut tails = vec![(0.0, 0.0); at.len()];
        let mut moduli = vec![0.0; at.len()];
        for (node, mut column) in nodes.iter().zip(off.column_iter_mut()) {
            let tail = match node.side {
                Side::None => &[][..],
                Side::Left => &self.psi.left,
                Side::Right => &self.psi.right,
            };
            let of = |j: usize| tail.get(j).copied().unwrap_or(0.0);
            let (constant, slope) = (of(0) - of(1) * node.shift, of(1) * node.slope);
            let weight = node.weight;
            for (i, u) in at.iter().enumerate() {
                let value = self.psi.value(node.slope * u - node.shift);
                let tail = constant + slope * u;
                column[i] = value - tail;
                tails[i].0 += weight * constant * column[i];
                tails[i].1 += weight * slope * column[i];
                moduli[i] += weight.abs() * (value * value + tail * tail);
            }
        }
        Sampled { off, tails, moduli }
    }
}

/// ψ − T of some nodes in some places.
struct Sampled {
    off: DMatrix<f64>,
    /// Σ weight·(constant, slope)·(ψ − T) in every place, of T's two coefficients in u.
    tails: Vec<(f64, f64)>,
    /// Σ |weight| (ψ² + T²).
    moduli: Vec<f64>,
}
