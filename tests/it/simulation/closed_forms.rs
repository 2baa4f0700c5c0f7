//! Training whose course is known: linearised networks and output training under discrete steps and gradient flow.

use super::*;

/// Σ over eigen-pairs of Θ of g(λ) applied to a vector.
fn spectral(kernel: &DMatrix<f64>, g: impl Fn(f64) -> f64, v: &DVector<f64>) -> DVector<f64> {
    let eigen = kernel.clone().symmetric_eigen();
    let c = eigen.eigenvectors.transpose() * v;
    &eigen.eigenvectors * c.zip_map(&eigen.eigenvalues, |c, l| c * g(l))
}

/// (1 − (1 − ηλ)^t)/λ, with its limit ηt.
fn learned(rate: f64, steps: i32) -> impl Fn(f64) -> f64 {
    move |l| {
        if l.abs() < 1e-12 {
            rate * f64::from(steps)
        } else if rate * l > 0.5 {
            (1.0 - (1.0 - rate * l).powi(steps)) / l
        } else {
            -(f64::from(steps) * (-rate * l).ln_1p()).exp_m1() / l
        }
    }
}

#[test]
fn linearised_networks_follow_the_discrete_closed_form() {
    for (groups, shallow) in [
        (&RADON[..], specification("tanh", 2, &RADON)),
        (&STANDARD[..], gaussian("relu", 2, &STANDARD)),
    ] {
        let shallow = shallow.with_antisymmetry(false);
        let weights: Vec<(Group, f64)> = groups
            .iter()
            .enumerate()
            .map(|(i, g)| (*g, 1.0 / (1.0 + i as f64)))
            .collect();
        let network = Network::sample(&shallow, 60, 2)
            .unwrap()
            .with_rates(LearningRates::new(&weights).unwrap())
            .unwrap();
        let (data, test) = (data(2, 12), points(2, 7));
        let rate = 0.9 * network.largest_stable_rate(data.points()).unwrap();
        let mut linear = Linearised::new(&network, &data, &test).unwrap();
        linear.descend(rate, 1000).unwrap();
        let kernel = network.tangent_kernel(data.points()).unwrap();
        let cross = network.cross_tangent_kernel(&test, data.points()).unwrap();
        let error = data.targets() - network.forward(data.points()).unwrap();
        let coefficients = spectral(&kernel, learned(rate, 1000), &error);
        let (at_data, at_test) = linear.predictions();
        let expected = network.forward(data.points()).unwrap() + &kernel * &coefficients;
        let scale = 1.0 + expected.amax();
        assert!((at_data - expected).amax() < 1e-10 * scale);
        let expected = network.forward(&test).unwrap() + cross * &coefficients;
        assert!((at_test - expected).amax() < 1e-10 * scale);
        // Σ‖Δθ‖²/rate = aᵀΘa for the coefficients a.
        let cost = (&kernel * &coefficients).dot(&coefficients);
        assert!((linear.cost() / cost - 1.0).abs() < 1e-9);
    }
}

#[test]
fn output_training_is_linear_and_follows_the_closed_form() {
    for antisymmetric in [true, false] {
        let shallow = specification("gelu", 1, &[Group::Output]).with_antisymmetry(antisymmetric);
        let mut network = Network::sample(&shallow, 100, 2).unwrap();
        let data = data(1, 10);
        let test = points(1, 23);
        let start = (
            network.forward(data.points()).unwrap(),
            network.forward(&test).unwrap(),
        );
        let kernel = network.tangent_kernel(data.points()).unwrap();
        let cross = network.cross_tangent_kernel(&test, data.points()).unwrap();
        let rate = 0.9 * network.largest_stable_rate(data.points()).unwrap();
        let mut predictions = PredictionRecorder::new(test.clone(), vec![0, 500, 1000]);
        let report = train(
            &mut network,
            &data,
            &Optimiser::gradient_descent(rate),
            &TrainingOptions::steps(1000),
            &mut predictions,
        )
        .unwrap();
        assert_eq!(report.stopped_because, StopReason::Steps);
        assert_eq!(report.steps, 1000);
        assert_eq!(report.losses.len(), 1001);
        let error = data.targets() - &start.0;
        for &(step, ref found) in predictions.records() {
            let coefficients = spectral(&kernel, learned(rate, step as i32), &error);
            let expected = &start.1 + &cross * coefficients;
            assert!((found - expected).amax() < 1e-10);
        }
        assert_eq!(predictions.records().len(), 3);
        assert!((network.forward(data.points()).unwrap() - report.predictions).amax() < 1e-13);
    }
}

#[test]
fn gradient_flow_follows_its_closed_form() {
    let mut network = Network::sample(&specification("tanh", 1, &[Group::Output]), 40, 2).unwrap();
    let data = data(1, 6);
    let kernel = network.tangent_kernel(data.points()).unwrap();
    let report = train(
        &mut network,
        &data,
        &Optimiser::gradient_flow(0.7),
        &TrainingOptions::steps(10),
        &mut Silent,
    )
    .unwrap();
    let left = spectral(&kernel, |l| (-7.0 * l).exp(), data.targets());
    assert!((report.predictions - (data.targets() - left)).amax() < 1e-7);
}
