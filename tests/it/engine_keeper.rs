//! The keeper of the learning engine against a scripted fake: order, crashes, hangs, garbage, and its surely being ended.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rachis::domain::id::ImageId;
use rachis::jobs::protocol::{FilmRef, ModelRef};
use rachis::jobs::{
    Answer, BatchNews, EngineCondition, EngineFailure, EngineKeeper, EngineNews, EngineOptions, EngineProgram,
    FilmWanted,
};

use crate::engine_fake::{Fake, is_gone, signal};

fn film(name: &str) -> FilmWanted {
    let model = |model| ModelRef { model, path: "m.safetensors".into(), sha256: "ab".into() };
    FilmWanted {
        image: name.into(),
        film: FilmRef { image_id: name.into(), path: format!("/films/Doe^Jane/{name}.dcm").into(), entry: None },
        models: vec![model(1), model(2)],
    }
}

/// A keeper and what it tells.
struct Desk {
    keeper: EngineKeeper,
    news: Receiver<EngineNews>,
}

impl Desk {
    fn new(options: EngineOptions) -> Self {
        let (sender, news) = channel();
        let keeper = EngineKeeper::start(options, move |news| {
            let _ = sender.send(news);
        });
        Self { keeper, news }
    }

    /// Expects and wants these films, the first one first.
    fn want(&self, names: &[&str]) {
        self.keeper.handle().expect(names.iter().map(|name| ImageId::from(*name)).collect());
        for name in names {
            self.keeper.handle().want(film(name));
        }
    }

    fn next(&self) -> EngineNews {
        self.news.recv_timeout(Duration::from_secs(20)).expect("news in time")
    }

    /// Until a film is settled.
    fn settled(&self) -> (ImageId, Option<EngineFailure>) {
        loop {
            if let EngineNews::Settled { image, failure } = self.next() {
                return (image, failure);
            }
        }
    }

    fn condition(&self) -> EngineCondition {
        loop {
            if let EngineNews::Changed(condition) = self.next() {
                return condition;
            }
        }
    }

    /// The failure with which one film is settled.
    fn failure_of(&self, name: &str) -> EngineFailure {
        self.want(&[name]);
        let (image, failure) = self.settled();
        assert_eq!(image, name.into());
        failure.expect("it fails")
    }

    fn predicts(&self, name: &str) {
        self.want(&[name]);
        assert_eq!(self.settled(), (name.into(), None));
    }
}

#[test]
fn a_film_is_looked_at_by_every_model_and_the_engine_stays_warm_until_it_is_long_idle() {
    let fake = Fake::new("");
    let mut options = fake.options();
    options.limits.idle = Duration::from_millis(300);
    let desk = Desk::new(options);
    desk.want(&["a"]);
    assert_eq!(desk.condition(), EngineCondition::Starting);
    let EngineCondition::Ready { engine_version, torch_version, devices } = desk.condition() else {
        panic!("ready");
    };
    assert_eq!((engine_version.as_str(), torch_version.as_str(), devices[0].id.as_str()), ("9.9.9", "2.11.0", "cpu"));
    let mut answers: Vec<Answer> = Vec::new();
    let settled = loop {
        match desk.next() {
            EngineNews::Answered(answer) => answers.push(answer),
            EngineNews::Settled { image, failure } => break (image, failure),
            EngineNews::Changed(condition) => panic!("{condition:?}"),
        }
    };
    assert_eq!(settled, ("a".into(), None));
    assert_eq!(answers.iter().map(|answer| answer.prediction.model.0).collect::<Vec<_>>(), [1, 2]);
    let first = &answers[0];
    assert_eq!((first.took_ms, first.model_sha256.as_str()), (5, "ab"));
    assert_eq!(first.prediction.detections.len(), 2);
    assert_eq!(first.prediction.detections[1].rect.xmax(), 160.5);
    desk.predicts("b");
    assert_eq!(fake.runs().len(), 1, "still the same engine");
    assert_eq!(desk.condition(), EngineCondition::Idle);
    assert!(is_gone(fake.runs()[0]), "let go");
    assert!(fake.said().contains(&"bye".to_owned()), "{:?}", fake.said());
    desk.predicts("c");
    assert_eq!(fake.runs().len(), 2, "started again when it is needed");
}

#[test]
fn the_open_film_waits_for_one_other_at_most_and_the_batch_is_told() {
    let fake = Fake::new("work() { wait_for \"go.$image\"; predict; finished; }");
    let desk = Desk::new(fake.options());
    let (sender, batch) = channel();
    desk.keeper.handle().start_batch(["a", "b", "c", "open"].map(film).to_vec(), sender);
    fake.wait_until("the first of the batch", |fake| fake.films() == ["a"]);
    desk.want(&["open", "next"]);
    for name in ["a", "open", "next", "b", "c"] {
        fake.allow(&format!("go.{name}"));
    }
    fake.wait_until("all", |fake| fake.films().len() == 5);
    assert_eq!(fake.films(), ["a", "open", "next", "b", "c"], "each once");
    let told: Vec<BatchNews> =
        std::iter::from_fn(|| batch.recv_timeout(Duration::from_secs(20)).ok()).take(12).collect();
    let settled = told.iter().filter_map(|news| match news {
        BatchNews::Settled { image, failure: None } => Some(image.as_str()),
        BatchNews::Settled { .. } => panic!("{news:?}"),
        _ => None,
    });
    assert_eq!(settled.collect::<Vec<_>>(), ["a", "open", "b", "c"], "of the batch, whoever else wanted it");
    assert_eq!(told.iter().filter(|news| matches!(news, BatchNews::Answered(_))).count(), 8);
}

#[test]
fn films_that_the_reader_passed_are_not_looked_at() {
    let fake = Fake::new("work() { wait_for go; predict; finished; }");
    let desk = Desk::new(fake.options());
    desk.want(&["a"]);
    fake.wait_until("the first", |fake| fake.films() == ["a"]);
    for n in 0..50 {
        desk.want(&[&format!("film{n}"), &format!("film{}", n + 1)]);
    }
    fake.allow("go");
    fake.wait_until("the last two", |fake| fake.films().len() == 3);
    assert_eq!(fake.films(), ["a", "film49", "film50"]);
}

#[test]
fn a_killed_engine_costs_one_try_and_nothing_else() {
    let fake = Fake::new("work() { [ $(num_starts) = 1 ] && wait_for never; predict; finished; }");
    let desk = Desk::new(fake.options());
    desk.want(&["a", "b"]);
    fake.wait_until("in the middle of a film", |fake| fake.films() == ["a"]);
    assert!(signal(fake.runs()[0], libc::SIGKILL));
    let mut conditions = Vec::new();
    let mut settled = Vec::new();
    while settled.len() < 2 {
        match desk.next() {
            EngineNews::Changed(condition) => conditions.push(condition),
            EngineNews::Settled { image, failure } => settled.push((image, failure)),
            EngineNews::Answered(_) => {}
        }
    }
    assert_eq!(settled, [("a".into(), None), ("b".into(), None)]);
    let told: Vec<String> = conditions
        .iter()
        .map(|condition| match condition {
            EngineCondition::Crashed(failure) => failure.message.clone(),
            other => format!("{other:?}").split(' ').next().unwrap_or_default().to_owned(),
        })
        .collect();
    assert_eq!(told, ["Starting", "Ready", "The learning engine was killed.", "Starting", "Ready"]);
    assert_eq!(fake.films(), ["a", "a", "b"]);
}

#[test]
fn a_film_that_ended_the_engine_twice_is_left_out_and_named() {
    let fake = Fake::new(
        "work() { [ \"$image\" = bad ] && { echo 'the tensor has no shape' >&2; exit 3; }; predict; finished; }",
    );
    let desk = Desk::new(fake.options());
    desk.want(&["bad", "good"]);
    let (image, failure) = desk.settled();
    let failure = failure.expect("it fails");
    assert_eq!(image, "bad".into());
    assert_eq!(
        failure.message,
        "The learning engine ended 2 times at film bad, so models leave it out. The learning engine ended with exit \
         code 3. Its last words: the tensor has no shape"
    );
    assert_eq!(desk.settled(), ("good".into(), None));
    assert_eq!(fake.films(), ["bad", "bad", "good"]);
    // Opened again, it is not tried again.
    let again = desk.failure_of("bad");
    assert!(again.message.contains("film bad"), "{}", again.message);
    assert_eq!(fake.films().len(), 3);
    // Other models may do.
    desk.keeper.handle().try_again();
    desk.want(&["bad"]);
    fake.wait_until("tried", |fake| fake.films().len() >= 4);
}

#[test]
fn an_engine_that_ends_at_every_film_is_given_up() {
    let fake = Fake::new("work() { exit 9; }");
    let desk = Desk::new(fake.options());
    let (sender, batch) = channel();
    let names: Vec<String> = (0..100).map(|n| format!("film{n}")).collect();
    desk.keeper.handle().start_batch(names.iter().map(|name| film(name)).collect(), sender);
    let told: Vec<BatchNews> = batch.iter().collect();
    let Some(BatchNews::GaveUp(failure)) = told.last() else { panic!("{told:?}") };
    assert!(failure.message.starts_with("The learning engine ended 5 times in a row."), "{}", failure.message);
    assert_eq!(fake.runs().len(), 5, "no tight loop");
    assert_eq!(told.len(), 3, "two films are named before: {told:?}");
    drop(desk);
}

#[test]
fn what_is_no_message_is_a_failure_and_no_hang() {
    for (more, expected) in [
        ("work() { echo 'Intel MKL WARNING: nonsense'; sleep 60; }", "\"Intel MKL WARNING: nonsense\""),
        ("work() { head -c 200000 /dev/zero | tr '\\0' x; sleep 60; }", "a line of more than 64 KiB"),
        ("work() { printf '\\377\\376\\n'; sleep 60; }", "no message"),
    ] {
        let fake = Fake::new(more);
        let desk = Desk::new(fake.options());
        let start = Instant::now();
        let failure = desk.failure_of("a");
        assert!(failure.message.contains(expected), "{}", failure.message);
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(fake.runs().into_iter().all(is_gone), "{more}");
    }
    // Before it was ready, it is most likely another program.
    let fake = Fake::new("echo 'Welcome to the wrong program'; sleep 60");
    let desk = Desk::new(fake.options());
    let failure = desk.failure_of("a");
    assert!(failure.in_full().contains("RACHIS_ENGINE"), "{failure:?}");
    assert!(is_gone(fake.runs()[0]));
    // Half a line and then nothing: the process is gone.
    let fake = Fake::new("work() { printf '{\"say\":\"predic'; exit 0; }");
    let failure = Desk::new(fake.options()).failure_of("a");
    assert!(failure.message.contains("exit code 0"), "{}", failure.message);
}

#[test]
fn an_engine_that_is_silent_is_ended() {
    let fake = Fake::new("hello() { sleep 60; }");
    let mut options = fake.options();
    options.limits.handshake = Duration::from_millis(400);
    let desk = Desk::new(options);
    let failure = desk.failure_of("a");
    assert!(failure.message.contains("did not answer"), "{}", failure.message);
    assert!(is_gone(fake.runs()[0]));
    // In the next moments nobody waits for it again.
    let start = Instant::now();
    assert_eq!(desk.failure_of("b"), failure);
    assert!(start.elapsed() < Duration::from_millis(300));
    assert_eq!(fake.runs().len(), 1);

    let fake = Fake::new("work() { sleep 60; }");
    let mut options = fake.options();
    options.limits.silence = Duration::from_millis(400);
    let failure = Desk::new(options).failure_of("a");
    assert!(failure.message.contains("said nothing"), "{}", failure.message);
    assert!(fake.runs().into_iter().all(is_gone));

    // Warnings on stderr are no sign of life.
    let fake = Fake::new("work() { while true; do echo 'still here' >&2; sleep 0.05; done; }");
    let mut options = fake.options();
    options.limits.silence = Duration::from_millis(400);
    let failure = Desk::new(options).failure_of("a");
    assert!(failure.message.contains("said nothing"), "{}", failure.message);
}

#[test]
fn a_film_of_which_the_engine_cannot_be_told_is_settled_at_once() {
    use std::os::unix::ffi::OsStringExt as _;
    let fake = Fake::new("");
    let desk = Desk::new(fake.options());
    let mut odd = film("odd");
    odd.film.path = std::ffi::OsString::from_vec(b"/films/caf\xe9/a.dcm".to_vec()).into();
    let (sender, batch) = channel();
    desk.keeper.handle().start_batch(vec![odd, film("good")], sender);
    let (image, failure) = desk.settled();
    let message = failure.expect("it fails").message;
    assert_eq!(
        (image, message.as_str()),
        ("odd".into(), "The name of the film's file or folder is not UTF-8, so models can't be told of it.")
    );
    assert_eq!(desk.settled(), ("good".into(), None));
    assert_eq!(fake.films(), ["good"]);
    assert!(matches!(batch.iter().next(), Some(BatchNews::Settled { failure: Some(_), .. })));
    // Longer than the engine reads.
    let mut long = film("long");
    long.film.path = "x".repeat(70_000).into();
    desk.keeper.handle().expect(vec!["long".into()]);
    desk.keeper.handle().want(long);
    let failure = desk.settled().1.expect("it fails");
    assert!(failure.message.contains("too long"), "{}", failure.message);
    desk.predicts("b");
    assert_eq!(fake.runs().len(), 1, "the same engine all along");
}

#[test]
fn a_cause_that_stops_every_film_ends_the_batch_and_is_told_once() {
    let told = |more: &str| {
        let fake = Fake::new(more);
        let desk = Desk::new(fake.options());
        let (sender, batch) = channel();
        let names: Vec<String> = (0..20).map(|n| format!("film{n}")).collect();
        desk.keeper.handle().start_batch(names.iter().map(|name| film(name)).collect(), sender);
        let told: Vec<BatchNews> = batch.iter().filter(|news| !matches!(news, BatchNews::Answered(_))).collect();
        (fake.films().len(), told)
    };
    let (num_films, news) = told("work() { failed 'The weights are damaged.'; }");
    assert_eq!((num_films, news.len()), (2, 2), "{news:?}");
    assert!(matches!(&news[1], BatchNews::GaveUp(why) if why.message == "The weights are damaged."), "{news:?}");
    // In the middle of a batch that goes well it takes more of them.
    let dies = "work() { [ $(grep -c film \"$SAID\") -gt 3 ] && failed 'CUDA error: x' || { predict; finished; }; }";
    let (num_films, news) = told(dies);
    assert_eq!((num_films, news.len()), (8, 8), "{news:?}");
    // Each film's own cause: they are all tried.
    let own = "work() { failed \"no pixels in $image\"; }";
    let fake = Fake::new(own);
    let desk = Desk::new(fake.options());
    let (sender, batch) = channel();
    let names = ["a", "b", "c", "d"];
    desk.keeper.handle().start_batch(names.map(film).to_vec(), sender);
    let settled = batch.iter().take(4).filter(|news| matches!(news, BatchNews::Settled { .. })).count();
    assert_eq!(settled, 4);
}

#[test]
fn another_version_is_told() {
    let check = |more: &str, expected: &str| {
        let fake = Fake::new(more);
        let failure = Desk::new(fake.options()).failure_of("a");
        assert!(failure.message.contains(expected), "{}", failure.message);
        assert!(failure.advice.unwrap().contains("built together"));
        assert_eq!(fake.runs().len(), 1);
    };
    let ready = "hello() { printf '%s\\n' \"$READY\" | sed 's/\"protocol\":1/\"protocol\":99/'; }";
    check(ready, "The learning engine speaks version 99, this program version 1.");
    check(
        "hello() { echo '{\"say\":\"refused\",\"message\":\"This engine is older than the program.\"}'; exit 1; }",
        "This engine is older than the program.",
    );
}

#[test]
fn without_the_program_or_libtorch_it_says_how_to_get_them() {
    let desk = Desk::new(EngineOptions::new(EngineProgram::at("/nowhere/rachis-engine")));
    let failure = desk.failure_of("a");
    assert!(failure.message.contains("is not beside this program"), "{}", failure.message);
    let linker = "echo 'rachis-engine: error while loading shared libraries: libtorch_cpu.so: cannot open shared \
                  object file: No such file or directory' >&2; exit 127";
    let fake = Fake::new(linker);
    let failure = Desk::new(fake.options()).failure_of("a");
    assert_eq!(failure.message, "libtorch is not here: libtorch_cpu.so is missing.");
    assert!(failure.advice.unwrap().contains("cargo xtask libtorch"));
}

#[test]
fn too_little_memory_comes_with_advice() {
    let told = Fake::new("work() { failed 'CUDA out of memory. Tried to allocate 2.00 GiB'; }");
    let failure = Desk::new(told.options()).failure_of("a");
    assert_eq!(failure.message, "The graphics card has too little memory for this model.");
    assert!(failure.advice.unwrap().contains("smaller model"));
    assert_eq!(told.runs().len(), 1, "the engine lives on");
    let crashed = Fake::new("work() { echo 'terminate called: what(): CUDA out of memory.' >&2; kill -ABRT $$; }");
    let failure = Desk::new(crashed.options()).failure_of("a");
    assert!(failure.message.contains("too little memory"), "{}", failure.message);
    assert!(failure.advice.is_some());
}

#[test]
fn answers_that_cannot_be_are_failures_of_the_film() {
    for (from, to, expected) in [
        ("0.75", "1.75", "a probability of 1.75"),
        ("\"xmin\":10", "\"xmin\":90", "a box without an area"),
        ("\"image_id\":\"a\"", "\"image_id\":\"b\"", "the name of another film"),
    ] {
        let fake = Fake::new(&format!("work() {{ predict | sed 's/{from}/{to}/'; finished; }}"));
        let failure = Desk::new(fake.options()).failure_of("a");
        assert!(failure.message.contains(expected), "{}", failure.message);
    }
    let silent = Fake::new("work() { finished; }");
    assert_eq!(Desk::new(silent.options()).failure_of("a").message, "The engine gave no answer.");
}

#[test]
fn a_batch_that_is_stopped_stops_soon_whatever_the_engine_does() {
    // It heeds the wish: the next line that it reads is the cancel.
    let polite = Fake::new(
        "work() { read -r line; echo \"heard $line\" >> \"$SAID\"
         printf '{\"say\":\"finished\",\"job\":%s,\"outcome\":{\"end\":\"cancelled\"}}\\n' \"$job\"; }",
    );
    let mut options = polite.options();
    options.limits.cancel = Duration::from_secs(15);
    let desk = Desk::new(options);
    let (sender, batch) = channel();
    desk.keeper.handle().start_batch(["a", "b"].map(film).to_vec(), sender);
    polite.wait_until("a film", |fake| fake.films() == ["a"]);
    desk.keeper.handle().stop_batch();
    assert_eq!(desk.settled(), ("a".into(), None));
    assert!(polite.said().iter().any(|line| line == "heard {\"say\":\"cancel\",\"job\":1}"), "{:?}", polite.said());
    assert_eq!(batch.iter().count(), 0, "nobody is told any more");
    assert_eq!((polite.films().len(), polite.runs().len()), (1, 1));

    // It does not: after a while it is ended, and the next film has another one.
    let deaf = Fake::new("work() { [ \"$image\" = a ] && sleep 60; predict; finished; }");
    let desk = Desk::new(deaf.options());
    let (sender, _batch) = channel();
    desk.keeper.handle().start_batch(["a", "b"].map(film).to_vec(), sender);
    deaf.wait_until("a film", |fake| fake.films() == ["a"]);
    let start = Instant::now();
    desk.keeper.handle().stop_batch();
    assert_eq!(desk.settled(), ("a".into(), None));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(is_gone(deaf.runs()[0]));
    desk.predicts("c");
    assert_eq!(deaf.films(), ["a", "c"]);
}

#[test]
fn quitting_ends_the_engine_at_once() {
    let stubborn = Fake::new("trap '' TERM HUP INT PIPE\nwork() { while true; do sleep 1; done; }");
    let desk = Desk::new(stubborn.options());
    desk.want(&["a"]);
    stubborn.wait_until("a film", |fake| fake.films() == ["a"]);
    let start = Instant::now();
    drop(desk);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(is_gone(stubborn.runs()[0]));
}

#[test]
fn nothing_that_is_said_names_the_places_of_films() {
    let fake = Fake::new("work() { echo \"reading ${line}\" >&2; failed 'no film in /films/Doe^Jane/a.dcm'; }");
    let desk = Desk::new(fake.options());
    let (sender, batch) = channel();
    desk.keeper.handle().start_batch(vec![film("a")], sender);
    let (_, failure) = desk.settled();
    assert_eq!(failure.expect("it fails").message, "no film in (the film)");
    // stdout and stderr are read side by side: either may be heard first.
    let words = loop {
        if let BatchNews::Words(words) = batch.recv_timeout(Duration::from_secs(20)).unwrap() {
            break words;
        }
    };
    assert!(words.starts_with("reading {") && words.contains("(the film)") && !words.contains("Jane"), "{words}");
}
