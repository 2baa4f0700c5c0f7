//! The special functions against 50-digit tables, published values and their symmetries.

mod bivariate_normal;
mod polynomials;

use spectral_bias::numerics::special::*;

use crate::reference::{self, Row};

/// Worst relative error over the rows of `function`, in units of 2⁻⁵³, with where it occurs.
fn worst(rows: &[Row], function: &str, f: impl Fn(&[f64]) -> f64) -> (usize, f64) {
    let mut peak = (0.0, Vec::new());
    let rows = reference::of(rows, function);
    for row in &rows {
        let got = f(&row.arguments);
        let error = if got == row.value {
            0.0
        } else {
            ((got - row.value) / row.value).abs() * 2f64.powi(53)
        };
        assert!(!error.is_nan(), "{row:?}: got {got}");
        if error > peak.0 {
            peak = (error, row.arguments.clone());
        }
    }
    println!(
        "{function}: {} cases, peak {:.1} at {:?}",
        rows.len(),
        peak.0,
        peak.1
    );
    (rows.len(), peak.0)
}

/// A function of the table, how to call it, the number of its cases, and the most units of 2⁻⁵³
/// by which it may be off.
type Budget = (&'static str, fn(&[f64]) -> f64, usize, f64);

#[test]
fn errors_stay_within_their_budget() {
    let rows = reference::load("special");
    let budgets: [Budget; 19] = [
        ("erf", |a| erf(a[0]), 41, 2.0),
        ("erfc", |a| erfc(a[0]), 82, 3.0),
        ("erfcx", |a| erfcx(a[0]), 85, 4.5),
        ("erf_inv", |a| erf_inv(a[0]), 85, 3.0),
        ("normal_pdf", |a| normal_pdf(a[0]), 82, 3.5),
        ("normal_cdf", |a| normal_cdf(a[0]), 82, 3.5),
        ("normal_sf", |a| normal_sf(a[0]), 82, 3.5),
        ("ln_normal_cdf", |a| ln_normal_cdf(a[0]), 98, 3.0),
        ("normal_quantile", |a| normal_quantile(a[0]), 112, 3.5),
        ("normal_interval", |a| normal_interval(a[0], a[1]), 102, 6.0),
        ("gamma", |a| gamma(a[0]), 131, 8.0),
        ("ln_gamma", |a| ln_gamma(a[0]), 133, 3.0),
        ("bessel_k", |a| bessel_k(a[0], a[1]), 192, 60.0),
        (
            "bessel_k_scaled",
            |a| bessel_k_scaled(a[0], a[1]),
            212,
            60.0,
        ),
        ("polylog2", |a| polylog2(a[0]), 82, 4.0),
        ("polylog3", |a| polylog3(a[0]), 82, 3.0),
        (
            "sphere_surface",
            |a| sphere_surface(a[0] as usize),
            24,
            16.0,
        ),
        (
            "ln_sphere_surface",
            |a| ln_sphere_surface(a[0] as usize),
            30,
            25.0,
        ),
        (
            "sphere_moment",
            |a| sphere_moment(a[0] as usize, a[1]),
            142,
            200.0,
        ),
    ];
    let mut over = Vec::new();
    for (function, f, cases, budget) in budgets {
        let (n, peak) = worst(&rows, function, f);
        if peak > budget || n != cases {
            over.push((function, n, peak));
        }
    }
    assert!(over.is_empty(), "{over:?}");
}

/// J_ν oscillates: its error is measured against √(J² + Y²) there, against |J| where it does not.
#[test]
fn bessel_j_is_accurate_relative_to_its_modulus() {
    let rows = reference::load("special");
    let values = reference::of(&rows, "bessel_j");
    let scales = reference::of(&rows, "bessel_j_scale");
    assert_eq!((values.len(), scales.len()), (224, 224));
    let mut peak = 0.0_f64;
    for (value, scale) in values.iter().zip(&scales) {
        assert_eq!(value.arguments, scale.arguments);
        let (nu, x) = (value.arguments[0], value.arguments[1]);
        let error = (bessel_j(nu, x) - value.value).abs() / scale.value * 2f64.powi(53);
        assert!(error < 20.0, "J_{nu}({x}): {error} units");
        peak = peak.max(error);
    }
    println!("bessel_j: {} cases, peak {peak:.1}", values.len());
}

/// Second origin: values printed in Abramowitz & Stegun and the DLMF, to their printed digits.
#[test]
fn published_values() {
    let cases: [(&str, f64, f64, f64); 16] = [
        ("A&S 7.1 erf(0.5)", erf(0.5), 0.520_499_877_8, 5e-11),
        ("A&S 7.1 erf(1)", erf(1.0), 0.842_700_792_9, 5e-11),
        (
            "A&S 26.1 P(1)",
            normal_cdf(1.0),
            0.841_344_746_068_543,
            5e-16,
        ),
        (
            "A&S 26.1 P(2)",
            normal_cdf(2.0),
            0.977_249_868_051_821,
            5e-16,
        ),
        (
            "A&S 26.1 Z(1)",
            normal_pdf(1.0),
            0.241_970_724_519_143,
            5e-16,
        ),
        ("A&S 6.1 gamma(1.5)", gamma(1.5), 0.886_226_925_5, 5e-11),
        (
            "A&S 9.1 J0(1)",
            bessel_j(0.0, 1.0),
            0.765_197_686_557_966,
            6e-16,
        ),
        ("A&S 9.1 J1(5)", bessel_j(1.0, 5.0), -0.327_579_137_6, 5e-11),
        (
            "A&S 9.2 J2(10)",
            bessel_j(2.0, 10.0),
            0.254_630_313_7,
            5e-11,
        ),
        (
            "A&S 9.8 e K0(1)",
            bessel_k_scaled(0.0, 1.0),
            1.144_463_080,
            5e-10,
        ),
        (
            "A&S 9.8 e K1(1)",
            bessel_k_scaled(1.0, 1.0),
            1.636_153_486,
            5e-10,
        ),
        ("A&S 27.7 Li2(1/2)", polylog2(0.5), 0.582_240_526, 5e-10),
        ("zeta(3)", polylog3(1.0), 1.202_056_903_159_594, 5e-16),
        (
            "median of the half-normal law",
            normal_quantile(0.75),
            0.674_489_750_196_082,
            5e-16,
        ),
        (
            "surface of S^2",
            sphere_surface(3),
            12.566_370_614_359_17,
            1e-14,
        ),
        ("E|xi_1| on S^2", sphere_moment(3, 1.0), 0.5, 5e-16),
    ];
    for (name, got, printed, digits) in cases {
        assert!((got - printed).abs() <= digits, "{name}: {got}");
    }
}

#[test]
fn domains_and_their_ends() {
    let nan = f64::NAN;
    let inf = f64::INFINITY;
    let unary: [fn(f64) -> f64; 13] = [
        erf,
        erfc,
        erfcx,
        erf_inv,
        normal_pdf,
        normal_cdf,
        normal_sf,
        ln_normal_cdf,
        normal_quantile,
        gamma,
        ln_gamma,
        polylog2,
        polylog3,
    ];
    for f in unary {
        assert!(f(nan).is_nan());
    }
    for f in [bessel_j, bessel_k, bessel_k_scaled, normal_interval] {
        assert!(f(nan, 1.0).is_nan() && f(1.0, nan).is_nan());
    }
    assert!(sphere_moment(3, nan).is_nan() && sphere_moment(0, 1.0).is_nan());
    assert!(sphere_moment(3, -1.0).is_nan());
    assert!(bessel_j(-1.0, 1.0).is_nan() && bessel_j(0.5, -1.0).is_nan());
    assert!(bessel_j(inf, 1.0).is_nan() && bessel_k(inf, 1.0).is_nan());
    assert!(bessel_k(0.5, -1.0).is_nan());
    assert!(polylog2(-0.1).is_nan() && polylog3(1.1).is_nan());
    for p in [-0.1, 1.1] {
        assert!(normal_quantile(p).is_nan());
    }
    assert!(erf_inv(1.5).is_nan() && erf_inv(-1.5).is_nan());

    assert_eq!(
        (erf_inv(1.0), erf_inv(-1.0), erf_inv(0.0)),
        (inf, -inf, 0.0)
    );
    assert_eq!(
        (
            normal_quantile(0.0),
            normal_quantile(0.5),
            normal_quantile(1.0)
        ),
        (-inf, 0.0, inf)
    );
    assert_eq!(
        (normal_cdf(-inf), normal_cdf(inf), normal_pdf(inf)),
        (0.0, 1.0, 0.0)
    );
    assert_eq!((ln_normal_cdf(-inf), ln_normal_cdf(inf)), (-inf, 0.0));
    assert_eq!((erfcx(inf), erfcx(-inf)), (0.0, inf));
    assert_eq!(
        (bessel_j(0.0, 0.0), bessel_j(0.5, 0.0), bessel_j(3.0, inf)),
        (1.0, 0.0, 0.0)
    );
    assert_eq!(
        (bessel_k(1.5, 0.0), bessel_k(1.5, inf), bessel_k(1e6, 1.0)),
        (inf, 0.0, inf)
    );
    assert_eq!(
        (sphere_surface(0), sphere_surface(1), ln_sphere_surface(0)),
        (0.0, 2.0, -inf)
    );
    assert_eq!(sphere_surface(usize::MAX), 0.0);
    assert!(ln_sphere_surface(usize::MAX) < -1e20);
    assert_eq!(
        (normal_interval(-inf, inf), normal_interval(2.0, 1.0)),
        (1.0, 0.0)
    );
    assert_eq!(normal_interval(-inf, 0.3), normal_interval(-0.3, inf));

    // Half-integer orders are elementary; c_d^{(2)} = 1/d; c_d^{(0)} = c_1^{(p)} = 1.
    for x in [1e-3_f64, 0.7, 3.0, 24.9, 25.1, 700.0] {
        let root = (2.0 / (std::f64::consts::PI * x)).sqrt();
        assert!((bessel_j(0.5, x) - root * x.sin()).abs() < 2e-15 * root);
        assert!((bessel_j(-0.5, x) - root * x.cos()).abs() < 2e-15 * root);
        let k = (std::f64::consts::PI / (2.0 * x)).sqrt();
        assert!((bessel_k_scaled(0.5, x) / k - 1.0).abs() < 2e-15);
        assert_eq!(bessel_k(-0.5, x), bessel_k(0.5, x));
    }
    for d in [1_usize, 2, 3, 17, 1000, 1_000_000] {
        assert!((sphere_moment(d, 2.0) * d as f64 - 1.0).abs() < 2e-15);
        assert!((sphere_moment(d, 0.0) - 1.0).abs() < 1e-15);
    }
    assert_eq!(sphere_moment(1, 3.3), 1.0);
}

/// For x < 0 there is a zero between any two poles: absolute error there, relative elsewhere.
#[test]
fn ln_gamma_of_negative_numbers() {
    let rows = reference::load("special");
    let rows = reference::of(&rows, "ln_gamma_negative");
    assert_eq!(rows.len(), 28);
    let mut peak = 0.0_f64;
    for row in &rows {
        let error = (ln_gamma(row.arguments[0]) - row.value).abs() / row.value.abs().max(1.0);
        peak = peak.max(error * 2f64.powi(53));
    }
    println!("ln_gamma, x < 0: {} cases, peak {peak:.1}", rows.len());
    assert!(peak < 3.0);
}
