//! The neural tangent kernel inside other numerical code: Gaussian-process regression with nalgebra alone.
//!
//! `cargo run --release --example kernel_in_nalgebra`

use nalgebra::{DMatrix, DVector};
use spectral_bias::prelude::*;
use spectral_bias::theory::kernel::cross;

fn main() -> Result<()> {
    // Two hidden layers of erf neurons, everything trained.
    let kernel = GaussianKernel::new(&Activation::parse("erf")?, 1.5, 0.3, 2, GaussianKind::Ntk)?;

    let xs: Vec<f64> = (0..12).map(|i| -1.0 + i as f64 / 5.5).collect();
    let train = Points::on_line(&xs)?;
    let test = Points::on_line(&[-0.95, -0.3, 0.05, 0.6])?;
    let y = DVector::from_iterator(xs.len(), xs.iter().map(|x| (3.0 * x).sin()));

    // Plain matrices from here on.
    let k = gram(&kernel, &train)?;
    let k_star = cross(&kernel, &test, &train)?;
    let noise = 1e-6;
    let ridged = &k.matrix + DMatrix::identity(xs.len(), xs.len()) * noise;
    let Some(cholesky) = ridged.cholesky() else {
        return Err(spectral_bias::Error::undefined(
            "regression",
            "the kernel is not positive definite",
        ));
    };
    let mean = &k_star.matrix * cholesky.solve(&y);
    let own = gram(&kernel, &test)?;
    let covariance = own.matrix - &k_star.matrix * cholesky.solve(&k_star.matrix.transpose());

    println!("every entry of the Gram matrix is within {:.1e}", k.error);
    for (i, x) in test.iter().enumerate() {
        let deviation = covariance[(i, i)].max(0.0).sqrt();
        println!(
            "f({:5.2}) = {:8.5} ± {deviation:.5}   (sin 3x = {:8.5})",
            x[0],
            mean[i],
            (3.0 * x[0]).sin()
        );
    }
    Ok(())
}
