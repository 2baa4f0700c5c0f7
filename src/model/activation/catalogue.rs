//! The activations that have a name.

use super::algebraic::{Arctan, Softsign};
use super::exponential::ExponentialLinear;
use super::gaussian::{Erf, Gaussian, Gelu};
use super::hyperbolic::{Sech, Tanh};
use super::logistic::{Mish, Sigmoid, Silu, Softplus};
use super::packet::{Exponential, Gabor};
use super::parameters::Parameters;
use super::sine::Sine;
use super::{Activation, ActivationFunction, Piece, PiecewisePolynomial};
use crate::error::{Error, Result};
use std::sync::Arc;

type Function = Arc<dyn ActivationFunction>;

/// A named activation as the catalogue lists it.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The name, as [`Activation::parse`] reads it.
    pub name: &'static str,
    /// The parameters (name, default), in the order of the formula.
    pub parameters: &'static [(&'static str, &'static str)],
    /// φ(z).
    pub formula: &'static str,
    /// The regular part of φ̂(ω) = ∫ φ(z) e^{−iωz} dz.
    pub transform: &'static str,
    /// Where the activation is from.
    pub source: &'static str,
    build: fn(&Parameters<'_>) -> Result<Function>,
}

impl Listing {
    /// The name with its default parameters, e.g. `leaky-relu:slope=0.01`.
    pub fn example(&self) -> String {
        let given: Vec<String> = self
            .parameters
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if given.is_empty() {
            self.name.into()
        } else {
            format!("{}:{}", self.name, given.join(","))
        }
    }

    pub(super) fn make(&self, parameters: &Parameters<'_>) -> Result<Function> {
        let function = (self.build)(parameters)?;
        let known: Vec<&str> = self.parameters.iter().map(|(name, _)| *name).collect();
        parameters.finish(&known)?;
        Ok(function)
    }
}

fn shared(function: impl ActivationFunction + 'static) -> Result<Function> {
    Ok(Arc::new(function))
}

const STEP: &str = "McCulloch, Pitts 1943";
const HARD: &str = "Courbariaux, Bengio, David, arXiv 1511.00363";
const SINC: &str = "(sin(ω/2)/(ω/2))^order";
const LINES: &str = "lines at ±frequency";

/// Every named activation.
pub(super) const LISTINGS: &[Listing] = &[
    Listing {
        name: "relu",
        parameters: &[],
        formula: "max(z, 0)",
        transform: "−1/ω²",
        source: "Nair, Hinton, ICML 2010",
        build: |_| shared(PiecewisePolynomial::relu()),
    },
    Listing {
        name: "leaky-relu",
        parameters: &[("slope", "0.01")],
        formula: "z for z > 0, slope·z for z < 0",
        transform: "−(1 − slope)/ω²",
        source: "Maas, Hannun, Ng, ICML 2013",
        build: |p| shared(PiecewisePolynomial::leaky_relu(p.number("slope", 0.01)?)?),
    },
    Listing {
        name: "abs",
        parameters: &[],
        formula: "|z|",
        transform: "−2/ω²",
        source: "Bruna, Mallat, arXiv 1203.1513",
        build: |_| shared(PiecewisePolynomial::abs()),
    },
    Listing {
        name: "heaviside",
        parameters: &[],
        formula: "0 for z < 0, 1 for z > 0",
        transform: "1/(iω)",
        source: STEP,
        build: |_| shared(PiecewisePolynomial::heaviside()),
    },
    Listing {
        name: "sign",
        parameters: &[],
        formula: "−1 for z < 0, 1 for z > 0",
        transform: "2/(iω)",
        source: STEP,
        build: |_| shared(PiecewisePolynomial::sign()),
    },
    Listing {
        name: "relu-power",
        parameters: &[("k", "2")],
        formula: "max(z, 0)^k",
        transform: "k!/(iω)^(k+1)",
        source: "Cho, Saul, NIPS 2009",
        build: |p| shared(PiecewisePolynomial::relu_power(p.count("k", 2)?)?),
    },
    Listing {
        name: "squared-relu",
        parameters: &[],
        formula: "max(z, 0)²",
        transform: "2/(iω)³",
        source: "So et al., arXiv 2109.08668",
        build: |_| shared(PiecewisePolynomial::relu_power(2)?),
    },
    Listing {
        name: "hat",
        parameters: &[],
        formula: "max(0, 1 − |z|)",
        transform: "(sin(ω/2)/(ω/2))²",
        source: "Hong, Siegel, Tan, Xu, arXiv 2208.04924",
        build: |_| shared(PiecewisePolynomial::hat()),
    },
    Listing {
        name: "bspline",
        parameters: &[("order", "4")],
        formula: "the centred B-spline of that order (degree order − 1), unit knots",
        transform: SINC,
        source: "Schoenberg 1946",
        build: |p| shared(PiecewisePolynomial::bspline(p.count("order", 4)?)?),
    },
    Listing {
        name: "hard-tanh",
        parameters: &[],
        formula: "min(max(z, −1), 1)",
        transform: "2 sin ω/(iω²)",
        source: "Collobert 2004",
        build: |_| shared(PiecewisePolynomial::hard_tanh()),
    },
    Listing {
        name: "hard-sigmoid",
        parameters: &[],
        formula: "min(max(z/6 + ½, 0), 1)",
        transform: "sin 3ω/(3iω²)",
        source: HARD,
        build: |_| shared(PiecewisePolynomial::hard_sigmoid()),
    },
    Listing {
        name: "relu6",
        parameters: &[],
        formula: "min(max(z, 0), 6)",
        transform: "2e^{−3iω} sin 3ω/(iω²)",
        source: "Krizhevsky 2010",
        build: |_| shared(PiecewisePolynomial::relu6()),
    },
    Listing {
        name: "identity",
        parameters: &[],
        formula: "z",
        transform: "0",
        source: "",
        build: |_| shared(PiecewisePolynomial::monomial(1)?),
    },
    Listing {
        name: "monomial",
        parameters: &[("degree", "2")],
        formula: "z^degree",
        transform: "0",
        source: "",
        build: |p| shared(PiecewisePolynomial::monomial(p.count("degree", 2)?)?),
    },
    Listing {
        name: "hermite",
        parameters: &[("degree", "3")],
        formula: "He_degree(z)/√(degree!), the orthonormal Hermite polynomial",
        transform: "0",
        source: "",
        build: |p| shared(PiecewisePolynomial::hermite(p.count("degree", 3)?)?),
    },
    Listing {
        name: "piecewise",
        parameters: &[("knots", "-1/1"), ("pieces", "-1/0_1/1")],
        formula: "polynomials (coefficients of 1, z, z², … joined by _, pieces by /) between knots",
        transform: "Σ over knots z and orders j of [φ^(j)](z) e^{−iωz}/(iω)^(j+1)",
        source: "",
        build: |p| shared(piecewise(p)?),
    },
    Listing {
        name: "tanh",
        parameters: &[],
        formula: "tanh z",
        transform: "−iπ csch(πω/2)",
        source: "",
        build: |_| shared(Tanh),
    },
    Listing {
        name: "sigmoid",
        parameters: &[],
        formula: "σ(z) = 1/(1 + e^{−z})",
        transform: "−iπ csch(πω)",
        source: "",
        build: |_| shared(Sigmoid),
    },
    Listing {
        name: "softplus",
        parameters: &[],
        formula: "ln(1 + e^z)",
        transform: "−π/(ω sinh πω)",
        source: "Dugas et al., NIPS 2000",
        build: |_| shared(Softplus),
    },
    Listing {
        name: "erf",
        parameters: &[],
        formula: "erf z",
        transform: "2e^{−ω²/4}/(iω)",
        source: "Williams, NIPS 1996",
        build: |_| shared(Erf),
    },
    Listing {
        name: "arctan",
        parameters: &[],
        formula: "arctan z",
        transform: "πe^{−|ω|}/(iω)",
        source: "",
        build: |_| shared(Arctan),
    },
    Listing {
        name: "softsign",
        parameters: &[],
        formula: "z/(1 + |z|)",
        transform: "(2/(iω)) ∫₀^∞ e^{−u} u²/(ω² + u²) du",
        source: "Bergstra et al. 2009",
        build: |_| shared(Softsign),
    },
    Listing {
        name: "gelu",
        parameters: &[],
        formula: "zΦ(z)",
        transform: "−e^{−ω²/2}(1 + 1/ω²)",
        source: "Hendrycks, Gimpel, arXiv 1606.08415",
        build: |_| shared(Gelu),
    },
    Listing {
        name: "silu",
        parameters: &[],
        formula: "zσ(z)",
        transform: "−π² csch(πω) coth(πω)",
        source: "Elfwing, Uchibe, Doya, arXiv 1702.03118",
        build: |_| shared(Silu),
    },
    Listing {
        name: "mish",
        parameters: &[],
        formula: "z tanh(ln(1 + e^z))",
        transform: "d/dω of π 2^{−iω/2} (cosh(πω/4) + i sinh(πω/4)) csch(πω)",
        source: "Misra, arXiv 1908.08681",
        build: |_| shared(Mish),
    },
    Listing {
        name: "elu",
        parameters: &[("alpha", "1")],
        formula: "z for z > 0, alpha(e^z − 1) for z < 0",
        transform: "−[alpha/(1 − iω) + 1 − alpha]/ω²",
        source: "Clevert, Unterthiner, Hochreiter, arXiv 1511.07289",
        build: |p| shared(ExponentialLinear::elu(p.number("alpha", 1.0)?)),
    },
    Listing {
        name: "selu",
        parameters: &[],
        formula: "λ elu_α(z), α = 1.67326324…, λ = 1.05070098…",
        transform: "−λ[α/(1 − iω) + 1 − α]/ω²",
        source: "Klambauer et al., arXiv 1706.02515",
        build: |_| shared(ExponentialLinear::selu()),
    },
    Listing {
        name: "celu",
        parameters: &[("alpha", "1")],
        formula: "z for z > 0, alpha(e^{z/alpha} − 1) for z < 0",
        transform: "−1/(ω²(1 − i·alpha·ω))",
        source: "Barron, arXiv 1704.07483",
        build: |p| shared(ExponentialLinear::celu(p.positive("alpha", 1.0)?)),
    },
    Listing {
        name: "gaussian",
        parameters: &[],
        formula: "e^{−z²/2}",
        transform: "√(2π) e^{−ω²/2}",
        source: "",
        build: |_| shared(Gaussian),
    },
    Listing {
        name: "gabor",
        parameters: &[("frequency", "1"), ("phase", "0")],
        formula: "e^{−z²/2} cos(frequency·z + phase)",
        transform: "√(π/2) [e^{i·phase − (ω−frequency)²/2} + e^{−i·phase − (ω+frequency)²/2}]",
        source: "Gabor 1946",
        build: |p| {
            let frequency = p.positive("frequency", 1.0)?;
            let phase = p.number("phase", 0.0)?;
            shared(Gabor { frequency, phase })
        },
    },
    Listing {
        name: "exp",
        parameters: &[("rate", "1")],
        formula: "e^{rate·z}",
        transform: "none: it grows exponentially",
        source: "",
        build: |p| {
            let rate = p.number("rate", 1.0)?;
            shared(Exponential { rate })
        },
    },
    Listing {
        name: "sech",
        parameters: &[],
        formula: "1/cosh z",
        transform: "π sech(πω/2)",
        source: "",
        build: |_| shared(Sech),
    },
    Listing {
        name: "sin",
        parameters: &[("frequency", "1"), ("phase", "0")],
        formula: "sin(frequency·z + phase)",
        transform: LINES,
        source: "Sitzmann et al., arXiv 2006.09661",
        build: |p| sine(p, false),
    },
    Listing {
        name: "cos",
        parameters: &[("frequency", "1"), ("phase", "0")],
        formula: "cos(frequency·z + phase)",
        transform: LINES,
        source: "Rahimi, Recht, NIPS 2007",
        build: |p| sine(p, true),
    },
];

fn sine(p: &Parameters<'_>, cosine: bool) -> Result<Function> {
    let frequency = p.positive("frequency", 1.0)?;
    let phase = p.number("phase", 0.0)?;
    shared(Sine {
        frequency,
        phase,
        cosine,
    })
}

/// `knots=-1/1,pieces=-1/0_1/1`.
fn piecewise(p: &Parameters<'_>) -> Result<PiecewisePolynomial> {
    let numbers = |name: &str, text: &str, separator: char| -> Result<Vec<f64>> {
        let parse = |item: &str| {
            let found = format!("`{item}`");
            let number = item.trim().parse::<f64>();
            number.map_err(|_| p.refuse(name, &format!("numbers joined by `{separator}`"), found))
        };
        text.split(separator).map(parse).collect()
    };
    let knots = match p.text("knots").unwrap_or("-1/1") {
        "" => vec![],
        text => numbers("knots", text, '/')?,
    };
    let pieces = p.text("pieces").unwrap_or("-1/0_1/1").split('/');
    let pieces: Result<Vec<Piece>> = pieces
        .map(|text| Ok(Piece::new(0.0, numbers("pieces", text, '_')?)))
        .collect();
    PiecewisePolynomial::new(knots, pieces?)
}

impl Activation {
    /// Every named activation, with its parameters, formulas and origin.
    pub fn list() -> &'static [Listing] {
        LISTINGS
    }
}

/// An error that lists the known names near this one.
pub(super) fn unknown(name: &str) -> Error {
    let mut near: Vec<(usize, &str)> = LISTINGS
        .iter()
        .map(|listing| (distance(name, listing.name), listing.name))
        .filter(|&(d, known)| d <= 2 || (name.len() > 2 && known.contains(name)))
        .collect();
    near.sort_unstable();
    let hint = if near.is_empty() {
        let all: Vec<&str> = LISTINGS.iter().map(|listing| listing.name).collect();
        format!("known: {}", all.join(", "))
    } else {
        let near: Vec<&str> = near.into_iter().take(4).map(|(_, name)| name).collect();
        format!("near it: {}", near.join(", "))
    };
    Error::UnknownName {
        kind: "activation",
        name: name.chars().take(40).collect(),
        hint,
    }
}

/// Levenshtein's distance between the first 40 characters and a known name.
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
    /// `relu`: max(z, 0).
    relu => "relu", PiecewisePolynomial::relu();
    /// `abs`: |z|.
    abs => "abs", PiecewisePolynomial::abs();
    /// `heaviside`: 0 for z < 0, 1 for z > 0.
    heaviside => "heaviside", PiecewisePolynomial::heaviside();
    /// `sign`: −1 for z < 0, 1 for z > 0.
    sign => "sign", PiecewisePolynomial::sign();
    /// `hat`: max(0, 1 − |z|).
    hat => "hat", PiecewisePolynomial::hat();
    /// `hard-tanh`: min(max(z, −1), 1).
    hard_tanh => "hard-tanh", PiecewisePolynomial::hard_tanh();
    /// `tanh`.
    tanh => "tanh", Tanh;
    /// `sigmoid`: 1/(1 + e^{−z}).
    sigmoid => "sigmoid", Sigmoid;
    /// `softplus`: ln(1 + e^z).
    softplus => "softplus", Softplus;
    /// `erf`.
    erf => "erf", Erf;
    /// `arctan`.
    arctan => "arctan", Arctan;
    /// `gelu`: zΦ(z).
    gelu => "gelu", Gelu;
    /// `silu`: z/(1 + e^{−z}).
    silu => "silu", Silu;
    /// `mish`: z tanh(ln(1 + e^z)).
    mish => "mish", Mish;
    /// `gaussian`: e^{−z²/2}.
    gaussian => "gaussian", Gaussian;
    /// `sech`: 1/cosh z.
    sech => "sech", Sech;
}
