//! Rank-1 lattices in the unit cube.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Random shifts of every lattice.
pub(super) const SHIFTS: usize = 16;
/// Primes near powers of 4.
const SIZES: [usize; 4] = [1009, 4093, 16_381, 65_521];
/// Multipliers that compete for each size.
const CANDIDATES: usize = 24;

/// The points {k·z/n}, k = 0…n−1, with the generator z_j = a^j mod n (Korobov 1959).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lattice {
    points: usize,
    generator: Vec<usize>,
}

impl Lattice {
    fn korobov(points: usize, multiplier: usize, dim: usize) -> Self {
        let mut generator = Vec::with_capacity(dim);
        let mut z = 1;
        for _ in 0..dim {
            generator.push(z);
            z = z * multiplier % points;
        }
        Self { points, generator }
    }

    pub fn points(&self) -> usize {
        self.points
    }

    pub fn generator(&self) -> &[usize] {
        &self.generator
    }

    /// One coordinate of point k, shifted.
    pub fn coordinate(&self, k: usize, generator: usize, shift: f64) -> f64 {
        let u = (k * generator % self.points) as f64 / self.points as f64 + shift;
        u - u.floor()
    }

    /// P₂, the mean of Π(1 + 2π² B₂(u_j)) minus 1: the squared worst-case error over periodic functions whose mixed first
    /// derivatives are square integrable (Sloan & Joe, *Lattice methods for multiple integration*, 1994).
    fn worst_case(&self) -> f64 {
        let kernel = |u: f64| 1.0 + 2.0 * PI * PI * (u * u - u + 1.0 / 6.0);
        let point = |k: usize| -> f64 {
            let coordinates = self.generator.iter();
            coordinates
                .map(|z| kernel(self.coordinate(k, *z, 0.0)))
                .product()
        };
        (0..self.points).map(point).sum::<f64>() / self.points as f64 - 1.0
    }
}

type Family = Arc<Vec<Lattice>>;
static CACHE: LazyLock<Mutex<HashMap<usize, Family>>> = LazyLock::new(Mutex::default);

/// The best lattices of each size found among the candidates, kept.
pub(super) fn lattice(dim: usize) -> Family {
    let lock = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(family) = lock().get(&dim) {
        return Arc::clone(family);
    }
    let family = SIZES.iter().map(|&points| {
        // Multipliers spread by the golden ratio.
        let candidate = |i: usize| {
            let part = (i as f64 + 0.5) * 0.618_033_988_749_894_9;
            let multiplier = 2 + ((part - part.floor()) * (points - 3) as f64) as usize;
            Lattice::korobov(points, multiplier, dim)
        };
        let ranked = (0..CANDIDATES).map(candidate).map(|l| (l.worst_case(), l));
        let best = ranked.min_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or_else(|| candidate(0), |(_, lattice)| lattice)
    });
    let family: Family = Arc::new(family.collect());
    Arc::clone(lock().entry(dim).or_insert(family))
}

/// Points of the unit cube, uniform and independent.
pub(super) fn shifts(seed: u64, dim: usize) -> Vec<Vec<f64>> {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    (0..SHIFTS)
        .map(|_| (0..dim).map(|_| random.random::<f64>()).collect())
        .collect()
}
