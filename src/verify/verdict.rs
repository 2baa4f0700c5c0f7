//! A comparison in words.

use super::{Comparison, Settings, Verdict};

/// The slope that theory gives the gap.
const THEORY: f64 = -0.5;
/// A band wider than this says nothing about −½.
const TELLING: f64 = 0.25;
/// What finite widths may add to the slope beyond its statistical band: corrections of higher order in m^{−½}.
const FINITE_WIDTH: f64 = 0.1;

impl Verdict {
    /// Agreement is a slope of −½ within its 95 % band (which may not be wider than ±0.25) or ±0.1,
    /// whichever is wider.
    pub(super) fn of(comparison: &Comparison, settings: &Settings) -> Self {
        let wanted = settings.widths.len() * settings.seeds.len();
        let cut_short = if comparison.networks.len() < wanted {
            format!(
                " (interrupted after {} of {wanted} networks)",
                comparison.networks.len()
            )
        } else {
            String::new()
        };
        let Some(slope) = comparison.slope.filter(|s| s.half_band.is_finite()) else {
            let trained = comparison.networks.len();
            let why = format!(
                "a slope with a band needs three networks of at least two widths, {trained} trained{cut_short}"
            );
            return Self::Undecided { why };
        };
        let widest = comparison.widths().last().copied().unwrap_or(0);
        let spread =
            (comparison.predicted.norm_squared() / comparison.predicted.len() as f64).sqrt();
        let gap = comparison.mean(widest, |n| n.gap.rms) / spread;
        let cost = comparison.mean(widest, |n| n.cost) / comparison.predicted_cost;
        let facts = format!(
            "the gap falls like width^{:.2} (± {:.2}, theory −0.50); at width {widest} it is {:.2} % of the \
             predicted function and the parameters moved {:.3} times the predicted cost{cut_short}",
            slope.value,
            slope.half_band,
            100.0 * gap,
            cost
        );
        if slope.half_band > TELLING {
            return Self::Undecided {
                why: format!("the band is too wide, train more networks; {facts}"),
            };
        }
        if (slope.value - THEORY).abs() <= slope.half_band.max(FINITE_WIDTH) {
            return Self::Agrees { why: facts };
        }
        Self::Differs {
            why: format!(
                "{facts}{}{}",
                outside_the_regime(comparison, widest),
                where_it_differs(comparison, widest)
            ),
        }
    }
}

/// A kernel that moves by more than this share during training is not the constant one of the theory.
const MOVED: f64 = 0.05;

/// Whether the widest network was in the kernel regime at all.
fn outside_the_regime(comparison: &Comparison, widest: usize) -> String {
    let moved = comparison.mean(widest, |n| n.kernel_movement);
    if moved > MOVED {
        format!(
            "; its kernel moved by {:.0} % during training: this width is not in the kernel regime",
            100.0 * moved
        )
    } else {
        String::new()
    }
}

/// The frequency band in which trained and predicted errors are furthest apart at the end.
fn where_it_differs(comparison: &Comparison, widest: usize) -> String {
    let Some(predicted) = comparison.predicted_band_error.last() else {
        return String::new();
    };
    let measured = |band: usize| {
        comparison.mean(widest, |n| {
            n.band_error
                .last()
                .and_then(|e| e.get(band))
                .copied()
                .unwrap_or(f64::NAN)
        })
    };
    let apart = predicted
        .iter()
        .enumerate()
        .map(|(band, &p)| (band, p, measured(band)))
        .max_by(|a, b| (a.2 - a.1).abs().total_cmp(&(b.2 - b.1).abs()));
    apart.map_or_else(String::new, |(band, p, m)| {
        format!(
            "; furthest apart at frequency {:.2}: remaining error {m:.3} where {p:.3} was predicted",
            comparison.bands[band]
        )
    })
}
