//! From values of φ to a piecewise polynomial: pieces of degree 7 with three continuous derivatives, as many
//! as the accuracy needs, splitting at 0.

use super::feasibility::{Feasibility, free_orders};
use crate::error::{Error, Result};
use crate::model::activation::{Piece, PiecewisePolynomial};
use num_complex::Complex64;
use std::f64::consts::PI;

/// The degree of the pieces: two ends, four data each.
pub(super) const DEGREE: usize = 7;
/// The first place, in units of 1/(high end of the band), and how near to 0 the search for a smooth beginning goes.
const FIRST: f64 = 0.05;
const NEAREST: f64 = 1e-13;
/// The ratio of neighbouring places before refinement: a power of z is a polynomial of degree 7 there, to 1e−8.
const RATIO: f64 = 1.25;
/// The last place, in units of 1/(low end of the band), and from there to the tail.
const LAST: f64 = 1e4;
const TAIL: f64 = 3.0;
/// Error of a piece relative to the values around the lengths of the band's high end, or to its own values (which
/// are known to little more); and by how much more it may be far from the band's own lengths, where it does not
/// show in the band.
const TOLERANCE: f64 = 2e-13;
const OWN_TOLERANCE: f64 = 3e-14;
const LENIENCE: f64 = 1e4;
/// What rounding may miss, in units of what is allowed.
const ROUNDING: f64 = 100.0;
/// φ has reached its tail where it keeps within this of it at these multiples of the place.
const TAIL_TOLERANCE: f64 = 3e-14;
const TAIL_PROBES: [f64; 5] = [1.03, 1.2, 1.6, 2.5, 5.5];
/// No side gets more pieces than this.
const MOST_PIECES: usize = 3000;

/// φ with its first three derivatives, for both signs of z at once.
type Jet = [Complex64; 4];

/// A place z > 0 with the derivatives there.
#[derive(Clone, Copy, Debug)]
struct Knot {
    z: f64,
    jet: Jet,
}

/// The even and the odd part of φ on z > 0, as real and imaginary part, from their values.
pub(super) struct Halves<'a> {
    /// E(z) + iO(z), z > 0.
    value: &'a dyn Fn(f64) -> Complex64,
    feasibility: &'a Feasibility,
    /// The size of φ around the lengths of the band's high end.
    reference: f64,
}

impl<'a> Halves<'a> {
    pub(super) fn new(value: &'a dyn Fn(f64) -> Complex64, feasibility: &'a Feasibility) -> Self {
        let size = |multiple: f64| value(multiple / feasibility.band.1).norm();
        Self {
            value,
            feasibility,
            reference: [0.1, 1.0, 10.0]
                .map(size)
                .into_iter()
                .fold(f64::MIN_POSITIVE, f64::max),
        }
    }

    /// The piecewise polynomial, φ(±z) = E(z) ± O(z).
    pub(super) fn pieces(&self) -> Result<PiecewisePolynomial> {
        let (low, high) = self.feasibility.band;
        let (origin, mut places) = self.beginning(high)?;
        let last = LAST / low;
        let mut at = places.last().copied().unwrap_or(FIRST / high);
        while at < last {
            at *= RATIO;
            places.push(at);
        }
        let mut knots = vec![Knot {
            z: 0.0,
            jet: origin,
        }];
        let mut ended = false;
        // Curvature is lost in the rounding of values too near 0.
        let free = free_orders(self.feasibility.order_at_zero);
        let earliest = if free > 2 { 1.0 } else { FIRST } / high;
        for z in places {
            let before = knots.last().map_or(0.0, |k| k.z);
            let knot = self.knot(z, z - before);
            self.refine(knot, f64::INFINITY, &mut knots)?;
            if z >= earliest
                && let Some(tail) = self.tail(&knot, free)
            {
                if let Some(end) = knots.last_mut() {
                    end.jet = tail;
                }
                ended = true;
                break;
            }
        }
        if let (false, Some(end)) = (ended, knots.last().copied()) {
            let z = TAIL * end.z;
            let jet = taylor(&end.jet, free, z - end.z);
            knots.push(Knot { z, jet });
        }
        assemble(&knots, free)
    }

    /// Places from the nearest to 0 on, and the derivatives at 0₊. Where φ is singular at 0 the places
    /// approach 0 in a geometric progression, and φ goes on as a cubic from the last.
    fn beginning(&self, high: f64) -> Result<(Jet, Vec<f64>)> {
        let mut places = vec![FIRST / high];
        let mut first = FIRST / high;
        loop {
            let origin = self.at_origin(first);
            let knot = self.knot(first, first);
            let start = Knot {
                z: 0.0,
                jet: origin,
            };
            let probes = [0.01, 0.1, 0.4, 0.8];
            // The interpolant's third derivative at its end has lost digits.
            if self.misses(&start, &knot, &probes, 10.0) <= 1.0 {
                places.reverse();
                return Ok((origin, places));
            }
            if first < NEAREST / high {
                places.reverse();
                return Ok((self.symmetric(taylor(&knot.jet, 4, -first)), places));
            }
            first /= RATIO;
            places.push(first);
        }
    }

    /// The derivatives at 0₊ from the Chebyshev interpolant on (0, z); those that vanish by symmetry are 0.
    fn at_origin(&self, z: f64) -> Jet {
        const N: usize = 10;
        let angle = |j: usize| PI * (j as f64 + 0.5) / N as f64;
        let values: Vec<Complex64> = (0..N)
            .map(|j| (self.value)(0.5 * z * (1.0 + angle(j).cos())))
            .collect();
        let mut jet = [Complex64::ZERO; 4];
        for k in 0..N {
            let sum: Complex64 = (0..N)
                .map(|j| values[j] * (k as f64 * angle(j)).cos())
                .sum();
            let coefficient = sum * if k == 0 { 1.0 } else { 2.0 } / N as f64;
            // T_k^{(m)}(−1) = (−1)^{k−m} Π_{i<m} (k²−i²)/(2i+1).
            let square = (k * k) as f64;
            let mut end = if k % 2 == 0 { 1.0 } else { -1.0 };
            for (m, slot) in jet.iter_mut().enumerate() {
                *slot += coefficient * end * (2.0 / z).powi(m as i32);
                let i = m as f64;
                end *= -(square - i * i) / (2.0 * i + 1.0);
            }
        }
        self.symmetric(jet)
    }

    /// A derivative of the wrong parity is 0 at 0 if it is continuous there.
    fn symmetric(&self, mut jet: Jet) -> Jet {
        for (m, slot) in jet.iter_mut().enumerate() {
            if self.feasibility.order_at_infinity > m as f64 + 1.0 + 1e-3 {
                if m % 2 == 0 {
                    slot.im = 0.0;
                } else {
                    slot.re = 0.0;
                }
            }
        }
        jet
    }

    /// Derivatives by central differences of order 8 (the third: 6) with an eighth of the length of a piece.
    fn knot(&self, z: f64, length: f64) -> Knot {
        const FIRST: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
        const SECOND: [f64; 4] = [8.0 / 5.0, -1.0 / 5.0, 8.0 / 315.0, -1.0 / 560.0];
        const THIRD: [f64; 4] = [-61.0 / 30.0, 169.0 / 120.0, -3.0 / 10.0, 7.0 / 240.0];
        let step = length / 8.0;
        let here = (self.value)(z);
        let mut jet = [here, Complex64::ZERO, -205.0 / 72.0 * here, Complex64::ZERO];
        for j in 0..4 {
            let away = step * (j as f64 + 1.0);
            let (right, left) = ((self.value)(z + away), (self.value)(z - away));
            jet[1] += FIRST[j] * (right - left);
            jet[2] += SECOND[j] * (right + left);
            jet[3] += THIRD[j] * (right - left);
        }
        for (m, slot) in jet.iter_mut().enumerate() {
            *slot /= step.powi(m as i32);
        }
        Knot { z, jet }
    }

    /// Adds `knot` after the last one, and as many between as the accuracy needs.
    /// `coarser`: what a piece of twice the length missed; one that does not gain by being halved has met the
    /// rounding of the values.
    fn refine(&self, knot: Knot, coarser: f64, knots: &mut Vec<Knot>) -> Result<()> {
        if knots.len() > MOST_PIECES {
            return Err(Error::Accuracy {
                what: "pieces of the designed activation".into(),
                tolerance: MOST_PIECES as f64,
                reached: knots.len() as f64,
                hint: "a weight with kinks or narrow features makes an activation that oscillates without end: \
                       smooth the weight, or raise the low end of the band"
                    .into(),
            });
        }
        let Some(before) = knots.last().copied() else {
            knots.push(knot);
            return Ok(());
        };
        let lenience = {
            let (low, high) = self.feasibility.band;
            let outside = (knot.z * low).powi(2).max(1.0 / (knot.z * high));
            outside.clamp(1.0, LENIENCE)
        };
        let misses = self.misses(&before, &knot, &[0.25, 0.5, 0.75], lenience);
        let rounding = misses > 0.25 * coarser && misses < ROUNDING;
        if before.z == 0.0 || misses <= 1.0 || rounding {
            knots.push(knot);
            return Ok(());
        }
        let length = 0.5 * (knot.z - before.z);
        let middle = self.knot(before.z + length, length);
        self.refine(middle, misses, knots)?;
        self.refine(self.knot(knot.z, length), misses, knots)
    }

    /// The largest error of the piece between two knots at some of its points, in units of what is allowed.
    fn misses(&self, a: &Knot, b: &Knot, probes: &[f64], lenience: f64) -> f64 {
        let length = b.z - a.z;
        let coefficients = hermite(a, b);
        let mut worst = 0.0_f64;
        let mut own = a.jet[0].norm().max(b.jet[0].norm());
        for &t in probes {
            let truth = (self.value)(a.z + t * length);
            own = own.max(truth.norm());
            worst = worst.max((horner(&coefficients, t) - truth).norm());
        }
        let allowed = (TOLERANCE * self.reference).max(OWN_TOLERANCE * own);
        worst / (lenience * allowed)
    }

    /// The polynomial that φ is from this knot on, if it is one: through values at equal steps, as long as the
    /// knot is far from 0, so that it is known to their rounding.
    fn tail(&self, knot: &Knot, free: usize) -> Option<Jet> {
        let z = knot.z;
        let value = |multiple: f64| (self.value)(multiple * z);
        let mut differences = [Complex64::ZERO; 4];
        for (i, slot) in differences.iter_mut().enumerate().take(free) {
            *slot = value(i as f64 + 1.0);
        }
        for order in 1..4 {
            for i in (order..4).rev() {
                differences[i] = if i < free {
                    differences[i] - differences[i - 1]
                } else {
                    Complex64::ZERO
                };
            }
        }
        // Newton's form in s = (z − knot)/knot, its derivatives at s = 0.
        let [d0, d1, d2, d3] = differences;
        let jet = [
            d0,
            (d1 - d2 / 2.0 + d3 / 3.0) / z,
            (d2 - d3) / (z * z),
            d3 / z.powi(3),
        ];
        let fits = TAIL_PROBES.iter().all(|&multiple| {
            let truth = value(multiple);
            let miss = (truth - taylor(&jet, free, (multiple - 1.0) * z)[0]).norm();
            miss <= TAIL_TOLERANCE * truth.norm().max(self.reference)
        });
        fits.then_some(jet)
    }
}

/// The polynomial Σ_{j<orders} jet_j t^j/j! with its derivatives at t.
fn taylor(jet: &Jet, orders: usize, t: f64) -> Jet {
    let mut moved = [Complex64::ZERO; 4];
    for (m, slot) in moved.iter_mut().enumerate() {
        let mut factor = 1.0;
        for (j, &derivative) in jet.iter().enumerate().take(orders).skip(m) {
            *slot += derivative * factor;
            factor *= t / (j - m + 1) as f64;
        }
    }
    moved
}

/// The polynomial of degree 7 in t = (z − a)/(b − a) with the derivatives at both ends.
fn hermite(a: &Knot, b: &Knot) -> [Complex64; DEGREE + 1] {
    let length = b.z - a.z;
    let scaled = |knot: &Knot| {
        let factors = [1.0, length, length * length / 2.0, length.powi(3) / 6.0];
        let mut taylor = knot.jet;
        taylor.iter_mut().zip(factors).for_each(|(c, f)| *c *= f);
        taylor
    };
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (scaled(a), scaled(b));
    // What the cubic at a leaves of the data at b.
    let r0 = b0 - a0 - a1 - a2 - a3;
    let r1 = b1 - a1 - 2.0 * a2 - 3.0 * a3;
    let r2 = b2 - a2 - 3.0 * a3;
    let r3 = b3 - a3;
    [
        a0,
        a1,
        a2,
        a3,
        35.0 * r0 - 15.0 * r1 + 5.0 * r2 - r3,
        -84.0 * r0 + 39.0 * r1 - 14.0 * r2 + 3.0 * r3,
        70.0 * r0 - 34.0 * r1 + 13.0 * r2 - 3.0 * r3,
        -20.0 * r0 + 10.0 * r1 - 4.0 * r2 + r3,
    ]
}

fn horner(coefficients: &[Complex64], t: f64) -> Complex64 {
    let step = |sum: Complex64, c: &Complex64| sum * t + c;
    coefficients.iter().rev().fold(Complex64::ZERO, step)
}

/// Both sides: φ(z) = Re + Im for z > 0, φ(−z) = Re − Im. The last jet is continued as a polynomial with `free`
/// coefficients.
fn assemble(knots: &[Knot], free: usize) -> Result<PiecewisePolynomial> {
    let (mut right, mut left) = (Vec::new(), Vec::new());
    let mut add = |z: f64, coefficients: &[Complex64], length: f64| {
        let (mut on_right, mut on_left) = (Vec::new(), Vec::new());
        let (mut scale, mut sign) = (1.0, 1.0);
        for c in coefficients {
            on_right.push((c.re + c.im) * scale);
            on_left.push((c.re - c.im) * scale * sign + 0.0);
            scale /= length;
            sign = -sign;
        }
        right.push(Piece::new(z, on_right));
        left.push(Piece::new(-z + 0.0, on_left));
    };
    for pair in knots.windows(2) {
        add(
            pair[0].z,
            &hermite(&pair[0], &pair[1]),
            pair[1].z - pair[0].z,
        );
    }
    if let Some(end) = knots.last() {
        let factors = [1.0, 1.0, 0.5, 1.0 / 6.0];
        let tail = end.jet.iter().zip(factors).take(free);
        let tail: Vec<Complex64> = tail.map(|(c, f)| c * f).collect();
        add(end.z, &tail, 1.0);
    }
    left.reverse();
    left.append(&mut right);
    let positive = knots.iter().map(|k| k.z);
    let mut places: Vec<f64> = positive.clone().skip(1).rev().map(|z| -z).collect();
    places.extend(positive);
    PiecewisePolynomial::new(places, left)
}
