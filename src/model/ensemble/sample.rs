//! Samplers with a named, seeded generator.

use super::{Ensemble, Neurons, OffsetLaw, ParameterLaw, ScaleLaw};
use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Cauchy, ChiSquared, Distribution, StandardNormal};

/// What a stream of random numbers is for. Each use of each neuron has a stream of its own, so that a
/// wider network begins with the neurons of the narrower one, the output weights do not depend on the
/// ensemble, and nothing depends on the order of drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// The parameters of hidden neuron i.
    Hidden(usize),
    /// The output weight of neuron i.
    Output(usize),
    /// The shuffle of epoch e of stochastic gradient descent.
    Epoch(usize),
    /// The parameters of layer l of a deep network.
    Layer(usize),
}

/// The generator of one [`Draw`]: ChaCha with 12 rounds, keyed by the seed, the use as its stream.
pub fn generator(seed: u64, draw: Draw) -> ChaCha12Rng {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    rng.set_stream(match draw {
        Draw::Hidden(i) => 4 * i as u64,
        Draw::Output(i) => 4 * i as u64 + 1,
        Draw::Epoch(e) => 4 * e as u64 + 2,
        Draw::Layer(l) => 4 * l as u64 + 3,
    });
    rng
}

impl Ensemble {
    /// m = `width` neurons in dimension d, in the coordinates in which the ensemble is given
    /// (Radon-spline or standard). Generator: ChaCha12, a stream per neuron ([`generator`]).
    ///
    /// # Errors
    /// Unbounded offsets, which are no probability; d = 0 or m = 0; impossible parameters.
    pub fn sample(&self, dim: usize, width: usize, seed: u64) -> Result<Neurons> {
        self.validate()?;
        if dim == 0 {
            return Err(Error::invalid("dim", "a dimension ≥ 1", 0));
        }
        if width == 0 {
            return Err(Error::invalid("width", "a width ≥ 1", 0));
        }
        let mut columns = DMatrix::zeros(dim, width);
        let mut offsets = DVector::zeros(width);
        let Self::RadonSpline { offset, scale } = *self else {
            let (weight, bias) = self
                .standard_laws(dim)
                .ok_or_else(|| Error::undefined("sample", "an ensemble without laws"))?;
            for (i, mut column) in columns.column_iter_mut().enumerate() {
                let mut rng = generator(seed, Draw::Hidden(i));
                for w in column.iter_mut() {
                    *w = weight.draw(&mut rng);
                }
                offsets[i] = bias.draw(&mut rng);
            }
            return Ok(Neurons::Standard {
                weights: columns,
                biases: offsets,
            });
        };
        let mut scales = DVector::zeros(width);
        for (i, mut column) in columns.column_iter_mut().enumerate() {
            let mut rng = generator(seed, Draw::Hidden(i));
            draw_direction(column.as_mut_slice(), &mut rng);
            offsets[i] = offset.draw(&mut rng)?;
            scales[i] = scale.draw(dim, &mut rng);
        }
        Ok(Neurons::RadonSpline {
            directions: columns,
            offsets,
            scales,
        })
    }
}

/// A uniform unit vector: ±1 in d = 1, a normalised Gaussian vector otherwise.
fn draw_direction(direction: &mut [f64], rng: &mut impl Rng) {
    if let [only] = direction {
        *only = if rng.random::<bool>() { 1.0 } else { -1.0 };
        return;
    }
    loop {
        for x in direction.iter_mut() {
            *x = StandardNormal.sample(rng);
        }
        let norm = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        // A vector of norm < 1e−100 has probability < 1e−200; its direction would be rounded.
        if norm > 1e-100 {
            direction.iter_mut().for_each(|x| *x /= norm);
            return;
        }
    }
}

/// Uniform on (−1, 1), symmetric to the last bit.
fn symmetric_uniform(rng: &mut impl Rng) -> f64 {
    // An odd number of half-steps of 2^{−52}: never 0, never ±1.
    let bits = (rng.random::<u64>() >> 11) as i64;
    (2 * bits + 1 - (1 << 53)) as f64 * 2f64.powi(-53)
}

impl OffsetLaw {
    fn draw(&self, rng: &mut impl Rng) -> Result<f64> {
        match *self {
            Self::Uniform { radius } => Ok(radius * symmetric_uniform(rng)),
            Self::Unbounded => Err(Error::undefined(
                "sampling of offsets",
                "unbounded offsets (radius=inf) are the limit of ever more neurons on the whole \
                 line, no probability: give a finite radius",
            )),
            Self::Gaussian { std } => Ok(std * normal(rng)),
            Self::Cauchy { scale } => match Cauchy::new(0.0, scale) {
                Ok(law) => Ok(law.sample(rng)),
                Err(e) => Err(Error::invalid("offset_scale", "a finite number > 0", e)),
            },
        }
    }
}

impl ScaleLaw {
    fn draw(&self, dim: usize, rng: &mut impl Rng) -> f64 {
        match *self {
            Self::Fixed(scale) => scale,
            Self::GaussianNorm { std } => match ChiSquared::new(dim as f64) {
                Ok(law) => std * law.sample(rng).sqrt(),
                // dim ≥ 1 was checked: this arm is never taken.
                Err(_) => f64::NAN,
            },
            Self::HalfNormal { std } => std * normal(rng).abs(),
            Self::Uniform { low, high } => {
                low + (high - low) * 0.5 * (1.0 + symmetric_uniform(rng))
            }
        }
    }
}

impl ParameterLaw {
    fn draw(&self, rng: &mut impl Rng) -> f64 {
        match *self {
            Self::Gaussian { std } => std * normal(rng),
            Self::Uniform { bound } => bound * symmetric_uniform(rng),
            Self::Zero => 0.0,
        }
    }
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
