//! One step of every optimiser but gradient flow.

use super::Optimiser;
use crate::model::Group;
use crate::model::ensemble::{Draw, generator};
use crate::simulation::network::Network;
use rand::RngExt;

/// What an optimiser remembers: velocity or first moments, second moments, in the layout of the
/// parameters. Together with the number of steps done it is the whole state, the shuffles included:
/// the shuffle of an epoch is a function of its number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::simulation) struct State {
    pub(in crate::simulation) first: Vec<f64>,
    pub(in crate::simulation) second: Vec<f64>,
}

impl State {
    /// At rest, for a number of parameters.
    pub(in crate::simulation) fn at_rest(optimiser: &Optimiser, parameters: usize) -> Self {
        let (first, second) = match *optimiser {
            Optimiser::Momentum { .. } => (parameters, 0),
            Optimiser::Stochastic { momentum, .. } if momentum > 0.0 => (parameters, 0),
            Optimiser::Adam { .. } => (parameters, parameters),
            _ => (0, 0),
        };
        Self {
            first: vec![0.0; first],
            second: vec![0.0; second],
        }
    }
}

/// Moves the parameters along step number `done` + 1.
pub(in crate::simulation) fn step(
    optimiser: &Optimiser,
    network: &mut Network,
    state: &mut State,
    gradient: &[f64],
    done: usize,
) {
    for (group, range, group_rate) in network.trained() {
        let mut change = vec![0.0; range.len()];
        let gradient = &gradient[range.clone()];
        match *optimiser {
            Optimiser::GradientDescent { rate } => scale(&mut change, -rate * group_rate, gradient),
            Optimiser::Momentum {
                rate,
                momentum,
                nesterov,
            } => {
                let look_ahead = nesterov.then_some(momentum);
                let velocity = &mut state.first[range.clone()];
                ball(
                    &mut change,
                    velocity,
                    gradient,
                    rate * group_rate,
                    momentum,
                    look_ahead,
                );
            }
            Optimiser::Stochastic { rate, momentum, .. } if momentum > 0.0 => {
                let velocity = &mut state.first[range.clone()];
                ball(
                    &mut change,
                    velocity,
                    gradient,
                    rate * group_rate,
                    momentum,
                    None,
                );
            }
            Optimiser::Stochastic { rate, .. } => scale(&mut change, -rate * group_rate, gradient),
            Optimiser::Adam {
                rate,
                beta1,
                beta2,
                epsilon,
            } => {
                let t = done as f64 + 1.0;
                // 1 − βᵗ without cancellation for β near 1 and small t.
                let correction = |beta: f64| -(t * beta.ln()).exp_m1();
                let (c1, c2) = (correction(beta1), correction(beta2));
                let first = state.first[range.clone()].iter_mut();
                let second = state.second[range.clone()].iter_mut();
                for (((change, g), m), v) in change.iter_mut().zip(gradient).zip(first).zip(second)
                {
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *v = beta2 * *v + (1.0 - beta2) * g * g;
                    *change = -rate * group_rate * (*m / c1) / ((*v / c2).sqrt() + epsilon);
                }
            }
            Optimiser::GradientFlow { .. } => {}
        }
        if group == Group::Direction {
            network.parameters().project(&mut change);
        }
        let values = &mut network.parameters_mut().values_mut()[range.clone()];
        for (value, change) in values.iter_mut().zip(&change) {
            *value += change;
        }
        if group == Group::Direction {
            network.parameters_mut().retract();
            if let (Some(velocity), false) = (
                state.first.get_mut(range),
                matches!(optimiser, Optimiser::Adam { .. }),
            ) {
                network.parameters().project(velocity);
            }
        }
    }
}

fn scale(change: &mut [f64], factor: f64, gradient: &[f64]) {
    for (change, g) in change.iter_mut().zip(gradient) {
        *change = factor * g;
    }
}

fn ball(
    change: &mut [f64],
    velocity: &mut [f64],
    gradient: &[f64],
    rate: f64,
    momentum: f64,
    look_ahead: Option<f64>,
) {
    for ((change, u), g) in change.iter_mut().zip(velocity).zip(gradient) {
        *u = momentum * *u - rate * g;
        *change = match look_ahead {
            Some(momentum) => momentum * *u - rate * g,
            None => *u,
        };
    }
}

/// The points of the mini-batch of step number `done` + 1; `None` for full batches.
pub(in crate::simulation) fn batch(
    optimiser: &Optimiser,
    points: usize,
    done: usize,
) -> Option<Vec<usize>> {
    let Optimiser::Stochastic { batch, seed, .. } = *optimiser else {
        return None;
    };
    let per_epoch = points.div_ceil(batch);
    let (epoch, position) = (done / per_epoch, done % per_epoch);
    let mut rng = generator(seed, Draw::Epoch(epoch));
    let mut order: Vec<usize> = (0..points).collect();
    for i in (1..points).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    let end = ((position + 1) * batch).min(points);
    Some(order[position * batch..end].to_vec())
}
