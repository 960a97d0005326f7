//! A model as one `.safetensors` file: tensors by name, and the card in the header, which is read without the tensors.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use sha2::{Digest as _, Sha256};

use super::model_card::{self, CardError};
pub use crate::domain::model::hex_from_hash as hex;
use crate::domain::model::{Architecture, ModelCard};

/// The header's key that holds the card's JSON text.
pub const CARD_KEY: &str = "rachis.card";
/// Real headers have some 100 kB.
const MAX_HEADER: u64 = 16 << 20;
/// The largest file of weights that is read: four times the largest network in the literature on radiographs.
pub const MAX_FILE: u64 = 4 << 30;

/// What one value of a stored tensor is; little-endian.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

impl Element {
    const ALL: [(Self, Dtype, usize); 10] = [
        (Self::F64, Dtype::F64, 8),
        (Self::F32, Dtype::F32, 4),
        (Self::F16, Dtype::F16, 2),
        (Self::BF16, Dtype::BF16, 2),
        (Self::I64, Dtype::I64, 8),
        (Self::I32, Dtype::I32, 4),
        (Self::I16, Dtype::I16, 2),
        (Self::I8, Dtype::I8, 1),
        (Self::U8, Dtype::U8, 1),
        (Self::Bool, Dtype::BOOL, 1),
    ];

    /// Bytes of one value.
    pub fn num_bytes(self) -> usize {
        Self::ALL.into_iter().find(|(one, ..)| *one == self).map_or(1, |(.., len)| len)
    }

    fn dtype(self) -> Dtype {
        Self::ALL.into_iter().find(|(one, ..)| *one == self).map_or(Dtype::U8, |(_, dtype, _)| dtype)
    }

    fn from_dtype(dtype: Dtype) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == dtype).map(|(one, ..)| one)
    }
}

/// A tensor as a file holds it: values in the order of rows, little-endian.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredTensor {
    pub element: Element,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

/// Tensors by name.
pub type StateDict = BTreeMap<String, StoredTensor>;

/// Matrices and kernels of 32 bits in 16 (IEEE 754 binary16, to the nearest); the few numbers of normalisation layers and
/// biases stay, for running variances may be out of its range.
///
/// # Errors
/// The name of a tensor that has a number too large for 16 bits.
pub fn halved(tensors: StateDict) -> Result<StateDict, String> {
    let one = |(name, tensor): (String, StoredTensor)| {
        if tensor.element != Element::F32 || tensor.shape.len() < 2 {
            return Ok((name, tensor));
        }
        let numbers = tensor.bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let halves: Vec<half::f16> = numbers.clone().map(half::f16::from_f32).collect();
        if halves.iter().zip(numbers).any(|(half, number)| !half.is_finite() && number.is_finite()) {
            return Err(name);
        }
        let bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        Ok((name, StoredTensor { element: Element::F16, shape: tensor.shape, bytes }))
    };
    tensors.into_iter().map(one).collect()
}

/// Why a file of weights can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    #[error("the model's file can't be opened: {0}")]
    Io(#[from] io::Error),
    #[error("this is not a safetensors file, or it is cut short: {0}")]
    Damaged(String),
    #[error("the model's file is larger than {} GiB, more than any network needs", MAX_FILE >> 30)]
    TooLarge,
    #[error("{name} holds {dtype}, which no network here has")]
    Element { name: String, dtype: String },
    #[error("the file has no card; import it with a card, so that classes and preprocessing are known")]
    NoCard,
    #[error(transparent)]
    Card(#[from] CardError),
}

impl From<SafeTensorError> for ModelFileError {
    fn from(error: SafeTensorError) -> Self {
        match error {
            SafeTensorError::IoError(error) => Self::Io(error),
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// What a file of weights says before its tensors.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelHead {
    /// Absent in files that other programs made.
    pub card: Option<(Architecture, ModelCard)>,
    /// Names and shapes, in the order of names.
    pub shapes: BTreeMap<String, Vec<usize>>,
}

/// Reads the header and nothing behind it; the file's length is held against what the header announces.
pub fn read_head(path: &Path) -> Result<ModelHead, ModelFileError> {
    let mut file = File::open(path)?;
    let file_len = file.metadata()?.len();
    let mut len = [0; 8];
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ModelFileError::Damaged("it ends in its header".to_owned()),
        _ => ModelFileError::Io(error),
    };
    file.read_exact(&mut len).map_err(cut)?;
    let len = u64::from_le_bytes(len);
    if len > MAX_HEADER {
        return Err(ModelFileError::Damaged("its header is longer than 16 MiB".to_owned()));
    }
    let mut header = vec![0; len as usize];
    file.read_exact(&mut header).map_err(cut)?;
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| ModelFileError::Damaged(error.to_string()))?;
    if 8 + len + metadata.data_len() as u64 != file_len {
        return Err(ModelFileError::Damaged("its length is not what its header says".to_owned()));
    }
    let shapes = metadata.tensors().into_iter().map(|(name, info)| (name, info.shape.clone())).collect();
    Ok(ModelHead { card: card_of(&metadata)?, shapes })
}

/// The card alone.
pub fn read_card(path: &Path) -> Result<(Architecture, ModelCard), ModelFileError> {
    read_head(path)?.card.ok_or(ModelFileError::NoCard)
}

/// All tensors, and the card where there is one.
pub fn read(path: &Path) -> Result<(Option<(Architecture, ModelCard)>, StateDict), ModelFileError> {
    let (metadata, tensors) = read_all(path)?;
    Ok((card_of(&metadata)?, tensors))
}

/// All tensors, and the text that [`write_noted`] put under the key.
pub fn read_noted(path: &Path, key: &str) -> Result<(Option<String>, StateDict), ModelFileError> {
    let (metadata, tensors) = read_all(path)?;
    Ok((metadata.metadata().as_ref().and_then(|map| map.get(key)).cloned(), tensors))
}

fn read_all(path: &Path) -> Result<(Metadata, StateDict), ModelFileError> {
    let bytes = read_bytes(path)?;
    let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
    let file = SafeTensors::deserialize(&bytes)?;
    let mut tensors = StateDict::new();
    for (name, view) in file.tensors() {
        let Some(element) = Element::from_dtype(view.dtype()) else {
            return Err(ModelFileError::Element { name, dtype: view.dtype().to_string() });
        };
        let tensor = StoredTensor { element, shape: view.shape().to_vec(), bytes: view.data().to_vec() };
        tensors.insert(name, tensor);
    }
    Ok((metadata, tensors))
}

/// The file's bytes, up to [`MAX_FILE`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, ModelFileError> {
    let file = File::open(path)?;
    let mut bytes = Vec::with_capacity(file.metadata()?.len().min(MAX_FILE) as usize);
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(ModelFileError::TooLarge);
    }
    Ok(bytes)
}

/// Writes a file of weights with its card (plain tensors without). The old file stays whole until the new one is
/// complete; the same tensors and card give the same bytes.
pub fn write(path: &Path, card: Option<(Architecture, &ModelCard)>, tensors: &StateDict) -> Result<(), ModelFileError> {
    let card = match card {
        Some((architecture, card)) => {
            model_card::check(architecture, card)?;
            Some((CARD_KEY, model_card::write(architecture, card)))
        }
        None => None,
    };
    write_noted(path, card, tensors)
}

/// The same with any text in the header, under a key of its own.
pub fn write_noted(path: &Path, note: Option<(&str, String)>, tensors: &StateDict) -> Result<(), ModelFileError> {
    let views = tensors
        .iter()
        .map(|(name, tensor)| {
            let view = TensorView::new(tensor.element.dtype(), tensor.shape.clone(), &tensor.bytes)?;
            Ok((name.as_str(), view))
        })
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    // One key only: a map of several would be written in any order.
    let note = note.map(|(key, text)| HashMap::from([(key.to_owned(), text)]));
    Ok(safetensors::serialize_to_file(views, note, path)?)
}

/// SHA-256 of a file's bytes: what a model's weights are known by.
pub fn sha256(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            len => hash.update(&chunk[..len]),
        }
    }
}

fn card_of(metadata: &Metadata) -> Result<Option<(Architecture, ModelCard)>, ModelFileError> {
    let text = metadata.metadata().as_ref().and_then(|map| map.get(CARD_KEY));
    Ok(text.map(|text| model_card::parse(text)).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::model_card::tests::card;

    fn tensors() -> StateDict {
        let bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        StateDict::from([
            (
                "b.weight".into(),
                StoredTensor { element: Element::F32, shape: vec![1, 3], bytes: bytes(&[1.0, -2.0, 0.5]) },
            ),
            ("a.counter".into(), StoredTensor { element: Element::I64, shape: vec![], bytes: vec![7; 8] }),
            ("empty".into(), StoredTensor { element: Element::F16, shape: vec![0, 4], bytes: vec![] }),
        ])
    }

    #[test]
    fn halves_are_the_nearest_and_only_matrices_are_halved() {
        let mut tensors = tensors();
        // 1 + 2^-11 lies between two halves and goes to the even one; the third is 2^-24, the smallest there is.
        let values = [1.0 + 2.0f32.powi(-11), -2.0, 2.0f32.powi(-24)];
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let norm = StoredTensor { element: Element::F32, shape: vec![3], bytes };
        tensors.insert("b.weight".into(), StoredTensor { shape: vec![1, 3], ..norm.clone() });
        tensors.insert("norm.weight".into(), norm.clone());
        let halved = super::halved(tensors.clone()).unwrap();
        let halves: Vec<u8> = [0x3c00u16, 0xc000, 0x0001].iter().flat_map(|half| half.to_le_bytes()).collect();
        assert_eq!((halved["b.weight"].element, &halved["b.weight"].bytes), (Element::F16, &halves));
        assert_eq!(halved["norm.weight"], norm);
        assert_eq!(halved["a.counter"], tensors["a.counter"]);
        let large = StoredTensor { shape: vec![1, 1], bytes: 65520.0f32.to_le_bytes().to_vec(), ..norm };
        assert_eq!(super::halved(StateDict::from([("w".into(), large)])), Err("w".into()));
    }

    #[test]
    fn tensors_and_card_come_back_and_bytes_repeat() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["a.safetensors", "b.safetensors"].map(|name| folder.path().join(name));
        let (architecture, card) = (Architecture::FasterRcnnSmall, card());
        for path in [&first, &second] {
            write(path, Some((architecture, &card)), &tensors()).unwrap();
        }
        assert_eq!(sha256(&first).unwrap(), sha256(&second).unwrap());
        assert_eq!(read(&first).unwrap(), (Some((architecture, card.clone())), tensors()));
        assert_eq!(read_card(&first).unwrap(), (architecture, card));
        assert_eq!(read_head(&first).unwrap().shapes["b.weight"], [1, 3]);
        write(&first, None, &tensors()).unwrap();
        assert!(matches!(read_card(&first), Err(ModelFileError::NoCard)));
        assert_eq!(read(&first).unwrap(), (None, tensors()));
    }

    #[test]
    fn damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.safetensors");
        write(&path, Some((Architecture::FasterRcnnSmall, &card())), &tensors()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let check = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(read_head(&path), Err(ModelFileError::Damaged(_))), "{} bytes", bytes.len());
            assert!(read(&path).is_err());
        };
        for len in [0, 7, 8, 100, whole.len() - 1] {
            check(&whole[..len]);
        }
        check(&[&whole[..], b"x"].concat());
        check(&[&u64::MAX.to_le_bytes()[..], &whole[8..]].concat());
        check(b"PK\x03\x04 a zip file, for instance");
        assert!(matches!(read_head(&folder.path().join("none")), Err(ModelFileError::Io(_))));
    }

    #[test]
    fn a_hash_is_written_as_everybody_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        std::fs::write(&path, b"").unwrap();
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&sha256(&path).unwrap()), expected);
    }
}
