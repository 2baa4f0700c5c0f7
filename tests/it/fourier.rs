//! Transforms on grids: normalisation, order, Parseval, and the statement on aliasing.

use num_complex::Complex64;
use spectral_bias::Error;
use spectral_bias::numerics::fourier::Grid;
use std::f64::consts::TAU;

/// e^{−Σ (x_i − a_i)²/(2w_i²)} and its transform.
fn gaussian(x: &[f64], a: &[f64], w: &[f64]) -> f64 {
    let exponent: f64 = (0..x.len()).map(|i| ((x[i] - a[i]) / w[i]).powi(2)).sum();
    (-0.5 * exponent).exp()
}

fn gaussian_transform(k: &[f64], a: &[f64], w: &[f64]) -> Complex64 {
    (0..k.len())
        .map(|i| {
            let size = TAU.sqrt() * w[i] * (-0.5 * (k[i] * w[i]).powi(2)).exp();
            Complex64::from_polar(size, -k[i] * a[i])
        })
        .product()
}

#[test]
fn gaussians_have_their_transform_in_every_dimension() {
    // Even, odd, prime and different numbers of points; off-centre and anisotropic.
    let cases: [(&[usize], &[f64]); 6] = [
        (&[128], &[0.15]),
        (&[129], &[0.15]),
        (&[127], &[0.15]),
        (&[96, 101], &[0.2, 0.19]),
        (&[64, 40, 45], &[0.31, 0.5, 0.45]),
        (&[20, 18, 19, 22], &[0.7, 0.75, 0.72, 0.65]),
    ];
    let centre = [0.3, -0.2, 0.1, 0.05];
    let widths = [1.0, 1.1, 0.9, 1.0];
    for (points, spacing) in cases {
        let d = points.len();
        let grid = Grid::new(points, spacing).unwrap();
        let (a, w) = (&centre[..d], &widths[..d]);
        let samples = grid.sample(|x| gaussian(x, a, w));
        let transform = grid.forward(&samples).unwrap();
        let peak: f64 = w.iter().map(|w| w * TAU.sqrt()).product();
        let aliasing = grid.aliasing(&samples, &transform).unwrap();
        let worst = grid
            .frequencies()
            .zip(&transform)
            .map(|(k, value)| (value - gaussian_transform(&k, a, w)).norm() / peak)
            .fold(0.0, f64::max);
        // In four dimensions twenty points hold a Gaussian to five digits; the statement says so.
        println!("{points:?}: off by {worst:.1e} of the peak, {aliasing:?}");
        let held = aliasing.amplitude();
        assert!(worst < 1e-14 + held, "{points:?}: {worst:e} {aliasing:?}");
        assert!(d > 2 || worst < 1e-14, "{points:?}: {worst:e}");
        let back = grid.inverse(&transform).unwrap();
        for (value, sample) in back.iter().zip(&samples) {
            assert!((value - sample).norm() < 2e-15);
        }
    }
}

#[test]
fn the_sum_is_the_one_stated_at_every_length() {
    for n in 1..20 {
        let grid = Grid::cubic(1, n, 0.37).unwrap();
        let samples: Vec<f64> = (0..n).map(|j| (j as f64 * 1.7).sin() + 0.2).collect();
        let transform = grid.forward(&samples).unwrap();
        for (k, value) in grid.frequencies().zip(&transform) {
            let direct: Complex64 = grid
                .points()
                .zip(&samples)
                .map(|(x, f)| Complex64::from_polar(0.37 * f, -k[0] * x[0]))
                .sum();
            assert!((value - direct).norm() < 1e-14, "{n} {k:?}");
        }
        // The mean of the grid is the transform at 0, which comes first.
        assert_eq!(grid.frequencies().next().unwrap(), [0.0]);
    }
}

#[test]
fn parseval_holds() {
    for (points, spacing) in [(vec![50], vec![0.1]), (vec![16, 9], vec![3.0, 0.25])] {
        let grid = Grid::new(&points, &spacing).unwrap();
        let mut state = 1u32;
        let samples = grid.sample(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / f64::from(u32::MAX) - 0.5
        });
        let transform = grid.forward(&samples).unwrap();
        let space = grid.cell() * samples.iter().map(|f| f * f).sum::<f64>();
        let frequency = grid.frequency_cell() * transform.iter().map(|v| v.norm_sqr()).sum::<f64>();
        assert!((space / frequency - 1.0).abs() < 1e-14);
    }
}

#[test]
fn frequencies_are_in_fft_order_and_points_are_centred() {
    let grid = Grid::new(&[4, 5], &[0.5, 2.0]).unwrap();
    let (even, odd) = (grid.axes()[0], grid.axes()[1]);
    let frequencies = |axis: spectral_bias::numerics::fourier::Axis| -> Vec<f64> {
        (0..axis.points())
            .map(|m| axis.frequency(m) / axis.frequency_spacing())
            .collect()
    };
    assert_eq!(frequencies(even), [0.0, 1.0, -2.0, -1.0]);
    assert_eq!(frequencies(odd), [0.0, 1.0, 2.0, -2.0, -1.0]);
    assert_eq!(even.frequency(2), -even.nyquist());
    assert_eq!((even.coordinate(0), even.coordinate(2)), (-1.0, 0.0));
    assert_eq!((odd.coordinate(0), odd.coordinate(2)), (-4.0, 0.0));
    // Row-major: the last axis runs fastest.
    let all: Vec<Vec<f64>> = grid.points().collect();
    assert_eq!(
        (all.len(), &all[1][..], &all[5][..]),
        (20, &[-1.0, -2.0][..], &[-0.5, -4.0][..])
    );
    for (norm, k) in grid.frequency_norms().zip(grid.frequencies()) {
        assert_eq!(norm, k[0].hypot(k[1]));
    }
    assert_eq!(grid.dimension(), 2);
    assert_eq!(grid.len(), 20);
}

#[test]
fn padding_only_makes_the_frequencies_denser() {
    for n in [8, 9] {
        let grid = Grid::cubic(2, n, 0.5).unwrap();
        let samples = grid.sample(|x| (-(x[0] * x[0]) - 2.0 * x[1] * x[1] + x[0]).exp());
        let coarse = grid.forward(&samples).unwrap();
        for factor in [2, 3] {
            let (wide, padded) = grid.pad(&samples, factor).unwrap();
            let fine = wide.forward(&padded).unwrap();
            // The frequency of FFT index m of the coarse axis on the fine one.
            let on_fine = |m: usize| {
                if m < n.div_ceil(2) {
                    factor * m
                } else {
                    factor * n - factor * (n - m)
                }
            };
            for (i, m) in (0..n).flat_map(|i| (0..n).map(move |m| (i, m))) {
                let (dense, sparse) = (
                    fine[on_fine(i) * factor * n + on_fine(m)],
                    coarse[i * n + m],
                );
                assert!((dense - sparse).norm() < 1e-13, "{n} {factor} {i} {m}");
            }
        }
    }
}

#[test]
fn the_statement_tells_leaks_and_aliasing_apart() {
    let state = |width: f64| {
        let grid = Grid::cubic(1, 64, 0.25).unwrap();
        let samples = grid.sample(|x| gaussian(x, &[0.0], &[width]));
        let transform = grid.forward(&samples).unwrap();
        grid.aliasing(&samples, &transform).unwrap()
    };
    let (held, wide, narrow) = (state(0.9), state(8.0), state(0.1));
    assert!(held.amplitude() < 1e-10, "{held:?}");
    assert!(
        wide.boundary_leak > 0.5 && wide.top_band_energy < 1e-4,
        "{wide:?}"
    );
    assert!(
        narrow.boundary_leak < 1e-100 && narrow.top_band_energy > 0.1,
        "{narrow:?}"
    );
    // White: a third of the band holds a third of the energy.
    let grid = Grid::cubic(1, 63, 1.0).unwrap();
    let mut impulse = vec![0.0; 63];
    impulse[31] = 1e-200;
    let transform = grid.forward(&impulse).unwrap();
    let white = grid.aliasing(&impulse, &transform).unwrap();
    assert!(
        (white.top_band_energy - 1.0 / 3.0).abs() < 0.02,
        "{white:?}"
    );
    let nothing = grid
        .aliasing(&[0.0; 63], &[Complex64::default(); 63])
        .unwrap();
    assert_eq!(nothing.amplitude(), 0.0);
}

#[test]
fn bad_grids_and_samples_are_named() {
    let text = |e: Error| e.to_string();
    assert!(text(Grid::new(&[], &[]).unwrap_err()).contains("at least one axis"));
    assert!(text(Grid::new(&[3], &[1.0, 2.0]).unwrap_err()).contains("spacing"));
    assert!(text(Grid::new(&[3, 0], &[1.0, 2.0]).unwrap_err()).contains("at least one point"));
    assert!(text(Grid::cubic(0, 3, 1.0).unwrap_err()).contains("axis"));
    for (d, n) in [(9, usize::MAX / 2), (usize::MAX, 1), (4, 1000)] {
        assert!(text(Grid::cubic(d, n, 1.0).unwrap_err()).contains("at most 2^31 points"));
    }
    for spacing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(text(Grid::cubic(1, 3, spacing).unwrap_err()).contains("spacing"));
    }
    let grid = Grid::cubic(1, 3, 1.0).unwrap();
    assert!(text(grid.forward(&[1.0]).unwrap_err()).contains("3 values"));
    assert!(text(grid.forward(&[1.0, f64::NAN, 2.0]).unwrap_err()).contains("index 1"));
    assert!(grid.inverse(&[]).is_err() && grid.aliasing(&[], &[]).is_err());
    assert!(
        grid.pad(&[1.0; 3], 0).is_err()
            && grid.pad(&[1.0; 3], usize::MAX).is_err()
            && grid.pad(&[1.0; 2], 2).is_err()
    );
}
