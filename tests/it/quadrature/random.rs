//! Random problems: the bound must hold without anyone having looked at them.

use super::INF;
use num_complex::Complex64;
use spectral_bias::numerics::quadrature::{Tolerance, fourier_integral, integrate};
use spectral_bias::numerics::special::gamma;
use std::f64::consts::PI;

/// Kinks, jumps and cusps |x − c|^a (a = 0: a jump of the sign) at random places that nobody named, on top of
/// an oscillation of random frequency: the estimate has nothing to go by but the samples.
#[test]
fn random_unnamed_features_stay_within_the_bound() {
    let mut state = 7u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let (mut cases, mut tight) = (0, 0);
    for _ in 0..4000 {
        for a in [0.0, 0.5, 1.0, 2.0, 3.0] {
            let (c, k, size) = (
                uniform(),
                0.5 + 40.0 * uniform(),
                10f64.powf(-8.0 * uniform()),
            );
            let relative = 10f64.powf(-2.0 - 10.0 * uniform());
            let feature = |x: f64| {
                if a == 0.0 {
                    (x - c).signum()
                } else {
                    (x - c).abs().powf(a)
                }
            };
            let truth = ((k + 1.0).sin() - 1f64.sin()) / k
                + size
                    * if a == 0.0 {
                        1.0 - 2.0 * c
                    } else {
                        (c.powf(a + 1.0) + (1.0 - c).powf(a + 1.0)) / (a + 1.0)
                    };
            let got = integrate(
                |x| (k * x + 1.0).cos() + size * feature(x),
                0.0,
                1.0,
                &[],
                &Tolerance {
                    absolute: relative,
                    relative: 0.0,
                    evaluations: 100_000,
                },
            );
            let error = (got.value - truth).abs();
            assert!(
                error <= got.error + 4e-16,
                "a {a} c {c} k {k} size {size}: {error:e} {got:?}"
            );
            cases += 1;
            tight += usize::from(got.error <= 1e3 * error.max(relative));
        }
    }
    println!("{tight} of {cases} within 1e3");
    assert_eq!((cases, tight), (20_000, 20_000));
}

/// Bells with random tails, scales and places on the whole line: (1 + ((z−m)/s)²)^{−a}, of mass
/// s√π Γ(a−½)/Γ(a), the place named or within a few s of 0; and the transforms of the one with a = 1, π s e^{−s|ω|−iωm}.
#[test]
fn random_bells_stay_within_the_bound() {
    let mut state = 11u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let tolerance = Tolerance::default();
    let (mut cases, mut reached, mut most) = (0, 0, 0);
    for i in 0..2000 {
        let s = 10f64.powf(16.0 * uniform() - 8.0);
        let m = s * (6.0 * uniform() - 3.0);
        let a = 0.55 + 2.0 * uniform();
        let truth = s * PI.sqrt() * gamma(a - 0.5) / gamma(a);
        let splits: &[f64] = if i % 2 == 0 { &[m] } else { &[] };
        let got = integrate(
            |z| (1.0 + ((z - m) / s).powi(2)).powf(-a),
            -INF,
            INF,
            splits,
            &tolerance,
        );
        let error = (got.value - truth).abs();
        assert!(
            error <= got.error + 2e-15 * truth,
            "s {s} m {m} a {a}: {error:e} of {truth}, {got:?}"
        );
        cases += 1;
        most = most.max(got.evaluations);
        reached += usize::from(got.error <= 1.0e-10 * got.value);
    }
    println!("{reached} of {cases} reached, at most {most} evaluations");
    assert_eq!(reached, cases);
    for _ in 0..1000 {
        let s = 10f64.powf(6.0 * uniform() - 3.0);
        let (m, omega) = (20.0 * uniform() - 10.0, 10f64.powf(6.0 * uniform() - 3.0));
        let truth = Complex64::from_polar(PI * s * (-s * omega).exp(), -omega * m);
        let splits = [m, m + 5.0 * s * uniform(), -3.0 * uniform()];
        let mut evaluations = 0;
        let f = |z: f64| {
            evaluations += 1;
            1.0 / (1.0 + ((z - m) / s).powi(2))
        };
        let (value, bound) = fourier_integral(f, omega, &splits, &tolerance);
        let error = (value - truth).norm();
        assert!(
            error <= bound,
            "s {s} m {m} omega {omega}: {error:e}, bound {bound:e}"
        );
        assert!(
            bound <= 1e-10 * truth.norm() + 1e-13 * s + 16.0 * f64::EPSILON * m.abs(),
            "s {s} m {m} omega {omega}: {bound:e} {truth}"
        );
        assert!(
            evaluations < 20_000,
            "s {s} m {m} omega {omega}: {evaluations}"
        );
    }
}
