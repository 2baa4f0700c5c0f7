//! Panels side by side: what a command shows, on a page or as a file.

use super::canvas::{self, Paint, Painted, Raster};
use super::heat::HeatMap;
use super::pictures::Picture;
use super::plot::{Plot, SIZE};
use crate::data::write_atomically;
use crate::error::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

/// One panel of a figure.
#[derive(Clone, Debug)]
pub enum Panel {
    /// Curves and points.
    Curves(Plot),
    /// A quantity over a rectangle.
    Map(HeatMap),
}

/// Panels, two in a row.
#[derive(Clone, Debug)]
pub struct Figure {
    /// File name without its ending.
    pub name: String,
    /// How to read it.
    pub caption: String,
    /// The panels.
    pub panels: Vec<Panel>,
}

/// In which form a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines and text, for light and dark ground.
    Svg,
    /// Pixels, on white.
    Png,
}

impl Form {
    /// By the ending of a file's name.
    ///
    /// # Errors
    /// Another ending than .svg or .png.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(Error::invalid(
                "file of a plot",
                "a name that ends in .svg or .png",
                format!("`{}`", path.display()),
            )),
        }
    }
}

impl Figure {
    /// As a self-contained SVG element.
    ///
    /// # Errors
    /// A panel without anything finite, or of no proper shape.
    pub fn svg(&self) -> Result<String> {
        self.check()?;
        canvas::svg(self)
    }

    /// As a PNG file on white.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn png(&self) -> Result<Vec<u8>> {
        self.check()?;
        canvas::png(self)
    }

    /// Writes it, whole or not at all, as the ending of the name says.
    ///
    /// # Errors
    /// As [`Form::of`] and [`Figure::svg`]; a file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        match Form::of(path)? {
            Form::Svg => write_atomically(path, self.svg()?.as_bytes()),
            Form::Png => write_atomically(path, &self.png()?),
        }
    }

    /// For a page.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn picture(&self) -> Result<Picture> {
        Ok(Picture {
            name: self.name.clone(),
            caption: self.caption.clone(),
            svg: self.svg()?,
        })
    }

    fn check(&self) -> Result<()> {
        if self.panels.is_empty() {
            return Err(Error::shape("figure", "at least one panel", 0));
        }
        self.panels.iter().try_for_each(|panel| match panel {
            Panel::Curves(plot) => plot.check(),
            Panel::Map(map) => map.check(),
        })
    }

    /// Rows and columns of panels.
    fn shape(&self) -> (usize, usize) {
        let columns = self.panels.len().clamp(1, 2);
        (self.panels.len().div_ceil(columns), columns)
    }
}

impl Paint for Figure {
    fn size(&self) -> (u32, u32) {
        let (rows, columns) = self.shape();
        (SIZE.0 * columns as u32, SIZE.1 * rows as u32)
    }

    fn rasters(&self) -> Vec<Raster> {
        let (_, columns) = self.shape();
        let mut found = Vec::new();
        for (i, panel) in self.panels.iter().enumerate() {
            if let Panel::Map(map) = panel {
                let (right, down) = ((i % columns) as u32 * SIZE.0, (i / columns) as u32 * SIZE.1);
                found.extend(map.rasters().into_iter().map(|raster| {
                    let (x, y, width, height) = raster.place;
                    Raster {
                        place: (x + right, y + down, width, height),
                        ..raster
                    }
                }));
            }
        }
        found
    }

    fn paint<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Painted<B> {
        for (panel, part) in self.panels.iter().zip(area.split_evenly(self.shape())) {
            match panel {
                Panel::Curves(plot) => plot.paint(&part)?,
                Panel::Map(map) => map.paint(&part)?,
            }
        }
        Ok(())
    }
}
