//! The activations that have a name, and the reader of their notation.

use super::gaussian::{Erf, Gelu};
use super::hyperbolic::Tanh;
use super::parameters::Parameters;
use super::{Activation, PiecewisePolynomial};
use crate::error::{Error, Result};

type Build = fn(&Parameters<'_>, String) -> Result<Activation>;

/// A name, its parameters, and how to build it.
struct Entry {
    name: &'static str,
    parameters: &'static [&'static str],
    build: Build,
}

const fn entry(name: &'static str, parameters: &'static [&'static str], build: Build) -> Entry {
    Entry {
        name,
        parameters,
        build,
    }
}

macro_rules! fixed {
    ($name:literal, $make:expr) => {
        entry($name, &[], |_, name| Ok(Activation::new(name, $make)))
    };
}

const ENTRIES: &[Entry] = &[
    entry("relu", &[], |_, name| {
        Ok(Activation::new(name, PiecewisePolynomial::relu_power(1)?))
    }),
    entry("leaky-relu", &["slope"], |p, name| {
        let slope = p.number("slope", 0.01)?;
        Ok(Activation::new(
            name,
            PiecewisePolynomial::leaky_relu(slope)?,
        ))
    }),
    entry("abs", &[], |_, name| {
        Ok(Activation::new(
            name,
            PiecewisePolynomial::leaky_relu(-1.0)?,
        ))
    }),
    entry("heaviside", &[], |_, name| {
        Ok(Activation::new(name, PiecewisePolynomial::relu_power(0)?))
    }),
    fixed!("sign", PiecewisePolynomial::sign()),
    entry("relu-power", &["k"], |p, name| {
        let k = p.count("k", 2)?;
        Ok(Activation::new(name, PiecewisePolynomial::relu_power(k)?))
    }),
    entry("squared-relu", &[], |_, name| {
        Ok(Activation::new(name, PiecewisePolynomial::relu_power(2)?))
    }),
    entry("hat", &[], |_, name| {
        Ok(Activation::new(name, PiecewisePolynomial::bspline(2)?))
    }),
    entry("bspline", &["order"], |p, name| {
        let order = p.count("order", 4)?;
        Ok(Activation::new(name, PiecewisePolynomial::bspline(order)?))
    }),
    fixed!("hard-tanh", PiecewisePolynomial::hard_tanh()),
    fixed!("hard-sigmoid", PiecewisePolynomial::hard_sigmoid()),
    fixed!("relu6", PiecewisePolynomial::relu6()),
    entry("identity", &[], |_, name| {
        Ok(Activation::new(name, PiecewisePolynomial::monomial(1)?))
    }),
    entry("monomial", &["degree"], |p, name| {
        let degree = p.count("degree", 2)?;
        Ok(Activation::new(
            name,
            PiecewisePolynomial::monomial(degree)?,
        ))
    }),
    fixed!("tanh", Tanh),
    fixed!("erf", Erf),
    fixed!("gelu", Gelu),
];

/// Reads `name` or `name:parameter=value,…`.
pub(super) fn parse(text: &str) -> Result<Activation> {
    let text = text.trim();
    let (name, parameters) = match text.split_once(':') {
        Some((name, parameters)) => (name.trim(), Some(parameters)),
        None => (text, None),
    };
    let Some(entry) = ENTRIES.iter().find(|entry| entry.name == name) else {
        return Err(unknown(name));
    };
    let parameters = Parameters::parse(entry.name, parameters)?;
    let activation = (entry.build)(&parameters, text.to_string())?;
    parameters.finish(entry.parameters)?;
    Ok(activation)
}

fn unknown(name: &str) -> Error {
    let mut near: Vec<(usize, &str)> = ENTRIES
        .iter()
        .map(|entry| (distance(name, entry.name), entry.name))
        .filter(|&(d, known)| d <= 2 || (name.len() > 2 && known.contains(name)))
        .collect();
    near.sort_unstable();
    let names = |list: Vec<&str>| list.join(", ");
    let hint = if near.is_empty() {
        format!("known: {}", names(ENTRIES.iter().map(|e| e.name).collect()))
    } else {
        let near = near.into_iter().take(4).map(|(_, name)| name).collect();
        format!("near it: {}", names(near))
    };
    let name = name.chars().take(40).collect();
    Error::UnknownName {
        kind: "activation",
        name,
        hint,
    }
}

/// Levenshtein's distance, capped at long texts.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(40).collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $method:ident => $name:literal, $make:expr;)*) => {
        impl Activation {
            $($(#[$doc])* pub fn $method() -> Self { Self::new($name, $make) })*
        }
    };
}

constructors! {
    /// `tanh`.
    tanh => "tanh", Tanh;
    /// `erf`.
    erf => "erf", Erf;
    /// `gelu`: zΦ(z).
    gelu => "gelu", Gelu;
    /// `relu`: max(z, 0).
    relu => "relu", PiecewisePolynomial::relu();
    /// `hat`: max(0, 1 − |z|).
    hat => "hat", PiecewisePolynomial::hat();
    /// `abs`: |z|.
    abs => "abs", PiecewisePolynomial::abs();
    /// `heaviside`: 0 for z < 0, 1 for z > 0.
    heaviside => "heaviside", PiecewisePolynomial::heaviside();
    /// `sign`.
    sign => "sign", PiecewisePolynomial::sign();
}
