//! Heat maps with axes and a colour scale.

use super::canvas::{FONT, Paint, Painted, Raster};
use super::plot::{Axis, SIZE, empty, extremes, shade, signed_shade, tick};
use crate::error::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Margins of the map: left, top, right, bottom. The colour scale stands on the right.
const MARGINS: (u32, u32, u32, u32) = (140, 76, 250, 92);
/// Width of the colour scale, and its distance from the map.
const SCALE: (u32, u32) = (36, 28);
/// Steps of the colour scale.
const STEPS: usize = 256;
/// Marks on the colour scale.
const MARKS: usize = 5;
/// More cells than this along an axis are averaged: the page shows no more.
const MOST: usize = 1000;

/// A quantity over a rectangle, by equal cells.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// What it shows.
    pub title: String,
    /// The horizontal axis; linear.
    pub x: Axis,
    /// The vertical axis; linear.
    pub y: Axis,
    /// What the colours measure, with its unit.
    pub scale: String,
    /// The outer edges of the first and the last column.
    pub x_range: (f64, f64),
    /// The outer edges of the lowest and the highest row.
    pub y_range: (f64, f64),
    /// Values column by column, each from bottom to top; what is not finite shows the ground.
    pub columns: Vec<Vec<f64>>,
    /// Points drawn over it.
    pub points: Vec<(f64, f64)>,
}

impl HeatMap {
    /// Whether it can be drawn.
    ///
    /// # Errors
    /// No cells, columns of different lengths, empty or infinite ranges, not one finite value.
    pub(super) fn check(&self) -> Result<()> {
        let rows = self.columns.first().map_or(0, Vec::len);
        if rows == 0 || self.columns.iter().any(|c| c.len() != rows) {
            return Err(Error::shape(
                format!("plot `{}`", self.title),
                "columns of one length, at least 1",
                format!("{} columns, the first of {rows}", self.columns.len()),
            ));
        }
        for (low, high) in [self.x_range, self.y_range] {
            let width = high - low;
            if !(width > 0.0 && width.is_finite()) {
                return Err(Error::invalid(
                    "range of a plot",
                    "finite numbers, ascending",
                    format!("{low} to {high}"),
                ));
            }
        }
        extremes(self.columns.iter().flatten().copied())
            .map(|_| ())
            .ok_or_else(|| empty(&self.title))
    }

    /// The range of the colours, symmetric about 0 where there are both signs.
    fn limits(&self) -> (f64, f64) {
        let (low, high) = extremes(self.columns.iter().flatten().copied()).unwrap_or((0.0, 1.0));
        if low < 0.0 && high > 0.0 {
            let widest = high.max(-low);
            (-widest, widest)
        } else if low == high {
            (
                low.min(0.0),
                if high > 0.0 { high } else { low.min(0.0) + 1.0 },
            )
        } else {
            (low, high)
        }
    }

    /// The map's own rectangle of the drawing.
    fn inside() -> (u32, u32, u32, u32) {
        let (left, top, right, bottom) = MARGINS;
        (left, top, SIZE.0 - left - right, SIZE.1 - top - bottom)
    }

    fn scale_place() -> (u32, u32, u32, u32) {
        let (left, top, width, height) = Self::inside();
        (left + width + SCALE.1, top, SCALE.0, height)
    }
}

impl Paint for HeatMap {
    fn size(&self) -> (u32, u32) {
        SIZE
    }

    fn rasters(&self) -> Vec<Raster> {
        let (low, high) = self.limits();
        let shade = if low < 0.0 && high > 0.0 {
            signed_shade
        } else {
            shade
        };
        let columns = self.columns.len();
        let rows = self.columns.first().map_or(0, Vec::len);
        let (across, down) = (columns.min(MOST), rows.min(MOST));
        let mut pixels = Vec::with_capacity(across * down);
        for row in (0..down).rev() {
            for column in 0..across {
                let (mut sum, mut count) = (0.0, 0.0);
                for values in &self.columns[part(column, columns, across)] {
                    for value in values[part(row, rows, down)]
                        .iter()
                        .filter(|v| v.is_finite())
                    {
                        sum += value;
                        count += 1.0;
                    }
                }
                let level = ((sum / count - low) / (high - low)).clamp(0.0, 1.0);
                pixels.push((count > 0.0).then(|| shade(level)));
            }
        }
        let scale = (0..STEPS).rev().map(|i| {
            let level = i as f64 / (STEPS - 1) as f64;
            Some(shade(level))
        });
        vec![
            Raster {
                place: Self::inside(),
                columns: across as u32,
                pixels,
            },
            Raster {
                place: Self::scale_place(),
                columns: 1,
                pixels: scale.collect(),
            },
        ]
    }

    fn paint<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Painted<B> {
        let text = |pixels: i32| (FONT, pixels).into_font().color(&BLACK);
        let (left, top, right, bottom) = MARGINS;
        let middle = (left + SIZE.0 - right) as i32 / 2;
        area.draw(&Text::new(
            self.title.clone(),
            (middle, 22),
            text(34).pos(Pos::new(HPos::Center, VPos::Top)),
        ))?;
        let (x_range, y_range) = (self.x_range, self.y_range);
        let mut chart = ChartBuilder::on(area)
            .margin_top(top)
            .margin_right(right)
            .margin_left(16)
            .margin_bottom(16)
            .x_label_area_size(bottom - 16)
            .y_label_area_size(left - 16)
            .build_cartesian_2d(x_range.0..x_range.1, y_range.0..y_range.1)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .axis_desc_style(text(28))
            .label_style(text(24))
            .x_label_formatter(&|v| tick(*v, false, x_range))
            .y_label_formatter(&|v| tick(*v, false, y_range))
            .x_labels(9)
            .y_labels(8)
            .axis_style(BLACK.mix(0.6))
            .draw()?;
        let inside = |p: &&(f64, f64)| {
            (x_range.0..=x_range.1).contains(&p.0) && (y_range.0..=y_range.1).contains(&p.1)
        };
        // Dark with a light rim: seen on every shade.
        for (size, colour) in [(5, WHITE), (3, RGBColor(20, 20, 24))] {
            let dots = self.points.iter().filter(inside);
            chart.draw_series(dots.map(|&p| Circle::new(p, size, colour.filled())))?;
        }
        let (x, top, width, height) = Self::scale_place();
        let (x, top, width, height) = (x as i32, top as i32, width as i32, height as i32);
        area.draw(&Rectangle::new(
            [(x, top), (x + width, top + height)],
            BLACK.mix(0.6).stroke_width(1),
        ))?;
        let limits = self.limits();
        for mark in 0..MARKS {
            let level = mark as f64 / (MARKS - 1) as f64;
            let y = top + height - (level * f64::from(height)).round() as i32;
            let value = limits.0 + level * (limits.1 - limits.0);
            area.draw(&PathElement::new(
                [(x + width, y), (x + width + 8, y)],
                BLACK.mix(0.6),
            ))?;
            area.draw(&Text::new(
                tick(value, false, limits),
                (x + width + 14, y),
                text(24).pos(Pos::new(HPos::Left, VPos::Center)),
            ))?;
        }
        let turned = (FONT, 28)
            .into_font()
            .transform(FontTransform::Rotate270)
            .color(&BLACK)
            .pos(Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new(
            self.scale.clone(),
            (SIZE.0 as i32 - 30, top + height / 2),
            turned,
        ))
    }
}

/// The cells that fall to one of `parts` places.
fn part(place: usize, cells: usize, parts: usize) -> std::ops::Range<usize> {
    let start = place * cells / parts;
    start..((place + 1) * cells / parts).max(start + 1)
}
