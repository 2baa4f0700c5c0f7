//! Designed activations: known ones are recovered, every weight is achieved, impossible wishes are told apart, and
//! kernels on the sphere are reproduced.

use spectral_bias::Error;
use spectral_bias::model::Activation;
use spectral_bias::model::activation::Parity;
use spectral_bias::numerics::special::{Correlation, gegenbauer};
use spectral_bias::theory::design::{
    Design, DesignOptions, Feasibility, KernelDesign, Language, Phase, WantedWeight,
};
use spectral_bias::theory::kernel::{Covariance, DualActivation, GaussianKind};
use std::f64::consts::PI;

fn designed(weight: &WantedWeight, dim: usize, phase: Phase) -> Design {
    Design::new(weight, dim, phase, &DesignOptions::default())
        .unwrap_or_else(|e| panic!("{} in dimension {dim}, {phase:?}: {e}", weight.name()))
}

fn power(order: i32) -> WantedWeight {
    WantedWeight::from_fn(format!("r^{order}"), move |r| r.powi(order))
}

/// The largest difference on the samples after the best polynomial of that degree is taken out.
fn apart(design: &Design, exact: impl Fn(f64) -> f64) -> f64 {
    let (z, phi) = design.samples(10.0, 401).expect("samples");
    let mut rest: Vec<f64> = z.iter().zip(&phi).map(|(&z, p)| p - exact(z)).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for degree in 0..=design.feasibility().null_space_degree {
        let mut column: Vec<f64> = z.iter().map(|z| (z / 10.0).powi(degree)).collect();
        for other in &basis {
            let share: f64 = column.iter().zip(other).map(|(a, b)| a * b).sum();
            column
                .iter_mut()
                .zip(other)
                .for_each(|(a, b)| *a -= share * b);
        }
        let norm = column.iter().map(|x| x * x).sum::<f64>().sqrt();
        column.iter_mut().for_each(|x| *x /= norm);
        let share: f64 = rest.iter().zip(&column).map(|(a, b)| a * b).sum();
        rest.iter_mut()
            .zip(&column)
            .for_each(|(a, b)| *a -= share * b);
        basis.push(column);
    }
    rest.iter().fold(0.0, |worst: f64, r| worst.max(r.abs()))
}

fn sign(z: f64) -> f64 {
    if z == 0.0 { 0.0 } else { z.signum() }
}

#[test]
fn powers_recover_the_homogeneous_activations() {
    type Case = (i32, usize, Phase, fn(f64) -> f64, f64);
    let cases: [Case; 11] = [
        (4, 1, Phase::Even, |z| -z.abs() / 2.0, 1e-11),
        (
            4,
            1,
            Phase::Odd,
            |z| {
                if z == 0.0 {
                    0.0
                } else {
                    -z * z.abs().ln() / PI
                }
            },
            1e-10,
        ),
        (2, 1, Phase::Odd, |z| sign(z) / 2.0, 1e-13),
        (2, 1, Phase::Even, |z| -z.abs().ln() / PI, 1e-11),
        (6, 1, Phase::Odd, |z| -z * z.abs() / 4.0, 1e-11),
        (8, 1, Phase::Even, |z| z.abs().powi(3) / 12.0, 1e-10),
        (3, 1, Phase::Even, |z| -(2.0 * z.abs() / PI).sqrt(), 1e-7),
        (4, 2, Phase::Even, |z| -(z.abs() / PI).sqrt(), 1e-7),
        (5, 2, Phase::Even, |z| -z.abs() / 8.0_f64.sqrt(), 1e-11),
        (4, 3, Phase::Odd, |z| sign(z) / (8.0 * PI).sqrt(), 1e-13),
        (
            4,
            3,
            Phase::Even,
            |z| -z.abs().ln() / PI / (2.0 * PI).sqrt(),
            1e-11,
        ),
    ];
    for (order, dim, phase, exact, tolerance) in cases {
        let design = designed(&power(order), dim, phase);
        let apart = apart(&design, exact);
        println!(
            "r^{order} d={dim} {phase:?}: {apart:.1e} apart, round trip {:.1e}, {} knots",
            design.round_trip_error(),
            design.polynomial().knots().len()
        );
        assert!(
            apart <= tolerance,
            "r^{order} in dimension {dim}, {phase:?}: {apart:e}"
        );
        let parity = if phase == Phase::Even {
            Parity::Even
        } else {
            Parity::Odd
        };
        assert_eq!(design.activation().parity(), parity);
    }
}

#[test]
fn exponential_weights_recover_tanh_gelu_softplus_and_packets() {
    let sinh = |x: f64| x.sinh();
    let tanh = WantedWeight::from_fn("tanh", move |r| (sinh(PI * r / 2.0) / PI).powi(2));
    let softplus = WantedWeight::from_fn("softplus", move |r| (r * sinh(PI * r) / PI).powi(2));
    let gelu = WantedWeight::from_fn("gelu", |r| (r * r).exp() / (1.0 + 1.0 / (r * r)).powi(2));
    let cauchy = WantedWeight::from_fn("exp(2r)", |r| (2.0 * r).exp());
    let phi = |name: &str| {
        let activation = Activation::parse(name).expect("a name");
        move |z: f64| activation.value(z)
    };
    let (soft, gauss) = (phi("softplus"), phi("gelu"));
    let found = [
        apart(&designed(&tanh, 1, Phase::Odd), f64::tanh),
        apart(&designed(&softplus, 1, Phase::Even), move |z| -soft(z)),
        apart(&designed(&gelu, 1, Phase::Even), move |z| -gauss(z)),
        apart(&designed(&cauchy, 1, Phase::Even), |z| {
            1.0 / (PI * (1.0 + z * z))
        }),
        apart(&designed(&cauchy, 1, Phase::Odd), |z| {
            z / (PI * (1.0 + z * z))
        }),
    ];
    println!("tanh, softplus, gelu, even and odd exp(2r): {found:?} apart");
    assert!(found.iter().all(|apart| *apart < 1e-11), "{found:?}");
}

#[test]
fn weights_of_activations_recover_them_in_their_dimension_and_hold_in_others() {
    for (name, phase, sign) in [
        ("tanh", Phase::Odd, 1.0),
        ("gelu", Phase::Even, -1.0),
        ("softplus", Phase::Even, -1.0),
        ("relu", Phase::Even, -1.0),
        ("sech", Phase::Even, 1.0),
    ] {
        let activation = Activation::parse(name).expect("a name");
        for dim in [1, 2, 3] {
            let weight = WantedWeight::of_activation(&activation, dim).expect("a weight");
            let design = designed(&weight, dim, phase);
            let apart = apart(&design, |z| sign * activation.value(z));
            assert!(apart < 1e-10, "{name} in dimension {dim}: {apart:e}");
            let elsewhere = designed(&weight, 4 - dim, phase);
            assert!(elsewhere.round_trip_error() < 1e-6);
        }
    }
}

#[test]
fn weights_without_a_name_are_achieved() {
    type Weight = fn(f64) -> f64;
    let weights: [(&str, Weight); 6] = [
        ("r^6/(1+r^2)", |r| r.powi(6) / (1.0 + r * r)),
        ("1+r^4", |r| 1.0 + r.powi(4)),
        ("r^2+r^6", |r| r.powi(2) + r.powi(6)),
        ("r^4.3", |r| r.powf(4.3)),
        ("exp(r)", f64::exp),
        ("exp(sqrt(r))", |r| r.sqrt().exp()),
    ];
    for (name, weight) in weights {
        let weight = WantedWeight::from_fn(name, weight);
        for dim in [1, 2, 3] {
            for phase in [Phase::Even, Phase::Odd, Phase::Blend(0.7)] {
                match Design::new(&weight, dim, phase, &DesignOptions::default()) {
                    Ok(design) => {
                        let found = design.round_trip_error();
                        println!(
                            "{name} d={dim} {phase:?}: {found:.1e}, {} knots",
                            design.polynomial().knots().len()
                        );
                        assert!(found < 1e-6);
                    }
                    Err(e) => panic!("{name} in dimension {dim}, {phase:?}: {e}"),
                }
            }
        }
    }
}

#[test]
fn tables_closures_and_logarithms_agree() {
    let r: Vec<f64> = (0..400).map(|i| 0.01 * 1.03_f64.powi(i)).collect();
    let weights: Vec<f64> = r.iter().map(|r| r.powi(4)).collect();
    let table = WantedWeight::table("table", &r, &weights).expect("a table");
    let logarithm = WantedWeight::from_logarithm("ln", |r: f64| 4.0 * r.ln());
    for weight in [table, logarithm] {
        let design = designed(&weight, 1, Phase::Even);
        assert!(apart(&design, |z| -z.abs() / 2.0) < 1e-9);
    }
    assert!(WantedWeight::table("t", &[1.0, 2.0], &[1.0]).is_err());
    assert!(WantedWeight::table("t", &[2.0, 1.0], &[1.0, 2.0]).is_err());
    assert!(WantedWeight::table("t", &[1.0, 2.0], &[1.0, -2.0]).is_err());
    assert!(WantedWeight::table("t", &[0.0, 2.0], &[1.0, 2.0]).is_err());
    assert!(WantedWeight::table("t", &[], &[]).is_err());
}

#[test]
fn impossible_wishes_get_their_reason() {
    type Weight = fn(f64) -> f64;
    let refused: [(Weight, usize, &str); 9] = [
        (|r| r, 1, "not integrable at infinity"),
        (|_| 1.0, 1, "not integrable at infinity"),
        (|r| r.powi(3), 3, "not integrable at infinity"),
        (|r| (r - 1.0).max(0.0) * r * r, 1, "it is 0 at r"),
        (|r| r - 1.5, 1, "a positive number"),
        (|_| f64::NAN, 1, "NaN"),
        (|_| f64::INFINITY, 1, "infinite at r"),
        (|r| r.powi(12), 1, "are not designed"),
        (|r| (-0.001 / r).exp() * r.powi(4), 1, "r = "),
    ];
    for (weight, dim, reason) in refused {
        let weight = WantedWeight::from_fn("wish", weight);
        let error = Design::new(&weight, dim, Phase::Even, &DesignOptions::default())
            .expect_err("no such activation");
        assert!(error.to_string().contains(reason), "{reason}: {error}");
    }
    let fine = power(4);
    let bad = |dim, phase, band, tolerance| {
        Design::new(&fine, dim, phase, &DesignOptions { band, tolerance }).is_err()
    };
    assert!(bad(0, Phase::Even, None, 1e-6));
    assert!(bad(1, Phase::Blend(f64::NAN), None, 1e-6));
    assert!(bad(1, Phase::Even, Some((1.0, 1.0)), 1e-6));
    assert!(bad(1, Phase::Even, Some((-1.0, 1.0)), 1e-6));
    assert!(bad(1, Phase::Even, Some((0.1, f64::INFINITY)), 1e-6));
    assert!(bad(1, Phase::Even, None, 0.0));
    assert!(bad(1, Phase::Even, None, f64::NAN));
    let design = designed(&fine, 1, Phase::Even);
    assert!(design.samples(0.0, 3).is_err());
    assert!(design.samples(1.0, 1).is_err());
}

#[test]
fn refusals_say_what_is_wrong() {
    let reason = |weight: &WantedWeight| {
        Design::new(weight, 1, Phase::Even, &DesignOptions::default())
            .expect_err("no such activation")
            .to_string()
    };
    let decaying = reason(&WantedWeight::from_fn("exp(-r)", |r| (-r).exp()));
    assert!(decaying.contains("it decays"), "{decaying}");
    let flat = reason(&WantedWeight::from_fn("exp(-1/r)", |r| (-1.0 / r).exp()));
    assert!(flat.contains("vanishes too fast at r → 0"), "{flat}");
    let sine = Activation::parse("sin").expect("an activation");
    let sine = reason(&WantedWeight::of_activation(&sine, 1).expect("a weight"));
    assert!(
        sine.starts_with(
            "design in dimension 1 for the weight P of sin in dimension 1: it is infinite"
        ),
        "{sine}"
    );
    let unsorted = WantedWeight::table("t", &[1.0, 3.0, 2.0], &[1.0, 2.0, 3.0]);
    assert_eq!(
        unsorted.expect_err("unsorted").to_string(),
        "table, r of sample 2 (from 0): expected strictly ascending r, above 3, found 2"
    );
}

/// Transforms with zeros at multiples of a length: a weight infinite in the band, or oscillating without end above it.
#[test]
fn weights_of_compact_activations_are_refused() {
    let compact = [
        ("hat", "r = 6.28318530", 4.5),
        ("hard-tanh", "r = 3.14159265", 2.0),
        ("relu6", "r = 1.04719755", 0.7),
    ];
    for (name, zero, below) in compact {
        let activation = Activation::parse(name).expect("an activation");
        let weight = WantedWeight::of_activation(&activation, 1).expect("a weight");
        for (band, reason) in [
            (None, zero),
            (Some((0.1, below)), "oscillations without end"),
        ] {
            let options = DesignOptions {
                band,
                ..DesignOptions::default()
            };
            for dim in [1, 2] {
                let error = Design::new(&weight, dim, Phase::Even, &options).expect_err(name);
                assert!(error.to_string().contains(reason), "{name}: {error}");
            }
        }
    }
}

#[test]
fn feasibility_reads_both_ends() {
    let of = |weight: fn(f64) -> f64, dim| {
        Feasibility::of(&WantedWeight::from_fn("w", weight), dim, None).expect("feasible")
    };
    let ends = |f: Feasibility| (f.order_at_zero, f.order_at_infinity, f.null_space_degree);
    assert_eq!(ends(of(|r| r.powi(4), 1)), (2.0, 2.0, 1));
    assert_eq!(ends(of(|r| r.powi(4), 2)), (1.5, 1.5, 1));
    assert_eq!(ends(of(|r| r.powi(2), 1)), (1.0, 1.0, 0));
    assert_eq!(ends(of(|r| (2.0 * r).exp(), 1)), (0.0, f64::INFINITY, -1));
    assert_eq!(ends(of(|r| r.powi(4) / (1.0 + r * r), 1)), (2.0, 1.0, 1));
}

#[test]
fn a_design_scales_with_the_band() {
    // P(r) = sinh²(πr/2κ)/π² κ² is tanh(κz)·…: the same function on another length.
    for kappa in [1e-3, 50.0] {
        let weight = WantedWeight::from_fn("tanh(κz)", move |r| {
            (kappa * (PI * r / (2.0 * kappa)).sinh() / PI).powi(2)
        });
        let options = DesignOptions {
            band: Some((0.1 * kappa, 6.0 * kappa)),
            tolerance: 1e-6,
        };
        let design = Design::new(&weight, 1, Phase::Odd, &options).expect("designed");
        for z in [-3.0, -0.4, 0.1, 1.0, 8.0] {
            let value = design.activation().value(z / kappa);
            assert!((value - f64::tanh(z)).abs() < 1e-11, "{kappa} {z}: {value}");
        }
    }
}

#[test]
fn designed_activations_have_kernels() {
    let tanh = Activation::parse("tanh").expect("a name");
    let weight = WantedWeight::of_activation(&tanh, 1).expect("a weight");
    let design = designed(&weight, 1, Phase::Odd);
    let (here, there) = (
        DualActivation::new(design.activation()),
        DualActivation::new(&tanh),
    );
    for rho in [1.0, 0.6, -0.3] {
        let covariance = Covariance::new(1.3, 0.8, Correlation::from_rho(rho)).expect("valid");
        let (a, b) = (here.evaluate(&covariance), there.evaluate(&covariance));
        assert!(
            (a.nngp.value - b.nngp.value).abs() < 1e-9,
            "{rho}: {a:?} {b:?}"
        );
        assert!((a.derivative.value - b.derivative.value).abs() < 1e-9);
    }
}

/// Cox–de Boor.
fn b_spline(knots: &[f64], i: usize, degree: usize, z: f64) -> f64 {
    if degree == 0 {
        return f64::from(knots[i] <= z && z < knots[i + 1]);
    }
    let ratio = |a: f64, b: f64| if b == 0.0 { 0.0 } else { a / b };
    let left = ratio(z - knots[i], knots[i + degree] - knots[i]);
    let right = ratio(
        knots[i + degree + 1] - z,
        knots[i + degree + 1] - knots[i + 1],
    );
    left * b_spline(knots, i, degree - 1, z) + right * b_spline(knots, i + 1, degree - 1, z)
}

#[test]
fn b_spline_coefficients_are_the_same_function() {
    for (weight, phase) in [
        (
            WantedWeight::from_fn("tanh", |r| ((PI * r / 2.0).sinh() / PI).powi(2)),
            Phase::Odd,
        ),
        (power(4), Phase::Even),
        (
            WantedWeight::from_fn("b", |r| r.powi(4) / (1.0 + r * r)),
            Phase::Blend(1.0),
        ),
    ] {
        let design = designed(&weight, 1, phase);
        let basis = design.b_splines();
        assert_eq!(
            basis.knots.len(),
            basis.coefficients.len() + basis.degree + 1
        );
        let places = design.polynomial().knots();
        for pair in places.windows(2).step_by(7) {
            let z = pair[0] + 0.37 * (pair[1] - pair[0]);
            let near = basis.knots.partition_point(|&t| t <= z);
            let sum: f64 = (near - 8..near)
                .map(|i| basis.coefficients[i] * b_spline(&basis.knots, i, 7, z))
                .sum();
            let value = design.activation().value(z);
            assert!(
                (sum - value).abs() <= 1e-11 * (1.0 + value.abs()),
                "{z}: {sum} {value}"
            );
        }
    }
}

/// The numbers in a line `NAME = …[…]…`.
fn numbers(source: &str, name: &str) -> Vec<f64> {
    let start = source.find(&format!("{name} = ")).expect("defined");
    let text = &source[start..];
    let end = text.find("\n\n").or_else(|| text.find('\n')).expect("ends");
    let line = text[..end].lines().next().expect("a line");
    line.split(['[', ',', ']', '(', ')', ' '])
        .filter_map(|word| word.parse().ok())
        .collect()
}

#[test]
fn sources_carry_the_pieces() {
    let weight = WantedWeight::from_fn("a \"quoted\"\nname\\", |r| r.powi(4) / (1.0 + r * r));
    let design = designed(&weight, 1, Phase::Even);
    for (language, words) in [
        (Language::NumPy, ["import numpy as np", "def phi(z):"]),
        (
            Language::PyTorch,
            ["import torch", "class Phi(torch.nn.Module):"],
        ),
        (Language::Jax, ["import jax.numpy as jnp", "def phi(z):"]),
    ] {
        let source = design.source(language);
        assert!(words.iter().all(|word| source.contains(word)));
        assert_eq!(numbers(&source, "KNOTS"), design.polynomial().knots());
        let centres: Vec<f64> = design
            .polynomial()
            .pieces()
            .iter()
            .map(|p| p.centre())
            .collect();
        assert_eq!(numbers(&source, "CENTRES"), centres);
        let rows = source
            .lines()
            .filter(|l| l.starts_with("    [") && l.ends_with("],"));
        assert_eq!(rows.count(), centres.len());
        // The docstring is closed before the code begins.
        let opened = source.find("import").expect("an import");
        assert_eq!(source[..opened].matches("\"\"\"").count(), 2);
        assert!(
            !source[3..opened]
                .trim_end()
                .trim_end_matches("\"\"\"")
                .contains('"')
        );
        assert_eq!(source.matches('(').count(), source.matches(')').count());
        assert_eq!(source.matches('[').count(), source.matches(']').count());
    }
}

#[test]
fn kernels_on_the_sphere_are_reproduced_whatever_the_signs() {
    let series: Vec<f64> = (0..=12)
        .map(|k| 1.0 / (1.0 + f64::from(k)).powi(2))
        .collect();
    for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
        let plain = KernelDesign::from_power_series(&series, kind, &[]).expect("designed");
        assert_eq!(plain.free_signs(), 13);
        let signs: Vec<f64> = (0..13)
            .map(|k| if k % 3 == 1 { -1.0 } else { 1.0 })
            .collect();
        let other = plain.with_signs(&signs).expect("designed");
        let gap = plain.activation().value(1.0) - other.activation().value(1.0);
        assert!(gap.abs() > 0.1, "another activation");
        for design in [plain, other] {
            let dual = DualActivation::new(design.activation());
            for rho in [-1.0, -0.7, 0.0, 0.31, 0.99, 1.0] {
                let correlation = Correlation::from_rho(rho);
                let covariance = Covariance::new(1.0, 1.0, correlation).expect("valid");
                let found = dual.evaluate(&covariance);
                let achieved = match kind {
                    GaussianKind::Nngp => found.nngp.value,
                    GaussianKind::Ntk => found.nngp.value + rho * found.derivative.value,
                };
                let wanted = series.iter().rev().fold(0.0, |s, a| s * rho + a);
                let scale: f64 = series.iter().sum();
                assert!((achieved - wanted).abs() < 1e-12 * scale, "{kind:?} {rho}");
            }
        }
    }
}

#[test]
fn gegenbauer_coefficients_become_the_same_kernel() {
    for dim in [2, 3, 5, 40] {
        // exp(ρ) on the sphere to degree 8: positive in both bases.
        let mut power = vec![1.0];
        (1..9).for_each(|k| power.push(power[k - 1] / k as f64));
        // λ_k N(dim, k) = mean of κ P_k over mean of P_k², by Gauss rules of another module.
        let rule =
            spectral_bias::numerics::quadrature::gauss_gegenbauer(40, 0.5 * dim as f64 - 1.0);
        let value = |t: f64| power.iter().rev().fold(0.0, |s, a| s * t + a);
        let (mut shares, mut squares) = ([0.0; 9], [0.0; 9]);
        for (t, w) in rule.nodes.iter().zip(&rule.weights) {
            for (k, p) in gegenbauer(dim, *t, 9).into_iter().enumerate() {
                shares[k] += w * value(*t) * p;
                squares[k] += w * p * p;
            }
        }
        let coefficients: Vec<f64> = shares.iter().zip(&squares).map(|(a, b)| a / b).collect();
        let design = KernelDesign::from_gegenbauer(dim, &coefficients, GaussianKind::Nngp, &[])
            .expect("designed");
        for (found, wanted) in design.power_series().iter().zip(&power) {
            assert!((found - wanted).abs() < 1e-10, "{dim}: {found} {wanted}");
        }
    }
    // P_2 alone on S²: (3t² − 1)/2 is no kernel in high dimension.
    let error = KernelDesign::from_gegenbauer(3, &[0.0, 0.0, 1.0], GaussianKind::Nngp, &[]);
    assert!(matches!(error, Err(Error::Undefined { .. })));
}

#[test]
fn impossible_kernels_are_refused() {
    let refused = |series: &[f64], signs: &[f64]| {
        KernelDesign::from_power_series(series, GaussianKind::Ntk, signs).is_err()
    };
    assert!(refused(&[], &[]));
    assert!(refused(&[0.0, 0.0], &[]));
    assert!(refused(&[1.0, -0.1], &[]));
    assert!(refused(&[1.0, f64::NAN], &[]));
    assert!(refused(&[1.0, 1.0], &[1.0]));
    assert!(refused(&[1.0, 1.0], &[1.0, 0.5]));
    assert!(refused(&[1.0; 40], &[]));
    assert!(KernelDesign::from_gegenbauer(1, &[1.0], GaussianKind::Ntk, &[]).is_err());
    assert!(KernelDesign::from_gegenbauer(3, &[1.0; 40], GaussianKind::Ntk, &[]).is_err());
}

#[cfg(feature = "cli")]
mod command {
    use serde_json::Value;
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    fn run(folder: &Path, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_spectral-bias"))
            .current_dir(folder)
            .arg("design")
            .args(words)
            .output()
            .expect("the binary runs")
    }

    fn numbers(value: &Value) -> Vec<f64> {
        let list = value.as_array().expect("an array");
        list.iter().map(|v| v.as_f64().expect("a number")).collect()
    }

    #[test]
    fn the_command_designs_and_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let words = "--weight r^4 --dim 1 --phase even --out activation.json --numpy a.py --pytorch b.py --jax c.py --json";
        let words: Vec<&str> = words.split(' ').collect();
        let output = run(folder.path(), &words);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let (z, phi) = (numbers(&answer["z"]), numbers(&answer["phi"]));
        assert_eq!((z.len(), phi.len()), (401, 401));
        for (z, value) in z.iter().zip(&phi) {
            assert!((value - phi[200] + 0.5 * z.abs()).abs() < 1e-10);
        }
        assert!(answer["round_trip_error"].as_f64().expect("a number") < 1e-6);
        let file = fs::read(folder.path().join("activation.json")).expect("written");
        let file: Value = serde_json::from_slice(&file).expect("JSON");
        assert_eq!(file["z"], answer["z"]);
        assert_eq!(file["null_space_degree"], 1);
        assert!(file["b_splines"]["coefficients"].is_array());
        for name in ["a.py", "b.py", "c.py"] {
            let text = fs::read_to_string(folder.path().join(name)).expect("written");
            assert!(text.contains("COEFFICIENTS = "));
        }
    }

    #[test]
    fn other_sources_of_weights() {
        let folder = tempfile::tempdir().expect("a folder");
        let rows: String = (0..200)
            .map(|i| 0.01 * 1.05_f64.powi(i))
            .map(|r| format!("{r},{}\n", r * r))
            .collect();
        fs::write(folder.path().join("t.csv"), format!("r,weight\n{rows}")).expect("written");
        for words in [
            "--table t.csv --dim 1 --phase odd --json",
            "--weight-of gelu --weight-dim 1 --dim 2 --phase 0.5 --band 0.2,3 --json",
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let output = run(folder.path(), &words);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert!(answer["round_trip_error"].as_f64().expect("a number") < 1e-6);
        }
    }

    #[test]
    fn bad_input_is_one_line_and_exit_code_two() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("three.csv"), "1,2,3\n2,3,4\n").expect("written");
        for words in [
            "--weight r --dim 1 --phase even",
            "--weight q^4 --dim 1 --phase even",
            "--weight z^4 --dim 1 --phase even",
            "--weight r^4 --dim 0 --phase even",
            "--weight r^4 --dim 1 --phase sideways",
            "--weight r^4 --dim 1 --phase nan",
            "--weight r^4 --dim 1 --phase even --band 1",
            "--weight r^4 --dim 1 --phase even --band 2,1",
            "--weight r^4 --dim 1 --phase even --samples 1",
            "--weight r^4 --dim 1 --phase even --reach -1",
            "--weight r^4 --dim 1 --phase even --out no/such/folder.json",
            "--weight r-1 --dim 1 --phase even",
            "--weight 0/0 --dim 1 --phase even",
            "--weight-of relu --dim 1 --phase even",
            "--weight-of sin --weight-dim 1 --dim 1 --phase even",
            "--table three.csv --dim 1 --phase even",
            "--table missing.csv --dim 1 --phase even",
            "--dim 1 --phase even",
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let output = run(folder.path(), &words);
            assert_eq!(output.status.code(), Some(2), "{words:?}");
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(errors.trim_end().lines().count(), 1, "{words:?}: {errors}");
        }
    }
}
