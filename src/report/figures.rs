//! Which figures show the answers of single commands.

use super::figure::{Figure, Panel};
use super::heat::HeatMap;
use super::plot::{Axis, Mark, Plot};
use crate::error::{Error, Result};
use crate::theory::design::{Design, KernelDesign};
use crate::theory::radon::{Direction, Image};

/// Directions that differ by less than this of the largest value show one curve.
const SAME: f64 = 1e-9;
/// Up to so many directions are curves of their own.
const CURVES: usize = 4;

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
        Axis::linear(if self.is_planar() {
            "angle of the direction ξ (degrees)"
        } else {
            "direction ξ (number in the list)"
        })
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
