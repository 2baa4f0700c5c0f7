//! Dual activations of any activation by adaptive quadrature, split at its kinks.

use super::{Covariance, DualValue, TOLERANCE};
use crate::model::Activation;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate, integrate_estimates};
use crate::numerics::special::{Correlation, normal_pdf};

/// Beyond |x| = 9.5 the normal law has 2e−21 of its mass.
const REACH: f64 = 9.5;

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)]; the variances may be 0 and the correlation ±1.
pub(crate) fn dual(activation: &Activation, covariance: &Covariance) -> DualValue {
    let kinks = activation.kinks();
    let places: Vec<f64> = kinks.iter().map(|k| k.at).chain([0.0]).collect();
    let value = |z: f64| activation.value(z);
    let slope = |z: f64| activation.derivative(z);
    let nngp = mean_product(&value, &places, covariance);
    let mut derivative = mean_product(&slope, &places, covariance);
    let steps: Vec<_> = kinks.iter().filter(|k| k.order == 0).collect();
    let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
    let rho = covariance.correlation;
    for step in &steps {
        for (s, t) in [(s1, s2), (s2, s1)] {
            let density = density(step.at, s);
            if density != 0.0 {
                // v given u = at: mean ρ t at/s, standard deviation t√(1−ρ²).
                let given = |w: f64| slope(t * (rho.rho() * step.at / s + rho.sine() * w));
                let splits = inner_splits(&places, t, rho.rho() * step.at / s, rho.sine());
                let mean = mean(given, &splits, 0.0);
                derivative = derivative + mean * (step.jump * density);
            }
        }
        for other in &steps {
            let weight = step.jump * other.jump;
            let density = density(step.at, s1)
                * density(other.at - rho.rho() * s2 * step.at / s1, s2 * rho.sine());
            if density != 0.0 {
                derivative = derivative + Estimate::closed_form(weight * density);
            }
        }
    }
    DualValue { nngp, derivative }
}

/// The density of N(0, std²) at z; that of a constant 0 is 0 elsewhere and infinite at 0.
fn density(z: f64, std: f64) -> f64 {
    if std > 0.0 {
        normal_pdf(z / std) / std
    } else if z == 0.0 {
        f64::INFINITY
    } else {
        0.0
    }
}

/// E[f(u)f(v)].
fn mean_product(f: &impl Fn(f64) -> f64, places: &[f64], covariance: &Covariance) -> Estimate {
    let (s1, s2) = (covariance.q11.sqrt(), covariance.q22.sqrt());
    let rho = covariance.correlation;
    if s1 == 0.0 || s2 == 0.0 {
        let alone = |s: f64| {
            if s == 0.0 {
                Estimate::new(f(0.0), 0.0)
            } else {
                mean(|x| f(s * x), &scaled(places, s), 0.0)
            }
        };
        return alone(s1) * alone(s2);
    }
    let square = |s: f64| mean(|x| f(s * x).powi(2), &scaled(places, s), 0.0);
    let size = (square(s1).value * square(s2).value).sqrt();
    let mut splits = scaled(places, s1);
    if rho.rho() != 0.0 {
        splits.extend(scaled(places, s2 * rho.rho()));
    }
    let absolute = TOLERANCE * size;
    if rho.sine() == 0.0 {
        let product = |x: f64| f(s1 * x) * f(s2 * rho.rho() * x);
        return mean(product, &splits, absolute);
    }
    product_of_correlated(f, places, (s1, s2), rho, &splits, absolute)
}

/// The outer integral runs along u = s₁x, the inner along v = s₂(ρx + √(1−ρ²)w).
fn product_of_correlated(
    f: &impl Fn(f64) -> f64,
    places: &[f64],
    (s1, s2): (f64, f64),
    rho: Correlation,
    splits: &[f64],
    absolute: f64,
) -> Estimate {
    let inner = |x: f64| {
        let splits = inner_splits(places, s2, rho.rho() * x, rho.sine());
        let given = |w: f64| f(s2 * (rho.rho() * x + rho.sine() * w));
        mean(given, &splits, 0.0) * (f(s1 * x) * normal_pdf(x))
    };
    let tolerance = Tolerance {
        absolute,
        ..Tolerance::default()
    };
    integrate_estimates(inner, -REACH, REACH, splits, &tolerance).estimate()
}

fn inner_splits(places: &[f64], s: f64, mean: f64, sine: f64) -> Vec<f64> {
    places.iter().map(|z| (z / s - mean) / sine).collect()
}

fn scaled(places: &[f64], s: f64) -> Vec<f64> {
    places.iter().map(|z| z / s).collect()
}

/// E[f(Z)].
fn mean(f: impl Fn(f64) -> f64, splits: &[f64], absolute: f64) -> Estimate {
    let tolerance = Tolerance {
        absolute,
        relative: 0.03 * TOLERANCE,
        ..Tolerance::default()
    };
    integrate(|x| f(x) * normal_pdf(x), -REACH, REACH, splits, &tolerance).estimate()
}
