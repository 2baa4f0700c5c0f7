//! The mixed derivatives of a deep kernel: the recursion over layers on second-order jets.

use super::deep::{DeepKernel, scaled};
use super::dual::{Covariance, HomogeneousSlopes};
use super::kernel::larger;
use super::separation::Separation;
use crate::numerics::Estimate;
use nalgebra::DMatrix;
use std::ops::Add;

/// A quantity of some layer with those of its derivatives in r = ρ¹, p = ln q₁₁¹ and q = ln q₂₂¹ that mixed
/// derivatives in x and x′ ask for: p moves with x alone and q with x′.
#[derive(Clone, Copy, Debug, Default)]
struct Jet {
    value: Estimate,
    r: Estimate,
    p: Estimate,
    q: Estimate,
    rr: Estimate,
    rp: Estimate,
    rq: Estimate,
    pq: Estimate,
}

/// a·b, 0 where either is: what does not move gains nothing, were the other infinite.
fn times(a: Estimate, b: Estimate) -> Estimate {
    if a == Estimate::default() || b == Estimate::default() {
        Estimate::default()
    } else {
        a * b
    }
}

impl Jet {
    /// A function of ρ and of the logarithms of both variances of a layer, from its own jet in these, by those of the layer.
    fn of(function: &Self, at: &Place) -> Self {
        let (f, rho, one, two) = (function, &at.rho, at.one, at.two);
        let twice = |f: Estimate, a: Estimate, b: Estimate| times(f, times(a, b));
        Self {
            value: f.value,
            r: times(f.r, rho.r),
            p: times(f.r, rho.p) + times(f.p, one),
            q: times(f.r, rho.q) + times(f.q, two),
            rr: twice(f.rr, rho.r, rho.r) + times(f.r, rho.rr),
            rp: twice(f.rr, rho.r, rho.p) + twice(f.rp, rho.r, one) + times(f.r, rho.rp),
            rq: twice(f.rr, rho.r, rho.q) + twice(f.rq, rho.r, two) + times(f.r, rho.rq),
            pq: twice(f.rr, rho.p, rho.q)
                + twice(f.rp, one, rho.q)
                + twice(f.rq, rho.p, two)
                + twice(f.pq, one, two)
                + times(f.r, rho.pq),
        }
    }

    /// The jet of a product.
    fn times(self, other: Self) -> Self {
        let (a, b) = (self, other);
        let first = |ax, bx| times(ax, b.value) + times(a.value, bx);
        let second = |(ax, ay, axy), (bx, by, bxy)| first(axy, bxy) + times(ax, by) + times(ay, bx);
        Self {
            value: times(a.value, b.value),
            r: first(a.r, b.r),
            p: first(a.p, b.p),
            q: first(a.q, b.q),
            rr: second((a.r, a.r, a.rr), (b.r, b.r, b.rr)),
            rp: second((a.r, a.p, a.rp), (b.r, b.p, b.rp)),
            rq: second((a.r, a.q, a.rq), (b.r, b.q, b.rq)),
            pq: second((a.p, a.q, a.pq), (b.p, b.q, b.pq)),
        }
    }

    fn scaled(self, factor: f64) -> Self {
        Self {
            value: scaled(self.value, factor),
            r: scaled(self.r, factor),
            p: scaled(self.p, factor),
            q: scaled(self.q, factor),
            rr: scaled(self.rr, factor),
            rp: scaled(self.rp, factor),
            rq: scaled(self.rq, factor),
            pq: scaled(self.pq, factor),
        }
    }

    /// s^k f(ρ) with its derivatives f′ and f″, s = √(q₁₁q₂₂).
    fn power(f: [Estimate; 3], k: f64) -> Self {
        let half = 0.5 * k;
        let [value, r, rr] = f;
        Self {
            value,
            r,
            rr,
            p: value * half,
            q: value * half,
            rp: r * half,
            rq: r * half,
            pq: value * (half * half),
        }
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            r: self.r + other.r,
            p: self.p + other.p,
            q: self.q + other.q,
            rr: self.rr + other.rr,
            rp: self.rp + other.rp,
            rq: self.rq + other.rq,
            pq: self.pq + other.pq,
        }
    }
}

/// The correlation of a layer, and what the logarithms of its variances gain per p and per q.
struct Place {
    rho: Jet,
    one: Estimate,
    two: Estimate,
}

impl Place {
    /// That of the next layer, u′ = √α φ(u)·g + √β g₀ with φ of degree k: ρ′ = (αs^kκ(ρ) + β)/√(q₁₁′q₂₂′) has, per ln q₁₁,
    /// the slope ½kβ(ρ′/q₁₁′ − 1/√(q₁₁′q₂₂′)).
    fn next(
        &self,
        f: [Estimate; 3],
        slopes: &HomogeneousSlopes,
        after: &Covariance,
        excess: f64,
        (alpha, beta): (f64, f64),
    ) -> Self {
        let k = slopes.degree();
        let scale = after.scale();
        let [_, r, rr] = f.map(|part| part * (alpha / scale));
        let power = |q: f64| Estimate::new((q - beta) / q, 2.0 * f64::EPSILON) * k;
        let (one, two) = (power(after.q11), power(after.q22));
        let bend = |q: f64| 0.5 * k * beta / q;
        let [p, q] = [
            slopes.along(after, excess, beta),
            slopes.along(&after.swapped(), -excess, beta),
        ];
        let rho = Jet {
            value: Estimate::new(after.correlation.rho(), 0.0),
            r,
            p,
            q,
            rr,
            rp: scaled(r, bend(after.q11)),
            rq: scaled(r, bend(after.q22)),
            pq: scaled(q, bend(after.q11)) + scaled(two, 0.5 * bend(scale)),
        };
        Self {
            rho: Jet::of(&rho, self),
            one: times(one, self.one),
            two: times(two, self.two),
        }
    }
}

impl DeepKernel {
    /// ∇_x∇_{x′} K(x, x′) and a bound on the error of its entries, where all layers are homogeneous of degree ≥ 1: E[φφ] and
    /// its derivatives in ρ are arc-cosine functions. `None` for other activations, and where a point has no variance.
    pub(super) fn mixed_at(&self, x: &[f64], y: &[f64]) -> Option<(DMatrix<f64>, f64)> {
        let ([along_x, along_y], mut first) = self.varying(x, y)?;
        let scale = first.covariance.scale();
        let layer = self.first_layer(x.len());
        let [there, back] = [(x, y, first.covariance), (y, x, first.covariance.swapped())]
            .map(|(x, y, covariance)| Separation::new(layer, x, y, &covariance));
        first.covariance = there.covariance;
        let (mut covariance, mut excess) = (there.covariance, there.excess);
        let mut error_of_q12 = there.error_of_q12;
        let unit = Estimate::new(1.0, 0.0);
        let rho = Estimate::new(covariance.correlation.rho(), f64::EPSILON);
        let mut place = Place {
            rho: Jet {
                value: rho,
                r: unit,
                ..Jet::default()
            },
            one: unit,
            two: unit,
        };
        // w⟨x,x′⟩ + b = (w/α)(sρ − β) + b.
        let length = Estimate::new(scale, 4.0 * f64::EPSILON * scale);
        let rate = self.first_rates(x.len()).0 / layer.weight_variance;
        let mut tangent = Jet::power([length * rho, length, Estimate::default()], 1.0).scaled(rate);
        tangent.value = self.first_tangent(&first);
        for (l, stage) in self.stages.iter().enumerate() {
            let slopes = stage.dual.homogeneous()?;
            let k = slopes.degree();
            let [value, one, two, three] = slopes.derivatives(&covariance, error_of_q12);
            let sigma = Jet::of(&Jet::power([value, one, two], k), &place);
            let shorter = covariance.scale().recip();
            let slope = [one, two, three].map(|part| part * shorter);
            let through = match self.readout.tangent == 0.0 {
                true => Jet::default(),
                false => tangent.times(Jet::of(&Jet::power(slope, k - 1.0), &place)),
            };
            let next = (
                along_x.get(l + 1),
                along_y.get(l + 1),
                self.stages.get(l + 1),
            );
            let (Some(after_x), Some(after_y), Some(next)) = next else {
                let total =
                    sigma.scaled(self.readout.output) + through.scaled(self.readout.tangent);
                return Some(assembled(
                    &total,
                    (&there, &back),
                    (x, y),
                    layer.weight_variance,
                ));
            };
            let (alpha, beta) = (next.layer.weight_variance, next.layer.bias_variance);
            let variances = (after_x.0, after_y.0);
            let excesses = (
                excess,
                slopes.excess(variances.0 - beta, &covariance, excess),
            );
            excess = excesses.1;
            let prepared = (&along_x.get(l)?.1, &along_y.get(l)?.1);
            let (after, error) = stage.dual.propagate(
                &covariance,
                prepared,
                value,
                next.layer,
                variances,
                excesses,
            );
            if after.scale() == 0.0 {
                return None;
            }
            place = place.next([value, one, two], &slopes, &after, excess, (alpha, beta));
            tangent = sigma.scaled(next.weight) + through.scaled(alpha);
            tangent.value = tangent.value + Estimate::new(next.bias, 0.0);
            (covariance, error_of_q12) = (after, error);
        }
        None
    }
}

/// ∂²K/∂x_i∂x′_j from the jet of K: with R = ∇ρ, R′ = ∇′ρ, a = ∇ln q₁₁ and b = ∇′ln q₂₂, K_ρ∇∇′ρ + K_ρρ RR′ᵀ + K_ρq Rbᵀ + K_ρp aR′ᵀ + K_pq abᵀ,
/// where ∇∇′ρ = (α/√(q₁₁q₂₂))(1 − ½axᵀ) − ½Rbᵀ.
fn assembled(
    jet: &Jet,
    (there, back): (&Separation, &Separation),
    (x, y): (&[f64], &[f64]),
    alpha: f64,
) -> (DMatrix<f64>, f64) {
    let mut matrix = DMatrix::zeros(x.len(), y.len());
    let mut worst: f64 = 0.0;
    let factor = alpha / there.covariance.scale();
    let rounded = |value: f64| Estimate::new(value, 4.0 * f64::EPSILON * value.abs());
    let turns = |of_rho: &(f64, f64)| match of_rho.0 == 0.0 {
        true => Estimate::default(),
        false => Estimate::new(of_rho.0, of_rho.1),
    };
    for (i, (of_rho, a)) in there.of_rho.iter().zip(&there.of_q).enumerate() {
        for (j, (of_rho_back, b)) in back.of_rho.iter().zip(&back.of_q).enumerate() {
            let (r, r_back) = (turns(of_rho), turns(of_rho_back));
            let one = if i == j { factor } else { 0.0 };
            let twist = [
                rounded(one),
                rounded(-0.5 * factor * a * x[j]),
                r * (-0.5 * b),
            ];
            let terms = twist.map(|part| times(jet.r, part));
            let others = [
                times(jet.rr, times(r, r_back)),
                times(jet.rq, r * *b),
                times(jet.rp, r_back * *a),
                jet.pq * rounded(a * b),
            ];
            let all = terms.into_iter().chain(others);
            let moduli: f64 = all.clone().map(|term| term.value.abs()).sum();
            let sum = all.sum::<Estimate>();
            matrix[(i, j)] = sum.value;
            let known = sum.value.is_finite();
            let error = if known {
                sum.error + 8.0 * f64::EPSILON * moduli
            } else {
                f64::INFINITY
            };
            worst = larger(worst, error);
        }
    }
    (matrix, worst)
}
