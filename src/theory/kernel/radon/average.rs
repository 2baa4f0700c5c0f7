//! Rules for (offset, scale): panels as narrow as the feature asks for near the points, wider and wider farther out.

use super::feature::FeatureFunction;
use super::offsets::Offsets;
use super::resolution::Resolution;
use super::rule::{Node, Rule, Side, on};
use super::{REACH, Term, scale_range};
use crate::model::activation::{Family, Feature, Remainder};
use crate::model::ensemble::{OffsetLaw, ScaleLaw};
use crate::numerics::quadrature::{GaussRule, gauss_legendre};
use std::f64::consts::FRAC_PI_2;

/// Gauss points per panel, and those of the coarser rule that tells the error.
const POINTS: (usize, usize) = (20, 14);
/// Offsets are taken relative to the tails if the law is so many times as wide as what is not the tails.
const WIDE: f64 = 2.0;
/// Scales below this part of the largest are one panel; under a Cauchy law, where means are like s ln s there, the second.
const SMALLEST: (f64, f64) = (1e-18, 1e-8);
/// The most panels of offsets in all.
const MOST: usize = 1 << 16;

/// What a rule is made for.
#[derive(Clone, Debug)]
pub(crate) struct Average {
    pub(crate) dim: usize,
    pub(crate) term: Term,
    pub(crate) offset: OffsetLaw,
    pub(crate) scale: ScaleLaw,
    pub(crate) psi: FeatureFunction,
}

/// E[s^p C]: constant + inner·uv + what changes its sign with ξ.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TailPart {
    pub(crate) constant: f64,
    pub(crate) inner: f64,
}

impl Average {
    /// The widest panel on which few nodes resolve the density of the scales.
    pub(crate) fn scale_panel(&self) -> f64 {
        match self.scale {
            ScaleLaw::HalfNormal { std } | ScaleLaw::GaussianNorm { std } => std,
            _ => f64::INFINITY,
        }
    }

    /// The ends of a law of scales that has ends.
    pub(crate) fn scale_ends(&self) -> impl Iterator<Item = f64> + use<> {
        let ends = match self.scale {
            ScaleLaw::Uniform { low, high } => [low, high],
            ScaleLaw::Fixed(s) => [s, 0.0],
            _ => [0.0, 0.0],
        };
        ends.into_iter().filter(|s| *s > 0.0)
    }

    /// The mean of C, where the offsets are so wide that most of the kernel is the tails: what tells the points apart
    /// would drown in it.
    pub(crate) fn tails(&self) -> Option<TailPart> {
        let degree = self.psi.tail_degree();
        let persistent = matches!(self.psi.remainder, Remainder::Persistent);
        let tangent = self.term.factor == super::Factor::Tangent;
        if persistent || degree < 0 || degree > if tangent { 0 } else { 1 } {
            return None;
        }
        let typical = match self.scale {
            ScaleLaw::Fixed(s) => s,
            ScaleLaw::Uniform { low, high } => 0.5 * (low + high),
            ScaleLaw::HalfNormal { std } => std,
            ScaleLaw::GaussianNorm { std } => std * (self.dim as f64).sqrt(),
        };
        let law = Offsets(self.offset);
        let core = Resolution::new(&self.psi, f64::INFINITY)?.core;
        if typical * law.spread() < WIDE * core {
            return None;
        }
        // Moments that nothing is multiplied with may be infinite.
        let times = |c: f64, k: i32, p: i32| {
            if c == 0.0 {
                return 0.0;
            }
            let moment = self.scale.moment(self.dim, f64::from(self.term.power + p));
            c * law.half_moment(k) * moment
        };
        let mut part = TailPart::default();
        for (tail, sign) in [(&self.psi.left, -1.0), (&self.psi.right, 1.0)] {
            let at = |j: usize| tail.get(j).copied().unwrap_or(0.0);
            let (b, a) = (at(0), at(1));
            // T(s(u−γ)) = b + sa(u + sign·|γ|).
            part.constant +=
                times(b * b, 0, 0) + times(2.0 * sign * a * b, 1, 1) + times(a * a, 2, 2);
            part.inner += times(a * a, 0, 2);
        }
        Some(part)
    }

    /// The finer and the coarser rule for |u| ≤ `radius`, with panels of this part of what the feature allows; `None` where
    /// that takes too many.
    pub(crate) fn rules(&self, radius: f64, relative: bool, part: f64) -> Option<(Rule, Rule)> {
        let law = Offsets(self.offset);
        let furthest = scale_range(self.scale, self.dim).1 * (radius + law.end());
        let closed = self.closed_form(1.0, false).is_some();
        let resolution = match closed {
            true => None,
            false => Some(Resolution::new(&self.psi, furthest)?),
        };
        let of = |points: usize| -> Option<Rule> {
            let mut rule = Rule {
                psi: self.psi.clone(),
                nodes: Vec::new(),
                beyond: 0.0,
                lost: 0.0,
            };
            let gauss = gauss_legendre(points);
            let ringing = self.ringing(radius);
            rule.nodes.extend(ringing.iter().flatten());
            let settled = ringing.is_some();
            for (s, weight) in self.scales(resolution.as_ref(), (radius, settled), part, &gauss)? {
                let weight = weight * s.powi(self.term.power);
                match &resolution {
                    None => rule
                        .nodes
                        .extend(self.closed_form(s, settled)?.map(|n| Node {
                            weight: n.weight * weight,
                            ..n
                        })),
                    Some(r) => {
                        self.offsets(r, (s, weight), radius, (relative, part), &gauss, &mut rule)?
                    }
                }
            }
            Some(rule)
        };
        Some((of(POINTS.0)?, of(POINTS.1)?))
    }

    /// What sines see of where the offsets end, χ(s) = sin(2ωsR)/(2ωsR) in E[cos²] = (1 + χ)/2, if the scales are half-normal and the end is
    /// far: E[s^p χ(s) cos(sa)] is half an integral over the whole line, of an entire function, and beyond the reach of e^{−σ²(2ωR−a)²/2}
    /// it is the density at s = 0 times π/(4ωR), or 0 for p > 0. Two neurons of scale 0.
    fn ringing(&self, radius: f64) -> Option<[Node; 2]> {
        let Family::Sine { frequency, .. } = self.psi.activation.family() else {
            return None;
        };
        let (OffsetLaw::Uniform { radius: end }, ScaleLaw::HalfNormal { std }) =
            (self.offset, self.scale)
        else {
            return None;
        };
        let far = 2.0 * (end - radius) * frequency.abs() * std >= REACH;
        if self.psi.feature == Feature::Stretch || !far || self.term.power < 0 {
            return None;
        }
        let density = self.scale.density(self.dim, 0.0).unwrap_or(0.0);
        let share = match self.term.power {
            0 => 0.5 * density * FRAC_PI_2 / (2.0 * frequency.abs() * end),
            _ => 0.0,
        };
        Some([
            Node::of(0.0, 0.0, share),
            Node::of(0.0, FRAC_PI_2 / frequency, -share),
        ])
    }

    /// Sines and exponentials have neurons that stand for all offsets: sin(a − b) = sin a cos b − cos a sin b. What rings may be `settled` apart.
    fn closed_form(&self, s: f64, settled: bool) -> Option<[Node; 2]> {
        let law = Offsets(self.offset);
        let node = |shift: f64, weight: f64| Node::of(s, shift, weight);
        match (self.psi.feature, self.psi.activation.family()) {
            (Feature::Value | Feature::Derivative, Family::Sine { frequency, .. })
                if frequency != 0.0 =>
            {
                let (even, odd) = match settled {
                    true => (0.5, 0.5),
                    false => law.squares(frequency * s),
                };
                Some([node(0.0, even), node(FRAC_PI_2 / frequency, odd)])
            }
            (Feature::Value | Feature::Derivative, Family::Exponential { rate }) => {
                Some([node(0.0, law.exponential(2.0 * rate * s)), node(0.0, 0.0)])
            }
            // e^{−2rsγ} moves a normal law by −2rsσ², and two Gauss points are exact for the square beside it.
            (Feature::Stretch, Family::Exponential { rate }) => {
                let OffsetLaw::Gaussian { std } = self.offset else {
                    return None;
                };
                let tilt = rate * s * std;
                let at = |sign: f64| {
                    let weight = 0.5 * (2.0 * tilt * (sign - tilt)).exp();
                    node(s * std * (sign - 2.0 * tilt), weight)
                };
                Some([at(1.0), at(-1.0)])
            }
            _ => None,
        }
    }

    /// Nodes and weights for the scales, the density included.
    fn scales(
        &self,
        resolution: Option<&Resolution>,
        (radius, settled): (f64, bool),
        part: f64,
        gauss: &GaussRule,
    ) -> Option<Vec<(f64, f64)>> {
        if let Some(s) = self.scale.fixed() {
            return Some(vec![(s, 1.0)]);
        }
        let (low, high) = scale_range(self.scale, self.dim);
        let law = Offsets(self.offset);
        let narrowest = match (resolution, self.psi.activation.family()) {
            (Some(resolution), _) => resolution.width(f64::NEG_INFINITY, f64::INFINITY),
            (None, Family::Sine { frequency, .. }) => 1.0 / frequency.abs(),
            (None, Family::Exponential { rate }) => 1.0 / rate.abs(),
            _ => 1.0,
        };
        let smallest = if law.end().is_finite() {
            SMALLEST.0
        } else {
            SMALLEST.1
        };
        // Scales so small that no neuron varies over all offsets; from there on by octaves.
        let first = (part * narrowest / (radius + law.end())).max(smallest * high);
        // The mean square of a sine rings for ever where the offsets end.
        let ringing = resolution.is_none() && !settled && law.end() == law.spread();
        let near = if ringing { radius + law.end() } else { radius };
        if high * near > part * narrowest * MOST as f64 {
            return None;
        }
        let mut out = Vec::new();
        let mut from = low;
        while from < high {
            let step = from.max(first).min(part * narrowest / near);
            let to = (from + step.min(part * self.scale_panel())).min(high);
            for (s, w) in on(from, to, gauss) {
                let density = self.scale.density(self.dim, s).unwrap_or(0.0);
                out.push((s, w * density));
            }
            from = to;
        }
        Some(out)
    }

    /// Nodes for the offsets at one scale.
    fn offsets(
        &self,
        resolution: &Resolution,
        (s, weight): (f64, f64),
        radius: f64,
        (relative, part): (bool, f64),
        gauss: &GaussRule,
        rule: &mut Rule,
    ) -> Option<()> {
        let law = Offsets(self.offset);
        let settled = radius + resolution.reach / s;
        let degree = self.psi.tail_degree();
        // Beyond its reach ψ is 0, or its tail, of which the mean is known.
        let constant = law.end().is_infinite() && degree <= 0;
        let end = if relative || degree < 0 || constant {
            law.end().min(settled)
        } else {
            law.end()
        };
        if !end.is_finite() {
            return None;
        }
        if constant && !relative {
            let tail = |t: &[f64]| t.first().map_or(0.0, |c| c * c);
            let both = tail(&self.psi.left) + tail(&self.psi.right);
            rule.beyond += weight * law.beyond(end) * both;
        }
        if let (Remainder::Persistent, OffsetLaw::Gaussian { std }) =
            (self.psi.remainder, self.offset)
        {
            let square = |u: f64| self.psi.value(s * u).powi(2);
            let largest = [-radius - end, radius - end, end - radius, end + radius]
                .map(square)
                .into_iter()
                .fold(0.0, f64::max);
            rule.lost += weight * largest * self.offset.density(end) * std;
        }
        // The mirror image of an even or odd feature is what −ξ sees of the other side.
        let (signs, weight): (&[f64], f64) = match resolution.mirrored {
            true => (&[1.0], 2.0 * weight),
            false => (&[1.0, -1.0], weight),
        };
        for &sign in signs {
            let side = match (relative, sign > 0.0) {
                (false, _) => Side::None,
                (true, true) => Side::Left,
                (true, false) => Side::Right,
            };
            let mut from = 0.0;
            while from < end {
                if rule.nodes.len() > MOST * POINTS.0 {
                    return None;
                }
                let mut step = law.panel(from).min(end - from);
                let allowed = |step: f64| {
                    // z = s(u − γ) for all |u| ≤ radius.
                    let (low, high) = (s * (-radius - from - step), s * (radius - from));
                    let width = if sign > 0.0 {
                        resolution.width(low, high)
                    } else {
                        resolution.width(-high, -low)
                    };
                    part * width / s
                };
                while step > allowed(step) {
                    step *= 0.5;
                }
                let to = if from + step > end - 0.5 * step {
                    end
                } else {
                    from + step
                };
                if to <= from {
                    return None;
                }
                for (gamma, w) in on(from, to, gauss) {
                    rule.nodes.push(Node {
                        slope: s,
                        shift: s * sign * gamma,
                        weight: weight * w * self.offset.density(gamma),
                        side,
                    });
                }
                from = to;
            }
        }
        Some(())
    }
}
