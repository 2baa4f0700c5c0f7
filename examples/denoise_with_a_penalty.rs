//! A network's penalty as a regulariser of other code: a noisy image is smoothed by gradient descent on
//! ½‖f − y‖² + ½λQ(f), Q the seminorm of ReLU networks with trained output weights and offsets.
//!
//! `cargo run --release --example denoise_with_a_penalty`

use spectral_bias::data::{SheppLogan, Target};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Group, LearningRates, Shallow};
use spectral_bias::numerics::fourier::Grid;
use spectral_bias::theory::penalty::{GridPenalty, Penalty};

const SIDE: usize = 64;

fn main() -> Result<(), spectral_bias::Error> {
    let ensemble = Ensemble::RadonSpline {
        offset: OffsetLaw::Unbounded,
        scale: ScaleLaw::Fixed(4.0),
    };
    let rates = LearningRates::train(&[Group::Output, Group::Offset])?;
    let model = Shallow::new(Activation::relu(), 2, ensemble, rates)?;
    let grid = Grid::cubic(2, SIDE, 2.0 / SIDE as f64)?;
    let penalty = GridPenalty::new(&Penalty::new(&model)?, &grid)?;

    let phantom = SheppLogan::modified()?;
    let truth = grid.sample(|x| phantom.value(x));
    // A cheap scrambler is noise enough for a picture.
    let noise = |i: usize| ((i as f64 * 12.9898).sin() * 43758.5453).fract();
    let noisy: Vec<f64> = (0..)
        .map(noise)
        .zip(&truth)
        .map(|(n, f)| f + 0.5 * n)
        .collect();
    let off = |f: &[f64]| {
        let sum: f64 = f.iter().zip(&truth).map(|(f, t)| (f - t).powi(2)).sum();
        (sum / truth.len() as f64).sqrt()
    };
    println!(
        "noisy: error {:.4}, penalty {:.3e}",
        off(&noisy),
        penalty.value(&noisy)?
    );
    for lambda in [1e-8, 1e-7, 1e-6, 1e-5, 1e-4] {
        let rate = 1.8 / (1.0 + 0.5 * lambda * penalty.curvature());
        let mut f = noisy.clone();
        let mut slope = vec![0.0; f.len()];
        for _ in 0..200 {
            penalty.gradient_into(&f, &mut slope)?;
            for ((f, y), g) in f.iter_mut().zip(&noisy).zip(&slope) {
                *f -= rate * (*f - y + 0.5 * lambda * g);
            }
        }
        println!(
            "λ = {lambda:.0e}: error {:.4}, penalty {:.3e}",
            off(&f),
            penalty.value(&f)?
        );
    }
    Ok(())
}
