//! The function that theory says gradient descent will find through the data of a CSV file.
//!
//! `cargo run --release --example interpolate_csv -- data.csv relu` (without arguments: the embedded record)

use spectral_bias::data::embedded_data;
use spectral_bias::prelude::*;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let data = match arguments.next() {
        Some(path) => spectral_bias::data::load_dataset(path)?,
        None => embedded_data().swap_remove(0).train,
    };
    let activation = Activation::parse(&arguments.next().unwrap_or_else(|| "relu".into()))?;

    // Output weights trained, offsets uniform on the whole line: for ReLU the cubic spline.
    let model = Shallow::new(
        activation,
        data.dim(),
        Ensemble::parse("radon:radius=inf", data.dim(), None)?,
        LearningRates::train(&[Group::Output])?,
    )?;
    let interpolant = Interpolant::fit(tangent_kernel(&model)?, &data, 0.0)?;
    println!("‖f‖² = {:.6e}", interpolant.seminorm_squared());
    println!("condition number {:.2e}", interpolant.condition());
    let left_out = interpolant.leave_one_out()?;
    println!(
        "leave-one-out RMS {:.4}",
        (left_out.norm_squared() / data.len() as f64).sqrt()
    );

    let between = halfway(&data)?;
    for (x, f) in between
        .iter()
        .zip(interpolant.predict_with_error(&between)?)
        .take(5)
    {
        println!("f({x:.4?}) = {:.8} ± {:.1e}", f.value, f.error);
    }
    Ok(())
}

/// Points halfway between consecutive data.
fn halfway(data: &Dataset) -> Result<Points> {
    let points: Vec<&[f64]> = data.points().iter().collect();
    let middle = |pair: &[&[f64]]| -> Vec<f64> {
        pair[0]
            .iter()
            .zip(pair[1])
            .map(|(a, b)| 0.5 * (a + b))
            .collect()
    };
    Points::from_rows(&points.windows(2).map(middle).collect::<Vec<_>>())
}
