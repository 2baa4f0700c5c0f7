//! Kernels: against 20-digit tables, closed forms, quadrature of another kind and Monte Carlo.

use spectral_bias::data::Points;
use spectral_bias::model::ensemble::{Draw, OffsetLaw, ScaleLaw, generator};
use spectral_bias::model::{Activation, Ensemble, LearningRates, Shallow};
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{
    Covariance, DualActivation, GaussianKernel, GaussianKind, Kernel, battery, cross, gram,
    tangent_kernel,
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
        let dual = DualActivation::new(&activation(&case.activation)).evaluate(&case.covariance);
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
    assert_eq!(counts, [840, 46]);
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
    let middle = |i: usize, n: usize| (i as f64 + 0.5) / n as f64;
    let turn = |i: usize, n: usize| (std::f64::consts::TAU * middle(i, n)).sin_cos();
    let (directions, offsets): (Vec<Vec<f64>>, usize) = match x.len() {
        1 => (vec![vec![-1.0], vec![1.0]], 40_000),
        2 => (
            (0..720)
                .map(|i| turn(i, 720))
                .map(|(a, b)| vec![a, b])
                .collect(),
            4000,
        ),
        _ => {
            let heights = (0..80).map(|i| 2.0 * middle(i, 80) - 1.0);
            let direction = |z: f64| {
                (0..80).map(move |i| {
                    let (a, b) = turn(i, 80);
                    let r = (1.0 - z * z).sqrt();
                    vec![r * a, r * b, z]
                })
            };
            (heights.flat_map(direction).collect(), 600)
        }
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut sum = 0.0;
    for direction in &directions {
        let (u, v) = (dot(direction, x), dot(direction, y));
        for j in 0..offsets {
            let c = radius * (2.0 * middle(j, offsets) - 1.0);
            sum += phi(s * (u - c)) * phi(s * (v - c)) * weight(u, v);
        }
    }
    sum / (directions.len() * offsets) as f64
}

#[test]
fn every_way_to_a_bounded_kernel_agrees_with_a_plain_sum() {
    let (radius, s) = (1.5, 1.2);
    for name in ["tanh", "gelu", "hat", "relu", "hard-tanh", "elu:alpha=1"] {
        let phi = activation(name);
        for dim in [1, 2, 3] {
            if name.starts_with("elu") && dim > 1 {
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
#[ignore = "measures"]
fn timings_of_kinked_features() {
    let uniform = OffsetLaw::Uniform { radius: 2.0 };
    let gaussian = OffsetLaw::Gaussian { std: 1.0 };
    let cauchy = OffsetLaw::Cauchy { scale: 1.0 };
    let drawn = ScaleLaw::Uniform {
        low: 0.5,
        high: 1.5,
    };
    let one = ScaleLaw::Fixed(1.0);
    for (name, offset, scale, train) in [
        ("elu", uniform, one, "output"),
        ("softsign", uniform, one, "output"),
        ("elu", uniform, one, "output,offset,scale"),
        ("hat", gaussian, one, "output"),
        ("softsign", cauchy, one, "output"),
        ("elu", uniform, drawn, "output"),
        ("hat", gaussian, drawn, "output"),
    ] {
        for dim in [2, 3, 10] {
            let train_points = scattered(300, dim, 1.6);
            let ensemble = Ensemble::RadonSpline { offset, scale };
            let kernel = tangent_kernel(&model(name, dim, ensemble, train)).unwrap();
            let clock = std::time::Instant::now();
            let a = gram(&*kernel, &train_points).unwrap();
            println!(
                "{name} {offset:?} {scale:?} {train} d = {dim}: {:?}, error {:.1e}",
                clock.elapsed(),
                a.error / a.matrix.diagonal().max()
            );
        }
    }
}

fn gaussian(name: &str, dim: usize, train: &str) -> Arc<dyn Kernel> {
    let ensemble = Ensemble::Gaussian {
        weight_std: 1.3,
        bias_std: 0.6,
    };
    tangent_kernel(&model(name, dim, ensemble, train)).unwrap()
}

#[test]
fn a_network_of_one_hidden_layer_is_the_shallow_model() {
    for name in ["relu", "tanh", "hat", "erf"] {
        for (kind, train) in [
            (GaussianKind::Nngp, "output"),
            (GaussianKind::Ntk, "output,bias,weight"),
        ] {
            let deep = GaussianKernel::new(&activation(name), 1.3, 0.6, 1, kind).unwrap();
            let (x, y) = ([0.3, -1.0], [0.7, 0.2]);
            let (a, b) = (
                deep.evaluate(&x, &y),
                gaussian(name, 2, train).evaluate(&x, &y),
            );
            assert!(
                (a.value - b.value).abs() <= a.error + b.error,
                "{name}: {a:?} {b:?}"
            );
        }
    }
}

/// Pairs of independent standard normal numbers.
fn normals(count: usize, seed: u64) -> Vec<f64> {
    use rand_distr::{Distribution, StandardNormal};
    let mut generator = generator(seed, Draw::Hidden(0));
    (0..count)
        .map(|_| StandardNormal.sample(&mut generator))
        .collect()
}

/// Mean and standard error.
fn mean(samples: &[f64]) -> (f64, f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[test]
fn shallow_gaussian_kernels_agree_with_drawn_neurons() {
    // f = m^{-1/2} Σ v φ(⟨w,x⟩ − b): squared gradients of single neurons, averaged.
    let (x, y) = ([0.3, -1.0], [0.7, 0.2]);
    let count = 200_000;
    let z = normals(4 * count, 11);
    let (sw, sb) = (1.3 / 2.0_f64.sqrt(), 0.6);
    for name in ["relu", "tanh", "hat", "gelu"] {
        let phi = activation(name);
        let samples: Vec<[f64; 3]> = z
            .chunks_exact(4)
            .map(|g| {
                let at = |x: &[f64; 2]| sw * (g[0] * x[0] + g[1] * x[1]) - sb * g[2];
                let (a, b) = (at(&x), at(&y));
                let slopes = g[3] * g[3] * phi.derivative(a) * phi.derivative(b);
                let inner = x[0] * y[0] + x[1] * y[1];
                [
                    phi.value(a) * phi.value(b),
                    sb * sb * slopes,
                    sw * sw * inner * slopes,
                ]
            })
            .collect();
        for (i, train) in ["output", "bias", "weight"].into_iter().enumerate() {
            let drawn: Vec<f64> = samples.iter().map(|s| s[i]).collect();
            let (mean, error) = mean(&drawn);
            let want = gaussian(name, 2, train).evaluate(&x, &y).value;
            assert!(
                (mean - want).abs() < 4.5 * error,
                "{name} {train}: {mean} ± {error}, {want}"
            );
        }
        // In standard coordinates the gradients lose their scale factors.
        let ensemble = Ensemble::Gaussian {
            weight_std: 1.3,
            bias_std: 0.6,
        };
        for (train, factor) in [("bias", sb * sb), ("weight", sw * sw)] {
            let standard = model(name, 2, ensemble.clone(), train)
                .with_coordinates(spectral_bias::model::Coordinates::Standard)
                .unwrap();
            let standard = tangent_kernel(&standard).unwrap().evaluate(&x, &y).value;
            let ntk = gaussian(name, 2, train).evaluate(&x, &y).value;
            assert!((factor * standard - ntk).abs() < 1e-14);
        }
    }
}

#[test]
fn two_hidden_layers_agree_with_drawn_networks() {
    // Width 400 in the NTK parameterisation: the mean over networks, with a bias of order 1/width.
    let (width, networks) = (400_usize, 300);
    let (x, y) = ([0.3, -1.0], [0.7, 0.2]);
    let (sw, sb) = (1.3, 0.6);
    for name in ["relu", "tanh"] {
        let phi = activation(name);
        let mut drawn = Vec::new();
        for network in 0..networks {
            let g = normals(width * (width + 5), 1000 + network);
            let (first, rest) = g.split_at(3 * width);
            let (second, rest) = rest.split_at(width * width);
            let (bias, read) = rest.split_at(width);
            let root = (width as f64).sqrt();
            let forward = |x: &[f64; 2]| {
                let z1: Vec<f64> = first
                    .chunks(3)
                    .map(|g| sw * (g[0] * x[0] + g[1] * x[1]) / 2.0_f64.sqrt() + sb * g[2])
                    .collect();
                let h1: Vec<f64> = z1.iter().map(|z| phi.value(*z)).collect();
                let z2: Vec<f64> = second
                    .chunks(width)
                    .zip(bias)
                    .map(|(row, b)| {
                        let sum: f64 = row.iter().zip(&h1).map(|(w, h)| w * h).sum();
                        sw * sum / root + sb * b
                    })
                    .collect();
                // Gradients with respect to z2 and z1.
                let d2: Vec<f64> = z2
                    .iter()
                    .zip(read)
                    .map(|(z, v)| v * phi.derivative(*z) / root)
                    .collect();
                let mut d1 = vec![0.0; width];
                for (row, d) in second.chunks(width).zip(&d2) {
                    for (slot, w) in d1.iter_mut().zip(row) {
                        *slot += d * w * sw / root;
                    }
                }
                for (slot, z) in d1.iter_mut().zip(&z1) {
                    *slot *= phi.derivative(*z);
                }
                let h2: Vec<f64> = z2.iter().map(|z| phi.value(*z)).collect();
                (h1, h2, d1, d2)
            };
            let (a, b) = (forward(&x), forward(&y));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let inner = x[0] * y[0] + x[1] * y[1];
            let w = width as f64;
            let read_out = dot(&a.1, &b.1) / w;
            let inner1 = sw * sw * dot(&a.0, &b.0) / w + sb * sb;
            let inner0 = sw * sw * inner / 2.0 + sb * sb;
            drawn.push(read_out + inner1 * dot(&a.3, &b.3) + inner0 * dot(&a.2, &b.2));
        }
        let (mean, error) = mean(&drawn);
        let kernel = GaussianKernel::new(&phi, sw, sb, 2, GaussianKind::Ntk).unwrap();
        let want = kernel.evaluate(&x, &y);
        assert!(want.error < 1e-9);
        let bound = 4.0 * error + 3.0 / width as f64;
        assert!(
            (mean - want.value).abs() < bound,
            "{name}: {mean} ± {error}, {want:?}"
        );
    }
}

#[test]
fn every_kernel_passes_the_battery() {
    let bounded = OffsetLaw::Uniform { radius: 1.7 };
    let mut kernels: Vec<(String, Arc<dyn Kernel>, usize)> = Vec::new();
    for dim in [1, 2, 3] {
        for name in [
            "relu",
            "leaky-relu:slope=0.2",
            "tanh",
            "gelu",
            "hat",
            "erf",
            "relu-power:k=2",
        ] {
            for train in ["output", "offset", "output,offset,scale"] {
                kernels.push((
                    format!("{name} {train}"),
                    radon(name, dim, bounded, 1.1, train),
                    dim,
                ));
                let free = radon(name, dim, OffsetLaw::Unbounded, 1.1, train);
                kernels.push((format!("{name} {train} unbounded"), free, dim));
            }
            let all = gaussian(name, dim, "output,bias,weight");
            kernels.push((format!("{name} gaussian"), all, dim));
        }
        for name in ["tanh", "relu"] {
            if dim == 2 {
                let kernel = radon(name, dim, bounded, 1.1, "direction");
                kernels.push((format!("{name} direction"), kernel, dim));
            }
        }
        for offset in [
            OffsetLaw::Gaussian { std: 0.8 },
            OffsetLaw::Cauchy { scale: 0.5 },
        ] {
            kernels.push((
                format!("tanh {offset:?}"),
                radon("tanh", dim, offset, 1.1, "output"),
                dim,
            ));
        }
    }
    for name in ["relu", "tanh"] {
        for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
            let deep = GaussianKernel::new(&activation(name), 1.2, 0.3, 3, kind).unwrap();
            kernels.push((format!("{name} {kind} of depth 3"), Arc::new(deep), 2));
        }
    }
    assert_eq!(kernels.len(), 159);
    for (name, kernel, dim) in &kernels {
        let points = scattered(if *dim == 3 { 8 } else { 14 }, *dim, 1.7);
        match battery::check(&**kernel, &points, true) {
            Ok(measured) => assert!(measured.error < 1e-9, "{name}, d = {dim}: {measured:?}"),
            Err(error) => panic!("{name}, d = {dim}: {error}"),
        }
    }
}

#[test]
fn a_wide_interval_tends_to_the_line() {
    // 2R·K_R = A + polynomials of the null space: compare on coefficients that annihilate these.
    let points = Points::on_line(&[-0.9, -0.4, 0.0, 0.3, 1.1]).unwrap();
    let plane = Points::from_rows(&[
        [0.3, 0.1],
        [-0.5, 0.7],
        [0.9, -0.2],
        [-0.8, -0.6],
        [0.1, 0.9],
    ])
    .unwrap();
    let space = scattered(6, 3, 1.2);
    for (points, dim) in [(points, 1), (plane, 2), (space, 3)] {
        for name in ["tanh", "gelu", "hat", "relu", "hard-tanh"] {
            for train in ["output", "offset", "scale"] {
                let radius = 30.0;
                let free = radon(name, dim, OffsetLaw::Unbounded, 1.4, train);
                let bounded = radon(name, dim, OffsetLaw::Uniform { radius }, 1.4, train);
                let difference = gram(&*bounded, &points).unwrap().matrix * (2.0 * radius)
                    - gram(&*free, &points).unwrap().matrix;
                // A vector in the complement of the affine functions.
                let a = complement(&points);
                let left = (a.transpose() * difference * &a)[(0, 0)];
                let own = (a.transpose() * gram(&*free, &points).unwrap().matrix * &a)[(0, 0)];
                assert!(
                    left.abs() < 1e-6 * own.abs().max(1e-3),
                    "{name} {train} {dim}: {left} of {own}"
                );
            }
        }
    }
}

/// A unit vector with Σ a = 0 and Σ a x = 0.
fn complement(points: &Points) -> nalgebra::DVector<f64> {
    let n = points.len();
    let mut basis: Vec<nalgebra::DVector<f64>> = Vec::new();
    let mut directions = vec![nalgebra::DVector::from_element(n, 1.0)];
    for k in 0..points.dim() {
        directions.push(nalgebra::DVector::from_fn(n, |i, _| points.point(i)[k]));
    }
    directions.push(nalgebra::DVector::from_fn(n, |i, _| (2.0 + i as f64).sin()));
    for mut v in directions {
        for b in &basis {
            v -= b * b.dot(&v);
        }
        basis.push(v.normalize());
    }
    basis.pop().unwrap()
}

#[test]
fn a_split_adds_up() {
    let points = scattered(9, 2, 2.0);
    for name in ["relu", "leaky-relu:slope=0.3", "hard-tanh", "relu6"] {
        for train in ["output", "output,offset", "scale"] {
            let kernel = radon(name, 2, OffsetLaw::Uniform { radius: 2.5 }, 1.3, train);
            if train == "scale" && ["hard-tanh", "relu6"].contains(&name) {
                // zφ′ vanishes far out: there is no polynomial to split off.
                assert!(kernel.split().is_none());
                continue;
            }
            let split = kernel.split().unwrap();
            let whole = gram(&*kernel, &points).unwrap();
            let rest = gram(&*split.remainder, &points).unwrap();
            for (i, x) in points.iter().enumerate() {
                for (j, z) in points.iter().enumerate() {
                    let inner = x[0] * z[0] + x[1] * z[1];
                    let linear = if split.order > 1 {
                        split.polynomial[(1, 1)]
                    } else {
                        0.0
                    };
                    let sum = split.polynomial[(0, 0)] + linear * inner + rest.matrix[(i, j)];
                    let error = (sum - whole.matrix[(i, j)]).abs();
                    assert!(error <= whole.error + rest.error, "{name} {train}: {error}");
                }
            }
            assert!(split.remainder.order() == split.order);
        }
    }
}

#[test]
fn identities_between_activations() {
    let bounded = OffsetLaw::Uniform { radius: 2.0 };
    let (x, y) = ([0.4, -0.9], [1.1, 0.3]);
    for train in ["output", "offset"] {
        let a = radon("leaky-relu:slope=0", 2, bounded, 1.0, train).evaluate(&x, &y);
        let b = radon("relu", 2, bounded, 1.0, train).evaluate(&x, &y);
        assert_eq!(a, b);
    }
    let a = gaussian("leaky-relu:slope=0", 2, "output,bias,weight").evaluate(&x, &y);
    assert_eq!(
        a,
        gaussian("relu", 2, "output,bias,weight").evaluate(&x, &y)
    );
    // Price: ∂E[φφ]/∂q₁₂ = E[φ′φ′].
    for name in ["relu", "tanh", "gelu", "hat", "erf"] {
        let dual = DualActivation::new(&activation(name));
        let at = |rho: f64| {
            let covariance = Covariance::new(0.8, 1.7, Correlation::from_rho(rho)).unwrap();
            dual.evaluate(&covariance)
        };
        let h = 1e-4;
        let scale = (0.8_f64 * 1.7).sqrt();
        let slope = (at(0.3 + h).nngp.value - at(0.3 - h).nngp.value) / (2.0 * h * scale);
        let want = at(0.3).derivative.value;
        assert!((slope - want).abs() < 1e-7, "{name}: {slope} {want}");
    }
}

#[test]
fn points_and_models_that_do_not_fit_are_refused() {
    let kernel = radon("relu", 2, OffsetLaw::Uniform { radius: 1.0 }, 1.0, "output");
    let far = Points::from_rows(&[[0.1, 0.2], [0.9, 0.9]]).unwrap();
    let message = gram(&*kernel, &far).unwrap_err().to_string();
    assert!(
        message.contains("radius") && message.contains("point 1"),
        "{message}"
    );
    let wrong = Points::on_line(&[0.0]).unwrap();
    assert!(
        gram(&*kernel, &wrong)
            .unwrap_err()
            .to_string()
            .contains("dimension")
    );
    let near = Points::from_rows(&[[0.1, 0.2]]).unwrap();
    assert!(cross(&*kernel, &near, &wrong).is_err());
    let scale = ScaleLaw::Fixed(1.0);
    for (name, offset, train) in [
        ("heaviside", OffsetLaw::Uniform { radius: 1.0 }, "offset"),
        ("relu", OffsetLaw::Unbounded, "direction"),
        ("relu", OffsetLaw::Unbounded, "weight"),
        ("relu", OffsetLaw::Cauchy { scale: 1.0 }, "output"),
    ] {
        let model = model(name, 2, Ensemble::RadonSpline { offset, scale }, train);
        assert!(tangent_kernel(&model).is_err(), "{name} {train}");
    }
    // A step's tangent kernel is infinite on its diagonal and finite off it.
    let step = gaussian("heaviside", 2, "bias");
    assert!(step.evaluate(&[0.1, 0.2], &[0.4, 0.1]).value.is_finite());
    assert_eq!(step.evaluate(&[0.1, 0.2], &[0.1, 0.2]).value, f64::INFINITY);
    assert!(gram(&*step, &near).is_err());
}
