//! Projection and reconstruction of 512² pixels along 512 directions, against the floor of one pass that reads and
//! adds as many numbers.

use criterion::{Criterion, criterion_group, criterion_main};
use spectral_bias::data::{SheppLogan, Target};
use spectral_bias::theory::radon::{
    FilteredBackProjection, Image, Interpolation, ParallelBeam, Pixels, Window, back_project,
    project,
};
use std::hint::black_box;

const SIDE: usize = 512;

fn radon(c: &mut Criterion) {
    let phantom = SheppLogan::modified().unwrap();
    let spacing = 2.0 / SIDE as f64;
    let image = Image::sample(SIDE, SIDE, spacing, |x| phantom.value(x)).unwrap();
    let beam = ParallelBeam::uniform(SIDE, SIDE, 1.0 - 0.5 * spacing).unwrap();
    let sinogram = project(&image, &beam).unwrap();
    let mut group = c.benchmark_group("radon 512");
    group.sample_size(10);
    group.bench_function("project", |b| {
        b.iter(|| project(black_box(&image), &beam).unwrap());
    });
    group.bench_function("project/Linear", |b| {
        b.iter(|| Pixels::Linear.project(black_box(&image), &beam).unwrap());
    });
    group.bench_function("adjoint", |b| {
        b.iter(|| back_project(black_box(&sinogram), SIDE, SIDE, spacing).unwrap());
    });
    for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
        let filtered = FilteredBackProjection {
            window: Window::RamLak,
            interpolation,
        };
        group.bench_function(format!("reconstruct/{interpolation:?}"), |b| {
            b.iter(|| {
                filtered
                    .reconstruct(black_box(&sinogram), SIDE, SIDE, spacing)
                    .unwrap()
            });
        });
    }
    let row: Vec<f64> = (0..SIDE).map(|i| i as f64).collect();
    let mut sums = vec![0.0; SIDE];
    group.bench_function("floor: one thread, additions", |b| {
        b.iter(|| {
            for _ in 0..SIDE * SIDE {
                for (sum, value) in sums.iter_mut().zip(black_box(&row)) {
                    *sum += value;
                }
            }
            sums[0]
        });
    });
    group.finish();
}

criterion_group!(benches, radon);
criterion_main!(benches);
