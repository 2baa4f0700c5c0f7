//! The parameters of a network: one flat vector, a contiguous range per group.

use crate::error::{Error, Result};
use crate::model::ensemble::Neurons;
use crate::model::{Coordinates, Group};
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// All parameters of M neurons in one vector: output weights (M), then offsets, scales (M each) and
/// directions (M vectors of d) in Radon-spline coordinates, or biases (M) and weights (M vectors of d) in
/// standard and NTK coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    coordinates: Coordinates,
    dim: usize,
    neurons: usize,
    values: Vec<f64>,
}

/// How far from 1 the norm of a given direction may be.
const UNIT_TOLERANCE: f64 = 1e-9;

impl Parameters {
    /// From neurons and their output weights.
    ///
    /// # Errors
    /// No neurons, lengths that differ, numbers that are not finite, directions that are not unit
    /// vectors.
    pub fn from_neurons(neurons: Neurons, outputs: DVector<f64>) -> Result<Self> {
        let (dim, count) = (neurons.dim(), neurons.width());
        if dim == 0 || count == 0 {
            return Err(Error::shape(
                "neurons",
                "at least one neuron in at least one dimension",
                format!("{count} neurons in dimension {dim}"),
            ));
        }
        let length = |name: &str, found: usize| {
            if found == count {
                Ok(())
            } else {
                Err(Error::shape(
                    name,
                    format!("one for each of {count} neurons"),
                    found,
                ))
            }
        };
        length("outputs", outputs.len())?;
        let mut values = outputs.as_slice().to_vec();
        let coordinates = match &neurons {
            Neurons::RadonSpline {
                directions,
                offsets,
                scales,
            } => {
                length("offsets", offsets.len())?;
                length("scales", scales.len())?;
                let odd = directions
                    .column_iter()
                    .position(|x| (x.norm() - 1.0).abs() > UNIT_TOLERANCE);
                if let Some(at) = odd {
                    return Err(Error::invalid(
                        "directions",
                        "unit vectors",
                        format!(
                            "norm {} of neuron {at} (from 0)",
                            directions.column(at).norm()
                        ),
                    ));
                }
                values.extend_from_slice(offsets.as_slice());
                values.extend_from_slice(scales.as_slice());
                values.extend_from_slice(directions.as_slice());
                Coordinates::RadonSpline
            }
            Neurons::Standard { weights, biases } => {
                length("biases", biases.len())?;
                values.extend_from_slice(biases.as_slice());
                values.extend_from_slice(weights.as_slice());
                Coordinates::Standard
            }
        };
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite {
                argument: "parameters".into(),
                position: format!("parameter {at} (from 0)"),
                found: values[at],
            });
        }
        Ok(Self {
            coordinates,
            dim,
            neurons: count,
            values,
        })
    }

    /// Standard parameters rescaled to NTK ones: g = w/first, β = b/second.
    pub(super) fn into_ntk(mut self, factors: (f64, f64)) -> Result<Self> {
        for bias in self.group_mut(Group::Bias) {
            if factors.1 > 0.0 {
                *bias /= factors.1;
            } else if *bias != 0.0 {
                return Err(Error::invalid("biases", "all 0, since bias_std = 0", *bias));
            }
        }
        self.group_mut(Group::Weight)
            .iter_mut()
            .for_each(|w| *w /= factors.0);
        self.coordinates = Coordinates::Ntk;
        Ok(self)
    }

    /// Every neuron twice: first all, then all again.
    pub(super) fn doubled(&self) -> Self {
        let mut values = Vec::with_capacity(2 * self.values.len());
        for &group in self.groups() {
            let block = self.group(group);
            values.extend_from_slice(block);
            values.extend_from_slice(block);
        }
        Self {
            neurons: 2 * self.neurons,
            values,
            ..*self
        }
    }

    /// The groups of these coordinates, in the order in which they are stored.
    pub fn groups(&self) -> &'static [Group] {
        match self.coordinates {
            Coordinates::RadonSpline => {
                &[Group::Output, Group::Offset, Group::Scale, Group::Direction]
            }
            Coordinates::Standard | Coordinates::Ntk => {
                &[Group::Output, Group::Bias, Group::Weight]
            }
        }
    }

    /// Where a group stands in [`Parameters::values`].
    ///
    /// # Errors
    /// A group that these coordinates do not have.
    pub fn range(&self, group: Group) -> Result<Range<usize>> {
        let m = self.neurons;
        let vectors = |start: usize| start * m..(start + self.dim) * m;
        let radon = self.coordinates == Coordinates::RadonSpline;
        match group {
            Group::Output => Ok(0..m),
            Group::Offset if radon => Ok(m..2 * m),
            Group::Scale if radon => Ok(2 * m..3 * m),
            Group::Direction if radon => Ok(vectors(3)),
            Group::Bias if !radon => Ok(m..2 * m),
            Group::Weight if !radon => Ok(vectors(2)),
            _ => Err(Error::invalid(
                "parameter group",
                format!("a group of {:?} coordinates", self.coordinates),
                group,
            )),
        }
    }

    /// The parameters of a group; empty if these coordinates do not have it.
    pub fn group(&self, group: Group) -> &[f64] {
        self.range(group).map_or(&[], |range| &self.values[range])
    }

    pub(super) fn group_mut(&mut self, group: Group) -> &mut [f64] {
        match self.range(group) {
            Ok(range) => &mut self.values[range],
            Err(_) => &mut [],
        }
    }

    /// All of them.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub(in crate::simulation) fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The coordinates.
    pub fn coordinates(&self) -> Coordinates {
        self.coordinates
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// M: twice the width for antisymmetric networks.
    pub fn neurons(&self) -> usize {
        self.neurons
    }

    /// The output weights v.
    pub fn outputs(&self) -> DVector<f64> {
        DVector::from_column_slice(self.group(Group::Output))
    }

    /// The vectors of a group as the columns of a d × M matrix.
    pub(super) fn vectors(&self, group: Group) -> DMatrix<f64> {
        DMatrix::from_column_slice(self.dim, self.neurons, self.group(group))
    }

    /// Puts directions back on the sphere; nothing in other coordinates.
    pub(in crate::simulation) fn retract(&mut self) {
        let dim = self.dim;
        for direction in self.group_mut(Group::Direction).chunks_exact_mut(dim) {
            let norm = direction.iter().fold(0.0f64, |n, &x| n.hypot(x));
            direction.iter_mut().for_each(|x| *x /= norm);
        }
    }

    /// Takes the part of `vectors` (laid out as the directions) that is tangent to the sphere.
    pub(in crate::simulation) fn project(&self, vectors: &mut [f64]) {
        let directions = self.group(Group::Direction).chunks_exact(self.dim);
        for (direction, vector) in directions.zip(vectors.chunks_exact_mut(self.dim)) {
            project(direction, vector);
        }
    }
}

/// u − ξ⟨ξ,u⟩/‖ξ‖², exactly 0 on the line.
pub(super) fn project(direction: &[f64], vector: &mut [f64]) {
    if direction.len() == 1 {
        vector.fill(0.0);
        return;
    }
    let square: f64 = direction.iter().map(|x| x * x).sum();
    let along: f64 = direction.iter().zip(&*vector).map(|(x, u)| x * u).sum();
    for (u, x) in vector.iter_mut().zip(direction) {
        *u -= x * along / square;
    }
}
