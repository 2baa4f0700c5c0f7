//! Formulas that are piecewise polynomials, evaluated over these: knots and coefficients come out as exact as the arithmetic.

use super::Literals;
use super::jet::{Jet, UNARY};
use crate::model::activation::{Piece, PiecewisePolynomial};
use exmex::{BinOp, Express, FlatEx, MakeOperators, Operator};
use std::f64::consts::{E, PI};
use std::str::FromStr;

/// What a part of a formula is as a function of z; `None` if no piecewise polynomial, or none worth having.
#[derive(Clone, Debug, Default)]
struct Exact(Option<PiecewisePolynomial>);

impl FromStr for Exact {
    type Err = std::num::ParseFloatError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::constant)
    }
}

impl Exact {
    fn constant(value: f64) -> Self {
        Self(PiecewisePolynomial::polynomial(&[value]).ok())
    }

    fn map(self, f: impl Fn(&PiecewisePolynomial) -> Option<PiecewisePolynomial>) -> Self {
        Self(self.0.and_then(|p| f(&p)))
    }

    fn join(
        self,
        other: Self,
        f: impl Fn(&PiecewisePolynomial, &PiecewisePolynomial) -> Option<PiecewisePolynomial>,
    ) -> Self {
        self.map(|p| f(p, other.0.as_ref()?))
    }

    fn plus(self, other: Self) -> Self {
        self.join(other, |p, q| p.plus(q).simplified())
    }

    fn minus(self, other: Self) -> Self {
        self.join(other, |p, q| p.plus(&q.negated()).simplified())
    }

    fn times(self, other: Self) -> Self {
        self.join(other, |p, q| p.times(q))
    }

    /// By what is constant between knots.
    fn over(self, other: Self) -> Self {
        self.join(other, |p, q| p.by_pieces(q, |p, c| Some(p.divided(c?))))
    }

    /// To whole powers, and numbers to any.
    fn power(self, other: Self) -> Self {
        self.join(other, |p, q| {
            let numbers = p.by_pieces(q, |p, c| {
                let base = p.constant()?;
                Some(Piece::new(0.0, vec![base.powf(c?)]))
            });
            let whole = |n: &f64| n.fract() == 0.0 && (0.0..=f64::from(u8::MAX)).contains(n);
            let n = q.constant_value().filter(whole);
            numbers.or_else(|| p.power(n? as usize))
        })
    }

    /// A function of what is constant between knots.
    fn function(self, name: &str) -> Self {
        let known = UNARY.iter().find(|(known, _)| *known == name);
        self.map(|p| {
            let (_, f) = known?;
            let value = |c: f64| f(Jet::constant(c)).value;
            p.by_pieces(p, |_, c| Some(Piece::new(0.0, vec![value(c?)])))
        })
    }
}

/// Functions that keep only what is constant between knots.
macro_rules! smooth {
    ($($name:literal)*) => {
        [$(($name, (|x: Exact| x.function($name)) as fn(Exact) -> Exact)),*]
    };
}

#[derive(Clone, Debug)]
struct Operators;

impl MakeOperators<Exact> for Operators {
    fn make<'a>() -> Vec<Operator<'a, Exact>> {
        let binary = |apply: fn(Exact, Exact) -> Exact, prio: i64| BinOp {
            apply,
            prio,
            is_commutative: false,
        };
        let unary = |name, f: fn(Exact) -> Exact| Operator::make_unary(name, f);
        let minus = |a: Exact| a.map(|p| Some(p.negated()));
        let mut operators = vec![
            Operator::make_bin_unary("+", binary(Exact::plus, 0), |a| a),
            Operator::make_bin_unary("-", binary(Exact::minus, 0), minus),
            Operator::make_bin("*", binary(Exact::times, 2)),
            Operator::make_bin("/", binary(Exact::over, 2)),
            Operator::make_bin("^", binary(Exact::power, 4)),
            Operator::make_bin("max", binary(|a, b| a.join(b, |p, q| p.greater(q)), 0)),
            Operator::make_bin("min", binary(|a, b| a.join(b, |p, q| p.lesser(q)), 0)),
            Operator::make_constant("pi", Exact::constant(PI)),
            Operator::make_constant("e", Exact::constant(E)),
            unary("abs", |a| a.map(|p| p.greater(&p.negated()))),
            unary("relu", |a| {
                a.map(|p| p.greater(&PiecewisePolynomial::zero()))
            }),
            unary("step", |a| a.map(|p| p.signs(0.0))),
            unary("sign", |a| a.map(|p| p.signs(-1.0))),
        ];
        let smooth = smooth!(
            "exp" "ln" "log" "log1p" "expm1" "sqrt" "sin" "cos" "tan" "atan" "asinh" "sinh" "cosh" "tanh" "sigmoid" "softplus"
            "erf" "Phi"
        );
        operators.extend(smooth.map(|(name, f)| unary(name, f)));
        operators
    }
}

/// The formula, as [`super::prepared`] writes it, as a piecewise polynomial, if it is one.
pub(super) fn pieces(prepared: &str) -> Option<PiecewisePolynomial> {
    let expression = FlatEx::<Exact, Operators, Literals>::parse(prepared).ok()?;
    let z = [Exact(PiecewisePolynomial::monomial(1).ok())];
    let arguments = expression.var_names().len();
    expression.eval(z.get(..arguments)?).ok()?.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::activation::formula::{NAMES, function, prepared};

    fn exact(formula: &str) -> Option<PiecewisePolynomial> {
        pieces(&prepared(formula, "z").unwrap())
    }

    #[test]
    fn every_function_is_known() {
        for (name, _) in UNARY {
            assert!(NAMES.contains(name));
            let text = format!("{name}(0.3)*z");
            let (found, value) = (exact(&text).unwrap(), function(&text, "z").unwrap());
            assert_eq!(found.value(2.0), value(2.0), "{name}");
        }
        for text in [
            "tanh(z)",
            "z/z",
            "z^0.5",
            "z^(0-1)",
            "1e200*z*1e200",
            "z^25",
            "max(z,exp(z))",
        ] {
            assert!(exact(text).is_none(), "{text}");
        }
    }

    #[test]
    fn functions_of_two_may_stand_within_each_other() {
        let clip = |z: f64| z.clamp(0.0, 1.0);
        for text in [
            "max(0,min(z,1))",
            "min(1,max(0,z))",
            "min(max(0,z),1)",
            "max(0, min(max(z, 0), 1))",
        ] {
            let found = exact(text).unwrap();
            let value = function(text, "z").unwrap();
            for z in [-2.0, -0.5, 0.25, 0.5, 1.5] {
                assert_eq!((found.value(z), value(z)), (clip(z), clip(z)), "{text} {z}");
            }
        }
        let mixed = function("max(tanh(z),min(z,1))", "z").unwrap();
        assert_eq!((mixed(0.5), mixed(3.0)), (0.5, 1.0));
        for text in ["max(z)", "max(z,1,2)", "(z,1)", "max(,1)", "max(min(z,1)"] {
            assert!(prepared(text, "z").is_err(), "{text}");
        }
        // Products that underflow have a sign.
        let small = exact("1e170*max(1e-170*z^2-1e-170,0)").unwrap();
        assert!(
            (small.value(2.0) - 3.0).abs() < 1e-12 && small.value(0.5) == 0.0,
            "{small:?}"
        );
    }

    /// Formulas at random, against their values.
    #[test]
    fn pieces_have_the_values_of_their_formula() {
        let mut state = 1_u64;
        let mut random = move |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        fn grown(depth: u32, random: &mut impl FnMut(u64) -> u64) -> String {
            if depth == 0 {
                return match random(3) {
                    0 => format!("{}", 0.5 * random(9) as f64),
                    1 => format!("{}.{}", random(4), random(1000)),
                    _ => "z".into(),
                };
            }
            let a = grown(depth - 1, random);
            let kind = random(11);
            if kind < 6 {
                let b = grown(depth - 1, random);
                return match kind {
                    0 => format!("({a}+{b})"),
                    1 => format!("({a}-{b})"),
                    2 => format!("({a}*{b})"),
                    3 => format!("({a}-0.7*{b})"),
                    4 => format!("max({a},{b})"),
                    _ => format!("min({a},{b})"),
                };
            }
            match kind {
                6 => format!("abs({a})"),
                7 => format!("relu({a})"),
                8 => format!("step({a})"),
                9 => format!("sign({a})"),
                _ => format!("({a})^2"),
            }
        }
        let mut count = 0;
        for _ in 0..600 {
            let text = grown(4, &mut random);
            let Some(found) = exact(&text) else { continue };
            let value = function(&text, "z").unwrap();
            let places = (-150..150).map(|i| 0.027_183 * f64::from(i) + 0.001_234_5);
            let places: Vec<f64> = places.collect();
            let size = places.iter().fold(1.0, |m: f64, z| m.max(value(*z).abs()));
            for z in places {
                let gap = (found.value(z) - value(z)).abs();
                assert!(
                    gap <= 1e-12 * size,
                    "{text} at {z}: {} {}",
                    found.value(z),
                    value(z)
                );
            }
            count += 1;
        }
        assert!(count > 450, "{count}");
    }
}
