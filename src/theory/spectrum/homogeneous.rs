//! Two-piece homogeneous activations: their spectra in closed form, their dual activations at
//! complex angles.

use crate::model::Activation;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::sphere_moment;
use crate::theory::kernel;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Higher powers have dual activations beyond what twenty-four nodes integrate exactly.
const MOST: usize = 10;
const NODES: usize = 24;

/// φ(z) = a z₊^p + b (−z)₊^p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Homogeneous {
    pub(super) power: usize,
    right: f64,
    left: f64,
}

impl Homogeneous {
    /// The activation as such a function, if it is one.
    pub(super) fn of(activation: &Activation) -> Option<Self> {
        let function = kernel::Homogeneous::of(activation)?;
        (function.degree <= MOST).then_some(Self {
            power: function.degree,
            right: function.right,
            left: function.left,
        })
    }

    /// φ′; `None` for a step.
    pub(super) fn derivative(&self) -> Option<Self> {
        let p = self.power as f64;
        (self.power > 0).then(|| Self {
            power: self.power - 1,
            right: p * self.right,
            left: -p * self.left,
        })
    }

    /// μ_k = E[φ(t) P_k(t)] on S^{d−1}, k < count: closed gamma ratios. For z₊^p
    /// * k ≤ p: p!/(2^{k+1}(p−k)! (d/2)_k) · E|ξ₁|^{p−k} in dimension d+2k,
    /// * k = p+1+2j: (−1)^j times a product that starts from p! E|ξ₁| /(2^{p+1} ((d+1)/2)_p) and takes the
    ///   factor (2i+1)/(2(p+1+i)+d−1) from i to i+1; the other degrees vanish.
    pub(super) fn feature(&self, dim: usize, count: usize) -> Vec<f64> {
        let (d, p) = (dim as f64, self.power);
        let rising = |x: f64, m: usize| (0..m).map(|i| x + i as f64).product::<f64>();
        let mut plus = vec![0.0; count.max(p + 2)];
        for (k, value) in plus.iter_mut().enumerate().take(p + 1) {
            let falling: f64 = (0..k).map(|i| (p - i) as f64).product();
            let moment = sphere_moment(dim + 2 * k, (p - k) as f64);
            *value = 0.5_f64.powi(k as i32 + 1) * falling * moment / rising(0.5 * d, k);
        }
        let factorial = rising(1.0, p);
        let mut value = factorial * sphere_moment(dim, 1.0)
            / (2.0_f64.powi(p as i32 + 1) * rising(0.5 * (d + 1.0), p));
        for (j, slot) in plus.iter_mut().skip(p + 1).step_by(2).enumerate() {
            *slot = value;
            value *= -((2 * j + 1) as f64) / ((2 * (p + 1 + j)) as f64 + d - 1.0);
        }
        plus.truncate(count);
        for (k, value) in plus.iter_mut().enumerate() {
            *value *= self.right + if k % 2 == 0 { self.left } else { -self.left };
        }
        plus
    }

    /// The eigenvalues of E[φ(u)φ(v)] for u, v of variance q: q^p E‖g‖^{2p} μ_k² with E‖g‖^{2p} = Π_{j<p}(d+2j),
    /// since the norm of a Gaussian vector g is independent of its direction.
    pub(super) fn eigenvalues(&self, variance: f64, dim: usize, count: usize) -> Vec<f64> {
        let d = dim as f64;
        let size: f64 = (0..self.power)
            .map(|j| variance * (d + 2.0 * j as f64))
            .product();
        let squares = self.feature(dim, count).into_iter();
        squares.map(|mu| size * mu * mu).collect()
    }

    /// A height below which the normalised dual activation does not meet ±1, at most `height` for a
    /// ReLU: on Re θ = π it does where 2ab M(cosh y) = (a²+b²) M(1), for p = 1 at y = |ln|a/b||.
    pub(super) fn regular_below(&self, height: f64) -> f64 {
        let ratio = (self.right / self.left).abs().ln().abs();
        let meets = if ratio > 0.0 { 0.8 * ratio } else { height };
        height.min(meets) / self.power.max(1) as f64
    }

    /// E[φ(u)²] at unit variance.
    pub(super) fn diagonal(&self) -> f64 {
        0.5 * self.squares() * double_factorial(self.power)
    }

    fn squares(&self) -> f64 {
        self.right * self.right + self.left * self.left
    }

    /// s(a²+b²) + 2ab with s = (−1)^{p+1}: the weight of the odd part at angle 0.
    fn odd_at_zero(&self) -> f64 {
        self.sign() * self.squares() + 2.0 * self.right * self.left
    }

    fn sign(&self) -> f64 {
        if self.power.is_multiple_of(2) {
            -1.0
        } else {
            1.0
        }
    }

    /// E[φ(u)φ(v)] at unit variances and the complex correlation cos θ = 1 − defect, as
    /// (value, E[φ²] − value), either to full relative accuracy of real and imaginary part for θ near 0
    /// and near π.
    ///
    /// With J(θ) = E[u₊^p v₊^p] = F(π−θ)/2π and M(cos θ) = E[u^p v^p], a polynomial,
    /// J(θ) = M/2 + (−1)^{p+1}F(θ)/2π, where F(u) = 2^p p! ∫₀^u sin^p a sin^p(u−a) da ~ u^{2p+1}.
    pub(super) fn dual(&self, theta: Complex64, defect: Complex64) -> (Complex64, Complex64) {
        let p = self.power;
        let one = Complex64::new(1.0, 0.0);
        let cosine = one - defect;
        if theta.re < 0.5 * PI {
            let odd = odd_part(p, theta) * (self.odd_at_zero() / (2.0 * PI));
            let even = monomial_defect(p, cosine, defect) * (0.5 * self.squares());
            let lost = even - odd;
            (one * self.diagonal() - lost, lost)
        } else {
            let mirrored = -cosine;
            let opposite = one * double_factorial(p) - monomial_defect(p, mirrored, one - mirrored);
            let weight = self.squares() + 2.0 * self.right * self.left * self.sign();
            let value = opposite * (self.right * self.left)
                + odd_part(p, PI - theta) * (weight / (2.0 * PI));
            (value, one * self.diagonal() - value)
        }
    }
}

/// (2p−1)!! = E[z^{2p}].
fn double_factorial(p: usize) -> f64 {
    (0..p).map(|j| (2 * j + 1) as f64).product()
}

/// F(u) = 2^p p! ∫₀^u sin^p a sin^p(u−a) da.
fn odd_part(p: usize, u: Complex64) -> Complex64 {
    if p == 0 {
        return u;
    }
    let rule = gauss_legendre(NODES);
    let half = u * 0.5;
    let mut sum = Complex64::default();
    for (&x, &w) in rule.nodes.iter().zip(&rule.weights) {
        let (a, b) = (half * (1.0 + x), half * (1.0 - x));
        sum += (a.sin() * b.sin()).powu(p as u32) * w;
    }
    let size: f64 = (1..=p).map(|i| 2.0 * i as f64).product();
    sum * half * size
}

/// M(1) − M(c) for M(c) = E[u^p v^p] = Σ_j ((p!)²/(4^m (m!)² j!)) c^j, j = p − 2m, given c and 1 − c.
fn monomial_defect(p: usize, c: Complex64, one_minus: Complex64) -> Complex64 {
    let mut sum = Complex64::default();
    for j in (p % 2..=p).step_by(2) {
        let m = (p - j) / 2;
        let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
        let weight =
            factorial(p).powi(2) / (4.0_f64.powi(m as i32) * factorial(m).powi(2) * factorial(j));
        // 1 − c^j = (1 − c)(1 + c + … + c^{j−1}).
        let mut geometric = Complex64::default();
        for _ in 0..j {
            geometric = geometric * c + 1.0;
        }
        sum += one_minus * geometric * weight;
    }
    sum
}
