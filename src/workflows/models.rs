//! The project's models: bringing one in, putting it to use, taking it out, and handing it on.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};

use crate::domain::fusion::Pipeline;
use crate::domain::model::{
    Architecture, EnsembleMean, Model, ModelCard, ModelContent, ModelEvent, ModelId, ModelStep, ModelTask,
};
use crate::domain::model_draft::{CardTexts, EnsembleDraft, ModelDraft};
use crate::formats::model_card;
use crate::store::{NewModel, Store, StoredModel};

use super::model_files;

pub use super::model_export::{ExportForm, export};
pub use super::model_files::{FileKind, FoundFile, StagedModel, look, stage};

/// Everything the project knows of its models.
#[derive(Clone, PartialEq, Debug)]
pub struct Register {
    /// In the order of ids, deleted ones too.
    pub models: Vec<Model>,
    pub pipeline: Pipeline,
    /// The newest first.
    pub history: Vec<ModelEvent>,
}

/// Who does something with a model, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doer<'a> {
    /// Reader id; empty where nobody is signed in.
    pub by: &'a str,
    pub at_ms: i64,
}

/// Reads all of it. A card that this program can't read does not hide the model.
pub fn register(store: &Store) -> anyhow::Result<Register> {
    Ok(Register {
        models: store.models()?.iter().map(model).collect(),
        pipeline: store.pipeline()?,
        history: store.model_history()?,
    })
}

/// A stored model with its card read.
pub fn model(stored: &StoredModel) -> Model {
    let card = model_card::parse(&stored.card).map_or_else(
        |error| ModelCard { notes: format!("{error}"), ..empty_card(stored) },
        |(_, card)| ModelCard { name: stored.name.clone(), ..card },
    );
    Model {
        id: stored.id,
        version: stored.version,
        content: stored.content.clone(),
        card,
        added_at_ms: stored.added_at_ms,
        added_by: stored.added_by.clone(),
        is_deleted: stored.is_deleted,
    }
}

fn empty_card(stored: &StoredModel) -> ModelCard {
    ModelCard {
        name: stored.name.clone(),
        task: stored.task,
        classes: Vec::new(),
        preprocessing: crate::domain::preprocessing::Preprocessing::PAPER_CLASSIFIER,
        threshold: None,
        is_synthetic: false,
        training: String::new(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    }
}

/// The model that a person names: `name` for its newest version, `name@version`, or its id where none is called so.
pub fn named(store: &Store, text: &str) -> anyhow::Result<StoredModel> {
    let by_id = || text.parse().map_or(Ok(None), |id| store.model(ModelId(id)));
    if let Some(found) = store.model_named(text)?.map_or_else(by_id, |found| Ok(Some(found)))? {
        return Ok(found);
    }
    let names: Vec<String> =
        store.models()?.iter().filter(|model| !model.is_deleted).map(StoredModel::full_name).collect();
    let has = if names.is_empty() { "it has none yet".to_owned() } else { format!("it has {}", names.join(", ")) };
    bail!("the project has no model {text:?}: {has}. Nothing was changed.")
}

/// Brings a file into the project as the next version of its name.
pub fn import(store: &mut Store, path: &Path, draft: &ModelDraft, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let staged = stage(&store.models_folder(), path, draft)?;
    add(store, staged, doer)
}

/// Enters a staged file. Until the row is written nothing looks at the file, and without the row it goes again.
pub fn add(store: &mut Store, mut staged: StagedModel, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let known = store.models()?;
    let is_same = |model: &&StoredModel| {
        !model.is_deleted && matches!(&model.content, ModelContent::Weights { sha256, .. } if *sha256 == staged.sha256)
    };
    if let Some(same) = known.iter().find(is_same) {
        bail!("This file is in the project already, as {}. Nothing was imported.", same.full_name());
    }
    let names: Vec<String> = known.into_iter().filter(|m| !m.is_deleted).filter_map(|m| m.file).collect();
    model_files::sweep(&store.models_folder(), &names);
    let place = staged.put_in_place()?;
    let card = model_card::write(staged.architecture, &staged.card);
    let new = NewModel {
        name: &staged.card.name,
        task: staged.card.task,
        content: ModelContent::Weights { architecture: staged.architecture, sha256: staged.sha256 },
        file: Some(&staged.name),
        card: &card,
        step: ModelStep::Imported,
        at_ms: doer.at_ms,
        by: doer.by,
    };
    store.add_model(&new).map_err(|error| {
        model_files::remove(&place);
        anyhow!(error)
    })
}

/// Makes an ensemble of classifiers of the project.
pub fn make_ensemble(store: &mut Store, new: &EnsembleDraft, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let mut members = Vec::new();
    for id in &new.members {
        members.push(store.model(*id)?.with_context(|| format!("the project has no model number {}", id.0))?);
    }
    let cards: Vec<ModelCard> = members.iter().map(|member| model(member).card).collect();
    let Some(first) = cards.first() else {
        bail!("An ensemble has two members or more. Nothing was made. Name them.");
    };
    if let Some(other) = cards.iter().find(|card| card.classes != first.classes) {
        bail!(
            "{} answers for {:?}, {} for {:?}: their mean would mean nothing. Nothing was made. Choose classifiers of \
             the same class.",
            first.name,
            class_text(first),
            other.name,
            class_text(other)
        );
    }
    let names: Vec<String> = members.iter().map(StoredModel::full_name).collect();
    let mean = match new.mean {
        EnsembleMean::Probability => "probabilities",
        EnsembleMean::Logit => "logits",
    };
    let mut licences: Vec<&str> =
        cards.iter().map(|card| card.licence.as_str()).filter(|text| !text.is_empty()).collect();
    licences.dedup();
    let card = ModelCard {
        name: new.name.trim().to_owned(),
        threshold: new.threshold,
        is_synthetic: cards.iter().any(|card| card.is_synthetic),
        training: format!("Mean of the {mean} of {}.", names.join(", ")),
        data_sha256: None,
        metrics: Vec::new(),
        licence: licences.join("; "),
        notes: String::new(),
        ..first.clone()
    };
    // The card's form wants a network; that an ensemble is one is said by its content.
    let architecture = architecture_of(&members[0]).context("a member of an ensemble has weights of its own")?;
    model_card::check(architecture, &card).context("The ensemble can't be made, and nothing was")?;
    Ok(store.add_model(&NewModel {
        name: &card.name,
        task: ModelTask::Classify,
        content: ModelContent::Ensemble { members: new.members.clone(), mean: new.mean },
        file: None,
        card: &model_card::write(architecture, &card),
        step: ModelStep::Made,
        at_ms: doer.at_ms,
        by: doer.by,
    })?)
}

fn class_text(card: &ModelCard) -> String {
    card.classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) const fn architecture_of(model: &StoredModel) -> Option<Architecture> {
    match &model.content {
        ModelContent::Weights { architecture, .. } => Some(*architecture),
        ModelContent::Ensemble { .. } => None,
    }
}

/// Puts a model in use for its task; a classifier brings its threshold along.
pub fn promote(store: &mut Store, id: ModelId, doer: Doer<'_>) -> anyhow::Result<()> {
    let threshold = store.model(id)?.and_then(|stored| threshold_of(&stored));
    Ok(store.promote_model(id, threshold, doer.at_ms, doer.by)?)
}

/// Takes the model of this task out of use; the one before it comes back, or none.
pub fn roll_back(store: &mut Store, task: ModelTask, doer: Doer<'_>) -> anyhow::Result<Option<StoredModel>> {
    Ok(store.roll_back_model(task, threshold_of, doer.at_ms, doer.by)?)
}

fn threshold_of(stored: &StoredModel) -> Option<f64> {
    if stored.task == ModelTask::Classify { model(stored).card.threshold } else { None }
}

/// Deletes a model's weights; what is said of it stays.
pub fn delete(store: &mut Store, id: ModelId, doer: Doer<'_>) -> anyhow::Result<()> {
    if let Some(file) = store.delete_model(id, doer.at_ms, doer.by)? {
        model_files::remove(&file);
    }
    Ok(())
}

/// Changes what people read about a model; its weights and figures stay.
pub fn edit_card(store: &mut Store, id: ModelId, texts: &CardTexts, doer: Doer<'_>) -> anyhow::Result<()> {
    let stored = store.model(id)?.with_context(|| format!("the project has no model number {}", id.0))?;
    let (architecture, card) =
        model_card::parse(&stored.card).context("The card can't be read, so it can't be changed. Nothing was")?;
    let card = ModelCard {
        training: texts.training.trim().to_owned(),
        licence: texts.licence.trim().to_owned(),
        notes: texts.notes.trim().to_owned(),
        ..card
    };
    Ok(store.set_model_card(id, &model_card::write(architecture, &card), doer.at_ms, doer.by)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;
    use crate::domain::label::LabelName;
    use crate::domain::preprocessing::Preprocessing;
    use crate::domain::rules::default_rules;
    use crate::formats::model_file::{self, Element, StateDict, StoredTensor};
    use crate::store::NewProject;

    const BY: Doer<'_> = Doer { by: "R1", at_ms: 7 };

    fn project(folder: &Path) -> Store {
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(folder, &new).unwrap()
    }

    /// The tensors that tell a small DenseNet from others; `value` makes files differ.
    fn tensors(value: f32) -> StateDict {
        let tensor = |shape: &[usize]| {
            let num = shape.iter().product::<usize>();
            let bytes = std::iter::repeat_n(value.to_le_bytes(), num).flatten().collect();
            StoredTensor { element: Element::F32, shape: shape.to_vec(), bytes }
        };
        let mut all: StateDict =
            (1..=8).map(|n| (format!("features.denseblock3.denselayer{n}.conv1.weight"), tensor(&[2]))).collect();
        all.insert("features.conv0.weight".into(), tensor(&[24, 3, 7, 7]));
        all.insert("classifier.weight".into(), tensor(&[1, 145]));
        all
    }

    fn card(name: &str) -> ModelCard {
        let draft = ModelDraft { name: Some(name.into()), threshold: Some(0.4), ..ModelDraft::default() };
        let draft = ModelDraft { architecture: Some(Architecture::DenseNetSmall), ..draft };
        draft.card("", None).unwrap().1
    }

    fn file(folder: &Path, name: &str, value: f32) -> PathBuf {
        let path = folder.join(format!("{name}.safetensors"));
        model_file::write(&path, Some((Architecture::DenseNetSmall, &card(name))), &tensors(value)).unwrap();
        path
    }

    fn names_in(folder: &Path) -> BTreeSet<String> {
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        std::fs::read_dir(folder).unwrap().map(name).collect()
    }

    #[test]
    fn a_file_goes_from_project_to_project_byte_by_byte() {
        let scratch = tempfile::tempdir().unwrap();
        let from = file(scratch.path(), "Spine", 0.5);
        let mut first = project(&scratch.path().join("first"));
        let imported = import(&mut first, &from, &ModelDraft::default(), BY).unwrap();
        assert_eq!((imported.full_name().as_str(), imported.added_by.as_str()), ("Spine@1", "R1"));
        let lies = first.model_path(&imported).unwrap();
        assert_eq!(std::fs::read(&lies).unwrap(), std::fs::read(&from).unwrap());
        let hash = crate::domain::model::hex_from_hash(&model_file::sha256(&from).unwrap());
        assert_eq!(names_in(&first.models_folder()), BTreeSet::from([format!("{hash}.safetensors")]));
        let out = scratch.path().join("out.safetensors");
        export(&first, imported.id, &out, ExportForm::default()).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&from).unwrap());
        let mut second = project(&scratch.path().join("second"));
        let again = import(&mut second, &out, &ModelDraft::default(), BY).unwrap();
        assert_eq!((again.content, again.card), (imported.content, imported.card));
        // The same file twice is told, and nothing is left of the second.
        let why = import(&mut first, &out, &ModelDraft::default(), BY).unwrap_err().to_string();
        assert!(why.contains("already, as Spine@1"), "{why}");
        assert_eq!(names_in(&first.models_folder()).len(), 1);
    }

    #[test]
    fn a_card_that_was_changed_goes_along_and_the_tensors_stay() {
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let draft = ModelDraft {
            name: Some("Other".into()),
            threshold: Some(0.6),
            licence: " MIT ".into(),
            ..ModelDraft::default()
        };
        let id = import(&mut store, &file(scratch.path(), "Spine", 0.5), &draft, BY).unwrap().id;
        assert_eq!(model(&store.model(id).unwrap().unwrap()).card.licence, "MIT");
        let texts = CardTexts { training: "By us.".into(), licence: "CC0".into(), notes: "Adults.".into() };
        edit_card(&mut store, id, &texts, BY).unwrap();
        let out = scratch.path().join("out.safetensors");
        std::fs::write(&out, "an old file").unwrap();
        export(&store, id, &out, ExportForm::default()).unwrap();
        let (written, state) = model_file::read(&out).unwrap();
        let (architecture, written) = written.unwrap();
        assert_eq!((architecture, state), (Architecture::DenseNetSmall, tensors(0.5)));
        let expected = ModelCard {
            threshold: Some(0.6),
            training: "By us.".into(),
            licence: "CC0".into(),
            notes: "Adults.".into(),
            ..card("Other")
        };
        assert_eq!(written, expected);
        let left: BTreeSet<String> = names_in(scratch.path());
        assert_eq!(left, ["Spine.safetensors", "out.safetensors", "p"].map(String::from).into());
        let last = &store.model_history().unwrap()[0];
        assert_eq!((last.step, last.by.as_str()), (ModelStep::CardEdited, "R1"));
        promote(&mut store, id, BY).unwrap();
        assert_eq!(store.pipeline().unwrap().threshold.to_bits(), 0.6f64.to_bits());
    }

    #[test]
    fn a_file_without_a_card_gets_one() {
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let plain = scratch.path().join("my weights.safetensors");
        model_file::write(&plain, None, &tensors(0.25)).unwrap();
        let found = look(&plain).unwrap();
        assert_eq!((found.kind, found.card), (FileKind::SafeTensors, None));
        assert_eq!(found.guess.unwrap().architecture, Architecture::DenseNetSmall);
        let draft = ModelDraft { threshold: Some(0.3), is_synthetic: true, ..ModelDraft::default() };
        let stored = import(&mut store, &plain, &draft, BY).unwrap();
        let (own, state) = model_file::read(&store.model_path(&stored).unwrap()).unwrap();
        let (_, own) = own.unwrap();
        assert_eq!(state, tensors(0.25));
        assert_eq!((own.name.as_str(), own.threshold, own.is_synthetic), ("my weights", Some(0.3), true));
        assert_eq!(own.preprocessing, Preprocessing::PAPER_CLASSIFIER);
        assert_eq!(own, model(&stored).card);
    }

    #[test]
    fn wrong_files_are_refused_and_nothing_stays_behind() {
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let with_card = file(scratch.path(), "Spine", 0.5);
        let plain = scratch.path().join("plain.safetensors");
        model_file::write(&plain, None, &tensors(0.5)).unwrap();
        let text = scratch.path().join("notes.pth");
        std::fs::write(&text, "not weights at all").unwrap();
        let cut = scratch.path().join("cut.safetensors");
        std::fs::write(&cut, &std::fs::read(&plain).unwrap()[..500]).unwrap();
        // A card that promises another network than the tensors are.
        let lying = scratch.path().join("lying.safetensors");
        let detector = ModelCard { task: ModelTask::Detect, threshold: None, ..card("lying") };
        model_file::write(&lying, Some((Architecture::RetinaNetSmall, &detector)), &tensors(0.5)).unwrap();
        let said = |architecture| ModelDraft { architecture: Some(architecture), ..ModelDraft::default() };
        let one = vec![LabelName::new("A")];
        let cases = [
            (&with_card, said(Architecture::DenseNet121), "brings its own card"),
            (&plain, said(Architecture::DenseNet121), "tensors are those of densenet_small, not of densenet121"),
            (&plain, ModelDraft { classes: Some(one), ..said(Architecture::RetinaNetSmall) }, "not of retinanet_small"),
            (&plain, said(Architecture::RetinaNetSmall), "classes are not said"),
            (&plain, said(Architecture::TorchScriptClassifier), "is a state dict, not a TorchScript module"),
            (&plain, ModelDraft { threshold: Some(2.0), ..ModelDraft::default() }, "threshold is not within 0 and 1"),
            (&text, ModelDraft::default(), "neither safetensors nor a file of torch"),
            (&cut, ModelDraft::default(), "can't be imported, and nothing was"),
            (&lying, ModelDraft::default(), "not of retinanet_small"),
            (&scratch.path().join("none.pth"), ModelDraft::default(), "can't be read. Nothing was imported"),
            (&scratch.path().to_owned(), ModelDraft::default(), "is a folder"),
        ];
        for (path, draft, part) in cases {
            let why = format!("{:#}", import(&mut store, path, &draft, BY).unwrap_err());
            assert!(why.contains(part), "{part}: {why}");
            assert_eq!(names_in(&store.models_folder()), BTreeSet::new(), "{part}");
        }
        assert_eq!(store.models().unwrap(), []);
    }

    #[test]
    fn files_of_torch_are_read_without_running_them() {
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let given = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/pth").join(name);
        for (name, part) in [
            ("plain.pth", "names of no network"),
            ("hostile_zip.pth", "posix.system"),
            ("hostile_old.pth", "posix.system"),
            ("script.pt", "architecture is not said"),
        ] {
            let draft = ModelDraft { threshold: Some(0.5), ..ModelDraft::default() };
            let draft = if name == "plain.pth" {
                ModelDraft { architecture: Some(Architecture::DenseNet121), ..draft }
            } else {
                draft
            };
            let why = format!("{:#}", import(&mut store, &given(name), &draft, BY).unwrap_err());
            assert!(why.contains(part), "{name}: {why}");
        }
        let wrong = ModelDraft { architecture: Some(Architecture::DenseNet121), ..ModelDraft::default() };
        let why = import(&mut store, &given("script.pt"), &wrong, BY).unwrap_err().to_string();
        assert!(why.contains("is a TorchScript module, not a state dict"), "{why}");
        assert_eq!(names_in(&store.models_folder()), BTreeSet::new());

        // A module keeps its card beside it, here and on its way.
        let script = ModelDraft { architecture: Some(Architecture::TorchScriptClassifier), ..ModelDraft::default() };
        let stored = import(&mut store, &given("script.pt"), &script, BY).unwrap();
        let out = scratch.path().join("out.pt");
        export(&store, stored.id, &out, ExportForm::default()).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(given("script.pt")).unwrap());
        let mut second = project(&scratch.path().join("q"));
        let again = import(&mut second, &out, &ModelDraft::default(), BY).unwrap();
        assert_eq!((again.content, again.card), (stored.content.clone(), stored.card));
        assert_eq!(names_in(&second.models_folder()).len(), 2);
        delete(&mut store, stored.id, BY).unwrap();
        assert_eq!(names_in(&store.models_folder()), BTreeSet::new());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_weights_can_be_read_by_whoever_reads_the_project() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let plain = scratch.path().join("plain.safetensors");
        model_file::write(&plain, None, &tensors(0.5)).unwrap();
        let stored = import(&mut store, &plain, &ModelDraft::default(), BY).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&store.model_path(&stored).unwrap()), mode(&store.folder().join("project.db")));
    }

    #[test]
    fn an_ensemble_is_of_classifiers_that_answer_the_same_question() {
        let scratch = tempfile::tempdir().unwrap();
        let mut store = project(&scratch.path().join("p"));
        let [a, b] = [("a", 0.1), ("b", 0.2)].map(|(name, value)| {
            import(&mut store, &file(scratch.path(), name, value), &ModelDraft::default(), BY).unwrap().id
        });
        let plain = scratch.path().join("other.safetensors");
        model_file::write(&plain, None, &tensors(0.3)).unwrap();
        let draft = ModelDraft { classes: Some(vec![LabelName::new("Unfit")]), ..ModelDraft::default() };
        let other = import(&mut store, &plain, &draft, BY).unwrap().id;
        let new = |members: &[ModelId]| EnsembleDraft {
            name: "both".into(),
            members: members.to_vec(),
            mean: EnsembleMean::Logit,
            threshold: None,
        };
        let why = make_ensemble(&mut store, &new(&[a, other]), BY).unwrap_err().to_string();
        assert!(why.contains("answers for \"Abnormal\", other for \"Unfit\""), "{why}");
        let both = make_ensemble(&mut store, &new(&[a, b]), BY).unwrap();
        assert_eq!(model(&both).card.training, "Mean of the logits of a@1, b@1.");
        promote(&mut store, both.id, BY).unwrap();
        assert_eq!(store.pipeline().unwrap().threshold.to_bits(), 0.2808f64.to_bits(), "it has none of its own");
        let why = export(&store, both.id, &scratch.path().join("x"), ExportForm::default()).unwrap_err().to_string();
        assert!(why.contains("Export its members"), "{why}");
        roll_back(&mut store, ModelTask::Classify, BY).unwrap();
        delete(&mut store, both.id, BY).unwrap();
        delete(&mut store, a, BY).unwrap();
        assert_eq!(names_in(&store.models_folder()).len(), 2);
        let register = register(&store).unwrap();
        assert!(register.models[0].is_deleted && register.models[0].card.name == "a");
        assert_eq!(register.history.len(), 8);
        assert_eq!(named(&store, "a@1").unwrap().id, a);
        let why = named(&store, "c").unwrap_err().to_string();
        assert!(why.contains("it has b@1, other@1"), "{why}");
    }
}
