//! Orthogonal polynomials against hypergeometric sums, and their identities.

use spectral_bias::numerics::special::*;

use super::Budget;
use crate::reference;

#[test]
fn polynomials_of_high_degree_are_accurate_relative_to_their_modulus() {
    let rows = reference::load("polynomials");
    let budgets: [Budget; 4] = [
        (
            "legendre",
            |a| legendre(a[1], a[0] as usize + 1)[a[0] as usize],
            56,
            40.0,
        ),
        (
            "hermite",
            |a| hermite(a[1], a[0] as usize + 1)[a[0] as usize],
            76,
            100.0,
        ),
        (
            "hermite_function",
            |a| hermite_function(a[1], a[0] as usize + 1)[a[0] as usize],
            74,
            120.0,
        ),
        (
            "gegenbauer",
            |a| gegenbauer(a[0] as usize, a[2], a[1] as usize + 1)[a[1] as usize],
            278,
            300.0,
        ),
    ];
    let mut over = Vec::new();
    for (function, f, cases, budget) in budgets {
        let values = reference::of(&rows, function);
        let scales = reference::of(&rows, &format!("{function}_scale"));
        let mut peak = 0.0_f64;
        for (value, scale) in values.iter().zip(&scales) {
            assert_eq!(value.arguments, scale.arguments);
            let error = (f(&value.arguments) - value.value).abs() / scale.value * 2f64.powi(53);
            peak = if error.is_nan() {
                error
            } else {
                peak.max(error)
            };
        }
        println!("{function}: {} cases, peak {peak:.1}", values.len());
        if peak.is_nan() || peak > budget || values.len() != cases || scales.len() != cases {
            over.push((function, values.len(), peak));
        }
    }
    assert!(over.is_empty(), "{over:?}");
}

#[test]
fn polynomial_families_close() {
    // Chebyshev, the ends, parity, the missing spheres.
    let t = 0.3_f64;
    for (k, value) in gegenbauer(2, t, 40).into_iter().enumerate() {
        assert!((value - (k as f64 * t.acos()).cos()).abs() < 1e-14);
    }
    for d in [2, 3, 10, 1000] {
        assert!(gegenbauer(d, 1.0, 50).iter().all(|p| *p == 1.0));
        let (plus, minus) = (gegenbauer(d, 0.77, 50), gegenbauer(d, -0.77, 50));
        for k in 0..50 {
            assert_eq!(minus[k], if k % 2 == 0 { plus[k] } else { -plus[k] });
        }
        // Either side of the change of recurrence.
        let (low, high) = (gegenbauer(d, 0.5, 50), gegenbauer(d, 0.5_f64.next_up(), 50));
        for k in 0..50 {
            assert!((low[k] - high[k]).abs() < 1e-12);
        }
    }
    assert_eq!(gegenbauer(1, -1.0, 4), [1.0, -1.0, 0.0, 0.0]);
    assert!(gegenbauer(0, 0.5, 3).iter().all(|p| p.is_nan()));
    assert!(gegenbauer(5, 0.5, 0).is_empty());

    // Derivatives against central differences.
    let step = 1e-5;
    type Fill = fn(f64, &mut [f64]);
    let families: [(Fill, Fill); 4] = [
        (legendre_into, legendre_derivative_into),
        (hermite_into, hermite_derivative_into),
        (
            |t, out| gegenbauer_into(7, t, out),
            |t, out| gegenbauer_derivative_into(7, t, out),
        ),
        (
            |t, out| gegenbauer_into(2, t, out),
            |t, out| gegenbauer_derivative_into(2, t, out),
        ),
    ];
    for (value, derivative) in families {
        for t in [-0.8, 0.1, 0.6] {
            let (mut up, mut down, mut slope) = ([0.0; 9], [0.0; 9], [0.0; 9]);
            value(t + step, &mut up);
            value(t - step, &mut down);
            derivative(t, &mut slope);
            for k in 0..9 {
                let difference = (up[k] - down[k]) / (2.0 * step);
                assert!(
                    (difference - slope[k]).abs() < 1e-6 * (1.0 + slope[k].abs()),
                    "{k} {t}"
                );
            }
            derivative(t, &mut []);
            assert!({
                derivative(f64::NAN, &mut slope);
                slope.iter().skip(2).all(|x| x.is_nan())
            });
        }
    }
    // Hermite functions where their weight underflows, and far out.
    assert!(hermite_function(60.0, 1001)[1000].abs() > 1e-2);
    assert!(hermite_function(1e300, 10).iter().all(|p| *p == 0.0));
    assert!(hermite_function(f64::NAN, 10).iter().all(|p| p.is_nan()));
}
