//! `kernel`: Gram and cross matrices, of the limit or of drawn networks.

use crate::cli::arguments::KernelOptions;
use crate::cli::models::per_layer;
use crate::cli::naming::Called;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::data::{Points, load_points};
use crate::error::{Error, Result};
use crate::simulation::{DeepNetwork, Network, SampledKernel};
use crate::theory::kernel::{GaussianKind, cross, gram};
use nalgebra::DMatrix;
use serde_json::Value;

/// A table shows this many columns; the JSON has them all.
const SHOWN: usize = 8;

pub fn run(options: &KernelOptions) -> Result<Answer> {
    let points = load_points(&options.points)?;
    if !options.width.is_empty() {
        return drawn(options, &points);
    }
    let kernel = options.network.kernel(points.dim())?;
    let result = match &options.against {
        None => gram(kernel.as_ref(), &points)?,
        Some(path) => {
            let found = cross(kernel.as_ref(), &points, &load_points(path)?);
            found
                .called("columns", "against")
                .called("rows", "points")?
        }
    };
    Ok(matrix(&result.matrix)
        .key("error", finite(result.error))
        .line(format!("error of every entry ≤ {}", bound(result.error))))
}

/// The mean over drawn networks.
fn drawn(options: &KernelOptions, points: &Points) -> Result<Answer> {
    let (dim, model) = (points.dim(), &options.network);
    let found = if let Some(ensemble) = &model.ensemble {
        let shallow = model.shallow(ensemble, dim)?;
        let [width] = options.width[..] else {
            let found = options.width.len();
            return Err(Error::shape("width", "one for a shallow network", found));
        };
        SampledKernel::over(options.networks, options.seed, |seed| {
            Network::sample(&shallow, width, seed)?.tangent_kernel(points)
        })?
    } else {
        let (network, kind) = model.layers()?;
        let widths = per_layer("width", &options.width, 0, network.layers().len())?;
        SampledKernel::over(options.networks, options.seed, |seed| {
            let drawn =
                DeepNetwork::sample(&network, dim, &widths, seed).called("widths", "width")?;
            match kind {
                GaussianKind::Nngp => drawn.nngp_kernel(points),
                GaussianKind::Ntk => drawn.tangent_kernel(points),
            }
        })?
    };
    Ok(matrix(&found.mean)
        .key("standard_error", rows(&found.standard_error))
        .key("networks", found.networks)
        .line(format!(
            "mean over {} networks, standard errors ≤ {}",
            found.networks,
            bound(found.standard_error.amax())
        )))
}

fn rows(matrix: &DMatrix<f64>) -> Value {
    matrix
        .row_iter()
        .map(|row| array(row.iter().copied()))
        .collect()
}

fn matrix(matrix: &DMatrix<f64>) -> Answer {
    let shown = matrix.ncols().min(SHOWN);
    let header: Vec<String> = (0..shown).map(|j| j.to_string()).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let table: Vec<Vec<String>> = matrix
        .row_iter()
        .map(|row| row.iter().take(shown).map(|&k| number(k)).collect())
        .collect();
    let answer = Answer::default()
        .key("kernel", rows(matrix))
        .table(&header, &table);
    match matrix.ncols() - shown {
        0 => answer,
        _ => answer.line(format!(
            "… {} columns in all; --json has them",
            matrix.ncols()
        )),
    }
}
