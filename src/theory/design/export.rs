//! The designed activation for programs elsewhere: source text for NumPy, PyTorch and JAX; JSON.

use super::basis::BSplines;
use super::kernel::KernelDesign;
use super::weighted::Design;
use crate::model::activation::PiecewisePolynomial;
use crate::theory::kernel::GaussianKind;
use std::fmt::Write;

/// What a source text is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A function `phi(z)` of NumPy arrays.
    NumPy,
    /// A `torch.nn.Module`, differentiable in its argument.
    PyTorch,
    /// A function `phi(z)`, differentiable and compilable.
    Jax,
}

const NUMPY: &str = r#"

def phi(z):
    """The activation; at a jump the mean of its limits."""
    z = np.asarray(z, dtype=float)

    def piece(i):
        t = (z - CENTRES[i]) / WIDTHS[i]
        y = COEFFICIENTS[i, -1]
        for j in range(COEFFICIENTS.shape[1] - 2, -1, -1):
            y = y * t + COEFFICIENTS[i, j]
        return y

    left = np.searchsorted(KNOTS, z, side="left")
    right = np.searchsorted(KNOTS, z, side="right")
    return 0.5 * (piece(left) + piece(right))
"#;

const PYTORCH: &str = r#"

class Phi(torch.nn.Module):
    """The activation; at a jump the mean of its limits. Double precision inside, whatever the module is turned into."""

    TABLES = {"knots": KNOTS, "centres": CENTRES, "widths": WIDTHS, "coefficients": COEFFICIENTS}

    def __init__(self):
        super().__init__()
        for name, numbers in self.TABLES.items():
            self.register_buffer(name, torch.tensor(numbers, dtype=torch.float64), persistent=False)

    def _apply(self, fn, *args, **kwargs):
        # .float() and .half() would round the pieces: only the device follows.
        super()._apply(fn, *args, **kwargs)
        for name, numbers in self.TABLES.items():
            device = getattr(self, name).device
            setattr(self, name, torch.tensor(numbers, dtype=torch.float64, device=device))
        return self

    def piece(self, z, i):
        t = (z - self.centres[i]) / self.widths[i]
        c = self.coefficients[i]
        # A constant depends on z too, as far as autograd is asked.
        y = c[..., -1] + 0.0 * t
        for j in range(c.shape[-1] - 2, -1, -1):
            y = y * t + c[..., j]
        return y

    def forward(self, z):
        x = z.to(torch.float64)
        at = x.detach().contiguous()
        left = torch.searchsorted(self.knots, at, right=False)
        right = torch.searchsorted(self.knots, at, right=True)
        return (0.5 * (self.piece(x, left) + self.piece(x, right))).to(z.dtype)
"#;

const JAX: &str = r#"

def phi(z):
    """The activation; at a jump the mean of its limits. Full accuracy needs jax_enable_x64."""
    z = jnp.asarray(z)
    z = z.astype(jnp.result_type(z, jnp.float32))
    knots, centres = jnp.asarray(KNOTS, z.dtype), jnp.asarray(CENTRES, z.dtype)
    widths, coefficients = jnp.asarray(WIDTHS, z.dtype), jnp.asarray(COEFFICIENTS, z.dtype)

    def piece(i):
        t = (z - centres[i]) / widths[i]
        y = coefficients[i, -1]
        for j in range(coefficients.shape[1] - 2, -1, -1):
            y = y * t + coefficients[i, j]
        return y

    left = jnp.searchsorted(knots, z, side="left")
    right = jnp.searchsorted(knots, z, side="right")
    return 0.5 * (piece(left) + piece(right))
"#;

impl Design {
    /// Its coefficients in the basis of B-splines.
    pub fn b_splines(&self) -> BSplines {
        BSplines::of(self.polynomial())
    }

    /// Source text that evaluates the designed activation, exactly as it is here: `KNOTS`, `CENTRES` and `WIDTHS` of the pieces'
    /// variables t = (z − centre)/width, and one row of `COEFFICIENTS` (of 1, t, t², …) per piece, one piece more than knots. Widths are
    /// powers of two, so that nothing is rounded, and coefficients stay within single precision.
    pub fn source(&self, language: Language) -> String {
        let (low, high) = self.feasibility().band;
        let about = format!(
            "Activation whose penalty weight in dimension {} is {},\nto {:.1e} relative for frequencies from {low} to {high}.",
            self.dim(),
            self.weight().name(),
            self.round_trip_error(),
        );
        source(self.polynomial(), &about, language)
    }

    /// The design as one JSON object: `weight`, `dim`, `band`, `round_trip_error`, `order_at_zero`,
    /// `order_at_infinity` (null: faster than any power), `null_space_degree`; `knots`, `centres`, `coefficients`
    /// of the pieces; `b_splines`.
    #[cfg(feature = "io")]
    pub fn to_json(&self) -> serde_json::Value {
        let phi = self.polynomial();
        let found = self.feasibility();
        let basis = self.b_splines();
        let rows: Vec<&[f64]> = phi.pieces().iter().map(|p| p.coefficients()).collect();
        let centres: Vec<f64> = phi.pieces().iter().map(|p| p.centre()).collect();
        let order = found.order_at_infinity;
        serde_json::json!({
            "weight": self.weight().name(),
            "dim": self.dim(),
            "band": [found.band.0, found.band.1],
            "round_trip_error": self.round_trip_error(),
            "order_at_zero": found.order_at_zero,
            "order_at_infinity": order.is_finite().then_some(order),
            "null_space_degree": found.null_space_degree,
            "knots": phi.knots(),
            "centres": centres,
            "coefficients": rows,
            "b_splines": {
                "degree": basis.degree,
                "knots": basis.knots,
                "coefficients": basis.coefficients,
            },
        })
    }
}

impl KernelDesign {
    /// Source text that evaluates the designed activation, as [`Design::source`].
    pub fn source(&self, language: Language) -> String {
        let kind = match self.kind() {
            GaussianKind::Nngp => "NNGP",
            GaussianKind::Ntk => "tangent",
        };
        let about = format!(
            "Activation whose {kind} kernel on the unit sphere has the power series {:?},\nto {:.1e} of its value at 1.",
            self.power_series(),
            self.reproduction_error(),
        );
        source(self.polynomial(), &about, language)
    }

    /// The design as one JSON object: `kind`, `power_series`, `hermite_coefficients`, `free_signs`, `reproduction_error`; `knots`
    /// (none), `centres`, `coefficients` of its only piece.
    #[cfg(feature = "io")]
    pub fn to_json(&self) -> serde_json::Value {
        let phi = self.polynomial();
        let rows: Vec<&[f64]> = phi.pieces().iter().map(|p| p.coefficients()).collect();
        let centres: Vec<f64> = phi.pieces().iter().map(|p| p.centre()).collect();
        serde_json::json!({
            "kind": self.kind().to_string(),
            "power_series": self.power_series(),
            "hermite_coefficients": self.hermite_coefficients(),
            "free_signs": self.free_signs(),
            "reproduction_error": self.reproduction_error(),
            "knots": phi.knots(),
            "centres": centres,
            "coefficients": rows,
        })
    }
}

fn source(phi: &PiecewisePolynomial, about: &str, language: Language) -> String {
    let (head, body, open, close) = match language {
        Language::NumPy => ("import numpy as np", NUMPY, "np.array(", ", dtype=float)"),
        Language::PyTorch => ("import torch", PYTORCH, "", ""),
        Language::Jax => (
            "import jax.numpy as jnp\nimport numpy as np",
            JAX,
            "np.array(",
            ", dtype=float)",
        ),
    };
    let width = phi.degree() + 1;
    // A weight's name is the user's text: nothing in it may end the string.
    let about: String = { about.chars() }
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let about = about.replace('\\', "/").replace('"', "'");
    let mut text = format!("\"\"\"{about}\"\"\"\n{head}\n\n");
    let numbers = |numbers: &[f64]| {
        let numbers: Vec<String> = numbers.iter().map(|x| format!("{x:?}")).collect();
        format!("[{}]", numbers.join(", "))
    };
    let centres: Vec<f64> = phi.pieces().iter().map(|p| p.centre()).collect();
    let widths: Vec<f64> = (0..centres.len())
        .map(|i| power_of_two(phi.knots(), i))
        .collect();
    let rows: Vec<String> = { phi.pieces().iter().zip(&widths) }
        .map(|(piece, &unit)| {
            let mut row = piece.coefficients().to_vec();
            for (j, c) in row.iter_mut().enumerate() {
                // One by one: the power alone may underflow.
                *c = (0..j).fold(*c, |c, _| c * unit);
            }
            row.resize(width, 0.0);
            format!("    {},\n", numbers(&row))
        })
        .collect();
    // Writing to a string cannot fail.
    let _infallible = write!(
        text,
        "KNOTS = {open}{}{close}\nCENTRES = {open}{}{close}\nWIDTHS = {open}{}{close}\nCOEFFICIENTS = {open}[\n{}]{close}\n{body}",
        numbers(phi.knots()),
        numbers(&centres),
        numbers(&widths),
        rows.concat(),
    );
    text
}

/// The power of two next above half the length of piece i; 1 for the two that do not end.
fn power_of_two(knots: &[f64], i: usize) -> f64 {
    let before = i.checked_sub(1).and_then(|j| knots.get(j));
    match (before, knots.get(i)) {
        // Single precision ends at 2^-126.
        (Some(a), Some(b)) => (0.5 * (b - a)).log2().ceil().clamp(-100.0, 100.0).exp2(),
        _ => 1.0,
    }
}
