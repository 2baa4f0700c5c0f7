//! Where α̂ ends, or why it does not.

use super::Regularisation;
use super::form::half_sphere;
use super::slices::{axis, ln_filter};
use super::source::{Source, slice};
use crate::error::{Error, Result};
use crate::model::activation::{Activation, Decay, FourierSample, Zeros};
use crate::theory::radon::Direction;
use num_complex::Complex64;

/// Frequencies are looked at from 10^−4 to 10^6, this many in each decade.
const DECADES: (i32, i32) = (-4, 6);
const PER_DECADE: i32 = 16;
/// α̂ has ended where it stays below e^this times its peak.
const ENDED: f64 = -32.0;
/// ∫ω^power dω converges at ∞ below this power.
const SUMMABLE: f64 = -1.0;
/// Nodes along each edge of a rule of directions, d = 2 … 5.
const OTHERS: [usize; 4] = [16, 4, 2, 2];

/// φ̂_s(ω) = φ̂(ω/s)/s as (mantissa, exponent).
pub(super) fn transform(
    activation: &Activation,
    scale: f64,
    omega: f64,
) -> Result<(Complex64, f64)> {
    let FourierSample {
        exponent, value, ..
    } = activation.fourier(omega / scale)?;
    Ok((value / scale, exponent))
}

/// conj(φ̂)/(|φ̂|² + λ), and |φ̂|²/(|φ̂|² + λ); not finite where φ̂ vanishes and λ = 0.
pub(super) fn inverse(value: (Complex64, f64), lambda: f64) -> (Complex64, f64) {
    let (mantissa, exponent) = value;
    let power = mantissa.norm_sqr();
    // λ in units of e^{2 exponent}.
    let scaled = if lambda == 0.0 {
        0.0
    } else {
        (lambda.ln() - 2.0 * exponent).exp()
    };
    if scaled == f64::INFINITY {
        return (mantissa.conj() * exponent.exp() / lambda, 0.0);
    }
    let whole = power + scaled;
    (mantissa.conj() / whole * (-exponent).exp(), power / whole)
}

/// Refuses what has no inverse below the band limit.
pub(super) fn check(
    activation: &Activation,
    scale: f64,
    rule: &Regularisation,
    band: f64,
) -> Result<()> {
    let refuse = |reason: String| Err(Error::undefined("representing density", reason));
    if activation.decay() == Decay::Atomic {
        return refuse(format!(
            "the transform of {} has no part that is a function: at one scale it reaches single frequencies only",
            activation.name()
        ));
    }
    if rule.lambda() > 0.0 {
        return Ok(());
    }
    let first = match activation.zeros() {
        Zeros::Multiples { spacing } => Some(spacing),
        Zeros::Listed(list) => list.into_iter().find(|z| *z > 0.0),
        _ => None,
    };
    match first.map(|zero| zero * scale).filter(|zero| *zero <= band) {
        Some(zero) => refuse(format!(
            "the transform of {} vanishes at frequency {zero}, which no density reaches; give a band limit below it or a \
             Tikhonov parameter",
            activation.name()
        )),
        None => Ok(()),
    }
}

/// An α̂ that does not end.
pub(super) struct Endless {
    /// |α̂| ~ ω^power, NaN or large where it grows faster than any power.
    pub power: f64,
    /// In words.
    pub reason: String,
}

/// The band on which α̂ = factor · ĥ lives: the limit given, or where it has died out.
pub(super) fn band(
    source: &Source,
    dim: usize,
    activation: &Activation,
    rule: &Regularisation,
    ln_factor: impl Fn(f64) -> Result<f64>,
) -> Result<f64> {
    let endless = |e: Endless| {
        let therefore = if e.power < SUMMABLE {
            ""
        } else {
            ", so that no density is a function"
        };
        Error::undefined(
            "representing density",
            format!("{}{therefore}; give a band limit", e.reason),
        )
    };
    search(source, dim, activation, rule, ln_factor)?.map_err(endless)
}

/// The same with an answer where it does not end.
pub(super) fn search(
    source: &Source,
    dim: usize,
    activation: &Activation,
    rule: &Regularisation,
    ln_factor: impl Fn(f64) -> Result<f64>,
) -> Result<std::result::Result<f64, Endless>> {
    match (source, rule.limit()) {
        (_, Some(limit)) => return Ok(Ok(limit)),
        (Source::Ring { radius, .. }, None) => return Ok(Ok(*radius)),
        (Source::Lines(lines), None) => {
            return Ok(Ok(lines.iter().map(|(k, _)| *k).fold(0.0, f64::max)));
        }
        _ => {}
    }
    // Zeros must be known before frequencies beyond them are looked at.
    let skew: Vec<f64> = (0..dim).map(|i| 1.0 / (1.0 + i as f64)).collect();
    let directions = [axis(dim)?, Direction::new(&skew)?];
    let place = |i: i32| 10f64.powf(f64::from(i) / f64::from(PER_DECADE));
    let ln_along = |direction: &Direction, omega: f64| -> Result<f64> {
        let (f, error, ln) = slice(source, direction, omega)?;
        let ln_slice = ln.unwrap_or_else(|| f.norm().max(error).ln());
        Ok(ln_slice + ln_factor(omega)? + ln_filter(dim, omega))
    };
    let mut seen: Vec<(f64, f64)> = Vec::new();
    for i in DECADES.0 * PER_DECADE..=DECADES.1 * PER_DECADE {
        let mut largest = f64::NEG_INFINITY;
        for direction in &directions {
            largest = largest.max(ln_along(direction, place(i))?);
        }
        seen.push((place(i), largest));
    }
    let peak = seen
        .iter()
        .map(|(_, ln)| *ln)
        .fold(f64::NEG_INFINITY, f64::max);
    if peak == f64::NEG_INFINITY {
        return Ok(Ok(1.0));
    }
    let last = seen
        .iter()
        .rposition(|(_, ln)| ln.is_nan() || *ln > peak + ENDED);
    let Some(mut end) = last.map(|at| at + 1).filter(|at| *at < seen.len()) else {
        return Ok(Err(endless(&seen, activation)));
    };
    // It may end later along others.
    for (direction, _) in others(source, dim)? {
        while end + 1 < seen.len() && ln_along(&direction, seen[end].0)? > peak + ENDED {
            end += 1;
        }
    }
    Ok(Ok(seen[end].0))
}

/// Further directions along which α̂ is looked at: of radial parts, all tell the same.
fn others(source: &Source, dim: usize) -> Result<Vec<(Direction, f64)>> {
    match (source, dim) {
        (Source::Any(_), 2..=5) => half_sphere(dim, OTHERS[dim - 2]),
        _ => Ok(Vec::new()),
    }
}

/// ln |conj(φ̂)/(|φ̂|² + λ)|.
pub(super) fn ln_inverse(value: (Complex64, f64), lambda: f64) -> f64 {
    let ln = value.0.norm().ln() + value.1;
    if lambda == 0.0 {
        -ln
    } else {
        // −ln(|φ̂| + λ/|φ̂|)
        let (a, b) = (ln, lambda.ln() - ln);
        -(a.max(b) + (-(a - b).abs()).exp().ln_1p())
    }
}

/// How α̂ fails to end.
fn endless(seen: &[(f64, f64)], activation: &Activation) -> Endless {
    let decade = PER_DECADE as usize;
    let mean = |values: &[(f64, f64)]| {
        values
            .iter()
            .map(|(_, ln)| *ln)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let n = seen.len();
    let (late, early) = (
        mean(seen.get(n.saturating_sub(decade)..).unwrap_or(&[])),
        mean(
            seen.get(n.saturating_sub(2 * decade)..n.saturating_sub(decade))
                .unwrap_or(&[]),
        ),
    );
    let power = (late - early) / 10f64.ln();
    if power < SUMMABLE {
        return Endless {
            power,
            reason: format!(
                "the end of the band lies beyond reach: at frequency 10^{} α̂ still falls like ω^{power:.2}, slower than the \
                 transforms of smooth functions",
                DECADES.1
            ),
        };
    }
    let how = if power.is_nan() || power > 30.0 {
        "grows faster than any power".into()
    } else if power >= 0.0 {
        format!("does not fall (|α̂| ~ ω^{power:.2})")
    } else {
        format!("falls too slowly to be summed (|α̂| ~ ω^{power:.2})")
    };
    Endless {
        power,
        reason: format!(
            "the function is too rough for {}: α̂ = ĥ/φ̂ {how}",
            activation.name()
        ),
    }
}
