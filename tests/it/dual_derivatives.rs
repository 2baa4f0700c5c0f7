//! Derivatives of dual activations with respect to the correlation, where smooth φ meets ρ = ±1 and kinked φ diverges.

use spectral_bias::model::Activation;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::DualActivation;
use std::f64::consts::PI;

fn derivative(name: &str, variance: f64, order: usize, rho: Correlation) -> Estimate {
    let dual = DualActivation::new(&Activation::parse(name).unwrap());
    let kappa = dual.at_variances(variance, variance).unwrap();
    kappa.derivative(order, rho)
}

/// Sums of smooth functions and Mish have no closed derivatives: a series, good at the variances of the table.
fn tolerance(name: &str) -> f64 {
    if ["mish", "0.5*tanh + 2*erf"].contains(&name) {
        1e-11
    } else {
        1.3e-13
    }
}

#[test]
fn smooth_activations_have_finite_derivatives_at_correlation_one() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/dual_derivatives.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let (mut count, mut worst) = (0, (0.0_f64, 0.0_f64));
    for line in text.lines().skip(2) {
        let f: Vec<&str> = line.split(';').collect();
        let (q, order): (f64, usize) = (f[1].parse().unwrap(), f[2].parse().unwrap());
        let (one, opposite): (f64, f64) = (f[3].parse().unwrap(), f[4].parse().unwrap());
        for (rho, want) in [(1.0, one), (-1.0, opposite)] {
            let got = derivative(f[0], q, order, Correlation::from_rho(rho));
            let (gap, size) = ((got.value - want).abs(), one.abs());
            println!(
                "{line} {rho}: {:.1e} of {:.1e}",
                gap / size,
                got.error / size
            );
            assert!(gap <= got.error, "{line} {rho}: {got:?}");
            assert!(got.error <= tolerance(f[0]) * size, "{line} {rho}: {got:?}");
            if tolerance(f[0]) < 1e-12 {
                worst = (worst.0.max(gap / size), worst.1.max(got.error / size));
            }
            count += 1;
        }
        // Next to it the next derivative, finite as well, is all that it moves by.
        let near = derivative(f[0], q, order, Correlation::from_one_minus(1e-12));
        let next = derivative(f[0], q, order + 1, Correlation::from_rho(1.0));
        let moved = 1e-12 * next.value;
        assert!(
            (near.value - one + moved).abs() <= 1.1 * near.error + 1e-3 * moved.abs(),
            "{line}: {near:?}"
        );
        assert!(
            near.error <= tolerance(f[0]) * one.abs(),
            "{line}: {near:?}"
        );
    }
    println!(
        "closed: worst error {:.1e}, worst bound {:.1e}",
        worst.0, worst.1
    );
    assert_eq!(count, 2 * 3 * (9 * 3 + 2 * 2));
}

#[test]
fn kinks_make_derivatives_infinite_where_they_meet() {
    let (one, opposite) = (Correlation::from_rho(1.0), Correlation::from_rho(-1.0));
    // κ″ = 1/(2π√(1−ρ²)) for ReLU; the signs at −1 are those of odd and even functions of ρ.
    for (name, order, sign, signed) in [
        ("relu", 2, 1.0, 1.0),
        ("relu", 3, 1.0, -1.0),
        ("abs", 4, 1.0, 1.0),
        ("heaviside", 2, 1.0, -1.0),
        ("relu-power:k=2", 4, 1.0, -1.0),
        ("hat", 2, 1.0, 1.0),
        ("hard-tanh", 2, 1.0, -1.0),
        ("elu:alpha=1", 3, 1.0, 1.0),
        ("elu:alpha=0.5", 2, 1.0, 1.0),
        ("softsign", 3, 1.0, 1.0),
        ("tanh + 0.1*relu", 3, 1.0, -1.0),
    ] {
        for (rho, sign) in [(one, sign), (opposite, signed)] {
            let got = derivative(name, 1.0, order, rho);
            assert_eq!(got.value, f64::INFINITY * sign, "{name} {order} {rho:?}");
            assert_eq!(got.error, f64::INFINITY, "{name} {order} {rho:?}");
        }
    }
    // Knots apart do not meet at unequal variances, that at 0 does.
    let dual = |name| DualActivation::new(&Activation::parse(name).unwrap());
    let relu = dual("leaky-relu:slope=0.5 + hat(z-3)");
    let kappa = relu.at_variances(1.0, 2.0).unwrap();
    assert_eq!(kappa.derivative(2, one).value, f64::INFINITY);
    // Even with a step too few to see at first: a smooth function in a high octave is not taken for one that has ended.
    let high = derivative("cos:frequency=20", 1.0, 2, one);
    // κ(ρ) = e^{−ω²}cosh(ω²ρ).
    let want = 400.0_f64.powi(2) * 0.5 * (1.0 + (-800.0_f64).exp());
    assert!((high.value - want).abs() <= high.error, "{high:?}");
    assert!(high.error <= 1e-8 * want, "{high:?}");
}

#[test]
fn homogeneous_activations_have_every_derivative() {
    // Of ReLU: κ‴ = ρ/(2π(1−ρ²)^{3/2}), κ⁗ = (1 + 2ρ²)/(2π(1−ρ²)^{5/2}).
    for one_minus in [1e-12, 1e-3, 0.5, 1.0, 1.7] {
        let rho = Correlation::from_one_minus(one_minus);
        let (r, c) = (rho.rho(), rho.one_minus() * rho.one_plus());
        for (order, want) in [
            (3, r / (2.0 * PI * c.powf(1.5))),
            (4, (1.0 + 2.0 * r * r) / (2.0 * PI * c.powf(2.5))),
        ] {
            let got = derivative("relu", 1.0, order, rho);
            assert!(
                (got.value - want).abs() <= got.error,
                "{order} {rho:?}: {got:?} {want}"
            );
            assert!(got.error <= 1e-12 * want.abs(), "{order} {rho:?}: {got:?}");
        }
    }
}
