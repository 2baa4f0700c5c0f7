//! Where on the frequencies the cost of a function with a known transform lies.

use super::range::{Range, explore, integrate_range};
use super::seminorm::{Integrand, LIMITS};
use super::target::modulus;
use super::{LogEstimate, Penalty, Seminorm};
use crate::data::{Target, TargetSpectrum};
use crate::error::{Error, Result, positive};
use crate::numerics::Estimate;

/// The cost of a function by frequency r = ‖k‖. Sums agree with the seminorm: Σ parts = total, the last of the cumulative costs
/// plus the last part too.
#[derive(Clone, Debug, PartialEq)]
pub struct FrequencyBreakdown {
    /// The frequencies that bound the parts, ascending.
    pub frequencies: Vec<f64>,
    /// The cost below the first, between each two, and above the last: one more than there are frequencies.
    pub parts: Vec<Estimate>,
    /// d‖f‖²/d ln r at the frequencies; divided by r, the density per frequency.
    pub density: Vec<Estimate>,
    /// The cost below each frequency.
    pub cumulative: Vec<Estimate>,
    /// (q, the frequency below which the share q of the cost lies).
    pub quantiles: Vec<(f64, f64)>,
    /// ‖f‖².
    pub total: Estimate,
}

/// Quantiles are found to this in ln r.
const FOUND: f64 = 1e-10;

impl Penalty {
    /// Where the cost of a target lies, between frequencies and by quantiles of the cost (shares between 0 and 1).
    ///
    /// # Errors
    /// Frequencies not ascending and > 0, shares not strictly between 0 and 1; a cost that is infinite; as
    /// [`Penalty::seminorm_of_target`].
    pub fn breakdown_of_target(
        &self,
        target: &dyn Target,
        frequencies: &[f64],
        shares: &[f64],
    ) -> Result<FrequencyBreakdown> {
        if let Seminorm::Infinite { reason } = self.seminorm_of_target(target)? {
            return Err(infinite(reason));
        }
        match target.spectrum() {
            TargetSpectrum::Radial { profile, .. } => {
                self.breakdown(|r| modulus(profile, r), frequencies, shares)
            }
            TargetSpectrum::Function(function) => self.breakdown(
                |r| self.mean_modulus(r, &|k: &[f64]| function.at(k).0.norm_sqr()),
                frequencies,
                shares,
            ),
            // What is left costs nothing.
            _ => self.breakdown(|_| LogEstimate::ZERO, frequencies, shares),
        }
    }

    /// Where the cost of a function with a radial transform lies, given ln|f̂(r)|.
    ///
    /// # Errors
    /// As [`Penalty::breakdown_of_target`].
    pub fn breakdown_of_radial(
        &self,
        ln_modulus: impl Fn(f64) -> f64,
        frequencies: &[f64],
        shares: &[f64],
    ) -> Result<FrequencyBreakdown> {
        if let Seminorm::Infinite { reason } = self.seminorm_of_radial(&ln_modulus, &[])? {
            return Err(infinite(reason));
        }
        let exact = |r: f64| LogEstimate {
            ln: ln_modulus(r),
            relative_error: 0.0,
        };
        self.breakdown(exact, frequencies, shares)
    }

    fn breakdown(
        &self,
        modulus: impl Fn(f64) -> LogEstimate,
        frequencies: &[f64],
        shares: &[f64],
    ) -> Result<FrequencyBreakdown> {
        for &r in frequencies {
            positive("frequencies", r)?;
        }
        if let Some(pair) = frequencies.windows(2).find(|p| p[0] >= p[1]) {
            return Err(Error::invalid(
                "frequencies",
                "ascending numbers",
                format!("{} then {}", pair[0], pair[1]),
            ));
        }
        if let Some(share) = shares.iter().find(|q| !(**q > 0.0 && **q < 1.0)) {
            return Err(Error::invalid("shares", "numbers between 0 and 1", share));
        }
        let mut integrand = Integrand::new(self, modulus);
        let found = explore(0.0, LIMITS, (false, false), |u| integrand.at(u).ln);
        let places: Vec<f64> = frequencies.iter().map(|r| r.ln()).collect();
        let density: Vec<Estimate> = places
            .iter()
            .map(|&u| integrand.at(u).estimate().unwrap_or_default())
            .collect();
        let mut parts = Vec::with_capacity(places.len() + 1);
        let mut between = |a: f64, b: f64, range: &Range| -> Estimate {
            let part = Range {
                low: a.max(range.low),
                high: b.min(range.high),
                ..*range
            };
            if part.low >= part.high {
                return Estimate::default();
            }
            let summit = range.summit.clamp(part.low, part.high);
            let part = Range { summit, ..part };
            let integral = integrate_range(&part, std::iter::empty(), 1e-12, |u| integrand.at(u));
            integral.estimate().unwrap_or_default()
        };
        let mut quantiles = Vec::new();
        match &found {
            None => parts.resize(places.len() + 1, Estimate::default()),
            Some(range) => {
                let mut from = f64::NEG_INFINITY;
                for &to in places.iter().chain([&f64::INFINITY]) {
                    parts.push(between(from, to, range));
                    from = to;
                }
                let total: f64 = parts.iter().map(|p| p.value).sum();
                for &share in shares {
                    quantiles.push((share, quantile(share * total, range, &mut between)));
                }
            }
        }
        if let Some(error) = integrand.failure() {
            return Err(error);
        }
        let cumulative = parts.iter().take(places.len()).scan(
            Estimate::default(),
            |sum: &mut Estimate, part| {
                *sum = *sum + *part;
                Some(*sum)
            },
        );
        Ok(FrequencyBreakdown {
            frequencies: frequencies.to_vec(),
            density,
            cumulative: cumulative.collect(),
            quantiles,
            total: parts.iter().copied().sum(),
            parts,
        })
    }
}

/// The r below which `wanted` lies: bisection in ln r, the part known so far added up.
fn quantile(
    wanted: f64,
    range: &Range,
    between: &mut impl FnMut(f64, f64, &Range) -> Estimate,
) -> f64 {
    let (mut low, mut high, mut below) = (range.low, range.high, 0.0);
    while high - low > FOUND {
        let middle = 0.5 * (low + high);
        let more = between(low, middle, range).value;
        if below + more < wanted {
            below += more;
            low = middle;
        } else {
            high = middle;
        }
    }
    (0.5 * (low + high)).exp()
}

fn infinite(reason: String) -> Error {
    Error::undefined("breakdown of an infinite seminorm", reason)
}
