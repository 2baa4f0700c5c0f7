//! Functions as Legendre series of one degree on cells.

use crate::numerics::{WideLoop, wide};

/// Samples of a cell, and terms of its series.
pub(super) const NODES: usize = 20;
/// Places that go together.
pub(super) const LANES: usize = 4;

/// What belongs to φ and to φ′.
pub(super) type Both = [f64; 2];
pub(super) type Lanes = [f64; LANES];

/// φ and φ′ where |z − middle| ≤ half.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) middle: f64,
    pub(super) half: f64,
    /// The coefficients of P₀, P₁, …
    pub(super) terms: [[f64; NODES]; 2],
    /// How far off they may be.
    pub(super) off: Both,
}

impl Cell {
    /// φ and φ′ at these places.
    pub(super) fn values(&self, z: &Lanes) -> [Lanes; 2] {
        wide(At(self, z))
    }

    /// The same within a wide loop.
    #[inline(always)]
    pub(super) fn at(&self, z: &Lanes) -> [Lanes; 2] {
        let mut x = [0.0; LANES];
        for (x, z) in x.iter_mut().zip(z) {
            *x = (z - self.middle) / self.half;
        }
        let (mut before, mut p): (Lanes, Lanes) = ([0.0; LANES], [1.0; LANES]);
        let mut sums: [Lanes; 2] = [[0.0; LANES]; 2];
        for (k, (up, down)) in RAISE.iter().enumerate() {
            for l in 0..LANES {
                sums[0][l] = p[l].mul_add(self.terms[0][k], sums[0][l]);
                sums[1][l] = p[l].mul_add(self.terms[1][k], sums[1][l]);
                let next = (up * x[l]).mul_add(p[l], -down * before[l]);
                (before[l], p[l]) = (p[l], next);
            }
        }
        sums
    }
}

/// [`Cell::at`] outside of wide loops.
struct At<'a>(&'a Cell, &'a Lanes);

impl WideLoop for At<'_> {
    type Output = [Lanes; 2];

    #[inline(always)]
    fn call(self) -> [Lanes; 2] {
        self.0.at(self.1)
    }
}

/// P_{k+1} = (2k + 1)/(k + 1) x P_k − k/(k + 1) P_{k−1}.
const RAISE: [(f64, f64); NODES] = {
    let mut factors = [(0.0, 0.0); NODES];
    let mut k = 0;
    while k < NODES {
        let (n, up) = (k as f64, (k + 1) as f64);
        factors[k] = ((n + up) / up, n / up);
        k += 1;
    }
    factors
};

/// Cells side by side.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// One more than cells, ascending.
    pub(super) edges: Vec<f64>,
    pub(super) cells: Vec<Cell>,
}

impl Cells {
    /// That of z, or the nearest.
    pub(super) fn around(&self, z: f64) -> &Cell {
        let after = self.edges.partition_point(|edge| *edge <= z);
        &self.cells[after.saturating_sub(1).min(self.cells.len() - 1)]
    }
}
