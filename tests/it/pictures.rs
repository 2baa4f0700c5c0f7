//! Pictures of single commands, as files and on a page; designs for kernels on the command line.

use serde_json::Value;
use spectral_bias::data::load_array;
use spectral_bias::report::figure::{Figure, Form, Panel};
use spectral_bias::report::heat::HeatMap;
use spectral_bias::report::plot::{Axis, Mark, Plot};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spectral-bias"))
        .args(line.split(' '))
        .current_dir(folder)
        .output()
        .expect("it runs")
}

fn succeed(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

fn map(columns: Vec<Vec<f64>>) -> Figure {
    let panel = HeatMap {
        title: "a map".into(),
        x: Axis::linear("x"),
        y: Axis::linear("y"),
        scale: "value".into(),
        x_range: (0.0, 1.0),
        y_range: (-1.0, 1.0),
        columns,
        points: vec![(0.5, 0.0), (9.0, 9.0)],
    };
    Figure {
        name: "map".into(),
        caption: String::new(),
        panels: vec![Panel::Map(panel)],
    }
}

#[test]
fn every_command_that_draws_draws_files_and_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let image: String = (0..12)
        .map(|i| {
            format!(
                "{}\n",
                (0..9)
                    .map(|j| ((i * j) % 5).to_string())
                    .collect::<Vec<_>>()
                    .join(",")
            )
        })
        .collect();
    fs::write(folder.path().join("image.csv"), image).expect("written");
    let lines = [
        (
            "radon --target shepp-logan --directions 24 --offsets 33",
            "offset γ",
        ),
        (
            "radon --target ball:radius=1 --dim 3 --directions 2 --offsets 9",
            "the same in all 2 directions",
        ),
        (
            "radon --target j0 --directions 1 --offsets 1",
            "angle of the direction",
        ),
        (
            "radon --image image.csv --directions 16 --offsets 20 --pixels linear",
            "image.csv",
        ),
        (
            "represent --activation relu --target gaussian:width=0.5 --dim 2 --directions 6 --width 50",
            "50 neurons",
        ),
        (
            "represent --activation tanh --target gaussian:width=0.5 --dim 1",
            "representing density",
        ),
        (
            "seminorm --activation relu --dim 2 --target gaussian:width=1",
            "share of ‖f‖²",
        ),
        (
            "seminorm --activation relu --dim 2 --target gaussian:width=1 --ensemble radon:radius=inf",
            "offset γ",
        ),
        (
            "seminorm --activation relu --dim 2 --target gaussian:width=1,centre=1.2/0.5 --ensemble gaussian:weight_std=1,bias_std=1",
            "By direction and offset",
        ),
        (
            "design --weight r^4 --dim 1 --phase even",
            "log₁₀ of the weight",
        ),
        ("design --kernel 1,2,0.5 --kind nngp", "κ(ρ)"),
    ];
    for (line, expected) in lines {
        succeed(folder.path(), &format!("{line} --plot a.svg --report page"));
        succeed(folder.path(), &format!("{line} --plot a.png --json"));
        let svg = fs::read_to_string(folder.path().join("a.svg")).expect("drawn");
        assert!(
            svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"),
            "{line}"
        );
        assert!(svg.contains(expected), "{line}: no `{expected}`");
        // Follows the ground that it is shown on.
        assert!(svg.contains("currentColor") && svg.contains("prefers-color-scheme:dark"));
        let mut drawn = svg.lines().filter(|l| !l.contains("base64"));
        assert!(
            drawn.all(|l| !l.contains("NaN")) && svg.len() < 400_000,
            "{line}"
        );
        let png = fs::read(folder.path().join("a.png")).expect("drawn");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let page = fs::read_to_string(folder.path().join("page/index.html")).expect("a page");
        assert!(
            page.contains("<figure") && page.contains("spectral-bias") && page.contains(expected),
            "{line}"
        );
        let results = fs::read(folder.path().join("page/results.json")).expect("numbers");
        let results: Value = serde_json::from_slice(&results).expect("JSON");
        assert!(
            results["answer"].as_object().is_some_and(|o| o.len() > 1),
            "{line}"
        );
        assert!(
            results["command"]
                .as_str()
                .is_some_and(|c| c.contains("--report page"))
        );
    }
}

#[test]
fn pictures_of_other_kinds_are_refused_before_any_work() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.jpg", "a", "svg", "a.svg.gz"] {
        let output = run(
            folder.path(),
            &format!("radon --target j0 --directions 1 --offsets 3 --plot {name}"),
        );
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            errors.contains(".svg or .png") && errors.lines().count() == 1,
            "{errors}"
        );
    }
    let output = run(
        folder.path(),
        "radon --target j0 --directions 1 --offsets 3 --plot no/such/folder/a.svg",
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(Form::of(Path::new("A.SVG")).is_ok());
    let infinite = run(
        folder.path(),
        "seminorm --activation relu --dim 2 --target j0 --plot a.svg",
    );
    assert_eq!(infinite.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&infinite.stderr).contains("infinite"));
}

/// The colours stand where the values do: the lower left cell is the darkest, the upper right one the lightest.
#[test]
fn cells_of_a_map_stand_where_they_belong() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("map.png");
    map(vec![vec![0.0, 1.0], vec![2.0, 3.0]])
        .write(&path)
        .expect("drawn");
    let picture = load_array(&path).expect("a picture");
    let (rows, columns) = (picture.shape[0], picture.shape[1]);
    assert_eq!((rows, columns), (880, 1440));
    let at = |x: f64, y: f64| {
        // The map without its margins.
        let (column, row) = (140.0 + 1050.0 * x, 76.0 + 712.0 * (1.0 - y));
        picture.values[row as usize * columns + column as usize]
    };
    let shades = [at(0.2, 0.3), at(0.2, 0.7), at(0.8, 0.3), at(0.8, 0.7)];
    assert!(shades.windows(2).all(|p| p[0] < p[1]), "{shades:?}");
    // One shade in each cell.
    assert_eq!(at(0.03, 0.03), at(0.45, 0.45));
    // What is not known shows the ground, which is white.
    map(vec![vec![0.0, f64::NAN], vec![2.0, 3.0]])
        .write(&path)
        .expect("drawn");
    let picture = load_array(&path).expect("a picture");
    assert_eq!(picture.values[200 * columns + 300], 1.0);
}

#[test]
fn large_maps_are_averaged_and_bad_ones_refused() {
    let large: Vec<Vec<f64>> = (0..3000)
        .map(|i| (0..1500).map(|j| ((i * 7 + j * 13) % 101) as f64).collect())
        .collect();
    let svg = map(large).svg().expect("drawn");
    assert!(
        svg.len() < 5_000_000 && svg.matches("<rect").count() < 50,
        "{}",
        svg.len()
    );
    for bad in [
        vec![],
        vec![vec![]],
        vec![vec![1.0], vec![1.0, 2.0]],
        vec![vec![f64::NAN; 3]; 2],
    ] {
        assert!(map(bad.clone()).svg().is_err() && map(bad).png().is_err());
    }
    assert!(map(vec![vec![5.0; 3]; 3]).svg().is_ok());
    let nothing = Plot::new("p", Axis::linear("x"), Axis::log("y")).with(
        "",
        Mark::Line,
        None,
        vec![(1.0, -1.0)],
    );
    let panels = vec![Panel::Curves(nothing)];
    let figure = Figure {
        name: "f".into(),
        caption: String::new(),
        panels,
    };
    assert!(figure.svg().is_err());
    let none = Figure {
        panels: Vec::new(),
        ..figure
    };
    assert!(none.png().is_err());
}

fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().expect("an array").iter();
    items.map(|v| v.as_f64().expect("a number")).collect()
}

/// The designed activation has the wanted kernel through another command, with any signs.
#[test]
fn designs_for_kernels() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = [0.5, 1.0, 0.0, 0.25];
    let wanted = |rho: f64| series.iter().rev().fold(0.0, |s, a| s * rho + a);
    for (kind, signs) in [("ntk", "1,1,1,-1"), ("nngp", "-1,1,1,1")] {
        let line = format!(
            "design --kernel 0.5,1,0,0.25 --kind {kind} --signs {signs} --out k.json --json"
        );
        let answer: Value = serde_json::from_str(&succeed(folder.path(), &line)).expect("JSON");
        let b = numbers(&answer["hermite_coefficients"]);
        for (k, (b, sign)) in b.iter().zip(signs.split(',')).enumerate() {
            let share = if kind == "ntk" { k as f64 + 1.0 } else { 1.0 };
            let sign: f64 = sign.parse().expect("a sign");
            assert!((b - sign * (series[k] / share).sqrt()).abs() < 1e-15);
        }
        assert_eq!(
            (
                answer["free_signs"].as_u64(),
                answer["activations"].as_u64()
            ),
            (Some(3), Some(8))
        );
        assert!(answer["reproduction_error"].as_f64().expect("a number") < 1e-14);
        let (rho, achieved) = (numbers(&answer["rho"]), numbers(&answer["kernel_achieved"]));
        assert!(
            rho.iter()
                .zip(&achieved)
                .all(|(r, k)| (k - wanted(*r)).abs() < 1e-14)
        );
        let line = "dual --activation table:k.json --correlation 1,0.3,-0.7 --json";
        let dual: Value = serde_json::from_str(&succeed(folder.path(), line)).expect("JSON");
        let (value, derivative) = (numbers(&dual["nngp"]), numbers(&dual["derivative"]));
        for (i, rho) in [1.0, 0.3, -0.7].into_iter().enumerate() {
            let kernel = value[i]
                + if kind == "ntk" {
                    rho * derivative[i]
                } else {
                    0.0
                };
            assert!(
                (kernel - wanted(rho)).abs() < 1e-13,
                "{kind} {rho}: {kernel}"
            );
        }
    }
    // P_0 + P_2 = ½ + (3/2) t² on the sphere of R³.
    let line = "design --gegenbauer 1,0,1 --dim 3 --kind nngp --json";
    let answer: Value = serde_json::from_str(&succeed(folder.path(), line)).expect("JSON");
    let series = numbers(&answer["power_series"]);
    assert!((series[0] - 0.5).abs() < 1e-15 && (series[2] - 1.5).abs() < 1e-15);
    assert!(succeed(folder.path(), "design --kernel 1,1 --kind nngp").contains("4 activations"));
    for bad in [
        "design --kernel 1,-1 --kind nngp",
        "design --kernel 1,1",
        "design --kernel 1,1 --kind gp",
        "design --kernel 1,1 --kind ntk --signs 1",
        "design --kernel 1,1 --kind ntk --signs 1,2",
        "design --kernel 1,1 --kind ntk --dim 2",
        "design --gegenbauer 0,0,1 --dim 3 --kind nngp",
        "design --gegenbauer 1,1 --kind nngp",
        "design --weight r^4 --dim 1 --phase even --kind ntk",
        "design --kernel nan,1 --kind nngp",
    ] {
        let output = run(folder.path(), bad);
        assert_eq!(output.status.code(), Some(2), "{bad}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).lines().count(),
            1,
            "{bad}"
        );
    }
}
