//! Weights against the table of tests/reference/generate_penalty.py (60 digits; means over scales 40).

use super::{FIXED, close, model, penalty};
use spectral_bias::model::Activation;
use spectral_bias::model::ensemble::ScaleLaw;
use spectral_bias::theory::penalty::Penalty;
use std::collections::BTreeMap;

fn law(text: &str) -> ScaleLaw {
    let mut fields = text.split(':');
    let kind = fields.next().unwrap();
    let p: Vec<f64> = fields.map(|x| x.parse().unwrap()).collect();
    match kind {
        "fixed" => ScaleLaw::Fixed(p[0]),
        "gaussian" => ScaleLaw::GaussianNorm { std: p[0] },
        "half-normal" => ScaleLaw::HalfNormal { std: p[0] },
        "uniform" => ScaleLaw::Uniform {
            low: p[0],
            high: p[1],
        },
        _ => panic!("{text}"),
    }
}

#[test]
fn every_weight_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/penalty.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut worst: BTreeMap<String, (f64, f64, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut unknown = std::collections::BTreeSet::new();
    for line in text.lines().skip(2) {
        let f: Vec<&str> = line.split(',').collect();
        if Activation::parse(f[0]).is_err() {
            unknown.insert(f[0].to_owned());
            continue;
        }
        let train = f[2].replace('+', ",");
        let scale = law(f[4]);
        let penalty = Penalty::new(&model(
            f[0],
            f[1].parse().unwrap(),
            scale,
            &train,
            f[3].parse().unwrap(),
        ))
        .unwrap();
        let (r, expected): (f64, f64) = (f[5].parse().unwrap(), f[6].parse().unwrap());
        let weight = penalty.weight(r).unwrap();
        let (Some(log), Some(log_error)) = (weight.log_weight, weight.log_weight_error) else {
            failures.push(format!("{line}: no weight"));
            continue;
        };
        // What the table's own 25 digits, rounded to a double, leave open.
        let slack = f64::EPSILON * expected.abs();
        let error = (log - expected).abs();
        if error > log_error + slack {
            failures.push(format!(
                "{line}: {log} is off by {error:e}, claims {log_error:e}"
            ));
        }
        let fixed = matches!(scale, ScaleLaw::Fixed(_));
        let (relative, claimed) = if expected.abs() < 700.0 {
            let value = weight.weight.unwrap();
            // e^expected to the rounding of `expected`; the rest of the comparison is in logarithms.
            assert!((value.ln() - expected).abs() <= error + 2.0 * slack + 1e-15);
            (error, weight.weight_error.unwrap() / value)
        } else {
            (error / expected.abs(), log_error / expected.abs())
        };
        // The claims carry the rounding of every logarithm added up, at their worst.
        let (bound, claim) = if fixed {
            (1e-12, 5e-12)
        } else {
            (1e-12, 1e-10)
        };
        if relative > bound || claimed > claim {
            failures.push(format!("{line}: off by {relative:e}, claims {claimed:e}"));
        }
        let key = format!(
            "{} {}",
            f[0],
            if fixed { "one scale" } else { "law of scales" }
        );
        let entry = worst.entry(key).or_default();
        *entry = (entry.0.max(relative), entry.1.max(claimed), entry.2 + 1);
    }
    assert_eq!(worst.values().map(|w| w.2).sum::<usize>(), 1209);
    for (name, (error, claimed, cases)) in &worst {
        println!("{name}: {cases} cases, worst {error:.1e}, claimed {claimed:.1e}");
    }
    assert!(
        failures.is_empty(),
        "{} of them:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(unknown.is_empty(), "unknown: {unknown:?}");
}

#[test]
fn an_infinite_weight_has_no_fields_and_an_overflowing_one_its_logarithm() {
    use std::f64::consts::PI;
    for n in 1..50 {
        let w = penalty("hat", 1, FIXED, "output")
            .weight(2.0 * PI * f64::from(n))
            .unwrap();
        assert_eq!(
            (w.weight, w.log_weight),
            (None, None),
            "zero {n} of the hat"
        );
    }
    let hard = penalty("hard-tanh", 3, ScaleLaw::Fixed(0.3), "output,offset");
    assert_eq!(hard.weight(0.3 * PI).unwrap().log_weight, None);
    assert!(hard.weight(0.31 * PI).unwrap().weight.is_some());

    let w = penalty("gelu", 1, FIXED, "output").weight(1e3).unwrap();
    assert_eq!(w.weight, None);
    close(w.log_weight.unwrap(), 1e6 - 2.0 * 1e-6_f64.ln_1p(), 1e-12);
    // Under the law of scales the zeros of the hat are filled in.
    let mixed = penalty("hat", 1, ScaleLaw::HalfNormal { std: 1.0 }, "output");
    assert!(mixed.weight(2.0 * PI).unwrap().weight.is_some());
    // Lines and polynomials have no regular spectrum at all.
    let w = penalty("identity", 2, FIXED, "output").weight(1.0).unwrap();
    assert_eq!((w.weight, w.log_weight), (None, None));
}

#[test]
fn bad_frequencies_are_named() {
    let p = penalty("relu", 1, FIXED, "output");
    for r in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let message = p.weight(r).unwrap_err().to_string();
        assert!(message.contains("frequency"), "{message}");
    }
    for r in [1e-300, 1e-150, 1e150, 1e300] {
        assert!(p.weight(r).unwrap().log_weight.unwrap().is_finite());
    }
}

/// Nothing panics, no error is NaN, and everything finite has a logarithm, at scales of every size.
#[test]
fn hostile_scales() {
    let laws = [
        ScaleLaw::Fixed(1e-100),
        ScaleLaw::Fixed(1e100),
        ScaleLaw::GaussianNorm { std: 1e-20 },
        ScaleLaw::HalfNormal { std: 1e20 },
        ScaleLaw::Uniform {
            low: 1.0,
            high: 1.0 + f64::EPSILON,
        },
        ScaleLaw::Uniform {
            low: 0.0,
            high: 1e-9,
        },
    ];
    let mut answers = 0;
    for name in [
        "relu",
        "tanh",
        "gelu",
        "hat",
        "softsign",
        "sin",
        "bspline:order=3",
    ] {
        for law in laws {
            for train in ["output", "output,offset", "scale", "bias"] {
                for dim in [1, 30] {
                    let Ok(penalty) = Penalty::new(&model(name, dim, law, train, 1e-3)) else {
                        continue;
                    };
                    for r in [1e-40, 1e-3, 1.0, 1e25] {
                        let Ok(weight) = penalty.weight(r) else {
                            continue;
                        };
                        answers += 1;
                        let Some(log) = weight.log_weight else {
                            continue;
                        };
                        let error = weight.log_weight_error.unwrap();
                        assert!(
                            log.is_finite() || log == f64::NEG_INFINITY,
                            "{name} {law:?} {train} {r}: {weight:?}"
                        );
                        assert!(error >= 0.0, "{name} {law:?} {train} {r}: {weight:?}");
                    }
                }
            }
        }
    }
    assert!(answers > 500, "{answers}");
}
