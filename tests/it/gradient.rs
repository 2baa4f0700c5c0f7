//! Derivatives of kernels with respect to points: against 50-digit references, against differences, at cusps.

use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{
    Activation, DenseLayer, Ensemble, FullyConnected, LearningRates, Parameterisation, Shallow,
};
use spectral_bias::numerics::Estimate;
use spectral_bias::theory::kernel::{
    GaussianKernel, GaussianKind, Kernel, SumKernel, gradient, mixed_derivatives, tangent_kernel,
};
use std::sync::Arc;

/// A kernel whose derivatives are left to differences.
#[derive(Debug)]
struct Opaque(Arc<dyn Kernel>);

impl Kernel for Opaque {
    fn dim(&self) -> Option<usize> {
        self.0.dim()
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        self.0.evaluate(x, y)
    }
}

fn largest(gradient: &[Estimate]) -> f64 {
    gradient.iter().fold(0.0, |m: f64, g| m.max(g.value.abs()))
}

/// What the kernel itself knows, without differences.
fn own(kernel: &dyn Kernel, x: &[f64], y: &[f64]) -> Vec<Estimate> {
    kernel
        .gradient(x, y)
        .expect("a gradient without differences")
}

#[test]
fn networks_against_references() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/gradient.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut count = 0;
    let mut worst = std::collections::BTreeMap::new();
    for line in text.lines().skip(2) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().unwrap();
        let activation = Activation::parse(cells[0]).unwrap();
        let kind = cells[2].parse::<GaussianKind>().unwrap();
        let kernel = GaussianKernel::new(
            &activation,
            number(3).sqrt(),
            number(4).sqrt(),
            cells[1].parse().unwrap(),
            kind,
        )
        .unwrap();
        let (x, y) = ([number(5), number(6)], [number(7), number(8)]);
        let expected = [number(9), number(10)];
        let found = own(&kernel, &x, &y);
        // A gradient may vanish: relative to √(K(x,x)K(x′,x′))/‖x‖.
        let own_value = |x: &[f64]| kernel.evaluate(x, x).value;
        let size = (own_value(&x) * own_value(&y)).sqrt() / x[0].hypot(x[1]);
        // Next to a cusp the direction of x′ − x is known to its own rounding.
        let nearby = (x[0] - y[0]).abs() < 1e-4;
        for (g, e) in found.iter().zip(expected) {
            let error = (g.value - e).abs();
            assert!(error <= g.error + 1e-15 * size, "{line}: {g:?} {e}");
            let allowed = if nearby { 1e-11 } else { 1e-13 };
            assert!(error <= allowed * size, "{line}: {g:?} {e} of {size}");
            let name = cells[0].split(':').next().unwrap_or_default().to_string();
            let entry = worst.entry(name).or_insert([0.0_f64; 4]);
            let at = if nearby { 2 } else { 0 };
            entry[at] = entry[at].max(error / size);
            entry[at + 1] = entry[at + 1].max(g.error / size);
        }
        count += 1;
    }
    for (name, [error, bound, near, near_bound]) in worst {
        println!("| {name} | {error:.0e} | {bound:.0e} | {near:.0e} | {near_bound:.0e} |");
    }
    assert!(count >= 178, "{count}");
}

/// The lines of a table of networks: activation (which may have commas), depth, kind, σ_w, σ_b as a kernel, and the numbers after these.
pub(crate) fn networks(name: &str) -> Vec<(String, GaussianKernel, Vec<f64>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    let text = std::fs::read_to_string(format!("{folder}/{name}.csv")).unwrap();
    let columns = text.lines().nth(1).map_or(0, |l| l.split(',').count());
    let network = |line: &str| {
        let mut cells: Vec<&str> = line.rsplitn(columns, ',').collect();
        cells.reverse();
        let mut numbers: Vec<f64> = cells[3..].iter().map(|c| c.parse().unwrap()).collect();
        let rest = numbers.split_off(2);
        let activation = Activation::parse(cells[0]).unwrap();
        let (depth, kind) = (cells[1].parse().unwrap(), cells[2].parse().unwrap());
        let kernel = GaussianKernel::new(&activation, numbers[0], numbers[1], depth, kind);
        (line.to_owned(), kernel.unwrap(), rest)
    };
    text.lines().skip(2).map(network).collect()
}

/// Points next to each other, opposite or on one ray, against 160 digits: the gradient to rounding, whatever the distance.
#[test]
fn nearby_points_against_references() {
    let mut count = 0;
    let mut worst = [0.0_f64; 4];
    for (line, kernel, numbers) in networks("gradient_nearby") {
        let (x, y) = (&numbers[0..3], &numbers[3..6]);
        let (matrix, bound) = mixed_derivatives(&kernel, x, y).unwrap();
        let mixed = (0..9).map(|k| Estimate::new(matrix[(k / 3, k % 3)], bound));
        let found = [
            gradient(&kernel, x, y).unwrap(),
            own(&kernel, x, y),
            mixed.collect(),
        ];
        for (k, (found, expected)) in found
            .into_iter()
            .zip([&numbers[6..9], &numbers[6..9], &numbers[9..]])
            .enumerate()
        {
            // Between opposite points all may vanish: no smaller than √(K(x,x)K(x′,x′)) over ‖x‖ or ‖x‖‖x′‖.
            let norm = |x: &[f64]| x.iter().map(|c| c * c).sum::<f64>().sqrt();
            let lengths = norm(x) * if k == 2 { norm(y) } else { 1.0 };
            let own_value = |x: &[f64]| kernel.evaluate(x, x).value;
            let natural = (own_value(x) * own_value(y)).sqrt() / lengths;
            let size = expected.iter().fold(natural, |m: f64, e| m.max(e.abs()));
            for (g, e) in found.iter().zip(expected) {
                let error = (g.value - e).abs();
                assert!(error <= g.error, "{line}: {g:?} {e}");
                assert!(g.error <= 3e-12 * size, "{line}: {g:?} {e} of {size}");
                let at = k / 2 * 2;
                worst[at] = worst[at].max(error / size);
                worst[at + 1] = worst[at + 1].max(g.error / size);
            }
        }
        count += 1;
    }
    let [error, bound, mixed, mixed_bound] = worst;
    println!("gradients {error:.0e} of {bound:.0e}, mixed {mixed:.0e} of {mixed_bound:.0e}");
    assert_eq!(count, 145);
}

/// Mixed derivatives of the tangent kernel of ReLU do not exist at x = x′; those of ReLU's other kernel do.
#[test]
fn mixed_derivatives_at_cusps() {
    let x = [0.6, 0.8];
    let relu = Activation::relu();
    for depth in [1, 3] {
        let of = |kind| GaussianKernel::new(&relu, 1.0, 0.5, depth, kind).unwrap();
        let tangent = mixed_derivatives(&of(GaussianKind::Ntk), &x, &x).unwrap();
        assert_eq!(tangent.1, f64::INFINITY);
        let (at, error) = mixed_derivatives(&of(GaussianKind::Nngp), &x, &x).unwrap();
        assert!(error < 1e-13, "{error}");
        // Next to it they are the same, but for what is linear in the distance.
        let beside = mixed_derivatives(&of(GaussianKind::Nngp), &x, &[0.6 + 1e-9, 0.8]).unwrap();
        assert!((at - beside.0).amax() < 1e-8);
    }
}

fn radon(name: &str, dim: usize, offset: OffsetLaw, train: &str) -> Arc<dyn Kernel> {
    let ensemble = Ensemble::RadonSpline {
        offset,
        scale: ScaleLaw::Fixed(1.3),
    };
    let rates: LearningRates = train.parse().unwrap();
    let activation = Activation::parse(name).unwrap();
    tangent_kernel(&Shallow::new(activation, dim, ensemble, rates).unwrap()).unwrap()
}

#[test]
fn differences_agree_within_both_bounds() {
    let (x, y) = ([0.7, -0.4, 0.2], [0.2, 1.1, -0.5]);
    let mut kernels: Vec<(String, Arc<dyn Kernel>)> = Vec::new();
    for name in [
        "leaky-relu:slope=0.1",
        "relu-power:k=3",
        "abs",
        "hard-tanh",
        "bspline:order=4",
        "selu",
        "celu:alpha=0.5",
        "gabor:frequency=2,phase=0.4",
        "exp:rate=0.5",
        "cos",
        "hermite:degree=3",
        "monomial:degree=2",
        "silu",
        "softplus",
        "mish",
        "sech",
        "sigmoid",
    ] {
        let activation = Activation::parse(name).unwrap();
        for (depth, kind) in [
            (1, GaussianKind::Ntk),
            (2, GaussianKind::Nngp),
            (2, GaussianKind::Ntk),
        ] {
            let kernel = GaussianKernel::new(&activation, 1.2, 0.3, depth, kind).unwrap();
            kernels.push((format!("{name} {depth} {kind}"), Arc::new(kernel)));
        }
    }
    for step in ["heaviside", "sign"] {
        let activation = Activation::parse(step).unwrap();
        for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
            let kernel = GaussianKernel::new(&activation, 1.2, 0.3, 2, kind).unwrap();
            kernels.push((format!("{step} {kind}"), Arc::new(kernel)));
        }
    }
    let first = DenseLayer::new(&Activation::relu(), 1.4, 0.2)
        .unwrap()
        .with_rates(0.0, 0.5)
        .unwrap();
    let second = DenseLayer::new(&Activation::parse("gelu").unwrap(), 1.1, 0.0)
        .unwrap()
        .with_biases_from_zero(0.4)
        .unwrap();
    let network = FullyConnected::new(vec![first, second])
        .unwrap()
        .with_parameterisation(Parameterisation::Standard)
        .with_readout(0.8, 0.7)
        .unwrap();
    kernels.push(("mixed".into(), Arc::new(network.kernel(GaussianKind::Ntk))));
    for (name, groups) in [
        ("relu", "output,offset,scale"),
        ("hat", "output,weight"),
        ("hard-tanh", "output"),
    ] {
        let offset = OffsetLaw::Uniform { radius: 4.0 };
        let kernel = radon(name, 3, offset, groups);
        kernels.push((format!("radon {name}"), kernel));
    }
    for name in ["relu", "tanh", "gelu", "elu", "hat"] {
        let kernel = radon(name, 3, OffsetLaw::Unbounded, "output");
        kernels.push((format!("unbounded {name}"), kernel));
    }
    for (name, kernel) in kernels {
        let found = own(kernel.as_ref(), &x, &y);
        let size = largest(&found);
        let by_differences = gradient(&Opaque(kernel.clone()), &x, &y).unwrap();
        for (a, b) in found.iter().zip(&by_differences) {
            let gap = (a.value - b.value).abs();
            assert!(gap <= a.error + b.error, "{name}: {a:?} {b:?}");
            assert!(
                b.error < 1e-5 * size,
                "{name}: differences say nothing: {b:?}"
            );
            // The derivative of a table is known less well than the table.
            let allowed = if name.starts_with("unbounded") {
                1e-7
            } else {
                1e-9
            };
            assert!(a.error < allowed * size, "{name}: {a:?}");
        }
    }
}

#[test]
fn in_one_dimension_too() {
    for name in ["tanh", "sech", "erf"] {
        let kernel = radon(name, 1, OffsetLaw::Unbounded, "output");
        let found = own(kernel.as_ref(), &[0.9], &[0.2]);
        let by_differences = gradient(&Opaque(kernel.clone()), &[0.9], &[0.2]).unwrap();
        let gap = (found[0].value - by_differences[0].value).abs();
        assert!(
            gap <= found[0].error + by_differences[0].error,
            "{name}: {found:?} {by_differences:?}"
        );
    }
}

#[test]
fn cusps_have_the_mean_of_both_sides() {
    let kernel = GaussianKernel::new(&Activation::relu(), 1.0, 0.0, 2, GaussianKind::Ntk).unwrap();
    let x = [0.6, 0.8];
    for y in [[0.6, 0.8], [1.2, 1.6]] {
        let found = gradient(&kernel, &x, &y).unwrap();
        let by_differences = gradient(&Opaque(Arc::new(kernel.clone())), &x, &y).unwrap();
        for (a, b) in found.iter().zip(&by_differences) {
            assert!(
                (a.value - b.value).abs() <= a.error + b.error,
                "{a:?} {b:?}"
            );
            assert!(a.error < 1e-7, "{a:?}");
        }
    }
    // K = ‖x‖‖x′‖·const along the ray: ∇K = K·x/‖x‖².
    let found = gradient(&kernel, &x, &x).unwrap();
    let value = kernel.evaluate(&x, &x).value;
    for (g, x) in found.iter().zip(x) {
        assert!((g.value - value * x).abs() < 1e-13, "{g:?}");
    }
    // Next to the cusp the slope jumps: both sides, and Euler's relation ⟨x, ∇K⟩ = K.
    for turn in [1e-7_f64, -1e-7] {
        let y = [0.6 - 0.8 * turn, 0.8 + 0.6 * turn];
        let found = gradient(&kernel, &x, &y).unwrap();
        let across = 0.8 * found[0].value - 0.6 * found[1].value;
        assert!(across.abs() > 0.01, "{across}");
        assert_eq!(across > 0.0, turn < 0.0);
        let along = 0.6 * found[0].value + 0.8 * found[1].value;
        let value = kernel.evaluate(&x, &y).value;
        assert!((along - value).abs() < 1e-12, "{along} {value}");
    }
}

#[test]
fn mixed_derivatives_are_those_of_gradients() {
    let (x, y) = ([0.7, -0.4], [0.2, 1.1]);
    for name in ["relu", "gelu", "tanh", "hat"] {
        let activation = Activation::parse(name).unwrap();
        let kernel: Arc<dyn Kernel> =
            Arc::new(GaussianKernel::new(&activation, 1.2, 0.3, 1, GaussianKind::Ntk).unwrap());
        let (a, error) = mixed_derivatives(kernel.as_ref(), &x, &y).unwrap();
        let (b, other) = mixed_derivatives(&Opaque(kernel.clone()), &x, &y).unwrap();
        assert!((&a - &b).amax() <= error + other, "{name}: {error} {other}");
        assert!(
            error <= 1e-8 * a.amax(),
            "{name}: {error} beside {}",
            a.amax()
        );
    }
}

/// Every group trained at its own rate, layers of different degree, either division by d.
#[test]
fn mixed_derivatives_of_networks_agree_with_differences() {
    let (x, y) = ([0.7, -0.4, 0.3], [0.2, 1.1, -0.6]);
    let layer = |name: &str, bias: f64| {
        let activation = Activation::parse(name).unwrap();
        DenseLayer::new(&activation, 1.3, bias).unwrap()
    };
    for parameterisation in [Parameterisation::Ntk, Parameterisation::Standard] {
        for rates in [(0.0, 0.5), (0.7, 0.0), (0.4, 0.9)] {
            let first = layer("leaky-relu:slope=0.2", 0.4);
            let second = layer("relu-power:k=2", 0.0);
            let layers = vec![
                first.with_rates(rates.0, rates.1).unwrap(),
                second.with_biases_from_zero(0.6).unwrap(),
                layer("abs", 0.8).with_rates(rates.1, rates.0).unwrap(),
            ];
            let network = FullyConnected::new(layers)
                .unwrap()
                .with_parameterisation(parameterisation)
                .with_readout(0.8, 0.7)
                .unwrap();
            for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
                let kernel: Arc<dyn Kernel> = Arc::new(network.kernel(kind));
                let (found, error) = mixed_derivatives(kernel.as_ref(), &x, &y).unwrap();
                let (other, wide) = mixed_derivatives(&Opaque(kernel), &x, &y).unwrap();
                let gap = (&found - &other).amax();
                assert!(
                    gap <= error + wide,
                    "{rates:?} {kind}: {gap:e} {error:e} {wide:e}"
                );
                assert!(error <= 1e-12 * found.amax() && wide <= 1e-6 * found.amax());
            }
        }
    }
}

#[test]
fn points_are_checked() {
    let kernel = GaussianKernel::new(&Activation::relu(), 1.0, 0.0, 1, GaussianKind::Ntk).unwrap();
    assert!(gradient(&kernel, &[1.0], &[1.0, 2.0]).is_err());
    assert!(gradient(&kernel, &[f64::NAN], &[1.0]).is_err());
    assert!(gradient(&kernel, &[], &[]).is_err());
    // Infinite where it is asked for, finite on both sides.
    let sign = Activation::parse("sign").unwrap();
    let kernel = GaussianKernel::new(&sign, 1.0, 0.0, 1, GaussianKind::Ntk).unwrap();
    for y in [[1.0, 0.3], [-1.0, -0.3]] {
        assert!(gradient(&kernel, &[1.0, 0.3], &y).is_err());
        assert!(mixed_derivatives(&kernel, &[1.0, 0.3], &y).is_err());
    }
    // A point without variance: what differences say.
    let at_zero = gradient(&kernel, &[0.0, 0.0], &[1.0, 0.5]).unwrap();
    assert!(at_zero.iter().all(|g| g.value.is_finite()));
}

/// exp(−((x − y)/width)²).
#[derive(Debug)]
struct Narrow(f64);

impl Kernel for Narrow {
    fn dim(&self) -> Option<usize> {
        None
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let z = (x[0] - y[0]) / self.0;
        let value = (-z * z).exp();
        Estimate::new(value, 4.0 * f64::EPSILON * value * (1.0 + z * z))
    }
}

/// Steps far longer than a kernel is wide agree that it is 0.
#[test]
fn differences_see_kernels_much_narrower_than_their_points() {
    for width in [1e-1, 1e-2, 1e-3, 1e-5] {
        let y = 1.0 + 0.5 * width;
        let found = gradient(&Narrow(width), &[1.0], &[y]).unwrap()[0];
        let z = (1.0 - y) / width;
        let exact = -2.0 * z / width * (-z * z).exp();
        let gap = (found.value - exact).abs();
        assert!(gap <= found.error, "{width}: {found:?} {exact}");
        assert!(found.error <= 1e-3 * exact, "{width}: {found:?}");
    }
    let tanh = Activation::parse("tanh").unwrap();
    let kernel = GaussianKernel::new(&tanh, 1.0, 0.3, 1, GaussianKind::Ntk).unwrap();
    let found = gradient(&kernel, &[1e3, 0.3], &[1e3, 1.1]).unwrap()[1];
    assert!(
        (found.value - 82.108).abs() <= found.error + 0.01,
        "{found:?}"
    );
}

/// Next to each other gradients across the points are linear in their distance, also where correlations of deep layers round to 1.
#[test]
fn deep_gradients_of_nearly_equal_points_are_linear_in_their_distance() {
    for name in ["sin", "erf", "gaussian"] {
        let activation = Activation::parse(name).unwrap();
        for depth in [2, 3] {
            for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
                let kernel = GaussianKernel::new(&activation, 1.0, 2.0, depth, kind).unwrap();
                let across = |distance: f64| {
                    let y = [
                        (1.0 + distance) * distance.cos(),
                        (1.0 + distance) * distance.sin(),
                    ];
                    gradient(&kernel, &[1.0, 0.0], &y).unwrap()[1]
                };
                let rate = across(1e-5).value / 1e-5;
                for distance in [1e-7, 1e-8, 1e-9, 1e-10] {
                    let found = across(distance);
                    let gap = (found.value - rate * distance).abs();
                    let allowed = found.error + 1e-4 * (rate * distance).abs();
                    assert!(
                        gap <= allowed,
                        "{name} {depth} {kind} {distance}: {found:?} {gap:e}"
                    );
                }
            }
        }
    }
}

/// A sum knows its mixed derivatives where all its terms do.
#[test]
fn mixed_derivatives_of_sums() {
    let (x, y) = ([0.7, -0.4], [0.2, 1.1]);
    let of = |name: &str| -> Arc<dyn Kernel> {
        let activation = Activation::parse(name).unwrap();
        Arc::new(GaussianKernel::new(&activation, 1.2, 0.3, 2, GaussianKind::Ntk).unwrap())
    };
    let (relu, abs, tanh) = (of("relu"), of("abs"), of("tanh"));
    let sum = SumKernel::new(vec![(2.0, relu.clone()), (0.5, abs.clone())]).unwrap();
    let (found, error) = sum.mixed_derivatives(&x, &y).unwrap();
    let part = |kernel: &Arc<dyn Kernel>| mixed_derivatives(kernel.as_ref(), &x, &y).unwrap();
    let expected = part(&relu).0 * 2.0 + part(&abs).0 * 0.5;
    assert!((found - expected).amax() <= error);
    assert!(error <= 2.1 * part(&relu).1 + 0.6 * part(&abs).1);
    assert_eq!(sum.mixed_derivatives(&x, &x).unwrap().1, f64::INFINITY);
    let sum = SumKernel::new(vec![(2.0, relu), (0.5, tanh)]).unwrap();
    assert!(sum.mixed_derivatives(&x, &y).is_none());
}

/// Continuous piecewise linear activations at points next to each other, against 60 digits.
#[test]
fn kinked_points_nearby_against_references() {
    let mut count = 0;
    let mut worst = [0.0_f64; 2];
    let mut wide = Vec::new();
    for (line, kernel, numbers) in networks("gradient_kinked") {
        let (x, y, expected) = (&numbers[0..2], &numbers[2..4], &numbers[4..6]);
        let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
        let found = [own(&kernel, x, y), gradient(&kernel, x, y).unwrap()];
        for (g, e) in found.iter().flat_map(|g| g.iter().zip(expected)) {
            let error = (g.value - e).abs();
            if !(error <= g.error && g.error <= 1e-10 * size) {
                wide.push(format!("{line}: {error:e} of {:e}", g.error));
            }
            worst = [worst[0].max(error / size), worst[1].max(g.error / size)];
        }
        count += 1;
    }
    println!("gradients {:.0e} of {:.0e}", worst[0], worst[1]);
    assert!(wide.is_empty(), "{} of {count}: {wide:#?}", wide.len());
    assert!(count >= 100, "{count}");
}

/// Without biases, K(x, −x′) = ±K(x, x′) for even and odd φ: as fine opposite as next to each other.
#[test]
fn kinked_points_nearly_opposite_against_the_same_references() {
    let (mut count, mut bound) = (0, 0.0_f64);
    let table = networks("gradient_kinked");
    for (line, kernel, numbers) in table
        .into_iter()
        .filter(|(line, ..)| line.contains(",0.0,"))
    {
        let (x, y, expected) = (&numbers[0..2], &numbers[2..4], &numbers[4..6]);
        let opposite: Vec<f64> = y.iter().map(|c| -c).collect();
        let sign = if line.starts_with("hat") { 1.0 } else { -1.0 };
        let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
        for (g, e) in own(&kernel, x, &opposite).iter().zip(expected) {
            let error = (g.value - sign * e).abs();
            assert!(error <= g.error, "{line}: {g:?} {e}");
            bound = bound.max(g.error / size);
        }
        count += 1;
    }
    println!("{count} opposite, bounds {bound:.0e}");
    assert!(bound <= 1e-10, "{bound:e}");
    assert!(count >= 30, "{count}");
}
