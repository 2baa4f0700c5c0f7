//! Numbers in NumPy's npy format, versions 1 to 3.

use super::Array;
use crate::error::{Error, Result};
use npyz::{DType, NpyFile, Order, TypeChar};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Brackets nest no deeper than this in the header of any array of numbers.
const DEEPEST: usize = 8;

/// Whether these are the first bytes of an npy file.
pub(super) fn recognised(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads an array of finite numbers with at least one axis, in C order; `name` stands for the file
/// in errors.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Array> {
    let refuse = |reason: String| Error::Format {
        path: name.into(),
        reason: format!("not an npy file that can be read here: {reason}"),
    };
    check_header(bytes).map_err(refuse)?;
    let mut rest = bytes;
    let header = npyz::NpyHeader::from_reader(&mut rest).map_err(|e| {
        // A syntax error comes as a picture over several lines, where one is wanted.
        let text = e.to_string();
        refuse(text.lines().next().unwrap_or_default().to_string())
    })?;

    let to_usize = |&n: &u64| usize::try_from(n);
    let shape: std::result::Result<Vec<usize>, _> = header.shape().iter().map(to_usize).collect();
    let shape = shape.map_err(|e| refuse(e.to_string()))?;
    if shape.is_empty() || shape.contains(&0) {
        return Err(Error::shape(
            name,
            "an array with at least one axis and one element",
            format!("shape {shape:?}"),
        ));
    }
    // The reader believes the header and would reserve memory for whatever it promises.
    let promised = header
        .dtype()
        .num_bytes()
        .map(|b| b as u128 * u128::from(header.len()));
    if promised != Some(rest.len() as u128) {
        return Err(refuse(format!(
            "its header promises {} bytes of data ({} elements of type {}), {} follow",
            promised.map_or_else(|| "an unknown number of".into(), |n| n.to_string()),
            header.len(),
            header.dtype().descr(),
            rest.len()
        )));
    }
    let order = header.order();
    let stored = elements(NpyFile::with_header(header, rest)).map_err(refuse)?;
    let values = match order {
        Order::C => stored,
        Order::Fortran => to_c_order(&shape, &stored),
    };
    if let Some(at) = values.iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite {
            argument: name.into(),
            position: format!("index {:?} (from 0)", place(&shape, at)),
            found: values[at],
        });
    }
    Ok(Array { shape, values })
}

/// Refuses headers on which the library's own parser could overflow the stack or an integer:
/// brackets too deep, sizes whose product is no count of bytes, anything that NumPy never writes.
fn check_header(bytes: &[u8]) -> std::result::Result<(), String> {
    let cut = || "it ends within its header".to_string();
    let &[major, _] = bytes.get(6..8).ok_or_else(cut)? else {
        return Err(cut());
    };
    let (start, length) = if major == 1 {
        let length: [u8; 2] = bytes
            .get(8..10)
            .and_then(|b| b.try_into().ok())
            .ok_or_else(cut)?;
        (10, u16::from_le_bytes(length) as usize)
    } else {
        let length: [u8; 4] = bytes
            .get(8..12)
            .and_then(|b| b.try_into().ok())
            .ok_or_else(cut)?;
        (12, u32::from_le_bytes(length) as usize)
    };
    let header = bytes
        .get(start..)
        .and_then(|b| b.get(..length))
        .ok_or_else(cut)?;
    let mut quote = None;
    let (mut depth, mut product, mut number) = (0_usize, 1_u64, 0_u64);
    for &byte in header {
        if !byte.is_ascii_digit() {
            product = product
                .checked_mul(number.max(1))
                .filter(|&p| p <= i64::MAX as u64)
                .ok_or("a shape too large for any file")?;
            number = 0;
        }
        match (quote, byte) {
            (_, b'\\') => return Err("a backslash in its header".into()),
            (Some(open), _) => {
                if byte == open {
                    quote = None;
                }
            }
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'{' | b'(' | b'[') => {
                depth += 1;
                if depth > DEEPEST {
                    return Err("brackets nested too deeply in its header".into());
                }
            }
            (None, b'}' | b')' | b']') => depth = depth.saturating_sub(1),
            (None, b'0'..=b'9') => {
                number = number
                    .checked_mul(10)
                    .and_then(|n| n.checked_add(u64::from(byte - b'0')))
                    .ok_or("a shape too large for any file")?;
            }
            // The letters of True and False.
            (None, b',' | b':' | b' ' | b'\n' | b'T' | b'r' | b'u' | b'e') => {}
            (None, b'F' | b'a' | b'l' | b's') => {}
            (None, other) => return Err(format!("the byte 0x{other:02x} in its header")),
        }
    }
    Ok(())
}

/// The elements as numbers, in the order in which they are stored.
fn elements(file: NpyFile<&[u8]>) -> std::result::Result<Vec<f64>, String> {
    let dtype = file.dtype();
    let kind = match &dtype {
        DType::Plain(kind) => (kind.type_char(), kind.size_field()),
        _ => (TypeChar::RawData, 0),
    };
    macro_rules! read {
        ($type:ty) => {
            file.into_vec::<$type>()
                .map(|v| v.into_iter().map(|x| x as f64).collect())
                .map_err(|e| e.to_string())
        };
    }
    match kind {
        (TypeChar::Float, 8) => read!(f64),
        (TypeChar::Float, 4) => read!(f32),
        (TypeChar::Int, 1) => read!(i8),
        (TypeChar::Int, 2) => read!(i16),
        (TypeChar::Int, 4) => read!(i32),
        (TypeChar::Int, 8) => read!(i64),
        (TypeChar::Uint, 1) => read!(u8),
        (TypeChar::Uint, 2) => read!(u16),
        (TypeChar::Uint, 4) => read!(u32),
        (TypeChar::Uint, 8) => read!(u64),
        _ => Err(format!(
            "expected floats of 4 or 8 bytes or integers, found {}",
            dtype.descr()
        )),
    }
}

/// The index along each axis of the element at `at` in C order.
fn place(shape: &[usize], mut at: usize) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&n| {
            let here = at % n;
            at /= n;
            here
        })
        .collect();
    index.reverse();
    index
}

fn to_c_order(shape: &[usize], stored: &[f64]) -> Vec<f64> {
    let from = |at: usize| {
        let index = place(shape, at);
        let axes = index.iter().zip(shape).rev();
        axes.fold(0, |position, (&i, &n)| position * n + i)
    };
    (0..stored.len()).map(|at| stored[from(at)]).collect()
}
