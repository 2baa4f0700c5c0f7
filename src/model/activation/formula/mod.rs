//! Activations written as formulas: `z*tanh(ln(1+exp(z)))`.
//!
//! exmex parses; it evaluates over numbers that carry their derivative and the branches taken by
//! abs, max, min, sign, relu and step, so that derivatives are exact and kinks are where the
//! branches change; and once over functions as a whole: what is a piecewise polynomial is one, exactly.

mod exact;
mod jet;

use super::Activation;
use super::asymptotics::snapped;
use crate::error::{Error, Result};
use exmex::{BinOp, Express, FlatEx, MakeOperators, MatchLiteral, Operator};
use jet::{Jet, UNARY};
use std::f64::consts::{E, PI};
use std::sync::Arc;

/// A formula longer than this is not read.
const LONGEST: usize = 500;
/// Nor one nested deeper.
const DEEPEST: usize = 40;
/// Kinks are searched for up to here.
const SEARCHED: f64 = 64.0;
/// In steps of this.
const STEP: f64 = 1.0 / 64.0;

/// A value beyond this beside a kink is a pole.
const LARGEST: f64 = 1e12;

const NAMES: &str = "numbers, + - * / ^, parentheses, pi, e, max(a, b), min(a, b), abs, sign, step, relu, \
     exp, expm1, ln, log, log1p, sqrt, sin, cos, tan, atan, asinh, sinh, cosh, tanh, sigmoid, softplus, erf, Phi";

/// The operators for [`FlatEx`]: its own priorities, with "−" left of "^" handled by [`prepared`].
#[derive(Clone, Debug)]
struct Operators;

impl MakeOperators<Jet> for Operators {
    fn make<'a>() -> Vec<Operator<'a, Jet>> {
        let binary = |apply: fn(Jet, Jet) -> Jet, prio: i64| BinOp {
            apply,
            prio,
            // Never folded out of order: branches are told apart by their order.
            is_commutative: false,
        };
        let mut operators = vec![
            Operator::make_bin_unary("+", binary(Jet::plus, 0), |a| a),
            Operator::make_bin_unary("-", binary(Jet::minus, 0), |a| a.map(-a.value, -1.0)),
            Operator::make_bin("*", binary(Jet::times, 2)),
            Operator::make_bin("/", binary(Jet::over, 2)),
            Operator::make_bin("^", binary(Jet::power, 4)),
            Operator::make_bin("max", binary(|a, b| a.choose(b, true), 0)),
            Operator::make_bin("min", binary(|a, b| a.choose(b, false), 0)),
            Operator::make_constant("pi", Jet::constant(PI)),
            Operator::make_constant("e", Jet::constant(E)),
        ];
        operators.extend(UNARY.iter().map(|&(name, f)| Operator::make_unary(name, f)));
        operators
    }
}

/// Numbers with an optional exponent: `1`, `0.5`, `1e-3`.
#[derive(Clone, Debug)]
struct Literals;

impl MatchLiteral for Literals {
    fn is_literal(text: &str) -> Option<&str> {
        let digits = |from: usize| {
            let rest = text.get(from..).unwrap_or("");
            let end = rest.find(|c: char| !c.is_ascii_digit());
            from + end.unwrap_or(rest.len())
        };
        let mut end = digits(0);
        if text.get(end..).is_some_and(|rest| rest.starts_with('.')) {
            end = digits(end + 1);
        }
        if !text.get(..end)?.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Some(rest) = text.get(end..)
            && rest.starts_with(['e', 'E'])
        {
            let sign = usize::from(rest[1..].starts_with(['+', '-']));
            let after = digits(end + 1 + sign);
            if after > end + 1 + sign {
                end = after;
            }
        }
        text.get(..end)
    }
}

type Expression = FlatEx<Jet, Operators, Literals>;

fn refuse(expected: impl Into<String>, found: impl ToString) -> Error {
    Error::invalid("formula", expected, found)
}

/// A power whose exponent is one, a^b^c = a^(b^c), in the text for exmex, which reads from the left.
#[derive(Default)]
struct Tower {
    /// Where the last exponent begins.
    exponent: Option<usize>,
    /// Parentheses to close behind it.
    closing: usize,
}

impl Tower {
    /// Before a `^` is written.
    fn raise(&mut self, text: &mut String) {
        if let Some(at) = self.exponent {
            text.insert(at, '(');
            self.closing += 1;
        }
        self.exponent = Some(text.len() + 1);
    }

    /// Before what ends the power is written.
    fn end(&mut self, text: &mut String) {
        text.extend(std::iter::repeat_n(')', self.closing));
        *self = Self::default();
    }
}

/// The formula as exmex is to read it: powers of powers in parentheses, and a leading minus becomes `0−`, because there a sign binds closer
/// than a power; everything that is not of the notation is refused first.
fn prepared(formula: &str, variable: &str) -> Result<String> {
    if formula.len() > LONGEST {
        let expected = format!("at most {LONGEST} characters");
        return Err(refuse(expected, formula.chars().count()));
    }
    let known = |word: &str| {
        word == variable
            || matches!(word, "pi" | "e" | "max" | "min")
            || UNARY.iter().any(|(n, _)| *n == word)
    };
    let operand = |word: &str| word == variable || matches!(word, "pi" | "e");
    let mut text = String::new();
    // Of every open parenthesis the function of two that it belongs to, which is written between them, and its commas.
    let mut open: Vec<(Option<&str>, usize)> = Vec::new();
    // Of every open parenthesis, and of the formula, its last power.
    let mut towers = vec![Tower::default()];
    let mut function_of_two = None;
    let mut before = '(';
    let mut rest = formula;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let length = if let Some(number) = Literals::is_literal(rest) {
            number.len()
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
            end.unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        let mut written = if token == variable { "z" } else { token }.to_owned();
        let operand_before = before.is_ascii_alphanumeric() || before == ')' || before == '.';
        match c {
            '(' => {
                if open.len() >= DEEPEST {
                    return Err(refuse(
                        format!("at most {DEEPEST} nested parentheses"),
                        "more",
                    ));
                }
                let function = function_of_two.take();
                open.push((function, 0));
                towers.push(Tower::default());
                if function.is_some() {
                    written = "((".into();
                }
            }
            ')' => match open.pop() {
                Some((None, _)) if operand_before => {}
                Some((Some(_), 1)) if operand_before => written = "))".into(),
                Some((Some(name), _)) => {
                    return Err(refuse(
                        format!("two arguments of {name}"),
                        format!("`{text}`"),
                    ));
                }
                _ => {
                    return Err(refuse(
                        "balanced parentheses",
                        format!("`)` after `{text}`"),
                    ));
                }
            },
            ',' if operand_before => match open.last_mut() {
                Some((Some(name), commas)) => {
                    *commas += 1;
                    written = format!("){name}(");
                }
                _ => {
                    return Err(refuse(
                        "`,` within max or min",
                        format!("`,` after `{text}`"),
                    ));
                }
            },
            '+' | '-' if matches!(before, '(' | ',') => text.push('0'),
            '+' | '-' | '*' | '/' | '^' if operand_before => {}
            '+' | '-' | '*' | '/' | '^' | ',' => {
                let found = format!("`{c}` after `{before}` (signs need parentheses)");
                let expected = format!("a number, {variable} or a function");
                return Err(refuse(expected, found));
            }
            _ if c.is_ascii_alphabetic() && !known(token) => {
                return Err(Error::UnknownName {
                    kind: "name in the formula",
                    name: token.into(),
                    hint: format!("known: {variable}, {NAMES}"),
                });
            }
            _ if operand_before => {
                let found = format!("`{token}` after `{text}`");
                return Err(refuse("an operator", found));
            }
            _ if c.is_ascii_alphanumeric() || c == '.' => {
                let function = c.is_ascii_alphabetic() && !operand(token);
                if function && !after.trim_start().starts_with('(') {
                    return Err(refuse(
                        format!("`(` after {token}"),
                        format!("`{}`", after.trim()),
                    ));
                }
                if matches!(token, "max" | "min") {
                    function_of_two = Some(token);
                    written.clear();
                }
            }
            _ => return Err(refuse(format!("{variable}, {NAMES}"), format!("`{c}`"))),
        }
        let tower = towers.last_mut().filter(|_| c != '(');
        match (c, tower) {
            ('^', Some(tower)) => {
                tower.raise(&mut text);
                if tower.closing > DEEPEST {
                    return Err(refuse(
                        format!("at most {DEEPEST} powers of powers"),
                        "more",
                    ));
                }
            }
            ('+' | '-' | '*' | '/' | ',' | ')', Some(tower)) => tower.end(&mut text),
            _ => {}
        }
        if c == ')' {
            towers.pop();
        }
        text.push_str(&written);
        before = token.chars().next_back().unwrap_or(c);
        // `max` and the like stand before a parenthesis: no operand.
        if c == '(' {
            before = '(';
        } else if c.is_ascii_alphabetic() && !operand(token) {
            before = '_';
        }
        rest = after;
    }
    if !open.is_empty()
        || before == '_'
        || matches!(before, '+' | '-' | '*' | '/' | '^' | ',' | '(')
    {
        let expected = format!("a whole formula in {variable}");
        return Err(refuse(expected, format!("`{formula}`")));
    }
    if let Some(tower) = towers.last_mut() {
        tower.end(&mut text);
    }
    Ok(text)
}

/// The formula as a function of its variable.
///
/// # Errors
/// What is no formula in that variable.
pub(super) fn function(
    formula: &str,
    variable: &str,
) -> Result<impl Fn(f64) -> f64 + Clone + Send + Sync + use<>> {
    let jet = jet(formula, variable)?;
    Ok(move |x| jet(x).value)
}

/// The formula with its derivative and the branches taken.
fn jet(formula: &str, variable: &str) -> Result<impl Fn(f64) -> Jet + Clone + Send + Sync + use<>> {
    let text = prepared(formula, variable)?;
    let wanted = format!("a formula in {variable}");
    let expression = Expression::parse(&text).map_err(|e| refuse(wanted, e.msg()))?;
    let arguments = expression.var_names().len();
    let expression = Arc::new(expression);
    Ok(move |z: f64| {
        let z = Jet {
            value: z,
            slope: 1.0,
            branches: 0,
        };
        let z = [z];
        let arguments = if arguments == 0 { &z[..0] } else { &z[..] };
        expression
            .eval(arguments)
            .unwrap_or(Jet::constant(f64::NAN))
    })
}

/// Reads a formula: a piecewise polynomial as what it is; of anything else the kinks and tails are found.
///
/// # Errors
/// What is no formula in z; values that are not finite near 0 or that overflow before the tails are
/// reached; tails that are not polynomials of degree ≤ 1.
pub(super) fn activation(formula: &str) -> Result<Activation> {
    let name = format!("formula:{}", formula.trim());
    if let Some(pieces) = exact::pieces(&prepared(formula, "z")?) {
        return Ok(Activation::new(name, pieces));
    }
    let jet = jet(formula, "z")?;
    let reach = reach(&jet);
    let (kinks, splits) = kinks(&jet, reach.min(SEARCHED));
    for &at in &splits {
        let size = [at.next_down(), at, at.next_up()].map(|z| jet(z).value.abs());
        if size.iter().any(|&v| v.is_nan() || v > LARGEST) {
            let what = format!("formula at z = {at}");
            return Err(Error::undefined(what, "it has a pole or no value there"));
        }
    }
    let (value, slope) = (jet.clone(), jet);
    let mut builder = Activation::from_fn(name, move |z| value(z).value)
        .derivative(move |z| slope(z).slope)
        .splits(splits)
        .reach(reach);
    for (at, order, jump) in kinks {
        builder = builder.kink(at, order, jump);
    }
    builder.build()
}

/// Up to where, on both sides, value and slope are finite.
fn reach(jet: &impl Fn(f64) -> Jet) -> f64 {
    let finite = |z: f64| {
        [z, -z].iter().all(|&z| {
            let jet = jet(z);
            jet.value.is_finite() && jet.slope.is_finite()
        })
    };
    let mut reach = 8.0;
    while finite(1.25 * reach) {
        reach *= 1.25;
        if reach > 2e6 {
            return f64::INFINITY;
        }
    }
    reach
}

/// The places where the branches change: those with a jump of order ≤ 3, and all of them.
fn kinks(jet: &impl Fn(f64) -> Jet, reach: f64) -> (Vec<(f64, usize, f64)>, Vec<f64>) {
    let steps = (reach / STEP) as i32;
    // Off the round numbers, where kinks are.
    let place = |i: i32| STEP * (f64::from(i) + 0.381_966);
    let (mut found, mut splits) = (Vec::new(), Vec::new());
    for i in -steps..steps - 1 {
        let (mut low, mut high) = (place(i), place(i + 1));
        let left = jet(low).branches;
        if left == jet(high).branches {
            continue;
        }
        while low.next_up() < high {
            let middle = low + 0.5 * (high - low);
            if jet(middle).branches == left {
                low = middle;
            } else {
                high = middle;
            }
        }
        // The place itself is `high`, or the short number that rounding has moved there.
        let at = if low < 0.0 && high >= 0.0 {
            0.0
        } else {
            snapped(high)
        };
        splits.push(at);
        if let Some((order, jump)) = lowest_jump(jet, at) {
            found.push((at, order, jump));
        }
    }
    (found, splits)
}

/// The value and the first two derivatives at 0 of the polynomial through values at 1, 2, …, 6.
const ONE_SIDED: [[f64; 6]; 3] = [
    [6.0, -15.0, 20.0, -15.0, 6.0, -1.0],
    [
        -87.0 / 10.0,
        117.0 / 4.0,
        -127.0 / 3.0,
        33.0,
        -27.0 / 2.0,
        137.0 / 60.0,
    ],
    [
        29.0 / 3.0,
        -461.0 / 12.0,
        62.0,
        -307.0 / 6.0,
        65.0 / 3.0,
        -15.0 / 4.0,
    ],
];

/// The lowest derivative that jumps, from polynomials through values of φ′ on either side.
fn lowest_jump(jet: &impl Fn(f64) -> Jet, at: f64) -> Option<(usize, f64)> {
    const SPACING: f64 = 1e-3;
    let side = |s: f64| {
        let beside = if s > 0.0 {
            at.next_up()
        } else {
            at.next_down()
        };
        let slopes: Vec<f64> = (1..=6)
            .map(|k| jet(at + s * SPACING * f64::from(k)).slope)
            .collect();
        let mut limits = vec![jet(beside).value];
        for (weights, scale) in ONE_SIDED.iter().zip([1.0, s / SPACING, SPACING.powi(-2)]) {
            let sum: f64 = weights.iter().zip(&slopes).map(|(w, f)| w * f).sum();
            limits.push(scale * sum);
        }
        limits
    };
    // Differences of φ′ lose digits with every order.
    let tolerances = [1e-9, 1e-8, 1e-5, 1e-2];
    let pairs = side(-1.0).into_iter().zip(side(1.0)).zip(tolerances);
    pairs
        .enumerate()
        .find_map(|(order, ((left, right), tolerance))| {
            let jump = right - left;
            let size = left.abs().max(right.abs()).max(1.0);
            (jump.abs() > tolerance * size).then_some((order, jump))
        })
}
