//! Hermite coefficients of a smooth activation and Mehler's series of its dual activations.

use super::{Covariance, DualValue};
use crate::model::Activation;
use crate::numerics::Estimate;
use std::f64::consts::PI;

/// Beyond |x| = 13 the square root of the normal density is below 1e−18.
const REACH: f64 = 13.0;
/// The coarsest and the finest step of the trapezoidal rule, as powers of ½.
const STEPS: std::ops::RangeInclusive<i32> = 3..=7;
/// The most terms; a series that needs more is left to quadrature.
const TERMS: usize = 2048;
/// Terms are kept in blocks of this size.
const BLOCK: usize = 16;
/// The series is complete when a whole block stays below this part of √E[φ²] and the squares add up to
/// E[φ²] as nearly as the second number says.
const NEGLIGIBLE: f64 = 1e-15;
const PARSEVAL: f64 = 1e-12;
/// What a pair may leave out, relative to its size on the diagonal.
const LEFT_OUT: f64 = 1e-14;

/// a_n = E[φ(σZ)h_n(Z)], h_n the orthonormal Hermite polynomials, and the same of φ′:
/// E[φ(u)φ(v)] = Σ a_n(q₁₁) a_n(q₂₂) ρⁿ (Mehler). What is left out after N terms is at most
/// √(Σ_{n≥N} a_n(q₁₁)² Σ_{n≥N} a_n(q₂₂)²). Coefficients are computed until they are rounding; that none
/// of size is missing is checked by Σ a_n² = E[φ²].
#[derive(Clone, Debug)]
pub(crate) struct HermiteSeries {
    value: Coefficients,
    derivative: Coefficients,
}

/// Whole blocks of coefficients.
#[derive(Clone, Debug)]
struct Coefficients {
    terms: Vec<f64>,
    /// √E[φ²].
    norm: f64,
    /// √Σ a_n² from the k-th block on; the last is what the series leaves out.
    from_block: Vec<f64>,
}

impl HermiteSeries {
    /// The series of an activation without kinks at one variance, if it converges.
    pub(crate) fn new(activation: &Activation, variance: f64) -> Option<Self> {
        let sigma = variance.sqrt();
        let sample = |x: f64| activation.value_and_derivative(sigma * x);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-14 * a.abs();
        let mut coarser = Self::grid(*STEPS.start(), sample).1;
        for level in STEPS.skip(1) {
            let (grid, squares) = Self::grid(level, sample);
            if close(squares.0, coarser.0) && close(squares.1, coarser.1) {
                return grid.expand(squares);
            }
            coarser = squares;
        }
        None
    }

    fn grid(level: i32, sample: impl Fn(f64) -> (f64, f64)) -> (Grid, (f64, f64)) {
        let step = 0.5_f64.powi(level);
        let half = (REACH / step) as i32;
        let nodes: Vec<f64> = (-half..=half).map(|j| f64::from(j) * step).collect();
        let root = |x: f64| step.sqrt() * (-0.25 * x * x).exp() / (2.0 * PI).powf(0.25);
        let root: Vec<f64> = nodes.iter().map(|&x| root(x)).collect();
        let (value, derivative): (Vec<f64>, Vec<f64>) = nodes
            .iter()
            .zip(&root)
            .map(|(&x, w)| {
                let (f, g) = sample(x);
                (f * w, g * w)
            })
            .unzip();
        let square = |v: &[f64]| v.iter().map(|f| f * f).sum();
        let squares = (square(&value), square(&derivative));
        let grid = Grid {
            nodes,
            root,
            value,
            derivative,
        };
        (grid, squares)
    }

    /// Both series for the pair of which `self` belongs to u and `other` to v.
    pub(crate) fn dual(&self, other: &Self, covariance: &Covariance) -> DualValue {
        let rho = covariance.correlation.rho();
        DualValue {
            nngp: self.value.pair(&other.value, rho),
            derivative: self.derivative.pair(&other.derivative, rho),
        }
    }
}

impl Coefficients {
    fn pair(&self, other: &Self, rho: f64) -> Estimate {
        let size = self.norm * other.norm;
        let left = |k: usize| {
            let from = |c: &Self| c.from_block.get(k).copied().unwrap_or(0.0);
            from(self) * from(other)
        };
        let last = self.from_block.len().min(other.from_block.len()) - 1;
        // Cauchy and Schwarz say where to stop; the shorter series meets the rest of the longer.
        let blocks = (0..last)
            .find(|&k| left(k) <= LEFT_OUT * size)
            .unwrap_or(last);
        let terms = self.terms.chunks_exact(4).zip(other.terms.chunks_exact(4));
        // Four Horner schemes in ρ⁴ side by side.
        let fourth = (rho * rho) * (rho * rho);
        let mut sums = [0.0; 4];
        for (a, b) in terms.take(blocks * BLOCK / 4).rev() {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum = *sum * fourth + a * b;
            }
        }
        let value = sums.iter().rev().fold(0.0, |total, sum| total * rho + sum);
        Estimate::new(value, left(blocks) + LEFT_OUT * size)
    }
}

struct Grid {
    nodes: Vec<f64>,
    /// √(weight·ϕ(x)).
    root: Vec<f64>,
    /// φ(σx) times it, and φ′.
    value: Vec<f64>,
    derivative: Vec<f64>,
}

impl Grid {
    fn expand(self, (squares, derivative_squares): (f64, f64)) -> Option<HermiteSeries> {
        let mut previous = vec![0.0; self.nodes.len()];
        let mut current = self.root;
        let mut value = Partial::new(squares);
        let mut derivative = Partial::new(derivative_squares);
        for n in 0..TERMS {
            value.push(&self.value, &current);
            derivative.push(&self.derivative, &current);
            if value.complete && derivative.complete {
                return Some(HermiteSeries {
                    value: value.finish()?,
                    derivative: derivative.finish()?,
                });
            }
            let (up, down) = (
                1.0 / ((n + 1) as f64).sqrt(),
                (n as f64 / (n + 1) as f64).sqrt(),
            );
            for ((p, c), x) in previous.iter_mut().zip(&current).zip(&self.nodes) {
                *p = up * x * c - down * *p;
            }
            std::mem::swap(&mut previous, &mut current);
        }
        None
    }
}

struct Partial {
    terms: Vec<f64>,
    squares: f64,
    complete: bool,
}

impl Partial {
    fn new(squares: f64) -> Self {
        Self {
            terms: Vec::new(),
            squares,
            complete: squares == 0.0,
        }
    }

    fn push(&mut self, sampled: &[f64], hermite: &[f64]) {
        if self.complete {
            return;
        }
        let a: f64 = sampled.iter().zip(hermite).map(|(f, h)| f * h).sum();
        self.terms.push(a);
        if self.terms.len().is_multiple_of(BLOCK) {
            let floor = NEGLIGIBLE * self.squares.sqrt();
            let block = self.terms.iter().rev().take(BLOCK);
            self.complete = block.fold(0.0, |m: f64, a| m.max(a.abs())) <= floor;
        }
    }

    /// The coefficients, unless their squares do not add up.
    fn finish(self) -> Option<Coefficients> {
        let norm = self.squares.sqrt();
        let kept: f64 = self.terms.iter().map(|a| a * a).sum();
        if (self.squares - kept).abs() > PARSEVAL * self.squares {
            return None;
        }
        // A series that fell to rounding over a whole block has less than some blocks more of it.
        let mut rest = (10.0 * NEGLIGIBLE * norm).powi(2);
        let mut from_block = vec![rest.sqrt()];
        for block in self.terms.chunks(BLOCK).rev() {
            rest += block.iter().map(|a| a * a).sum::<f64>();
            from_block.push(rest.sqrt());
        }
        from_block.reverse();
        Some(Coefficients {
            terms: self.terms,
            norm,
            from_block,
        })
    }
}
