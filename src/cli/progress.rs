//! A progress bar with the remaining time, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `total` units of work on standard error; silent in a pipe.
pub fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {percent:>3} %  {eta_precise} left  {msg}")
    {
        bar.set_style(style);
    }
    bar
}
