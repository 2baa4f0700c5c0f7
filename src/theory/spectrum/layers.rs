//! Networks of homogeneous activations at complex angles: their kernels beyond t = ±1.

use super::continuation::Continuation;
use super::homogeneous::Homogeneous;
use super::network::NetworkSettings;
use crate::theory::kernel::GaussianKind;
use num_complex::Complex64;

/// A single layer's kernel is analytic in the whole upper half plane; e^{−30} of what lies beyond.
const FAR: f64 = 30.0;
/// Deep kernels have further branch points, where a layer's correlation is ±1 at a complex angle: for ReLU at
/// Im θ ≈ 1.76, with bias farther out.
const DEEP: f64 = 1.5;

/// The depth recursion in complex numbers, carrying 1 − ρ.
#[derive(Clone, Debug)]
pub(super) struct ComplexNetwork {
    function: Homogeneous,
    slope: Option<Homogeneous>,
    weight: f64,
    bias: f64,
    /// ρ = mix·t + (1 − mix) in the first layer.
    mix: f64,
    variances: Vec<f64>,
}

/// Which cut.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Right,
    Left,
}

impl ComplexNetwork {
    /// `None` where the kernel is no analytic function of the angle: steps below another layer.
    pub(super) fn new(
        function: Homogeneous,
        settings: &NetworkSettings,
        mean_square: f64,
        variances: &[f64],
    ) -> Option<Self> {
        let slope = match settings.kind {
            GaussianKind::Nngp => None,
            GaussianKind::Ntk => Some(function.derivative()?),
        };
        if function.power == 0 && settings.depth > 1 {
            return None;
        }
        let (weight, bias) = (settings.weight_std.powi(2), settings.bias_std.powi(2));
        Some(Self {
            function,
            slope,
            weight,
            bias,
            mix: weight * mean_square / variances.first()?,
            variances: variances.to_vec(),
        })
    }

    fn at(&self, end: End, y: f64) -> Complex64 {
        // 1 − t and 1 + t at t = ±cosh y + i0, the side of the cut in the sign of the zero.
        let (near, far) = (
            -2.0 * (0.5 * y).sinh().powi(2),
            2.0 * (0.5 * y).cosh().powi(2),
        );
        let (one_minus, one_plus) = match end {
            End::Right => (near, far),
            End::Left => (far, near),
        };
        let mut defect = Complex64::new(self.mix * one_minus, -0.0);
        let mut complement = Complex64::new(2.0 * (1.0 - self.mix) + self.mix * one_plus, 0.0);
        let mut tangent = Complex64::default();
        let mut value = Complex64::default();
        for (l, &q) in self.variances.iter().enumerate() {
            let theta = angle(defect, complement);
            let covariance = (Complex64::new(1.0, 0.0) - defect) * q;
            if l == 0 {
                tangent = covariance;
            }
            let size = q.powi(self.function.power as i32);
            let (unit, lost) = self.function.dual(theta, defect);
            value = unit * size;
            let carried = self.slope.as_ref().map(|slope| {
                let (unit, _) = slope.dual(theta, defect);
                tangent * unit * q.powi(slope.power as i32)
            });
            let Some(next) = self.variances.get(l + 1) else {
                return value + carried.unwrap_or_default();
            };
            defect = lost * (self.weight * size / next);
            complement = Complex64::new(2.0, 0.0) - defect;
            tangent = value * self.weight + self.bias + carried.unwrap_or_default() * self.weight;
        }
        value
    }
}

/// arccos ρ from 1 − ρ and 1 + ρ (W. Kahan, *Branch cuts for complex elementary functions*, 1987): real and
/// imaginary part each to full accuracy.
fn angle(one_minus: Complex64, one_plus: Complex64) -> Complex64 {
    let (minus, plus) = (one_minus.sqrt(), one_plus.sqrt());
    Complex64::new(
        2.0 * minus.re.atan2(plus.re),
        (plus.conj() * minus).im.asinh(),
    )
}

impl Continuation for ComplexNetwork {
    fn right(&self, y: f64) -> Complex64 {
        self.at(End::Right, y)
    }

    fn left(&self, y: f64) -> Complex64 {
        if self.mix < 1.0 {
            // Short of its branch point at ρ = −1 the kernel is real.
            let value = self.at(End::Left, y);
            return Complex64::new(value.re, 0.0);
        }
        self.at(End::Left, y)
    }

    fn reach(&self) -> f64 {
        let own = if self.variances.len() == 1 {
            FAR
        } else {
            self.function.regular_below(DEEP)
        };
        // ρ = −1 at cosh y = (2 − mix)/mix, that is sinh²(y/2) = (1 − mix)/mix.
        let branch = 2.0 * ((1.0 - self.mix) / self.mix).sqrt().asinh();
        if self.mix < 1.0 { own.min(branch) } else { own }
    }
}
