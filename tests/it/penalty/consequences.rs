//! What follows in closed form from the definition.

use super::{FIXED, close, model, penalty};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Shallow};
use spectral_bias::numerics::special::sphere_surface;
use spectral_bias::theory::penalty::Penalty;
use std::f64::consts::PI;

/// ReLU: weight = π|S^{d−1}| r^{d+3}/(2π)^d, which is r⁴ in one dimension.
#[test]
fn relu_penalises_like_a_cubic_spline() {
    for d in [1, 2, 3, 5, 20] {
        let p = penalty("relu", d, FIXED, "output");
        for r in [1e-3, 0.3, 1.0, 17.0] {
            let constant = PI * sphere_surface(d) / (2.0 * PI).powi(d as i32);
            let w = p.weight(r).unwrap();
            close(w.weight.unwrap(), constant * r.powi(d as i32 + 3), 1e-12);
        }
    }
    close(
        penalty("relu", 1, FIXED, "output")
            .weight(3.0)
            .unwrap()
            .weight
            .unwrap(),
        81.0,
        1e-13,
    );
}

/// S = (s² + v²)/ω⁴ + v²s²/ω²: the linear frequency principle.
#[test]
fn relu_with_everything_trained_is_the_linear_frequency_principle() {
    let (s, v) = (1.7, 0.4_f64);
    let p = Penalty::new(&model(
        "relu",
        1,
        ScaleLaw::Fixed(s),
        "output,offset,scale",
        v,
    ))
    .unwrap();
    for omega in [1e-3, 0.2, 1.0, 30.0, 1e3_f64] {
        let expected = (s * s + v * v) / omega.powi(4) + v * v * s * s / (omega * omega);
        close(p.power_spectrum(omega).unwrap().value(), expected, 1e-12);
    }
}

#[test]
fn half_normal_scales_turn_the_gaussian_into_an_exponential() {
    for sigma in [0.3, 1.0, 5.0] {
        let p = penalty("gaussian", 1, ScaleLaw::HalfNormal { std: sigma }, "output");
        for r in [1e-6, 1e-3, 0.1, 1.0, 20.0, 1e3] {
            let expected = (2f64.sqrt() * PI / (sigma * r)).ln() - 2f64.sqrt() * r / sigma;
            let got = p.power_spectrum(r).unwrap();
            assert!(
                (got.ln - expected).abs() <= got.relative_error,
                "{got:?} {expected}"
            );
            // The rounding of a logarithm of that size is part of it.
            assert!(got.relative_error < 2e-12 + 1e-14 * got.ln.abs(), "{got:?}");
        }
    }
}

#[test]
fn learning_rates_and_densities_are_factors() {
    let base = penalty("tanh", 2, FIXED, "output")
        .power_spectrum(1.3)
        .unwrap()
        .value();
    let rated = penalty("tanh", 2, FIXED, "output=0.25")
        .power_spectrum(1.3)
        .unwrap()
        .value();
    close(rated, 0.25 * base, 1e-13);
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Uniform { radius: 4.0 },
        scale: FIXED,
    };
    let tanh = Activation::parse("tanh").unwrap();
    let bounded =
        Penalty::new(&Shallow::new(tanh, 2, ensemble, super::outputs()).unwrap()).unwrap();
    close(
        bounded.power_spectrum(1.3).unwrap().value(),
        base / 8.0,
        1e-13,
    );
    let sum = penalty("tanh", 2, FIXED, "output=0.25,offset=2")
        .power_spectrum(1.3)
        .unwrap()
        .value();
    close(sum, base * (0.25 + 2.0 * 1.3 * 1.3), 1e-13);
}

/// S_γ = s² S_b.
#[test]
fn offsets_are_biases_times_scales() {
    let s = ScaleLaw::Fixed(2.5);
    for r in [0.01, 1.0, 30.0] {
        let offset = penalty("gelu", 3, s, "offset").power_spectrum(r).unwrap();
        let bias = penalty("gelu", 3, s, "bias").power_spectrum(r).unwrap();
        assert!(
            (offset.ln - bias.ln - 2.5f64.powi(2).ln()).abs()
                <= offset.relative_error + bias.relative_error
        );
    }
}

/// A law of scales that hardly varies is one scale.
#[test]
fn a_narrow_law_is_a_fixed_scale() {
    let law = ScaleLaw::Uniform {
        low: 1.0 - 1e-6,
        high: 1.0 + 1e-6,
    };
    for name in ["relu", "tanh", "hat", "gelu"] {
        for train in ["output", "output,offset,scale"] {
            let narrow = penalty(name, 2, law, train).power_spectrum(2.0).unwrap();
            let fixed = penalty(name, 2, FIXED, train).power_spectrum(2.0).unwrap();
            assert!(
                (narrow.ln - fixed.ln).abs() < 1e-9,
                "{name}: {narrow:?} {fixed:?}"
            );
        }
    }
}
