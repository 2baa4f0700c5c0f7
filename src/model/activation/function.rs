//! The interface of an activation: what every part of the theory may ask of it.

use crate::error::Result;
use num_complex::Complex64;
use std::fmt::Debug;

/// A function of one variable applied by every neuron, with what is known of it.
///
/// Fourier sign: φ̂(ω) = ∫ φ(z) e^{−iωz} dz, a tempered distribution; [`ActivationFunction::fourier`]
/// is its regular part at ω ≠ 0, the terms at ω = 0 follow from [`ActivationFunction::tails`].
pub trait ActivationFunction: Debug + Send + Sync {
    /// φ(z). At a jump: the mean of the one-sided limits (Heaviside(0) = ½).
    fn value(&self, z: f64) -> f64;

    /// φ′(z) away from kinks and jumps; at a kink the mean of the one-sided derivatives
    /// (ReLU′(0) = ½). A jump's delta is not part of it; it is told by [`ActivationFunction::kinks`].
    fn derivative(&self, z: f64) -> f64;

    /// Whether φ′ is found by differences of φ, some digits of which are lost.
    fn by_differences(&self) -> bool {
        false
    }

    /// (φ(z), φ′(z)) at once, where that is cheaper.
    fn value_and_derivative(&self, z: f64) -> (f64, f64) {
        (self.value(z), self.derivative(z))
    }

    /// φ and φ′ at every element of `z`, into slices of its length (`derivative` may be empty: only φ
    /// is wanted). One dynamic call for a whole row: the inner calls are static, and an implementor may
    /// do better still.
    fn fill(&self, z: &[f64], value: &mut [f64], derivative: &mut [f64]) {
        if derivative.is_empty() {
            for (z, value) in z.iter().zip(value) {
                *value = self.value(*z);
            }
        } else {
            for ((z, value), derivative) in z.iter().zip(value).zip(derivative) {
                (*value, *derivative) = self.value_and_derivative(*z);
            }
        }
    }

    /// The places where φ is not smooth, ascending. Empty for analytic φ.
    fn kinks(&self) -> Vec<Kink>;

    /// The places where φ is smooth but changes over a length short beside 1, about which quadrature needs to be told: it
    /// samples φ at distances of about a tenth, and sees nothing of what lies between.
    fn steep_places(&self) -> Vec<super::Place> {
        Vec::new()
    }

    /// The polynomials that φ approaches at −∞ and +∞, and how fast.
    fn tails(&self) -> Tails;

    /// Even, odd, or neither.
    fn parity(&self) -> Parity;

    /// The regular part of φ̂ at ω ≠ 0, with d(ωφ̂)/dω, in a form that neither overflows nor underflows.
    ///
    /// # Errors
    /// [`crate::Error::Undefined`] where φ̂ has no regular part (sin, cos: see
    /// [`ActivationFunction::spectral_atoms`]; the regular part of a polynomial is 0, which is no error)
    /// or does not exist as a tempered distribution (exp).
    fn fourier(&self, omega: f64) -> Result<FourierSample>;

    /// The lines (ω_j, c_j) of a transform Σ_j c_j 2π δ(ω − ω_j) away from ω = 0:
    /// φ(z) contains Σ_j c_j e^{iω_j z}.
    fn spectral_atoms(&self) -> Vec<(f64, Complex64)> {
        Vec::new()
    }

    /// How |φ̂| decays as ω → ∞.
    fn decay(&self) -> Decay;

    /// The frequencies ω > 0 where the regular part of φ̂ vanishes.
    fn zeros(&self) -> Zeros {
        Zeros::None
    }

    /// A(t) = ∫ ψ(z) ψ(z+t) dz, the inverse transform of |ψ̂|², of the feature ψ, in closed form where
    /// one is known; for growing ψ as a conditionally positive definite function, that is up to
    /// an even polynomial of degree at most twice that of its null space.
    fn autocorrelation(&self, _feature: Feature, _t: f64) -> Option<f64> {
        None
    }

    /// Which closed forms apply.
    fn family(&self) -> Family<'_> {
        Family::Other
    }
}

/// What a neuron contributes to the tangent kernel, as a function of its pre-activation z, up to a
/// factor that does not depend on z (v, s, x): φ itself, φ′ or zφ′.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// φ(z): trained output weights. Transform φ̂.
    Value,
    /// φ′(z): trained offsets, biases, weights, directions. Transform iωφ̂.
    Derivative,
    /// zφ′(z): trained scales (at fixed offset). Transform −(φ̂ + ωφ̂′) = −d(ωφ̂)/dω.
    Stretch,
}

/// A place where φ or a derivative of it jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kink {
    /// Where.
    pub at: f64,
    /// The order of the lowest derivative that jumps: 0 for a step, 1 for ReLU, k for ReLU^k.
    pub order: usize,
    /// The size of that jump (right minus left).
    pub jump: f64,
}

/// φ(z) = left(z) + remainder as z → −∞ and right(z) + remainder as z → ∞.
#[derive(Clone, Debug, PartialEq)]
pub struct Tails {
    /// Coefficients of 1, z, z², … at −∞. Empty for 0.
    pub left: Vec<f64>,
    /// Coefficients of 1, z, z², … at +∞. Empty for 0.
    pub right: Vec<f64>,
    /// How fast φ approaches them.
    pub remainder: Remainder,
}

/// The size of φ minus its tail polynomial, far out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Remainder {
    /// Exactly zero for |z| ≥ beyond.
    Zero {
        /// From where on.
        beyond: f64,
    },
    /// O(e^{−rate·|z|^exponent}) up to powers of z.
    Exponential {
        /// The rate.
        rate: f64,
        /// The exponent (1 for tanh, 2 for GELU).
        exponent: f64,
    },
    /// O(|z|^{−power}), power > 0.
    Algebraic {
        /// The power.
        power: f64,
    },
    /// Does not decay (sin) or is not known.
    Persistent,
}

/// Symmetry under z → −z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// φ(−z) = φ(z).
    Even,
    /// φ(−z) = −φ(z).
    Odd,
    /// Neither.
    None,
}

impl Parity {
    /// By whether φ(−z) = φ(z) (asked for with 1) and whether φ(−z) = −φ(z) (with −1).
    pub(super) fn of(symmetric: impl Fn(f64) -> bool) -> Self {
        if symmetric(1.0) {
            Self::Even
        } else if symmetric(-1.0) {
            Self::Odd
        } else {
            Self::None
        }
    }
}

/// A transform at one frequency, scaled: φ̂(ω) = value·e^exponent and d(ωφ̂)/dω = stretch·e^exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FourierSample {
    /// Natural logarithm of the common factor.
    pub exponent: f64,
    /// φ̂(ω)·e^{−exponent}.
    pub value: Complex64,
    /// (φ̂ + ωφ̂′)(ω)·e^{−exponent}.
    pub stretch: Complex64,
    /// A bound on the absolute error of `value`.
    pub value_error: f64,
    /// A bound on the absolute error of `stretch`.
    pub stretch_error: f64,
}

/// How |φ̂(ω)| decays as ω → ∞.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decay {
    /// ~ ω^{−order}.
    Algebraic {
        /// p: 1 for Heaviside, 2 for ReLU, k+1 for ReLU^k, n for the B-spline of order n.
        order: f64,
    },
    /// ~ e^{−rate·ω^exponent} up to powers of ω.
    Exponential {
        /// The rate.
        rate: f64,
        /// The exponent (1 for tanh, 2 for GELU).
        exponent: f64,
    },
    /// No regular part: zero (polynomials) or lines only (sin, cos).
    Atomic,
    /// Not known (closures whose smoothness was not stated).
    Unknown,
}

/// The zeros of φ̂ at positive frequencies.
#[derive(Clone, Debug, PartialEq)]
pub enum Zeros {
    /// There are none.
    None,
    /// At spacing, 2·spacing, 3·spacing, …
    Multiples {
        /// The first zero.
        spacing: f64,
    },
    /// At these frequencies, and possibly others beyond the last.
    Listed(Vec<f64>),
    /// Everywhere except at lines.
    Everywhere,
    /// Not known.
    Unknown,
}

/// The families for which closed forms are known beyond what the interface itself answers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Family<'a> {
    /// A piecewise polynomial (ReLU^k, |z|, leaky ReLU, Heaviside, sign, hat, B-splines, hard tanh, …).
    PiecewisePolynomial(&'a super::PiecewisePolynomial),
    /// erf(scale·z).
    Erf {
        /// The factor inside.
        scale: f64,
    },
    /// amplitude·sin(frequency·z + phase) (cos has phase π/2).
    Sine {
        /// The angular frequency.
        frequency: f64,
        /// The phase.
        phase: f64,
    },
    /// e^{−curvature·z²/2} cos(frequency·z + phase), curvature > 0: Gaussians and Gabor functions.
    Packet {
        /// 1/width².
        curvature: f64,
        /// The angular frequency; 0 for a Gaussian.
        frequency: f64,
        /// The phase.
        phase: f64,
    },
    /// e^{rate·z}.
    Exponential {
        /// The rate.
        rate: f64,
    },
    /// zΦ(z).
    Gelu,
    /// factor·z for z > 0, factor·depth·(e^{z/width} − 1) for z ≤ 0: ELU, CELU, SELU.
    ExponentialLinear {
        /// The slope on the right.
        factor: f64,
        /// The depth on the left, per factor.
        depth: f64,
        /// The length over which it is reached, > 0.
        width: f64,
    },
    /// A mixture of functions with closed forms over scales.
    ScaleMixture(ScaleMixture),
    /// No closed form beyond the interface.
    Other,
}

/// Activations that are normal laws, or what they smooth, mixed over scales: tanh z = E[erf(z/(√2 K))] for K of
/// Kolmogorov's law, and its relatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScaleMixture {
    /// tanh z.
    Tanh,
    /// 1/(1 + e^{−z}).
    Sigmoid,
    /// ln(1 + e^z).
    Softplus,
    /// z/(1 + e^{−z}).
    Silu,
    /// 1/cosh z.
    Sech,
    /// arctan z.
    Arctan,
    /// z/(1 + |z|).
    Softsign,
}
