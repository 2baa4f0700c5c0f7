//! Gradients of smooth and kinked activations at points nearly or exactly equal, opposite or on one ray, against 50 digits.

use crate::gradient::networks;
use spectral_bias::theory::kernel::gradient;

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
    // What is left to differences next to a cusp, and a bend that is no piecewise polynomial's under another layer.
    let excused = |line: &String| line.starts_with("relu + ") || line.starts_with("selu,2,ntk");
    assert!(coarse.iter().all(excused), "{coarse:#?}");
    assert!(count >= 394, "{count}");
}
