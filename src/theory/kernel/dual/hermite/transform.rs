//! Coefficients from the Fourier transform: whose integrals mostly have one sign, so that nothing cancels however small
//! they are.

use super::{REACH, mean_of};
use crate::model::activation::Activation;
use crate::numerics::Estimate;
use crate::numerics::special::{hermite, ln_gamma};
use num_complex::Complex64;
use std::f64::consts::PI;

/// The step in ln u: Gauss' e^{−u²/2} is analytic for |arg u| < π/4, so the trapezoidal rule errs by e^{−π²/2h}.
const COARSE: f64 = 0.1;
/// The peak of uⁿe^{−u²/2} has width 1/√(2n) in ln u; a step of 0.7 of it errs by e^{−40}.
const OF_THE_PEAK: f64 = 0.7;
/// Terms below e^{−46} of the largest are left out.
const NEGLIGIBLE: f64 = 46.0;

/// Beyond the degree of the polynomial tails, a_n = Re[iⁿ ∫₀^∞ φ̂(u/σ) uⁿ e^{−u²/2} du]/(πσ√n!); lines of the spectrum add
/// their atoms. `None` where there is no transform.
pub(super) fn by_transform(
    activation: &Activation,
    sigma: f64,
    count: usize,
) -> Option<Vec<Estimate>> {
    let tails = activation.tails();
    let degree = tails.left.len().max(tails.right.len()).saturating_sub(1);
    let splits: Vec<f64> = activation.kinks().iter().map(|k| k.at / sigma).collect();
    let atoms = activation.spectral_atoms();
    let mut out: Vec<Estimate> = (0..count.min(degree + 1))
        .map(|n| {
            mean_of(
                |x| activation.value(sigma * x) * hermite(x, n + 1).last().copied().unwrap_or(0.0),
                &splits,
            )
        })
        .collect();
    if count <= degree + 1 {
        return Some(out);
    }
    let regular = Samples::new(activation, sigma, degree + 1, count);
    if regular.is_none() && atoms.is_empty() {
        return None;
    }
    for n in degree + 1..count {
        let mut a = regular
            .as_ref()
            .map_or(Estimate::default(), |samples| samples.coefficient(n));
        for (omega, c) in &atoms {
            let u = omega * sigma;
            let size = (n as f64 * u.abs().ln() - 0.5 * (u * u + ln_gamma(n as f64 + 1.0))).exp();
            let phase = (Complex64::i() * u.signum()).powu((n % 4) as u32);
            let value = (c * phase).re * size;
            let rounding = (10.0 + n as f64) * f64::EPSILON;
            a = a + Estimate::new(value, rounding * size * c.norm());
        }
        out.push(a);
    }
    Some(out)
}

/// φ̂(u/σ) u at the nodes u = e^s of the trapezoidal rule, s = hj.
struct Samples {
    step: f64,
    sigma: f64,
    /// s, ln|φ̂|, the phase of φ̂, its relative error, and whether it belongs to every other one.
    nodes: Vec<(f64, f64, Complex64, f64, bool)>,
}

impl Samples {
    fn new(activation: &Activation, sigma: f64, first: usize, count: usize) -> Option<Self> {
        let step = COARSE.min(OF_THE_PEAK / (2.0 * count as f64).sqrt());
        // Towards 0 the integrand of the first falls like e^s, to the right like e^{−u²/2}.
        let low = -(NEGLIGIBLE + 0.5 * (first as f64).ln());
        let high = ((count as f64).sqrt() + REACH).ln();
        let mut nodes = Vec::new();
        for j in (low / step).floor() as i64..=(high / step).ceil() as i64 {
            let s = j as f64 * step;
            let sample = activation.fourier(s.exp() / sigma).ok()?;
            // In units of its modulus: a pole at 0 makes it as large as it pleases.
            let modulus = sample.value.norm();
            if modulus > 0.0 {
                nodes.push((
                    s,
                    sample.exponent + modulus.ln(),
                    sample.value / modulus,
                    sample.value_error / modulus,
                    j % 2 == 0,
                ));
            }
        }
        Some(Self { step, sigma, nodes })
    }

    fn coefficient(&self, n: usize) -> Estimate {
        let m = n as f64;
        // n s − u²/2 − ½ ln n! about its peak u² = n, where nothing cancels.
        let centre = 0.5 * m.ln();
        let constant = 0.5 * (m * (m.ln() - 1.0) - ln_gamma(m + 1.0));
        let logarithm = |s: f64, exponent: f64| {
            let x = s - centre;
            m * (x - 0.5 * (2.0 * x).exp_m1()) + s + exponent + constant
        };
        let top = self
            .nodes
            .iter()
            .map(|node| logarithm(node.0, node.1))
            .fold(f64::NEG_INFINITY, f64::max);
        if top == f64::NEG_INFINITY {
            return Estimate::default();
        }
        let phase = Complex64::i().powu((n % 4) as u32);
        // All nodes, and every other one.
        let (mut sum, mut half, mut size, mut inner, mut rounding) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(s, exponent, value, error, even) in &self.nodes {
            let l = logarithm(s, exponent) - top;
            if l < -NEGLIGIBLE {
                continue;
            }
            let weight = l.exp();
            let term = weight * (phase * value).re;
            sum += term;
            half += if even { 2.0 * term } else { 0.0 };
            size += weight;
            inner += weight * error;
            // ½ ln n is rounded: the logarithm moves by n(1 − u²/n) times that.
            rounding += weight * (1.0 + (m - (2.0 * s).exp()).abs() * (1.0 + centre));
        }
        let factor = self.step * top.exp() / (PI * self.sigma);
        let gap = (sum - half).abs();
        // The error of the trapezoidal rule squares when the step halves.
        let truncation = if gap < 0.01 * size {
            10.0 * gap * (gap / size)
        } else {
            gap
        };
        let rounding = f64::EPSILON * (4.0 * size + rounding + top.abs().min(100.0) * size);
        Estimate::new(sum * factor, (truncation + inner + rounding) * factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::kernel::dual::expansion::Expansion;

    #[test]
    fn transforms_and_real_space_agree() {
        for name in [
            "tanh", "gelu", "sigmoid", "softplus", "silu", "erf", "arctan", "sin", "gaussian",
        ] {
            let activation = Activation::parse(name).unwrap();
            for sigma in [0.3, 1.0, 2.0] {
                let a = by_transform(&activation, sigma, 64).unwrap();
                let b = Expansion::new(&activation, sigma * sigma, 64).estimates();
                for (n, (a, b)) in a.iter().zip(&b).enumerate() {
                    assert!(
                        (a.value - b.value).abs() <= a.error + b.error,
                        "{name} {sigma} {n}: {a:?} {b:?}"
                    );
                }
            }
        }
    }
}
