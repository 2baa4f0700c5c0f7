//! Kernel matrices by blocks against the pairs one by one.

use approx::assert_relative_eq;
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use spectral_bias::Error;
use spectral_bias::data::Points;
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::simulation::{Network, SampledKernel};
use spectral_bias::theory::kernel::{
    GaussianKernel, GaussianKind, Kernel, KernelOperator, cross, gram, gram_into, tangent_kernel,
};

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

/// The matrix by blocks against every `step`-th pair on its own.
fn compare(name: &str, kind: GaussianKind, bias: f64, depth: usize, points: &Points, step: usize) {
    let kernel = kernel(name, kind, bias, depth);
    let found = gram(&kernel, points).unwrap();
    let n = points.len();
    assert!(
        depth > 1 || found.error <= 1e-10 * found.matrix.diagonal().amax(),
        "{name} {depth}: {:e}",
        found.error
    );
    for at in (0..n * n).step_by(step).chain(0..6) {
        let (i, j) = (at % n, at / n);
        let one = kernel.evaluate(points.point(i), points.point(j));
        let gap = (found.matrix[(i, j)] - one.value).abs();
        assert!(
            gap <= found.error + one.error,
            "{name} {kind} {bias} {depth} ({i}, {j}): {gap:e} beyond {:e} + {:e}",
            found.error,
            one.error
        );
    }
}

#[test]
fn blocks_are_the_pairs_one_by_one() {
    for dim in [1, 10] {
        let few = points(70, dim);
        for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
            for (bias, depth) in [(0.3, 1), (0.0, 1), (0.2, 3)] {
                for name in ["relu", "leaky-relu:slope=0.2", "abs", "erf"] {
                    compare(name, kind, bias, depth, &few, 17);
                }
            }
        }
        // From these numbers of points on the blocks go through series.
        let more = points(260, dim);
        for name in [
            "tanh", "gelu", "silu", "softplus", "sigmoid", "mish", "arctan",
        ] {
            compare(name, GaussianKind::Ntk, 0.3, 1, &more, 1601);
        }
        for name in ["hat", "hard-tanh", "relu6", "elu", "softsign"] {
            compare(name, GaussianKind::Ntk, 0.3, 1, &more, 3203);
        }
        compare("tanh", GaussianKind::Nngp, 0.2, 2, &more, 6701);
    }
    let many = points(730, 10);
    compare("hat", GaussianKind::Ntk, 0.3, 1, &many, 9001);
    compare("elu", GaussianKind::Nngp, 0.0, 1, &many, 9001);
    // Products of many coordinates.
    compare("relu", GaussianKind::Ntk, 0.3, 1, &points(530, 40), 997);
}

/// Relative to √(K(x,x)K(x′,x′)): whole rows and pairs one by one are different formulas. Where the variances come next to 0 and
/// where norms differ by six decades.
#[test]
fn closed_forms_keep_their_digits_beside_larger_entries() {
    let mut random = ChaCha12Rng::seed_from_u64(5);
    for (decades, dim) in [(0.0, 2), (0.0, 4), (3.0, 10)] {
        let rows: Vec<Vec<f64>> = (0..50)
            .map(|_| {
                let norm = 10.0_f64.powf(decades * random.random_range(-1.0..1.0));
                (0..dim)
                    .map(|_| norm * random.random_range(-2.0..2.0))
                    .collect()
            })
            .collect();
        let points = Points::from_rows(&rows).unwrap();
        for name in [
            "hat",
            "bspline:order=3",
            "bspline:order=5",
            "hard-tanh",
            "relu6",
            "piecewise:knots=-1/0.5/3,pieces=-1/0_1_0.25/1/0_0.5",
            "hermite:degree=3",
            "relu",
            "erf",
        ] {
            for bias in [0.0, 0.1] {
                let kernel = kernel(name, GaussianKind::Nngp, bias, 1);
                let found = gram(&kernel, &points).unwrap();
                for i in 0..points.len() {
                    for j in 0..=i {
                        let one = kernel.evaluate(points.point(i), points.point(j));
                        let own = (found.matrix[(i, i)] * found.matrix[(j, j)]).sqrt();
                        let gap = (found.matrix[(i, j)] - one.value).abs();
                        assert!(
                            gap <= 1e-13 * own && gap <= found.error + one.error,
                            "{name} {bias} {dim}: {gap:e} of {own:e} for {i}, {j}"
                        );
                    }
                }
                assert!(
                    found.error <= 1e-13 * found.matrix.amax(),
                    "{name} {bias} {dim}"
                );
            }
        }
    }
}

/// Where whole rows are a table and a series: relative to the largest entry.
#[test]
fn tables_of_closed_forms_keep_their_digits() {
    let points = points(260, 6);
    for name in ["gelu", "sin", "gaussian", "erf + 0.3*sin"] {
        let kernel = kernel(name, GaussianKind::Nngp, 0.2, 1);
        let found = gram(&kernel, &points).unwrap();
        let largest = found.matrix.amax();
        assert!(found.error <= 2e-13 * largest, "{name}: {:e}", found.error);
        for at in (0..points.len().pow(2)).step_by(17) {
            let (i, j) = (at % points.len(), at / points.len());
            let one = kernel.evaluate(points.point(i), points.point(j));
            let gap = (found.matrix[(i, j)] - one.value).abs();
            assert!(gap <= 2e-14 * largest, "{name} {i} {j}: {gap:e}");
        }
    }
}

/// A point 0 without biases has no correlation: its pairs are computed on their own, all others in whole rows.
#[test]
fn a_point_at_zero_is_one_among_others() {
    let mut columns = DMatrix::from_fn(3, 120, |i, j| ((i + 2 * j) as f64).sin());
    for j in [0, 77] {
        columns.column_mut(j).fill(0.0);
    }
    columns.column_mut(5).fill(1e-120);
    let points = Points::from_columns(columns).unwrap();
    for (name, kind) in [
        ("relu", GaussianKind::Ntk),
        ("cos", GaussianKind::Ntk),
        ("hat", GaussianKind::Ntk),
        ("bspline:order=4", GaussianKind::Nngp),
        ("erf", GaussianKind::Ntk),
    ] {
        for depth in [1, 2] {
            compare(name, kind, 0.0, depth, &points, 7);
            let found = gram(&kernel(name, kind, 0.0, depth), &points).unwrap();
            assert_eq!(found.matrix, found.matrix.transpose());
        }
    }
}

#[test]
fn an_operator_multiplies_within_its_budget() {
    let (rows, columns) = (points(700, 4), points(400, 4));
    let kernel = kernel("relu", GaussianKind::Ntk, 0.1, 1);
    let whole = cross(&kernel, &rows, &columns).unwrap().matrix;
    let vectors = DMatrix::from_fn(400, 3, |i, j| ((i + 7 * j) as f64).sin());
    for budget in [1 << 21, 1 << 30] {
        let operator = KernelOperator::new(&kernel, &rows, &columns, budget).unwrap();
        assert_eq!(operator.shape(), (700, 400));
        assert_eq!(operator.plan().stored, budget > 1 << 21);
        assert!(operator.plan().bytes <= budget, "{}", operator.plan());
        let found = operator.multiply(&vectors).unwrap();
        assert_relative_eq!(found, &whole * &vectors, epsilon = 1e-11);
        let mut block = DMatrix::zeros(20, 30);
        operator.block(100..120, 50..80, &mut block).unwrap();
        assert_relative_eq!(
            block,
            whole.view((100, 50), (20, 30)).into_owned(),
            epsilon = 1e-13
        );
        assert!(operator.block(690..710, 0..30, &mut block).is_err());
        assert!(operator.multiply(&DMatrix::zeros(4, 1)).is_err());
    }
    let refused = KernelOperator::new(&kernel, &rows, &columns, 100);
    assert!(refused.unwrap_err().to_string().contains("budget"));
    // A small matrix needs less than a block.
    let few = Points::from_rows(&[[0.1; 4], [0.2; 4], [0.3; 4], [0.4; 4], [0.5; 4]]).unwrap();
    let refused = KernelOperator::new(&kernel, &few, &few, 199).unwrap_err();
    assert!(refused.to_string().contains("200 bytes"), "{refused}");
    assert!(
        KernelOperator::new(&kernel, &few, &few, 200)
            .unwrap()
            .plan()
            .stored
    );
}

#[test]
fn an_operator_refuses_vectors_that_are_not_finite_kept_or_in_blocks() {
    let points = points(700, 4);
    let kernel = kernel("relu", GaussianKind::Ntk, 0.1, 1);
    for budget in [1 << 21, 1 << 30] {
        let operator = KernelOperator::new(&kernel, &points, &points, budget).unwrap();
        for bad in [f64::NAN, f64::INFINITY] {
            let mut vectors = DMatrix::from_element(700, 2, 1.0);
            vectors[(3, 1)] = bad;
            let answer = operator.multiply(&vectors);
            assert!(
                matches!(answer, Err(Error::Undefined { .. })),
                "{budget}: {bad}"
            );
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

#[test]
fn an_entry_does_not_depend_on_its_block() {
    let points = points(600, 10);
    for name in ["relu", "tanh", "gelu"] {
        let kernel = kernel(name, GaussianKind::Ntk, 0.3, 2);
        let whole = cross(&kernel, &points, &points).unwrap().matrix;
        let operator = KernelOperator::new(&kernel, &points, &points, 1 << 21).unwrap();
        let mut block = DMatrix::zeros(61, 7);
        operator.block(70..131, 5..12, &mut block).unwrap();
        assert_eq!(block, whole.view((70, 5), (61, 7)).into_owned(), "{name}");
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

#[test]
fn the_mean_over_random_networks_is_the_kernel() {
    let points = points(12, 3);
    for name in ["relu", "tanh", "hat"] {
        let ensemble = Ensemble::parse("gaussian:weight_std=1,bias_std=0.5", 3, None).unwrap();
        let training = |groups: &[Group]| {
            let rates = LearningRates::train(groups).unwrap();
            let activation = Activation::parse(name).unwrap();
            Shallow::new(activation, 3, ensemble.clone(), rates).unwrap()
        };
        let model = training(&[Group::Output, Group::Weight, Group::Bias]);
        let exact = gram(tangent_kernel(&model).unwrap().as_ref(), &points)
            .unwrap()
            .matrix;
        let draw = |seed| Network::sample(&model, 64, seed);
        let tangent = |seed| draw(seed)?.tangent_kernel(&points);
        let sampled = SampledKernel::over(200, 5, tangent).unwrap();
        // Networks are independent and entries are not: the largest of them within five standard errors.
        for ((a, b), error) in exact.iter().zip(&sampled.mean).zip(&sampled.standard_error) {
            assert!((a - b).abs() <= 5.0 * error, "{name}: {a} {b} ± {error}");
        }
        let exact = tangent_kernel(&training(&[Group::Output])).unwrap();
        let exact = gram(exact.as_ref(), &points).unwrap().matrix;
        let nngp = |seed| draw(seed)?.nngp_kernel(&points);
        let sampled = SampledKernel::over(200, 5, nngp).unwrap();
        for ((a, b), error) in exact.iter().zip(&sampled.mean).zip(&sampled.standard_error) {
            assert!((a - b).abs() <= 5.0 * error, "{name}: {a} {b} ± {error}");
        }
        assert!(SampledKernel::over(1, 5, nngp).is_err());
    }
}
