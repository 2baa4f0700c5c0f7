//! How many points does a network need? The spectrum of a tangent kernel on the sphere S⁷ predicts the error of kernel
//! regression (asymptotically), and drawn data sets tell.
//!
//! `cargo run --release --example learning_curve`

use rand_distr::{Distribution, StandardNormal};
use spectral_bias::data::{Dataset, Points};
use spectral_bias::model::ensemble::{Draw, generator};
use spectral_bias::model::{Activation, DenseLayer, FullyConnected};
use spectral_bias::theory::interpolant::Interpolant;
use spectral_bias::theory::kernel::GaussianKind;
use spectral_bias::theory::spectrum::{LearningCurve, Spectrum, ZonalNetwork};
use std::sync::Arc;

const DIM: usize = 8;
const DATA_SETS: u64 = 20;
const RIDGE: f64 = 1e-3;

/// √(d(d+2)) x₁x₂, of degree 2 and power 1.
fn target(x: &[f64]) -> f64 {
    ((DIM * (DIM + 2)) as f64).sqrt() * x[0] * x[1]
}

fn on_sphere(count: usize, seed: u64) -> Result<Points, spectral_bias::Error> {
    let mut random = generator(seed, Draw::Hidden(0));
    let rows: Vec<Vec<f64>> = (0..count)
        .map(|_| {
            let x: Vec<f64> = (0..DIM)
                .map(|_| StandardNormal.sample(&mut random))
                .collect();
            let norm = x.iter().map(|c| c * c).sum::<f64>().sqrt();
            x.into_iter().map(|c| c / norm).collect()
        })
        .collect();
    Points::from_rows(&rows)
}

fn main() -> Result<(), spectral_bias::Error> {
    let relu = DenseLayer::new(&Activation::relu(), 2.0, 0.3)?;
    let tanh = DenseLayer::new(&Activation::tanh(), 1.0, 0.1)?;
    let network = FullyConnected::new(vec![relu, tanh])?;
    let zonal = ZonalNetwork::on_sphere(&network, GaussianKind::Ntk, DIM)?;
    let spectrum = Spectrum::sphere(&zonal, DIM, 40)?;
    for (space, share) in spectrum
        .eigenspaces()
        .iter()
        .zip(spectrum.fractional_variance())
        .take(5)
    {
        println!(
            "degree {}: λ = {:.3e}, {:.1} % of K(x,x)",
            space.degree,
            space.eigenvalue.value,
            100.0 * share.value
        );
    }
    let curve = LearningCurve::of_spectrum(&spectrum, &[0.0, 0.0, 1.0], RIDGE, 0.0)?;
    let test = on_sphere(400, 1)?;
    println!("{:>8}  {:>9}  {:>9}", "points", "predicted", "measured");
    for n in [50, 100, 200, 400] {
        let mut error = 0.0;
        for seed in 0..DATA_SETS {
            let points = on_sphere(n, 100 + seed)?;
            let targets: Vec<f64> = points.iter().map(target).collect();
            let data = Dataset::new(points, targets.into())?;
            let kernel = Arc::new(network.kernel(GaussianKind::Ntk));
            let found = Interpolant::fit(kernel, &data, RIDGE)?.predict(&test)?;
            let squares = test
                .iter()
                .zip(&found)
                .map(|(x, f)| (f - target(x)).powi(2));
            error += squares.sum::<f64>() / (400 * DATA_SETS) as f64;
        }
        println!(
            "{n:>8}  {:>9.4}  {error:>9.4}",
            curve.at(n as f64)?.test_error.value
        );
    }
    Ok(())
}
