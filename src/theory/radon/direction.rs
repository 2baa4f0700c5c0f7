//! Unit vectors, and hyperplanes in coordinates of their own.

use crate::error::{Error, Result, finite};

/// A unit vector ξ of R^d, the normal of a hyperplane ⟨ξ, x⟩ = γ.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    unit: Vec<f64>,
}

impl Direction {
    /// The direction of a vector, which need not have length 1.
    ///
    /// # Errors
    /// A vector without coordinates, zero, or with a coordinate that is not finite.
    pub fn new(vector: &[f64]) -> Result<Self> {
        let largest = vector.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        let usable = largest > 0.0 && vector.iter().all(|x| x.is_finite());
        if !usable {
            return Err(Error::invalid(
                "direction",
                "a finite vector that is not 0",
                format!("{vector:?}"),
            ));
        }
        // By the largest first: neither squares nor the norm leave the range of doubles.
        let scaled: Vec<f64> = vector.iter().map(|x| x / largest).collect();
        let norm = scaled.iter().map(|x| x * x).sum::<f64>().sqrt();
        Ok(Self {
            unit: scaled.iter().map(|x| x / norm).collect(),
        })
    }

    /// (cos θ, sin θ) in the plane.
    ///
    /// # Errors
    /// An angle that is not finite.
    pub fn from_angle(theta: f64) -> Result<Self> {
        let (sin, cos) = finite("angle", theta)?.sin_cos();
        Ok(Self {
            unit: vec![cos, sin],
        })
    }

    /// The dimension d.
    pub fn dim(&self) -> usize {
        self.unit.len()
    }

    /// Its coordinates.
    pub fn as_slice(&self) -> &[f64] {
        &self.unit
    }

    /// ⟨ξ, x⟩.
    pub fn dot(&self, x: &[f64]) -> f64 {
        self.unit.iter().zip(x).map(|(a, b)| a * b).sum()
    }

    /// −ξ.
    #[must_use]
    pub fn opposite(&self) -> Self {
        Self {
            unit: self.unit.iter().map(|x| -x).collect(),
        }
    }

    /// This direction if it belongs to R^d.
    pub(in crate::theory) fn of_dim(&self, dim: usize) -> Result<&Self> {
        if self.dim() == dim {
            Ok(self)
        } else {
            Err(Error::shape(
                "direction",
                format!("{dim} coordinates"),
                self.dim(),
            ))
        }
    }

    /// origin + γ ξ + (the point y of ξ^⊥), an isometry in (γ, y): a Householder reflection that takes ∓e₁ to ξ.
    pub(super) fn place(&self, origin: &[f64], offset: f64, y: &[f64], out: &mut [f64]) {
        let first = self.unit.first().copied().unwrap_or(1.0);
        let sign = if first < 0.0 { -1.0 } else { 1.0 };
        // v = ξ + sign·e₁, ‖v‖² = 2(1 + |ξ₁|); the reflection takes −sign·e₁ to ξ.
        let head = -sign * offset;
        let inner = head * (first + sign)
            + self
                .unit
                .iter()
                .skip(1)
                .zip(y)
                .map(|(a, b)| a * b)
                .sum::<f64>();
        let factor = inner / (1.0 + first.abs());
        let values = std::iter::once(&head).chain(y);
        for (i, ((slot, value), (unit, start))) in out
            .iter_mut()
            .zip(values)
            .zip(self.unit.iter().zip(origin))
            .enumerate()
        {
            let v = if i == 0 { unit + sign } else { *unit };
            *slot = start + value - factor * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyperplanes_are_placed_isometrically() {
        for vector in [
            vec![1.0],
            vec![-2.0],
            vec![0.3, -0.8],
            vec![-1e-9, 1.0, 0.2],
            vec![-1.0, 0.0, 0.0, 0.0],
        ] {
            let xi = Direction::new(&vector).unwrap();
            let d = xi.dim();
            let origin = vec![0.25; d];
            let y: Vec<f64> = (1..d).map(|i| i as f64 - 1.7).collect();
            let mut x = vec![0.0; d];
            xi.place(&origin, 0.7, &y, &mut x);
            let moved: Vec<f64> = x.iter().zip(&origin).map(|(a, b)| a - b).collect();
            assert!((xi.dot(&moved) - 0.7).abs() < 1e-15);
            let length: f64 = moved.iter().map(|a| a * a).sum();
            let expected: f64 = 0.49 + y.iter().map(|a| a * a).sum::<f64>();
            assert!((length - expected).abs() < 4e-15 * expected);
        }
    }
}
