//! Hermite coefficients of a smooth activation and Mehler's series of its dual activations.

use super::REACH;
use crate::model::Activation;
use crate::numerics::Estimate;
use crate::numerics::special::normal_pdf;
use crate::numerics::{WideLoop, dot, wide};
use crate::theory::kernel::dual::{Covariance, DualSlopes, DualValue, quadrature};
use std::f64::consts::PI;

/// The coarsest and the finest step of the trapezoidal rule, as powers of ½.
const STEPS: std::ops::RangeInclusive<i32> = 3..=7;
/// What the rule to be compared with is shifted by, in steps: rules that share their nodes would see the same
/// alias of a fast oscillation and agree on it; the golden section is the farthest from all fractions.
const SHIFT: f64 = 0.618_033_988_749_894_9;
/// The most terms; a series that needs more is left to quadrature.
const TERMS: usize = 4096;
/// Terms are kept in blocks of this size.
const BLOCK: usize = 16;
/// A series has come down to rounding when a whole block stays below this part of √E[φ²].
const NEGLIGIBLE: f64 = 2e-14;
/// The part of E[φ²] that may be missing among equals: a pair of such series is right to it.
const ENOUGH: f64 = 1e-13;
/// The part of E[φ²] beyond which a series that had to stop is refused.
const REFUSED: f64 = 2e-11;
/// The part of E[φ²] that may lie beyond the nodes.
const BEYOND: f64 = 1e-16;
/// Rounding of a sum of squares, relative.
const ROUNDING: f64 = 4e-15;
/// Rounding of a coefficient, relative to √E[φ²], before the recurrence of the Hermite functions loses a unit for
/// every few degrees.
const COEFFICIENT: f64 = 2e-16;
/// What a pair may leave out, relative to its size on the diagonal.
const LEFT_OUT: f64 = 1e-14;

/// a_n = E[φ(σZ)h_n(Z)], h_n the orthonormal Hermite polynomials, and the same of φ′:
/// E[φ(u)φ(v)] = Σ a_n(q₁₁) a_n(q₂₂) ρⁿ (Mehler). What is left out after N terms is at most
/// √(Σ_{n≥N} a_n(q₁₁)² Σ_{n≥N} a_n(q₂₂)²), and Σ_{n≥N} a_n² is known, E[φ²] − Σ_{n<N} a_n². So as many terms as
/// leave ε of E[φ²] at the larger variance give any pair to ε, though one coefficient alone may still be √ε.
#[derive(Clone, Debug)]
pub(crate) struct HermiteSeries {
    value: Coefficients,
    derivative: Coefficients,
}

/// Whole blocks of coefficients.
#[derive(Clone, Debug)]
struct Coefficients {
    terms: Vec<f64>,
    /// √E[φ²].
    norm: f64,
    /// √Σ a_n² from the k-th block on; the last is what the series leaves out.
    from_block: Vec<f64>,
}

impl HermiteSeries {
    /// The series of an activation without kinks at one variance, of at most `limit` terms, if what they
    /// leave out is little enough.
    pub(crate) fn new(
        activation: &Activation,
        variance: f64,
        limit: Option<usize>,
    ) -> Option<Self> {
        let (value, derivative) = Grid::resolving(activation, variance)?
            .expand(limit.unwrap_or(TERMS).min(TERMS), Partial::negligible);
        Some(Self {
            value: value.finish()?,
            derivative: derivative.finish()?,
        })
    }

    /// How many terms are enough for variances up to this one; `None` where it takes too many.
    pub(crate) fn terms(activation: &Activation, variance: f64) -> Option<usize> {
        let (value, derivative) =
            Grid::resolving(activation, variance)?.expand(TERMS, Partial::enough);
        let longer = value.terms.len().max(derivative.terms.len());
        (value.enough() && derivative.enough()).then_some(longer.next_multiple_of(BLOCK))
    }

    /// How many terms leave at most this part of E[φ²] and of E[φ′²] at a variance, and so at all smaller ones.
    pub(crate) fn terms_leaving(
        activation: &Activation,
        variance: f64,
        part: f64,
    ) -> Option<usize> {
        let squares = Grid::resolving(activation, variance)?.squares();
        let series = Self::new(activation, variance, Self::terms(activation, variance))?;
        let needed = |c: &Coefficients, square: f64| {
            let mut left = c.from_block.last().map_or(0.0, |rest| rest * rest);
            let enough = c.terms.iter().rposition(|a| {
                left += a * a;
                left > part * square
            });
            enough.map_or(1, |last| last + 1)
        };
        let value = needed(&series.value, squares.0);
        // The derivative's coefficients are √n a_n/√q: one power lower.
        Some(value.max(needed(&series.derivative, squares.1) + 1))
    }

    /// Both series for the pair of which `self` belongs to u and `other` to v.
    pub(crate) fn dual(&self, other: &Self, covariance: &Covariance) -> DualValue {
        let rho = covariance.correlation.rho();
        DualValue {
            nngp: self.value.pair(&other.value, rho),
            derivative: self.derivative.pair(&other.derivative, rho),
        }
    }

    /// The derivatives of both series: with ȧ_n the coefficients of φ′(σZ), those of σZφ′(σZ) are
    /// σ(√(n+1) ȧ_{n+1} + √n ȧ_{n−1}), those of σZφ″(σZ) √((n+1)(n+2)) ȧ_{n+2} + nȧ_n; in ρ, term by term. `None` where
    /// the coefficients have not come down to rounding, for then their growing multiples are not bounded.
    pub(crate) fn slopes(&self, other: &Self, covariance: &Covariance) -> Option<DualSlopes> {
        let all = [
            &self.value,
            &self.derivative,
            &other.value,
            &other.derivative,
        ];
        if !all.iter().all(|c| c.is_resolved()) {
            return None;
        }
        let rho = covariance.correlation.rho();
        let sigma = covariance.q11.sqrt();
        let (a, b, c) = (
            &self.derivative.terms,
            &other.value.terms,
            &other.derivative.terms,
        );
        let at = |terms: &[f64], n: usize| terms.get(n).copied().unwrap_or(0.0);
        let count = a.len().min(b.len()).min(c.len());
        let noise = |n: usize| COEFFICIENT * (4.0 + n as f64 / 8.0);
        let mut slopes = DualSlopes::default();
        let mut power = 1.0;
        for n in 0..count {
            let m = n as f64;
            let term = |x: f64, grown: f64, norm: f64, y: f64, other: f64| {
                let rounding = noise(n) * (grown * norm * y.abs() + x.abs() * other);
                Estimate::new(
                    x * y * power,
                    (rounding + 4e-16 * (x * y).abs()) * power.abs(),
                )
            };
            let before = if n > 0 { at(a, n - 1) } else { 0.0 };
            let stretched = sigma * ((m + 1.0).sqrt() * at(a, n + 1) + m.sqrt() * before);
            let (norm, value, slope) = (
                self.derivative.norm,
                other.value.norm,
                other.derivative.norm,
            );
            let grown = 2.0 * sigma * (m + 1.0).sqrt();
            slopes.stretch = slopes.stretch + term(stretched, grown, norm, at(b, n), value);
            let bent = ((m + 1.0) * (m + 2.0)).sqrt() * at(a, n + 2) + m * at(a, n);
            slopes.slope_stretch =
                slopes.slope_stretch + term(bent, 2.0 * (m + 1.5), norm, at(c, n), slope);
            let raised = (m + 1.0) * at(a, n + 1);
            slopes.curvature = slopes.curvature + term(raised, m + 1.0, norm, at(c, n + 1), slope);
            power *= rho;
        }
        let left = |one: &Coefficients, two: &Coefficients| {
            // The shorter series meets the rest of the longer.
            let rest = |c: &Coefficients| c.from_block.get(count / BLOCK).copied().unwrap_or(0.0);
            let longest = one.terms.len().max(two.terms.len()) + 4 * BLOCK;
            rest(one) * rest(two) * (longest as f64).powi(2)
        };
        let (values, bends) = (
            (1.0 + sigma) * left(&self.derivative, &other.value),
            left(&self.derivative, &other.derivative),
        );
        slopes.stretch = slopes.stretch + Estimate::new(0.0, values);
        slopes.slope_stretch = slopes.slope_stretch + Estimate::new(0.0, bends);
        slopes.curvature = slopes.curvature + Estimate::new(0.0, bends);
        Some(slopes)
    }
}

impl Coefficients {
    /// Whether the last block is rounding, so that what is left out is less than some more blocks of it.
    fn is_resolved(&self) -> bool {
        let rest = self.from_block.last().copied().unwrap_or(f64::INFINITY);
        rest <= 11.0 * NEGLIGIBLE * self.norm
    }

    fn pair(&self, other: &Self, rho: f64) -> Estimate {
        let size = self.norm * other.norm;
        let left = |k: usize| {
            let from = |c: &Self| c.from_block.get(k).copied().unwrap_or(0.0);
            from(self) * from(other)
        };
        let last = self.from_block.len().min(other.from_block.len()) - 1;
        // Cauchy and Schwarz say where to stop; the shorter series meets the rest of the longer.
        let blocks = (0..last)
            .find(|&k| left(k) <= LEFT_OUT * size)
            .unwrap_or(last);
        let terms = self.terms.chunks_exact(4).zip(other.terms.chunks_exact(4));
        // Four Horner schemes in ρ⁴ side by side.
        let fourth = (rho * rho) * (rho * rho);
        let mut sums = [0.0; 4];
        for (a, b) in terms.take(blocks * BLOCK / 4).rev() {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum = *sum * fourth + a * b;
            }
        }
        let value = sums.iter().rev().fold(0.0, |total, sum| total * rho + sum);
        Estimate::new(value, left(blocks) + LEFT_OUT * size)
    }
}

/// Coefficients at many variances: one rule, fine enough for the largest, and one recurrence for all.
pub(crate) struct HermiteGrid {
    level: i32,
    /// h_n times the root of the rule's weight, n < count, at every node.
    functions: Vec<Vec<f64>>,
}

impl HermiteGrid {
    /// For variances up to this one; `None` where no rule resolves the activation.
    pub(crate) fn new(activation: &Activation, variance: f64, count: usize) -> Option<Self> {
        let grid = Grid::resolving(activation, variance)?;
        let mut previous = vec![0.0; grid.nodes.len()];
        let mut current = grid.root;
        let mut functions = Vec::with_capacity(count);
        for n in 0..count {
            functions.push(current.clone());
            raise(n, &grid.nodes, &mut previous, &mut current);
        }
        Some(Self {
            level: grid.level,
            functions,
        })
    }

    /// a_n for n < count; E[φ²] and E[φ′²].
    pub(crate) fn at(&self, activation: &Activation, std: f64) -> (Vec<f64>, (f64, f64)) {
        let grid = Grid::new(self.level, |x| activation.value_and_derivative(std * x));
        let functions = self.functions.iter().enumerate();
        let coefficients = functions.map(|(n, h)| dot(&grid.value[n % 2], h)).collect();
        (coefficients, grid.squares())
    }
}

/// From (h_{n−1}, h_n) to (h_n, h_{n+1}) at every node, both times the same function.
pub(crate) fn raise(n: usize, nodes: &[f64], previous: &mut Vec<f64>, current: &mut Vec<f64>) {
    wide(Raise {
        up: 1.0 / ((n + 1) as f64).sqrt(),
        down: (n as f64 / (n + 1) as f64).sqrt(),
        nodes,
        previous,
        current,
    });
    std::mem::swap(previous, current);
}

struct Raise<'a> {
    up: f64,
    down: f64,
    nodes: &'a [f64],
    previous: &'a mut [f64],
    current: &'a [f64],
}

impl WideLoop for Raise<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((p, c), x) in self.previous.iter_mut().zip(self.current).zip(self.nodes) {
            *p = self.up * x * c - self.down * *p;
        }
    }
}

/// The trapezoidal rule on x ≥ 0 for the even and the odd part of both functions.
struct Grid {
    level: i32,
    nodes: Vec<f64>,
    /// √(weight·ϕ(x)).
    root: Vec<f64>,
    /// [even, odd] part of φ(σx), times it; and of φ′.
    value: [Vec<f64>; 2],
    derivative: [Vec<f64>; 2],
}

impl Grid {
    /// The coarsest rule that agrees with one of twice its step, shifted, on E[φ²] and E[φ′²].
    fn resolving(activation: &Activation, variance: f64) -> Option<Self> {
        let sigma = variance.sqrt();
        let sample = |x: f64| activation.value_and_derivative(sigma * x);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-14 * a.abs();
        let grid = (Self::coarsest(activation, sigma)..=*STEPS.end()).find_map(|level| {
            let grid = Self::new(level, sample);
            let (squares, coarser) = (grid.squares(), Self::shifted_squares(level - 1, sample));
            (close(squares.0, coarser.0) && close(squares.1, coarser.1)).then_some(grid)
        })?;
        // What lives farther out than the nodes asks for quadrature.
        let (beyond, squares) = (
            quadrature::squares_beyond(activation, variance, REACH),
            grid.squares(),
        );
        let within = beyond.0 <= BEYOND * squares.0 && beyond.1 <= BEYOND * squares.1;
        within.then_some(grid)
    }

    /// The level from which on even the coarser rule has a node within the scale of every landmark: between the nodes
    /// of one that has none a step may be as steep as it likes.
    fn coarsest(activation: &Activation, sigma: f64) -> i32 {
        let landmarks = activation.landmarks().into_iter();
        let near = landmarks.filter(|p| p.at.abs() <= REACH * sigma + p.scale);
        let finest = near.map(|p| p.scale).fold(f64::INFINITY, f64::min);
        let level = 1.0 + (sigma / finest).log2().ceil();
        (level as i32).max(STEPS.start() + 1)
    }

    /// E[φ²] and E[φ′²] by the rule whose nodes are shifted.
    fn shifted_squares(level: i32, sample: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
        let step = 0.5_f64.powi(level);
        let count = (REACH / step) as i32;
        let (mut value, mut derivative) = (0.0, 0.0);
        for j in -count..count {
            let x = (f64::from(j) + SHIFT) * step;
            let (f, g) = sample(x);
            let weight = step * normal_pdf(x);
            value += weight * f * f;
            derivative += weight * g * g;
        }
        (value, derivative)
    }

    fn new(level: i32, sample: impl Fn(f64) -> (f64, f64)) -> Self {
        let step = 0.5_f64.powi(level);
        let nodes: Vec<f64> = (0..=(REACH / step) as i32)
            .map(|j| f64::from(j) * step)
            .collect();
        // x stands for −x as well; 0 is there once.
        let weight = |x: f64| if x == 0.0 { step } else { 2.0 * step };
        let root = |x: f64| weight(x).sqrt() * (-0.25 * x * x).exp() / (2.0 * PI).powf(0.25);
        let root: Vec<f64> = nodes.iter().map(|&x| root(x)).collect();
        let (mut value, mut derivative) = ([vec![], vec![]], [vec![], vec![]]);
        for (&x, w) in nodes.iter().zip(&root) {
            let ((f, g), (f_left, g_left)) = (sample(x), sample(-x));
            let half = 0.5 * w;
            value[0].push(half * (f + f_left));
            value[1].push(half * (f - f_left));
            derivative[0].push(half * (g + g_left));
            derivative[1].push(half * (g - g_left));
        }
        Self {
            level,
            nodes,
            root,
            value,
            derivative,
        }
    }

    /// E[φ²] and E[φ′²].
    fn squares(&self) -> (f64, f64) {
        let square = |parts: &[Vec<f64>; 2]| parts.iter().flatten().map(|f| f * f).sum();
        (square(&self.value), square(&self.derivative))
    }

    /// Coefficients of φ and φ′ until either is done or there are `limit` of them.
    fn expand(self, limit: usize, done: fn(&Partial) -> bool) -> (Partial, Partial) {
        let squares = self.squares();
        let (mut value, mut derivative) = (Partial::new(squares.0), Partial::new(squares.1));
        let mut previous = vec![0.0; self.nodes.len()];
        let mut current = self.root;
        for n in 0..limit.next_multiple_of(BLOCK) {
            if n.is_multiple_of(BLOCK) && done(&value) && done(&derivative) {
                break;
            }
            value.push(&self.value[n % 2], &current);
            derivative.push(&self.derivative[n % 2], &current);
            raise(n, &self.nodes, &mut previous, &mut current);
        }
        (value, derivative)
    }
}

/// The coefficients so far.
struct Partial {
    terms: Vec<f64>,
    /// E[φ²].
    squares: f64,
    /// E[φ²] − Σ a_n².
    left: f64,
}

impl Partial {
    fn new(squares: f64) -> Self {
        Self {
            terms: Vec::new(),
            squares,
            left: squares,
        }
    }

    fn push(&mut self, sampled: &[f64], hermite: &[f64]) {
        let a = dot(sampled, hermite);
        self.left -= a * a;
        self.terms.push(a);
    }

    /// Little is left of the sum of squares.
    fn enough(&self) -> bool {
        self.left <= ENOUGH * self.squares
    }

    /// The last coefficients are rounding.
    fn negligible(&self) -> bool {
        let floor = NEGLIGIBLE * self.squares.sqrt();
        let block = self.terms.iter().rev().take(BLOCK);
        self.enough() && block.fold(0.0, |m: f64, a| m.max(a.abs())) <= floor
    }

    fn finish(self) -> Option<Coefficients> {
        let norm = self.squares.sqrt();
        let mut rest = if self.negligible() {
            // What falls to rounding over a whole block has less than some blocks more of it.
            (10.0 * NEGLIGIBLE * norm).powi(2)
        } else {
            self.left.max(0.0) + ROUNDING * self.squares
        };
        if rest > REFUSED * self.squares {
            return None;
        }
        let mut from_block = vec![rest.sqrt()];
        for block in self.terms.chunks(BLOCK).rev() {
            rest += block.iter().map(|a| a * a).sum::<f64>();
            from_block.push(rest.sqrt());
        }
        from_block.reverse();
        Some(Coefficients {
            terms: self.terms,
            norm,
            from_block,
        })
    }
}
