//! The fused training step against the machine's arithmetic: a plain matrix product with the multiply-adds
//! of the step (d + 1 forward, 2 + d backward per neuron and point).
//!
//! Times are per neuron·point·step (criterion's throughput, 1 element = 1 neuron·point).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use spectral_bias::data::{Dataset, Points};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::simulation::{Network, Optimiser, Silent, Trainer, TrainingOptions};
use std::hint::black_box;

const POINTS: usize = 200;
const WIDTH: usize = 1024;
const STEPS: usize = 10;
const DIM: usize = 2;

fn data() -> Dataset {
    let columns = DMatrix::from_fn(DIM, POINTS, |k, i| {
        ((1.7 * i as f64) + 2.3 * k as f64).sin()
    });
    let targets = DVector::from_fn(POINTS, |i, _| (0.3 * i as f64).cos());
    Dataset::new(Points::from_columns(columns).unwrap(), targets).unwrap()
}

fn network(activation: &str, groups: &[Group]) -> Network {
    let ensemble = Ensemble::parse("radon:radius=2", DIM, None).unwrap();
    let rates = LearningRates::train(groups).unwrap();
    let activation = Activation::parse(activation).unwrap();
    let shallow = Shallow::new(activation, DIM, ensemble, rates).unwrap();
    Network::sample(&shallow, WIDTH, 1).unwrap()
}

fn training(c: &mut Criterion) {
    let data = data();
    let mut group = c.benchmark_group("step");
    group.sample_size(10);
    let neurons = 2 * WIDTH;
    group.throughput(Throughput::Elements((neurons * POINTS * STEPS) as u64));
    let all = [Group::Output, Group::Offset, Group::Scale, Group::Direction];
    for (what, groups) in [("all", &all[..]), ("output", &all[..1])] {
        for activation in ["relu", "hat", "tanh", "gelu", "erf"] {
            let start = network(activation, groups);
            group.bench_function(format!("{activation}/{what}"), |b| {
                b.iter_batched(
                    || {
                        let descent = Optimiser::gradient_descent(1e-6);
                        Trainer::new(start.clone(), &data, descent).unwrap()
                    },
                    |mut trainer| trainer.run(&TrainingOptions::steps(STEPS), &mut Silent),
                    criterion::BatchSize::LargeInput,
                );
            });
        }
    }
    // The same number of multiply-adds as one matrix product of shape (neurons × 7)(7 × points).
    let left = DMatrix::from_fn(neurons, 3 + 2 * DIM, |i, k| (i + k) as f64 * 1e-3);
    let right = DMatrix::from_fn(3 + 2 * DIM, POINTS, |k, j| (j * k) as f64 * 1e-3);
    let mut product = DMatrix::zeros(neurons, POINTS);
    group.bench_function("floor: matrix product", |b| {
        b.iter(|| {
            for _ in 0..STEPS {
                product.gemm(1.0, black_box(&left), black_box(&right), 0.0);
            }
            product[(0, 0)]
        });
    });
    group.finish();
}

criterion_group!(benches, training);
criterion_main!(benches);
