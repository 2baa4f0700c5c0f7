//! Ensembles: notation, densities against independent quadrature, samplers against densities.

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use spectral_bias::Error;
use spectral_bias::model::ensemble::{
    Draw, Ensemble, Initialisation, Neurons, OffsetLaw, ParameterLaw, ScaleLaw, generator,
};
use std::f64::consts::PI;

fn parse(text: &str) -> Ensemble {
    Ensemble::parse(text, 2, Some(64)).unwrap_or_else(|e| panic!("{text}: {e}"))
}

const NOTATIONS: &[&str] = &[
    "radon:radius=inf,scale=1",
    "radon:radius=3,scale=1",
    "radon:radius=3,scale=0.5",
    "radon:offset_std=1.5,scale=2",
    "radon:offset_scale=0.7,scale=1",
    "radon:radius=2,scale_std=1.25",
    "radon:radius=2,scale_half_normal=0.3",
    "radon:offset_std=2,scale_low=0.5,scale_high=3",
    "gaussian:weight_std=1.4,bias_std=0.6",
    "independent:weight_bound=0.8,bias_bound=1.7",
    "independent:weight_bound=1.2,bias_std=0.4",
    "independent:weight_std=0.9,bias_bound=1.1",
    "independent:weight_std=0.9,bias_std=1.1",
];

#[test]
fn notation_round_trips() {
    for text in NOTATIONS {
        assert_eq!(parse(text).to_string(), *text);
    }
    for text in [
        "fixed:2",
        "gaussian:std=0.5",
        "half-normal:std=3",
        "uniform:low=0.5,high=2",
    ] {
        assert_eq!(text.parse::<ScaleLaw>().unwrap().to_string(), text);
    }
    assert_eq!("2".parse::<ScaleLaw>().unwrap(), ScaleLaw::Fixed(2.0));
    assert_eq!(parse("radon:radius=3"), parse("radon:radius=3,scale=1"));
    assert_eq!(parse("gaussian"), parse("gaussian:weight_std=1,bias_std=0"));
}

#[test]
fn bad_notation_is_a_typed_error() {
    let bad = [
        "",
        "radon",
        "radon:radius=-1",
        "radon:radius=nan",
        "radon:radius=0",
        "radon:radius=3,radius=4",
        "radon:radius=3,offset_std=1",
        "radon:radius=3,scale=0",
        "radon:radius=3,scale=inf",
        "radon:radius=3,scale_low=1",
        "radon:radius=3,scale_low=2,scale_high=1",
        "radon:radius",
        "radon:radius=three",
        "radon:diameter=3",
        "gaussian:weight_std=0",
        "gaussian:bias_std=-1",
        "gaussian:weight_std=1,bias_std=inf",
        "independent:weight_std=1,weight_bound=1",
        "independent:weight_bound=0",
        "laplace:std=1",
        "he-uniform:gain=2",
    ];
    for text in bad {
        let error = Ensemble::parse(text, 2, None).expect_err(text);
        assert!(!error.to_string().contains('\n'), "{text}: {error}");
    }
    for text in [
        "",
        "fixed:-1",
        "gaussian:std=0",
        "uniform:low=1,high=1",
        "cauchy:scale=1",
    ] {
        text.parse::<ScaleLaw>().expect_err(text);
    }
    assert!(matches!(
        Ensemble::parse("glorot-normal", 2, None),
        Err(Error::InvalidArgument { .. })
    ));
}

#[test]
fn named_initialisations_have_their_variances() {
    let (d, m) = (5, 11);
    let expected = [
        ("pytorch", 1.0 / 15.0, 1.0 / 15.0),
        ("glorot-uniform", 2.0 / 16.0, 0.0),
        ("glorot-normal", 2.0 / 16.0, 0.0),
        ("he-uniform", 0.4, 0.0),
        ("he-normal", 0.4, 0.0),
        ("lecun-uniform", 0.2, 0.0),
        ("lecun-normal", 0.2, 0.0),
    ];
    assert_eq!(expected.len(), Initialisation::ALL.len());
    for (name, weight_variance, bias_variance) in expected {
        let Ensemble::Independent { weight, bias } = Ensemble::parse(name, d, Some(m)).unwrap()
        else {
            panic!("{name} is not independent");
        };
        assert!(
            (weight.std().powi(2) - weight_variance).abs() < 1e-15,
            "{name}"
        );
        assert!((bias.std().powi(2) - bias_variance).abs() < 1e-15, "{name}");
    }
}

/// Composite Gauss–Legendre (5 points), the tests' own quadrature.
fn integral(f: impl Fn(f64) -> f64, a: f64, b: f64, panels: usize) -> f64 {
    const NODES: [(f64, f64); 5] = [
        (0.0, 128.0 / 225.0),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_1),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    ];
    let h = (b - a) / panels as f64;
    (0..panels)
        .map(|i| {
            let mid = a + (i as f64 + 0.5) * h;
            NODES
                .iter()
                .map(|(x, w)| 0.5 * h * w * f(mid + 0.5 * h * x))
                .sum::<f64>()
        })
        .sum()
}

fn direction(dim: usize) -> Vec<f64> {
    let raw: Vec<f64> = (0..dim).map(|k| 1.0 + 0.3 * k as f64).collect();
    let norm = raw.iter().map(|x| x * x).sum::<f64>().sqrt();
    raw.iter().map(|x| x / norm).collect()
}

#[test]
fn zeta_is_the_moment_of_the_joint_density() {
    let mut cases = 0;
    for text in NOTATIONS {
        for dim in [1, 2, 3, 10] {
            let ensemble = parse(text);
            let xi = direction(dim);
            for gamma in [-2.5, -0.3, 0.0, 0.8, 1.9] {
                if ensemble.density(&xi, gamma, 1.0).is_err() {
                    continue; // fixed scales: a point mass
                }
                for degree in [0, 1, 2] {
                    // Uniform laws jump in s where s‖ξ‖∞ = bound or s|γ| = bound.
                    let largest = xi.iter().fold(0.0f64, |m, x| m.max(x.abs()));
                    let mut cuts = vec![0.0, 0.5, 3.0, 40.0];
                    if let Some((w, b)) = ensemble.standard_laws(dim) {
                        if let ParameterLaw::Uniform { bound } = w {
                            cuts.push(bound / largest);
                        }
                        if let (ParameterLaw::Uniform { bound }, true) = (b, gamma != 0.0) {
                            cuts.push((bound / f64::abs(gamma)).min(40.0));
                        }
                    }
                    cuts.sort_by(f64::total_cmp);
                    let f = |s: f64| s.powi(2 * degree) * ensemble.density(&xi, gamma, s).unwrap();
                    let expected: f64 = cuts.windows(2).map(|w| integral(f, w[0], w[1], 400)).sum();
                    let found = ensemble.zeta_along(&xi, gamma, degree as usize).unwrap();
                    assert!(
                        (found.value - expected).abs() <= 1e-10 * expected.abs() + 1e-300,
                        "{text} d={dim} γ={gamma} k={degree}: {} against {expected}",
                        found.value
                    );
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 8 * 4 * 5 * 3);
}

#[test]
fn zeta_of_gaussian_ensembles_is_the_published_one() {
    let (sw, sb) = (1.3, 0.7);
    // d = 1: 2σ_w³σ_b³/(π(σ_b²+σ_w²x²)²).
    let line = Ensemble::Gaussian {
        weight_std: sw,
        bias_std: sb,
    };
    for x in [0.0f64, 0.4, -3.0, 1e3, 1e-9] {
        let expected = 2.0 * (sw * sb).powi(3) / (PI * (sb * sb + (sw * x).powi(2)).powi(2));
        let found = line.zeta(1, x, 1).unwrap();
        assert!((found.value / expected - 1.0).abs() < 1e-13, "{x}");
        assert!((found.value - expected).abs() <= found.error);
        assert_eq!(found, line.effective_offset_density(1, x, 1).unwrap());
    }
    // d = 3, entries of standard deviation a: a³c⁵Γ(3)/(π²(c²+γ²a²)³).
    let a = sw;
    let space = Ensemble::Gaussian {
        weight_std: a * 3f64.sqrt(),
        bias_std: sb,
    };
    for gamma in [0.0f64, 1.0, -2.0] {
        let expected =
            a.powi(3) * sb.powi(5) * 2.0 / (PI * PI * (sb * sb + (gamma * a).powi(2)).powi(3));
        let found = space.zeta(3, gamma, 1).unwrap().value;
        assert!((found / expected - 1.0).abs() < 1e-13);
        let effective = space.effective_offset_density(3, gamma, 1).unwrap().value;
        assert!((effective / (4.0 * PI * expected) - 1.0).abs() < 1e-13);
    }
    // w = ±1, b ~ U(−R, R): 1/(2R).
    assert_eq!(
        parse("radon:radius=3").zeta(1, 0.5, 1).unwrap().value,
        1.0 / 6.0
    );
    // Unbounded offsets have density 1.
    assert_eq!(
        parse("radon:radius=inf").zeta(1, 5.0, 1).unwrap().value,
        1.0
    );
    // Breakpoints of uniform w, b, r = a_b/a_w: 1/(4r) within r, r/(4β²) beyond (symmetrised over ±).
    let uniform = parse("independent:weight_bound=2,bias_bound=1");
    for (beta, expected) in [(0.2, 0.5), (2.0, 0.5 / 16.0)] {
        let found = uniform.zeta(1, beta, 0).unwrap().value;
        assert!((found - expected).abs() < 1e-13, "{beta}: {found}");
    }
}

#[test]
fn densities_that_do_not_exist_are_errors() {
    let zero_bias = Ensemble::Gaussian {
        weight_std: 1.0,
        bias_std: 0.0,
    };
    assert!(matches!(
        zero_bias.zeta(2, 0.0, 1),
        Err(Error::Undefined { .. })
    ));
    assert!(matches!(
        parse("independent:weight_bound=1,bias_bound=1").zeta(2, 0.0, 1),
        Err(Error::Undefined { .. })
    ));
    assert!(matches!(
        parse("radon:radius=2").scale_density(2, 1.0),
        Err(Error::Undefined { .. })
    ));
    assert!(parse("radon:radius=2").zeta(0, 0.0, 1).is_err());
    assert!(
        parse("gaussian:bias_std=1")
            .zeta_along(&[1.0, 1.0], 0.0, 1)
            .is_err()
    );
    assert!(
        parse("gaussian:bias_std=1")
            .zeta_along(&[], 0.0, 1)
            .is_err()
    );
    assert!(parse("gaussian:bias_std=1").zeta(1, f64::NAN, 1).is_err());
    assert!(matches!(
        parse("radon:radius=inf").sample(2, 3, 0),
        Err(Error::Undefined { .. })
    ));
    assert!(parse("radon:radius=2").sample(0, 3, 0).is_err());
    assert!(parse("radon:radius=2").sample(2, 0, 0).is_err());
}

#[test]
fn moments_agree_with_quadrature_and_known_cases() {
    let laws = [
        ScaleLaw::GaussianNorm { std: 1.3 },
        ScaleLaw::HalfNormal { std: 0.6 },
        ScaleLaw::Uniform {
            low: 0.0,
            high: 2.0,
        },
        ScaleLaw::Uniform {
            low: 0.5,
            high: 2.0,
        },
    ];
    for law in laws {
        for dim in [1, 2, 3, 10, 50] {
            for p in [0.0, 1.0, 2.0, 3.0, 4.5] {
                let (low, high) = law.support();
                let f = |s: f64| s.powf(p) * law.density(dim, s).unwrap();
                let expected = integral(f, low, high.min(30.0), 4000);
                let found = law.moment(dim, p);
                assert!((found / expected - 1.0).abs() < 1e-9, "{law} d={dim} p={p}");
            }
        }
    }
    let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 2e-14, "{a} {b}");
    close(ScaleLaw::GaussianNorm { std: 2.0 }.moment(7, 2.0), 28.0);
    close(ScaleLaw::GaussianNorm { std: 2.0 }.moment(3, -2.0), 0.25);
    close(
        ScaleLaw::Uniform {
            low: 1.0,
            high: 3.0,
        }
        .moment(2, -1.0),
        3f64.ln() / 2.0,
    );
    close(
        ScaleLaw::Uniform {
            low: 1.0,
            high: 3.0,
        }
        .moment(2, -2.0),
        1.0 / 3.0,
    );
    close(ScaleLaw::Fixed(3.0).moment(2, -2.0), 1.0 / 9.0);
    assert_eq!(
        ScaleLaw::HalfNormal { std: 1.0 }.moment(5, -1.0),
        f64::INFINITY
    );
    assert_eq!(
        ScaleLaw::GaussianNorm { std: 1.0 }.moment(2, -2.0),
        f64::INFINITY
    );
}

/// √n sup|F_n − F|, F the integral of a density from `low`.
fn kolmogorov_smirnov(mut sample: Vec<f64>, low: f64, density: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let (mut at, mut cdf, mut worst) = (low, 0.0f64, 0.0f64);
    for (i, &x) in sample.iter().enumerate() {
        cdf += integral(&density, at, x, 8);
        at = x;
        worst = worst.max(cdf - i as f64 / n).max((i + 1) as f64 / n - cdf);
    }
    worst * n.sqrt()
}

fn radon(neurons: Neurons) -> (DMatrix<f64>, DVector<f64>, DVector<f64>) {
    match neurons.into_radon_spline().unwrap() {
        Neurons::RadonSpline {
            directions,
            offsets,
            scales,
        } => (directions, offsets, scales),
        Neurons::Standard { .. } => unreachable!(),
    }
}

/// The Kolmogorov–Smirnov statistic exceeds 1.95 with probability 0.1 %; seeds are fixed.
const KS_BOUND: f64 = 1.95;

#[test]
fn samplers_agree_with_densities() {
    const M: usize = 4000;
    let mut cases = 0;
    for (seed, text) in NOTATIONS.iter().enumerate().skip(1) {
        let ensemble = parse(text);
        for dim in [1, 2, 3, 10] {
            let (directions, offsets, scales) =
                radon(ensemble.sample(dim, M, 100 + seed as u64).unwrap());
            if ensemble.isotropic(dim) {
                // Offsets: the density of degree 0, in the variable u = arctan γ (heavy tails).
                let density = |u: f64| {
                    let p = ensemble
                        .effective_offset_density(dim, u.tan(), 0)
                        .unwrap()
                        .value;
                    p / u.cos().powi(2)
                };
                let sample = offsets.iter().map(|g| g.atan()).collect();
                let mut low = -PI / 2.0;
                if let Ensemble::RadonSpline {
                    offset: OffsetLaw::Uniform { radius },
                    ..
                } = ensemble
                {
                    low = -f64::atan(radius);
                }
                let d = kolmogorov_smirnov(sample, low, density);
                assert!(d < KS_BOUND, "{text} d={dim}: offsets {d}");
                // Directions: ξ₁ has density ∝ (1−t²)^{(d−3)/2}; in t = sin u, cos^{d−2} u.
                if dim > 1 {
                    let total = integral(|u| u.cos().powi(dim as i32 - 2), -PI / 2.0, PI / 2.0, 64);
                    let sample = directions.row(0).iter().map(|x| x.asin()).collect();
                    let d = kolmogorov_smirnov(sample, -PI / 2.0, |u| {
                        u.cos().powi(dim as i32 - 2) / total
                    });
                    assert!(d < KS_BOUND, "{text} d={dim}: directions {d}");
                    assert!(
                        directions
                            .column_iter()
                            .all(|x| (x.norm() - 1.0).abs() < 1e-15)
                    );
                } else {
                    let ups = directions.iter().filter(|x| **x == 1.0).count() as f64;
                    let z = (ups - M as f64 / 2.0) / (M as f64).sqrt() * 2.0;
                    assert!(z.abs() < 3.3, "{text}: {ups} of {M} point up");
                }
            }
            if let Ok(law) = ensemble.scale_law(dim)
                && law.fixed().is_none()
            {
                let low = law.support().0;
                let density = |s: f64| law.density(dim, s).unwrap();
                let d = kolmogorov_smirnov(scales.iter().copied().collect(), low, density);
                assert!(d < KS_BOUND, "{text} d={dim}: scales {d}");
            }
            // Offsets and scales of Radon-spline ensembles are independent: no correlation.
            if matches!(
                ensemble,
                Ensemble::RadonSpline {
                    offset: OffsetLaw::Uniform { .. },
                    ..
                }
            ) && scales.variance() > 1e-20
            {
                let (mo, ms) = (offsets.mean(), scales.mean());
                let r = offsets
                    .iter()
                    .zip(scales.iter())
                    .map(|(o, s)| (o - mo) * (s - ms))
                    .sum::<f64>()
                    / (M as f64 * (offsets.variance() * scales.variance()).sqrt());
                assert!(
                    r.abs() < 3.3 / (M as f64).sqrt(),
                    "{text} d={dim}: correlation {r}"
                );
            }
            cases += 1;
        }
    }
    assert_eq!(cases, 12 * 4);
}

#[test]
fn uniform_weights_fill_their_cube() {
    let ensemble = Ensemble::parse("pytorch", 4, None).unwrap();
    let Neurons::Standard { weights, biases } = ensemble.sample(4, 3000, 5).unwrap() else {
        panic!("uniform weights are drawn in standard coordinates");
    };
    for sample in [
        weights.iter().copied().collect::<Vec<_>>(),
        biases.iter().copied().collect(),
    ] {
        assert!(sample.iter().all(|x| x.abs() < 0.5));
        let d = kolmogorov_smirnov(sample, -0.5, |_| 1.0);
        assert!(d < KS_BOUND, "{d}");
    }
}

#[test]
fn a_wider_network_begins_with_the_narrower_one() {
    for text in &NOTATIONS[1..] {
        let ensemble = parse(text);
        let (narrow, wide) = (
            ensemble.sample(3, 7, 42).unwrap(),
            ensemble.sample(3, 50, 42).unwrap(),
        );
        assert_eq!(narrow.width(), 7);
        assert_eq!(narrow.dim(), 3);
        match (narrow, wide) {
            (
                Neurons::RadonSpline {
                    directions,
                    offsets,
                    scales,
                },
                Neurons::RadonSpline {
                    directions: d2,
                    offsets: o2,
                    scales: s2,
                },
            ) => {
                assert_eq!(directions, d2.columns(0, 7));
                assert_eq!(offsets, o2.rows(0, 7));
                assert_eq!(scales, s2.rows(0, 7));
            }
            (
                Neurons::Standard { weights, biases },
                Neurons::Standard {
                    weights: w2,
                    biases: b2,
                },
            ) => {
                assert_eq!(weights, w2.columns(0, 7));
                assert_eq!(biases, b2.rows(0, 7));
            }
            _ => panic!("coordinates differ"),
        }
        assert_ne!(
            ensemble.sample(3, 7, 42).unwrap(),
            ensemble.sample(3, 7, 43).unwrap()
        );
    }
}

/// The generator is part of the interface: the stream of every use of every neuron stays what it is.
/// The expected words come from an independent ChaCha12 (`tests/reference/generate_chacha.py`).
#[test]
fn the_generator_is_stable() {
    let table = include_str!("../reference/chacha.csv");
    let mut cases = 0;
    for line in table.lines().filter(|l| !l.starts_with('#')).skip(1) {
        let fields: Vec<u64> = line.split(',').map(|x| x.parse().unwrap()).collect();
        let index = fields[2] as usize;
        let draw = match fields[1] {
            0 => Draw::Hidden(index),
            1 => Draw::Output(index),
            _ => Draw::Epoch(index),
        };
        let mut rng = generator(fields[0], draw);
        assert_eq!(rng.random::<u64>(), fields[3], "{line}");
        assert_eq!(rng.random::<u64>(), fields[4], "{line}");
        cases += 1;
    }
    assert_eq!(cases, 12);
}

#[test]
fn coordinates_convert_both_ways() {
    for text in &NOTATIONS[1..] {
        for dim in [1, 2, 10] {
            let neurons = parse(text).sample(dim, 20, 9).unwrap();
            let (d1, o1, s1) = radon(neurons.clone());
            let (d2, o2, s2) = radon(neurons.into_standard());
            assert!((d1 - d2).amax() < 4e-16);
            for i in 0..20 {
                assert!((o1[i] - o2[i]).abs() <= 8e-16 * o1[i].abs());
                assert!((s1[i] - s2[i]).abs() <= 8e-16 * s1[i]);
            }
        }
    }
    let huge = Neurons::Standard {
        weights: DMatrix::from_row_slice(2, 2, &[3e300, 3e-300, 4e300, 4e-300]),
        biases: DVector::from_vec(vec![5e300, 5e-300]),
    };
    let (directions, offsets, scales) = radon(huge);
    assert!((directions - DMatrix::from_row_slice(2, 2, &[0.6, 0.6, 0.8, 0.8])).amax() < 4e-16);
    assert!((offsets - DVector::from_element(2, 1.0)).amax() < 4e-16);
    assert!((scales[1] / 5e-300 - 1.0).abs() < 4e-16);
    let zero = Neurons::Standard {
        weights: DMatrix::zeros(2, 1),
        biases: DVector::from_element(1, 1.0),
    };
    assert!(zero.into_radon_spline().is_err());
}
