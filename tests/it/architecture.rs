//! The arrows between the rooms: a room imports only from floors below it, and the two wings,
//! theory and simulation, never import each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up, with the rooms that each may import (its own is always allowed).
const ROOMS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("numerics", &["error"]),
    ("data", &["error", "numerics"]),
    ("model", &["error", "numerics", "data"]),
    ("theory", &["error", "numerics", "data", "model"]),
    ("simulation", &["error", "numerics", "data", "model"]),
    (
        "verify",
        &["error", "numerics", "data", "model", "theory", "simulation"],
    ),
    (
        "report",
        &[
            "error",
            "numerics",
            "data",
            "model",
            "theory",
            "simulation",
            "verify",
        ],
    ),
    (
        "cli",
        &[
            "error",
            "numerics",
            "data",
            "model",
            "theory",
            "simulation",
            "verify",
            "report",
        ],
    ),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a source text names in paths `crate::room`, also inside `crate::{room::…, room::…}`.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let word = |rest: &str| -> String {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => {
                rooms.insert(word(rest));
            }
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && c.is_alphabetic() => {
                            rooms.insert(word(&list[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    rooms
}

#[test]
fn arrows_between_rooms_run_down_and_never_across_the_wings() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 20, "only {} source files found", files.len());
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for file in files {
        let relative = file.strip_prefix(&src).expect("inside src");
        let room = relative
            .components()
            .next()
            .map(|c| {
                c.as_os_str()
                    .to_string_lossy()
                    .trim_end_matches(".rs")
                    .to_owned()
            })
            .expect("a first component");
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            assert!(
                ["lib", "prelude", "bin"].contains(&room.as_str()),
                "src/{room} is in no floor of this test"
            );
            continue;
        };
        for import in imports(&fs::read_to_string(&file).expect("readable")) {
            if import == room || import.starts_with(char::is_uppercase) {
                continue; // its own room, or `crate::Error` and `crate::Result`
            }
            arrows += 1;
            if !allowed.contains(&import.as_str()) {
                wrong.push(format!("{} imports crate::{import}", relative.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that run up or across the wings:\n{}",
        wrong.join("\n")
    );
    assert!(
        arrows > 20,
        "only {arrows} arrows seen: the reader of imports must have missed some"
    );
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::model::Shallow;\nuse crate::{data::Points, theory::{a, b}, Error};\n\
                // crate::cli\nfn f() { crate::verify::g() }";
    let seen: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(seen, ["Error", "data", "model", "theory", "verify"]);
}
