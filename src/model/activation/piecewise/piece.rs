//! One polynomial in a local variable.

/// A sum below this multiple of its terms is rounding, if one of them was moved to another centre.
const MOVED: f64 = 4.0 * f64::EPSILON;

/// The polynomial Σ_j c_j (z − centre)^j.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    centre: f64,
    coefficients: Vec<f64>,
}

impl Piece {
    /// From its centre and the coefficients of 1, z − centre, (z − centre)², …; none for 0.
    pub fn new(centre: f64, mut coefficients: Vec<f64>) -> Self {
        while coefficients.last() == Some(&0.0) {
            coefficients.pop();
        }
        Self {
            centre,
            coefficients,
        }
    }

    /// The centre of its variable.
    pub fn centre(&self) -> f64 {
        self.centre
    }

    /// The coefficients of 1, z − centre, …, the last one not 0. Empty for 0.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// Its degree; 0 for 0.
    pub fn degree(&self) -> usize {
        self.coefficients.len().saturating_sub(1)
    }

    /// Its value at z.
    pub fn value(&self, z: f64) -> f64 {
        let t = z - self.centre;
        let horner = |sum, &c| if sum == 0.0 { c } else { sum * t + c };
        // A constant piece stays constant at ±∞, where 0·t would be NaN; NaN itself is handed on.
        let value = self.coefficients.iter().rev().fold(0.0, horner);
        if z.is_nan() { z } else { value }
    }

    /// Its derivative at z.
    pub fn derivative(&self, z: f64) -> f64 {
        self.differentiated().value(z)
    }

    /// The first `orders` derivatives at z, each with the sum of the moduli of its terms.
    pub(super) fn derivatives_at(&self, z: f64, orders: usize) -> Vec<(f64, f64)> {
        let taylor = shift(&self.coefficients, z - self.centre);
        let scales: Vec<f64> = self.coefficients.iter().map(|c| c.abs()).collect();
        let scales = shift(&scales, (z - self.centre).abs());
        let mut factorial = 1.0;
        (0..orders)
            .map(|j| {
                factorial *= j.max(1) as f64;
                let at = |v: &[f64]| factorial * v.get(j).copied().unwrap_or(0.0);
                (at(&taylor), at(&scales))
            })
            .collect()
    }

    /// The coefficients of the same polynomial about another centre.
    pub fn about(&self, centre: f64) -> Vec<f64> {
        shift(&self.coefficients, centre - self.centre)
    }

    /// p′.
    pub(super) fn differentiated(&self) -> Self {
        let terms = self.coefficients.iter().enumerate().skip(1);
        Self::new(self.centre, terms.map(|(j, c)| j as f64 * c).collect())
    }

    /// z p′ = (centre + t) p′(t).
    pub(super) fn stretched(&self) -> Self {
        let derivative = self.differentiated().coefficients;
        let mut product = vec![0.0; derivative.len() + 1];
        for (j, c) in derivative.iter().enumerate() {
            product[j] += self.centre * c;
            product[j + 1] += c;
        }
        Self::new(self.centre, product)
    }

    /// p(−z).
    pub(super) fn mirrored(&self) -> Self {
        let signs = [1.0, -1.0].into_iter().cycle();
        let coefficients = self.coefficients.iter().zip(signs);
        Self::new(
            -self.centre + 0.0,
            coefficients.map(|(c, s)| c * s + 0.0).collect(),
        )
    }

    /// p + q, about the centre of p unless p is 0.
    pub(super) fn plus(&self, other: &Self) -> Self {
        if self.coefficients.is_empty() {
            return other.clone();
        }
        let mut sum = other.about(self.centre);
        sum.resize(sum.len().max(self.coefficients.len()), 0.0);
        sum.iter_mut()
            .zip(&self.coefficients)
            .for_each(|(s, c)| *s += c);
        // What is left of terms that cancel is rounding where these were moved.
        if self.centre != other.centre {
            let moduli: Vec<f64> = other.coefficients.iter().map(|c| c.abs()).collect();
            let mut sizes = shift(&moduli, (self.centre - other.centre).abs());
            sizes.resize(sum.len(), 0.0);
            for (j, (s, size)) in sum.iter_mut().zip(sizes).enumerate() {
                let own = self.coefficients.get(j).copied().unwrap_or(0.0).abs();
                if s.abs() <= MOVED * (size + own) {
                    *s = 0.0;
                }
            }
        }
        Self::new(self.centre, sum)
    }

    /// −p.
    pub(super) fn negated(&self) -> Self {
        let coefficients = self.coefficients.iter().map(|c| -c + 0.0);
        Self::new(self.centre, coefficients.collect())
    }

    /// Whether both are the same polynomial, up to rounding if their centres differ.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        if self.centre == other.centre {
            return self.coefficients == other.coefficients;
        }
        let orders = self.degree().max(other.degree()) + 1;
        let mine = self.derivatives_at(other.centre, orders);
        let theirs = other.derivatives_at(other.centre, orders);
        mine.iter()
            .zip(&theirs)
            .all(|(a, b)| (a.0 - b.0).abs() <= 16.0 * f64::EPSILON * (a.1 + b.1))
    }
}

/// The coefficients of p(t + step) from those of p(t), by repeated synthetic division.
fn shift(coefficients: &[f64], step: f64) -> Vec<f64> {
    let mut shifted = coefficients.to_vec();
    for start in 0..shifted.len() {
        for j in (start..shifted.len().saturating_sub(1)).rev() {
            shifted[j] += step * shifted[j + 1];
        }
    }
    shifted
}
