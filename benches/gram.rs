//! Gram matrices of neural tangent kernels against what bounds them: a plain fill of a matrix of that
//! size (by one thread, and by two as the kernels run), and a plain matrix product of the points with themselves.
//!
//! Throughput is in entries of the full symmetric matrix. `BENCH_POINTS` sets their number (8000).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DMatrix;
use spectral_bias::data::Points;
use spectral_bias::model::Activation;
use spectral_bias::numerics::linalg::multiply;
use spectral_bias::theory::kernel::{GaussianKernel, GaussianKind, gram_into};
use std::hint::black_box;

const CLOSED: [&str; 2] = ["relu", "erf"];
const SERIES: [&str; 5] = ["gelu", "hat", "tanh", "silu", "softplus"];

/// Points of norms about √d, from a multiplicative congruence.
fn points(n: usize, dim: usize) -> Points {
    let mut state = 0x9e37_79b9_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let normal = |_, _| (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    Points::from_columns(DMatrix::from_fn(dim, n, normal)).unwrap()
}

fn gram(c: &mut Criterion) {
    let n: usize = std::env::var("BENCH_POINTS").map_or(8000, |text| text.parse().unwrap());
    let mut out = DMatrix::zeros(n, n);
    let mut group = c.benchmark_group("gram");
    group.sample_size(10);
    group.throughput(Throughput::Elements((n * n) as u64));
    let mut value = 0.0;
    group.bench_function("floor: fill", |b| {
        b.iter(|| {
            value += 1.0;
            black_box(&mut out).fill(value);
        });
    });
    group.bench_function("floor: fill by two threads", |b| {
        b.iter(|| {
            value += 1.0;
            let (one, two) = black_box(&mut out).as_mut_slice().split_at_mut(n * n / 2);
            std::thread::scope(|scope| {
                scope.spawn(|| one.fill(value));
                two.fill(value);
            });
        });
    });
    group.bench_function("floor: allocate and fill", |b| {
        b.iter(|| black_box(DMatrix::from_element(n, n, 1.5)));
    });
    for dim in [10, 784] {
        let points = points(n, dim);
        let rows = points.columns().transpose();
        let columns = points.columns().into_owned();
        group.bench_function(format!("floor: product/{dim}"), |b| {
            b.iter(|| multiply(&rows, &columns).unwrap());
        });
        for name in CLOSED.into_iter().chain(SERIES) {
            let activation = Activation::parse(name).unwrap();
            let kernel = GaussianKernel::new(&activation, 1.0, 0.1, 1, GaussianKind::Ntk).unwrap();
            group.bench_function(format!("{name}/{dim}"), |b| {
                b.iter(|| gram_into(&kernel, &points, &mut out).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, gram);
criterion_main!(benches);
