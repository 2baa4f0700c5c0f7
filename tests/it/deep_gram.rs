//! Kernel matrices of deep networks at hard points: repeated, opposite and nearly equal ones.

use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use spectral_bias::data::Points;
use spectral_bias::model::Activation;
use spectral_bias::numerics::linalg::SymmetricEigen;
use spectral_bias::theory::kernel::{GaussianKernel, GaussianKind, Kernel, gram};
use std::time::{Duration, Instant};

/// A tenth of the points repeats others, a tenth is opposite, a tenth 1e−12 away.
fn hard_points(n: usize, dim: usize) -> Points {
    let mut random = ChaCha12Rng::seed_from_u64(11);
    let mut columns = DMatrix::from_fn(dim, n, |_, _| random.random_range(-1.5..1.5));
    let tenth = n / 10;
    for i in 0..tenth {
        let own = columns.column(i).clone_owned();
        columns.set_column(tenth + i, &own);
        columns.set_column(2 * tenth + i, &(-&own));
        columns.set_column(3 * tenth + i, &own.add_scalar(1e-12));
    }
    Points::from_columns(columns).unwrap()
}

/// Symmetric, positive semi-definite to its bound, and what the pairs say one by one.
fn check(
    name: &str,
    kind: GaussianKind,
    bias: f64,
    depth: usize,
    points: &Points,
) -> (f64, Duration) {
    let activation = Activation::parse(name).unwrap();
    let kernel = GaussianKernel::new(&activation, 1.4, bias, depth, kind).unwrap();
    let clock = Instant::now();
    let found = gram(&kernel, points).unwrap();
    let took = clock.elapsed();
    let what = format!("{name} {kind} {bias} {depth}");
    let (n, largest) = (points.len(), found.matrix.amax());
    assert_eq!(found.matrix, found.matrix.transpose(), "{what}");
    let least = SymmetricEigen::new(&found.matrix).unwrap().values.min();
    let allowed = n as f64 * (found.error + 1e-15 * largest);
    assert!(least >= -allowed, "{what}: {least:e} beyond {allowed:e}");
    for at in (0..n * n).step_by(n * n / 40 + 1) {
        let (i, j) = (at % n, at / n);
        let one = kernel.evaluate(points.point(i), points.point(j));
        let gap = (found.matrix[(i, j)] - one.value).abs();
        assert!(gap <= found.error + one.error, "{what}: {gap:e}");
    }
    (found.error / largest, took)
}

#[test]
fn deep_matrices_are_symmetric_and_positive_to_their_bound() {
    let points = hard_points(40, 3);
    for depth in [2, 5] {
        for (name, bias) in [
            ("heaviside", 0.0),
            ("sign", 0.3),
            ("hat", 0.0),
            ("relu", 0.0),
            ("tanh", 0.3),
        ] {
            check(name, GaussianKind::Nngp, bias, depth, &points);
        }
        for (name, bias) in [("hat", 0.3), ("relu", 0.3), ("tanh", 0.0)] {
            check(name, GaussianKind::Ntk, bias, depth, &points);
        }
    }
}

/// deep_kinked.csv: depth 3, points 1e−1 to 1e−9 apart, in 40 digits.
#[test]
fn tangent_kernels_of_nearly_equal_points_agree_with_the_table() {
    let hat = Activation::parse("hat").unwrap();
    let kernel = GaussianKernel::new(&hat, 1.4, 0.3, 3, GaussianKind::Ntk).unwrap();
    let text = include_str!("../reference/deep_kinked.csv");
    let mut count = 0;
    for line in text.lines().skip(2) {
        let f: Vec<f64> = line.split(';').map(|x| x.parse().unwrap()).collect();
        let found = kernel.evaluate(&f[..2], &f[2..4]);
        let gap = (found.value - f[4]).abs();
        assert!(
            gap <= found.error && found.error <= 1e-12 * f[4],
            "{line}: {found:?} {gap:e}"
        );
        count += 1;
    }
    assert_eq!(count, 5);
}

/// Pair by pair, and in whole rows, where the steepest pair bounds what a layer makes of the errors before.
#[test]
fn kinks_leave_deep_tangent_kernels_their_digits() {
    for name in ["hat", "hard-tanh"] {
        for (depth, allowed) in [(1, 5e-14), (3, 5e-13), (5, 3e-12)] {
            let (bound, _) = check(name, GaussianKind::Ntk, 0.3, depth, &hard_points(20, 3));
            assert!(bound <= 1e-12, "{name} {depth}: {bound:e}");
            let (bound, _) = check(name, GaussianKind::Ntk, 0.3, depth, &hard_points(40, 3));
            assert!(bound <= allowed, "{name} {depth} in rows: {bound:e}");
        }
    }
}

#[test]
fn even_activations_see_opposite_points_as_equal() {
    for name in ["hat", "abs", "gaussian", "bspline:order=4"] {
        let activation = Activation::parse(name).unwrap();
        let kernel = GaussianKernel::new(&activation, 1.3, 0.0, 3, GaussianKind::Ntk).unwrap();
        let (x, y) = ([0.6, -0.7], [-0.6, 0.7]);
        let (same, opposite) = (kernel.evaluate(&x, &x), kernel.evaluate(&x, &y));
        // Of Θ¹ = q₁₂ alone the sign differs, and Σ̇ of an even φ is odd: their product does not.
        let gap = (same.value - opposite.value).abs();
        assert!(gap <= 1e-13 * same.value, "{name}: {same:?} {opposite:?}");
        assert!(opposite.error <= 1e-12 * same.value, "{name}: {opposite:?}");
    }
}

#[test]
#[ignore = "measures"]
fn deep_matrices_of_500_points() {
    let points = hard_points(500, 3);
    for depth in [2, 3, 5] {
        for name in ["heaviside", "sign", "hat", "relu", "tanh"] {
            for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
                if kind == GaussianKind::Ntk && matches!(name, "heaviside" | "sign") {
                    continue;
                }
                let (error, took) = check(name, kind, 0.3, depth, &points);
                println!("{depth} {name} {kind}: {took:?}, bound {error:.1e} of the largest entry");
            }
        }
    }
}
