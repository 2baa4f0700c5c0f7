//! From the specification of a fully connected network to its kernels.

use super::deep::{DeepKernel, Readout, Stage};
use super::dual::{DualActivation, Layer};
use super::gaussian::GaussianKind;
use crate::model::{FullyConnected, Parameterisation};

impl FullyConnected {
    /// Its kernel in the limit of infinite width.
    pub fn kernel(&self, kind: GaussianKind) -> DeepKernel {
        let stages = self.layers.iter().map(|layer| {
            let (weight, bias) = layer.terms(self.parameterisation);
            Stage {
                dual: DualActivation::new(&layer.activation),
                layer: Layer {
                    weight_variance: layer.weight_std.powi(2),
                    bias_variance: layer.bias_std.powi(2),
                },
                weight,
                bias,
            }
        });
        let square = self.readout_std.powi(2);
        let readout = match kind {
            GaussianKind::Nngp => Readout {
                output: square,
                tangent: 0.0,
                bias: self.output_bias_std.powi(2),
            },
            GaussianKind::Ntk => Readout {
                output: self.output_term(),
                tangent: square,
                bias: self.output_bias_rate,
            },
        };
        DeepKernel {
            stages: stages.collect(),
            readout,
            per_dimension: (true, self.parameterisation == Parameterisation::Ntk),
            dim: None,
        }
    }
}
