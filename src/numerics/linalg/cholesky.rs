//! A Cholesky factor, the one way in which positive definite systems are solved here.

use super::convert::{view, view_mut};
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::triangular_solve::{
    solve_lower_triangular_in_place, solve_upper_triangular_in_place,
};
use nalgebra::DMatrix;

/// L, lower triangular (what stands above its diagonal is never read), A = L Lᵀ.
#[derive(Clone, Debug)]
pub(super) struct Cholesky {
    l: DMatrix<f64>,
}

impl Cholesky {
    /// Factors a symmetric matrix (its lower triangle is read); `None` if it is not positive
    /// definite to working precision.
    pub fn new(mut a: DMatrix<f64>) -> Option<Self> {
        let scratch = cholesky_in_place_scratch::<f64>(a.nrows(), Par::Seq, Default::default());
        cholesky_in_place(
            view_mut(&mut a),
            Default::default(),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .ok()?;
        a.iter().all(|x| x.is_finite()).then_some(Self { l: a })
    }

    /// B ← L⁻¹ B.
    pub fn solve_lower(&self, b: &mut DMatrix<f64>) {
        solve_lower_triangular_in_place(view(&self.l), view_mut(b), Par::Seq);
    }

    /// B ← A⁻¹ B.
    pub fn solve(&self, b: &mut DMatrix<f64>) {
        self.solve_lower(b);
        solve_upper_triangular_in_place(view(&self.l).transpose(), view_mut(b), Par::Seq);
    }
}
