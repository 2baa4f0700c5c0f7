//! Closed forms for wave packets e^{−βz²/2} cos(fz + p): sines, Gaussians, Gabor functions; and
//! exponentials.

use super::slopes::DualSlopes;
use super::{Covariance, DualValue};
use crate::numerics::Estimate;
use num_complex::Complex64;

/// e^{rate·z − curvature·z²/2} cos(frequency·z + phase).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Packet {
    pub(crate) rate: f64,
    pub(crate) curvature: f64,
    pub(crate) frequency: f64,
    pub(crate) phase: f64,
}

/// The covariance S = (Q⁻¹ + diag(β₁, β₂))⁻¹ of the law tilted by e^{−β₁u²/2 − β₂v²/2}.
struct Tilted {
    /// D = det(1 + Q diag β).
    determinant: f64,
    s11: f64,
    s22: f64,
    s12: f64,
    /// √det Q, whose square may be beyond the largest double.
    root_area: f64,
}

impl Tilted {
    fn new(b1: f64, b2: f64, covariance: &Covariance) -> Self {
        let (q11, q22) = (covariance.q11, covariance.q22);
        let sine = covariance.correlation.sine();
        let root_area = covariance.scale() * sine;
        // q(1 + b′q′ sin²)/D by what is not beyond the largest double: divided by 1 + b′q′.
        let own = |(q, b): (f64, f64), (other, c): (f64, f64)| {
            let seen = 1.0 / (1.0 + c * other);
            let share = seen + sine * sine * (c * other * seen);
            q * share / (1.0 + b * q * share)
        };
        let determinant = 1.0 + b1 * q11 + b2 * q22 + (b1 * root_area) * (b2 * root_area);
        Self {
            determinant,
            s11: own((q11, b1), (q22, b2)),
            s22: own((q22, b2), (q11, b1)),
            s12: covariance.q12() / determinant,
            root_area,
        }
    }

    /// ½ Var(fu − gv) under the tilted law, without cancellation where u and v nearly agree.
    fn spread(&self, f: f64, g: f64) -> f64 {
        self.spread_and_moduli(f, g).0
    }

    /// The same with what it is put together from.
    fn spread_and_moduli(&self, f: f64, g: f64) -> (f64, f64) {
        let product = f * g;
        // √(s₁₁s₂₂) ∓ s₁₂ for the sign of fg.
        let s12 = if product < 0.0 { -self.s12 } else { self.s12 };
        let mean = self.s11.sqrt() * self.s22.sqrt();
        let gap = if s12 > 0.0 {
            self.root_area / self.determinant * (self.root_area / (mean + s12))
        } else {
            mean - s12
        };
        let (one, two) = (f * self.s11.sqrt(), g * self.s22.sqrt());
        let apart = one.abs() - two.abs();
        let along = product.abs() * gap;
        (
            0.5 * apart * apart + along,
            0.5 * apart.abs() * (one.abs() + two.abs()) + along,
        )
    }
}

/// Both packets centred (no rate, no mean): with C = D^{−½}e^{−(f₁²S₁₁+f₂²S₂₂)/2} and x = f₁f₂S₁₂,
/// E[φφ] = C [cos p₁ cos p₂ cosh x + sin p₁ sin p₂ sinh x], and E[φ′φ′] its derivative in q₁₂ (Price).
fn centred(one: &Packet, two: &Packet, covariance: &Covariance) -> DualValue {
    let law = Tilted::new(one.curvature, two.curvature, covariance);
    let (f1, f2) = (one.frequency, two.frequency);
    let (b1, b2, d) = (one.curvature, two.curvature, law.determinant);
    let norm = 1.0 / d.sqrt();
    // ln C ± x, both ≤ 0.
    let (near, far) = (law.spread(f1, f2), law.spread(f1, -f2));
    let cosh = 0.5 * norm * ((-near).exp() + (-far).exp());
    let sinh = if near < far {
        -0.5 * norm * (-near).exp() * (near - far).exp_m1()
    } else {
        0.5 * norm * (-far).exp() * (far - near).exp_m1()
    };
    let ((sin1, cos1), (sin2, cos2)) = (one.phase.sin_cos(), two.phase.sin_cos());
    let (even, odd) = (cos1 * cos2, sin1 * sin2);
    let q12 = covariance.q12();
    let k = q12 / d
        * (b1 * b2
            + f1 * f1 * b2 * ((1.0 + b2 * covariance.q22) / d)
            + f2 * f2 * b1 * ((1.0 + b1 * covariance.q11) / d));
    let l = f1 * f2 / d * (1.0 + 2.0 * b1 * b2 * q12 * (q12 / d));
    let nngp = even * cosh + odd * sinh;
    let derivative = (k * even + l * odd) * cosh + (k * odd + l * even) * sinh;
    let slope = |q: f64, p: &Packet| own_slope(q, p);
    DualValue::rounded(
        nngp,
        (own(covariance.q11, one) * own(covariance.q22, two)).sqrt(),
        derivative,
        (slope(covariance.q11, one) * slope(covariance.q22, two)).sqrt(),
    )
}

/// E[φ(u)²].
fn own(q: f64, packet: &Packet) -> f64 {
    let square = packet.frequency * packet.frequency;
    let d = 1.0 + 2.0 * packet.curvature * q;
    let s = q / d;
    let (sin, cos) = packet.phase.sin_cos();
    let odd = -0.5 * (-2.0 * square * s).exp_m1();
    (cos * cos * (1.0 - odd) + sin * sin * odd) / d.sqrt()
}

/// E[φ′(u)²], from below within a factor of order 1.
fn own_slope(q: f64, packet: &Packet) -> f64 {
    let (f, b) = (packet.frequency, packet.curvature);
    let d = 1.0 + 2.0 * b * q;
    let s = q / d;
    let (sin, cos) = packet.phase.sin_cos();
    let odd = -0.5 * (-2.0 * f * f * s).exp_m1();
    let wave = f * f * (sin * sin * (1.0 - odd) + cos * cos * odd);
    (wave + b * b * s * (cos * cos * (1.0 - odd) + sin * sin * odd)) / d.sqrt()
}

/// With rates or means μ: exponents w = rate + i·frequency make E[e^{w·x − xᵀBx/2}] =
/// D^{−½} exp(w·μ − μᵀBμ/2 + gᵀSg/2), g = w − Bμ; the product of cosines is the half sum over both signs of
/// one frequency.
fn general(one: &Packet, two: &Packet, covariance: &Covariance, (m1, m2): (f64, f64)) -> DualValue {
    let law = Tilted::new(one.curvature, two.curvature, covariance);
    let (b1, b2) = (one.curvature, two.curvature);
    let w1 = Complex64::new(one.rate, one.frequency);
    let (mut nngp, mut derivative, mut size, mut slopes) = (0.0, 0.0, 0.0, 0.0);
    let signs: &[f64] = if two.frequency == 0.0 && two.phase == 0.0 {
        &[1.0]
    } else {
        &[1.0, -1.0]
    };
    for sign in signs {
        let weight = 1.0 / signs.len() as f64;
        let w2 = Complex64::new(two.rate, sign * two.frequency);
        let (g1, g2) = (w1 - b1 * m1, w2 - b2 * m2);
        let (t1, t2) = (g1 * law.s11 + g2 * law.s12, g1 * law.s12 + g2 * law.s22);
        let linear = w1 * m1 + w2 * m2 - 0.5 * (b1 * m1 * m1 + b2 * m2 * m2);
        // gᵀSg/2 by the spreads of its real and its imaginary part, which know their digits where u and ∓v nearly agree.
        let (grown, of_grown) = law.spread_and_moduli(g1.re, -g2.re);
        let (damped, of_damped) = law.spread_and_moduli(g1.im, -g2.im);
        let turned = g1.re * t1.im + g2.re * t2.im;
        let turn = turned + one.phase + sign * two.phase;
        let exponent = linear + Complex64::new(grown - damped, turn);
        // Where it overflows a real exponential is infinite, not infinite and undefined.
        let power = match exponent.im {
            0.0 => Complex64::from(exponent.re.exp()),
            _ => exponent.exp(),
        };
        let value = weight / law.determinant.sqrt() * power;
        let product = (g1 - b1 * t1) * (g2 - b2 * t2);
        nngp += value.re;
        derivative += (value * (product + b1 * b2 * law.s12)).re;
        let moduli = (w1 * m1).norm()
            + (w2 * m2).norm()
            + 0.5 * (b1 * m1 * m1 + b2 * m2 * m2)
            + (of_grown + of_damped)
            + (g1.re * t1.im).abs()
            + (g2.re * t2.im).abs();
        // A third of the rounding that is allowed for: nothing here takes more than a few units.
        let rounding = 0.3 * value.norm() * (1.0 + 0.2 * moduli);
        size += rounding;
        slopes += rounding
            * ((g1.norm() + b1 * t1.norm()) * (g2.norm() + b2 * t2.norm())
                + (b1 * b2 * law.s12).abs());
    }
    DualValue::rounded(nngp, size, derivative, slopes)
}

pub(super) fn packet_pair(
    one: &Packet,
    two: &Packet,
    covariance: &Covariance,
    means: (f64, f64),
) -> DualValue {
    let plain = |p: &Packet, m: f64| p.rate == 0.0 && m == 0.0;
    if plain(one, means.0) && plain(two, means.1) {
        centred(one, two, covariance)
    } else {
        general(one, two, covariance, means)
    }
}

/// E[φ(v)] and E[φ′(v)] for v ~ N(m, t²).
pub(super) fn packet_mean(packet: &Packet, m: f64, t: f64) -> (f64, f64) {
    packet_average(packet, m, t).map_or((0.0, 0.0), |(value, slope, _)| {
        (value.re, (value * slope).re)
    })
}

/// E[φ″(v)] for v ~ N(m, t²).
pub(super) fn packet_curve(packet: &Packet, m: f64, t: f64) -> f64 {
    packet_average(packet, m, t).map_or(0.0, |(value, slope, narrow)| {
        (value * (slope * slope - narrow)).re
    })
}

/// The complex E[φ(v)], its logarithmic derivative in m, and minus that one's derivative; none where it underflows.
fn packet_average(packet: &Packet, m: f64, t: f64) -> Option<(Complex64, Complex64, f64)> {
    let (b, d) = (packet.curvature, 1.0 + packet.curvature * t * t);
    let w = Complex64::new(packet.rate, packet.frequency);
    let g = w - b * m;
    let exponent =
        w * m - 0.5 * b * m * m + 0.5 * g * g * (t * t / d) + Complex64::new(0.0, packet.phase);
    let value = exponent.exp() / d.sqrt();
    (value != Complex64::ZERO).then_some((value, g / d, b / d))
}

/// The derivatives of both dual activations in the covariance.
///
/// With V = E[e^{w·x − xᵀBx/2}] as in [`general`], h = (1+BQ)⁻¹g and N = B(1+QB)⁻¹, dV = ½V(hᵀdQ h − tr N dQ),
/// dh = −N dQ h and dN = −N dQ N; so with Γ = hhᵀ − N, E[φ″φ] = VΓ₁₁, E[φ′φ′] = VΓ₁₂, and those of higher order by
/// differentiating once more.
pub(super) fn packet_slopes(
    one: &Packet,
    two: &Packet,
    covariance: &Covariance,
    (m1, m2): (f64, f64),
) -> DualSlopes {
    let law = Tilted::new(one.curvature, two.curvature, covariance);
    let (b1, b2) = (one.curvature, two.curvature);
    let (q11, q12, scale) = (covariance.q11, covariance.q12(), covariance.scale());
    let (n11, n22, n12) = (
        b1 * (1.0 + b2 * covariance.q22) / law.determinant,
        b2 * (1.0 + b1 * covariance.q11) / law.determinant,
        -b1 * b2 * law.s12,
    );
    let centred = one.rate == 0.0 && two.rate == 0.0 && m1 == 0.0 && m2 == 0.0;
    let w1 = Complex64::new(one.rate, one.frequency);
    let signs: &[f64] = if two.frequency == 0.0 && two.phase == 0.0 {
        &[1.0]
    } else {
        &[1.0, -1.0]
    };
    let mut slopes = DualSlopes::default();
    for sign in signs {
        let w2 = Complex64::new(two.rate, sign * two.frequency);
        let (g1, g2) = (w1 - b1 * m1, w2 - b2 * m2);
        let (t1, t2) = (g1 * law.s11 + g2 * law.s12, g1 * law.s12 + g2 * law.s22);
        let phase = Complex64::new(0.0, one.phase + sign * two.phase);
        let (exponent, moduli) = if centred {
            // The spread knows its digits where u and v nearly agree.
            let spread = law.spread(one.frequency, -sign * two.frequency);
            (phase - spread, spread)
        } else {
            let linear = w1 * m1 + w2 * m2 - 0.5 * (b1 * m1 * m1 + b2 * m2 * m2);
            let moduli = linear.norm() + 0.5 * (g1.norm() * t1.norm() + g2.norm() * t2.norm());
            (linear + 0.5 * (g1 * t1 + g2 * t2) + phase, moduli)
        };
        let value = exponent.exp() / law.determinant.sqrt() / signs.len() as f64;
        let (h1, h2) = (g1 - b1 * t1, g2 - b2 * t2);
        let (first, cross) = (h1 * h1 - n11, h1 * h2 - n12);
        // ∂Γ₁₂/∂q₁₁ and ∂Γ₁₂/∂q₁₂.
        let along = n11 * n12 - n11 * h1 * h2 - n12 * h1 * h1;
        let across =
            n11 * n22 + n12 * n12 - (n11 * h2 + n12 * h1) * h2 - (n12 * h2 + n22 * h1) * h1;
        let third = first * cross + 2.0 * along;
        let fourth = cross * cross + across;
        let part = |z: Complex64, size: f64| {
            let rounding = 4.0 * f64::EPSILON * (2.0 + moduli) * value.norm() * size;
            Estimate::new((value * z).re, rounding)
        };
        // The sizes of h as it was put together.
        let (k1, k2) = (
            g1.norm() + b1 * t1.norm() + n11.sqrt(),
            g2.norm() + b2 * t2.norm() + n22.sqrt(),
        );
        let reach = q11 * k1 + q12.abs() * k2;
        slopes.stretch = slopes.stretch + part(q11 * first + q12 * cross, reach * k1);
        slopes.slope_stretch =
            slopes.slope_stretch + part(q11 * third + q12 * fourth, 3.0 * reach * k1 * k1 * k2);
        slopes.curvature = slopes.curvature + part(scale * fourth, 3.0 * scale * (k1 * k2).powi(2));
    }
    slopes
}
