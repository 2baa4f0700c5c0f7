//! Nested integrals, bad integrands, odd ranges.

use super::INF;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::quadrature::{
    Integral, Tolerance, fourier_integral, integrate, integrate_estimates,
};
use std::f64::consts::PI;

#[test]
fn nested_integrals_carry_the_inner_error() {
    // ∫∫ over the unit square of |x − y|: 1/3. The inner kink moves; it is named.
    let inner = Tolerance::relative(1e-12);
    let outer = integrate_estimates(
        |x| integrate(|y| (x - y).abs(), 0.0, 1.0, &[x], &inner).estimate(),
        0.0,
        1.0,
        &[],
        &Tolerance::default(),
    );
    assert!(
        (outer.value - 1.0 / 3.0).abs() <= outer.error && outer.error < 1e-10,
        "{outer:?}"
    );
    // An inner error of 1e−3 everywhere ends up in the outer one, times the length.
    let coarse = integrate_estimates(
        |x| Estimate::new(x, 1e-3),
        0.0,
        2.0,
        &[],
        &Tolerance::default(),
    );
    assert!((coarse.error - 2e-3).abs() < 1e-12, "{coarse:?}");
    // ∫∫ e^{−x²−y²} over the plane, inner noise at 1e−8: still π within the bound, and not for ever.
    let rough = Tolerance::relative(1e-8);
    let plane = integrate_estimates(
        |x| integrate(|y| (-x * x - y * y).exp(), -INF, INF, &[], &rough).estimate(),
        -INF,
        INF,
        &[],
        &Tolerance::default(),
    );
    assert!(
        (plane.value - PI).abs() <= plane.error && plane.error < 1e-6,
        "{plane:?}"
    );
    assert!(plane.evaluations < 5000, "{plane:?}");
}

#[test]
fn bad_integrands_and_limits_end_in_an_infinite_error() {
    let tolerance = Tolerance::default();
    let of = |f: fn(f64) -> f64, a, b| integrate(f, a, b, &[], &tolerance);
    let cases = [
        ("NaN", of(|_| f64::NAN, 0.0, 1.0)),
        ("NaN in a part", of(|x| (x - 0.5).sqrt(), 0.0, 1.0)),
        ("infinite", of(|_| INF, 0.0, 1.0)),
        ("NaN on a ray", of(|_| f64::NAN, 0.0, INF)),
        (
            "NaN at the far end",
            of(|x| if x > 10.0 { f64::NAN } else { 1.0 }, 0.0, INF),
        ),
        ("a constant on a ray", of(|_| 1.0, 0.0, INF)),
        ("1/x at infinity", of(|x| 1.0 / x, 1.0, INF)),
        ("x²", of(|x| x * x, -INF, INF)),
        ("NaN limit", of(|x| x, f64::NAN, 1.0)),
        ("overflowing sum", of(|_| f64::MAX, 0.0, 10.0)),
    ];
    for (name, got) in cases {
        assert_eq!(got.error, INF, "{name}: {got:?}");
        assert!(got.evaluations < 1000, "{name}: {got:?}");
    }
    // 1/x at 0 diverges too slowly to be told from a huge number: the bound is of its size.
    let pole = of(|x| 1.0 / x, 0.0, 1.0);
    assert!(pole.error > 0.1 && pole.evaluations <= 200_100, "{pole:?}");
    // Noise: ends with a wide bound, whatever it costs.
    let mut state = 1u64;
    let noise = integrate(
        |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64
        },
        0.0,
        1.0,
        &[],
        &Tolerance {
            evaluations: 20_000,
            ..tolerance
        },
    );
    assert!(
        noise.error > 1e-6 * noise.value && noise.evaluations <= 20_100,
        "{noise:?}"
    );
    for f in [|_: f64| f64::NAN, |_| INF, |x: f64| x * x * x] {
        assert!(fourier_integral(f, 1.0, &[], &tolerance).1 > 1.0);
    }
    for omega in [f64::NAN, INF] {
        assert_eq!(
            fourier_integral(|x| (-x * x).exp(), omega, &[], &tolerance).1,
            INF
        );
    }
    // ω = 0 is a plain integral.
    let (value, bound) = fourier_integral(|x| (-x * x).exp(), 0.0, &[], &tolerance);
    assert!((value.re - PI.sqrt()).abs() <= bound && bound < 1e-9);
}

#[test]
fn turned_and_empty_ranges() {
    let tolerance = Tolerance::default();
    let forth = integrate(f64::exp, 0.0, 1.0, &[0.5], &tolerance);
    let back = integrate(f64::exp, 1.0, 0.0, &[0.5], &tolerance);
    assert_eq!(forth.value, -back.value);
    for point in [0.0, 3.0, INF, -INF] {
        assert_eq!(
            integrate(f64::exp, point, point, &[], &tolerance),
            Integral::default()
        );
    }
    // A range of one ulp, and a wide one.
    let tiny = integrate(|_| 2.0, 1.0, 1.0f64.next_up(), &[], &tolerance);
    assert!((tiny.value - 2.0 * f64::EPSILON).abs() <= tiny.error);
    let wide = integrate(|x| (-x.abs()).exp(), -1e11, 1e11, &[0.0], &tolerance);
    assert!((wide.value - 2.0).abs() <= wide.error, "{wide:?}");
}
