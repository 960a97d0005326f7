//! A learning engine of a few lines of shell: it speaks the protocol and fails as a test says.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rachis::domain::model::{Architecture, Model, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::jobs::{EngineLimits, EngineOptions, EngineProgram};
use rachis::session::ModelShelf;
use rachis::store::{NewModel, Store, StoredModel};

/// Two boxes and a probability for each model on each film, at once. A test's own lines stand in place of `MORE` and may
/// make other functions of the same names: `hello` at the start, `work` for each film.
const SCRIPT: &str = r#"
SAID="$0.said"
echo "start $$" >> "$SAID"
DEVICES='[{"id":"cpu","name":"A fake","precisions":["f32"]}]'
READY='{"say":"ready","protocol":1,"engine_version":"9.9.9","torch_version":"2.11.0","devices":'"$DEVICES}"
ready() { printf '%s\n' "$READY"; }
started() { printf '{"say":"started","job":%s}\n' "$job"; }
predict() {
    for model in $models; do
        printf '{"say":"predicted","job":%s,"prediction":{"image_id":"%s","model":%s,"probability":0.75,' \
            "$job" "$image" "$model"
        printf '"detections":[{"lesion_type":"Osteophytes","score":0.9,"xmin":10,"ymin":20,"xmax":60,"ymax":80},'
        printf '{"lesion_type":"Other lesions","score":0.4,"xmin":100,"ymin":200,"xmax":160.5,"ymax":280}],'
        printf '"heat":{"width":2,"height":1,"values":[0.25,1]},"took_ms":5}}\n'
    done
}
finished() { printf '{"say":"finished","job":%s,"outcome":{"end":"completed"}}\n' "$job"; }
failed() { printf '{"say":"finished","job":%s,"outcome":{"end":"failed","message":"%s"}}\n' "$job" "$1"; }
num_starts() { grep -c start "$SAID"; }
# Until the test makes the file of this name.
wait_for() { while [ ! -e "$0.$1" ]; do sleep 0.01; done; }
hello() { ready; }
work() { started; predict; finished; }
MORE
while IFS= read -r line; do
    case "$line" in
        *'"say":"hello"'*) hello ;;
        *'"say":"start"'*)
            job=${line#*'"job":'}; job=${job%%,*}
            image=${line#*'"image_id":"'}; image=${image%%'"'*}
            models=''; rest=$line
            while case "$rest" in *'"model":'*) true ;; *) false ;; esac; do
                rest=${rest#*'"model":'}; models="$models ${rest%%,*}"
            done
            echo "film $image" >> "$SAID"
            work ;;
        *'"say":"cancel"'*) echo cancel >> "$SAID" ;;
        *'"say":"bye"'*) echo bye >> "$SAID"; exit 0 ;;
    esac
done
echo closed >> "$SAID"
"#;

/// A fake engine in a folder of its own.
pub struct Fake {
    folder: tempfile::TempDir,
}

impl Fake {
    /// With `more` in place of the script's `MORE`.
    pub fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("engine.sh"), SCRIPT.replace("MORE\n", &format!("{more}\n"))).unwrap();
        Self { folder }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        self.folder.path().join(format!("engine.sh.{ending}"))
    }

    /// Limits in which a test can wait.
    pub fn options(&self) -> EngineOptions {
        // By the shell's own name: a script that was just written can't always be run by its own.
        let program = EngineProgram {
            program: "/bin/sh".into(),
            arguments: vec![self.folder.path().join("engine.sh").into_os_string()],
        };
        let limits = EngineLimits {
            handshake: Duration::from_secs(20),
            silence: Duration::from_secs(20),
            cancel: Duration::from_millis(200),
            restart: Duration::from_millis(5),
            ..EngineLimits::default()
        };
        EngineOptions { limits, ..EngineOptions::new(program) }
    }

    /// Lets a `wait_for` go on.
    pub fn allow(&self, what: &str) {
        std::fs::write(self.beside(what), "").unwrap();
    }

    /// What the engine wrote down: `start <process>`, `film <image>`, `cancel`, `bye`, `closed`.
    pub fn said(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.beside("said")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub fn films(&self) -> Vec<String> {
        self.said().iter().filter_map(|line| line.strip_prefix("film ").map(str::to_owned)).collect()
    }

    /// Process ids of all runs, the first one first.
    pub fn runs(&self) -> Vec<i32> {
        self.said().iter().filter_map(|line| line.strip_prefix("start ")?.parse().ok()).collect()
    }

    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}: {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[expect(unsafe_code, reason = "kill has no safe face in std")]
pub fn signal(process: i32, signal: i32) -> bool {
    // SAFETY: the process is one that the test has started.
    unsafe { libc::kill(process, signal) == 0 }
}

/// Waits until a process is gone; not for ever.
pub fn is_gone(process: i32) -> bool {
    let start = Instant::now();
    while signal(process, 0) {
        if start.elapsed() > Duration::from_secs(5) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// A classifier and a detector in use, their files empty: a fake does not look into them.
pub fn add_models(store: &mut Store) -> [ModelId; 2] {
    let kinds = [
        ("bone classifier", ModelTask::Classify, Architecture::DenseNetSmall),
        ("bone detector", ModelTask::Detect, Architecture::RetinaNetSmall),
    ];
    let mut number = 0;
    kinds.map(|(name, task, architecture)| {
        number += 1;
        let file = format!("{number}.safetensors");
        std::fs::create_dir_all(store.models_folder()).unwrap();
        std::fs::write(store.models_folder().join(&file), []).unwrap();
        let content = ModelContent::Weights { architecture, sha256: [number; 32] };
        let model = NewModel {
            name,
            task,
            content,
            file: Some(&file),
            card: &card(name, task, architecture),
            step: ModelStep::Imported,
            at_ms: 1,
            by: "",
        };
        let added = store.add_model(&model).unwrap();
        store.promote_model(added.id, None, 2, "").unwrap();
        added.id
    })
}

/// The project's models as the window knows them.
pub fn shelf(store: &Store) -> ModelShelf {
    let model = |stored: StoredModel| Model {
        id: stored.id,
        version: stored.version,
        content: stored.content,
        card: rachis::formats::model_card::parse(&stored.card).unwrap().1,
        added_at_ms: stored.added_at_ms,
        added_by: stored.added_by,
        is_deleted: stored.is_deleted,
    };
    ModelShelf {
        models: store.models().unwrap().into_iter().map(model).collect(),
        pipeline: store.pipeline().unwrap(),
        history: store.model_history().unwrap(),
    }
}

fn card(name: &str, task: ModelTask, architecture: Architecture) -> String {
    let classes = if task == ModelTask::Classify { vec!["Abnormal"] } else { vec!["Osteophytes", "Other lesions"] };
    let card = rachis::domain::model::ModelCard {
        name: name.to_owned(),
        task,
        classes: classes.into_iter().map(rachis::domain::label::LabelName::new).collect(),
        preprocessing: rachis::domain::preprocessing::Preprocessing::TORCHVISION_DETECTOR,
        threshold: None,
        is_synthetic: true,
        training: String::new(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    };
    rachis::formats::model_card::write(architecture, &card)
}
