//! The specification of a fully connected network of any depth: a law, an activation and learning rates per layer.

use super::Activation;
use crate::error::{Error, Result, non_negative, positive};

/// A hidden layer z = σ_w⟨w,h⟩/√n + σ_b b, φ(z): n its number of inputs, w and b standard normal.
#[derive(Clone, Debug)]
pub struct DenseLayer {
    pub(crate) activation: Activation,
    pub(crate) weight_std: f64,
    pub(crate) bias_std: f64,
    pub(crate) bias_scale: f64,
    pub(crate) weight_rate: f64,
    pub(crate) bias_rate: f64,
}

impl DenseLayer {
    /// With all rates 1.
    ///
    /// # Errors
    /// σ_w not finite or not > 0, σ_b negative or not finite.
    pub fn new(activation: &Activation, weight_std: f64, bias_std: f64) -> Result<Self> {
        let bias_std = non_negative("bias_std", bias_std)?;
        Ok(Self {
            activation: activation.clone(),
            weight_std: positive("weight_std", weight_std)?,
            bias_std,
            bias_scale: bias_std,
            weight_rate: 1.0,
            bias_rate: 1.0,
        })
    }

    /// With other learning rates; 0 freezes.
    ///
    /// # Errors
    /// Rates that are negative or not finite.
    pub fn with_rates(mut self, weight: f64, bias: f64) -> Result<Self> {
        self.weight_rate = non_negative("weight_rate", weight)?;
        self.bias_rate = non_negative("bias_rate", bias)?;
        Ok(self)
    }

    /// With biases that start at 0 and are trained: z = σ_w⟨w,h⟩/√n + scale·b, b = 0 at the start.
    ///
    /// # Errors
    /// A scale that is negative or not finite.
    pub fn with_biases_from_zero(mut self, scale: f64) -> Result<Self> {
        self.bias_scale = non_negative("bias scale", scale)?;
        self.bias_std = 0.0;
        Ok(self)
    }

    /// φ.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// What trained weights add to the tangent kernel, per ⟨h,h′⟩/n, and what trained biases do.
    pub(crate) fn terms(&self, parameterisation: Parameterisation) -> (f64, f64) {
        let (weight, bias) = match parameterisation {
            Parameterisation::Ntk => (self.weight_std.powi(2), self.bias_scale.powi(2)),
            Parameterisation::Standard => (1.0, 1.0),
        };
        (self.weight_rate * weight, self.bias_rate * bias)
    }
}

/// The parameters in which gradient descent is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameterisation {
    /// w and b, of unit variance: a trained weight matrix adds σ_w²⟨h,h′⟩/n, a trained bias σ_b².
    Ntk,
    /// W = σ_w w/√n and B = σ_b b themselves: ⟨h,h′⟩ and 1. Hidden and output weights have infinitely many inputs n
    /// and their rate is per input (rate/n), as it must be for a limit to exist.
    Standard,
}

impl std::str::FromStr for Parameterisation {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "ntk" => Ok(Self::Ntk),
            "standard" => Ok(Self::Standard),
            other => Err(Error::UnknownName {
                kind: "parameterisation",
                name: other.into(),
                hint: "ntk or standard".into(),
            }),
        }
    }
}

/// A fully connected network: hidden layers, then a read-out σ_v⟨v,h⟩/√n + output bias.
///
/// # Method
/// With Σ⁰ = ⟨x,x′⟩/d, q^l = σ_w²Σ^{l−1} + σ_b², Σ^l = E[φ(u)φ(v)] and Σ̇^l = E[φ′(u)φ′(v)] for (u,v) ~ N(0, q^l), the
/// NNGP kernel is σ_v²Σ^L (plus the variance of an output bias). With Θ¹ = η_w¹σ_w²Σ⁰ + η_b¹σ_b² and
/// Θ^{l+1} = η_wσ_w²Σ^l + η_bσ_b² + σ_w²Θ^lΣ̇^l the neural tangent kernel is η_vσ_v²Σ^L + σ_v²Θ^LΣ̇^L (plus the output
/// bias's rate), in the NTK parameterisation; see [`Parameterisation`] for the other.
///
/// # References
/// Jacot, Gabriel, Hongler 2018, theorem 1; Sohl-Dickstein, Novak, Schoenholz, Lee, arXiv 2001.07301 (parameterisations).
///
/// # Examples
/// ```
/// use spectral_bias::model::{Activation, DenseLayer, FullyConnected};
/// use spectral_bias::theory::kernel::{GaussianKind, Kernel};
/// // A frozen first layer of ReLU, then tanh; biases trained from zero.
/// let first = DenseLayer::new(&Activation::relu(), 1.4, 0.0)?.with_rates(0.0, 0.0)?;
/// let second = DenseLayer::new(&Activation::tanh(), 1.0, 0.0)?.with_biases_from_zero(0.5)?;
/// let network = FullyConnected::new(vec![first, second])?;
/// let kernel = network.kernel(GaussianKind::Ntk);
/// assert!(kernel.evaluate(&[1.0, 0.0], &[0.6, 0.8]).value > 0.0);
/// # Ok::<(), spectral_bias::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FullyConnected {
    pub(crate) layers: Vec<DenseLayer>,
    pub(crate) readout_std: f64,
    pub(crate) readout_rate: f64,
    pub(crate) output_bias_std: f64,
    pub(crate) output_bias_rate: f64,
    pub(crate) parameterisation: Parameterisation,
}

impl FullyConnected {
    /// In the NTK parameterisation, with a read-out of standard deviation 1 and rate 1, and no output bias.
    ///
    /// # Errors
    /// No layer.
    pub fn new(layers: Vec<DenseLayer>) -> Result<Self> {
        if layers.is_empty() {
            return Err(Error::invalid("depth", "at least one hidden layer", 0));
        }
        Ok(Self {
            layers,
            readout_std: 1.0,
            readout_rate: 1.0,
            output_bias_std: 0.0,
            output_bias_rate: 0.0,
            parameterisation: Parameterisation::Ntk,
        })
    }

    /// `depth` hidden layers that are all alike.
    ///
    /// # Errors
    /// As [`DenseLayer::new`] and [`FullyConnected::new`].
    pub fn uniform(
        activation: &Activation,
        weight_std: f64,
        bias_std: f64,
        depth: usize,
    ) -> Result<Self> {
        let layer = DenseLayer::new(activation, weight_std, bias_std)?;
        Self::new(vec![layer; depth])
    }

    /// With another read-out.
    ///
    /// # Errors
    /// A standard deviation not finite or not > 0, a rate negative or not finite.
    pub fn with_readout(mut self, std: f64, rate: f64) -> Result<Self> {
        self.readout_std = positive("readout_std", std)?;
        self.readout_rate = non_negative("readout_rate", rate)?;
        Ok(self)
    }

    /// With an output bias drawn from N(0, std²); the rate is that of the bias itself.
    ///
    /// # Errors
    /// Numbers that are negative or not finite.
    pub fn with_output_bias(mut self, std: f64, rate: f64) -> Result<Self> {
        self.output_bias_std = non_negative("output_bias_std", std)?;
        self.output_bias_rate = non_negative("output_bias_rate", rate)?;
        Ok(self)
    }

    /// In another parameterisation.
    #[must_use]
    pub fn with_parameterisation(mut self, parameterisation: Parameterisation) -> Self {
        self.parameterisation = parameterisation;
        self
    }

    /// The hidden layers.
    pub fn layers(&self) -> &[DenseLayer] {
        &self.layers
    }

    /// What the trained read-out adds to the tangent kernel, per ⟨h,h′⟩/n.
    pub(crate) fn output_term(&self) -> f64 {
        self.readout_rate
            * match self.parameterisation {
                Parameterisation::Ntk => self.readout_std.powi(2),
                Parameterisation::Standard => 1.0,
            }
    }
}
