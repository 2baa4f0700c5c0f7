//! Closed forms for erf and for sines.

use super::{Covariance, DualValue};
use crate::numerics::Estimate;
use std::f64::consts::PI;

/// φ(z) = erf(cz) (Williams 1997, eq. 11): E[φφ] = (2/π) arcsin(2c²q₁₂/√((1+2c²q₁₁)(1+2c²q₂₂))),
/// E[φ′φ′] = (4c²/π)/√(1 + A + B + AB(1−ρ²)), A = 2c²q₁₁, B = 2c²q₂₂.
pub(crate) fn erf(scale: f64, covariance: &Covariance) -> DualValue {
    let c = scale.abs();
    let a = std::f64::consts::SQRT_2 * c * covariance.q11.sqrt();
    let b = std::f64::consts::SQRT_2 * c * covariance.q22.sqrt();
    let rho = covariance.correlation;
    // √(1 + a² + b² + a²b²(1−ρ²)), free of overflow; as an arctangent nothing is lost at arcsin's ends.
    let root = 1.0_f64.hypot(a).hypot(b).hypot(a * b * rho.sine());
    let nngp = 2.0 / PI * (a * b * rho.rho()).atan2(root);
    let own = |s: f64| 2.0 / PI * (s * s).atan2(1.0_f64.hypot(std::f64::consts::SQRT_2 * s));
    let derivative = 4.0 * c * c / PI / root;
    DualValue {
        nngp: Estimate::new(nngp, 1e-14 * own(a).sqrt() * own(b).sqrt()),
        derivative: Estimate::new(derivative, 1e-14 * derivative),
    }
}

/// φ(z) = sin(fz + p): E[φφ] = ½(e^{−f²E(u−v)²/2} − cos(2p) e^{−f²E(u+v)²/2}) and
/// E[φ′φ′] = ½f²(e^{−f²E(u−v)²/2} + cos(2p) e^{−f²E(u+v)²/2}).
pub(crate) fn sine(frequency: f64, phase: f64, covariance: &Covariance) -> DualValue {
    let square = frequency * frequency;
    let (sin, cos) = phase.sin_cos();
    let rho = covariance.correlation;
    let spread = (covariance.q11.sqrt() - covariance.q22.sqrt()).powi(2);
    let product = 2.0 * covariance.scale();
    let near = 0.5 * square * (spread + product * rho.one_minus());
    let far = 0.5 * square * (spread + product * rho.one_plus());
    // ½(e^{−near} − e^{−far}), small where both are alike.
    let difference = if near < far {
        -0.5 * (-near).exp() * (near - far).exp_m1()
    } else {
        0.5 * (-far).exp() * (far - near).exp_m1()
    };
    let far = (-far).exp();
    let own = |q: f64| -0.5 * (-2.0 * square * q).exp_m1();
    let size = |weight: f64| {
        let both = |q: f64| own(q) + weight * (-2.0 * square * q).exp();
        (both(covariance.q11) * both(covariance.q22)).sqrt()
    };
    DualValue {
        nngp: Estimate::new(difference + sin * sin * far, 1e-14 * size(sin * sin)),
        derivative: Estimate::new(
            square * (difference + cos * cos * far),
            1e-14 * square * size(cos * cos),
        ),
    }
}
