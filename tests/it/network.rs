//! Fully connected networks: special cases, drawn networks, the sphere, derivatives.

use spectral_bias::data::Points;
use spectral_bias::model::ensemble::{Draw, generator};
use spectral_bias::model::{
    Activation, Coordinates, DenseLayer, Ensemble, FullyConnected, LearningRates, Parameterisation,
    Shallow,
};
use spectral_bias::numerics::special::Correlation;
use spectral_bias::simulation::{DeepNetwork, SampledKernel};
use spectral_bias::theory::kernel::{
    GaussianKernel, GaussianKind, Kernel, battery, gradient, gram, mixed_derivatives,
    tangent_kernel,
};

fn activation(name: &str) -> Activation {
    Activation::parse(name).unwrap()
}

fn layer(name: &str, w: f64, b: f64) -> DenseLayer {
    DenseLayer::new(&activation(name), w, b).unwrap()
}

const X: [f64; 2] = [0.3, -1.0];
const Y: [f64; 2] = [0.7, 0.2];

#[test]
fn one_layer_with_rates_is_the_shallow_model() {
    for name in ["relu", "tanh", "gelu", "elu:alpha=1"] {
        let ensemble = Ensemble::Gaussian {
            weight_std: 1.3,
            bias_std: 0.6,
        };
        for (coordinates, parameterisation) in [
            (Coordinates::Ntk, Parameterisation::Ntk),
            (Coordinates::Standard, Parameterisation::Standard),
        ] {
            let rates: LearningRates = "output=0.5,bias=2,weight=0.25".parse().unwrap();
            let model = Shallow::new(activation(name), 2, ensemble.clone(), rates)
                .unwrap()
                .with_output_std(1.5)
                .unwrap()
                .with_coordinates(coordinates)
                .unwrap();
            let shallow = tangent_kernel(&model).unwrap().evaluate(&X, &Y);
            // The shallow model's output weights are read in units of their gradient: v itself.
            let square = if parameterisation == Parameterisation::Ntk {
                2.25
            } else {
                1.0
            };
            let network =
                FullyConnected::new(vec![layer(name, 1.3, 0.6).with_rates(0.25, 2.0).unwrap()])
                    .unwrap()
                    .with_readout(1.5, 0.5 / square)
                    .unwrap()
                    .with_parameterisation(parameterisation);
            let deep = network.kernel(GaussianKind::Ntk).evaluate(&X, &Y);
            assert!(
                (shallow.value - deep.value).abs() < 1e-13,
                "{name} {coordinates:?}: {shallow:?} {deep:?}"
            );
        }
    }
}

/// E over drawn networks of Σ_g rate_g ⟨∂_g f, ∂_g f⟩ for two hidden layers of this width, standard gradients by hand.
#[test]
fn different_layers_with_frozen_groups_agree_with_drawn_networks() {
    use rand_distr::{Distribution, StandardNormal};
    let (width, networks) = (300_usize, 300_u64);
    let (first, second) = ("relu", "tanh");
    let (w1, b1, w2, zero_scale, v) = (1.4, 0.5, 1.1, 0.8, 0.9);
    let (rw1, rb1, rw2, rb2, rv) = (0.0, 1.5, 0.7, 2.0, 0.3);
    let build = |p: Parameterisation, kind| {
        let one = layer(first, w1, b1).with_rates(rw1, rb1).unwrap();
        let two = layer(second, w2, 0.0).with_rates(rw2, rb2).unwrap();
        let two = two.with_biases_from_zero(zero_scale).unwrap();
        let network = FullyConnected::new(vec![one, two]).unwrap();
        let network = network
            .with_readout(v, rv)
            .unwrap()
            .with_output_bias(0.2, 0.1)
            .unwrap();
        network.with_parameterisation(p).kernel(kind)
    };
    let (phi1, phi2) = (activation(first), activation(second));
    let mut drawn: [Vec<f64>; 3] = Default::default();
    for network in 0..networks {
        let mut generator = generator(500 + network, Draw::Hidden(0));
        let mut draw = || -> f64 { StandardNormal.sample(&mut generator) };
        let input: Vec<[f64; 3]> = (0..width).map(|_| [draw(), draw(), draw()]).collect();
        let hidden: Vec<f64> = (0..width * width).map(|_| draw()).collect();
        let read: Vec<f64> = (0..width).map(|_| draw()).collect();
        let root = (width as f64).sqrt();
        let forward = |x: &[f64; 2]| {
            let z1: Vec<f64> = input
                .iter()
                .map(|g| w1 * (g[0] * x[0] + g[1] * x[1]) / 2.0_f64.sqrt() + b1 * g[2])
                .collect();
            let h1: Vec<f64> = z1.iter().map(|z| phi1.value(*z)).collect();
            let z2 = hidden
                .chunks(width)
                .map(|row| w2 / root * row.iter().zip(&h1).map(|(a, b)| a * b).sum::<f64>());
            let z2: Vec<f64> = z2.collect();
            let h2: Vec<f64> = z2.iter().map(|z| phi2.value(*z)).collect();
            let d2: Vec<f64> = z2
                .iter()
                .zip(&read)
                .map(|(z, r)| v / root * r * phi2.derivative(*z))
                .collect();
            let mut d1 = vec![0.0; width];
            for (row, d) in hidden.chunks(width).zip(&d2) {
                for (slot, a) in d1.iter_mut().zip(row) {
                    *slot += d * a * w2 / root;
                }
            }
            for (slot, z) in d1.iter_mut().zip(&z1) {
                *slot *= phi1.derivative(*z);
            }
            (h1, h2, d1, d2)
        };
        let (a, b) = (forward(&X), forward(&Y));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let n = width as f64;
        let (h1, h2, d1, d2) = (
            dot(&a.0, &b.0) / n,
            dot(&a.1, &b.1) / n,
            dot(&a.2, &b.2),
            dot(&a.3, &b.3),
        );
        let inner = X[0] * Y[0] + X[1] * Y[1];
        drawn[0].push(v * v * h2 + 0.04);
        drawn[1].push(
            rv * v * v * h2
                + d2 * (rw2 * w2 * w2 * h1 + rb2 * zero_scale * zero_scale)
                + d1 * (rw1 * w1 * w1 * inner / 2.0 + rb1 * b1 * b1)
                + 0.1,
        );
        drawn[2].push(rv * h2 + d2 * (rw2 * h1 + rb2) + d1 * (rw1 * inner + rb1) + 0.1);
    }
    for (samples, (p, kind)) in drawn.iter().zip([
        (Parameterisation::Ntk, GaussianKind::Nngp),
        (Parameterisation::Ntk, GaussianKind::Ntk),
        (Parameterisation::Standard, GaussianKind::Ntk),
    ]) {
        let n = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / n;
        let deviation =
            (samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let got = build(p, kind).evaluate(&X, &Y);
        // Four standard errors, and a bias of order 1/width.
        let bound = 4.0 * deviation / n.sqrt() + 2.0 / width as f64;
        assert!(
            (got.value - mean).abs() < bound,
            "{p:?} {kind}: {got:?} {mean} ± {bound}"
        );
        assert!(got.error < 1e-9);
    }
}

#[test]
fn the_sphere_is_the_kernel_on_it() {
    for (names, depth_kernel) in [
        (["relu", "relu"], true),
        (["tanh", "erf"], false),
        (["gelu", "hat"], false),
    ] {
        let layers = names.map(|name| layer(name, 1.3, 0.4)).to_vec();
        let network = FullyConnected::new(layers).unwrap();
        for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
            let kernel = network.kernel(kind);
            let sphere = kernel.on_sphere(3, 1.0).unwrap();
            for angle in [0.0_f64, 1e-5, 0.4, 1.5, 3.0, std::f64::consts::PI] {
                let (x, y) = ([1.0, 0.0, 0.0], [angle.cos(), angle.sin(), 0.0]);
                let t = Correlation::from_vectors(&x, &y).unwrap();
                let (a, b) = (kernel.evaluate(&x, &y), sphere.evaluate(t));
                assert!(
                    (a.value - b.value).abs() <= a.error + b.error + 1e-13,
                    "{names:?} {angle}"
                );
            }
            if depth_kernel {
                let simple = GaussianKernel::new(&activation("relu"), 1.3, 0.4, 2, kind).unwrap();
                assert_eq!(simple.evaluate(&X, &Y), kernel.evaluate(&X, &Y));
            }
        }
        assert!(network.kernel(GaussianKind::Ntk).on_sphere(0, 1.0).is_err());
    }
}

#[test]
fn what_is_frozen_adds_nothing() {
    let frozen = |readout| {
        let one = layer("heaviside", 1.0, 0.3).with_rates(0.0, 0.0).unwrap();
        FullyConnected::new(vec![one])
            .unwrap()
            .with_readout(2.0, readout)
            .unwrap()
    };
    // Only the read-out is trained: four times the NNGP kernel of unit read-out, finite on the diagonal although
    // E[φ′φ′] is not.
    let ntk = frozen(1.0).kernel(GaussianKind::Ntk);
    let nngp = frozen(1.0).kernel(GaussianKind::Nngp);
    assert_eq!(ntk.evaluate(&X, &X), nngp.evaluate(&X, &X));
    assert!(ntk.evaluate(&X, &X).value.is_finite());
    assert_eq!(
        frozen(0.0).kernel(GaussianKind::Ntk).evaluate(&X, &Y).value,
        0.0
    );
    let points = Points::from_rows(&[X, Y, [1.0, 1.0], [-0.2, 0.4]]).unwrap();
    for names in [["relu", "gelu", "erf"], ["elu:alpha=1", "sin", "hat"]] {
        let layers = names.map(|name| layer(name, 1.2, 0.3)).to_vec();
        let network = FullyConnected::new(layers).unwrap();
        for p in [Parameterisation::Ntk, Parameterisation::Standard] {
            let kernel = network
                .clone()
                .with_parameterisation(p)
                .kernel(GaussianKind::Ntk);
            battery::check(&kernel, &points, true).unwrap();
            assert!(gram(&kernel, &points).unwrap().error < 1e-9);
        }
    }
    assert!(FullyConnected::new(vec![]).is_err());
    assert!(DenseLayer::new(&activation("relu"), 0.0, 0.1).is_err());
    assert!(layer("relu", 1.0, 0.1).with_rates(-1.0, 0.0).is_err());
    assert!(
        layer("relu", 1.0, 0.1)
            .with_biases_from_zero(f64::NAN)
            .is_err()
    );
}

#[test]
fn derivatives_with_respect_to_points() {
    // ReLU, one layer, no bias, d = 2: K = ‖x‖‖y‖(sin θ + (π−θ)cos θ)/(4π), ∇_xK = [(π−θ)y + ‖y‖sin θ x/‖x‖]/(4π).
    let kernel = GaussianKernel::new(&activation("relu"), 1.0, 0.0, 1, GaussianKind::Nngp).unwrap();
    let norm = |x: &[f64; 2]| x[0].hypot(x[1]);
    for (x, y) in [(X, Y), (X, [0.3001, -1.0]), (X, X)] {
        let t = Correlation::from_vectors(&x, &y).unwrap();
        let (theta, pi) = (t.angle(), std::f64::consts::PI);
        let found = gradient(&kernel, &x, &y).unwrap();
        for i in 0..2 {
            let want =
                ((pi - theta) * y[i] + norm(&y) * theta.sin() * x[i] / norm(&x)) / (4.0 * pi);
            let gap = (found[i].value - want).abs();
            assert!(gap <= found[i].error, "{x:?} {y:?}: {:?} {want}", found[i]);
            if x != y && y == Y {
                assert!(found[i].error < 1e-9, "{:?}", found[i]);
            }
        }
    }
    // e^{x·y}-like: exp activations have K = e^{(‖x‖²+‖y‖²+2x·y)/4}, d = 2.
    let kernel = GaussianKernel::new(&activation("exp"), 1.0, 0.0, 1, GaussianKind::Nngp).unwrap();
    let value = kernel.evaluate(&X, &Y).value;
    let (mixed, error) = mixed_derivatives(&kernel, &X, &Y).unwrap();
    let first = gradient(&kernel, &X, &Y).unwrap();
    for i in 0..2 {
        let sum = |i: usize| 0.5 * (X[i] + Y[i]);
        assert!((first[i].value - value * sum(i)).abs() <= first[i].error.min(1e-9));
        for j in 0..2 {
            let want = value * (sum(i) * sum(j) + if i == j { 0.5 } else { 0.0 });
            assert!(
                (mixed[(i, j)] - want).abs() <= error.min(1e-6),
                "{mixed} {want} {error:e}"
            );
        }
    }
    assert!(gradient(&kernel, &X, &[1.0]).is_err());
    assert!(gradient(&kernel, &[f64::NAN, 0.0], &Y).is_err());
}

/// The kernels of drawn networks: means over networks within their standard errors of the limit, but for order 1/width.
#[test]
fn drawn_networks_of_any_depth_have_the_kernels_of_the_limit() {
    let width = 150;
    let points = Points::from_rows(&[X, Y, [1.0, 1.0], [0.0, 0.0]]).unwrap();
    for (names, p) in [
        (&["gelu"][..], Parameterisation::Ntk),
        (&["relu", "tanh"], Parameterisation::Standard),
        (&["erf", "hat", "relu"], Parameterisation::Ntk),
    ] {
        let layers = names.iter().enumerate().map(|(l, name)| {
            let own = layer(name, 1.3, 0.4).with_rates(0.7, 1.5).unwrap();
            match l {
                1 => own.with_biases_from_zero(0.8).unwrap(),
                _ => own,
            }
        });
        let network = FullyConnected::new(layers.collect())
            .and_then(|n| n.with_readout(0.9, 0.3))
            .and_then(|n| n.with_output_bias(0.2, 0.1))
            .unwrap()
            .with_parameterisation(p);
        let draw = |seed| DeepNetwork::sample(&network, 2, &vec![width; names.len()], seed);
        let nngp = |seed| draw(seed)?.nngp_kernel(&points);
        let tangent = |seed| draw(seed)?.tangent_kernel(&points);
        let found = [
            (GaussianKind::Nngp, SampledKernel::over(200, 3, nngp)),
            (GaussianKind::Ntk, SampledKernel::over(200, 3, tangent)),
        ];
        for (kind, sampled) in found {
            let sampled = sampled.unwrap();
            let limit = gram(&network.kernel(kind), &points).unwrap().matrix;
            let bias = 2.0 * (names.len() - 1) as f64 / width as f64;
            let all = limit.iter().zip(&sampled.mean).zip(&sampled.standard_error);
            for ((a, b), error) in all {
                let bound = 5.0 * error + bias;
                assert!(
                    (a - b).abs() <= bound,
                    "{names:?} {kind}: {a} {b} ± {error}"
                );
            }
        }
        let one = draw(5).unwrap();
        let tangent = one.tangent_kernel(&points).unwrap();
        let cross = one.cross_tangent_kernel(&points, &points).unwrap();
        assert!((&tangent - cross).amax() < 1e-14 * tangent.amax());
        assert_eq!(
            one.forward(&points).unwrap(),
            draw(5).unwrap().forward(&points).unwrap()
        );
        assert_ne!(
            one.forward(&points).unwrap(),
            draw(6).unwrap().forward(&points).unwrap()
        );
        assert!(one.forward(&Points::on_line(&[1.0]).unwrap()).is_err());
        assert!(DeepNetwork::sample(&network, 0, &vec![3; names.len()], 1).is_err());
        assert!(DeepNetwork::sample(&network, 2, &[], 1).is_err());
        assert!(DeepNetwork::sample(&network, 2, &vec![usize::MAX / 2; names.len()], 1).is_err());
        assert!(DeepNetwork::sample(&network, 2, &vec![0; names.len()], 1).is_err());
    }
}

/// With φ(z) = z and no biases f is linear in x, and so is ∇_θ f.
#[test]
fn drawn_linear_networks_are_linear() {
    let linear = layer("identity", 1.2, 0.0);
    let network = FullyConnected::new(vec![linear.clone(), linear]).unwrap();
    let drawn = DeepNetwork::sample(&network, 3, &[5, 4], 8).unwrap();
    let axes = Points::from_rows(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
    let x = Points::from_rows(&[[0.3, -1.2, 0.7]]).unwrap();
    let a = drawn.forward(&axes).unwrap();
    let f = drawn.forward(&x).unwrap()[0];
    assert!((f - (0.3 * a[0] - 1.2 * a[1] + 0.7 * a[2])).abs() < 1e-14);
    let on_axes = drawn.tangent_kernel(&axes).unwrap();
    let vector = nalgebra::Vector3::new(0.3, -1.2, 0.7);
    let form = (vector.transpose() * on_axes * vector)[0];
    let own = drawn.tangent_kernel(&x).unwrap()[(0, 0)];
    assert!((own / form - 1.0).abs() < 1e-13);
}
