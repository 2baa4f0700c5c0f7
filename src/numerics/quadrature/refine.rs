//! Global refinement: the worst piece is split until the sum is good enough.

use super::Tolerance;
use num_complex::Complex64;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A part of an integral.
#[derive(Clone, Debug)]
pub(super) struct Piece<S> {
    pub value: Complex64,
    /// The error that splitting may lower.
    pub error: f64,
    /// The error that it will not: rounding, the samples' own errors, tails that were cut off.
    pub floor: f64,
    pub l1: f64,
    /// How often in a row a split has not lowered the error though the value stood still.
    pub stalled: u8,
    /// What the owner needs to split it.
    pub shape: S,
}

impl<S> PartialEq for Piece<S> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<S> Eq for Piece<S> {}
impl<S> PartialOrd for Piece<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<S> Ord for Piece<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.error.total_cmp(&other.error)
    }
}

/// The sum of all pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub value: Complex64,
    pub error: f64,
    pub floor: f64,
    pub l1: f64,
}

impl Total {
    fn of<'a, S: 'a>(pieces: impl Iterator<Item = &'a Piece<S>>) -> Self {
        let mut total = Self::default();
        let (mut re, mut im) = (Compensated::default(), Compensated::default());
        for piece in pieces {
            re.add(piece.value.re);
            im.add(piece.value.im);
            total.error += piece.error;
            total.floor += piece.floor;
            total.l1 += piece.l1;
        }
        total.value = Complex64::new(re.sum(), im.sum());
        total
    }

    fn add<S>(&mut self, piece: &Piece<S>, sign: f64) {
        self.value += piece.value * sign;
        self.error += piece.error * sign;
        self.floor += piece.floor * sign;
        self.l1 += piece.l1 * sign;
    }

    /// Whether more work would be wasted: the tolerance is met, or what cannot be lowered dominates.
    fn is_enough(&self, tolerance: &Tolerance) -> bool {
        let allowed = tolerance.target(self.value.norm()) - self.floor;
        self.error <= allowed.max(0.1 * self.floor) || self.error.is_nan()
    }

    /// Everything that may be wrong with the value.
    pub fn bound(&self) -> f64 {
        let bound = self.error + self.floor;
        if self.value.is_finite() && !bound.is_nan() {
            bound
        } else {
            f64::INFINITY
        }
    }
}

/// Splits the worst piece, again and again. `split` replaces a piece by others and says how many
/// evaluations that took.
pub(super) fn refine<S>(
    pieces: Vec<Piece<S>>,
    evaluations: &mut usize,
    tolerance: &Tolerance,
    mut split: impl FnMut(&Piece<S>) -> (Vec<Piece<S>>, usize),
) -> Total {
    let mut heap: BinaryHeap<Piece<S>> = pieces.into();
    let mut running = Total::of(heap.iter());
    loop {
        // The running sums drift by rounding (a first error may be 1e16 times the last): they are renewed
        // before a decision, and where their error is more than n pieces can have.
        let most = heap.peek().map_or(0.0, |p| p.error) * heap.len() as f64;
        if running.error > 2.0 * most || running.is_enough(tolerance) {
            running = Total::of(heap.iter());
            if running.is_enough(tolerance) {
                return running;
            }
        }
        if *evaluations >= tolerance.evaluations {
            return Total::of(heap.iter());
        }
        let Some(worst) = heap.pop() else {
            return running;
        };
        if worst.error <= 0.0 {
            heap.push(worst);
            return Total::of(heap.iter());
        }
        let (mut parts, cost) = split(&worst);
        *evaluations += cost;
        settle(&worst, &mut parts);
        running.add(&worst, -1.0);
        for part in parts {
            running.add(&part, 1.0);
            heap.push(part);
        }
    }
}

/// Splits without progress after which a piece is left alone.
const STALLS: u8 = 3;

/// An integrand with noise of its own (a rounded argument, a nested integral) looks rough everywhere and on
/// every scale: the value stands still within a small error, which does not fall and which all parts
/// share (at a kink or a jump, one part has it all). After some such splits the error is booked as one that
/// cannot be lowered.
fn settle<S>(parent: &Piece<S>, parts: &mut [Piece<S>]) {
    let error: f64 = parts.iter().map(|p| p.error).sum();
    let value: Complex64 = parts.iter().map(|p| p.value).sum();
    let stands_still = error > 0.5 * parent.error
        && parts.iter().all(|p| p.error > 0.1 * parent.error)
        && parent.error <= 1e-6 * parent.l1
        && (value - parent.value).norm() <= parent.error;
    if !stands_still {
        return;
    }
    for part in parts {
        part.stalled = parent.stalled + 1;
        if part.stalled >= STALLS {
            part.floor += part.error;
            part.error = 0.0;
        }
    }
}

/// Neumaier's compensated sum.
#[derive(Clone, Copy, Debug, Default)]
struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let sum = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() {
            (self.sum - sum) + x
        } else {
            (x - sum) + self.sum
        };
        self.sum = sum;
    }

    fn sum(&self) -> f64 {
        self.sum + self.lost
    }
}
