//! `seminorm`: what a function costs.

use crate::cli::arguments::SeminormOptions;
use crate::cli::models;
use crate::cli::output::{Answer, bound, finite, number};
use crate::data::{load_array, parse_target};
use crate::error::{Error, Result, positive};
use crate::numerics::fourier::Grid;
use crate::theory::penalty::{Penalty, Seminorm};
use serde_json::Value;

pub fn run(options: &SeminormOptions) -> Result<Answer> {
    let model = models::multiplier(&options.activation, options.dim, &options.multiplier)?;
    let penalty = Penalty::new(&model)?;
    let (seminorm, remark) = match (&options.target, &options.grid, options.spacing) {
        (Some(target), _, _) => {
            let target = parse_target(target, options.dim)?;
            (penalty.seminorm_of_target(target.as_ref())?, None)
        }
        (None, Some(path), Some(spacing)) => {
            let samples = load_array(path)?;
            positive("spacing", spacing)?;
            let grid = Grid::new(&samples.shape, &vec![spacing; samples.shape.len()])?;
            let found = penalty.seminorm_of_grid(&grid, &samples.values)?;
            let remark = format!(
                "boundary leak {}, energy in the top third of the band {}, frequencies seen up to {}",
                bound(found.aliasing.boundary_leak),
                bound(found.aliasing.top_band_energy),
                number(found.band)
            );
            (found.seminorm, Some(remark))
        }
        _ => {
            return Err(Error::invalid(
                "seminorm",
                "--target, or --grid with --spacing",
                "neither",
            ));
        }
    };
    let mut answer = Answer::default();
    answer = match &seminorm {
        Seminorm::Finite(estimate) => answer
            .key("seminorm_squared", finite(estimate.value))
            .key("error", finite(estimate.error))
            .line(format!(
                "‖f‖² = {} ± {}",
                number(estimate.value),
                bound(estimate.error)
            )),
        Seminorm::Infinite { reason } => answer
            .key("seminorm_squared", Value::Null)
            .key("error", Value::Null)
            .key("reason", reason.clone())
            .line(format!("‖f‖² is infinite: {reason}")),
    };
    if let Some(remark) = remark {
        answer = answer.key("aliasing", remark.clone()).line(remark);
    }
    Ok(answer)
}
