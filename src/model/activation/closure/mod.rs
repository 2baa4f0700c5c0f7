//! Activations known by their values: closures and formulas.

mod function;

use super::asymptotics::{self, Found};
use super::comparator::{Comparator, polynomial};
use super::differences;
use super::{
    Activation, ActivationFunction, Decay, Kink, Parity, PiecewisePolynomial, Place, Remainder,
    Tails, linear, places,
};
use crate::error::{Error, Result};
use function::{Closure, horizon};
use std::fmt;

type Real = Box<dyn Fn(f64) -> f64 + Send + Sync>;

/// What was stated is what was found to this, relative to 1 or its size.
const AS_STATED: f64 = 1e-6;
/// Beside a kink that was found, relative to 1 + |z|.
const BESIDE: f64 = 32.0 * f64::EPSILON;

/// Makes an activation of a closure. What is not stated is found from values, and refused if
/// it cannot be found. See [`Activation::from_fn`].
pub struct ClosureBuilder {
    name: String,
    value: Real,
    derivative: Option<Real>,
    kinks: Vec<Kink>,
    places: Vec<Place>,
    splits: Vec<f64>,
    tails: Option<Tails>,
    parity: Option<Parity>,
    decay: Option<Decay>,
    reach: f64,
}

impl fmt::Debug for ClosureBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosureBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Activation {
    /// Starts an activation of one's own from its values.
    ///
    /// Values that lie on straight lines, to rounding, wherever one looks make a piecewise linear function, with everything that is
    /// exact for those ([`Family::PiecewisePolynomial`](super::Family::PiecewisePolynomial)).
    ///
    /// The transform is computed by subtracting a smooth comparator with the same tails and integrating
    /// what remains; its error bound is absolute, so that beyond some frequency the transform
    /// of an analytic activation is lost in its bound, which says so.
    ///
    /// # Examples
    /// ```
    /// use spectral_bias::model::Activation;
    /// let phi = Activation::from_fn("log-cosh", |z: f64| z.abs() + (-2.0 * z.abs()).exp().ln_1p())
    ///     .derivative(f64::tanh)
    ///     .build()?;
    /// assert_eq!(phi.tails().right, vec![0.0, 1.0]);
    /// let sample = phi.fourier(1.0)?;
    /// let exact = -std::f64::consts::PI / std::f64::consts::FRAC_PI_2.sinh();
    /// assert!((sample.value.re - exact).abs() <= sample.value_error);
    /// # Ok::<(), spectral_bias::Error>(())
    /// ```
    pub fn from_fn(
        name: impl Into<String>,
        value: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> ClosureBuilder {
        ClosureBuilder {
            name: name.into(),
            value: Box::new(value),
            derivative: None,
            kinks: Vec::new(),
            places: Vec::new(),
            splits: Vec::new(),
            tails: None,
            parity: None,
            decay: None,
            reach: f64::INFINITY,
        }
    }
}

impl ClosureBuilder {
    /// φ′; otherwise differences, which values of single precision, or other noise, do not have: those are refused.
    #[must_use]
    pub fn derivative(mut self, derivative: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        self.derivative = Some(Box::new(derivative));
        self
    }

    /// A place where a derivative jumps: its order (0: φ itself) and the jump, right minus left.
    /// Jumps of φ and φ′ that are not stated are searched for in |z| ≤ 1000 and mostly found, their place to rounding over the jump and jumps of φ′ to
    /// some 1e−12 of the values (to rounding if [`ClosureBuilder::derivative`] is given); those of higher derivatives
    /// are not, nor is what oscillates or is noisy on lengths below 0.003.
    #[must_use]
    pub fn kink(mut self, at: f64, order: usize, jump: f64) -> Self {
        self.kinks.push(Kink { at, order, jump });
        self
    }

    /// A place where φ changes smoothly over a length far below 1. Steps are searched for as kinks are, however steep;
    /// a bump on top of something else may be overlooked if it is narrower than 0.01, or 4e−4 with tails like a Gaussian's (in
    /// |z| ≤ 12; beyond, than that part of its distance from 0): state it here.
    #[must_use]
    pub fn steep(mut self, at: f64, scale: f64) -> Self {
        self.places.push(Place { at, scale });
        self
    }

    /// The tails; otherwise found, if they are polynomials of degree ≤ 1.
    #[must_use]
    pub fn tails(mut self, tails: Tails) -> Self {
        self.tails = Some(tails);
        self
    }

    /// The parity; otherwise found by comparing values.
    #[must_use]
    pub fn parity(mut self, parity: Parity) -> Self {
        self.parity = Some(parity);
        self
    }

    /// The decay of the transform; otherwise that of the kinks, or not known if there are none.
    #[must_use]
    pub fn decay(mut self, decay: Decay) -> Self {
        self.decay = Some(decay);
        self
    }

    /// Places where the integrand of the transform is to be cut, beyond the kinks.
    #[cfg(feature = "formula")]
    pub(in crate::model::activation) fn splits(mut self, splits: Vec<f64>) -> Self {
        self.splits = splits;
        self
    }

    /// Beyond this distance the values overflow, and the tails are used in their place.
    #[cfg(feature = "formula")]
    pub(in crate::model::activation) fn reach(mut self, reach: f64) -> Self {
        self.reach = reach;
        self
    }

    /// The activation.
    ///
    /// # Errors
    /// Values that are not finite near 0, or that are noisy where no derivative is given; kinks or tails that are not finite, scales that are not positive, tails that are not those of
    /// the values or that cannot be found.
    pub fn build(mut self) -> Result<Activation> {
        for i in -64..=64 {
            let z = 0.125 * f64::from(i) + 1e-3;
            let found = (self.value)(z);
            if !found.is_finite() {
                return Err(Error::NotFinite {
                    argument: format!("activation {}", self.name),
                    position: format!("z = {z}"),
                    found,
                });
            }
        }
        if self.derivative.is_none()
            && let Some(noise) = differences::noise(&self.value)
        {
            return Err(Error::invalid(
                "activation",
                "values whose differences tell the derivative, or `.derivative` beside them",
                format!(
                    "noise or waves of size {noise:.0e} on lengths of 1e-6 (single precision?)"
                ),
            ));
        }
        for kink in &self.kinks {
            crate::error::finite("kink", kink.at)?;
            crate::error::finite("jump", kink.jump)?;
        }
        for place in &self.places {
            crate::error::finite("steep place", place.at)?;
            crate::error::positive("scale of a steep place", place.scale)?;
        }
        let tails = match &self.tails {
            Some(tails) => {
                asymptotics::verify(&self.value, tails, self.reach)?;
                Ok(Found {
                    tails: tails.clone(),
                    error: 0.0,
                })
            }
            None => asymptotics::find(&self.value, self.reach),
        };
        // Tails that are lost in the rounding of what is subtracted may be those of lines yet.
        let seen = match tails.is_ok() || linear::may_be_lines(&self.value) {
            true => self.search(),
            false => Vec::new(),
        };
        if let Some(pieces) = self.piecewise_linear() {
            return Ok(Activation::new(self.name, pieces));
        }
        let Found { mut tails, error } = tails?;
        let parity = { self.parity }.unwrap_or_else(|| self.found_parity(&seen, &tails, error));
        let lowest = self.kinks.iter().map(|k| k.order).min();
        let decay = self.decay.unwrap_or(match lowest {
            Some(order) => Decay::Algebraic {
                order: (order + 1) as f64,
            },
            None => Decay::Unknown,
        });
        self.splits.extend(self.kinks.iter().map(|k| k.at));
        self.splits.extend(self.places.iter().map(|p| p.at));
        self.splits.push(0.0);
        let horizon = horizon(&self.value, &tails, self.reach, &seen);
        // The first panels are no longer than their distance from the core, of whatever is far out, and end where φ does.
        let ends = { 0..10 }.map(|k| 4f64.powi(k)).filter(|z| *z < horizon);
        let ends = ends.chain([horizon]).flat_map(|z| [-z, z]);
        self.splits.extend(ends);
        self.splits.sort_by(f64::total_cmp);
        self.splits.dedup();
        if tails.remainder == (Remainder::Zero { beyond: 0.0 }) {
            tails.remainder = Remainder::Zero { beyond: horizon };
        }
        let left = |z: f64, tail: &[f64]| {
            let expected = polynomial(tail, z);
            ((self.value)(z) - expected).abs() + f64::EPSILON * expected.abs()
        };
        let cut = left(horizon, &tails.right) + left(-horizon, &tails.left);
        let kink_places = self.kinks.iter().map(|k| k.at).collect();
        let closure = Closure {
            horizon,
            cut,
            comparator: Comparator::new(&tails),
            value: self.value,
            derivative: self.derivative,
            kinks: self.kinks,
            kink_places,
            places: self.places,
            splits: self.splits,
            tails,
            tail_error: error,
            parity,
            decay,
            reach: self.reach,
        };
        Ok(Activation::new(self.name, closure))
    }
}

impl ClosureBuilder {
    /// Adds the kinks and steep places that values show, and tells where it looked.
    fn search(&mut self) -> Vec<f64> {
        let stated = self.kinks.iter().map(|k| k.at);
        let known: Vec<f64> = stated.chain(self.splits.iter().copied()).collect();
        let found = places::search(&self.value, &known, self.reach);
        let told = found.kinks.into_iter().map(|k| self.by_derivative(k));
        let told: Vec<Kink> = told.collect();
        self.kinks.extend(told);
        self.places.extend(found.places);
        self.splits.extend(found.busy);
        self.kinks.sort_by(|a, b| a.at.total_cmp(&b.at));
        found.seen
    }

    /// Even or odd if the tails are so, and to rounding the values wherever one looks: where the search for kinks looked, beside kinks
    /// and steep places, and far out.
    fn found_parity(&self, seen: &[f64], tails: &Tails, error: f64) -> Parity {
        let kinks = { self.kinks.iter() }.map(|k| (k.at, k.at.abs().max(1.0)));
        let places = { self.places.iter() }.map(|p| (p.at, p.scale));
        let beside = { kinks.chain(places) }.flat_map(|(at, unit)| {
            let apart = [1e-6, 1e-3, 0.03, 0.3, 1.0, 3.0].into_iter();
            apart.flat_map(move |part| [at - part * unit, at + part * unit])
        });
        let core = (0..=160).map(|i| 0.0731 * f64::from(i) + 0.003);
        let far = (0..=OUTWARDS).map(|i| 12.1 * 1.25_f64.powi(i));
        let looked = core.chain(far).chain(seen.iter().copied()).chain(beside);
        let looked: Vec<f64> = looked.filter(|z| z.abs() <= self.reach).collect();
        let symmetric = |sign: f64| {
            symmetric_tails(tails, sign, error)
                && looked.iter().all(|&z| {
                    let (a, b) = ((self.value)(z), sign * (self.value)(-z));
                    (a - b).abs() <= 4.0 * f64::EPSILON * a.abs()
                })
        };
        Parity::of(symmetric)
    }

    /// The kink with the jump that the derivative has there, if one is given and it agrees with the values.
    fn by_derivative(&self, kink: Kink) -> Kink {
        let apart = BESIDE * kink.at.abs().max(1.0);
        let jump = { self.derivative.iter() }.map(|d| d(kink.at + apart) - d(kink.at - apart));
        let agrees = |jump: &f64| (jump - kink.jump).abs() <= AS_STATED * kink.jump.abs();
        match { jump }.find(agrees) {
            Some(jump) if kink.order == 1 => Kink { jump, ..kink },
            _ => kink,
        }
    }

    /// What the values are if they are piecewise linear and nothing that was stated speaks against it.
    fn piecewise_linear(&self) -> Option<PiecewisePolynomial> {
        if !self.places.is_empty() || self.reach.is_finite() {
            return None;
        }
        let slope = self.derivative.as_ref().map(|f| f as &dyn Fn(f64) -> f64);
        let function = linear::recognised(&self.value, slope, &self.kinks)?;
        let close = |a: f64, b: f64| (a - b).abs() <= AS_STATED * a.abs().max(1.0);
        let kinks = function.kinks();
        let same_kinks = kinks.len() == self.kinks.len() && { kinks.iter().zip(&self.kinks) }
            .all(|(a, b)| a.order == b.order && close(a.jump, b.jump));
        let tails = function.tails();
        let same_tail = |a: &[f64], b: &[f64]| {
            let at = |v: &[f64], j: usize| v.get(j).copied().unwrap_or(0.0);
            (0..a.len().max(b.len())).all(|j| close(at(a, j), at(b, j)))
        };
        let same_tails = self.tails.as_ref().is_none_or(|stated| {
            stated.remainder != Remainder::Persistent
                && same_tail(&stated.left, &tails.left)
                && same_tail(&stated.right, &tails.right)
        });
        let as_stated = same_kinks
            && same_tails
            && self.parity.is_none_or(|p| p == function.parity())
            && self.decay.is_none_or(|d| d == function.decay());
        as_stated.then_some(function)
    }
}

/// Steps outwards at which values are compared with those at −z, up to 10⁶.
const OUTWARDS: i32 = 50;

/// Whether the tails are the mirror images of each other, times this sign, to rounding and the error of their coefficients.
fn symmetric_tails(tails: &Tails, sign: f64, error: f64) -> bool {
    let at = |tail: &[f64], j: usize| tail.get(j).copied().unwrap_or(0.0);
    (0..tails.left.len().max(tails.right.len())).all(|j| {
        let own = if j % 2 == 0 { sign } else { -sign };
        let (a, b) = (at(&tails.right, j), own * at(&tails.left, j));
        (a - b).abs() <= 4.0 * f64::EPSILON * a.abs() + 2.0 * error
    })
}
