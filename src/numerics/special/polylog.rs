//! The dilogarithm and trilogarithm on [0, 1].

const ZETA_2: f64 = 1.644_934_066_848_226_4;
const ZETA_3: f64 = 1.202_056_903_159_594_3;

/// B_{2n}/(2n+1)!, n = 1…9 (DLMF 24.2): Li₂(1 − e^{−u}) = u − u²/4 + Σ B_{2n} u^{2n+1}/(2n+1)!.
const DEBYE: [f64; 9] = [
    1.0 / 36.0,
    -1.0 / 3600.0,
    1.0 / 211_680.0,
    -1.0 / 10_886_400.0,
    1.0 / 526_901_760.0,
    -4.064_761_645_144_225_5e-11,
    8.921_691_020_456_452e-13,
    -1.993_929_586_072_107_6e-14,
    4.518_980_029_619_918e-16,
];

/// ζ(3 − 2n)/(2n)!, n = 2…9: the even terms of Li₃(e^{−t}) (DLMF 25.12.12).
const TRILOG: [f64; 8] = [
    -1.0 / 288.0,
    1.0 / 86_400.0,
    -1.0 / 10_160_640.0,
    1.0 / 870_912_000.0,
    -1.0 / 63_228_211_200.0,
    2.419_500_979_252_515e-13,
    -3.982_897_776_989_488e-15,
    6.923_366_618_305_93e-17,
];

/// The dilogarithm Li₂(x) = Σ xᵏ/k² for 0 ≤ x ≤ 1 (NaN outside).
///
/// # Method
/// The Bernoulli series in u = −ln(1 − x) for x ≤ ½, Euler's reflection
/// Li₂(x) + Li₂(1−x) = π²/6 − ln x ln(1−x) above.
///
/// # Accuracy
/// Peak relative error 2.8 × 2⁻⁵³.
pub fn polylog2(x: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) {
        f64::NAN
    } else if x <= 0.5 {
        dilogarithm_small(x)
    } else if x == 1.0 {
        ZETA_2
    } else {
        let complement = 1.0 - x;
        ZETA_2 - (-complement).ln_1p() * complement.ln() - dilogarithm_small(complement)
    }
}

fn dilogarithm_small(x: f64) -> f64 {
    let u = -(-x).ln_1p();
    let square = u * u;
    let series = DEBYE
        .iter()
        .rev()
        .fold(0.0, |sum: f64, c| sum.mul_add(square, *c));
    u * (1.0 - 0.25 * u + square * series)
}

/// The trilogarithm Li₃(x) = Σ xᵏ/k³ for 0 ≤ x ≤ 1 (NaN outside).
///
/// # Method
/// The defining series for x ≤ ½; above, the expansion of Li₃(e^{−t}) about t = 0 (DLMF 25.12.12).
///
/// # Accuracy
/// Peak relative error 2.0 × 2⁻⁵³.
pub fn polylog3(x: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) {
        f64::NAN
    } else if x <= 0.5 {
        let terms = if x < 0.1 { 17 } else { 48 };
        x * (1..=terms).rev().fold(0.0, |sum: f64, k| {
            sum.mul_add(x, 1.0 / f64::from(k * k * k))
        })
    } else if x == 1.0 {
        ZETA_3
    } else {
        let t = -(-(1.0 - x)).ln_1p();
        let square = t * t;
        let series = TRILOG
            .iter()
            .rev()
            .fold(0.0, |sum: f64, c| sum.mul_add(square, *c));
        ZETA_3 - t * ZETA_2 + square * (0.75 - 0.5 * t.ln() + t / 12.0 + square * series)
    }
}
