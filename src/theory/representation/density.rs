//! The representing density α.

mod answers;

use super::cube::Cube;
use super::panels::Panels;
use super::slices::{PHASE, Slices, axis};
use super::source::Source;
use super::{Polynomial, Regularisation, band, waves};
use crate::data::Target;
use crate::error::{Error, Result, positive};
use crate::model::Activation;
use crate::model::activation::{Remainder, Tails};
use crate::numerics::parallel;
use crate::numerics::quadrature::gauss_gegenbauer;
use crate::numerics::special::{sphere_monomial, sphere_surface};
use crate::theory::radon::{Direction, DirectionRule, RadonTransform};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;
use std::f64::consts::PI;
use std::sync::{Arc, OnceLock};

/// The minimum-norm density α(ξ,γ) with f(x) = E_ξ ∫_{|γ|≤L} α(ξ,γ) φ(s(⟨ξ,x⟩−γ)) dγ + P(x) for ‖x‖ ≤ R.
///
/// α̂(ξ,ω) = conj(φ̂_s) ĥ/|φ̂_s|², regularised as asked ([`Regularisation`]); it minimises E_ξ∫|α|² dγ. Neurons whose zero-plane is farther
/// from the ball than φ is curved are polynomials on it: L = R for ReLU, R + (the reach of φ's bend)/s in general. All those are
/// left to P, of the degree of φ's tails, which is found exactly and reported apart.
///
/// # Accuracy
/// α and f_m by Gauss quadrature in frequency, without periodic continuation: 1e−10 of the largest value where the transform is a
/// closed form; the error reached is stated. J₀ with ReLU: −4π² cos 2πγ to 1e−13.
pub struct RepresentingDensity<'a> {
    pub(super) activation: Activation,
    pub(super) dim: usize,
    pub(super) scale: f64,
    pub(super) radius: f64,
    pub(super) reach: f64,
    pub(super) regularisation: Regularisation,
    pub(super) band: f64,
    pub(super) source: Source<'a>,
    pub(super) slices: Slices<'a>,
    inverse: Vec<Complex64>,
    pub(super) kept: Vec<f64>,
    rays: Vec<Ray>,
    /// Heights t of an isotropic h, with weights that sum to 1.
    heights: Option<Vec<(f64, f64)>>,
    panels: Panels,
    polynomial: Polynomial,
    density_error: f64,
    function_error: f64,
    residue: f64,
    constant: f64,
    /// |α| in cells, once it has been asked for.
    pub(super) table: OnceLock<Cube>,
}

/// One direction of the rule, with the waves of m·h and of α along it.
struct Ray {
    direction: Direction,
    weight: f64,
    function: Vec<Complex64>,
    density: Vec<Complex64>,
    /// α · weight at the places of the panels.
    table: Vec<f64>,
}

/// What the quadrature in frequency aims at, relative to the largest value possible.
const TOLERANCE: f64 = 1e-13;
/// Doublings of the number of frequencies.
const DOUBLINGS: usize = 6;
/// e^{−this} is rounding.
const NEGLIGIBLE: f64 = 37.0;
/// How far out φ with algebraic tails counts as bent.
const ALGEBRAIC: f64 = 30.0;
/// More directions than this take minutes.
const MOST_DIRECTIONS: usize = 1 << 15;

impl<'a> RepresentingDensity<'a> {
    /// The density of a target for neurons of scale s on the ball ‖x‖ ≤ `radius`.
    ///
    /// # Errors
    /// * A function too rough for the activation: α̂ does not end (Heaviside jumps, the doppler for ReLU), unless a band limit is given.
    /// * A frequency where φ̂ vanishes or is a line, in the band, without a Tikhonov parameter.
    /// * Ridge functions in d ≥ 2, whose density is a measure on single directions; a constant for φ that vanishes at infinity.
    /// * d ≥ 4 for functions that are not radial about the origin, if the band needs more than 2¹⁵ directions.
    pub fn of_target(
        target: &'a dyn Target,
        activation: &Activation,
        scale: f64,
        radius: f64,
        regularisation: Regularisation,
    ) -> Result<Self> {
        let (source, constant) = Source::of_target(target)?;
        Self::new(
            source,
            target.dim(),
            constant,
            activation,
            scale,
            radius,
            regularisation,
        )
    }

    /// The density of any function given by its Radon transform.
    ///
    /// # Errors
    /// As [`RepresentingDensity::of_target`]; whatever the transform refuses.
    pub fn of_transform(
        transform: Arc<dyn RadonTransform + 'a>,
        activation: &Activation,
        scale: f64,
        radius: f64,
        regularisation: Regularisation,
    ) -> Result<Self> {
        let dim = transform.dim();
        let source = Source::Any(transform);
        Self::new(source, dim, 0.0, activation, scale, radius, regularisation)
    }

    fn new(
        source: Source<'a>,
        dim: usize,
        constant: f64,
        activation: &Activation,
        scale: f64,
        radius: f64,
        regularisation: Regularisation,
    ) -> Result<Self> {
        positive("scale", scale)?;
        positive("radius", radius)?;
        band::check(activation, scale, &regularisation, 0.0)?;
        let band = band::band(&source, dim, activation, &regularisation, |omega| {
            let value = band::transform(activation, scale, omega)?;
            Ok(band::ln_inverse(value, regularisation.lambda()))
        })?;
        band::check(activation, scale, &regularisation, band)?;
        let tails = activation.tails();
        let reach = radius + bend(&tails, activation)? / scale;
        let degree = tails.left.len().max(tails.right.len()).checked_sub(1);
        if degree.is_none() && constant != 0.0 {
            return Err(Error::undefined(
                "representing density",
                format!(
                    "the function is a constant ({constant}) plus one that has a density, and {} vanishes at infinity: \
                     no density makes the constant",
                    activation.name()
                ),
            ));
        }
        // Smooth activations have complex singularities at distances of order 1/s.
        let longest = match tails.remainder {
            Remainder::Zero { .. } => PHASE / band,
            _ => (PHASE / band).min(1.0 / scale),
        };
        let mut density = Self {
            activation: activation.clone(),
            dim,
            scale,
            radius,
            reach,
            regularisation,
            band,
            slices: Slices::new(&source, dim, band, 2.0 * (reach + radius))?,
            source,
            inverse: Vec::new(),
            kept: Vec::new(),
            rays: Vec::new(),
            heights: None,
            panels: Panels::new(&activation.kinks(), reach, longest),
            polynomial: Polynomial::zero(dim),
            density_error: 0.0,
            function_error: 0.0,
            residue: 0.0,
            constant,
            table: OnceLock::new(),
        };
        density.refine()?;
        density.spread()?;
        density.tabulate();
        density.remainder(degree)?;
        density.polynomial = density.polynomial.plus(constant);
        Ok(density)
    }

    /// φ̂_s at the frequencies.
    fn invert(&mut self) -> Result<()> {
        self.inverse.clear();
        self.kept.clear();
        for &omega in &self.slices.frequencies {
            let value = band::transform(&self.activation, self.scale, omega)?;
            let (inverse, kept) = band::inverse(value, self.regularisation.lambda());
            let window = self.regularisation.window_at(omega);
            if window > 0.0 && !(inverse.is_finite() && kept.is_finite()) {
                return Err(Error::undefined(
                    "representing density",
                    format!(
                        "1/φ̂ of {} leaves the range of doubles at frequency {omega}; give a lower band limit or a \
                         Tikhonov parameter",
                        self.activation.name()
                    ),
                ));
            }
            let gone = window == 0.0;
            self.inverse.push(if gone {
                Complex64::default()
            } else {
                inverse * window
            });
            self.kept.push(if gone { 0.0 } else { kept * window });
        }
        Ok(())
    }

    /// Doubles the frequencies until neither α nor f_m moves.
    fn refine(&mut self) -> Result<()> {
        let skew: Vec<f64> = (0..self.dim).map(|i| 1.0 / (1.0 + i as f64)).collect();
        let direction = Direction::new(&skew)?;
        let extent = self.reach + self.slices.extent();
        let probes: Vec<f64> = (-4..=4).map(|i| extent * f64::from(i) / 4.0).collect();
        let mut length = extent + self.radius;
        let mut before: Option<(Vec<f64>, Vec<f64>)> = None;
        for _ in 0..=DOUBLINGS {
            let coarse = std::mem::replace(
                &mut self.slices,
                Slices::new(&self.source, self.dim, self.band, length)?,
            );
            self.invert()?;
            let h = self.slices.along(&direction)?;
            let alpha = waves::product(&h, &self.inverse);
            let kept: Vec<Complex64> = h.iter().zip(&self.kept).map(|(h, m)| h * *m).collect();
            let at = |c: &[Complex64]| -> Vec<f64> {
                probes
                    .iter()
                    .map(|u| waves::sum(&self.slices.frequencies, c, *u))
                    .collect()
            };
            let now = (at(&alpha), at(&kept));
            let rounding = 4.0 * f64::EPSILON * (1.0 + self.band * extent);
            let bound = |lost: f64, size: f64| lost + rounding * size;
            let lost = |factors: &dyn Fn(usize) -> f64| -> f64 {
                let cells = self.slices.errors.iter().enumerate();
                cells.map(|(j, e)| e * factors(j)).sum()
            };
            let alpha_lost = lost(&|j| self.inverse.get(j).map_or(0.0, |c| c.norm()));
            let function_lost = lost(&|j| self.kept.get(j).copied().unwrap_or(0.0));
            self.density_error = bound(alpha_lost, waves::size(&alpha));
            self.function_error = bound(function_lost, waves::size(&kept));
            if let Some((alpha_before, kept_before)) = &before {
                let moved = |a: &[f64], b: &[f64]| {
                    a.iter()
                        .zip(b)
                        .map(|(a, b)| (a - b).abs())
                        .fold(0.0, f64::max)
                };
                let (da, df) = (moved(&now.0, alpha_before), moved(&now.1, kept_before));
                self.density_error += da;
                self.function_error += df;
                let close = |d: f64, size: f64| d <= TOLERANCE * size;
                if close(da, waves::size(&alpha)) && close(df, waves::size(&kept)) {
                    // Confirmed: half as many do.
                    self.slices = coarse;
                    return self.invert();
                }
            }
            if matches!(self.source, Source::Ring { .. } | Source::Lines(_)) {
                return Ok(());
            }
            before = Some(now);
            length *= 2.0;
        }
        Ok(())
    }

    /// The rule over directions.
    fn spread(&mut self) -> Result<()> {
        let phase = self.band
            * (self.radius
                + self.slices.extent().max(if self.slices.isotropic() {
                    0.0
                } else {
                    self.radius
                }));
        let degree = (phase + 12.0 * phase.cbrt() + 12.0).ceil();
        if degree > 1e5 {
            return Err(Error::invalid(
                "band limit",
                "a band limit × radius of at most 10^5",
                phase,
            ));
        }
        let degree = degree as usize;
        if self.slices.isotropic() {
            self.heights = Some(heights(self.dim, degree));
            let direction = axis(self.dim)?;
            self.rays = vec![self.ray(direction, 1.0)?];
            return Ok(());
        }
        let too_many = || {
            Error::invalid(
                "band_limit",
                format!(
                    "one that takes at most {MOST_DIRECTIONS} directions in dimension {} and radius {} (the function is not \
                     radial about the origin; a smaller radius takes fewer too)",
                    self.dim, self.radius
                ),
                self.band,
            )
        };
        let count = (2..self.dim).try_fold(degree + 1, |n, _| n.checked_mul(degree / 2 + 1));
        if self.dim > 1 && count.is_none_or(|n| n > MOST_DIRECTIONS) {
            return Err(too_many());
        }
        let total = sphere_surface(self.dim);
        let make = |degree: usize| -> Result<Vec<Ray>> {
            let rule = DirectionRule::new(self.dim, degree)?;
            let rays = parallel::map(rule.nodes().to_vec(), |(xi, w)| self.ray(xi, w / total));
            rays.into_iter().collect()
        };
        let rays = make(degree)?;
        // What a coarser rule makes of f_m at the edge of the ball.
        if self.dim > 1 {
            let coarse = make(degree - degree / 8)?;
            for sign in [1.0, -0.6] {
                let x: Vec<f64> = (0..self.dim)
                    .map(|i| {
                        sign * self.radius / (self.dim as f64).sqrt()
                            * if i % 2 == 0 { 1.0 } else { -1.0 }
                    })
                    .collect();
                let mean = |rays: &[Ray]| -> f64 {
                    rays.iter()
                        .map(|ray| ray.weight * self.wave(&ray.function, ray.direction.dot(&x)))
                        .sum()
                };
                let moved = (mean(&rays) - mean(&coarse)).abs();
                self.residue = self.residue.max(moved);
            }
        }
        self.rays = rays;
        Ok(())
    }

    /// α of every ray at the places of the panels.
    fn tabulate(&mut self) {
        let row = |i: usize| -> Vec<f64> {
            let density = self.rays.get(i).map_or(&[][..], |ray| &ray.density);
            let nodes = self.panels.nodes().iter();
            nodes
                .map(|(gamma, w)| w * self.wave(density, *gamma))
                .collect()
        };
        let tables = parallel::map((0..self.rays.len()).collect(), row);
        for (ray, table) in self.rays.iter_mut().zip(tables) {
            ray.table = table;
        }
    }

    fn ray(&self, direction: Direction, weight: f64) -> Result<Ray> {
        let h = self.slices.along(&direction)?;
        Ok(Ray {
            density: waves::product(&h, &self.inverse),
            function: h.iter().zip(&self.kept).map(|(h, m)| h * *m).collect(),
            direction,
            weight,
            table: Vec::new(),
        })
    }

    fn wave(&self, coefficients: &[Complex64], u: f64) -> f64 {
        waves::sum(&self.slices.frequencies, coefficients, u)
    }

    /// The polynomial left by the offsets beyond reach, direction by direction.
    fn remainder(&mut self, degree: Option<usize>) -> Result<()> {
        let order = degree.map_or(0, |k| k + 1);
        // Chebyshev points of [−1, 1]; those between them check.
        let points = 2 * order + 5;
        let t: Vec<f64> = (0..points)
            .map(|i| (PI * i as f64 / (points - 1) as f64).cos())
            .collect();
        let basis = DMatrix::from_fn(points, order, |i, j| t[i].powi(j as i32));
        let solve = (order > 0).then(|| basis.clone().svd(true, true));
        let fit = |ray: &Ray| -> Result<(Vec<f64>, f64)> {
            let rest = t.iter().map(|t| {
                let u = t * self.radius;
                self.wave(&ray.function, u) - self.ridge(ray, u)
            });
            let rest = DVector::from_iterator(points, rest);
            let Some(solve) = &solve else {
                return Ok((Vec::new(), rest.amax()));
            };
            let solution = solve
                .solve(&rest, 1e-12)
                .map_err(|reason| Error::undefined("polynomial beside the neurons", reason))?;
            let left = (&rest - &basis * &solution).amax();
            let scaled = solution
                .iter()
                .enumerate()
                .map(|(j, c)| c / self.radius.powi(j as i32));
            Ok((scaled.collect(), left))
        };
        let fits = parallel::map((0..self.rays.len()).collect(), |i: usize| {
            self.rays.get(i).map_or(Ok((Vec::new(), 0.0)), &fit)
        });
        let fits: Vec<(Vec<f64>, f64)> = fits.into_iter().collect::<Result<_>>()?;
        self.residue += fits.iter().map(|(_, left)| *left).fold(0.0, f64::max);
        let Some(degree) = degree else {
            return Ok(());
        };
        let mean = |j: usize, beta: &[u32]| -> f64 {
            let coefficient = |fit: &(Vec<f64>, f64)| fit.0.get(j).copied().unwrap_or(0.0);
            if self.heights.is_some() {
                return fits.first().map_or(0.0, coefficient) * sphere_monomial(beta);
            }
            let terms = self.rays.iter().zip(&fits).map(|(ray, fit)| {
                let powers = ray.direction.as_slice().iter().zip(beta);
                ray.weight
                    * coefficient(fit)
                    * powers.map(|(x, p)| x.powi(*p as i32)).product::<f64>()
            });
            terms.sum()
        };
        self.polynomial = Polynomial::from_ridges(self.dim, degree, mean)?;
        Ok(())
    }

    /// ∫_{|γ|≤L} α(γ) φ(s(u−γ)) dγ.
    fn ridge(&self, ray: &Ray, u: f64) -> f64 {
        let phi = |gamma: f64| self.activation.value(self.scale * (u - gamma));
        let fresh = |gamma: f64| phi(gamma) * self.wave(&ray.density, gamma);
        self.panels.integrate(&ray.table, phi, fresh, |kinks| {
            kinks.iter().map(|k| u - k / self.scale).collect()
        })
    }

    /// E_ξ g(ray, ⟨ξ,x⟩).
    fn average(&self, x: &[f64], g: impl Fn(&Ray, f64) -> f64 + Sync) -> f64 {
        if let (Some(heights), Some(ray)) = (&self.heights, self.rays.first()) {
            let norm = x.iter().fold(0.0, |r: f64, c| r.hypot(*c));
            return heights.iter().map(|(t, w)| w * g(ray, norm * t)).sum();
        }
        let terms = self.rays.iter();
        terms
            .map(|ray| ray.weight * g(ray, ray.direction.dot(x)))
            .sum()
    }
}

/// How far from its zero-plane φ is bent.
fn bend(tails: &Tails, activation: &Activation) -> Result<f64> {
    match tails.remainder {
        Remainder::Zero { beyond } => {
            let kinks = activation.kinks().into_iter().map(|k| k.at.abs());
            Ok(kinks.fold(beyond, f64::max))
        }
        Remainder::Exponential { rate, exponent } => Ok((NEGLIGIBLE / rate).powf(1.0 / exponent)),
        Remainder::Algebraic { .. } => Ok(ALGEBRAIC),
        Remainder::Persistent => Err(Error::undefined(
            "representing density",
            format!(
                "{} does not approach polynomials far out",
                activation.name()
            ),
        )),
    }
}

/// t = ⟨ξ,e⟩ with weights that sum to 1, exact for polynomials up to this degree.
fn heights(dim: usize, degree: usize) -> Vec<(f64, f64)> {
    let n = degree / 2 + 1;
    match dim {
        1 => vec![(1.0, 0.5), (-1.0, 0.5)],
        2 => (0..n)
            .map(|i| ((PI * (i as f64 + 0.5) / n as f64).cos(), 1.0 / n as f64))
            .collect(),
        _ => {
            let rule = gauss_gegenbauer(n, 0.5 * (dim as f64 - 2.0));
            let mass: f64 = rule.weights.iter().sum();
            let pairs = rule.nodes.iter().zip(&rule.weights);
            pairs.map(|(t, w)| (*t, w / mass)).collect()
        }
    }
}
