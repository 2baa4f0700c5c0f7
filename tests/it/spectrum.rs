//! Spectra: sphere, circle, hypercube, Gaussian limit, data, torus, learning curves, the command line.

use crate::reference;
use crate::test_kernels::Min;
use spectral_bias::Error;
use spectral_bias::data::Points;
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{
    Activation, DenseLayer, Ensemble, FullyConnected, Group, LearningRates, Parameterisation,
    Shallow,
};
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{GaussianKernel, GaussianKind, Kernel, cross, gram};
use spectral_bias::theory::penalty::Penalty;
use spectral_bias::theory::spectrum::{
    DecayFit, DecayLaw, EmpiricalSpectrum, LearningCurve, Modes, Spectrum, ZonalFunction,
    ZonalKernel, ZonalNetwork, harmonics,
};

fn network(name: &str, scales: (f64, f64), depth: usize) -> FullyConnected {
    FullyConnected::uniform(&Activation::parse(name).unwrap(), scales.0, scales.1, depth).unwrap()
}

fn on_sphere(name: &str, scales: (f64, f64), depth: usize, kind: &str, dim: usize) -> ZonalNetwork {
    ZonalNetwork::on_sphere(&network(name, scales, depth), kind.parse().unwrap(), dim).unwrap()
}

#[test]
fn relu_on_the_sphere_has_the_known_fractions() {
    let unit = (3.0_f64.sqrt(), 0.0);
    let cases = [
        (
            "nngp",
            [
                3.0 / 16.0,
                1.0 / 12.0,
                3.0 / 256.0,
                0.0,
                1.0 / 3072.0,
                0.0,
                3.0 / 65536.0,
            ],
        ),
        (
            "ntk",
            [
                0.25,
                1.0 / 6.0,
                5.0 / 128.0,
                0.0,
                1.0 / 384.0,
                0.0,
                23.0 / 32768.0,
            ],
        ),
    ];
    for (kind, expected) in cases {
        let kernel = on_sphere("relu", unit, 1, kind, 3);
        let spectrum = Spectrum::sphere(&kernel, 3, 7).unwrap();
        for (space, expected) in spectrum.eigenspaces().iter().zip(expected) {
            let value = space.eigenvalue.value;
            assert!(
                (value - expected).abs() <= 1e-14 * expected,
                "{kind} {space:?}"
            );
            assert!(expected > 0.0 || value.abs() < 1e-16, "{kind} {space:?}");
            assert_eq!(space.multiplicity, (2 * space.degree + 1) as f64);
        }
    }
}

/// Every row of the table lies within its error bound, and the bounds are not vain.
#[test]
fn eigenvalues_agree_with_the_table_within_their_errors() {
    let rows = reference::load("spectrum");
    let mut groups: Vec<(String, Vec<&reference::Row>)> = Vec::new();
    for row in &rows {
        let key = format!("{} {:?}", row.function, &row.arguments[..4]);
        match groups.iter_mut().find(|g| g.0 == key) {
            Some(group) => group.1.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    let (mut checked, mut loose, mut worst) = (0, 0, 0.0_f64);
    for (key, rows) in groups {
        let (name, kind) = rows[0].function.rsplit_once(':').unwrap();
        let (domain, name) = name.split_once(':').unwrap();
        let [dim, weight, bias, depth, _] = rows[0].arguments[..] else {
            panic!("five arguments expected")
        };
        let (dim, depth) = (dim as usize, depth as usize);
        let top = rows.iter().map(|r| r.arguments[4] as usize).max().unwrap();
        let network = network(name, (weight, bias), depth);
        let kind = kind.parse().unwrap();
        let spectrum = if domain == "sphere" {
            let kernel = ZonalNetwork::on_sphere(&network, kind, dim).unwrap();
            Spectrum::sphere(&kernel, dim, top + 1).unwrap()
        } else {
            let kernel = ZonalNetwork::on_hypercube(&network, kind, dim).unwrap();
            Spectrum::hypercube(&kernel, dim, top + 1).unwrap()
        };
        for row in rows {
            let degree = row.arguments[4] as usize;
            let found = spectrum.eigenspaces()[degree].eigenvalue;
            let difference = (found.value - row.value).abs();
            // What the table itself rounds to where the truth is 0.
            let floor = 1e-30 * spectrum.diagonal().value;
            assert!(
                difference <= found.error + floor,
                "{key} degree {degree}: {found:?} against {}, off by {difference:e}",
                row.value
            );
            if row.value.abs() > floor {
                let relative = difference / row.value.abs();
                worst = worst.max(relative);
                if found.error > 1e-8 * row.value.abs() {
                    loose += 1;
                    println!(
                        "{key} degree {degree}: bound {:.1e} relative",
                        found.error / row.value
                    );
                }
            }
            checked += 1;
        }
    }
    println!("{checked} rows, worst relative error {worst:e}, {loose} bounds wider than 1e-8");
    assert!(checked > 300, "{checked} rows only");
    assert!(worst < 1e-9, "{worst:e}");
}

#[test]
fn high_degrees_keep_sign_and_decay_law() {
    for (name, scales, depth) in [
        ("relu", (3.0_f64.sqrt(), 0.0), 1),
        ("relu", (1.0, 0.5), 1),
        ("relu", (1.5, 0.25), 3),
        ("leaky-relu:slope=0.1", (1.5, 0.0), 2),
    ] {
        for (kind, order) in [("nngp", 2.0), ("ntk", 0.0)] {
            let kernel = on_sphere(name, scales, depth, kind, 3);
            let spectrum = Spectrum::sphere(&kernel, 3, 1001).unwrap();
            let single = name == "relu" && depth == 1 && scales.1 == 0.0;
            for space in &spectrum.eigenspaces()[2..] {
                let e = space.eigenvalue;
                if single && space.degree % 2 == 1 {
                    assert!(e.value == 0.0, "{name} {space:?}");
                } else {
                    assert!(e.value > e.error, "{name} {kind} {depth} {space:?}");
                }
            }
            let law = spectrum.decay(400, 1001).unwrap();
            assert!(
                (law.exponent - 3.0 - order).abs() < 0.02,
                "{name} {kind}: {law:?}"
            );
            assert!(law.standard_error < 0.1, "{law:?}");
        }
    }
    // d = 50: far from its asymptotic law, λ_k λ_{k+2}… fall like Γ(k − ½)²/Γ(k + d)… : never lost.
    let kernel = on_sphere("relu", (10.0, 0.5), 2, "ntk", 50);
    let spectrum = Spectrum::sphere(&kernel, 50, 101).unwrap();
    for pair in spectrum.eigenspaces().windows(2) {
        let (a, b) = (pair[0].eigenvalue, pair[1].eigenvalue);
        assert!(b.value > b.error && b.value < a.value, "{pair:?}");
    }
    let kernel = on_sphere("relu", (1.0, 0.0), 1, "nngp", 50);
    let spectrum = Spectrum::sphere(&kernel, 50, 6001).unwrap();
    let law = spectrum.decay(5900, 6001).unwrap();
    assert!((law.exponent - 52.0).abs() < 0.5, "{law:?}");
}

/// Σ λ_k N P_k(t) is the kernel again.
#[test]
fn the_series_of_zonal_functions_is_the_kernel() {
    let kernel = on_sphere("tanh", (2.0, 0.5), 2, "ntk", 4);
    let sphere = Spectrum::sphere(&kernel, 4, 80).unwrap();
    let cube_kernel =
        ZonalNetwork::on_hypercube(&network("relu", (1.0, 0.5), 2), GaussianKind::Ntk, 12).unwrap();
    let cube = Spectrum::hypercube(&cube_kernel, 12, 100).unwrap();
    assert_eq!(cube.eigenspaces().len(), 13);
    for j in 0..=12 {
        let t = Correlation::from_rho(1.0 - f64::from(j) / 6.0);
        for (spectrum, kernel) in [(&sphere, &kernel), (&cube, &cube_kernel)] {
            let sum: f64 = spectrum
                .eigenspaces()
                .iter()
                .map(|s| s.variance().value * spectrum.zonal_function(s.degree, t).unwrap())
                .sum();
            let value = kernel.value(t).value;
            assert!((sum - value).abs() < 1e-10, "{j}: {sum} against {value}");
        }
    }
    assert!(cube.truncation_error(13).value <= cube.truncation_error(13).error);
    let cumulative = sphere.cumulative_variance();
    let last = cumulative.last().unwrap().value + sphere.truncation_error(80).value;
    assert!((last / sphere.diagonal().value - 1.0).abs() < 1e-12);
    let fractions: f64 = sphere.fractional_variance().iter().map(|f| f.value).sum();
    assert!((fractions - 1.0).abs() < 1e-9, "{fractions}");
}

/// In high dimension λ_k C(d,k) of the hypercube is near its Gaussian limit, though C(3000, 1500) overflows.
#[test]
fn hypercubes_of_high_dimension_tend_to_the_limit() {
    let network = network("tanh", (1.0, 0.0), 1);
    let kernel = ZonalNetwork::on_hypercube(&network, GaussianKind::Ntk, 3000).unwrap();
    let cube = Spectrum::hypercube(&kernel, 3000, 10).unwrap();
    let limit = ZonalNetwork::in_high_dimension(&network, GaussianKind::Ntk).unwrap();
    let limit = Spectrum::gaussian(&limit, 10).unwrap();
    for (own, far) in cube.eigenspaces().iter().zip(limit.eigenspaces()) {
        let (a, b) = (own.variance(), far.variance());
        let gap = (a.value - b.value).abs();
        // E[(√d t)^k He_k] changes by terms of order k²/d.
        assert!(gap <= 0.05 * b.value + a.error + b.error, "{own:?} {far:?}");
        assert!(a.error <= 1e-9 * b.value.max(1e-3), "{own:?}");
    }
}

/// Rates, read-outs, parameterisations, layers of different activations: the eigenvalues are those of the kernel's
/// values alone.
#[test]
fn every_fully_connected_network_has_its_spectrum() {
    let layer = |name: &str, w: f64, b: f64| {
        DenseLayer::new(&Activation::parse(name).unwrap(), w, b).unwrap()
    };
    let networks = [
        vec![layer("relu", 1.5, 0.0).with_rates(0.3, 0.7).unwrap()],
        vec![layer("relu", 2.0, 0.0).with_biases_from_zero(0.8).unwrap()],
        vec![
            layer("leaky-relu:slope=0.2", 1.5, 0.4),
            layer("relu", 1.2, 0.3),
        ],
        vec![
            layer("relu", 1.5, 0.2).with_rates(0.0, 0.0).unwrap(),
            layer("relu-power:k=2", 0.7, 0.1),
            layer("abs", 0.9, 0.0).with_rates(2.0, 1.0).unwrap(),
        ],
        vec![layer("tanh", 2.0, 0.3), layer("relu", 1.4, 0.1)],
        vec![
            layer("erf", 1.5, 0.3),
            layer("gelu", 1.3, 0.2).with_rates(0.5, 3.0).unwrap(),
        ],
    ];
    for layers in networks {
        for p in [Parameterisation::Ntk, Parameterisation::Standard] {
            let network = FullyConnected::new(layers.clone())
                .and_then(|n| n.with_readout(1.3, 0.6))
                .and_then(|n| n.with_output_bias(0.5, 0.25))
                .unwrap()
                .with_parameterisation(p);
            for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
                let dim = 4;
                let kernel = ZonalNetwork::new(&network, kind, dim, 2.5).unwrap();
                // What the kernel says of two points, and nothing else.
                let deep = network.kernel(kind);
                let values = ZonalFunction::new(
                    |t: Correlation| {
                        let r = (2.5_f64).sqrt();
                        let (c, s) = ((0.5 * t.one_plus()).sqrt(), (0.5 * t.one_minus()).sqrt());
                        deep.evaluate(&[r * c, r * s, 0.0, 0.0], &[r * c, -r * s, 0.0, 0.0])
                            .value
                    },
                    1e-14,
                );
                let own = Spectrum::sphere(&kernel, dim, 12).unwrap();
                let plain = Spectrum::sphere(&values.unwrap(), dim, 12).unwrap();
                let size = plain.diagonal().value;
                assert!((own.diagonal().value / size - 1.0).abs() < 1e-13);
                for (a, b) in own.eigenspaces().iter().zip(plain.eigenspaces()) {
                    let (e, f) = (a.eigenvalue, b.eigenvalue);
                    assert!(
                        (e.value - f.value).abs() <= e.error + f.error,
                        "{layers:?} {p:?} {kind}: {a:?} against {b:?}"
                    );
                    assert!(e.error < 1e-9 * size, "{layers:?} {p:?} {kind}: {a:?}");
                }
            }
        }
    }
    let relu = FullyConnected::new(vec![layer("relu", 1.0, 0.0)]).unwrap();
    let standard = relu.with_parameterisation(Parameterisation::Standard);
    assert!(ZonalNetwork::in_high_dimension(&standard, GaussianKind::Ntk).is_err());
    assert!(ZonalNetwork::in_high_dimension(&standard, GaussianKind::Nngp).is_ok());
}

#[test]
fn any_function_of_the_cosine_has_a_spectrum() {
    // e^{ct} on the circle: modified Bessel functions I_k(c).
    let c = 2.0_f64;
    let kernel = ZonalFunction::new(|t: Correlation| (c * t.rho()).exp(), 1e-15).unwrap();
    let spectrum = Spectrum::circle(&kernel, 30).unwrap();
    for space in spectrum.eigenspaces() {
        let bessel: f64 = (0..60)
            .scan(1.0, |term, m| {
                let now = *term;
                *term /= f64::from(m + 1) * (f64::from(m + 1) + space.degree as f64);
                Some(now)
            })
            .sum::<f64>()
            / (1..=space.degree).map(|i| i as f64).product::<f64>();
        let e = space.eigenvalue;
        assert!(
            (e.value - bessel).abs() <= e.error,
            "{space:?} against {bessel}"
        );
        assert!(e.error < 1e-13, "{space:?}");
    }
    // 1/√(1 − 2ht + h²) = Σ hᵏ P_k: λ_k (2k+1) = hᵏ.
    let h = 0.5_f64;
    let kernel = ZonalFunction::new(
        |t: Correlation| (1.0 - 2.0 * h * t.rho() + h * h).powf(-0.5),
        1e-15,
    );
    let spectrum = Spectrum::sphere(&kernel.unwrap(), 3, 30).unwrap();
    for space in spectrum.eigenspaces() {
        let e = space.variance();
        let truth = h.powi(space.degree as i32);
        assert!((e.value - truth).abs() <= e.error, "{space:?}");
    }
    assert!(
        Spectrum::gaussian(
            &ZonalFunction::new(|t: Correlation| t.rho(), 0.0).unwrap(),
            3
        )
        .is_err()
    );
}

#[test]
fn the_gaussian_limit_is_the_square_of_the_hermite_coefficients() {
    let kernel =
        ZonalNetwork::in_high_dimension(&network("relu", (1.0, 0.0), 1), GaussianKind::Nngp)
            .unwrap();
    let limit = Spectrum::gaussian(&kernel, 7).unwrap();
    let pi = std::f64::consts::PI;
    let squares = [
        0.5 / pi,
        0.25,
        0.25 / pi,
        0.0,
        1.0 / (48.0 * pi),
        0.0,
        1.0 / (160.0 * pi),
    ];
    for (space, expected) in limit.eigenspaces().iter().zip(squares) {
        let e = space.eigenvalue;
        assert!(
            (e.value - expected).abs() <= e.error.max(1e-16),
            "{space:?} against {expected}"
        );
    }
    // λ_k N(d,k) on spheres of radius √d tends to it.
    let mut before = f64::INFINITY;
    for dim in [10, 100, 1000] {
        let kernel = on_sphere("relu", ((dim as f64).sqrt(), 0.0), 1, "nngp", dim);
        let spectrum = Spectrum::sphere(&kernel, dim, 5).unwrap();
        let gap = (spectrum.eigenspaces()[4].variance().value / squares[4] - 1.0).abs();
        assert!(gap < 0.3 * before, "{dim}: {gap}");
        before = gap;
    }
}

#[test]
fn smooth_activations_keep_digits_far_below_rounding() {
    for name in [
        "tanh", "sigmoid", "softplus", "silu", "gelu", "erf", "arctan", "sin", "elu",
    ] {
        let kernel = on_sphere(name, (4.0, 0.5), 1, "nngp", 50);
        let spectrum = Spectrum::sphere(&kernel, 50, 60).unwrap();
        for space in &spectrum.eigenspaces()[..40] {
            let e = space.eigenvalue;
            assert!(
                e.value >= 0.0 && e.error <= 1e-8 * e.value,
                "{name} {space:?}"
            );
        }
        let total = spectrum.cumulative_variance()[59];
        let lost = spectrum.diagonal().value - total.value;
        assert!(
            lost > -total.error - spectrum.diagonal().error,
            "{name} {lost}"
        );
    }
}

#[test]
fn data_and_intervals_by_eigen_decomposition() {
    let kernel = gaussian(GaussianKind::Nngp);
    // Equally spaced points of the circle: the eigenvalues are those of the circle, folded.
    let n = 64;
    let rows: Vec<[f64; 2]> = (0..n)
        .map(|i| std::f64::consts::TAU * f64::from(i) / f64::from(n))
        .map(|a| [a.cos(), a.sin()])
        .collect();
    let points = Points::from_rows(&rows).unwrap();
    let data = EmpiricalSpectrum::of_points(&kernel, &points).unwrap();
    let zonal = on_sphere("relu", (1.0, 0.5), 1, "nngp", 2);
    let circle = Spectrum::circle(&zonal, 2000).unwrap();
    let folded = |k: usize| -> f64 {
        let value = |k: usize| circle.eigenspaces()[k].eigenvalue.value;
        (1..20)
            .map(|m| value(64 * m + k) + value(64 * m - k))
            .sum::<f64>()
            + value(k)
    };
    for (j, k) in [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)] {
        let found = data.spectrum().eigenspaces()[j].eigenvalue;
        // Beyond degree 1280 there is little.
        assert!(
            (found.value / folded(k) - 1.0).abs() < 1e-5,
            "{j}: {found:?} {}",
            folded(k)
        );
    }
    let functions = data.eigenfunctions(&points, 5).unwrap();
    let gram = functions.tr_mul(&functions) / f64::from(n);
    assert!((gram - nalgebra::DMatrix::identity(5, 5)).amax() < 1e-10);
    assert!(data.eigenfunctions(&points, 65).is_err());
    let line = EmpiricalSpectrum::on_interval(&kernel, (-1.0, 1.0), 200).unwrap();
    let law = line.spectrum().decay(19, 59).unwrap();
    assert!((law.exponent - 4.0).abs() < 0.3, "{law:?}");
    assert!(EmpiricalSpectrum::on_interval(&kernel, (1.0, -1.0), 20).is_err());
    assert!(EmpiricalSpectrum::on_interval(&kernel, (0.0, f64::NAN), 20).is_err());
}

fn gaussian(kind: GaussianKind) -> GaussianKernel {
    GaussianKernel::new(&Activation::parse("relu").unwrap(), 1.0, 0.5, 1, kind).unwrap()
}

#[test]
fn the_torus_carries_the_fourier_penalty() {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale: ScaleLaw::Fixed(1.0),
    };
    let rates = LearningRates::train(&[Group::Output]).unwrap();
    let model = |d| {
        Shallow::new(
            Activation::parse("relu").unwrap(),
            d,
            ensemble.clone(),
            rates.clone(),
        )
        .unwrap()
    };
    // d = 1: K̂ = ω^{−4}; L = 2π: λ_m = m^{−4}/2π, twice each; Σ = ζ(4)/π = π³/90. Constants are free.
    let pi = std::f64::consts::PI;
    let line = Spectrum::torus(&Penalty::new(&model(1)).unwrap(), 2.0 * pi, 100).unwrap();
    assert_eq!(line.eigenspaces().len(), 10);
    for (m, space) in (1_i32..=10).zip(line.eigenspaces()) {
        let expected = f64::from(m).powi(-4) / (2.0 * pi);
        assert!((space.eigenvalue.value / expected - 1.0).abs() < 1e-12);
        assert_eq!((space.multiplicity, space.degree), (2.0, (m * m) as usize));
    }
    let (all, exact) = (line.diagonal(), pi.powi(3) / 90.0);
    assert!((all.value - exact).abs() <= all.error && all.error < 1e-5 * exact);
    let lost: f64 = (11..100_000).map(|m| f64::from(m).powi(-4) / pi).sum();
    let found = line.truncation_error(10);
    assert!((found.value - lost).abs() <= found.error);
    assert!((line.decay(4, 101).unwrap().exponent - 4.0).abs() < 1e-10);
    let law = line.decay(0, 101).unwrap();
    assert!((law.constant * 2.0 * pi - 1.0).abs() < 1e-10, "{law:?}");
    // Regression on it has a learning curve.
    let curve = LearningCurve::of_spectrum(&line, &[1.0], 1e-3, 0.0).unwrap();
    assert!(curve.at(20.0).unwrap().test_error.value < curve.at(5.0).unwrap().test_error.value);
    let plane = Spectrum::torus(&Penalty::new(&model(2)).unwrap(), 1.0, 50).unwrap();
    let all: f64 = plane.eigenspaces().iter().map(|s| s.multiplicity).sum();
    let count = (-7_i32..=7).flat_map(|a| (-7..=7).map(move |b| a * a + b * b));
    assert_eq!(all as usize + 1, count.filter(|s| *s <= 50).count());
    // Σ' ‖m‖^{−5} = 4 ζ(5/2) β(5/2) (Lorenz 1871); K̂ = c r^{−5}.
    let zeta = |alternating: bool| -> f64 {
        let term = |n: i32| f64::from(n).powf(-2.5);
        let beta = |n: i32| if n % 4 == 1 { term(n) } else { -term(n) };
        match alternating {
            true => (0..200_000).map(|n| beta(2 * n + 1)).sum(),
            false => (1..200_000).map(term).sum::<f64>() + 2.0 / 3.0 * 199_999.5_f64.powf(-1.5),
        }
    };
    let exact = 4.0 * zeta(false) * zeta(true) * plane.eigenspaces()[0].eigenvalue.value;
    let found = plane.diagonal();
    assert!(
        (found.value - exact).abs() <= found.error,
        "{found:?} {exact}"
    );
    assert!(found.error < 1e-4 * exact, "{found:?}");
    assert!(Spectrum::torus(&Penalty::new(&model(2)).unwrap(), -1.0, 50).is_err());
    assert!(
        plane
            .zonal_function(1, Correlation::from_rho(0.5))
            .is_none()
    );
    // The hat's transform is (2 sin(ω/2)/ω)² and finite at 0 for d = 1: Poisson's Σ_n A(4n) = A(0) = 2/3.
    let hat = Shallow::new(
        Activation::parse("hat").unwrap(),
        1,
        ensemble.clone(),
        rates.clone(),
    );
    let torus = Spectrum::torus(&Penalty::new(&hat.unwrap()).unwrap(), 4.0, 25).unwrap();
    let (first, all) = (torus.eigenspaces()[0], torus.diagonal());
    assert!(
        first.degree == 0 && (first.eigenvalue.value - 0.25).abs() < 1e-9,
        "{first:?}"
    );
    assert!((all.value - 2.0 / 3.0).abs() <= all.error, "{all:?}");
}

/// Kernel regression on S⁷ against its predicted learning curve, averaged over data sets. The prediction is
/// asymptotic: at 60 points a few per cent.
#[test]
fn learning_curves_agree_with_a_simulation() {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    let dim = 8;
    let kernel = gaussian(GaussianKind::Ntk);
    let zonal = on_sphere("relu", (1.0, 0.5), 1, "ntk", dim);
    let spectrum = Spectrum::sphere(&zonal, dim, 60).unwrap();
    // √8 x₁ has power 1 in degree 1.
    let (ridge, noise, n, sets) = (0.1, 0.09_f64, 60, 60);
    let curve = LearningCurve::of_spectrum(&spectrum, &[0.0, 1.0], ridge, noise).unwrap();
    let predicted = curve.at(n as f64).unwrap();
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(7);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let (mut test_error, mut train_error) = (0.0, 0.0);
    for _ in 0..sets {
        let mut draw = |count: usize| {
            let rows: Vec<Vec<f64>> = (0..count)
                .map(|_| {
                    let x: Vec<f64> = (0..dim).map(|_| normal()).collect();
                    let norm = x.iter().map(|c| c * c).sum::<f64>().sqrt();
                    x.into_iter().map(|c| c / norm).collect()
                })
                .collect();
            let f = rows
                .iter()
                .map(|x| 8.0_f64.sqrt() * x[0])
                .collect::<Vec<_>>();
            (
                Points::from_rows(&rows).unwrap(),
                nalgebra::DVector::from_vec(f),
            )
        };
        let ((points, f), (at, truth)) = (draw(n), draw(100));
        let y = f.map(|f| f + noise.sqrt() * normal());
        let gram = gram(&kernel, &points).unwrap().matrix;
        let ridged = &gram + nalgebra::DMatrix::identity(n, n) * ridge;
        let weights = ridged.cholesky().unwrap().solve(&y);
        train_error += (&gram * &weights - &y).norm_squared() / n as f64;
        let found = cross(&kernel, &at, &points).unwrap().matrix * weights;
        test_error += (found - truth).norm_squared() / 100.0 + noise;
    }
    let (test_error, train_error) = (test_error / f64::from(sets), train_error / f64::from(sets));
    println!("test {test_error} against {}", predicted.test_error.value);
    println!("train {train_error} against {}", predicted.train_error);
    assert!((test_error / predicted.test_error.value - 1.0).abs() < 0.05);
    assert!((train_error / predicted.train_error - 1.0).abs() < 0.1);
    // Σ L_i + δ/κ = n.
    let learned: f64 = spectrum
        .eigenspaces()
        .iter()
        .zip(&predicted.learnability)
        .map(|(s, l)| s.multiplicity * l)
        .sum();
    let unresolved = spectrum.truncation_error(60).value;
    let sum = learned + (ridge + unresolved) / predicted.effective_ridge;
    assert!((sum / n as f64 - 1.0).abs() < 1e-8, "{sum}");
}

/// What is not listed acts as a ridge only while κ is large beside it: the error says how far.
#[test]
fn unlisted_degrees_are_in_the_error_of_a_learning_curve() {
    let kernel = on_sphere("relu", (1.0, 0.0), 1, "ntk", 3);
    let power = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0];
    let at = |degrees: usize, n: f64| {
        let spectrum = Spectrum::sphere(&kernel, 3, degrees).unwrap();
        let curve = LearningCurve::of_spectrum(&spectrum, &power, 0.0, 0.0).unwrap();
        curve.at(n).unwrap().test_error
    };
    for n in [5.0, 30.0, 100.0, 1000.0] {
        let truth = at(3000, n);
        assert!(truth.error < 1e-2 * truth.value, "{n}: {truth:?}");
        assert!((at(1000, n).value / truth.value - 1.0).abs() < 1e-3);
        for degrees in [8, 12, 40] {
            let found = at(degrees, n);
            let gap = (found.value - truth.value).abs();
            assert!(
                gap <= found.error + truth.error,
                "{n} {degrees}: {found:?} {truth:?}"
            );
        }
    }
}

#[test]
fn impossible_requests_are_errors_that_name_the_argument() {
    let kernel = on_sphere("relu", (1.0, 0.0), 1, "nngp", 3);
    let named = |found: Result<Spectrum, spectral_bias::Error>, name: &str| {
        let text = found.unwrap_err().to_string();
        assert!(text.contains(name), "{text}");
    };
    named(Spectrum::sphere(&kernel, 1, 3), "dim");
    named(Spectrum::sphere(&kernel, 3, 0), "degrees");
    named(Spectrum::hypercube(&kernel, 0, 3), "dim");
    let relu = network("relu", (1.0, 0.0), 1);
    let nngp = GaussianKind::Nngp;
    assert!(ZonalNetwork::on_sphere(&relu, nngp, 0).is_err());
    assert!(ZonalNetwork::on_hypercube(&relu, nngp, 0).is_err());
    assert!(ZonalNetwork::new(&relu, nngp, 3, f64::INFINITY).is_err());
    let nan = ZonalFunction::new(|_: Correlation| f64::NAN, 0.0).unwrap();
    named(Spectrum::sphere(&nan, 3, 4), "finite");
    // A step's tangent kernel is infinite on its diagonal.
    let step = on_sphere("heaviside", (1.0, 0.0), 1, "ntk", 3);
    assert!(Spectrum::sphere(&step, 3, 4).is_err());
    named(Spectrum::gaussian(&step, 4), "diagonal");
    assert!(DecayFit::new(DecayLaw::Algebraic, [(1.0, 1.0)]).is_err());
    assert!(DecayFit::new(DecayLaw::Algebraic, [(1.0, 1.0), (2.0, f64::NAN)]).is_err());
    assert!(spectrum_decay_of_two_points());
    named(Spectrum::sphere(&kernel, 100_000, 100), "at most");
    named(Spectrum::hypercube(&kernel, 3000, 1000), "at most");
    named(Spectrum::hypercube(&kernel, 1_000_000_000, 3), "dim");
    let tiny = on_sphere("relu", (1e-160, 0.0), 1, "ntk", 3);
    let tiny = Spectrum::sphere(&tiny, 3, 4).unwrap();
    assert!(tiny.eigenspaces()[0].eigenvalue.error > 0.0);
    assert!((tiny.fractional_variance()[0].value - 0.25).abs() < 0.01);
    let many = Points::on_line(&vec![0.5; 3_000_000]).unwrap();
    let refused = gram(&gaussian(GaussianKind::Nngp), &many).unwrap_err();
    assert!(refused.to_string().contains("memory"), "{refused}");
    assert!(LearningCurve::new(Vec::new(), 0.0, 0.0).is_err());
    let mode = Modes {
        eigenvalue: 1.0,
        multiplicity: 3.0,
        power: 1.0,
    };
    let curve = LearningCurve::new(vec![mode], 0.0, 0.0).unwrap();
    assert!(curve.at(3.0).is_err() && curve.at(f64::NAN).is_err() && curve.at(2.0).is_ok());
    assert_eq!(harmonics(3, 4), 9.0);
}

/// The Poisson kernel (1 − r²)/(1 − 2rt + r²) = Σ r^|k| e^{ikθ} on the circle falls exponentially; ReLU's kernel does not.
#[test]
fn decay_is_told_by_its_law() {
    let r: f64 = 0.6;
    let poisson = move |t: Correlation| {
        let square = |s: f64| s * s;
        (1.0 - r * r) / (square(1.0 - r) + 2.0 * r * t.one_minus())
    };
    let kernel = ZonalFunction::new(poisson, 1e-15).unwrap();
    let fit = Spectrum::circle(&kernel, 30).unwrap().decay(3, 30).unwrap();
    assert_eq!(fit.law, DecayLaw::Exponential);
    assert!((fit.exponent + r.ln()).abs() < 1e-10 && (fit.constant - 1.0).abs() < 1e-9);
    assert!(fit.residual < 1e-9, "{fit:?}");
    let relu = on_sphere("relu", (1.0, 0.0), 1, "nngp", 3);
    let fit = Spectrum::sphere(&relu, 3, 60)
        .unwrap()
        .decay(20, 60)
        .unwrap();
    assert_eq!(fit.law, DecayLaw::Algebraic);
}

fn spectrum_decay_of_two_points() -> bool {
    let law = DecayFit::new(DecayLaw::Algebraic, [(1.0, 8.0), (2.0, 1.0)]).unwrap();
    (law.exponent - 3.0).abs() < 1e-14 && (law.constant - 8.0).abs() < 1e-13 && law.points == 2
}

/// Extreme scales neither panic nor answer NaN.
#[test]
fn extreme_scales_are_answered_or_refused() {
    let mut answered = 0;
    for name in ["relu", "relu-power:k=3"] {
        for scales in [(1e-8, 0.0), (1e6, 0.0), (1e-3, 1e3), (1e3, 1e-3)] {
            let kernel = on_sphere(name, scales, 1, "nngp", 3);
            if let Ok(spectrum) = Spectrum::sphere(&kernel, 3, 5) {
                answered += 1;
                for space in spectrum.eigenspaces() {
                    let e = space.eigenvalue;
                    assert!(
                        e.value.is_finite() && !e.error.is_nan(),
                        "{name} {scales:?} {space:?}"
                    );
                }
            }
        }
    }
    assert!(answered >= 7, "{answered}");
}

#[test]
fn steep_activations_have_nearly_the_spectrum_of_their_limits() {
    // tanh(1000 z/√3) is a sign but for 1/σ of its arguments, and 0.3 relu goes with σ².
    for (name, limit, factor) in [
        ("tanh", "sign", 1.0),
        ("softsign", "sign", 1.0),
        ("mish", "relu", 1.0),
        ("tanh + 0.3*relu", "relu", 0.09),
    ] {
        let kernel = on_sphere(name, (1e3, 0.0), 1, "nngp", 3);
        let spectrum = Spectrum::sphere(&kernel, 3, 8).unwrap();
        let kernel = on_sphere(limit, (1e3, 0.0), 1, "nngp", 3);
        let want = Spectrum::sphere(&kernel, 3, 8).unwrap();
        let size = spectrum.diagonal().value;
        for (own, other) in spectrum.eigenspaces().iter().zip(want.eigenspaces()) {
            let (e, f) = (own.eigenvalue, factor * other.eigenvalue.value);
            assert!(e.error <= 1e-9 * size, "{name}: {own:?}");
            assert!((e.value - f).abs() <= 0.02 * size, "{name}: {own:?} {f}");
        }
        let last = spectrum.cumulative_variance()[7] + spectrum.truncation_error(8);
        let gap = (last.value - size).abs();
        assert!(gap <= last.error + 1e-12 * size, "{name}: {last:?} {size}");
    }
}

#[test]
fn a_kernel_that_overflows_has_no_spectrum() {
    for (name, kind) in [("relu", "nngp"), ("relu", "ntk"), ("heaviside", "ntk")] {
        for weight_std in [1e160, 1e200] {
            let kernel = on_sphere(name, (weight_std, 0.0), 1, kind, 3);
            for answer in [
                Spectrum::sphere(&kernel, 3, 4),
                Spectrum::circle(&kernel, 4),
            ] {
                assert!(
                    matches!(answer, Err(Error::Undefined { .. })),
                    "{name} {kind} {weight_std}: {answer:?}"
                );
            }
        }
    }
}

#[cfg(feature = "cli")]
mod command_line {
    use serde_json::Value;
    use std::process::Command;

    fn run(words: &str) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_spectral-bias"))
            .args(words.split_whitespace())
            .output()
            .unwrap()
    }

    fn numbers(value: &Value) -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect()
    }

    #[test]
    fn spectrum_answers_with_the_stated_keys() {
        let words = "spectrum --activation relu --kind nngp --domain sphere --dim 3 --degrees 5 \
                     --weight-std 1.7320508075688772 --json";
        let output = run(words);
        assert!(output.status.success() && output.stderr.is_empty());
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(numbers(&found["degree"]), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(numbers(&found["multiplicity"]), [1.0, 3.0, 5.0, 7.0, 9.0]);
        let expected = [3.0 / 16.0, 1.0 / 12.0, 3.0 / 256.0, 0.0, 1.0 / 3072.0];
        for (e, truth) in numbers(&found["eigenvalue"]).iter().zip(expected) {
            assert!((e - truth).abs() < 1e-15);
        }
        assert_eq!(numbers(&found["error"]).len(), 5);
        for domain in ["circle", "gaussian", "hypercube --dim 3"] {
            let output = run(&format!(
                "spectrum --activation tanh --kind ntk --domain {domain} --degrees 9 --bias-std 0.5 --depth 2"
            ));
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains("degree"),
                "{domain} {output:?}"
            );
        }
        let help = run("spectrum --help");
        assert!(String::from_utf8_lossy(&help.stdout).contains("Example"));
    }

    fn json(words: &str) -> Value {
        let output = run(&format!("{words} --json"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && errors.is_empty(),
            "{words}: {errors}"
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn close(found: &Value, expected: f64, tolerance: f64) {
        let value = found.as_f64().unwrap();
        assert!(
            (value - expected).abs() <= tolerance * expected.abs(),
            "{value} {expected}"
        );
    }

    #[test]
    fn shares_truncation_decay_and_learning_curves_are_answered() {
        let found = json(
            "spectrum --activation relu --kind ntk --domain sphere --dim 3 --degrees 200 --weight-std 1.7320508075688772 \
             --power 0,1 --samples 50,400 --ridge 0.01",
        );
        // 1/4, 3 · 1/6 and so on of K(x,x) = 1.
        close(&found["diagonal"]["value"], 1.0, 1e-14);
        close(&found["share"][1], 0.5, 1e-14);
        close(&found["cumulative_variance"][1], 0.75, 1e-14);
        let kept = found["cumulative_variance"][199].as_f64().unwrap();
        close(&found["truncation_error"]["value"], 1.0 - kept, 1e-9);
        close(&found["decay"]["exponent"], 3.0, 0.02);
        let curve = &found["learning_curve"];
        let errors = numbers(&curve["test_error"]);
        assert!(errors[1] < errors[0] && errors[0] < 1.0);
        assert_eq!(curve["learnability"][0].as_array().unwrap().len(), 200);
        assert_eq!(curve["asymptotic"], true);
    }

    #[test]
    fn intervals_data_torus_and_space_are_answered() {
        use std::f64::consts::PI;
        // Steps at offsets uniform on [−1, 1]: K = ½ − |x − y|/4, so that λf″ = −f/4: sin(πx/2), and cos(cx) with c tan c = 1.
        let found = json(
            "spectrum --activation heaviside --ensemble radon:radius=1 --domain interval --interval -1,1 --degrees 3 \
             --functions 2",
        );
        close(&found["diagonal"]["value"], 0.5, 1e-12);
        let c = 0.860_333_589_019_379_8_f64;
        for (k, exact) in [(0, 0.25 / (c * c)), (1, 1.0 / (PI * PI))] {
            let error = found["error"][k].as_f64().unwrap();
            close(&found["eigenvalue"][k], exact, error / exact);
            assert!(error < 1e-3 * exact, "{error}");
        }
        assert_eq!(found["eigenfunction"].as_array().unwrap().len(), 2);
        assert_eq!(found["at"].as_array().unwrap().len(), 200);
        let torus =
            json("spectrum --activation relu --domain torus --dim 1 --degrees 10 --decay-from 0");
        assert_eq!(numbers(&torus["degree"]), [1.0, 4.0, 9.0]);
        close(&torus["eigenvalue"][1], 1.0 / (32.0 * PI), 1e-12);
        close(&torus["decay"]["exponent"], 4.0, 1e-9);
        // K̂ = r^{−4} in d = 1, trained offsets add r^{−2}.
        let space = json(
            "spectrum --activation relu --domain space --dim 1 --frequency 0.5,2 --train output,offset",
        );
        close(&space["eigenvalue"][1], 0.0625 + 0.25, 1e-12);
        assert_eq!(space["decay"]["order"], 2.0);
        let file = std::env::temp_dir().join(format!("spectral-bias-{}.csv", std::process::id()));
        let rows: Vec<String> = (0..30)
            .map(|i| 0.1 * f64::from(i) - 1.4)
            .map(|x| format!("{x},{}", x.sin()))
            .collect();
        std::fs::write(&file, rows.join("\n")).unwrap();
        let data = json(&format!(
            "spectrum --activation tanh --kind nngp --bias-std 0.5 --domain points --data {} --degrees 30 --samples 5,10 --ridge 1e-3",
            file.display()
        ));
        let _removed = std::fs::remove_file(&file);
        // Parseval: Σ of the powers is the mean square of the target.
        let total: f64 = (0..30)
            .map(|i| (0.1 * f64::from(i) - 1.4).sin().powi(2) / 30.0)
            .sum();
        assert!((numbers(&data["power"]).iter().sum::<f64>() / total - 1.0).abs() < 1e-10);
        assert_eq!(numbers(&data["learning_curve"]["samples"]), [5.0, 10.0]);
    }

    #[test]
    fn pictures_are_drawn() {
        let file = std::env::temp_dir().join(format!("spectral-bias-{}.svg", std::process::id()));
        for words in [
            "--kind ntk --domain sphere --dim 3 --samples 20,50 --power 0,1",
            "--domain space --dim 2 --frequency 1,2,4",
        ] {
            let words = format!(
                "spectrum --activation gelu {words} --plot {}",
                file.display()
            );
            assert!(run(&words).status.success());
            assert!(std::fs::read_to_string(&file).unwrap().contains("<svg"));
        }
        let _removed = std::fs::remove_file(&file);
    }

    #[test]
    fn bad_input_is_one_line_and_exit_code_two() {
        let base = "spectrum --activation relu --kind ntk --domain sphere";
        let cases = [
            (format!("{base} --dim 1"), "dim"),
            (format!("{base} --dim 0"), "dim"),
            (base.to_owned(), "dim"),
            (format!("{base} --dim 3 --degrees 0"), "degrees"),
            (format!("{base} --dim 3 --weight-std nan"), "weight-std"),
            (format!("{base} --dim 3 --bias-std -1"), "bias-std"),
            (format!("{base} --dim 3 --depth 0"), "depth"),
            (
                "spectrum --activation relu --kind ntkk --domain circle".to_owned(),
                "ntkk",
            ),
            (
                "spectrum --activation relu --kind ntk --domain circle --dim 3".to_owned(),
                "circle",
            ),
            (
                "spectrum --activation relu --kind ntk --domain torus --dim 2".to_owned(),
                "--train",
            ),
            (
                "spectrum --activation relu --domain torus".to_owned(),
                "dim",
            ),
            (
                "spectrum --activation relu --domain space --dim 2".to_owned(),
                "frequency",
            ),
            (
                "spectrum --activation relu --domain sphere --dim 2".to_owned(),
                "kind",
            ),
            (format!("{base} --dim 3 --side 2"), "side"),
            (format!("{base} --dim 3 --train output"), "train"),
            (format!("{base} --dim 3 --functions 2"), "functions"),
            (format!("{base} --dim 3 --samples 9"), "power"),
            (format!("{base} --dim 3 --samples 9 --power -1"), "power"),
            (format!("{base} --dim 3 --decay-from 7"), "degrees"),
            (
                "spectrum --activation relu --kind ntk --domain interval --interval -1,1,2"
                    .to_owned(),
                "two ends",
            ),
            (
                "spectrum --activation relu --kind ntk --domain interval --interval -1e308,1e308"
                    .to_owned(),
                "1e308",
            ),
            (
                "spectrum --activation relu --domain interval --ensemble radon:radius=inf"
                    .to_owned(),
                "polynomials",
            ),
            (
                "spectrum --activation relu --kind ntk --domain points".to_owned(),
                "--points",
            ),
            (
                "spectrum --activation relux --kind ntk --domain circle".to_owned(),
                "relux",
            ),
        ];
        for (words, named) in &cases {
            let output = run(words);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
            assert_eq!(errors.trim_end().lines().count(), 1, "{words}: {errors}");
            assert!(errors.contains(named), "{words}: {errors}");
        }
    }
}

#[test]
fn eigenvalues_on_an_interval_lie_within_their_bounds() {
    for nodes in [16, 50, 200] {
        let found = EmpiricalSpectrum::on_interval(&Min, (0.0, 1.0), nodes).unwrap();
        for (j, space) in found.spectrum().eigenspaces().iter().enumerate() {
            let value = space.eigenvalue;
            let exact = ((j as f64 + 0.5) * std::f64::consts::PI).powi(-2);
            let gap = (value.value - exact).abs();
            assert!(gap <= value.error, "{nodes} {j}: {value:?} {exact:e}");
        }
        assert!(
            found.spectrum().eigenspaces()[0].eigenvalue.error < 0.01,
            "{nodes}"
        );
    }
}
