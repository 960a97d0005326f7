//! The 13 findings of the spine label set, and which of them a made-up patient has.

use crate::domain::label::LabelName;

use super::film::{Region, View};
use super::patient::Patient;
use super::random::{Random, key};
use super::spine::Level;

/// A finding, in the order of Table 2 of the VinDr-SpineXR paper.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LesionKind {
    Ankylosis,
    DiscSpaceNarrowing,
    Enthesophytes,
    ForaminalStenosis,
    Fracture,
    Osteophytes,
    ScleroticLesion,
    Spondylolysthesis,
    SubchondralSclerosis,
    SurgicalImplant,
    VertebralCollapse,
    ForeignBody,
    OtherLesions,
}

impl LesionKind {
    pub const ALL: [Self; 13] = [
        Self::Ankylosis,
        Self::DiscSpaceNarrowing,
        Self::Enthesophytes,
        Self::ForaminalStenosis,
        Self::Fracture,
        Self::Osteophytes,
        Self::ScleroticLesion,
        Self::Spondylolysthesis,
        Self::SubchondralSclerosis,
        Self::SurgicalImplant,
        Self::VertebralCollapse,
        Self::ForeignBody,
        Self::OtherLesions,
    ];

    /// As published, spelling included.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ankylosis => "Ankylosis",
            Self::DiscSpaceNarrowing => "Disc space narrowing",
            Self::Enthesophytes => "Enthesophytes",
            Self::ForaminalStenosis => "Foraminal stenosis",
            Self::Fracture => "Fracture",
            Self::Osteophytes => "Osteophytes",
            Self::ScleroticLesion => "Sclerotic lesion",
            Self::Spondylolysthesis => "Spondylolysthesis",
            Self::SubchondralSclerosis => "Subchondral sclerosis",
            Self::SurgicalImplant => "Surgical implant",
            Self::VertebralCollapse => "Vertebral collapse",
            Self::ForeignBody => "Foreign body",
            Self::OtherLesions => "Other lesions",
        }
    }

    pub fn label(self) -> LabelName {
        LabelName::new(self.as_str())
    }
}

/// One finding of a patient; each film of the study that can show it does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lesion {
    pub kind: LesionKind,
    /// The vertebra, or the one above the disc.
    pub level: Level,
    /// Shown on films of this view only; `None` on both.
    pub view: Option<View>,
    /// -1 to the patient's right (frontal) or in front (lateral), 1 to the left or behind.
    pub side: f32,
    /// At the upper end plate, not the lower.
    pub is_upper: bool,
    /// Vertebrae or discs that it takes in.
    pub span: u8,
    /// 0 just seen to 1 gross.
    pub severity: f32,
    /// Which of the forms of this finding, from 0.
    pub form: u32,
    /// Seed of its details.
    pub key: u64,
}

/// Levels that films of a region show well enough to be read.
pub fn readable_levels(region: Region, view: View) -> std::ops::RangeInclusive<u8> {
    match (region, view) {
        (Region::Lumbar, _) => Level::T12.0..=Level::L5.0,
        (Region::Thoracic, View::Frontal) => Level::T1.0 + 3..=Level::T12.0 - 1,
        (Region::Thoracic, View::Lateral) => Level::T1.0 + 5..=Level::T12.0 - 1,
    }
}

/// What a patient has; empty in about half. Shares follow the counts of boxes in the paper's Table 2, the
/// rare findings raised so that some hundred studies hold each of the 13.
pub fn lesions(seed: u64, patient: &Patient, region: Region) -> Vec<Lesion> {
    let mut random = Random::part(seed, "lesions", 0);
    if !random.chance(0.42 + 0.42 * patient.wear) {
        return Vec::new();
    }
    let mut list = Vec::new();
    let levels: Vec<u8> = readable_levels(region, View::Lateral).collect();
    // Lower lumbar levels wear first; in the thorax the middle ones.
    let worn_level = |random: &mut Random| {
        let share = if region == Region::Lumbar { 1.0 - random.unit() * random.unit() } else { random.unit() };
        Level(levels[((share * levels.len() as f32) as usize).min(levels.len() - 1)])
    };
    let new = |random: &mut Random, kind: LesionKind, level: Level, severity: f32| Lesion {
        kind,
        level,
        view: None,
        side: random.sign(),
        is_upper: random.chance(0.5),
        span: 1,
        severity,
        form: random.whole(0, 999),
        key: key(seed, kind.as_str(), random.next_u64()),
    };
    // Each with the chance that an abnormal study has it, in the lumbar and in the thoracic spine.
    for (kind, lumbar, thoracic) in [
        (LesionKind::SurgicalImplant, 0.10, 0.05),
        (LesionKind::Ankylosis, 0.03, 0.035),
        (LesionKind::VertebralCollapse, 0.10, 0.14),
        (LesionKind::Spondylolysthesis, 0.15, 0.0),
        (LesionKind::DiscSpaceNarrowing, 0.30, 0.20),
        (LesionKind::ForaminalStenosis, 0.17, 0.0),
        (LesionKind::SubchondralSclerosis, 0.06, 0.05),
        (LesionKind::ScleroticLesion, 0.035, 0.05),
        (LesionKind::Fracture, 0.035, 0.035),
        (LesionKind::Enthesophytes, 0.05, 0.04),
        (LesionKind::ForeignBody, 0.04, 0.04),
        (LesionKind::OtherLesions, 0.09, 0.09),
    ] {
        if !random.chance(if region == Region::Lumbar { lumbar } else { thoracic }) {
            continue;
        }
        let count = match kind {
            LesionKind::DiscSpaceNarrowing => 1 + u32::from(random.chance(0.25)),
            LesionKind::ForaminalStenosis => 1 + u32::from(random.chance(0.3)),
            _ => 1,
        };
        for _ in 0..count {
            let level = worn_level(&mut random);
            let severity = random.unit();
            let mut lesion = new(&mut random, kind, level, severity);
            match kind {
                LesionKind::SurgicalImplant => {
                    lesion.span = random.whole(2, 3) as u8;
                    lesion.level = Level(level.0.min(levels[levels.len() - 1] + 1 - lesion.span));
                }
                LesionKind::Ankylosis => {
                    lesion.span = random.whole(1, 3) as u8;
                    lesion.level = Level(level.0.min(levels[levels.len() - 1] - lesion.span));
                }
                LesionKind::Spondylolysthesis => {
                    lesion.level = if random.chance(0.6) { Level::L4 } else { Level::L5 };
                    lesion.view = Some(View::Lateral);
                }
                LesionKind::ForaminalStenosis => {
                    lesion.level = Level(level.0.clamp(Level::L1.0 + 1, Level::L5.0 - 1));
                    lesion.view = Some(View::Lateral);
                }
                _ => {}
            }
            if !list.iter().any(|other| conflict(other, &lesion)) {
                list.push(lesion);
            }
        }
    }
    if random.chance(0.86) || list.is_empty() {
        osteophytes(&mut random, patient, region, &mut list, worn_level, new);
    }
    list
}

/// Beaks at the corners of some vertebrae: each its own finding, as the published boxes are.
fn osteophytes(
    random: &mut Random,
    patient: &Patient,
    region: Region,
    list: &mut Vec<Lesion>,
    worn_level: impl Fn(&mut Random) -> Level,
    new: impl Fn(&mut Random, LesionKind, Level, f32) -> Lesion,
) {
    let num_levels = 1 + (random.unit() * (2.2 + 3.0 * patient.wear)) as usize;
    let mut seen = Vec::new();
    for _ in 0..num_levels {
        let level = worn_level(random);
        if seen.contains(&level) {
            continue;
        }
        seen.push(level);
        let gross = (0.25 + 0.5 * patient.wear + 0.2 * random.normal()).clamp(0.05, 1.0);
        // View, side, upper, how often.
        for (view, side, is_upper, chance) in [
            (View::Frontal, -1.0, true, 0.32),
            (View::Frontal, -1.0, false, 0.36),
            (View::Frontal, 1.0, true, 0.32),
            (View::Frontal, 1.0, false, 0.36),
            (View::Lateral, -1.0, true, 0.62),
            (View::Lateral, -1.0, false, 0.58),
            (View::Lateral, 1.0, false, 0.12),
        ] {
            let lasts = region == Region::Lumbar || level.0 >= *readable_levels(region, view).start();
            if random.chance(chance) && lasts {
                let severity = (gross + 0.15 * random.normal()).clamp(0.0, 1.0);
                let base = new(random, LesionKind::Osteophytes, level, severity);
                let lesion = Lesion { view: Some(view), side, is_upper, ..base };
                if !list.iter().any(|other| conflict(other, &lesion)) {
                    list.push(lesion);
                }
            }
        }
    }
}

/// Findings that cannot stand at one place together without one hiding what the other is known by.
fn conflict(a: &Lesion, b: &Lesion) -> bool {
    use LesionKind as K;
    let overlap = |reach: u8| {
        let (a0, a1) = (a.level.0, a.level.0 + a.span);
        let (b0, b1) = (b.level.0, b.level.0 + b.span);
        a0 <= b1 + reach && b0 <= a1 + reach
    };
    let either = |kind: K| a.kind == kind || b.kind == kind;
    if a.kind == K::Osteophytes && b.kind == K::Osteophytes {
        return false;
    }
    if a.kind == b.kind {
        return a.kind != K::DiscSpaceNarrowing && a.kind != K::ForaminalStenosis || a.level == b.level;
    }
    if either(K::Ankylosis) || either(K::SurgicalImplant) {
        return overlap(0) && !either(K::ForeignBody) && !either(K::OtherLesions);
    }
    if either(K::VertebralCollapse) || either(K::Spondylolysthesis) {
        // One vertebra apart, beaks excepted, which such levels do have at their other corners.
        return if either(K::Osteophytes) { a.level == b.level } else { overlap(0) && !either(K::ForeignBody) };
    }
    let on_body = |kind: K| matches!(kind, K::Fracture | K::ScleroticLesion | K::OtherLesions);
    on_body(a.kind) && on_body(b.kind) && a.level == b.level
}
