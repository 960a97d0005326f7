//! The engine's conversation, spoken from a script: greeting, jobs, wishes to stop, nonsense, a closed stdin.

use std::io::{BufReader, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rachis::domain::model::Architecture;
use rachis::jobs::Lane;
use rachis::jobs::protocol::{FromEngine, JobSpec, OutcomeRow, PredictSpec, ToEngine, VERSION};

use crate::serve::{Voice, serve};
use crate::trial;

/// Bytes from a channel as a file that stays open until the other side is dropped.
struct Pipe(Receiver<Vec<u8>>, Vec<u8>);

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let len = into.len().min(self.1.len());
        into[..len].copy_from_slice(&self.1[..len]);
        self.1.drain(..len);
        Ok(len)
    }
}

/// Whole lines to a channel.
struct Lines(Sender<String>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.send(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An engine on a thread of its own, and the two ends of its pipes.
struct Talk {
    input: Option<Sender<Vec<u8>>>,
    output: Receiver<String>,
    closed: Receiver<()>,
    ended: Receiver<()>,
    lane: Lane,
}

impl Talk {
    fn start() -> Self {
        let ((input, pipe), (lines, output)) = (channel(), channel());
        let ((on_closed, closed), (on_ended, ended)) = (channel(), channel());
        let lane = Lane::detached("engine");
        lane.run(move || {
            let voice = Voice::new(Lines(lines));
            serve(BufReader::new(Pipe(pipe, Vec::new())), &voice, move || {
                let _ = on_closed.send(());
            });
            let _ = on_ended.send(());
        });
        Self { input: Some(input), output, closed, ended, lane }
    }

    fn raw(&self, bytes: &[u8]) {
        self.input.as_ref().unwrap().send(bytes.to_vec()).unwrap();
    }

    fn say(&self, message: &ToEngine) {
        self.raw(format!("{}\n", serde_json::to_string(message).unwrap()).as_bytes());
    }

    fn hear(&self) -> FromEngine {
        let line = self.output.recv_timeout(Duration::from_mins(1)).expect("an answer");
        assert!(line.ends_with('\n') && line.matches('\n').count() == 1);
        serde_json::from_str(&line).unwrap()
    }

    fn greet(&self) {
        self.say(&ToEngine::Hello { protocol: VERSION, version: "0".into() });
        let FromEngine::Ready { protocol, torch_version, devices, .. } = self.hear() else { panic!("not ready") };
        assert_eq!(protocol, VERSION);
        assert!(torch_version.starts_with("2."));
        assert!(devices.iter().any(|row| row.id == "cpu" && row.precisions.contains(&"f32".to_owned())));
    }

    /// Everything until a job's end.
    fn until_finished(&self, of: u64) -> (Vec<FromEngine>, OutcomeRow) {
        let mut heard = Vec::new();
        loop {
            match self.hear() {
                FromEngine::Finished { job, outcome } if job == of => return (heard, outcome),
                other => heard.push(other),
            }
        }
    }
}

fn spec(models: Vec<rachis::jobs::protocol::ModelRef>, films: Vec<rachis::jobs::protocol::FilmRef>) -> JobSpec {
    let (device, precision) = (Some("cpu".into()), Some("f32".into()));
    JobSpec::Predict(PredictSpec { models, films, heat: true, device, precision })
}

#[test]
fn films_are_answered_one_after_another_and_a_bad_one_costs_itself() {
    let folder = tempfile::tempdir().unwrap();
    let model = trial::model(folder.path(), 7, Architecture::DenseNetSmall, 64);
    let films = vec![
        trial::film(folder.path(), "a", [131, 97]),
        rachis::jobs::protocol::FilmRef { image_id: "gone".into(), path: folder.path().join("gone.dcm"), entry: None },
        trial::film(folder.path(), "b", [64, 200]),
    ];
    let talk = Talk::start();
    talk.greet();
    talk.say(&ToEngine::Start { job: 1, spec: spec(vec![model.clone()], films) });
    let (heard, outcome) = talk.until_finished(1);
    assert_eq!(outcome, OutcomeRow::Completed);
    assert_eq!(heard[0], FromEngine::Started { job: 1 });
    let answered: Vec<_> = heard
        .iter()
        .filter_map(|message| match message {
            FromEngine::Predicted { prediction, .. } => Some(prediction),
            _ => None,
        })
        .collect();
    assert_eq!(answered.iter().map(|row| row.image_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    for row in &answered {
        assert_eq!((row.model, &row.model_sha256), (7, &model.sha256));
        assert!((0.0..=1.0).contains(&row.probability.unwrap()));
        let heat = row.heat.as_ref().unwrap();
        assert_eq!((heat.width, heat.height, heat.values.len()), (2, 2, 4));
    }
    assert_ne!(answered[0].probability, answered[1].probability);
    assert!(
        heard.iter().any(|message| matches!(message, FromEngine::FilmFailed { image_id, .. } if image_id == "gone"))
    );
    let last = heard.iter().rfind(|message| matches!(message, FromEngine::Progress { .. })).unwrap();
    assert!(matches!(last, FromEngine::Progress { done: 3, total: 3, .. }), "{last:?}");

    // The model is kept by its hash: its file may go.
    std::fs::remove_file(&model.path).unwrap();
    talk.say(&ToEngine::Start { job: 2, spec: spec(vec![model], vec![trial::film(folder.path(), "a", [131, 97])]) });
    let (heard, outcome) = talk.until_finished(2);
    assert_eq!(outcome, OutcomeRow::Completed);
    let again = heard.iter().find_map(|message| match message {
        FromEngine::Predicted { prediction, .. } => prediction.probability,
        _ => None,
    });
    assert_eq!(again, answered[0].probability, "the same film and model give the same");
}

#[test]
fn nonsense_long_lines_and_pings_are_borne() {
    let talk = Talk::start();
    talk.say(&ToEngine::Start { job: 1, spec: spec(Vec::new(), Vec::new()) });
    let FromEngine::Finished { job: 1, outcome: OutcomeRow::Failed { message, .. } } = talk.hear() else { panic!() };
    assert!(message.contains("before a greeting"), "{message}");
    talk.greet();
    let long = vec![b'x'; 200_000];
    for nonsense in [&b"hello\n"[..], b"{\"say\":\"dance\"}\n", b"\xff\xfe\n", &long[..], b"\n"] {
        talk.raw(nonsense);
        if nonsense != b"\n" && !nonsense.ends_with(b"x") {
            assert!(matches!(talk.hear(), FromEngine::Warning { job: None, .. }));
        }
    }
    assert!(matches!(talk.hear(), FromEngine::Warning { .. }), "the long line");
    talk.say(&ToEngine::Ping);
    assert_eq!(talk.hear(), FromEngine::Pong);
    talk.say(&ToEngine::Start { job: 4, spec: spec(Vec::new(), Vec::new()) });
    assert_eq!(talk.until_finished(4).1, OutcomeRow::Completed);
    talk.say(&ToEngine::Bye);
    talk.ended.recv_timeout(Duration::from_mins(1)).expect("it ends");
}

#[test]
fn another_version_is_refused_and_the_engine_ends() {
    let talk = Talk::start();
    talk.say(&ToEngine::Hello { protocol: VERSION + 1, version: "9.9".into() });
    let FromEngine::Refused { message } = talk.hear() else { panic!() };
    assert!(message.contains("9.9") && message.contains("same release"), "{message}");
    talk.ended.recv_timeout(Duration::from_mins(1)).expect("it ends");
}

#[test]
fn a_wish_to_stop_reaches_running_and_waiting_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let model = trial::model(folder.path(), 1, Architecture::DenseNetSmall, 64);
    let film = trial::film(folder.path(), "a", [80, 80]);
    let talk = Talk::start();
    talk.greet();
    talk.say(&ToEngine::Start { job: 1, spec: spec(vec![model.clone()], vec![film.clone(); 300]) });
    talk.say(&ToEngine::Start { job: 2, spec: spec(vec![model], vec![film]) });
    talk.say(&ToEngine::Cancel { job: 2 });
    talk.say(&ToEngine::Cancel { job: 1 });
    let mut ends = Vec::new();
    let mut num_predicted = 0;
    while ends.len() < 2 {
        match talk.hear() {
            FromEngine::Finished { job, outcome } => ends.push((job, outcome)),
            FromEngine::Predicted { .. } => num_predicted += 1,
            _ => {}
        }
    }
    assert_eq!(ends, [(2, OutcomeRow::Cancelled), (1, OutcomeRow::Cancelled)]);
    assert!(num_predicted < 300);
    talk.say(&ToEngine::Cancel { job: 99 });
    talk.say(&ToEngine::Ping);
    assert_eq!(talk.hear(), FromEngine::Pong, "a job that is gone is nobody's");
}

#[test]
fn a_closed_stdin_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let model = trial::model(folder.path(), 1, Architecture::DenseNetSmall, 64);
    let film = trial::film(folder.path(), "a", [80, 80]);
    let mut talk = Talk::start();
    talk.greet();
    talk.say(&ToEngine::Start { job: 1, spec: spec(vec![model], vec![film; 300]) });
    assert_eq!(talk.hear(), FromEngine::Started { job: 1 });
    talk.input = None;
    talk.closed.recv_timeout(Duration::from_secs(10)).expect("the program is ended from the reading thread");
    talk.ended.recv_timeout(Duration::from_mins(1)).expect("the job stops where it can");
    drop(talk.lane);
}

#[test]
fn a_model_that_is_not_what_it_was_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = trial::model(folder.path(), 1, Architecture::DenseNetSmall, 64);
    let film = trial::film(folder.path(), "a", [80, 80]);
    let talk = Talk::start();
    talk.greet();
    let mut changed = std::fs::read(&model.path).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&model.path, changed).unwrap();
    let check = |job: u64, spec: JobSpec, expected: &str| {
        talk.say(&ToEngine::Start { job, spec });
        let (_, OutcomeRow::Failed { message, .. }) = talk.until_finished(job) else { panic!("{expected}") };
        assert!(message.contains(expected), "{message}");
    };
    check(1, spec(vec![model.clone()], vec![film.clone()]), "not the one that was brought in");
    let with = |device: &str, precision: &str| {
        let (device, precision) = (Some(device.to_owned()), Some(precision.to_owned()));
        JobSpec::Predict(PredictSpec {
            models: vec![model.clone()],
            films: vec![film.clone()],
            heat: false,
            device,
            precision,
        })
    };
    check(2, with("cuda:77", "f32"), "no device cuda:77");
    check(3, with("cpu", "f8"), "no precision f8");
}

#[test]
fn a_precision_that_a_network_does_not_have_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let model = trial::model(folder.path(), 1, Architecture::DenseNetSmall, 64);
    let film = trial::film(folder.path(), "a", [80, 80]);
    let talk = Talk::start();
    talk.greet();
    let JobSpec::Predict(spec) = spec(vec![model], vec![film]);
    for (job, precision, expected) in [(1, "bf16", 1), (2, "f32", 0)] {
        let spec = PredictSpec { precision: Some(precision.into()), ..spec.clone() };
        talk.say(&ToEngine::Start { job, spec: JobSpec::Predict(spec) });
        let (heard, outcome) = talk.until_finished(job);
        assert_eq!(outcome, OutcomeRow::Completed);
        let is_warning = |message: &&FromEngine| {
            matches!(message, FromEngine::Warning { job: Some(of), message }
                if *of == job && message.contains("can't compute in bf16"))
        };
        assert_eq!(heard.iter().filter(is_warning).count(), expected);
    }
}
