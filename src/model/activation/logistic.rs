//! The logistic family: sigmoid, softplus, SiLU, Mish.

use super::closed_form::{
    EXPONENT_ONE, exponential_tails, frequency, sample, scaled_csch, u_coth_u_minus_one,
};
use super::hyperbolic::Tanh;
use super::rows::{Pair, from_pair};
use super::{
    ActivationFunction, Decay, Family, Feature, FourierSample, Kink, Parity, ScaleMixture, Tails,
};
use crate::error::Result;
use crate::numerics::special::branchless::{exp, ln_1p_unit};
use crate::numerics::special::{polylog2, polylog3};
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_4, LN_2, PI};

/// Beyond |z| = 800 e^{−|z|} is 0.
const FAR: f64 = 800.0;

/// σ(z) = 1/(1 + e^{−z}) and σ(−z) to full relative accuracy in both tails.
#[inline(always)]
fn logistic(z: f64) -> (f64, f64) {
    let e = exp(-z.abs());
    let (larger, smaller) = (1.0 / (1.0 + e), e / (1.0 + e));
    if z < 0.0 {
        (smaller, larger)
    } else {
        (larger, smaller)
    }
}

/// Below this frequency csch πω = 1/(πω) and coth πω likewise, to double precision, and powers
/// of 1/ω are carried in the exponent.
const TINY_FREQUENCY: f64 = 1e-100;

/// φ(z) = σ(z) = 1/(1 + e^{−z}), φ̂(ω) = −iπ csch(πω).
#[derive(Clone, Copy, Debug)]
pub(super) struct Sigmoid;

impl Pair for Sigmoid {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let (above, below) = logistic(z);
        (above, above * below)
    }
}

impl ActivationFunction for Sigmoid {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[1.0], 1.0, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let u = PI * frequency(omega)?;
        let csch = PI * scaled_csch(u);
        Ok(sample(
            -u.abs(),
            Complex64::new(0.0, -csch),
            Complex64::new(0.0, csch * u_coth_u_minus_one(u)),
        ))
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Sigmoid)
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: PI,
            exponent: 1.0,
        }
    }
    /// σ(z) = ½ + ½tanh(z/2): half (an eighth for φ′) of tanh's at t/2.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let factor = if feature == Feature::Derivative {
            0.125
        } else {
            0.5
        };
        Some(factor * Tanh.autocorrelation(feature, 0.5 * t)?)
    }
}

/// φ(z) = ln(1 + e^z), φ̂(ω) = −π/(ω sinh πω).
#[derive(Clone, Copy, Debug)]
pub(super) struct Softplus;

impl Pair for Softplus {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let positive = z.clamp(0.0, f64::INFINITY);
        (positive + ln_1p_unit(exp(-z.abs())), logistic(z).0)
    }
}

impl ActivationFunction for Softplus {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[0.0, 1.0], 1.0, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    /// φ̂ + ωφ̂′ = π² csch(u) coth(u), u = πω.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?.abs();
        if omega < TINY_FREQUENCY {
            return Ok(sample(-2.0 * omega.ln(), (-1.0).into(), 1.0.into()));
        }
        let u = PI * omega;
        let csch = PI * scaled_csch(u);
        Ok(sample(
            -u,
            (-csch / omega).into(),
            (PI * csch / u.tanh()).into(),
        ))
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Softplus)
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: PI,
            exponent: 1.0,
        }
    }
    /// A = |t|³/12 + π²|t|/6 + |t| Li₂(e^{−|t|}) + 2 Li₃(e^{−|t|}); φ′ = σ; zφ′ is SiLU.
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        match feature {
            Feature::Value => {
                let t = t.abs();
                let e = (-t).exp();
                Some(t * (t * t / 12.0 + PI * PI / 6.0 + polylog2(e)) + 2.0 * polylog3(e))
            }
            Feature::Derivative => Sigmoid.autocorrelation(Feature::Value, t),
            Feature::Stretch => Silu.autocorrelation(Feature::Value, t),
        }
    }
}

/// φ(z) = zσ(z), φ̂(ω) = −π² csch(πω) coth(πω).
#[derive(Clone, Copy, Debug)]
pub(super) struct Silu;

impl Pair for Silu {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        let (above, below) = logistic(z);
        // Bounded where an infinity would meet a 0.
        let (left, middle) = (z.clamp(-FAR, f64::INFINITY), z.clamp(-FAR, FAR));
        (left * above, above * (1.0 + middle * below))
    }
}

impl ActivationFunction for Silu {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[0.0, 1.0], 1.0, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    /// φ̂ + ωφ̂′ = π² csch(u) [u(coth²u + csch²u) − coth u], u = πω.
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let omega = frequency(omega)?.abs();
        if omega < TINY_FREQUENCY {
            return Ok(sample(-2.0 * omega.ln(), (-1.0).into(), 1.0.into()));
        }
        let u = PI * omega;
        let scaled = scaled_csch(u);
        let coth = u.tanh().recip();
        let csch_squared = (scaled * (-u).exp()).powi(2);
        let bracket = u * (coth * coth + csch_squared) - coth;
        let factor = PI * PI * scaled;
        Ok(sample(
            -u,
            (-factor * coth).into(),
            (factor * bracket).into(),
        ))
    }
    fn family(&self) -> Family<'_> {
        Family::ScaleMixture(ScaleMixture::Silu)
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: PI,
            exponent: 1.0,
        }
    }
    /// A = t(t² − 2π²) coth(t/2)/12; with x = t/2, κ = x coth x:
    /// −A″ = −κ + [(3 − κ)x² + π²(κ − 1)/2]/(3 sinh²x).
    fn autocorrelation(&self, feature: Feature, t: f64) -> Option<f64> {
        let x = 0.5 * t.abs();
        let excess = u_coth_u_minus_one(x);
        let kappa = 1.0 + excess;
        match feature {
            Feature::Value => Some((t * t - 2.0 * PI * PI) * kappa / 6.0),
            Feature::Derivative => {
                // (κ−1)/sinh²x and (x/sinh x)² tend to 1/3 and 1 at 0; both vanish at ∞.
                let (excess, square) = if x < 1e-9 {
                    (1.0 / 3.0, 1.0)
                } else {
                    let csch = scaled_csch(x) * (-x).exp();
                    (excess * csch * csch, (x * csch).powi(2))
                };
                Some(-kappa + ((3.0 - kappa) * square + 0.5 * PI * PI * excess) / 3.0)
            }
            Feature::Stretch => None,
        }
    }
}

/// φ(z) = z tanh(ln(1 + e^z)) = zT(z). T is 2πi-periodic with simple poles at ½ln 2 ± 3πi/4, so that
/// the residues of one period give T̂(ω) = −iπ e^{−iωℓ} N(ω) csch(πω), ℓ = ½ln 2,
/// N = cosh(πω/4) + i sinh(πω/4), and φ̂ = iT̂′.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mish;

impl Pair for Mish {
    #[inline(always)]
    fn pair(&self, z: f64) -> (f64, f64) {
        // T(z) = (1+2e)/(1+2e+2e²) for z > 0, w/(w+2) with w = e(2+e) below, e = e^{−|z|}, which is one
        // fraction with numerator a and denominator b.
        let e = exp(-z.abs());
        let square = e * e;
        let (a, b) = if z > 0.0 {
            (1.0 + 2.0 * e, 1.0 + 2.0 * e + 2.0 * square)
        } else {
            (2.0 * e + square, 2.0 + 2.0 * e + square)
        };
        let (left, middle) = (z.clamp(-FAR, f64::INFINITY), z.clamp(-FAR, FAR));
        // T′ = 4e²(1+e)/b² above, 4e(1+e)/b² below.
        let rise = 4.0 * (1.0 + e) * if z > 0.0 { square } else { e };
        let whole = a / b;
        (left * whole, whole + middle * rise / (b * b))
    }
}

impl ActivationFunction for Mish {
    from_pair!();
    fn kinks(&self) -> Vec<Kink> {
        Vec::new()
    }
    fn tails(&self) -> Tails {
        exponential_tails(&[], &[0.0, 1.0], 1.0, EXPONENT_ONE)
    }
    fn parity(&self) -> Parity {
        Parity::None
    }
    /// With q = π/4 and L = −iℓ − π coth(πω): T̂′ = −iπe^{−iωℓ} csch(πω) [N′ + LN] and
    /// T̂″ the same with [q²N + 2LN′ + (L² + π²csch²)N]; φ̂ + ωφ̂′ = i(T̂′ + ωT̂″).
    fn fourier(&self, omega: f64) -> Result<FourierSample> {
        let signed = frequency(omega)?;
        let omega = signed.abs();
        if omega < TINY_FREQUENCY {
            return Ok(sample(-2.0 * omega.ln(), (-1.0).into(), 1.0.into()));
        }
        let u = PI * omega;
        let scaled = scaled_csch(u);
        let csch_squared = (scaled * (-u).exp()).powi(2);
        // cosh(qω) and sinh(qω), times e^{−qω}.
        let decayed = (-0.5 * u).exp();
        let (cosh, sinh) = (0.5 * (1.0 + decayed), -0.5 * (-0.5 * u).exp_m1());
        let n = Complex64::new(cosh, sinh);
        let slope = FRAC_PI_4 * Complex64::new(sinh, cosh);
        let l = Complex64::new(-PI / u.tanh(), -0.5 * LN_2);
        let first = slope + l * n;
        let second = (FRAC_PI_4 * FRAC_PI_4 + l * l + PI * PI * csch_squared) * n + 2.0 * l * slope;
        let factor = PI * scaled * Complex64::cis(-0.5 * LN_2 * omega);
        let (value, stretch) = (factor * first, factor * (first + omega * second));
        let reflect = |c: Complex64| if signed < 0.0 { c.conj() } else { c };
        Ok(sample(-0.75 * u, reflect(value), reflect(stretch)))
    }
    fn decay(&self) -> Decay {
        Decay::Exponential {
            rate: 3.0 * FRAC_PI_4,
            exponent: 1.0,
        }
    }
}
