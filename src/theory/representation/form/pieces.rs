//! Sums of waves, piece by piece as polynomials.

use num_complex::Complex64;
use std::f64::consts::PI;

/// Chebyshev points of a piece, in pairs ±δ. On a piece of ±PHASE radians at the band, the polynomial through them is right to
/// 2(PHASE/2)^2PAIRS/(2PAIRS)! = 5e−17 of Σ|c|.
const PAIRS: usize = 12;
const PHASE: f64 = 4.0;

/// e^{iω_jδ_k}, the same on every piece and for every direction: a piece takes one complex exponential of each frequency.
pub(super) struct Rotations {
    half: f64,
    /// cos ω_jδ_k and sin ω_jδ_k.
    table: Vec<([f64; PAIRS], [f64; PAIRS])>,
    /// From values at ±δ_k, as their halved sums and differences, to even and odd Chebyshev coefficients.
    even: [[f64; PAIRS]; PAIRS],
    odd: [[f64; PAIRS]; PAIRS],
}

/// Even and odd Chebyshev coefficients of a piece.
pub(super) type Piece = ([f64; PAIRS], [f64; PAIRS]);

impl Rotations {
    pub fn new(frequencies: &[f64], band: f64) -> Self {
        let half = PHASE / band;
        let angle: [f64; PAIRS] =
            std::array::from_fn(|k| PI * (k as f64 + 0.5) / (2 * PAIRS) as f64);
        let delta = angle.map(|a| half * a.cos());
        let row = |omega: &f64| {
            (
                delta.map(|d| (omega * d).cos()),
                delta.map(|d| (omega * d).sin()),
            )
        };
        let matrix = |shift: usize| {
            std::array::from_fn(|n| {
                let order = 2 * n + shift;
                let scale = if order == 0 { 1.0 } else { 2.0 } / PAIRS as f64;
                angle.map(|a| scale * (order as f64 * a).cos())
            })
        };
        Self {
            half,
            table: frequencies.iter().map(row).collect(),
            even: matrix(0),
            odd: matrix(1),
        }
    }

    /// The index of the piece at an offset.
    pub fn index(&self, offset: f64) -> i64 {
        (offset / (2.0 * self.half)).round() as i64
    }

    fn centre(&self, index: i64) -> f64 {
        2.0 * self.half * index as f64
    }

    /// Σ Re[c_j e^{iω_j u}] on a piece.
    pub fn piece(&self, frequencies: &[f64], coefficients: &[Complex64], index: i64) -> Piece {
        let centre = self.centre(index);
        let (mut sums, mut differences) = ([0.0; PAIRS], [0.0; PAIRS]);
        let waves = frequencies.iter().zip(coefficients).zip(&self.table);
        for ((omega, c), (cos, sin)) in waves {
            let (s, t) = (omega * centre).sin_cos();
            let (re, im) = (c.re * t - c.im * s, c.re * s + c.im * t);
            for k in 0..PAIRS {
                sums[k] += re * cos[k];
                differences[k] -= im * sin[k];
            }
        }
        let apply = |matrix: &[[f64; PAIRS]; PAIRS], v: &[f64; PAIRS]| {
            matrix.map(|row| row.iter().zip(v).map(|(m, v)| m * v).sum())
        };
        (apply(&self.even, &sums), apply(&self.odd, &differences))
    }

    /// A piece at an offset in it, by Clenshaw's recurrence in 2T_2.
    pub fn at(&self, piece: &Piece, index: i64, offset: f64) -> f64 {
        let t = (offset - self.centre(index)) / self.half;
        let x = 4.0 * t * t - 2.0;
        let clenshaw = |c: &[f64; PAIRS]| {
            let (mut b1, mut b2) = (0.0, 0.0);
            for c in c.iter().skip(1).rev() {
                (b1, b2) = (x * b1 - b2 + c, b1);
            }
            (b1, b2)
        };
        let (b1, b2) = clenshaw(&piece.0);
        let even = piece.0[0] + 0.5 * x * b1 - b2;
        // T_1 = t, T_3 = (x − 1)t.
        let (b1, b2) = clenshaw(&piece.1);
        let odd = t * (piece.1[0] + (x - 1.0) * b1 - b2);
        even + odd
    }
}
