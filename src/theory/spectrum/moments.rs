//! The eigenvalues of the monomials tⁿ: all positive, so that a power series with positive
//! coefficients gives eigenvalues without cancellation.

/// Mantissas are kept below this, the exponent apart.
const LARGE: f64 = 1.157_920_892_373_162e77; // 2²⁵⁶
const SHIFT: i32 = 256;

/// c(n,k) = E[tⁿ P_k(t)] on S^{d−1}, d ≥ 2, for n = k, k+2, k+4, …:
/// c(k,k) = k!/(2ᵏ (d/2)_k), c(n+2,k) = c(n,k) (n+1)(n+2)/((n−k+2)(n+k+d)) (Rodrigues' formula). As mantissas with a
/// common power of two, which alone may leave the range of doubles.
#[derive(Clone, Debug)]
pub(super) struct SphereMoments {
    dim: f64,
    degree: f64,
    n: f64,
    mantissa: f64,
    exponent: i32,
}

impl SphereMoments {
    pub(super) fn new(dim: usize, degree: usize) -> Self {
        let d = dim as f64;
        let (mut mantissa, mut exponent) = (1.0, 0);
        for k in 0..degree {
            let k = k as f64;
            mantissa *= (k + 1.0) / (2.0 * k + d);
            if mantissa < 1.0 / LARGE {
                mantissa *= LARGE;
                exponent -= SHIFT;
            }
        }
        Self {
            dim: d,
            degree: degree as f64,
            n: degree as f64,
            mantissa,
            exponent,
        }
    }

    /// c(n,k) as mantissa and power of two; then on to n + 2.
    pub(super) fn step(&mut self) -> (f64, i32) {
        let now = (self.mantissa, self.exponent);
        let n = self.n;
        self.mantissa *=
            (n + 1.0) * (n + 2.0) / ((n - self.degree + 2.0) * (n + self.degree + self.dim));
        if self.mantissa > LARGE {
            self.mantissa /= LARGE;
            self.exponent += SHIFT;
        }
        self.n += 2.0;
        now
    }

    /// Whether the moments still grow with n.
    pub(super) fn grows(&self) -> bool {
        let n = self.n;
        (n + 1.0) * (n + 2.0) > (n - self.degree + 2.0) * (n + self.degree + self.dim)
    }
}

/// A sum of mantissas with powers of two.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ScaledSum {
    mantissa: f64,
    exponent: i32,
}

impl ScaledSum {
    pub(super) fn add(&mut self, term: f64, exponent: i32) {
        if term == 0.0 {
            return;
        }
        if self.mantissa == 0.0 || exponent > self.exponent {
            self.mantissa = libm::ldexp(self.mantissa, self.exponent.saturating_sub(exponent));
            self.exponent = exponent;
        }
        self.mantissa += libm::ldexp(term, exponent - self.exponent);
    }

    pub(super) fn value(self) -> f64 {
        libm::ldexp(self.mantissa, self.exponent)
    }
}

/// c(n,k) = E[tⁿ x₁…x_k] on the hypercube {±1}^d, t = Σx_i/d, for all k ≤ d, from n to n+1 by
/// c(n+1,k) = (k/d) c(n,k−1) + (1 − k/d) c(n,k+1).
#[derive(Clone, Debug)]
pub(super) struct CubeMoments {
    dim: usize,
    /// c(n,k), k = 0…min(n, d).
    now: Vec<f64>,
}

impl CubeMoments {
    pub(super) fn new(dim: usize) -> Self {
        Self {
            dim,
            now: vec![1.0],
        }
    }

    pub(super) fn now(&self) -> &[f64] {
        &self.now
    }

    pub(super) fn step(&mut self) {
        let top = self.now.len().min(self.dim);
        let at = |k: usize| self.now.get(k).copied().unwrap_or(0.0);
        let d = self.dim as f64;
        self.now = (0..=top)
            .map(|k| {
                let down = if k == 0 { 0.0 } else { at(k - 1) };
                (k as f64 * down + (d - k as f64) * at(k + 1)) / d
            })
            .collect();
    }
}
