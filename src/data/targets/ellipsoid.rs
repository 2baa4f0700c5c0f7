//! Indicators of balls and ellipsoids.

use super::frame::{Frame, dot};
use super::step::{ball_profile, quotient};
use super::{
    FrequencyFunction, HyperplaneIntegral, RadialProfile, Target, TargetRadon, TargetSpectrum,
};
use crate::error::Result;
use crate::numerics::Estimate;
use crate::numerics::special::gamma;
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// 1 where (x−c)ᵀC⁻¹(x−c) ≤ 1, else 0, on R^d; C symmetric positive definite (a ball of radius r: r² I).
///
/// With σ = √(ξᵀCξ), u = (γ − ⟨ξ,c⟩)/σ and V_n = π^{n/2}/Γ(n/2+1):
/// Rf(ξ,γ) = V_{d−1} √det C/σ · (1−u²)₊^{(d−1)/2}, and, with κ = √(kᵀCk),
/// f̂(k) = e^{−ik·c} √det C (2π/κ)^{d/2} J_{d/2}(κ).
#[derive(Clone, Debug, PartialEq)]
pub struct Ellipsoid {
    frame: Frame,
    name: String,
    radius: Option<f64>,
}

const ARGUMENT: &str = "target ellipsoid";

impl Ellipsoid {
    /// The ball of this radius around a point.
    ///
    /// # Errors
    /// A radius that is not > 0, a centre without coordinates or with one that is not finite, a
    /// volume out of the range of doubles.
    pub fn ball(centre: Vec<f64>, radius: f64) -> Result<Self> {
        let mut name = format!("ball:radius={radius}");
        if centre.iter().any(|&c| c != 0.0) {
            let centre: Vec<String> = centre.iter().map(f64::to_string).collect();
            name += &format!(",centre={}", centre.join("/"));
        }
        let frame = Frame::ball("target ball", centre, radius)?;
        Ok(Self {
            frame,
            name,
            radius: Some(radius),
        })
    }

    /// With half-axes along the coordinates.
    ///
    /// # Errors
    /// As [`Ellipsoid::ball`]; as many axes as coordinates are needed.
    pub fn with_axes(centre: Vec<f64>, axes: &[f64]) -> Result<Self> {
        Frame::axes(ARGUMENT, centre, axes).map(Self::named)
    }

    /// The ellipse of R² whose half-axes have these lengths, the first turned by `angle` radians,
    /// anticlockwise.
    ///
    /// # Errors
    /// As [`Ellipsoid::ball`].
    pub fn turned(centre: [f64; 2], axes: [f64; 2], angle: f64) -> Result<Self> {
        Frame::turned(ARGUMENT, centre, axes, angle).map(Self::named)
    }

    /// With the shape matrix C.
    ///
    /// # Errors
    /// As [`Ellipsoid::ball`]; a matrix that is not symmetric and positive definite.
    pub fn with_shape(centre: Vec<f64>, shape: &DMatrix<f64>) -> Result<Self> {
        Frame::covariance(ARGUMENT, centre, shape).map(Self::named)
    }

    fn named(frame: Frame) -> Self {
        let name = format!(
            "ellipsoid in dimension {} at {:?}",
            frame.dim(),
            frame.centre
        );
        Self {
            frame,
            name,
            radius: None,
        }
    }
}

impl Target for Ellipsoid {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dim(&self) -> usize {
        self.frame.dim()
    }

    fn value(&self, x: &[f64]) -> f64 {
        if x.len() != self.dim() {
            return f64::NAN;
        }
        let r = super::norm(&self.frame.local(x), self.dim());
        if r.is_nan() {
            r
        } else {
            f64::from(u8::from(r <= 1.0))
        }
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        if self.radius.is_some() {
            TargetSpectrum::Radial {
                centre: &self.frame.centre,
                profile: self,
                constant: 0.0,
            }
        } else {
            TargetSpectrum::Function(self)
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Function(self)
    }
}

impl HyperplaneIntegral for Ellipsoid {
    fn at(&self, direction: &[f64], offset: f64) -> Estimate {
        let section = self.frame.section(direction, offset);
        let n = (self.dim() - 1) as f64;
        let largest = PI.powf(0.5 * n) / gamma(0.5 * n + 1.0) * self.frame.volume / section.width;
        let u = section.position.abs();
        let profile = |u: f64| ((1.0 - u) * (1.0 + u)).max(0.0).powf(0.5 * n);
        let value = if u > 1.0 { 0.0 } else { largest * profile(u) };
        // Beside the edge the error of the position decides, on either side of it.
        let (near, far) = (u - section.position_error, u + section.position_error);
        let slack = (profile(near.clamp(0.0, 1.0)) - profile(far.min(1.0))).abs();
        // In d = 1 the profile jumps there.
        let slack = if n == 0.0 && near <= 1.0 && far > 1.0 {
            1.0
        } else {
            slack
        };
        let relative = section.relative + (6.0 + n) * f64::EPSILON;
        Estimate::new(value, relative * value + largest * slack)
    }
}

/// Of a ball.
impl RadialProfile for Ellipsoid {
    fn at(&self, r: f64) -> Estimate {
        match self.radius {
            Some(radius) => ball_profile(self.dim(), radius, r),
            None => Estimate::new(f64::NAN, f64::INFINITY),
        }
    }
}

impl FrequencyFunction for Ellipsoid {
    fn at(&self, k: &[f64]) -> (Complex64, f64) {
        let nu = 0.5 * self.dim() as f64;
        let (z, relative) = self.frame.stretch(k);
        let volume = TAU.powf(nu) * self.frame.volume;
        let (value, envelope) = quotient(nu, z);
        let phase = dot(&self.frame.centre, k);
        let size: f64 = k
            .iter()
            .zip(&self.frame.centre)
            .map(|(a, b)| (a * b).abs())
            .sum();
        let rounding = f64::EPSILON * (8.0 * (1.0 + nu + z) + 2.0 * self.dim() as f64 * size);
        let error = (rounding + relative * (1.0 + nu + z)) * volume * envelope;
        (Complex64::from_polar(volume * value, -phase), error)
    }

    /// A jump across a surface: d + 1.
    fn decay(&self) -> Option<f64> {
        Some(self.dim() as f64 + 1.0)
    }
}
