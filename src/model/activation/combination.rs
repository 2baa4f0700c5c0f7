//! Linear combinations of activations with affine arguments: Σ c ψ(az + b).

use super::closed_form::frequency;
use super::{
    Activation, ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, Piece,
    PiecewisePolynomial, Remainder, Tails, Zeros,
};
use crate::error::{Error, Result, finite};
use num_complex::Complex64;
use std::sync::Arc;

/// c·ψ(az + b), a ≠ 0.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) activation: Activation,
}

impl Term {
    /// Whether it is ψ itself.
    pub(super) fn is_plain(&self) -> bool {
        self.coefficient == 1.0 && self.slope == 1.0 && self.intercept == 0.0
    }

    fn inner(&self, z: f64) -> f64 {
        self.slope * z + self.intercept
    }

    /// Where its argument is `u`.
    fn place(&self, u: f64) -> f64 {
        (u - self.intercept) / self.slope + 0.0
    }

    fn name(&self) -> String {
        let factor = match self.coefficient.abs() {
            1.0 => String::new(),
            c => format!("{c}*"),
        };
        let inner = match (self.slope, self.intercept) {
            (1.0, 0.0) => String::new(),
            (a, b) => {
                let slope = match a {
                    1.0 => String::new(),
                    -1.0 => "-".into(),
                    a => format!("{a}*"),
                };
                let shift = match b {
                    0.0 => String::new(),
                    b if b > 0.0 => format!("+{b}"),
                    b => format!("{b}"),
                };
                format!("({slope}z{shift})")
            }
        };
        format!("{factor}{}{inner}", self.activation.name())
    }

    fn kinks(&self) -> impl Iterator<Item = Kink> + '_ {
        self.activation.kinks().into_iter().map(|kink| Kink {
            at: self.place(kink.at),
            order: kink.order,
            jump: self.coefficient * self.jump_factor(kink.order) * kink.jump,
        })
    }

    /// What the jump of the derivative of that order is multiplied with: a^order, and −1 if left and
    /// right change places.
    fn jump_factor(&self, order: usize) -> f64 {
        self.slope.powi(order as i32) * self.slope.signum()
    }

    /// c·p(az + b) for a polynomial p.
    fn map_piece(&self, piece: &Piece) -> Piece {
        let mut factor = self.coefficient;
        let coefficients = piece.coefficients().iter().map(|c| {
            let mapped = c * factor;
            factor *= self.slope;
            mapped
        });
        Piece::new(self.place(piece.centre()), coefficients.collect())
    }

    fn map_tail(&self, tail: &[f64]) -> Vec<f64> {
        self.map_piece(&Piece::new(0.0, tail.to_vec())).about(0.0)
    }

    fn tails(&self) -> Tails {
        let tails = self.activation.tails();
        let (left, right) = (self.map_tail(&tails.left), self.map_tail(&tails.right));
        let (left, right) = if self.slope > 0.0 {
            (left, right)
        } else {
            (right, left)
        };
        let scale = self.slope.abs();
        let remainder = match tails.remainder {
            Remainder::Zero { beyond } => Remainder::Zero {
                beyond: (beyond + self.intercept.abs()) / scale,
            },
            Remainder::Exponential { rate, exponent } => Remainder::Exponential {
                rate: rate * scale.powf(exponent),
                exponent,
            },
            other => other,
        };
        Tails {
            left,
            right,
            remainder,
        }
    }

    /// ĉψ(az+b)(ω) = (c/|a|) e^{iωb/a} ψ̂(ω/a), and the stretch by the product rule.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let inner = self.activation.fourier(omega / self.slope)?;
        let angle = omega * self.intercept / self.slope;
        let factor = self.coefficient / self.slope.abs();
        let turn = factor * Complex64::cis(angle);
        let size = factor.abs();
        Ok(FourierSample {
            exponent: inner.exponent,
            value: turn * inner.value,
            stretch: turn * (inner.stretch + Complex64::new(0.0, angle) * inner.value),
            value_error: size * inner.value_error,
            stretch_error: size * (inner.stretch_error + angle.abs() * inner.value_error),
        })
    }

    fn decay(&self) -> Decay {
        match self.activation.decay() {
            Decay::Exponential { rate, exponent } => Decay::Exponential {
                rate: rate / self.slope.abs().powf(exponent),
                exponent,
            },
            other => other,
        }
    }
}

/// Σ c ψ(az + b).
#[derive(Clone, Debug)]
pub(super) struct Combination {
    terms: Arc<[Term]>,
}

impl Combination {
    fn sum(&self, f: impl Fn(&Term) -> f64) -> f64 {
        self.terms.iter().map(f).sum()
    }

    fn single(&self) -> Option<&Term> {
        match &*self.terms {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl ActivationFunction for Combination {
    fn value(&self, z: f64) -> f64 {
        self.sum(|t| t.coefficient * t.activation.value(t.inner(z)))
    }

    fn derivative(&self, z: f64) -> f64 {
        self.sum(|t| t.coefficient * t.slope * t.activation.derivative(t.inner(z)))
    }

    fn by_differences(&self) -> bool {
        self.terms.iter().any(|t| t.activation.by_differences())
    }

    fn kinks(&self) -> Vec<Kink> {
        let mut kinks: Vec<Kink> = self.terms.iter().flat_map(Term::kinks).collect();
        kinks.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.order.cmp(&b.order)));
        let mut merged: Vec<Kink> = Vec::new();
        for kink in kinks {
            match merged.last_mut() {
                Some(last) if last.at == kink.at && last.order == kink.order => {
                    last.jump += kink.jump;
                }
                // A higher derivative that jumps at the same place is not the lowest that does.
                Some(last) if last.at == kink.at => {}
                _ => merged.push(kink),
            }
        }
        merged
    }

    fn tails(&self) -> Tails {
        let mut tails = self.terms.iter().map(Term::tails);
        let first = tails.next().unwrap_or(Tails {
            left: vec![],
            right: vec![],
            remainder: Remainder::Zero { beyond: 0.0 },
        });
        tails.fold(first, |a, b| Tails {
            left: add(&a.left, &b.left),
            right: add(&a.right, &b.right),
            remainder: slower(a.remainder, b.remainder),
        })
    }

    fn parity(&self) -> Parity {
        // How often ψ(slope·z + intercept) is among the terms, ψ that of t.
        let weight = |t: &Term, slope: f64, intercept: f64| {
            let own = match t.activation.parity() {
                Parity::Even => 1.0,
                Parity::Odd => -1.0,
                Parity::None => 0.0,
            };
            let alike = |u: &&Term| u.activation.name() == t.activation.name();
            let weights = self.terms.iter().filter(alike).map(|u| {
                if u.slope == slope && u.intercept == intercept {
                    u.coefficient
                } else if u.slope == -slope && u.intercept == -intercept {
                    own * u.coefficient
                } else {
                    0.0
                }
            });
            weights.sum::<f64>()
        };
        // As often as its mirror image, with the sign.
        let symmetric = |sign: f64| {
            self.terms
                .iter()
                .all(|t| weight(t, -t.slope, t.intercept) == sign * weight(t, t.slope, t.intercept))
        };
        Parity::of(symmetric)
    }

    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?;
        // Lines have no regular part, hence add nothing to that of the other terms.
        let regular =
            |t: &&Term| self.single().is_some() || t.activation.spectral_atoms().is_empty();
        let terms = self.terms.iter().filter(regular);
        let samples: Vec<FourierSample> = terms.map(|t| t.fourier(omega)).collect::<Result<_>>()?;
        let exponents = samples.iter().map(|s| s.exponent);
        let exponent = exponents.reduce(f64::max).unwrap_or(0.0);
        let mut total = FourierSample {
            exponent,
            value: Complex64::ZERO,
            stretch: Complex64::ZERO,
            value_error: 0.0,
            stretch_error: 0.0,
        };
        for s in samples {
            let factor = (s.exponent - exponent).exp();
            total.value += s.value * factor;
            total.stretch += s.stretch * factor;
            total.value_error += s.value_error * factor;
            total.stretch_error += s.stretch_error * factor;
        }
        Ok(total)
    }

    fn spectral_atoms(&self) -> Vec<(f64, Complex64)> {
        let atoms = self.terms.iter().flat_map(|t| {
            t.activation.spectral_atoms().into_iter().map(|(line, c)| {
                let turn = Complex64::cis(line * t.intercept);
                (line * t.slope, t.coefficient * c * turn)
            })
        });
        let mut merged: Vec<(f64, Complex64)> = Vec::new();
        for (line, c) in atoms {
            match merged.iter_mut().find(|(known, _)| *known == line) {
                Some((_, sum)) => *sum += c,
                None => merged.push((line, c)),
            }
        }
        merged.sort_by(|a, b| a.0.total_cmp(&b.0));
        merged
    }

    fn decay(&self) -> Decay {
        if let Some(only) = self.single() {
            return only.decay();
        }
        let algebraic = |t: &Term| matches!(t.activation.decay(), Decay::Algebraic { .. });
        if self.terms.iter().any(algebraic) {
            // The lowest jump decides, unless jumps cancel.
            let kinks = self.kinks();
            return match kinks.iter().map(|k| k.order).min() {
                Some(order) if kinks.iter().all(|k| k.jump != 0.0) => Decay::Algebraic {
                    order: (order + 1) as f64,
                },
                _ => Decay::Unknown,
            };
        }
        let decays = self.terms.iter().map(Term::decay);
        decays.reduce(slower_decay).unwrap_or(Decay::Unknown)
    }

    fn zeros(&self) -> Zeros {
        let Some(only) = self.single() else {
            let line = |t: &Term| t.activation.zeros() == Zeros::Everywhere;
            return if self.terms.iter().all(line) {
                Zeros::Everywhere
            } else {
                Zeros::Unknown
            };
        };
        let scale = only.slope.abs();
        match only.activation.zeros() {
            Zeros::Multiples { spacing } => Zeros::Multiples {
                spacing: spacing * scale,
            },
            Zeros::Listed(list) => Zeros::Listed(list.into_iter().map(|w| w * scale).collect()),
            other => other,
        }
    }

    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let only = self.single()?;
        let (c, a) = (only.coefficient, only.slope);
        let factor = match feature {
            Feature::Value => c * c / a.abs(),
            Feature::Derivative => c * c * a.abs(),
            // zψ′ of a shifted argument is another function.
            Feature::Stretch if only.intercept != 0.0 => return None,
            Feature::Stretch => c * c / a.abs(),
        };
        Some(factor * only.activation.autocorrelation(feature, a * t)?)
    }

    fn family(&self) -> Family<'_> {
        let Some(only) = self.single().filter(|t| t.coefficient == 1.0) else {
            return Family::Other;
        };
        match only.activation.family() {
            Family::Erf { scale } if only.intercept == 0.0 => Family::Erf {
                scale: scale * only.slope,
            },
            Family::Sine { frequency, phase } => Family::Sine {
                frequency: frequency * only.slope,
                phase: phase + frequency * only.intercept,
            },
            _ => Family::Other,
        }
    }
}

fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |v: &[f64], j: usize| v.get(j).copied().unwrap_or(0.0);
    (0..a.len().max(b.len()))
        .map(|j| at(a, j) + at(b, j))
        .collect()
}

/// The slower of two remainders.
pub(super) fn slower(a: Remainder, b: Remainder) -> Remainder {
    use Remainder::{Algebraic, Exponential, Persistent, Zero};
    match (a, b) {
        (Persistent, _) | (_, Persistent) => Persistent,
        (Algebraic { power: p }, Algebraic { power: q }) => Algebraic { power: p.min(q) },
        (slow @ Algebraic { .. }, _) | (_, slow @ Algebraic { .. }) => slow,
        (
            Exponential { rate, exponent },
            Exponential {
                rate: r,
                exponent: e,
            },
        ) => {
            if (exponent, rate) < (e, r) {
                a
            } else {
                b
            }
        }
        (slow @ Exponential { .. }, _) | (_, slow @ Exponential { .. }) => slow,
        (Zero { beyond: p }, Zero { beyond: q }) => Zero { beyond: p.max(q) },
    }
}

/// The slower of two decays, neither of them algebraic.
fn slower_decay(a: Decay, b: Decay) -> Decay {
    match (a, b) {
        (Decay::Unknown, _) | (_, Decay::Unknown) => Decay::Unknown,
        (Decay::Atomic, other) | (other, Decay::Atomic) => other,
        (
            Decay::Exponential { rate, exponent },
            Decay::Exponential {
                rate: r,
                exponent: e,
            },
        ) => {
            if (exponent, rate) < (e, r) {
                a
            } else {
                b
            }
        }
        _ => Decay::Unknown,
    }
}

/// The exact sum, if every term is a piecewise polynomial.
fn piecewise_sum(terms: &[Term]) -> Option<PiecewisePolynomial> {
    let mapped: Option<Vec<PiecewisePolynomial>> = terms
        .iter()
        .map(|t| match t.activation.family() {
            Family::PiecewisePolynomial(p) => Some(p.mapped(
                t.slope < 0.0,
                |z| t.place(z),
                |piece| t.map_piece(piece),
                |order| t.coefficient * t.jump_factor(order),
            )),
            _ => None,
        })
        .collect();
    mapped?.into_iter().reduce(|a, b| a.plus(&b))
}

impl Activation {
    /// Its terms, itself being the only one unless it is a combination.
    fn terms(&self) -> Vec<Term> {
        match &self.terms {
            Some(terms) => terms.to_vec(),
            None => vec![Term {
                coefficient: 1.0,
                slope: 1.0,
                intercept: 0.0,
                activation: self.clone(),
            }],
        }
    }

    /// From terms with checked numbers or not.
    pub(super) fn from_terms(terms: Vec<Term>) -> Result<Self> {
        if terms.is_empty() {
            return Err(Error::invalid("terms", "at least one", "none"));
        }
        for term in &terms {
            finite("coefficient", term.coefficient)?;
            finite("shift", term.intercept)?;
            if finite("dilation", term.slope)? == 0.0 {
                return Err(Error::invalid("dilation", "a number other than 0", 0));
            }
        }
        let mut name = String::new();
        for (i, term) in terms.iter().enumerate() {
            name += match (i, term.coefficient < 0.0) {
                (0, true) => "-1*",
                (0, false) => "",
                (_, true) => " - ",
                (_, false) => " + ",
            };
            name += &term.name();
        }
        // `-1*2*relu` is no number: the first term spells its own sign.
        if let Some(rest) = name.strip_prefix("-1*")
            && terms[0].coefficient != -1.0
        {
            name = format!("-{rest}");
        }
        let terms: Arc<[Term]> = terms.into();
        let mut activation = match piecewise_sum(&terms) {
            Some(sum) => Self::new(name, sum),
            None => Self::new(
                name,
                Combination {
                    terms: Arc::clone(&terms),
                },
            ),
        };
        activation.terms = Some(terms);
        Ok(activation)
    }

    fn map_terms(&self, map: impl Fn(&mut Term)) -> Result<Self> {
        let mut terms = self.terms();
        terms.iter_mut().for_each(map);
        Self::from_terms(terms)
    }

    /// φ(az), written `tanh(2*z)`.
    ///
    /// # Errors
    /// a = 0 or not finite.
    pub fn dilated(&self, a: f64) -> Result<Self> {
        self.map_terms(|t| t.slope *= a)
    }

    /// φ(z − b), written `tanh(z-1)`.
    ///
    /// # Errors
    /// b not finite.
    pub fn shifted(&self, b: f64) -> Result<Self> {
        self.map_terms(|t| t.intercept -= t.slope * b)
    }

    /// cφ(z), written `2*tanh`.
    ///
    /// # Errors
    /// c not finite.
    pub fn multiplied(&self, c: f64) -> Result<Self> {
        self.map_terms(|t| t.coefficient *= c)
    }

    /// Σ c_i φ_i, written `0.5*relu + 0.5*tanh`. Piecewise polynomials are added exactly.
    ///
    /// # Errors
    /// No term, or a coefficient that is not finite.
    ///
    /// # Examples
    /// ```
    /// use spectral_bias::model::Activation;
    /// let relu = Activation::relu();
    /// let abs = Activation::combination(&[(1.0, &relu), (1.0, &relu.dilated(-1.0)?)])?;
    /// assert_eq!(abs.value(-2.0), 2.0);
    /// assert_eq!(abs.name(), "relu + relu(-z)");
    /// # Ok::<(), spectral_bias::Error>(())
    /// ```
    pub fn combination(terms: &[(f64, &Self)]) -> Result<Self> {
        let scaled = terms.iter().flat_map(|&(c, activation)| {
            activation.terms().into_iter().map(move |mut term| {
                term.coefficient *= c;
                term
            })
        });
        Self::from_terms(scaled.collect())
    }
}
