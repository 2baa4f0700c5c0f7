//! `radon`: integrals of a function or an image over hyperplanes.

use crate::cli::arguments::RadonOptions;
use crate::cli::output::{Answer, array, bound, number};
use crate::cli::pictures::Gallery;
use crate::data::{load_array, parse_target};
use crate::error::{Error, Result};
use crate::report::figures::{OverRays, sinogram};
use crate::theory::radon::{
    Direction, Image, ParallelBeam, Pixels, RadonTransform, Strips, TargetTransform,
    spread_directions,
};
use serde_json::Value;

/// A table shows this many rows; the JSON has them all.
const SHOWN: usize = 40;

/// Values and errors, direction by direction.
struct Found {
    name: String,
    image: Option<Image>,
    directions: Vec<Direction>,
    offsets: Vec<f64>,
    values: Vec<f64>,
    errors: Vec<f64>,
}

pub fn run(options: &RadonOptions) -> Result<Answer> {
    let gallery = Gallery::open(&options.pictures)?;
    let found = match (&options.target, &options.image) {
        (Some(target), _) => of_target(target, options)?,
        (None, Some(_)) => of_image(options)?,
        (None, None) => {
            return Err(Error::invalid("radon", "--target or --image", "neither"));
        }
    };
    let n = found.offsets.len();
    let rows_of = |values: &[f64]| -> Value {
        values
            .chunks_exact(n)
            .map(|row| array(row.iter().copied()))
            .collect()
    };
    let directions: Value = found
        .directions
        .iter()
        .map(|d| array(d.as_slice().iter().copied()))
        .collect();
    let cells = found.values.iter().zip(&found.errors).enumerate();
    let line = |(i, (value, error)): (usize, (&f64, &f64))| {
        let direction = found
            .directions
            .get(i / n)
            .map_or(&[][..], Direction::as_slice);
        let direction: Vec<String> = direction.iter().map(|&x| number(x)).collect();
        let offset = found.offsets.get(i % n).copied().unwrap_or(f64::NAN);
        vec![
            direction.join(" "),
            number(offset),
            number(*value),
            bound(*error),
        ]
    };
    let table: Vec<Vec<String>> = cells.take(SHOWN).map(line).collect();
    let answer = Answer::default()
        .key("direction", directions)
        .key("offset", array(found.offsets.iter().copied()))
        .key("value", rows_of(&found.values))
        .key("error", rows_of(&found.errors))
        .table(&["direction", "offset", "value", "error"], &table);
    let answer = if found.values.len() > SHOWN {
        answer.line(format!(
            "… {} values in all; --json has them",
            found.values.len()
        ))
    } else {
        answer
    };
    gallery.show(&format!("Radon transform: {}", found.name), answer, || {
        let rays = OverRays {
            directions: &found.directions,
            offsets: &found.offsets,
            values: &found.values,
        };
        sinogram(&found.name, &rays, found.image.as_ref())
    })
}

fn of_target(text: &str, options: &RadonOptions) -> Result<Found> {
    let target = parse_target(text, options.dim)?;
    let transform = TargetTransform::new(target.as_ref());
    let directions = spread_directions(options.dim, options.directions)?;
    let offsets = offsets(options, options.reach.unwrap_or(1.0))?;
    let mut found = Found {
        name: text.to_owned(),
        image: None,
        values: Vec::with_capacity(directions.len() * offsets.len()),
        errors: Vec::with_capacity(directions.len() * offsets.len()),
        directions,
        offsets,
    };
    for direction in &found.directions {
        for &offset in &found.offsets {
            let value = transform.value(direction, offset)?;
            found.values.push(value.value);
            found.errors.push(value.error);
        }
    }
    Ok(found)
}

fn of_image(options: &RadonOptions) -> Result<Found> {
    let path = options.image.clone().unwrap_or_default();
    let array = load_array(&path)?;
    let [rows, columns] = array.shape[..] else {
        return Err(Error::shape(
            path.display().to_string(),
            "two axes, rows and columns",
            format!("shape {:?}", array.shape),
        ));
    };
    let spacing = options.spacing.unwrap_or(2.0 / rows.max(columns) as f64);
    let image = Image::new(rows, columns, spacing, array.values)?;
    let directions = spread_directions(2, options.directions)?;
    let offsets = offsets(options, options.reach.unwrap_or(image.radius()))?;
    let angles = directions.iter().map(|d| match d.as_slice() {
        [x, y] => y.atan2(*x),
        _ => 0.0,
    });
    let beam = ParallelBeam::new(angles.collect(), offsets.clone())?;
    let model: Pixels = options.pixels.parse()?;
    let sinogram = match options.ray_width {
        None => model.project(&image, &beam)?,
        Some(width) => {
            Strips::new(width * spacing, options.ray_lines)?.project(model, &image, &beam)?
        }
    };
    let largest = image.pixels().iter().fold(0.0, |m: f64, p| m.max(p.abs()));
    let rounding = 1e-14 * largest * 2.0 * image.radius();
    Ok(Found {
        name: path.display().to_string(),
        image: Some(image),
        directions,
        offsets,
        values: sinogram.values().to_vec(),
        errors: vec![rounding; sinogram.values().len()],
    })
}

/// Equally spaced from −reach to reach; a single one is 0.
fn offsets(options: &RadonOptions, reach: f64) -> Result<Vec<f64>> {
    match options.offsets {
        0 => Err(Error::invalid("offsets", "at least 1", 0)),
        1 => Ok(vec![0.0]),
        count => ParallelBeam::uniform(1, count, reach).map(|beam| beam.offsets().to_vec()),
    }
}
