//! Activations that are closed forms seen through Gaussian noise of random strength: mixtures over scales.

use super::{Covariance, DualValue};
use crate::model::{Activation, activation::Family, activation::ScaleMixture};
use crate::numerics::Estimate;
use crate::numerics::special::branchless::asin_acos;
use crate::numerics::special::erfcx;
use std::f64::consts::{FRAC_1_PI, FRAC_2_PI, PI};

/// A trapezoidal rule over noise.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// The step in ln a²: the densities are analytic for |arg a²| < π/2, so that the rule errs by e^{−π²/h} up to the size
    /// of the densities there.
    step: f64,
    /// Weights below this part of their sum are left out where they fall exponentially.
    negligible: f64,
}

/// For φφ and φ′φ′, e^{−π²/h} = 7e−18. Measured: 1e−15; a step of 0.28 leaves 1e−13.
const RULE: Rule = Rule {
    step: 0.25,
    negligible: 1e-19,
};
/// For higher derivatives, which weigh little noise and what is near |arg a²| = π/2 by powers: with the other rule
/// those of second order lose 1e−13.
const FINE: Rule = Rule {
    step: 0.125,
    negligible: 1e-40,
};
/// Noises whose part in a derivative is below this, relative to the largest, are left out.
const UNSEEN: f64 = 1e-24;
/// The range of ln(1/a²) where weights fall only like powers.
const RANGE: (f64, f64) = (-64.0, 38.0);
/// Shares q/(q + a²) below this are summed as a power series.
const WEAK: f64 = 1e-4;
/// Powers of the squared correlation, at most [`WEAK`], that reach all digits.
const POWERS: usize = 4;
/// The highest derivative whose mixture is whole to rounding.
const ORDERS: usize = 8;
/// What rules and rounding leave, relative to the size.
const ACCURACY: f64 = 3e-14;

/// What the noise n ~ N(0, 1) is added to, or what its mean is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// E[sign(z + an)] = erf(z/(√2 a)).
    Sign,
    /// ½ + ½E[sign(z + an)].
    Step,
    /// E[(z + an)₊].
    Ramp,
    /// z P(z + an > 0).
    Gate,
    /// e^{−z²/(2a²)}.
    Bell,
}

/// φ(z) = c Σ w_i ψ(bz; a_i).
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    shape: Shape,
    coefficient: f64,
    slope: f64,
    /// (w, a²).
    noise: Vec<(f64, f64)>,
    /// The weight of less noise than any listed.
    cut: f64,
}

impl Mixture {
    /// The activation as such a mixture, if it is one.
    pub(super) fn of(activation: &Activation) -> Option<Self> {
        Self::with(RULE, activation)
    }

    /// For [`Self::derivative`].
    pub(super) fn for_derivatives(activation: &Activation) -> Option<Self> {
        Self::with(FINE, activation)
    }

    fn with(rule: Rule, activation: &Activation) -> Option<Self> {
        let terms = activation.affine_terms();
        let [(coefficient, slope, intercept, psi)] = &terms[..] else {
            return None;
        };
        if *intercept != 0.0 {
            return None;
        }
        use ScaleMixture::{Arctan, Sech, Sigmoid, Silu, Softplus, Softsign, Tanh};
        let (shape, noise) = match psi.family() {
            Family::ScaleMixture(Tanh) => (Shape::Sign, logistic(rule, 1.0)),
            Family::ScaleMixture(Sigmoid) => (Shape::Step, logistic(rule, 4.0)),
            Family::ScaleMixture(Softplus) => (Shape::Ramp, logistic(rule, 4.0)),
            Family::ScaleMixture(Silu) => (Shape::Gate, logistic(rule, 4.0)),
            Family::ScaleMixture(Sech) => (Shape::Bell, hitting_time(rule)),
            Family::ScaleMixture(Arctan) => (Shape::Sign, cauchy(rule)),
            Family::ScaleMixture(Softsign) => (Shape::Sign, softsign(rule)),
            // One noise alone.
            Family::Erf { scale } => (Shape::Sign, vec![(1.0, 0.5 / (scale * scale))]),
            Family::Gelu => (Shape::Gate, vec![(1.0, 1.0)]),
            Family::Packet {
                curvature,
                frequency: 0.0,
                phase: 0.0,
            } => (Shape::Bell, vec![(1.0, 1.0 / curvature)]),
            _ => return None,
        };
        Some(Self {
            shape,
            coefficient: *coefficient,
            slope: *slope,
            noise,
            cut: match psi.family() {
                // The weights fall like a² where φ has a kink.
                Family::ScaleMixture(Softsign) => (-RANGE.1).exp(),
                _ => 0.0,
            },
        })
    }

    /// E[φ(u)φ(v)] and E[φ′(u)φ′(v)] at any centred covariance, and what √(E[φ(u)²]E[φ(v)²]) and that of φ′ are at least
    /// a part of.
    ///
    /// With independent noise of variances a² and b², u + an and v + bm have variances A = q₁₁ + a², B = q₂₂ + b², and
    /// the correlation r = ρ√(pp′), p = q₁₁/A, p′ = q₂₂/B; 1 − r² = αβ + α(1−β) + (1−α)β + pp′(1−ρ²) with
    /// α = a²/A, β = b²/B has no cancellation.
    pub(super) fn dual(&self, covariance: &Covariance) -> (DualValue, [f64; 2]) {
        let law = covariance.scaled(self.slope, self.slope);
        let rho = law.correlation;
        let one = Side::new(&self.noise, law.q11, self.shape);
        let equal = law.q11 == law.q22;
        let other;
        let two = if equal {
            &one
        } else {
            other = Side::new(&self.noise, law.q22, self.shape);
            &other
        };
        let sine_squared = rho.one_minus() * rho.one_plus();
        let (mut value, mut slope) = (0.0, 0.0);
        for (i, u) in one.strong.iter().enumerate() {
            // Equal variances: every pair once, but for the diagonal counted twice.
            let others = if equal { i } else { two.strong.len() };
            let (mut values, mut slopes) = (0.0, 0.0);
            for v in two.strong.iter().take(others) {
                let (a, b) = Joint::new(u, v, rho.rho(), sine_squared).means(self.shape, u, v);
                values += v.weight * a;
                slopes += v.weight * b;
            }
            if equal {
                let (a, b) = Joint::new(u, u, rho.rho(), sine_squared).means(self.shape, u, u);
                values = 2.0 * values + u.weight * a;
                slopes = 2.0 * slopes + u.weight * b;
            }
            value += u.weight * values;
            slope += u.weight * slopes;
        }
        // Weak shares on either side: asin r and 1/√(1−r²) as power series, which separate.
        let r = rho.rho();
        let mut power = r;
        for k in 0..POWERS {
            let pairs = |a: &[Moment; 2], b: &[Moment; 2], f: fn(&Moment) -> &[f64; POWERS]| {
                let (weak, strong) = (f(&a[0])[k], f(&a[1])[k]);
                weak * (f(&b[0])[k] + f(&b[1])[k]) + strong * f(&b[0])[k]
            };
            let (of_value, of_slope) = (
                pairs(&one.moments, &two.moments, |m| &m.value),
                pairs(&one.moments, &two.moments, |m| &m.slope),
            );
            value += FRAC_2_PI * ARCSINE[k] * power * of_value;
            slope += FRAC_2_PI * INVERSE_ROOT[k] * r.powi(2 * k as i32) * of_slope;
            power *= r * r;
        }
        let (size, slopes) = (one.size * two.size, one.slopes * two.slopes);
        // What is missing is a step as narrow as any: E[φ(u)·step(v)] and E[φ′(u)·spike(v)], φ′ ≤ 1.
        let cut = |s: &Side, t: &Side| self.cut * (s.size + t.size) + self.cut * self.cut;
        let spike = |q: f64| self.cut / q.sqrt();
        let cuts = if self.cut > 0.0 {
            (2.0 * cut(&one, two), spike(law.q11) + spike(law.q22))
        } else {
            (0.0, 0.0)
        };
        let factor = self.coefficient * self.coefficient;
        let steep = factor * self.slope * self.slope;
        let (value, slope) = match self.shape {
            Shape::Step => (0.25 + 0.25 * value, 0.25 * slope),
            _ => (value, slope),
        };
        let found = DualValue {
            nngp: Estimate::new(
                factor * value,
                factor * (cuts.0 + ACCURACY * size.max(value.abs())),
            ),
            derivative: Estimate::new(
                steep * slope,
                steep * (cuts.1 + ACCURACY * slopes.max(slope.abs())),
            ),
        };
        (found, [factor * size, steep * slopes])
    }

    /// dⁿE[φ(u)φ(v)]/dρⁿ for 2 ≤ n ≤ 8 where φ is smooth: all noises contribute with the same sign, so that it is right
    /// relative to itself at any variance and correlation.
    pub(super) fn derivative(&self, order: usize, covariance: &Covariance) -> Option<Estimate> {
        if self.cut > 0.0 || !(2..=ORDERS).contains(&order) {
            return None;
        }
        let law = covariance.scaled(self.slope, self.slope);
        let rho = law.correlation;
        let sine_squared = rho.one_minus() * rho.one_plus();
        let noisy = |q: f64| -> Vec<Noisy> {
            let noises = self.noise.iter();
            let noisy = noises.map(|&(w, square)| Noisy::new(w, square, q));
            let part = |n: &Noisy| n.weight * n.root_share.powi(order as i32);
            let largest = noisy.clone().map(|n| part(&n)).fold(0.0, f64::max);
            noisy.filter(|n| part(n) > UNSEEN * largest).collect()
        };
        let (one, two) = (noisy(law.q11), noisy(law.q22));
        let pairs = one.iter().flat_map(|u| two.iter().map(move |v| (u, v)));
        let sum: f64 = pairs
            .map(|(u, v)| {
                let joint = Joint::new(u, v, rho.rho(), sine_squared);
                let mean = joint.derivative(self.shape, u, v, order);
                let chain = (u.root_share * v.root_share).powi(order as i32);
                u.weight * v.weight * chain * mean
            })
            .sum();
        let value = self.coefficient * self.coefficient * sum;
        Some(Estimate::new(value, ACCURACY * order as f64 * value.abs()))
    }
}

/// f, f′, …, f^{(n)} for f(r) = (1−r²)^{−½}, whose derivatives are positive for r > 0: (1−r²)f′ = rf, differentiated.
pub(super) fn inverse_root_derivatives(r: f64, complement: f64, order: usize) -> Vec<f64> {
    let mut found = vec![1.0 / complement.sqrt()];
    for m in 0..order {
        let before = if m > 0 { found[m - 1] } else { 0.0 };
        let m = m as f64;
        found.push(((2.0 * m + 1.0) * r * found[found.len() - 1] + m * m * before) / complement);
    }
    found
}

/// The Taylor coefficients of asin r = Σ c_k r^{2k+1} and of 1/√(1−r²) = Σ d_k r^{2k}.
const ARCSINE: [f64; POWERS] = [1.0, 1.0 / 6.0, 3.0 / 40.0, 15.0 / 336.0];
const INVERSE_ROOT: [f64; POWERS] = [1.0, 0.5, 0.375, 0.3125];

/// One noise added to one pre-activation.
#[derive(Clone, Copy, Debug)]
struct Noisy {
    weight: f64,
    /// α = a²/A.
    noise: f64,
    /// p = q/A.
    share: f64,
    root_share: f64,
    /// √A.
    std: f64,
}

impl Noisy {
    fn new(weight: f64, square: f64, variance: f64) -> Self {
        let std = variance.sqrt().hypot(square.sqrt());
        let root_share = variance.sqrt() / std;
        let root_noise = square.sqrt() / std;
        Self {
            weight,
            noise: root_noise * root_noise,
            share: root_share * root_share,
            root_share,
            std,
        }
    }
}

/// Σ w p^{k+½} and Σ w p^k/√A.
#[derive(Clone, Copy, Debug, Default)]
struct Moment {
    value: [f64; POWERS],
    slope: [f64; POWERS],
}

impl Moment {
    fn add(&mut self, noisy: &Noisy) {
        let mut power = noisy.weight;
        for (value, slope) in self.value.iter_mut().zip(&mut self.slope) {
            *value += power * noisy.root_share;
            *slope += power / noisy.std;
            power *= noisy.share;
        }
    }
}

/// All noises added to one pre-activation.
struct Side {
    strong: Vec<Noisy>,
    /// Of those with a weak share, and of the others.
    moments: [Moment; 2],
    /// At most a few times √E[φ²] and √E[φ′²].
    size: f64,
    slopes: f64,
}

impl Side {
    fn new(noise: &[(f64, f64)], variance: f64, shape: Shape) -> Self {
        let mut side = Self {
            strong: Vec::with_capacity(noise.len()),
            moments: [Moment::default(); 2],
            size: 0.0,
            slopes: 0.0,
        };
        let separable = shape == Shape::Sign || shape == Shape::Step;
        for &(weight, square) in noise {
            let noisy = Noisy::new(weight, square, variance);
            let (std, root_share, root_noise) = (noisy.std, noisy.root_share, noisy.noise.sqrt());
            let (size, slope) = match shape {
                Shape::Sign => (root_share, std.recip()),
                Shape::Step => (0.5 * (1.0 + root_share), 0.5 / std),
                Shape::Ramp => (std, 1.0),
                Shape::Gate => (variance.sqrt(), 1.0),
                Shape::Bell => (
                    root_noise.sqrt(),
                    root_share * root_noise.sqrt() / square.sqrt(),
                ),
            };
            side.size += weight * size;
            side.slopes += weight * slope;
            if separable {
                let weak = noisy.share < WEAK;
                side.moments[usize::from(!weak)].add(&noisy);
                if weak {
                    continue;
                }
            }
            side.strong.push(noisy);
        }
        side
    }
}

/// (u + an, v + bm).
struct Joint {
    r: f64,
    sine: f64,
    one_minus: f64,
    one_plus: f64,
    /// (1 − ρ²), ρ².
    sine_squared: f64,
    rho_squared: f64,
}

impl Joint {
    #[inline(always)]
    fn new(u: &Noisy, v: &Noisy, rho: f64, sine_squared: f64) -> Self {
        let r = rho * u.root_share * v.root_share;
        let complement = u.noise + v.noise * u.share + u.share * v.share * sine_squared;
        let near = complement / (1.0 + r.abs());
        let far = 1.0 + r.abs();
        let (one_minus, one_plus) = if r < 0.0 { (far, near) } else { (near, far) };
        Self {
            r,
            sine: complement.sqrt(),
            one_minus,
            one_plus,
            sine_squared,
            rho_squared: rho * rho,
        }
    }

    /// dⁿE[ψ(u; a)ψ(v; b)]/drⁿ for n ≥ 2.
    fn derivative(&self, shape: Shape, u: &Noisy, v: &Noisy, n: usize) -> f64 {
        let f = inverse_root_derivatives(self.r, self.sine * self.sine, n);
        let half = 0.5 * FRAC_1_PI * u.std * v.std;
        match shape {
            Shape::Sign => FRAC_2_PI * f[n - 1],
            Shape::Step => 0.25 * FRAC_2_PI * f[n - 1],
            Shape::Ramp => half * f[n - 2],
            Shape::Gate => {
                // r·orthant + ((pp′ − αβ)√(1−r²) + αβf)/2π, and (√(1−r²))′ = −rf.
                let (noises, both) = (u.noise + v.noise, u.noise * v.noise);
                let lower = 1.0 + (n - 1) as f64 * noises;
                half * (noises * self.r * f[n - 1] + lower * f[n - 2] + both * f[n])
            }
            Shape::Bell => (u.noise * v.noise).sqrt() * f[n],
        }
    }

    /// E[ψ(u; a)ψ(v; b)] and E[ψ′ψ′].
    #[inline(always)]
    fn means(&self, shape: Shape, u: &Noisy, v: &Noisy) -> (f64, f64) {
        let scale = u.std * v.std;
        let angles = || asin_acos(self.r, self.one_minus, self.one_plus);
        match shape {
            Shape::Sign | Shape::Step => (
                FRAC_2_PI * angles().0,
                FRAC_2_PI / (u.std * v.std * self.sine),
            ),
            Shape::Ramp => {
                let angle = PI - angles().1;
                let half = 0.5 * FRAC_1_PI;
                (scale * half * (self.sine + angle * self.r), half * angle)
            }
            Shape::Gate => {
                // Williams' orthant and Gaussian integration by parts, as for GELU at a = 1.
                let orthant = 0.5 * FRAC_1_PI * (PI - angles().1);
                let edge = 0.5 * FRAC_1_PI / self.sine;
                let noises = u.noise + v.noise;
                let shares = u.share * v.share;
                let bracket = self.sine_squared + self.rho_squared * noises;
                let both = u.noise * v.noise / (self.sine * self.sine);
                (
                    scale * (self.r * orthant + shares * bracket * edge),
                    orthant + self.r * (noises + both) * edge,
                )
            }
            Shape::Bell => {
                // 1/√det(1 + Q diag(a⁻², b⁻²)), and the covariance under that weight.
                let value = (u.noise * v.noise).sqrt() / self.sine;
                (value, value * self.r / (scale * self.sine * self.sine))
            }
        }
    }
}

/// e^{jh} over a range of ln x, with the step.
fn logarithmic((low, high): (f64, f64), step: f64) -> impl Iterator<Item = f64> {
    let ends = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (ends.0..=ends.1).map(move |j| (j as f64 * step).exp())
}

/// Without negligible weights.
fn kept(mut noise: Vec<(f64, f64)>, rule: Rule) -> Vec<(f64, f64)> {
    let total: f64 = noise.iter().map(|n| n.0).sum();
    noise.retain(|n| n.0 > rule.negligible * total);
    noise
}

/// The logistic law is normal with standard deviation 2K, K Kolmogorov's (Andrews & Mallows 1974, *Scale mixtures of
/// normal distributions*): tanh z = E[erf(z/(√2 K))]. Noise of variance `factor`·K².
fn logistic(rule: Rule, factor: f64) -> Vec<(f64, f64)> {
    let squares = logarithmic((-6.0, 4.0), rule.step);
    let nodes = squares.map(|t| {
        let k = t.sqrt();
        // P(K < k) = 1 − 2Σ(−1)^{j−1}e^{−2j²k²} = (√(2π)/k) Σ e^{−(2j−1)²π²/(8k²)}, and its derivative.
        let density: f64 = (1..=8)
            .map(|j| {
                let j = f64::from(j);
                if k > 1.0 {
                    let sign = if j % 2.0 == 1.0 { 8.0 } else { -8.0 };
                    sign * k * j * j * (-2.0 * j * j * t).exp()
                } else {
                    let odd = ((2.0 * j - 1.0) * PI).powi(2);
                    (2.0 * PI).sqrt() * (0.25 * odd / t - 1.0) / t * (-odd / (8.0 * t)).exp()
                }
            })
            .sum();
        (0.5 * rule.step * k * density, factor * t)
    });
    kept(nodes.collect(), rule)
}

/// sech z = E[e^{−z²T/2}], T the time at which Brownian motion leaves (−1, 1) (Biane, Pitman & Yor 2001, *Probability laws
/// related to the Jacobi theta and Riemann zeta functions*, eq. 1.11): noise of variance 1/T.
fn hitting_time(rule: Rule) -> Vec<(f64, f64)> {
    let nodes = logarithmic((-6.0, 6.0), rule.step).map(|t| {
        let density: f64 = (0..8)
            .map(|n| {
                let odd = f64::from(2 * n + 1);
                let signed = if n % 2 == 0 { odd } else { -odd };
                if t < 1.0 {
                    signed * (FRAC_2_PI / (t * t * t)).sqrt() * (-odd * odd / (2.0 * t)).exp()
                } else {
                    0.5 * PI * signed * (-odd * odd * PI * PI * t / 8.0).exp()
                }
            })
            .sum();
        (rule.step * t * density, 1.0 / t)
    });
    kept(nodes.collect(), rule)
}

/// φ(z) = ∫ W(t) √(π/2t) E[sign(z + n/√t)] dt for φ′(z) = ∫ W(t) e^{−tz²/2} dt.
fn of_slope(rule: Rule, weight: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let nodes = logarithmic(RANGE, rule.step);
    let nodes = nodes.map(|t| (rule.step * t * weight(t) * (0.5 * PI / t).sqrt(), 1.0 / t));
    kept(nodes.collect(), rule)
}

/// 1/(1+z²) = ½∫ e^{−t(1+z²)/2} dt.
fn cauchy(rule: Rule) -> Vec<(f64, f64)> {
    of_slope(rule, |t| 0.5 * (-0.5 * t).exp())
}

/// 1/(1+|z|)² = ∫ λe^{−λ}e^{−λ|z|} dλ, and e^{−λ|z|} = ∫ λ(2πt³)^{−½}e^{−λ²/2t}e^{−tz²/2} dt (Andrews & Mallows 1974):
/// W(t) = (2π)^{−½} I₂(√t), I_n(b) = ∫₀^∞ x^n e^{−bx−x²/2} dx.
fn softsign(rule: Rule) -> Vec<(f64, f64)> {
    of_slope(rule, |t| second_moment(t.sqrt()) / (2.0 * PI).sqrt())
}

/// I₂(b): closed while (1+b²)I₀ − b keeps its digits, then its asymptotic continued fraction by Miller's backward
/// recurrence I_{n+1} = nI_{n−1} − bI_n.
fn second_moment(b: f64) -> f64 {
    if b < 0.5 {
        let mills = (0.5 * PI).sqrt() * erfcx(b / std::f64::consts::SQRT_2);
        return (1.0 + b * b) * mills - b;
    }
    // The ratio I_{n+1}/I_n = (n+1)/(b + I_{n+2}/I_{n+1}), from far above.
    let start = 40 + (1600.0 / (b * b)) as usize;
    let mut ratio = 0.0;
    let mut ratios = [0.0; 2];
    for n in (0..start).rev() {
        ratio = (n + 1) as f64 / (b + ratio);
        if n < 2 {
            ratios[n] = ratio;
        }
    }
    // I₀ = 1/(b + I₁/I₀).
    ratios[0] * ratios[1] / (b + ratios[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// φ and φ′ themselves, from their mixtures.
    #[test]
    fn mixtures_are_the_activations() {
        for name in [
            "tanh", "sigmoid", "softplus", "silu", "sech", "arctan", "softsign", "erf", "gelu",
            "gaussian",
        ] {
            let activation = Activation::parse(name).unwrap();
            let mixture = Mixture::of(&activation).unwrap();
            for z in [1e-6_f64, 1e-3, 0.1, 0.7, 1.0, 2.5, 7.0, 30.0, 1e3, 1e6] {
                let mut sum = 0.0;
                for &(w, square) in &mixture.noise {
                    let a = square.sqrt();
                    let x = z / a;
                    let cdf = crate::numerics::special::normal_cdf(x);
                    sum += w * match mixture.shape {
                        Shape::Sign => crate::numerics::special::erf(x / 2.0_f64.sqrt()),
                        Shape::Step => cdf,
                        Shape::Ramp => z * cdf + a * crate::numerics::special::normal_pdf(x),
                        Shape::Gate => z * cdf,
                        Shape::Bell => (-0.5 * x * x).exp(),
                    };
                }
                let want = activation.value(z);
                assert!(
                    (sum - want).abs() <= 2e-14 * want.abs().max(0.01 * z.min(1.0)) + mixture.cut,
                    "{name} {z}: {sum} {want}"
                );
            }
        }
    }
}
