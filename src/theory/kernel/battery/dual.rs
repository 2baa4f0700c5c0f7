//! What dual activations must pass.

use super::hold;
use crate::error::{Error, Result};
use crate::model::Activation;
use crate::model::ensemble::{Draw, generator};
use crate::numerics::Estimate;
use crate::numerics::special::Correlation;
use crate::theory::kernel::{Covariance, DualActivation, DualValue};
use rand_distr::{Distribution, StandardNormal};

/// What was measured of a dual activation, relative to √(E[φ(u)²]E[φ(v)²]) (Price: to that of φ′).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasuredDual {
    /// The largest error claimed.
    pub error: f64,
    /// The largest gap between ∂E\[φφ\]/∂q₁₂, by differences, and E\[φ′φ′\].
    pub price: f64,
    /// The largest gap between E\[φφ\] and Mehler's series of quadrature coefficients, where that converges.
    pub mehler: f64,
    /// The largest gap between E\[φφ\] and a mean over drawn pairs, in standard errors.
    pub drawn: f64,
}

/// Correlations at which a dual activation is looked at.
const CORRELATIONS: [f64; 9] = [-1.0, -0.9, -0.5, -0.1, 0.0, 0.3, 0.7, 0.95, 1.0];
/// Terms of Mehler's series in the battery: ρ = 0.7 leaves 0.7²⁵⁶ = 2e−40.
const TERMS: usize = 256;
/// Pairs drawn, standard errors allowed beside a part of the diagonal for events too rare to be drawn, and how far a drawn
/// E[φ²] may be off for the draws to be believed.
const DRAWN: usize = 4096;
const STANDARD_ERRORS: f64 = 6.0;
const RARE: f64 = 0.005;
const BELIEVED: f64 = 0.2;

/// Checks the dual activations of φ at pairs of these variances: exchange of u and v, the bound by the diagonal, Price's
/// theorem ∂E\[φφ\]/∂q₁₂ = E\[φ′φ′\] against differences (its integral ∫E\[φ′φ′\]dq₁₂ over short intervals), and two
/// independent routes: Mehler's series of Hermite coefficients found by quadrature, for |ρ| ≤ 0.7, and the mean over drawn
/// pairs, where these see enough of φ to find E\[φ²\].
///
/// # Errors
/// [`Error::Accuracy`] naming the first property that fails; impossible variances, or none, of which nothing would be checked.
pub fn check_dual(activation: &Activation, variances: &[f64]) -> Result<MeasuredDual> {
    some(variances)?;
    let dual = DualActivation::new(activation);
    let mut measured = MeasuredDual::default();
    for (i, &q11) in variances.iter().enumerate() {
        for &q22 in variances.iter().skip(i) {
            check_pair(&dual, (q11, q22), &mut measured)?;
        }
    }
    Ok(measured)
}

fn check_pair(
    dual: &DualActivation,
    (q11, q22): (f64, f64),
    measured: &mut MeasuredDual,
) -> Result<()> {
    let own = |q: f64| at(dual, (q, q), 1.0);
    let (one, two) = (own(q11)?, own(q22)?);
    let size = (one.nngp.value * two.nngp.value).sqrt();
    finite_size(size)?;
    let slopes = (one.derivative.value * two.derivative.value).sqrt();
    let coefficients = (
        dual.hermite_coefficients(q11, TERMS)?,
        dual.hermite_coefficients(q22, TERMS)?,
    );
    let draws = Draws::new(dual.activation(), (q11, q22));
    let seen = draws.see((one.nngp.value, two.nngp.value));
    for rho in CORRELATIONS {
        let here = at(dual, (q11, q22), rho)?.nngp;
        let swapped = at(dual, (q22, q11), rho)?.nngp;
        let allowed = 2.0 * here.error + f64::EPSILON * size;
        let gap = (here.value - swapped.value).abs();
        hold("exchange of u and v", gap, allowed)?;
        let above = here.value.abs() - size;
        hold("an entry above its diagonal", above, 2.0 * allowed)?;
        measured.error = measured.error.max(here.error / size);
        if seen {
            let (mean, standard_error) = draws.mean(dual.activation(), q22, rho);
            let gap = (here.value - mean).abs();
            let allowed = STANDARD_ERRORS * standard_error + RARE * size;
            hold("the mean over drawn pairs", gap, allowed)?;
            measured.drawn = measured.drawn.max(gap / standard_error.max(RARE * size));
        }
        if rho.abs() <= 0.7 {
            let terms = coefficients.0.iter().zip(&coefficients.1).rev();
            let series = terms.fold(Estimate::default(), |sum, (a, b)| sum * rho + *a * *b);
            let gap = (here.value - series.value).abs();
            let allowed = here.error + series.error + 1e-11 * size;
            hold("Mehler's series", gap, allowed)?;
            measured.mehler = measured.mehler.max(gap / size);
        }
        if rho.abs() < 0.99 && slopes > 0.0 {
            let gap = price(dual, (q11, q22), rho, (size, slopes))?;
            measured.price = measured.price.max(gap);
        }
    }
    Ok(())
}

/// The gap between E[φφ] at the ends of a short interval of correlations and ∫E[φ′φ′] dq₁₂ over it, by three points of Gauss,
/// relative to the integral of `slopes`, a bound on |E[φ′φ′]|.
fn price(
    dual: &DualActivation,
    q: (f64, f64),
    rho: f64,
    (size, slopes): (f64, f64),
) -> Result<f64> {
    const HALF: f64 = 0.01;
    let node = 0.6_f64.sqrt() * HALF;
    let slope = |r: f64| at(dual, q, r).map(|d| d.derivative.value);
    let sum = 5.0 * (slope(rho - node)? + slope(rho + node)?) + 8.0 * slope(rho)?;
    let scale = (q.0 * q.1).sqrt();
    let integral = HALF / 9.0 * sum * scale;
    let ends = at(dual, q, rho + HALF)?.nngp - at(dual, q, rho - HALF)?.nngp;
    let gap = (ends.value - integral).abs();
    let most = match slopes.is_finite() {
        true => 2.0 * HALF * slopes * scale,
        false => integral.abs(),
    };
    let allowed = ends.error + 1e-6 * most + f64::EPSILON * size;
    hold("Price's theorem", gap, allowed)?;
    Ok(gap / most)
}

fn at(dual: &DualActivation, (q11, q22): (f64, f64), rho: f64) -> Result<DualValue> {
    Ok(dual.evaluate(&Covariance::new(q11, q22, Correlation::from_rho(rho))?))
}

/// Standard normal pairs (g, h), and φ(√q₁₁ g): u = √q₁₁ g and v = √q₂₂(ρg + √(1−ρ²)h).
struct Draws {
    pairs: Vec<(f64, f64)>,
    values: Vec<f64>,
    second: f64,
}

impl Draws {
    fn new(phi: &Activation, (q11, q22): (f64, f64)) -> Self {
        let mut random = generator(0, Draw::Hidden(0));
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let pairs: Vec<(f64, f64)> = (0..DRAWN).map(|_| (normal(), normal())).collect();
        let value = |q: f64, g: f64| phi.value(q.sqrt() * g);
        let second = pairs.iter().map(|p| value(q22, p.0).powi(2)).sum::<f64>();
        Self {
            values: pairs.iter().map(|p| value(q11, p.0)).collect(),
            second: second / DRAWN as f64,
            pairs,
        }
    }

    /// Whether E[φ(u)²] and E[φ(v)²] are found.
    fn see(&self, (one, two): (f64, f64)) -> bool {
        let first = self.values.iter().map(|v| v * v).sum::<f64>() / DRAWN as f64;
        let near = |drawn: f64, exact: f64| (drawn - exact).abs() <= BELIEVED * exact;
        near(first, one) && near(self.second, two)
    }

    /// E[φ(u)φ(v)] with its standard error.
    fn mean(&self, phi: &Activation, q22: f64, rho: f64) -> (f64, f64) {
        let (count, across) = (DRAWN as f64, (1.0 - rho * rho).sqrt());
        let products = self.pairs.iter().zip(&self.values);
        let products =
            products.map(|((g, h), u)| u * phi.value(q22.sqrt() * (rho * g + across * h)));
        let (sum, squares) = products.fold((0.0, 0.0), |(a, b), x| (a + x, b + x * x));
        let mean = sum / count;
        (
            mean,
            ((squares / count - mean * mean).max(0.0) / count).sqrt(),
        )
    }
}

/// Checks a metamorphic identity: two ways to write one function (leaky ReLU of slope 0 and ReLU, ReLU and ½z + ½|z|)
/// have the same dual activation E\[φφ\], at pairs of these variances and correlations −1 … 1, to the sum of both bounds. The answer
/// is the largest gap relative to the diagonal.
///
/// # Errors
/// [`Error::Accuracy`] if they differ; impossible variances, or none.
pub fn check_identity(one: &Activation, other: &Activation, variances: &[f64]) -> Result<f64> {
    compare(one, other, variances, |dual| dual.nngp)
}

/// Checks that E\[φ′φ′\] of one function is E\[ψψ\] of its derivative ψ (softplus′ = sigmoid), as [`check_identity`].
///
/// # Errors
/// As [`check_identity`].
pub fn check_slope(function: &Activation, slope: &Activation, variances: &[f64]) -> Result<f64> {
    compare(function, slope, variances, |dual| dual.derivative)
}

fn compare(
    one: &Activation,
    other: &Activation,
    variances: &[f64],
    part: impl Fn(&DualValue) -> Estimate,
) -> Result<f64> {
    some(variances)?;
    let (one, other) = (DualActivation::new(one), DualActivation::new(other));
    let near = |distance: f64| {
        [
            Correlation::from_one_minus(distance),
            Correlation::from_one_plus(distance),
        ]
    };
    let ends = [1e-12, 1e-6].into_iter().flat_map(near);
    let plain = CORRELATIONS.into_iter().map(Correlation::from_rho);
    let correlations: Vec<Correlation> = plain.chain(ends).collect();
    let mut worst = 0.0_f64;
    for (i, &q11) in variances.iter().enumerate() {
        for &q22 in variances.iter().skip(i) {
            let own = |q: f64| {
                let same = Correlation::from_one_minus(0.0);
                Ok(other.evaluate(&Covariance::new(q, q, same)?).nngp.value)
            };
            let size = (own(q11)? * own(q22)?).sqrt();
            finite_size(size)?;
            for &rho in &correlations {
                let law = Covariance::new(q11, q22, rho)?;
                let (a, b) = (part(&one.evaluate(&law)), other.evaluate(&law).nngp);
                let gap = (a.value - b.value).abs();
                hold("two ways to write one function", gap, a.error + b.error)?;
                worst = worst.max(if size > 0.0 { gap / size } else { 0.0 });
            }
        }
    }
    Ok(worst)
}

fn finite_size(size: f64) -> Result<()> {
    if size.is_finite() {
        return Ok(());
    }
    let expected = "variances at which E[φ²] is below the largest double";
    Err(Error::invalid("variances", expected, size))
}

fn some(variances: &[f64]) -> Result<()> {
    if variances.is_empty() {
        return Err(Error::invalid("variances", "at least one", "none"));
    }
    Ok(())
}
