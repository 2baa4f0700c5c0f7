//! Transforms of slowly and fast decaying functions.

use super::{exact, gauss};
use crate::reference;
use num_complex::Complex64;
use spectral_bias::numerics::quadrature::{Tolerance, fourier_integral};

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
