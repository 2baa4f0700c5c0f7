//! Functions with jumps, known by their values only, integrated over lines and planes: the true error is within the stated
//! one, at random hyperplanes and at those that barely meet a body.

use spectral_bias::numerics::quadrature::Tolerance;
use spectral_bias::theory::radon::{Direction, HyperplaneQuadrature, RadonTransform};

/// Pseudo-random numbers in [0, 1).
struct Draws(u64);
impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn direction(&mut self, dim: usize) -> Direction {
        loop {
            let v: Vec<f64> = (0..dim).map(|_| 2.0 * self.next() - 1.0).collect();
            let norm: f64 = v.iter().map(|x| x * x).sum();
            if (1e-2..1.0).contains(&norm) {
                return Direction::new(&v).unwrap();
            }
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Planes take seconds at 1e−10.
fn tolerance(dim: usize) -> Tolerance {
    Tolerance::relative(if dim == 2 { 1e-10 } else { 1e-6 })
}

/// {x : ⟨a, x⟩ ≤ b for every (a, b)}.
type Polytope = Vec<(Vec<f64>, f64)>;

fn holds(polytope: &Polytope, x: &[f64]) -> bool {
    polytope.iter().all(|(a, b)| dot(a, x) <= *b)
}

/// The length or area of a section: a large square of the hyperplane, cut by each half-space in turn.
fn section(polytope: &Polytope, xi: &Direction, gamma: f64) -> f64 {
    let xi = xi.as_slice();
    let dim = xi.len();
    let mut axes: Vec<Vec<f64>> = Vec::new();
    for k in 0..dim {
        let mut v: Vec<f64> = (0..dim).map(|j| f64::from(u8::from(j == k))).collect();
        for other in std::iter::once(xi).chain(axes.iter().map(Vec::as_slice)) {
            let along = dot(&v, other);
            v.iter_mut().zip(other).for_each(|(v, o)| *v -= along * o);
        }
        let norm = dot(&v, &v).sqrt();
        if norm > 0.3 && axes.len() < dim - 1 {
            axes.push(v.iter().map(|x| x / norm).collect());
        }
    }
    assert_eq!(axes.len(), dim - 1);
    let cuts = polytope.iter().map(|(a, b)| {
        let own: Vec<f64> = axes.iter().map(|e| dot(a, e)).collect();
        (own, b - gamma * dot(a, xi))
    });
    if dim == 2 {
        let (mut low, mut high) = (-20.0_f64, 20.0_f64);
        for (a, b) in cuts {
            match a[0] {
                a if a > 0.0 => high = high.min(b / a),
                a if a < 0.0 => low = low.max(b / a),
                _ if b < 0.0 => return 0.0,
                _ => {}
            }
        }
        return (high - low).max(0.0);
    }
    let mut polygon = vec![[-20.0, -20.0], [20.0, -20.0], [20.0, 20.0], [-20.0, 20.0]];
    for (a, b) in cuts {
        let excess = |p: &[f64; 2]| dot(&a, p) - b;
        let mut next = Vec::new();
        for (i, p) in polygon.iter().enumerate() {
            let q = &polygon[(i + 1) % polygon.len()];
            let (e, f) = (excess(p), excess(q));
            if e <= 0.0 {
                next.push(*p);
            }
            if (e < 0.0 && f > 0.0) || (e > 0.0 && f < 0.0) {
                let t = e / (e - f);
                next.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
            }
        }
        polygon = next;
        if polygon.len() < 3 {
            return 0.0;
        }
    }
    let corner = polygon[0];
    let area = polygon.windows(2).map(|p| {
        let (u, v) = (
            [p[0][0] - corner[0], p[0][1] - corner[1]],
            [p[1][0] - corner[0], p[1][1] - corner[1]],
        );
        u[0] * v[1] - u[1] * v[0]
    });
    0.5 * area.sum::<f64>().abs()
}

/// The cube |x_i| ≤ half around a centre.
fn cube(centre: &[f64], half: &[f64]) -> Polytope {
    let mut found = Vec::new();
    for k in 0..centre.len() {
        for sign in [-1.0, 1.0] {
            let normal = (0..centre.len()).map(|j| if j == k { sign } else { 0.0 });
            found.push((normal.collect(), half[k] + sign * centre[k]));
        }
    }
    found
}

fn polytopes(dim: usize) -> Vec<(&'static str, Polytope)> {
    let centre = [0.13, -0.21, 0.07];
    let mut half = cube(&centre[..dim], &[0.6, 0.5, 0.55][..dim]);
    let mut normal = vec![0.6, 0.8];
    normal.resize(dim, 0.3);
    half.push((normal, 0.1));
    let mut wedge: Polytope = vec![
        (vec![-1.0, 0.1], 0.12),
        (vec![0.9, -0.3], 0.2),
        (vec![0.2, 1.0], 0.16),
    ];
    for (a, _) in &mut wedge {
        a.resize(dim, 0.25);
    }
    wedge.push((
        (0..dim)
            .map(|k| if k + 1 == dim { -1.0 } else { -0.2 })
            .collect(),
        0.24,
    ));
    let thin = if dim == 2 {
        [0.8, 0.012, 0.0]
    } else {
        [0.8, 0.7, 0.06]
    };
    vec![
        ("cube", cube(&centre[..dim], &[0.6, 0.5, 0.55][..dim])),
        ("half of a cube", half),
        ("wedge", wedge),
        ("plate", cube(&centre[..dim], &thin[..dim])),
    ]
}

/// Half the extent of a polytope in a direction, by its largest sections: the last γ with one.
fn ends(polytope: &Polytope, xi: &Direction) -> (f64, f64) {
    let some = |g: f64| section(polytope, xi, g) > 0.0;
    let inside = (0..400)
        .map(|i| f64::from(i) * 0.01 - 2.0)
        .find(|&g| some(g));
    let Some(inside) = inside else {
        return (0.0, 0.0);
    };
    let end = |mut a: f64, mut b: f64| {
        for _ in 0..60 {
            let m = 0.5 * (a + b);
            if some(m) { a = m } else { b = m }
        }
        a
    };
    (end(inside, -3.0), end(inside, 3.0))
}

/// `expected` at an offset; what the rounding of the offset itself moves is allowed for.
fn check(
    name: &str,
    found: spectral_bias::numerics::Estimate,
    expected: impl Fn(f64) -> f64,
    offset: f64,
    worst: &mut (f64, f64),
) {
    let truth = expected(offset);
    let moved = [-8e-16, 8e-16].map(|e| (expected(offset + e) - truth).abs());
    let error = (found.value - truth).abs();
    assert!(
        error <= found.error + 1e-15 + moved[0].max(moved[1]),
        "{name}: {found:?} but {truth:e}, off by {error:e}"
    );
    *worst = (worst.0.max(error), worst.1.max(found.error));
}

fn polytopes_in(dim: usize, count: usize) {
    let mut draws = Draws(7);
    for (name, polytope) in polytopes(dim) {
        let f = |x: &[f64]| f64::from(u8::from(holds(&polytope, x)));
        let quadrature = HyperplaneQuadrature::new(dim, f)
            .unwrap()
            .supported_within(1.6)
            .unwrap()
            .with_tolerance(tolerance(dim));
        let mut worst = (0.0, 0.0);
        for i in 0..count {
            let xi = draws.direction(dim);
            let (low, high) = ends(&polytope, &xi);
            let gamma = match i % 3 {
                0 => low + (high - low) * draws.next(),
                // Barely met, or barely missed.
                1 => high - 10f64.powf(-1.0 - 9.0 * draws.next()),
                _ => low + (draws.next() - 0.3) * 10f64.powf(-1.0 - 4.0 * draws.next()),
            };
            let found = quadrature.value(&xi, gamma).unwrap();
            let title = format!("{name} {:?} {gamma}", xi.as_slice());
            check(
                &title,
                found,
                |g| section(&polytope, &xi, g),
                gamma,
                &mut worst,
            );
        }
        println!("{name}, d = {dim}: {:.1e}, stated {:.1e}", worst.0, worst.1);
    }
}

#[test]
fn sections_of_polygons() {
    polytopes_in(2, 300);
}

#[test]
fn sections_of_polyhedra() {
    polytopes_in(3, 6);
}

#[test]
#[ignore = "some minutes"]
fn sections_of_polyhedra_at_many_planes() {
    polytopes_in(3, 150);
}

fn ellipsoids(dim: usize, count: usize) {
    let mut draws = Draws(3);
    let thin = if dim == 2 {
        [0.9, 0.01, 0.0]
    } else {
        [0.8, 0.6, 0.06]
    };
    for (name, axes) in [
        ("ball", [0.7; 3]),
        ("ellipsoid", [0.9, 0.3, 0.5]),
        ("thin", thin),
    ] {
        let axes = &axes[..dim];
        let centre = &[0.2, -0.13, 0.05][..dim];
        let f = |x: &[f64]| {
            let parts = x
                .iter()
                .zip(centre)
                .zip(axes)
                .map(|((x, c), a)| ((x - c) / a).powi(2));
            f64::from(u8::from(parts.sum::<f64>() <= 1.0))
        };
        let quadrature = HyperplaneQuadrature::new(dim, f)
            .unwrap()
            .supported_within(1.5)
            .unwrap()
            .with_tolerance(tolerance(dim));
        let mut worst = (0.0, 0.0);
        for i in 0..count {
            let xi = draws.direction(dim);
            let reach = xi
                .as_slice()
                .iter()
                .zip(axes)
                .map(|(x, a)| (x * a).powi(2))
                .sum::<f64>()
                .sqrt();
            let delta = match i % 3 {
                0 => reach * (2.0 * draws.next() - 1.0),
                1 => reach - 10f64.powf(-1.0 - 11.0 * draws.next()) * reach,
                _ => -reach + (draws.next() - 0.3) * 10f64.powf(-1.0 - 5.0 * draws.next()) * reach,
            };
            let volume: f64 = axes.iter().product();
            let expected = |delta: f64| {
                let u = 1.0 - (delta / reach).powi(2);
                match dim {
                    _ if u <= 0.0 => 0.0,
                    2 => 2.0 * volume / reach * u.sqrt(),
                    _ => std::f64::consts::PI * volume / reach * u,
                }
            };
            let found = quadrature
                .value(&xi, delta + dot(xi.as_slice(), centre))
                .unwrap();
            let title = format!("{name} {:?} {delta}", xi.as_slice());
            check(&title, found, expected, delta, &mut worst);
        }
        println!("{name}, d = {dim}: {:.1e}, stated {:.1e}", worst.0, worst.1);
    }
}

#[test]
fn sections_of_ellipses() {
    ellipsoids(2, 300);
}

#[test]
fn sections_of_ellipsoids() {
    ellipsoids(3, 6);
}

#[test]
#[ignore = "some minutes"]
fn sections_of_ellipsoids_at_many_planes() {
    ellipsoids(3, 150);
}
