//! The penalty as a quadratic form of grid values, and breakdowns of a cost by frequency.

use super::{FIXED, close, penalty};
use spectral_bias::data::parse_target;
use spectral_bias::model::ensemble::ScaleLaw;
use spectral_bias::numerics::fourier::Grid;
use spectral_bias::theory::penalty::{GridPenalty, GridPenaltyOptions, frequency_directions};

fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..n)
        .map(|_| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn gradients_of_a_quadratic_form() {
    let cases: [(&str, &[usize], f64); 5] = [
        ("relu", &[33], 0.3),
        ("tanh", &[64], 0.5),
        ("relu", &[12, 17], 0.4),
        ("gelu", &[9, 8], 1.1),
        ("softplus", &[5, 6, 7], 0.9),
    ];
    for (name, shape, spacing) in cases {
        let grid = Grid::new(shape, &vec![spacing; shape.len()]).unwrap();
        for padding in [1, 2, 3] {
            let q = GridPenalty::with_options(
                &penalty(name, shape.len(), FIXED, "output"),
                &grid,
                GridPenaltyOptions {
                    padding,
                    band_limit: None,
                },
            )
            .unwrap();
            let (a, b) = (noise(grid.len(), 1), noise(grid.len(), 2));
            let (value, slope) = q.value_and_gradient(&a).unwrap();
            assert_eq!(value, q.value(&a).unwrap());
            assert_eq!(slope, q.gradient(&a).unwrap());
            let other = q.gradient(&b).unwrap();
            // Symmetry, relative to the sizes (the products may cancel), and Euler's identity.
            let size = (dot(&slope, &a) * dot(&other, &b)).sqrt();
            let (ab, ba) = (dot(&slope, &b), dot(&a, &other));
            assert!(
                (ab - ba).abs() <= 1e-13 * size,
                "{name} {shape:?}: {ab:e} {ba:e}"
            );
            close(dot(&slope, &a), 2.0 * value, 1e-13);
            // A central difference of a quadratic form is exact.
            let moved = |t: f64| -> f64 {
                let f: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + t * b).collect();
                q.value(&f).unwrap()
            };
            let difference = 0.5 * (moved(1.0) - moved(-1.0));
            assert!(
                (difference - ab).abs() <= 1e-12 * size,
                "{name}: {difference:e} {ab:e}"
            );
            // The bound on the curvature.
            assert!(dot(&slope, &slope) <= q.curvature() * dot(&slope, &a) * (1.0 + 1e-12));
            assert!(q.value(&a[1..]).is_err());
            assert!(q.gradient_into(&a, &mut [0.0]).is_err());
        }
    }
}

#[test]
fn the_form_is_the_seminorm() {
    for (name, shape, spacing, width) in [
        ("relu", vec![256], 0.1, 1.0),
        ("tanh", vec![96, 96], 0.5, 2.5),
    ] {
        let p = penalty(name, shape.len(), FIXED, "output");
        let grid = Grid::new(&shape, &vec![spacing; shape.len()]).unwrap();
        let f = grid.sample(|x| (-0.5 * dot(x, x) / (width * width)).exp());
        let found = p
            .seminorm_of_grid(&grid, &f)
            .unwrap()
            .seminorm
            .finite()
            .unwrap();
        let options = GridPenaltyOptions {
            padding: 4,
            band_limit: Some(6.0),
        };
        let q = GridPenalty::with_options(&p, &grid, options).unwrap();
        let value = q.value(&f).unwrap();
        assert!(
            (value - found.value).abs() <= found.error + 1e-9 * value,
            "{value} {found:?}"
        );
    }
}

#[test]
fn infinite_weights_are_refused_or_left_out() {
    let grid = Grid::new(&[64], &[0.1]).unwrap();
    let refused = |name: &str| {
        GridPenalty::new(&penalty(name, 1, FIXED, "output"), &grid)
            .unwrap_err()
            .to_string()
    };
    assert!(refused("hat").contains("6.28"), "{}", refused("hat"));
    assert!(refused("sin").contains("lines"), "{}", refused("sin"));
    assert!(
        refused("gaussian").contains("overflows"),
        "{}",
        refused("gaussian")
    );
    for (name, band) in [("hat", 6.0), ("gaussian", 3.0)] {
        let options = GridPenaltyOptions {
            band_limit: Some(band),
            ..GridPenaltyOptions::default()
        };
        let q = GridPenalty::with_options(&penalty(name, 1, FIXED, "output"), &grid, options);
        let fast = grid.sample(|x| (25.0 * x[0]).sin() * (-4.0 * x[0] * x[0]).exp());
        let slow = grid.sample(|x| (-4.0 * x[0] * x[0]).exp());
        let q = q.unwrap();
        assert!(q.value(&fast).unwrap() < 1e-6 * q.value(&slow).unwrap());
    }
    // A law of scales fills the zeros.
    let mixed = penalty("hat", 1, ScaleLaw::HalfNormal { std: 1.0 }, "output");
    assert!(GridPenalty::new(&mixed, &grid).is_ok());
    let p = penalty("relu", 1, FIXED, "output");
    let with = |padding, band_limit| {
        GridPenalty::with_options(
            &p,
            &grid,
            GridPenaltyOptions {
                padding,
                band_limit,
            },
        )
    };
    assert!(with(0, None).is_err());
    assert!(with(1, Some(0.0)).is_err());
    assert!(with(1, Some(f64::NAN)).is_err());
    assert!(GridPenalty::new(&penalty("relu", 2, FIXED, "output"), &grid).is_err());
}

#[test]
fn a_breakdown_adds_up() {
    for (name, d, target) in [
        ("relu", 1, "gaussian:width=1"),
        ("tanh", 2, "gaussian:width=2"),
        ("relu", 3, "gaussian:width=0.5"),
    ] {
        let p = penalty(name, d, FIXED, "output");
        let target = parse_target(target, d).unwrap();
        let whole = p
            .seminorm_of_target(target.as_ref())
            .unwrap()
            .finite()
            .unwrap();
        let edges = [0.5, 1.0, 2.0, 4.0];
        let shares = [0.1, 0.5, 0.9];
        let found = p
            .breakdown_of_target(target.as_ref(), &edges, &shares)
            .unwrap();
        let sum: f64 = found.parts.iter().map(|p| p.value).sum();
        close(sum, whole.value, 1e-10);
        close(found.total.value, whole.value, 1e-10);
        close(
            found.cumulative[3].value + found.parts[4].value,
            whole.value,
            1e-10,
        );
        for &(share, r) in &found.quantiles {
            let below = p.breakdown_of_target(target.as_ref(), &[r], &[]).unwrap();
            close(below.parts[0].value, share * whole.value, 1e-8);
        }
    }
    // ReLU, d = 1, e^{−x²/2}: d‖f‖²/dr = (1/2π)·2·2π e^{−r²} r⁴ → per ln r 2 r⁵ e^{−r²}.
    let p = penalty("relu", 1, FIXED, "output");
    let gaussian = parse_target("gaussian:width=1", 1).unwrap();
    let found = p
        .breakdown_of_target(gaussian.as_ref(), &[0.7, 1.3], &[])
        .unwrap();
    for (r, density) in [0.7_f64, 1.3].iter().zip(&found.density) {
        close(density.value, 2.0 * r.powi(5) * (-r * r).exp(), 1e-12);
    }
    assert!(
        p.breakdown_of_target(gaussian.as_ref(), &[1.0, 1.0], &[])
            .is_err()
    );
    assert!(
        p.breakdown_of_target(gaussian.as_ref(), &[0.0], &[])
            .is_err()
    );
    assert!(
        p.breakdown_of_target(gaussian.as_ref(), &[], &[1.0])
            .is_err()
    );
    let step = parse_target("step:radius=0.75", 2).unwrap();
    let p = penalty("relu", 2, FIXED, "output");
    let message = p
        .breakdown_of_target(step.as_ref(), &[1.0], &[])
        .unwrap_err()
        .to_string();
    assert!(message.contains("infinite"), "{message}");
}

#[test]
fn shells_and_directions_of_a_grid_add_up() {
    let p = penalty("relu", 2, FIXED, "output");
    let grid = Grid::cubic(2, 64, 0.25).unwrap();
    // Stretched along y: frequencies lie along x.
    let f = grid.sample(|x| (-0.5 * (x[0] * x[0] + x[1] * x[1] / 4.0)).exp());
    let whole = p
        .seminorm_of_grid(&grid, &f)
        .unwrap()
        .seminorm
        .finite()
        .unwrap();
    let directions = frequency_directions(2, 8);
    let found = p
        .breakdown_of_grid(&grid, &f, &[0.5, 1.0, 2.0, 4.0], &directions)
        .unwrap();
    close(found.total, whole.value, 1e-13);
    close(found.shells.iter().sum::<f64>(), whole.value, 1e-12);
    close(
        found.directions.iter().sum::<f64>() + found.undirected,
        whole.value,
        1e-12,
    );
    assert!(
        found.directions[0] > 10.0 * found.directions[4],
        "{found:?}"
    );
    // Mirror images cost the same.
    close(found.directions[1], found.directions[7], 1e-10);
    let none = p.breakdown_of_grid(&grid, &f, &[], &[]).unwrap();
    close(none.undirected, whole.value, 1e-12);
    assert!(
        p.breakdown_of_grid(&grid, &f, &[2.0, 1.0], &directions)
            .is_err()
    );
    assert!(
        p.breakdown_of_grid(&grid, &f, &[1.0], &[vec![1.0, 1.0]])
            .is_err()
    );
    assert!(
        p.breakdown_of_grid(&grid, &f, &[1.0], &[vec![1.0]])
            .is_err()
    );
    // By shells, the same as the target's own breakdown.
    let round = grid.sample(|x| (-0.5 * dot(x, x)).exp());
    let shells = p
        .breakdown_of_grid(&grid, &round, &[1.5, 3.0], &[])
        .unwrap()
        .shells;
    let target = parse_target("gaussian:width=1", 2).unwrap();
    let parts = p
        .breakdown_of_target(target.as_ref(), &[1.5, 3.0], &[])
        .unwrap()
        .parts;
    for (shell, part) in shells.iter().zip(&parts) {
        close(*shell, part.value, 0.1);
    }
}
