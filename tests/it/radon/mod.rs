//! Radon transforms: closed forms against the reference and against quadrature, the slice theorem, inversion; images and functions with
//! jumps in their own files.

mod images;
mod jumps;

use crate::reference;
use nalgebra::{DMatrix, DVector};
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
    Direction, DirectionRule, HyperplaneQuadrature, Inversion, RadialFunction, RadonTransform,
    RampFilter, TargetTransform, Window, dual, slice, spread_directions,
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
    assert!(spread_directions(0, 1).is_err() && spread_directions(2, 0).is_err());
    assert_eq!(spread_directions(3, 50).unwrap().len(), 50);
}

/// The first axis, then a sequence: distinct directions of one half whose second moments are nearly those of the sphere, I/d.
#[test]
fn directions_spread_in_any_dimension() {
    for dim in [4, 5, 7, 12] {
        let n = 4000;
        let directions = spread_directions(dim, n).unwrap();
        assert_eq!(directions[0].as_slice()[0], 1.0);
        assert_eq!(directions[..9], spread_directions(dim, 9).unwrap());
        assert!(directions.iter().all(|xi| xi.as_slice()[0] >= 0.0));
        for (i, j) in (0..dim).flat_map(|i| (0..dim).map(move |j| (i, j))) {
            let product = |xi: &Direction| xi.as_slice()[i] * xi.as_slice()[j];
            let moment = directions.iter().map(product).sum::<f64>() / n as f64;
            let expected = if i == j { 1.0 / dim as f64 } else { 0.0 };
            assert!((moment - expected).abs() < 6e-3, "{dim} {i} {j} {moment}");
        }
    }
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

/// Profiles that fall no faster than r^{−(d−1)} have no transform; those that barely do end beyond the largest double.
#[test]
fn heavy_tails_are_refused_or_in_the_error() {
    for dim in 2..=6 {
        let power = -0.5 * (dim as f64 - 1.0);
        let flat = RadialFunction::new(dim, move |r: f64| (1.0 + r * r).powf(power)).unwrap();
        assert!(flat.value(&tilted(dim), 0.3).is_err(), "{dim}");
    }
    // √π Γ(p−½)/Γ(p) (1+γ²)^{½−p} with p = 0.505.
    let exact = 201.296_133_474_974_8;
    let radial = RadialFunction::new(2, |r: f64| (1.0 + r * r).powf(-0.505)).unwrap();
    let plane = HyperplaneQuadrature::new(2, |x: &[f64]| {
        (1.0 + x[0] * x[0] + x[1] * x[1]).powf(-0.505)
    })
    .unwrap();
    for found in [
        radial.value(&tilted(2), 0.3).unwrap(),
        plane.value(&tilted(2), 0.3).unwrap(),
    ] {
        assert!((found.value - exact).abs() <= found.error, "{found:?}");
    }
    let vanished = Gaussian::new(2, 1e-300).unwrap();
    let found = TargetTransform::new(&vanished)
        .value(&tilted(2), 1.0)
        .unwrap();
    assert!(found.value == 0.0 && found.error < 1e-300, "{found:?}");
}

/// A peak that the points of a lattice miss is no small number with a small error.
#[test]
fn narrow_peaks_ask_for_a_scale() {
    for (dim, width) in [(5, 0.03), (6, 0.1), (6, 0.03)] {
        let peak = Gaussian::centred(width, vec![0.4; dim]).unwrap();
        let xi = tilted(dim);
        let offset = 0.4 * xi.as_slice().iter().sum::<f64>();
        let exact = TargetTransform::new(&peak).value(&xi, offset).unwrap();
        let value = |x: &[f64]| peak.value(x);
        match HyperplaneQuadrature::new(dim, value)
            .unwrap()
            .value(&xi, offset)
        {
            Err(Error::Undefined { reason, .. }) => assert!(reason.contains("with_scale")),
            found => {
                let found = found.unwrap();
                assert!(
                    (found.value - exact.value).abs() <= found.error,
                    "{found:?}"
                );
            }
        }
        let told = HyperplaneQuadrature::new(dim, value)
            .unwrap()
            .around(vec![0.4; dim])
            .unwrap()
            .with_scale(width)
            .unwrap()
            .value(&xi, offset)
            .unwrap();
        assert!((told.value - exact.value).abs() <= told.error, "{told:?}");
        assert!(told.error <= 1e-2 * exact.value, "{told:?}");
    }
}
