//! Gradients, Jacobians and empirical kernels of networks.

use super::*;

#[test]
fn gradients_agree_with_differences() {
    let mut tested = 0;
    for name in ACTIVATIONS {
        if Activation::parse(name).is_err() {
            continue;
        }
        for dim in [1, 3] {
            let data = data(dim, 5);
            let networks = [
                Network::sample(&specification(name, dim, &RADON), 4, 3).unwrap(),
                Network::sample(&gaussian(name, dim, &STANDARD), 4, 3).unwrap(),
                Network::sample(
                    &gaussian(name, dim, &STANDARD)
                        .with_antisymmetry(false)
                        .with_coordinates(Coordinates::Standard)
                        .unwrap(),
                    4,
                    3,
                )
                .unwrap()
                .with_read_out(ReadOut::MeanField),
            ];
            for network in networks {
                check_gradient(perturbed(network), &data, name);
                tested += 1;
            }
        }
    }
    println!("{tested} networks");
    assert!(tested >= 6 * 15);
}

fn check_gradient(network: Network, data: &Dataset, name: &str) {
    let (loss, gradient) = network.loss_and_gradient(data).unwrap();
    let values = network.parameters().values().to_vec();
    let at = |j: usize, h: f64| {
        let mut moved = network.clone();
        let mut shifted = values.clone();
        shifted[j] += h;
        moved.set_parameters(&shifted).unwrap();
        moved.loss_and_gradient(data).unwrap().0
    };
    let h = 1e-5;
    let mut numeric: Vec<f64> = (0..values.len())
        .map(|j| (8.0 * (at(j, h) - at(j, -h)) - (at(j, 2.0 * h) - at(j, -2.0 * h))) / (12.0 * h))
        .collect();
    if network.coordinates() == Coordinates::RadonSpline {
        let range = network.parameters().range(Group::Direction).unwrap();
        let directions = network.parameters().group(Group::Direction);
        let d = network.dim();
        for (g, x) in numeric[range].chunks_mut(d).zip(directions.chunks(d)) {
            let along = g.iter().zip(x).map(|(g, x)| g * x).sum::<f64>()
                / x.iter().map(|x| x * x).sum::<f64>();
            g.iter_mut().zip(x).for_each(|(g, x)| *g -= along * x);
        }
    }
    let size = 1.0 + loss + gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
    for (j, (a, n)) in gradient.iter().zip(&numeric).enumerate() {
        assert!(
            (a - n).abs() <= 1e-8 * size,
            "{name} {:?} d={} parameter {j}: {a} against {n}",
            network.coordinates(),
            network.dim()
        );
    }
}

#[test]
fn jacobians_gradients_and_kernels_fit_together() {
    for (network, groups) in [
        (
            Network::sample(&specification("tanh", 2, &RADON), 37, 1).unwrap(),
            &RADON[..],
        ),
        (
            Network::sample(&gaussian("relu", 2, &STANDARD), 300, 1).unwrap(),
            &STANDARD[..],
        ),
    ] {
        let weights: Vec<(Group, f64)> = groups
            .iter()
            .enumerate()
            .map(|(i, g)| (*g, 0.5 + i as f64))
            .collect();
        let network = perturbed(network)
            .with_rates(LearningRates::new(&weights).unwrap())
            .unwrap();
        let (x, z) = (points(2, 40), points(2, 9));
        let data = Dataset::new(x.clone(), DVector::from_element(40, 0.3)).unwrap();
        let (_, gradient) = network.loss_and_gradient(&data).unwrap();
        let residuals = network.forward(&x).unwrap() - data.targets();
        let (mut gram, mut cross) = (DMatrix::zeros(40, 40), DMatrix::zeros(40, 9));
        for &(group, rate) in network.rates().trained() {
            let jacobian = network.jacobian(&x, group).unwrap();
            let expected = jacobian.transpose() * &residuals;
            let found = &gradient[network.parameters().range(group).unwrap()];
            let scale = expected.amax();
            for (a, b) in expected.iter().zip(found) {
                assert!((a - b).abs() <= 1e-13 * scale, "{group}: {a} {b}");
            }
            gram += &jacobian * jacobian.transpose() * rate;
            cross += &jacobian * network.jacobian(&z, group).unwrap().transpose() * rate;
        }
        let kernel = network.tangent_kernel(&x).unwrap();
        assert_eq!(kernel, kernel.transpose());
        assert!((&kernel - &gram).amax() < 1e-13 * gram.amax());
        let found = network.cross_tangent_kernel(&x, &z).unwrap();
        assert!((found - cross).amax() < 1e-13 * gram.amax());
    }
}
