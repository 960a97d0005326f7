//! Weights from files into a network: `.safetensors`, and PyTorch's `.pth` without running it.

use std::collections::BTreeMap;
use std::path::Path;

use rachis::domain::model::{Architecture, ModelCard};
use rachis::formats::model_file::{self, Element, StateDict, StoredTensor};
use rachis::formats::pth;
use tch::{Device, Kind, Tensor};

use crate::failure::Failure;
use crate::params::Params;

/// A file's card, where it has one, and its tensors.
pub fn read(path: &Path) -> Result<(Option<(Architecture, ModelCard)>, StateDict), Failure> {
    let is_safetensors = path.extension().is_some_and(|extension| extension == "safetensors");
    if is_safetensors {
        model_file::read(path).map_err(|error| Failure::new(error.to_string()))
    } else {
        let tensors = pth::read(path).map_err(|error| Failure::new(error.to_string()))?;
        Ok((None, tensors))
    }
}

/// Fills a network; every name has to be there on both sides.
pub fn load(params: &mut Params, state: &StateDict) -> Result<(), Failure> {
    let tensors: BTreeMap<String, Tensor> = state.iter().map(|(name, stored)| (name.clone(), tensor(stored))).collect();
    params.load(&tensors).map_err(|error| Failure::new(error.to_string()))
}

/// A stored tensor on the processor.
pub fn tensor(stored: &StoredTensor) -> Tensor {
    let size: Vec<i64> = stored.shape.iter().map(|side| *side as i64).collect();
    Tensor::from_data_size(&stored.bytes, &size, kind(stored.element))
}

/// The other way.
pub fn stored(tensor: &Tensor) -> Result<StoredTensor, Failure> {
    let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
    let Some(element) = ELEMENTS.into_iter().find(|(_, kind)| *kind == tensor.kind()).map(|(element, _)| element)
    else {
        return Err(Failure::new(format!("{:?} tensors can't be written.", tensor.kind())));
    };
    let mut bytes = vec![0; tensor.numel() * element.num_bytes()];
    tensor.f_copy_data_u8(&mut bytes, tensor.numel())?;
    Ok(StoredTensor { element, shape: tensor.size().iter().map(|side| *side as usize).collect(), bytes })
}

const ELEMENTS: [(Element, Kind); 10] = [
    (Element::F64, Kind::Double),
    (Element::F32, Kind::Float),
    (Element::F16, Kind::Half),
    (Element::BF16, Kind::BFloat16),
    (Element::I64, Kind::Int64),
    (Element::I32, Kind::Int),
    (Element::I16, Kind::Int16),
    (Element::I8, Kind::Int8),
    (Element::U8, Kind::Uint8),
    (Element::Bool, Kind::Bool),
];

fn kind(element: Element) -> Kind {
    ELEMENTS.into_iter().find(|(one, _)| *one == element).map_or(Kind::Float, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_of_every_kind_go_there_and_back() {
        for (element, kind) in ELEMENTS {
            let tensor_of_kind = Tensor::from_slice(&[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]).reshape([2, 3]).to_kind(kind);
            let kept = stored(&tensor_of_kind.tr()).unwrap();
            assert_eq!((kept.element, kept.shape.as_slice()), (element, [3, 2].as_slice()));
            let back = tensor(&kept);
            assert_eq!(back.kind(), kind);
            assert!(back.equal(&tensor_of_kind.tr()), "{element:?}");
        }
        assert_eq!(tensor(&stored(&Tensor::from(7i64)).unwrap()).int64_value(&[]), 7);
    }

    #[test]
    fn a_network_takes_weights_of_all_its_names_or_none() {
        let mut params = Params::new(Device::Cpu);
        let _weight = params.root().parameter("weight", &[2, 3], crate::params::Init::Const(0.0));
        let mut state =
            StateDict::from([("weight".to_owned(), stored(&Tensor::ones([2, 3], tch::kind::FLOAT_CPU)).unwrap())]);
        load(&mut params, &state).unwrap();
        assert_eq!(params.get("weight").unwrap().double_value(&[1, 2]), 1.0);
        state.insert("more".into(), stored(&Tensor::from(1.0f32)).unwrap());
        let message = load(&mut params, &state).expect_err("left over").message;
        assert!(message.contains("1 are left over (more)"), "{message}");
    }
}
