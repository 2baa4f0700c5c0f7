//! What the closed forms share: checked frequencies, samples with the error of a closed form,
//! hyperbolic functions without overflow or cancellation.

use super::{FourierSample, Remainder, Tails};
use crate::error::{Error, Result};
use num_complex::Complex64;

/// The relative error promised for a closed form.
pub(super) const RELATIVE_ERROR: f64 = 1e-13;

/// `omega` if it is finite and not 0.
pub(super) fn frequency(omega: f64) -> Result<f64> {
    if omega.is_finite() && omega != 0.0 {
        Ok(omega)
    } else {
        Err(Error::invalid(
            "frequency",
            "a finite number other than 0",
            omega,
        ))
    }
}

/// A sample whose two numbers carry the relative error of a closed form.
pub(super) fn sample(exponent: f64, value: Complex64, stretch: Complex64) -> FourierSample {
    FourierSample {
        exponent,
        value,
        stretch,
        value_error: RELATIVE_ERROR * value.norm(),
        stretch_error: RELATIVE_ERROR * stretch.norm(),
    }
}

/// x^p = mantissa·e^{exponent}, the exponent 0 unless the power leaves the range of double precision.
pub(super) fn scaled_power(x: f64, p: i32) -> (f64, f64) {
    let logarithm = f64::from(p) * x.abs().ln();
    if logarithm.abs() < 300.0 || x == 0.0 {
        (x.powi(p), 0.0)
    } else {
        let sign = if p % 2 == 0 { 1.0 } else { x.signum() };
        (sign, logarithm)
    }
}

/// e^{|u|}/sinh u.
pub(super) fn scaled_csch(u: f64) -> f64 {
    -2.0 * u.signum() / (-2.0 * u.abs()).exp_m1()
}

/// u coth u − 1 to full relative accuracy: near 0 it is (u cosh u − sinh u)/sinh u with the
/// numerator Σ_{k≥1} 2k u^{2k+1}/(2k+1)!, whose terms have one sign.
pub(super) fn u_coth_u_minus_one(u: f64) -> f64 {
    let u = u.abs();
    if u >= 1.0 {
        return u / u.tanh() - 1.0;
    }
    if u == 0.0 {
        return 0.0;
    }
    let (mut power, mut sum) = (u, 0.0);
    for k in 1..=11 {
        let k = f64::from(k);
        power *= u * u / (2.0 * k * (2.0 * k + 1.0));
        sum += 2.0 * k * power;
    }
    sum / u.sinh()
}

/// The exponent of a remainder or transform that decays like e^{−rate·|z|}.
pub(super) const EXPONENT_ONE: f64 = 1.0;
/// The exponent of one that decays like e^{−rate·z²}.
pub(super) const EXPONENT_TWO: f64 = 2.0;

/// Tails that are approached like e^{−rate·|z|^exponent}.
pub(super) fn exponential_tails(left: &[f64], right: &[f64], rate: f64, exponent: f64) -> Tails {
    Tails {
        left: left.to_vec(),
        right: right.to_vec(),
        remainder: Remainder::Exponential { rate, exponent },
    }
}
