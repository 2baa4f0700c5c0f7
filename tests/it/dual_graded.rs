//! Dual activations of formulas with algebraic tails, the features of which are narrow beside the law, against nested rules in
//! extended precision (`generate_dual_graded.py`); the same as closures.

use spectral_bias::model::Activation;
use spectral_bias::model::activation::ClosureBuilder;
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{Covariance, DualActivation};
use std::collections::BTreeMap;

/// The formulas of the table as closures, with or without a derivative, their kinks told.
fn closure(name: &str) -> Activation {
    let with = |value: fn(f64) -> f64, slope: fn(f64) -> f64| {
        Activation::from_fn(name, value).derivative(slope)
    };
    let built: ClosureBuilder = match name {
        "1/(1+z^2)" => with(
            |z| 1.0 / (1.0 + z * z),
            |z| -2.0 * z / (1.0 + z * z).powi(2),
        ),
        "1/(1+z^4)" => with(
            |z| 1.0 / (1.0 + z.powi(4)),
            |z| -4.0 * z.powi(3) / (1.0 + z.powi(4)).powi(2),
        ),
        "sqrt(1+z^2)" => with(|z| 1.0_f64.hypot(z), |z| z / 1.0_f64.hypot(z)),
        "z/(1+abs(z))" => {
            with(|z| z / (1.0 + z.abs()), |z| (1.0 + z.abs()).powi(-2)).kink(0.0, 2, -4.0)
        }
        "abs(z)/(1+abs(z))" => with(
            |z| z.abs() / (1.0 + z.abs()),
            |z| {
                if z == 0.0 {
                    0.0
                } else {
                    z.signum() * (1.0 + z.abs()).powi(-2)
                }
            },
        )
        .kink(0.0, 1, 2.0),
        "1/(1+(z-3)^2)" => with(
            |z| 1.0 / (1.0 + (z - 3.0).powi(2)),
            |z| -2.0 * (z - 3.0) / (1.0 + (z - 3.0).powi(2)).powi(2),
        ),
        _ => panic!("{name}"),
    };
    built.build().unwrap()
}

struct Row {
    name: String,
    covariance: Covariance,
    /// (value, size) of E[φφ] and of E[φ′φ′].
    wanted: [(f64, f64); 2],
}

fn table() -> Vec<Row> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/dual_graded.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(';').collect();
        let number = |i: usize| fields[i].parse::<f64>().unwrap();
        let correlation = if number(3) > 1.0 {
            Correlation::from_one_plus(2.0 - number(3))
        } else {
            Correlation::from_one_minus(number(3))
        };
        Row {
            name: fields[0].into(),
            covariance: Covariance::new(number(1), number(2), correlation).unwrap(),
            wanted: [(number(4), number(6)), (number(5), number(7))],
        }
    };
    text.lines().skip(2).map(row).collect()
}

fn check(activation: impl Fn(&str) -> Activation) {
    let mut made: BTreeMap<String, DualActivation> = BTreeMap::new();
    let mut worst: BTreeMap<String, [f64; 3]> = BTreeMap::new();
    let (mut bad, mut cases) = (Vec::new(), 0);
    for row in table() {
        let dual = made
            .entry(row.name.clone())
            .or_insert_with(|| DualActivation::new(&activation(&row.name)));
        let clock = std::time::Instant::now();
        let got = dual.evaluate(&row.covariance);
        let time = clock.elapsed().as_secs_f64();
        let entry = worst.entry(row.name.clone()).or_default();
        entry[2] = entry[2].max(1e3 * time);
        for (got, (want, size)) in [got.nngp, got.derivative].into_iter().zip(row.wanted) {
            let error = (got.value - want).abs();
            entry[0] = entry[0].max(error / size);
            entry[1] = entry[1].max(got.error / size);
            // An odd E[φ′] and the like are 0 up to the rounding of the table.
            let honest = error <= got.error + f64::EPSILON * want.abs() + 1e-18 * size;
            if !(honest && got.error <= 1e-10 * size) {
                bad.push(format!(
                    "{} {:?}: {got:?} {want:e} {error:e} of {size:e}",
                    row.name, row.covariance
                ));
            }
        }
        cases += 1;
    }
    for (name, [error, claimed, time]) in &worst {
        println!("{name}: {error:.1e}, claimed {claimed:.1e}, {time:.1} ms");
    }
    assert!(bad.is_empty(), "{} of {cases}: {bad:#?}", bad.len());
    assert_eq!(cases, 210);
}

#[cfg(feature = "formula")]
#[test]
fn formulas_narrow_beside_the_law_agree_with_the_table() {
    check(|name| Activation::parse(&format!("formula:{name}")).unwrap());
}

#[test]
fn closures_narrow_beside_the_law_agree_with_the_table() {
    check(closure);
}

/// 1/(1 + 10⁴z²) at unit variance is 1/(1 + z²) at 10⁴.
#[cfg(feature = "formula")]
#[test]
fn a_narrow_feature_at_unit_variance_is_seen() {
    let narrow = DualActivation::new(&Activation::parse("formula:1/(1+10000*z^2)").unwrap());
    let mut rows = 0;
    for row in table() {
        let Covariance {
            q11,
            q22,
            correlation,
        } = row.covariance;
        if row.name != "1/(1+z^2)" || q11 < 1.0 {
            continue;
        }
        let covariance = Covariance::new(1e-4 * q11, 1e-4 * q22, correlation).unwrap();
        let got = narrow.evaluate(&covariance).nngp;
        let (want, size) = row.wanted[0];
        let error = (got.value - want).abs();
        assert!(
            error <= got.error + 4.0 * f64::EPSILON * size && got.error <= 1e-10 * size,
            "{covariance:?}: {got:?} {want:e}"
        );
        rows += 1;
    }
    assert_eq!(rows, 25);
}
