//! Coefficients of homogeneous functions and piecewise polynomials, by parts.

use super::mean_of;
use crate::model::activation::PiecewisePolynomial;
use crate::numerics::Estimate;
use crate::numerics::special::{gamma, hermite_function_into, normal_pdf};
use crate::theory::kernel::Homogeneous;
use std::f64::consts::PI;

/// a_n at variance q for n = 0…count−1: E[z₊^p h_n] by parts.
pub(super) fn homogeneous(function: &Homogeneous, variance: f64, count: usize) -> Vec<Estimate> {
    let p = function.degree;
    let size = variance.powf(0.5 * p as f64);
    let mut plus = vec![0.0; count.max(p + 3)];
    // E[z₊^m] = 2^{m/2−1} Γ((m+1)/2)/√π; E[z₊^p h_n] = p!/((p−n)! √n!) E[z₊^{p−n}] for n ≤ p.
    let half =
        |m: usize| 2.0_f64.powf(0.5 * m as f64 - 1.0) * gamma(0.5 * (m as f64 + 1.0)) / PI.sqrt();
    let mut falling = 1.0;
    for (n, value) in plus.iter_mut().enumerate().take(p + 1) {
        *value = falling * half(p - n);
        falling *= (p - n) as f64 / ((n + 1) as f64).sqrt();
    }
    // n = p+1+2j: p! ϕ(0) He_{2j}(0)/√n!.
    let factorial: f64 = (1..=p).map(|i| i as f64).product();
    let root: f64 = (1..=p + 1).map(|i| (i as f64).sqrt()).product();
    let mut value = factorial / ((2.0 * PI).sqrt() * root);
    for (j, slot) in plus.iter_mut().skip(p + 1).step_by(2).enumerate() {
        *slot = value;
        let n = (p + 1 + 2 * j) as f64;
        value *= -((2 * j + 1) as f64) / ((n + 1.0) * (n + 2.0)).sqrt();
    }
    plus.truncate(count);
    for (n, value) in plus.iter_mut().enumerate() {
        *value *= size
            * (function.right
                + if n % 2 == 0 {
                    function.left
                } else {
                    -function.left
                });
    }
    let rounding = |n: usize| (n as f64 + 16.0) * f64::EPSILON;
    let values = plus.into_iter().enumerate();
    values
        .map(|(n, a)| Estimate::new(a, rounding(n).min(1e-13) * a.abs()))
        .collect()
}

/// a_n = (σ a′_{n−1} + Σ_z [φ](z) ϕ(z/σ) h_{n−1}(z/σ))/√n, a′ the coefficients of φ′, [φ] its jumps.
pub(in super::super) fn piecewise(
    function: &PiecewisePolynomial,
    sigma: f64,
    count: usize,
) -> Vec<Estimate> {
    let knots = function.knots();
    let edge: Vec<Vec<f64>> = knots
        .iter()
        .map(|z| {
            let x = z / sigma;
            let mut values = vec![0.0; count];
            hermite_function_into(x, &mut values);
            let root = normal_pdf(x).sqrt();
            values.iter_mut().for_each(|v| *v *= root);
            values
        })
        .collect();
    let splits: Vec<f64> = knots.iter().map(|z| z / sigma).collect();
    // The recurrence of the Hermite functions loses about one unit for every few degrees.
    let rounding = |n: usize| 8.0 * f64::EPSILON + 1e-16 * (4.0 + n as f64 / 8.0);
    let mut above = vec![Estimate::default(); count];
    for order in (0..=function.degree()).rev() {
        let mean = {
            let derivative = |z: f64| {
                let i = knots.partition_point(|knot| *knot < z);
                let taylor = function.pieces().get(i).map(|p| p.about(z));
                let factorial: f64 = (1..=order).map(|i| i as f64).product();
                taylor
                    .and_then(|t| t.get(order).copied())
                    .map_or(0.0, |c| c * factorial)
            };
            mean_of(|x| derivative(sigma * x), &splits)
        };
        let mut own = vec![mean];
        for n in 1..count {
            let root = (n as f64).sqrt();
            let mut term = above[n - 1] * (sigma / root);
            for (knot, values) in edge.iter().enumerate() {
                let jump = function.jump(knot, order) * values[n - 1] / root;
                term = term + Estimate::new(jump, rounding(n) * jump.abs());
            }
            own.push(term);
        }
        above = own;
    }
    let rounded =
        |a: &Estimate| Estimate::new(a.value, a.error + 2.0 * f64::EPSILON * a.value.abs());
    above.iter().map(rounded).collect()
}
