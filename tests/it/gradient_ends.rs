//! Gradients of smooth and kinked activations at points nearly or exactly equal, opposite or on one ray, against 50 digits.

use crate::gradient::networks;
use spectral_bias::theory::kernel::{gradient, mixed_derivatives};

/// Whatever the distance, the truth lies within the bound, which is fine where the kernel knows its own gradient.
#[test]
fn at_both_ends_against_references() {
    let (mut count, mut coarse) = (0, Vec::new());
    let (mut worst, mut bound) = (0.0_f64, 0.0_f64);
    for (line, kernel, numbers) in networks("gradient_ends") {
        let (x, y, expected) = (&numbers[0..2], &numbers[2..4], &numbers[4..6]);
        let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
        let found = gradient(&kernel, x, y).unwrap();
        count += 1;
        for (g, e) in found.iter().zip(expected) {
            let error = (g.value - e).abs();
            assert!(error <= g.error, "{line}: {g:?} {e}");
            assert!(error <= 0.5 * size, "{line}: {g:?} {e}");
        }
        let widest = found.iter().fold(0.0, |m: f64, g| m.max(g.error));
        if widest > 1e-9 * size {
            coarse.push(line);
            continue;
        }
        for (g, e) in found.iter().zip(expected) {
            worst = worst.max((g.value - e).abs() / size);
        }
        bound = bound.max(widest / size);
    }
    println!(
        "{count} gradients {worst:.0e} of {bound:.0e}, {} coarse",
        coarse.len()
    );
    // What is left to differences next to a cusp.
    let excused = |line: &String| line.starts_with("relu + ");
    assert!(coarse.iter().all(excused), "{coarse:#?}");
    assert!(count >= 506, "{count}");
}

/// Where mixed derivatives are differences of known gradients.
#[test]
fn mixed_derivatives_at_both_ends_against_references() {
    let (mut count, mut worst, mut bound) = (0, 0.0_f64, 0.0_f64);
    for (line, kernel, numbers) in networks("gradient_ends_mixed") {
        let (x, y, expected) = (&numbers[0..2], &numbers[2..4], &numbers[4..8]);
        let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
        let (found, error) = mixed_derivatives(&kernel, x, y).unwrap();
        for (k, e) in expected.iter().enumerate() {
            let gap = (found[(k / 2, k % 2)] - e).abs();
            assert!(gap <= error, "{line}: {gap:e} {error:e}");
            worst = worst.max(gap / size);
        }
        bound = bound.max(error / size);
        count += 1;
    }
    println!("{count} mixed derivatives {worst:.0e} of {bound:.0e}");
    assert!(count >= 21, "{count}");
}
