//! The special functions against 50-digit tables, published values and their symmetries.

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
    for (value, scale) in values.iter().zip(&scales) {
        assert_eq!(value.arguments, scale.arguments);
        let (nu, x) = (value.arguments[0], value.arguments[1]);
        let error = (bessel_j(nu, x) - value.value).abs() / scale.value * 2f64.powi(53);
        assert!(error < 20.0, "J_{nu}({x}): {error} units");
    }
}

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
        println!("O {h} {k} {one_minus:e} {one_plus:e} {:.1} {:.2}", (got/row.value-1.0).abs()*2f64.powi(53), (got-row.value).abs()*2f64.powi(53));
        assert_eq!(got, orthant(k, h, rho));
        absolute = absolute.max((got - row.value).abs());
        relative = relative.max((got / row.value - 1.0).abs());
    }
    println!("{} {relative:e} {absolute:e}", rows.len());
    assert_eq!(rows.len(), 257);
}
