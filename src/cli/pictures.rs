//! Answers as pictures: a file, a page.

use super::arguments::PictureOptions;
use super::output::Answer;
use crate::error::Result;
use crate::report::Report;
use crate::report::figure::{Figure, Form};

/// Where pictures go, checked before any long work.
pub struct Gallery<'a> {
    options: &'a PictureOptions,
    report: Option<Report>,
}

impl<'a> Gallery<'a> {
    /// Refuses a file name with another ending, and a folder that cannot be written.
    pub fn open(options: &'a PictureOptions) -> Result<Self> {
        if let Some(path) = &options.plot {
            Form::of(path)?;
        }
        let report = { options.report.as_deref() }
            .map(|folder| Report::create(folder, command()))
            .transpose()?;
        Ok(Self { options, report })
    }

    /// Writes what was asked for; the figure is made only then.
    pub fn show(
        &self,
        title: &str,
        answer: Answer,
        figure: impl FnOnce() -> Result<Figure>,
    ) -> Result<Answer> {
        if self.options.plot.is_none() && self.report.is_none() {
            return Ok(answer);
        }
        let figure = figure()?;
        let mut lines = Vec::new();
        if let Some(path) = &self.options.plot {
            figure.write(path)?;
            lines.push(format!("drawn in {}", path.display()));
        }
        if let Some(report) = &self.report {
            let figures = std::slice::from_ref(&figure);
            report.write_answer(title, figures, answer.text(), &answer.json())?;
            lines.push(format!("report: {}", report.page().display()));
        }
        Ok(lines.into_iter().fold(answer, Answer::line))
    }
}

/// The command line as it was given, words with spaces or signs in quotes.
fn command() -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:=+".contains(c);
    let word = |word: std::ffi::OsString| {
        let word = word.to_string_lossy().into_owned();
        if !word.is_empty() && word.chars().all(plain) {
            word
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    let words: Vec<String> = std::env::args_os().skip(1).map(word).collect();
    format!("spectral-bias {}", words.join(" "))
}
