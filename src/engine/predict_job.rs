//! A job of the protocol: every model on every film, an answer for each pair, heeding the wish to stop in between.

use std::rc::Rc;
use std::time::Instant;

use rachis::dicom::isolated::Decoder;
use rachis::domain::imaging::Film;
use rachis::domain::study::FilmSource;
use rachis::jobs::CancelToken;
use rachis::jobs::protocol::{
    FilmRef, FromEngine, JobNumber, MAX_LINE, ModelRef, OutcomeRow, PredictSpec, PredictionRow,
};

use crate::device;
use crate::failure::{Failure, caught};
use crate::loaded::Loaded;
use crate::precision::Precision;
use crate::predict;
use crate::serve::Voice;
use crate::shelf::Shelf;

/// What stays from job to job.
#[derive(Debug, Default)]
pub struct Kept {
    pub shelf: Shelf,
    /// Its process links libtorch too and is slow to start.
    pub decoder: Decoder,
}

/// Runs the job; what it finds is said on the way.
pub fn run(job: JobNumber, spec: &PredictSpec, token: &CancelToken, kept: &mut Kept, voice: &Voice) -> OutcomeRow {
    let mut work = Work { job, spec, token, voice, done: 0, started: Instant::now() };
    match work.run(kept) {
        Ok(outcome) => outcome,
        Err(failure) => {
            if failure.advice.is_some() {
                // Out of memory: the next job starts with all of it.
                kept.shelf.clear();
            }
            OutcomeRow::Failed { message: failure.message, advice: failure.advice }
        }
    }
}

struct Work<'a> {
    job: JobNumber,
    spec: &'a PredictSpec,
    token: &'a CancelToken,
    voice: &'a Voice,
    /// Pairs of film and model.
    done: u64,
    started: Instant,
}

impl Work<'_> {
    fn run(&mut self, kept: &mut Kept) -> Result<OutcomeRow, Failure> {
        let device = device::parse(self.spec.device.as_deref())?;
        let precision = match self.spec.precision.as_deref() {
            None => None,
            Some(text) => Some(
                Precision::parse(text)
                    .ok_or_else(|| Failure::new(format!("There is no precision {text}; there is f32 and bf16.")))?,
            ),
        };
        let mut models = Vec::new();
        for model in &self.spec.models {
            if self.token.is_cancelled() {
                return Ok(OutcomeRow::Cancelled);
            }
            self.progress("Loading models");
            let loaded = kept.shelf.get(model, device, precision, self.spec.models.len())?;
            if let Some(wanted) = precision.filter(|wanted| *wanted != loaded.precision) {
                self.warn(format!(
                    "{} can't compute in {}. It computes in {}; nothing else changes.",
                    loaded.card.name,
                    wanted.as_str(),
                    loaded.precision.as_str()
                ));
            }
            models.push((model, loaded));
        }
        self.started = Instant::now();
        for film in &self.spec.films {
            if self.token.is_cancelled() {
                return Ok(OutcomeRow::Cancelled);
            }
            self.progress("Looking at films");
            let began = Instant::now();
            let decoded = match decode(&mut kept.decoder, film) {
                Ok(decoded) => decoded,
                Err(failure) => {
                    self.film_failed(film, &failure);
                    self.done += models.len() as u64;
                    continue;
                }
            };
            let decode_time = began.elapsed();
            if self.film(film, &decoded, &models, decode_time)? == Step::Cancelled {
                return Ok(OutcomeRow::Cancelled);
            }
        }
        self.progress("Looking at films");
        Ok(OutcomeRow::Completed)
    }

    fn film(
        &mut self,
        film: &FilmRef,
        decoded: &Film,
        models: &[(&ModelRef, Rc<Loaded>)],
        decode_time: std::time::Duration,
    ) -> Result<Step, Failure> {
        for (reference, model) in models {
            if self.token.is_cancelled() {
                return Ok(Step::Cancelled);
            }
            let began = Instant::now();
            let answer = caught(|| predict::answer(model, decoded, self.spec.heat));
            self.done += 1;
            match answer {
                Ok(answer) => {
                    let prediction = PredictionRow {
                        image_id: film.image_id.clone(),
                        model: reference.model,
                        model_sha256: reference.sha256.clone(),
                        probability: answer.probability,
                        detections: answer.detections,
                        heat: answer.heat,
                        took_ms: (decode_time + began.elapsed()).as_millis() as u64,
                    };
                    self.tell(film, prediction);
                }
                // The device is full or broken for every film.
                Err(failure) if failure.advice.is_some() || failure.message.contains("CUDA error") => {
                    return Err(failure);
                }
                Err(failure) => self.film_failed(film, &failure),
            }
        }
        Ok(Step::Done)
    }

    /// A line has a limit, and class names and maps do not.
    fn tell(&self, film: &FilmRef, mut prediction: PredictionRow) {
        let len = |prediction: &PredictionRow| serde_json::to_string(prediction).map_or(usize::MAX, |line| line.len());
        let room = MAX_LINE - 256;
        if len(&prediction) > room {
            prediction.heat = None;
        }
        if len(&prediction) > room {
            return self.film_failed(film, &Failure::new("The model's answer is too long to be passed on."));
        }
        self.voice.say(&FromEngine::Predicted { job: self.job, prediction });
    }

    fn film_failed(&self, film: &FilmRef, failure: &Failure) {
        let (image_id, message) = (film.image_id.clone(), failure.message.clone());
        self.voice.say(&FromEngine::FilmFailed { job: self.job, image_id, message });
    }

    fn warn(&self, message: String) {
        self.voice.say(&FromEngine::Warning { job: Some(self.job), message });
    }

    fn progress(&self, stage: &str) {
        let total = (self.spec.films.len() * self.spec.models.len()) as u64;
        let each = self.started.elapsed().as_secs_f64() / self.done.max(1) as f64;
        let eta_secs = (self.done > 0).then(|| each * total.saturating_sub(self.done) as f64);
        let stage = stage.to_owned();
        self.voice.say(&FromEngine::Progress { job: self.job, stage, done: self.done, total, eta_secs });
    }
}

/// Whether the job goes on.
#[derive(PartialEq)]
enum Step {
    Done,
    Cancelled,
}

fn decode(decoder: &mut Decoder, film: &FilmRef) -> Result<Film, Failure> {
    let source = match &film.entry {
        Some(entry) => FilmSource::Zip { archive: film.path.clone(), entry: entry.clone() },
        None => FilmSource::File(film.path.clone()),
    };
    let decoded = decoder.decode(&source, 0).map_err(|error| Failure::new(error.to_string()))?;
    Ok(decoded.film)
}
