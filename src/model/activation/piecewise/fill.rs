//! Whole rows of values and derivatives, bit for bit those of the single calls but without their search
//! and their allocations: a training step spends most of its time here.

use super::{Piece, PiecewisePolynomial};

/// Coefficients of a piece and of its derivative, padded with zeros, which Horner's scheme passes over
/// exactly.
#[derive(Clone, Copy)]
struct Row<const N: usize> {
    centre: f64,
    value: [f64; N],
    derivative: [f64; N],
}

impl<const N: usize> Row<N> {
    fn new(piece: &Piece) -> Self {
        let (mut value, mut derivative) = ([0.0; N], [0.0; N]);
        for (j, (&c, slot)) in piece.coefficients().iter().zip(&mut value).enumerate() {
            *slot = c;
            if j > 0 {
                derivative[j - 1] = j as f64 * c;
            }
        }
        Self {
            centre: piece.centre(),
            value,
            derivative,
        }
    }

    #[inline(always)]
    fn at(&self, z: f64) -> (f64, f64) {
        let t = z - self.centre;
        let horner = |c: &[f64; N]| c.iter().rev().fold(0.0, |sum, c| sum * t + c);
        (horner(&self.value), horner(&self.derivative))
    }
}

/// Beyond this many knots a search is faster than comparing with each.
const MOST_KNOTS: usize = 16;

/// Fills the rows if the polynomial is simple enough (degree ≤ 3, few knots); says whether it did.
pub(super) fn fill(
    function: &PiecewisePolynomial,
    z: &[f64],
    value: &mut [f64],
    derivative: &mut [f64],
) -> bool {
    if function.knots().len() > MOST_KNOTS || derivative.is_empty() {
        return false;
    }
    match (function.degree(), function.pieces()) {
        (0 | 1, [left, right]) => {
            let (left, right) = (Row::<2>::new(left), Row::<2>::new(right));
            let knot = function.knots()[0];
            // Both sides and a choice: no branch, and two or more elements at a time.
            each(z, value, derivative, |z| {
                let (l, r) = (left.at(z), right.at(z));
                if z < knot { l } else { r }
            });
        }
        (0 | 1, _) => search::<2>(function, z, value, derivative),
        (2 | 3, _) => search::<4>(function, z, value, derivative),
        _ => return false,
    }
    // At knots, and where a zero coefficient meets an infinity, the general rule decides.
    let special = |z: f64| !z.is_finite() || function.knots().contains(&z);
    if z.iter().any(|&z| special(z)) {
        for ((&z, value), derivative) in z.iter().zip(value).zip(derivative) {
            if special(z) {
                (*value, *derivative) = (function.value(z), function.derivative(z));
            }
        }
    }
    true
}

fn search<const N: usize>(
    function: &PiecewisePolynomial,
    z: &[f64],
    value: &mut [f64],
    derivative: &mut [f64],
) {
    let rows: Vec<Row<N>> = function.pieces().iter().map(Row::new).collect();
    let knots = function.knots();
    each(z, value, derivative, |z| {
        let index = knots
            .iter()
            .map(|&knot| usize::from(knot < z))
            .sum::<usize>();
        rows[index].at(z)
    });
}

#[inline(always)]
fn each(z: &[f64], value: &mut [f64], derivative: &mut [f64], f: impl Fn(f64) -> (f64, f64)) {
    for ((z, value), derivative) in z.iter().zip(value).zip(derivative) {
        (*value, *derivative) = f(*z);
    }
}
