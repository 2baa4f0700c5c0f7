//! What is given up so that a density exists.

use crate::error::{Result, non_negative, positive};
use crate::theory::radon::Window;

/// α̂ = window(|ω|/Ω) conj(φ̂_s) ĥ/(|φ̂_s|² + λ) for |ω| ≤ Ω, 0 beyond. What α represents is then not f but the function f_m with
/// the transform m(‖k‖) f̂(k), m = window · |φ̂_s|²/(|φ̂_s|² + λ): the rest is lost, and counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Regularisation {
    band_limit: Option<f64>,
    window: Window,
    tikhonov: f64,
}

impl Regularisation {
    /// None: the density of f itself, if it has one.
    pub fn none() -> Self {
        Self::default()
    }

    /// The band limit Ω, in radians per unit length, with a window: [`Window::RamLak`] cuts sharply (and lets α ring), [`Window::Hann`]
    /// goes smoothly to 0.
    ///
    /// # Errors
    /// Ω not > 0.
    pub fn band_limit(self, limit: f64, window: Window) -> Result<Self> {
        Ok(Self {
            band_limit: Some(positive("band limit", limit)?),
            window,
            ..self
        })
    }

    /// Tikhonov's λ ≥ 0, in the units of |φ̂_s|²: α minimises ∫|h − α∗φ_s|² + λ∫|α|² along every direction.
    ///
    /// # Errors
    /// λ not finite or < 0.
    pub fn tikhonov(self, lambda: f64) -> Result<Self> {
        Ok(Self {
            tikhonov: non_negative("tikhonov", lambda)?,
            ..self
        })
    }

    /// Ω.
    pub fn limit(&self) -> Option<f64> {
        self.band_limit
    }

    /// λ.
    pub fn lambda(&self) -> f64 {
        self.tikhonov
    }

    /// The window's factor at ω ≥ 0.
    pub(super) fn window_at(&self, omega: f64) -> f64 {
        match self.band_limit {
            None => 1.0,
            Some(limit) if omega > limit => 0.0,
            Some(limit) => self.window.response(omega / limit),
        }
    }
}
