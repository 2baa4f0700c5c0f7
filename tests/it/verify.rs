//! The bridge between theory and simulation.

use nalgebra::DVector;
use spectral_bias::data::{Points, RegularGrid};
use spectral_bias::verify::Bands;
use std::f64::consts::PI;

fn plane(columns: usize, rows: usize) -> Points {
    let rows: Vec<[f64; 2]> = (0..rows)
        .flat_map(|j| (0..columns).map(move |i| [i as f64 * 0.5 - 1.0, j as f64 * 0.25]))
        .collect();
    Points::from_rows(&rows).expect("points")
}

#[test]
fn grids_are_recognised_in_any_order_and_nothing_else_is() {
    let points = plane(4, 3);
    let shuffled = points
        .select(&[7, 2, 11, 0, 1, 3, 9, 5, 4, 6, 8, 10])
        .expect("points");
    let grid = RegularGrid::of(&shuffled).expect("a grid");
    assert_eq!(grid.shape, [4, 3]);
    assert_eq!(grid.spacing, [0.5, 0.25]);
    for (place, &i) in grid.order.iter().enumerate() {
        assert_eq!(shuffled.point(i), points.point(place));
    }
    assert!(
        RegularGrid::of(
            &points
                .select(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
                .expect("points")
        )
        .is_none()
    );
    assert!(
        RegularGrid::of(
            &points
                .select(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10])
                .expect("points")
        )
        .is_none()
    );
    assert!(RegularGrid::of(&Points::on_line(&[0.0, 1.0, 3.0]).expect("points")).is_none());
    assert_eq!(
        RegularGrid::of(&Points::on_line(&[5.0]).expect("points"))
            .expect("a grid")
            .shape,
        [1]
    );
}

#[test]
fn a_cosine_mode_lies_in_the_band_of_its_frequency() {
    let points = plane(16, 12);
    let grid = RegularGrid::of(&points).expect("a grid");
    let bands = Bands::new(grid, 6).expect("bands");
    let (p, q) = (5.0, 2.0);
    let values = DVector::from_iterator(
        points.len(),
        points.iter().map(|x| {
            let (i, j) = ((x[0] + 1.0) / 0.5, x[1] / 0.25);
            (PI * p * (i + 0.5) / 16.0).cos() * (PI * q * (j + 0.5) / 12.0).cos() + 7.0
        }),
    );
    let frequency = ((PI * p / 8.0).powi(2) + (PI * q / 3.0).powi(2)).sqrt();
    let amplitudes = bands.amplitudes(&values).expect("amplitudes");
    let nearest = bands
        .frequencies()
        .iter()
        .map(|f| (f / frequency).ln().abs())
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(band, _)| band)
        .expect("a band");
    for (band, amplitude) in amplitudes.iter().enumerate() {
        // Orthonormal modes: the product of cosines has norm √(16·12)/2.
        let expected = if band == nearest {
            (16.0 * 12.0_f64).sqrt() / 2.0
        } else {
            0.0
        };
        assert!(
            (amplitude - expected).abs() < 1e-12,
            "band {band}: {amplitude} against {expected}"
        );
    }
    assert!(bands.amplitudes(&DVector::zeros(5)).is_err());
}
