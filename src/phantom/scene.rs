//! All solids of one film, sound and diseased, and the boxes of what is diseased.

use super::canvas::{Bounds, Canvas};
use super::film::{Region, View};
use super::lesion::{Lesion, LesionKind};
use super::patient::Patient;
use super::solid::Solid;
use super::spine::{Level, NUM_LEVELS, Vertebra, spine};
use super::texture::Texture;
use super::vertebral_body::VertebralBody;
use super::{lesion_bone, lesion_change, lesion_metal, pelvis, ribs, vertebra_frontal, vertebra_lateral};

/// What films of a study share, and what this one adds.
#[derive(Clone, Debug)]
pub struct SceneRequest<'a> {
    pub patient: &'a Patient,
    pub region: Region,
    pub view: View,
    pub lesions: &'a [Lesion],
    /// Of the study: films of one study show one spine.
    pub study_key: u64,
    /// Of the film.
    pub film_key: u64,
    /// Within the collimator; findings lie wholly inside.
    pub field: Bounds,
}

/// The spine of one film in place: what posterior elements, ribs and lesions attach to.
#[derive(Debug)]
pub struct Anatomy<'a> {
    pub request: &'a SceneRequest<'a>,
    pub vertebrae: [Vertebra; NUM_LEVELS],
    /// In drawing, with every change of shape by a lesion already made.
    pub bodies: Vec<VertebralBody>,
}

impl Anatomy<'_> {
    pub fn body(&self, level: Level) -> &VertebralBody {
        &self.bodies[level.index()]
    }

    pub fn vertebra(&self, level: Level) -> &Vertebra {
        &self.vertebrae[level.index()]
    }
}

/// What stands in the beam, backdrop apart.
#[derive(Debug)]
pub struct Scene {
    pub solids: Vec<Solid>,
    /// In the order of the request's lesions; those that the film does not show are left out.
    pub findings: Vec<(LesionKind, Bounds)>,
    /// Of the middle vertebra's front and back on lateral films, for the soft tissue around.
    pub vertebrae: [Vertebra; NUM_LEVELS],
}

impl Scene {
    pub fn new(request: &SceneRequest<'_>) -> Self {
        let middle = if request.region == Region::Lumbar { Level::L3 } else { Level(8) };
        let vertebrae = spine(request.patient, middle);
        let bodies = vertebrae
            .iter()
            .map(|v| match request.view {
                View::Frontal => vertebra_frontal::body(request, v),
                View::Lateral => vertebra_lateral::body(request, v),
            })
            .collect();
        let mut anatomy = Anatomy { request, vertebrae, bodies };
        let mut findings = Vec::new();
        let mut added = Vec::new();
        let is_shown = |lesion: &&Lesion| lesion.view.is_none_or(|view| view == request.view);
        let fits = |bounds: &Bounds| bounds.is_inside(&request.field.grown(-1.0));
        // Changes of shape come first: what is added later sits on the changed bodies.
        for lesion in request.lesions.iter().filter(is_shown) {
            let before = anatomy.bodies.clone();
            if let Some(bounds) = lesion_change::apply(&mut anatomy, lesion) {
                if fits(&bounds) {
                    findings.push((lesion.kind, bounds));
                } else {
                    anatomy.bodies = before;
                }
            }
        }
        for lesion in request.lesions.iter().filter(is_shown) {
            let solids = match lesion.kind {
                LesionKind::SurgicalImplant | LesionKind::ForeignBody => lesion_metal::solids(&anatomy, lesion),
                _ => lesion_bone::solids(&anatomy, lesion),
            };
            let bounds = solids.iter().fold(Bounds::EMPTY, |sum, solid| sum.union(&solid.extent()));
            if !solids.is_empty() && fits(&bounds) {
                findings.push((lesion.kind, bounds));
                added.extend(solids);
            }
        }
        let mut solids = Vec::new();
        for level in 0..NUM_LEVELS {
            let level = Level(level as u8);
            if level < Level::S1 {
                solids.push(Solid::Body(anatomy.body(level).clone()));
                match request.view {
                    View::Frontal => vertebra_frontal::processes(&anatomy, level, &mut solids),
                    View::Lateral => vertebra_lateral::processes(&anatomy, level, &mut solids),
                }
            }
        }
        pelvis::solids(&anatomy, &mut solids);
        ribs::solids(&anatomy, &mut solids);
        solids.extend(added);
        Self { solids, findings, vertebrae }
    }

    pub fn draw(&self, canvas: &mut Canvas, texture: &Texture) {
        for solid in &self.solids {
            solid.draw(canvas, texture);
        }
    }
}
