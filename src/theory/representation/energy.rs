//! How much of a function is kept.

use super::RepresentingDensity;
use super::source::{Source, slice};
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate_estimates};
use crate::numerics::special::sphere_surface;
use crate::theory::radon::{Direction, spread_directions};
use std::f64::consts::TAU;

/// ∫|f|² and what of it is lost, ∫|f − f_m|².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energy {
    /// ∫|f|² (without a constant at infinity), over all of R^d.
    pub total: Estimate,
    /// ∫|f − f_m|² = (2π)^{−d} ∫ (1 − m(‖k‖))² |f̂(k)|² dk.
    pub lost: Estimate,
}

/// Directions over which |f̂|² is averaged in d = 2, 3 where it is not radial.
const DIRECTIONS: usize = 48;
/// The tail beyond the band is found to this part.
const TOLERANCE: f64 = 1e-4;
const EVALUATIONS: usize = 4000;

pub(super) fn of(density: &RepresentingDensity) -> Result<Option<Energy>> {
    if matches!(density.source, Source::Ring { .. } | Source::Lines(_)) {
        return Ok(None);
    }
    let dim = density.dim;
    let directions: Vec<Direction> = if density.isotropic() || single(&density.source) || dim == 1 {
        vec![super::slices::axis(dim)?]
    } else if dim <= 3 {
        spread_directions(dim, DIRECTIONS)?
    } else {
        return Ok(None);
    };
    let constant = sphere_surface(dim) / TAU.powi(dim as i32);
    let mut failure: Option<Error> = None;
    let mut power = |omega: f64| -> Estimate {
        let mut sum = Estimate::default();
        for direction in &directions {
            match slice(&density.source, direction, omega) {
                Ok((f, error, _)) => {
                    let norm = f.norm();
                    sum = sum + Estimate::new(norm * norm, (2.0 * norm + error) * error);
                }
                Err(e) => {
                    failure.get_or_insert(e);
                }
            }
        }
        sum * (constant * omega.powi(dim as i32 - 1) / directions.len() as f64)
    };
    let kept = |omega: f64| -> f64 {
        let window = density.regularisation.window_at(omega);
        if density.regularisation.lambda() == 0.0 {
            return window;
        }
        super::band::transform(&density.activation, density.scale, omega).map_or(0.0, |v| {
            window * super::band::inverse(v, density.regularisation.lambda()).1
        })
    };
    let tolerance = Tolerance {
        absolute: 0.0,
        relative: TOLERANCE,
        evaluations: EVALUATIONS,
    };
    let band = density.band;
    let splits = [0.03 * band, 0.25 * band];
    let inside = integrate_estimates(&mut power, 0.0, band, &splits, &tolerance).estimate();
    let missed = |omega: f64| {
        let rest = 1.0 - kept(omega);
        power(omega) * (rest * rest)
    };
    let inside_lost = integrate_estimates(missed, 0.0, band, &splits, &tolerance).estimate();
    let beyond = if density.regularisation.limit().is_some() {
        let far = [2.0 * band, 8.0 * band];
        integrate_estimates(&mut power, band, f64::INFINITY, &far, &tolerance).estimate()
    } else {
        Estimate::default()
    };
    match failure {
        Some(error) => Err(error),
        None => Ok(Some(Energy {
            total: inside + beyond,
            lost: inside_lost + beyond,
        })),
    }
}

/// One radial part about any centre: |f̂| is radial.
fn single(source: &Source) -> bool {
    matches!(source, Source::Radial(parts) if parts.len() == 1)
}
