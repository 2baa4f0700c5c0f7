//! The least-norm problem against kernels in closed form, the weighted form and the Fourier form.

use super::{FIXED, outputs, penalty};
use nalgebra::{DMatrix, DVector};
use spectral_bias::data::{Points, parse_target};
use spectral_bias::model::{Activation, Ensemble, LearningRates, Shallow};
use spectral_bias::numerics::linalg::solve_positive_definite;
use spectral_bias::theory::kernel::{gram, tangent_kernel};
use spectral_bias::theory::penalty::{LeastNorm, LeastNormAnswer, Seminorm, WeightedForm};
use std::f64::consts::PI;

fn model(activation: &str, dim: usize, ensemble: &str, train: &str) -> Shallow {
    let rates: LearningRates = train.parse().unwrap();
    let ensemble = Ensemble::parse(ensemble, dim, None).unwrap();
    Shallow::new(Activation::parse(activation).unwrap(), dim, ensemble, rates).unwrap()
}

/// Σ a_i K(·, x_i) with three centres, solved on ‖x‖ ≤ 1, and aᵀKa.
fn expansion(model: &Shallow) -> (LeastNormAnswer, f64) {
    // Closed forms are right to 1e−13, quadratures to their estimate.
    let closed = matches!(model.ensemble(), Ensemble::Gaussian { .. });
    noisy_expansion(model, closed.then_some(CLOSED), |_| 0.0)
}

/// Its values known to `noise` of the largest of them, and off by `off` of 1.
fn noisy_expansion(
    model: &Shallow,
    noise: Option<f64>,
    off: impl Fn(&[f64]) -> f64,
) -> (LeastNormAnswer, f64) {
    let kernel = tangent_kernel(model).unwrap();
    let d = model.dim();
    let mut centres = [vec![0.3; d], vec![-0.45; d], vec![0.1; d]];
    centres[2][0] = -0.2;
    let a = [1.0, -0.7, 0.4];
    let k = |x: &[f64], y: &[f64]| kernel.evaluate(x, y).value;
    let noise = noise.unwrap_or_else(|| {
        let at = kernel.evaluate(&centres[0], &centres[1]);
        10.0 * at.error / at.value.abs()
    });
    let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j)));
    let exact = pairs
        .map(|(i, j)| a[i] * a[j] * k(&centres[i], &centres[j]))
        .sum();
    let found = LeastNorm::new(model, 1.0)
        .unwrap()
        .with_noise(noise)
        .unwrap()
        .of(|x| off(x) + (0..3).map(|i| a[i] * k(x, &centres[i])).sum::<f64>())
        .unwrap();
    (found, exact)
}

/// The number within its error, the lower bound below, the error below `relative`.
fn check(name: &str, found: &LeastNormAnswer, exact: f64, relative: f64) {
    let norm = found
        .seminorm
        .finite()
        .unwrap_or_else(|| panic!("{name}: {found:?}"));
    println!(
        "{name}: exact {exact:.12e}, off {:.1e}, stated {:.1e}, lower off {:.1e}, residual {:.1e}, places {}, neurons {}, condition {:.0e}",
        norm.value - exact,
        norm.error,
        found.lower - exact,
        found.residual,
        found.used,
        found.neurons,
        found.condition
    );
    assert!(
        (norm.value - exact).abs() <= norm.error,
        "{name}: {found:?}"
    );
    assert!(found.lower <= exact * (1.0 + 1e-11), "{name}: {found:?}");
    assert!(norm.error <= relative * exact, "{name}: {found:?}");
}

/// The relative error of kernels in closed form.
const CLOSED: f64 = 1e-13;

const GAUSSIAN: &str = "gaussian:weight_std=1,bias_std=1";

#[test]
fn expansions_in_closed_form_kernels() {
    for (name, relative) in [
        ("tanh", 1e-9),
        ("erf", 1e-10),
        ("gelu", 1e-10),
        ("relu", 1e-5),
        ("hat", 1e-4),
    ] {
        let (found, exact) = expansion(&model(name, 1, GAUSSIAN, "output"));
        check(name, &found, exact, relative);
    }
    // Two trained groups.
    let (found, exact) = expansion(&model("erf", 1, GAUSSIAN, "output,bias,weight"));
    check("erf, all trained", &found, exact, 1e-9);
    // Kernels that are quadratures themselves.
    for (name, ensemble, train) in [
        ("gelu", "radon:offset_std=1", "output,offset"),
        ("tanh", "radon:radius=2", "output"),
        ("tanh", "radon:radius=2", "output,scale"),
    ] {
        let (found, exact) = expansion(&model(name, 1, ensemble, train));
        check(&format!("{name}, {ensemble}, {train}"), &found, exact, 1e-5);
    }
}

#[test]
fn expansions_in_the_plane() {
    for (name, relative) in [
        ("erf", 1e-8),
        ("tanh", 1e-8),
        ("gelu", 1e-8),
        ("relu", 1e-3),
        ("hat", 2e-2),
    ] {
        let (found, exact) = expansion(&model(name, 2, GAUSSIAN, "output"));
        check(&format!("{name}, d = 2"), &found, exact, relative);
    }
}

/// Whether values are better than what is said of them or not, the number is within its error.
#[test]
fn noise_is_contained() {
    for (name, dim, noise) in [
        ("gelu", 1, 1e-10),
        ("gelu", 1, 1e-6),
        ("tanh", 1, 1e-8),
        ("tanh", 1, 1e-4),
        ("gelu", 2, 1e-8),
    ] {
        let m = model(name, dim, GAUSSIAN, "output");
        for used in [0.0, 1.0] {
            // The largest value is above 0.3.
            let off = |x: &[f64]| 0.3 * used * noise * (1e7 * (x[0] + 0.7 * x[dim - 1])).sin();
            let (found, exact) = noisy_expansion(&m, Some(noise), off);
            check(
                &format!("{name}, d = {dim}, noise {noise}"),
                &found,
                exact,
                1e4 * noise,
            );
        }
    }
}

/// Unbounded offsets: affine functions are free, and the least is ∫f″² over the interval. Gaussian ensemble: bending
/// outside is free to choose, costs ∫f″²/ζ there and lowers the affine part's 4a², a = f(0) − ½∫f″|γ|: it is
/// f″ = t|γ|ζ(γ) with the t of the least sum.
#[test]
fn relu_against_the_weighted_form() {
    let g = |x: f64| (-0.5 * x * x).exp();
    let second = |x: f64| (x * x - 1.0) * g(x);
    for radius in [0.5, 1.0, 3.0] {
        let m = model("relu", 1, "radon:radius=inf", "output");
        let form = WeightedForm::new(&m).unwrap();
        let exact = form.bending(second, (-radius, radius), &[]).unwrap();
        let found = LeastNorm::new(&m, radius).unwrap().of(|x| g(x[0])).unwrap();
        check(
            &format!("R = {radius}"),
            &found,
            exact.finite().unwrap().value,
            1e-3,
        );
        assert_eq!(found.null_space_degree, 1);
    }
    let m = model("relu", 1, GAUSSIAN, "output");
    let form = WeightedForm::new(&m).unwrap();
    let inside = |x: f64| if x.abs() <= 1.0 { second(x) } else { 0.0 };
    let whole = |f: &dyn Fn(f64) -> f64| {
        let splits = [-1e4, -100.0, -1.0, 1.0, 100.0, 1e4];
        form.seminorm(1.0, 0.0, f, (-1e8, 1e8), &splits)
            .unwrap()
            .finite()
            .unwrap()
            .value
    };
    let found = LeastNorm::new(&m, 1.0).unwrap().of(|x| g(x[0])).unwrap();
    let norm = found.seminorm.finite().unwrap();
    assert!(
        norm.value - norm.error <= whole(&inside).min(whole(&second)),
        "{found:?}"
    );
    let extended = |t: f64| {
        whole(&|x: f64| {
            if x.abs() <= 1.0 {
                second(x)
            } else {
                t * x.abs() * 2.0 / (PI * (1.0 + x * x).powi(2))
            }
        })
    };
    // A parabola in t: its least value from three points.
    let (p, q, r) = (extended(-1.0), extended(0.0), extended(1.0));
    let (curve, slope) = (0.5 * (p + r) - q, 0.5 * (r - p));
    let least = q - slope * slope / (4.0 * curve);
    println!("ReLU, Gaussian ensemble: {least:.10} against {norm:?}");
    assert!(
        (norm.value - least).abs() <= norm.error + 1e-7 * least,
        "{norm:?} {least}"
    );
}

/// The whole line from below: the norm of the restriction grows to the Fourier form's as the interval does.
#[test]
fn growing_intervals_approach_the_fourier_form() {
    for (name, dim, target, radii) in [
        ("relu", 1, "gaussian:width=1", vec![1.0, 2.0, 4.0, 7.0]),
        ("relu", 3, "gaussian:width=1", vec![2.0, 5.0]),
    ] {
        let target = parse_target(target, dim).unwrap();
        let exact = penalty(name, dim, FIXED, "output")
            .seminorm_of_target(target.as_ref())
            .unwrap()
            .finite()
            .unwrap()
            .value;
        let m = model(name, dim, "radon:radius=inf", "output");
        let mut last = 0.0;
        for radius in radii {
            let problem = LeastNorm::new(&m, radius).unwrap();
            let problem = if dim == 1 {
                problem
            } else {
                problem.with_places(65).unwrap()
            };
            let found = problem.of_target(target.as_ref()).unwrap();
            let norm = found.seminorm.finite().unwrap();
            println!(
                "{name}, d = {dim}, R = {radius}: {norm:?} of {exact}, {} places",
                found.used
            );
            assert!(norm.value + norm.error >= last);
            assert!(norm.value - norm.error <= exact);
            last = norm.value - norm.error;
        }
        assert!(last > 0.99 * exact, "{name}: {last} of {exact}");
    }
}

#[test]
fn samples_from_below() {
    let m = model("gelu", 1, GAUSSIAN, "output");
    let f = |x: f64| (-0.5 * x * x / 4.0).exp();
    let found = LeastNorm::new(&m, 1.0).unwrap().of(|x| f(x[0])).unwrap();
    let norm = found.seminorm.finite().unwrap();
    let kernel = tangent_kernel(&m).unwrap();
    for n in [2, 3, 4, 5, 6] {
        let xs: Vec<f64> = (0..n)
            .map(|i| 2.0 * f64::from(i) / f64::from(n - 1) - 1.0)
            .collect();
        let points = Points::on_line(&xs).unwrap();
        let k = gram(kernel.as_ref(), &points).unwrap().matrix;
        let y = DVector::from_iterator(xs.len(), xs.iter().map(|&x| f(x)));
        let right = DMatrix::from_column_slice(xs.len(), 1, y.as_slice());
        let a = solve_positive_definite(&k, &right).unwrap();
        let from_samples = y.dot(&a.x.column(0));
        assert!(
            from_samples <= norm.value + norm.error,
            "{n}: {from_samples} {found:?}"
        );
    }
    let mut last = 0.0;
    for &(_, cost, _) in &found.history {
        assert!(cost >= last);
        last = cost;
    }
    assert_eq!(last, found.cost);
}

#[test]
fn what_lies_outside_is_told_by_growth() {
    // |x| under tanh, whose functions are analytic, and under ReLU, where |x|″ is no square-integrable function.
    for (name, ensemble) in [("tanh", "radon:radius=inf"), ("relu", GAUSSIAN)] {
        let found = LeastNorm::new(&model(name, 1, ensemble, "output"), 1.0)
            .unwrap()
            .of(|x| x[0].abs())
            .unwrap();
        let Seminorm::Infinite { reason } = &found.seminorm else {
            panic!("{name}: {found:?}")
        };
        assert!(reason.contains("evidence"), "{reason}");
    }
    // A wave too short to be resolved: no digit is claimed.
    let found = LeastNorm::new(&model("gelu", 1, "radon:radius=3", "output"), 1.0)
        .unwrap()
        .of(|x| (60.0 * x[0]).sin())
        .unwrap();
    assert!(
        found
            .seminorm
            .finite()
            .is_none_or(|e| e.error.is_infinite()),
        "{found:?}"
    );
    // A pause in the gains where the places run out: 151, where yᵀK⁻¹y of 70 places in 250 digits is 702.
    let found = LeastNorm::new(&model("erf", 1, GAUSSIAN, "output"), 1.0)
        .unwrap()
        .of(|x| (2.0 * x[0] + 0.3).sin())
        .unwrap();
    assert!(
        found
            .seminorm
            .finite()
            .is_none_or(|e| e.value + e.error > 702.0),
        "{found:?}"
    );
}

#[test]
fn the_null_space_is_free_and_zero_costs_nothing() {
    let m = model("tanh", 1, "radon:radius=inf", "output");
    let found = LeastNorm::new(&m, 1.0).unwrap().of(|_| 3.0).unwrap();
    assert_eq!(found.seminorm.finite().unwrap().value, 0.0);
    let m = model("relu", 2, "radon:radius=inf", "output");
    let found = LeastNorm::new(&m, 1.0)
        .unwrap()
        .of(|x| 1.0 - 2.0 * x[0] + x[1])
        .unwrap();
    assert_eq!(found.seminorm.finite().unwrap().value, 0.0);
    let m = model("tanh", 1, GAUSSIAN, "output");
    let found = LeastNorm::new(&m, 1.0).unwrap().of(|_| 0.0).unwrap();
    assert_eq!(found.seminorm.finite().unwrap().value, 0.0);
}

#[test]
fn a_radial_function_by_both_routes() {
    // The section K(·, 0) is radial, and its norm K(0, 0).
    for (name, dim) in [("erf", 2), ("gelu", 7)] {
        let m = model(name, dim, GAUSSIAN, "output");
        let kernel = tangent_kernel(&m).unwrap();
        let origin = vec![0.0; dim];
        let exact = kernel.evaluate(&origin, &origin).value;
        let problem = LeastNorm::new(&m, 1.0).unwrap();
        let problem = problem.with_noise(CLOSED).unwrap();
        let radial = problem
            .of_radial(|r| {
                let mut x = vec![0.0; dim];
                x[dim - 1] = r;
                kernel.evaluate(&x, &origin).value
            })
            .unwrap();
        check(&format!("{name}, radial, d = {dim}"), &radial, exact, 1e-8);
        if dim == 2 {
            let full = problem.of(|x| kernel.evaluate(x, &origin).value).unwrap();
            check(&format!("{name}, full, d = {dim}"), &full, exact, 1e-6);
        }
    }
}

#[test]
fn impossible_problems() {
    let m = model("tanh", 1, GAUSSIAN, "output");
    for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(LeastNorm::new(&m, radius).is_err());
    }
    let problem = LeastNorm::new(&m, 1.0).unwrap();
    assert!(problem.of(|_| f64::NAN).is_err());
    assert!(problem.clone().with_places(3).is_err());
    assert!(problem.clone().with_noise(-1.0).is_err());
    assert!(problem.clone().with_work(0.0).is_err());
    assert!(problem.with_work(1.0).unwrap().of(|x| x[0]).is_err());
    let m = model("tanh", 4, GAUSSIAN, "output");
    assert!(LeastNorm::new(&m, 1.0).unwrap().of(|x| x[0]).is_err());
    let m = model("sin", 1, "radon:offset_scale=1", "output");
    let message = LeastNorm::new(&m, 1.0)
        .unwrap()
        .of(|x| x[0])
        .unwrap_err()
        .to_string();
    assert!(message.contains("polynomial"), "{message}");
    let m = model("heaviside", 1, GAUSSIAN, "output,bias");
    assert!(LeastNorm::new(&m, 1.0).unwrap().of(|x| x[0]).is_err());
    let cube = Ensemble::parse("pytorch", 2, None).unwrap();
    let m = Shallow::new(Activation::tanh(), 2, cube, outputs()).unwrap();
    assert!(LeastNorm::new(&m, 1.0).unwrap().of_radial(|r| r).is_err());
}
