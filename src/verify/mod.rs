//! The bridge: predicted against trained.
