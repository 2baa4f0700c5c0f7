//! Interpolants against 50-digit solutions, splines, and refits.

use crate::reference::{Row, load, of};
use crate::test_kernels::{FiniteRelu, Min, cubic, data, gaussian, on_line, points};
use nalgebra::DVector;
use spectral_bias::Error;
use spectral_bias::data::{Dataset, Points};
use spectral_bias::theory::interpolant::{Interpolant, Monomials};
use spectral_bias::theory::kernel::Kernel;
use std::sync::Arc;

fn reference(table: &[Row], name: &str, quantity: &str) -> DVector<f64> {
    let rows = of(table, &format!("{name} {quantity}"));
    assert!(!rows.is_empty(), "{name} {quantity}");
    DVector::from_iterator(rows.len(), rows.iter().map(|row| row.value))
}

/// The largest error relative to the largest truth.
fn relative(found: &DVector<f64>, truth: &DVector<f64>) -> f64 {
    (found - truth).amax() / truth.amax()
}

/// Checks every answer of an interpolant; the errors of predictions, leave-one-out residuals,
/// seminorm and condition.
fn against_table(name: &str, kernel: Arc<dyn Kernel>, d: usize) -> [f64; 4] {
    let table = load("interpolant");
    let fit = Interpolant::fit(kernel, &data(d, 24), 0.0).unwrap();
    let at = points(d, 1000, 6);
    let truth = reference(&table, name, "prediction");
    for (estimate, &truth) in fit.predict_with_error(&at).unwrap().iter().zip(&truth) {
        let error = (estimate.value - truth).abs();
        assert!(error <= estimate.error, "{name}: {error:e}, {estimate:?}");
        assert!(
            estimate.error <= 1e-9 * truth.abs().max(1.0),
            "{name}: {estimate:?}"
        );
    }
    let seminorm = reference(&table, name, "seminorm_squared")[0];
    let condition = reference(&table, name, "condition")[0];
    [
        relative(&fit.predict(&at).unwrap(), &truth),
        relative(
            &fit.leave_one_out().unwrap(),
            &reference(&table, name, "leave_one_out"),
        ),
        (fit.seminorm_squared() / seminorm - 1.0).abs(),
        (fit.condition() / condition - 1.0).abs(),
    ]
}

#[test]
fn cubic_radial_basis_functions_with_affine_part() {
    for d in [1, 2, 3, 5] {
        let errors = against_table(&format!("cubic:{d}"), cubic(), d);
        eprintln!("cubic:{d} {errors:?}");
        assert!(errors[0] < 1e-11 && errors[1] < 1e-8, "{d}: {errors:?}");
        assert!(errors[2] < 1e-9 && errors[3] < 1e-7, "{d}: {errors:?}");
    }
}

#[test]
fn large_polynomials_swamp_nothing() {
    for d in [1, 2] {
        for radius in [3, 100, 10_000] {
            let kernel = FiniteRelu {
                dim: d,
                radius: f64::from(radius),
                split: true,
            };
            let errors = against_table(&format!("relu:{d}:{radius}"), Arc::new(kernel), d);
            eprintln!("relu:{d}:{radius} {errors:?}");
            assert!(
                errors[0] < 1e-11 && errors[1] < 1e-8,
                "{d} {radius}: {errors:?}"
            );
            assert!(
                errors[2] < 1e-9 && errors[3] < 1e-7,
                "{d} {radius}: {errors:?}"
            );
        }
    }
    // Unsplit, the same kernel has no digit left, and says so.
    let unsplit = FiniteRelu {
        dim: 1,
        radius: 1e4,
        split: false,
    };
    let refused = Interpolant::fit(Arc::new(unsplit), &data(1, 24), 0.0);
    assert!(
        matches!(refused, Err(Error::Singular { .. })),
        "{refused:?}"
    );
}

/// The natural cubic spline by its second derivatives M: h₀M₀ + 2(h₀+h₁)M₁ + h₁M₂ = 6(s₁ − s₀).
fn natural_spline(xs: &[f64], ys: &[f64], at: f64) -> f64 {
    let n = xs.len();
    let h: Vec<f64> = xs.windows(2).map(|w| w[1] - w[0]).collect();
    let slope: Vec<f64> = (0..n - 1).map(|i| (ys[i + 1] - ys[i]) / h[i]).collect();
    let (mut diagonal, mut right) = (vec![0.0; n], vec![0.0; n]);
    for i in 1..n - 1 {
        diagonal[i] = 2.0 * (h[i - 1] + h[i]);
        right[i] = 6.0 * (slope[i] - slope[i - 1]);
        if i > 1 {
            let factor = h[i - 1] / diagonal[i - 1];
            diagonal[i] -= factor * h[i - 1];
            right[i] -= factor * right[i - 1];
        }
    }
    let mut m = vec![0.0; n];
    for i in (1..n - 1).rev() {
        m[i] = (right[i] - h[i] * m[i + 1]) / diagonal[i];
    }
    if at < xs[0] {
        return ys[0] + (at - xs[0]) * (slope[0] - h[0] * m[1] / 6.0);
    }
    if at > xs[n - 1] {
        let last = slope[n - 2] + h[n - 2] * m[n - 2] / 6.0;
        return ys[n - 1] + (at - xs[n - 1]) * last;
    }
    let i = xs.partition_point(|&x| x <= at).clamp(1, n - 1) - 1;
    let (a, b) = (xs[i + 1] - at, at - xs[i]);
    let cubic = (m[i] * a.powi(3) + m[i + 1] * b.powi(3)) / (6.0 * h[i]);
    let linear =
        (ys[i] / h[i] - m[i] * h[i] / 6.0) * a + (ys[i + 1] / h[i] - m[i + 1] * h[i] / 6.0) * b;
    cubic + linear
}

#[test]
fn one_input_is_the_natural_cubic_spline() {
    // Uneven points. The coefficients of a rough target are of the size n³, the kernel's values all of
    // one size: 2⁻⁵³n³ is what double precision leaves, and what the stated errors must say.
    let run = |n: u32, target: &dyn Fn(u32, f64) -> f64| {
        let xs: Vec<f64> = (0..n)
            .map(|i| 10.0 * (f64::from(i) + 0.3 * f64::from(i * 37 % 3)) / f64::from(n))
            .collect();
        let ys: Vec<f64> = xs.iter().zip(0..).map(|(&x, i)| target(i, x)).collect();
        let at: Vec<f64> = (0..500)
            .map(|i| -0.5 + 11.0 * f64::from(i) / 499.0)
            .collect();
        let fit = Interpolant::fit(cubic(), &on_line(&xs, &ys), 0.0).unwrap();
        let found = fit
            .predict_with_error(&Points::on_line(&at).unwrap())
            .unwrap();
        let (mut worst, mut stated) = (0.0_f64, 0.0_f64);
        for (&x, estimate) in at.iter().zip(&found) {
            let error = (estimate.value - natural_spline(&xs, &ys, x)).abs();
            assert!(
                error <= estimate.error + 1e-13,
                "{n} {x}: {error:e} {estimate:?}"
            );
            (worst, stated) = (worst.max(error), stated.max(estimate.error));
        }
        eprintln!("spline {n}: {worst:.1e}, stated {stated:.1e}");
        assert!(stated < 1e3 * worst, "{n}: {stated:e} {worst:e}");
        worst
    };
    let smooth = |_, x: f64| (1.7 * x).sin() + 0.3 * x;
    let rough = |i: u32, _| f64::from(i * i * 31 % 256) / 128.0 - 1.0;
    for n in [3, 30, 300] {
        let worst = run(n, &smooth);
        assert!(worst < 1e-10, "{worst:e}");
    }
    assert!(run(30, &rough) < 1e-9);
    assert!(run(300, &rough) < 1e-16 * 300_f64.powi(3) * 1e3);
}

#[test]
fn min_interpolates_piecewise_linearly() {
    let fit = Interpolant::fit(
        Arc::new(Min),
        &on_line(&[1.0, 2.0, 4.0], &[1.0, 3.0, 2.0]),
        0.0,
    )
    .unwrap();
    let found = fit
        .predict(&Points::on_line(&[0.5, 1.5, 3.0, 5.0]).unwrap())
        .unwrap();
    let truth = DVector::from_vec(vec![0.5, 2.0, 2.5, 2.0]);
    assert!((found - truth).amax() < 1e-14);
    // ∫f′² of the path 0 → 1 → 3 → 2.
    assert!((fit.seminorm_squared() - (1.0 + 4.0 + 0.5)).abs() < 1e-13);
}

/// Leave-one-out by refitting.
fn refits(kernel: &Arc<dyn Kernel>, data: &Dataset, ridge: f64) -> DVector<f64> {
    let residuals = (0..data.len()).map(|i| {
        let others: Vec<usize> = (0..data.len()).filter(|&j| j != i).collect();
        let fit = Interpolant::fit(kernel.clone(), &data.select(&others).unwrap(), ridge).unwrap();
        let at = data.points().select(&[i]).unwrap();
        data.targets()[i] - fit.predict(&at).unwrap()[0]
    });
    DVector::from_iterator(data.len(), residuals)
}

#[test]
fn leave_one_out_is_what_refitting_gives() {
    let repeated = {
        let indices: Vec<usize> = (0..20).chain([3, 3, 7]).collect();
        data(2, 20).select(&indices).unwrap()
    };
    let conflicting = {
        let mut targets = repeated.targets().clone();
        targets[21] += 0.25;
        Dataset::new(repeated.points().clone(), targets).unwrap()
    };
    let relu = FiniteRelu {
        dim: 2,
        radius: 100.0,
        split: true,
    };
    let kernels = [cubic(), gaussian(0.4), Arc::new(relu)];
    for kernel in &kernels {
        for (data, ridge) in [
            (&data(2, 20), 0.0),
            (&data(2, 20), 1e-3),
            (&repeated, 0.0),
            (&repeated, 1e-2),
            (&conflicting, 1e-2),
        ] {
            let direct = Interpolant::fit(kernel.clone(), data, ridge)
                .unwrap()
                .leave_one_out()
                .unwrap();
            let truth = refits(kernel, data, ridge);
            let error = relative(&direct, &truth);
            assert!(error < 1e-8, "{kernel:?} {ridge}: {error:e}");
        }
    }
}

#[test]
fn duplicates() {
    let agree = on_line(&[0.0, 1.0, 1.0, 2.0, -0.0], &[1.0, 2.0, 2.0, 0.0, 1.0]);
    let once = on_line(&[0.0, 1.0, 2.0], &[1.0, 2.0, 0.0]);
    let at = Points::on_line(&[0.3, 1.7]).unwrap();
    let a = Interpolant::fit(cubic(), &agree, 0.0).unwrap();
    let b = Interpolant::fit(cubic(), &once, 0.0).unwrap();
    assert!((a.predict(&at).unwrap() - b.predict(&at).unwrap()).amax() < 1e-14);
    assert_eq!(a.points().len(), 3);
    let loo = a.leave_one_out().unwrap();
    assert_eq!((loo.len(), loo[0], loo[1], loo[4]), (5, 0.0, 0.0, 0.0));
    assert!(loo[3].abs() > 1.0);

    let conflict = on_line(&[0.0, 1.0, 1.0], &[1.0, 2.0, 3.0]);
    let error = Interpolant::fit(gaussian(1.0), &conflict, 0.0);
    assert!(matches!(
        error,
        Err(Error::ConflictingPoints {
            first: 1,
            second: 2,
            ..
        })
    ));
    // With a ridge each datum counts: (K + λI) on all three.
    let fit = Interpolant::fit(gaussian(1.0), &conflict, 0.5).unwrap();
    let k = (-0.5_f64).exp();
    let full = nalgebra::Matrix3::new(1.5, k, k, k, 1.5, 1.0, k, 1.0, 1.5);
    let a = full
        .lu()
        .solve(&nalgebra::Vector3::new(1.0, 2.0, 3.0))
        .unwrap();
    let found = fit.predict(&Points::on_line(&[0.0]).unwrap()).unwrap()[0];
    assert!((found - (a[0] + k * (a[1] + a[2]))).abs() < 1e-14);
    let eigen = full.symmetric_eigenvalues();
    let condition = eigen.max() / eigen.min();
    assert!((fit.condition() / condition - 1.0).abs() < 1e-13);
}

#[test]
fn few_points() {
    let at = Points::on_line(&[0.0, 5.0]).unwrap();
    let one = on_line(&[2.0], &[3.0]);
    let fit = Interpolant::fit(gaussian(1.0), &one, 0.0).unwrap();
    assert!((fit.predict(&at).unwrap()[0] - 3.0 * (-2.0_f64).exp()).abs() < 1e-15);
    assert_eq!(fit.leave_one_out().unwrap()[0], 3.0);
    assert!(matches!(
        Interpolant::fit(cubic(), &one, 0.0),
        Err(Error::Undefined { .. })
    ));

    // As many points as polynomials: the affine function through them, nothing to leave out.
    let two = on_line(&[1.0, 2.0], &[3.0, 5.0]);
    let fit = Interpolant::fit(cubic(), &two, 0.0).unwrap();
    assert!((fit.predict(&at).unwrap() - DVector::from_vec(vec![1.0, 11.0])).amax() < 1e-14);
    assert_eq!(
        (fit.seminorm_squared().abs() < 1e-15, fit.condition()),
        (true, 1.0)
    );
    assert!(matches!(fit.leave_one_out(), Err(Error::Undefined { .. })));

    // A finite range of offsets needs no unisolvent points.
    let relu = FiniteRelu {
        dim: 1,
        radius: 3.0,
        split: true,
    };
    let fit = Interpolant::fit(Arc::new(relu), &one, 0.0).unwrap();
    let ratio = |x: f64| relu.evaluate(&[x], &[2.0]).value / relu.evaluate(&[2.0], &[2.0]).value;
    let truth = DVector::from_vec(vec![3.0 * ratio(0.0), 3.0 * ratio(5.0)]);
    assert!((fit.predict(&at).unwrap() - truth).amax() < 1e-14);
}

#[test]
fn collinear_points_in_the_plane() {
    let line: Vec<[f64; 2]> = (0..6)
        .map(|i| [f64::from(i), 2.0 * f64::from(i) + 1.0])
        .collect();
    let targets = DVector::from_vec(vec![0.0, 1.0, 0.0, 2.0, 1.0, 0.0]);
    let data = Dataset::new(Points::from_rows(&line).unwrap(), targets.clone()).unwrap();
    let error = Interpolant::fit(cubic(), &data, 0.0).unwrap_err();
    assert!(error.to_string().contains("unisolvent"), "{error}");
    let relu = FiniteRelu {
        dim: 2,
        radius: 20.0,
        split: true,
    };
    let fit = Interpolant::fit(Arc::new(relu), &data, 0.0).unwrap();
    assert!((fit.predict(data.points()).unwrap() - targets).amax() < 1e-9);
}

#[test]
fn all_scales() {
    let base = data(2, 20);
    let at = points(2, 1000, 5);
    let plain = Interpolant::fit(cubic(), &base, 0.0)
        .unwrap()
        .predict(&at)
        .unwrap();
    for scale in [1e-60, 1e-8, 1e8, 1e60] {
        let scaled = |p: &Points| Points::from_columns(p.columns() * scale).unwrap();
        let moved = Dataset::new(scaled(base.points()), base.targets() * (1.0 / scale)).unwrap();
        let fit = Interpolant::fit(cubic(), &moved, 0.0).unwrap();
        let found = fit.predict(&scaled(&at)).unwrap() * scale;
        assert!(
            relative(&found, &plain) < 1e-10,
            "{scale}: {}",
            relative(&found, &plain)
        );
    }
    let far = Points::on_line(&[1e120, 2e120, 4e120]).unwrap();
    let far = Dataset::new(far, DVector::from_vec(vec![0.0, 1.0, 0.0])).unwrap();
    assert!(Interpolant::fit(cubic(), &far, 0.0).is_err());
}

#[test]
fn smooth_kernels_are_refused_when_no_digit_is_left() {
    let xs: Vec<f64> = (0..40).map(|i| f64::from(i) / 40.0).collect();
    let data = on_line(&xs, &xs);
    let refused = Interpolant::fit(gaussian(1.0), &data, 0.0);
    assert!(
        matches!(refused, Err(Error::Singular { .. })),
        "{refused:?}"
    );
    let ridge = Interpolant::fit(gaussian(1.0), &data, 1e-8).unwrap();
    assert!(ridge.condition() < 1e10 && ridge.backward_error() < 1e-14);
    assert!(ridge.coefficient_error() < 1e-5);
}

#[test]
fn bad_arguments() {
    let base = data(2, 10);
    for ridge in [f64::NAN, -1.0, f64::INFINITY] {
        let error = Interpolant::fit(cubic(), &base, ridge).unwrap_err();
        assert!(error.to_string().contains("ridge"), "{error}");
    }
    let fit = Interpolant::fit(cubic(), &base, 0.0).unwrap();
    assert!(matches!(
        fit.predict(&points(3, 0, 2)),
        Err(Error::Shape { .. })
    ));
    let wrong = FiniteRelu {
        dim: 3,
        radius: 3.0,
        split: false,
    };
    assert!(matches!(
        Interpolant::fit(Arc::new(wrong), &base, 0.0),
        Err(Error::Shape { .. })
    ));
    let nan = DVector::from_element(10, f64::NAN);
    assert!(matches!(
        Interpolant::fit_from(cubic(), &base, &nan, 0.0),
        Err(Error::NotFinite { .. })
    ));
}

#[test]
fn from_an_initial_function() {
    let base = data(2, 15);
    let at = points(2, 1000, 5);
    let f = |x: &[f64]| (3.0 * x[0]).sin() * x[1];
    let initial = |p: &Points| DVector::from_iterator(p.len(), p.iter().map(f));
    let fit = Interpolant::fit_from(gaussian(0.5), &base, &initial(base.points()), 0.0).unwrap();
    assert!(fit.predict(&at).is_err());
    let back = fit
        .predict_from(base.points(), &initial(base.points()))
        .unwrap();
    assert!((back - base.targets()).amax() < 1e-10);
    let rest = Dataset::new(
        base.points().clone(),
        base.targets() - initial(base.points()),
    )
    .unwrap();
    let rest = Interpolant::fit(gaussian(0.5), &rest, 0.0).unwrap();
    let sum = rest.predict(&at).unwrap() + initial(&at);
    assert_eq!(fit.predict_from(&at, &initial(&at)).unwrap(), sum);
}

#[test]
fn monomials_change_their_basis_exactly() {
    let basis = Monomials::new(3, 4).unwrap();
    assert_eq!((basis.len(), basis.degrees()), (20, vec![1, 3, 6, 10]));
    assert_eq!(Monomials::new(2, 0).unwrap().len(), 0);
    let cloud = points(3, 0, 40);
    let adapted = basis.clone().adapted(&cloud).unwrap();
    for x in cloud.iter() {
        let direct = DVector::from_vec(basis.evaluate(x));
        let changed = adapted.from_origin() * DVector::from_vec(adapted.evaluate(x));
        assert!((direct - changed).amax() < 1e-15);
        assert!(adapted.evaluate(x).iter().all(|u| u.abs() <= 1.0));
    }
    assert!(Monomials::new(0, 1).is_err());
    assert!(Monomials::new(1000, 5).is_err());
    assert!(Monomials::new(1, usize::MAX).is_err());
}
