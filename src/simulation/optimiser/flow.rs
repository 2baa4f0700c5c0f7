//! Gradient flow by an adaptive integrator.

use crate::error::{Error, Result};
use crate::model::Group;
use crate::simulation::network::{Engine, Inputs, Network};
use ode_solvers::dop_shared::{OutputType, System};
use ode_solvers::{DVector, Dopri5};
use std::cell::RefCell;

/// The field θ̇_g = −rate_g ∂L/∂θ_g of the trained groups, one after another.
struct Field<'a> {
    /// The solver gives `&self` to the field; the engine's buffers are scratch space.
    work: RefCell<(&'a mut Network, &'a mut Engine)>,
    inputs: &'a Inputs,
    targets: &'a [f64],
}

impl System<f64, DVector<f64>> for Field<'_> {
    fn system(&self, _time: f64, state: &DVector<f64>, change: &mut DVector<f64>) {
        let (network, engine) = &mut *self.work.borrow_mut();
        write(network, state.as_slice());
        let mut residuals = engine.forward(network, self.inputs);
        for (r, y) in residuals.iter_mut().zip(self.targets) {
            *r -= y;
        }
        let gradient = engine.backward(network, self.inputs, &residuals);
        let groups = network.trained();
        let field = groups
            .iter()
            .flat_map(|(_, range, rate)| gradient[range.clone()].iter().map(move |g| -rate * g));
        for (change, field) in change.iter_mut().zip(field) {
            *change = field;
        }
    }
}

fn read(network: &Network) -> DVector<f64> {
    let values = network.parameters().values();
    let trained = network.trained();
    let state = trained
        .iter()
        .flat_map(|(_, range, _)| values[range.clone()].iter().copied());
    DVector::from_vec(state.collect())
}

fn write(network: &mut Network, state: &[f64]) {
    let mut rest = state;
    for (_, range, _) in network.trained() {
        let (now, later) = rest.split_at(range.len());
        network.parameters_mut().values_mut()[range].copy_from_slice(now);
        rest = later;
    }
}

/// The most steps the integrator may take within one interval: more mean that a kink holds it.
const MAX_STEPS: u32 = 5_000;

/// Follows the flow for a time.
///
/// # Errors
/// [`Error::Accuracy`] where the integrator does not reach its tolerance, as where a data point pins the
/// zero-plane of a neuron with a kink (the flow slides along it).
pub(in crate::simulation) fn flow(
    network: &mut Network,
    engine: &mut Engine,
    inputs: &Inputs,
    targets: &[f64],
    interval: f64,
    tolerance: f64,
) -> Result<()> {
    let start = read(network);
    let field = Field {
        work: RefCell::new((network, engine)),
        inputs,
        targets,
    };
    // Hairer's usual controller; 0: the solver chooses its first step; no stiffness test, which would
    // stop where small steps still succeed.
    let mut solver = Dopri5::from_param(
        field,
        0.0,
        interval,
        interval,
        start,
        tolerance,
        tolerance,
        0.9,
        0.04,
        0.2,
        10.0,
        interval,
        0.0,
        MAX_STEPS,
        u32::MAX,
        OutputType::Sparse,
    );
    let outcome = solver.integrate();
    let end = solver.y_out().last().cloned();
    match (outcome, end) {
        (Ok(_), Some(end)) => {
            write(network, end.as_slice());
            if network.rates().rate(Group::Direction) > 0.0 {
                network.parameters_mut().retract();
            }
            Ok(())
        }
        (Err(e), _) => Err(accuracy(network, tolerance, e.to_string())),
        (Ok(_), None) => Err(accuracy(network, tolerance, "no step was taken".into())),
    }
}

fn accuracy(network: &Network, tolerance: f64, reason: String) -> Error {
    let advice = if network.activation().kinks().is_empty() {
        "take a shorter interval or a larger tolerance"
    } else {
        "the activation has kinks: a data point may pin zero-planes, and there the flow has no \
         classical solution; take gradient descent with a small rate"
    };
    Error::Accuracy {
        what: "gradient flow".into(),
        tolerance,
        reached: f64::INFINITY,
        hint: format!("{reason} {advice}"),
    }
}
