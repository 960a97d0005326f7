//! Files of weights: what a file is, a copy of it for the project under the name of its hash, and a copy for others.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};

use crate::domain::model::{Architecture, ModelCard, hex_from_hash};
use crate::domain::model_draft::ModelDraft;
use crate::domain::model_guess::{self, ModelGuess, TensorShapes};
use crate::formats::model_file::{self, StateDict};
use crate::formats::{model_card, pth};

use super::staged_file::StagedFile;

/// What a file of weights is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// Tensors by name, with or without a card.
    SafeTensors,
    /// A state dict as torch.save writes it; read without executing what is in it.
    StateDict,
    /// A program with its weights.
    TorchScript,
}

/// What a file says of itself.
#[derive(Clone, PartialEq, Debug)]
pub struct FoundFile {
    pub kind: FileKind,
    pub card: Option<(Architecture, ModelCard)>,
    /// What its tensors tell, where it has any that can be listed.
    pub guess: Option<ModelGuess>,
}

/// A model's file in the project's folder of models, under a name that nothing looks at yet. Dropped before
/// [`StagedModel::put_in_place`], it leaves nothing behind.
#[derive(Debug)]
pub struct StagedModel {
    part: PathBuf,
    /// Its name once it is in place.
    pub name: String,
    pub architecture: Architecture,
    pub sha256: [u8; 32],
    /// As the project shows it; the file's own card may have another name or threshold.
    pub card: ModelCard,
}

/// Parts and files that nobody names are swept away when they are this old: another program may be at it still.
const OLD: Duration = Duration::from_hours(24);

/// Finds out what a file is from its first bytes and its list of tensors.
pub fn look(path: &Path) -> anyhow::Result<FoundFile> {
    let shown = path.display();
    if path.is_dir() {
        bail!("{shown} is a folder. Nothing was imported. Choose a file of weights (.safetensors, .pth, .pt).");
    }
    let kind = kind_of(path).with_context(|| format!("{shown} can't be read. Nothing was imported"))?;
    let cannot = || format!("{shown} can't be imported, and nothing was");
    Ok(match kind {
        FileKind::SafeTensors => {
            let head = model_file::read_head(path).with_context(cannot)?;
            FoundFile { kind, card: head.card, guess: guess(&head.shapes, path)? }
        }
        FileKind::StateDict => {
            let tensors = pth::read(path).with_context(cannot)?;
            FoundFile { kind, card: None, guess: guess(&shapes_of(&tensors), path)? }
        }
        FileKind::TorchScript => {
            let beside = model_card::beside(path);
            let card = match fs::read_to_string(&beside) {
                Ok(text) => Some(model_card::parse(&text).with_context(cannot)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error).with_context(|| format!("{} can't be read", beside.display())),
            };
            FoundFile { kind, card, guess: None }
        }
    })
}

fn guess(shapes: &TensorShapes, path: &Path) -> anyhow::Result<Option<ModelGuess>> {
    if let Some(why) = model_guess::unfit(shapes) {
        bail!("{} can't be imported, and nothing was: {why}.", path.display());
    }
    Ok(model_guess::guess(shapes))
}

/// Copies a file of weights into the folder of models, with a card from the file or from what is said, and checks what
/// was written. Nothing in the file is executed.
pub fn stage(models: &Path, path: &Path, draft: &ModelDraft) -> anyhow::Result<StagedModel> {
    let shown = path.display();
    let found = look(path)?;
    fs::create_dir_all(models).with_context(|| format!("{} can't be made", models.display()))?;
    let cannot = || format!("{shown} can't be imported, and nothing was");
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let has_card = found.card.is_some();
    let (architecture, card) = match found.card {
        Some(_) if draft.is_beyond_card() => bail!(
            "{shown} brings its own card, so its architecture, classes and preprocessing can't be said anew. Nothing \
             was imported. Leave them out; name and threshold may be others."
        ),
        Some((architecture, card)) => (architecture, card),
        None => draft.card(&stem, found.guess).map_err(|why| {
            anyhow::anyhow!("{shown} has no card, and {why}. Nothing was imported. Say it, then import it again.")
        })?,
    };
    let is_script = matches!(architecture, Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector);
    if is_script != (found.kind == FileKind::TorchScript) {
        let (is, not) =
            if is_script { ("a state dict", "a TorchScript module") } else { ("a TorchScript module", "a state dict") };
        bail!(
            "{shown} is {is}, not {not}, so it can't be {}. Nothing was imported. Choose another architecture.",
            architecture.as_str()
        );
    }
    model_card::check(architecture, &card).with_context(cannot)?;
    let (part, mut out) = new_part(models)?;
    // Whoever may read the project may read its models: the library that writes safetensors lets nobody else.
    let readable = out.metadata().with_context(cannot)?.permissions();
    // From here on whatever goes wrong takes the part with it.
    let mut staged = StagedModel { part, name: String::new(), architecture, sha256: [0; 32], card };
    let card = (architecture, &staged.card);
    match found.kind {
        FileKind::TorchScript => {
            copy(path, &mut out).with_context(cannot)?;
            write_beside(&staged.part, &model_card::write(architecture, &staged.card)).with_context(cannot)?;
        }
        FileKind::SafeTensors if has_card => {
            let head = model_file::read_head(path).with_context(cannot)?;
            fits(&head.shapes, card, path)?;
            copy(path, &mut out).with_context(cannot)?;
        }
        FileKind::SafeTensors => {
            let (_, tensors) = model_file::read(path).with_context(cannot)?;
            fits(&shapes_of(&tensors), card, path)?;
            drop(out);
            model_file::write(&staged.part, Some(card), &tensors).with_context(cannot)?;
        }
        FileKind::StateDict => {
            let tensors = pth::read(path).with_context(cannot)?;
            fits(&shapes_of(&tensors), card, path)?;
            drop(out);
            model_file::write(&staged.part, Some(card), &tensors).with_context(cannot)?;
        }
    }
    fs::set_permissions(&staged.part, readable).with_context(cannot)?;
    File::open(&staged.part).and_then(|file| file.sync_all()).with_context(cannot)?;
    staged.sha256 = model_file::sha256(&staged.part).with_context(cannot)?;
    if has_card && staged.sha256 != model_file::sha256(path).with_context(cannot)? {
        bail!("{shown} changed while it was copied, or the copy is damaged. Nothing was imported. Try again.");
    }
    if let Some(name) = draft.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        name.clone_into(&mut staged.card.name);
    }
    staged.card.threshold = draft.threshold.or(staged.card.threshold);
    // What is said at the import is newer than what the file says of itself.
    for (said, text) in [
        (&draft.training, &mut staged.card.training),
        (&draft.licence, &mut staged.card.licence),
        (&draft.notes, &mut staged.card.notes),
    ] {
        if !said.trim().is_empty() {
            said.trim().clone_into(text);
        }
    }
    model_card::check(architecture, &staged.card).with_context(cannot)?;
    let ending = if is_script { "pt" } else { "safetensors" };
    staged.name = format!("{}.{ending}", hex_from_hash(&staged.sha256));
    Ok(staged)
}

impl StagedModel {
    /// Gives the file its name; tells where it lies.
    pub fn put_in_place(&mut self) -> anyhow::Result<PathBuf> {
        let to = self.part.with_file_name(&self.name);
        let cannot = || format!("{} can't be written", to.display());
        let card = model_card::beside(&self.part);
        if card.exists() {
            fs::rename(&card, model_card::beside(&to)).with_context(cannot)?;
        }
        fs::rename(&self.part, &to).with_context(cannot)?;
        Ok(to)
    }
}

impl Drop for StagedModel {
    fn drop(&mut self) {
        remove(&self.part);
    }
}

/// Removes a file of weights and the card beside it, where there is one.
pub fn remove(path: &Path) {
    for path in [path.to_owned(), model_card::beside(path)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a file of weights that nothing needs stays where it is");
            }
            _ => {}
        }
    }
}

/// Writes a model for others, with this card: its bytes as they are where the file has the same card, unless they are to be
/// halved.
pub fn export(
    from: &Path,
    to: &Path,
    architecture: Architecture,
    card: &ModelCard,
    is_half: bool,
) -> anyhow::Result<()> {
    let cannot = || format!("{} can't be written", to.display());
    let unreadable = || format!("the project's file {} can't be read; import the model again", from.display());
    let is_same_file = to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to));
    if is_same_file {
        bail!("{} is the project's own file. Nothing was written. Choose another place.", to.display());
    }
    if matches!(architecture, Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector) {
        if is_half {
            bail!("A TorchScript module is handed on as it is. Nothing was written. Leave out the half size.");
        }
        let mut staged = StagedFile::create(to)?;
        copy(from, staged.file()).with_context(cannot)?;
        let mut beside = StagedFile::create(&model_card::beside(to))?;
        beside.file().write_all(model_card::write(architecture, card).as_bytes()).with_context(cannot)?;
        beside.put_in_place()?;
        return staged.put_in_place();
    }
    let own = model_file::read_head(from).with_context(unreadable)?.card;
    if !is_half && own.is_some_and(|own| own == (architecture, card.clone())) {
        let mut staged = StagedFile::create(to)?;
        copy(from, staged.file()).with_context(cannot)?;
        return staged.put_in_place();
    }
    let (_, mut tensors) = model_file::read(from).with_context(unreadable)?;
    if is_half {
        tensors = model_file::halved(tensors).map_err(|name| {
            anyhow::anyhow!("{name} has numbers too large for 16 bits. Nothing was written. Export it in full size.")
        })?;
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (part, file) = new_part(folder)?;
    let readable = file.metadata().with_context(cannot)?.permissions();
    drop(file);
    let written = model_file::write(&part, Some((architecture, card)), &tensors).with_context(cannot);
    let written = written.and_then(|()| fs::set_permissions(&part, readable).with_context(cannot));
    let placed = written.and_then(|()| fs::rename(&part, to).with_context(cannot));
    if placed.is_err() {
        remove(&part);
    }
    placed
}

/// Whether halving this file would change nothing.
pub fn is_half(path: &Path) -> anyhow::Result<bool> {
    let (_, tensors) = model_file::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(tensors.values().all(|tensor| tensor.element != model_file::Element::F32 || tensor.shape.len() < 2))
}

/// Removes what imports that were killed left behind: old parts, and old files under a hash that no model has.
pub fn sweep(models: &Path, names: &[String]) {
    let Ok(entries) = fs::read_dir(models) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_hash = |stem: &str| stem.len() == 64 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_ours = name.starts_with(PART) || name.split_once('.').is_some_and(|(stem, _)| is_hash(stem));
        let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let is_needed = names.iter().any(|known| known.split_once('.').is_some_and(|(known, _)| known == stem));
        let age = entry.metadata().and_then(|meta| meta.modified()).ok();
        let is_old = age.and_then(|then| SystemTime::now().duration_since(then).ok()).is_some_and(|age| age > OLD);
        if is_ours && !is_needed && is_old {
            remove(&entry.path());
        }
    }
}

/// What unfinished files are called.
const PART: &str = "unfinished-";

fn new_part(folder: &Path) -> anyhow::Result<(PathBuf, File)> {
    let cannot = || format!("{} can't be written to", folder.display());
    for number in 0..1000 {
        let part = folder.join(format!("{PART}{}-{number}", std::process::id()));
        match File::create_new(&part) {
            Ok(file) => return Ok((part, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(cannot),
        }
    }
    bail!("{}: it is full of unfinished files; remove those whose names begin with {PART:?}", cannot())
}

fn write_beside(path: &Path, card: &str) -> io::Result<()> {
    let mut file = File::create(model_card::beside(path))?;
    file.write_all(card.as_bytes())?;
    file.sync_all()
}

fn copy(from: &Path, out: &mut File) -> io::Result<()> {
    let mut from = File::open(from)?;
    io::copy(&mut from, out)?;
    out.sync_all()
}

fn fits(shapes: &TensorShapes, (architecture, card): (Architecture, &ModelCard), path: &Path) -> anyhow::Result<()> {
    model_guess::check(shapes, architecture, card.classes.len()).map_err(|why| {
        anyhow::anyhow!("{} does not fit: {why}. Nothing was imported. Check architecture and classes.", path.display())
    })
}

fn shapes_of(tensors: &StateDict) -> TensorShapes {
    tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
}

fn kind_of(path: &Path) -> anyhow::Result<FileKind> {
    let mut file = File::open(path)?;
    let mut first = [0; 9];
    let len = file.read(&mut first)?;
    if first.starts_with(b"PK\x03\x04") {
        let zip = zip::ZipArchive::new(File::open(path)?)?;
        // torch.jit.save puts the program into a folder of its own.
        let is_script = zip.file_names().flatten().any(|name| name.contains("/code/"));
        return Ok(if is_script { FileKind::TorchScript } else { FileKind::StateDict });
    }
    if len == 9 && first[8] == b'{' {
        return Ok(FileKind::SafeTensors);
    }
    let ending = path.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_lowercase());
    match ending.as_str() {
        "safetensors" => Ok(FileKind::SafeTensors),
        // Pickles of torch before 1.6 begin so.
        _ if first[0] == 0x80 => Ok(FileKind::StateDict),
        _ => bail!("it is neither safetensors nor a file of torch"),
    }
}
