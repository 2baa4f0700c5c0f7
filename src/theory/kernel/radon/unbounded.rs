//! Radon-spline ensembles with unit density of offsets on the whole line: K(x, x′) = E_ξ A(⟨ξ, x−x′⟩).

use super::Term;
use super::decomposition::power_coefficient;
use super::feature::FeatureFunction;
use super::line::Line;
use super::radial::{RadialTable, along};
use super::sphere::zonal_average;
use crate::error::{Error, Result};
use crate::model::activation::Remainder;
use crate::model::ensemble::ScaleLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate_estimates};
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::kernel::Kernel;

const TOLERANCE: f64 = 1e-12;

/// coefficient·E_s[s^power E_ξ A_s(⟨ξ, x−x′⟩)], A_s the autocorrelation of ψ(s·): A(st)/s.
#[derive(Debug)]
pub(crate) struct UnboundedKernel {
    dim: usize,
    order: usize,
    coefficient: f64,
    profile: Profile,
}

#[derive(Debug)]
enum Profile {
    /// c r^p.
    Power(f64, f64),
    /// A closed form along the line (d = 1), and a table of it for its derivative.
    Closed(Box<FeatureFunction>, f64, RadialTable),
    Table(RadialTable),
}

impl UnboundedKernel {
    pub(crate) fn new(
        dim: usize,
        order: usize,
        term: Term,
        scale: ScaleLaw,
        psi: FeatureFunction,
    ) -> Result<Self> {
        let profile = Self::profile(dim, term, scale, psi)?;
        let power = match &profile {
            Profile::Closed(_, s, _) => s.powi(term.power),
            _ => 1.0,
        };
        Ok(Self {
            dim,
            order,
            coefficient: term.coefficient * power,
            profile,
        })
    }

    fn profile(dim: usize, term: Term, scale: ScaleLaw, psi: FeatureFunction) -> Result<Profile> {
        if let Some((k, a, b)) = psi.homogeneous() {
            let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
            let p = 2.0 * k as f64 + 1.0;
            let moment = scale.moment(dim, f64::from(term.power) + p - 1.0);
            let c = power_coefficient(k, a - sign * b) * moment * sphere_moment(dim, p);
            return Ok(Profile::Power(c, p));
        }
        let closed = psi.activation.autocorrelation(psi.feature, 1.0).is_some();
        let atoms = !psi.activation.spectral_atoms().is_empty();
        if !closed && (matches!(psi.remainder, Remainder::Persistent) || atoms) {
            return Err(Error::undefined(
                format!("kernel of `{}` at unbounded offsets", psi.activation.name()),
                "the activation does not settle on its tails, so the integral over all offsets diverges",
            ));
        }
        // E_s[s^{power − 1} A(st)] at small scales.
        let at_zero = mixed(&psi, closed, dim, ScaleLaw::Fixed(1.0), 0, 0.0);
        let small = scale.moment(dim, f64::from(term.power - 1));
        if at_zero.value.abs() > at_zero.error && small.is_infinite() {
            return Err(Error::undefined(
                format!("kernel of `{}` at unbounded offsets", psi.activation.name()),
                format!(
                    "the law of the scales reaches 0, where a neuron responds over a range of offsets ∝ 1/s: E[s^({})] is infinite",
                    term.power - 1
                ),
            ));
        }
        if let (1, true, Some(s)) = (dim, closed, scale.fixed()) {
            let kinks = psi.gaps(s).into_iter().filter(|g| *g > 0.0).collect();
            let along = psi.clone();
            let closed = move |t: f64| {
                let a = along.activation.autocorrelation(along.feature, s * t);
                a.map_or(Estimate::new(f64::NAN, f64::INFINITY), |a| {
                    Estimate::closed_form(a / s)
                })
            };
            let table = RadialTable::new(closed, kinks, TOLERANCE);
            return Ok(Profile::Closed(Box::new(psi), s, table));
        }
        let kinks: Vec<f64> = match scale.fixed() {
            Some(s) => psi.gaps(s).into_iter().filter(|g| *g > 0.0).collect(),
            None => Vec::new(),
        };
        let along = move |t: f64| mixed(&psi, closed, dim, scale, term.power, t);
        let tolerance = Tolerance::relative(TOLERANCE);
        let table = if dim == 1 {
            RadialTable::new(along, kinks, TOLERANCE)
        } else if closed && scale.fixed().is_some() {
            let inner = kinks.clone();
            let average = move |r: f64| zonal_average(dim, r, &along, &inner, &tolerance);
            RadialTable::new(average, kinks, TOLERANCE)
        } else {
            let inner = kinks.clone();
            let line = RadialTable::new(along, kinks.clone(), 0.1 * TOLERANCE);
            let average =
                move |r: f64| zonal_average(dim, r, |t| line.value(t), &inner, &tolerance);
            RadialTable::new(average, kinks, TOLERANCE)
        };
        Ok(Profile::Table(table))
    }
}

/// E_s[s^power A_s(t)].
fn mixed(
    psi: &FeatureFunction,
    closed: bool,
    dim: usize,
    scale: ScaleLaw,
    power: i32,
    t: f64,
) -> Estimate {
    let tolerance = Tolerance::relative(0.01 * TOLERANCE);
    let at = |s: f64| {
        let value = if closed {
            let a = psi.activation.autocorrelation(psi.feature, s * t);
            a.map_or(Estimate::new(f64::NAN, f64::INFINITY), |a| {
                Estimate::closed_form(a / s)
            })
        } else {
            Line::new(psi.clone(), s).autocorrelation(t, &tolerance)
        };
        value * s.powi(power)
    };
    if let Some(s) = scale.fixed() {
        return at(s);
    }
    let (low, high) = scale.support();
    let integrand = |s: f64| match scale.density(dim, s) {
        Ok(p) if p > 0.0 => at(s) * p,
        _ => Estimate::default(),
    };
    let tolerance = Tolerance::relative(TOLERANCE);
    integrate_estimates(integrand, low, high, &[], &tolerance).estimate()
}

impl Kernel for UnboundedKernel {
    fn dim(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let square: f64 = x.iter().zip(y).map(|(a, b)| (a - b).powi(2)).sum();
        let r = square.sqrt();
        let value = match &self.profile {
            Profile::Power(c, p) => Estimate::closed_form(c * r.powf(*p)),
            Profile::Closed(psi, s, _) => {
                let a = psi.activation.autocorrelation(psi.feature, s * r);
                a.map_or(Estimate::new(f64::NAN, f64::INFINITY), |a| {
                    Estimate::closed_form(a / s)
                })
            }
            Profile::Table(table) => table.value(r),
        };
        value * self.coefficient
    }

    /// F′(r)(x−x′)/r.
    fn gradient(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        let apart: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        let r = apart.iter().map(|a| a * a).sum::<f64>().sqrt();
        let slope = match &self.profile {
            Profile::Power(c, p) => Estimate::closed_form(c * p * r.powf(p - 1.0)),
            Profile::Closed(_, _, table) | Profile::Table(table) => match table.slope(r) {
                Some(slope) => slope,
                None if r == 0.0 => Estimate::default(),
                None => return None,
            },
        };
        Some(along(&apart, r, slope * self.coefficient))
    }

    fn order(&self) -> usize {
        self.order
    }
}
