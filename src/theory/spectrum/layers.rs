//! Networks of homogeneous activations at complex angles: their kernels beyond t = ±1.

use super::continuation::Continuation;
use super::homogeneous::Homogeneous;
use crate::theory::kernel::{Readout, SphereKernel, Stage};
use num_complex::Complex64;

/// A single layer's kernel is analytic in the whole upper half plane; e^{−30} of what lies beyond.
const FAR: f64 = 30.0;
/// Deep kernels have further branch points, where a layer's correlation is ±1 at a complex angle: for ReLU at
/// Im θ ≈ 1.76, with bias farther out.
const DEEP: f64 = 1.5;

/// The depth recursion in complex numbers, carrying 1 − ρ.
#[derive(Clone, Debug)]
pub(super) struct ComplexNetwork {
    layers: Vec<ComplexLayer>,
    /// ρ = mix·t + (1 − mix) in the first layer.
    mix: f64,
    readout: Readout,
}

#[derive(Clone, Debug)]
struct ComplexLayer {
    function: Homogeneous,
    /// φ′, where a tangent is carried.
    slope: Option<Homogeneous>,
    variance: f64,
    weight_variance: f64,
    /// Θ^l = weight·Σ^{l−1} + bias + …, in the first layer weight·t + bias.
    weight: f64,
    bias: f64,
}

/// Which cut.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Right,
    Left,
}

impl ComplexNetwork {
    /// `None` where the kernel is no analytic function of the angle: activations that are not homogeneous, steps
    /// below another layer.
    pub(super) fn new(kernel: &SphereKernel) -> Option<Self> {
        let (first, (along, constant)) = kernel.first();
        let readout = kernel.readout();
        let count = kernel.stages().len();
        let layer = |(l, (stage, variance)): (usize, (&Stage, f64))| {
            let function = Homogeneous::of(stage.dual.activation())?;
            if function.power == 0 && l + 1 < count {
                return None;
            }
            let slope = match readout.tangent > 0.0 {
                true => Some(function.derivative()?),
                false => None,
            };
            let (weight, bias) = match l {
                0 => (along, constant),
                _ => (stage.weight, stage.bias),
            };
            Some(ComplexLayer {
                function,
                slope,
                variance,
                weight_variance: stage.layer.weight_variance,
                weight,
                bias,
            })
        };
        Some(Self {
            layers: kernel
                .stages()
                .enumerate()
                .map(layer)
                .collect::<Option<_>>()?,
            mix: first.weight_variance / (first.weight_variance + first.bias_variance),
            readout,
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
        // Σ^{l−1}, σ_w²E[φ²] of the layer below, and Θ^{l−1}Σ̇^{l−1}; t itself below the first.
        let mut value = Complex64::new(1.0 - one_minus, 0.0);
        let mut carried = Complex64::default();
        let mut below: Option<(Complex64, f64)> = None;
        for layer in &self.layers {
            if let Some((lost, size)) = below {
                defect = lost * (layer.weight_variance * size / layer.variance);
                complement = Complex64::new(2.0, 0.0) - defect;
            }
            let theta = angle(defect, complement);
            let tangent = value * layer.weight + layer.bias + carried * layer.weight_variance;
            let power = |function: &Homogeneous| layer.variance.powi(function.power as i32);
            let (unit, lost) = layer.function.dual(theta, defect);
            value = unit * power(&layer.function);
            carried = layer
                .slope
                .as_ref()
                .map_or_else(Complex64::default, |slope| {
                    let (unit, _) = slope.dual(theta, defect);
                    tangent * unit * power(slope)
                });
            below = Some((lost, power(&layer.function)));
        }
        value * self.readout.output + carried * self.readout.tangent + self.readout.bias
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
        let inner = self.layers.split_last().map_or(&[][..], |(_, inner)| inner);
        let regular = inner.iter().map(|l| l.function.regular_below(DEEP));
        let own = regular.fold(FAR, f64::min);
        // ρ = −1 at cosh y = (2 − mix)/mix, that is sinh²(y/2) = (1 − mix)/mix.
        let branch = 2.0 * ((1.0 - self.mix) / self.mix).sqrt().asinh();
        if self.mix < 1.0 { own.min(branch) } else { own }
    }
}
