//! Piecewise polynomials, uniform offsets and drawn scales: integrals over the angle to the difference of the points, the offset and the scale.

use super::average::Average;
use super::chebyshev::{clenshaw, point, transform};
use super::rule::on;
use super::scale_range;
use crate::model::activation::{Family, Feature, Parity, Piece};
use crate::model::ensemble::ScaleLaw;
use crate::numerics::Estimate;
use crate::numerics::quadrature::{GaussRule, Tolerance, gauss_legendre, integrate_estimates};
use crate::numerics::special::sphere_moment;
use crate::theory::kernel::kernel::inner;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// Gauss points on a panel of scales, on which the integrand is a polynomial times the density.
const POINTS: usize = 16;
/// The widest panel of scales, in standard deviations.
const WIDEST: f64 = 2.5;
/// A panel of the table of moments, in standard deviations, and its Chebyshev points.
const TABLE: (f64, usize) = (0.125, 10);
/// Above this degree, or where the moduli of the terms exceed the feature so many times, nodes instead of moments.
const DEGREE: usize = 3;
const CANCELLING: f64 = 30.0;
/// Relative, of the integral over the angle and of that over the offsets.
const TOLERANCE: (f64, f64) = (2e-11, 4e-12);
/// Relative error of a mean over the scales.
const RULE: f64 = 2e-14;

/// coefficient·E[s^p ψ(s(⟨ξ,x⟩−γ)) ψ(s(⟨ξ,x′⟩−γ)) factor], γ uniform on [−R, R].
///
/// With ξ = sin φ δ/‖δ‖ + cos φ η, δ = x − x′, t = ‖δ‖ sin φ, m = ⟨ξ, x+x′⟩/2 = a + cη₁ and γ = m − y it is
/// E_φ (2R)^{−1} ∫ q(y, t) P(|m − y| < R) dy, q(y, t) = E_s[s^p ψ(s(y + t/2)) ψ(s(y − t/2))]: of polynomials in s between
/// the scales at which a knot is met, whose means are sums of moments E[s^k; s < S].
#[derive(Debug)]
pub(crate) struct MixtureKernel {
    average: Average,
    radius: f64,
    law: Law,
    knots: Vec<f64>,
    pieces: Vec<Powers>,
    /// The pieces are those of φ′ where the feature is zφ′: zz′ is s² times what does not depend on s.
    stretched: bool,
    /// `None` where they would cancel.
    moments: Option<Moments>,
    rule: Arc<GaussRule>,
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

/// A law of scales and a power of them, s^p times the density.
#[derive(Debug)]
struct Law {
    low: f64,
    high: f64,
    /// Of s^k e^{−s²/2σ²}, k and σ; `None` if the density is constant.
    density: Option<(f64, f64)>,
    power: i32,
    /// What makes it a density.
    norm: f64,
}

impl Law {
    fn new(average: &Average, power: i32, rule: &GaussRule) -> Self {
        let Average { dim, scale, .. } = *average;
        let (low, high) = scale_range(scale, dim);
        let mut law = Self {
            low,
            high,
            density: match scale {
                ScaleLaw::HalfNormal { std } => Some((0.0, std)),
                ScaleLaw::GaussianNorm { std } => Some((dim as f64 - 1.0, std)),
                _ => None,
            },
            power: 0,
            norm: 1.0,
        };
        let panels = law.panels(low, high, average.scale_panel());
        let mass: f64 = panels
            .flat_map(|(a, b)| on(a, b, rule))
            .map(|(s, w)| w * law.weight(s))
            .sum();
        law.norm = 1.0 / mass;
        law.power = power;
        law
    }

    /// Relative to the largest density before it is normed, so that no logarithm is large where it matters.
    fn weight(&self, s: f64) -> f64 {
        let power = s.powi(self.power) * self.norm;
        match self.density {
            None => power,
            Some((0.0, std)) => power * (-0.5 * (s / std).powi(2)).exp(),
            Some((k, std)) => {
                let ratio = s / (std * k.sqrt());
                power * (k * (ratio.ln() - 0.5 * (ratio - 1.0) * (ratio + 1.0))).exp()
            }
        }
    }

    /// Panels of equal width.
    fn panels(&self, from: f64, to: f64, widest: f64) -> impl Iterator<Item = (f64, f64)> + use<> {
        let count = ((to - from) / widest).ceil().max(1.0) as usize;
        let at = move |i: usize| from + (to - from) * i as f64 / count as f64;
        (0..count).map(move |i| (at(i), at(i + 1)))
    }
}

/// E[s^{p+k}; s < S] as Chebyshev series on panels of equal width.
#[derive(Debug)]
struct Moments {
    low: f64,
    /// Panels per unit.
    inverse: f64,
    /// Of every panel, those of every k.
    series: Vec<Vec<Vec<f64>>>,
}

/// Moments below a scale.
type Below = [f64; 2 * DEGREE + 1];

impl Moments {
    fn new(law: &Law, widest: f64, orders: usize, rule: &GaussRule) -> Self {
        let mut below = vec![0.0; orders];
        let panels: Vec<(f64, f64)> = law.panels(law.low, law.high, widest).collect();
        let series = panels.iter().map(|&(from, to)| {
            let up_to = |s: f64| -> Vec<f64> {
                let mut sums = below.clone();
                for (s, w) in on(from, s, rule) {
                    let mut term = w * law.weight(s);
                    for sum in &mut sums {
                        *sum += term;
                        term *= s;
                    }
                }
                sums
            };
            let at = |i| from + 0.5 * (to - from) * (1.0 + point(i, TABLE.1));
            let values: Vec<Vec<f64>> = (0..TABLE.1).map(|i| up_to(at(i))).collect();
            below = up_to(to);
            let of = |k: usize| transform(&values.iter().map(|v| v[k]).collect::<Vec<f64>>());
            (0..orders).map(of).collect()
        });
        Self {
            series: series.collect(),
            low: law.low,
            inverse: panels.len() as f64 / (law.high - law.low),
        }
    }

    fn below(&self, s: f64) -> Below {
        let place = (s - self.low) * self.inverse;
        let panel = (place as usize).min(self.series.len() - 1);
        let x = 2.0 * (place - panel as f64) - 1.0;
        let mut below = Below::default();
        for (moment, series) in below.iter_mut().zip(&self.series[panel]) {
            *moment = clenshaw(series, x);
        }
        below
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
    /// For a piecewise polynomial and drawn scales.
    pub(crate) fn new(average: Average, radius: f64) -> Self {
        let stretched = average.psi.feature == Feature::Stretch;
        let function = match average.psi.activation.family() {
            Family::PiecewisePolynomial(function) if stretched => {
                Some(function.feature(Feature::Derivative))
            }
            _ => average.psi.pieces.clone(),
        };
        let (knots, pieces) = function.map_or((Vec::new(), Vec::new()), |f| {
            (
                f.knots().to_vec(),
                f.pieces().iter().map(Powers::new).collect::<Vec<_>>(),
            )
        });
        let rule = gauss_legendre(POINTS);
        let power = average.term.power + if stretched { 2 } else { 0 };
        let law = Law::new(&average, power, &rule);
        let lengths = pieces.iter().map(|p| p.coefficients.len());
        let degree = lengths.max().unwrap_or(0).saturating_sub(1);
        let widest = TABLE.0 * average.scale_panel();
        let (mut size, mut peak) = (0.0_f64, 0.0_f64);
        for (sides, &z) in pieces.windows(2).zip(&knots) {
            for side in sides {
                size = size.max(side.size(z));
                peak = peak.max(side.piece.value(z).abs());
            }
        }
        let serve = degree <= DEGREE && size <= CANCELLING * peak;
        let moments = serve.then(|| Moments::new(&law, widest, 2 * degree + 1, &rule));
        Self {
            average,
            radius,
            law,
            knots,
            pieces,
            stretched,
            moments,
            rule,
        }
    }

    /// q(y, t).
    fn product(&self, y: f64, t: f64) -> Estimate {
        let Law { low, high, .. } = self.law;
        let [a, b] = [y + 0.5 * t, y - 0.5 * t];
        let mut walks = [a, b].map(|a| Walk::new(a, low, &self.knots));
        let (mut value, mut size) = (0.0, 0.0);
        let mut from = low;
        let mut known = Some(Below::default());
        loop {
            let to = walks[0].end.min(walks[1].end).min(high);
            let [p, q] = [&self.pieces[walks[0].piece], &self.pieces[walks[1].piece]];
            if p.is_zero() || q.is_zero() {
                known = None;
            } else if let Some(moments) = &self.moments {
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
                let widest = WIDEST * self.average.scale_panel();
                let panels = self.law.panels(from, to, widest);
                for (s, w) in panels.flat_map(|(from, to)| on(from, to, &self.rule)) {
                    let both = p.piece.value(s * a) * q.piece.value(s * b);
                    value += w * self.law.weight(s) * both;
                    size += w * self.law.weight(s) * both.abs();
                }
            }
            if to >= high {
                break;
            }
            from = to;
            walks.iter_mut().for_each(|w| w.pass(to, &self.knots));
        }
        let both = if self.stretched { a * b } else { 1.0 };
        Estimate::new(value * both, RULE * size * both.abs())
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
                .ends()
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

    /// The ends of a law of scales that has ends.
    fn ends(&self) -> impl Iterator<Item = f64> {
        let ends = match self.average.scale {
            ScaleLaw::Uniform { low, high } => [low, high],
            _ => [0.0, 0.0],
        };
        ends.into_iter().filter(|s| *s > 0.0)
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
        for s in self.ends() {
            let kinks = self.average.psi.kinks.iter();
            splits.extend(kinks.flat_map(|z| [z / s - half, z / s + half]));
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
