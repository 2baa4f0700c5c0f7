//! The measured data sets.

use spectral_bias::data::{Embedded, RegularGrid, elevation, sea_surface_temperature};

fn check(set: &Embedded, train: usize, test: usize) {
    let dim = set.inputs.len();
    assert_eq!((set.train.len(), set.test.len()), (train, test));
    for data in [&set.train, &set.test] {
        assert_eq!(data.dim(), dim);
        assert!(
            data.points()
                .iter()
                .flatten()
                .all(|x| (-1.0..=1.0).contains(x))
        );
        assert!(data.targets().iter().all(|y| y.is_finite()));
        assert_eq!(data.distinct().unwrap().len(), data.len());
    }
    assert!(set.train.targets().mean().abs() < 1e-14);
    assert!((set.train.targets().norm_squared() / train as f64 - 1.0).abs() < 1e-14);
    let all: Vec<&[f64]> = set
        .train
        .points()
        .iter()
        .chain(set.test.points().iter())
        .collect();
    let all = spectral_bias::data::Points::from_rows(&all).unwrap();
    assert!(RegularGrid::of(&all).is_some());
    assert!(RegularGrid::of(set.train.points()).is_some());
    assert!(set.licence.contains("Public domain"));
}

#[test]
fn temperatures_are_those_of_the_record() {
    let set = sea_surface_temperature();
    check(&set, 61, 60);
    // NOAA's table.
    let month = |year: f64, month: f64| {
        let value = set.inputs[0].value(year + (month - 1.0) / 12.0);
        let sets = [&set.train, &set.test];
        let rows = sets
            .iter()
            .flat_map(|s| s.points().iter().zip(s.targets().iter()));
        let near = rows.filter(|(x, _)| (x[0] - value).abs() < 1e-9);
        let found: Vec<f64> = near.map(|(_, &y)| set.target.measured(y)).collect();
        assert_eq!(found.len(), 1);
        found[0]
    };
    assert!((month(1991.0, 1.0) - 23.99).abs() < 1e-12);
    assert!((month(1998.0, 3.0) - 29.24).abs() < 1e-12); // at the height of El Niño
    assert!((month(2001.0, 1.0) - 24.24).abs() < 1e-12);
}

#[test]
fn elevations_are_those_of_the_file() {
    let set = elevation();
    check(&set, 196, 1404);
    // The first row of the file's window: 897 m, 862 m, …
    let first = set.train.points().point(0);
    assert_eq!(first, [-1.0, 1.0]);
    assert!((set.target.measured(set.train.targets()[0]) - 897.0).abs() < 1e-9);
    assert!((set.target.measured(set.test.targets()[0]) - 862.0).abs() < 1e-9);
    let (west, south) = (set.inputs[0].measured(-1.0), set.inputs[1].measured(-1.0));
    assert!((west + 84.246_667).abs() < 1e-5, "{west}");
    assert!((south - 36.468_333).abs() < 1e-5, "{south}");
}

/// What the split leaves to be predicted can be predicted: the test points follow the
/// training points far better than their mean does.
#[test]
fn the_ground_is_resolved_by_the_training_points() {
    let set = elevation();
    let step = 3.0 / 19.5;
    let mut error = 0.0;
    for (x, y) in set.test.points().iter().zip(set.test.targets().iter()) {
        let mut prediction = 0.0;
        for (z, value) in set.train.points().iter().zip(set.train.targets().iter()) {
            let hat = |axis: usize| (1.0 - (x[axis] - z[axis]).abs() / step).max(0.0);
            prediction += hat(0) * hat(1) * value;
        }
        error += (prediction - y).powi(2);
    }
    // Bilinear interpolation explains 96 % of the variance.
    assert!(error / (set.test.targets().variance() * 1404.0) < 0.05);
}
