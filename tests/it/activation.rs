//! The battery that every activation passes.

use crate::reference::{Row, load};
use proptest::prelude::*;
use spectral_bias::model::Activation;
use spectral_bias::model::activation::{Decay, Family, Feature, Kink, Parity, Remainder, Zeros};
use std::collections::BTreeMap;

/// Every listed activation with its defaults, and some with other parameters or combined.
fn all() -> Vec<Activation> {
    // An exponential is no tempered distribution: all it has are values.
    let listed = Activation::list().iter().filter(|l| l.name != "exp");
    let listed = listed.map(|l| l.example());
    let more = [
        "leaky-relu:slope=0.125",
        "relu-power:k=3",
        "bspline:order=1",
        "bspline:order=7",
        "bspline:order=20",
        "elu:alpha=0.25",
        "celu:alpha=0.5",
        "piecewise:knots=-2/0/0.5,pieces=0/0_1/1_1_-3/0",
        "piecewise:knots=0/3,pieces=0/0_0_1/-9_6",
        "relu(-2*z+1)",
        "0.5*tanh + 2*relu(z-1)",
        "softplus(3*z-1)",
        "tanh(z-1) + tanh(z+1)",
        "2*gelu(-z)",
    ];
    let names = listed.chain(more.map(String::from));
    names
        .map(|name| Activation::parse(&name).unwrap())
        .collect()
}

/// Rows of the table by activation and quantity.
fn table() -> BTreeMap<(String, String), Vec<Row>> {
    let mut map: BTreeMap<_, Vec<Row>> = BTreeMap::new();
    for row in load("activation") {
        let (name, what) = row.function.split_once(' ').unwrap();
        let key = (name.replace('&', ","), what.to_string());
        map.entry(key).or_default().push(row);
    }
    map
}

/// Collects the worst error of every activation, to be printed whole before it is judged.
#[derive(Default)]
struct Worst(BTreeMap<String, (f64, String)>);

impl Worst {
    fn see(&mut self, name: &str, error: f64, at: impl std::fmt::Display) {
        let entry = self.0.entry(name.into()).or_insert((0.0, String::new()));
        if error > entry.0 || error.is_nan() {
            *entry = (error, at.to_string());
        }
    }
    fn judge(self, what: &str, tolerance: f64) {
        let mut bad = Vec::new();
        for (name, (error, at)) in &self.0 {
            println!("{what}: {name}: {error:.1e} at {at}");
            if error.is_nan() || *error > tolerance {
                bad.push(format!("{name}: {error:.1e} at {at}"));
            }
        }
        assert!(!self.0.is_empty(), "{what}: nothing compared");
        assert!(bad.is_empty(), "{what}: {bad:#?}");
    }
}

fn relative(found: f64, expected: f64) -> f64 {
    if found == expected {
        0.0
    } else {
        (found - expected).abs() / expected.abs()
    }
}

#[test]
fn values_agree_with_the_table() {
    let mut worst = Worst::default();
    for ((name, what), rows) in table() {
        if what != "value" && what != "derivative" {
            continue;
        }
        let phi = Activation::parse(&name).unwrap();
        for row in rows {
            let z = row.arguments[0];
            let (value, derivative) = phi.value_and_derivative(z);
            let found = if what == "value" { value } else { derivative };
            assert_eq!(value, phi.value(z));
            worst.see(&name, relative(found, row.value), format!("{what}({z})"));
        }
    }
    worst.judge("value", 1e-13);
}

#[test]
fn transforms_agree_with_the_table() {
    let mut worst = Worst::default();
    let table = table();
    for ((name, what), logs) in &table {
        let Some(kind) = what.strip_prefix("ln|").and_then(|w| w.strip_suffix('|')) else {
            continue;
        };
        let phi = Activation::parse(name).unwrap();
        let part = |p: &str, i: usize| {
            let key = (name.clone(), format!("{p} {kind}"));
            table.get(&key).unwrap_or_else(|| panic!("{key:?}"))[i].value
        };
        for (i, row) in logs.iter().enumerate() {
            let omega = row.arguments[0];
            let s = phi.fourier(omega).unwrap();
            let (number, bound) = match kind {
                "fourier" => (s.value, s.value_error),
                _ => (s.stretch, s.stretch_error),
            };
            // The logarithms are compared in double precision: allow their rounding.
            let scale = (s.exponent - row.value).exp();
            let rounding = 2.0 * f64::EPSILON * (s.exponent.abs() + row.value.abs());
            let gap = (number.re * scale - part("re", i)).hypot(number.im * scale - part("im", i));
            let (raw, gap) = (gap, (gap - rounding).max(0.0));
            let at = format!("{kind} at {omega}");
            assert!(
                gap <= bound * scale,
                "{name}: {at}: gap {gap:e}, bound {:e}",
                bound * scale
            );
            // Near a zero of the transform only the stated bound holds.
            let near_zero = bound * scale > 4e-13;
            let plain = s.exponent.abs() + row.value.abs() < 20.0;
            let measured = if plain { raw } else { gap };
            worst.see(name, if near_zero { 0.0 } else { measured }, at);
        }
    }
    worst.judge("transform", 1e-13);
}

#[test]
fn autocorrelations_agree_with_the_table() {
    let mut worst = Worst::default();
    for ((name, what), rows) in table() {
        let Some(feature) = what.strip_suffix(" autocorrelation") else {
            continue;
        };
        let feature = match feature {
            "value" => Feature::Value,
            "derivative" => Feature::Derivative,
            _ => Feature::Stretch,
        };
        let phi = Activation::parse(&name).unwrap();
        let at = |t: f64| phi.autocorrelation(feature, t).unwrap();
        // Where it crosses zero the error is measured against its size nearby.
        for row in rows {
            let t = row.arguments[0];
            let size = row.value.abs().max(1e-2 * at(t + 0.1).abs());
            let error = (at(t) - row.value).abs() / size;
            let error = if at(t) == row.value { 0.0 } else { error };
            worst.see(&name, error, format!("{what}, t = {t}"));
            assert_eq!(at(t), at(-t), "{name}: {what} is even");
        }
    }
    worst.judge("autocorrelation", 1e-13);
}

/// The places at which the battery probes, off every kink.
fn probes(kinks: &[Kink]) -> Vec<f64> {
    let grid = (-40..=40).map(|i| 0.37 * f64::from(i) + 0.011);
    let clear = |z: &f64| kinks.iter().all(|k| (k.at - z).abs() > 1e-2);
    grid.filter(clear).collect()
}

#[test]
fn derivatives_agree_with_differences() {
    for phi in all() {
        for z in probes(&phi.kinks()) {
            let h = 1e-3;
            let d = |k: f64| phi.value(z + k * h) - phi.value(z - k * h);
            // Sixth order.
            let difference = (45.0 * d(1.0) - 9.0 * d(2.0) + d(3.0)) / (60.0 * h);
            let size = phi.value(z).abs() + phi.derivative(z).abs() + 1e-3;
            let gap = (phi.derivative(z) - difference).abs();
            assert!(gap < 1e-10 * size, "{phi}: {z}: {gap:e}");
        }
    }
}

#[test]
fn kinks_are_where_they_are_told() {
    for phi in all() {
        for kink in phi.kinks() {
            let h: f64 = 1e-4;
            // One-sided derivatives of the told order from polynomials through six points.
            let side = |sign: f64| -> f64 {
                let n = kink.order;
                let points: Vec<f64> = (1..=n + 5).map(|k| sign * h * k as f64 * 25.0).collect();
                let values: Vec<f64> = points.iter().map(|p| phi.value(kink.at + p)).collect();
                one_sided(&points, &values, n)
            };
            let jump = side(1.0) - side(-1.0);
            if kink.order <= 3 {
                let gap = (jump - kink.jump).abs();
                assert!(
                    gap < 1e-4 * (1.0 + kink.jump.abs()),
                    "{phi}: {kink:?}, found {jump}"
                );
            }
            assert!(kink.jump != 0.0, "{phi}: {kink:?}");
        }
        // And nowhere else: between them the interpolation above finds no jump of the first two.
    }
}

/// The n-th derivative at 0 of the interpolating polynomial, by solving for its coefficients.
fn one_sided(points: &[f64], values: &[f64], n: usize) -> f64 {
    let m = points.len();
    let scale = points[m - 1].abs();
    let vandermonde = nalgebra::DMatrix::from_fn(m, m, |i, j| (points[i] / scale).powi(j as i32));
    let right = nalgebra::DVector::from_column_slice(values);
    let coefficients = vandermonde.lu().solve(&right).unwrap();
    let factorial: f64 = (1..=n).map(|k| k as f64).product();
    coefficients[n] * factorial / scale.powi(n as i32)
}

#[test]
fn tails_are_approached_as_told() {
    for phi in all() {
        let tails = phi.tails();
        let polynomial = |c: &[f64], z: f64| c.iter().rev().fold(0.0, |s, c| s * z + c);
        for (tail, sign) in [(&tails.left, -1.0), (&tails.right, 1.0)] {
            for z in [8.0, 16.0, 32.0, 200.0, 1e4] {
                let z = sign * z;
                let gap = (phi.value(z) - polynomial(tail, z)).abs();
                let size: f64 = tail
                    .iter()
                    .enumerate()
                    .map(|(j, c)| c.abs() * z.abs().powi(j as i32))
                    .sum();
                let bound = match tails.remainder {
                    Remainder::Zero { beyond } if z.abs() >= beyond => 0.0,
                    Remainder::Exponential { rate, exponent } => {
                        // Powers of z, and shifts of the argument, stand before the exponential.
                        10.0 * (1.0 + z * z) * (-rate * (z.abs() - 1.0).powf(exponent)).exp()
                    }
                    Remainder::Algebraic { power } => 2.0 * z.abs().powf(-power),
                    _ => f64::INFINITY,
                };
                assert!(
                    gap <= bound + 1e-14 * size,
                    "{phi}: {z}: {gap:e} > {bound:e}"
                );
            }
        }
    }
}

#[test]
fn parity_is_exact() {
    for phi in all() {
        for z in probes(&phi.kinks()) {
            let (plus, minus) = (phi.value(z), phi.value(-z));
            match phi.parity() {
                Parity::Even => assert_eq!(plus, minus, "{phi}: {z}"),
                Parity::Odd => assert_eq!(plus, -minus, "{phi}: {z}"),
                Parity::None => {}
            }
        }
        if phi.decay() == Decay::Atomic {
            continue;
        }
        for omega in [0.3, 2.0, 17.0] {
            let (a, b) = (phi.fourier(omega).unwrap(), phi.fourier(-omega).unwrap());
            assert!(
                (a.value.conj() - b.value).norm() <= a.value_error + b.value_error,
                "{phi}"
            );
            assert!(
                (a.stretch.conj() - b.stretch).norm() <= a.stretch_error + b.stretch_error,
                "{phi}"
            );
        }
    }
}

/// He₈(z) e^{−z²/2}, whose transform √(2π) ω⁸ e^{−ω²/2} takes out what happens at ω = 0: polynomials
/// of degree < 8, and the singularities of transforms of growing functions.
fn test_function(z: f64) -> f64 {
    let q = z * z;
    let hermite = q * (q * (q * (q - 28.0) + 210.0) - 420.0) + 105.0;
    hermite * (-0.5 * q).exp()
}

fn test_transform(omega: f64) -> f64 {
    (2.0 * std::f64::consts::PI).sqrt() * omega.powi(8) * (-0.5 * omega * omega).exp()
}

/// ∫f and ∫|f| over panels of width 1/20 from a to b, cut at the kinks.
fn panels(a: f64, b: f64, kinks: &[f64], mut f: impl FnMut(f64) -> f64) -> (f64, f64) {
    let rule = spectral_bias::numerics::quadrature::gauss_legendre(12);
    let count = ((b - a) * 20.0).round() as usize;
    let mut ends: Vec<f64> = (0..=count).map(|i| a + i as f64 / 20.0).collect();
    ends.extend(kinks.iter().filter(|k| **k > a && **k < b));
    ends.sort_by(f64::total_cmp);
    let (mut sum, mut size) = (0.0, 0.0);
    for pair in ends.windows(2) {
        let half = 0.5 * (pair[1] - pair[0]);
        for (x, w) in rule.nodes.iter().zip(&rule.weights) {
            let value = w * half * f(pair[0] + half * (1.0 + x));
            sum += value;
            size += value.abs();
        }
    }
    (sum, size)
}

/// ∫φ g = (1/2π)∫φ̂ conj(ĝ) for the test function g shifted by a.
#[test]
fn transforms_pair_with_test_functions() {
    let mut worst = Worst::default();
    for phi in all().iter().filter(|phi| phi.decay() != Decay::Atomic) {
        let a = 0.3;
        let kinks: Vec<f64> = phi.kinks().iter().map(|k| k.at).collect();
        let (left, size) = panels(a - 13.0, a + 13.0, &kinks, |z| {
            phi.value(z) * test_function(z - a)
        });
        let (right, _) = panels(0.0, 14.0, &[], |omega| {
            let s = phi.fourier(omega).unwrap();
            let hat = s.value * s.exponent.exp() * num_complex::Complex64::cis(omega * a);
            hat.re * test_transform(omega) / std::f64::consts::PI
        });
        worst.see(phi.name(), (left - right).abs() / size, format!("{left:e}"));
    }
    worst.judge("pairing", 2e-14);
}

/// ∫A g = (1/2π)∫|ψ̂|² ĝ for every activation and feature that has a closed form.
#[test]
fn autocorrelations_pair_with_test_functions() {
    let mut worst = Worst::default();
    for phi in all().iter().filter(|phi| phi.decay() != Decay::Atomic) {
        let kinks: Vec<f64> = phi.kinks().iter().map(|k| k.at).collect();
        let mut differences: Vec<f64> = kinks
            .iter()
            .flat_map(|a| kinks.iter().map(move |b| a - b))
            .collect();
        differences.sort_by(f64::total_cmp);
        differences.dedup();
        for feature in [Feature::Value, Feature::Derivative, Feature::Stretch] {
            if phi.autocorrelation(feature, 1.0).is_none() {
                continue;
            }
            let (left, size) = panels(0.0, 14.0, &differences, |t| {
                2.0 * phi.autocorrelation(feature, t).unwrap() * test_function(t)
            });
            let (right, _) = panels(0.0, 14.0, &[], |omega| {
                let s = phi.fourier(omega).unwrap();
                let hat = match feature {
                    Feature::Value => s.value.norm(),
                    Feature::Derivative => omega * s.value.norm(),
                    Feature::Stretch => s.stretch.norm(),
                };
                (hat * s.exponent.exp()).powi(2) * test_transform(omega) / std::f64::consts::PI
            });
            worst.see(
                phi.name(),
                (left - right).abs() / size,
                format!("{feature:?}"),
            );
        }
    }
    worst.judge("autocorrelation pairing", 2e-14);
}

#[test]
fn transforms_decay_as_told() {
    for phi in all() {
        let logarithm = |omega: f64| {
            let s = phi.fourier(omega).unwrap();
            s.value.norm().ln() + s.exponent
        };
        match phi.decay() {
            Decay::Algebraic { order } => {
                // The largest of a few, because it may oscillate.
                let high = |centre: f64| {
                    let near = (0..60).map(|i| logarithm(centre + 0.37 * f64::from(i)));
                    near.fold(f64::NEG_INFINITY, f64::max)
                };
                let found = (high(3e3) - high(3e4)) / 10_f64.ln();
                assert!(
                    (found - order).abs() < 0.02 * order,
                    "{phi}: {found}, told {order}"
                );
            }
            Decay::Exponential { rate, exponent } => {
                let at = 300.0 * if exponent == 2.0 { 0.2 } else { 1.0 };
                let found = (logarithm(at) - logarithm(2.0 * at))
                    / ((2.0 * at).powf(exponent) - at.powf(exponent));
                assert!(
                    (found - rate).abs() < 0.02 * rate,
                    "{phi}: {found}, told {rate}"
                );
            }
            Decay::Atomic | Decay::Unknown => {}
        }
        if let Zeros::Multiples { spacing } = phi.zeros() {
            for k in [1.0, 2.0, 7.0] {
                let (zero, beside) = (logarithm(k * spacing), logarithm((k + 0.3) * spacing));
                assert!(zero < beside - 20.0, "{phi}: {k} times {spacing}");
            }
        }
    }
}

#[test]
fn the_stretch_is_the_derivative_of_omega_times_the_transform() {
    for phi in all() {
        if phi.decay() == Decay::Atomic {
            continue;
        }
        for omega in [0.05_f64, 0.7, 3.1, 12.3] {
            let h = 2e-4 * omega.min(1.0);
            let at = |w: f64| {
                let s = phi.fourier(w).unwrap();
                s.value * s.exponent.exp() * w
            };
            let d = |k: f64| at(omega + k * h) - at(omega - k * h);
            let difference = (d(1.0) * 45.0 - d(2.0) * 9.0 + d(3.0)) / (60.0 * h);
            let s = phi.fourier(omega).unwrap();
            let stretch = s.stretch * s.exponent.exp();
            let size = at(omega).norm() / omega.min(1.0) + stretch.norm();
            let gap = (stretch - difference).norm();
            assert!(
                gap < 1e-10 * size,
                "{phi}: {omega}: {stretch} against {difference}"
            );
        }
    }
}

#[test]
fn bsplines_are_products_of_sinc() {
    for order in 1..=48 {
        let phi = Activation::parse(&format!("bspline:order={order}")).unwrap();
        for omega in [1e-3, 0.3, 1.0, 6.2, 6.27, 100.0, 1e3] {
            let sample = phi.fourier(omega).unwrap();
            let u = 0.5 * omega;
            let logarithm = f64::from(order) * (u.sin() / u).abs().ln();
            let sign = (u.sin() / u).powi(order).signum();
            let value = sample.value * (sample.exponent - logarithm).exp();
            let gap = (value - sign).norm();
            assert!(gap <= 1e-13, "order {order}, frequency {omega}: {gap:e}");
        }
        assert_eq!(phi.parity(), Parity::Even, "order {order}");
        let total: f64 = (0..order)
            .map(|k| phi.value(f64::from(k) - 0.5 * f64::from(order) + 0.3))
            .sum();
        assert!(
            (total - 1.0).abs() < 1e-13,
            "order {order}: a partition of unity, {total}"
        );
    }
}

#[test]
fn features_of_relu() {
    let phi = Activation::relu();
    let Family::PiecewisePolynomial(p) = phi.family() else {
        panic!("relu is a piecewise polynomial")
    };
    assert_eq!(p.feature(Feature::Derivative).value(3.0), 1.0);
    assert_eq!(p.feature(Feature::Derivative).value(0.0), 0.5);
    assert_eq!(p.feature(Feature::Stretch).value(3.0), 3.0);
    let sample = phi.fourier(2.0).unwrap();
    assert_eq!(sample.value.re, -0.25);
    assert_eq!(sample.stretch.re, 0.25);
}

#[test]
fn special_parameters_are_the_simpler_activation() {
    let same = |a: &str, b: &str| {
        let (a, b) = (Activation::parse(a).unwrap(), Activation::parse(b).unwrap());
        for z in probes(&a.kinks()) {
            assert!(
                (a.value(z) - b.value(z)).abs() <= 1e-15 * b.value(z).abs(),
                "{a} {b} {z}"
            );
        }
        for omega in [0.01, 1.0, 30.0] {
            let (s, t) = (a.fourier(omega).unwrap(), b.fourier(omega).unwrap());
            let ratio = (s.exponent - t.exponent).exp();
            assert!(
                (s.value * ratio - t.value).norm() <= 1e-13 * t.value.norm(),
                "{a} {b} {omega}"
            );
            assert!((s.stretch * ratio - t.stretch).norm() <= 1e-13 * t.stretch.norm());
        }
        assert_eq!(a.kinks(), b.kinks(), "{a} {b}");
    };
    same("leaky-relu:slope=0", "relu");
    same("leaky-relu:slope=-1", "abs");
    same("elu:alpha=0", "relu");
    same("celu:alpha=1", "elu");
    same("relu + relu(-z)", "abs");
    same("relu(z+1) - 2*relu + relu(z-1)", "hat");
    same("bspline:order=2", "hat");
    same("relu-power:k=0", "heaviside");
    same("piecewise", "hard-tanh");
    same(
        "0.5*tanh(0.5*z) + 0.5*heaviside + 0.5*heaviside(z)",
        "0.5*tanh(0.5*z) + heaviside",
    );
}

#[test]
fn names_are_read_back() {
    for phi in all() {
        let again = Activation::parse(phi.name()).unwrap();
        for z in probes(&phi.kinks()) {
            assert_eq!(phi.value(z), again.value(z), "{phi}");
        }
    }
    let negative = Activation::relu().multiplied(-2.0).unwrap();
    assert_eq!(negative.name(), "-2*relu");
    assert_eq!(Activation::parse(negative.name()).unwrap().value(3.0), -6.0);
}

#[test]
fn errors_say_what_is_wrong() {
    let message = |text: &str| Activation::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("rleu"),
        "unknown activation `rleu`; near it: elu, relu"
    );
    assert!(message("").starts_with("unknown activation ``; known: relu"));
    assert_eq!(
        message("leaky-relu:slope=steep"),
        "activation leaky-relu: slope: expected a finite number, found `steep`"
    );
    assert_eq!(
        message("leaky-relu:slop=1"),
        "unknown parameter `slop`; leaky-relu takes slope"
    );
    assert_eq!(
        message("relu:k=2"),
        "unknown parameter `k`; relu takes none"
    );
    assert_eq!(
        message("celu:alpha=0"),
        "activation celu: alpha: expected a finite number > 0, found 0"
    );
    assert_eq!(
        message("bspline:order=0"),
        "order: expected a whole number from 1 to 48, found 0"
    );
    assert_eq!(
        message("tanh(0*z)"),
        "dilation: expected a number other than 0, found 0"
    );
    for bad in [
        "tanh(",
        "tanh)",
        "2*",
        "*tanh",
        "tanh(z",
        "tanh(2z)",
        "tanh + ",
        "nan*tanh",
        "tanh(z+inf)",
        "relu:",
        "relu:=",
        "sin:frequency=-1",
        "piecewise:knots=1/0",
        "piecewise:knots=1,pieces=1",
    ] {
        assert!(Activation::parse(bad).is_err(), "{bad}");
    }
    let tanh = Activation::tanh();
    for omega in [0.0, f64::NAN, f64::INFINITY] {
        assert!(tanh.fourier(omega).is_err());
    }
    assert!(Activation::parse("sin").unwrap().fourier(1.0).is_err());
}

#[test]
fn extreme_arguments_give_numbers() {
    for phi in all() {
        for z in [0.0, 1e-300, 1e-8, 1e8, 1e150] {
            for z in [z, -z] {
                assert!(!phi.value(z).is_nan(), "{phi}: {z}");
                assert!(!phi.derivative(z).is_nan(), "{phi}: derivative, {z}");
                for feature in [Feature::Value, Feature::Derivative, Feature::Stretch] {
                    let a = phi.autocorrelation(feature, z);
                    assert!(a.is_none_or(|a| !a.is_nan()), "{phi}: {feature:?}, {z}");
                }
            }
        }
        assert!(phi.value(f64::NAN).is_nan(), "{phi}");
        if phi.decay() == Decay::Atomic {
            continue;
        }
        assert!(!phi.value(f64::INFINITY).is_nan(), "{phi}: ∞");
        for omega in [1e-300, 1e-150, 1e-30, 1e30, 1e100] {
            let s = phi.fourier(omega).unwrap();
            assert!(
                s.value.is_finite() && s.stretch.is_finite(),
                "{phi}: {omega}: {s:?}"
            );
            assert!(s.exponent.is_finite(), "{phi}: {omega}: {s:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9:=,.+*()/_ -]{0,40}|\\PC{0,30}") {
        let _ = Activation::parse(&text);
    }

    #[test]
    fn any_parameters_are_read_or_refused(
        which in 0..64_usize, a in any::<f64>(), b in any::<f64>(), z in any::<f64>(),
    ) {
        let list = Activation::list();
        let listing = &list[which % list.len()];
        let given: Vec<String> = listing.parameters.iter().zip([a, b])
            .map(|((name, _), x)| format!("{name}={x}")).collect();
        if let Ok(phi) = Activation::parse(&format!("{}:{}", listing.name, given.join(","))) {
            let _ = (phi.value(z), phi.derivative(z), phi.fourier(z), phi.tails(), phi.parity());
        }
    }
}
