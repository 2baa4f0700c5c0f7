//! The piecewise polynomials that have a name.

use super::{Piece, PiecewisePolynomial};
use crate::error::{Error, Result, finite};

/// B-splines beyond this order have jumps that leave the integers of double precision.
const HIGHEST_ORDER: usize = 48;
/// Powers beyond this have factorials beyond the range of double precision.
const HIGHEST_POWER: usize = 80;

fn at_most(argument: &str, n: usize, least: usize, most: usize) -> Result<usize> {
    if (least..=most).contains(&n) {
        Ok(n)
    } else {
        let expected = format!("a whole number from {least} to {most}");
        Err(Error::invalid(argument, expected, n))
    }
}

/// c·z^k.
fn power(k: usize, coefficient: f64) -> Piece {
    let mut coefficients = vec![0.0; k];
    coefficients.push(coefficient);
    Piece::new(0.0, coefficients)
}

impl PiecewisePolynomial {
    /// A polynomial from its coefficients of 1, z, z², ….
    ///
    /// # Errors
    /// A coefficient that is not finite.
    pub fn polynomial(coefficients: &[f64]) -> Result<Self> {
        Self::new(vec![], vec![Piece::new(0.0, coefficients.to_vec())])
    }

    /// z^degree.
    ///
    /// # Errors
    /// A degree above 80.
    pub fn monomial(degree: usize) -> Result<Self> {
        let degree = at_most("degree", degree, 0, HIGHEST_POWER)?;
        Ok(Self::from_valid(vec![], vec![power(degree, 1.0)]))
    }

    /// The orthonormal Hermite polynomial He_degree(z)/√(degree!), of unit mean square under the standard normal law.
    ///
    /// # Errors
    /// A degree above 80.
    pub fn hermite(degree: usize) -> Result<Self> {
        let degree = at_most("degree", degree, 0, HIGHEST_POWER)?;
        // √(n+1) h_{n+1} = z h_n − √n h_{n−1}.
        let (mut before, mut current) = (vec![0.0; degree + 1], vec![0.0; degree + 1]);
        current[0] = 1.0;
        for n in 0..degree {
            let (up, down) = (((n + 1) as f64).sqrt(), (n as f64).sqrt());
            let mut next: Vec<f64> = before.iter().map(|c| -down * c / up).collect();
            for (slot, c) in next.iter_mut().skip(1).zip(&current) {
                *slot += c / up;
            }
            before = std::mem::replace(&mut current, next);
        }
        Self::polynomial(&current)
    }

    /// max(z, 0).
    pub fn relu() -> Self {
        let pieces = vec![Piece::new(0.0, vec![]), power(1, 1.0)];
        Self::from_valid(vec![0.0], pieces)
    }

    /// |z|.
    pub fn abs() -> Self {
        let pieces = vec![power(1, -1.0), power(1, 1.0)];
        Self::from_valid(vec![0.0], pieces)
    }

    /// 0 for z < 0, 1 for z > 0.
    pub fn heaviside() -> Self {
        let pieces = vec![Piece::new(0.0, vec![]), power(0, 1.0)];
        Self::from_valid(vec![0.0], pieces)
    }

    /// max(0, 1 − |z|), the B-spline of order 2.
    pub fn hat() -> Self {
        let pieces = vec![
            Piece::new(0.0, vec![]),
            Piece::new(-1.0, vec![0.0, 1.0]),
            Piece::new(1.0, vec![0.0, -1.0]),
            Piece::new(0.0, vec![]),
        ];
        Self::from_valid(vec![-1.0, 0.0, 1.0], pieces)
    }

    /// z₊^k; k = 0 is Heaviside's step, k = 1 ReLU.
    ///
    /// # Errors
    /// A power above 80.
    pub fn relu_power(k: usize) -> Result<Self> {
        let k = at_most("k", k, 0, HIGHEST_POWER)?;
        let pieces = vec![Piece::new(0.0, vec![]), power(k, 1.0)];
        Ok(Self::from_valid(vec![0.0], pieces))
    }

    /// z for z > 0, slope·z for z < 0; slope −1 is |z|.
    ///
    /// # Errors
    /// A slope that is not finite.
    pub fn leaky_relu(slope: f64) -> Result<Self> {
        let slope = finite("slope", slope)?;
        let pieces = vec![power(1, slope), power(1, 1.0)];
        Ok(Self::from_valid(vec![0.0], pieces))
    }

    /// −1 for z < 0, 1 for z > 0.
    pub fn sign() -> Self {
        let pieces = vec![power(0, -1.0), power(0, 1.0)];
        Self::from_valid(vec![0.0], pieces)
    }

    /// min(max(z, −1), 1).
    pub fn hard_tanh() -> Self {
        let pieces = vec![power(0, -1.0), power(1, 1.0), power(0, 1.0)];
        Self::from_valid(vec![-1.0, 1.0], pieces)
    }

    /// min(max(z/6 + ½, 0), 1), PyTorch's hard sigmoid.
    pub fn hard_sigmoid() -> Self {
        let slope = 1.0 / 6.0;
        let pieces = vec![
            Piece::new(0.0, vec![]),
            Piece::new(0.0, vec![0.5, slope]),
            power(0, 1.0),
        ];
        let jumps = vec![vec![0.0, slope], vec![0.0, -slope]];
        Self::from_parts(vec![-3.0, 3.0], pieces, jumps)
    }

    /// min(max(z, 0), 6).
    pub fn relu6() -> Self {
        let pieces = vec![Piece::new(0.0, vec![]), power(1, 1.0), power(0, 6.0)];
        Self::from_valid(vec![0.0, 6.0], pieces)
    }

    /// The centred B-spline of that order: degree order − 1, unit knots, support [−order/2, order/2],
    /// integral 1. Order 1 is the indicator of [−½, ½], order 2 the hat.
    ///
    /// # Errors
    /// Order 0 or above 48.
    pub fn bspline(order: usize) -> Result<Self> {
        let n = at_most("order", order, 1, HIGHEST_ORDER)?;
        let reach = 0.5 * n as f64;
        let knots: Vec<f64> = (0..=n).map(|k| k as f64 - reach).collect();
        let local = cardinal_pieces(n);
        // Right of the middle the mirror image: every piece then keeps its digits where it is small.
        let half = n.div_ceil(2);
        let mut left: Vec<Piece> = (0..half)
            .map(|k| Piece::new(knots[k], local[k].clone()))
            .collect();
        if let Some(last) = left.last_mut() {
            *last = about_the_middle(last, n);
        }
        let right: Vec<Piece> = left.iter().take(n / 2).rev().map(Piece::mirrored).collect();
        let inner = left.into_iter().chain(right);
        let zero = || std::iter::once(Piece::new(0.0, vec![]));
        let pieces = zero().chain(inner).chain(zero()).collect();
        let mut jump = 1.0;
        let jumps = (0..=n)
            .map(|k| {
                let mut orders = vec![0.0; n - 1];
                orders.push(jump);
                // The binomial coefficients with alternating signs: exact in integers.
                jump = -(jump * (n - k) as f64 / (k + 1) as f64).round();
                orders
            })
            .collect();
        Ok(Self::from_parts(knots, pieces, jumps))
    }
}

/// The last piece left of the middle (or around it, for odd n) about 0, where the odd derivatives
/// vanish but for the one that jumps.
fn about_the_middle(piece: &Piece, n: usize) -> Piece {
    if n == 1 {
        return Piece::new(0.0, vec![1.0]);
    }
    let mut coefficients = piece.about(0.0);
    for (j, c) in coefficients.iter_mut().enumerate() {
        if j % 2 == 1 && j + 1 < n {
            *c = 0.0;
        }
    }
    Piece::new(0.0, coefficients)
}

/// The pieces of the cardinal B-spline on [0, n], piece k in the variable t = x − k ∈ [0, 1]:
/// (n−1) N_n(x) = x N_{n−1}(x) + (n − x) N_{n−1}(x − 1) (Cox and de Boor).
fn cardinal_pieces(n: usize) -> Vec<Vec<f64>> {
    let mut pieces = vec![vec![1.0]];
    for order in 2..=n {
        let mut raised = vec![vec![0.0; order]; order];
        for (k, target) in raised.iter_mut().enumerate() {
            let mut add = |piece: Option<&Vec<f64>>, constant: f64, slope: f64| {
                for (j, c) in piece.into_iter().flatten().enumerate() {
                    target[j] += constant * c;
                    target[j + 1] += slope * c;
                }
            };
            add(pieces.get(k), k as f64, 1.0);
            let before = k.checked_sub(1).and_then(|k| pieces.get(k));
            add(before, (order - k) as f64, -1.0);
            target.iter_mut().for_each(|c| *c /= (order - 1) as f64);
        }
        pieces = raised;
    }
    pieces
}
