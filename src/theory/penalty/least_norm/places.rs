//! Where the function is sampled: points of the ball that are dense at its boundary, and points that determine a polynomial.

use std::f64::consts::{PI, TAU};

/// About `count` points of the ball of a radius in R^d, d ≤ 3.
///
/// d = 1: the extrema of a Chebyshev polynomial; else shells of radius R sin(πi/2n), i = 0…n, each with points in proportion to its
/// surface: the spacing falls towards the boundary like the distance from it to the power ½.
pub(super) fn ball(dim: usize, radius: f64, count: usize) -> Vec<Vec<f64>> {
    let count = count.max(2);
    if dim == 1 {
        return interval(count).map(|t| vec![radius * t]).collect();
    }
    let per_shell = |i: usize| match (i, dim) {
        (0, _) => 1,
        (i, 2) => 4 * i,
        (i, _) => 2 * i * i + 2,
    };
    let mut shells = 1;
    while (0..=shells).map(per_shell).sum::<usize>() < count {
        shells += 1;
    }
    let golden = 0.5 * (3.0 - 5f64.sqrt());
    let mut points = Vec::new();
    for i in 0..=shells {
        let r = radius * (0.5 * PI * i as f64 / shells as f64).sin();
        let n = per_shell(i);
        for j in 0..n {
            let turn = golden * i as f64;
            points.push(if dim == 2 {
                let (sin, cos) = (TAU * (j as f64 / n as f64 + turn)).sin_cos();
                vec![r * cos, r * sin]
            } else {
                // Fibonacci's spiral.
                let z = 1.0 - (2.0 * j as f64 + 1.0) / n as f64;
                let rho = (1.0 - z * z).sqrt();
                let (sin, cos) = (TAU * (golden * j as f64 + turn)).sin_cos();
                vec![r * rho * cos, r * rho * sin, r * z]
            });
        }
    }
    points
}

/// The extrema of a Chebyshev polynomial on [−1, 1], descending.
fn interval(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| (PI * i as f64 / (count - 1) as f64).cos())
}

/// Radii of a radial function: those of half an interval.
pub(super) fn radii(radius: f64, count: usize) -> Vec<Vec<f64>> {
    let last = (count.max(2) - 1) as f64;
    (0..count.max(2))
        .map(|i| vec![radius * (0.5 * PI * i as f64 / last).sin()])
        .collect()
}

/// C(d+q−1, d) points at which a polynomial of degree < q in d ≤ 3 variables is determined: the lattice of a simplex.
pub(super) fn unisolvent(dim: usize, order: usize, radius: f64) -> Vec<Vec<f64>> {
    let vertices: &[&[f64]] = match dim {
        1 => &[&[0.9], &[-0.9]],
        2 => &[&[0.9, 0.1], &[-0.53, 0.73], &[-0.36, -0.82]],
        _ => &[
            &[0.52, 0.51, 0.53],
            &[0.51, -0.52, -0.5],
            &[-0.53, 0.5, -0.51],
            &[-0.5, -0.53, 0.52],
        ],
    };
    if order == 0 {
        return Vec::new();
    }
    if order == 1 {
        return vec![vec![0.0; dim]];
    }
    let steps = order - 1;
    let mut shares: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..dim {
        shares = shares
            .into_iter()
            .flat_map(|s| {
                let left = steps - s.iter().sum::<usize>();
                (0..=left).map(move |n| [s.as_slice(), &[n]].concat())
            })
            .collect();
    }
    shares
        .into_iter()
        .map(|mut s| {
            s.push(steps - s.iter().sum::<usize>());
            (0..dim)
                .map(|c| {
                    let sum: f64 = s.iter().zip(vertices).map(|(&n, v)| n as f64 * v[c]).sum();
                    radius * sum / steps as f64
                })
                .collect()
        })
        .collect()
}
