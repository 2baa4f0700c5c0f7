//! Adaptive quadrature against closed forms at 60 digits (tests/reference/quadrature.csv).

use crate::reference::{self, Row};
use num_complex::Complex64;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::quadrature::{
    GaussRule, Integral, Tolerance, fourier_integral, gauss_gegenbauer, gauss_hermite,
    gauss_legendre, integrate, integrate_estimates, log_integrate,
};
use spectral_bias::numerics::special::gamma;
use std::f64::consts::PI;

const INF: f64 = f64::INFINITY;

/// One problem: the name of its exact value, the integrand, the range, the splits.
struct Problem {
    name: &'static str,
    f: fn(f64) -> f64,
    range: (f64, f64),
    splits: &'static [f64],
}

fn gauss(x: f64, mu: f64, s: f64) -> f64 {
    (-0.5 * ((x - mu) / s).powi(2)).exp()
}

const fn problem(
    name: &'static str,
    f: fn(f64) -> f64,
    a: f64,
    b: f64,
    splits: &'static [f64],
) -> Problem {
    Problem {
        name,
        f,
        range: (a, b),
        splits,
    }
}

/// The same integrals for every tolerance.
#[rustfmt::skip]
const LIBRARY: &[Problem] = &[
    problem("exp", |x| x.exp(), 0.0, 1.0, &[]),
    problem("power_5", |x| x.powi(5), 0.0, 1.0, &[]),
    problem("cos_50", |x| (50.0 * x).cos(), 0.0, 1.0, &[]),
    problem("runge", |x| 1.0 / (1.0 + 25.0 * x * x), -1.0, 1.0, &[]),
    problem("cancelled_sine", |x| x.sin(), -3.0, 3.0, &[]),
    problem("far_offset", |x| (x - 1e6).exp(), 1e6, 1e6 + 1.0, &[]),
    problem("wide_exp", |x| (-x).exp(), 0.0, 1e6, &[]),
    problem("wide_lorentz", |x| 1.0 / (1.0 + x * x), -1e6, 1e6, &[0.0]),
    problem("fast_exp", |x| (-1e8 * x).exp(), 0.0, 1.0, &[]),
    problem("huge_values", |x| 1e300 * x.exp(), 0.0, 1.0, &[]),
    problem("tiny_values", |x| 1e-300 * x.exp(), 0.0, 1.0, &[]),
    problem("oscillating_1000", |x| (1000.0 * x).sin(), 0.0, 1.0, &[]),
    problem("kink_named", |x| (x - 1.0 / 3.0).abs(), 0.0, 1.0, &[1.0 / 3.0]),
    problem("kink_unnamed", |x| (x - 1.0 / 3.0).abs(), 0.0, 1.0, &[]),
    problem("jump_named", |x| if x > 1.0 / 3.0 { x.exp() } else { 0.0 }, 0.0, 1.0, &[1.0 / 3.0]),
    problem("jump_unnamed", |x| if x > 1.0 / 3.0 { x.exp() } else { 0.0 }, 0.0, 1.0, &[]),
    problem("three_kinks", |x| (x - 0.2).abs() + (x - 0.5).abs() + (x - 0.9).abs(), 0.0, 1.0, &[0.9, 0.2, 0.5, 0.5]),
    problem("relu_gauss_unnamed", |x| (x - 0.3).max(0.0) * gauss(x, 0.0, 1.0), -3.0, 4.0, &[]),
    problem("sqrt", |x| x.sqrt(), 0.0, 1.0, &[]),
    problem("log", |x| x.ln(), 0.0, 1.0, &[]),
    problem("x_log", |x| x * x.ln(), 0.0, 1.0, &[]),
    problem("inverse_sqrt", |x| 1.0 / x.sqrt(), 0.0, 1.0, &[]),
    problem("inverse_09", |x| x.powf(-0.9), 0.0, 1.0, &[]),
    problem("half_disc", |x| (1.0 - x * x).sqrt(), -1.0, 1.0, &[]),
    problem("inverse_half_disc", |x| 1.0 / ((1.0 - x) * (1.0 + x)).sqrt(), -1.0, 1.0, &[]),
    problem("inverse_sqrt_at_one", |x| 1.0 / (x - 1.0).sqrt(), 1.0, 2.0, &[]),
    problem("log_interior_named", |x| (x - 0.3).abs().ln(), 0.0, 1.0, &[0.3]),
    problem("cusp_unnamed", |x| (x - 0.3).abs().sqrt(), 0.0, 1.0, &[]),
    problem("lorentz_peak", |x| 1.0 / ((x - 0.3).powi(2) + 1e-12), 0.0, 1.0, &[0.3]),
    problem("gauss_peak", |x| gauss(x, 0.3, 1e-6), 0.0, 1.0, &[0.3]),
    problem("two_peaks", |x| gauss(x, 0.3, 1e-6) + gauss(x, 0.7, 1e-3), 0.0, 1.0, &[0.3, 0.7]),
    problem("peak_at_end", |x| gauss(x, 0.0, 1e-9), 0.0, 1.0, &[]),
    problem("boundary_layer", |x| 1.0 + (-x / 1e-7).exp(), 0.0, 1.0, &[]),
    problem("half_exp", |x| (-x).exp(), 0.0, INF, &[]),
    problem("half_x_exp", |x| x * (-x).exp(), 0.0, INF, &[]),
    problem("half_gamma_30", |x| x.powi(30) * (-x).exp(), 0.0, INF, &[]),
    problem("half_inverse_sqrt_exp", |x| (-x).exp() / x.sqrt(), 0.0, INF, &[]),
    problem("half_damped_sine", |x| (-x).exp() * x.sin(), 0.0, INF, &[]),
    problem("half_power_11", |x| (1.0 + x).powf(-1.1), 0.0, INF, &[]),
    problem("half_power_2", |x| (1.0 + x).powi(-2), 0.0, INF, &[]),
    problem("half_power_from_1", |x| x.powf(-1.05), 1.0, INF, &[]),
    problem("half_lorentz", |x| 1.0 / (1.0 + x * x), 0.0, INF, &[]),
    problem("half_log_lorentz", |x| x.ln() / (1.0 + x * x), 0.0, INF, &[]),
    problem("half_stretched", |x| (-x.sqrt()).exp(), 0.0, INF, &[]),
    problem("half_log_squared", |x| 1.0 / (x * x.ln().powi(2)), 2.0, INF, &[]),
    problem("half_left", |x| x.exp(), -INF, 0.0, &[]),
    problem("half_offset_exp", |x| (1000.0 - x).exp(), 1000.0, INF, &[]),
    problem("half_bose", |x| x / x.exp_m1(), 0.0, INF, &[]),
    problem("gauss", |x| gauss(x, 0.0, 1.0), -INF, INF, &[]),
    problem("gauss_1e-6", |x| gauss(x, 0.0, 1e-6), -INF, INF, &[]),
    problem("gauss_1e6", |x| gauss(x, 0.0, 1e6), -INF, INF, &[]),
    problem("gauss_1e-30", |x| gauss(x, 0.0, 1e-30), -INF, INF, &[]),
    problem("gauss_1e30", |x| gauss(x, 0.0, 1e30), -INF, INF, &[]),
    problem("gauss_far", |x| gauss(x, 1e3, 1.0), -INF, INF, &[1e3]),
    problem("gauss_far_narrow", |x| gauss(x, 1e3, 1e-6), -INF, INF, &[1e3]),
    problem("gauss_shifted_unnamed", |x| gauss(x, 5.0, 1.0), -INF, INF, &[]),
    problem("gauss_moment_4", |x| x.powi(4) * gauss(x, 0.0, 1.0), -INF, INF, &[]),
    problem("gauss_moment_20", |x| x.powi(20) * gauss(x, 0.0, 1.0), -INF, INF, &[]),
    problem("gauss_kink", |x| x.abs() * gauss(x, 0.0, 1.0), -INF, INF, &[0.0]),
    problem("gauss_odd", |x| x * gauss(x, 0.0, 1.0), -INF, INF, &[]),
    problem("gauss_cos_5", |x| (5.0 * x).cos() * gauss(x, 0.0, 1.0), -INF, INF, &[]),
    problem("sech", |x| 1.0 / x.cosh(), -INF, INF, &[]),
    problem("quartic", |x| 1.0 / (1.0 + x.powi(4)), -INF, INF, &[]),
    problem("student_11", |x| (1.0 + x * x).powf(-0.55), -INF, INF, &[]),
    problem("laplace_kink_unnamed", |x| (-(x - 0.37).abs()).exp(), -INF, INF, &[]),
    problem("logistic_density", |x| 0.25 / (0.5 * x).cosh().powi(2), -INF, INF, &[]),
    problem("many_splits", |x| gauss(x, 0.0, 1.0), -INF, INF, &[-1.0, 0.0, 1.0, 1e-6, -1e-6, f64::NAN, INF]),
];

/// The one value of a name in the table, at the given arguments.
fn exact(rows: &[Row], function: &str, arguments: &[f64]) -> f64 {
    let found: Vec<&Row> = rows
        .iter()
        .filter(|row| row.function == function && row.arguments == arguments)
        .collect();
    assert_eq!(found.len(), 1, "{function} {arguments:?}");
    found[0].value
}

fn solve(p: &Problem, tolerance: &Tolerance) -> Integral {
    integrate(p.f, p.range.0, p.range.1, p.splits, tolerance)
}

#[test]
fn the_library_of_integrals_is_solved_within_honest_bounds() {
    let rows = reference::load("quadrature");
    // How many of the library reach the tolerance, and how many bounds are within 1e3 of the
    // larger of the true error and the tolerance.
    for (relative, reach, close) in [(1e-6, 63, 67), (1e-10, 58, 67), (1e-13, 53, 65)] {
        let tolerance = Tolerance::relative(relative);
        let (mut reached, mut tight) = (0, 0);
        for p in LIBRARY {
            let truth = exact(&rows, p.name, &[0.0]);
            let got = solve(p, &tolerance);
            // The exact value is rounded to a double.
            let error = (got.value - truth).abs();
            let row = format!(
                "{:<24} tolerance {relative:.0e}: value {:.5e}, true error {error:.1e}, bound {:.1e}, \
                 {} evaluations",
                p.name, got.value, got.error, got.evaluations
            );
            println!("{row}");
            assert!(
                error <= got.error + 0.5 * f64::EPSILON * truth.abs(),
                "{row}"
            );
            assert!(got.evaluations <= tolerance.evaluations + 100, "{row}");
            let level = (relative * truth.abs()).max(f64::EPSILON * got.l1);
            tight += usize::from(got.error <= 1e3 * error.max(level));
            reached += usize::from(got.error <= relative * got.value.abs());
        }
        println!(
            "{relative:.0e}: {reached} reached, {tight} tight, of {}",
            LIBRARY.len()
        );
        assert!(
            reached >= reach && tight >= close,
            "{relative}: {reached} reached, {tight} tight"
        );
    }
}

/// A function with its transform: the name in the table, the function, its splits.
type Transform = (&'static str, fn(f64) -> f64, &'static [f64]);

#[rustfmt::skip]
const TRANSFORMS: &[Transform] = &[
    ("arctan_remainder", |z| if z == 0.0 { 0.0 } else { (1.0 / z).atan() }, &[0.0]),
    ("softsign_remainder", |z| z.signum() / (1.0 + z.abs()), &[0.0]),
    ("softsign_shifted", |z| (z - 0.3).signum() / (1.0 + (z - 0.3).abs()), &[0.3]),
    ("quarter_power", |z| (1.0 + z.abs()).powf(-0.25), &[0.0]),
    ("one_sided_power_15", |z| if z > 0.0 { (1.0 + z).powf(-1.5) } else { 0.0 }, &[0.0]),
    ("inverse_log", |z| 1.0 / (2.0 + z.abs()).ln(), &[0.0]),
    ("inverse_sqrt", |z| 1.0 / z.abs().sqrt(), &[0.0]),
    ("inverse_hypot", |z| 1.0 / z.hypot(1.0), &[]),
    ("lorentz", |z| 1.0 / (1.0 + z * z), &[]),
    ("tanh_remainder", |z| z.signum() * 2.0 / (1.0 + (2.0 * z.abs()).exp()), &[0.0]),
    ("laplace", |z| (-z.abs()).exp(), &[0.0]),
    ("one_sided_exp", |z| if z > 0.3 { (-z).exp() } else { 0.0 }, &[-2.1, 0.3]),
    ("gauss", |z| gauss(z, 0.0, 1.0), &[]),
    ("gauss_wide", |z| gauss(z, 0.0, 1e3), &[]),
    ("gauss_narrow", |z| gauss(z, 0.0, 1e-6), &[]),
    ("hat", |z| (1.0 - z.abs()).max(0.0), &[-1.0, 0.0, 1.0]),
];

const OMEGAS: [f64; 6] = [1e-3, 0.1, 1.0, 7.3, 100.0, 1e3];

#[test]
fn fourier_integrals_are_within_honest_bounds_at_every_frequency() {
    let (mut cases, mut reached, mut tight) = (0, 0, 0);
    let rows = reference::load("quadrature");
    let problems = TRANSFORMS
        .iter()
        .flat_map(|t| OMEGAS.map(|omega| (t, omega)));
    for ((name, f, splits), omega) in problems {
        let part = |suffix: &str| exact(&rows, &format!("{name}_{suffix}"), &[omega]);
        let truth = Complex64::new(part("re"), part("im"));
        let mut evaluations = 0;
        let count = |z| {
            evaluations += 1;
            f(z)
        };
        let (value, bound) = fourier_integral(count, omega, splits, &Tolerance::default());
        let error = (value - truth).norm();
        let row = format!(
            "{name:<20} omega {omega:<6}: value {:.3e}, true error {error:.1e}, bound {bound:.1e}, \
             {evaluations} evaluations",
            value.norm()
        );
        println!("{row}");
        assert!(error <= bound + f64::EPSILON * truth.norm(), "{row}");
        assert!(evaluations < 10_000, "{row}");
        // A real function: the transform at −ω is the conjugate, digit by digit.
        let mirrored = fourier_integral(f, -omega, splits, &Tolerance::default());
        assert_eq!(mirrored, (value.conj(), bound), "{row}");
        cases += 1;
        reached += usize::from(bound <= 1e-10 * truth.norm());
        tight += usize::from(bound <= 1e3 * error.max(1e-10 * truth.norm()).max(1e-16));
    }
    println!("{reached} reached, {tight} tight, of {cases}");
    // What is not reached is exponentially small: only its absolute error is small.
    assert!(
        reached >= 78 && tight >= 92,
        "{reached} reached, {tight} tight"
    );
}

#[test]
fn a_shift_turns_the_phase_and_nothing_else() {
    // A split far from the origin: ωp = 1e6 turns.
    let tolerance = Tolerance::default();
    let (p, omega) = (12_345.625, 81.0);
    let (there, bound) = fourier_integral(|z| (-(z - p).abs()).exp(), omega, &[p], &tolerance);
    let here = 2.0 / (1.0 + omega * omega);
    let expected = Complex64::cis(-omega * p) * here;
    assert!(
        (there - expected).norm() <= bound,
        "{there} {expected} {bound}"
    );
    // The arguments are rounded by up to ε·p/2, and so are the samples.
    assert!(bound <= 4.0 * f64::EPSILON * p, "{bound}");
}

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

#[test]
fn gauss_rules_have_every_digit() {
    let rows = reference::load("quadrature");
    let mut cases = 0;
    // Largest errors, of nodes in units of the outermost one, of weights relative.
    let mut worst = [[0.0f64; 2]; 4];
    let rule = |row: &Row, kind: &str| {
        let n = row.arguments[0] as usize;
        let lambda = row.arguments.get(2).copied().unwrap_or(0.0);
        match row.function.strip_suffix(kind)? {
            "legendre" => Some((0, gauss_legendre(n))),
            "hermite" => Some((1, gauss_hermite(n))),
            "gegenbauer" => Some((
                if lambda < 0.0 { 3 } else { 2 },
                gauss_gegenbauer(n, lambda),
            )),
            _ => None,
        }
    };
    for row in &rows {
        for (column, kind) in ["_node", "_weight"].into_iter().enumerate() {
            let Some((family, rule)) = rule(row, kind) else {
                continue;
            };
            // The table counts from the outermost node of the upper half.
            let n = row.arguments[0] as usize;
            let i = n - 1 - row.arguments[1] as usize;
            let error = if column == 0 {
                (rule.nodes[i] - row.value).abs() / rule.nodes[n - 1].max(f64::MIN_POSITIVE)
            } else {
                (rule.weights[i] / row.value - 1.0).abs()
            };
            let slot = &mut worst[family][column];
            *slot = slot.max(error);
            cases += 1;
        }
    }
    println!("Legendre, Hermite, Gegenbauer λ ≥ 0 and λ < 0 (nodes, weights): {worst:?}");
    assert_eq!(cases, 534);
    assert!(worst.iter().all(|w| w[0] < 2e-15), "{worst:?}");
    for (worst, allowed) in worst.iter().zip([1e-15, 3e-14, 6e-14, 3e-13]) {
        assert!(worst[1] < allowed, "{worst:?}");
    }
}

#[test]
fn gauss_rules_are_symmetric_exact_and_kept() {
    for n in [1, 2, 7, 64, 201] {
        let rules = [
            (gauss_legendre(n), 2.0, 1.0 / 3.0),
            (gauss_hermite(n), 1.0, 1.0),
            (gauss_gegenbauer(n, 0.0), PI, 0.5),
            // Wigner's semicircle, and a weight from beyond where Γ overflows.
            (gauss_gegenbauer(n, 1.0), PI / 2.0, 0.25),
            (
                gauss_gegenbauer(n, 1e6),
                (PI * 1e-6).sqrt() * (1.0 - 1.25e-7),
                0.5 / (1e6 + 1.0),
            ),
        ];
        for (rule, mass, variance) in rules {
            let GaussRule { nodes, weights } = &*rule;
            assert_eq!((nodes.len(), weights.len()), (n, n));
            assert!(nodes.is_sorted_by(|a, b| a < b));
            for i in 0..n {
                assert_eq!(nodes[i], -nodes[n - 1 - i]);
                assert_eq!(weights[i], weights[n - 1 - i]);
            }
            let moment = |k| {
                nodes
                    .iter()
                    .zip(weights)
                    .map(|(x, w)| w * x.powi(k))
                    .sum::<f64>()
            };
            assert!((moment(0) / mass - 1.0).abs() < 1e-13, "{n} {mass}");
            if n > 1 {
                assert!(
                    (moment(2) / mass / variance - 1.0).abs() < 1e-13,
                    "{n} {mass}"
                );
            }
        }
    }
    // Chebyshev: all weights π/n.
    let rule = gauss_gegenbauer(150, 0.0);
    assert!(
        rule.weights
            .iter()
            .all(|w| (w * 150.0 / PI - 1.0).abs() < 1e-13)
    );
    // Where the weights leave the doubles, they are 0 and not garbage.
    let rule = gauss_hermite(600);
    assert!(rule.weights[0] == 0.0 && (rule.weights.iter().sum::<f64>() - 1.0).abs() < 1e-13);
    assert!(std::sync::Arc::ptr_eq(
        &gauss_hermite(40),
        &gauss_hermite(40)
    ));
    for lambda in [-0.5, f64::NAN, INF] {
        assert!(
            gauss_gegenbauer(3, lambda)
                .weights
                .iter()
                .all(|w| w.is_nan())
        );
    }
    let empty = [
        gauss_legendre(0),
        gauss_hermite(0),
        gauss_gegenbauer(0, 1.0),
    ];
    assert!(empty.iter().all(|rule| rule.nodes.is_empty()));
}

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
