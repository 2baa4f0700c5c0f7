//! Dual activations: against 40-digit one-dimensional integrals over the whole grid of variances and
//! correlations, and against each other.

use spectral_bias::model::Activation;
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{Covariance, DualActivation};
use std::collections::BTreeMap;

fn dual(name: &str) -> DualActivation {
    DualActivation::new(&Activation::parse(name).unwrap())
}

struct Case {
    name: String,
    covariance: Covariance,
    /// (value, size) of E[φφ] and of E[φ′φ′].
    wanted: [(f64, f64); 2],
}

fn table() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/dual.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let number = |s: &str| match s {
        "+inf" => f64::INFINITY,
        s => s.parse::<f64>().unwrap(),
    };
    let case = |line: &str| {
        let f: Vec<&str> = line.trim().split(';').collect();
        let defect = number(f[4]);
        let correlation = if number(f[3]) > 0.0 {
            Correlation::from_one_minus(defect)
        } else {
            Correlation::from_one_plus(defect)
        };
        Case {
            name: f[0].into(),
            covariance: Covariance::new(number(f[1]), number(f[2]), correlation).unwrap(),
            wanted: [(number(f[5]), number(f[7])), (number(f[6]), number(f[8]))],
        }
    };
    text.lines().skip(2).map(case).collect()
}

#[test]
fn closed_forms_agree_with_the_table() {
    let cases = table();
    let mut worst: BTreeMap<String, (f64, f64, String)> = BTreeMap::new();
    let mut bad = Vec::new();
    for case in &cases {
        let clock = std::time::Instant::now();
        let got = dual(&case.name).evaluate(&case.covariance);
        let micros = clock.elapsed().as_micros();
        for (what, got, (want, size)) in [
            ("nngp", got.nngp, case.wanted[0]),
            ("derivative", got.derivative, case.wanted[1]),
        ] {
            if want.is_infinite() {
                assert_eq!(got.value, want, "{} {:?}", case.name, case.covariance);
                continue;
            }
            // A step's derivative has no size: E[φ′²] is infinite.
            let size = if size.is_finite() { size } else { want.abs() };
            let error = (got.value - want).abs() / size;
            let at = format!("{what} {:?} {micros} µs", case.covariance);
            let entry = worst.entry(case.name.clone()).or_default();
            if error > entry.0 || error.is_nan() {
                (entry.0, entry.2) = (error, at.clone());
            }
            entry.1 = entry.1.max(got.error / size);
            let honest = error * size <= got.error + f64::EPSILON * want.abs();
            if !(error <= 1e-13 && got.error <= 1e-13 * size && honest) {
                bad.push(format!(
                    "{} {at}: {got:?} {want} {error:e} of {size:e}",
                    case.name
                ));
            }
        }
    }
    for (name, (error, claimed, at)) in &worst {
        println!("{name}: {error:.1e}, claimed {claimed:.1e}, at {at}");
    }
    assert!(
        bad.is_empty(),
        "{} of {}: {:#?}",
        bad.len(),
        cases.len(),
        &bad[..bad.len().min(40)]
    );
}
