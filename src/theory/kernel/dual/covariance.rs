//! The covariance of two pre-activations, carried so that nothing is lost near correlation ±1.

use crate::error::{Result, non_negative};
use crate::numerics::special::Correlation;

/// The law N(0, [[q₁₁, q₁₂], [q₁₂, q₂₂]]) of two pre-activations (u, v), as variances and correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covariance {
    /// E\[u²\].
    pub q11: f64,
    /// E\[v²\].
    pub q22: f64,
    /// Their correlation, with 1 − ρ and 1 + ρ to full relative accuracy.
    pub correlation: Correlation,
}

impl Covariance {
    /// From variances (0 is legal) and correlation.
    ///
    /// # Errors
    /// Variances that are negative or not finite.
    pub fn new(q11: f64, q22: f64, correlation: Correlation) -> Result<Self> {
        Ok(Self {
            q11: non_negative("variance q11", q11)?,
            q22: non_negative("variance q22", q22)?,
            correlation,
        })
    }

    /// That of u and itself.
    pub(crate) fn same(q: f64) -> Self {
        Self {
            q11: q,
            q22: q,
            correlation: Correlation::from_one_minus(0.0),
        }
    }

    /// q₁₂ = ρ√(q₁₁q₂₂).
    pub fn q12(&self) -> f64 {
        self.correlation.rho() * self.scale()
    }

    /// √(q₁₁q₂₂).
    pub fn scale(&self) -> f64 {
        self.q11.sqrt() * self.q22.sqrt()
    }

    /// Whether an error of q₁₂ is more than rounding of the distance to correlation ±1.
    pub(crate) fn sees(&self, error: f64) -> bool {
        let rho = self.correlation;
        error > 8.0 * f64::EPSILON * rho.one_minus().min(rho.one_plus()) * self.scale()
    }

    /// With its correlation moved towards 0 by an error of q₁₂.
    #[must_use]
    pub(crate) fn moved(&self, error: f64) -> Self {
        let (rho, shift) = (self.correlation, error / self.scale());
        let correlation = if rho.rho() > 0.0 {
            Correlation::from_one_minus(rho.one_minus() + shift)
        } else {
            Correlation::from_one_plus(rho.one_plus() + shift)
        };
        Self {
            correlation,
            ..*self
        }
    }

    /// (au, bv).
    #[must_use]
    pub(crate) fn scaled(&self, a: f64, b: f64) -> Self {
        Self {
            q11: a * a * self.q11,
            q22: b * b * self.q22,
            correlation: if (a < 0.0) == (b < 0.0) {
                self.correlation
            } else {
                -self.correlation
            },
        }
    }

    /// (v, u).
    #[must_use]
    pub(crate) fn swapped(&self) -> Self {
        Self {
            q11: self.q22,
            q22: self.q11,
            ..*self
        }
    }

    /// (u, −v).
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self {
            correlation: -self.correlation,
            ..*self
        }
    }
}

/// The affine layer u(x) = √α⟨g,x⟩ + √β g₀ with independent standard normal g: covariance
/// α⟨x,x′⟩ + β.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layer {
    /// α.
    pub(crate) weight_variance: f64,
    /// β.
    pub(crate) bias_variance: f64,
}

impl Layer {
    /// E[u(x)²].
    pub(crate) fn variance(&self, x: &[f64]) -> f64 {
        let square: f64 = x.iter().map(|x| x * x).sum();
        self.weight_variance * square + self.bias_variance
    }

    /// The covariance of u(x) and u(y), whose variances are given.
    ///
    /// With X = (√α x, √β), 1 − ρ = ½‖X/‖X‖ − Y/‖Y‖‖². The difference of the unit vectors is
    /// (X − Y − (‖X‖ − ‖Y‖) Y/‖Y‖)/‖X‖, whose error is relative to ‖X − Y‖, which is known to its last
    /// digits; likewise 1 + ρ from −Y.
    pub(crate) fn covariance(
        &self,
        (x, q11): (&[f64], f64),
        (y, q22): (&[f64], f64),
    ) -> Covariance {
        // One order of the two for both orders asked: the answer is symmetric to the last bit.
        if q11 < q22 || (q11 == q22 && x < y) {
            let swapped = self.covariance_ordered((y, q22), (x, q11));
            return Covariance {
                q11,
                q22,
                ..swapped
            };
        }
        self.covariance_ordered((x, q11), (y, q22))
    }

    fn covariance_ordered(&self, (x, q11): (&[f64], f64), (y, q22): (&[f64], f64)) -> Covariance {
        let correlation = if q11 == 0.0 || q22 == 0.0 {
            Correlation::from_rho(0.0)
        } else {
            let (alpha, beta) = (self.weight_variance, self.bias_variance);
            let (mut inner, mut difference) = (0.0, 0.0);
            for (a, b) in x.iter().zip(y) {
                inner += a * b;
                difference += (a - b) * (a + b);
            }
            let (long, short) = (q11.sqrt(), q22.sqrt());
            // (‖X‖ − ‖Y‖)/‖Y‖
            let excess = alpha * difference / ((long + short) * short);
            let sign = if alpha * inner + beta < 0.0 {
                -1.0
            } else {
                1.0
            };
            let chord = |a: f64, b: f64| {
                let signed = sign * b;
                (a - signed) - excess * signed
            };
            let square: f64 = x.iter().zip(y).map(|(&a, &b)| chord(a, b).powi(2)).sum();
            // Without bias its chord, which may be beyond the largest double, is not there.
            let of_bias = if beta == 0.0 {
                0.0
            } else {
                beta * chord(1.0, 1.0).powi(2)
            };
            let defect = 0.5 * (alpha * square + of_bias) / q11;
            if sign > 0.0 {
                Correlation::from_one_minus(defect)
            } else {
                Correlation::from_one_plus(defect)
            }
        };
        Covariance {
            q11,
            q22,
            correlation,
        }
    }
}
