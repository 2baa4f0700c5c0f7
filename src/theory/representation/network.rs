//! A finite network that starts as the function.

use super::polynomial::power;
use super::sampling::Kronecker;
use super::{Polynomial, RepresentingDensity, cube};
use crate::data::Points;
use crate::error::{Error, Result, positive};
use crate::model::Activation;
use crate::model::ensemble::Neurons;
use crate::numerics::parallel;
use nalgebra::{DMatrix, DVector};

/// f(x) = Σ_i v_i φ(s_i(⟨ξ_i,x⟩−γ_i)) + P(x): the read-out factor is 1.
#[derive(Clone, Debug)]
pub struct SampledNetwork {
    activation: Activation,
    directions: DMatrix<f64>,
    offsets: DVector<f64>,
    scales: DVector<f64>,
    outputs: DVector<f64>,
    polynomial: Polynomial,
}

/// How far a network is from what it represents, over points of the ball.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misfit {
    /// The root mean square difference.
    pub rms: f64,
    /// The same over the root mean square of the function.
    pub relative: f64,
    /// The largest difference.
    pub largest: f64,
    /// The root mean square difference that independent draws would have on average, from the spread of these neurons.
    pub expected: f64,
}

impl SampledNetwork {
    pub(super) fn new(
        activation: Activation,
        directions: DMatrix<f64>,
        offsets: DVector<f64>,
        scales: DVector<f64>,
        outputs: DVector<f64>,
        polynomial: Polynomial,
    ) -> Result<Self> {
        if let Some(at) = outputs.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite {
                argument: "output weights".into(),
                position: format!("neuron {at} (from 0)"),
                found: outputs[at],
            });
        }
        Ok(Self {
            activation,
            directions,
            offsets,
            scales,
            outputs,
            polynomial,
        })
    }

    /// (ξ, γ, s) of every neuron.
    pub fn neurons(&self) -> Neurons {
        Neurons::RadonSpline {
            directions: self.directions.clone(),
            offsets: self.offsets.clone(),
            scales: self.scales.clone(),
        }
    }

    /// v of every neuron, for the read-out factor 1.
    pub fn outputs(&self) -> &DVector<f64> {
        &self.outputs
    }

    /// P.
    pub fn polynomial(&self) -> &Polynomial {
        &self.polynomial
    }

    /// φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// m.
    pub fn width(&self) -> usize {
        self.outputs.len()
    }

    /// f at every point.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn values(&self, points: &Points) -> Result<Vec<f64>> {
        Ok(self.moments(points)?.into_iter().map(|(f, _)| f).collect())
    }

    /// f and Σ v²φ² at every point.
    fn moments(&self, points: &Points) -> Result<Vec<(f64, f64)>> {
        points.expect_dim("points", self.directions.nrows())?;
        let places: Vec<&[f64]> = points.iter().collect();
        Ok(parallel::map(places, |x| {
            let columns = self.directions.as_slice().chunks_exact(x.len());
            let parameters = columns.zip(self.offsets.iter().zip(&self.scales));
            let z: Vec<f64> = parameters
                .map(|(xi, (gamma, s))| {
                    let t: f64 = xi.iter().zip(x).map(|(a, b)| a * b).sum();
                    s * (t - gamma)
                })
                .collect();
            let mut phi = vec![0.0; z.len()];
            self.activation.fill(&z, &mut phi, &mut []);
            let (mut sum, mut squares) = (0.0, 0.0);
            for (v, phi) in self.outputs.iter().zip(&phi) {
                let term = v * phi;
                sum += term;
                squares += term * term;
            }
            (sum + self.polynomial.at(x), squares)
        }))
    }
}

impl RepresentingDensity<'_> {
    /// f_m at every point.
    ///
    /// # Errors
    /// As [`RepresentingDensity::represented`].
    pub fn represented_at(&self, points: &Points) -> Result<Vec<f64>> {
        points.expect_dim("points", self.dim)?;
        let places: Vec<&[f64]> = points.iter().collect();
        let values = parallel::map(places, |x| self.represented(x).map(|e| e.value));
        values.into_iter().collect()
    }

    /// The network with the polynomial that fits f_m best on these points, given its neurons: polynomials of φ's tails cost nothing, and
    /// the larger part of the noise of ReLU networks is one. (No longer exact on average, by O(1/m).)
    ///
    /// # Errors
    /// Fewer points than the polynomial has terms; as [`RepresentingDensity::represented`].
    pub fn refit_polynomial(
        &self,
        network: SampledNetwork,
        points: &Points,
    ) -> Result<SampledNetwork> {
        let terms = network.polynomial.terms();
        if terms.is_empty() {
            return Ok(network);
        }
        if points.len() < terms.len() {
            return Err(Error::shape(
                "points",
                format!("at least {}", terms.len()),
                points.len(),
            ));
        }
        let truth = self.represented_at(points)?;
        let values = network.values(points)?;
        let rest = truth.iter().zip(&values).map(|(truth, f)| truth - f);
        let rest = DVector::from_iterator(points.len(), rest);
        let basis = DMatrix::from_fn(points.len(), terms.len(), |i, j| {
            terms
                .get(j)
                .map_or(0.0, |m| power(points.point(i), &m.powers))
        });
        let solution = basis.svd(true, true).solve(&rest, 1e-12);
        let by = solution.map_err(|reason| Error::undefined("polynomial", reason))?;
        let polynomial = network.polynomial.clone().moved(by.as_slice());
        Ok(SampledNetwork {
            polynomial,
            ..network
        })
    }

    /// The difference between a network and f_m over these points of the ball.
    ///
    /// # Errors
    /// As [`RepresentingDensity::represented`].
    pub fn misfit(&self, network: &SampledNetwork, points: &Points) -> Result<Misfit> {
        let truth = self.represented_at(points)?;
        misfit(network, points, &truth)
    }
}

/// The difference between a network and given values.
fn misfit(network: &SampledNetwork, points: &Points, truth: &[f64]) -> Result<Misfit> {
    let found = network.moments(points)?;
    let n = points.len() as f64;
    let m = network.width() as f64;
    let (mut squares, mut size, mut largest, mut spread) = (0.0, 0.0, 0.0f64, 0.0);
    for (((f, second), truth), x) in found.iter().zip(truth).zip(points.iter()) {
        let difference = f - truth;
        squares += difference * difference;
        size += truth * truth;
        largest = largest.max(difference.abs());
        // m terms of mean (f − P)/m and second moment Σ/m: the variance of their sum.
        let mean = f - network.polynomial.at(x);
        spread += (second - mean * mean / m).max(0.0);
    }
    let rms = (squares / n).sqrt();
    Ok(Misfit {
        rms,
        relative: rms / (size / n).sqrt(),
        largest,
        expected: (spread / n).sqrt(),
    })
}

/// Points that fill the ball ‖x‖ ≤ `radius` of R^d evenly (a Kronecker sequence): means over them are means over the ball.
///
/// # Errors
/// d = 0, no points, a radius that is not > 0.
pub fn ball_points(dim: usize, radius: f64, count: usize) -> Result<Points> {
    positive("radius", radius)?;
    if dim == 0 {
        return Err(Error::invalid("dim", "at least 1", dim));
    }
    let numbers = cube::coordinates(dim);
    let sequence = Kronecker::new(numbers + 1, 1);
    let mut columns = DMatrix::zeros(dim, count);
    for (i, mut column) in columns.column_iter_mut().enumerate() {
        let u = sequence.point(i);
        let Some((last, first)) = u.split_last() else {
            continue;
        };
        let r = radius * last.powf(1.0 / dim as f64) * (1.0 - 1e-14);
        let direction = cube::direction(dim, first)?;
        for (slot, x) in column.iter_mut().zip(direction.as_slice()) {
            *slot = r * x;
        }
    }
    Points::from_columns(columns)
}
