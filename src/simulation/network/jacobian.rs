//! Derivatives of f with respect to the parameters: Jacobians and the empirical tangent kernel.

use super::evaluation::features;
use super::parameters::project;
use super::{Inputs, Network};
use crate::data::Points;
use crate::error::{Error, Result};
use crate::model::Group;
use crate::numerics::{axpy, dot};
use crate::simulation::blocks::for_each;
use nalgebra::DMatrix;
use std::ops::Range;

/// Neurons whose Jacobian is held at once while a kernel is summed up.
const NEURONS_AT_ONCE: usize = 256;

/// Columns of a kernel that are one unit of parallel work.
const COLUMNS: usize = 32;

impl Network {
    /// The Jacobian of f at the points with respect to one group, n × (its number of parameters, in
    /// the order of [`super::Parameters::group`]). For directions the tangential part: rows are orthogonal
    /// to every ξ.
    ///
    /// # Errors
    /// Points of another dimension; a group that the coordinates do not have.
    pub fn jacobian(&self, points: &Points, group: Group) -> Result<DMatrix<f64>> {
        points.expect_dim("points", self.dim())?;
        self.parameters().range(group)?;
        let inputs = Inputs::new(points);
        Ok(self.jacobian_of(points, &inputs, group, 0..self.parameters().neurons()))
    }

    /// The empirical tangent kernel Σ_g rate_g J_g(X)J_g(X)ᵀ of the trained groups at the points.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn tangent_kernel(&self, points: &Points) -> Result<DMatrix<f64>> {
        let mut kernel = self.cross_tangent_kernel(points, points)?;
        // Symmetric to the last bit, whatever the order of the products.
        kernel.fill_upper_triangle_with_lower_triangle();
        Ok(kernel)
    }

    /// Σ_g rate_g J_g(X)J_g(Z)ᵀ, a row per point of X, a column per point of Z.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn cross_tangent_kernel(&self, x: &Points, z: &Points) -> Result<DMatrix<f64>> {
        self.kernel_of(self.rates().trained(), x, z)
    }

    /// The empirical NNGP kernel at the points: the covariance of f(X) under output weights drawn anew with
    /// variance 1, the hidden neurons as they are, Σ_i c_i² φ(z_i(x))φ(z_i(x′)).
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn nngp_kernel(&self, points: &Points) -> Result<DMatrix<f64>> {
        let mut kernel = self.kernel_of(&[(Group::Output, 1.0)], points, points)?;
        kernel.fill_upper_triangle_with_lower_triangle();
        Ok(kernel)
    }

    /// Σ_g rate_g J_g(X)J_g(Z)ᵀ for these groups, which the coordinates have.
    fn kernel_of(&self, groups: &[(Group, f64)], x: &Points, z: &Points) -> Result<DMatrix<f64>> {
        x.expect_dim("points", self.dim())?;
        z.expect_dim("points", self.dim())?;
        let (inputs_x, inputs_z) = (Inputs::new(x), Inputs::new(z));
        let mut kernel = DMatrix::zeros(x.len(), z.len());
        let m = self.parameters().neurons();
        for start in (0..m).step_by(NEURONS_AT_ONCE) {
            let neurons = start..(start + NEURONS_AT_ONCE).min(m);
            for &(group, rate) in groups {
                let jx = self.jacobian_of(x, &inputs_x, group, neurons.clone()) * rate;
                let jz = self
                    .jacobian_of(z, &inputs_z, group, neurons.clone())
                    .transpose();
                let n = x.len();
                let columns = kernel
                    .as_mut_slice()
                    .chunks_mut(COLUMNS * n)
                    .enumerate()
                    .collect();
                for_each(
                    columns,
                    n * z.len() * 8,
                    |(at, out): (usize, &mut [f64])| {
                        let width = out.len() / n;
                        let mut out = nalgebra::DMatrixViewMut::from_slice(out, n, width);
                        out.gemm(1.0, &jx, &jz.columns(at * COLUMNS, width), 1.0);
                    },
                );
            }
        }
        Ok(kernel)
    }

    /// A rate at which gradient descent on the linearised network is stable, 2/λ with λ ≥ λ_max of the
    /// tangent kernel, λ from power iteration plus its residual.
    ///
    /// # Errors
    /// Points of another dimension; a tangent kernel that is 0 or not finite.
    pub fn largest_stable_rate(&self, points: &Points) -> Result<f64> {
        let largest = largest_eigenvalue(&self.tangent_kernel(points)?);
        if largest > 0.0 && largest.is_finite() {
            Ok(2.0 / largest)
        } else {
            Err(Error::undefined(
                "largest stable rate",
                format!("the tangent kernel's largest eigenvalue is {largest}"),
            ))
        }
    }

    /// The columns of the Jacobian that belong to some neurons; the group exists.
    fn jacobian_of(
        &self,
        points: &Points,
        inputs: &Inputs,
        group: Group,
        neurons: Range<usize>,
    ) -> DMatrix<f64> {
        let (n, d) = (points.len(), self.dim());
        let p = self.parameters();
        let (phi, slope) = features(self, inputs, neurons.clone(), group != Group::Output);
        let per_neuron = match group {
            Group::Direction | Group::Weight => d,
            _ => 1,
        };
        let (weight_factor, bias_factor) = self.factors();
        let mut jacobian = DMatrix::zeros(n, neurons.len() * per_neuron);
        let mut vector = vec![0.0; d];
        for (local, i) in neurons.enumerate() {
            let c = self.signed_factor(i);
            let cv = c * p.group(Group::Output)[i];
            let row = local * n..(local + 1) * n;
            let scale = p.group(Group::Scale).get(i).copied().unwrap_or(1.0);
            let direction = p
                .group(Group::Direction)
                .get(i * d..(i + 1) * d)
                .unwrap_or(&[]);
            for (j, at) in row.enumerate() {
                let x = points.point(j);
                match group {
                    Group::Output => jacobian[(j, local)] = c * phi[at],
                    Group::Offset => jacobian[(j, local)] = -cv * scale * slope[at],
                    Group::Bias => jacobian[(j, local)] = -cv * bias_factor * slope[at],
                    Group::Scale => {
                        let from_plane = dot(direction, x) - p.group(Group::Offset)[i];
                        jacobian[(j, local)] = cv * from_plane * slope[at];
                    }
                    Group::Direction | Group::Weight => {
                        vector.fill(0.0);
                        if group == Group::Weight {
                            axpy(cv * weight_factor * slope[at], x, &mut vector);
                        } else {
                            axpy(cv * scale * slope[at], x, &mut vector);
                            project(direction, &mut vector);
                        }
                        for (k, value) in vector.iter().enumerate() {
                            jacobian[(j, local * d + k)] = *value;
                        }
                    }
                }
            }
        }
        jacobian
    }
}

/// Steps of power iteration; each improves the eigenvalue by (λ₂/λ₁)², and the residual bounds the rest.
const POWER_STEPS: usize = 100;

/// An upper estimate of the largest eigenvalue of a positive semi-definite matrix: the Rayleigh quotient
/// after power iteration plus the norm of the residual.
fn largest_eigenvalue(matrix: &DMatrix<f64>) -> f64 {
    let n = matrix.nrows();
    // Deterministic, and not orthogonal to the constant nor to alternating vectors.
    let start = |i: usize, _: usize| 1.0 + 0.5 * (1.0 + i as f64 * 2.399_963).sin();
    let mut vector = nalgebra::DVector::from_fn(n, start).normalize();
    let (mut value, mut residual) = (0.0, 0.0);
    for _ in 0..POWER_STEPS {
        let image = matrix * &vector;
        value = image.dot(&vector);
        residual = (&image - &vector * value).norm();
        let norm = image.norm();
        if norm == 0.0 || !norm.is_finite() || residual <= 1e-12 * value {
            break;
        }
        vector = image / norm;
    }
    value + residual
}
