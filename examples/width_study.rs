//! How the gap between theory and a trained network shrinks with its width.
//!
//! `cargo run --release --example width_study`

use spectral_bias::prelude::*;
use spectral_bias::verify::{Settings, compare};

fn main() -> Result<()> {
    let target = |x: f64| (4.0 * x).sin() + 0.3 * x;
    let sampled = |xs: &[f64]| -> Result<Dataset> {
        let targets: Vec<f64> = xs.iter().map(|&x| target(x)).collect();
        Dataset::new(Points::on_line(xs)?, targets.into())
    };
    let train = sampled(&(0..24).map(|i| -1.0 + i as f64 / 11.5).collect::<Vec<_>>())?;
    let test = sampled(&(0..101).map(|i| -1.0 + i as f64 / 50.0).collect::<Vec<_>>())?;

    for name in ["relu", "tanh"] {
        let model = Shallow::new(
            Activation::parse(name)?,
            1,
            Ensemble::parse("radon:radius=1.2", 1, None)?,
            LearningRates::train(&[Group::Output, Group::Offset])?,
        )?;
        let settings = Settings {
            widths: vec![64, 256, 1024],
            seeds: (0..6).collect(),
            steps: 100,
            ..Settings::default()
        };
        let found = compare(&model, "sine", &train, &test, &settings, &|_| {})?;
        println!("{name}");
        for width in found.widths() {
            println!(
                "  width {width:5}: gap {:.5}",
                found.mean(width, |n| n.gap.rms)
            );
        }
        println!("  {}", found.verdict);
    }
    Ok(())
}
