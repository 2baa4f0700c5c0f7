//! Which figures show the answers of single commands.

use super::figure::{Figure, Panel};
use super::heat::HeatMap;
use super::numbers::Cell;
use super::plot::{Axis, Mark, Plot};
use crate::error::{Error, Result};
use crate::theory::design::{Design, KernelDesign};
use crate::theory::radon::{Direction, Image};
use crate::theory::spectrum::Spectrum;
use std::f64::consts::PI;

/// Directions that differ by less than this of the largest value show one curve.
const SAME: f64 = 1e-9;
/// Up to so many directions are curves of their own.
const CURVES: usize = 4;
const PLANAR: &str = "angle of the direction ξ (degrees)";
const LISTED: &str = "direction ξ (number in the list)";

/// A quantity over directions and offsets, the offsets running fastest.
#[derive(Clone, Copy, Debug)]
pub struct OverRays<'a> {
    /// Unit vectors.
    pub directions: &'a [Direction],
    /// Offsets γ, ascending.
    pub offsets: &'a [f64],
    /// One value for each ray.
    pub values: &'a [f64],
}

impl OverRays<'_> {
    /// An image over (direction, offset); a curve where there is one direction or all say the same, or one offset; curves for
    /// few directions. `points` (direction, offset) are drawn into an image.
    fn panel(&self, title: &str, scale: &str, points: Vec<(f64, f64)>) -> Result<Panel> {
        let (count, n) = (self.directions.len(), self.offsets.len());
        if count == 0 || count.checked_mul(n) != Some(self.values.len()) {
            return Err(Error::shape(
                "values",
                format!("{count} directions × {n} offsets"),
                self.values.len(),
            ));
        }
        let rows: Vec<&[f64]> = self.values.chunks_exact(n).collect();
        if n == 1 {
            let plot = Plot::new(title, self.direction_axis(), Axis::linear(scale));
            let places = (0..count).map(|k| self.place(k));
            let values = places.zip(self.values.iter().copied()).collect();
            return Ok(Panel::Curves(plot.with("", Mark::Points, Some(0), values)));
        }
        let largest = self.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let alike = |row: &&[f64]| {
            let pairs = row.iter().zip(rows[0]);
            pairs
                .into_iter()
                .all(|(a, b)| (a - b).abs() <= SAME * largest)
        };
        let isotropic = count > 1 && rows.iter().all(alike);
        if isotropic || count <= CURVES {
            let mut plot = Plot::new(title, Axis::linear("offset γ"), Axis::linear(scale));
            let shown = if isotropic { 1 } else { count };
            for (k, row) in rows.iter().take(shown).enumerate() {
                let label = match (isotropic, count) {
                    (true, _) => format!("the same in all {count} directions"),
                    (false, 1) => String::new(),
                    _ => format!("ξ = {}", vector(&self.directions[k])),
                };
                let points = self.offsets.iter().copied().zip(row.iter().copied());
                plot = plot.with(label, Mark::Line, Some(k), points.collect());
            }
            return Ok(Panel::Curves(plot));
        }
        let half = |range: &[f64]| match range {
            [first, .., last] => 0.5 * (last - first) / (range.len() - 1) as f64,
            _ => 0.5,
        };
        let places: Vec<f64> = (0..count).map(|k| self.place(k)).collect();
        let edges = |range: &[f64]| {
            let half = half(range);
            let ends = (range.first(), range.last());
            let (first, last) = (ends.0.copied(), ends.1.copied());
            (first.unwrap_or(0.0) - half, last.unwrap_or(1.0) + half)
        };
        Ok(Panel::Map(HeatMap {
            title: title.into(),
            x: self.direction_axis(),
            y: Axis::linear("offset γ"),
            scale: scale.into(),
            x_range: edges(&places),
            y_range: edges(self.offsets),
            columns: rows.into_iter().map(<[f64]>::to_vec).collect(),
            points,
        }))
    }

    fn is_planar(&self) -> bool {
        self.directions.iter().all(|d| d.as_slice().len() == 2)
    }

    fn direction_axis(&self) -> Axis {
        Axis::linear(if self.is_planar() { PLANAR } else { LISTED })
    }

    /// Where direction k stands on its axis.
    fn place(&self, k: usize) -> f64 {
        match self.directions.get(k).map(Direction::as_slice) {
            Some([x, y]) => y.atan2(*x).to_degrees(),
            _ => (k + 1) as f64,
        }
    }
}

fn vector(direction: &Direction) -> String {
    let coordinates: Vec<String> = direction
        .as_slice()
        .iter()
        .map(|x| format!("{x:.3}"))
        .collect();
    format!("({})", coordinates.join(", "))
}

/// A Radon transform: of an image, beside the image.
///
/// # Errors
/// As many values as rays are asked for.
pub fn sinogram(of: &str, rays: &OverRays<'_>, image: Option<&Image>) -> Result<Figure> {
    let mut panels = Vec::new();
    if let Some(image) = image {
        panels.push(Panel::Map(photograph(of, image)));
    }
    panels.push(rays.panel(
        &format!("Radon transform of {of}"),
        "Rf(ξ, γ), integral over ⟨ξ,x⟩ = γ",
        Vec::new(),
    )?);
    Ok(Figure {
        name: "radon".into(),
        caption:
            "The integral over every hyperplane, by its direction and its offset from the origin."
                .into(),
        panels,
    })
}

fn photograph(title: &str, image: &Image) -> HeatMap {
    let (rows, columns) = (image.rows(), image.columns());
    let half = |n: usize| 0.5 * n as f64 * image.spacing();
    let column = |j: usize| {
        let upwards = (0..rows).rev();
        upwards.map(|i| image.pixels()[i * columns + j]).collect()
    };
    HeatMap {
        title: title.into(),
        x: Axis::linear("x"),
        y: Axis::linear("y"),
        scale: "value".into(),
        x_range: (-half(columns), half(columns)),
        y_range: (-half(rows), half(rows)),
        columns: (0..columns).map(column).collect(),
        points: Vec::new(),
    }
}

/// A neuron of a drawn network: direction, offset and output weight.
pub type Neuron = (Vec<f64>, f64, f64);

/// A representing density, and the neurons drawn from it.
///
/// # Errors
/// As many values as rays are asked for.
pub fn density(
    activation: &str,
    target: &str,
    rays: &OverRays<'_>,
    neurons: &[Neuron],
) -> Result<Figure> {
    // A neuron at (ξ, γ) has the zero-plane of (−ξ, −γ): angles are folded onto the half circle shown.
    let folded = |(direction, offset, _): &Neuron| match direction[..] {
        [x, y] => {
            let angle = y.atan2(x).to_degrees();
            Some(match angle {
                a if a < 0.0 => (a + 180.0, -offset),
                a if a >= 180.0 => (0.0, -offset),
                a => (a, *offset),
            })
        }
        _ => None,
    };
    let points: Vec<(f64, f64)> = neurons.iter().filter_map(folded).collect();
    let title = format!("What {target} is made of: {activation}");
    let mut panels = vec![rays.panel(&title, "representing density α(ξ, γ)", points)?];
    if !neurons.is_empty() {
        let outputs = neurons.iter().map(|(_, offset, output)| (*offset, *output));
        let plot = Plot::new(
            format!("{} neurons drawn from α", neurons.len()),
            Axis::linear("offset γ"),
            Axis::linear("output weight"),
        );
        let plot = plot.with("", Mark::Points, Some(0), outputs.collect());
        panels.push(Panel::Curves(plot));
    }
    Ok(Figure {
        name: "density".into(),
        caption: "How much of each neuron φ(s(⟨ξ,x⟩−γ)) the function needs; dots are the zero-planes of drawn neurons."
            .into(),
        panels,
    })
}

/// A designed activation: φ, and the weight wanted and achieved.
pub fn design(design: &Design, z: &[f64], phi: &[f64]) -> Figure {
    let trip = design.round_trip();
    let decades = |ln: f64| ln / std::f64::consts::LN_10;
    let achieved = trip.iter().map(|r| (r.frequency, decades(r.achieved)));
    let wanted = trip.iter().map(|r| (r.frequency, decades(r.wanted)));
    let weight = Plot::new(
        format!(
            "Penalty weight in d = {}: largest relative error {:.1e}",
            design.dim(),
            design.round_trip_error()
        ),
        Axis::log("frequency ‖k‖ (radians per unit length)"),
        Axis::linear("log₁₀ of the weight 1/K̂"),
    )
    .with("achieved", Mark::Line, Some(0), achieved.collect())
    .with("wanted", Mark::Dashed, Some(1), wanted.collect());
    Figure {
        name: "design".into(),
        caption: "The activation, and the weight of its own transform beside the wanted one."
            .into(),
        panels: vec![
            curve(
                &format!("Designed for the weight {}", design.weight().name()),
                z,
                phi,
            ),
            Panel::Curves(weight),
        ],
    }
}

/// An activation designed for a kernel: φ, and the kernel wanted and achieved.
pub fn kernel_design(design: &KernelDesign, z: &[f64], phi: &[f64]) -> Figure {
    let trip = design.reproduction();
    let achieved = trip.iter().map(|r| (r.rho, r.achieved));
    let wanted = trip.iter().map(|r| (r.rho, r.wanted));
    let kernel = Plot::new(
        format!(
            "Kernel: largest error {:.1e} of κ(1)",
            design.reproduction_error()
        ),
        Axis::linear("correlation ρ = ⟨x,x′⟩ on the unit sphere"),
        Axis::linear("κ(ρ)"),
    )
    .with("achieved", Mark::Line, Some(0), achieved.collect())
    .with("wanted", Mark::Dashed, Some(1), wanted.collect());
    Figure {
        name: "design".into(),
        caption: "The activation with the chosen signs, and its kernel beside the wanted one."
            .into(),
        panels: vec![
            curve("Designed for a kernel", z, phi),
            Panel::Curves(kernel),
        ],
    }
}

fn curve(title: &str, z: &[f64], phi: &[f64]) -> Panel {
    let points = z.iter().copied().zip(phi.iter().copied()).collect();
    let plot = Plot::new(
        title,
        Axis::linear("pre-activation z"),
        Axis::linear("φ(z)"),
    );
    Panel::Curves(plot.with("", Mark::Line, Some(0), points))
}

/// Where a cost lies along an axis.
#[derive(Clone, Copy, Debug)]
pub struct Spread<'a> {
    /// Places, ascending.
    pub places: &'a [f64],
    /// The cost's density there.
    pub density: &'a [f64],
    /// The cost below each place.
    pub cumulative: &'a [f64],
    /// All of it.
    pub total: f64,
}

impl Spread<'_> {
    /// The density, and the share of the cost below.
    fn panels(&self, title: &str, x: &Axis, density: &str) -> Vec<Panel> {
        let over = |values: &[f64], by: f64| -> Vec<(f64, f64)> {
            let places = self.places.iter().copied();
            places.zip(values.iter().map(|v| v / by)).collect()
        };
        let rate = Plot::new(title, x.clone(), Axis::linear(density));
        let share = Plot::new(
            format!(
                "Cost below; all of it is {}",
                Cell::Real(self.total).short()
            ),
            x.clone(),
            Axis::linear("share of ‖f‖²"),
        );
        vec![
            Panel::Curves(rate.with("", Mark::Line, Some(0), over(self.density, 1.0))),
            Panel::Curves(share.with("", Mark::Line, Some(1), over(self.cumulative, self.total))),
        ]
    }
}

/// The cost of a function over ln r.
pub fn cost_by_frequency(title: &str, cost: &Spread<'_>) -> Figure {
    let x = Axis::log("frequency r = ‖k‖ (radians per unit length)");
    Figure {
        name: "cost".into(),
        caption: "How much of the seminorm lies at which frequency: areas under the first curve are costs, \
                  the second adds them up."
            .into(),
        panels: cost.panels(title, &x, "cost density d‖f‖²/d ln r"),
    }
}

/// Columns of an image over arcs of directions: half a degree each.
const ANGLES: usize = 360;

/// A cost over (direction, offset) in the plane.
#[derive(Clone, Copy, Debug)]
pub struct OverArcs<'a> {
    /// The arcs of angles, in radians, together half a circle.
    pub arcs: &'a [(f64, f64)],
    /// The outer edges of the offsets, equally spaced between.
    pub offsets: (f64, f64),
    /// For each arc, α²/p by its mean between the offsets.
    pub density: &'a [Vec<f64>],
}

impl OverArcs<'_> {
    fn panel(&self) -> Panel {
        let first = self.arcs.iter().map(|a| a.0).fold(f64::INFINITY, f64::min);
        let column = |i: usize| {
            let angle = first + PI * (i as f64 + 0.5) / ANGLES as f64;
            let on = |(start, end): &(f64, f64)| *start <= angle && angle < *end;
            let found = self.arcs.iter().position(on);
            found.map_or_else(Vec::new, |k| self.density[k].clone())
        };
        Panel::Map(HeatMap {
            title: "By direction and offset".into(),
            x: Axis::linear(PLANAR),
            y: Axis::linear("offset γ"),
            scale: "cost density α(ξ,γ)²/p".into(),
            x_range: (first.to_degrees(), first.to_degrees() + 180.0),
            y_range: self.offsets,
            columns: (0..ANGLES).map(column).collect(),
            points: Vec::new(),
        })
    }
}

/// The cost of a function over offsets, along each direction, and over both.
pub fn cost_by_offset(
    title: &str,
    cost: &Spread<'_>,
    directions: &[(Vec<f64>, f64)],
    both: Option<&OverArcs<'_>>,
) -> Figure {
    let x = Axis::linear("offset γ");
    let mut panels = cost.panels(title, &x, "cost density E_ξ α²/p over γ");
    panels.extend(both.map(OverArcs::panel));
    if directions.len() > 1 {
        let rows: Vec<(&[f64], f64)> = directions.iter().map(|(d, c)| (&d[..], *c)).collect();
        panels.push(along_directions("∫α(ξ,γ)²/p dγ", &rows));
    }
    Figure {
        name: "cost".into(),
        caption: "How much of the seminorm the neurons at each offset carry, those of each direction, and those of both."
            .into(),
        panels,
    }
}

/// The cost of samples between frequencies and in sectors of directions.
pub fn cost_by_shell(
    title: &str,
    edges: &[f64],
    shells: &[f64],
    directions: &[Vec<f64>],
    costs: &[f64],
) -> Figure {
    // The parts below the first edge and above the last get a bar as wide as their neighbour.
    let ends = match edges {
        [a, b, .., c, d] => [a * a / b, d * d / c],
        [a, d] => [a * a / d, d * d / a],
        [a] => [0.5 * a, 2.0 * a],
        _ => [0.5, 2.0],
    };
    let mut all = vec![ends[0]];
    all.extend_from_slice(edges);
    all.push(ends[1]);
    let bars = all.iter().zip(all.iter().skip(1)).zip(shells);
    let bars = bars.flat_map(|((&a, &b), &cost)| [(a, 0.0), (a, cost), (b, cost), (b, 0.0)]);
    let plot = Plot::new(
        title,
        Axis::log("frequency r = ‖k‖ (radians per unit length); outermost bars are open"),
        Axis::linear("cost between the frequencies"),
    );
    let mut panels = vec![Panel::Curves(plot.with(
        "",
        Mark::Line,
        Some(0),
        bars.collect(),
    ))];
    if directions.len() > 1 {
        let pairs = directions.iter().map(|d| &d[..]).zip(costs.iter().copied());
        panels.push(along_directions(
            "cost of the frequencies nearest to ξ",
            &pairs.collect::<Vec<_>>(),
        ));
    }
    Figure {
        name: "cost".into(),
        caption: "How much of the seminorm lies between which frequencies, and in which sector of directions.".into(),
        panels,
    }
}

/// A least-norm cost against the number of places at which the function is asked for.
pub fn cost_by_places(title: &str, costs: &[(f64, f64)]) -> Figure {
    let plot = Plot::new(title, Axis::log("places"), Axis::linear("least cost"));
    let plot = plot.with("", Mark::Line, Some(0), costs.to_vec()).with(
        "",
        Mark::Points,
        Some(0),
        costs.to_vec(),
    );
    Figure {
        name: "cost".into(),
        caption: "The least cost of a network that agrees with the function at so many places of the ball.".into(),
        panels: vec![Panel::Curves(plot)],
    }
}

/// A quantity for each of several directions: against the angle in the plane, else in the order given.
fn along_directions(quantity: &str, rows: &[(&[f64], f64)]) -> Panel {
    let planar = rows.iter().all(|(d, _)| d.len() == 2);
    let place = |k: usize, d: &[f64]| match d {
        [x, y] => y.atan2(*x).to_degrees(),
        _ => (k + 1) as f64,
    };
    let axis = if planar { PLANAR } else { LISTED };
    let plot = Plot::new("By direction", Axis::linear(axis), Axis::linear(quantity));
    let points = { rows.iter().enumerate() }.map(|(k, (d, c))| (place(k, d), *c));
    Panel::Curves(plot.with("", Mark::Points, Some(2), points.collect()))
}

/// Beyond so many degrees their axis is logarithmic.
const FEW_DEGREES: usize = 32;

/// Eigenvalues by degree, the part of the kernel up to every degree, and a predicted learning curve if there is one.
pub fn spectrum(spectrum: &Spectrum, degrees: usize, curve: Vec<(f64, f64)>) -> Figure {
    let spaces = spectrum.eigenspaces().iter();
    let shown: Vec<_> = spaces.take_while(|s| s.degree < degrees).collect();
    let axis = |label: &str| match degrees {
        0..=FEW_DEGREES => Axis::linear(label),
        _ => Axis::log(label),
    };
    let certain = |k: usize| shown[k].eigenvalue.value > shown[k].eigenvalue.error;
    let values = (0..shown.len()).filter(|&k| certain(k));
    let values = values.map(|k| (shown[k].degree as f64, shown[k].eigenvalue.value));
    let size = spectrum.diagonal().value;
    let sums = shown.iter().zip(spectrum.cumulative_variance());
    let sums = sums.map(|(s, sum)| (s.degree as f64, sum.value / size));
    let (eigenvalue, part) = ("eigenvalue", "part of K(x,x) up to the degree");
    let mut panels = vec![
        Panel::Curves(
            Plot::new("Eigenvalues", axis("degree"), Axis::log(eigenvalue)).with(
                "",
                Mark::Points,
                Some(0),
                values.collect(),
            ),
        ),
        Panel::Curves(
            Plot::new("Cumulative variance", axis("degree"), Axis::linear(part)).with(
                "",
                Mark::Points,
                Some(2),
                sums.collect(),
            ),
        ),
    ];
    if !curve.is_empty() {
        let (x, y) = (
            Axis::log("training points"),
            Axis::log("mean squared error"),
        );
        let plot = Plot::new("Predicted learning curve", x, y)
            .with("", Mark::Line, Some(1), curve.clone())
            .with("", Mark::Points, Some(1), curve);
        panels.push(Panel::Curves(plot));
    }
    Figure {
        name: "spectrum".into(),
        caption: "Which functions the kernel regime learns first: those of large eigenvalues. Eigenvalues below their \
                  error (or 0 by parity) are left out."
            .into(),
        panels,
    }
}

/// K̂ against the frequency.
pub fn spectral_density(mut curve: Vec<(f64, f64)>) -> Figure {
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    let x = Axis::log("frequency ‖k‖ (radians per unit length)");
    let plot = Plot::new("Spectral density", x, Axis::log("K̂"))
        .with("", Mark::Line, Some(0), curve.clone())
        .with("", Mark::Points, Some(0), curve);
    Figure {
        name: "density".into(),
        caption: "The continuous spectrum of the kernel on R^d; the penalty weight is 1/K̂.".into(),
        panels: vec![Panel::Curves(plot)],
    }
}
