//! A correlation that keeps its digits at ±1.

use std::ops::Neg;

use crate::error::{Error, Result};

/// A correlation ρ carried with 1 − ρ and 1 + ρ, each to full relative accuracy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    rho: f64,
    one_minus: f64,
    one_plus: f64,
}

impl Correlation {
    /// From ρ itself, clamped to [−1, 1]; 1 ∓ ρ are then exact differences of the rounded ρ.
    pub fn from_rho(rho: f64) -> Self {
        let rho = rho.clamp(-1.0, 1.0);
        Self {
            rho,
            one_minus: 1.0 - rho,
            one_plus: 1.0 + rho,
        }
    }

    /// From 1 − ρ ∈ [0, 2].
    pub fn from_one_minus(one_minus: f64) -> Self {
        let one_minus = one_minus.clamp(0.0, 2.0);
        Self {
            rho: 1.0 - one_minus,
            one_minus,
            one_plus: 2.0 - one_minus,
        }
    }

    /// From 1 + ρ ∈ [0, 2].
    pub fn from_one_plus(one_plus: f64) -> Self {
        let one_plus = one_plus.clamp(0.0, 2.0);
        Self {
            rho: one_plus - 1.0,
            one_minus: 2.0 - one_plus,
            one_plus,
        }
    }

    /// The cosine of the angle between two vectors.
    ///
    /// # Errors
    /// Different lengths, a coordinate that is not finite, a vector of length zero.
    ///
    /// # Accuracy
    /// See [`Self::from_pairs`].
    pub fn from_vectors(u: &[f64], v: &[f64]) -> Result<Self> {
        if u.len() != v.len() {
            return Err(Error::shape("v", format!("length {}", u.len()), v.len()));
        }
        Self::from_pairs(u.iter().copied().zip(v.iter().copied()))
    }

    /// The cosine of the angle between two vectors given coordinate by coordinate, which lets a
    /// caller append a bias to a point without copying it. Swapping the vectors changes no bit.
    ///
    /// # Errors
    /// A coordinate that is not finite, a vector of length zero.
    ///
    /// # Accuracy
    /// The angle is good to a few units of 2⁻⁵³ absolute; between nearby vectors, ‖u−v‖ ≪ ‖u‖, to
    /// a few units of 2⁻⁵³ ‖u−v‖/‖u‖, so 1 − ρ keeps its relative accuracy unless the difference is
    /// itself parallel to u. Likewise 1 + ρ between nearly opposite vectors.
    ///
    /// # Method
    /// 1 ∓ ρ = ½‖û ∓ v̂‖², never 1 ∓ a rounded cosine; the cosine itself away from ±1, so that
    /// orthogonal vectors have ρ = 0.
    pub fn from_pairs(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Result<Self> {
        let (mut u_max, mut v_max) = (0.0_f64, 0.0_f64);
        for (i, (a, b)) in pairs.clone().enumerate() {
            for (name, x) in [("u", a), ("v", b)] {
                if !x.is_finite() {
                    return Err(Error::NotFinite {
                        argument: name.into(),
                        position: format!("coordinate {i}"),
                        found: x,
                    });
                }
            }
            u_max = u_max.max(a.abs());
            v_max = v_max.max(b.abs());
        }
        for (name, max) in [("u", u_max), ("v", v_max)] {
            if max == 0.0 {
                return Err(Error::invalid(name, "a vector of non-zero length", "zero"));
            }
        }
        // Scaling by powers of two is exact: no square overflows or underflows below.
        let (u_scale, v_scale) = (power_of_two_near(u_max), power_of_two_near(v_max));
        let pairs = pairs.map(|(a, b)| (a / u_scale, b / v_scale));
        let (mut uu, mut vv, mut uv) = (0.0, 0.0, 0.0);
        for (a, b) in pairs.clone() {
            uu += a * a;
            vv += b * b;
            uv += a * b;
        }
        let cosine = uv / (uu.sqrt() * vv.sqrt());
        Ok(if cosine > 0.5 {
            Self::from_one_minus(0.5 * chord_squared(pairs, uu.sqrt(), vv.sqrt()))
        } else if cosine < -0.5 {
            let mirrored = pairs.map(|(a, b)| (a, -b));
            Self::from_one_plus(0.5 * chord_squared(mirrored, uu.sqrt(), vv.sqrt()))
        } else {
            Self::from_rho(cosine)
        })
    }

    /// ρ.
    pub fn rho(self) -> f64 {
        self.rho
    }

    /// 1 − ρ.
    pub fn one_minus(self) -> f64 {
        self.one_minus
    }

    /// 1 + ρ.
    pub fn one_plus(self) -> f64 {
        self.one_plus
    }

    /// √(1 − ρ²).
    pub fn sine(self) -> f64 {
        (self.one_minus * self.one_plus).sqrt()
    }

    /// arccos ρ = 2 atan2(√(1−ρ), √(1+ρ)).
    pub fn angle(self) -> f64 {
        2.0 * self.one_minus.sqrt().atan2(self.one_plus.sqrt())
    }

    /// a − ρb without cancellation at ρ → ±1, a → ±b.
    pub fn residual(self, a: f64, b: f64) -> f64 {
        if self.rho > 0.0 {
            (a - b) + self.one_minus * b
        } else {
            (a + b) - self.one_plus * b
        }
    }
}

/// The correlation of (U, −V).
impl Neg for Correlation {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            rho: -self.rho,
            one_minus: self.one_plus,
            one_plus: self.one_minus,
        }
    }
}

/// ‖u/‖u‖ − v/‖v‖‖² of vectors with the given norms.
fn chord_squared(pairs: impl Iterator<Item = (f64, f64)> + Clone, u: f64, v: f64) -> f64 {
    if u > 2.0 * v || v > 2.0 * u {
        return pairs.map(|(a, b)| (a / u - b / v).powi(2)).sum();
    }
    // û − v̂ = [(u−v)(‖u‖+‖v‖) − (u+v)(‖u‖−‖v‖)] / (2‖u‖‖v‖): its error scales with u − v.
    let sum = u + v;
    let difference = pairs.clone().map(|(a, b)| (a - b) * (a + b)).sum::<f64>() / sum;
    let scale = 0.5 / (u * v);
    pairs
        .map(|(a, b)| (((a - b) * sum - (a + b) * difference) * scale).powi(2))
        .sum()
}

/// The power of two at or below a positive finite number (its bits without the mantissa), at least
/// the smallest normal number.
fn power_of_two_near(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000).max(f64::MIN_POSITIVE)
}
