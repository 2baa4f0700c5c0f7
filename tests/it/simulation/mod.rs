//! The reference trainer: gradients, coordinates, optimisers, stopping, checkpoints, determinism.

#[cfg(feature = "io")]
mod checkpoints;
mod closed_forms;
mod gradients;
mod optimisers;

use nalgebra::{DMatrix, DVector};
use spectral_bias::data::{Dataset, Points};
use spectral_bias::model::ensemble::Neurons;
use spectral_bias::model::{Activation, Coordinates, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::simulation::training::{
    KernelRecorder, MovementRecorder, NoProgress, Observers, PredictionRecorder,
};
use spectral_bias::simulation::{
    Linearised, Network, Optimiser, Progress, ReadOut, Silent, StopReason, Trainer,
    TrainingOptions, train,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const RADON: [Group; 4] = [Group::Output, Group::Offset, Group::Scale, Group::Direction];
const STANDARD: [Group; 3] = [Group::Output, Group::Bias, Group::Weight];

fn rates(groups: &[Group]) -> LearningRates {
    LearningRates::train(groups).unwrap()
}

fn points(dim: usize, n: usize) -> Points {
    // Incommensurable, so that no pre-activation sits on a kink.
    let entry = |k: usize, i: usize| (1.7 * i as f64 + 2.3 * k as f64 + 0.31).sin() * 1.1;
    Points::from_columns(DMatrix::from_fn(dim, n, entry)).unwrap()
}

fn data(dim: usize, n: usize) -> Dataset {
    let points = points(dim, n);
    let targets = DVector::from_fn(n, |i, _| (0.9 * i as f64).cos());
    Dataset::new(points, targets).unwrap()
}

fn specification(activation: &str, dim: usize, groups: &[Group]) -> Shallow {
    let ensemble =
        Ensemble::parse("radon:radius=1.5,scale_low=0.5,scale_high=2", dim, None).unwrap();
    Shallow::new(
        Activation::parse(activation).unwrap(),
        dim,
        ensemble,
        rates(groups),
    )
    .unwrap()
}

fn gaussian(activation: &str, dim: usize, groups: &[Group]) -> Shallow {
    let ensemble = Ensemble::Gaussian {
        weight_std: 1.3,
        bias_std: 0.7,
    };
    Shallow::new(
        Activation::parse(activation).unwrap(),
        dim,
        ensemble,
        rates(groups),
    )
    .unwrap()
}

/// Names tried; those that this build knows are tested.
const ACTIVATIONS: &[&str] = &[
    "relu",
    "leaky-relu:slope=0.1",
    "relu-power:k=2",
    "relu-power:k=3",
    "abs",
    "heaviside",
    "sign",
    "identity",
    "monomial:degree=3",
    "hat",
    "bspline:order=4",
    "hard-tanh",
    "hard-sigmoid",
    "relu6",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "arctan",
    "gelu",
    "silu",
    "mish",
    "elu:alpha=1",
    "elu:alpha=0.5",
    "selu",
    "celu:alpha=2",
    "softsign",
    "gaussian",
    "sech",
    "sin",
    "cos",
    "sin:frequency=2",
    "squared-relu",
];

fn optimisers(rate: f64) -> Vec<Optimiser> {
    vec![
        Optimiser::gradient_descent(rate),
        Optimiser::Momentum {
            rate,
            momentum: 0.8,
            nesterov: false,
        },
        Optimiser::Momentum {
            rate,
            momentum: 0.8,
            nesterov: true,
        },
        Optimiser::Stochastic {
            rate,
            momentum: 0.0,
            batch: 3,
            seed: 4,
        },
        Optimiser::Stochastic {
            rate,
            momentum: 0.5,
            batch: 3,
            seed: 4,
        },
        Optimiser::adam(rate),
        Optimiser::gradient_flow(rate),
    ]
}

/// The same network a little further on: the halves of an antisymmetric network differ.
fn perturbed(mut network: Network) -> Network {
    let values: Vec<f64> = network
        .parameters()
        .values()
        .iter()
        .enumerate()
        .map(|(i, x)| x + 0.05 * (i as f64 * 1.3).sin())
        .collect();
    network.set_parameters(&values).unwrap();
    network
}

#[test]
fn coordinates_convert_both_ways() {
    let x = points(3, 20);
    for name in ["relu", "tanh", "gelu"] {
        let ntk = Network::sample(&gaussian(name, 3, &[Group::Output]), 50, 8).unwrap();
        let ntk = perturbed(ntk);
        assert_eq!(ntk.coordinates(), Coordinates::Ntk);
        let f = ntk.forward(&x).unwrap();
        let out = rates(&[Group::Output]);
        let standard = ntk
            .clone()
            .into_coordinates(Coordinates::Standard, out.clone())
            .unwrap();
        let radon = standard
            .clone()
            .into_coordinates(Coordinates::RadonSpline, rates(&RADON))
            .unwrap();
        let back = radon
            .clone()
            .into_coordinates(Coordinates::Standard, rates(&STANDARD))
            .unwrap();
        let scale = f.amax();
        assert_eq!(standard.forward(&x).unwrap(), f);
        for other in [&radon, &back] {
            assert!((other.forward(&x).unwrap() - &f).amax() < 1e-14 * scale.max(1.0));
            assert_eq!(other.antisymmetric(), ntk.antisymmetric());
        }
        assert!(
            radon
                .clone()
                .into_coordinates(Coordinates::Standard, rates(&RADON))
                .is_err()
        );
        assert!(radon.into_coordinates(Coordinates::Ntk, out).is_err());
        // NTK again, from the standard neurons.
        let again = Network::new_ntk(
            ntk.activation().clone(),
            back.neurons(),
            back.parameters().outputs(),
            rates(&STANDARD),
            1.3,
            0.7,
        )
        .unwrap();
        let (a, b) = (
            again.parameters().group(Group::Weight),
            ntk.parameters().group(Group::Weight),
        );
        assert!(
            a.iter()
                .zip(b)
                .all(|(a, b)| (a - b).abs() < 1e-15 * (1.0 + b.abs()))
        );
    }
}

#[test]
fn antisymmetric_networks_start_at_zero_with_the_same_kernel() {
    let x = points(2, 30);
    for shallow in [
        specification("gelu", 2, &RADON),
        gaussian("relu", 2, &STANDARD),
    ] {
        let doubled = Network::sample(&shallow, 65, 4).unwrap();
        let single = Network::sample(&shallow.clone().with_antisymmetry(false), 65, 4).unwrap();
        assert_eq!(doubled.width(), 65);
        assert_eq!(doubled.parameters().neurons(), 130);
        assert!(doubled.forward(&x).unwrap().amax() < 1e-15);
        let (a, b) = (
            doubled.tangent_kernel(&x).unwrap(),
            single.tangent_kernel(&x).unwrap(),
        );
        assert!((&a - &b).amax() < 1e-14 * b.amax());
    }
}

#[test]
fn a_wider_network_begins_with_the_narrower_one() {
    let shallow = gaussian("relu", 2, &STANDARD).with_antisymmetry(false);
    let (narrow, wide) = (
        Network::sample(&shallow, 5, 1).unwrap(),
        Network::sample(&shallow, 50, 1).unwrap(),
    );
    for group in STANDARD {
        let (a, b) = (
            narrow.parameters().group(group),
            wide.parameters().group(group),
        );
        assert_eq!(a, &b[..a.len()]);
    }
}

#[test]
fn relu_conserves_the_balance_of_layers_under_gradient_flow() {
    let shallow = gaussian("relu", 2, &STANDARD)
        .with_antisymmetry(false)
        .with_coordinates(Coordinates::Standard)
        .unwrap();
    // Two points: with more, zero-planes get pinned at data points, where the flow has no classical
    // solution (see the next test).
    let mut network = Network::sample(&shallow, 200, 5).unwrap();
    let balance = |network: &Network| -> Vec<f64> {
        let p = network.parameters();
        (0..200)
            .map(|i| {
                let w = &p.group(Group::Weight)[2 * i..2 * i + 2];
                let (v, b) = (p.group(Group::Output)[i], p.group(Group::Bias)[i]);
                v * v - w[0] * w[0] - w[1] * w[1] - b * b
            })
            .collect()
    };
    let before = balance(&network);
    let start = network.clone();
    let report = train(
        &mut network,
        &data(2, 2),
        &Optimiser::gradient_flow(0.5),
        &TrainingOptions::steps(10),
        &mut Silent,
    )
    .unwrap();
    assert!(report.loss() < 0.1 * report.losses[0].1);
    let moved: f64 = MovementRecorder::between(&start, &network)
        .iter()
        .map(|m| m.1)
        .sum();
    assert!(moved > 0.1, "{moved}");
    for (a, b) in before.iter().zip(balance(&network)) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
}

/// A zero-plane that a data point attracts from both sides stays there: no step of the integrator is small
/// enough, and it must say so.
#[test]
fn pinned_zero_planes_are_reported() {
    let shallow = gaussian("relu", 2, &STANDARD);
    let mut network = Network::sample(&shallow, 30, 5).unwrap();
    let options = TrainingOptions::steps(10);
    let flow = Optimiser::gradient_flow(0.5);
    let error = train(&mut network, &data(2, 8), &flow, &options, &mut Silent).unwrap_err();
    assert!(error.to_string().contains("kinks"), "{error}");
}

#[test]
fn directions_stay_on_the_sphere() {
    for optimiser in optimisers(0.05) {
        let mut network = Network::sample(&specification("tanh", 3, &RADON), 40, 5).unwrap();
        let start = network.clone();
        train(
            &mut network,
            &data(3, 8),
            &optimiser,
            &TrainingOptions::steps(60),
            &mut Silent,
        )
        .unwrap();
        let Neurons::RadonSpline { directions, .. } = network.neurons() else {
            panic!("coordinates changed");
        };
        for direction in directions.column_iter() {
            assert!((direction.norm() - 1.0).abs() < 1e-15, "{optimiser:?}");
        }
        for (group, moved) in MovementRecorder::between(&start, &network) {
            assert!(moved > 0.0, "{group} did not move with {optimiser:?}");
        }
    }
}

#[test]
fn every_stop_has_its_reason() {
    let data = data(1, 6);
    let new = || Network::sample(&specification("tanh", 1, &RADON), 50, 1).unwrap();
    let rate = 0.5 * new().largest_stable_rate(data.points()).unwrap();
    let run = |rate: f64, options: TrainingOptions| {
        let mut network = new();
        let descent = Optimiser::gradient_descent(rate);
        train(&mut network, &data, &descent, &options, &mut Silent).unwrap()
    };
    let steps = TrainingOptions::steps;
    assert_eq!(run(rate, steps(0)).stopped_because, StopReason::Steps);
    assert_eq!(run(rate, steps(7)).steps, 7);
    let diverged = run(1e200, steps(50));
    assert_eq!(diverged.stopped_because, StopReason::Diverged);
    assert!(diverged.steps < 50);
    let linear = {
        let mut network =
            Network::sample(&specification("relu", 1, &[Group::Output]), 50, 1).unwrap();
        let above = 1.1 * network.largest_stable_rate(data.points()).unwrap();
        let descent = Optimiser::gradient_descent(above);
        train(&mut network, &data, &descent, &steps(100_000), &mut Silent).unwrap()
    };
    assert_eq!(linear.stopped_because, StopReason::Diverged);
    let report = run(
        rate,
        TrainingOptions {
            loss_below: Some(0.5),
            ..steps(100_000)
        },
    );
    assert_eq!(report.stopped_because, StopReason::LossBelow);
    assert!(report.loss() < 0.5 && report.losses[report.losses.len() - 2].1 >= 0.5);
    let report = run(
        rate,
        TrainingOptions {
            gradient_below: Some(0.3),
            ..steps(100_000)
        },
    );
    assert_eq!(report.stopped_because, StopReason::GradientBelow);
    assert!(report.gradient_norm < 0.3);
    let no_progress = Some(NoProgress {
        records: 5,
        fraction: 0.01,
    });
    let report = run(
        rate,
        TrainingOptions {
            no_progress,
            ..steps(100_000)
        },
    );
    assert_eq!(report.stopped_because, StopReason::NoProgress);
    let time_budget = Some(Duration::from_millis(5));
    let report = run(
        1e-9,
        TrainingOptions {
            time_budget,
            ..steps(usize::MAX)
        },
    );
    assert_eq!(report.stopped_because, StopReason::TimeBudget);
    let interrupt = Some(Arc::new(AtomicBool::new(true)));
    let report = run(
        rate,
        TrainingOptions {
            interrupt,
            ..steps(100)
        },
    );
    assert_eq!(
        (report.stopped_because, report.steps),
        (StopReason::Interrupted, 0)
    );
    let mut seen = Vec::new();
    let mut network = new();
    let mut watch = |progress: &Progress<'_>| {
        seen.push(progress.step);
        if progress.step >= 12 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = TrainingOptions {
        record_every: 4,
        ..steps(100)
    };
    let descent = Optimiser::gradient_descent(rate);
    let report = train(&mut network, &data, &descent, &options, &mut watch).unwrap();
    assert_eq!(
        (report.stopped_because, report.steps),
        (StopReason::Interrupted, 12)
    );
    assert_eq!(seen, [0, 4, 8, 12]);
    assert_eq!(report.losses.iter().map(|l| l.0).collect::<Vec<_>>(), seen);
}

#[test]
fn recorders_record() {
    let data = data(2, 6);
    let mut network = Network::sample(&specification("tanh", 2, &RADON), 50, 1).unwrap();
    let rate = 0.5 * network.largest_stable_rate(data.points()).unwrap();
    let mut movement = MovementRecorder::new(&network, 10);
    let mut kernel = KernelRecorder::new(&network, data.points().clone(), 10).unwrap();
    let mut observers = Observers(vec![&mut movement, &mut kernel]);
    let descent = Optimiser::gradient_descent(rate);
    train(
        &mut network,
        &data,
        &descent,
        &TrainingOptions::steps(30),
        &mut observers,
    )
    .unwrap();
    let steps: Vec<usize> = movement.records().iter().map(|r| r.0).collect();
    assert_eq!(steps, [0, 10, 20, 30]);
    assert_eq!(kernel.records().len(), 4);
    assert!(kernel.records()[0].1 == 0.0 && kernel.records()[3].1 > 1e-4);
    let (first, last) = (&movement.records()[0].1, &movement.records()[3].1);
    assert!(first.iter().all(|m| m.1 == 0.0) && last.iter().all(|m| m.1 > 0.0));
    assert_eq!(last.len(), 4);
}

#[cfg(feature = "parallel")]
#[test]
fn the_number_of_threads_changes_nothing() {
    let data = data(2, 61);
    for optimiser in optimisers(0.01) {
        for groups in [&RADON[..], &[Group::Output]] {
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                pool.install(|| {
                    let mut network =
                        Network::sample(&specification("gelu", 2, groups), 333, 1).unwrap();
                    let options = TrainingOptions::steps(5);
                    train(&mut network, &data, &optimiser, &options, &mut Silent).unwrap();
                    let kernel = network.tangent_kernel(data.points()).unwrap();
                    (network.parameters().clone(), kernel)
                })
            };
            assert_eq!(run(1), run(3), "{optimiser:?}");
        }
    }
}

#[test]
fn bad_input_is_a_typed_error() {
    let network = Network::sample(&specification("tanh", 2, &RADON), 6, 5).unwrap();
    assert!(network.forward(&points(3, 4)).is_err());
    assert!(network.tangent_kernel(&points(1, 4)).is_err());
    assert!(network.jacobian(&points(2, 4), Group::Weight).is_err());
    assert!(network.loss_and_gradient(&data(1, 4)).is_err());
    assert!(network.clone().with_rates(rates(&STANDARD)).is_err());
    assert!(network.clone().set_parameters(&[0.0]).is_err());
    let count = network.parameters().values().len();
    assert!(
        network
            .clone()
            .set_parameters(&vec![f64::NAN; count])
            .is_err()
    );
    assert!(Network::sample(&specification("tanh", 2, &RADON), 0, 5).is_err());
    assert!(Trainer::new(network.clone(), &data(3, 4), Optimiser::adam(0.1)).is_err());
    for optimiser in [
        Optimiser::gradient_descent(0.0),
        Optimiser::gradient_descent(f64::NAN),
        Optimiser::Momentum {
            rate: 0.1,
            momentum: 1.0,
            nesterov: false,
        },
        Optimiser::Stochastic {
            rate: 0.1,
            momentum: 0.0,
            batch: 0,
            seed: 0,
        },
        Optimiser::Adam {
            rate: 0.1,
            beta1: 0.9,
            beta2: 1.5,
            epsilon: 1e-8,
        },
        Optimiser::GradientFlow {
            interval: -1.0,
            tolerance: 1e-9,
        },
    ] {
        assert!(Trainer::new(network.clone(), &data(2, 4), optimiser).is_err());
    }
    let unbounded = Ensemble::parse("radon:radius=inf", 1, None).unwrap();
    let relu = Activation::parse("relu").unwrap();
    let limit = Shallow::new(relu.clone(), 1, unbounded, rates(&[Group::Output])).unwrap();
    assert!(Network::sample(&limit, 5, 0).is_err());
    let neurons = |direction: f64, offset: f64| Neurons::RadonSpline {
        directions: DMatrix::from_element(1, 2, direction),
        offsets: DVector::from_element(2, offset),
        scales: DVector::from_element(2, 1.0),
    };
    let new = |n: Neurons, outputs: usize| {
        Network::new(
            relu.clone(),
            n,
            DVector::from_element(outputs, 1.0),
            rates(&[Group::Output]),
        )
    };
    assert!(new(neurons(1.0, 0.0), 2).is_ok());
    assert!(new(neurons(1.0, 0.0), 3).is_err());
    assert!(new(neurons(2.0, 0.0), 2).is_err());
    assert!(new(neurons(1.0, f64::INFINITY), 2).is_err());
    let options = TrainingOptions {
        record_every: 0,
        ..TrainingOptions::steps(1)
    };
    let mut network = network;
    let adam = Optimiser::adam(0.1);
    assert!(train(&mut network, &data(2, 4), &adam, &options, &mut Silent).is_err());
}

#[test]
fn whole_rows_are_the_single_values() {
    let mut z: Vec<f64> = (-400..=400).map(|i| f64::from(i) * 0.01).collect();
    z.extend([
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        6.0,
        1e-310,
        -1e300,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ]);
    let mut tested = 0;
    for name in ACTIVATIONS {
        let Ok(activation) = Activation::parse(name) else {
            continue;
        };
        let (mut value, mut derivative) = (vec![0.0; z.len()], vec![0.0; z.len()]);
        let mut only = value.clone();
        activation.fill(&z, &mut value, &mut derivative);
        activation.fill(&z, &mut only, &mut []);
        for (i, &z) in z.iter().enumerate() {
            let single = activation.value_and_derivative(z);
            let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
            assert!(
                same(value[i], single.0),
                "{name}({z}): {} {}",
                value[i],
                single.0
            );
            assert!(
                same(derivative[i], single.1),
                "{name}'({z}): {} {}",
                derivative[i],
                single.1
            );
            assert!(same(only[i], activation.value(z)), "{name}({z})");
        }
        tested += 1;
    }
    assert!(tested > 15);
}
