//! Line plots and heat maps.

use super::canvas::{self, FONT, Paint, Painted, colour};
use crate::error::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Units of the drawing; the page shows it at half that size, so that whole units do not show.
pub(super) const SIZE: (u32, u32) = (1440, 880);

/// One axis of a plot.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it measures, with its unit.
    pub label: String,
    /// Logarithmic (base 10); values ≤ 0 are then left out.
    pub log: bool,
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            log: false,
        }
    }

    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            log: true,
        }
    }

    fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A solid line.
    Line,
    /// A dashed line.
    Dashed,
    /// Points only.
    Points,
}

/// A named sequence of points.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend; empty for none.
    pub label: String,
    /// The points, in the order to be joined; what is not finite is left out.
    pub points: Vec<(f64, f64)>,
    /// Line, dashes or points.
    pub mark: Mark,
    /// Which colour of the palette (taken modulo its length); `None` for the colour of the text.
    pub colour: Option<usize>,
}

/// A plot of several series over common axes.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series, drawn in order.
    pub series: Vec<Series>,
}

impl Plot {
    /// An empty plot.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            x,
            y,
            series: Vec::new(),
        }
    }

    /// With one more series.
    #[must_use]
    pub fn with(
        mut self,
        label: impl Into<String>,
        mark: Mark,
        colour: Option<usize>,
        points: Vec<(f64, f64)>,
    ) -> Self {
        self.series.push(Series {
            label: label.into(),
            points,
            mark,
            colour,
        });
        self
    }

    /// The plot as a self-contained SVG element.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is not one finite point to draw.
    pub fn svg(&self) -> Result<String> {
        self.check()?;
        canvas::svg(self)
    }

    /// Whether there is something to draw.
    pub(super) fn check(&self) -> Result<()> {
        let finite = |s: &Series| !self.place(s).is_empty();
        if self.series.iter().any(finite) {
            Ok(())
        } else {
            Err(empty(&self.title))
        }
    }

    fn place(&self, series: &Series) -> Vec<(f64, f64)> {
        let place = |&(x, y): &(f64, f64)| (self.x.place(x), self.y.place(y));
        let finite = |p: &(f64, f64)| p.0.is_finite() && p.1.is_finite();
        series.points.iter().map(place).filter(finite).collect()
    }
}

impl Paint for Plot {
    fn size(&self) -> (u32, u32) {
        SIZE
    }

    fn paint<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Painted<B> {
        let placed: Vec<Vec<(f64, f64)>> = self.series.iter().map(|s| self.place(s)).collect();
        let x_range = range(placed.iter().flatten().map(|p| p.0)).unwrap_or((0.0, 1.0));
        let y_range = range(placed.iter().flatten().map(|p| p.1)).unwrap_or((0.0, 1.0));
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, (FONT, 34).into_font().color(&BLACK))
            .margin(16)
            .margin_right(36)
            .x_label_area_size(76)
            .y_label_area_size(124)
            .build_cartesian_2d(x_range.0..x_range.1, y_range.0..y_range.1)?;
        chart
            .configure_mesh()
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .axis_desc_style((FONT, 28).into_font().color(&BLACK))
            .label_style((FONT, 24).into_font().color(&BLACK))
            .x_label_formatter(&|v| tick(*v, self.x.log, x_range))
            .y_label_formatter(&|v| tick(*v, self.y.log, y_range))
            .x_labels(9)
            .y_labels(8)
            .light_line_style(BLACK.mix(0.04))
            .bold_line_style(BLACK.mix(0.13))
            .axis_style(BLACK.mix(0.6))
            .draw()?;
        for (series, points) in self.series.iter().zip(&placed) {
            let colour = colour(series.colour);
            let style = colour.stroke_width(4);
            let anno = match series.mark {
                Mark::Line => chart.draw_series(LineSeries::new(points.iter().copied(), style))?,
                Mark::Dashed => chart.draw_series(DashedLineSeries::new(
                    points.iter().copied(),
                    14,
                    10,
                    style,
                ))?,
                Mark::Points => {
                    chart.draw_series(points.iter().map(|&p| Circle::new(p, 6, colour.filled())))?
                }
            };
            if !series.label.is_empty() {
                let ends = |x: i32, y: i32| [(x + 4, y), (x + 46, y)];
                let anno = anno.label(&series.label);
                match series.mark {
                    Mark::Line => {
                        anno.legend(move |(x, y)| PathElement::new(ends(x, y), style));
                    }
                    Mark::Dashed => {
                        anno.legend(move |(x, y)| {
                            plotters::element::DashedPathElement::new(ends(x, y), 10, 6, style)
                        });
                    }
                    Mark::Points => {
                        anno.legend(move |(x, y)| Circle::new((x + 25, y), 6, colour.filled()));
                    }
                }
            }
        }
        if self.series.iter().any(|s| !s.label.is_empty()) {
            chart
                .configure_series_labels()
                .position(emptiest_corner(&placed, x_range, y_range))
                .label_font((FONT, 25).into_font().color(&BLACK))
                .legend_area_size(56)
                .margin(12)
                .draw()?;
        }
        Ok(())
    }
}

/// One field over a rectangle, on a regular grid of cells.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it shows.
    pub title: String,
    /// Values, rows from bottom to top, each from left to right.
    pub values: Vec<f64>,
    /// Whether it takes its own colour range (differences) instead of the common one.
    pub own_range: bool,
}

/// Several fields on the same grid, side by side, with a common colour range.
///
/// # Errors
/// A number of values that is not `columns` times a whole number; nothing finite to draw.
pub fn heat_maps(title: &str, columns: usize, fields: &[Field]) -> Result<String> {
    for field in fields {
        if columns == 0 || field.values.is_empty() || field.values.len() % columns != 0 {
            return Err(Error::shape(
                format!("field `{}`", field.title),
                format!("whole rows of {columns} values"),
                format!("{} values", field.values.len()),
            ));
        }
    }
    let shared = fields
        .iter()
        .filter(|f| !f.own_range)
        .flat_map(|f| f.values.iter().copied());
    let common = range(shared).ok_or_else(|| empty(title))?;
    canvas::svg(&Fields {
        title,
        columns,
        fields,
        common,
    })
}

/// The side of a field with its margins.
const PANEL: u32 = 470;

/// Fields side by side, checked.
struct Fields<'a> {
    title: &'a str,
    columns: usize,
    fields: &'a [Field],
    common: (f64, f64),
}

impl Paint for Fields<'_> {
    fn size(&self) -> (u32, u32) {
        (PANEL * self.fields.len().max(1) as u32, 620)
    }

    fn paint<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Painted<B> {
        let text = |pixels: i32| (FONT, pixels).into_font().color(&BLACK);
        let centred = Pos::new(HPos::Center, VPos::Top);
        root.draw(&Text::new(
            self.title.to_owned(),
            (self.size().0 as i32 / 2, 10),
            text(32).pos(centred),
        ))?;
        for (place, field) in self.fields.iter().enumerate() {
            let limits = if field.own_range {
                let widest = field.values.iter().fold(0.0_f64, |a, v| a.max(v.abs()));
                (-widest, widest)
            } else {
                self.common
            };
            let (left, top, side) = (place as i32 * PANEL as i32 + 20, 96, PANEL as i32 - 40);
            let columns = self.columns;
            let rows = field.values.len() / columns;
            for (at, &value) in field
                .values
                .iter()
                .enumerate()
                .filter(|(_, v)| v.is_finite())
            {
                let (row, column) = ((rows - 1 - at / columns) as i32, (at % columns) as i32);
                let x = |c: i32| left + c * side / columns as i32;
                let y = |r: i32| top + r * side / rows as i32;
                let level = ((value - limits.0) / (limits.1 - limits.0)).clamp(0.0, 1.0);
                root.draw(&Rectangle::new(
                    [(x(column), y(row)), (x(column + 1), y(row + 1))],
                    shade(level).filled(),
                ))?;
            }
            let middle = left + side / 2;
            root.draw(&Text::new(
                field.title.clone(),
                (middle, 56),
                text(26).pos(centred),
            ))?;
            let scale = format!("{:.3} (dark) … {:.3} (light)", limits.0, limits.1);
            root.draw(&Text::new(
                scale,
                (middle, top + side + 12),
                text(22).pos(centred),
            ))?;
        }
        Ok(())
    }
}

/// The corner of the plot in which the fewest points lie, for the legend.
fn emptiest_corner(
    series: &[Vec<(f64, f64)>],
    (left, right): (f64, f64),
    (bottom, top): (f64, f64),
) -> SeriesLabelPosition {
    let mut crowd = [0_usize; 4];
    for &(x, y) in series.iter().flatten() {
        let (across, up) = ((x - left) / (right - left), (y - bottom) / (top - bottom));
        if (across - 0.5).abs() > 0.15 && (up - 0.5).abs() > 0.1 {
            crowd[2 * usize::from(up < 0.5) + usize::from(across < 0.5)] += 1;
        }
    }
    let corners = [
        SeriesLabelPosition::UpperRight,
        SeriesLabelPosition::UpperLeft,
        SeriesLabelPosition::LowerRight,
        SeriesLabelPosition::LowerLeft,
    ];
    let quietest = corners
        .into_iter()
        .zip(crowd)
        .min_by_key(|&(_, count)| count);
    quietest.map_or(SeriesLabelPosition::UpperRight, |(corner, _)| corner)
}

/// Dark blue to light yellow, perceptually ordered (linear pieces through five anchors).
pub(super) fn shade(level: f64) -> RGBColor {
    const ANCHORS: [[f64; 3]; 5] = [
        [34.0, 30.0, 92.0],
        [56.0, 88.0, 140.0],
        [46.0, 142.0, 140.0],
        [120.0, 196.0, 100.0],
        [250.0, 231.0, 110.0],
    ];
    blend(&ANCHORS, level)
}

/// Blue through near-white to brown: both sides of zero, told apart with the common colour-vision deficiencies too.
pub(super) fn signed_shade(level: f64) -> RGBColor {
    const ANCHORS: [[f64; 3]; 7] = [
        [5.0, 48.0, 97.0],
        [54.0, 126.0, 188.0],
        [158.0, 202.0, 225.0],
        [245.0, 245.0, 242.0],
        [253.0, 184.0, 99.0],
        [208.0, 106.0, 18.0],
        [102.0, 46.0, 4.0],
    ];
    blend(&ANCHORS, level)
}

/// Linear pieces through anchors.
fn blend(anchors: &[[f64; 3]], level: f64) -> RGBColor {
    let place = level * (anchors.len() - 1) as f64;
    let low = (place as usize).min(anchors.len() - 2);
    let part = place - low as f64;
    let [r, g, b] = std::array::from_fn(|c| {
        (anchors[low][c] * (1.0 - part) + anchors[low + 1][c] * part) as u8
    });
    RGBColor(r, g, b)
}

/// The range of the finite values, widened by a twentieth (and never empty); `None` without one.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = extremes(values)?;
    let pad = if high > low {
        0.05 * (high - low)
    } else {
        0.5 * high.abs().max(1e-300)
    };
    Some((low - pad, high + pad))
}

/// The smallest and the largest finite value.
pub(super) fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
            (a.min(v), b.max(v))
        });
    (low <= high).then_some((low, high))
}

pub(super) fn empty(title: &str) -> Error {
    Error::undefined(format!("plot `{title}`"), "it has no finite point")
}

/// The label of a tick; on a logarithmic axis only whole decades where there are several.
pub(super) fn tick(value: f64, log: bool, (low, high): (f64, f64)) -> String {
    if !log {
        let digits = (2.0 - (high - low).log10()).ceil().clamp(0.0, 9.0) as usize;
        let largest = low.abs().max(high.abs());
        return if !(1e-4..1e6).contains(&largest) {
            format!("{value:.1e}")
        } else {
            // No sign before a zero.
            let text = format!("{:.digits$}", value + 0.0);
            let text = match text.strip_prefix('-') {
                Some(rest) if rest.chars().all(|c| "0.".contains(c)) => rest.to_owned(),
                _ => text,
            };
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        };
    }
    if high - low >= 2.0 {
        let whole = (value - value.round()).abs() < 1e-9;
        if whole {
            format!("1e{}", value.round())
        } else {
            String::new()
        }
    } else {
        let plain = 10f64.powf(value);
        let digits = (1.0 - value.floor()).clamp(0.0, 9.0) as usize;
        if !(-4.0..6.0).contains(&value) {
            format!("{plain:.1e}")
        } else {
            format!("{plain:.digits$}")
        }
    }
}
