//! The notation of activations on the command line.
//!
//! ```text
//! activation = term { " + " term | " - " term }
//! term       = [ number "*" ] named
//! named      = name [ ":" parameter "=" value { "," parameter "=" value } ] [ "(" inner ")" ]
//! inner      = [ "-" ] [ number "*" ] "z" [ ( "+" | "-" ) number ]
//! ```
//! The signs between terms stand between spaces. With the feature `formula`, `formula:` takes
//! the rest of the text; with the feature `io`, so does `table:`, which names a file.

use super::Activation;
use super::catalogue::{LISTINGS, unknown};
use super::combination::Term;
use super::parameters::Parameters;
use crate::error::{Error, Result};

/// Reads an activation.
pub(super) fn parse(text: &str) -> Result<Activation> {
    let text = text.trim();
    if let Some(formula) = text.strip_prefix("formula:") {
        return super::from_formula(formula);
    }
    if let Some(file) = text.strip_prefix("table:") {
        return super::from_file(file);
    }
    let terms = split_terms(text);
    let mut parts = Vec::new();
    for (sign, term) in terms {
        let (factor, named) = split_factor(term);
        let coefficient = match factor {
            None => sign,
            Some(number) => sign * parse_number("a factor before `*`", number)?,
        };
        let (named, inner) = split_inner(named)?;
        let (slope, intercept) = inner.map_or(Ok((1.0, 0.0)), parse_inner)?;
        let activation = parse_named(named)?;
        parts.push(Term {
            coefficient,
            slope,
            intercept,
            activation,
        });
    }
    match parts.as_slice() {
        [only] if only.is_plain() => Ok(only.activation.clone()),
        _ => Activation::from_terms(parts),
    }
}

/// The top-level terms with their signs.
fn split_terms(text: &str) -> Vec<(f64, &str)> {
    let (mut depth, mut start, mut sign) = (0_i32, 0, 1.0);
    let mut terms = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '+' | '-' if depth == 0 && at >= start => {
                let before = text[..at].ends_with(' ');
                let after = text[at + 1..].starts_with(' ');
                if before && after {
                    terms.push((sign, text[start..at].trim()));
                    sign = if c == '-' { -1.0 } else { 1.0 };
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    terms.push((sign, text[start..].trim()));
    terms
}

/// `2*tanh` as (`2`, `tanh`). A `*` behind a parenthesis or colon belongs to what is inside.
fn split_factor(term: &str) -> (Option<&str>, &str) {
    let end = term.find(['(', ':']).unwrap_or(term.len());
    match term[..end].find('*') {
        Some(at) => (Some(term[..at].trim()), term[at + 1..].trim()),
        None => (None, term),
    }
}

/// `tanh(2*z)` as (`tanh`, `2*z`).
fn split_inner(named: &str) -> Result<(&str, Option<&str>)> {
    let Some(open) = named.find('(') else {
        return Ok((named, None));
    };
    match named[open + 1..].strip_suffix(')') {
        Some(inner) => Ok((named[..open].trim(), Some(inner))),
        None => Err(Error::invalid(
            "activation",
            "a closing parenthesis at the end of the term",
            format!("`{named}`"),
        )),
    }
}

fn parse_number(expected: &str, text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(Error::invalid(
            "activation",
            format!("{expected} (a finite number)"),
            format!("`{text}`"),
        )),
    }
}

/// `2*z - 1` as (2, −1).
fn parse_inner(text: &str) -> Result<(f64, f64)> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let refuse = || {
        Error::invalid(
            "activation",
            "an affine argument such as `2*z-1` within the parentheses (other formulas follow `formula:`)",
            format!("`{text}`"),
        )
    };
    let (slope, intercept) = squeezed.split_once('z').ok_or_else(refuse)?;
    let slope = match slope {
        "" | "+" => 1.0,
        "-" => -1.0,
        _ => parse_number("a factor of z", slope.strip_suffix('*').ok_or_else(refuse)?)?,
    };
    let intercept = match intercept {
        "" => 0.0,
        _ if intercept.starts_with(['+', '-']) => parse_number("a shift of z", intercept)?,
        _ => return Err(refuse()),
    };
    Ok((slope, intercept))
}

/// `name` or `name:parameter=value,…`.
fn parse_named(text: &str) -> Result<Activation> {
    let (name, parameters) = match text.split_once(':') {
        Some((name, parameters)) => (name.trim(), Some(parameters)),
        None => (text, None),
    };
    let Some(listing) = LISTINGS.iter().find(|listing| listing.name == name) else {
        return Err(unknown(name));
    };
    let parameters = Parameters::parse(listing.name, parameters)?;
    Ok(Activation::from_shared(text, listing.make(&parameters)?))
}
