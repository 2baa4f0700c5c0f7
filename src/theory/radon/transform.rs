//! What a Radon transform is to the rest of the library, and that of a target.

use super::{Direction, HyperplaneQuadrature, RadialFunction};
use crate::data::{Target, TargetRadon, TargetSpectrum};
use crate::error::{Error, Result, finite};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate_estimates};
use num_complex::Complex64;

/// A function on R^d by its integrals over hyperplanes.
pub trait RadonTransform: Send + Sync {
    /// d.
    fn dim(&self) -> usize;

    /// Rf(ξ, γ) = ∫_{⟨ξ,x⟩=γ} f.
    ///
    /// # Errors
    /// A direction of another dimension, an offset that is not finite, an integral that does not
    /// exist (with the reason).
    fn value(&self, direction: &Direction, offset: f64) -> Result<Estimate>;

    /// ∫ Rf(ξ, γ) e^{−iωγ} dγ = f̂(ωξ) with a bound on the modulus of its error: by quadrature of
    /// [`RadonTransform::value`] unless the transform knows better.
    ///
    /// # Errors
    /// As [`RadonTransform::value`]; a transform that is no function.
    fn along(&self, direction: &Direction, frequency: f64) -> Result<(Complex64, f64)> {
        slice(self, direction, frequency, &[], &Tolerance::relative(1e-11))
    }
}

/// The Fourier transform of γ ↦ Rf(ξ, γ) by adaptive quadrature of its values; `splits` as in
/// [`crate::numerics::quadrature`].
///
/// # Errors
/// As [`RadonTransform::value`].
pub fn slice(
    transform: &(impl RadonTransform + ?Sized),
    direction: &Direction,
    frequency: f64,
    splits: &[f64],
    tolerance: &Tolerance,
) -> Result<(Complex64, f64)> {
    let omega = finite("frequency", frequency)?;
    direction.of_dim(transform.dim())?;
    // ∫|Rf|, the scale on which both parts are measured: either alone may vanish.
    let mut failure = None;
    let mut part = |wave: fn(f64) -> f64, tolerance: &Tolerance| {
        integrate_estimates(
            |gamma| match transform.value(direction, gamma) {
                Ok(value) => value * wave(omega * gamma),
                Err(error) => {
                    failure.get_or_insert(error);
                    Estimate::default()
                }
            },
            f64::NEG_INFINITY,
            f64::INFINITY,
            splits,
            tolerance,
        )
    };
    let total = part(|_| 1.0, &Tolerance::relative(1e-3));
    let tolerance = Tolerance {
        absolute: tolerance.absolute.max(tolerance.relative * total.l1),
        relative: 0.0,
        ..*tolerance
    };
    let (cos, sin) = (part(f64::cos, &tolerance), part(f64::sin, &tolerance));
    match failure {
        Some(error) => Err(error),
        None => Ok((
            Complex64::new(cos.value, -sin.value),
            cos.error.hypot(sin.error),
        )),
    }
}

/// The transform of a target: by its closed form, by the Abel transform if it is radial, by quadrature over
/// hyperplanes otherwise; sums and affine changes of variable term by term.
///
/// # Examples
/// ```
/// use spectral_bias::data::BesselRing;
/// use spectral_bias::theory::radon::{Direction, RadonTransform, TargetTransform};
///
/// let ring = BesselRing::default(); // J₀(2π‖x‖)
/// let value = TargetTransform::new(&ring).value(&Direction::from_angle(0.4)?, 0.1)?;
/// let expected = (0.2 * std::f64::consts::PI).cos() / std::f64::consts::PI;
/// assert!((value.value - expected).abs() < 1e-15);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TargetTransform<'a> {
    target: &'a dyn Target,
    tolerance: Tolerance,
}

impl<'a> TargetTransform<'a> {
    /// With the default tolerance where quadrature is needed.
    pub fn new(target: &'a dyn Target) -> Self {
        Self {
            target,
            tolerance: Tolerance::default(),
        }
    }

    /// With another tolerance.
    #[must_use]
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    fn part(&self, target: &'a dyn Target) -> Self {
        Self { target, ..*self }
    }

    fn affine(
        &self,
        inner: &'a dyn Target,
        map: &crate::data::AffineMap,
        direction: &Direction,
        offset: f64,
    ) -> Result<Estimate> {
        let eta = map.pull_back(direction.as_slice());
        let norm = eta.iter().fold(0.0, |r: f64, x| r.hypot(*x));
        let shift: f64 = eta.iter().zip(map.shift()).map(|(a, b)| a * b).sum();
        let turned = Direction::new(&eta)?;
        let inner = self.part(inner);
        let at = (offset + shift) / norm;
        let value = inner.value(&turned, at)?;
        // The direction and the offset carry the rounding of the map: what that moves is measured.
        let relative = map.relative_error();
        let size: f64 = eta
            .iter()
            .zip(map.shift())
            .map(|(a, b)| (a * b).abs())
            .sum();
        let moved = relative * (at.abs() + size / norm) + f64::MIN_POSITIVE;
        let probe = 1e3 * moved;
        let beside = inner.value(&turned, at + probe)?;
        let slope = ((beside.value - value.value) / 1e3).abs();
        let factor = 1.0 / (map.determinant() * norm);
        let error = value.error + 4.0 * slope + 2.0 * relative * value.value.abs();
        Ok(Estimate::new(value.value * factor, error * factor))
    }
}

impl RadonTransform for TargetTransform<'_> {
    fn dim(&self) -> usize {
        self.target.dim()
    }

    fn value(&self, direction: &Direction, offset: f64) -> Result<Estimate> {
        let direction = direction.of_dim(self.dim())?;
        let offset = finite("offset", offset)?;
        match self.target.radon() {
            TargetRadon::Function(function) => Ok(function.at(direction.as_slice(), offset)),
            TargetRadon::Radial {
                centre,
                splits,
                reach,
            } => {
                let along = |r: f64| {
                    let mut x = centre.to_vec();
                    if let Some(first) = x.first_mut() {
                        *first += r;
                    }
                    self.target.value(&x)
                };
                RadialFunction::new(self.dim(), along)?
                    .around(centre.to_vec())?
                    .with_splits(splits)
                    .supported_within(reach)?
                    .with_tolerance(self.tolerance)
                    .value(direction, offset)
            }
            TargetRadon::Sum(terms) => {
                let mut sum = Estimate::default();
                let mut size = 0.0;
                for (coefficient, target) in terms {
                    let term = self.part(target).value(direction, offset)? * coefficient;
                    size += term.value.abs();
                    sum = sum + term;
                }
                Ok(Estimate::new(sum.value, sum.error + f64::EPSILON * size))
            }
            TargetRadon::Affine { inner, map } => self.affine(inner, map, direction, offset),
            TargetRadon::Ridges(parts) => Err(Error::undefined(
                format!("Radon transform of {}", self.target.name()),
                format!(
                    "a ridge function has none that is a function; filtered it is a measure on the \
                     {} directions ±u that Target::radon lists",
                    2 * parts.len()
                ),
            )),
            TargetRadon::Infinite { constant, rest } => Err(Error::undefined(
                format!("Radon transform of {}", self.target.name()),
                format!(
                    "infinite on every hyperplane: the function is the constant {constant} + {}, which \
                     alone has a transform",
                    rest.name()
                ),
            )),
            TargetRadon::Unknown { .. } => {
                HyperplaneQuadrature::new(self.dim(), |x: &[f64]| self.target.value(x))?
                    .with_tolerance(self.tolerance)
                    .value(direction, offset)
            }
        }
    }

    fn along(&self, direction: &Direction, frequency: f64) -> Result<(Complex64, f64)> {
        let direction = direction.of_dim(self.dim())?;
        let omega = finite("frequency", frequency)?;
        let undefined = |reason: String| {
            Err(Error::undefined(
                format!("Fourier transform of {}", self.target.name()),
                reason,
            ))
        };
        let k: Vec<f64> = direction.as_slice().iter().map(|x| x * omega).collect();
        let spectrum = self.target.spectrum();
        match &spectrum {
            TargetSpectrum::Radial { constant, .. } if *constant != 0.0 && omega == 0.0 => {
                undefined("a constant has a delta at frequency 0".into())
            }
            TargetSpectrum::Ring { radius, .. } => undefined(format!(
                "a measure on the sphere of frequencies ‖k‖ = {radius}"
            )),
            TargetSpectrum::Atoms(atoms) => undefined(format!("{} lines", atoms.len())),
            TargetSpectrum::Unknown { .. } => {
                slice(self, direction, omega, &[], &Tolerance::relative(1e-11))
            }
            known => match known.density(&k) {
                Some(value) => Ok(value),
                None => undefined("no function".into()),
            },
        }
    }
}
