//! The activation-dependent Fourier seminorm.
