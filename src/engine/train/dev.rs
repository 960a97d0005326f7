//! How good a network is on the dev films: its answers, and the figures that the best checkpoint is chosen by.

use rachis::domain::evaluation::cases::BoxColumns;
use rachis::domain::evaluation::settings::Interpolation;
use rachis::domain::metrics::average_precision::{mean, rank};
use rachis::domain::metrics::bootstrap::{self, ClassifierBootstrap, Threshold};
use rachis::domain::metrics::interval::percentile;
use rachis::domain::metrics::matching::{Matching, match_boxes};
use rachis::domain::metrics::precision_bootstrap::PrecisionBootstrap;
use rachis::domain::metrics::resample::{Draws, number_units};
use rachis::domain::metrics::roc::Roc;
use rachis::domain::model::{CardMetric, ModelCard};
use rachis::domain::training::dataset::{FrozenDataset, FrozenFilm};
use rachis::jobs::protocol::PredictionRow;
use tch::{Device, Kind, Tensor};

use super::data::cache::Cache;
use crate::failure::Failure;
use crate::layers::Mode;
use crate::models::{Classifier, Network};
use crate::predict;

/// The overlap from which a box counts as found, as the paper measures.
const IOU: f64 = 0.5;
/// The most boxes of a film and class that are looked at, as COCO's evaluation has it.
const MAX_DETECTIONS: usize = 100;
const NUM_RESAMPLES: usize = 1000;
const LEVEL: f64 = 0.95;
/// Films that a classifier looks at side by side.
const FILMS_TOGETHER: usize = 16;

/// The dev films that can be used, and how they are seen.
#[derive(Clone, Copy, Debug)]
pub struct DevFilms<'a> {
    pub dataset: &'a FrozenDataset,
    pub cache: &'a Cache,
    /// In the data set.
    pub places: &'a [usize],
    pub device: Device,
}

impl<'a> DevFilms<'a> {
    fn films(&self) -> impl Iterator<Item = &'a FrozenFilm> {
        let films = &self.dataset.films;
        self.places.iter().map(move |&place| &films[place])
    }
}

/// What a network says of each dev film, in their order. `goes_on` is told how many are done; `None` where it says no.
pub fn evaluate(
    network: &Network,
    card: &ModelCard,
    dev: &DevFilms<'_>,
    goes_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Option<Vec<PredictionRow>>, Failure> {
    let _guard = tch::no_grad_guard();
    let mut rows = Vec::with_capacity(dev.places.len());
    let films_together = if matches!(network, Network::Classifier(_)) { FILMS_TOGETHER } else { 1 };
    for places in dev.places.chunks(films_together) {
        if !goes_on(rows.len()) {
            return Ok(None);
        }
        match network {
            Network::Classifier(net) => {
                let probabilities = probabilities(net.as_ref(), dev, places)?;
                rows.extend(places.iter().zip(probabilities).map(|(&place, probability)| PredictionRow {
                    probability: Some(probability),
                    ..row(&dev.dataset.films[place])
                }));
            }
            Network::Detector(net) => {
                for &place in places {
                    let film = &dev.dataset.films[place];
                    let found = net.detect(&dev.cache.dev_batch(place, dev.device)?);
                    let found = found.first().ok_or_else(|| Failure::new("The detector gave no answer for a film."))?;
                    let detections = predict::detections(found, card, [film.width, film.height], predict::MIN_SCORE)?;
                    rows.push(PredictionRow { detections, ..row(film) });
                }
            }
        }
    }
    Ok(Some(rows))
}

fn probabilities(net: &dyn Classifier, dev: &DevFilms<'_>, places: &[usize]) -> Result<Vec<f64>, Failure> {
    let films = places.iter().map(|&place| Ok(dev.cache.dev_batch(place, dev.device)?.pixels));
    let films: Vec<Tensor> = films.collect::<Result<_, Failure>>()?;
    let logits = net.logits(&Tensor::cat(&films, 0), Mode::Eval).to_kind(Kind::Double).reshape([-1]);
    let logits = Vec::<f64>::try_from(logits.to_device(Device::Cpu))?;
    if logits.iter().any(|logit| !logit.is_finite()) {
        return Err(Failure {
            message: "The classifier's answers are not numbers any more. The run stops; its last checkpoint is kept."
                .to_owned(),
            advice: Some("Lower the learning rate or limit gradients in a new run.".to_owned()),
        });
    }
    Ok(logits.into_iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect())
}

fn row(film: &FrozenFilm) -> PredictionRow {
    PredictionRow {
        image_id: film.image.to_string(),
        // The run itself: no model of the project yet.
        model: 0,
        model_sha256: String::new(),
        probability: None,
        detections: Vec::new(),
        heat: None,
        // The same run gives the same bytes.
        took_ms: 0,
    }
}

/// The figures of one look at the dev films; the first is the one that checkpoints are chosen by. None is there where the
/// films do not define it: AUROC needs films of both kinds, a class's AP a box of it.
pub fn figures(dev: &DevFilms<'_>, card: &ModelCard, rows: &[PredictionRow]) -> Vec<(String, f64)> {
    if let Some((truth, scores)) = columns(dev, rows) {
        return Roc::of(&truth, &scores).map(|roc| ("AUROC".to_owned(), roc.auroc())).into_iter().collect();
    }
    let found = Found::of(dev, card, rows);
    let by_class = found.by_class();
    let whole = mean(by_class.iter().copied()).map(|value| (MAP.to_owned(), value));
    let classes = card.classes.iter().zip(by_class);
    whole.into_iter().chain(classes.filter_map(|(class, value)| Some((format!("{AP} {class}"), value?)))).collect()
}

/// The classifier's operating point: the first maximum of sensitivity and specificity on the dev films (Youden, 1950).
pub fn threshold(dev: &DevFilms<'_>, rows: &[PredictionRow]) -> Option<f64> {
    let (truth, scores) = columns(dev, rows)?;
    Some(Roc::of(&truth, &scores)?.youden().threshold).filter(|threshold| threshold.is_finite())
}

/// The same figures with intervals, for the card: films of one patient are drawn together.
pub fn card_metrics(
    dev: &DevFilms<'_>,
    card: &ModelCard,
    rows: &[PredictionRow],
    seed: u64,
    measured_on: &str,
) -> Vec<CardMetric> {
    let units = number_units(dev.films().map(|film| film.patient));
    let intervals = if units.iter().max().is_some_and(|&last| last > 0) {
        intervals(dev, card, rows, &units, seed)
    } else {
        // Of one patient there is nothing to draw.
        Vec::new()
    };
    let interval = |name: &str| intervals.iter().find(|(of, _)| of == name).map(|(_, interval)| *interval);
    let metric = |(name, value): (String, f64)| CardMetric {
        interval: interval(&name),
        name,
        value,
        measured_on: measured_on.to_owned(),
    };
    figures(dev, card, rows).into_iter().map(metric).collect()
}

const MAP: &str = "mAP@0.5";
const AP: &str = "AP@0.5";

fn intervals(
    dev: &DevFilms<'_>,
    card: &ModelCard,
    rows: &[PredictionRow],
    units: &[u32],
    seed: u64,
) -> Vec<(String, [f64; 2])> {
    let named = |name: String, values: &[Option<f64>]| {
        percentile(values, LEVEL).map(|interval| (name, [interval.low, interval.high]))
    };
    let draws = Draws::new(units, seed);
    if let Some((truth, scores)) = columns(dev, rows) {
        let draws = draws.with_both_classes(&truth);
        let plan = ClassifierBootstrap::new(&truth, &scores, &draws, NUM_RESAMPLES, Threshold::Rechosen);
        let values = plan.map(|plan| {
            let blocks = (0..plan.num_blocks()).map(|block| plan.block(block));
            ClassifierBootstrap::finish(blocks).values(bootstrap::Figure::Auroc)
        });
        return values.and_then(|values| named("AUROC".to_owned(), &values)).into_iter().collect();
    }
    let found = Found::of(dev, card, rows);
    let num_classes = card.classes.len();
    let plan = PrecisionBootstrap::new(
        &found.truths,
        &found.detections,
        &found.matching,
        num_classes,
        Interpolation::Points101,
        &draws,
        NUM_RESAMPLES,
    );
    let values = plan.finish((0..plan.num_blocks()).map(|block| plan.block(block)));
    let whole = named(MAP.to_owned(), &values.means(0));
    let class = |(no, name): (usize, _)| named(format!("{AP} {name}"), &values.values(no, 0));
    whole.into_iter().chain(card.classes.iter().enumerate().filter_map(class)).collect()
}

/// A classifier's: what is true, and the probability, film by film.
fn columns(dev: &DevFilms<'_>, rows: &[PredictionRow]) -> Option<(Vec<bool>, Vec<f64>)> {
    let scores: Vec<f64> = rows.iter().map(|row| row.probability).collect::<Option<_>>()?;
    Some((dev.films().map(|film| film.is_abnormal).collect(), scores))
}

/// A detector's boxes held against the truth.
struct Found {
    truths: BoxColumns,
    detections: BoxColumns,
    matching: Matching,
    num_classes: usize,
}

impl Found {
    fn of(dev: &DevFilms<'_>, card: &ModelCard, rows: &[PredictionRow]) -> Self {
        let (mut truths, mut detections) = (BoxColumns::default(), BoxColumns::default());
        let number = |name: &str| card.classes.iter().position(|class| class.as_str() == name).map(|no| no as u16);
        for (film, row) in dev.films().zip(rows) {
            truths.push_film(film.boxes.iter().filter_map(|one| {
                let rect = one.rect;
                Some((number(one.label.as_str())?, [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()], None))
            }));
            detections.push_film(row.detections.iter().filter_map(|one| {
                Some((number(&one.lesion_type)?, [one.xmin, one.ymin, one.xmax, one.ymax], Some(one.score)))
            }));
        }
        let num_classes = card.classes.len();
        let matching = match_boxes(&truths, &detections, &[IOU], MAX_DETECTIONS, num_classes);
        Self { truths, detections, matching, num_classes }
    }

    fn by_class(&self) -> Vec<Option<f64>> {
        let ranking = rank(&self.truths, &self.detections, &self.matching, self.num_classes);
        let value = |class| ranking.average_precision(&self.matching, class, 0, Interpolation::Points101);
        (0..self.num_classes).map(value).collect()
    }
}
