//! Checkpoints: all that a run needs to go on, bit for bit, in one JSON file written atomically.
//!
//! Every f64 is stored as the 16 hexadecimal digits of its bits; shuffles need no state of their own,
//! being functions of the seed and the step.

use super::super::optimiser::State;
use super::{Optimiser, Trainer};
use crate::data::{Dataset, write_atomically};
use crate::error::{Error, Result};
use crate::simulation::network::Network;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;

const FORMAT: &str = "spectral-bias checkpoint 1";

/// The state of a training run between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    format: String,
    /// What the run is of: network layout, optimiser, data. Must be that of the run that resumes.
    run: String,
    step: usize,
    parameters: String,
    first: String,
    second: String,
    loss_steps: Vec<usize>,
    losses: String,
    /// FNV-1a of all the numbers: a damaged file is not resumed.
    check: String,
}

impl Checkpoint {
    /// Steps done when it was taken.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Writes it whole or not at all ([`write_atomically`]).
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|e| Error::Io {
            path: path.into(),
            source: e.into(),
        })?;
        write_atomically(path, text.as_bytes())
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`] for anything that is not a whole checkpoint.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.into(),
            source,
        })?;
        let wrong = |reason: String| Error::Format {
            path: path.into(),
            reason,
        };
        let checkpoint: Self = serde_json::from_slice(&bytes)
            .map_err(|e| wrong(format!("not a checkpoint of a training run: {e}")))?;
        if checkpoint.format != FORMAT {
            return Err(wrong(format!(
                "expected the format `{FORMAT}`, found `{}`",
                checkpoint.format
            )));
        }
        if checkpoint.check != checkpoint.checksum() {
            return Err(wrong("damaged: its checksum does not fit".into()));
        }
        Ok(checkpoint)
    }

    fn checksum(&self) -> String {
        let mut hash = Fnv::default();
        hash.bytes(self.run.as_bytes());
        hash.bytes(&(self.step as u64).to_le_bytes());
        for text in [&self.parameters, &self.first, &self.second, &self.losses] {
            hash.bytes(text.as_bytes());
            hash.bytes(b";");
        }
        for step in &self.loss_steps {
            hash.bytes(&(*step as u64).to_le_bytes());
        }
        hash.hex()
    }
}

impl<'a> Trainer<'a> {
    /// The state of the run.
    pub fn checkpoint(&self) -> Checkpoint {
        let losses: Vec<f64> = self.losses.iter().map(|l| l.1).collect();
        let mut checkpoint = Checkpoint {
            format: FORMAT.into(),
            run: describe(&self.network, self.data, &self.optimiser),
            step: self.done,
            parameters: hex(self.network.parameters().values()),
            first: hex(&self.state.first),
            second: hex(&self.state.second),
            loss_steps: self.losses.iter().map(|l| l.0).collect(),
            losses: hex(&losses),
            check: String::new(),
        };
        checkpoint.check = checkpoint.checksum();
        checkpoint
    }

    /// Continues a run: `network`, `data` and `optimiser` are those with which it was begun (the network
    /// with any parameters of the same layout).
    ///
    /// # Errors
    /// A checkpoint of another run, naming what differs; damaged numbers.
    pub fn resume(
        mut network: Network,
        data: &'a Dataset,
        optimiser: Optimiser,
        checkpoint: &Checkpoint,
    ) -> Result<Self> {
        let here = describe(&network, data, &optimiser);
        if here != checkpoint.run {
            let differs = here
                .split("; ")
                .zip(checkpoint.run.split("; "))
                .find(|(a, b)| a != b);
            let (expected, found) = differs.unwrap_or((&here, &checkpoint.run));
            return Err(Error::invalid(
                "checkpoint",
                format!("a run with {expected}"),
                found,
            ));
        }
        let numbers = |name: &str, text: &str| {
            unhex(text).ok_or_else(|| {
                Error::invalid(
                    format!("checkpoint's {name}"),
                    "16 hexadecimal digits per number",
                    "something else",
                )
            })
        };
        // Bits are restored as they were; a run that diverged may be looked at again.
        let parameters = numbers("parameters", &checkpoint.parameters)?;
        if parameters.len() != network.parameters().values().len() {
            return Err(Error::shape(
                "checkpoint's parameters",
                format!("{} numbers", network.parameters().values().len()),
                parameters.len(),
            ));
        }
        network
            .parameters_mut()
            .values_mut()
            .copy_from_slice(&parameters);
        let losses = numbers("losses", &checkpoint.losses)?;
        if losses.len() != checkpoint.loss_steps.len() {
            return Err(Error::shape(
                "checkpoint's losses",
                format!("{}, one per recorded step", checkpoint.loss_steps.len()),
                losses.len(),
            ));
        }
        let state = State {
            first: numbers("first moments", &checkpoint.first)?,
            second: numbers("second moments", &checkpoint.second)?,
        };
        let mut trainer = Self::new(network, data, optimiser)?;
        trainer.expect_fit(&state)?;
        trainer.state = state;
        trainer.done = checkpoint.step;
        trainer.losses = checkpoint.loss_steps.iter().copied().zip(losses).collect();
        Ok(trainer)
    }
}

/// What must be the same for a run to go on, in words.
fn describe(network: &Network, data: &Dataset, optimiser: &Optimiser) -> String {
    let mut hash = Fnv::default();
    for value in data.points().columns().iter().chain(data.targets().iter()) {
        hash.bytes(&value.to_bits().to_le_bytes());
    }
    format!(
        "activation {}; dimension {}; {} neurons; antisymmetric {}; coordinates {:?} {:?}; read-out {}; \
         rates {:?}; optimiser {:?}; data of {} points, checksum {}",
        network.activation().name(),
        network.dim(),
        network.parameters().neurons(),
        network.antisymmetric(),
        network.coordinates(),
        network.factors(),
        network.read_out().name(),
        network.rates().trained(),
        optimiser,
        data.len(),
        hash.hex(),
    )
}

fn hex(values: &[f64]) -> String {
    let mut text = String::with_capacity(16 * values.len());
    for value in values {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:016x}", value.to_bits());
    }
    text
}

fn unhex(text: &str) -> Option<Vec<f64>> {
    if !text.is_ascii() || !text.len().is_multiple_of(16) {
        return None;
    }
    (0..text.len() / 16)
        .map(|i| u64::from_str_radix(text.get(16 * i..16 * (i + 1))?, 16).ok())
        .map(|bits| bits.map(f64::from_bits))
        .collect()
}

/// The 64-bit FNV-1a hash: against damage, not against malice.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
