//! The penalty of one-dimensional networks with homogeneous activations and offsets of any density.

use super::seminorm::Seminorm;
use crate::error::{Error, Result, finite};
use crate::model::activation::Remainder;
use crate::model::ensemble::OffsetLaw;
use crate::model::{Ensemble, Group, Shallow};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};

/// ‖f‖² = ∫ f^{(k+1)}(x)² / (J² p_eff(x)) dx in d = 1, output weights trained, for an activation homogeneous of degree k
/// whose k-th derivative jumps by J at 0 (ReLU: k = J = 1, ReLU^k: J = k!), where p_eff is
/// [`Ensemble::effective_offset_density`] (for ReLU the ζ of the weighted spline penalty); polynomials of degree ≤ k apart.
///
/// For ReLU, |z| and leaky ReLU the affine functions' own cost is known too: with slopes l and r of the two
/// branches, and a + cx = f − ½∫f″(γ)|x−γ|dγ, they cost (2/(l+r))² (a²/E\[b²\] + c²/E\[w²\]),
/// which is nothing where the moment is infinite.
///
/// # References
/// Jin & Montúfar, arXiv 2006.07356, Theorem 5 and Proposition 18; Sahs et al., arXiv 2008.01772; Williams et al., arXiv 1906.07842.
#[derive(Clone, Debug)]
pub struct WeightedForm {
    ensemble: Ensemble,
    degree: usize,
    jump: f64,
    mean_slope: f64,
    weight_moment: f64,
    bias_moment: f64,
    rate: f64,
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
                "1 (in higher dimension the weighted form lives in the Radon domain, with `Ensemble::effective_offset_density`)",
                model.dim(),
            ));
        }
        if let Some((group, _)) = model
            .rates()
            .trained()
            .iter()
            .find(|(g, _)| *g != Group::Output)
        {
            return Err(Error::invalid(
                "train",
                "output weights only for the weighted one-dimensional form",
                group,
            ));
        }
        let (degree, left, right) = homogeneity(model)?;
        let factorial: f64 = (1..=degree).map(|j| j as f64).product();
        let (weight_moment, bias_moment) = second_moments(model.ensemble());
        model.ensemble().effective_offset_density(1, 0.0, degree)?;
        Ok(Self {
            ensemble: model.ensemble().clone(),
            degree,
            jump: factorial * (right - left),
            mean_slope: 0.5 * (left + right),
            weight_moment,
            bias_moment,
            rate: model.rates().rate(Group::Output),
        })
    }

    /// The degree k of homogeneity; the form takes the derivative of order k + 1.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// 1/(rate·J²·p_eff(x)), infinite where no breakpoint falls.
    ///
    /// # Errors
    /// x not finite.
    pub fn weight(&self, x: f64) -> Result<f64> {
        let density = self.ensemble.effective_offset_density(1, x, self.degree)?;
        Ok(1.0 / (self.rate * self.jump * self.jump * density.value))
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

    /// The cost of a + cx, for k = 1.
    ///
    /// # Errors
    /// k ≠ 1; numbers not finite.
    pub fn affine_cost(&self, a: f64, c: f64) -> Result<Seminorm> {
        if self.degree != 1 {
            return Err(Error::undefined(
                "cost of an affine function",
                format!(
                    "known for activations homogeneous of degree 1, not {}",
                    self.degree
                ),
            ));
        }
        let mut cost = 0.0;
        for (coefficient, moment) in [
            (finite("a", a)?, self.bias_moment),
            (finite("c", c)?, self.weight_moment),
        ] {
            if coefficient == 0.0 || moment == f64::INFINITY {
                continue;
            }
            if self.mean_slope == 0.0 {
                return Ok(Seminorm::infinite(
                    "an even activation represents no affine function beyond what bends",
                ));
            }
            cost += coefficient / (self.mean_slope * self.mean_slope * moment) * coefficient;
        }
        Ok(Seminorm::Finite(Estimate::closed_form(cost / self.rate)))
    }

    /// The whole ‖f‖² for k = 1, from f(0), f′(0) and f″: bending and affine part.
    ///
    /// # Errors
    /// As [`WeightedForm::bending`] and [`WeightedForm::affine_cost`].
    pub fn seminorm(
        &self,
        value: f64,
        slope: f64,
        second: impl Fn(f64) -> f64,
        interval: (f64, f64),
        splits: &[f64],
    ) -> Result<Seminorm> {
        let bending = match self.bending(&second, interval, splits)? {
            Seminorm::Finite(estimate) => estimate,
            infinite => return Ok(infinite),
        };
        let mut cuts = splits.to_vec();
        cuts.push(0.0);
        let moment = |f: &dyn Fn(f64) -> f64| {
            integrate(f, interval.0, interval.1, &cuts, &Tolerance::default())
        };
        let first = moment(&|x| 0.5 * second(x) * x.abs());
        let zeroth = moment(&|x| 0.5 * second(x) * x.signum());
        let (a, c) = (value - first.value, slope + zeroth.value);
        let unit_a = self.affine_cost(1.0, 0.0)?;
        let unit_c = self.affine_cost(0.0, 1.0)?;
        let mut total = bending;
        for (coefficient, error, unit) in [(a, first.error, unit_a), (c, zeroth.error, unit_c)] {
            match unit {
                Seminorm::Finite(unit) => {
                    let coefficient = Estimate::new(coefficient, error);
                    total = total + coefficient * coefficient * unit;
                }
                infinite if coefficient.abs() > error => return Ok(infinite),
                Seminorm::Infinite { .. } => {}
            }
        }
        Ok(Seminorm::Finite(total))
    }

    fn out_of_reach(&self, x: f64) -> Seminorm {
        Seminorm::infinite(format!(
            "the function bends at x = {x}, where the ensemble has no breakpoint"
        ))
    }
}

/// (k, l, r) of φ(z) = l z^k for z < 0 and r z^k for z > 0, l ≠ r.
fn homogeneity(model: &Shallow) -> Result<(usize, f64, f64)> {
    let activation = model.activation();
    let refuse = || {
        Error::undefined(
            "weighted one-dimensional form",
            format!(
                "{} is not positively homogeneous with a kink at 0, as ReLU^k, |z|, leaky ReLU and the step are",
                activation.name()
            ),
        )
    };
    let tails = activation.tails();
    let degree = tails
        .left
        .len()
        .max(tails.right.len())
        .checked_sub(1)
        .ok_or_else(refuse)?;
    let coefficient = |p: &[f64], j: usize| p.get(j).copied().unwrap_or(0.0);
    let (left, right) = (
        coefficient(&tails.left, degree),
        coefficient(&tails.right, degree),
    );
    let lower = (0..degree)
        .any(|j| coefficient(&tails.left, j) != 0.0 || coefficient(&tails.right, j) != 0.0);
    let kinks = activation.kinks();
    let one_kink = matches!(kinks.as_slice(), [kink] if kink.at == 0.0);
    let exact = matches!(tails.remainder, Remainder::Zero { .. });
    if lower || !one_kink || !exact || left == right {
        return Err(refuse());
    }
    Ok((degree, left, right))
}

/// (E\[w²\], E\[b²\]) in d = 1; infinite where the ensemble has no such moment.
fn second_moments(ensemble: &Ensemble) -> (f64, f64) {
    match *ensemble {
        Ensemble::RadonSpline { offset, scale } => {
            let s2 = scale.moment(1, 2.0);
            let g2 = match offset {
                OffsetLaw::Unbounded => return (f64::INFINITY, f64::INFINITY),
                OffsetLaw::Cauchy { .. } => f64::INFINITY,
                OffsetLaw::Uniform { radius } => radius * radius / 3.0,
                OffsetLaw::Gaussian { std } => std * std,
            };
            (s2, s2 * g2)
        }
        Ensemble::Gaussian {
            weight_std,
            bias_std,
        } => (weight_std * weight_std, bias_std * bias_std),
        Ensemble::Independent { weight, bias } => (weight.std().powi(2), bias.std().powi(2)),
    }
}
