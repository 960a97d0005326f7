//! PyTorch's own files of weights (`.pth`, `.pt`): state dicts, read without running anything that the file says.
//!
//! Two forms are about: a zip file (torch 1.6 and later), and several pickles one after another (before). Dicts within
//! dicts are unwrapped where training programs usually put the weights, and `module.`, which data-parallel training
//! adds, is taken off.

use std::collections::HashMap;
use std::io::{self, Cursor, Read as _};
use std::path::Path;

use super::model_file::{self, ModelFileError, StateDict, StoredTensor};
use super::pickle::{self, Id, Node, Pickle, PickleError, TensorNode};

/// Where training programs put the state dict.
const WRAPPERS: [&str; 6] = ["state_dict", "model", "model_state_dict", "model_state", "network", "net"];
/// The first pickle of the old form: 0x1950a86a20f9469cfc6c.
const OLD_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// Views may name the same values again (tied weights); more than this many times is an attack.
const MAX_REUSE: usize = 4;

/// Why a file is not a state dict that can be read.
#[derive(Debug, thiserror::Error)]
pub enum PthError {
    #[error(transparent)]
    File(#[from] ModelFileError),
    #[error("the file of weights is refused: {0}")]
    Pickle(#[from] PickleError),
    #[error("this is not a PyTorch file, or it is cut short: {0}")]
    Damaged(String),
    #[error("this is a TorchScript module and not a state dict; import it as a TorchScript model")]
    TorchScript,
    #[error("the file holds no state dict: {0}")]
    NoStateDict(String),
}

fn damaged(why: impl Into<String>) -> PthError {
    PthError::Damaged(why.into())
}

/// Tensors by name.
pub fn read(path: &Path) -> Result<StateDict, PthError> {
    parse(&model_file::read_bytes(path)?)
}

/// The same from a file's bytes.
pub fn parse(bytes: &[u8]) -> Result<StateDict, PthError> {
    let (pickle, storages) = if bytes.starts_with(b"PK\x03\x04") { read_zip(bytes)? } else { read_old(bytes)? };
    let entries = state_dict(&pickle)?;
    let has_module = entries.iter().all(|(name, _)| name.starts_with("module."));
    let mut budget = MAX_REUSE.saturating_mul(bytes.len());
    let mut tensors = StateDict::new();
    for (name, tensor) in entries {
        let stored = gather(tensor, &storages, &mut budget).map_err(|why| damaged(format!("{name} {why}")))?;
        let name = if has_module { &name["module.".len()..] } else { name };
        tensors.insert(name.to_owned(), stored);
    }
    Ok(tensors)
}

/// Bytes by the storage's key.
type Storages = HashMap<String, Vec<u8>>;

fn read_zip(bytes: &[u8]) -> Result<(Pickle, Storages), PthError> {
    let broken = |error: zip::result::ZipError| damaged(error.to_string());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let names = zip.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
    let names = names.collect::<Result<Vec<String>, _>>().map_err(broken)?;
    if names.iter().any(|name| name.contains("/code/") || name.ends_with("/constants.pkl")) {
        return Err(PthError::TorchScript);
    }
    let Some(root) = names.iter().find_map(|name| name.strip_suffix("data.pkl")) else {
        return Err(damaged("it is a zip file without data.pkl"));
    };
    let mut entry = |name: &str| -> Result<Vec<u8>, PthError> {
        let mut file = zip.by_name(name).map_err(broken)?;
        // PyTorch never compresses; an entry larger than its file is a trap.
        if file.size() > bytes.len() as u64 {
            return Err(damaged(format!("{name} is larger than the file")));
        }
        let mut content = Vec::with_capacity(file.size() as usize);
        let is_whole = |error: io::Error| damaged(format!("{name}: {error}"));
        file.by_ref().take(bytes.len() as u64).read_to_end(&mut content).map_err(is_whole)?;
        Ok(content)
    };
    let (pickle, _) = pickle::read(&entry(&format!("{root}data.pkl"))?)?;
    let order = format!("{root}byteorder");
    if names.contains(&order) && entry(&order)? != b"little" {
        return Err(damaged("its numbers are big-endian"));
    }
    let mut storages = Storages::new();
    let mut total = 0;
    for name in &names {
        let Some(key) = name.strip_prefix(&format!("{root}data/")) else { continue };
        let content = entry(name)?;
        total += content.len();
        if total > bytes.len() {
            return Err(damaged("its entries are larger than the file"));
        }
        storages.insert(key.to_owned(), content);
    }
    Ok((pickle, storages))
}

/// Magic number, version, facts of the computer, the object, the list of storage keys; then each storage: its number
/// of values as 64 bits and the values.
fn read_old(bytes: &[u8]) -> Result<(Pickle, Storages), PthError> {
    let is_magic = |pickle: &Pickle| matches!(&pickle.nodes[pickle.root], Node::LongInt(bytes) if *bytes == OLD_MAGIC);
    let rest = match pickle::read(bytes) {
        Ok((first, rest)) if is_magic(&first) => rest,
        Err(PickleError::Global(name)) => return Err(PickleError::Global(name).into()),
        _ => return Err(damaged("it starts neither as a zip file nor as an old PyTorch file")),
    };
    let (_version, rest) = pickle::read(rest)?;
    let (facts, rest) = pickle::read(rest)?;
    let is_big_endian = |(key, value): (&str, Id)| {
        key == "little_endian" && matches!(facts.nodes[value], Node::Bool(is_little) if !is_little)
    };
    if entries_of(&facts, facts.root).into_iter().flatten().any(is_big_endian) {
        return Err(damaged("its numbers are big-endian"));
    }
    let (pickle, rest) = pickle::read(rest)?;
    let (keys, mut rest) = pickle::read(rest)?;
    let widths: HashMap<&str, usize> = pickle
        .nodes
        .iter()
        .filter_map(|node| match node {
            Node::Storage(storage) => Some((storage.key.as_str(), storage.element.num_bytes())),
            _ => None,
        })
        .collect();
    let Node::List(ids) = &keys.nodes[keys.root] else { return Err(damaged("its list of storages is none")) };
    let mut storages = Storages::new();
    for id in ids {
        let Node::Text(key) = &keys.nodes[*id] else { return Err(damaged("a storage has no name")) };
        let cut = || damaged("it ends within its tensors");
        let (len, behind) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        let width = widths.get(key.as_str()).copied().unwrap_or(1) as u64;
        let len = u64::from_le_bytes(*len).checked_mul(width).and_then(|len| usize::try_from(len).ok());
        let (content, behind) = len.and_then(|len| behind.split_at_checked(len)).ok_or_else(cut)?;
        storages.insert(key.clone(), content.to_vec());
        rest = behind;
    }
    Ok((pickle, storages))
}

/// Keys and values of a dict whose keys are text.
fn entries_of(pickle: &Pickle, id: Id) -> Option<Vec<(&str, Id)>> {
    let Node::Dict(entries) = &pickle.nodes[id] else { return None };
    let entry = |(key, value): &(Id, Id)| match &pickle.nodes[*key] {
        Node::Text(key) => Some((key.as_str(), *value)),
        _ => None,
    };
    entries.iter().map(entry).collect()
}

/// The tensors by name, however deep the file wraps them.
fn state_dict(pickle: &Pickle) -> Result<Vec<(&str, &TensorNode)>, PthError> {
    let missing = |why: String| PthError::NoStateDict(why);
    let mut id = pickle.root;
    for _ in 0..3 {
        let entries = entries_of(pickle, id).ok_or_else(|| missing("it is not a dict of names".to_owned()))?;
        let inner = WRAPPERS.iter().find_map(|wrapper| {
            entries.iter().find(|(name, id)| name == wrapper && matches!(pickle.nodes[*id], Node::Dict(_)))
        });
        if let Some((_, inner)) = inner {
            id = *inner;
            continue;
        }
        if entries.is_empty() {
            return Err(missing("it is empty".to_owned()));
        }
        let tensor = |(name, id): (&'_ str, Id)| match &pickle.nodes[id] {
            Node::Tensor(tensor) => Ok(tensor),
            _ => Err(missing(format!("{name} is not a tensor"))),
        };
        return entries.into_iter().map(|(name, id)| Ok((name, tensor((name, id))?))).collect();
    }
    Err(missing("dicts lie too deep within dicts".to_owned()))
}

/// A tensor's values in the order of rows, whatever its strides.
fn gather(tensor: &TensorNode, storages: &Storages, budget: &mut usize) -> Result<StoredTensor, &'static str> {
    let element = tensor.storage.element;
    let width = element.num_bytes();
    let bytes = storages.get(&tensor.storage.key).ok_or("has no values in the file")?;
    if tensor.stride.len() != tensor.size.len() {
        return Err("has as many strides as it should have dimensions");
    }
    let too_large = "is larger than its storage";
    let len = tensor.size.iter().try_fold(1usize, |len, side| len.checked_mul(*side)).ok_or(too_large)?;
    let stored = |bytes| StoredTensor { element, shape: tensor.size.clone(), bytes };
    if len == 0 {
        return Ok(stored(Vec::new()));
    }
    let last = tensor
        .size
        .iter()
        .zip(&tensor.stride)
        .try_fold(tensor.offset, |last, (side, stride)| last.checked_add((side - 1).checked_mul(*stride)?))
        .ok_or(too_large)?;
    if last.checked_add(1).and_then(|end| end.checked_mul(width)).is_none_or(|end| end > bytes.len()) {
        return Err(too_large);
    }
    let num_bytes = len.checked_mul(width).filter(|num| *num <= *budget).ok_or("repeats its values too often")?;
    *budget -= num_bytes;
    let mut dense = 1;
    let is_dense = tensor.size.iter().zip(&tensor.stride).rev().all(|(side, stride)| {
        let fits = *side == 1 || *stride == dense;
        dense *= side;
        fits
    });
    if is_dense {
        return Ok(stored(bytes[tensor.offset * width..][..num_bytes].to_vec()));
    }
    let mut values = Vec::with_capacity(num_bytes);
    let mut index = vec![0; tensor.size.len()];
    let mut place = tensor.offset;
    for _ in 0..len {
        values.extend_from_slice(&bytes[place * width..][..width]);
        // Counts up as an odometer does, the last dimension fastest.
        for d in (0..index.len()).rev() {
            index[d] += 1;
            place += tensor.stride[d];
            if index[d] < tensor.size[d] {
                break;
            }
            place -= tensor.stride[d] * tensor.size[d];
            index[d] = 0;
        }
    }
    Ok(stored(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::model_file::Element;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/pth");

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(Path::new(FOLDER).join(name)).unwrap()
    }

    /// What `tests/parity/pth_torch.py` put in: values count up from 0 in steps of 1/2, for every element that has
    /// halves, and in whole steps for the others.
    fn check(tensors: &StateDict, name: &str, element: Element, shape: &[usize], expected: &[f64]) {
        let tensor = tensors.get(name).unwrap_or_else(|| panic!("{name} is there"));
        assert_eq!((tensor.element, tensor.shape.as_slice()), (element, shape), "{name}");
        let values: Vec<f64> = match element {
            Element::F64 => tensor.bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            Element::F32 => tensor.bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
            Element::I64 => tensor.bytes.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
            Element::BF16 => {
                let wide = |b: &[u8; 2]| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(*b)) << 16));
                tensor.bytes.as_chunks::<2>().0.iter().map(wide).collect()
            }
            // 1.0 is 0x3c00, 0.5 is 0x3800.
            Element::F16 => tensor.bytes.as_chunks::<2>().0.iter().map(|b| f64::from(b[1]) / 60.0).collect(),
            other => panic!("{other:?} is not in the files"),
        };
        assert_eq!(values, expected, "{name}");
    }

    #[test]
    fn state_dicts_of_every_kind_are_read_as_torch_wrote_them() {
        for name in ["plain.pth", "old.pth", "wrapped.pth", "protocol_4.pth"] {
            let tensors = parse(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            check(&tensors, "conv.weight", Element::F32, &[2, 1, 1, 2], &[0.0, 0.5, 1.0, 1.5]);
            check(&tensors, "turned", Element::F32, &[3, 2], &[0.0, 1.5, 0.5, 2.0, 1.0, 2.5]);
            check(&tensors, "part", Element::F64, &[2], &[1.0, 2.0]);
            check(&tensors, "repeated", Element::F32, &[3, 1], &[0.5, 0.5, 0.5]);
            check(&tensors, "half", Element::F16, &[1], &[1.0]);
            check(&tensors, "brain", Element::BF16, &[2], &[0.0, 0.5]);
            check(&tensors, "bn.num_batches_tracked", Element::I64, &[], &[7.0]);
            check(&tensors, "nothing", Element::F32, &[0, 3], &[]);
            assert_eq!(tensors.len(), 8, "{name}");
        }
    }

    #[test]
    fn a_file_that_wants_to_run_something_is_refused_by_name() {
        for (name, global) in
            [("hostile_zip.pth", "posix.system"), ("hostile_old.pth", "posix.system"), ("whole_model.pth", "torch.nn.")]
        {
            let message = parse(&file(name)).expect_err(name).to_string();
            assert!(message.contains(global) && message.contains("nothing was run"), "{name}: {message}");
        }
        assert!(matches!(parse(&file("script.pt")), Err(PthError::TorchScript)));
    }

    #[test]
    fn damage_is_told_and_never_a_panic() {
        for name in ["plain.pth", "old.pth"] {
            let whole = file(name);
            for len in (0..whole.len()).step_by(7) {
                assert!(parse(&whole[..len]).is_err(), "{name} cut at {len}");
            }
            for place in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[place] ^= 0x41;
                // Some places hold names and values; what matters is that nothing panics or runs away.
                let _ = parse(&flipped);
            }
        }
        let message = parse(b"GIF89a").expect_err("a picture").to_string();
        assert!(message.contains("neither as a zip file"), "{message}");
    }

    #[test]
    fn a_small_file_never_becomes_a_large_one() {
        // A view of one value, 65535 x 65535 times.
        let tensor = |size: Vec<usize>, stride: Vec<usize>| TensorNode {
            storage: pickle::Storage { element: Element::F32, key: "0".into(), num_values: 1 },
            offset: 0,
            size,
            stride,
        };
        let storages = Storages::from([("0".to_owned(), vec![0; 4])]);
        let mut budget = 1 << 20;
        let told = gather(&tensor(vec![65_535, 65_535], vec![0, 0]), &storages, &mut budget);
        assert_eq!(told, Err("repeats its values too often"));
        let told = gather(&tensor(vec![usize::MAX, 3], vec![0, 0]), &storages, &mut budget);
        assert_eq!(told, Err("is larger than its storage"));
        let told = gather(&tensor(vec![2], vec![usize::MAX]), &storages, &mut budget);
        assert_eq!(told, Err("is larger than its storage"));
    }
}
