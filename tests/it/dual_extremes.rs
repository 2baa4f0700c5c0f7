//! Dual activations at variances that nearly vanish, and of functions that live far outside the law.

use spectral_bias::data::Points;
use spectral_bias::model::Activation;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{
    Covariance, DualActivation, GaussianKernel, GaussianKind, Kernel, battery, gram,
};
use std::f64::consts::PI;

fn nngp(activation: &Activation, q11: f64, q22: f64, rho: f64) -> Estimate {
    let covariance = Covariance::new(q11, q22, Correlation::from_rho(rho)).unwrap();
    DualActivation::new(activation).evaluate(&covariance).nngp
}

#[test]
fn softsign_at_tiny_variances() {
    let softsign = Activation::parse("softsign").unwrap();
    // u is so small that φ(u) = u: E[uφ(v)] = q₁₂E[φ′(v)] (Stein); E[(1+|Z|)⁻²] by mpmath.
    let mean = 0.412_755_100_339_183_2;
    for q11 in [1e-300, 1e-100, 1e-30] {
        let got = nngp(&softsign, q11, 1.0, 0.5);
        let want = 0.5 * f64::sqrt(q11) * mean;
        // What φ(u) − u makes of it, at most E|u²φ(v)|.
        let left = q11;
        assert!(
            (got.value - want).abs() <= got.error + left,
            "{q11}: {got:?}"
        );
        assert!(got.error <= 2e-10 * f64::sqrt(q11), "{q11}: {got:?}");
    }
    // φ(u) = u − u|u| + …: E = ρσ²(1 − 4√(2/π)σ + O(σ²)).
    for std in [1e-6, 1e-9, 1e-12, 1e-100] {
        let got = nngp(&softsign, std * std, std * std, 0.5);
        let want = 0.5 * std * std * (1.0 - 4.0 * (2.0 / PI).sqrt() * std);
        let left = 20.0 * std.powi(4);
        assert!(
            (got.value - want).abs() <= got.error + left,
            "{std}: {got:?}"
        );
        assert!(got.error <= 2e-10 * std * std, "{std}: {got:?}");
    }
    let points = Points::from_rows(&[[1e-9, 0.0], [6e-10, 8e-10]]).unwrap();
    let kernel = GaussianKernel::new(&softsign, 1.0, 0.0, 1, GaussianKind::Nngp).unwrap();
    let found = gram(&kernel, &points).unwrap();
    assert!(found.error <= 1e-9 * found.matrix[(0, 0)], "{found:?}");
}

/// ∫ f(z)ϕ(z) dz over [20, 21] by the trapezoidal rule with halves at f's knots.
fn on_the_bump(f: impl Fn(f64) -> f64) -> f64 {
    let n = 400_000;
    let h = 1.0 / f64::from(n);
    let at = |i: i32| 20.0 + f64::from(i) * h;
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    (0..=n).map(|i| h * f(at(i)) * density(at(i))).sum()
}

#[test]
fn functions_beyond_the_reach_of_the_law_are_followed() {
    let hat = |z: f64| (1.0 - (2.0 * z - 41.0).abs()).max(0.0);
    let smooth = |z: f64| (-50.0 * (z - 20.5) * (z - 20.5)).exp();
    let closure = Activation::from_fn("bump", hat)
        .derivative(move |z| {
            let inside = (20.0..21.0).contains(&z);
            if inside {
                2.0 * (20.5 - z).signum()
            } else {
                0.0
            }
        })
        .kink(20.0, 1, 2.0)
        .kink(20.5, 1, -4.0)
        .kink(21.0, 1, 2.0)
        .build()
        .unwrap();
    let mixed = Activation::parse("hat(2*z-41) + 1e-60*erf").unwrap();
    let hats = Activation::parse("hat(2*z-41)").unwrap();
    for (name, activation) in [("closure", &closure), ("sum", &mixed), ("hat", &hats)] {
        for (rho, want) in [
            (1.0, on_the_bump(|z| hat(z).powi(2))),
            (0.0, on_the_bump(hat).powi(2)),
        ] {
            let got = nngp(activation, 1.0, 1.0, rho);
            println!("{name} {rho}: {got:?} {want:e}");
            assert!(
                (got.value - want).abs() <= got.error + 1e-8 * want,
                "{name} {rho}: {got:?} {want:e}"
            );
            let size = on_the_bump(|z| hat(z).powi(2));
            assert!(got.error <= 1e-9 * size + 1e-120, "{name} {rho}: {got:?}");
        }
    }
    // Smooth and without a word about where it is.
    let gaussian = Activation::parse("formula:exp(-50*(z-20.5)^2)").unwrap();
    let got = nngp(&gaussian, 1.0, 1.0, 1.0);
    // E[e^{−2c(Z−m)²/2}] = e^{−cm²/(1+2c)}/√(1+2c), c = 100.
    let want = (-100.0 * 20.5_f64.powi(2) / 201.0).exp() / 201.0_f64.sqrt();
    assert!(
        (got.value - want).abs() <= got.error + 1e-12 * want,
        "{got:?} {want:e}"
    );
    assert!(smooth(20.5) == gaussian.value(20.5));
}

/// Probabilities of corners far out, by mpmath at 40 digits: what is not followed is in the bound.
#[test]
fn what_is_too_far_out_to_be_followed_is_in_the_bound() {
    let cases = [
        (
            "heaviside",
            (1.0, 1.0),
            (-1.0, -1.0),
            -0.98,
            0,
            5.993314294516657e-26,
        ),
        (
            "relu",
            (1.0, 1.0),
            (-1.0, -1.0),
            -0.98,
            1,
            5.993314294516657e-26,
        ),
        (
            "relu",
            (1e6, 1.0),
            (-5.0, -6.0),
            -0.9,
            1,
            2.488_784_987_195_53e-45,
        ),
    ];
    for (name, (q11, q22), means, rho, order, want) in cases {
        let phi = Activation::parse(name).unwrap();
        let law = Covariance::new(q11, q22, Correlation::from_rho(rho)).unwrap();
        let found = DualActivation::new(&phi)
            .evaluate_with_means(&law, means)
            .unwrap();
        let found = [found.nngp, found.derivative][order];
        assert!(
            (found.value - want).abs() <= found.error,
            "{name}: {found:?}"
        );
        assert!(found.error <= 1e-20, "{name}: {found:?}");
    }
}

/// E[e^{r(u+v)}] = e^{r²(s₁²+s₂²+2ρs₁s₂)/2}, of which next to ρ = −1 only 1 + ρ is left.
#[test]
fn exponentials_keep_the_digits_of_opposite_points() {
    for (name, q, away, exponent) in [
        ("exp", 1e3, 1e-12, 1e-9_f64),
        ("exp", 1e2, 1e-9, 1e-7),
        ("exp:rate=-0.5", 1e6, 1e-12, 2.5e-7),
    ] {
        let phi = Activation::parse(name).unwrap();
        let law = Covariance::new(q, q, Correlation::from_one_plus(away)).unwrap();
        let found = DualActivation::new(&phi).evaluate(&law).nngp;
        let gap = (found.value - exponent.exp()).abs();
        assert!(gap <= found.error && gap < 4e-16, "{name} {q}: {found:?}");
    }
}

/// Independent pre-activations: odd functions have mean 0, and SELU was made to have it at variance 1.
#[test]
fn independent_pre_activations_multiply_means() {
    for (name, q) in [
        ("hard-tanh", (1.0, 1e3)),
        ("hard-tanh", (1e-3, 1e-3)),
        ("selu", (1.0, 1.0)),
        ("erf", (1.0, 7.0)),
    ] {
        let phi = Activation::parse(name).unwrap();
        let dual = DualActivation::new(&phi);
        let law = Covariance::new(q.0, q.1, Correlation::from_rho(0.0)).unwrap();
        let found = dual.evaluate(&law).nngp;
        assert!(
            found.value.abs() <= found.error && found.error < 1e-25,
            "{name}: {found:?}"
        );
    }
    // Even functions have slopes of mean 0.
    let hat = DualActivation::new(&Activation::parse("hat").unwrap());
    let law = |rho| Covariance::new(1e3, 1e-6, Correlation::from_rho(rho)).unwrap();
    let found = hat.evaluate(&law(0.0)).derivative;
    assert!(
        found.value.abs() <= found.error && found.error < 1e-25,
        "{found:?}"
    );
    // By mpmath: 1e−3 of √(E[φ′²]E[φ′²]), and right to its own last digits.
    let (found, want) = (hat.evaluate(&law(0.5)).derivative, 1.837_252_590_299_288e-4);
    assert!((found.value / want - 1.0).abs() < 1e-14, "{found:?}");
}

/// The orthonormal Hermite polynomials have the dual activation ρⁿ at variance 1, and derivatives nρⁿ⁻¹.
#[test]
fn hermite_polynomials_have_powers() {
    // Of the double −0.9 in whole numbers: ρⁿ and nρⁿ⁻¹.
    let powers = [
        (1, (-0.9, 1.0)),
        (2, (0.81, -1.8)),
        (3, (-0.7290000000000001, 2.43)),
        (12, (0.2824295364810001, -3.765727153080001)),
        (40, (0.014780882941434608, -0.656928130730427)),
        (80, (0.00021847450052839255, -0.019419955602523783)),
    ];
    for (n, (value, slope)) in powers {
        let phi = Activation::parse(&format!("hermite:degree={n}")).unwrap();
        let dual = DualActivation::new(&phi);
        let half = 0.5_f64.powi(n);
        for (rho, value, slope) in [
            (-0.9, value, slope),
            (0.5, half, 2.0 * f64::from(n) * half),
            (1.0, 1.0, f64::from(n)),
        ] {
            let law = Covariance::new(1.0, 1.0, Correlation::from_rho(rho)).unwrap();
            let found = dual.evaluate(&law);
            for (found, want) in [(found.nngp, value), (found.derivative, slope)] {
                let gap: f64 = (found.value - want).abs();
                assert!(
                    gap <= found.error && gap <= 4e-14 * want.abs(),
                    "{n} {rho}: {found:?} {want}"
                );
                assert!(found.error <= 1e-13 * want.abs(), "{n} {rho}: {found:?}");
            }
        }
        // By the monomials at other variances: E[h₃(u)h₃(v)] = abρ + ρ³σ³τ³, a = √(3/2)σ(σ²−1)…
        if n == 3 {
            let (s, t, rho) = (0.5_f64, 2.0_f64, -0.7_f64);
            let law = Covariance::new(s * s, t * t, Correlation::from_rho(rho)).unwrap();
            let line = |s: f64| 1.5_f64.sqrt() * s * (s * s - 1.0);
            let want = line(s) * line(t) * rho + (s * t * rho).powi(3);
            let found = dual.evaluate(&law).nngp;
            assert!((found.value - want).abs() < 1e-15, "{found:?} {want}");
        }
    }
}

#[test]
fn no_variances_are_no_battery() {
    let phi = Activation::parse("relu").unwrap();
    let error = battery::check_dual(&phi, &[]).unwrap_err().to_string();
    assert!(error.contains("variances"), "{error}");
}

#[test]
fn the_battery_holds_at_variances_far_apart() {
    for name in ["relu", "elu", "gelu", "hat", "softplus", "tanh", "silu"] {
        let phi = Activation::parse(name).unwrap();
        let measured = battery::check_dual(&phi, &[1e-6, 1.0, 1e6]).unwrap();
        println!("{name}: {measured:?}");
    }
}

#[test]
fn infinite_entries_are_told_as_such() {
    let kernel = |name: &str, depth| {
        let phi = Activation::parse(name).unwrap();
        GaussianKernel::new(&phi, 1.0, 0.0, depth, GaussianKind::Ntk).unwrap()
    };
    // A delta meets itself at a point whose pre-activation is always 0.
    let sign = kernel("sign", 2);
    let zero = [0.0, 0.0];
    assert_eq!(sign.evaluate(&zero, &zero).value, f64::INFINITY);
    // Beyond the largest double, times ⟨x, x′⟩ = 0 or with the other sign.
    let exp = kernel("exp:rate=0.5", 1);
    for other in [[0.0, 100.0], [-30.0, 110.0]] {
        let got = exp.evaluate(&[100.0, 0.0], &other);
        assert_eq!(
            (got.value, got.error),
            (f64::INFINITY, f64::INFINITY),
            "{other:?}"
        );
    }
    for (kernel, points) in [
        (sign, [[0.0, 0.0], [1.0, 2.0]]),
        (exp, [[100.0, 0.0], [0.0, 100.0]]),
    ] {
        let error = gram(&kernel, &Points::from_rows(&points).unwrap()).unwrap_err();
        assert!(error.to_string().contains("infinite"), "{error}");
    }
}

/// A ratio of norms of 1e160, at which squares of the ratio are beyond the largest double, and waves at variances of 1e200.
#[test]
fn vectors_of_very_different_length_have_their_kernels() {
    let value = |name: &str, bias: f64, x: [f64; 2], y: [f64; 2]| {
        let activation = Activation::parse(name).unwrap();
        let kernel = GaussianKernel::new(&activation, 1.0, bias, 1, GaussianKind::Nngp).unwrap();
        kernel.evaluate(&x, &y)
    };
    // K(ax, by) = ab K(x, y), and odd functions are linear at small arguments.
    let unit = value("relu", 0.0, [1.0, 0.0], [0.6, 0.8]).value;
    let found = value("relu", 0.0, [1e60, 0.0], [0.6e-100, 0.8e-100]);
    let gap = (found.value / 1e-40 - unit).abs();
    assert!(
        gap <= 1e-14 && found.error <= 1e-13 * found.value,
        "{found:?}"
    );
    let small = value("erf", 0.0, [1e-155, 0.0], [0.6, 0.8]);
    let less = value("erf", 0.0, [1e-100, 0.0], [0.6, 0.8]);
    let gap = (small.value * 1e55 / less.value - 1.0).abs();
    assert!(
        gap <= 1e-12 && small.error <= 1e-12 * small.value,
        "{small:?}"
    );
    for name in ["sin", "cos", "gaussian"] {
        let far = value(name, 0.5, [1e60, 0.0], [0.6e100, 0.8e100]);
        assert!(
            far.value.abs() <= 1e-14 && far.error <= 1e-13,
            "{name}: {far:?}"
        );
    }
}
