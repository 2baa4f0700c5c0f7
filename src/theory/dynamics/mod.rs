//! The predicted training curve.

mod forecast;
mod time;
mod train;

pub use forecast::Forecast;
pub use time::Time;
pub use train::Dynamics;
