//! Activations from one branch-free function z ↦ (φ(z), φ′(z)), so that whole rows of pre-activations go
//! through vector instructions: training and kernel quadrature spend most of their time here.

use crate::numerics::{WideLoop, wide};

/// φ and φ′ at one place, without branches.
pub(super) trait Pair {
    /// (φ(z), φ′(z)); implementations are `#[inline(always)]`.
    fn pair(&self, z: f64) -> (f64, f64);
}

/// The four methods of [`ActivationFunction`](super::ActivationFunction) that [`Pair`] answers.
macro_rules! from_pair {
    () => {
        fn value(&self, z: f64) -> f64 {
            self.pair(z).0
        }
        fn derivative(&self, z: f64) -> f64 {
            self.pair(z).1
        }
        fn value_and_derivative(&self, z: f64) -> (f64, f64) {
            self.pair(z)
        }
        fn fill(&self, z: &[f64], value: &mut [f64], derivative: &mut [f64]) {
            crate::model::activation::rows::fill(self, z, value, derivative);
        }
    };
}
pub(super) use from_pair;

/// φ and, unless `derivative` is empty, φ′ of every element.
pub(super) fn fill(phi: &impl Pair, z: &[f64], value: &mut [f64], derivative: &mut [f64]) {
    if derivative.is_empty() {
        wide(Values { phi, z, value });
    } else {
        wide(Both {
            phi,
            z,
            value,
            derivative,
        });
    }
}

struct Values<'a, P> {
    phi: &'a P,
    z: &'a [f64],
    value: &'a mut [f64],
}

impl<P: Pair> WideLoop for Values<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (z, value) in self.z.iter().zip(self.value) {
            *value = self.phi.pair(*z).0;
        }
    }
}

struct Both<'a, P> {
    phi: &'a P,
    z: &'a [f64],
    value: &'a mut [f64],
    derivative: &'a mut [f64],
}

impl<P: Pair> WideLoop for Both<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let outputs = self.value.iter_mut().zip(self.derivative);
        for (z, (value, derivative)) in self.z.iter().zip(outputs) {
            (*value, *derivative) = self.phi.pair(*z);
        }
    }
}
