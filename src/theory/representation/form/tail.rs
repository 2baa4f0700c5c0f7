//! α far out in even dimensions, where it decays algebraically.

use super::super::slices::filter;
use crate::error::Result;
use crate::numerics::Estimate;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Chebyshev points of the fit of f̂ near 0, and the terms kept of the expansion.
const POINTS: usize = 32;
const KEPT: usize = 24;
const TERMS: usize = 14;
/// Chebyshev coefficients below rounding are taken to fall at least by this.
const SINK: f64 = 0.25;

/// α(γ) ~ (c/π) Re Σ_j i^{k+1} g_j (n+j)! (i sgn γ)^{n+j+1}/|γ|^{n+j+1} as |γ| → ∞, from α̂ = c i^{k+1} ω^n Σ g_j ω^j at ω → 0+,
/// n = d + k, f̂(ωξ) = Σ g_j ω^j, c = (2π)^{1−d}|S^{d−1}|/(2J).
#[derive(Clone, Debug)]
pub(super) struct Tail {
    order: usize,
    /// Terms for γ > 0 and γ < 0, as multiples of |γ|^{−n−j−1}.
    sides: [Vec<f64>; 2],
    errors: Vec<f64>,
}

impl Tail {
    /// From f̂(ωξ) = g(ω) on (0, width].
    pub fn new(
        dim: usize,
        degree: usize,
        jump: f64,
        width: f64,
        g: impl Fn(f64) -> Result<(Complex64, f64)>,
    ) -> Result<Self> {
        let (taylor, errors) = taylor(width, g)?;
        let order = dim + degree;
        let constant = filter(dim, 1.0) / (PI * jump);
        let factorial = |n: usize| (1..=n).map(|j| j as f64).product::<f64>();
        let side = |i: Complex64| -> Vec<f64> {
            let terms = taylor.iter().enumerate().map(|(j, g)| {
                let wave = Complex64::I.powu(degree as u32 + 1) * i.powu((order + j + 1) as u32);
                constant * factorial(order + j) * (wave * g).re
            });
            terms.collect()
        };
        Ok(Self {
            order,
            sides: [side(Complex64::I), side(-Complex64::I)],
            errors: errors
                .iter()
                .enumerate()
                .map(|(j, e)| constant.abs() * factorial(order + j) * e)
                .collect(),
        })
    }

    /// Summed to its least terms.
    pub fn at(&self, offset: f64) -> Estimate {
        let side = &self.sides[usize::from(offset < 0.0)];
        let x = offset.abs();
        let mut power = x.powi(-(self.order as i32) - 1);
        let mut terms = [(0.0, 0.0); TERMS];
        for (slot, (term, doubt)) in terms.iter_mut().zip(side.iter().zip(&self.errors)) {
            let value = term * power;
            *slot = (value, doubt * power + 8.0 * f64::EPSILON * f64::abs(value));
            power /= x;
        }
        // From the end backwards as long as the terms grow towards it; single ones may vanish, so three are looked at.
        let size = |end: usize| -> f64 {
            let last = terms.get(end.saturating_sub(3)..end).unwrap_or(&[]);
            last.iter().map(|(v, _)| v.abs()).fold(0.0, f64::max)
        };
        let mut end = TERMS;
        while end > 3 && size(end) > size(end - 1) {
            end -= 1;
        }
        let kept = terms.iter().take(end);
        let (value, error) = kept.fold((0.0, 0.0), |(v, e), term| (v + term.0, e + term.1));
        Estimate::new(value, error + 2.0 * size(end))
    }
}

/// The Taylor coefficients of g at 0, g(−ω) = conj g(ω), and bounds on their errors.
fn taylor(
    width: f64,
    g: impl Fn(f64) -> Result<(Complex64, f64)>,
) -> Result<(Vec<Complex64>, Vec<f64>)> {
    let nodes: Vec<f64> = (0..POINTS)
        .map(|i| (PI * (i as f64 + 0.5) / POINTS as f64).cos())
        .collect();
    let mut values = Vec::with_capacity(POINTS);
    let mut lost = 0.0f64;
    for &t in &nodes {
        let (at, error) = g(width * t.abs())?;
        lost = lost.max(error);
        values.push(if t > 0.0 { at } else { at.conj() });
    }
    let size = values.iter().map(|v| v.norm()).fold(0.0, f64::max);
    let chebyshev: Vec<Complex64> = (0..KEPT)
        .map(|n| {
            let terms = values.iter().enumerate().map(|(i, v)| {
                let angle = PI * n as f64 * (i as f64 + 0.5) / POINTS as f64;
                v * angle.cos()
            });
            let sum: Complex64 = terms.sum();
            sum * (if n == 0 { 1.0 } else { 2.0 } / POINTS as f64)
        })
        .collect();
    // Coefficients sink to rounding, and the true ones on below it: only those above it, which rounding has touched, count in full.
    let noise = 4.0 * f64::EPSILON * size + lost;
    let last = chebyshev
        .iter()
        .rposition(|c| c.norm() > noise)
        .unwrap_or(0);
    let omitted = if last + 2 < KEPT {
        0.0
    } else {
        chebyshev.iter().rev().take(2).map(|c| c.norm()).sum()
    };
    // T_n as monomials, by T_{n+1} = 2tT_n − T_{n−1}.
    let mut previous = vec![0.0; KEPT];
    let mut current = vec![0.0; KEPT];
    current[0] = 1.0;
    let mut sums = vec![Complex64::default(); TERMS];
    let mut sizes = vec![0.0; TERMS];
    for (n, c) in chebyshev.iter().enumerate() {
        let (c, doubt) = if n <= last {
            (*c, noise + omitted)
        } else {
            (Complex64::default(), noise * SINK.powi((n - last) as i32))
        };
        for ((sum, size), t) in sums.iter_mut().zip(&mut sizes).zip(&current) {
            *sum += c * *t;
            *size += doubt * f64::abs(*t);
        }
        let factor = if n == 0 { 1.0 } else { 2.0 };
        let raised = std::iter::once(&0.0).chain(&current);
        let next = raised.zip(&previous).map(|(r, p)| factor * r - p).collect();
        previous = std::mem::replace(&mut current, next);
    }
    let unit = |j: usize| width.powi(-(j as i32));
    let coefficients = sums.iter().enumerate().map(|(j, c)| c * unit(j));
    let errors = sizes.iter().enumerate().map(|(j, e)| e * unit(j));
    Ok((coefficients.collect(), errors.collect()))
}
