//! Kernels: against 20-digit tables, closed forms, quadrature of another kind and Monte Carlo.

use spectral_bias::data::Points;
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, LearningRates, Shallow};
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{
    Covariance, DualActivation, GaussianKernel, GaussianKind, Kernel, cross, gram, tangent_kernel,
};
use std::sync::Arc;

fn activation(name: &str) -> Activation {
    Activation::parse(name).unwrap()
}

fn model(name: &str, dim: usize, ensemble: Ensemble, train: &str) -> Shallow {
    let rates: LearningRates = train.parse().unwrap();
    Shallow::new(activation(name), dim, ensemble, rates).unwrap()
}

fn radon(name: &str, dim: usize, offset: OffsetLaw, s: f64, train: &str) -> Arc<dyn Kernel> {
    let scale = ScaleLaw::Fixed(s);
    tangent_kernel(&model(
        name,
        dim,
        Ensemble::RadonSpline { offset, scale },
        train,
    ))
    .unwrap()
}

/// Points of a ball, spread without a pattern.
fn scattered(n: usize, dim: usize, radius: f64) -> Points {
    let mut state = 0.5_f64;
    let mut next = || {
        state = (state * 997.0 + 0.123_456_789).fract();
        2.0 * state - 1.0
    };
    let bound = radius / (dim as f64).sqrt();
    let rows: Vec<Vec<f64>> = (0..n)
        .map(|_| (0..dim).map(|_| bound * next()).collect())
        .collect();
    Points::from_rows(&rows).unwrap()
}

struct Case {
    activation: String,
    covariance: Covariance,
    nngp: f64,
    derivative: f64,
    nngp_size: f64,
    derivative_size: f64,
}

fn table() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/kernel.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let number = |s: &str| {
        if s == "+inf" {
            f64::INFINITY
        } else {
            s.parse::<f64>().unwrap()
        }
    };
    let case = |line: &str| {
        let f: Vec<&str> = line.trim().split(',').collect();
        let defect = number(f[4]);
        let correlation = if number(f[3]) > 0.0 {
            Correlation::from_one_minus(defect)
        } else {
            Correlation::from_one_plus(defect)
        };
        Case {
            activation: f[0].into(),
            covariance: Covariance::new(number(f[1]), number(f[2]), correlation).unwrap(),
            nngp: number(f[5]),
            derivative: number(f[6]),
            nngp_size: number(f[7]),
            derivative_size: number(f[8]),
        }
    };
    text.lines().skip(2).map(case).collect()
}

#[test]
fn dual_activations_agree_with_the_table() {
    let closed = [
        "relu",
        "leaky",
        "abs",
        "heaviside",
        "sign",
        "erf",
        "sin",
        "cos",
    ];
    let mut counts = [0, 0];
    let mut worst: std::collections::BTreeMap<String, (f64, f64)> = Default::default();
    for case in table() {
        let Ok(activation) = Activation::parse(&case.activation) else {
            continue;
        };
        let dual = DualActivation::new(&activation).evaluate(&case.covariance);
        let exact = closed.iter().any(|c| case.activation.starts_with(c));
        counts[usize::from(!exact)] += 1;
        for (got, want, size) in [
            (dual.nngp, case.nngp, case.nngp_size),
            (dual.derivative, case.derivative, case.derivative_size),
        ] {
            if want.is_infinite() {
                assert_eq!(got.value, want, "{} {:?}", case.activation, case.covariance);
                continue;
            }
            let error = (got.value - want).abs();
            let entry = worst.entry(case.activation.clone()).or_default();
            entry.0 = entry.0.max(error / size);
            entry.1 = entry.1.max(got.error / size);
            let name = (&case.activation, case.covariance, got, want);
            assert!(
                error <= got.error + f64::EPSILON * want.abs(),
                "estimate: {name:?} {error:e}"
            );
            let bound = if exact { 1e-13 } else { 1e-10 };
            assert!(
                error <= bound * size && got.error <= bound * size,
                "{name:?} {error:e}"
            );
        }
    }
    println!("worst true error and estimate, relative: {worst:#?}");
    println!("{counts:?}");
}

#[test]
fn relu_with_uniform_offsets_is_its_closed_form() {
    for (dim, c1, c3) in [
        (1, 1.0, 1.0),
        (
            2,
            2.0 / std::f64::consts::PI,
            4.0 / (3.0 * std::f64::consts::PI),
        ),
        (3, 0.5, 0.25),
        (5, 0.375, 0.125),
    ] {
        let (radius, v) = (2.5_f64, 1.3_f64);
        let offset = OffsetLaw::Uniform { radius };
        let points = scattered(12, dim, 2.5);
        let scale = ScaleLaw::Fixed(1.0);
        for (train, output) in [("output", true), ("offset", false)] {
            let model = model("relu", dim, Ensemble::RadonSpline { offset, scale }, train)
                .with_output_std(v)
                .unwrap();
            let kernel = tangent_kernel(&model).unwrap();
            let gram = gram(&*kernel, &points).unwrap();
            for i in 0..12 {
                for j in 0..12 {
                    let (x, y) = (points.point(i), points.point(j));
                    let inner: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
                    let distance = x
                        .iter()
                        .zip(y)
                        .map(|(a, b)| (a - b).powi(2))
                        .sum::<f64>()
                        .sqrt();
                    let want = if output {
                        radius.powi(2) / 6.0
                            + inner / (2.0 * dim as f64)
                            + c3 * distance.powi(3) / (24.0 * radius)
                    } else {
                        v * v * (0.5 - c1 * distance / (4.0 * radius))
                    };
                    let got = gram.matrix[(i, j)];
                    assert!(
                        (got - want).abs() <= 1e-13 * radius.powi(2),
                        "{dim} {train}: {got} {want}"
                    );
                    assert!((got - want).abs() <= gram.error);
                }
            }
        }
    }
}

/// E over directions and offsets by a plain product rule of midpoints: no code in common.
fn midpoint(
    phi: impl Fn(f64) -> f64,
    (x, y): (&[f64], &[f64]),
    radius: f64,
    s: f64,
    weight: impl Fn(f64, f64) -> f64,
) -> f64 {
    let directions = if x.len() == 1 { 2 } else { 720 };
    let offsets = if x.len() == 1 { 40_000 } else { 4000 };
    let mut sum = 0.0;
    for i in 0..directions {
        let (u, v) = if x.len() == 1 {
            let sign = 2.0 * i as f64 - 1.0;
            (sign * x[0], sign * y[0])
        } else {
            let t = std::f64::consts::TAU * (i as f64 + 0.37) / directions as f64;
            (
                x[0] * t.cos() + x[1] * t.sin(),
                y[0] * t.cos() + y[1] * t.sin(),
            )
        };
        for j in 0..offsets {
            let c = radius * (2.0 * (j as f64 + 0.5) / offsets as f64 - 1.0);
            sum += phi(s * (u - c)) * phi(s * (v - c)) * weight(u, v);
        }
    }
    sum / (directions * offsets) as f64
}

#[test]
fn every_way_to_a_bounded_kernel_agrees_with_a_plain_sum() {
    let (radius, s) = (1.5, 1.2);
    for name in ["tanh", "gelu", "hat", "relu", "hard-tanh"] {
        let phi = activation(name);
        for dim in [1, 2] {
            if name.starts_with("elu") && dim == 2 {
                continue;
            }
            let points = scattered(3, dim, 1.5);
            let (x, y) = (points.point(1), points.point(2));
            let inner: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
            for (train, want) in [
                (
                    "output",
                    midpoint(|z| phi.value(z), (x, y), radius, s, |_, _| 1.0),
                ),
                (
                    "offset",
                    midpoint(|z| phi.derivative(z), (x, y), radius, s, |_, _| s * s),
                ),
                (
                    "scale",
                    midpoint(
                        |z| z * phi.derivative(z),
                        (x, y),
                        radius,
                        s,
                        |_, _| 1.0 / (s * s),
                    ),
                ),
                (
                    "bias",
                    midpoint(|z| phi.derivative(z), (x, y), radius, s, |_, _| 1.0),
                ),
                (
                    "weight",
                    midpoint(|z| phi.derivative(z), (x, y), radius, s, |_, _| inner),
                ),
                (
                    "direction",
                    midpoint(
                        |z| phi.derivative(z),
                        (x, y),
                        radius,
                        s,
                        |u, v| s * s * (inner - u * v),
                    ),
                ),
            ] {
                if dim == 1 && train == "direction" {
                    continue;
                }
                let kernel = radon(name, dim, OffsetLaw::Uniform { radius }, s, train);
                let got = kernel.evaluate(x, y);
                let own = kernel.evaluate(x, x).value;
                assert!(
                    (got.value - want).abs() < 5e-4 * own,
                    "{name} {dim} {train}: {got:?} {want}"
                );
                assert!(got.error <= 1e-8 * own, "{name} {dim} {train}: {got:?}");
            }
        }
    }
}

#[test]
fn unbounded_tanh_and_relu() {
    let tanh = radon("tanh", 1, OffsetLaw::Unbounded, 1.0, "output");
    assert_eq!(tanh.order(), 1);
    for t in [1e-3, 0.3, 1.0, 5.0, 40.0] {
        let got = tanh.evaluate(&[0.2], &[0.2 + t]).value;
        // Modulo constants.
        let want = -2.0 * t / f64::tanh(t);
        assert!((got - want).abs() < 1e-12 * want.abs(), "{t}: {got} {want}");
    }
    let relu = radon("relu", 2, OffsetLaw::Unbounded, 1.0, "output");
    assert_eq!(relu.order(), 2);
    let got = relu.evaluate(&[0.0, 1.0], &[3.0, 5.0]).value;
    let want = 4.0 / (3.0 * std::f64::consts::PI) * 125.0 / 12.0;
    assert!((got - want).abs() < 1e-13 * want);
}

#[test]
#[ignore = "measures"]
fn timings() {
    let big = OffsetLaw::Uniform { radius: 2.0 };
    for dim in [1, 2] {
        let (train, test) = (scattered(300, dim, 1.6), scattered(1000, dim, 1.6));
        for name in ["relu", "tanh", "gelu", "hat"] {
            let ntk = tangent_kernel(&model(
                name,
                dim,
                Ensemble::Gaussian {
                    weight_std: 1.5,
                    bias_std: 1.0,
                },
                "output,bias,weight",
            ))
            .unwrap();
            for (kind, kernel) in [
                ("output", radon(name, dim, big, 1.0, "output")),
                ("all", radon(name, dim, big, 1.0, "output,offset,scale")),
                ("gaussian", ntk),
            ] {
                let clock = std::time::Instant::now();
                let a = gram(&*kernel, &train).unwrap();
                let b = cross(&*kernel, &train, &test).unwrap();
                let own = a.matrix.diagonal().max();
                println!(
                    "{dim} {name} {kind}: {:?}, error {:.1e} of {own:.2e}",
                    clock.elapsed(),
                    a.error.max(b.error) / own
                );
            }
        }
    }
}

#[test]
fn deep_kernels_agree_with_themselves() {
    let kernel = GaussianKernel::new(&activation("relu"), 1.0, 0.5, 1, GaussianKind::Ntk).unwrap();
    let shallow = tangent_kernel(&model(
        "relu",
        2,
        Ensemble::Gaussian {
            weight_std: 1.0,
            bias_std: 0.5,
        },
        "output,bias,weight",
    ))
    .unwrap();
    let (x, y) = ([0.3, -1.0], [0.7, 0.2]);
    let (a, b) = (
        kernel.evaluate(&x, &y).value,
        shallow.evaluate(&x, &y).value,
    );
    assert!((a - b).abs() < 1e-15, "{a} {b}");
}
