//! What was lost on the way: lossy compression, as the file tells of it.

/// A film whose values are not those that the detector gave (PS3.3 C.7.6.1.1.5).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LossyCompression {
    /// Uncompressed size over compressed size; the greatest where it was compressed more than once.
    pub ratio: Option<f64>,
    /// As people call it: `JPEG`, `JPEG 2000`; the file's own code where it is another.
    pub method: Option<String>,
}
