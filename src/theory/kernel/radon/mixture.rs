//! Kinks that meet the ends of uniform offsets: integrals over the angle to the difference of the points, the offset and the scale.

use super::average::Average;
use super::resolution::Resolution;
use super::rule::on;
use super::scale_law::{Below, DEGREE, Moments, ScaleDensity};
use super::scale_range;
use crate::model::activation::{Family, Feature, Parity, Piece};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, Tolerance, gauss_legendre, integrate_estimates};
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::kernel::inner;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// Gauss points on a panel of scales, on which the integrand is a polynomial times the density, or features that a polynomial of degree
/// 27 resolves; the second tell the error of the latter.
const POINTS: (usize, usize) = (16, 12);
/// The widest panel of scales, in standard deviations.
const WIDEST: f64 = 2.5;
/// Where the moduli of the terms exceed the feature so many times, nodes instead of moments.
const CANCELLING: f64 = 30.0;
/// Relative, of the integral over the angle and of that over the offsets.
const TOLERANCE: (f64, f64) = (2e-11, 4e-12);
/// Relative error of a mean over the scales.
const RULE: f64 = 2e-14;

/// coefficient·E[s^p ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor], γ uniform on [−R, R].
///
/// With ξ = sin φ δ/‖δ‖ + cos φ η, δ = x − x′, t = ‖δ‖ sin φ, m = ⟨ξ, x+x′⟩/2 = a + cη₁ and γ = m − y it is
/// E_φ (2R)^{−1} ∫ q(y, t) P(|m − y| < R) dy, q(y, t) = E_s[s^p ψ(s(y + t/2)) ψ(s(y − t/2))]: of what is smooth in s between
/// the scales at which a knot is met; of polynomials the means are sums of moments E[s^k; s < S].
#[derive(Debug)]
pub(crate) struct MixtureKernel {
    average: Average,
    radius: f64,
    law: ScaleDensity,
    /// Those of a piecewise polynomial; otherwise the kinks, and between them the ends of what few nodes resolve.
    knots: Vec<f64>,
    /// Empty if the feature is no piecewise polynomial.
    pieces: Vec<Powers>,
    /// The pieces are those of φ′ where the feature is zφ′: zz′ is s² times what does not depend on s.
    stretched: bool,
    /// `None` where they would cancel.
    moments: Option<Moments>,
    rules: (Arc<GaussRule>, Arc<GaussRule>),
    /// The relative error of a product.
    noise: f64,
}

/// A piece, and the coefficients of z^j in it and in the sum of its terms' moduli.
#[derive(Debug)]
struct Powers {
    piece: Piece,
    coefficients: Vec<(f64, f64)>,
}

impl Powers {
    fn new(piece: &Piece) -> Self {
        let moduli = piece.coefficients().iter().map(|c| c.abs()).collect();
        let sizes = Piece::new(-piece.centre().abs(), moduli).about(0.0);
        let coefficients = piece.about(0.0).into_iter().zip(sizes);
        Self {
            coefficients: coefficients.collect(),
            piece: piece.clone(),
        }
    }

    /// The sum of the moduli of its terms.
    fn size(&self, z: f64) -> f64 {
        let horner = |sum: f64, c: &(f64, f64)| sum * z.abs() + c.1;
        self.coefficients.iter().rev().fold(0.0, horner)
    }

    fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }
}

/// Where z = sa is as s grows: the piece, and the scale at which it ends.
struct Walk {
    a: f64,
    piece: usize,
    end: f64,
}

impl Walk {
    fn new(a: f64, low: f64, knots: &[f64]) -> Self {
        let piece = match a > 0.0 {
            true => knots.partition_point(|z| *z <= low * a),
            false => knots.partition_point(|z| *z < low * a),
        };
        let mut walk = Self { a, piece, end: 0.0 };
        walk.find_end(knots);
        walk
    }

    fn find_end(&mut self, knots: &[f64]) {
        let knot = match self.a > 0.0 {
            true => knots.get(self.piece),
            false => self.piece.checked_sub(1).and_then(|i| knots.get(i)),
        };
        self.end = match knot {
            Some(z) if self.a != 0.0 => z / self.a,
            _ => f64::INFINITY,
        };
    }

    fn pass(&mut self, s: f64, knots: &[f64]) {
        while self.end <= s {
            match self.a > 0.0 {
                true => self.piece += 1,
                false => self.piece -= 1,
            }
            self.find_end(knots);
        }
    }
}

impl MixtureKernel {
    /// `None` for a feature that takes too many panels.
    pub(crate) fn new(average: Average, radius: f64) -> Option<Self> {
        let psi = &average.psi;
        let stretched = psi.pieces.is_some() && psi.feature == Feature::Stretch;
        let function = match psi.activation.family() {
            Family::PiecewisePolynomial(function) if stretched => {
                Some(function.feature(Feature::Derivative))
            }
            _ => psi.pieces.clone(),
        };
        let furthest = 2.0 * radius * scale_range(average.scale, average.dim).1;
        let (knots, pieces) = match function {
            Some(f) => (
                f.knots().to_vec(),
                f.pieces().iter().map(Powers::new).collect(),
            ),
            None => (Resolution::new(psi, furthest)?.edges, Vec::new()),
        };
        let rule = gauss_legendre(POINTS.0);
        let power = average.term.power + if stretched { 2 } else { 0 };
        let law = ScaleDensity::new(&average, power, &rule);
        let lengths = pieces.iter().map(|p: &Powers| p.coefficients.len());
        let degree = lengths.max().unwrap_or(0).saturating_sub(1);
        let (mut size, mut peak) = (0.0_f64, 0.0_f64);
        for (sides, &z) in pieces.windows(2).zip(&knots) {
            for side in sides {
                size = size.max(side.size(z));
                peak = peak.max(side.piece.value(z).abs());
            }
        }
        let drawn = average.scale.fixed().is_none();
        let serve = drawn && !pieces.is_empty() && degree <= DEGREE && size <= CANCELLING * peak;
        let moments =
            serve.then(|| Moments::new(&law, average.scale_panel(), 2 * degree + 1, &rule));
        Some(Self {
            noise: RULE.max(average.psi.noise()),
            average,
            radius,
            law,
            knots,
            pieces,
            stretched,
            moments,
            rules: (rule, gauss_legendre(POINTS.1)),
        })
    }

    /// What the error of a product is relative to: differences are off by a part of the feature's size, not of its value.
    fn size(&self, p: f64, q: f64) -> f64 {
        match self.average.psi.noise() {
            0.0 => (p * q).abs(),
            _ => 0.5 * (p * p + q * q),
        }
    }

    /// q(y, t).
    fn product(&self, y: f64, t: f64) -> Estimate {
        let ScaleDensity { low, high, .. } = self.law;
        let [a, b] = [y + 0.5 * t, y - 0.5 * t];
        let psi = &self.average.psi;
        if let Some(s) = self.average.scale.fixed() {
            let (p, q) = (psi.value(s * a), psi.value(s * b));
            let weight = self.law.weight(s);
            return Estimate::new(weight * p * q, self.noise * weight * self.size(p, q));
        }
        let mut walks = [a, b].map(|a| Walk::new(a, low, &self.knots));
        let (mut value, mut size, mut off) = (0.0, 0.0, 0.0);
        let mut from = low;
        let mut known = Some(Below::default());
        loop {
            let to = walks[0].end.min(walks[1].end).min(high);
            let pieces = [0, 1].map(|i: usize| self.pieces.get(walks[i].piece));
            if pieces.iter().flatten().any(|piece| piece.is_zero()) {
                known = None;
            } else if let (Some(moments), [Some(p), Some(q)]) = (&self.moments, pieces) {
                let before = known.unwrap_or_else(|| moments.below(from));
                let after = moments.below(to);
                let (mut left, mut left_size) = (1.0, 1.0);
                for (i, c) in p.coefficients.iter().enumerate() {
                    let (mut power, mut power_size) = (left * c.0, left_size * c.1);
                    for (d, (m, n)) in q.coefficients.iter().zip(after.iter().zip(&before).skip(i))
                    {
                        value += power * d.0 * (m - n);
                        size += power_size * d.1 * (m + n);
                        power *= b;
                        power_size *= b.abs();
                    }
                    left *= a;
                    left_size *= a.abs();
                }
                known = Some(after);
            } else {
                let at = |piece: Option<&Powers>, z: f64| match piece {
                    Some(piece) => piece.piece.value(z),
                    None => psi.value(z),
                };
                let sums = |rule: &GaussRule| {
                    let widest = WIDEST * self.average.scale_panel();
                    let panels = self.law.panels(from, to, widest);
                    let nodes = panels.flat_map(|(from, to)| on(from, to, rule));
                    nodes.fold((0.0, 0.0), |(value, size), (s, w)| {
                        let (p, q) = (at(pieces[0], s * a), at(pieces[1], s * b));
                        let w = w * self.law.weight(s);
                        (value + w * p * q, size + w * self.size(p, q))
                    })
                };
                let fine = sums(&self.rules.0);
                value += fine.0;
                size += fine.1;
                if self.pieces.is_empty() {
                    off += (fine.0 - sums(&self.rules.1).0).abs();
                }
            }
            if to >= high {
                break;
            }
            from = to;
            walks.iter_mut().for_each(|w| w.pass(to, &self.knots));
        }
        let both = if self.stretched { a * b } else { 1.0 };
        Estimate::new(value * both, (self.noise * size + off) * both.abs())
    }

    pub(crate) fn pair(&self, x: &[f64], y: &[f64]) -> Estimate {
        let Average { dim, term, .. } = self.average;
        let product = inner(x, y);
        let delta: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
        let centre: Vec<f64> = x.iter().zip(y).map(|(a, b)| 0.5 * (a + b)).collect();
        let apart = inner(&delta, &delta).sqrt();
        let along = inner(&delta, &centre) / apart;
        let rest = delta.iter().zip(&centre);
        let rest = rest.map(|(d, c)| (c - along * d / apart).powi(2));
        let across = rest.sum::<f64>().sqrt();
        let at = |phi: f64| {
            let (sin, cos) = phi.sin_cos();
            let law = Middle {
                dim,
                mean: along * sin,
                width: across * cos,
            };
            self.over_offsets(&law, apart * sin, product)
        };
        let value = if apart == 0.0 {
            let law = Middle {
                dim: dim + 1,
                mean: 0.0,
                width: product.sqrt(),
            };
            self.over_offsets(&law, 0.0, product)
        } else if dim == 1 {
            at(FRAC_PI_2)
        } else {
            let power = i32::try_from(dim - 2).unwrap_or(i32::MAX);
            let tolerance = Tolerance::relative(TOLERANCE.0);
            // Where a gap of knots at the law's ends is reached.
            let splits: Vec<f64> = self
                .average
                .scale_ends()
                .flat_map(|s| self.average.psi.gaps(s))
                .filter(|gap| *gap > 0.0 && *gap < apart)
                .map(|gap| (gap / apart).asin())
                .collect();
            let f = |phi: f64| at(phi) * phi.cos().powi(power);
            let integral = integrate_estimates(f, 0.0, FRAC_PI_2, &splits, &tolerance);
            integral.estimate() * ((dim - 1) as f64 * sphere_moment(dim, 1.0))
        };
        value * term.coefficient
    }

    /// (2R)^{−1} ∫ q(y, t) E[factor; |m − y| < R] dy, the mean over ±m.
    fn over_offsets(&self, law: &Middle, t: f64, product: f64) -> Estimate {
        let (r, half) = (self.radius, 0.5 * t);
        let factor = self.average.term.factor;
        let share = |y: f64| {
            let one = law.moments(-r - y, r - y);
            let two = law.moments(y - r, y + r);
            let [all, square] = [one[0] + two[0], one[1] + two[1]].map(|p| 0.5 * p);
            // ⟨x,x′⟩ − uv with uv = m² − t²/4.
            match factor {
                super::Factor::One => all,
                super::Factor::Inner => product * all,
                super::Factor::Tangent => (product + half * half) * all - square,
            }
        };
        let mut splits = vec![0.0, -half, half];
        let reach = law.mean.abs() + law.width;
        for m in [law.mean - law.width, law.mean + law.width] {
            splits.extend([-r - m, r - m, m - r, m + r]);
        }
        for s in self.average.scale_ends() {
            let knots = self.knots.iter();
            splits.extend(knots.flat_map(|z| [z / s - half, z / s + half]));
        }
        let tolerance = Tolerance::relative(TOLERANCE.1);
        // The share is even in y, and so is q of an even or odd feature.
        let mirrored = self.average.psi.activation.parity() != Parity::None;
        let both = |y: f64| match mirrored {
            true => self.product(y, t) * 2.0,
            false => self.product(y, t) + self.product(-y, t),
        };
        let f = |y: f64| match share(y) {
            0.0 => Estimate::default(),
            share => both(y) * share,
        };
        let splits: Vec<f64> = splits.into_iter().map(f64::abs).collect();
        let integral = integrate_estimates(f, 0.0, r + reach, &splits, &tolerance);
        integral.estimate() * (0.5 / r)
    }
}

/// The law of m = mean + width·η, η with density ∝ (1−η²)^{(d−4)/2}.
struct Middle {
    dim: usize,
    mean: f64,
    width: f64,
}

impl Middle {
    /// E[1; low < m < high] and E[m²; low < m < high].
    fn moments(&self, low: f64, high: f64) -> [f64; 2] {
        let Self { mean, width, .. } = *self;
        if mean - width >= low && mean + width <= high {
            return [1.0, mean * mean + width * width * self.square()];
        }
        if mean + width <= low || mean - width >= high {
            return [0.0, 0.0];
        }
        let (a, b) = (
            self.below((low - mean) / width),
            self.below((high - mean) / width),
        );
        let [all, first, second] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
        let square = mean * mean * all + 2.0 * mean * width * first + width * width * second;
        [all, square]
    }

    /// E[η²]; on a line, where there is no η, anything.
    fn square(&self) -> f64 {
        1.0 / (self.dim.max(2) - 1) as f64
    }

    /// E[η^k; η < h], k ≤ 2: with η = sin χ, n = d − 3 and ∫cosⁿ = cosⁿ⁻¹ sin/n + (n−1)/n ∫cosⁿ⁻².
    fn below(&self, h: f64) -> [f64; 3] {
        match h {
            h if h <= -1.0 => return [0.0; 3],
            h if h >= 1.0 => return [1.0, 0.0, self.square()],
            _ if self.dim <= 2 => return [0.5, -0.5, 0.5],
            _ => {}
        }
        let n = self.dim - 3;
        let square = (1.0 - h) * (1.0 + h);
        let cos = square.sqrt();
        let (mut k, mut whole, mut part) = match n % 2 {
            0 => (0, FRAC_PI_2, h.asin()),
            _ => (1, 1.0, h),
        };
        // cosᵏ⁺¹.
        let mut power = if k == 0 { cos } else { square };
        while k < n {
            k += 2;
            let share = (k - 1) as f64 / k as f64;
            part = power * h / k as f64 + share * part;
            whole *= share;
            power *= square;
        }
        let (n, mass) = (n as f64, 0.5 / whole);
        let all = 0.5 + part * mass;
        [
            all,
            -power * mass / (n + 1.0),
            (all - power * h * mass) / (n + 2.0),
        ]
    }
}
