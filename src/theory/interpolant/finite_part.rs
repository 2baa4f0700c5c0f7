//! Polynomials of finite weight beside a kernel that they may swamp.

use crate::error::{Error, Result};
use crate::numerics::linalg::{
    GradedEigen, SaddlePoint, SaddleSolution, SymmetricEigen, graded_eigen, multiply,
};
use nalgebra::{DMatrix, DVector};

/// The system (K̃ + λI + P D Pᵀ) a = y as a small correction of the saddle-point system.
///
/// With g = Pᵀa and c = Dg it reads (K̃+λI)a + Pc = y. Take T with PᵀT = I: then a − Tg has no
/// polynomial moments, so that a = Tg + a∞(y − (K̃+λI)Tg) and c = c∞(y) − Cg with
/// C = c∞((K̃+λI)T), where (a∞, c∞) solve the saddle-point system; hence (D + C)g = c∞(y).
/// D → ∞ gives g = 0, the saddle-point solution, without a digit lost on the way.
#[derive(Clone, Debug)]
pub(super) struct FinitePart {
    /// D in the adapted monomials.
    weights: DMatrix<f64>,
    /// T.
    lift: DMatrix<f64>,
    /// (K̃+λI)T.
    image: DMatrix<f64>,
    /// D + C, decomposed.
    schur: nalgebra::LU<f64, nalgebra::Dyn, nalgebra::Dyn>,
}

impl FinitePart {
    pub fn new(
        weights: DMatrix<f64>,
        saddle: &SaddlePoint,
        gram: &DMatrix<f64>,
        pinv: &DMatrix<f64>,
        ridge: f64,
    ) -> Result<Self> {
        let lift = pinv.transpose();
        let image = multiply(gram, &lift)? + &lift * ridge;
        let mut schur = weights.clone();
        for (j, column) in image.column_iter().enumerate() {
            let c = saddle.solve(&column.into_owned())?.c;
            let mut target = schur.column_mut(j);
            target += c;
        }
        Ok(Self {
            weights,
            lift,
            image,
            schur: schur.lu(),
        })
    }

    /// The solution, and its moments g = Pᵀa.
    pub fn solve(
        &self,
        saddle: &SaddlePoint,
        y: &DVector<f64>,
    ) -> Result<(SaddleSolution, DVector<f64>)> {
        let free = saddle.solve(y)?;
        let Some(g) = self.schur.solve(&free.c) else {
            return Err(Error::Singular {
                what: "interpolation system".into(),
                condition: f64::INFINITY,
                hint: "the kernel is not positive definite on these points".into(),
            });
        };
        let mut solution = saddle.solve(&(y - &self.image * &g))?;
        solution.a += &self.lift * &g;
        Ok((solution, g))
    }

    /// The eigen-decomposition of K̃ + P D Pᵀ, in the basis of P's columns (by degree) and their
    /// complement, where it is graded. `gram` is K̃.
    pub fn eigen(
        &self,
        gram: &DMatrix<f64>,
        p: &DMatrix<f64>,
        degrees: &[usize],
    ) -> Result<GradedEigen> {
        let (n, m) = p.shape();
        let qr = p.clone().qr();
        let mut basis = DMatrix::identity(n, n);
        qr.q_tr_mul(&mut basis);
        let mut h = multiply(&multiply(&basis, gram)?, &basis.transpose())?;
        let r = qr.r();
        let mut block = h.view_mut((0, 0), (m, m));
        block += &r * &self.weights * r.transpose();
        h.fill_upper_triangle_with_lower_triangle();
        let GradedEigen { eigen, resolution } = graded_eigen(&h, degrees)?;
        let eigen = SymmetricEigen {
            values: eigen.values,
            vectors: multiply(&basis.transpose(), &eigen.vectors)?,
        };
        Ok(GradedEigen { eigen, resolution })
    }
}
