//! `interpolate`: the function that theory says training will find.

use crate::cli::arguments::InterpolateOptions;
use crate::cli::output::{Answer, array, bound, finite, number};
use crate::data::{load_dataset, load_points};
use crate::error::Result;
use crate::model::{Activation, Ensemble, Shallow};
use crate::theory::dynamics::{Dynamics, Time};
use crate::theory::interpolant::Interpolant;
use crate::theory::kernel::tangent_kernel;

pub fn run(options: &InterpolateOptions) -> Result<Answer> {
    let data = load_dataset(&options.data)?;
    let at = load_points(&options.at)?;
    let ensemble = Ensemble::parse(&options.ensemble, data.dim(), None)?;
    let activation = Activation::parse(&options.activation)?;
    let model = Shallow::new(activation, data.dim(), ensemble, options.train.parse()?)?;
    let kernel = tangent_kernel(&model)?;
    at.expect_dim("at", data.dim())?;
    if let Some(time) = options.time {
        let dynamics = Dynamics::new(kernel, &data, options.ridge)?;
        let predicted = dynamics.at(&at)?.predict_with_error(Time::Flow(time))?;
        let cost = dynamics.cost(Time::Flow(time))?;
        return Ok(Answer::default()
            .key("prediction", array(predicted.iter().map(|p| p.value)))
            .key("prediction_error", array(predicted.iter().map(|p| p.error)))
            .key("seminorm_squared", finite(cost))
            .key("condition", finite(dynamics.condition()))
            .key("leave_one_out", serde_json::Value::Null)
            .table(&["point", "prediction", "error"], &rows(&predicted))
            .line(format!(
                "after time {}: squared seminorm {}, condition number {}",
                number(time),
                number(cost),
                number(dynamics.condition())
            )));
    }
    let interpolant = Interpolant::fit(kernel, &data, options.ridge)?;
    let predicted = interpolant.predict_with_error(&at)?;
    let left_out = interpolant.leave_one_out();
    let mut answer = Answer::default()
        .key("prediction", array(predicted.iter().map(|p| p.value)))
        .key("prediction_error", array(predicted.iter().map(|p| p.error)))
        .key("seminorm_squared", finite(interpolant.seminorm_squared()))
        .key("condition", finite(interpolant.condition()))
        .key("backward_error", finite(interpolant.backward_error()))
        .key(
            "leave_one_out",
            left_out
                .as_ref()
                .map_or(serde_json::Value::Null, |v| array(v.iter().copied())),
        )
        .table(&["point", "prediction", "error"], &rows(&predicted))
        .line(format!(
            "squared seminorm {}, condition number {}, backward error {}",
            number(interpolant.seminorm_squared()),
            number(interpolant.condition()),
            bound(interpolant.backward_error())
        ));
    answer = match left_out {
        Ok(residuals) => answer.line(format!(
            "leave-one-out RMS {}",
            number((residuals.norm_squared() / residuals.len() as f64).sqrt())
        )),
        Err(reason) => answer.line(format!("leave-one-out: {reason}")),
    };
    Ok(answer)
}

fn rows(predicted: &[crate::numerics::Estimate]) -> Vec<Vec<String>> {
    predicted
        .iter()
        .enumerate()
        .map(|(i, p)| vec![i.to_string(), number(p.value), bound(p.error)])
        .collect()
}
