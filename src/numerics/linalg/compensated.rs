//! Sums of products in twice the working precision: the residuals of iterative refinement.
//!
//! T. Ogita, S. M. Rump, S. Oishi, *Accurate sum and dot product*, SIAM J. Sci. Comput. 26 (2005),
//! algorithms 3.1 (TwoSum), 3.3 (TwoProduct), 5.3 (Dot2). TwoProduct by splitting, not by a fused
//! multiply-add, which is a slow function call where the target does not promise one. Entries
//! must stay below 2^996, which the scaling by powers of two sees to.

/// a + b = s + e exactly.
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let z = s - a;
    (s, (a - (s - z)) + (b - z))
}

/// a = high + low exactly, 26 bits each.
#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let c = 134_217_729.0 * a;
    let high = c - (c - a);
    (high, a - high)
}

/// a b = p + e exactly.
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    let (a1, a2) = split(a);
    let (b1, b2) = split(b);
    (p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2))
}

/// A vector in twice the working precision, to which multiples of others are added.
pub(super) struct Accumulator {
    high: Vec<f64>,
    low: Vec<f64>,
}

impl Accumulator {
    pub fn new(start: &[f64]) -> Self {
        Self {
            high: start.to_vec(),
            low: vec![0.0; start.len()],
        }
    }

    /// Adds `factor` · `v`.
    pub fn add(&mut self, v: &[f64], factor: f64) {
        for ((high, low), &x) in self.high.iter_mut().zip(&mut self.low).zip(v) {
            let (product, e1) = two_product(x, factor);
            let (sum, e2) = two_sum(*high, product);
            *high = sum;
            *low += e1 + e2;
        }
    }

    /// Subtracts A x, `columns` being A's.
    pub fn subtract_product(&mut self, columns: &nalgebra::DMatrix<f64>, x: &[f64]) {
        if columns.nrows() > 0 {
            for (column, &x) in columns.as_slice().chunks_exact(columns.nrows()).zip(x) {
                self.add(column, -x);
            }
        }
    }

    /// The sum, rounded once.
    pub fn finish(self) -> Vec<f64> {
        self.high
            .iter()
            .zip(&self.low)
            .map(|(high, low)| high + low)
            .collect()
    }
}

/// ⟨a, b⟩ as if computed in twice the working precision.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut high, mut low) = (0.0, 0.0);
    for (&a, &b) in a.iter().zip(b) {
        let (product, e1) = two_product(a, b);
        let (sum, e2) = two_sum(high, product);
        high = sum;
        low += e1 + e2;
    }
    high + low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancellation_loses_nothing() {
        let tiny = 2f64.powi(-60);
        let a = [1.0 + 2f64.powi(-30), 1.0, tiny];
        let b = [1.0 - 2f64.powi(-30), -1.0, 1.0];
        // (1+h)(1−h) − 1 + 2^-60 = −2^-60 + 2^-60 = 0.
        assert_eq!(dot(&a, &b), 0.0);
        let mut accumulator = Accumulator::new(&[1e16, tiny]);
        accumulator.add(&[1.0, 3.0], 1.0 / 3.0);
        accumulator.add(&[-1.0, -1.0], 1e16);
        accumulator.add(&[0.0, 1.0], 1e16);
        let sum = accumulator.finish();
        assert_eq!(sum[0], 1.0 / 3.0);
        assert_eq!(sum[1], 1.0);
    }
}
