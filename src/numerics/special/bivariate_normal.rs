//! The bivariate normal law without loss of digits at correlation ±1.

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
}

/// P(U > h, V > k) for standard normal U, V of correlation ρ.
pub fn orthant(_h: f64, _k: f64, _rho: Correlation) -> f64 {
    todo!()
}
