//! Elementary and normal functions without a branch, so that a loop over a slice becomes vector
//! instructions (inside `numerics::wide`): a polynomial after a reduction of the argument, and
//! selections where other libraries branch.
//!
//! Only additions, products, quotients and square roots are used, each rounded as IEEE 754 says and in
//! one order: the same bits on every machine, in a vector or alone. The coefficients are
//! near-minimax, from `tests/reference/generate_branchless.py`.

use std::f64::consts::{FRAC_PI_2, LOG2_E};

/// (eʳ − 1 − r)/r² in r, |r| ≤ ½ln 2.
const EXPM1: [f64; 10] = [
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
];
/// (asin √w/√w − 1)/w in w ≤ ¼.
const ASIN: [f64; 13] = [
    0.16666666666666669,
    0.07499999999998433,
    0.04464285714635543,
    0.030381944138531247,
    0.02237217294214989,
    0.017352392720869973,
    0.013971212973552933,
    0.011479177415184906,
    0.01032281435018578,
    0.005457506718640358,
    0.01740087944269402,
    -0.014851887071247204,
    0.028757851367421566,
];
/// (artanh √w/√w − 1)/w in w ≤ 1/9.
const ATANH: [f64; 11] = [
    0.3333333333333333,
    0.19999999999999762,
    0.1428571428580005,
    0.11111111099118386,
    0.09090909948981357,
    0.07692271982430275,
    0.06667589315724629,
    0.05867139530651599,
    0.05422589197440007,
    0.03746071897775383,
    0.07815288900461426,
];
/// arctan √w/√w in w ≤ 1.
const ARCTAN: [f64; 20] = [
    1.0,
    -0.333333333333307,
    0.1999999999964796,
    -0.14285714266926733,
    0.11111110578002083,
    -0.09090899793217341,
    0.07692198997458294,
    -0.06665764910689723,
    0.058768281144872724,
    -0.052374234719188166,
    0.04668745304848529,
    -0.040811247503178855,
    0.03387126702700675,
    -0.02556862364437174,
    0.01671959606350739,
    -0.00899108054265826,
    0.003751138483965141,
    -0.0011252544302234645,
    0.00021423810738603946,
    -1.93423475928923e-05,
];
/// erf √w/√w in w ≤ 1.
const ERF: [f64; 13] = [
    std::f64::consts::FRAC_2_SQRT_PI,
    -0.3761263890318375,
    0.11283791670954879,
    -0.026866170645076792,
    0.0052239776248180145,
    -0.000854832698083379,
    0.0001205533111164271,
    -1.4925595266831182e-05,
    1.6461000484121368e-06,
    -1.6350312701054695e-07,
    1.4659775274047436e-08,
    -1.1372848856791674e-09,
    5.957176147748911e-11,
];
/// (a + 5)(1 − Φ(a))/ϕ(a) in y = (a − 5)/(a + 5), a ≥ 0.
const MILLS: [f64; 23] = [
    1.9280810471531578,
    -1.667866595188962,
    1.241547061573868,
    -0.7859110755463757,
    0.41364471573254236,
    -0.17325473409151876,
    0.05212550241608068,
    -0.007503282768653042,
    -0.001999962021267729,
    0.0013658588163496476,
    -0.00014883274148516504,
    -0.0001247342626600514,
    4.181331469574555e-05,
    9.971148298923085e-06,
    -6.941700609564945e-06,
    -8.298689394855559e-07,
    1.0879424939523628e-06,
    8.978341548404004e-08,
    -1.7001344922544334e-07,
    -1.2572369954898982e-08,
    2.367968496638553e-08,
    1.262664393784261e-09,
    -2.0469609328476833e-09,
];

/// acos x/√(1−x) in 0 ≤ x ≤ 1, to 5.1e−15.
const ANGLE: [f64; 16] = [
    1.5707963267948886,
    -0.2146018365984743,
    0.08904862219849122,
    -0.05079280260837022,
    0.03368107159446284,
    -0.02437196245920367,
    0.018655054153165932,
    -0.014798322102481828,
    0.011891796255298574,
    -0.009333792391343203,
    0.006771905133821364,
    -0.004237984673594584,
    0.0021165966268189003,
    -0.0007696925909019843,
    0.00017803435354185558,
    -1.945131302874301e-05,
];
/// (√(1−x²) − x acos x)/(1−x)^{3/2} in 0 ≤ x ≤ 1, to 3.3e−16.
const SEGMENT: [f64; 16] = [
    0.9999999999999997,
    -0.07079632679472607,
    0.01880550979304105,
    -0.0077431122421063765,
    0.003987192813431888,
    -0.0023502365657377144,
    0.001515471548628334,
    -0.0010393126558906087,
    0.0007390628019141721,
    -0.0005257892081297062,
    0.00035427913058576306,
    -0.00021040123058773858,
    0.00010138712079674805,
    -3.5984925685899745e-05,
    8.185944936324226e-06,
    -8.839484066571149e-07,
];

/// 1.5·2⁵²: adding it rounds to the nearest integer, which the low bits then hold.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with 32 zero bits at its end.
const LN_2_HIGH: f64 = 0.6931471803691238;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1/√(2π).
const FRAC_1_SQRT_2PI: f64 = super::normal::FRAC_1_SQRT_2PI;

/// Σ cⱼ xʲ as four interleaved Horner schemes in x⁴, which run side by side.
#[inline(always)]
fn polynomial<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    let mut sums = [0.0; 4];
    let mut j = N;
    while j > 0 {
        j -= 1;
        sums[j % 4] = sums[j % 4] * fourth + c[j];
    }
    (sums[0] + sums[1] * x) + (sums[2] + sums[3] * x) * square
}

/// [`polynomial`] in half as many instructions where the machine multiplies and adds in one; elsewhere the
/// same bits, slowly.
#[inline(always)]
fn fused_polynomial<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    let mut sums = [c[N - 4], c[N - 3], c[N - 2], c[N - 1]];
    for four in c[..N - 4].as_chunks::<4>().0.iter().rev() {
        for (sum, c) in sums.iter_mut().zip(four) {
            *sum = sum.mul_add(fourth, *c);
        }
    }
    let upper = sums[3].mul_add(x, sums[2]);
    upper.mul_add(square, sums[1].mul_add(x, sums[0]))
}

/// 2ᵏ for an integer −1022 ≤ k ≤ 1023 that was rounded by adding [`MAGIC`].
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits((rounded.to_bits() << 52).wrapping_add(1023 << 52))
}

/// eˣ = 2ᵏ(1 + q): 2^⌊k/2⌋, 2^⌈k/2⌉ and q = e^{r} − 1, |r| ≤ ½ln 2. `low` is added to x beyond its rounding.
#[inline(always)]
fn reduced(x: f64, low: f64) -> (f64, f64, f64) {
    // Beyond these e^x is 0 or ∞; NaN stays NaN.
    let x = x.clamp(-760.0, 715.0);
    let rounded = x * LOG2_E + MAGIC;
    let k = rounded - MAGIC;
    let half = 0.5 * k + MAGIC;
    let other = (k - (half - MAGIC)) + MAGIC;
    let r = (x - k * LN_2_HIGH) - (k * LN_2_LOW - low);
    let q = r + r * r * polynomial(&EXPM1, r);
    (power_of_two(half), power_of_two(other), q)
}

/// eˣ.
///
/// # Accuracy
/// Peak relative error 1.9 × 2⁻⁵³ where the result is normal.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (one, two, q) = reduced(x, 0.0);
    (one + one * q) * two
}

/// (eˣ, eˣ − 1) for x ≤ 700, both to full relative accuracy.
///
/// # Accuracy
/// Peak relative error 1.7 × 2⁻⁵³ for eˣ − 1.
#[inline(always)]
pub fn exp_and_expm1(x: f64) -> (f64, f64) {
    let (one, two, q) = reduced(x, 0.0);
    let scale = one * two;
    ((one + one * q) * two, scale * q + (scale - 1.0))
}

/// ln(1 + e) for 0 ≤ e ≤ 1.
///
/// # Accuracy
/// Peak relative error 2.0 × 2⁻⁵³.
#[inline(always)]
pub fn ln_1p_unit(e: f64) -> f64 {
    // 2 artanh(e/(2+e)), the argument at most ⅓.
    let s = e / (2.0 + e);
    let w = s * s;
    2.0 * (s + s * w * polynomial(&ATANH, w))
}

/// (asin ρ, acos ρ) of ρ given with 1 − ρ and 1 + ρ, each to full relative accuracy.
///
/// # Accuracy
/// Peak relative error 2.0 × 2⁻⁵³ and 2.0 × 2⁻⁵³.
#[inline(always)]
pub fn asin_acos(rho: f64, one_minus: f64, one_plus: f64) -> (f64, f64) {
    let central = rho.abs() < 0.5;
    // asin |ρ|, or half of acos |ρ|.
    let w = if central {
        rho * rho
    } else {
        0.5 * one_minus.min(one_plus)
    };
    let root = if central { rho.abs() } else { w.sqrt() };
    let angle = root + root * w * polynomial(&ASIN, w);
    let sine = if central {
        angle
    } else {
        FRAC_PI_2 - 2.0 * angle
    };
    let towards = if central {
        FRAC_PI_2 - angle
    } else {
        2.0 * angle
    };
    let away = std::f64::consts::PI - towards;
    (sine.copysign(rho), if rho < 0.0 { away } else { towards })
}

/// (asin x, 1/√(1−x²)) for |x| < 1: one square root, one quotient and one polynomial.
///
/// # Accuracy
/// Peak relative error 4.0 × 2⁻⁵³ and 2.5 × 2⁻⁵³.
#[inline(always)]
pub fn asin_and_slope(x: f64) -> (f64, f64) {
    let cosine = (-x).mul_add(x, 1.0).sqrt();
    // Of 1/(1 + c) and 1/c the common part; x/(1 + c) is the tangent of half the angle.
    let inverse = 1.0 / (cosine * (1.0 + cosine));
    let tangent = x * (inverse * cosine);
    let half = tangent * fused_polynomial(&ARCTAN, tangent * tangent);
    (2.0 * half, inverse * (1.0 + cosine))
}

/// (θ, sin θ − x θ) of the angle θ = acos x, 0 ≤ x ≤ 1, from x alone: one square root and two polynomials.
///
/// # Accuracy
/// 6e−15 and 1e−15, both relative to their values at the double x.
#[inline(always)]
pub fn acos_and_segment(x: f64) -> (f64, f64) {
    let versine = 1.0 - x;
    let root = versine.sqrt();
    let segment = versine * fused_polynomial(&SEGMENT, x);
    (root * fused_polynomial(&ANGLE, x), root * segment)
}

/// arctan z.
///
/// # Accuracy
/// Peak relative error 4.0 × 2⁻⁵³.
#[inline(always)]
pub fn arctan(z: f64) -> f64 {
    // The angle whose sine is a/√(1+a²); beyond 1e150 it is π/2.
    let a = z.abs().clamp(0.0, 1e150);
    let square = 1.0 + a * a;
    let sine = a / square.sqrt();
    let angle = asin_acos(sine, 1.0 / (square * (1.0 + sine)), 1.0 + sine).0;
    angle.copysign(z)
}

/// e^{−a²} (factor 1) or e^{−a²/2} (factor ½) for 0 ≤ a ≤ 45, the square with its rounding error.
#[inline(always)]
fn gaussian(a: f64, factor: f64) -> f64 {
    // The square of the upper half of the digits is exact.
    let upper = f64::from_bits(a.to_bits() & !0x7ff_ffff);
    let (one, two, q) = reduced(-factor * upper * upper, -factor * (a - upper) * (a + upper));
    (one + one * q) * two
}

/// |z|, at most `far`; NaN stays NaN.
#[inline(always)]
fn bounded(z: f64, far: f64) -> f64 {
    z.abs().clamp(0.0, far)
}

/// e^{−z²/2}.
///
/// # Accuracy
/// Peak relative error 2.1 × 2⁻⁵³ where the result is normal.
#[inline(always)]
pub fn exp_minus_half_square(z: f64) -> f64 {
    gaussian(bounded(z, 40.0), 0.5)
}

/// (1 − Φ(a))/ϕ(a), Mills' ratio, for a ≥ 0.
#[inline(always)]
fn mills(a: f64) -> f64 {
    polynomial(&MILLS, (a - 5.0) / (a + 5.0)) / (a + 5.0)
}

/// (ϕ(z), Φ(z)): density and distribution function of the standard normal law, the latter with relative
/// accuracy in its lower tail.
///
/// # Accuracy
/// Peak relative error 2.2 × 2⁻⁵³ and 5.4 × 2⁻⁵³ where the result is normal.
#[inline(always)]
pub fn normal_pdf_and_cdf(z: f64) -> (f64, f64) {
    let a = bounded(z, 40.0);
    let density = FRAC_1_SQRT_2PI * gaussian(a, 0.5);
    let tail = density * mills(a);
    (density, if z < 0.0 { tail } else { 1.0 - tail })
}

/// (erf z, e^{−z²}).
///
/// # Accuracy
/// Peak relative error 2.2 × 2⁻⁵³ and 1.6 × 2⁻⁵³.
#[inline(always)]
pub fn erf_and_gaussian(z: f64) -> (f64, f64) {
    let a = bounded(z, 28.0);
    let gaussian = gaussian(a, 1.0);
    // erfc a = 2(1 − Φ(a√2)).
    let tail = 2.0 * FRAC_1_SQRT_2PI * gaussian * mills(a * std::f64::consts::SQRT_2);
    let near = a * polynomial(&ERF, a * a);
    let value = if a < 1.0 { near } else { 1.0 - tail };
    (value.copysign(z), gaussian)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (name, argument, value) of every line of the 50-digit table.
    fn table() -> impl Iterator<Item = (&'static str, f64, f64)> {
        include_str!("../../../tests/reference/branchless.csv")
            .lines()
            .skip(2)
            .map(|line| {
                let mut fields = line.split(',');
                let name = fields.next().unwrap();
                let mut number = || fields.next().unwrap().parse().unwrap();
                (name, number(), number())
            })
    }

    #[test]
    fn agree_with_fifty_digits() {
        // Peak relative errors in units of 2⁻⁵³, as the documentation states them.
        let allowed = [
            ("exp", 2.1),
            ("expm1", 3.0),
            ("ln_1p", 3.0),
            ("asin", 3.0),
            ("acos", 3.0),
            ("acos_near_one", 3.0),
            ("pdf", 4.0),
            ("cdf", 6.0),
            ("erf", 4.0),
            ("gaussian", 3.0),
            ("arctan", 4.0),
            ("angle", 54.0),
            ("segment", 9.0),
            ("asin_alone", 5.0),
            ("slope", 4.0),
        ];
        let unit = 0.5 * f64::EPSILON;
        let mut peaks = [0.0_f64; 15];
        for (name, x, exact) in table() {
            let value = match name {
                "exp" => exp(x),
                "expm1" => exp_and_expm1(x).1,
                "ln_1p" => ln_1p_unit(x),
                "asin" => asin_acos(x, 1.0 - x, 1.0 + x).0,
                "acos" => asin_acos(x, 1.0 - x, 1.0 + x).1,
                "acos_near_one" => asin_acos(1.0 - x, x, 2.0 - x).1,
                "pdf" => normal_pdf_and_cdf(x).0,
                "cdf" => normal_pdf_and_cdf(x).1,
                "erf" => erf_and_gaussian(x).0,
                "arctan" => arctan(x),
                "angle" => acos_and_segment(x).0,
                "segment" => acos_and_segment(x).1,
                "asin_alone" => asin_and_slope(x).0,
                "slope" => asin_and_slope(x).1,
                _ => erf_and_gaussian(x).1,
            };
            let at = allowed.iter().position(|(n, _)| *n == name).unwrap();
            peaks[at] = peaks[at].max(((value - exact) / exact / unit).abs());
        }
        println!("{allowed:?}\n{peaks:?}");
        for ((name, allowed), peak) in allowed.iter().zip(peaks) {
            assert!(peak <= *allowed, "{name}: {peak} units");
        }
    }

    #[test]
    fn ends_and_not_a_number() {
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp_and_expm1(f64::NEG_INFINITY), (0.0, -1.0));
        assert_eq!(exp_and_expm1(0.0), (1.0, 0.0));
        assert_eq!(normal_pdf_and_cdf(f64::NEG_INFINITY), (0.0, 0.0));
        assert_eq!(normal_pdf_and_cdf(f64::INFINITY), (0.0, 1.0));
        assert!((normal_pdf_and_cdf(0.0).1 - 0.5).abs() < 3e-16);
        assert_eq!(erf_and_gaussian(f64::NEG_INFINITY), (-1.0, 0.0));
        assert_eq!(erf_and_gaussian(0.0), (0.0, 1.0));
        assert_eq!(asin_acos(1.0, 0.0, 2.0), (FRAC_PI_2, 0.0));
        assert_eq!(
            asin_acos(-1.0, 2.0, 0.0),
            (-FRAC_PI_2, std::f64::consts::PI)
        );
        let nan = f64::NAN;
        assert!(exp(nan).is_nan() && exp_and_expm1(nan).1.is_nan());
        assert!(normal_pdf_and_cdf(nan).0.is_nan() && normal_pdf_and_cdf(nan).1.is_nan());
        assert!(erf_and_gaussian(nan).0.is_nan() && erf_and_gaussian(nan).1.is_nan());
        assert!(asin_acos(nan, nan, nan).1.is_nan());
    }
}
