//! What the penalty is at its ends: null space and decay, zeros and lines, and whether it exists.

use super::scales;
use super::spectrum::{Penalty, stretch_power};
use crate::error::{Error, Result};
use crate::model::Group;
use crate::model::activation::{Decay, Remainder, Zeros};
use crate::model::ensemble::ScaleLaw;
use num_complex::Complex64;

/// How the penalty weight grows as r → ∞.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DecayClass {
    /// Weight ~ r^order.
    Algebraic {
        /// 2p + d − 1 for |φ̂| ~ ω^{−p} and trained outputs.
        order: f64,
    },
    /// Weight ~ e^{rate·r^exponent}, up to powers of r.
    Exponential {
        /// The rate.
        rate: f64,
        /// The exponent.
        exponent: f64,
    },
    /// Infinite everywhere (off the lines of the spectrum, where there are any), or beyond a largest frequency.
    Infinite,
    /// Not known: the activation does not tell.
    Unknown,
}

/// A tail difference below this share of the tails themselves is rounding, not a tail.
const TAIL_ROUNDING: f64 = 1e-14;

impl Penalty {
    /// The highest degree of the polynomials that cost nothing, −1 for none.
    ///
    /// They are the polynomials of degree < q for the smallest integer q ≥ 1 + degree of the polynomial
    /// tails (at either end) of every trained feature (φ for outputs, φ′ for offsets and biases, zφ′ for scales)
    /// with ∫₀¹ r^{2q} S(r) dr < ∞.
    pub fn null_space_degree(&self) -> i32 {
        let mut q = 0;
        let mut singularity: f64 = 0.0;
        for &(group, _) in &self.groups {
            q = q.max(self.tail_degree(group) + 1);
            singularity = singularity.max(self.singularity(group));
        }
        // ∫₀¹ r^{2q−κ} dr converges for 2q − κ > −1.
        while 2.0 * f64::from(q) - singularity <= -1.0 {
            q += 1;
        }
        q - 1
    }

    /// How the weight grows.
    pub fn decay(&self) -> DecayClass {
        let d = self.dim as f64;
        match self.activation.decay() {
            Decay::Unknown => DecayClass::Unknown,
            Decay::Atomic => self.decay_of_lines(),
            Decay::Algebraic { .. } => {
                let order = self
                    .groups
                    .iter()
                    .filter_map(|&(group, _)| self.order(group))
                    .fold(f64::INFINITY, f64::min);
                if order.is_finite() {
                    DecayClass::Algebraic {
                        order: 2.0 * order + d - 1.0,
                    }
                } else {
                    DecayClass::Infinite
                }
            }
            Decay::Exponential { rate, exponent } => self.mixed_rate(2.0 * rate, exponent),
        }
    }

    /// The frequencies r > 0 where the weight is infinite.
    pub fn zeros(&self) -> Zeros {
        match (self.scale, &self.zeros) {
            (ScaleLaw::Fixed(s), Zeros::Multiples { spacing }) => Zeros::Multiples {
                spacing: s * spacing,
            },
            (ScaleLaw::Fixed(s), Zeros::Listed(list)) => {
                Zeros::Listed(list.iter().map(|t| s * t).collect())
            }
            (_, zeros) => zeros.clone(),
        }
    }

    /// The lines of the activation's spectrum at frequency > 0 for a fixed scale, with their complex
    /// amplitudes; none for a law of scales, which spreads them.
    pub fn atoms(&self) -> Vec<(f64, Complex64)> {
        let ScaleLaw::Fixed(s) = self.scale else {
            return Vec::new();
        };
        let mut lines = self.activation.spectral_atoms();
        lines.retain(|(at, _)| *at > 0.0);
        lines.iter().map(|&(at, c)| (s * at, c)).collect()
    }

    /// The exponent k of a group's spectrum S_g(r) = E\[s^{−k} F_g(r/s)\], F_g = |ψ̂|² of its feature ψ.
    fn scale_power(group: Group) -> f64 {
        match group {
            Group::Output | Group::Bias => 2.0,
            Group::Scale => 4.0,
            _ => 0.0,
        }
    }

    /// The coefficients of the feature's tail polynomials, (left, right).
    fn feature_tails(&self, group: Group) -> (Vec<f64>, Vec<f64>) {
        let tails = self.activation.tails();
        let of_feature = |p: &[f64]| -> Vec<f64> {
            let scaled = p.iter().enumerate().map(|(j, c)| j as f64 * c);
            match group {
                Group::Output => p.to_vec(),
                Group::Scale => scaled.collect(),
                _ => scaled.skip(1).collect(),
            }
        };
        (of_feature(&tails.left), of_feature(&tails.right))
    }

    fn tail_degree(&self, group: Group) -> i32 {
        let (left, right) = self.feature_tails(group);
        let degree = |p: &[f64]| p.iter().rposition(|&c| c != 0.0).map_or(-1, |j| j as i32);
        degree(&left).max(degree(&right))
    }

    /// κ of S_g(r) ~ r^{−κ} as r → 0 (0 where it stays bounded).
    fn singularity(&self, group: Group) -> f64 {
        if self.feature_vanishes(group) {
            return 0.0;
        }
        let (left, right) = self.feature_tails(group);
        let at = |p: &[f64], j: usize| p.get(j).copied().unwrap_or(0.0);
        let differs = |j: usize| {
            let (l, r) = (at(&left, j), at(&right, j));
            (r - l).abs() > TAIL_ROUNDING * l.abs().max(r.abs())
        };
        let own = match (0..left.len().max(right.len())).rev().find(|&j| differs(j)) {
            Some(j) => 2.0 * (j as f64 + 1.0),
            None => match self.activation.tails().remainder {
                Remainder::Algebraic { power }
                    if group == Group::Output || group == Group::Scale =>
                {
                    (2.0 * (1.0 - power)).max(0.0)
                }
                _ => 0.0,
            },
        };
        // Small scales see r through r/s: they alone give r^{n−k} for a density s^{n−1} of scales.
        // Lines are spread into the density itself, which is bounded.
        match scales::order_at_zero(self.scale, self.dim) {
            Some(n) if !self.lines_only() => own.max(Self::scale_power(group) - n),
            _ => own,
        }
    }

    /// Whether the regular part of the feature's transform is zero (polynomials; the stretched step).
    fn feature_vanishes(&self, group: Group) -> bool {
        [0.37, 1.0, 2.9].iter().all(|&t| {
            self.activation.fourier(t).is_ok_and(|sample| {
                if group == Group::Scale {
                    stretch_power(&sample).is_zero()
                } else {
                    sample.value == Complex64::ZERO && sample.value_error == 0.0
                }
            })
        })
    }

    /// P of |ψ̂| ~ ω^{−P} for the group's feature ψ, where it decays algebraically.
    fn order(&self, group: Group) -> Option<f64> {
        let kinks = self.activation.kinks();
        let order = match self.activation.decay() {
            Decay::Algebraic { order } => order,
            Decay::Unknown => 1.0 + kinks.iter().map(|k| k.order).min()? as f64,
            _ => return None,
        };
        match group {
            Group::Output => Some(order),
            // A jump of the m-th derivative at z gives φ̂ the term e^{−iωz}/(iω)^{m+1}; stretching multiplies it
            // by −m − iωz: at the origin it keeps its order, and a step there is not changed at all.
            Group::Scale => kinks
                .iter()
                .filter(|k| k.at != 0.0 || k.order > 0)
                .map(|k| k.order as f64 + if k.at == 0.0 { 1.0 } else { 0.0 })
                .reduce(f64::min)
                .or(kinks.is_empty().then_some(order)),
            _ => Some(order - 1.0),
        }
    }

    /// ∫^∞ S dω < ∞ and S < ∞, or an error.
    pub(super) fn check_integrable(&self) -> Result<()> {
        for &(group, _) in &self.groups {
            // E[s^{−k} F(ω/s)] ~ ∫₀ s^{n−1−k+2P} ds at small scales.
            if let (Some(order), Some(n)) = (
                self.order(group),
                scales::order_at_zero(self.scale, self.dim),
            ) && n - Self::scale_power(group) + 2.0 * order <= 0.0
            {
                return Err(Error::undefined(
                    "Fourier penalty",
                    format!(
                        "the mean over the law of scales diverges as s → 0 for {} with trained {group}: \
                         small scales put infinite power on every frequency",
                        self.activation.name()
                    ),
                ));
            }
            if let Some(order) = self.order(group)
                && 2.0 * order <= 1.0
            {
                return Err(Error::undefined(
                    "Fourier penalty",
                    format!(
                        "the power spectrum of {} with trained {group} decays only like ω^{}, which is not \
                         integrable: the kernel is infinite on its diagonal",
                        self.activation.name(),
                        -2.0 * order
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The zeros of S at unit scale.
    pub(super) fn find_zeros(&self) -> Result<Zeros> {
        if self.lines_only() && !matches!(self.scale, ScaleLaw::Fixed(_)) {
            return Ok(Zeros::None);
        }
        if self.groups.iter().all(|&(g, _)| self.feature_vanishes(g)) {
            return Ok(Zeros::Everywhere);
        }
        if !matches!(self.scale, ScaleLaw::Fixed(_)) {
            return Ok(Zeros::None);
        }
        let zeros = self.activation.zeros();
        if self.groups.iter().all(|&(g, _)| g != Group::Scale) {
            return Ok(zeros);
        }
        if self.groups.iter().all(|&(g, _)| g == Group::Scale) {
            return Ok(Zeros::Unknown);
        }
        // With scales and something else trained, only zeros of both φ̂ and φ̂ + ωφ̂′ remain: double zeros of φ̂.
        let double = |t: f64| -> Result<bool> {
            let (at, beside) = (
                self.activation.fourier(t)?,
                self.activation.fourier(1.01 * t)?,
            );
            Ok(stretch_power(&at).ln < stretch_power(&beside).ln - 40.0)
        };
        Ok(match zeros {
            Zeros::Multiples { spacing } if double(spacing)? => zeros,
            Zeros::Multiples { .. } => Zeros::None,
            Zeros::Listed(list) => {
                let mut kept = Vec::new();
                for t in list {
                    if double(t)? {
                        kept.push(t);
                    }
                }
                if kept.is_empty() {
                    Zeros::None
                } else {
                    Zeros::Listed(kept)
                }
            }
            Zeros::None | Zeros::Everywhere | Zeros::Unknown => zeros,
        })
    }

    /// |φ̂|² ~ e^{−a ω^b} averaged over the law of scales. For a Gaussian law the mean of
    /// e^{−a(r/s)^b − s²/(2σ²)} is its saddle, s^{b+2} = abσ²r^b.
    fn mixed_rate(&self, a: f64, b: f64) -> DecayClass {
        let (rate, exponent) = match self.scale {
            ScaleLaw::Fixed(s) => (a / s.powf(b), b),
            ScaleLaw::Uniform { high, .. } => (a / high.powf(b), b),
            ScaleLaw::GaussianNorm { std } | ScaleLaw::HalfNormal { std } => {
                let variance = std * std;
                let saddle = (a * b * variance).powf(2.0 / (b + 2.0));
                (
                    (b + 2.0) / (2.0 * b * variance) * saddle,
                    2.0 * b / (b + 2.0),
                )
            }
        };
        DecayClass::Exponential { rate, exponent }
    }

    /// Lines are spread into the density of scales itself.
    fn decay_of_lines(&self) -> DecayClass {
        let highest = self
            .activation
            .spectral_atoms()
            .iter()
            .map(|(at, _)| at.abs())
            .fold(0.0, f64::max);
        match self.scale {
            ScaleLaw::GaussianNorm { std } | ScaleLaw::HalfNormal { std } if highest > 0.0 => {
                DecayClass::Exponential {
                    rate: 0.5 / (std * highest).powi(2),
                    exponent: 2.0,
                }
            }
            _ => DecayClass::Infinite,
        }
    }
}
