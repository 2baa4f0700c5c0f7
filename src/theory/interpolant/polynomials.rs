//! The polynomials of degree < q in d variables: a graded monomial basis, centred and scaled.

use crate::data::Points;
use crate::error::{Error, Result};
use nalgebra::DMatrix;
use std::collections::HashMap;

/// More monomials than this are refused: no data set is unisolvent for them.
const MOST: f64 = 65536.0;

/// Higher orders than this are refused: double precision does not tell such powers apart.
const HIGHEST: usize = 64;

/// The monomials u^α, |α| < q, of u = (x − centre)/scale in d variables: C(d+q−1, d) of them, by
/// ascending degree, and within a degree in the lexicographic order of their factors
/// (d = 2, q = 3: 1, u₀, u₁, u₀², u₀u₁, u₁²).
#[derive(Clone, Debug, PartialEq)]
pub struct Monomials {
    /// A monomial as the ascending list of its factors: u₀²u₃ is [0, 0, 3].
    factors: Vec<Vec<usize>>,
    order: usize,
    centre: Vec<f64>,
    scale: f64,
}

impl Monomials {
    /// The monomials of degree < `order` about the origin, unscaled. Order 0 is the empty basis.
    ///
    /// # Errors
    /// d = 0; more than 65536 monomials; an order above 64.
    pub fn new(dim: usize, order: usize) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        if order > HIGHEST {
            return Err(Error::invalid("order", format!("at most {HIGHEST}"), order));
        }
        let count: f64 = (1..order)
            .map(|i| (dim as f64 + i as f64) / i as f64)
            .product();
        if count > MOST {
            return Err(Error::invalid(
                "order",
                format!("at most {MOST} polynomials"),
                format!("{count:.3e} of degree < {order} in {dim} variables"),
            ));
        }
        let mut factors: Vec<Vec<usize>> = Vec::new();
        let mut degree: Vec<Vec<usize>> = vec![Vec::new()];
        for d in 0..order {
            if d > 0 {
                degree = degree
                    .iter()
                    .flat_map(|m| {
                        let first = m.last().copied().unwrap_or(0);
                        (first..dim).map(move |i| [m.as_slice(), &[i]].concat())
                    })
                    .collect();
            }
            factors.extend(degree.iter().cloned());
        }
        Ok(Self {
            factors,
            order,
            centre: vec![0.0; dim],
            scale: 1.0,
        })
    }

    /// The same polynomials in the variables u = (x − mean)/max‖x − mean‖ of the given points:
    /// |u^α| ≤ 1 there, which keeps the basis well conditioned wherever the points lie.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn adapted(mut self, points: &Points) -> Result<Self> {
        points.expect_dim("points", self.dim())?;
        for (k, x) in points.iter().enumerate() {
            for (c, &xi) in self.centre.iter_mut().zip(x) {
                // A running mean: a plain sum could overflow.
                *c = if k == 0 {
                    xi
                } else {
                    *c + (xi - *c) / (k + 1) as f64
                };
            }
        }
        let radius = points
            .iter()
            .flat_map(|x| x.iter().zip(&self.centre).map(|(a, c)| (a - c).abs()))
            .fold(0.0, f64::max);
        self.scale = if radius > 0.0 && radius.is_finite() {
            radius
        } else {
            1.0
        };
        Ok(self)
    }

    /// Their number, C(d+q−1, d).
    pub fn len(&self) -> usize {
        self.factors.len()
    }

    /// Whether there is none (order 0).
    pub fn is_empty(&self) -> bool {
        self.factors.is_empty()
    }

    /// The dimension d.
    pub fn dim(&self) -> usize {
        self.centre.len()
    }

    /// The order q: one more than the highest degree.
    pub fn order(&self) -> usize {
        self.order
    }

    /// How many monomials each degree 0, …, q−1 has.
    pub fn degrees(&self) -> Vec<usize> {
        let mut count = vec![0; self.order];
        for m in &self.factors {
            count[m.len()] += 1;
        }
        count
    }

    /// Their values at x, in order. `x` has dimension d.
    pub fn evaluate(&self, x: &[f64]) -> Vec<f64> {
        let u: Vec<f64> = x
            .iter()
            .zip(&self.centre)
            .map(|(a, c)| (a - c) / self.scale)
            .collect();
        self.factors
            .iter()
            .map(|m| m.iter().map(|&i| u[i]).product())
            .collect()
    }

    /// The n × len matrix of their values at n points.
    ///
    /// # Errors
    /// Points of another dimension.
    pub fn matrix(&self, points: &Points) -> Result<DMatrix<f64>> {
        points.expect_dim("points", self.dim())?;
        let values = points.iter().flat_map(|x| self.evaluate(x));
        Ok(DMatrix::from_row_iterator(
            points.len(),
            self.len(),
            values.collect::<Vec<_>>(),
        ))
    }

    /// The square matrix B with x^α = Σ_β B_αβ u^β: monomials about the origin in terms of these.
    ///
    /// Each factor x_i is centre_i + scale·u_i; every product of them is expanded exactly.
    pub fn from_origin(&self) -> DMatrix<f64> {
        let position: HashMap<&[usize], usize> = self
            .factors
            .iter()
            .enumerate()
            .map(|(at, m)| (m.as_slice(), at))
            .collect();
        let mut b = DMatrix::zeros(self.len(), self.len());
        for (row, m) in self.factors.iter().enumerate() {
            let mut terms: Vec<(Vec<usize>, f64)> = vec![(Vec::new(), 1.0)];
            for &i in m {
                terms = terms
                    .into_iter()
                    .flat_map(|(kept, w)| {
                        let with = [kept.as_slice(), &[i]].concat();
                        [(kept, w * self.centre[i]), (with, w * self.scale)]
                    })
                    .collect();
            }
            for (kept, w) in terms {
                if let Some(&column) = position.get(kept.as_slice()) {
                    b[(row, column)] += w;
                }
            }
        }
        b
    }
}
