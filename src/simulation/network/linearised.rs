//! The network linearised at its present parameters, trained by real gradient descent on them.

use super::Network;
use crate::data::{Dataset, Points};
use crate::error::{Result, positive};
use nalgebra::{DMatrix, DVector};

/// f₀(x) + J(x)(θ − θ₀): the first-order model of a network, of its trained groups only. Directions move
/// in the tangent space of the sphere at θ₀.
#[derive(Clone, Debug)]
pub struct Linearised {
    targets: DVector<f64>,
    at_data: Affine,
    at_test: Affine,
    displacement: DVector<f64>,
}

/// f₀ and J, its columns scaled by √rate: plain gradient descent in the scaled displacement is gradient
/// descent with a rate per group.
#[derive(Clone, Debug)]
struct Affine {
    start: DVector<f64>,
    jacobian: DMatrix<f64>,
}

impl Affine {
    fn new(network: &Network, points: &Points) -> Result<Self> {
        let start = network.forward(points)?;
        let mut columns = Vec::new();
        for &(group, rate) in network.rates().trained() {
            let jacobian = network.jacobian(points, group)? * rate.sqrt();
            columns.extend_from_slice(jacobian.as_slice());
        }
        let count = columns.len() / points.len();
        Ok(Self {
            start,
            jacobian: DMatrix::from_vec(points.len(), count, columns),
        })
    }

    fn at(&self, displacement: &DVector<f64>) -> DVector<f64> {
        &self.start + &self.jacobian * displacement
    }
}

impl Linearised {
    /// Linearises a network at its present parameters, for a data set and points to predict at.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn new(network: &Network, data: &Dataset, test: &Points) -> Result<Self> {
        let at_data = Affine::new(network, data.points())?;
        let displacement = DVector::zeros(at_data.jacobian.ncols());
        Ok(Self {
            targets: data.targets().clone(),
            at_data,
            at_test: Affine::new(network, test)?,
            displacement,
        })
    }

    /// Full-batch gradient descent on ½Σ(f−y)² from where it stands.
    ///
    /// # Errors
    /// A rate that is not finite or not > 0.
    pub fn descend(&mut self, rate: f64, steps: usize) -> Result<()> {
        positive("rate", rate)?;
        for _ in 0..steps {
            let residuals = self.at_data.at(&self.displacement) - &self.targets;
            self.displacement
                .gemv_tr(-rate, &self.at_data.jacobian, &residuals, 1.0);
        }
        Ok(())
    }

    /// Its function at the data and at the test points.
    pub fn predictions(&self) -> (DVector<f64>, DVector<f64>) {
        (
            self.at_data.at(&self.displacement),
            self.at_test.at(&self.displacement),
        )
    }

    /// Σ_g ‖Δθ_g‖²/rate_g, the cost in the tangent kernel's own norm.
    pub fn cost(&self) -> f64 {
        self.displacement.norm_squared()
    }
}
