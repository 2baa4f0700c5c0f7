//! The penalty of one-dimensional networks with homogeneous activations and offsets of any density.

use super::homogeneous::HomogeneousLaw;
use super::seminorm::Seminorm;
use crate::data::Monomial;
use crate::error::{Error, Result, finite};
use crate::model::Shallow;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};

/// ‖f‖² = ∫ f^{(k+1)}(x)² / (J² p_eff(x)) dx in d = 1, output weights trained, for an activation homogeneous of degree k
/// whose k-th derivative jumps by J at 0 (ReLU: k = J = 1, ReLU^k: J = k!), where p_eff is
/// [`Ensemble::effective_offset_density`](crate::model::Ensemble::effective_offset_density) (for ReLU the ζ of the weighted spline
/// penalty); polynomials of degree ≤ k apart.
///
/// Those have a cost of their own, cᵀM⁻¹c: M the second moments of the coefficients of m(wx − b)^k under the ensemble, m
/// the mean of φ's coefficients on the two sides; a moment that is infinite charges nothing. For k = 1 and
/// a + cx = f − ½∫f″(γ)|x−γ|dγ this is (a²/E\[b²\] + c²/E\[w²\])/m².
///
/// In any dimension, and from f itself in the place of its derivatives: [`crate::theory::representation::RadonForm`].
///
/// # References
/// Jin & Montúfar, arXiv 2006.07356, Theorem 5 and Proposition 18; Sahs et al., arXiv 2008.01772; Williams et al., arXiv 1906.07842.
#[derive(Clone, Debug)]
pub struct WeightedForm {
    law: HomogeneousLaw,
}

impl WeightedForm {
    /// The weighted form of a model.
    ///
    /// # Errors
    /// d ≠ 1; trained groups other than the output weights; an activation that is not homogeneous with a kink at 0;
    /// an ensemble without a density of breakpoints.
    pub fn new(model: &Shallow) -> Result<Self> {
        if model.dim() != 1 {
            return Err(Error::invalid(
                "dim",
                "1 (in higher dimension the weighted form lives in the Radon domain: `RadonForm`)",
                model.dim(),
            ));
        }
        Ok(Self {
            law: HomogeneousLaw::of(model, "weighted one-dimensional form")?,
        })
    }

    /// The degree k of homogeneity; the form takes the derivative of order k + 1.
    pub fn degree(&self) -> usize {
        self.law.degree
    }

    /// 1/(rate·J²·p_eff(x)), infinite where no breakpoint falls.
    ///
    /// # Errors
    /// x not finite.
    pub fn weight(&self, x: f64) -> Result<f64> {
        let density = self.law.density(&[1.0], x)?;
        let jump = self.law.jump;
        Ok(1.0 / (self.law.rate * jump * jump * density.value))
    }

    /// ∫_a^b f^{(k+1)}(x)²/(rate·J²·p_eff(x)) dx, split at the given points.
    ///
    /// # Errors
    /// An interval that is none.
    pub fn bending(
        &self,
        derivative: impl Fn(f64) -> f64,
        interval: (f64, f64),
        splits: &[f64],
    ) -> Result<Seminorm> {
        let (a, b) = interval;
        if a.is_nan() || b.is_nan() || a >= b {
            return Err(Error::invalid(
                "interval",
                "ends a < b",
                format!("({a}, {b})"),
            ));
        }
        let mut outside = None;
        let integral = integrate(
            |x| {
                let g = derivative(x);
                if g == 0.0 {
                    return 0.0;
                }
                // The integration stays at finite places, where the density is known.
                let weight = self.weight(x).unwrap_or(f64::NAN);
                if weight == f64::INFINITY {
                    outside.get_or_insert(x);
                    return 0.0;
                }
                g * weight * g
            },
            a,
            b,
            splits,
            &Tolerance::default(),
        );
        Ok(match outside {
            Some(x) => self.out_of_reach(x),
            None => Seminorm::Finite(Estimate::new(
                integral.value,
                integral.error + 1e-13 * integral.value,
            )),
        })
    }

    /// The same from samples of the derivative at ascending places, by the trapezoidal rule; its error is
    /// estimated from every second sample.
    ///
    /// # Errors
    /// Fewer than five samples, numbers of them that differ, places not ascending, numbers not finite.
    pub fn bending_of_samples(&self, at: &[f64], derivative: &[f64]) -> Result<Seminorm> {
        if at.len() != derivative.len() || at.len() < 5 {
            return Err(Error::shape(
                "derivative",
                "at least five samples, one for each place",
                format!("{} samples at {} places", derivative.len(), at.len()),
            ));
        }
        for &number in at.iter().chain(derivative) {
            finite("derivative samples", number)?;
        }
        if let Some(pair) = at.windows(2).find(|p| p[0] >= p[1]) {
            return Err(Error::invalid(
                "places",
                "ascending numbers",
                format!("{} then {}", pair[0], pair[1]),
            ));
        }
        let mut integrand = Vec::with_capacity(at.len());
        for (&x, &g) in at.iter().zip(derivative) {
            let weight = self.weight(x)?;
            if g != 0.0 && weight == f64::INFINITY {
                return Ok(self.out_of_reach(x));
            }
            integrand.push((x, if g == 0.0 { 0.0 } else { g * weight * g }));
        }
        let trapezoid = |nodes: &[(f64, f64)]| -> f64 {
            let panels = nodes
                .windows(2)
                .map(|p| 0.5 * (p[1].0 - p[0].0) * (p[0].1 + p[1].1));
            panels.sum()
        };
        let fine = trapezoid(&integrand);
        let last = integrand.len() - 1;
        let half: Vec<(f64, f64)> = integrand
            .iter()
            .enumerate()
            .filter(|(i, _)| i % 2 == 0 || *i == last)
            .map(|(_, &node)| node)
            .collect();
        let error = (fine - trapezoid(&half)).abs() + 1e-13 * fine;
        Ok(Seminorm::Finite(Estimate::new(fine, error)))
    }

    /// The cost of Σ c_j x^j beside what bends.
    ///
    /// # Errors
    /// Numbers not finite.
    pub fn polynomial_cost(&self, coefficients: &[f64]) -> Result<Seminorm> {
        let terms = coefficients.iter().enumerate();
        let terms: Vec<Monomial> = terms
            .map(|(j, c)| Monomial {
                coefficient: *c,
                powers: vec![j as u32],
            })
            .collect();
        self.law.polynomial_cost(&terms, &[])
    }

    /// The cost of a + cx.
    ///
    /// # Errors
    /// Numbers not finite.
    pub fn affine_cost(&self, a: f64, c: f64) -> Result<Seminorm> {
        self.polynomial_cost(&[a, c])
    }

    /// The whole ‖f‖² for k = 1, from f(0), f′(0) and f″: bending and affine part.
    ///
    /// # Errors
    /// As [`WeightedForm::seminorm_from`].
    pub fn seminorm(
        &self,
        value: f64,
        slope: f64,
        second: impl Fn(f64) -> f64,
        interval: (f64, f64),
        splits: &[f64],
    ) -> Result<Seminorm> {
        self.seminorm_from(&[value, slope], second, interval, splits)
    }

    /// The whole ‖f‖² from f(0), f′(0), …, f^{(k)}(0) and f^{(k+1)} on an interval, outside which it is 0: bending and polynomial
    /// part.
    ///
    /// # Errors
    /// Another number of derivatives than k + 1, one that is not finite; as [`WeightedForm::bending`].
    pub fn seminorm_from(
        &self,
        derivatives: &[f64],
        next: impl Fn(f64) -> f64,
        interval: (f64, f64),
        splits: &[f64],
    ) -> Result<Seminorm> {
        let k = self.law.degree;
        if derivatives.len() != k + 1 {
            return Err(Error::shape(
                "derivatives at 0",
                format!("f(0), …, f^({k})(0): {} numbers", k + 1),
                derivatives.len(),
            ));
        }
        for value in derivatives {
            finite("derivatives at 0", *value)?;
        }
        let bending = match self.bending(&next, interval, splits)? {
            Seminorm::Finite(estimate) => estimate,
            infinite => return Ok(infinite),
        };
        let mut cuts = splits.to_vec();
        cuts.push(0.0);
        let moments: Vec<Estimate> = (0..=k)
            .map(|j| {
                let power = (k - j) as i32;
                let term = |x: f64| -next(x) * x.signum() * (-x).powi(power);
                integrate(term, interval.0, interval.1, &cuts, &Tolerance::default()).estimate()
            })
            .collect();
        let (polynomial, errors) = self.law.rest(derivatives, &moments);
        Ok(match self.law.polynomial_cost(&polynomial, &errors)? {
            Seminorm::Finite(cost) => Seminorm::Finite(bending + cost),
            infinite => infinite,
        })
    }

    fn out_of_reach(&self, x: f64) -> Seminorm {
        Seminorm::infinite(format!(
            "the function bends at x = {x}, where the ensemble has no breakpoint"
        ))
    }
}
