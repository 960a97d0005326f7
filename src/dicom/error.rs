//! What can be wrong with a film's file, each with a sentence for the person who opened it.

use std::io;

use dicom_core::Tag;

/// Why a film cannot be had from a file. The text ends up in an import report or on the screen.
#[derive(thiserror::Error, Debug)]
pub enum DicomError {
    /// The operating system refused; nothing is known about the file.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// No preamble, no meta header, and the first bytes are no data set either.
    #[error("not a DICOM file: {0}")]
    NotDicom(String),
    /// A DICOM object without pixels: a report, a plan, a presentation state, a directory.
    #[error("not an image: {0}")]
    NotAnImage(String),
    /// A well-formed film in a form that this program does not decode.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The header or the pixels contradict themselves or are cut short.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Beyond a limit that protects the program's memory.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The frame asked for is not there.
    #[error("frame {asked} asked for, but the film has {present}, counted from 0")]
    NoSuchFrame { asked: u32, present: u32 },
    /// The decoding process died, hung, or could not be started; the program itself is unharmed.
    #[error("the decoder failed: {0}")]
    DecoderFailed(String),
}

impl DicomError {
    pub(crate) fn damaged(text: impl Into<String>) -> Self {
        Self::Damaged(text.into())
    }

    pub(crate) fn unsupported(text: impl Into<String>) -> Self {
        Self::Unsupported(text.into())
    }

    pub(crate) fn missing(tag: Tag, name: &str) -> Self {
        Self::Damaged(format!("{name} {tag} is missing or unreadable"))
    }
}
