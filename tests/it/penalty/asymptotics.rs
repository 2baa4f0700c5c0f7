//! Null spaces, decay classes, zeros, and what is refused.

use super::{FIXED, close, model, penalty};
use spectral_bias::model::activation::Zeros;
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Shallow};
use spectral_bias::theory::penalty::{DecayClass, Penalty};
use std::f64::consts::PI;

const HALF_NORMAL: ScaleLaw = ScaleLaw::HalfNormal { std: 1.0 };
const CHI: ScaleLaw = ScaleLaw::GaussianNorm { std: 1.0 };

/// Degree for trained outputs, offsets, scales at one scale.
#[test]
fn null_spaces_at_one_scale() {
    let table: [(&[&str], [Option<i32>; 3]); 6] = [
        (&["relu"], [Some(1), Some(0), Some(1)]),
        (&["relu-power:k=2"], [Some(2), Some(1), Some(2)]),
        (
            &["abs", "leaky-relu", "elu", "gelu", "silu", "softplus"],
            [Some(1), Some(0), Some(1)],
        ),
        (&["heaviside", "sign"], [Some(0), None, Some(-1)]),
        (
            &["tanh", "sigmoid", "erf", "arctan", "hard-tanh", "relu6"],
            [Some(0), Some(-1), Some(-1)],
        ),
        (
            &["hat", "bspline:order=4", "gaussian", "sech"],
            [Some(-1), Some(-1), Some(-1)],
        ),
    ];
    for (names, degrees) in table {
        for name in names {
            for dim in [1, 2, 3, 10] {
                for (group, degree) in ["output", "offset", "scale"].into_iter().zip(degrees) {
                    let got = Penalty::new(&model(name, dim, FIXED, group, 1.0))
                        .map(|p| p.null_space_degree());
                    assert_eq!(got.ok(), degree, "{name}, {group}, d = {dim}");
                }
            }
        }
    }
    // Several groups: the maximum.
    assert_eq!(
        penalty("relu", 2, FIXED, "offset,scale").null_space_degree(),
        1
    );
    assert_eq!(
        penalty("tanh", 2, FIXED, "output,offset,scale").null_space_degree(),
        0
    );
    // A polynomial frees itself.
    assert_eq!(
        penalty("monomial:degree=2", 1, FIXED, "output").null_space_degree(),
        2
    );
}

/// ln S against ln r must have the slope on which the null space rests.
fn low_frequency_slope(p: &Penalty) -> f64 {
    let at = |r: f64| p.power_spectrum(r).unwrap().ln;
    (at(1e-6) - at(1e-5)) / (1e-6_f64 / 1e-5).ln()
}

#[test]
fn laws_of_scales_change_the_low_end() {
    let cases = [
        ("gaussian", 1, HALF_NORMAL, "output", -1.0, 0),
        ("hat", 1, HALF_NORMAL, "output", -1.0, 0),
        ("sech", 1, HALF_NORMAL, "output", -1.0, 0),
        ("tanh", 1, HALF_NORMAL, "scale", -3.0, 1),
        ("tanh", 1, HALF_NORMAL, "bias", -1.0, 0),
        ("tanh", 2, CHI, "scale", -2.0, 0),
        ("tanh", 3, CHI, "scale", -1.0, 0),
        // Bounded: the feature's own spectrum starts like t², small scales give r^{5−4}.
        ("tanh", 5, CHI, "scale", 1.0, -1),
        ("tanh", 1, HALF_NORMAL, "output", -2.0, 0),
        ("relu", 1, HALF_NORMAL, "output", -4.0, 1),
    ];
    for (name, dim, law, train, slope, degree) in cases {
        let p = penalty(name, dim, law, train);
        let got = low_frequency_slope(&p);
        assert!((got - slope).abs() < 0.05, "{name} {train}: slope {got}");
        assert_eq!(p.null_space_degree(), degree, "{name}, {train}, d = {dim}");
    }
    // A uniform law that stays away from 0 changes nothing.
    let law = ScaleLaw::Uniform {
        low: 0.5,
        high: 2.0,
    };
    assert_eq!(
        penalty("gaussian", 1, law, "output").null_space_degree(),
        -1
    );
}

fn order(p: &Penalty) -> f64 {
    match p.decay() {
        DecayClass::Algebraic { order } => order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn algebraic_orders() {
    for (name, p) in [
        ("heaviside", 1.0),
        ("relu", 2.0),
        ("leaky-relu", 2.0),
        ("hard-tanh", 2.0),
        ("elu:alpha=0.5", 2.0),
        ("elu:alpha=1", 3.0),
        ("relu-power:k=4", 5.0),
    ] {
        for d in [1, 2, 7] {
            let expected = 2.0 * p + d as f64 - 1.0;
            assert_eq!(
                order(&penalty(name, d, FIXED, "output")),
                expected,
                "{name}"
            );
            if p > 1.0 {
                let offset = order(&penalty(name, d, FIXED, "output,offset"));
                assert_eq!(offset, expected - 2.0, "{name}");
            }
            // Half-normal scales keep the order.
            let mixed = penalty(name, d, HALF_NORMAL, "output");
            assert_eq!(order(&mixed), expected, "{name}");
            let ln = |r: f64| mixed.weight(r).unwrap().log_weight.unwrap();
            let slope = (ln(1e7) - ln(1e6)) / 10f64.ln();
            assert!(
                (slope - expected).abs() < 1e-3,
                "{name}: {slope} for {expected}"
            );
        }
    }
    // Trained scales: a kink at the origin keeps its order, one elsewhere loses one.
    assert_eq!(order(&penalty("relu", 1, FIXED, "scale")), 4.0);
    assert_eq!(order(&penalty("hard-tanh", 1, FIXED, "scale")), 2.0);
}

#[test]
fn exponential_rates() {
    let rate = |p: Penalty| match p.decay() {
        DecayClass::Exponential { rate, exponent } => (rate, exponent),
        other => panic!("{other:?}"),
    };
    let s = 0.7;
    for (name, expected, exponent) in [
        ("tanh", PI / s, 1.0),
        ("sech", PI / s, 1.0),
        ("sigmoid", 2.0 * PI / s, 1.0),
        ("softplus", 2.0 * PI / s, 1.0),
        ("silu", 2.0 * PI / s, 1.0),
        ("arctan", 2.0 / s, 1.0),
        ("erf", 0.5 / (s * s), 2.0),
        ("gelu", 1.0 / (s * s), 2.0),
        ("gaussian", 1.0 / (s * s), 2.0),
    ] {
        let (got, power) = rate(penalty(name, 1, ScaleLaw::Fixed(s), "output"));
        close(got, expected, 1e-14);
        assert_eq!(power, exponent, "{name}");
    }
    let (got, power) = rate(penalty("tanh", 1, CHI, "output"));
    close(got, 1.5 * PI.powf(2.0 / 3.0), 1e-14);
    close(power, 2.0 / 3.0, 1e-14);
    let (got, power) = rate(penalty(
        "gaussian",
        1,
        ScaleLaw::HalfNormal { std: 2.0 },
        "output",
    ));
    close(got, 2f64.sqrt() / 2.0, 1e-14);
    assert_eq!(power, 1.0);
    // The rate is the one with which the computed weight grows.
    for (name, law) in [
        ("tanh", CHI),
        ("erf", ScaleLaw::HalfNormal { std: 0.5 }),
        (
            "gelu",
            ScaleLaw::Uniform {
                low: 0.1,
                high: 1.5,
            },
        ),
    ] {
        let p = penalty(name, 1, law, "output");
        let (expected, power) = rate(p.clone());
        let ln = |r: f64| p.weight(r).unwrap().log_weight.unwrap();
        let (a, b): (f64, f64) = (1e6, 1.1e6);
        close(
            (ln(b) - ln(a)) / (b.powf(power) - a.powf(power)),
            expected,
            1e-3,
        );
    }
}

#[test]
fn zeros_and_lines() {
    let spacing = |p: Penalty| match p.zeros() {
        Zeros::Multiples { spacing } => spacing,
        other => panic!("{other:?}"),
    };
    let s = ScaleLaw::Fixed(1.5);
    close(spacing(penalty("hat", 1, s, "output")), 3.0 * PI, 1e-15);
    close(
        spacing(penalty("hard-tanh", 1, s, "output")),
        1.5 * PI,
        1e-15,
    );
    close(
        spacing(penalty("relu6", 1, s, "output,offset")),
        0.5 * PI,
        1e-15,
    );
    // The hat's zeros are double: trained scales do not fill them. Those of hard tanh are simple.
    close(
        spacing(penalty("hat", 1, s, "output,scale")),
        3.0 * PI,
        1e-15,
    );
    assert_eq!(
        penalty("hard-tanh", 1, s, "output,scale").zeros(),
        Zeros::None
    );
    assert_eq!(
        penalty("hat", 1, HALF_NORMAL, "output").zeros(),
        Zeros::None
    );
    assert_eq!(penalty("relu", 1, s, "output").zeros(), Zeros::None);
    assert_eq!(
        penalty("identity", 1, s, "output").zeros(),
        Zeros::Everywhere
    );
    assert_eq!(
        penalty("heaviside", 1, s, "scale").zeros(),
        Zeros::Everywhere
    );
}

#[test]
fn sine_has_lines() {
    let p = penalty("sin:frequency=2", 1, ScaleLaw::Fixed(3.0), "output");
    assert_eq!(p.weight(1.0).unwrap().log_weight, None);
    let atoms = p.atoms();
    assert_eq!(atoms.len(), 1);
    close(atoms[0].0, 6.0, 1e-15);
    close(atoms[0].1.norm(), 0.5, 1e-15);
    // Mixed scales spread the line: E cos(2st)/2 = e^{−2t²}/2, whose transform is √(π/8) e^{−ω²/8}.
    let p = penalty("sin:frequency=2", 1, HALF_NORMAL, "output");
    for omega in [0.1, 1.0, 5.0, 40.0] {
        let expected = (PI / 8.0).sqrt().ln() - omega * omega / 8.0;
        close(p.power_spectrum(omega).unwrap().ln, expected, 1e-13);
    }
    assert_eq!(
        p.decay(),
        DecayClass::Exponential {
            rate: 0.125,
            exponent: 2.0
        }
    );
}

#[test]
fn what_is_no_multiplier_is_refused_with_its_reason() {
    let refused = |m: &Shallow, why: &str| {
        let message = Penalty::new(m).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
    };
    refused(&model("relu", 2, FIXED, "output,weight", 1.0), "⟨x, x′⟩");
    refused(&model("relu", 2, FIXED, "direction", 1.0), "directions");
    refused(
        &model("heaviside", 1, FIXED, "offset", 1.0),
        "not integrable",
    );
    let gaussian = Ensemble::Gaussian {
        weight_std: 1.0,
        bias_std: 1.0,
    };
    let relu = || Activation::parse("relu").unwrap();
    refused(
        &Shallow::new(relu(), 1, gaussian, super::outputs()).unwrap(),
        "WeightedForm",
    );
    let cauchy = Ensemble::RadonSpline {
        offset: OffsetLaw::Cauchy { scale: 1.0 },
        scale: FIXED,
    };
    refused(
        &Shallow::new(relu(), 1, cauchy, super::outputs()).unwrap(),
        "not uniform",
    );
    // A mean over scales that diverges.
    let message = Penalty::new(&model("hat", 1, HALF_NORMAL, "scale", 1.0))
        .unwrap_err()
        .to_string();
    assert!(message.contains("diverges as s → 0"), "{message}");
}
