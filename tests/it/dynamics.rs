//! Predicted training against 50-digit exponentials and against the steps themselves.

use crate::reference::{load, of};
use crate::test_kernels::{FiniteRelu, Min, cubic, data, gaussian, on_line, points};
use nalgebra::{DMatrix, DVector};
use spectral_bias::Error;
use spectral_bias::data::{Dataset, Points};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::theory::dynamics::{Dynamics, Time};
use spectral_bias::theory::interpolant::Interpolant;
use spectral_bias::theory::kernel::{Kernel, Tabulated, cross, gram, tangent_kernel};
use std::sync::Arc;

#[test]
fn gradient_flow_against_matrix_exponentials() {
    let table = load("interpolant");
    let relu = |dim, radius: u32| -> (String, usize, Arc<dyn Kernel>) {
        let kernel = FiniteRelu {
            dim,
            radius: f64::from(radius),
            split: true,
        };
        (format!("relu:{dim}:{radius}"), dim, Arc::new(kernel))
    };
    let mut cases = vec![];
    for d in [1, 2, 3, 5] {
        cases.push((format!("cubic:{d}"), d, cubic()));
    }
    for d in [1, 2] {
        cases.extend([3, 100, 10_000].map(|r| relu(d, r)));
    }
    for (name, d, kernel) in cases {
        let dynamics = Dynamics::new(kernel, &data(d, 24), 0.0).unwrap();
        let at = points(d, 1000, 6);
        let forecast = dynamics.at(&at).unwrap();
        let mut worst = (0.0_f64, 0.0_f64);
        for t in ["0.125", "8.0", "1024.0", "1048576.0"] {
            let time = Time::Flow(t.parse().unwrap());
            let found = forecast.predict_with_error(time).unwrap();
            let rows = of(&table, &format!("{name} flow:{t}"));
            assert_eq!(rows.len(), 6);
            for (estimate, row) in found.iter().zip(rows) {
                let error = (estimate.value - row.value).abs();
                assert!(
                    error <= estimate.error,
                    "{name} {t}: {error:e} {estimate:?}"
                );
                worst.0 = worst.0.max(error);
            }
            let truth = of(&table, &format!("{name} loss:{t}"))[0].value;
            let error = (dynamics.loss(time).unwrap() - truth).abs();
            assert!(
                error <= 1e-9 * truth + 1e-30,
                "{name} {t}: loss {error:e}, {truth:e}"
            );
            worst.1 = worst.1.max(error / truth.max(1e-20));
        }
        eprintln!(
            "flow {name}: prediction {:.1e}, loss {:.1e}",
            worst.0, worst.1
        );
        assert!(worst.0 < 1e-10, "{name}: {:e}", worst.0);

        let limit = forecast.predict(Time::Limit);
        for row in of(&table, &format!("{name} prediction")) {
            let found = limit.as_ref().unwrap()[row.arguments[0] as usize];
            assert!(
                (found - row.value).abs() < 1e-8,
                "{name}: {found} {}",
                row.value
            );
        }
    }
}

#[test]
fn gains_of_steps_against_exact_arithmetic() {
    let table = load("interpolant");
    let rows = of(&table, "gained");
    assert_eq!(rows.len(), 9 * 4 * 6);
    let (mut plain, mut heavy) = (0.0_f64, 0.0_f64);
    for row in rows {
        let &[mu, count, rate, momentum] = row.arguments.as_slice() else {
            panic!("{row:?}")
        };
        let count = count as u64;
        let ball = Time::Momentum {
            count,
            rate,
            momentum,
        };
        let error = (ball.gained(mu) / row.value - 1.0).abs();
        heavy = heavy.max(error);
        assert!(error < 1e-12, "{row:?}: {error:e}");
        if momentum == 0.0 {
            let error = (Time::Steps { count, rate }.gained(mu) / row.value - 1.0).abs();
            plain = plain.max(error);
            assert!(error < 1e-13, "{row:?}: {error:e}");
        }
    }
    eprintln!("gained: steps {plain:.1e}, momentum {heavy:.1e}");
}

#[test]
fn a_kernel_known_by_its_matrix() {
    let base = data(2, 20);
    let at = points(2, 1000, 6);
    let kernel = gaussian(0.4);
    let all: Vec<usize> = (0..26).collect();
    let theta = gram(kernel.as_ref(), base.points()).unwrap().matrix;
    let across = cross(kernel.as_ref(), &at, base.points()).unwrap().matrix;
    let values = DMatrix::from_fn(26, 20, |i, j| {
        if i < 20 {
            theta[(i, j)]
        } else {
            across[(i - 20, j)]
        }
    });
    let numbers: Vec<f64> = all.iter().map(|&i| i as f64).collect();
    let numbered = on_line(&numbers[..20], base.targets().as_slice());
    let table = Arc::new(Tabulated::new(values, 1e-15).unwrap());
    let by_table = Dynamics::new(table, &numbered, 0.0).unwrap();
    let by_kernel = Dynamics::new(kernel, &base, 0.0).unwrap();
    let new = Points::on_line(&numbers[20..]).unwrap();
    for time in [Time::Flow(3.0), Time::Limit] {
        let a = by_table.at(&new).unwrap().predict(time).unwrap();
        let b = by_kernel.at(&at).unwrap().predict(time).unwrap();
        assert_eq!(a, b);
    }
    let fit = by_table.interpolant().unwrap();
    let limit = by_table.at(&new).unwrap().predict(Time::Limit).unwrap();
    assert!((fit.predict(&new).unwrap() - limit).amax() < 1e-11);
    let unknown = Points::on_line(&[26.0]).unwrap();
    assert!(by_table.at(&unknown).is_err());
    assert!(Tabulated::new(DMatrix::zeros(2, 3), 0.0).is_err());
    assert!(Tabulated::new(DMatrix::from_element(2, 2, f64::NAN), 0.0).is_err());
    let lopsided = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.4, 1.0]);
    assert!(Tabulated::new(lopsided, 0.0).is_err());
}

fn explicit_steps(
    kernel: &dyn Kernel,
    data: &Dataset,
    at: &Points,
    steps: u64,
    rate: f64,
    momentum: f64,
    decay: f64,
) -> (DVector<f64>, DVector<f64>, f64) {
    let theta = gram(kernel, data.points()).unwrap().matrix;
    let across = cross(kernel, at, data.points()).unwrap().matrix;
    let mut a = DVector::zeros(data.len());
    let mut before = a.clone();
    for _ in 0..steps {
        let gradient = &theta * &a - data.targets() + &a * decay;
        let next = &a - gradient * rate + (&a - &before) * momentum;
        before = std::mem::replace(&mut a, next);
    }
    (theta * &a, &across * &a, a.norm())
}

#[test]
fn gradient_descent_against_its_steps() {
    let at = points(2, 1000, 6);
    let base = data(2, 20);
    for (kernel, ridge) in [(gaussian(0.5), 0.0), (gaussian(0.3), 0.01)] {
        let dynamics = Dynamics::new(kernel.clone(), &base, ridge).unwrap();
        let forecast = dynamics.at(&at).unwrap();
        // Below 1/μ_max, above it (alternating signs), and just stable.
        for share in [0.05, 0.4, 0.75, 0.999] {
            let rate = share * dynamics.stable_rate();
            for count in [0, 1, 2, 17, 1000] {
                for momentum in [None, Some(0.0), Some(0.5), Some(0.9)] {
                    let time = match momentum {
                        None => Time::Steps { count, rate },
                        Some(momentum) => Time::Momentum {
                            count,
                            rate,
                            momentum,
                        },
                    };
                    let (seen, unseen, size) = explicit_steps(
                        kernel.as_ref(),
                        &base,
                        &at,
                        count,
                        rate,
                        momentum.unwrap_or(0.0),
                        ridge,
                    );
                    let case = format!("{share} {count} {momentum:?}");
                    let error = (dynamics.training(time).unwrap() - &seen).amax();
                    assert!(error < 1e-12, "{case}: {error:e}");
                    let found = forecast.predict_with_error(time).unwrap();
                    for (estimate, truth) in found.iter().zip(unseen.iter()) {
                        let error = (estimate.value - truth).abs();
                        assert!(error < 1e-12, "{case}: {error:e}");
                        // The steps themselves round.
                        let slack = f64::EPSILON * (count as f64 * 20.0).sqrt() * size;
                        assert!(
                            error <= estimate.error + slack,
                            "{case}: {error:e} {estimate:?}"
                        );
                    }
                    let loss = 0.5 * (seen - base.targets()).norm_squared();
                    assert!(
                        (dynamics.loss(time).unwrap() - loss).abs() < 1e-12,
                        "{case}"
                    );
                }
            }
        }
    }
}

/// A remainder beside the kernel's polynomials that is singular to working precision: training for a finite time is still
/// that of the steps themselves.
#[test]
fn smooth_kernels_of_many_points_are_followed() {
    let ensemble = Ensemble::parse("radon:radius=1.1,scale=20", 1, None).unwrap();
    let rates = LearningRates::train(&[Group::Output, Group::Bias]).unwrap();
    let gelu = Activation::parse("gelu").unwrap();
    let kernel = tangent_kernel(&Shallow::new(gelu, 1, ensemble, rates).unwrap()).unwrap();
    let x: Vec<f64> = (0..160).map(|i| f64::from(i) / 79.5 - 1.0).collect();
    let y: Vec<f64> = x.iter().map(|x| (9.0 * x).sin() + x).collect();
    let data = Dataset::new(Points::on_line(&x).unwrap(), y.into()).unwrap();
    assert!(Interpolant::fit(kernel.clone(), &data, 0.0).is_err());
    let at = Points::on_line(&[-0.9131, 0.0217, 0.5003]).unwrap();
    let dynamics = Dynamics::new(kernel.clone(), &data, 0.0).unwrap();
    let forecast = dynamics.at(&at).unwrap();
    let rate = 0.75 * dynamics.stable_rate();
    for count in [1, 40, 1000] {
        let (seen, unseen, _) = explicit_steps(kernel.as_ref(), &data, &at, count, rate, 0.0, 0.0);
        let time = Time::Steps { count, rate };
        let error = (dynamics.training(time).unwrap() - seen).amax();
        assert!(error < 1e-11, "{count}: {error:e}");
        let error = (forecast.predict(time).unwrap() - unseen).amax();
        assert!(error < 1e-11, "{count}: {error:e}");
    }
}

#[test]
fn flow_is_the_limit_of_small_steps() {
    let base = data(1, 12);
    let dynamics = Dynamics::new(gaussian(0.3), &base, 0.0).unwrap();
    let flow = dynamics.training(Time::Flow(2.0)).unwrap();
    let error = |count: u64| {
        let rate = 2.0 / count as f64;
        let steps = dynamics.training(Time::Steps { count, rate }).unwrap();
        (steps - &flow).amax()
    };
    let ratio = error(1_000_000) / error(2_000_000);
    assert!((ratio - 2.0).abs() < 1e-3, "{ratio}");
    let many = dynamics.training(Time::Steps {
        count: u64::MAX,
        rate: 2.0 / u64::MAX as f64,
    });
    assert!((many.unwrap() - flow).amax() < 1e-14);
}

#[test]
fn limit_is_the_interpolant() {
    let base = data(2, 20);
    let at = points(2, 1000, 6);
    let relu = FiniteRelu {
        dim: 2,
        radius: 1e4,
        split: true,
    };
    let kernels: [Arc<dyn Kernel>; 3] = [gaussian(0.4), cubic(), Arc::new(relu)];
    for kernel in kernels {
        for ridge in [0.0, 1e-3] {
            let dynamics = Dynamics::new(kernel.clone(), &base, ridge).unwrap();
            let fit = Interpolant::fit(kernel.clone(), &base, ridge).unwrap();
            let truth = fit.predict(&at).unwrap();
            let found = dynamics.at(&at).unwrap().predict(Time::Limit).unwrap();
            assert!((&found - &truth).amax() < 1e-10, "{kernel:?} {ridge}");
            let late = dynamics.at(&at).unwrap().predict(Time::Flow(1e18)).unwrap();
            assert!((late - &truth).amax() < 1e-10, "{kernel:?} {ridge}");
            let cost = dynamics.cost(Time::Limit).unwrap();
            let ratio = cost / fit.seminorm_squared();
            assert!((ratio - 1.0).abs() < 1e-9, "{kernel:?} {ridge}: {ratio}");
            if ridge == 0.0 {
                assert!(dynamics.loss(Time::Limit).unwrap() < 1e-25);
            }
        }
    }
}

#[test]
fn cost_is_how_far_the_parameters_have_moved() {
    // A linear model f = Jθ with explicit parameters: Θ = JJᵀ.
    let j = DMatrix::from_fn(6, 9, |i, k| {
        ((i * 7 + k * k * 3 + i * k) % 11) as f64 / 5.0 - 1.0
    });
    #[derive(Debug)]
    struct Table(DMatrix<f64>);
    impl Kernel for Table {
        fn dim(&self) -> Option<usize> {
            Some(1)
        }
        fn evaluate(&self, x: &[f64], y: &[f64]) -> spectral_bias::numerics::Estimate {
            let value = self.0[(x[0] as usize, y[0] as usize)];
            spectral_bias::numerics::Estimate::closed_form(value)
        }
    }
    let y = DVector::from_vec(vec![1.0, -0.5, 0.25, 2.0, -1.0, 0.0]);
    let xs: Vec<f64> = (0..6).map(f64::from).collect();
    let base = on_line(&xs, y.as_slice());
    let dynamics = Dynamics::new(Arc::new(Table(&j * j.transpose())), &base, 0.0).unwrap();
    let rate = 0.3 * dynamics.stable_rate();
    let mut theta = DVector::zeros(9);
    for count in 1..=200 {
        theta -= j.tr_mul(&(&j * &theta - &y)) * rate;
        let time = Time::Steps { count, rate };
        let cost = dynamics.cost(time).unwrap();
        assert!((cost / theta.norm_squared() - 1.0).abs() < 1e-11, "{count}");
    }
    let shares: f64 = dynamics.degrees_of_freedom(Time::Limit).unwrap();
    assert!((shares - 6.0).abs() < 1e-12);
    assert_eq!(dynamics.degrees_of_freedom(Time::Flow(0.0)).unwrap(), 0.0);
    let modes = dynamics.projections().norm();
    assert!((modes - y.norm()).abs() < 1e-14);
}

#[test]
fn a_conditionally_positive_definite_flow_is_a_limit() {
    // Ever larger affine parts: R²/6 and 1/(2d) against the cubic part, scaled to be the same.
    let base = data(1, 15);
    let at = points(1, 1000, 6);
    let free = Dynamics::new(cubic(), &base, 0.0).unwrap();
    let truth = free.at(&at).unwrap().predict(Time::Flow(50.0)).unwrap();
    let error = |radius: f64| {
        let kernel = FiniteRelu {
            dim: 1,
            radius,
            split: true,
        };
        let dynamics = Dynamics::new(Arc::new(kernel), &base, 0.0).unwrap();
        let time = Time::Flow(50.0 * 2.0 * radius);
        (dynamics.at(&at).unwrap().predict(time).unwrap() - &truth).amax()
    };
    let (far, farther) = (error(1e4), error(1e5));
    assert!(farther < 1e-3 && farther < 0.2 * far, "{far:e} {farther:e}");
    let fit: DVector<f64> = free.training(Time::Flow(0.0)).unwrap();
    let columns = DMatrix::from_fn(15, 2, |i, j| {
        if j == 0 {
            1.0
        } else {
            base.points().point(i)[0]
        }
    });
    let rest = base.targets() - &fit;
    assert!(columns.tr_mul(&rest).amax() < 1e-13);
    assert_eq!(free.degrees_of_freedom(Time::Flow(0.0)).unwrap(), 2.0);
}

#[test]
fn repeated_points_count_each() {
    let xs = [1.0, 2.0, 2.0, 3.0, 2.0];
    let ys = [1.0, 2.0, 3.0, -1.0, 2.5];
    let base = on_line(&xs, &ys);
    let at = Points::on_line(&[1.5, 2.0, 4.0]).unwrap();
    let dynamics = Dynamics::new(Arc::new(Min), &base, 0.0).unwrap();
    let rate = 0.4 * dynamics.stable_rate();
    let (seen, unseen, _) = explicit_steps(&Min, &base, &at, 50, rate, 0.0, 0.0);
    let time = Time::Steps { count: 50, rate };
    assert!((dynamics.training(time).unwrap() - &seen).amax() < 1e-13);
    let forecast = dynamics.at(&at).unwrap();
    assert!((forecast.predict(time).unwrap() - unseen).amax() < 1e-13);
    let loss = 0.5 * (seen - base.targets()).norm_squared();
    assert!((dynamics.loss(time).unwrap() - loss).abs() < 1e-13);
    let limit = forecast.predict(Time::Limit).unwrap();
    assert!((limit - DVector::from_vec(vec![1.75, 2.5, -1.0])).amax() < 1e-13);
    assert!((dynamics.loss(Time::Limit).unwrap() - 0.25).abs() < 1e-14);
}

#[test]
fn any_initial_function() {
    let base = data(2, 15);
    let at = points(2, 1000, 5);
    let initial = |p: &Points| DVector::from_iterator(p.len(), p.iter().map(|x| x[0] - 2.0 * x[1]));
    let kernel = gaussian(0.5);
    let dynamics =
        Dynamics::from_initial(kernel.clone(), &base, &initial(base.points()), 0.0).unwrap();
    assert!(dynamics.at(&at).is_err());
    let forecast = dynamics.at_from(&at, &initial(&at)).unwrap();
    let start = forecast.predict(Time::Flow(0.0)).unwrap();
    assert_eq!(start, initial(&at));
    let rest = Dataset::new(
        base.points().clone(),
        base.targets() - initial(base.points()),
    )
    .unwrap();
    let rest = Dynamics::new(kernel, &rest, 0.0).unwrap();
    let time = Time::Flow(3.0);
    let sum = rest.at(&at).unwrap().predict(time).unwrap() + initial(&at);
    assert_eq!(forecast.predict(time).unwrap(), sum);
    assert_eq!(dynamics.loss(time).unwrap(), rest.loss(time).unwrap());
}

#[test]
fn what_cannot_be_answered() {
    let base = data(1, 24);
    let smooth = Dynamics::new(gaussian(2.0), &base, 0.0).unwrap();
    assert!(matches!(
        smooth.loss(Time::Limit),
        Err(Error::Singular { .. })
    ));
    assert!(smooth.loss(Time::Flow(1e6)).is_ok());
    let rate = 3.0 * smooth.stable_rate();
    let diverging = smooth.training(Time::Steps {
        count: 100_000,
        rate,
    });
    assert!(
        matches!(diverging, Err(Error::Undefined { .. })),
        "{diverging:?}"
    );
    for time in [
        Time::Flow(-1.0),
        Time::Flow(f64::NAN),
        Time::Flow(f64::INFINITY),
        Time::Steps {
            count: 1,
            rate: 0.0,
        },
        Time::Steps {
            count: 1,
            rate: f64::NAN,
        },
        Time::Momentum {
            count: 1,
            rate: 1.0,
            momentum: 1.0,
        },
        Time::Momentum {
            count: 1,
            rate: 1.0,
            momentum: f64::NAN,
        },
    ] {
        assert!(
            matches!(smooth.training(time), Err(Error::InvalidArgument { .. })),
            "{time:?}"
        );
    }
    assert!(matches!(
        smooth.at(&points(2, 0, 1)),
        Err(Error::Shape { .. })
    ));
    // An indefinite kernel is found out.
    #[derive(Debug)]
    struct Distance;
    impl Kernel for Distance {
        fn dim(&self) -> Option<usize> {
            None
        }
        fn evaluate(&self, x: &[f64], y: &[f64]) -> spectral_bias::numerics::Estimate {
            spectral_bias::numerics::Estimate::closed_form((x[0] - y[0]).abs())
        }
    }
    let refused = Dynamics::new(Arc::new(Distance), &base, 0.0);
    assert!(
        matches!(refused, Err(Error::Undefined { .. })),
        "{refused:?}"
    );
}
