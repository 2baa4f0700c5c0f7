//! The penalty of an activation of one's own, beside ReLU's, with error bounds.
//!
//! `cargo run --release --example penalty_of_my_activation`

use spectral_bias::prelude::*;

fn main() -> Result<()> {
    // A ReLU with its corner rounded off: ½(z + √(z² + 1)), of which nothing is known but the values.
    let squareplus = Activation::from_fn("squareplus", |z: f64| {
        let root = z.hypot(1.0);
        // ½(z + root) without cancellation for z < 0.
        if z > 0.0 {
            0.5 * (z + root)
        } else {
            0.5 / (root - z)
        }
    })
    .derivative(|z: f64| 0.5 * (1.0 + z / z.hypot(1.0)))
    .build()?;

    println!("frequency   ReLU             squareplus");
    let relu = penalty(Activation::relu())?;
    let mine = penalty(squareplus)?;
    for r in [0.1, 0.5, 1.0, 2.0, 4.0, 8.0] {
        let (a, b) = (relu.weight(r)?, mine.weight(r)?);
        println!(
            "{r:9}   {:<14.6e}   {}",
            a.weight.unwrap_or(f64::INFINITY),
            with_error(&b)
        );
    }
    println!(
        "free polynomials: degree ≤ {} and {}",
        relu.null_space_degree(),
        mine.null_space_degree()
    );
    Ok(())
}

fn penalty(activation: Activation) -> Result<Penalty> {
    // Two inputs; output weights trained; offsets uniform on the whole line.
    let ensemble = Ensemble::parse("radon:radius=inf", 2, None)?;
    let rates = LearningRates::train(&[Group::Output])?;
    Penalty::new(&Shallow::new(activation, 2, ensemble, rates)?)
}

fn with_error(weight: &spectral_bias::theory::penalty::Weight) -> String {
    match (weight.weight, weight.weight_error) {
        (Some(value), Some(error)) => format!("{value:.6e} ± {error:.1e}"),
        _ => format!("e^{:.3}", weight.log_weight.unwrap_or(f64::INFINITY)),
    }
}
