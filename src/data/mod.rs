//! Points and data sets: shapes checked once, loading, embedded real data, target functions.

mod embedded;
mod files;
mod grid;
#[cfg(feature = "io")]
mod loading;
mod points;
mod standardisation;
mod targets;

pub use embedded::{Embedded, Scaling, elevation, embedded_data, sea_surface_temperature};
pub use files::write_atomically;
pub use grid::RegularGrid;
#[cfg(feature = "io")]
pub use loading::{
    Array, load_array, load_dataset, load_points, read_array, read_dataset, read_points,
};
pub use points::{Dataset, Points};
pub use standardisation::Standardisation;
pub use targets::{
    AffineMap, Atom, BesselRing, Combination, Doppler, Ellipsoid, FrequencyFunction,
    FunctionTarget, Gaussian, GaussianPolynomial, HyperplaneIntegral, Monomial, RadialProfile,
    RadialStep, Ridge, RidgePart, SheppLogan, Sine, Sines, Target, TargetEntry, TargetRadon,
    TargetSpectrum, Transformed, parse_target, targets,
};
