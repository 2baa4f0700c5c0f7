//! The folder of a report.

use super::figure::Figure;
use super::page::{self, Section};
use super::pictures::Picture;
use super::{numbers, pictures};
use crate::data::write_atomically;
use crate::error::{Error, Result};
use crate::verify::Comparison;
use serde_json::json;
use std::path::{Path, PathBuf};

/// A report folder, checked to be writable before any long work.
#[derive(Clone, Debug)]
pub struct Report {
    folder: PathBuf,
    command: String,
}

impl Report {
    /// Makes the folder. `command` is the line that repeats the study, seed included.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be made or written.
    pub fn create(folder: &Path, command: impl Into<String>) -> Result<Self> {
        let plots = folder.join("plots");
        std::fs::create_dir_all(&plots).map_err(|source| Error::Io {
            path: plots.clone(),
            source,
        })?;
        let probe = folder.join(".writable");
        write_atomically(&probe, b"")?;
        std::fs::remove_file(&probe).map_err(|source| Error::Io {
            path: probe,
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            command: command.into(),
        })
    }

    /// Writes everything that is known so far: `index.html`, the plots, `results.json` and `results.csv`, each
    /// whole or not at all. `about` says of each data set by name what it is.
    ///
    /// # Errors
    /// A file that cannot be written, a plot that cannot be drawn.
    pub fn write(&self, comparisons: &[Comparison], about: &dyn Fn(&str) -> String) -> Result<()> {
        let mut names: Vec<&str> = Vec::new();
        for comparison in comparisons {
            if !names.contains(&comparison.data.as_str()) {
                names.push(&comparison.data);
            }
        }
        let sections: Vec<Section<'_>> = names
            .into_iter()
            .map(|name| {
                let group: Vec<&Comparison> =
                    comparisons.iter().filter(|c| c.data == name).collect();
                let mut drawn = Vec::new();
                drawn.extend(pictures::penalties(name, &group)?);
                drawn.extend(pictures::gaps(name, &group)?);
                drawn.push(pictures::losses(name, &group)?);
                for comparison in &group {
                    drawn.extend(pictures::functions(comparison)?);
                }
                for comparison in &group {
                    drawn.extend(pictures::frequency_decay(comparison)?);
                }
                Ok(Section {
                    name: name.to_owned(),
                    about: about(name),
                    comparisons: group,
                    pictures: drawn,
                })
            })
            .collect::<Result<_>>()?;
        self.write_plots(sections.iter().flat_map(|s| &s.pictures))?;
        let results = json!({
            "command": self.command,
            "comparisons": comparisons.iter().map(numbers::json).collect::<Vec<_>>(),
        });
        write_atomically(
            self.folder.join("results.json"),
            format!("{results:#}\n").as_bytes(),
        )?;
        write_atomically(self.folder.join("results.csv"), &numbers::csv(comparisons)?)?;
        write_atomically(self.page(), page::html(&self.command, &sections).as_bytes())
    }

    /// Writes the answer of one command: `index.html`, its plots, `results.json`.
    ///
    /// # Errors
    /// A file that cannot be written, a plot that cannot be drawn.
    pub fn write_answer(
        &self,
        title: &str,
        figures: &[Figure],
        table: &str,
        results: &serde_json::Value,
    ) -> Result<()> {
        let drawn: Vec<Picture> = figures.iter().map(Figure::picture).collect::<Result<_>>()?;
        self.write_plots(&drawn)?;
        let results = json!({ "command": self.command, "answer": results });
        write_atomically(
            self.folder.join("results.json"),
            format!("{results:#}\n").as_bytes(),
        )?;
        let page = page::answer(title, &self.command, &drawn, table);
        write_atomically(self.page(), page.as_bytes())
    }

    fn write_plots<'a>(&self, pictures: impl IntoIterator<Item = &'a Picture>) -> Result<()> {
        for picture in pictures {
            let path = self
                .folder
                .join("plots")
                .join(format!("{}.svg", picture.name));
            write_atomically(path, picture.svg.as_bytes())?;
        }
        Ok(())
    }

    /// The path of the page.
    pub fn page(&self) -> PathBuf {
        self.folder.join("index.html")
    }
}
