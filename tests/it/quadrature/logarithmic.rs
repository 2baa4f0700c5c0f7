//! Integrals in logarithms.

use super::INF;
use crate::reference;
use spectral_bias::numerics::quadrature::{Tolerance, log_integrate};

#[test]
fn logarithms_of_integrals_far_outside_the_range_of_a_double() {
    let rows = reference::load("quadrature");
    type Family = fn(f64) -> (Box<dyn Fn(f64) -> f64>, [f64; 2]);
    let families: [(&str, Family); 4] = [
        ("ln_scale_law", |r| {
            let f = move |s: f64| -std::f64::consts::TAU * r / s - 0.5 * s * s;
            (Box::new(f), [0.0, INF])
        }),
        ("ln_gamma_integral", |n| {
            // 0·ln 0 at n = 0 is not met: the end is never evaluated.
            (Box::new(move |z: f64| n * z.ln() - z), [0.0, INF])
        }),
        ("ln_gaussian", |w| {
            (Box::new(move |z: f64| -0.5 * (z / w).powi(2)), [-INF, INF])
        }),
        ("ln_exponential", |k| {
            (Box::new(move |z: f64| k * z), [0.0, 1.0])
        }),
    ];
    let mut cases = 0;
    for (name, family) in families {
        for row in rows.iter().filter(|row| row.function == name) {
            let (ln_f, [a, b]) = family(row.arguments[0]);
            let mut evaluations = 0;
            let count = |z| {
                evaluations += 1;
                ln_f(z)
            };
            let (ln, error) = log_integrate(count, a, b, &[], &Tolerance::default());
            let off = (ln - row.value).abs();
            let what = format!(
                "{name} {:?}: {ln}, off by {off:.1e}, bound {error:.1e}, {evaluations} evaluations",
                row.arguments
            );
            println!("{what}");
            assert!(off <= error + f64::EPSILON * row.value.abs(), "{what}");
            assert!(error <= 1.1e-10 + 3e-15 * row.value.abs(), "{what}");
            assert!(evaluations < 3000, "{what}");
            cases += 1;
        }
    }
    assert_eq!(cases, 19);
    // An integrand that is 0, one that is not a number, one that diverges, one that overflows everywhere.
    let tolerance = Tolerance::default();
    let log = |f: fn(f64) -> f64, b| log_integrate(f, 0.0, b, &[], &tolerance);
    assert_eq!(log(|_| -INF, 1.0), (-INF, 0.0));
    assert_eq!(log(|_| f64::NAN, 1.0).1, INF);
    assert_eq!(log(|z| -z.ln(), INF).1, INF);
    assert_eq!(log(|_| INF, 1.0), (INF, INF));
}
