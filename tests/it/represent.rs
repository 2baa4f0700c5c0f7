//! Representing densities and the networks drawn from them: closed forms, an independent reference, reconstruction, chance.

use crate::reference;
use spectral_bias::Error;
use spectral_bias::data::{
    BesselRing, Combination, Doppler, Ellipsoid, Gaussian, RadialStep, Ridge, SheppLogan, Sines,
    Target,
};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Group, LearningRates};
use spectral_bias::simulation::{Network, ReadOut};
use spectral_bias::theory::radon::{Direction, TargetTransform, Window};
use spectral_bias::theory::representation::{
    Draws, Proposal, Regularisation, RepresentingDensity, SampledNetwork, Sampling, ScaleDensity,
    ball_points,
};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

fn activation(text: &str) -> Activation {
    Activation::parse(text).unwrap()
}

fn density<'a>(
    target: &'a dyn Target,
    phi: &str,
    scale: f64,
    radius: f64,
) -> RepresentingDensity<'a> {
    RepresentingDensity::of_target(
        target,
        &activation(phi),
        scale,
        radius,
        Regularisation::none(),
    )
    .unwrap()
}

fn banded<'a>(
    target: &'a dyn Target,
    phi: &str,
    radius: f64,
    limit: f64,
) -> RepresentingDensity<'a> {
    let rule = Regularisation::none()
        .band_limit(limit, Window::Hann)
        .unwrap();
    RepresentingDensity::of_target(target, &activation(phi), 1.0, radius, rule).unwrap()
}

fn mixture() -> Combination {
    let term = |c: f64, width: f64, centre: [f64; 2]| -> (f64, Arc<dyn Target>) {
        (
            c,
            Arc::new(Gaussian::centred(width, centre.to_vec()).unwrap()),
        )
    };
    Combination::new(vec![
        term(1.0, 0.3, [0.4, 0.1]),
        term(-0.7, 0.25, [-0.3, 0.35]),
        term(0.5, 0.35, [0.0, -0.5]),
    ])
    .unwrap()
}

fn disc() -> Ellipsoid {
    Ellipsoid::ball(vec![0.0, 0.0], 0.75).unwrap()
}

#[test]
fn j0_in_relu_is_a_cosine() {
    let ring = BesselRing::default();
    for scale in [1.0, 2.5] {
        let density = density(&ring, "relu", scale, 1.0);
        for i in 0..=20 {
            let gamma = -1.0 + 0.1 * f64::from(i);
            let xi = Direction::from_angle(0.3 * f64::from(i)).unwrap();
            let found = density.at(&xi, gamma).unwrap();
            let expected = -4.0 * PI * PI / scale * (TAU * gamma).cos();
            assert!(
                (found.value - expected).abs() <= 1e-13 * 4.0 * PI * PI,
                "{found:?} {expected}"
            );
            assert!((found.value - expected).abs() <= found.error);
        }
        for x in [[0.0, 0.0], [0.3, -0.2], [0.6, 0.8]] {
            let found = density.reconstruct(&x).unwrap();
            assert!(
                (found.value - ring.value(&x)).abs() <= found.error.min(1e-11),
                "{x:?} {found:?}"
            );
        }
        assert!(density.energy().unwrap().is_none());
    }
}

#[test]
fn densities_of_gaussians_against_the_reference() {
    let mut rows = reference::load("represent");
    rows.retain(|row| !row.function.contains('-'));
    let mut worst = 0.0f64;
    for row in &rows {
        let [d, width, scale, gamma] = row.arguments[..] else {
            panic!("{row:?}");
        };
        let target = Gaussian::new(d as usize, width).unwrap();
        let found = density(&target, &row.function, scale, 2.0);
        let mut xi = vec![0.6; d as usize];
        xi[0] = -0.4;
        let xi = Direction::new(&xi).unwrap();
        let largest = found.at(&xi, 0.0).unwrap().value.abs().max(row.value.abs());
        let value = found.at(&xi, gamma).unwrap();
        let error = (value.value - row.value).abs();
        assert!(error <= value.error, "{row:?} {value:?}");
        assert!(error <= 1e-10 * largest + 1e-13, "{row:?} {value:?}");
        worst = worst.max(error / largest.max(1e-3));
    }
    println!("{} densities, worst {worst:.1e} of the largest", rows.len());
    assert_eq!(rows.len(), 72);
}

#[test]
fn densities_over_scales_against_the_reference() {
    let mut rows = reference::load("represent");
    rows.retain(|row| row.function.contains('-'));
    for row in &rows {
        let [d, width, scale, gamma] = row.arguments[..] else {
            panic!("{row:?}");
        };
        let (phi, law) = match row.function.as_str() {
            "gaussian-half-normal" => ("gaussian", ScaleLaw::HalfNormal { std: 1.0 }),
            _ => (
                "tanh",
                ScaleLaw::Uniform {
                    low: 0.5,
                    high: 2.0,
                },
            ),
        };
        let target = Gaussian::new(d as usize, width).unwrap();
        let none = Regularisation::none();
        let density = ScaleDensity::of_target(&target, &activation(phi), law, 2.0, none).unwrap();
        let mut xi = vec![0.3; d as usize];
        xi[0] = 1.0;
        let found = density
            .at(&Direction::new(&xi).unwrap(), gamma, scale)
            .unwrap();
        let error = (found.value - row.value).abs();
        println!("{row:?} {found:?} {error:.1e}");
        assert!(
            error <= found.error + 1e-11 * row.value.abs(),
            "{row:?} {found:?}"
        );
        assert!(error <= 1e-9 * row.value.abs(), "{row:?} {found:?}");
    }
    assert_eq!(rows.len(), 12);
    let gaussian = Gaussian::new(2, 1.0).unwrap();
    let make = |phi: &str, law, extent| {
        ScaleDensity::of_target(
            &gaussian,
            &activation(phi),
            law,
            extent,
            Regularisation::none(),
        )
    };
    assert!(make("tanh", ScaleLaw::Fixed(1.0), 1.0).is_err());
    assert!(make("tanh", ScaleLaw::HalfNormal { std: -1.0 }, 1.0).is_err());
    assert!(make("tanh", ScaleLaw::HalfNormal { std: 1.0 }, f64::NAN).is_err());
    assert!(make("sin", ScaleLaw::HalfNormal { std: 1.0 }, 1.0).is_err());
}

/// f_m is f, and E∫αφ + P is f_m, for activations of every kind.
#[test]
fn functions_are_rebuilt_from_their_neurons() {
    let cases = [
        ("relu", 1.0, 0.5),
        ("leaky-relu:slope=0.3", 2.0, 0.5),
        ("abs", 1.0, 0.5),
        ("relu-power:k=2", 1.0, 0.5),
        ("relu-power:k=3", 1.0, 0.5),
        ("heaviside", 1.0, 0.5),
        ("tanh", 1.5, 0.8),
        ("sigmoid", 2.0, 0.8),
        ("softplus", 2.0, 0.8),
        ("erf", 2.0, 0.8),
        ("gelu", 2.0, 0.8),
        ("silu", 2.0, 0.8),
        ("elu:alpha=1", 1.5, 0.8),
        ("gaussian", 2.0, 0.8),
        ("hat", 4.0, 0.6),
    ];
    for (phi, scale, width) in cases {
        for dim in [1, 2, 3] {
            let target = Gaussian::new(dim, width).unwrap();
            let density = density(&target, phi, scale, 1.0);
            for t in [0.0, 0.37, -0.95] {
                let mut x = vec![t / (dim as f64).sqrt(); dim];
                x[0] *= -1.0;
                let truth = target.value(&x);
                let represented = density.represented(&x).unwrap();
                assert!(
                    (represented.value - truth).abs() <= represented.error + 1e-13,
                    "{phi} {dim} {t}: {represented:?} {truth}"
                );
                assert!((represented.value - truth).abs() <= 1e-12, "{phi} {dim}");
                let rebuilt = density.reconstruct(&x).unwrap();
                let error = (rebuilt.value - truth).abs();
                assert!(
                    error <= rebuilt.error,
                    "{phi} {dim} {t}: {rebuilt:?} {truth}"
                );
                assert!(error <= 1e-8, "{phi} {dim} {t}: {rebuilt:?} {truth}");
            }
        }
    }
}

#[test]
fn functions_without_a_density_are_told_so() {
    let none = Regularisation::none();
    let reason = |target: &dyn Target, phi: &str, scale: f64, rule: Regularisation| -> String {
        match RepresentingDensity::of_target(target, &activation(phi), scale, 1.0, rule) {
            Err(Error::Undefined { reason, .. }) => reason,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{} has no density for {phi}", target.name()),
        }
    };
    for (target, phi) in [
        (&disc() as &dyn Target, "relu"),
        (&Doppler, "relu"),
        (&RadialStep::new(2, 0.75).unwrap(), "relu"),
        (&disc(), "tanh"),
        (&Gaussian::new(2, 0.6).unwrap(), "gelu"),
    ] {
        let text = reason(target, phi, 1.0, none);
        assert!(
            text.contains("too rough") && text.contains("band limit"),
            "{phi}: {text}"
        );
    }
    let ridge = Ridge::new("ridge", &[1.0, 2.0], |t| (-t * t).exp()).unwrap();
    assert!(reason(&ridge, "relu", 1.0, none).contains("the 2 directions ±u"));
    let waves = Sines::along_first_axis(2, &[3.0], &[1.0], &[0.0]).unwrap();
    assert!(reason(&waves, "relu", 1.0, none).contains("single directions"));
    let gaussian = Gaussian::new(2, 0.5).unwrap();
    assert!(reason(&gaussian, "hat", 1.0, none).contains("6.28"));
    assert!(reason(&gaussian, "sin", 1.0, none).contains("single frequencies"));
    let limit = none.band_limit(20.0, Window::Hann).unwrap();
    assert!(reason(&RadialStep::new(2, 0.75).unwrap(), "hat", 4.0, limit).contains("constant"));
    // A ridge in one dimension and a wide enough Gaussian are no trouble.
    density(
        &Sines::along_first_axis(1, &[3.0], &[1.0], &[0.4]).unwrap(),
        "relu",
        1.0,
        1.0,
    );
    density(&Gaussian::new(2, 1.2).unwrap(), "gelu", 1.0, 1.0);
}

#[test]
fn bad_input_is_named() {
    let gaussian = Gaussian::new(2, 0.5).unwrap();
    let make = |scale, radius| {
        RepresentingDensity::of_target(
            &gaussian,
            &activation("relu"),
            scale,
            radius,
            Regularisation::none(),
        )
    };
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(make(bad, 1.0).is_err() && make(1.0, bad).is_err());
        assert!(
            Regularisation::none()
                .band_limit(bad, Window::Hann)
                .is_err()
        );
    }
    assert!(
        Regularisation::none().tikhonov(-1.0).is_err()
            && Regularisation::none().tikhonov(f64::NAN).is_err()
    );
    assert!(
        ball_points(0, 1.0, 3).is_err()
            && ball_points(2, 0.0, 3).is_err()
            && ball_points(2, 1.0, 0).is_err()
    );
    let density = make(1.0, 1.0).unwrap();
    let xi = Direction::new(&[1.0, 0.0, 0.0]).unwrap();
    assert!(density.at(&xi, 0.0).is_err());
    let xi = Direction::new(&[1.0, 0.0]).unwrap();
    assert!(density.at(&xi, f64::NAN).is_err() && density.at(&xi, 1.5).is_err());
    assert!(density.represented(&[0.0]).is_err() && density.represented(&[1.0, 1.0]).is_err());
    assert!(density.reconstruct(&[f64::NAN, 0.0]).is_err());
    let draw = |width, draws, proposal| {
        density.sample(&Sampling {
            width,
            seed: 0,
            draws,
            proposal,
        })
    };
    assert!(draw(0, Draws::Independent, Proposal::Density).is_err());
    assert!(draw(3, Draws::Antithetic, Proposal::Density).is_err());
    assert!(draw(4, Draws::Independent, Proposal::Plain(OffsetLaw::Unbounded)).is_err());
    assert!(
        draw(
            4,
            Draws::Independent,
            Proposal::Plain(OffsetLaw::Uniform { radius: 0.5 })
        )
        .is_err()
    );
    assert!("random".parse::<Draws>().is_err());
}

#[test]
fn what_is_lost_is_counted() {
    // The disc: ∫1 = πr². A narrower band loses more; the sum of kept and lost is all where the window is sharp.
    let disc = disc();
    let mut before = 0.0;
    for limit in [80.0, 40.0, 20.0] {
        let rule = Regularisation::none()
            .band_limit(limit, Window::RamLak)
            .unwrap();
        let density =
            RepresentingDensity::of_target(&disc, &activation("relu"), 1.0, 1.0, rule).unwrap();
        let energy = density.energy().unwrap().unwrap();
        let area = PI * 0.75 * 0.75;
        assert!(
            (energy.total.value - area).abs() <= energy.total.error,
            "{energy:?} {area}"
        );
        assert!(energy.total.error < 0.02 * area, "{energy:?}");
        // |f̂|² ≈ 4π² r² J₁²/ω² → the tail is 2r/Ω to leading order.
        let tail = 2.0 * 0.75 / limit;
        assert!(
            (energy.lost.value / tail - 1.0).abs() < 0.1,
            "{energy:?} {tail}"
        );
        assert!(energy.lost.value > before);
        before = energy.lost.value;
    }
    // A Gaussian: (√π w)^d, and with Tikhonov's λ some of it.
    for dim in [1, 2, 3] {
        let target = Gaussian::new(dim, 0.5).unwrap();
        let rule = Regularisation::none()
            .tikhonov(1e-3)
            .unwrap()
            .band_limit(18.0, Window::RamLak)
            .unwrap();
        let density =
            RepresentingDensity::of_target(&target, &activation("tanh"), 1.0, 1.0, rule).unwrap();
        let energy = density.energy().unwrap().unwrap();
        let total = (PI.sqrt() * 0.5).powi(dim as i32);
        assert!(
            (energy.total.value - total).abs() <= energy.total.error.max(1e-9 * total),
            "{energy:?} {total}"
        );
        assert!(
            energy.lost.value > 1e-6 * total && energy.lost.value < 0.5 * total,
            "{energy:?}"
        );
        // What is left is what the neurons make.
        let x = vec![0.2; dim];
        let (kept, made) = (
            density.represented(&x).unwrap(),
            density.reconstruct(&x).unwrap(),
        );
        assert!(
            (kept.value - made.value).abs() <= made.error && made.error < 1e-8,
            "{kept:?} {made:?}"
        );
        assert!((kept.value - target.value(&x)).abs() > 1e-4);
    }
}

/// √ of the mean over seeds of the squared RMS error on the ball, with the standard error of its logarithm: of the networks as drawn, and
/// with their polynomials refitted.
fn rms_over_seeds(
    density: &RepresentingDensity,
    width: usize,
    seeds: u64,
    draws: Draws,
    proposal: Proposal,
    points: usize,
) -> [(f64, f64); 2] {
    let points = ball_points(density.dim(), density.radius(), points).unwrap();
    let mut squares = [Vec::new(), Vec::new()];
    for seed in 0..seeds {
        // Seeds of their own for every width: no two errors share chance.
        let sampling = Sampling {
            width,
            seed: seed + 10_000 * width as u64,
            draws,
            proposal,
        };
        let network = density.sample(&sampling).unwrap();
        squares[0].push(density.misfit(&network, &points).unwrap().rms.powi(2));
        let network = density.refit_polynomial(network, &points).unwrap();
        squares[1].push(density.misfit(&network, &points).unwrap().rms.powi(2));
    }
    squares.map(|squares| {
        let n = squares.len() as f64;
        let mean = squares.iter().sum::<f64>() / n;
        let spread: f64 = squares.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean.sqrt(), 0.5 * (spread / n).sqrt() / mean)
    })
}

/// The slope of ln error against ln m by least squares, with its standard error.
fn slope(widths: &[usize], errors: &[(f64, f64)]) -> (f64, f64) {
    let x: Vec<f64> = widths.iter().map(|m| (*m as f64).ln()).collect();
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let whole: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    let shares = x.iter().map(|x| (x - mean) / whole);
    shares
        .zip(errors)
        .fold((0.0, 0.0), |(slope, error), (share, (rms, lost))| {
            (slope + share * rms.ln(), f64::hypot(error, share * lost))
        })
}

fn plain(density: &RepresentingDensity) -> Proposal {
    Proposal::Plain(OffsetLaw::Uniform {
        radius: density.reach(),
    })
}

fn rough() -> (Combination, Ellipsoid) {
    (mixture(), disc())
}

fn cases<'a>(
    mixture: &'a Combination,
    disc: &'a Ellipsoid,
) -> [(&'static str, RepresentingDensity<'a>); 3] {
    [
        (
            "Gaussian mixture, band 20",
            banded(mixture, "relu", 1.0, 20.0),
        ),
        ("doppler, band 40", banded(&Doppler, "relu", 1.0, 40.0)),
        ("disc, band 40", banded(disc, "relu", 1.0, 40.0)),
    ]
}

/// The slope is asked to be −½ within four standard errors, which may be an eightieth at most: within [−0.55, −0.45] in any case. A true −½
/// fails this for once in a thousand choices of seeds (12 slopes), a true −0.4 passes it as seldom. The mean square error is
/// V/m for every m, refitted too (a fixed projection of it): narrow networks, of which many are cheap, tell as much as
/// wide ones. Beside it the plain ensemble at equal width.
#[test]
fn errors_of_networks_fall_like_chance() {
    let (mixture, disc) = rough();
    let widths = [32, 256, 2048];
    let seeds = [1000, 420, 170];
    for (name, density) in &cases(&mixture, &disc) {
        let errors = |proposal| -> [Vec<(f64, f64)>; 2] {
            let error = |(m, seeds): (&usize, u64)| {
                rms_over_seeds(density, *m, seeds, Draws::Independent, proposal, 50)
            };
            let all: Vec<[(f64, f64); 2]> = widths.iter().zip(seeds).map(error).collect();
            [0, 1].map(|i| all.iter().map(|e| e[i]).collect())
        };
        let (drawn, uniform) = (errors(Proposal::Density), errors(plain(density)));
        for (i, how) in ["as drawn", "refitted"].iter().enumerate() {
            for (law, errors) in [("density", &drawn[i]), ("plain", &uniform[i])] {
                let (found, lost) = slope(&widths, errors);
                println!("{name}, {law}, {how}: slope {found:.3} ± {lost:.3}, RMS {errors:.4?}");
                assert!(
                    lost <= 0.0125 && (found + 0.5).abs() <= 4.0 * lost,
                    "{name}, {law}, {how}: {found} ± {lost}"
                );
            }
            let gains = uniform[i].iter().zip(&drawn[i]).map(|(u, d)| u.0 / d.0);
            let gain = gains.sum::<f64>() / widths.len() as f64;
            println!("{name}, {how}: plain / density {gain:.2}");
            assert!(gain > 1.05, "{name}, {how}: {gain}");
        }
    }
}

#[test]
#[ignore = "more than a minute"]
fn errors_of_wide_networks_fall_like_chance() {
    let (mixture, disc) = rough();
    let widths = [1000, 10_000, 100_000];
    for (name, density) in &cases(&mixture, &disc) {
        let runs = widths.iter().zip([256, 192, 64]).map(|(m, seeds)| {
            rms_over_seeds(
                density,
                *m,
                seeds,
                Draws::Independent,
                Proposal::Density,
                50,
            )
        });
        let all: Vec<[(f64, f64); 2]> = runs.collect();
        for (i, how) in ["as drawn", "refitted"].iter().enumerate() {
            let errors: Vec<(f64, f64)> = all.iter().map(|e| e[i]).collect();
            let (found, lost) = slope(&widths, &errors);
            println!("{name}, {how}: slope {found:.3} ± {lost:.3}, RMS {errors:.4?}");
            // Chance moves a slope by some 0.013.
            assert!(
                (-0.55..=-0.45).contains(&found) && (found + 0.5).abs() <= 4.0 * lost,
                "{name}, {how}: {found} ± {lost}"
            );
        }
    }
}

/// The mean over many networks is the function; the spread foretold is the spread found.
#[test]
fn networks_are_right_on_average() {
    for (phi, dim, limit) in [
        ("relu", 1, None),
        ("tanh", 1, None),
        ("relu", 2, Some(16.0)),
        ("relu", 3, Some(12.0)),
        ("softplus", 2, Some(10.0)),
        ("relu", 4, Some(8.0)),
    ] {
        let target = Gaussian::new(dim, 0.5).unwrap();
        let mut rule = Regularisation::none();
        if let Some(limit) = limit {
            rule = rule.band_limit(limit, Window::Hann).unwrap();
        }
        let density =
            RepresentingDensity::of_target(&target, &activation(phi), 1.5, 1.0, rule).unwrap();
        let points = ball_points(dim, 1.0, 12).unwrap();
        let truth = density.represented_at(&points).unwrap();
        for proposal in [
            Proposal::Density,
            plain(&density),
            Proposal::Plain(OffsetLaw::Gaussian {
                std: density.reach(),
            }),
        ] {
            let seeds = 200;
            let mut sums = vec![(0.0, 0.0); points.len()];
            let (mut expected, mut found) = (0.0, 0.0);
            for seed in 0..seeds {
                let network = density
                    .sample(&Sampling {
                        width: 64,
                        seed,
                        draws: Draws::Independent,
                        proposal,
                    })
                    .unwrap();
                for (sum, value) in sums.iter_mut().zip(network.values(&points).unwrap()) {
                    sum.0 += value;
                    sum.1 += value * value;
                }
                let misfit = density.misfit(&network, &points).unwrap();
                expected += misfit.expected * misfit.expected;
                found += misfit.rms * misfit.rms;
            }
            let n = seeds as f64;
            for ((sum, squares), truth) in sums.iter().zip(&truth) {
                let mean = sum / n;
                let standard = ((squares / n - mean * mean) / n).sqrt();
                // 12 points × 18 cases: 4.5 standard errors happen once in a thousand such tests.
                assert!(
                    (mean - truth).abs() < 4.5 * standard,
                    "{phi} {dim} {proposal:?}: {mean} {truth} ± {standard}"
                );
            }
            let ratio = found / expected;
            assert!(
                (0.6..1.6).contains(&ratio),
                "{phi} {dim} {proposal:?}: {ratio}"
            );
        }
    }
}

#[test]
fn pairs_and_sequences_beat_chance() {
    let mixture = mixture();
    let density = banded(&mixture, "relu", 1.0, 20.0);
    let error = |draws| rms_over_seeds(&density, 1024, 24, draws, Proposal::Density, 50);
    let [chance, pairs, sequence] =
        [Draws::Independent, Draws::Antithetic, Draws::QuasiRandom].map(error);
    println!(
        "as drawn, refitted: independent {chance:.3?}, antithetic {pairs:.3?}, quasi-random {sequence:.3?}"
    );
    for i in [0, 1] {
        // Never worse than chance by more than four standard errors; sequences far better.
        let slack = 4.0 * f64::hypot(pairs[i].1, chance[i].1);
        assert!((pairs[i].0 / chance[i].0).ln() < slack);
        assert!(sequence[i].0 < 0.5 * chance[i].0);
    }
}

#[test]
fn a_seed_is_a_network_and_a_network_is_one_of_the_trainer() {
    let mixture = mixture();
    let density = banded(&mixture, "relu", 1.0, 16.0);
    let draw = |width, seed| -> SampledNetwork {
        let sampling = Sampling {
            width,
            seed,
            draws: Draws::Independent,
            proposal: Proposal::Density,
        };
        density.sample(&sampling).unwrap()
    };
    let (short, long) = (draw(50, 7), draw(100, 7));
    for i in 0..50 {
        assert!(
            (short.outputs()[i] - 2.0 * long.outputs()[i]).abs()
                <= 1e-12 * short.outputs()[i].abs()
        );
    }
    assert_eq!(draw(50, 7).outputs(), short.outputs());
    assert_ne!(draw(50, 8).outputs(), short.outputs());
    let points = ball_points(2, 1.0, 40).unwrap();
    let network = Network::new(
        short.activation().clone(),
        short.neurons(),
        short.outputs().clone(),
        LearningRates::train(&[Group::Output]).unwrap(),
    )
    .unwrap()
    .with_read_out(ReadOut::Standard);
    let trained = network.forward(&points).unwrap();
    let values = short.values(&points).unwrap();
    for ((a, b), x) in trained.iter().zip(&values).zip(points.iter()) {
        assert!((a + short.polynomial().at(x) - b).abs() < 1e-11);
    }
}

/// Transforms other than sums of radial functions: ellipses, and any transform.
#[test]
fn every_kind_of_source_is_rebuilt() {
    let phantom = SheppLogan::modified().unwrap();
    let rule = Regularisation::none()
        .band_limit(14.0, Window::Hann)
        .unwrap();
    let found =
        RepresentingDensity::of_target(&phantom, &activation("relu"), 1.0, 1.0, rule).unwrap();
    let x = [0.1, -0.3];
    let (made, kept) = (
        found.reconstruct(&x).unwrap(),
        found.represented(&x).unwrap(),
    );
    assert!(
        (made.value - kept.value).abs() <= made.error && made.error < 1e-6,
        "{made:?} {kept:?}"
    );
    let mixture = mixture();
    let direct = banded(&mixture, "relu", 1.0, 14.0);
    let transform = Arc::new(TargetTransform::new(&mixture));
    let through =
        RepresentingDensity::of_transform(transform, &activation("relu"), 1.0, 1.0, rule).unwrap();
    let xi = Direction::from_angle(2.0).unwrap();
    for gamma in [-0.8, 0.0, 0.5] {
        let (a, b) = (
            direct.at(&xi, gamma).unwrap(),
            through.at(&xi, gamma).unwrap(),
        );
        assert!(
            (a.value - b.value).abs() <= a.error + b.error,
            "{a:?} {b:?}"
        );
    }
    let (a, b) = (
        direct.represented(&x).unwrap(),
        through.reconstruct(&x).unwrap(),
    );
    assert!(
        (a.value - b.value).abs() <= b.error && b.error < 1e-8,
        "{a:?} {b:?}"
    );
    // A wave of the line, and the step as a constant less a disc.
    let step = RadialStep::new(2, 0.75).unwrap();
    let density = banded(&step, "relu", 1.0, 30.0);
    let (made, kept) = (
        density.reconstruct(&x).unwrap(),
        density.represented(&x).unwrap(),
    );
    assert!((made.value - kept.value).abs() <= made.error && made.error < 1e-8);
    let waves = Sines::along_first_axis(1, &[3.0, 7.0], &[1.0, 0.5], &[0.4, 1.0]).unwrap();
    for phi in ["relu", "tanh", "elu:alpha=1"] {
        let density = self::density(&waves, phi, 1.0, 1.0);
        for t in [-0.7, 0.2] {
            let made = density.reconstruct(&[t]).unwrap();
            assert!(
                (made.value - waves.value(&[t])).abs() <= made.error.min(1e-8),
                "{phi} {made:?}"
            );
        }
    }
}

/// (2π)^{1−d}|S^{d−1}|ω^{d−1}/2 leaves the range of doubles in high dimensions, where α̂ of a Gaussian ends all the same.
#[test]
fn gaussians_in_a_hundred_dimensions() {
    let target = Gaussian::new(100, 1.0).unwrap();
    let alpha = density(&target, "relu", 1.0, 1.0);
    assert!((10.0..40.0).contains(&alpha.band()), "{}", alpha.band());
    // ReLU″ = δ: α(ξ,0) = Δf(0) = −d for a radial f.
    let first = Direction::new(&[&[1.0][..], &[0.0; 99]].concat()).unwrap();
    let found = alpha.at(&first, 0.0).unwrap();
    assert!((found.value + 100.0).abs() <= found.error.max(1e-10));
}
