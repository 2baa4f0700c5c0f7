//! Optimisers and mini-batches.

use super::*;

/// One neuron, one point: z = wx − b, f = vφ(z), φ = identity, so that ∂L/∂v = r z, ∂L/∂w = r v x,
/// ∂L/∂b = −r v.
#[test]
fn first_steps_are_those_of_the_definitions() {
    let (x, y, eta) = (0.8, 1.5, 0.02);
    let new = || {
        let neurons = Neurons::Standard {
            weights: DMatrix::from_element(1, 1, 0.6),
            biases: DVector::from_element(1, -0.4),
        };
        let weights = LearningRates::new(&[
            (Group::Output, 1.0),
            (Group::Bias, 0.5),
            (Group::Weight, 2.0),
        ]);
        let activation = Activation::parse("identity").unwrap();
        Network::new(
            activation,
            neurons,
            DVector::from_element(1, 0.7),
            weights.unwrap(),
        )
        .unwrap()
    };
    let data = Dataset::new(Points::on_line(&[x]).unwrap(), DVector::from_element(1, y)).unwrap();
    let group_rates = [1.0, 0.5, 2.0];
    let gradient = |t: &[f64; 3]| {
        let [v, b, w] = *t;
        let (z, r) = (w * x - b, v * (w * x - b) - y);
        [r * z, -r * v, r * v * x]
    };
    for optimiser in [
        Optimiser::gradient_descent(eta),
        Optimiser::Momentum {
            rate: eta,
            momentum: 0.9,
            nesterov: false,
        },
        Optimiser::Momentum {
            rate: eta,
            momentum: 0.9,
            nesterov: true,
        },
        Optimiser::adam(eta),
        Optimiser::Stochastic {
            rate: eta,
            momentum: 0.9,
            batch: 1,
            seed: 0,
        },
    ] {
        let mut theta = [0.7, -0.4, 0.6];
        let (mut m, mut s) = ([0.0; 3], [0.0; 3]);
        for t in 1..=4 {
            let g = gradient(&theta);
            for j in 0..3 {
                let rate = eta * group_rates[j];
                match optimiser {
                    Optimiser::GradientDescent { .. } => theta[j] -= rate * g[j],
                    Optimiser::Momentum { nesterov: true, .. } => {
                        // Nesterov as two sequences: y_t = θ_t − ηg, θ_{t+1} = y_t + μ(y_t − y_{t−1}),
                        // with m = y_t − y_{t−1}.
                        m[j] = 0.9 * m[j] - rate * g[j];
                        theta[j] += 0.9 * m[j] - rate * g[j];
                    }
                    Optimiser::Adam { .. } => {
                        m[j] = 0.9 * m[j] + 0.1 * g[j];
                        s[j] = 0.999 * s[j] + 0.001 * g[j] * g[j];
                        let mhat = m[j] / (1.0 - 0.9f64.powi(t));
                        let shat = s[j] / (1.0 - 0.999f64.powi(t));
                        theta[j] -= rate * mhat / (shat.sqrt() + 1e-8);
                    }
                    _ => {
                        m[j] = 0.9 * m[j] - rate * g[j];
                        theta[j] += m[j];
                    }
                }
            }
        }
        let mut network = new();
        train(
            &mut network,
            &data,
            &optimiser,
            &TrainingOptions::steps(4),
            &mut Silent,
        )
        .unwrap();
        for (a, b) in network.parameters().values().iter().zip(theta) {
            assert!((a - b).abs() < 1e-13, "{optimiser:?}: {a} {b}");
        }
    }
    // Adam's first step has size η·rate whatever the gradient.
    let mut network = new();
    train(
        &mut network,
        &data,
        &Optimiser::adam(eta),
        &TrainingOptions::steps(1),
        &mut Silent,
    )
    .unwrap();
    assert!((network.parameters().values()[0] - (0.7 + eta)).abs() < 1e-9);
}

#[test]
fn mini_batches_cover_every_epoch_and_are_unbiased() {
    let data = data(1, 9);
    let shallow = specification("relu", 1, &[Group::Output]);
    let full = Optimiser::gradient_descent(0.05);
    let stochastic = |batch| Optimiser::Stochastic {
        rate: 0.05,
        momentum: 0.0,
        batch,
        seed: 3,
    };
    let trained = |optimiser: &Optimiser, steps| {
        let mut network = Network::sample(&shallow, 30, 6).unwrap();
        train(
            &mut network,
            &data,
            optimiser,
            &TrainingOptions::steps(steps),
            &mut Silent,
        )
        .unwrap();
        network.parameters().outputs()
    };
    // A batch of all the points is gradient descent, up to the order of the sum.
    assert!((trained(&stochastic(9), 20) - trained(&full, 20)).amax() < 1e-13);
    assert!((trained(&stochastic(100), 20) - trained(&full, 20)).amax() < 1e-13);
    // At a vanishing rate the three batches of an epoch add up to three full steps.
    let tiny = |batch, rate| Optimiser::Stochastic {
        rate,
        momentum: 0.0,
        batch,
        seed: 3,
    };
    let start = Network::sample(&shallow, 30, 6)
        .unwrap()
        .parameters()
        .outputs();
    let epoch = (trained(&tiny(3, 1e-9), 3) - &start) / 1e-9;
    let steps = (trained(&tiny(9, 1e-9), 3) - &start) / 1e-9;
    assert!((&epoch - &steps).amax() < 1e-5 * steps.amax());
    // And the seed decides.
    let other = Optimiser::Stochastic {
        rate: 0.05,
        momentum: 0.0,
        batch: 3,
        seed: 4,
    };
    assert_ne!(trained(&stochastic(3), 20), trained(&other, 20));
    assert_eq!(trained(&stochastic(3), 20), trained(&stochastic(3), 20));
}
