//! Orthant probabilities against 30-digit integrals, and correlations of vectors.

use spectral_bias::numerics::special::{
    Correlation, conditional_deviate, normal_interval, normal_pdf, normal_sf, orthant,
};

use crate::reference;

/// The correlation of a row of the table, from whichever of 1 ∓ ρ is exact there.
fn correlation(one_minus: f64, one_plus: f64) -> Correlation {
    if one_minus <= one_plus {
        Correlation::from_one_minus(one_minus)
    } else {
        Correlation::from_one_plus(one_plus)
    }
}

#[test]
fn orthants_keep_relative_accuracy_in_every_corner() {
    let rows = reference::load("bivariate_normal");
    let (mut relative, mut absolute) = (0.0_f64, 0.0_f64);
    for row in &rows {
        let [h, k, one_minus, one_plus] = row.arguments[..] else {
            panic!("{row:?}");
        };
        let rho = correlation(one_minus, one_plus);
        let got = orthant(h, k, rho);
        assert_eq!(got, orthant(k, h, rho));
        absolute = absolute.max((got - row.value).abs());
        relative = relative.max((got / row.value - 1.0).abs());
    }
    println!(
        "orthant: {} cases, {relative:e} relative, {absolute:e} absolute",
        rows.len()
    );
    assert_eq!(rows.len(), 257);
    assert!(relative < 2e-15 && absolute < 4e-16);
}

#[test]
fn orthants_at_special_points() {
    let inf = f64::INFINITY;
    for rho in [-1.0, -0.7, -0.0, 0.0, 0.3, 1.0, 0.999_999] {
        let law = Correlation::from_rho(rho);
        // Sheppard's theorem.
        let angle = law.angle();
        assert!(
            (orthant(0.0, 0.0, law)
                - (std::f64::consts::PI - angle) / (2.0 * std::f64::consts::PI))
                .abs()
                < 2e-16
        );
        for h in [-3.0, -0.1, 0.0, 0.4, 6.0] {
            assert_eq!(orthant(h, -inf, law), normal_sf(h));
            assert_eq!(orthant(-inf, h, law), normal_sf(h));
            assert_eq!(orthant(h, inf, law), 0.0);
            assert_eq!(orthant(inf, -inf, law), 0.0);
            // A correlation next to it, as far as √(1−|ρ|) sees: no jump.
            for k in [-3.0, -0.1, 0.0, 0.4, 6.0, h, -h] {
                let here = orthant(h, k, law);
                let near = if rho > 0.0 {
                    Correlation::from_one_minus(law.one_minus() * (1.0 + 1e-15) + 1e-300)
                } else {
                    Correlation::from_one_plus(law.one_plus() * (1.0 + 1e-15) + 1e-300)
                };
                assert!((orthant(h, k, near) - here).abs() < 1e-15, "{h} {k} {rho}");
            }
        }
        assert_eq!(orthant(-inf, -inf, law), 1.0);
    }
    // Independence, and the two degenerate laws.
    let (h, k) = (0.3, 1.7);
    let at = |rho| orthant(h, k, Correlation::from_rho(rho));
    assert!((at(0.0) / (normal_sf(h) * normal_sf(k)) - 1.0).abs() < 1e-15);
    assert_eq!(at(1.0), normal_sf(k));
    assert_eq!(at(-1.0), 0.0);
    assert_eq!(
        orthant(-h, -k, Correlation::from_rho(-1.0)),
        normal_interval(-h, k)
    );
    for (h, k, rho) in [
        (f64::NAN, 0.0, 0.5),
        (0.0, f64::NAN, 0.5),
        (0.0, 0.0, f64::NAN),
    ] {
        assert!(orthant(h, k, Correlation::from_rho(rho)).is_nan());
    }
    assert_eq!(orthant(1e200, 1e200, Correlation::from_rho(0.5)), 0.0);
    assert_eq!(orthant(-1e200, -1e300, Correlation::from_rho(0.5)), 1.0);
    assert_eq!(
        orthant(f64::MAX, -f64::MAX, Correlation::from_rho(-0.5)),
        0.0
    );
}

#[test]
fn conditional_deviates_are_the_slopes_of_orthants() {
    // d/dh P(U>h, V>k) = −ϕ(h) P(V>k | U=h), by central differences.
    let step = 1e-4;
    for (h, k, rho) in [(0.3, 0.8, 0.6), (-1.0, 0.2, -0.9), (1.5, 1.4, 0.99)] {
        let law = Correlation::from_rho(rho);
        let slope = (orthant(h + step, k, law) - orthant(h - step, k, law)) / (2.0 * step);
        let expected = -normal_pdf(h) * normal_sf(conditional_deviate(k, h, law));
        assert!(
            (slope - expected).abs() < 1e-6,
            "{h} {k} {rho}: {slope} {expected}"
        );
    }
    let law = Correlation::from_rho(1.0);
    assert_eq!(conditional_deviate(1.0, 0.5, law), f64::INFINITY);
    assert_eq!(conditional_deviate(0.5, 0.5, law), 0.0);
    assert_eq!(conditional_deviate(-1.0, 0.5, -law), f64::NEG_INFINITY);
}

#[test]
fn correlations_of_vectors() {
    let of = |u: &[f64], v: &[f64]| Correlation::from_vectors(u, v).unwrap();
    // Orthogonal, parallel and opposite vectors are exactly so, at every scale.
    for scale in [1e-300, 1.0, 1e300] {
        let u = [scale, 2.0 * scale, -scale];
        assert_eq!(of(&u, &[1.0, 0.0, 1.0]).rho(), 0.0);
        assert_eq!(of(&u, &u).one_minus(), 0.0);
        assert_eq!(of(&u, &u.map(|x| -x)).one_plus(), 0.0);
        assert!(of(&u, &[3.0, 6.0, -3.0]).angle() < 1e-15);
        assert!(of(&u, &[1.1, 2.2, -1.1]).angle() < 1e-15);
    }
    // A known small angle: (1, 0) against (1, ε) has tan = ε.
    for epsilon in [1e-3_f64, 1e-9, 1e-100] {
        for sign in [1.0, -1.0] {
            let law = of(&[1.0, 0.0], &[sign, sign * epsilon]);
            let angle = if sign > 0.0 {
                law.angle()
            } else {
                (-law).angle()
            };
            assert!((angle / epsilon.atan() - 1.0).abs() < 1e-15, "{epsilon}");
        }
    }
    // Far from the axes, nearby points: the angle against the cross product, which is exact here.
    let (u, v) = ([3.0, 4.0], [3.0 + 2f64.powi(-40), 4.0 + 2f64.powi(-41)]);
    let cross = u[0] * 2f64.powi(-41) - u[1] * 2f64.powi(-40);
    let expected = cross.abs() / (u[0].hypot(u[1]) * v[0].hypot(v[1]));
    assert!((of(&u, &v).angle() / expected - 1.0).abs() < 1e-14);
    // Exchange changes no bit.
    let (u, v) = ([0.1, -2.0, 0.7], [0.3, -1.0, 1e-3]);
    assert_eq!(of(&u, &v), of(&v, &u));

    assert!(Correlation::from_vectors(&[1.0], &[1.0, 2.0]).is_err());
    assert!(Correlation::from_vectors(&[], &[]).is_err());
    assert!(Correlation::from_vectors(&[0.0, 0.0], &[1.0, 2.0]).is_err());
    assert!(Correlation::from_vectors(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
    assert!(Correlation::from_vectors(&[1.0, 1.0], &[1.0, f64::INFINITY]).is_err());
}
