//! Sums of waves, piece by piece as polynomials.

use num_complex::Complex64;
use std::f64::consts::PI;

/// Chebyshev points of a piece, in pairs ±δ. On a piece of ±PHASE radians at the band, the polynomial through them is right to
/// 2(PHASE/2)^2PAIRS/(2PAIRS)! = 5e−17 of Σ|c|.
const PAIRS: usize = 12;
const PHASE: f64 = 4.0;
/// The centre of a piece is a multiple of so many pieces, and so many pieces.
const STRIDE: usize = 16;

/// What pieces take from sines and cosines, the same for every direction.
pub(super) struct Rotations {
    /// ω_j.
    pub frequencies: Vec<f64>,
    half: f64,
    /// e^{iω_jγ} at the centres of the first pieces, and of every STRIDE-th.
    fine: Vec<Vec<Complex64>>,
    coarse: Vec<Vec<Complex64>>,
    /// cos ω_jδ_k and sin ω_jδ_k.
    table: Vec<([f64; PAIRS], [f64; PAIRS])>,
    /// From values at ±δ_k, as their halved sums and differences, to even and odd Chebyshev coefficients.
    even: [[f64; PAIRS]; PAIRS],
    odd: [[f64; PAIRS]; PAIRS],
}

/// Even and odd Chebyshev coefficients of a piece.
pub(super) type Piece = ([f64; PAIRS], [f64; PAIRS]);

impl Rotations {
    /// For offsets within reach.
    pub fn new(frequencies: &[f64], band: f64, reach: f64) -> Self {
        let half = PHASE / band;
        let at = |i: usize| -> Vec<Complex64> {
            let centre = 2.0 * half * i as f64;
            { frequencies.iter() }
                .map(|omega| Complex64::cis(omega * centre))
                .collect()
        };
        let last = (0.5 * reach / half).ceil() as usize;
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
            frequencies: frequencies.to_vec(),
            half,
            fine: (0..STRIDE).map(at).collect(),
            coarse: (0..=last / STRIDE).map(|i| at(STRIDE * i)).collect(),
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

    /// Σ Re[c_j e^{iω_j u}] on a piece; none beyond reach.
    pub fn piece(&self, coefficients: &[Complex64], index: i64) -> Option<Piece> {
        let distance = usize::try_from(index.unsigned_abs()).ok()?;
        let coarse = self.coarse.get(distance / STRIDE)?;
        let fine = self.fine.get(distance % STRIDE)?;
        let (mut sums, mut differences) = ([0.0; PAIRS], [0.0; PAIRS]);
        let waves = coefficients.iter().zip(coarse).zip(fine).zip(&self.table);
        for (((c, a), b), (cos, sin)) in waves {
            let turn = a * b;
            let wave = c * if index < 0 { turn.conj() } else { turn };
            for k in 0..PAIRS {
                sums[k] += wave.re * cos[k];
                differences[k] -= wave.im * sin[k];
            }
        }
        let apply = |matrix: &[[f64; PAIRS]; PAIRS], v: &[f64; PAIRS]| {
            matrix.map(|row| row.iter().zip(v).map(|(m, v)| m * v).sum())
        };
        Some((apply(&self.even, &sums), apply(&self.odd, &differences)))
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
