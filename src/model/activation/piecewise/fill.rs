//! Whole rows of values and derivatives, bit for bit those of the single calls but without their search
//! and their allocations: a training step spends most of its time here.

use super::{Piece, PiecewisePolynomial};
use crate::numerics::{WideLoop, wide};

/// Coefficients of a piece, padded with zeros, which Horner's scheme passes over exactly.
#[derive(Clone, Copy)]
struct Row<const N: usize> {
    centre: f64,
    coefficients: [f64; N],
}

impl<const N: usize> Row<N> {
    fn new(piece: &Piece) -> Self {
        let mut coefficients = [0.0; N];
        for (c, slot) in piece.coefficients().iter().zip(&mut coefficients) {
            *slot = *c;
        }
        Self {
            centre: piece.centre(),
            coefficients,
        }
    }
}

/// Beyond this many knots a search is faster than comparing with each.
const MOST_KNOTS: usize = 16;
/// Elements that go through the pieces together.
const LANES: usize = 8;

/// Fills the rows (`derivative` may be empty) if the polynomial is simple enough, of degree ≤ 3 with few
/// knots; says whether it did.
pub(super) fn fill(
    function: &PiecewisePolynomial,
    z: &[f64],
    value: &mut [f64],
    derivative: &mut [f64],
) -> bool {
    if function.knots().len() > MOST_KNOTS {
        return false;
    }
    match function.degree() {
        0 | 1 => select::<2>(function, z, value, derivative),
        2 | 3 => select::<4>(function, z, value, derivative),
        _ => return false,
    }
    true
}

fn select<const N: usize>(
    function: &PiecewisePolynomial,
    z: &[f64],
    value: &mut [f64],
    derivative: &mut [f64],
) {
    let rows: Vec<Row<N>> = function.pieces().iter().map(Row::new).collect();
    wide(Select {
        pieces: Pieces {
            function,
            first: &rows[0],
            others: &rows[1..],
        },
        z,
        value,
        derivative,
    });
}

/// The pieces from left to right, the first apart.
struct Pieces<'a, const N: usize> {
    function: &'a PiecewisePolynomial,
    first: &'a Row<N>,
    others: &'a [Row<N>],
}

struct Select<'a, const N: usize> {
    pieces: Pieces<'a, N>,
    z: &'a [f64],
    value: &'a mut [f64],
    derivative: &'a mut [f64],
}

impl<const N: usize> WideLoop for Select<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (z, z_tail) = self.z.as_chunks::<LANES>();
        let (value, value_tail) = self.value.as_chunks_mut::<LANES>();
        let (slope, slope_tail) = self.derivative.as_chunks_mut::<LANES>();
        let mut slopes = slope.iter_mut();
        let mut special = [0.0; LANES];
        for (z, value) in z.iter().zip(value) {
            self.pieces.block(z, &mut special, value, slopes.next());
        }
        if let Some(&any) = z_tail.first() {
            // The rest, in a block of its own.
            let (mut z, mut value, mut slope) = ([any; LANES], [0.0; LANES], [0.0; LANES]);
            z[..z_tail.len()].copy_from_slice(z_tail);
            let out = Some(&mut slope);
            self.pieces.block(&z, &mut special, &mut value, out);
            value_tail.copy_from_slice(&value[..value_tail.len()]);
            slope_tail.copy_from_slice(&slope[..slope_tail.len()]);
        }
        if special.iter().sum::<f64>() != 0.0 {
            let function = self.pieces.function;
            for (i, &z) in self.z.iter().enumerate() {
                if !z.is_finite() || function.knots().contains(&z) {
                    self.value[i] = function.value(z);
                    if let Some(slope) = self.derivative.get_mut(i) {
                        *slope = function.derivative(z);
                    }
                }
            }
        }
    }
}

impl<const N: usize> Pieces<'_, N> {
    /// Adds to `special` where an element is at a knot (+1) or not finite (NaN): there a zero coefficient
    /// would meet an infinity, and the general rule decides.
    #[inline(always)]
    fn block(&self, z: &Lanes, special: &mut Lanes, value: &mut Lanes, slope: Option<&mut Lanes>) {
        let mut centre = [self.first.centre; LANES];
        let mut c = self.first.coefficients.map(|c| [c; LANES]);
        *special = each(|l| special[l] + 0.0 * z[l]);
        for (row, &knot) in self.others.iter().zip(self.function.knots()) {
            let take = |now: &Lanes, new: f64| each(|l| if z[l] > knot { new } else { now[l] });
            *special = each(|l| special[l] + if z[l] == knot { 1.0 } else { 0.0 });
            centre = take(&centre, row.centre);
            for (c, new) in c.iter_mut().zip(row.coefficients) {
                *c = take(c, new);
            }
        }
        let t = each(|l| z[l] - centre[l]);
        *value = (0..N)
            .rev()
            .fold([0.0; LANES], |sum, j| each(|l| sum[l] * t[l] + c[j][l]));
        if let Some(slope) = slope {
            *slope = (1..N).rev().fold([0.0; LANES], |sum, j| {
                each(|l| sum[l] * t[l] + j as f64 * c[j][l])
            });
        }
    }
}

type Lanes = [f64; LANES];

/// f of every lane.
#[inline(always)]
fn each(f: impl Fn(usize) -> f64) -> Lanes {
    let mut lanes = [0.0; LANES];
    for (l, lane) in lanes.iter_mut().enumerate() {
        *lane = f(l);
    }
    lanes
}
