//! Activations known by their values only: closures, tables, formulas.

use num_complex::Complex64;
use spectral_bias::model::Activation;
use spectral_bias::model::activation::{
    Decay, Extrapolation, Family, Feature, Kink, Parity, PiecewisePolynomial, Remainder, Tails,
};
use std::sync::Arc;

const FREQUENCIES: [f64; 9] = [1e-3, 0.03, 0.3, 1.0, 2.5, 7.0, 20.0, 100.0, 1e3];

/// A closure with the values of a known activation: everything else is to be found.
fn imitate(name: &str, derivative: bool) -> (Activation, Activation) {
    let known = Activation::parse(name).unwrap();
    let shared = Arc::new(known.clone());
    let (f, g) = (Arc::clone(&shared), shared);
    let mut builder = Activation::from_fn(format!("like {name}"), move |z| f.value(z));
    if derivative {
        builder = builder.derivative(move |z| g.derivative(z));
    }
    for kink in known.kinks() {
        builder = builder.kink(kink.at, kink.order, kink.jump);
    }
    (known, builder.build().unwrap())
}

/// The true error is below the stated one.
fn compare(known: &Activation, found: &Activation, bad: &mut Vec<String>) -> f64 {
    let (mut worst, mut widest): (f64, f64) = (0.0, 0.0);
    for omega in FREQUENCIES {
        let exact = known.fourier(omega).unwrap();
        let scale = exact.exponent.exp();
        let s = found.fourier(omega).unwrap();
        let unscale = s.exponent.exp();
        for (what, a, b, bound) in [
            ("value", exact.value, s.value, s.value_error),
            ("stretch", exact.stretch, s.stretch, s.stretch_error),
        ] {
            let (gap, bound) = ((a * scale - b * unscale).norm(), bound * unscale);
            let rounding = 1e-13 * (a * scale).norm();
            if gap > bound + rounding {
                bad.push(format!(
                    "{found}: {what} at {omega}: gap {gap:.1e}, bound {bound:.1e}"
                ));
            }
            worst = worst.max(gap / (a * scale).norm().max(1e-3));
            widest = widest.max(bound / (a * scale).norm().max(1e-3));
        }
    }
    println!("{found}: largest error {worst:.1e}, largest bound {widest:.1e}");
    widest
}

#[test]
fn closures_have_the_transforms_of_what_they_imitate() {
    let mut bad = Vec::new();
    for name in [
        "tanh",
        "sigmoid",
        "softplus",
        "erf",
        "gelu",
        "silu",
        "mish",
        "gaussian",
        "sech",
        "elu",
        "elu:alpha=0.25",
        "celu:alpha=0.5",
        "selu",
        "arctan",
        "softsign",
        "relu",
        "hat",
        "hard-tanh",
        "relu6",
        "heaviside",
        "sign",
        "leaky-relu",
        "bspline:order=4",
        "tanh(3*z-1)",
    ] {
        let (known, found) = imitate(name, true);
        assert_eq!(known.parity(), found.parity(), "{name}");
        let widest = compare(&known, &found, &mut bad);
        if widest > 1e-7 {
            bad.push(format!("{name}: bound {widest:.1e}"));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn closures_without_derivative_use_differences() {
    let mut bad = Vec::new();
    for name in ["tanh", "gelu", "softplus", "elu", "relu", "hat", "sech"] {
        let (known, found) = imitate(name, false);
        for i in -50..50 {
            let z = 0.173 * f64::from(i);
            let gap = (known.derivative(z) - found.derivative(z)).abs();
            assert!(gap < 1e-9, "{name}: {z}: {gap:e}");
        }
        compare(&known, &found, &mut bad);
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn tails_are_found() {
    let (_, tanh) = imitate("tanh", true);
    assert_eq!(
        (tanh.tails().left, tanh.tails().right),
        (vec![-1.0], vec![1.0])
    );
    let Remainder::Exponential { rate, exponent } = tanh.tails().remainder else {
        panic!("{:?}", tanh.tails())
    };
    assert!(
        (rate - 2.0).abs() < 0.1 && exponent == 1.0,
        "{rate} {exponent}"
    );
    let (_, arctan) = imitate("arctan", true);
    assert!((arctan.tails().right[0] - std::f64::consts::FRAC_PI_2).abs() < 1e-14);
    assert_eq!(
        arctan.tails().remainder,
        Remainder::Algebraic { power: 1.0 }
    );
    let (_, gelu) = imitate("gelu", true);
    assert_eq!(
        (gelu.tails().left, gelu.tails().right),
        (vec![], vec![0.0, 1.0])
    );
    let (_, hat) = imitate("hat", true);
    assert!(matches!(hat.tails().remainder, Remainder::Zero { beyond } if beyond >= 1.0));
}

#[test]
fn what_has_no_tails_is_refused() {
    let refused = |f: fn(f64) -> f64| Activation::from_fn("f", f).build().unwrap_err().to_string();
    assert!(refused(f64::exp).contains("+∞"));
    assert!(refused(f64::sin).contains("tail"));
    assert!(refused(|z| (1.0 + z * z).sqrt().sqrt()).contains("tail"));
    // The same at every power of 2 and between them, wherever a period is a fraction of these.
    assert!(refused(f64::floor).contains("tail"));
    assert!(refused(|z| z + (std::f64::consts::PI * z).sin().powi(2)).contains("tail"));
    assert!(refused(|z| z.atan() + (std::f64::consts::TAU * z).sin()).contains("tail"));
    assert!(refused(|_| f64::NAN).contains("NaN"));
    let wrong = Activation::from_fn("f", f64::tanh)
        .tails(Tails {
            left: vec![],
            right: vec![1.0],
            remainder: Remainder::Exponential {
                rate: 2.0,
                exponent: 1.0,
            },
        })
        .build();
    assert!(wrong.unwrap_err().to_string().starts_with("tails:"));
    // Sines are welcome where their tails are said to be none.
    let persistent = Tails {
        left: vec![],
        right: vec![],
        remainder: Remainder::Persistent,
    };
    let sine = Activation::from_fn("f", f64::sin)
        .tails(persistent)
        .build()
        .unwrap();
    assert!(sine.fourier(1.0).is_err());
}

/// The piecewise polynomial that an activation is.
fn pieces(phi: &Activation) -> Option<&PiecewisePolynomial> {
    match phi.family() {
        Family::PiecewisePolynomial(pieces) => Some(pieces),
        _ => None,
    }
}

#[test]
fn closures_that_are_piecewise_linear_are_recognised() {
    type Case = (&'static str, fn(f64) -> f64, &'static [f64]);
    let root = const { &[-std::f64::consts::SQRT_2, 0.0, std::f64::consts::SQRT_2] };
    let cases: [Case; 10] = [
        ("line", |z| 0.5 * z - 0.3, &[]),
        ("relu", |z| z.max(0.0), &[0.0]),
        (
            "bent twice",
            |z| z.max(0.0) - 0.5 * (z - 1.0).max(0.0),
            &[0.0, 1.0],
        ),
        ("moved", |z| (z - 0.37).max(0.0), &[0.37]),
        (
            "hat",
            |z| (1.0 - (3.0 * z).abs()).max(0.0),
            &[-1.0 / 3.0, 0.0, 1.0 / 3.0],
        ),
        ("wide hat", |z| (2.0_f64.sqrt() - z.abs()).max(0.0), root),
        ("step", |z| if z > 0.3 { 1.0 } else { 0.0 }, &[0.3]),
        ("far", |z| (z - 40.0).max(0.0) + 0.1 * z, &[40.0]),
        ("far left", |z| (-z - 40.0).max(0.0) + 0.1 * z, &[-40.0]),
        (
            "close",
            |z| (z - 1.0).max(0.0) - (z - 1.0001).max(0.0),
            &[1.0, 1.0001],
        ),
    ];
    for (name, f, knots) in cases {
        let phi = Activation::from_fn(name, f).build().unwrap();
        assert_eq!(phi.name(), name);
        let found = pieces(&phi).unwrap_or_else(|| panic!("{name}: {phi:?}"));
        assert_eq!(found.knots().len(), knots.len(), "{name}");
        for (a, b) in found.knots().iter().zip(knots) {
            assert!((a - b).abs() <= f64::EPSILON * b.abs(), "{name}: {a} {b}");
        }
        for i in -3000..3000 {
            let z = 0.0171 * f64::from(i) + 0.003;
            let (a, b) = (phi.value(z), f(z));
            let rounding = 4.0 * f64::EPSILON * (b.abs() + z.abs());
            assert!((a - b).abs() <= rounding, "{name}: {z}: {a} {b}");
        }
    }
    // A weak bend far from a steep part is where its values say, not at the nearest number of six digits.
    let weak =
        |z: f64| 200.0 * z.max(0.0) - ((z + 249.0915261869) / 573.5274767480).clamp(-1.0, 1.0);
    let weak = Activation::from_fn("weak", weak).build().unwrap();
    let at = weak.kinks()[0].at;
    assert!((at + 822.6190029349).abs() < 1e-9, "{at}");
    // What is not quite, or is said to be otherwise, stays what it is.
    let other = |f: fn(f64) -> f64| Activation::from_fn("f", f);
    let almost = other(|z| z.max(0.0) + 1e-12 * z.tanh()).build().unwrap();
    assert!(pieces(&almost).is_none());
    let through = other(|z| z.clamp(-1.0, 1.0)).derivative(|_| 1.0);
    assert!(pieces(&through.build().unwrap()).is_none());
    let said = other(|z| z.abs()).parity(Parity::None);
    assert!(pieces(&said.build().unwrap()).is_none());
}

#[test]
fn what_happens_far_out_is_seen() {
    let parity = |f: fn(f64) -> f64| Activation::from_fn("f", f).build().unwrap().parity();
    assert_eq!(parity(|z| (z - 100.0).tanh()), Parity::None);
    assert_eq!(parity(|z| (-(z - 100.0).powi(2)).exp()), Parity::None);
    assert_eq!(
        parity(|z| z.tanh() + (-(z + 500.0).powi(2)).exp()),
        Parity::None
    );
    assert_eq!(parity(|z| (-(z.abs() - 50.0).powi(2)).exp()), Parity::Even);
    assert_eq!(parity(|z| z / (1.0 + z * z)), Parity::Odd);
    for at in [3.0, 100.0, -500.0] {
        let bump = Activation::from_fn("bump", move |z: f64| (-(z - at).powi(2)).exp());
        let bump = bump.build().unwrap();
        for omega in [0.5, 2.0, 30.0] {
            let sample = bump.fourier(omega).unwrap();
            let size = std::f64::consts::PI.sqrt() * (-0.25 * omega * omega).exp();
            let exact = Complex64::from_polar(size, -omega * at);
            let gap = (sample.value - exact).norm();
            assert!(
                gap <= sample.value_error && gap < 1e-12,
                "{at} {omega}: {gap:e} {sample:?}"
            );
        }
    }
}

#[test]
fn transforms_of_closures_take_few_values() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let tanh = Activation::from_fn("tanh", move |z: f64| {
        counter.fetch_add(1, Ordering::Relaxed);
        z.tanh()
    });
    let tanh = tanh.derivative(|z| z.cosh().powi(-2)).build().unwrap();
    assert!(count.swap(0, Ordering::Relaxed) < 20_000);
    // Far below the rounding of values, too, where no work would help.
    for omega in [0.5, 8.0, 300.0] {
        tanh.fourier(omega).unwrap();
        let taken = count.swap(0, Ordering::Relaxed);
        assert!(taken < 4000, "{omega}: {taken}");
    }
}

/// Between the nodes of the first panels of an integral there is room for these.
#[test]
fn packets_beside_something_wide_are_not_missed() {
    for (at, width, frequency) in [
        (4.68, 0.0244, 269.0),
        (-8.27, 0.0106, 193.0),
        (11.68, 0.0072, 161.0),
    ] {
        let gauss = |width: f64, omega: f64| {
            (2.0 * std::f64::consts::PI).sqrt() * width * (-0.5 * (width * omega).powi(2)).exp()
        };
        let phi = Activation::from_fn("packet", move |z: f64| {
            let packet = (-0.5 * ((z - at) / width).powi(2)).exp() * (frequency * (z - at)).cos();
            (-0.5 * (z / 20.0).powi(2)).exp() + 0.01 * packet
        });
        let phi = phi.build().unwrap();
        for omega in [0.1, 1.0, frequency] {
            let found = phi.fourier(omega).unwrap();
            let packet =
                0.005 * (gauss(width, omega - frequency) + gauss(width, omega + frequency));
            let exact = gauss(20.0, omega) + num_complex::Complex64::cis(-omega * at) * packet;
            let gap = (found.value * found.exponent.exp() - exact).norm();
            let bound = found.value_error * found.exponent.exp();
            assert!(
                gap <= bound && bound < 1e-10,
                "{at} {omega}: {gap:e} beyond {bound:e}"
            );
        }
    }
}

#[test]
fn values_of_single_precision_need_a_derivative() {
    let rounded = || Activation::from_fn("f", |z| f64::from((z as f32).tanh()));
    let refused = rounded().build().unwrap_err().to_string();
    assert!(refused.contains(".derivative"), "{refused}");
    let told = rounded().derivative(|z| z.cosh().powi(-2)).build().unwrap();
    let exact = Activation::tanh();
    for omega in [0.5, 3.0] {
        let (a, b) = (told.fourier(omega).unwrap(), exact.fourier(omega).unwrap());
        let gap = (a.value - b.value * b.exponent.exp()).norm();
        assert!(gap <= a.value_error, "{omega}: {gap:e} {a:?}");
    }
}

#[test]
fn tables_are_splines() {
    let z: Vec<f64> = (-60..=60).map(|i| 0.2 * f64::from(i)).collect();
    let phi: Vec<f64> = z.iter().map(|z| z.tanh()).collect();
    let tanh = Activation::tanh();
    for beyond in [Extrapolation::Constant, Extrapolation::Linear] {
        let table = Activation::from_table("table", &z, &phi, beyond).unwrap();
        for (z, phi) in z.iter().zip(&phi) {
            assert!((table.value(*z) - phi).abs() <= 1e-15, "{z}");
        }
        assert!((table.value(0.31) - 0.31_f64.tanh()).abs() < 1e-4);
        assert!((table.derivative(0.31) - tanh.derivative(0.31)).abs() < 1e-3);
        let Family::PiecewisePolynomial(p) = table.family() else {
            panic!("a spline")
        };
        for k in 0..z.len() {
            assert_eq!((p.jump(k, 0), p.jump(k, 1)), (0.0, 0.0));
        }
        for omega in [0.1, 1.0, 3.0] {
            let (s, t) = (table.fourier(omega).unwrap(), tanh.fourier(omega).unwrap());
            let exact = t.value * t.exponent.exp();
            assert!(
                (s.value - exact).norm() < 1e-3 * exact.norm(),
                "{beyond:?} {omega}"
            );
            assert!(
                s.value_error < 1e-11 * exact.norm(),
                "{omega}: {:e}",
                s.value_error
            );
        }
        let a = table.autocorrelation(Feature::Derivative, 0.7).unwrap();
        let b = tanh.autocorrelation(Feature::Derivative, 0.7).unwrap();
        assert!((a - b).abs() < 1e-3, "{a} {b}");
    }
    // A cubic with natural ends is its own spline.
    let cubic = |z: f64| z * z * z - 3.0 * z * z;
    let z = [0.0, 0.5, 0.8, 1.0];
    // φ″ = 6z − 6 vanishes at 1 only: the other end is straight in the mirrored cubic.
    let phi: Vec<f64> = z.iter().map(|&z| cubic(z) + 2.0 * z).collect();
    let spline = PiecewisePolynomial::cubic_spline(&z, &phi, Extrapolation::Linear).unwrap();
    assert!((spline.value(0.9) - cubic(0.9) - 1.8).abs() < 0.02);
    let table = |z: &[f64], phi: &[f64]| Activation::from_table("t", z, phi, Extrapolation::Linear);
    assert!(table(&[0.0], &[0.0]).is_err());
    assert!(table(&[0.0, 0.0], &[0.0, 1.0]).is_err());
    assert!(table(&[0.0, 1.0], &[0.0]).is_err());
    assert!(table(&[0.0, 1.0], &[0.0, f64::NAN]).is_err());
    assert!(table(&[0.0, f64::INFINITY], &[0.0, 1.0]).is_err());
}

#[test]
fn kinks_decide_the_decay() {
    let (_, elu) = imitate("elu", true);
    assert_eq!(elu.decay(), Decay::Algebraic { order: 3.0 });
    let kink = Kink {
        at: 0.0,
        order: 2,
        jump: -1.0,
    };
    assert_eq!(elu.kinks(), vec![kink]);
    let (_, tanh) = imitate("tanh", true);
    assert_eq!((tanh.decay(), tanh.parity()), (Decay::Unknown, Parity::Odd));
}

#[cfg(feature = "formula")]
mod formulas {
    use super::*;
    use proptest::prelude::*;

    fn formula(text: &str) -> spectral_bias::Result<Activation> {
        Activation::parse(&format!("formula:{text}"))
    }

    #[test]
    fn formulas_are_what_they_say() {
        for (text, name) in [
            ("z*tanh(ln(1+exp(z)))", "mish"),
            ("ln(1+exp(z))", "softplus"),
            ("1/(1+exp(-z))", "sigmoid"),
            ("exp(-z^2/2)", "gaussian"),
            ("-(-exp(-z^2/2))", "gaussian"),
            ("z*Phi(z)", "gelu"),
            ("z*(1+erf(z/sqrt(2)))/2", "gelu"),
            ("max(z, 0)", "relu"),
            ("relu(z)", "relu"),
            ("(z+abs(z))/2", "relu"),
            ("max(0, 1-abs(z))", "hat"),
            ("min(max(z,-1),1)", "hard-tanh"),
            ("step(z)", "heaviside"),
            ("z/(1+abs(z))", "softsign"),
            ("max(z,0)+min(0,exp(z)-1)", "elu"),
            ("2/(exp(z)+exp(-z))", "sech"),
            ("(exp(z)-exp(-z))/(exp(z)+exp(-z))", "tanh"),
            ("tanh(3*z-1)", "tanh(3*z-1)"),
            ("1e0*atan(z)", "arctan"),
        ] {
            let phi = formula(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            let known = Activation::parse(name).unwrap();
            for i in -300..=300 {
                let z = 0.25 * f64::from(i);
                let (a, b) = (phi.value(z), known.value(z));
                assert!(
                    (a - b).abs() <= 1e-14 * (1.0 + b.abs()),
                    "{text}: {z}: {a} {b}"
                );
                let (a, b) = (phi.derivative(z), known.derivative(z));
                assert!(
                    (a - b).abs() <= 1e-13 * (1.0 + b.abs()),
                    "{text}': {z}: {a} {b}"
                );
            }
            assert!(
                (phi.value(2000.0) - known.value(2000.0)).abs() <= 1e-10,
                "{text}: overflow"
            );
            let (kinks, expected) = (phi.kinks(), known.kinks());
            assert_eq!(kinks.len(), expected.len(), "{text}: {kinks:?}");
            for (a, b) in kinks.iter().zip(&expected) {
                assert_eq!((a.at, a.order), (b.at, b.order), "{text}");
                assert!((a.jump - b.jump).abs() < 1e-4, "{text}: {a:?} {b:?}");
            }
            let mut bad = Vec::new();
            compare(&known, &phi, &mut bad);
            assert!(bad.is_empty(), "{text}: {bad:#?}");
        }
    }

    #[test]
    fn powers_are_read_from_the_right_and_before_signs() {
        let at = |text: &str, z: f64| formula(text).unwrap().value(z);
        for (text, value) in [
            ("z-z+2^3^2", 512.0),
            ("0*z-2^2", -4.0),
            ("-2^2+0*z", -4.0),
            ("max(0*z,2^1^5*3)+2^(1+1)^3", 262.0),
            ("2^abs(2+0*z)^3/2^3^1", 32.0),
            ("(2^3)^2*z", 64.0),
            ("tanh(z)*0+2^2^2^2^0.5^0", 65536.0),
        ] {
            assert_eq!(at(text, 1.0), value, "{text}");
        }
        assert_eq!(at("(0.5*z)^3^2", -1.0), -(2f64.powi(-9)));
    }

    #[test]
    fn formulas_that_are_piecewise_polynomials_are_these() {
        type Case = (&'static str, fn(f64) -> f64, &'static [f64]);
        let root = const { &[-std::f64::consts::SQRT_2, std::f64::consts::SQRT_2] };
        let cases: [Case; 17] = [
            ("z^2-3*z", |z| z * z - 3.0 * z, &[]),
            (
                "max(z,0)-0.5*max(z-1,0)",
                |z| z.max(0.0) - 0.5 * (z - 1.0).max(0.0),
                &[0.0, 1.0],
            ),
            ("max(z,0.01*z)", |z| z.max(0.01 * z), &[0.0]),
            ("max(3*z-1,0)", |z| (3.0 * z - 1.0).max(0.0), &[1.0 / 3.0]),
            ("max(z,0)^2", |z| z.max(0.0).powi(2), &[0.0]),
            (
                "min(max(z,0),1)^3",
                |z| z.clamp(0.0, 1.0).powi(3),
                &[0.0, 1.0],
            ),
            (
                "max(1-abs(z),0)^3",
                |z| (1.0 - z.abs()).max(0.0).powi(3),
                &[-1.0, 0.0, 1.0],
            ),
            ("abs(z^2-2)", |z| (z * z - 2.0).abs(), root),
            ("min(z^2, 1)", |z| (z * z).min(1.0), &[-1.0, 1.0]),
            ("max((z-0.1)^2, 0)", |z| (z - 0.1).powi(2), &[]),
            (
                "abs(abs(abs(z)-1)-0.5)",
                |z| ((z.abs() - 1.0).abs() - 0.5).abs(),
                &[-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5],
            ),
            ("max(z,0)+min(z,0)", |z| z, &[]),
            ("z*step(z)*step(z)", |z| z.max(0.0), &[0.0]),
            (
                "sign(z^3-z)",
                |z| (z.powi(3) - z).signum(),
                &[-1.0, 0.0, 1.0],
            ),
            (
                "exp(step(z))/sqrt(2)",
                |z| f64::from(z > 0.0).exp() / 2.0_f64.sqrt(),
                &[0.0],
            ),
            (
                "2^(1+sign(z))*z",
                |z| if z > 0.0 { 4.0 * z } else { z },
                &[0.0],
            ),
            (
                "max(z-20,0)^3-2*max(z-21,0)^3+max(z-22,0)^3",
                |z| {
                    let cube = |z: f64| z.max(0.0).powi(3);
                    cube(z - 20.0) - 2.0 * cube(z - 21.0) + cube(z - 22.0)
                },
                &[20.0, 21.0, 22.0],
            ),
        ];
        for (text, f, knots) in cases {
            let phi = formula(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            let found = pieces(&phi).unwrap_or_else(|| panic!("{text}: {phi:?}"));
            assert_eq!(found.knots().len(), knots.len(), "{text}");
            for (a, b) in found.knots().iter().zip(knots) {
                assert!((a - b).abs() <= f64::EPSILON * b.abs(), "{text}: {a} {b}");
            }
            for i in -1000..1000 {
                let z = 0.0171 * f64::from(i) + 0.003;
                let (a, b) = (phi.value(z), f(z));
                let rounding = 8.0 * f64::EPSILON * (1.0 + b.abs() + z.abs());
                assert!((a - b).abs() <= rounding, "{text}: {z}: {a} {b}");
            }
        }
        let (same, known) = (
            formula("max(z,0)-0.5*max(z-1,0)").unwrap(),
            Activation::parse("piecewise:knots=0/1,pieces=0/0_1/0.5_0.5").unwrap(),
        );
        assert_eq!((same.kinks(), same.tails()), (known.kinks(), known.tails()));
        for text in [
            "relu(z)*tanh(z)",
            "max(z,0)/(1+max(z,0))",
            "max(z,0)*exp(-z^2)",
        ] {
            assert!(pieces(&formula(text).unwrap()).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        let message = |text: &str| formula(text).unwrap_err().to_string();
        assert!(message("zz+1").contains("zz"));
        assert!(message("sin(z)").contains("tail"));
        assert!(message("exp(z)").contains("tail"));
        assert!(message("1/z").contains("pole"));
        assert!(message("z^(0-1)").contains("pole"));
        assert!(message("z^(0-2)").contains("pole"));
        assert!(message("sin(z)/z").contains("no value"));
        assert!(message("exp(z").contains("whole formula"));
        assert!(message("z)").contains("parentheses"));
        assert!(message("2 z").contains("operator"));
        assert!(message("z*-z^2").contains("parentheses"));
        assert!(message("").contains("whole formula"));
        assert!(message(&"(".repeat(100)).contains("nested"));
        assert!(message(&"z+".repeat(400)).contains("characters"));
        assert!(message("ln(z)").contains("finite"));
        for bad in [
            "max(z)", "max()", "sin()", "z..1", ".", "^z", "tanh z", "é", "max z", "(,)", "z,z",
            "1e",
        ] {
            assert!(formula(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn any_formula_is_read_or_refused(
            text in "(z|1|2\\.5|e|\\(|\\)|\\+|-|\\*|/|\\^|,|max|min|abs|exp|tanh|sign| ){0,12}|\\PC{0,20}"
        ) {
            let _ = formula(&text);
        }
    }
}
