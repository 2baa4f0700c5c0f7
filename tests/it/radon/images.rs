//! Images, volumes, sinograms: projection, its transpose, and the way back.

use super::tilted;
use nalgebra::DMatrix;
use proptest::prelude::*;
use spectral_bias::data::{Combination, Gaussian, GaussianPolynomial, SheppLogan, Target};
use spectral_bias::theory::radon::{
    Direction, FilteredBackProjection, Image, Interpolation, ParallelBeam, Pixels, RadonTransform,
    Sinogram, Strips, TargetTransform, Volume, Window, back_project, back_project_volume, project,
    project_volume, spread_directions,
};
use std::f64::consts::PI;
use std::sync::Arc;

/// A smooth function: two Gaussians of other widths.
fn smooth() -> Combination {
    let narrow: Arc<dyn Target> = Arc::new(Gaussian::centred(0.1, vec![0.2, -0.3]).unwrap());
    let covariance = DMatrix::from_row_slice(2, 2, &[0.03, 0.01, 0.01, 0.02]);
    let wide: Arc<dyn Target> =
        Arc::new(GaussianPolynomial::gaussian(vec![-0.1, 0.1], &covariance).unwrap());
    Combination::new(vec![(1.0, wide), (-0.5, narrow)]).unwrap()
}

fn sinogram(target: &dyn Target, beam: &ParallelBeam) -> Sinogram {
    let transform = TargetTransform::new(target);
    let mut values = Vec::new();
    for angle in beam.angles() {
        let xi = Direction::from_angle(*angle).unwrap();
        for offset in beam.offsets() {
            values.push(transform.value(&xi, *offset).unwrap().value);
        }
    }
    Sinogram::new(beam.clone(), values).unwrap()
}

#[test]
fn smooth_functions_come_back_from_their_sinograms() {
    let target = smooth();
    let side = 256;
    let spacing = 2.0 / side as f64;
    let beam = ParallelBeam::uniform(side, 2 * side + 1, 1.25).unwrap();
    let data = sinogram(&target, &beam);
    let image = FilteredBackProjection::default()
        .reconstruct(&data, side, side, spacing)
        .unwrap();
    let mut worst = 0.0;
    for (p, value) in image.pixels().iter().enumerate() {
        let (x, y) = image.centre_of(p / side, p % side);
        worst = f64::max(worst, (value - target.value(&[x, y])).abs());
    }
    println!("256²: {worst:.1e}");
    assert!(worst < 1e-6, "{worst:e}");
    // Uneven angles, in disorder, are weighted.
    let mut angles: Vec<f64> = (0..300).map(|k| k as f64 * PI / 300.0).collect();
    angles
        .iter_mut()
        .for_each(|a| *a += 0.002 * (5.0 * *a).sin());
    angles.reverse();
    let beam = ParallelBeam::new(angles, beam.offsets().to_vec()).unwrap();
    assert!((beam.angle_weights().iter().sum::<f64>() - PI).abs() < 1e-12);
    let image = FilteredBackProjection::default()
        .reconstruct(&sinogram(&target, &beam), 64, 64, 4.0 * spacing)
        .unwrap();
    let (x, y) = image.centre_of(20, 40);
    let found = image.pixels()[20 * 64 + 40];
    assert!((found - target.value(&[x, y])).abs() < 1e-3, "{found}");
}

#[test]
fn projections_are_exact_for_their_pixels() {
    // A single pixel: the chord of a square, whatever the angle.
    let pixel = |i: usize, j: usize, rows: usize, columns: usize, h: f64| {
        let mut pixels = vec![0.0; rows * columns];
        pixels[i * columns + j] = 2.0;
        Image::new(rows, columns, h, pixels).unwrap()
    };
    let h = 0.3;
    for (rows, columns, i, j) in [(1, 1, 0, 0), (5, 8, 4, 2), (7, 3, 0, 2)] {
        let image = pixel(i, j, rows, columns, h);
        let (cx, cy) = image.centre_of(i, j);
        let angles: Vec<f64> = (0..37)
            .map(|k| 0.19 * k as f64 - 2.0)
            .chain([0.0, PI / 2.0, PI])
            .collect();
        let offsets: Vec<f64> = (0..101).map(|k| 0.031 * k as f64 - 1.55).collect();
        let beam = ParallelBeam::new(angles, offsets).unwrap();
        let found = project(&image, &beam).unwrap();
        for (angle, row) in beam.angles().iter().zip(found.directions()) {
            let (s, c) = angle.sin_cos();
            let (a, b) = (s.abs().max(c.abs()), s.abs().min(c.abs()));
            for (gamma, value) in beam.offsets().iter().zip(row) {
                let z = ((gamma - cx * c - cy * s) / h).abs();
                let chord = ((0.5 * (a + b) - z) / b).clamp(0.0, 1.0) / a;
                assert!(
                    (value - 2.0 * h * chord).abs() < 1e-12,
                    "{angle} {gamma} {value} {chord}"
                );
            }
        }
    }
}

fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn dot(a: &[f64], b: &[f64]) -> (f64, f64) {
    let products = || a.iter().zip(b).map(|(a, b)| a * b);
    (products().sum(), products().map(f64::abs).sum())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_adjoint_is_the_transpose(
        rows in 1..40_usize,
        columns in 1..40_usize,
        angles in prop::collection::vec(-7.0..7.0_f64, 1..20),
        count in 1..50_usize,
        h in 0.01..2.0_f64,
        seed in any::<u64>(),
    ) {
        let image = Image::new(rows, columns, h, noise(seed, rows * columns)).unwrap();
        let reach = 1.2 * image.radius();
        let mut offsets: Vec<f64> = noise(!seed, count).iter().map(|u| 2.0 * u * reach).collect();
        offsets.sort_by(f64::total_cmp);
        offsets.dedup();
        let beam = ParallelBeam::new(angles, offsets).unwrap();
        let rays = beam.angles().len() * beam.offsets().len();
        let data = Sinogram::new(beam.clone(), noise(seed ^ 7, rays)).unwrap();
        for model in [Pixels::Constant, Pixels::Linear] {
            let forward = model.project(&image, &beam).unwrap();
            let adjoint = model.back_project(&data, rows, columns, h).unwrap();
            let (left, size) = dot(forward.values(), data.values());
            let (right, other) = dot(image.pixels(), adjoint.pixels());
            prop_assert!((left - right).abs() <= 1e-13 * size.max(other), "{left} {right}");
            let strips = Strips::new(1.3 * h, 3).unwrap();
            let forward = strips.project(model, &image, &beam).unwrap();
            let adjoint = strips.back_project(model, &data, rows, columns, h).unwrap();
            let (left, size) = dot(forward.values(), data.values());
            let (right, other) = dot(image.pixels(), adjoint.pixels());
            prop_assert!((left - right).abs() <= 1e-13 * size.max(other), "{left} {right}");
        }
    }
}

/// A strip as wide as the one pixel that there is, a quarter of it beyond its border.
#[test]
fn strips_are_means_over_their_width() {
    let h = 0.5;
    let image = Image::new(1, 1, h, vec![2.0]).unwrap();
    let beam = ParallelBeam::new(vec![0.0, 0.5 * PI], vec![-0.6 * h, 0.0, 0.25 * h]).unwrap();
    let strips = Strips::new(h, 4).unwrap();
    let found = strips.project(Pixels::Constant, &image, &beam).unwrap();
    for values in found.directions() {
        for (value, share) in values.iter().zip([0.5, 1.0, 0.75]) {
            assert!((value - 2.0 * h * share).abs() < 1e-14, "{value} {share}");
        }
    }
    let line = Strips::new(h, 1).unwrap();
    let lines = Pixels::Constant.project(&image, &beam).unwrap();
    assert_eq!(
        line.project(Pixels::Constant, &image, &beam).unwrap(),
        lines
    );
    for (width, lines) in [
        (0.0, 2),
        (-1.0, 2),
        (f64::NAN, 2),
        (f64::INFINITY, 2),
        (1.0, 0),
    ] {
        assert!(Strips::new(width, lines).is_err(), "{width} {lines}");
    }
}

#[test]
fn volumes_project_and_transpose() {
    let shape = [5, 7, 4];
    let h = 0.25;
    let voxels = noise(3, 5 * 7 * 4);
    let volume = Volume::new(shape, h, voxels.clone()).unwrap();
    let mut directions = spread_directions(3, 20).unwrap();
    for axis in [
        [1.0, 0.0, 0.0],
        [0.0, -1.0, 0.0],
        [1.0, 1e-15, 0.0],
        [1.0, -1.0, 0.0],
    ] {
        directions.push(Direction::new(&axis).unwrap());
    }
    // Not a sum of half voxels: a plane along a face belongs to either side.
    let offsets: Vec<f64> = (0..201).map(|k| 0.0137 * k as f64 - 1.371).collect();
    let values = project_volume(&volume, &directions, &offsets).unwrap();
    let other = noise(9, values.len());
    let adjoint = back_project_volume(&other, &directions, &offsets, shape, h).unwrap();
    let (left, size) = dot(&values, &other);
    let (right, _) = dot(&voxels, adjoint.voxels());
    assert!((left - right).abs() <= 1e-13 * size);
    // The area of a cube's section is 1/(2Πξ) Σ_{ε=±1} Πε (γ + ε·ξ/2)₊² (Pólya 1913).
    let cube = Volume::new([1, 1, 1], 1.0, vec![1.0]).unwrap();
    for v in [[1.0, 2.0, 3.0], [1.0, 1.0, 1.0], [0.1, 1.0, -0.4]] {
        let xi = Direction::new(&v).unwrap();
        let [a, b, c] = xi.as_slice() else { panic!() };
        let sections: Vec<f64> = (0..80).map(|k| 0.025 * k as f64 - 1.01).collect();
        let found = project_volume(&cube, std::slice::from_ref(&xi), &sections).unwrap();
        for (gamma, area) in sections.iter().zip(found) {
            let mut sum = 0.0;
            for signs in 0..8 {
                let sign = |bit: i32| if signs >> bit & 1 == 1 { 1.0 } else { -1.0 };
                let inner = gamma + 0.5 * (sign(0) * a + sign(1) * b + sign(2) * c);
                sum += sign(0) * sign(1) * sign(2) * inner.max(0.0).powi(2);
            }
            let expected = sum / (2.0 * a * b * c);
            assert!(
                (area - expected).abs() < 1e-13,
                "{v:?} {gamma} {area} {expected}"
            );
        }
    }
    // The regular hexagon.
    let middle = Direction::new(&[1.0, 1.0, 1.0]).unwrap();
    let hexagon = project_volume(&cube, &[middle], &[0.0]).unwrap()[0];
    assert!((hexagon - 0.75 * 3f64.sqrt()).abs() < 1e-14);
    assert!(Volume::new([0, 1, 1], 1.0, vec![]).is_err());
    assert!(Volume::new([1, 1, 1], 1.0, vec![f64::NAN]).is_err());
    assert!(project_volume(&cube, &[tilted(2)], &[0.0]).is_err());
    assert!(project_volume(&cube, &[tilted(3)], &[1.0, 0.0]).is_err());
    assert!(back_project_volume(&[1.0], &[tilted(3)], &[0.0], [usize::MAX; 3], 1.0).is_err());
}

/// Along a line y = a + b·x, |b| ≤ 1, a function that is linear in y is read without error, column by column.
#[test]
fn linear_pixels_read_between_centres() {
    let (side, h) = (24, 0.25);
    let plane = |x: &[f64]| 2.0 + 0.7 * x[1] - 0.3 * x[0];
    let image = Image::sample(side, side, h, plane).unwrap();
    for theta in [0.25 * PI, 0.4 * PI, 0.5 * PI, 0.62 * PI, 0.75 * PI] {
        let beam = ParallelBeam::new(vec![theta], vec![0.137]).unwrap();
        let found = Pixels::Linear.project(&image, &beam).unwrap().values()[0];
        let (sin, cos) = theta.sin_cos();
        // The columns in which the line has two centres around it carry it whole; cut the rest off.
        let mut expected = 0.0;
        for j in 0..side {
            let x = (j as f64 - 11.5) * h;
            let y = (0.137 - x * cos) / sin;
            let v = 11.5 - y / h;
            let below = v.floor();
            for (row, share) in [(below, 1.0 - (v - below)), (below + 1.0, v - below)] {
                if (0.0..side as f64).contains(&row) {
                    expected += share * image.pixels()[row as usize * side + j] * h / sin;
                }
            }
        }
        assert!(
            (found - expected).abs() < 1e-12,
            "{theta}: {found} {expected}"
        );
    }
    assert_eq!("linear".parse::<Pixels>().unwrap(), Pixels::Linear);
    assert!("cubic".parse::<Pixels>().is_err());
}

/// Point samples of a function with jumps project more accurately as lines between centres; means, as constants.
#[test]
fn point_samples_are_read_linearly_and_means_as_constants() {
    let phantom = SheppLogan::modified().unwrap();
    let side = 128;
    let spacing = 2.0 / side as f64;
    let beam = ParallelBeam::uniform(side, side, 1.0 - 0.5 * spacing).unwrap();
    let exact = sinogram(&phantom, &beam);
    let distance = |found: &Sinogram| {
        let pairs = found.values().iter().zip(exact.values());
        pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    let error = |n: usize, model: Pixels| {
        let image = Image::average(side, side, spacing, n, |x| phantom.value(x)).unwrap();
        distance(&model.project(&image, &beam).unwrap())
    };
    let points = (error(1, Pixels::Constant), error(1, Pixels::Linear));
    let means = (error(8, Pixels::Constant), error(8, Pixels::Linear));
    println!("points {points:?}, means {means:?}");
    // Rays as wide as a pixel see less of the staircase.
    let image = Image::sample(side, side, spacing, |x| phantom.value(x)).unwrap();
    let strips = Strips::new(spacing, 4).unwrap();
    let wide = distance(&strips.project(Pixels::Constant, &image, &beam).unwrap());
    println!("strips {wide}");
    assert!(wide < 0.97 * points.0);
    assert!(points.1 < 0.97 * points.0 && means.0 < means.1 && means.1 < points.1);
}

#[test]
fn phantoms_project_and_come_back() {
    let phantom = SheppLogan::modified().unwrap();
    let side = 128;
    let spacing = 2.0 / side as f64;
    let image = Image::average(side, side, spacing, 4, |x| phantom.value(x)).unwrap();
    let beam = ParallelBeam::uniform(side, side, 1.0 - 0.5 * spacing).unwrap();
    let exact = sinogram(&phantom, &beam);
    let found = project(&image, &beam).unwrap();
    let rms = |a: &[f64], b: &[f64]| {
        let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
        (squares / a.len() as f64).sqrt()
    };
    let size = rms(exact.values(), &vec![0.0; exact.values().len()]);
    let relative = rms(found.values(), exact.values()) / size;
    println!("projection of the phantom, {side}²: {relative:.4}");
    assert!(relative < 0.028);
    for (_, window) in Window::NAMED {
        for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
            let method = FilteredBackProjection {
                window,
                interpolation,
            };
            let back = method.reconstruct(&exact, side, side, spacing).unwrap();
            let error = rms(back.pixels(), image.pixels());
            println!("{window:?} {interpolation:?}: {error:.4}");
            assert!(error < 0.06, "{window:?}: {error}");
        }
    }
}

#[test]
fn bad_images_and_beams_are_refused() {
    assert!(Image::new(0, 4, 1.0, vec![]).is_err());
    assert!(Image::new(2, 2, 1.0, vec![0.0; 3]).is_err());
    assert!(Image::new(1, 1, 1.0, vec![f64::INFINITY]).is_err());
    assert!(Image::new(1, 1, 0.0, vec![1.0]).is_err());
    assert!(Image::average(2, 2, 1.0, 0, |_| 1.0).is_err());
    assert!(Image::sample(usize::MAX, 3, 1.0, |_| 1.0).is_err());
    assert!(ParallelBeam::new(vec![], vec![0.0]).is_err());
    assert!(ParallelBeam::new(vec![f64::NAN], vec![0.0]).is_err());
    assert!(ParallelBeam::new(vec![0.0], vec![]).is_err());
    assert!(ParallelBeam::new(vec![0.0], vec![1.0, 1.0]).is_err());
    assert!(ParallelBeam::uniform(0, 4, 1.0).is_err() && ParallelBeam::uniform(4, 1, 1.0).is_err());
    let beam = ParallelBeam::new(vec![0.0], vec![0.0, 1.0, 3.0]).unwrap();
    assert!(Sinogram::new(beam.clone(), vec![0.0; 2]).is_err());
    let data = Sinogram::new(beam, vec![0.0; 3]).unwrap();
    let method = FilteredBackProjection::default();
    assert!(method.reconstruct(&data, 4, 4, 1.0).is_err());
    assert!(back_project(&data, 0, 4, 1.0).is_err());
    assert!(back_project(&data, 4, 4, f64::NAN).is_err());
    let even = ParallelBeam::uniform(3, 5, 1.0).unwrap();
    let data = Sinogram::new(even, vec![1.0; 15]).unwrap();
    assert!(method.reconstruct(&data, 0, 4, 1.0).is_err());
    assert!(method.reconstruct(&data, 4, 4, 1e300).is_err());
    assert!(method.reconstruct(&data, 4, 4, 1e-300).is_ok());
    // Rays that all miss, and sizes at the ends of the range of doubles.
    let small = Image::new(3, 3, 1e-300, vec![1.0; 9]).unwrap();
    let far = ParallelBeam::new(vec![0.3, 1.0], vec![1e300]).unwrap();
    assert!(
        project(&small, &far)
            .unwrap()
            .values()
            .iter()
            .all(|v| *v == 0.0)
    );
}
