//! Reads the few pickle instructions that PyTorch's state dicts use, and runs nothing: a pickle is a program, and a
//! file of weights from the internet may be a hostile one.
//!
//! The instructions are those of Python's `pickletools`. A global is a name to us, never looked up; one that state dicts
//! do not use is an error that tells it.

use super::model_file::Element;

/// Values are named by their place in [`Pickle::nodes`]; a dict that is filled later is the same dict everywhere.
pub type Id = usize;

/// The most values that a pickle may make: ten thousand tensors need a million.
const MAX_NODES: usize = 4 << 20;

/// Storage keys are numbers in decimal digits; each tensor has a copy of its own.
const MAX_KEY: usize = 256;

/// The most dimensions of a tensor; each tensor has a copy of its own.
const MAX_DIMENSIONS: usize = 16;

/// The most storages and tensors together: each has texts and lengths of its own, though the instruction that makes one
/// from values that are there already has five bytes.
const MAX_TENSORS: usize = 1 << 17;

/// How deep marks may lie in each other: a dict of dicts of tuples needs three.
const MAX_MARKS: usize = 1 << 10;

/// A value of the pickle.
#[derive(Clone, PartialEq, Debug)]
pub enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 64 bits, such as the magic number of old files: its little-endian bytes.
    LongInt(Vec<u8>),
    Float(f64),
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    /// In the order of insertion.
    Dict(Vec<(Id, Id)>),
    Callable(Callable),
    Storage(Storage),
    Tensor(TensorNode),
}

/// The globals that state dicts use.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Callable {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    StorageOf(Element),
}

/// Where a tensor's values lie: a piece of the file, by its key.
#[derive(Clone, PartialEq, Debug)]
pub struct Storage {
    pub element: Element,
    pub key: String,
    pub num_values: usize,
}

/// A tensor as a view of a storage; sizes and strides count values.
#[derive(Clone, PartialEq, Debug)]
pub struct TensorNode {
    pub storage: Storage,
    pub offset: usize,
    pub size: Vec<usize>,
    pub stride: Vec<usize>,
}

/// Why a pickle is not one that we read.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum PickleError {
    #[error(
        "it wants to call {0}, which a file of weights has no need of; nothing was run. Save the state dict alone: torch.save(model.state_dict(), path)"
    )]
    Global(String),
    #[error("it holds the pickle instruction {0:#04x}, which state dicts do not use")]
    Instruction(u8),
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    #[error("it holds more values than a file of weights needs")]
    TooLarge,
}

/// What a pickle holds.
#[derive(Debug, Default)]
pub struct Pickle {
    pub nodes: Vec<Node>,
    pub root: Id,
}

type Result<T> = std::result::Result<T, PickleError>;

const CUT: PickleError = PickleError::Damaged("it is cut short");
const STACK: PickleError = PickleError::Damaged("an instruction finds no value to work on");

fn callable(module: &str, name: &str) -> Result<Callable> {
    let element = match name {
        "DoubleStorage" => Some(Element::F64),
        "FloatStorage" => Some(Element::F32),
        "HalfStorage" => Some(Element::F16),
        "BFloat16Storage" => Some(Element::BF16),
        "LongStorage" => Some(Element::I64),
        "IntStorage" => Some(Element::I32),
        "ShortStorage" => Some(Element::I16),
        "CharStorage" => Some(Element::I8),
        "ByteStorage" => Some(Element::U8),
        "BoolStorage" => Some(Element::Bool),
        _ => None,
    };
    match (module, name, element) {
        ("torch", _, Some(element)) => Ok(Callable::StorageOf(element)),
        ("collections", "OrderedDict", _) => Ok(Callable::OrderedDict),
        ("torch._utils", "_rebuild_tensor_v2", _) => Ok(Callable::RebuildTensor),
        ("torch._utils", "_rebuild_parameter", _) => Ok(Callable::RebuildParameter),
        _ => Err(PickleError::Global(format!("{module}.{name}"))),
    }
}

/// The pickle at the start of `bytes`, and what lies behind it.
pub fn read(bytes: &[u8]) -> Result<(Pickle, &[u8])> {
    let mut reader = Reader {
        rest: bytes,
        nodes: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
        num_tensors: 0,
        num_pairs: 0,
    };
    let root = reader.run()?;
    Ok((Pickle { nodes: reader.nodes, root }, reader.rest))
}

struct Reader<'b> {
    rest: &'b [u8],
    nodes: Vec<Node>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
    /// Storages too.
    num_tensors: usize,
    /// Entries of dicts that were made from lists of pairs.
    num_pairs: usize,
}

impl<'b> Reader<'b> {
    fn run(&mut self) -> Result<Id> {
        loop {
            let instruction = self.take(1)?[0];
            match instruction {
                // PROTO, FRAME: nothing that we need.
                0x80 => drop(self.take(1)?),
                0x95 => drop(self.take(8)?),
                b'.' => return self.pop(),
                b'(' => self.mark()?,
                // POP; BUILD: attributes of the value below, `_metadata` of state dicts, none of which matters.
                b'0' | b'b' => drop(self.pop()?),
                b'N' => self.push(Node::None)?,
                0x88 => self.push(Node::Bool(true))?,
                0x89 => self.push(Node::Bool(false))?,
                b'K' => self.integer(1, false)?,
                b'M' => self.integer(2, false)?,
                b'J' => self.integer(4, true)?,
                0x8a => self.long_integer()?,
                b'G' => {
                    let bytes = self.array::<8>()?;
                    self.push(Node::Float(f64::from_be_bytes(bytes)))?;
                }
                b'X' => self.text(4)?,
                0x8c | b'U' => self.text(1)?,
                b'}' => self.push(Node::Dict(Vec::new()))?,
                b']' => self.push(Node::List(Vec::new()))?,
                b')' => self.push(Node::Tuple(Vec::new()))?,
                b't' => self.tuple_from_mark()?,
                0x85..=0x87 => self.tuple_of(usize::from(instruction - 0x84))?,
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.fill_dict(&[key, value])?;
                }
                b'u' => {
                    let items = self.take_to_mark()?;
                    self.fill_dict(&items)?;
                }
                b'a' => {
                    let value = self.pop()?;
                    self.fill_list(&[value])?;
                }
                b'e' => {
                    let items = self.take_to_mark()?;
                    self.fill_list(&items)?;
                }
                b'q' => {
                    let place = usize::from(self.take(1)?[0]);
                    self.remember(place)?;
                }
                b'r' => {
                    let place = u32::from_le_bytes(self.array()?) as usize;
                    self.remember(place)?;
                }
                0x94 => self.remember(self.memo.len())?,
                b'h' => {
                    let place = usize::from(self.take(1)?[0]);
                    self.recall(place)?;
                }
                b'j' => {
                    let place = u32::from_le_bytes(self.array()?) as usize;
                    self.recall(place)?;
                }
                b'c' => {
                    let (module, name) = (self.line()?, self.line()?);
                    self.push(Node::Callable(callable(module, name)?))?;
                }
                0x93 => {
                    let (name, module) = (self.pop_text()?, self.pop_text()?);
                    self.push(Node::Callable(callable(&module, &name)?))?;
                }
                b'Q' => self.persistent()?,
                b'R' => self.reduce()?,
                other => return Err(PickleError::Instruction(other)),
            }
        }
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn line(&mut self) -> Result<&'b str> {
        let len = memchr::memchr(b'\n', self.rest).ok_or(CUT)?;
        let line = self.take(len + 1)?;
        std::str::from_utf8(&line[..len]).map_err(|_| PickleError::Damaged("a name is not text"))
    }

    fn add(&mut self, node: Node) -> Result<Id> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        self.num_tensors += usize::from(matches!(node, Node::Storage(_) | Node::Tensor(_)));
        if self.num_tensors > MAX_TENSORS {
            return Err(PickleError::TooLarge);
        }
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    fn push(&mut self, node: Node) -> Result<()> {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    fn mark(&mut self) -> Result<()> {
        if self.marks.len() >= MAX_MARKS {
            return Err(PickleError::TooLarge);
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// What lies below a mark belongs to whoever set the mark.
    fn pop(&mut self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(STACK);
        }
        self.stack.pop().ok_or(STACK)
    }

    fn pop_text(&mut self) -> Result<String> {
        match self.pop().map(|id| &self.nodes[id])? {
            Node::Text(text) => Ok(text.clone()),
            _ => Err(PickleError::Damaged("a name is not text")),
        }
    }

    fn take_to_mark(&mut self) -> Result<Vec<Id>> {
        let height = self.marks.pop().ok_or(STACK)?;
        Ok(self.stack.split_off(height))
    }

    fn integer(&mut self, len: usize, is_signed: bool) -> Result<()> {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.take(len)?);
        let value = i64::from_le_bytes(bytes);
        self.push(Node::Int(if is_signed { i64::from(value as i32) } else { value }))
    }

    fn long_integer(&mut self) -> Result<()> {
        let len = usize::from(self.take(1)?[0]);
        let bytes = self.take(len)?;
        let node = if len <= 8 {
            let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
            let mut wide = [if is_negative { 0xff } else { 0 }; 8];
            wide[..len].copy_from_slice(bytes);
            Node::Int(i64::from_le_bytes(wide))
        } else {
            Node::LongInt(bytes.to_vec())
        };
        self.push(node)
    }

    fn text(&mut self, num_len: usize) -> Result<()> {
        let mut bytes = [0; 8];
        bytes[..num_len].copy_from_slice(self.take(num_len)?);
        let text = self.take(u64::from_le_bytes(bytes) as usize)?;
        let text = std::str::from_utf8(text).map_err(|_| PickleError::Damaged("a text is not UTF-8"))?;
        self.push(Node::Text(text.to_owned()))
    }

    fn tuple_from_mark(&mut self) -> Result<()> {
        let items = self.take_to_mark()?;
        self.push(Node::Tuple(items))
    }

    fn tuple_of(&mut self, len: usize) -> Result<()> {
        let mut items = (0..len).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
        items.reverse();
        self.push(Node::Tuple(items))
    }

    fn fill_dict(&mut self, items: &[Id]) -> Result<()> {
        let dict = *self.stack.last().ok_or(STACK)?;
        let pairs = items.as_chunks::<2>();
        match (&mut self.nodes[dict], pairs) {
            (Node::Dict(entries), (pairs, [])) => entries.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            _ => return Err(PickleError::Damaged("entries without a dict")),
        }
        Ok(())
    }

    fn fill_list(&mut self, items: &[Id]) -> Result<()> {
        let list = *self.stack.last().ok_or(STACK)?;
        match &mut self.nodes[list] {
            Node::List(entries) => entries.extend(items),
            _ => return Err(PickleError::Damaged("entries without a list")),
        }
        Ok(())
    }

    fn remember(&mut self, place: usize) -> Result<()> {
        let top = *self.stack.last().ok_or(STACK)?;
        // Picklers count places up from 0, one for a value at most: a place far beyond is there to eat memory.
        if place >= MAX_NODES || place > self.memo.len() + self.nodes.len() {
            return Err(PickleError::TooLarge);
        }
        if self.memo.len() <= place {
            self.memo.resize(place + 1, None);
        }
        self.memo[place] = Some(top);
        Ok(())
    }

    fn recall(&mut self, place: usize) -> Result<()> {
        if self.stack.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        let id = self.memo.get(place).copied().flatten().ok_or(PickleError::Damaged("a value before it was made"))?;
        self.stack.push(id);
        Ok(())
    }

    /// `('storage', torch.FloatStorage, key, where it was, number of values)`; old files have a sixth, None.
    fn persistent(&mut self) -> Result<()> {
        let id = self.pop()?;
        let wrong = PickleError::Damaged("a storage is not described as one");
        let Node::Tuple(items) = &self.nodes[id] else { return Err(wrong) };
        let items: Vec<&Node> = items.iter().map(|id| &self.nodes[*id]).collect();
        let [
            Node::Text(kind),
            Node::Callable(Callable::StorageOf(element)),
            Node::Text(key),
            _,
            Node::Int(len),
            old @ ..,
        ] = items.as_slice()
        else {
            return Err(wrong);
        };
        let is_view = !matches!(old, [] | [Node::None]);
        let (true, Ok(num_values), false) = (kind == "storage", usize::try_from(*len), is_view) else {
            return Err(wrong);
        };
        if key.len() > MAX_KEY {
            return Err(PickleError::TooLarge);
        }
        self.push(Node::Storage(Storage { element: *element, key: key.clone(), num_values }))
    }

    fn reduce(&mut self) -> Result<()> {
        let (arguments, called) = (self.pop()?, self.pop()?);
        let Node::Tuple(arguments) = &self.nodes[arguments] else { return Err(STACK) };
        if let Some(Node::List(pairs)) = arguments.first().map(|&id| &self.nodes[id]) {
            self.num_pairs += pairs.len();
            if self.num_pairs > MAX_NODES {
                return Err(PickleError::TooLarge);
            }
        }
        let arguments: Vec<&Node> = arguments.iter().map(|id| &self.nodes[*id]).collect();
        let node = match (&self.nodes[called], arguments.as_slice()) {
            // An OrderedDict is filled by the instructions that follow; old Pythons hand over a list of pairs.
            (Node::Callable(Callable::OrderedDict), []) => Node::Dict(Vec::new()),
            (Node::Callable(Callable::OrderedDict), [Node::List(pairs)]) => Node::Dict(self.pairs(pairs)?),
            (
                Node::Callable(Callable::RebuildTensor),
                [Node::Storage(storage), Node::Int(offset), Node::Tuple(size), Node::Tuple(stride), ..],
            ) => Node::Tensor(TensorNode {
                storage: storage.clone(),
                offset: usize::try_from(*offset).map_err(|_| PickleError::Damaged("a negative offset"))?,
                size: self.lengths(size)?,
                stride: self.lengths(stride)?,
            }),
            (Node::Callable(Callable::RebuildParameter), [Node::Tensor(tensor), ..]) => Node::Tensor(tensor.clone()),
            _ => return Err(PickleError::Damaged("a call whose arguments do not fit")),
        };
        self.push(node)
    }

    fn pairs(&self, pairs: &[Id]) -> Result<Vec<(Id, Id)>> {
        let pair = |id: &Id| match &self.nodes[*id] {
            Node::Tuple(items) | Node::List(items) if items.len() == 2 => Ok((items[0], items[1])),
            _ => Err(PickleError::Damaged("an entry is no pair")),
        };
        pairs.iter().map(pair).collect()
    }

    fn lengths(&self, ids: &[Id]) -> Result<Vec<usize>> {
        if ids.len() > MAX_DIMENSIONS {
            return Err(PickleError::TooLarge);
        }
        let length = |id: &Id| match &self.nodes[*id] {
            Node::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        };
        ids.iter().map(length).collect::<Option<_>>().ok_or(PickleError::Damaged("a size is no number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.FloatStorage` and the beginning of what a storage is called by, its key aside.
    fn storage(key: &[u8]) -> Vec<u8> {
        let key = [b"X".as_slice(), &(key.len() as u32).to_le_bytes(), key].concat();
        [b"(X\x07\0\0\0storagectorch\nFloatStorage\n".as_slice(), &key, b"X\x03\0\0\0cpuK\x01tQ"].concat()
    }

    /// A tensor of a remembered storage (place 0) with that many dimensions.
    fn tensor(num_dimensions: usize) -> Vec<u8> {
        let lengths = [b"(".as_slice(), &b"K\x01".repeat(num_dimensions), b"t"].concat();
        let call = b"ctorch._utils\n_rebuild_tensor_v2\n(h\0K\0".as_slice();
        [call, &lengths, &lengths, b"tR"].concat()
    }

    fn outcome(parts: &[&[u8]]) -> Result<()> {
        read(&parts.concat()).map(|_| ())
    }

    #[test]
    fn what_state_dicts_need_is_far_from_the_limits() {
        assert_eq!(outcome(&[&storage(b"12"), b"q\0", &tensor(4), b"."]), Ok(()));
        assert_eq!(outcome(&[&storage(&[b'1'; MAX_KEY]), b"q\0", &tensor(MAX_DIMENSIONS), b"."]), Ok(()));
    }

    #[test]
    fn a_small_file_cannot_ask_for_much_memory() {
        let many = |what: &[u8]| what.repeat(MAX_TENSORS + 1);
        let check = |why: &str, parts: &[&[u8]]| assert_eq!(outcome(parts), Err(PickleError::TooLarge), "{why}");
        check("a long key", &[&storage(&[b'1'; MAX_KEY + 1]), b"."]);
        check("many dimensions", &[&storage(b"1"), b"q\0", &tensor(MAX_DIMENSIONS + 1), b"."]);
        check("marks in marks", &[&b"(".repeat(MAX_MARKS + 1)]);
        check("a place far beyond", &[b"Nr", &(MAX_NODES as u32 - 1).to_le_bytes(), b"."]);
        // One tuple of arguments, called again and again: a few bytes each time.
        let arguments = [storage(b"1"), b"q\0K\0K\x01\x85K\x01\x85".to_vec()].concat();
        let call = b"ctorch._utils\n_rebuild_tensor_v2\nq\x02".as_slice();
        check("many tensors", &[b"(", &arguments, b"tq\x01", call, &many(b"h\x02h\x01R0"), b"."]);
        let id = storage(b"1");
        check("many storages", &[&id[..id.len() - 1], b"q\0", &many(b"h\0Q0"), b"."]);
        let pairs = [b"](".as_slice(), &b"NN\x86".repeat(1 << 12), b"e\x85q\0"].concat();
        let call = b"ccollections\nOrderedDict\nq\x01".as_slice();
        check("a list of pairs, over and over", &[&pairs, call, &many(b"h\x01h\0R0"), b"."]);
    }
}
