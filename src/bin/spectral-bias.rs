//! The command line's entry point.

fn main() -> std::process::ExitCode {
    spectral_bias::cli::main()
}
