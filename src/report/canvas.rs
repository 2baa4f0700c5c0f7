//! From a drawing to a file: SVG text or PNG bytes.
//!
//! Drawn by `plotters`. In SVG its black becomes `currentColor`, so that axes and text take the colour of the page around
//! them, and the series' colours are mid-tones that stand out on both grounds. A PNG is on white. The letters of a PNG are a part of the program
//! (a subset of DejaVu Sans), so that no font need be installed.

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::fmt::Write as _;

pub(super) const FONT: &str = "sans-serif";
static LETTERS: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// Mid-tones, distinguishable with the common colour-vision deficiencies too (after Okabe and Ito).
const PALETTE: [RGBColor; 7] = [
    RGBColor(0x1f, 0x8a, 0xd6),
    RGBColor(0xe6, 0x7e, 0x22),
    RGBColor(0x16, 0xa0, 0x75),
    RGBColor(0xc9, 0x5f, 0xa8),
    RGBColor(0xa8, 0x8b, 0x10),
    RGBColor(0x7a, 0x6f, 0xe0),
    RGBColor(0xd6, 0x45, 0x41),
];

/// A colour of the palette (taken modulo its length); `None` for the colour of the text.
pub(super) fn colour(index: Option<usize>) -> RGBColor {
    index.map_or(BLACK, |i| PALETTE[i % PALETTE.len()])
}

/// What went well, or how the backend failed.
pub(super) type Painted<B> =
    std::result::Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// A drawing that any backend can make.
pub(super) trait Paint {
    /// Width and height in pixels (SVG: units, shown at half the size).
    fn size(&self) -> (u32, u32);

    /// Images that lie under the lines.
    fn rasters(&self) -> Vec<Raster> {
        Vec::new()
    }

    /// Lines and text.
    fn paint<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Painted<B>;
}

/// A small image stretched over a rectangle of the drawing.
#[derive(Clone, Debug)]
pub(super) struct Raster {
    /// Left, top, width, height.
    pub place: (u32, u32, u32, u32),
    pub columns: u32,
    /// Pixels, rows from top to bottom; `None` shows the ground.
    pub pixels: Vec<Option<RGBColor>>,
}

impl Raster {
    fn rows(&self) -> u32 {
        self.pixels.len() as u32 / self.columns.max(1)
    }

    /// As an element of an SVG drawing, the image inside it as PNG.
    fn element(&self, text: &mut String) -> Result<()> {
        let bytes: Vec<u8> = { self.pixels.iter() }
            .flat_map(|pixel| match pixel {
                Some(RGBColor(r, g, b)) => [*r, *g, *b, 255],
                None => [0; 4],
            })
            .collect();
        let data = encode(&bytes, (self.columns, self.rows()), png::ColorType::Rgba)?;
        let (x, y, width, height) = self.place;
        // Writing to a string cannot fail.
        let _infallible = write!(
            text,
            "\n<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>",
            STANDARD.encode(data)
        );
        Ok(())
    }

    /// Into the pixels of a bitmap.
    fn blit(&self, buffer: &mut [u8], width: u32) {
        let (left, top, across, down) = self.place;
        for y in 0..down {
            for x in 0..across {
                let column = x * self.columns / across.max(1);
                let row = y * self.rows() / down.max(1);
                let source = self.pixels.get((row * self.columns + column) as usize);
                let start = 3 * ((top + y) * width + left + x) as usize;
                if let (Some(Some(RGBColor(r, g, b))), Some(sink)) =
                    (source, buffer.get_mut(start..start + 3))
                {
                    sink.copy_from_slice(&[*r, *g, *b]);
                }
            }
        }
    }
}

/// The drawing as a self-contained SVG element.
///
/// # Errors
/// [`Error::Undefined`] if the drawing fails.
pub(super) fn svg(picture: &impl Paint) -> Result<String> {
    let size = picture.size();
    letters()?;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        picture
            .paint(&root)
            .and_then(|()| root.present())
            .map_err(failed)?;
    }
    let mut head = format!(
        "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" class=\"plot\" role=\"img\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n<style>svg.plot{{max-width:100%;height:auto}}\
         svg.plot rect{{shape-rendering:crispEdges}}\
         svg.plot:root{{color:#222;background:#fff}}\
         @media(prefers-color-scheme:dark){{svg.plot:root{{color:#ddd;background:#16181c}}}}</style>",
        size.0 / 2,
        size.1 / 2,
        size.0,
        size.1
    );
    for raster in picture.rasters() {
        raster.element(&mut head)?;
    }
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    Ok(head + &body.replace("#000000", "currentColor"))
}

/// The drawing on white as a PNG file.
///
/// # Errors
/// [`Error::Undefined`] if the drawing fails.
pub(super) fn png(picture: &impl Paint) -> Result<Vec<u8>> {
    let size = picture.size();
    letters()?;
    let mut buffer = vec![255; 3 * size.0 as usize * size.1 as usize];
    for raster in picture.rasters() {
        raster.blit(&mut buffer, size.0);
    }
    {
        let root = BitMapBackend::with_buffer(&mut buffer, size).into_drawing_area();
        picture
            .paint(&root)
            .and_then(|()| root.present())
            .map_err(failed)?;
    }
    encode(&buffer, size, png::ColorType::Rgb)
}

fn encode(bytes: &[u8], size: (u32, u32), colours: png::ColorType) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(colours);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(bytes))
        .map_err(failed)?;
    Ok(file)
}

/// Registers the letters, which is done once and harmless twice.
fn letters() -> Result<()> {
    register_font(FONT, FontStyle::Normal, LETTERS)
        .map_err(|_| Error::undefined("plot", "its letters could not be read"))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::undefined("plot", format!("it could not be drawn: {error}"))
}
