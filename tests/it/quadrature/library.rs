//! The library of problem integrals, over finite and infinite ranges.

use super::{INF, exact, gauss};
use crate::reference;
use spectral_bias::numerics::quadrature::{Integral, Tolerance, integrate};

/// One problem: the name of its exact value, the integrand, the range, the splits.
struct Problem {
    name: &'static str,
    f: fn(f64) -> f64,
    range: (f64, f64),
    splits: &'static [f64],
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
    problem("half_log_12", |x| 1.0 / (x * x.ln().powf(1.2)), 2.0, INF, &[]),
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
