//! Value and gradient of the penalty on a grid, against the two transforms that they are made of.

use criterion::{Criterion, criterion_group, criterion_main};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::numerics::fourier::Grid;
use spectral_bias::theory::penalty::{GridPenalty, Penalty};
use std::hint::black_box;

const SIDE: usize = 256;

fn grid_penalty(c: &mut Criterion) {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale: ScaleLaw::Fixed(1.0),
    };
    let rates = LearningRates::train(&[Group::Output]).unwrap();
    let model = Shallow::new(Activation::relu(), 2, ensemble, rates).unwrap();
    let grid = Grid::cubic(2, SIDE, 2.0 / SIDE as f64).unwrap();
    let penalty = GridPenalty::new(&Penalty::new(&model).unwrap(), &grid).unwrap();
    let samples = grid.sample(|x| (-4.0 * (x[0] * x[0] + x[1] * x[1])).exp());
    let (padded, values) = grid.pad(&samples, 2).unwrap();
    let mut out = vec![0.0; grid.len()];

    let mut group = c.benchmark_group(format!("grid penalty {SIDE}²"));
    group.sample_size(10);
    group.bench_function("gradient", |b| {
        b.iter(|| {
            penalty
                .gradient_into(black_box(&samples), &mut out)
                .unwrap()
        });
    });
    group.bench_function("value and gradient", |b| {
        b.iter(|| penalty.value_and_gradient(black_box(&samples)).unwrap());
    });
    group.bench_function("floor: two padded transforms", |b| {
        b.iter(|| {
            padded
                .inverse(&padded.forward(black_box(&values)).unwrap())
                .unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, grid_penalty);
criterion_main!(benches);
