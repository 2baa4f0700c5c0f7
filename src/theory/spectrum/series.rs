//! Power series with positive coefficients, κ(t) = Σ b_n tⁿ, and their composition.

use super::moments::{CubeMoments, ScaledSum, SphereMoments};
use super::multiplicity::ln_binomial;
use crate::numerics::Estimate;

/// κ(t) = Σ b_n tⁿ with b_n ≥ 0 (every positive definite kernel on spheres of all dimensions is such a
/// series: Schoenberg 1942).
#[derive(Clone, Debug, PartialEq)]
pub struct PowerSeries {
    coefficients: Vec<Estimate>,
    /// Σ b_n over all even and all odd n, less the values that are listed.
    rest: [Estimate; 2],
}

impl PowerSeries {
    /// From the leading coefficients and what remains of κ(1) = Σ b_n, over the even and over the odd n, when the listed values
    /// are taken away. The listed coefficients may be too small by their errors: what they lack is in the rest.
    pub fn new(coefficients: Vec<Estimate>, rest: [Estimate; 2]) -> Self {
        Self { coefficients, rest }
    }

    /// b_0, b_1, …
    pub fn coefficients(&self) -> &[Estimate] {
        &self.coefficients
    }

    /// Σ b_n over all even and all odd n, less the values that are listed.
    pub fn rest(&self) -> [Estimate; 2] {
        self.rest
    }

    /// λ_k = Σ_n b_n c(n,k) on S^{d−1}, k < count; every term is positive.
    pub(super) fn on_sphere(&self, dim: usize, count: usize) -> Vec<Estimate> {
        (0..count)
            .map(|degree| {
                let mut moments = SphereMoments::new(dim, degree);
                let (mut value, mut error) = (ScaledSum::default(), ScaledSum::default());
                for b in self.coefficients.iter().skip(degree).step_by(2) {
                    let (c, exponent) = moments.step();
                    value.add(b.value * c, exponent);
                    error.add(b.error * c, exponent);
                }
                let beyond = self.unlisted(degree);
                if beyond > 0.0 {
                    let (mut c, mut exponent) = moments.step();
                    while moments.grows() {
                        (c, exponent) = moments.step();
                    }
                    error.add(beyond * c, exponent);
                }
                let value = value.value();
                let rounding = (16.0 + degree as f64) * f64::EPSILON * value;
                Estimate::new(value, underflowing(value, error.value() + rounding.abs()))
            })
            .collect()
    }

    /// A bound on the unlisted coefficients of the parity of `degree`.
    fn unlisted(&self, degree: usize) -> f64 {
        let rest = self.rest[degree % 2];
        rest.value.max(0.0) + rest.error
    }

    /// λ_k = Σ_n b_n c(n,k) on {±1}^d, k < count ≤ d+1.
    ///
    /// The unlisted terms see t = ±1 alone, where |t|ⁿ does not decay: 2^{1−d} of the even or odd rest; the
    /// next corners, |t| = 1 − 2/d, are in the error.
    pub(super) fn on_hypercube(&self, dim: usize, count: usize) -> Vec<Estimate> {
        let mut sums = vec![Estimate::default(); count];
        let ends = 2.0_f64.powi(1 - i32::try_from(dim).unwrap_or(i32::MAX));
        let mut moments = CubeMoments::new(dim);
        for b in &self.coefficients {
            for (sum, c) in sums.iter_mut().zip(moments.now()) {
                // What a coefficient lacks is in the rest, which sees the two ends alone.
                sum.value += b.value * c;
                sum.error += b.error * (c - ends).abs().min(*c);
            }
            moments.step();
        }
        let listed = self.coefficients.len();
        // Σ_{j≠0,d} 2^{−d} C(d,j) |1 − 2j/d|^N, the same of |P_k| ≤ 1.
        let inner: f64 = (1..dim)
            .map(|j| {
                let t = (1.0 - 2.0 * j as f64 / dim as f64).abs();
                let corners = ln_binomial(dim, j) - dim as f64 * std::f64::consts::LN_2;
                (corners + listed as f64 * t.ln()).exp()
            })
            .sum();
        for (degree, sum) in sums.iter_mut().enumerate() {
            let rest = self.rest[degree % 2];
            let bound = rest.value.max(0.0) + rest.error;
            let value = sum.value + ends * rest.value.max(0.0);
            let rounding = (16.0 + 0.5 * listed as f64) * f64::EPSILON * value;
            let error = sum.error + ends * rest.error + inner * bound + rounding;
            *sum = Estimate::new(value, underflowing(value, error));
        }
        sums
    }
}

/// An error that covers underflow; exact zeros (parity) stay exact.
fn underflowing(value: f64, error: f64) -> f64 {
    if value == 0.0 && error == 0.0 {
        0.0
    } else {
        error + f64::MIN_POSITIVE
    }
}

/// Coefficients of the outer series in the inner one, both of positive coefficients, to the inner's length.
pub(super) fn compose(outer: &[f64], inner: &[f64]) -> Vec<f64> {
    let n = inner.len();
    let mut sum = vec![0.0; n];
    if inner.iter().skip(2).all(|&b| b == 0.0) {
        // An affine inner series: Horner's scheme with a two-term product.
        let (b0, b1) = (
            inner.first().copied().unwrap_or(0.0),
            inner.get(1).copied().unwrap_or(0.0),
        );
        for &a in outer.iter().rev() {
            for i in (0..n).rev() {
                let below = if i > 0 { sum[i - 1] } else { 0.0 };
                sum[i] = b0 * sum[i] + b1 * below;
            }
            if let Some(first) = sum.first_mut() {
                *first += a;
            }
        }
        return sum;
    }
    // Baby steps, the powers of the inner series below m, and giant steps by its m-th power.
    let m = (outer.len() as f64).sqrt().ceil().max(1.0) as usize;
    let mut one = vec![0.0; n];
    if let Some(first) = one.first_mut() {
        *first = 1.0;
    }
    let mut powers = vec![one];
    for i in 0..m {
        let next = multiply(&powers[i], inner);
        powers.push(next);
    }
    for block in outer.chunks(m).rev() {
        sum = multiply(&sum, &powers[m]);
        for (a, power) in block.iter().zip(&powers) {
            for (s, p) in sum.iter_mut().zip(power) {
                *s += a * p;
            }
        }
    }
    sum
}

/// The product of two series of one length, truncated to it.
pub(super) fn multiply(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = a.len();
    let mut product = vec![0.0; n];
    for (i, &x) in a.iter().enumerate() {
        if x != 0.0 {
            for (slot, y) in product[i..].iter_mut().zip(b) {
                *slot += x * y;
            }
        }
    }
    product
}
