//! What a trained group sees of a neuron, as a function of its pre-activation.

use super::tabulated::Tabulated;
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::model::activation::{Family, Feature, PiecewisePolynomial, Remainder};
use std::sync::Arc;

/// What differences may be off beside a feature, at least.
const DIFFERENCES: f64 = 1e-12;
/// Derivatives that never settle are tabulated so far at least.
const PERSISTENT: f64 = 16.0;

/// φ, φ′ or zφ′ with its kinks and tails.
#[derive(Clone, Debug)]
pub(crate) struct FeatureFunction {
    pub(crate) activation: Activation,
    pub(crate) feature: Feature,
    /// The feature as a piecewise polynomial, if it is one.
    pub(crate) pieces: Option<PiecewisePolynomial>,
    /// Where it is not smooth, ascending.
    pub(crate) kinks: Vec<f64>,
    /// Coefficients of the polynomial it approaches at −∞ and at +∞.
    pub(crate) left: Vec<f64>,
    pub(crate) right: Vec<f64>,
    pub(crate) remainder: Remainder,
    /// φ′, if it is found by differences.
    differences: Option<Arc<Tabulated>>,
}

impl FeatureFunction {
    /// # Errors
    /// φ′ or zφ′ of a φ that jumps: a delta, whose square no kernel can carry. φ′ by differences with too few digits.
    pub(crate) fn new(activation: &Activation, feature: Feature) -> Result<Self> {
        let kinks = activation.kinks();
        let delta = |at: f64| match feature {
            Feature::Value => false,
            Feature::Derivative => true,
            Feature::Stretch => at != 0.0,
        };
        if let Some(step) = kinks.iter().find(|k| k.order == 0 && delta(k.at)) {
            return Err(Error::undefined(
                format!("kernel of `{}`", activation.name()),
                format!(
                    "it jumps at z = {}, so that its derivative, which training more than the output weights \
                     asks for, is a delta, whose kernel is infinite on the diagonal",
                    step.at
                ),
            ));
        }
        let tails = activation.tails();
        let shape = |polynomial: &[f64]| -> Vec<f64> {
            let slope = polynomial
                .iter()
                .enumerate()
                .skip(1)
                .map(|(j, c)| j as f64 * c);
            let mut out: Vec<f64> = match feature {
                Feature::Value => polynomial.to_vec(),
                Feature::Derivative => slope.collect(),
                Feature::Stretch => std::iter::once(0.0).chain(slope).collect(),
            };
            while out.last() == Some(&0.0) {
                out.pop();
            }
            out
        };
        let pieces = match activation.family() {
            Family::PiecewisePolynomial(function) => Some(function.feature(feature)),
            _ => None,
        };
        let kinks: Vec<f64> = kinks.iter().map(|k| k.at).collect();
        let differences = (feature != Feature::Value && activation.by_differences()).then(|| {
            let needed = match tails.remainder {
                Remainder::Persistent => PERSISTENT,
                _ => f64::INFINITY,
            };
            let table = Tabulated::new(|z| activation.derivative(z), &kinks, needed);
            table.map(Arc::new).map_err(|reached| Error::Accuracy {
                what: format!("φ′ of `{}` by differences of φ", activation.name()),
                tolerance: DIFFERENCES,
                reached,
                hint: "give φ′ to the activation's builder by `.derivative(…)`, and where it bends by `.kink(…)`"
                    .into(),
            })
        });
        Ok(Self {
            activation: activation.clone(),
            feature,
            pieces,
            differences: differences.transpose()?,
            kinks,
            left: shape(&tails.left),
            right: shape(&tails.right),
            remainder: tails.remainder,
        })
    }

    pub(crate) fn value(&self, z: f64) -> f64 {
        if let Some(pieces) = &self.pieces {
            return pieces.value(z);
        }
        match self.feature {
            Feature::Value => self.activation.value(z),
            Feature::Derivative => self.derivative(z),
            Feature::Stretch => z * self.derivative(z),
        }
    }

    fn derivative(&self, z: f64) -> f64 {
        let kept = self.differences.as_ref().and_then(|table| table.value(z));
        kept.unwrap_or_else(|| self.activation.derivative(z))
    }

    /// What it is off beside its size if φ is known by its values alone; 0 if it is not.
    pub(crate) fn noise(&self) -> f64 {
        let table = self.differences.as_ref();
        table.map_or(0.0, |table| table.noise.max(DIFFERENCES))
    }

    /// The polynomial approached at −∞ at z, and at +∞.
    pub(crate) fn left_tail(&self, z: f64) -> f64 {
        horner(&self.left, z)
    }

    pub(crate) fn right_tail(&self, z: f64) -> f64 {
        horner(&self.right, z)
    }

    /// The largest degree of a tail; −1 if both are 0.
    pub(crate) fn tail_degree(&self) -> i32 {
        self.left.len().max(self.right.len()) as i32 - 1
    }

    /// The differences of any two kinks of ψ(s·), ascending: where its autocorrelation is not smooth.
    pub(crate) fn gaps(&self, s: f64) -> Vec<f64> {
        let pairs = self
            .kinks
            .iter()
            .flat_map(|a| self.kinks.iter().map(move |b| (a - b) / s));
        let mut gaps: Vec<f64> = pairs.collect();
        gaps.sort_by(f64::total_cmp);
        gaps.dedup();
        gaps
    }

    /// Beyond which |z| it equals its tails exactly, if anywhere.
    pub(crate) fn reach(&self) -> Option<f64> {
        match self.remainder {
            Remainder::Zero { beyond } => Some(beyond),
            _ => None,
        }
    }

    /// k, a, b if the feature is a z₊^k + b (−z)₊^k.
    pub(crate) fn homogeneous(&self) -> Option<(usize, f64, f64)> {
        let pieces = self.pieces.as_ref()?;
        if !pieces.knots().iter().all(|&z| z == 0.0) {
            return None;
        }
        let only = |c: &[f64]| {
            let mut terms = c.iter().enumerate().filter(|t| *t.1 != 0.0);
            let first = terms.next();
            if terms.next().is_some() {
                None
            } else {
                Some(first.map(|(k, c)| (k, *c)))
            }
        };
        match (only(&self.left)?, only(&self.right)?) {
            (Some((j, _)), Some((k, _))) if j != k => None,
            (left, right) => {
                let k = left.or(right).map_or(0, |t| t.0);
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                Some((
                    k,
                    right.map_or(0.0, |t| t.1),
                    left.map_or(0.0, |t| sign * t.1),
                ))
            }
        }
    }
}

fn horner(coefficients: &[f64], z: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c)
}
