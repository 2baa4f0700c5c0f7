//! Fourier transforms of functions sampled on regular grids, with stated normalisation.
