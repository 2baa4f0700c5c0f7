//! Laws of scales and activations with several knots, whose spectra oscillate without end.

use super::{LogEstimate, Penalty, scales};
use crate::error::Result;
use crate::model::Group;
use crate::model::activation::{Family, Feature, PiecewisePolynomial};
use crate::model::ensemble::ScaleLaw;
use crate::numerics::quadrature::{Tolerance, integrate};
use num_complex::Complex64;

/// From the phase tΔ = PHASE on (Δ the distance of the nearest knots), F(t) is taken apart: so far out its terms cancel
/// by a factor of at most a few.
const PHASE: f64 = 20.0;
/// The turned path stays within e^{9/16} of its beginning for t ≥ ω/(STD·σ).
const STD: f64 = 3.0;
/// From this ωΔ/σ on (more in high dimension) a Gaussian law leaves nothing of the oscillations: they are
/// e^{−¾(ωΔ/σ)^{2/3}} of the rest, 1e−33.
const SMOOTH: f64 = 1000.0;
/// The turned path is cut where e^{−Δy} = e^{−DEPTH}.
const DEPTH: f64 = 45.0;

/// A term c·e^{−itz}/t^n of a transform.
#[derive(Clone, Copy, Debug)]
struct Jump {
    knot: usize,
    power: i32,
    coefficient: Complex64,
}

/// What a group adds: factor·s^{−k}·|Σ jumps|² at t = ω/s, the factor without its power of ω.
#[derive(Clone, Debug)]
struct Part {
    jumps: Vec<Jump>,
    factor: f64,
    omega_power: i32,
    scale_power: i32,
}

/// The power spectrum of a piecewise polynomial with several knots under a law of scales. At large t = ω/s it is split:
/// pairs of jumps at one knot decay smoothly; pairs at two knots oscillate, and are integrated along
/// t → T − iy, where they decay exponentially.
#[derive(Clone, Debug)]
pub(super) struct Ripples {
    knots: Vec<f64>,
    nearest: f64,
    parts: Vec<Part>,
}

impl Ripples {
    /// `None` where nothing oscillates.
    pub(super) fn of(penalty: &Penalty) -> Option<Self> {
        let Family::PiecewisePolynomial(phi) = penalty.activation.family() else {
            return None;
        };
        let gaps = phi.knots().windows(2).map(|pair| pair[1] - pair[0]);
        let nearest = gaps.reduce(f64::min)?;
        let v2 = penalty.output_std * penalty.output_std;
        let part = |&(group, rate): &(Group, f64)| {
            let (feature, factor, omega_power, scale_power) = match group {
                Group::Offset => (Feature::Value, v2, 2, 2),
                Group::Bias => (Feature::Value, v2, 2, 4),
                Group::Scale => (Feature::Stretch, v2, 0, 4),
                _ => (Feature::Value, 1.0, 0, 2),
            };
            Part {
                jumps: jumps(phi, feature),
                factor: factor * rate * penalty.density,
                omega_power,
                scale_power,
            }
        };
        Some(Self {
            knots: phi.knots().to_vec(),
            nearest,
            parts: penalty.groups.iter().map(part).collect(),
        })
    }

    /// S(ω).
    pub(super) fn power(&self, penalty: &Penalty, omega: f64) -> Result<LogEstimate> {
        let (low, high) = penalty.scale.support();
        let beyond = PHASE / self.nearest;
        let (from, waves) = match penalty.scale {
            ScaleLaw::GaussianNorm { std } | ScaleLaw::HalfNormal { std } => {
                let ratio = omega / std;
                if ratio * self.nearest > SMOOTH * (1.0 + penalty.dim as f64 / 10.0) {
                    (0.0, false)
                } else {
                    (beyond.max(ratio / STD), true)
                }
            }
            _ => (beyond.max(omega / high), true),
        };
        // Scales above ω/T directly, those below in two parts.
        let cut = if from > 0.0 {
            omega / from
        } else {
            f64::INFINITY
        };
        let direct = penalty.mean_power(omega, (cut, f64::INFINITY))?;
        if low >= cut {
            return Ok(direct);
        }
        let what = "power spectrum";
        let smooth = scales::mean(
            penalty.scale,
            penalty.dim,
            (0.0, cut),
            &[],
            what,
            &mut |s| {
                Ok(LogEstimate::new(
                    self.smooth(omega, s).ln(),
                    4.0 * f64::EPSILON,
                ))
            },
        )?;
        let total = LogEstimate::sum([direct, smooth]);
        if !waves || total.is_zero() {
            return Ok(total);
        }
        let (mut ratio, mut error) = self.waves(penalty, omega, omega / cut, total.ln);
        if low > 0.0 {
            let end = self.waves(penalty, omega, omega / low, total.ln);
            ratio -= end.0;
            error += end.1;
        }
        let relative = (total.relative_error + error + 1e-14 * ratio.abs()) / (1.0 + ratio).abs();
        Ok(LogEstimate::new(total.ln + ratio.ln_1p(), relative))
    }

    /// The pairs of jumps at one knot, at scale s.
    fn smooth(&self, omega: f64, s: f64) -> f64 {
        let t = omega / s;
        let of_part = |part: &Part| -> f64 {
            let of_knot = |knot: usize| -> f64 {
                let here = part.jumps.iter().filter(|jump| jump.knot == knot);
                let sum: Complex64 = here
                    .map(|jump| jump.coefficient * t.powi(-jump.power))
                    .sum();
                sum.norm_sqr()
            };
            let pairs: f64 = (0..self.knots.len()).map(of_knot).sum();
            part.factor * omega.powi(part.omega_power) * s.powi(-part.scale_power) * pairs
        };
        self.parts.iter().map(of_part).sum()
    }

    /// The oscillating pairs over t > T, divided by e^{ln_unit}, with an error:
    /// 2 Re Σ c_a c̄_b ∫_T^∞ p(ω/t) s^{1−k} t^{−m−1} e^{−iΔt} dt with s = ω/t, along t = T − iy.
    fn waves(&self, penalty: &Penalty, omega: f64, from: f64, ln_unit: f64) -> (f64, f64) {
        let integrand = |y: f64| -> f64 {
            let t = Complex64::new(from, -y);
            let s = omega / t;
            let measure = (ln_density(penalty.scale, penalty.dim, s) - ln_unit).exp() * s / t;
            let mut sum = Complex64::ZERO;
            for part in &self.parts {
                let outer = part.factor * omega.powi(part.omega_power) * s.powi(-part.scale_power);
                for a in &part.jumps {
                    for b in part.jumps.iter().filter(|b| b.knot < a.knot) {
                        let distance = self.knots[a.knot] - self.knots[b.knot];
                        let pair = a.coefficient * b.coefficient.conj();
                        let wave = Complex64::from_polar((-distance * y).exp(), -distance * from);
                        sum += outer * pair * wave * t.powi(-a.power - b.power);
                    }
                }
            }
            // dt = −i dy.
            2.0 * (sum * measure).im
        };
        let tolerance = Tolerance {
            absolute: 1e-15,
            relative: 1e-12,
            ..Tolerance::default()
        };
        let integral = integrate(integrand, 0.0, DEPTH / self.nearest, &[0.0], &tolerance);
        (integral.value, integral.error)
    }
}

/// The terms of the feature's transform: J/(it)^{j+1} for jumps of the j-th derivative, and deltas.
fn jumps(phi: &PiecewisePolynomial, feature: Feature) -> Vec<Jump> {
    let deltas = phi.feature_deltas(feature);
    let psi = phi.feature(feature);
    let mut terms = Vec::new();
    for (knot, &z) in phi.knots().iter().enumerate() {
        let delta = deltas
            .iter()
            .find(|(at, _)| *at == z)
            .map_or(0.0, |&(_, c)| c);
        let jumps = (0..=psi.degree()).map(|j| psi.jump(knot, j));
        for (power, jump) in std::iter::once(delta).chain(jumps).enumerate() {
            if jump != 0.0 {
                terms.push(Jump {
                    knot,
                    power: power as i32,
                    coefficient: jump * Complex64::i().powi(-(power as i32)),
                });
            }
        }
    }
    terms
}

/// ln p(s), continued to complex s.
fn ln_density(law: ScaleLaw, dim: usize, s: Complex64) -> Complex64 {
    let gaussian = |d: usize, std: f64| {
        let x = s / std;
        let constant = scales::ln_density(law, dim, std).unwrap_or(f64::NEG_INFINITY) + 0.5;
        (d as f64 - 1.0) * x.ln() - 0.5 * x * x + constant
    };
    match law {
        ScaleLaw::GaussianNorm { std } => gaussian(dim, std),
        ScaleLaw::HalfNormal { std } => gaussian(1, std),
        ScaleLaw::Uniform { low, high } => Complex64::from(-(high - low).ln()),
        ScaleLaw::Fixed(_) => Complex64::from(f64::NEG_INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ensemble::OffsetLaw;
    use crate::model::{Activation, Ensemble, LearningRates, Shallow};

    fn penalty(name: &str, dim: usize, scale: ScaleLaw, train: &str) -> Result<Penalty> {
        let ensemble = Ensemble::RadonSpline {
            offset: OffsetLaw::Unbounded,
            scale,
        };
        let rates: LearningRates = train.parse().unwrap();
        let activation = Activation::parse(name).unwrap();
        let model = Shallow::new(activation, dim, ensemble, rates).unwrap();
        Penalty::new(&model)
    }

    /// The split must agree with brute force, within what both claim.
    #[test]
    fn two_routes_to_the_mean() {
        let laws = [
            ScaleLaw::HalfNormal { std: 1.3 },
            ScaleLaw::GaussianNorm { std: 0.4 },
            ScaleLaw::Uniform {
                low: 0.0,
                high: 2.0,
            },
            ScaleLaw::Uniform {
                low: 0.3,
                high: 0.8,
            },
        ];
        let (mut narrowest, mut cases) = (1.0f64, 0);
        for (name, dim, train) in [
            ("hat", 1, "output"),
            ("hard-tanh", 1, "output"),
            ("hard-tanh", 3, "output,offset"),
            ("relu6", 2, "output"),
            ("relu6", 3, "scale"),
            ("bspline:order=4", 3, "output,scale"),
            ("bspline:order=3", 1, "output,bias"),
        ] {
            for law in laws {
                // Trained scales of activations with kinks off the origin diverge at small scales in low dimension.
                let Ok(p) = penalty(name, dim, law, train) else {
                    assert!(train.contains("scale"));
                    continue;
                };
                for omega in [0.01, 0.9, 15.0] {
                    cases += 1;
                    let ripples = Ripples::of(&p).unwrap();
                    let split = ripples.power(&p, omega);
                    let whole = p.mean_power(omega, (0.0, f64::INFINITY));
                    let (Ok(split), Ok(whole)) = (split, whole) else {
                        panic!("{name} {train} {law:?} at {omega}");
                    };
                    let gap = (split.ln - whole.ln).abs();
                    let claimed = split.relative_error + whole.relative_error;
                    assert!(
                        gap <= claimed,
                        "{name} {train} {law:?} at {omega}: {gap:e} {split:?} {whole:?}"
                    );
                    assert!(
                        split.relative_error < 1e-9,
                        "{name} {train} {law:?} at {omega}: {split:?} {whole:?}"
                    );
                    narrowest = narrowest.min(claimed);
                }
            }
        }
        assert!(
            narrowest < 1e-11 && cases == 78,
            "{narrowest:e}, {cases} cases"
        );
    }

    /// Where the oscillations are left out they must have died.
    #[test]
    fn nothing_jumps_at_the_threshold() {
        let std = 0.7;
        for dim in [1, 10, 50] {
            let p = penalty("hat", dim, ScaleLaw::GaussianNorm { std }, "output").unwrap();
            let omega = SMOOTH * (1.0 + dim as f64 / 10.0) * std;
            let below = p.power_spectrum(omega * 0.999).unwrap();
            let above = p.power_spectrum(omega * 1.001).unwrap();
            // Far out S ~ ω^{−4}, but for e^{−(ωΔ/σ)^{2/3}}.
            let slope = (above.ln - below.ln) / (1.001f64 / 0.999).ln();
            assert!((slope + 4.0).abs() < 1e-7, "d = {dim}: {slope}");
        }
    }
}
