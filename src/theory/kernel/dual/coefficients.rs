//! Hermite coefficients of whole sets of pre-activations: those that can be other than 0, and how right they are.

use super::coefficient_table::CoefficientTable;
use super::expansion::Expansion;
use super::hermite::{HermiteGrid, HermiteSeries, PieceCoefficients, Pieces};
use crate::model::Activation;
use crate::model::activation::{Family, Parity};

/// The most terms: for all correlations, or, with kinks or poles nearby, for those of some reach.
const MOST_TERMS: usize = 512;
/// Fewer where φ has kinks and they have no closed form: each costs a quadrature at every node.
const KINKED_TERMS: usize = 256;
/// Coefficients below this part of the largest √E[φ²] are rounding: their products are left out.
const ROUNDED: f64 = 3e-14;
/// Rounding of a coefficient by quadrature, relative to √E[φ²].
const ROUNDING: f64 = 1e-15;
/// What a series of interpolated coefficients may leave out, relative to the largest E[φ²] and E[φ′²].
const LEFT_OUT: f64 = 1e-11;
/// The same where pairs have closed forms.
const LEFT_OUT_OF_CLOSED: f64 = 2e-14;
/// What one of exact coefficients may leave out, relative to √(E[φ(u)²]E[φ(v)²]).
const LEFT_OUT_OF_EXACT: f64 = 5e-15;

/// Which Hermite coefficients are not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Powers {
    All,
    Odd,
    Even,
    /// The even ones and a₁: an even function and a line, such as GELU, SiLU and softplus.
    EvenAndFirst,
}

impl Powers {
    /// From the parity of the activation and all its coefficients at one variance.
    fn of(parity: Parity, coefficients: &[f64], size: f64) -> Self {
        match parity {
            Parity::Odd => Self::Odd,
            Parity::Even => Self::Even,
            Parity::None if Self::EvenAndFirst.hold(coefficients, size) => Self::EvenAndFirst,
            Parity::None => Self::All,
        }
    }

    /// Whether all other coefficients are rounding, of which products alone are left out.
    fn hold(self, coefficients: &[f64], size: f64) -> bool {
        let odd = coefficients.iter().skip(3).step_by(2);
        self != Self::EvenAndFirst || odd.fold(0.0, |m: f64, a| m.max(a.abs())) <= ROUNDED * size
    }

    /// The degree of the k-th kept.
    pub(super) fn degree(self, k: usize) -> usize {
        match self {
            Self::All => k,
            Self::Odd => 2 * k + 1,
            Self::Even | Self::EvenAndFirst => 2 * k,
        }
    }

    /// Those kept, a₁ of [`Self::EvenAndFirst`] apart.
    fn select(self, coefficients: &[f64]) -> Vec<f64> {
        let all = coefficients.iter().copied();
        match self {
            Self::All => all.collect(),
            Self::Odd => all.skip(1).step_by(2).collect(),
            Self::Even | Self::EvenAndFirst => all.step_by(2).collect(),
        }
    }
}

/// The coefficients of one pre-activation.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// An even number of coefficients, then a₁ where it is kept apart, E[φ²] and, steps apart, E[φ′²].
    pub(super) numbers: Vec<f64>,
    /// With δ_n the errors of the coefficients √Σ δ_n² and √(Σ n δ_n²/q), which are errors of φ and φ′ in mean square.
    pub(super) errors: (f64, f64),
}

impl Kept {
    /// The coefficients, a₁ apart.
    pub(super) fn split(&self) -> (&[f64], Apart) {
        let (values, apart) = self.numbers.split_at(self.numbers.len() - 3);
        let apart = Apart {
            first: apart[0],
            square: apart[1],
            steep: apart[2],
            errors: self.errors,
        };
        (values, apart)
    }
}

/// What else is known of a pre-activation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Apart {
    /// a₁ where it is kept apart, else 0.
    pub(super) first: f64,
    /// E[φ²].
    pub(super) square: f64,
    /// E[φ′²].
    pub(super) steep: f64,
    pub(super) errors: (f64, f64),
}

/// Where coefficients at one variance come from.
pub(super) struct Source<'a> {
    activation: &'a Activation,
    rule: Rule,
    terms: usize,
    /// √E[φ²] at the largest variance.
    size: f64,
    pub(super) powers: Powers,
}

/// All coefficients, E[φ²] and E[φ′²], the errors as in [`Kept`].
struct All {
    coefficients: Vec<f64>,
    squares: (f64, f64),
    errors: (f64, f64),
}

enum Rule {
    Pieces(Pieces),
    /// No kinks.
    Grid(HermiteGrid),
    Panels,
}

impl<'a> Source<'a> {
    /// For standard deviations up to the largest and a series that may leave out that part.
    fn new(activation: &'a Activation, largest: f64, part: f64) -> Option<Self> {
        let variance = largest * largest;
        let (rule, terms) = match activation.family() {
            Family::PiecewisePolynomial(function) => {
                let pieces = Pieces::new(function);
                let terms = match pieces.is_polynomial() {
                    true => function.degree() + 1,
                    false => MOST_TERMS,
                };
                (Rule::Pieces(pieces), terms)
            }
            _ if activation.kinks().is_empty() => {
                let terms = HermiteSeries::terms_leaving(activation, variance, part)
                    .map_or(MOST_TERMS, |needed| needed.min(MOST_TERMS));
                (
                    Rule::Grid(HermiteGrid::new(activation, variance, terms)?),
                    terms,
                )
            }
            _ => (Rule::Panels, KINKED_TERMS),
        };
        let mut source = Self {
            activation,
            rule,
            terms,
            size: f64::INFINITY,
            powers: Powers::All,
        };
        let all = source.all(largest)?;
        source.size = all.squares.0.sqrt();
        source.powers = Powers::of(activation.parity(), &all.coefficients, source.size);
        Some(source)
    }

    /// At one standard deviation, if they can be told.
    fn all(&self, std: f64) -> Option<All> {
        let of_one_error = |coefficients, squares, error: f64| {
            let n = self.terms as f64;
            let errors = (error * n.sqrt(), error * n / std);
            All {
                coefficients,
                squares,
                errors,
            }
        };
        match &self.rule {
            Rule::Pieces(pieces) => self.of_pieces(pieces.at(std, self.terms), std),
            Rule::Grid(grid) => {
                let (all, squares) = grid.at(self.activation, std);
                Some(of_one_error(all, squares, ROUNDING * squares.0.sqrt()))
            }
            Rule::Panels => {
                let found = Expansion::new(self.activation, std * std, self.terms);
                let right = found.error <= ROUNDED * self.size;
                let squares = (found.square, found.steep);
                right.then(|| of_one_error(found.coefficients, squares, found.error))
            }
        }
    }

    fn of_pieces(&self, found: PieceCoefficients, std: f64) -> Option<All> {
        let each = found.errors.iter().enumerate();
        let sum = each.fold((0.0, 0.0), |s, (n, e)| {
            (s.0 + e * e, s.1 + n as f64 * e * e)
        });
        (found.square > 0.0).then_some(All {
            coefficients: found.values,
            squares: (found.square, found.steep),
            errors: (sum.0.sqrt(), sum.1.sqrt() / std),
        })
    }

    /// At one standard deviation; `None` where they cannot be told.
    pub(super) fn kept(&self, std: f64) -> Option<Kept> {
        self.select(self.all(std)?)
    }

    /// At each of some.
    fn kept_each(&self, stds: &[f64]) -> Option<Vec<Kept>> {
        let Rule::Pieces(pieces) = &self.rule else {
            return stds.iter().map(|std| self.kept(*std)).collect();
        };
        let found = pieces.at_each(stds, self.terms).into_iter().zip(stds);
        found
            .map(|(found, std)| self.select(self.of_pieces(found, *std)?))
            .collect()
    }

    fn select(&self, all: All) -> Option<Kept> {
        let All {
            coefficients,
            squares,
            errors,
        } = all;
        if !self.powers.hold(&coefficients, self.size) {
            return None;
        }
        let first = match self.powers {
            Powers::EvenAndFirst => coefficients.get(1).copied().unwrap_or(0.0),
            _ => 0.0,
        };
        let mut numbers = self.powers.select(&coefficients);
        numbers.resize(numbers.len().next_multiple_of(2), 0.0);
        numbers.extend([first, squares.0, squares.1]);
        Some(Kept { numbers, errors })
    }
}

/// Coefficients at any standard deviation of a range.
pub(super) enum Coefficients<'a> {
    /// Computed at each.
    Exact(Source<'a>),
    /// Interpolated, for a series that may leave out that part.
    Table(CoefficientTable, f64),
}

impl<'a> Coefficients<'a> {
    /// `closed`: whether pairs have closed forms.
    pub(super) fn new(activation: &'a Activation, range: (f64, f64), closed: bool) -> Option<Self> {
        let part = if closed { LEFT_OUT_OF_CLOSED } else { LEFT_OUT };
        let source = Source::new(activation, range.1, part)?;
        match &source.rule {
            Rule::Pieces(_) => Some(Self::Exact(source)),
            _ => Some(Self::Table(CoefficientTable::new(&source, range)?, part)),
        }
    }

    /// At each of some standard deviations.
    pub(super) fn at_each(&self, stds: &[f64]) -> Option<Vec<Kept>> {
        match self {
            Self::Exact(source) => source.kept_each(stds),
            Self::Table(table, _) => Some(stds.iter().map(|std| table.at(*std)).collect()),
        }
    }

    pub(super) fn powers(&self) -> Powers {
        match self {
            Self::Exact(source) => source.powers,
            Self::Table(table, _) => table.powers,
        }
    }

    /// Whether what is left out is relative to the pair's own √(E[φ(u)²]E[φ(v)²]), and how little it is.
    pub(super) fn left_out(&self) -> (bool, f64) {
        match self {
            Self::Exact(_) => (true, LEFT_OUT_OF_EXACT),
            Self::Table(_, part) => (false, *part),
        }
    }
}
