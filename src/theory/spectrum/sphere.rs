//! Spheres and circles: Funk and Hecke, by whichever way keeps the most digits.

use super::continuation::CutSpectrum;
use super::zonal::ZonalKernel;
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use crate::numerics::quadrature::gauss_legendre;
use crate::numerics::special::{Correlation, gegenbauer_into, sphere_moment};
use std::f64::consts::PI;

/// A degree known to this is not sought by another way.
const GOOD: f64 = 1e-11;
/// Panels of the direct rule halve this often towards either end of \[0, π\].
const GRADED: i32 = 12;
/// Nodes per panel.
const NODES: usize = 20;
/// A panel resolves a polynomial of this degree many times over.
const DEGREES_PER_PANEL: usize = 16;
/// Reaches of a continuation that are tried, as parts of the one it states.
const REACHES: [f64; 7] = [1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.12];
/// Degrees at which a continuation must agree with quadrature.
const COMPARED: usize = 48;
/// How many terms of a series to begin with, beyond the degrees wanted, and the most.
const FIRST_TERMS: usize = 256;
const MOST_TERMS: usize = 8192;

/// The eigenvalues of degrees 0…count−1 on S^{d−1}, d ≥ 2, under the uniform probability.
pub(super) fn eigenvalues(
    kernel: &dyn ZonalKernel,
    dim: usize,
    count: usize,
) -> Result<Vec<Estimate>> {
    let infinite = || Error::undefined("spectrum", "the kernel is not finite on its domain");
    if let Some(closed) = kernel.closed_form(dim, count) {
        // All together they are no more than κ(1): one that overflows says that κ does.
        let finite = |e: &Estimate| e.value.is_finite() && e.error.is_finite();
        return closed
            .iter()
            .all(finite)
            .then_some(closed)
            .ok_or_else(infinite);
    }
    let mut best = vec![Estimate::new(0.0, f64::INFINITY); count];
    let good = |best: &[Estimate]| best.iter().all(|e| e.error <= GOOD * e.value.abs());
    if let Some(continuation) = kernel.continuation() {
        let direct = quadrature(kernel, dim, count.max(COMPARED));
        keep_better(&mut best, &direct);
        for part in REACHES {
            let cuts = CutSpectrum::new(continuation, dim, part * continuation.reach());
            let holds = direct.iter().take(COMPARED).enumerate().all(|(k, d)| {
                let c = cuts.eigenvalue(k);
                (c.value - d.value).abs() <= c.error + d.error
            });
            if holds {
                let found: Vec<Estimate> = (0..count).map(|k| cuts.eigenvalue(k)).collect();
                keep_better(&mut best, &found);
                break;
            }
        }
    }
    let mut terms = FIRST_TERMS.max(count + count / 4);
    let mut listed = 0;
    while !good(&best) && terms <= 2 * MOST_TERMS {
        let Some(series) = kernel.power_series(terms.min(MOST_TERMS)) else {
            break;
        };
        if series.coefficients().len() <= listed {
            break;
        }
        listed = series.coefficients().len();
        keep_better(&mut best, &series.on_sphere(dim, count));
        terms *= 4;
    }
    // Quadrature rounds to some 1e−16 of κ(1): worth its time only where that is less.
    let size = kernel.value(Correlation::from_one_minus(0.0)).value.abs();
    let coarse = best
        .iter()
        .any(|e| e.error > GOOD * e.value.abs() && e.error > f64::EPSILON * size);
    if coarse && kernel.continuation().is_none() {
        keep_better(&mut best, &quadrature(kernel, dim, count));
    }
    if best.iter().all(|e| !e.error.is_finite()) {
        return Err(infinite());
    }
    Ok(best)
}

/// Takes what has the smaller error.
pub(super) fn keep_better(best: &mut [Estimate], other: &[Estimate]) {
    for (own, other) in best.iter_mut().zip(other) {
        if other.error < own.error && other.value.is_finite() {
            *own = *other;
        }
    }
}

/// λ_k = ∫₀^π κ(cos θ) P_k(cos θ) sin^{d−2}θ dθ / ∫₀^π sin^{d−2}θ dθ by Gauss–Legendre panels: errors are relative to κ(1),
/// not to λ_k.
fn quadrature(kernel: &dyn ZonalKernel, dim: usize, count: usize) -> Vec<Estimate> {
    let panels = 8 + count / DEGREES_PER_PANEL;
    let (coarse, fine) = (
        panel_rule(kernel, dim, count, panels),
        panel_rule(kernel, dim, count, 2 * panels + 1),
    );
    fine.iter()
        .zip(&coarse)
        .map(|(a, b)| Estimate::new(a.value, a.error + (a.value - b.value).abs()))
        .collect()
}

fn panel_rule(kernel: &dyn ZonalKernel, dim: usize, count: usize, panels: usize) -> Vec<Estimate> {
    // Angles from either end, so that 1 − t and 1 + t keep their digits; halved panels beside the ends.
    let width = 0.5 * PI / panels as f64;
    let mut edges = vec![0.0];
    edges.extend((1..=GRADED).rev().map(|i| width * 0.5_f64.powi(i)));
    edges.extend((1..=panels).map(|i| width * i as f64));
    let rule = gauss_legendre(NODES);
    // 1/∫ sin^{d−2} = Γ(d/2)/(√π Γ((d−1)/2)).
    let norm = 1.0 / (PI * sphere_moment(dim - 1, 1.0));
    let mut sums = vec![Estimate::default(); count];
    let mut polynomials = vec![0.0; count];
    for pair in edges.windows(2) {
        let [low, high] = pair else { continue };
        let half = 0.5 * (high - low);
        for (&x, &w) in rule.nodes.iter().zip(&rule.weights) {
            let angle = low + half * (1.0 + x);
            let near = 2.0 * (0.5 * angle).sin().powi(2);
            let weight = norm * w * half * angle.sin().powi(dim as i32 - 2);
            for t in [
                Correlation::from_one_minus(near),
                Correlation::from_one_plus(near),
            ] {
                let value = kernel.value(t);
                gegenbauer_into(dim, t.rho(), &mut polynomials);
                let noise = weight * (value.error + 4.0 * f64::EPSILON * value.value.abs());
                for (sum, p) in sums.iter_mut().zip(&polynomials) {
                    sum.value += weight * value.value * p;
                    sum.error += noise * p.abs();
                }
            }
        }
    }
    sums
}
