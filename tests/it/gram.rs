//! Kernel matrices by blocks against the pairs one by one.

use approx::assert_relative_eq;
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use spectral_bias::data::Points;
use spectral_bias::model::Activation;
use spectral_bias::theory::kernel::{GaussianKernel, GaussianKind, Kernel, cross, gram, gram_into};

/// Points of very different norms, with a repeated one, an opposite one and one nearby.
fn points(n: usize, dim: usize) -> Points {
    let mut random = ChaCha12Rng::seed_from_u64(7);
    let mut columns = DMatrix::from_fn(dim, n, |_, _| random.random_range(-1.5..1.5));
    for (to, from, factor) in [(1, 0, 1.0), (2, 0, -1.0), (3, 0, 1.0 + 1e-9), (5, 4, 2.0)] {
        let column = columns.column(from) * factor;
        columns.set_column(to, &column);
    }
    columns[(0, 3)] += 1e-7;
    Points::from_columns(columns).unwrap()
}

fn kernel(name: &str, kind: GaussianKind, bias: f64, depth: usize) -> GaussianKernel {
    GaussianKernel::new(&Activation::parse(name).unwrap(), 1.4, bias, depth, kind).unwrap()
}

#[test]
fn blocks_are_the_pairs_one_by_one() {
    for dim in [1, 2, 10] {
        let points = points(70, dim);
        for name in [
            "relu",
            "leaky-relu:slope=0.2",
            "abs",
            "erf",
            "tanh",
            "gelu",
            "silu",
            "softplus",
            "sigmoid",
        ] {
            for (bias, depth) in [(0.3, 1), (0.0, 1), (0.2, 3)] {
                for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
                    let kernel = kernel(name, kind, bias, depth);
                    let found = gram(&kernel, &points).unwrap();
                    let size = found.matrix.diagonal().amax();
                    assert!(
                        found.error <= 1e-9 * size,
                        "{name} {depth}: {:e}",
                        found.error
                    );
                    for j in (0..70).step_by(31) {
                        for i in 0..70 {
                            let one = kernel.evaluate(points.point(i), points.point(j));
                            let gap = (found.matrix[(i, j)] - one.value).abs();
                            assert!(
                                gap <= found.error + one.error,
                                "{name} d = {dim} {kind} {bias} {depth} ({i}, {j}): {gap:e} beyond {:e} + {:e}",
                                found.error,
                                one.error
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_cross_matrix_of_a_set_with_itself_is_its_gram_matrix() {
    let points = points(90, 5);
    for name in ["relu", "heaviside", "tanh", "hat"] {
        let kind = GaussianKind::Nngp;
        let kernel = kernel(name, kind, 0.5, 1);
        let (one, two) = (
            gram(&kernel, &points).unwrap().matrix,
            cross(&kernel, &points, &points.clone()).unwrap().matrix,
        );
        assert_relative_eq!(one, two, epsilon = 1e-12);
        assert_eq!(one, one.transpose());
        let mut into = DMatrix::zeros(90, 90);
        gram_into(&kernel, &points, &mut into).unwrap();
        assert_eq!(one, into);
    }
}

#[cfg(feature = "parallel")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    let points = points(600, 10);
    for name in ["relu", "tanh", "erf"] {
        let kernel = kernel(name, GaussianKind::Ntk, 0.3, 2);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| gram(&kernel, &points).unwrap())
        };
        assert_eq!(with(1), with(3));
    }
}
