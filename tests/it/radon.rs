//! Radon transforms: closed forms against the reference and against quadrature, the slice theorem, inversion, images.

use crate::reference;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use spectral_bias::Error;
use spectral_bias::data::{
    AffineMap, BesselRing, Combination, Doppler, Ellipsoid, FunctionTarget, Gaussian,
    GaussianPolynomial, Monomial, RadialStep, Ridge, SheppLogan, Sine, Sines, Target, TargetRadon,
    Transformed, parse_target,
};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::numerics::quadrature::Tolerance;
use spectral_bias::theory::penalty::{Penalty, Seminorm};
use spectral_bias::theory::radon::{
    Direction, DirectionRule, FilteredBackProjection, HyperplaneQuadrature, Image, Interpolation,
    Inversion, ParallelBeam, Pixels, RadialFunction, RadonTransform, RampFilter, Sinogram, Strips,
    TargetTransform, Volume, Window, back_project, back_project_volume, dual, project,
    project_volume, slice, spread_directions,
};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

fn monomials(which: usize, dim: usize) -> Vec<Monomial> {
    let term = |coefficient: f64, powers: &[u32]| Monomial {
        coefficient,
        powers: powers.to_vec(),
    };
    match (which, dim) {
        (0, d) => vec![term(1.0, &vec![0; d])],
        (1, 2) => vec![term(1.0, &[1, 0])],
        (2, 2) => vec![term(1.0, &[0, 0]), term(2.0, &[1, 2]), term(-1.0, &[3, 0])],
        (3, 2) => vec![term(1.0, &[4, 1])],
        (1, 3) => vec![term(1.0, &[1, 0, 2]), term(-1.0, &[0, 1, 0])],
        other => panic!("{other:?}"),
    }
}

fn symmetric(dim: usize, upper: &[f64]) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(dim, dim);
    let mut entries = upper.iter();
    for i in 0..dim {
        for j in i..dim {
            let c = *entries.next().unwrap();
            matrix[(i, j)] = c;
            matrix[(j, i)] = c;
        }
    }
    matrix
}

/// The target, direction and offset of a reference row, and the scale of its values.
fn case(row: &reference::Row) -> (Box<dyn Target>, Direction, f64, f64) {
    let a = &row.arguments;
    let (target, direction, scale): (Box<dyn Target>, &[f64], f64) = match row.function.as_str() {
        "polynomial2" => {
            let target = GaussianPolynomial::new(
                a[3..5].to_vec(),
                &symmetric(2, &a[..3]),
                monomials(a[5] as usize, 2),
            );
            (Box::new(target.unwrap()), &a[6..8], 0.0)
        }
        "polynomial3" => {
            let target = GaussianPolynomial::new(
                vec![0.0; 3],
                &symmetric(3, &a[..6]),
                monomials(a[6] as usize, 3),
            );
            (Box::new(target.unwrap()), &a[7..10], 0.0)
        }
        "ellipse" => {
            let target = Ellipsoid::turned([a[3], a[4]], [a[0], a[1]], a[2]).unwrap();
            (Box::new(target), &a[5..7], 0.0)
        }
        "ellipsoid" => {
            let target = Ellipsoid::with_axes(a[3..6].to_vec(), &a[..3]).unwrap();
            (Box::new(target), &a[6..9], 0.0)
        }
        "phantom" => {
            let target = if a[0] == 0.0 {
                SheppLogan::standard()
            } else {
                SheppLogan::modified()
            };
            (Box::new(target.unwrap()), &a[1..3], 1.0)
        }
        "j0" => (Box::new(BesselRing::new(a[0]).unwrap()), &[0.6, 0.8], 1.0),
        "doppler" => (Box::new(Doppler), &[0.6, 0.8], 1.0),
        other => panic!("{other}"),
    };
    let direction = Direction::new(direction).unwrap();
    (target, direction, *a.last().unwrap(), scale)
}

#[test]
fn closed_forms_are_the_reference() {
    let rows = reference::load("radon");
    assert!(rows.len() >= 115, "{}", rows.len());
    let (mut worst, mut exact) = (0.0, 0);
    for row in &rows {
        let (target, direction, offset, scale) = case(row);
        let found = TargetTransform::new(target.as_ref())
            .value(&direction, offset)
            .unwrap();
        let error = (found.value - row.value).abs();
        let what = format!(
            "{} {:?}: {found:?} {}",
            row.function, row.arguments, row.value
        );
        // The reference's own quadrature leaves some 1e−30 where symmetry makes an exact zero.
        assert!(error <= found.error + 1e-28, "{what}");
        // Where a polynomial cancels, or a direction cuts a slender shape lengthwise, the stated error is
        // larger relative to the value, and says so.
        let size = row.value.abs().max(scale);
        if size > 1e-28 && found.error <= 1e-12 * size {
            exact += 1;
            worst = f64::max(worst, error / size);
        }
    }
    println!(
        "{exact} of {} rows with a stated error ≤ 1e-12, worst {worst:.1e}",
        rows.len()
    );
    assert!(worst <= 1e-13 && exact >= 80, "{exact} {worst:e}");
}

fn mixed_gaussian(dim: usize) -> GaussianPolynomial {
    let covariance = DMatrix::from_fn(dim, dim, |i, j| {
        if i == j {
            0.5 + 0.25 * i as f64
        } else {
            0.1 / (1.0 + (i + j) as f64)
        }
    });
    let centre: Vec<f64> = (0..dim).map(|i| 0.2 - 0.15 * i as f64).collect();
    let mut powers = vec![0; dim];
    powers[0] = 2;
    let terms = vec![
        Monomial {
            coefficient: 0.5,
            powers: vec![0; dim],
        },
        Monomial {
            coefficient: 1.0,
            powers,
        },
    ];
    GaussianPolynomial::new(centre, &covariance, terms).unwrap()
}

fn tilted(dim: usize) -> Direction {
    let v: Vec<f64> = (0..dim)
        .map(|i| 1.0 - 0.7 * i as f64 + 0.2 * (i * i) as f64)
        .collect();
    Direction::new(&v).unwrap()
}

#[test]
fn closed_forms_and_quadrature_agree() {
    for dim in 1..=3 {
        let target = mixed_gaussian(dim);
        let numerical = HyperplaneQuadrature::new(dim, |x: &[f64]| target.value(x)).unwrap();
        let xi = tilted(dim);
        for offset in [-0.8, 0.0, 0.3, 1.7] {
            let closed = TargetTransform::new(&target).value(&xi, offset).unwrap();
            let found = numerical.value(&xi, offset).unwrap();
            let error = (closed.value - found.value).abs();
            assert!(
                error <= found.error + closed.error,
                "{dim} {offset}: {closed:?} {found:?}"
            );
            assert!(
                error <= 1e-10 * closed.value.abs() && found.error <= 1e-9 * closed.value.abs()
            );
        }
    }
    for (dim, limit) in [(4, 1e-5), (5, 1e-3)] {
        let target = mixed_gaussian(dim);
        let numerical = HyperplaneQuadrature::new(dim, |x: &[f64]| target.value(x)).unwrap();
        let xi = tilted(dim);
        for offset in [-0.5, 0.4] {
            let closed = TargetTransform::new(&target).value(&xi, offset).unwrap();
            let found = numerical.value(&xi, offset).unwrap();
            let error = (closed.value - found.value).abs();
            println!("d = {dim}: {error:.1e}, stated {:.1e}", found.error);
            assert!(error <= found.error, "{dim}: {closed:?} {found:?}");
            assert!(found.error <= limit * closed.value.abs(), "{found:?}");
        }
    }
    // Jumps that nobody named, and a support that is.
    let ball = Ellipsoid::ball(vec![0.1, -0.2], 0.75).unwrap();
    let xi = tilted(2);
    let closed = TargetTransform::new(&ball).value(&xi, 0.3).unwrap();
    let plain = HyperplaneQuadrature::new(2, |x: &[f64]| ball.value(x)).unwrap();
    let named = HyperplaneQuadrature::new(2, |x: &[f64]| ball.value(x))
        .unwrap()
        .around(vec![0.1, -0.2])
        .unwrap()
        .supported_within(0.75)
        .unwrap();
    for found in [plain.value(&xi, 0.3), named.value(&xi, 0.3)] {
        let found = found.unwrap();
        assert!(
            (found.value - closed.value).abs() <= found.error.min(1e-9),
            "{found:?} {closed:?}"
        );
    }
    assert_eq!(named.value(&xi, 3.0).unwrap().value, 0.0);
}

#[test]
fn radial_functions_by_the_abel_transform() {
    for dim in [1, 2, 3, 5, 8] {
        let width = 0.6;
        let target = Gaussian::new(dim, width).unwrap();
        let radial = RadialFunction::new(dim, |r: f64| (-0.5 * (r / width).powi(2)).exp()).unwrap();
        let ball = Ellipsoid::ball(vec![0.0; dim], 0.75).unwrap();
        let disc = RadialFunction::new(dim, |r: f64| f64::from(u8::from(r <= 0.75)))
            .unwrap()
            .supported_within(0.75)
            .unwrap();
        let xi = tilted(dim);
        for offset in [0.0, -0.4, 0.7] {
            let closed = TargetTransform::new(&target).value(&xi, offset).unwrap();
            let found = radial.value(&xi, offset).unwrap();
            let error = (closed.value - found.value).abs();
            assert!(
                error <= found.error + closed.error && error <= 1e-12 * closed.value,
                "{found:?}"
            );
            let closed = TargetTransform::new(&ball).value(&xi, offset).unwrap();
            let found = disc.value(&xi, offset).unwrap();
            let error = (closed.value - found.value).abs();
            assert!(
                error <= found.error + closed.error && error <= 1e-10,
                "{dim} {found:?} {closed:?}"
            );
        }
    }
}

#[test]
fn the_bessel_ring_is_a_cosine() {
    let ring = BesselRing::default();
    let closed = TargetTransform::new(&ring);
    let numerical = RadialFunction::new(2, |r: f64| libm_j0(TAU * r))
        .unwrap()
        .oscillating(TAU)
        .unwrap();
    let mut worst = 0.0;
    for (i, offset) in (0..40).map(|i| (i, 0.07 * i as f64 - 1.3)) {
        let xi = Direction::from_angle(0.3 * i as f64).unwrap();
        let expected = (TAU * offset).cos() / PI;
        let value = closed.value(&xi, offset).unwrap();
        assert!((value.value - expected).abs() <= 1e-12);
        let found = numerical.value(&xi, offset).unwrap();
        let error = (found.value - expected).abs();
        assert!(
            error <= found.error + 1e-15,
            "{offset}: {found:?} {expected}"
        );
        assert!(found.error < 1e-8, "{offset}: {found:?}");
        worst = f64::max(worst, error);
    }
    println!("numerical route: {worst:.1e}");
    assert!(matches!(
        closed.along(&tilted(2), 1.0),
        Err(Error::Undefined { .. })
    ));
}

fn libm_j0(x: f64) -> f64 {
    spectral_bias::numerics::special::bessel_j(0.0, x.abs())
}

#[test]
fn slices_of_the_fourier_transform() {
    let mut worst: f64 = 0.0;
    for dim in [1, 2, 3, 5] {
        let ball: Arc<dyn Target> = Arc::new(Ellipsoid::ball(vec![0.3; dim], 0.8).unwrap());
        let shear = DMatrix::from_fn(dim, dim, |i, j| {
            if i == j {
                1.5
            } else if j > i {
                0.2
            } else {
                0.0
            }
        });
        let map = AffineMap::new(shear, DVector::from_element(dim, -0.1)).unwrap();
        let polynomial: Arc<dyn Target> = Arc::new(mixed_gaussian(dim));
        let targets: Vec<(Arc<dyn Target>, Vec<f64>)> = vec![
            (
                Arc::new(Gaussian::centred(0.5, vec![0.2; dim]).unwrap()),
                vec![],
            ),
            (Arc::clone(&polynomial), vec![]),
            (
                Arc::new(Transformed::new(Arc::clone(&polynomial), map).unwrap()),
                vec![],
            ),
            (
                Arc::new(
                    Combination::new(vec![
                        (2.0, Arc::clone(&polynomial)),
                        (-0.5, Arc::new(Gaussian::new(dim, 0.7).unwrap())),
                    ])
                    .unwrap(),
                ),
                vec![],
            ),
            (ball, vec![-0.8, 0.8]),
        ];
        let xi = tilted(dim);
        for (target, edges) in targets {
            let shift: f64 = xi.as_slice().iter().sum::<f64>() * 0.3;
            let splits: Vec<f64> = edges.iter().map(|e| e + shift).collect();
            let transform = TargetTransform::new(target.as_ref());
            let scale = transform.along(&xi, 0.0).unwrap().0.norm();
            for omega in [0.0, 0.9, -3.0, 7.5] {
                let (exact, bound) = transform.along(&xi, omega).unwrap();
                let (found, error) =
                    slice(&transform, &xi, omega, &splits, &Tolerance::relative(1e-12)).unwrap();
                let difference = (exact - found).norm();
                let what = format!("{} d={dim} ω={omega}: {exact} {found}", target.name());
                assert!(
                    difference <= bound + error,
                    "{what} {difference:e} {bound:e} {error:e}"
                );
                assert!(difference <= 1e-10 * scale, "{what}");
                worst = worst.max(difference / scale);
            }
        }
    }
    println!("slice theorem: {worst:.1e}");
    // Both routes numerical.
    let hidden = |x: &[f64]| (-x[0] * x[0] - 2.0 * x[1] * x[1]).exp();
    let transform = HyperplaneQuadrature::new(2, hidden)
        .unwrap()
        .with_tolerance(Tolerance::relative(1e-13));
    let xi = Direction::from_angle(0.7).unwrap();
    let (found, error) = transform.along(&xi, 1.5).unwrap();
    let k: Vec<f64> = xi.as_slice().iter().map(|c| 1.5 * c).collect();
    let expected = PI / 2f64.sqrt() * (-k[0] * k[0] / 4.0 - k[1] * k[1] / 8.0).exp();
    assert!((found.re - expected).abs() <= error.min(1e-10) && found.im.abs() <= error);
}

#[test]
fn phantoms_have_exact_transforms() {
    for phantom in [
        SheppLogan::standard().unwrap(),
        SheppLogan::modified().unwrap(),
    ] {
        let transform = TargetTransform::new(&phantom);
        let xi = Direction::from_angle(0.4).unwrap();
        // Every ellipse begins and ends at a root singularity: found by refinement.
        let (found, error) = slice(&transform, &xi, 2.0, &[], &Tolerance::relative(1e-8)).unwrap();
        let (exact, bound) = transform.along(&xi, 2.0).unwrap();
        assert!(
            (found - exact).norm() <= error + bound,
            "{found} {exact} {error:e}"
        );
        assert!((found - exact).norm() <= 1e-7);
    }
    let centre = parse_target("shepp-logan", 2).unwrap().value(&[0.0, 0.0]);
    assert!((centre - 0.2).abs() < 1e-15);
    assert!(
        (parse_target("shepp-logan-standard", 2)
            .unwrap()
            .value(&[0.0, 0.0])
            - 1.02)
            .abs()
            < 1e-15
    );
    assert!(parse_target("shepp-logan", 3).is_err());
    let ball = parse_target("ball:radius=0.5,centre=1/0/0", 3).unwrap();
    assert_eq!(
        (ball.value(&[1.2, 0.0, 0.3]), ball.value(&[0.0; 3])),
        (1.0, 0.0)
    );
}

#[test]
fn jumps_cost_infinitely_much() {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale: ScaleLaw::Fixed(1.0),
    };
    let rates = LearningRates::train(&[Group::Output]).unwrap();
    let relu = Activation::parse("relu").unwrap();
    let penalty = Penalty::new(&Shallow::new(relu, 2, ensemble, rates).unwrap()).unwrap();
    for text in [
        "shepp-logan",
        "ball:radius=0.5",
        "ball:radius=0.5,centre=1/2",
    ] {
        let target = parse_target(text, 2).unwrap();
        let found = penalty.seminorm_of_target(target.as_ref()).unwrap();
        assert!(
            matches!(found, Seminorm::Infinite { .. }),
            "{text}: {found:?}"
        );
    }
    // Not radial, and finite: a stretched Gaussian costs what the average over angles says.
    let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 0.25]);
    let target = GaussianPolynomial::gaussian(vec![0.5, 0.0], &covariance).unwrap();
    let Seminorm::Finite(cost) = penalty.seminorm_of_target(&target).unwrap() else {
        panic!()
    };
    let power = |k: &[f64]| (TAU * 0.5 * (-0.5 * (k[0] * k[0] + 0.25 * k[1] * k[1])).exp()).powi(2);
    let Seminorm::Finite(expected) = penalty.seminorm_of_transform(power, &[]).unwrap() else {
        panic!()
    };
    assert!((cost.value - expected.value).abs() <= 1e-12 * cost.value);
}

#[test]
fn what_is_no_function_says_what_it_is() {
    let xi = tilted(2);
    let step = RadialStep::new(2, 0.75).unwrap();
    let error = TargetTransform::new(&step).value(&xi, 0.0).unwrap_err();
    assert!(error.to_string().contains("ball:radius=0.75"), "{error}");
    let TargetRadon::Infinite { constant, rest } = step.radon() else {
        panic!()
    };
    let ball = TargetTransform::new(rest.as_ref())
        .value(&xi, 0.25)
        .unwrap();
    assert_eq!(constant, 1.0);
    assert!((ball.value + 2.0 * 0.5f64.sqrt()).abs() < 1e-15);

    let ridge = Ridge::new("tanh ridge", &[3.0, 4.0], f64::tanh).unwrap();
    let error = TargetTransform::new(&ridge).value(&xi, 0.0).unwrap_err();
    assert!(matches!(error, Error::Undefined { .. }), "{error}");
    let wave = Sine {
        frequency: vec![0.0, -2.0],
        amplitude: 1.5,
        phase: 0.3,
    };
    let sines = Sines::new(vec![wave]).unwrap();
    for (target, x) in [(&ridge as &dyn Target, [0.3, -0.4]), (&sines, [0.7, 0.2])] {
        let TargetRadon::Ridges(parts) = target.radon() else {
            panic!()
        };
        let sum: f64 = parts
            .iter()
            .map(|part| {
                let along: f64 = part.direction.iter().zip(&x).map(|(u, x)| u * x).sum();
                // The inversion formula applied to the measure on ±u.
                0.5 * ((part.profile)(along) + (part.profile)(-(-along)))
            })
            .sum();
        assert!((sum - target.value(&x)).abs() < 1e-15);
    }
}

#[test]
fn what_cannot_be_integrated_is_refused() {
    let xi = |d| tilted(d);
    for dim in 2..=5 {
        let constant = HyperplaneQuadrature::new(dim, |_: &[f64]| 1.0).unwrap();
        assert!(
            matches!(constant.value(&xi(dim), 0.0), Err(Error::Undefined { .. })),
            "{dim}"
        );
        let slow = HyperplaneQuadrature::new(dim, |x: &[f64]| {
            1.0 / (1.0 + x.iter().map(|x| x * x).sum::<f64>()).sqrt()
        })
        .unwrap();
        assert!(
            matches!(slow.value(&xi(dim), 0.5), Err(Error::Undefined { .. })),
            "{dim}"
        );
        let nan = HyperplaneQuadrature::new(dim, |_: &[f64]| f64::NAN).unwrap();
        assert!(
            matches!(nan.value(&xi(dim), 0.5), Err(Error::Undefined { .. })),
            "{dim}"
        );
    }
    let hidden = FunctionTarget::new("one", 2, |_| 1.0).unwrap();
    assert!(TargetTransform::new(&hidden).value(&xi(2), 0.0).is_err());
    let gaussian = Gaussian::new(2, 1.0).unwrap();
    let transform = TargetTransform::new(&gaussian);
    assert!(matches!(
        transform.value(&xi(3), 0.0),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        transform.value(&xi(2), f64::NAN),
        Err(Error::NotFinite { .. })
    ));
    assert!(matches!(
        transform.along(&xi(2), f64::INFINITY),
        Err(Error::NotFinite { .. })
    ));
    for bad in [
        &[][..],
        &[0.0, 0.0],
        &[f64::NAN, 1.0],
        &[f64::INFINITY, 1.0],
    ] {
        assert!(Direction::new(bad).is_err());
    }
    assert_eq!(
        Direction::new(&[3e300, 4e300]).unwrap().as_slice(),
        [0.6, 0.8]
    );
    assert!(HyperplaneQuadrature::new(0, |_: &[f64]| 1.0).is_err());
    let flat = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 1.0]);
    assert!(GaussianPolynomial::gaussian(vec![0.0; 2], &flat).is_err());
    assert!(AffineMap::new(flat, DVector::zeros(2)).is_err());
    assert!(Ellipsoid::ball(vec![0.0; 2], 0.0).is_err());
    assert!(Ellipsoid::with_axes(vec![0.0; 2], &[1.0]).is_err());
    assert!(Combination::new(vec![]).is_err());
}

#[test]
fn filters_differentiate() {
    // |∂|² = −d²/dγ², |∂|⁴ = d⁴/dγ⁴, |∂|: the Hilbert transform of the derivative, in closed form for
    // 1/(1+γ²) (whose transform π e^{−|ω|} becomes |ω|: (1−γ²)/(1+γ²)²).
    let (n, h) = (401, 0.05);
    let place = |j: usize| (j as f64 - 200.0) * h;
    let gaussian: Vec<f64> = (0..n).map(|j| (-0.5 * place(j).powi(2)).exp()).collect();
    for (power, exact) in [
        (0, Box::new(|_: f64| 1.0) as Box<dyn Fn(f64) -> f64>),
        (2, Box::new(|t: f64| 1.0 - t * t)),
        (4, Box::new(|t: f64| t.powi(4) - 6.0 * t * t + 3.0)),
    ] {
        let filter = RampFilter::new(n, 0, h, power, Window::RamLak).unwrap();
        let found = filter.apply(&gaussian).unwrap();
        for (j, value) in found.iter().enumerate() {
            let expected = exact(place(j)) * gaussian[j];
            assert!(
                (value - expected).abs() < 1e-15 * (2.0 + PI / h).powi(power as i32),
                "{power} {j} {value} {expected}"
            );
        }
    }
    for (name, window) in Window::NAMED {
        assert_eq!(name.parse::<Window>().unwrap(), window);
        assert_eq!(window.response(0.0), 1.0);
    }
    assert!("ramp?".parse::<Window>().is_err());
    assert!(RampFilter::new(0, 0, h, 1, Window::Hann).is_err());
    assert!(RampFilter::new(4, 0, 0.0, 1, Window::Hann).is_err());
    assert!(RampFilter::new(4, 0, h, 13, Window::Hann).is_err());
    let filter = RampFilter::new(4, 2, h, 1, Window::Hann).unwrap();
    assert_eq!(filter.apply(&[1.0; 4]).unwrap().len(), 8);
    assert!(filter.apply(&[1.0; 3]).is_err());
}

#[test]
fn the_dual_is_the_adjoint_in_every_dimension() {
    // R* of the constant 1 is the surface; of γ², |S^{d−1}| ‖x‖²/d.
    for dim in 1..=5 {
        let rule = DirectionRule::new(dim, 6).unwrap();
        let x: Vec<f64> = (0..dim).map(|i| 0.4 - 0.3 * i as f64).collect();
        let surface: f64 = spectral_bias::numerics::special::sphere_surface(dim);
        let total: f64 = rule.nodes().iter().map(|(_, w)| w).sum();
        assert!((total - surface).abs() < 1e-13 * surface);
        let square = |_: &Direction, g: f64| Ok(spectral_bias::numerics::Estimate::new(g * g, 0.0));
        let found = dual(square, &x, &rule).unwrap();
        let norm: f64 = x.iter().map(|c| c * c).sum();
        let expected = surface * norm / dim as f64;
        assert!((found.value - expected).abs() < 1e-13 * surface, "{dim}");
        assert!(dual(square, &[0.0; 9], &rule).is_err());
    }
    assert!(DirectionRule::new(0, 3).is_err() && DirectionRule::new(9, 100).is_err());
    assert!(spread_directions(4, 3).is_err() && spread_directions(2, 0).is_err());
    assert_eq!(spread_directions(3, 50).unwrap().len(), 50);
}

#[test]
fn inversion_gives_the_function_back() {
    for (dim, degree, steps) in [(1, 1, 128), (2, 40, 64), (3, 24, 64), (5, 14, 64)] {
        let target = Gaussian::centred(0.6, (0..dim).map(|i| 0.1 * i as f64).collect()).unwrap();
        let transform = TargetTransform::new(&target);
        let inversion = Inversion::new(&transform, degree, 5.0, steps).unwrap();
        let mut worst = 0.0;
        for i in 0..6 {
            let x: Vec<f64> = (0..dim)
                .map(|j| 0.25 * ((i * (j + 2)) % 5) as f64 - 0.3)
                .collect();
            let found = inversion.at(&x).unwrap();
            let error = (found.value - target.value(&x)).abs();
            assert!(error <= found.error, "{dim} {x:?}: {found:?} {error:e}");
            worst = f64::max(worst, error);
        }
        println!("inversion in d = {dim}: {worst:.1e}");
        assert!(worst < 1e-6, "{dim}: {worst:e}");
        assert!(inversion.at(&vec![9.0; dim]).is_err() && inversion.at(&[0.0; 7]).is_err());
    }
    let gaussian = Gaussian::new(2, 1.0).unwrap();
    let transform = TargetTransform::new(&gaussian);
    assert!(Inversion::new(&transform, 8, -1.0, 16).is_err());
    assert!(Inversion::new(&transform, 8, 1.0, 7).is_err());
}

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
