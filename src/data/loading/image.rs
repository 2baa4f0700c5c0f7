//! Grey images in the PNG format.

use super::Array;
use crate::error::{Error, Result};
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;

const MAGIC: &[u8] = b"\x89PNG";
/// Bytes of a decoded image: 2²⁸ pixels of grey.
const MOST_BYTES: usize = 1 << 28;
/// Weights of red, green and blue (ITU-R BT.709).
const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// Whether these are the first bytes of a PNG file.
pub(super) fn recognised(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads an image as rows × columns of numbers from 0 (black) to 1 (white); transparency is ignored. `name` stands for
/// the file in errors.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Array> {
    let refuse = |reason: String| Error::Format {
        path: name.into(),
        reason: format!("not a PNG image that can be read here: {reason}"),
    };
    let limits = Limits { bytes: MOST_BYTES };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    // Sixteen bits are kept: only palettes and small depths are expanded.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|e| refuse(e.to_string()))?;
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= MOST_BYTES);
    let size = size.ok_or_else(|| refuse("larger than 2^28 bytes".into()))?;
    let mut buffer = vec![0; size];
    let frame = reader
        .next_frame(&mut buffer)
        .map_err(|e| refuse(e.to_string()))?;
    let channels = match frame.color_type {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err(refuse("a palette that was not expanded".into())),
    };
    buffer.truncate(frame.buffer_size());
    let samples: Vec<f64> = match frame.bit_depth {
        png::BitDepth::Sixteen => {
            let pairs = buffer.chunks_exact(2);
            pairs
                .map(|b| f64::from(u16::from_be_bytes([b[0], b[1]])) / 65_535.0)
                .collect()
        }
        _ => buffer.iter().map(|b| f64::from(*b) / 255.0).collect(),
    };
    let grey = |pixel: &[f64]| match pixel {
        [r, g, b, ..] => LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b,
        _ => pixel.first().copied().unwrap_or(0.0),
    };
    let values: Vec<f64> = samples.chunks_exact(channels).map(grey).collect();
    let shape = vec![frame.height as usize, frame.width as usize];
    if values.is_empty() || values.len() != shape.iter().product::<usize>() {
        return Err(refuse(format!(
            "{} pixels for shape {shape:?}",
            values.len()
        )));
    }
    Ok(Array { shape, values })
}
