//! The slope of a gap against width.

use crate::error::{Error, Result};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The least-squares slope of ln(mean gap) on ln(width), with its 95 % confidence band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The slope; −½ in theory.
    pub value: f64,
    /// ln gap at ln width = 0.
    pub intercept: f64,
    /// Half the width of the 95 % confidence interval by Student's t: from the scatter of the seeds at every
    /// width (to first order in the logarithm) where each has two or more, otherwise from the residuals of the fit;
    /// infinite where neither says anything.
    pub half_band: f64,
}

/// The networks of one width.
struct Cluster {
    /// ln width.
    x: f64,
    /// ln of the mean gap.
    y: f64,
    /// The variance of y that the scatter of the seeds shows, with its degrees of freedom.
    scatter: Option<(f64, f64)>,
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
        let mut widths: Vec<usize> = observations
            .iter()
            .map(|o| o.0)
            .filter(|w| *w > 0)
            .collect();
        widths.sort_unstable();
        widths.dedup();
        if widths.len() < 2 {
            return Err(Error::invalid(
                "widths",
                "at least two different widths ≥ 1",
                format!("{widths:?}"),
            ));
        }
        let clusters: Vec<Cluster> = widths
            .iter()
            .map(|&width| Cluster::of(width, observations))
            .collect();
        let n = clusters.len() as f64;
        let mean_x = clusters.iter().map(|c| c.x).sum::<f64>() / n;
        let mean_y = clusters.iter().map(|c| c.y).sum::<f64>() / n;
        let spread: f64 = clusters.iter().map(|c| (c.x - mean_x).powi(2)).sum();
        let shared: f64 = clusters
            .iter()
            .map(|c| (c.x - mean_x) * (c.y - mean_y))
            .sum();
        let value = shared / spread;
        let intercept = mean_y - value * mean_x;
        let by_seeds: Option<Vec<(f64, f64)>> = clusters
            .iter()
            .map(|c| {
                c.scatter
                    .map(|(v, f)| (v * ((c.x - mean_x) / spread).powi(2), f))
            })
            .collect();
        let (variance, freedom) = match by_seeds {
            Some(parts) => (
                parts.iter().map(|p| p.0).sum(),
                parts.iter().map(|p| p.1).sum(),
            ),
            None => {
                let residual = |c: &Cluster| (c.y - intercept - value * c.x).powi(2);
                let freedom = n - 2.0;
                (
                    clusters.iter().map(residual).sum::<f64>() / freedom / spread,
                    freedom,
                )
            }
        };
        let half_band = match StudentsT::new(0.0, 1.0, freedom) {
            Ok(t) => t.inverse_cdf(0.975) * variance.sqrt(),
            Err(_) => f64::INFINITY, // no degree of freedom
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

impl Cluster {
    fn of(width: usize, observations: &[(usize, f64)]) -> Self {
        let gaps: Vec<f64> = observations
            .iter()
            .filter(|o| o.0 == width)
            .map(|o| o.1)
            .collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let variance = gaps.iter().map(|g| (g / mean - 1.0).powi(2)).sum::<f64>() / (n - 1.0);
        Self {
            x: (width as f64).ln(),
            y: mean.ln(),
            scatter: (gaps.len() > 1).then_some((variance / n, n - 1.0)),
        }
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
        // Widths 1 and 8: means 2 and 4, so the slope is ln 2/ln 8. At either width the relative variance is
        // that of (½, 1½), 1/2, of the mean 1/4; each counts with (½ ln 8/(½ ln²8))² = 1/ln²8.
        // Two degrees of freedom: t = 4.302652729911.
        let data = [(1, 1.0), (1, 3.0), (8, 2.0), (8, 6.0)];
        let slope = Slope::fit(&data).expect("fitted");
        assert!((slope.value - 1.0 / 3.0).abs() < 1e-15);
        let expected = 4.302_652_729_911 * 0.5f64.sqrt() / 8f64.ln();
        assert!(
            (slope.half_band - expected).abs() < 1e-9,
            "{} {expected}",
            slope.half_band
        );
    }

    #[test]
    fn single_seeds_are_judged_by_the_residuals() {
        // ln gap 0, 1, 0 at ln width 0, l, 2l: slope 0, residuals −1/3, 2/3, −1/3, spread 2l², one degree of
        // freedom: t = 12.706204736.
        let data = [(1, 1.0), (2, 1f64.exp()), (4, 1.0)];
        let slope = Slope::fit(&data).expect("fitted");
        let expected = 12.706_204_736 * (1.0 / 3.0f64).sqrt() / 2f64.ln();
        assert!(slope.value.abs() < 1e-15 && (slope.half_band / expected - 1.0).abs() < 1e-8);
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
