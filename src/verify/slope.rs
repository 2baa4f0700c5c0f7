//! The slope of a gap against width.

use crate::error::{Error, Result};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A least-squares slope of ln gap on ln width, with its 95 % confidence band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The slope; −½ in theory.
    pub value: f64,
    /// ln gap at ln width = 0.
    pub intercept: f64,
    /// Half the width of the 95 % confidence interval (Student's t on the residuals; infinite
    /// for two observations).
    pub half_band: f64,
}

impl Slope {
    /// Fits (width, gap) pairs, one for each network that was trained.
    ///
    /// # Errors
    /// Fewer than two different widths; a gap that is not finite and > 0.
    pub fn fit(observations: &[(usize, f64)]) -> Result<Self> {
        if let Some(&(width, gap)) = observations
            .iter()
            .find(|(_, g)| !(g.is_finite() && *g > 0.0))
        {
            return Err(Error::invalid(
                format!("gap at width {width}"),
                "a finite number > 0",
                gap,
            ));
        }
        let n = observations.len() as f64;
        let x = |w: usize| (w as f64).ln();
        let mean_x = observations.iter().map(|&(w, _)| x(w)).sum::<f64>() / n;
        let mean_y = observations.iter().map(|&(_, g)| g.ln()).sum::<f64>() / n;
        let spread: f64 = observations
            .iter()
            .map(|&(w, _)| (x(w) - mean_x).powi(2))
            .sum();
        if spread.is_nan() || spread <= 1e-12 {
            return Err(Error::invalid(
                "widths",
                "at least two different widths ≥ 1",
                format!("{:?}", observations.iter().map(|o| o.0).collect::<Vec<_>>()),
            ));
        }
        let shared: f64 = observations
            .iter()
            .map(|&(w, g)| (x(w) - mean_x) * (g.ln() - mean_y))
            .sum();
        let value = shared / spread;
        let intercept = mean_y - value * mean_x;
        let residual: f64 = observations
            .iter()
            .map(|&(w, g)| (g.ln() - intercept - value * x(w)).powi(2))
            .sum();
        let freedom = n - 2.0;
        let half_band = match StudentsT::new(0.0, 1.0, freedom) {
            Ok(t) => t.inverse_cdf(0.975) * (residual / freedom / spread).sqrt(),
            Err(_) => f64::INFINITY, // two observations: no residual to judge by
        };
        Ok(Self {
            value,
            intercept,
            half_band,
        })
    }

    /// The gap that the fit gives a width.
    pub fn gap(&self, width: f64) -> f64 {
        (self.intercept + self.value * width.ln()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_power_has_no_band() {
        let data: Vec<(usize, f64)> = [64, 256, 1024]
            .iter()
            .map(|&w| (w, 3.0 / (w as f64).sqrt()))
            .collect();
        let slope = Slope::fit(&data).expect("fitted");
        assert!((slope.value + 0.5).abs() < 1e-14 && slope.half_band < 1e-13);
        assert!((slope.gap(100.0) - 0.3).abs() < 1e-13);
    }

    #[test]
    fn the_band_is_students() {
        // ln gap = 0, 1, 1, 2 at ln width = 0, 0, 1, 1 (widths 1 and e are not whole: scaled by hand).
        // Slope 1, residual sum of squares 1, spread 1, two degrees of freedom: t = 4.302652729911.
        let (a, b) = (1_usize, 8_usize);
        let l = 8f64.ln();
        let data = [(a, 1.0), (a, l.exp()), (b, l.exp()), (b, (2.0 * l).exp())];
        let slope = Slope::fit(&data).expect("fitted");
        assert!((slope.value - 1.0).abs() < 1e-14);
        assert!((slope.half_band - 4.302_652_729_911 / 2f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(Slope::fit(&[]).is_err());
        assert!(Slope::fit(&[(4, 1.0), (4, 2.0)]).is_err());
        assert!(Slope::fit(&[(4, 1.0), (8, f64::NAN)]).is_err());
        assert!(Slope::fit(&[(4, 1.0), (8, 0.0)]).is_err());
        assert_eq!(
            Slope::fit(&[(4, 1.0), (8, 2.0)]).expect("fitted").half_band,
            f64::INFINITY
        );
    }
}
