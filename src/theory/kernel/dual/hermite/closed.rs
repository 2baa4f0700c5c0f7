//! Coefficients of homogeneous functions, in closed form.

use crate::numerics::Estimate;
use crate::numerics::special::gamma;
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
