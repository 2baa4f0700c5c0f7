//! Activations from files: samples, and the pieces that a design exports.

use spectral_bias::model::Activation;
use spectral_bias::model::activation::Extrapolation;
use spectral_bias::theory::design::{Design, DesignOptions, Phase, WantedWeight};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn samples_become_the_same_spline_as_in_the_library() {
    let folder = TempDir::new().unwrap();
    let z: Vec<f64> = (-40..=40).map(|i| f64::from(i) / 8.0).collect();
    let phi: Vec<f64> = z.iter().map(|z| z.tanh()).collect();
    let rows: String = z
        .iter()
        .zip(&phi)
        .map(|(z, p)| format!("{z},{p}\n"))
        .collect();
    let path = file(&folder, "phi.csv", &format!("z,phi\n{rows}"));
    for (suffix, beyond) in [
        ("", Extrapolation::Linear),
        (",beyond=linear", Extrapolation::Linear),
        (",beyond=constant", Extrapolation::Constant),
    ] {
        let text = format!("table:{}{suffix}", path.display());
        let read = Activation::parse(&text).unwrap();
        let made = Activation::from_table("t", &z, &phi, beyond).unwrap();
        assert_eq!(read.name(), text);
        for x in [-7.0, -5.0, -0.3, 0.0, 1.01, 5.0, 9.0] {
            assert_eq!(read.value(x), made.value(x), "{text} at {x}");
            assert_eq!(read.derivative(x), made.derivative(x), "{text} at {x}");
        }
    }
}

#[test]
fn a_design_comes_back_from_its_json() {
    let folder = TempDir::new().unwrap();
    let weight = WantedWeight::parse("r^4/(1+r^2)").unwrap();
    let design = Design::new(&weight, 1, Phase::Even, &DesignOptions::default()).unwrap();
    let path = file(&folder, "activation.json", &design.to_json().to_string());
    let read = Activation::load(&path, Extrapolation::Linear).unwrap();
    for x in [-30.0, -1.0, -1e-3, 0.0, 0.2, 4.0, 1e5] {
        assert_eq!(read.value(x), design.activation().value(x));
    }
    let (omega, wanted) = (1.7_f64, 1.7_f64.powi(4) / (1.0 + 1.7_f64.powi(2)));
    let transform = read.fourier(omega).unwrap();
    let power = (transform.value * transform.exponent.exp()).norm_sqr();
    assert!((1.0 / power / wanted - 1.0).abs() < 1e-8);
}

#[test]
fn what_is_no_activation_is_refused() {
    let folder = TempDir::new().unwrap();
    let cases = [
        ("three.csv", "1,2,3\n4,5,6\n", "two columns"),
        ("back.csv", "0,1\n-1,2\n", "strictly ascending"),
        ("one.csv", "0,1\n", "two or more"),
        ("nan.csv", "0,1\n1,nan\n", "finite"),
        ("empty.csv", "", "empty.csv"),
        ("cut.json", "{\"knots\": [0", "expected the knots"),
        (
            "few.json",
            r#"{"knots":[0],"centres":[0],"coefficients":[[1]]}"#,
            "2 for 1 knots",
        ),
        (
            "odd.json",
            r#"{"knots":[0],"centres":[0],"coefficients":[[1],[2]]}"#,
            "one for each",
        ),
    ];
    for (name, text, expected) in cases {
        let path = file(&folder, name, text);
        let found = Activation::parse(&format!("table:{}", path.display()));
        let message = found.unwrap_err().to_string();
        assert!(message.contains(expected), "{name}: {message}");
    }
    assert!(Activation::parse("table:no-such-file").is_err());
    assert!(Activation::parse("table:").is_err());
    let message = Activation::parse("table:x,beyond=up")
        .unwrap_err()
        .to_string();
    assert!(message.contains("linear or constant"), "{message}");
}
