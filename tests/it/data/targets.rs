//! Targets: their transforms by other routes, their notation.

use crate::reference;
use num_complex::Complex64;
use proptest::prelude::*;
use spectral_bias::Error;
use spectral_bias::data::{
    BesselRing, Doppler, FunctionTarget, Gaussian, Points, RadialProfile, RadialStep, Sine, Sines,
    Target, TargetSpectrum, parse_target, targets,
};
use spectral_bias::numerics::quadrature::gauss_legendre;
use std::f64::consts::{PI, TAU};

fn profile(target: &dyn Target) -> &dyn RadialProfile {
    match target.spectrum() {
        TargetSpectrum::Radial { profile, .. } => profile,
        other => panic!("{other:?}"),
    }
}

/// h^d Σ f(x) e^{−ik·x} over a grid: the transform itself for a Gaussian.
fn by_sum(target: &dyn Target, k: &[f64], h: f64, reach: i32) -> Complex64 {
    let side = (2 * reach + 1) as usize;
    let places = side.pow(k.len() as u32);
    let mut sum = Complex64::default();
    for place in 0..places {
        let mut at = place;
        let mut x = vec![0.0; k.len()];
        for x in &mut x {
            *x = f64::from((at % side) as i32 - reach) * h;
            at /= side;
        }
        let phase: f64 = x.iter().zip(k).map(|(x, k)| x * k).sum();
        sum += Complex64::from_polar(target.value(&x), -phase);
    }
    sum * h.powi(k.len() as i32)
}

#[test]
fn gaussians_transform_to_gaussians() {
    let cases = [
        (1.0, vec![0.0], vec![1.3], 0.25, 60),
        (0.3, vec![0.7], vec![-4.0], 0.1, 60),
        (0.5, vec![0.1, -0.4], vec![2.0, 3.0], 0.15, 40),
        (1.5, vec![0.0, 1.0], vec![-0.5, 0.9], 0.5, 40),
        (0.8, vec![0.2, 0.1, -0.3], vec![1.0, -1.0, 0.5], 0.35, 20),
    ];
    for (width, centre, k, h, reach) in cases {
        let target = Gaussian::centred(width, centre).unwrap();
        let (value, error) = target.spectrum().density(&k).unwrap();
        let sum = by_sum(&target, &k, h, reach);
        // The sum's own rounding, over up to 69 000 terms, beside the stated error.
        let limit = error + 2e-14 * value.norm();
        assert!((value - sum).norm() < limit, "{target:?}: {value} {sum}");
        assert!(error > 0.0 && error < 1e-14 * (1.0 + value.norm()));
        assert!(target.spectrum().density(&[0.0; 4]).is_none());
    }
    // The logarithm where the value underflows and overflows.
    let narrow = Gaussian::new(3, 2.0).unwrap();
    assert_eq!(profile(&narrow).at(1e3).value, 0.0);
    let expected = 3.0 * (TAU.sqrt() * 2.0).ln() - 2e6;
    assert!((profile(&narrow).ln_modulus(1e3) / expected - 1.0).abs() < 1e-15);
    let many = Gaussian::new(500, 20.0).unwrap();
    assert_eq!(profile(&many).at(0.0).value, f64::INFINITY);
    assert!(profile(&many).ln_modulus(0.0).is_finite());
}

#[test]
fn transforms_match_the_table() {
    let rows = reference::load("targets");
    let mut worst = (0.0, String::new());
    for row in reference::of(&rows, "step") {
        let [d, a, r] = row.arguments[..] else {
            panic!("{row:?}")
        };
        let step = RadialStep::new(d as usize, a).unwrap();
        let found = profile(&step).at(r);
        let error = (found.value - row.value).abs();
        assert!(error <= found.error, "{row:?}: {found:?}");
        // Away from zeros and from huge arguments, digits.
        if a * r < 0.8 && row.value != 0.0 {
            let relative = error / row.value.abs();
            if relative > worst.0 {
                worst = (relative, format!("{row:?}"));
            }
        }
    }
    println!("step: {:.1e} at {}", worst.0, worst.1);
    assert!(worst.0 < 1e-13, "{worst:?}");
    for row in reference::of(&rows, "doppler") {
        let found = profile(&Doppler).at(row.arguments[0]);
        let error = (found.value - row.value).abs();
        println!(
            "doppler {}: {:.1e}, bound {:.1e}",
            row.arguments[0], error, found.error
        );
        // What the transform asks of its quadrature, with room for the bound of rounding.
        let asked = f64::max(1e-14, 1e-12 * row.value.abs());
        assert!(error <= found.error, "{row:?}: {found:?}");
        assert!(found.error < 2.0 * asked, "{row:?}: {found:?}");
    }
}

/// 2π ∫₀¹ f(t) J₀(rt) t dt with so many panels that nothing is missed.
fn doppler_by_force(r: f64) -> f64 {
    let rule = gauss_legendre(12);
    let panels = (r / 2.0) as usize + 4000;
    let mut sum = 0.0;
    for panel in 0..panels {
        // t = u² takes the roots at the centre out; those at the edge are of order 3/2.
        let (low, high) = (
            panel as f64 / panels as f64,
            (panel + 1) as f64 / panels as f64,
        );
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        for (x, w) in rule.nodes.iter().zip(&rule.weights) {
            let u = middle + half * x;
            let t = u * u;
            sum += w * half * TAU * t * 2.0 * u * Doppler.value(&[0.0, t]) * libm::j0(r * t);
        }
    }
    sum
}

#[test]
fn the_doppler_far_out_follows_its_expansion() {
    // Up to 3e4 quadrature, beyond the expansion; rounding of the brute force is some 1e-16.
    for r in [100.0, 2.9e4, 3.1e4, 3.7e4, 5e4, 6.4e4, 1e5] {
        let found = profile(&Doppler).at(r);
        let expected = doppler_by_force(r);
        let error = (found.value - expected).abs();
        println!(
            "{r}: {:.3e} ± {:.1e}, true {error:.1e}",
            found.value, found.error
        );
        assert!(error < found.error + 3e-15, "{r}: {found:?} {expected:e}");
    }
}

#[test]
fn the_doppler_has_its_values() {
    let value = Doppler.value(&[0.3, -0.4]);
    assert!((value - 0.5 * (42.0 * PI / 11.0).sin()).abs() < 1e-15);
    assert_eq!(Doppler.value(&[0.0, 0.0]), 0.0);
    assert_eq!(Doppler.value(&[0.8, 0.7]), 0.0);
    assert!(Doppler.value(&[0.5]).is_nan());
}

#[test]
fn the_ring_is_the_mean_of_its_waves() {
    for frequency in [TAU, 3.0] {
        let target = BesselRing::new(frequency).unwrap();
        let TargetSpectrum::Ring { radius, mass } = target.spectrum() else {
            panic!()
        };
        for x in [[0.0, 0.0], [0.3, 0.1], [-1.0, 2.0]] {
            let wave = |i: usize| {
                let angle = TAU * i as f64 / 128.0;
                (radius * (x[0] * angle.cos() + x[1] * angle.sin())).cos()
            };
            let mean = mass * (0..128).map(wave).sum::<f64>() / 128.0;
            assert!((mean - target.value(&x)).abs() < 1e-14);
        }
        assert!(target.spectrum().density(&[1.0, 0.0]).is_none());
    }
    assert_eq!(BesselRing::default().name(), "j0");
}

#[test]
fn sines_are_the_sum_of_their_atoms() {
    let terms = vec![
        Sine {
            frequency: vec![1.0, 2.0],
            amplitude: 0.7,
            phase: 0.3,
        },
        Sine {
            frequency: vec![-4.0, 0.5],
            amplitude: -2.0,
            phase: 0.0,
        },
        Sine {
            frequency: vec![0.0, 0.0],
            amplitude: 1.0,
            phase: 1.0,
        },
    ];
    let target = Sines::new(terms).unwrap();
    let TargetSpectrum::Atoms(atoms) = target.spectrum() else {
        panic!()
    };
    assert_eq!(atoms.len(), 6);
    for x in [[0.0, 0.0], [0.3, -0.2], [5.0, 7.0]] {
        let wave = |atom: &spectral_bias::data::Atom| {
            let phase = atom.frequency.iter().zip(&x).map(|(k, x)| k * x).sum();
            atom.coefficient * Complex64::from_polar(1.0, phase)
        };
        let sum: Complex64 = atoms.iter().map(wave).sum();
        assert!((sum - target.value(&x)).norm() < 1e-14);
    }
    let (a, b) = (2.0 * 0.4_f64 + 0.1, 5.0 * 0.4_f64);
    let line = Sines::along_first_axis(1, &[2.0, 5.0], &[1.0, -3.0], &[0.1, 0.0]).unwrap();
    assert!((line.value(&[0.4]) - (a.sin() - 3.0 * b.sin())).abs() < 1e-15);
}

#[test]
fn steps_and_functions_have_their_values() {
    let step = RadialStep::new(2, 0.75).unwrap();
    assert_eq!(step.value(&[0.6, 0.44]), 0.0);
    assert_eq!(step.value(&[0.6, 0.46]), 1.0);
    assert!(step.value(&[0.6]).is_nan());
    let TargetSpectrum::Radial { constant, .. } = step.spectrum() else {
        panic!()
    };
    assert_eq!(constant, 1.0);
    let product = FunctionTarget::new("product", 2, |x| x[0] * x[1]).unwrap();
    assert_eq!(product.value(&[2.0, 3.0]), 6.0);
    assert!(product.value(&[2.0]).is_nan());
    assert!(matches!(product.spectrum(), TargetSpectrum::Unknown { .. }));

    let points = Points::from_rows(&[[0.0, 0.0], [1.0, 2.0]]).unwrap();
    let data = product.sample_on(&points).unwrap();
    assert_eq!(data.targets().as_slice(), [0.0, 2.0]);
    let line = Points::on_line(&[1.0]).unwrap();
    assert!(matches!(product.sample_on(&line), Err(Error::Shape { .. })));
    let pole = FunctionTarget::new("pole", 2, |x| 1.0 / x[0]).unwrap();
    assert!(matches!(
        pole.sample_on(&points),
        Err(Error::NotFinite { .. })
    ));
}

#[test]
fn names_are_read_back() {
    for (text, dim, name) in [
        ("gaussian", 1, "gaussian:width=1"),
        (" gaussian : width = 0.5 ", 4, "gaussian:width=0.5"),
        (
            "gaussian:centre=1/-2,width=2",
            2,
            "gaussian:width=2,centre=1/-2",
        ),
        ("sines", 1, "sines:frequencies=1"),
        ("sines:frequencies=1/3", 3, "sines:frequencies=1/3"),
        (
            "sines:frequencies=1/3,amplitudes=1/0.5,phases=0/1.57",
            1,
            "sines:frequencies=1/3,amplitudes=1/0.5,phases=0/1.57",
        ),
        ("doppler", 2, "doppler"),
        ("j0", 2, "j0"),
        ("j0:frequency=3", 2, "j0:frequency=3"),
        ("step", 5, "step:radius=0.75"),
    ] {
        let target = parse_target(text, dim).unwrap();
        assert_eq!((target.name().as_str(), target.dim()), (name, dim));
        assert_eq!(parse_target(name, dim).unwrap().name(), name);
        assert!(target.value(&vec![0.1; dim]).is_finite());
        assert!(target.value(&vec![0.1; dim + 1]).is_nan());
    }
    for entry in targets() {
        let target = parse_target(entry.example, 2).unwrap();
        assert!(target.name().starts_with(entry.name));
    }
}

#[test]
fn what_is_no_target_is_explained() {
    for (text, dim, words) in [
        ("gausian", 1, "unknown target `gausian`"),
        ("", 1, "gaussian:width="),
        ("gaussian:wide=1", 1, "gaussian takes width, centre"),
        ("doppler:width=1", 2, "doppler takes none"),
        ("gaussian:width", 1, "name=value"),
        ("gaussian:", 1, "name=value"),
        ("gaussian:width=0", 1, "> 0"),
        ("gaussian:width=-1", 1, "> 0"),
        ("gaussian:width=wide", 1, "`wide`"),
        ("gaussian:width=nan", 1, "`nan`"),
        ("gaussian:width=1,width=2", 1, "one value"),
        ("gaussian:centre=1/2", 3, "3 coordinates"),
        ("gaussian:centre=1//2", 3, "``"),
        (
            "sines:frequencies=1/2,amplitudes=1",
            1,
            "2, one for each frequency",
        ),
        ("doppler", 1, "2 for the target doppler"),
        ("j0", 3, "2 for the target j0"),
        ("step:radius=inf", 2, "finite"),
        ("step", 0, "at least 1"),
    ] {
        let message = parse_target(text, dim).unwrap_err().to_string();
        assert!(message.contains(words), "{text}: {message}");
    }
    assert!(Sines::new(Vec::new()).is_err());
    assert!(Gaussian::new(0, 1.0).is_err());
    assert!(FunctionTarget::new("f", 0, |_| 0.0).is_err());
}

proptest! {
    #[test]
    fn no_notation_panics(text in "(gaussian|sines|doppler|j0|step)?:?([a-z]{0,11}=[0-9./eE+\\-]{0,8},?){0,4}.{0,5}", dim in 0_usize..5) {
        if let Ok(target) = parse_target(&text, dim) {
            let _ = target.value(&vec![0.5; dim]);
            let _ = target.spectrum().density(&vec![0.5; dim]);
        }
    }

    /// Profiles are honest at every scale: finite errors, no NaN.
    #[test]
    fn profiles_are_numbers(r in -300.0..300.0_f64, dim in 1_usize..60, a in -3.0..3.0_f64) {
        let (r, a) = (r.exp(), a.exp());
        let step = RadialStep::new(dim, a).unwrap();
        let value = profile(&step).at(r);
        prop_assert!(!value.value.is_nan() && !value.error.is_nan(), "{value:?}");
        let gaussian = Gaussian::new(dim, a).unwrap();
        prop_assert!(!profile(&gaussian).ln_modulus(r).is_nan());
        if !(1e3..3e4).contains(&r) {
            let value = profile(&Doppler).at(r);
            prop_assert!(value.value.is_finite() && value.error.is_finite(), "{value:?}");
        }
    }
}
