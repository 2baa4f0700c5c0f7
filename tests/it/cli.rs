//! The command line as its users meet it: answers, JSON keys, and bad input in one line with exit code 2.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, words: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spectral-bias"))
        .current_dir(folder)
        .args(words.split_whitespace())
        .output()
        .expect("the binary runs")
}

fn json(folder: &Path, words: &str) -> Value {
    let output = run(folder, &format!("{words} --json"));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}: {errors}");
    assert!(
        errors.is_empty(),
        "{words} wrote to standard error: {errors}"
    );
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("an array")
        .iter()
        .map(|v| v.as_f64().expect("a number"))
        .collect()
}

/// A folder with data to read: a line, a plane, and files that are wrong in every way.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("written");
    };
    let line: String = (0..12)
        .map(|i| f64::from(i) / 5.5 - 1.0)
        .map(|x| format!("{x},{}\n", (3.0 * x).sin()))
        .collect();
    write("line.csv", format!("x,y\n{line}").as_bytes());
    write("at.csv", b"-0.5\n0.25\n0.9\n");
    write("X.csv", b"1,0\n0,1\n0.6,0.8\n-1,0\n");
    write("nan.csv", b"0,1\n1,NaN\n2,3\n");
    write("ragged.csv", b"0,1\n1,2,3\n2,3\n");
    write("empty.csv", b"");
    write("words.csv", b"0,1\n1,hello\n2,3\n");
    write("conflict.csv", b"0,1\n0,2\n1,3\n2,2\n");
    write("one.csv", b"0.5,1\n");
    write(
        "random.csv",
        &(0..4000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect::<Vec<_>>(),
    );
    folder
}

#[test]
fn penalty_answers_with_the_stated_keys_and_constants() {
    let folder = folder();
    let found = json(
        folder.path(),
        "penalty --activation relu --dim 1 --frequency 0.5,1,2",
    );
    // Outputs trained, one dimension: the weight is r⁴ exactly.
    for (weight, expected) in numbers(&found["weight"]).iter().zip([0.0625, 1.0, 16.0]) {
        assert!(
            (weight / expected - 1.0).abs() < 1e-12,
            "{weight} against {expected}"
        );
    }
    assert_eq!(found["decay"]["kind"], "algebraic");
    assert_eq!(found["decay"]["order"], 4.0);
    assert_eq!(found["null_space_degree"], 1);
    let tanh = json(
        folder.path(),
        "penalty --activation tanh --dim 3 --frequency 1,1000",
    );
    assert!(
        tanh["weight"][1].is_null() && tanh["log_weight"][1].as_f64().expect("finite") > 3000.0
    );
    assert_eq!(tanh["decay"]["kind"], "exponential");
    let hat = json(
        folder.path(),
        "penalty --activation hat --dim 1 --frequency 6.283185307179586",
    );
    assert!(hat["weight"][0].is_null() && hat["log_weight"][0].is_null());
    assert_eq!(hat["null_space_degree"], -1);
}

#[test]
fn dual_and_kernel_agree_with_the_arc_cosine() {
    let folder = folder();
    let found = json(
        folder.path(),
        "dual --activation relu --variance 1,1 --correlation 1,0.6,0,-1",
    );
    let arc_cosine = |rho: f64| {
        let angle = rho.acos();
        (angle.sin() + (std::f64::consts::PI - angle) * rho) / (2.0 * std::f64::consts::PI)
    };
    for (nngp, rho) in numbers(&found["nngp"]).iter().zip([1.0, 0.6, 0.0, -1.0]) {
        assert!((nngp - arc_cosine(rho)).abs() < 1e-15, "correlation {rho}");
    }
    for (derivative, expected) in numbers(&found["derivative"]).iter().zip([
        0.5,
        0.5 - 0.6f64.acos() / (2.0 * std::f64::consts::PI),
        0.25,
        0.0,
    ]) {
        assert!((derivative - expected).abs() < 1e-15);
    }
    // 1 − ρ and 1 + ρ keep digits that ρ has not: E[φ′φ′] of Heaviside is 1/(2π√(1−ρ²)).
    for option in ["one-minus", "one-plus"] {
        let words = format!("dual --activation heaviside --{option} 1e-20,1e-30");
        let found = json(folder.path(), &words);
        let told = numbers(&found[option.replace('-', "_").as_str()]);
        assert_eq!(told, [1e-20, 1e-30]);
        for (slope, x) in numbers(&found["derivative"]).iter().zip(told) {
            let want = 0.5 / (std::f64::consts::PI * (x * (2.0 - x)).sqrt());
            assert!((slope - want).abs() < 1e-14 * want, "{option} {x}");
        }
    }
    let kernel = json(
        folder.path(),
        "kernel --activation relu --points X.csv --kind nngp",
    );
    let rows = kernel["kernel"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    // Unit vectors in the plane have variance 1/2.
    assert!((numbers(&rows[0])[2] - 0.5 * arc_cosine(0.6)).abs() < 1e-15);
    assert_eq!(numbers(&rows[0])[2], numbers(&rows[2])[0]);
}

#[test]
fn interpolate_passes_through_the_data_and_flow_tends_to_it() {
    let folder = folder();
    let found = json(
        folder.path(),
        "interpolate --activation relu --data line.csv --at at.csv",
    );
    let limit = numbers(&found["prediction"]);
    assert_eq!(numbers(&found["leave_one_out"]).len(), 12);
    for (f, x) in limit.iter().zip([-0.5_f64, 0.25, 0.9]) {
        assert!(
            (f - (3.0 * x).sin()).abs() < 0.02,
            "a spline is near the sine: {f} at {x}"
        );
    }
    let late = json(
        folder.path(),
        "interpolate --activation relu --data line.csv --at at.csv --time 1e9",
    );
    for (f, g) in limit.iter().zip(numbers(&late["prediction"])) {
        assert!((f - g).abs() < 1e-8);
    }
}

#[test]
fn training_is_repeatable_and_resumes_where_it_stopped() {
    let folder = folder();
    let words = "train --activation gelu --data line.csv --width 64 --seed 3";
    let whole = json(folder.path(), &format!("{words} --steps 60"));
    assert_eq!(whole["stopped_because"], "steps");
    json(
        folder.path(),
        &format!("{words} --steps 30 --checkpoint run.json"),
    );
    let resumed = json(
        folder.path(),
        &format!("{words} --steps 60 --checkpoint run.json"),
    );
    assert_eq!(whole["prediction"], resumed["prediction"]);
    assert_eq!(whole["steps"], resumed["steps"]);
}

#[test]
fn verify_writes_a_page_that_needs_nothing_else() {
    let folder = folder();
    let found = json(
        folder.path(),
        "verify --data line.csv --activation relu --activation hat --width 32,128 --seeds 3 --steps 20 --out report",
    );
    assert_eq!(found["activation"], serde_json::json!(["relu", "hat"]));
    assert_eq!(found["width"][0], serde_json::json!([32, 128]));
    assert!(found["slope"][0].as_f64().expect("a slope") < 0.0);
    let page = fs::read_to_string(folder.path().join("report/index.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("spectral-bias verify"));
    for outside in ["<script src", "<link ", "@import", "url(http"] {
        assert!(!page.contains(outside), "the page asks for {outside}");
    }
    for file in [
        "results.json",
        "results.csv",
        "plots/gap-line.svg",
        "plots/penalty-line.svg",
    ] {
        assert!(
            folder.path().join("report").join(file).is_file(),
            "{file} is missing"
        );
    }
    let table = fs::read_to_string(folder.path().join("report/results.csv")).expect("a table");
    assert_eq!(table.lines().count(), 1 + 2 * 2 * 3);
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let folder = folder();
    let cases = [
        ("penalty --activation tanhh --dim 1 --frequency 1", "tanh"),
        (
            "penalty --activation leaky-relu:slop=1 --dim 1 --frequency 1",
            "slop",
        ),
        ("penalty --activation relu --dim 0 --frequency 1", "dim"),
        (
            "penalty --activation relu --dim 1 --frequency 0",
            "frequency",
        ),
        (
            "penalty --activation relu --dim 1 --frequency nan",
            "frequency",
        ),
        ("penalty --activation relu --dim 1 --frequency one", "one"),
        ("penalty --activation relu --dim 1", "--frequency"),
        (
            "penalty --activation relu --dim 1 --frequency 1 --scale 0",
            "scale",
        ),
        (
            "penalty --activation relu --dim 1 --frequency 1 --train weight",
            "weight",
        ),
        (
            "penalty --activation relu --dim 1 --frequency 1 --train offset,bias",
            "offset",
        ),
        (
            "penalty --activation heaviside --dim 1 --frequency 1 --train offset",
            "integr",
        ),
        (
            "penalty --activation relu --dim 1 --frequency 1 --output-std 0 --train offset",
            "output-std",
        ),
        (
            "dual --activation relu --variance 1 --correlation 0",
            "variance",
        ),
        (
            "dual --activation relu --variance 1,-1 --correlation 0",
            "q22",
        ),
        (
            "dual --activation relu --variance 1,1 --correlation 1.5",
            "correlation",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntkk",
            "ntkk",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntk --depth 0",
            "depth",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntk --weight-std 1,2",
            "weight-std",
        ),
        ("kernel --activation relu --points X.csv", "kind"),
        (
            "kernel --activation relu --points X.csv --kind ntk --ensemble radon:radius=9",
            "kind",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntk --width 0",
            "width:",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntk --weight-std -1",
            "weight-std:",
        ),
        (
            "spectrum --activation relu --kind nngp --domain points --points X.csv --functions 99",
            "functions:",
        ),
        (
            "spectrum --activation relu --kind nngp --domain points --points X.csv --functions 1 --at at.csv",
            "at:",
        ),
        (
            "spectrum --activation relu --domain torus --dim 2 --degrees 100000000",
            "degrees:",
        ),
        (
            "spectrum --activation relu --kind ntk --domain sphere --dim 3 --power 1 --samples -1",
            "samples:",
        ),
        (
            "spectrum --activation relu --kind ntk --domain sphere --dim 3 --power 1 --samples 9 --noise -1",
            "noise:",
        ),
        (
            "spectrum --activation heaviside --kind ntk --domain sphere --dim 3",
            "where φ steps",
        ),
        (
            "kernel --activation relu --activation tanh --depth 3 --points X.csv --kind ntk",
            "activation",
        ),
        ("dual --activation relu --mean 1 --correlation 0", "mean"),
        (
            "design --weight r^4 --dim 1 --phase even --band -1,3",
            "band",
        ),
        (
            "spectrum --activation relu --kind ntk --domain sphere --dim -1",
            "whole number",
        ),
        (
            "kernel --activation relu --points X.csv --kind ntk --depth -1",
            "at least 1",
        ),
        (
            "spectrum --activation relu --kind ntk --domain sphere --dim 3 --depth=-1",
            "at least 1",
        ),
        ("dual --activation relu --one-minus -1", "one-minus"),
        ("dual --activation relu --one-plus 2.5", "one-plus"),
        (
            "dual --activation relu --one-minus 1 --correlation 0",
            "--correlation",
        ),
        ("dual --activation relu", "--correlation"),
        (
            "kernel --activation relu --points missing.csv --kind ntk",
            "missing.csv",
        ),
        (
            "interpolate --activation relu --data nan.csv --at at.csv",
            "line 2",
        ),
        (
            "interpolate --activation relu --data ragged.csv --at at.csv",
            "line 2",
        ),
        (
            "interpolate --activation relu --data empty.csv --at at.csv",
            "empty.csv",
        ),
        (
            "interpolate --activation relu --data words.csv --at at.csv",
            "line 2",
        ),
        (
            "interpolate --activation relu --data random.csv --at at.csv",
            "random.csv",
        ),
        (
            "interpolate --activation relu --data conflict.csv --at at.csv",
            "targets differ",
        ),
        (
            "interpolate --activation relu --data one.csv --at at.csv",
            "point",
        ),
        (
            "interpolate --activation relu --data line.csv --at X.csv",
            "dimension",
        ),
        (
            "interpolate --activation relu --data line.csv --at at.csv --ensemble radon:radius=0.5",
            "radius",
        ),
        (
            "interpolate --activation relu --data line.csv --at at.csv --train direction",
            "direction",
        ),
        (
            "interpolate --activation relu --data line.csv --at at.csv --ridge -1",
            "ridge",
        ),
        (
            "interpolate --activation relu --data line.csv --at at.csv --time -1",
            "time",
        ),
        (
            "train --activation relu --data line.csv --width 0 --steps 1",
            "width",
        ),
        (
            "train --activation relu --data line.csv --width 8 --steps 1 --rate 0",
            "rate",
        ),
        (
            "train --activation relu --data line.csv --width 8 --steps 1 --optimiser adamm",
            "adamm",
        ),
        (
            "train --activation relu --data line.csv --width 8 --steps 1 --ensemble radon:radius=inf",
            "radius=inf",
        ),
        ("verify --data line.csv --width 0 --out r", "width"),
        ("verify --data line.csv --seeds 0 --out r", "seeds"),
        ("verify --data line.csv --out line.csv/report", "line.csv"),
        ("nonsense", "nonsense"),
    ];
    for (words, named) in cases {
        let output = run(folder.path(), words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
        assert_eq!(errors.trim_end().lines().count(), 1, "{words}: {errors}");
        assert!(
            errors.contains(named),
            "{words} does not name `{named}`: {errors}"
        );
        assert!(output.stdout.is_empty(), "{words} wrote to standard output");
    }
    assert_eq!(cases.len(), 59);
}

#[test]
fn kernels_of_many_layers_of_ensembles_and_of_drawn_networks() {
    let folder = folder();
    let kernel = |words: &str| json(folder.path(), &format!("kernel --points X.csv {words}"));
    let flat = |value: &serde_json::Value| -> Vec<f64> {
        let rows = value.as_array().expect("rows").iter();
        rows.flat_map(numbers).collect()
    };
    // Two ways to say the same network.
    let once = kernel("--activation relu --kind ntk --depth 2 --weight-std 1.4 --bias-std 0.2");
    let twice = kernel(
        "--activation relu --activation relu --kind ntk --weight-std 1.4,1.4 --bias-std 0.2,0.2 --readout-std 1 \
         --weight-rate 1 --parameterisation ntk",
    );
    assert_eq!(once["kernel"], twice["kernel"]);
    // Only the read-out is trained: the NNGP kernel.
    let frozen =
        "--activation relu --activation tanh --weight-rate 0 --bias-rate 0 --readout-rate 2";
    let (ntk, nngp) = (
        kernel(&format!("{frozen} --kind ntk")),
        kernel("--activation relu --activation tanh --kind nngp"),
    );
    for (a, b) in flat(&ntk["kernel"]).iter().zip(flat(&nngp["kernel"])) {
        assert!((a - 2.0 * b).abs() < 1e-12, "{a} {b}");
    }
    for words in [
        "--activation relu --activation tanh --kind ntk --bias-std 0.3 --biases-from-zero",
        "--activation gelu --kind nngp --output-bias-std 0.5",
        "--activation tanh --ensemble radon:radius=9 --train output,offset --output-std 0.5",
    ] {
        let limit = kernel(words);
        let drawn = kernel(&format!("{words} --width 300 --networks 50 --seed 3"));
        assert_eq!(drawn["networks"], 50);
        let errors = flat(&drawn["standard_error"]);
        let pairs = flat(&limit["kernel"])
            .into_iter()
            .zip(flat(&drawn["kernel"]));
        for ((a, b), error) in pairs.zip(errors) {
            assert!(
                (a - b).abs() <= 5.0 * error + 0.01,
                "{words}: {a} {b} ± {error}"
            );
        }
    }
    // E[u v] = Q₁₂ + μ₁μ₂.
    let moved = json(
        folder.path(),
        "dual --activation identity --variance 4,9 --mean -1,0.5 --correlation 0.5",
    );
    assert!((numbers(&moved["nngp"])[0] - 2.5).abs() < 1e-13);
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = folder();
    for command in [
        "activations",
        "penalty",
        "seminorm",
        "dual",
        "kernel",
        "spectrum",
        "interpolate",
        "train",
        "verify",
        "completions",
    ] {
        let output = run(folder.path(), &format!("{command} --help"));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("Example"),
            "{command}: {text}"
        );
    }
    assert!(
        json(folder.path(), "activations")["activations"]
            .as_array()
            .expect("a list")
            .len()
            > 30
    );
    assert!(
        String::from_utf8_lossy(&run(folder.path(), "completions bash").stdout)
            .contains("spectral-bias")
    );
}

/// The main job, but for its widths.
#[test]
fn verify_without_arguments_answers_for_all_its_activations() {
    let folder = folder();
    let output = run(folder.path(), "verify --width 16 --seeds 1 --out report");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for name in ["relu", "tanh", "gelu", "hat"] {
        assert!(text.contains(&format!("{name} on elevation")), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn interrupting_verify_keeps_what_is_finished() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_spectral-bias"))
        .current_dir(folder.path())
        .args("verify --data line.csv --activation relu --activation tanh --width 16,64 --seeds 3 --steps 2000000".split(' '))
        .args(["--out", "report"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    // Long enough to be at work, far too short to finish.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.expect("kill runs").success());
    let started = std::time::Instant::now();
    let status = child.wait().expect("ended");
    assert!(started.elapsed().as_secs() < 20, "it did not stop");
    assert_eq!(status.code(), Some(130));
    let page = folder.path().join("report/index.html");
    if page.exists() {
        assert!(
            fs::read_to_string(page)
                .expect("readable")
                .ends_with("</html>\n")
        );
    }
}

#[test]
fn radon_of_targets_and_images() {
    let folder = folder();
    let at = folder.path();
    let answer = json(
        at,
        "radon --target j0 --directions 3 --offsets 5 --reach 0.5",
    );
    let rows = answer["value"].as_array().expect("rows");
    assert_eq!((rows.len(), numbers(&rows[0]).len()), (3, 5));
    for row in rows {
        for (value, offset) in numbers(row).iter().zip(numbers(&answer["offset"])) {
            let expected = (std::f64::consts::TAU * offset).cos() / std::f64::consts::PI;
            assert!((value - expected).abs() < 1e-15);
        }
    }
    assert_eq!(answer["error"].as_array().expect("rows").len(), 3);
    for direction in answer["direction"].as_array().expect("directions") {
        let length: f64 = numbers(direction).iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-15);
    }
    let ball = json(
        at,
        "radon --target ball:radius=1 --dim 3 --directions 7 --offsets 1",
    );
    for row in ball["value"].as_array().expect("rows") {
        assert!((numbers(row)[0] - std::f64::consts::PI).abs() < 1e-14);
    }
    // A 2 × 3 image, grey and in colour, 8 and 16 bits: columns of 0, ½ (128/255), 1.
    let grey = [0, 128, 255, 0, 128, 255];
    let deep: Vec<u8> = grey.iter().flat_map(|&g| [g, g]).collect();
    let colour: Vec<u8> = grey.iter().flat_map(|&g| [g, g, g]).collect();
    for (kind, depth, bytes) in [(0, 8, grey.to_vec()), (0, 16, deep), (2, 8, colour)] {
        fs::write(at.join("image.png"), png(3, 2, depth, kind, &bytes)).expect("written");
        let words = "radon --image image.png --directions 1 --offsets 3 --reach 1 --spacing 1";
        let image = json(at, words);
        let row = numbers(&image["value"].as_array().expect("rows")[0]);
        for (found, expected) in row.iter().zip([0.0, 256.0 / 255.0, 2.0]) {
            assert!((found - expected).abs() < 1e-14, "{row:?}");
        }
    }
    for words in [
        "radon --directions 1 --offsets 1",
        "radon --target step --directions 1 --offsets 3",
        "radon --target sines --directions 1 --offsets 3",
        "radon --target j0 --directions 0 --offsets 3",
        "radon --target j0 --directions 2 --offsets 3 --reach -1",
        "radon --target j0 --directions -2 --offsets 3",
        "radon --target ball --dim 0 --directions 2 --offsets 3",
        "radon --image random.csv --directions 2 --offsets 3",
        "radon --image none.png --directions 2 --offsets 3",
        "radon --image image.png --directions 2 --offsets 3 --spacing 0",
    ] {
        let output = run(at, words);
        assert_eq!(output.status.code(), Some(2), "{words}");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(errors.lines().count(), 1, "{words}: {errors}");
    }
    // Cut anywhere, the image is an error or an image, never a panic.
    let whole = png(3, 2, 8, 0, &grey);
    for end in (4..whole.len()).step_by(3) {
        fs::write(at.join("image.png"), &whole[..end]).expect("written");
        let code = run(at, "radon --image image.png --directions 1 --offsets 2")
            .status
            .code();
        assert!(matches!(code, Some(0 | 2)), "{end}: {code:?}");
    }
}

/// A PNG file by the letter of its specification, its data stored without compression.
fn png(width: u32, height: u32, depth: u8, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let crc = |data: &[u8]| {
        !data.iter().fold(!0_u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |c, _| {
                if c & 1 == 1 {
                    c >> 1 ^ 0xedb8_8320
                } else {
                    c >> 1
                }
            })
        })
    };
    let chunk = |name: &[u8], data: &[u8]| {
        let body = [name, data].concat();
        let length = (data.len() as u32).to_be_bytes();
        [&length[..], &body, &crc(&body).to_be_bytes()].concat()
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, kind, 0, 0, 0]);
    let lines = bytes.chunks(bytes.len() / height as usize);
    let raw: Vec<u8> = lines.flat_map(|line| [&[0], line].concat()).collect();
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in &raw {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let length = raw.len() as u16;
    let mut data = vec![0x78, 0x01, 0x01];
    data.extend(length.to_le_bytes());
    data.extend((!length).to_le_bytes());
    data.extend(&raw);
    data.extend((b << 16 | a).to_be_bytes());
    let signature = b"\x89PNG\r\n\x1a\n";
    [
        &signature[..],
        &chunk(b"IHDR", &header),
        &chunk(b"IDAT", &data),
        &chunk(b"IEND", &[]),
    ]
    .concat()
}

#[test]
fn represent_answers_with_alpha_neurons_and_errors() {
    let folder = folder();
    let at = folder.path();
    let ring = json(
        at,
        "represent --activation relu --target j0 --dim 2 --directions 2 --offsets 5 --width 64 --seed 3",
    );
    let pi = std::f64::consts::PI;
    for row in ring["alpha"].as_array().expect("rows") {
        for (value, offset) in numbers(row).iter().zip(numbers(&ring["offset"])) {
            let expected = -4.0 * pi * pi * (2.0 * pi * offset).cos();
            assert!((value - expected).abs() < 1e-12 * 4.0 * pi * pi);
        }
    }
    assert_eq!(ring["neurons"].as_array().expect("neurons").len(), 64);
    for key in ["direction", "offset", "scale", "output"] {
        assert!(!ring["neurons"][0][key].is_null(), "{key}");
    }
    assert!(ring["reconstruction_error"].as_f64() <= ring["reconstruction_bound"].as_f64());
    assert!(ring["misfit"].as_f64().expect("a number") > 0.0);
    let disc = json(
        at,
        "represent --activation relu --target ball:radius=0.75 --dim 2 --band-limit 20 --offsets 3",
    );
    assert!(disc["energy_lost"]["value"].as_f64().expect("a number") > 0.01);
    for (words, named) in [
        (
            "represent --activation relu --target doppler --dim 2",
            "band limit",
        ),
        (
            "represent --activation hat --target gaussian:width=0.5 --dim 2",
            "vanishes",
        ),
        ("represent --activation relu --target j0 --dim 3", "dim"),
        (
            "represent --activation relu --target j0 --dim 2 --radius -1",
            "radius",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --width 0",
            "width",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --width 4 --draws often",
            "often",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --band-limit 9 --window round",
            "round",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --offsets 0",
            "offsets",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --tikhonov -1",
            "tikhonov",
        ),
        (
            "represent --activation relu --target ball:radius=0.75 --dim 2 --tikhonov 1e-3",
            "beyond reach",
        ),
        (
            "represent --activation relu --target ball:radius=-1 --dim 2",
            "target ball: radius",
        ),
        (
            "represent --activation relu --target gaussian:width=1,centre=1/0/0/0/0 --dim 5",
            "band-limit",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --seed 1",
            "--width",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --draws antithetic",
            "--width",
        ),
        (
            "represent --activation relu --target j0 --dim 2 --plain",
            "--width",
        ),
    ] {
        let output = run(at, words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
        assert!(
            errors.trim_end().lines().count() == 1 && errors.contains(named),
            "{words}: {errors}"
        );
    }
}

/// α in four dimensions and more is that of a profile: listed along as many directions as asked for.
#[test]
fn directions_in_high_dimensions() {
    let folder = folder();
    let at = folder.path();
    let words = "represent --activation relu --target gaussian:width=0.5 --dim 4 --directions 3 --offsets 3";
    let found = json(at, words);
    assert_eq!(numbers(&found["direction"][0]), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(found["alpha"][0], found["alpha"][2]);
    // The projection of the Gaussian, (2π)^{3}.
    let words = "radon --target gaussian:width=1 --dim 7 --directions 4 --offsets 1";
    let found = json(at, words);
    let central = numbers(&found["value"][3])[0];
    assert!((central / (2.0 * std::f64::consts::PI).powi(3) - 1.0).abs() < 1e-13);
}

/// A broken file is refused as what its extension promises; offsets as what is accepted.
#[test]
fn broken_files_by_their_extension() {
    let folder = folder();
    let at = folder.path();
    for name in ["bad.png", "bad.npy", "empty.NPY"] {
        let bytes: &[u8] = if name.starts_with("bad") {
            b"junk"
        } else {
            b""
        };
        fs::write(at.join(name), bytes).expect("written");
    }
    for (words, named) in [
        (
            "radon --image bad.png --directions 2 --offsets 3",
            "not a PNG image",
        ),
        (
            "radon --image bad.npy --directions 2 --offsets 3",
            "not an npy file",
        ),
        (
            "train --activation relu --data empty.NPY --width 8 --steps 1",
            "not an npy file",
        ),
        ("radon --target j0 --directions 2 --offsets 0", "at least 1"),
    ] {
        let output = run(at, words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
        assert!(errors.contains(named), "{words}: {errors}");
    }
}

#[test]
fn seminorms_of_any_ensemble() {
    let folder = folder();
    let base = "seminorm --activation relu --dim 1 --target gaussian:width=1";
    // ∫f″² = 3√π/4, by frequencies and by neurons.
    let exact = 0.75 * std::f64::consts::PI.sqrt();
    let by_frequency = json(
        folder.path(),
        &format!("{base} --variation --breakdown --between 1,2"),
    );
    let number = |value: &Value, key: &str| value[key].as_f64().expect("a number");
    assert!((number(&by_frequency, "seminorm_squared") - exact).abs() < 1e-9);
    let parts = numbers(&by_frequency["breakdown"]["cost"]);
    assert_eq!(parts.len(), 3);
    assert!((parts.iter().sum::<f64>() - exact).abs() < 1e-9);
    assert_eq!(
        by_frequency["breakdown"]["quantile"]
            .as_array()
            .map(Vec::len),
        Some(5)
    );
    // ∫|f″| = 4 e^{−½}.
    assert!((number(&by_frequency, "variation") - 4.0 * (-0.5f64).exp()).abs() < 1e-8);
    let by_neuron = json(
        folder.path(),
        &format!("{base} --ensemble radon:radius=inf --breakdown --between=-1,0,1"),
    );
    assert!((number(&by_neuron, "seminorm_squared") - exact).abs() < 1e-8);
    let parts = numbers(&by_neuron["breakdown"]["cost"]);
    assert_eq!(parts.len(), 4);
    assert!((parts.iter().sum::<f64>() - exact).abs() < 1e-8);
    // In the plane, cells of (direction, offset) add up to both.
    let plane = json(
        folder.path(),
        "seminorm --activation relu --dim 2 --target gaussian:width=1,centre=1/0 --ensemble gaussian:weight_std=1,bias_std=1 --breakdown",
    );
    let found = &plane["breakdown"];
    let rows: Vec<Vec<f64>> = found["cell_cost"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let (weights, along) = (
        numbers(&found["direction_weight"]),
        numbers(&found["direction_cost"]),
    );
    assert_eq!(rows.len(), weights.len());
    for ((row, weight), cost) in rows.iter().zip(weights).zip(along) {
        assert!((row.iter().sum::<f64>() / (weight * cost) - 1.0).abs() < 1e-13);
    }
    for (i, cost) in numbers(&found["cost"]).iter().enumerate() {
        assert!((rows.iter().map(|row| row[i]).sum::<f64>() / cost - 1.0).abs() < 1e-13);
    }
    // On an interval it is less: ∫_{−1}^{1} f″², f″ = (x²−1)e^{−x²/2}.
    let inside = json(
        folder.path(),
        &format!("{base} --ensemble radon:radius=inf --radius 1"),
    );
    let found = number(&inside, "seminorm_squared");
    let error = number(&inside, "error");
    assert!(
        (found - 0.936_296_478_632_919_4).abs() <= error && error < 1e-7,
        "{found} ± {error}"
    );
    assert!(number(&inside, "lower") <= found);
    assert_eq!(number(&inside, "null_space_degree"), 1.0);
    let text = String::from_utf8_lossy(
        &run(
            folder.path(),
            "seminorm --activation erf --dim 1 --target gaussian:width=2 --ensemble gaussian:weight_std=1,bias_std=1 --radius 1",
        )
        .stdout,
    )
    .into_owned();
    assert!(
        text.contains("is proven") && text.contains("residual"),
        "{text}"
    );
    for (words, named) in [
        (format!("{base} --radius 1"), "--ensemble"),
        (format!("{base} --ensemble radon:radius=inf --radius=-1"), "radius"),
        (format!("{base} --ensemble nowhere"), "nowhere"),
        (format!("{base} --ensemble radon:radius=3 --scale 2"), "--scale"),
        (format!("{base} --between 1"), "--breakdown"),
        (format!("{base} --breakdown --between 2,1"), "ascending"),
        (
            "seminorm --activation tanh --dim 1 --target gaussian:width=2 --ensemble radon:radius=3".into(),
            "--radius",
        ),
        (format!("{base} --ensemble radon:radius=3 --train output,offset"), "--radius"),
    ] {
        let output = run(folder.path(), &words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
        assert!(errors.contains(named), "{words} does not name {named}: {errors}");
    }
}
