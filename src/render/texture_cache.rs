//! Films on the GPU within a budget: what a frame draws stays, of the rest the least recently drawn leaves first.

use std::sync::Arc;

use crate::domain::imaging::enhance::Enhancement;
use crate::domain::imaging::{Film, Pixels};

use super::enhance_pass::{EnhancePass, EnhancedTexture, can_enhance, num_bytes};
use super::film_texture::FilmTexture;
use super::tiles::TextureLimits;

/// Films kept on the GPU unless told otherwise.
const DEFAULT_BUDGET_BYTES: u64 = 512 << 20;

/// The films of all viewports and those that are likely to be shown next.
///
/// A film takes its pixels and a third for the smaller levels: 2 bytes a grey pixel, 4 a colour one; an enhanced one
/// takes 4 more a pixel. A film that is over the budget by itself starts at a smaller level. The films that one frame
/// draws stay together even where their sum is over it.
#[derive(Debug)]
pub(super) struct TextureCache {
    limits: TextureLimits,
    budget_bytes: u64,
    /// The least recently drawn first.
    films: Vec<FilmTexture>,
    enhanced: Vec<EnhancedTexture>,
    enhance_pass: Option<EnhancePass>,
    can_enhance: bool,
    frame: u64,
}

/// What a viewport draws from.
pub(super) struct Shown<'a> {
    pub(super) film: &'a FilmTexture,
    pub(super) enhanced: Option<&'a EnhancedTexture>,
}

impl TextureCache {
    pub(super) fn new(device: &wgpu::Device, limits: TextureLimits) -> Self {
        Self {
            limits,
            budget_bytes: DEFAULT_BUDGET_BYTES,
            films: Vec::new(),
            enhanced: Vec::new(),
            enhance_pass: None,
            can_enhance: can_enhance(device),
            frame: 1,
        }
    }

    pub(super) fn set_budget(&mut self, bytes: u64) {
        self.budget_bytes = bytes;
    }

    pub(super) fn num_bytes(&self) -> u64 {
        let films: u64 = self.films.iter().map(|t| t.num_bytes).sum();
        films + self.enhanced.iter().map(|t| t.num_bytes).sum::<u64>()
    }

    pub(super) fn films(&self) -> impl Iterator<Item = &FilmTexture> {
        self.films.iter()
    }

    pub(super) fn has(&self, film: &Arc<Film>) -> bool {
        self.films.iter().any(|t| t.is_of(film))
    }

    /// A film that is likely to be shown; it leaves again before any that has been drawn lately.
    pub(super) fn add(&mut self, texture: FilmTexture) {
        self.make_room(texture.num_bytes);
        if self.num_bytes() + texture.num_bytes <= self.budget_bytes {
            self.films.push(texture);
        }
    }

    /// Uploads a film that is likely to be shown.
    pub(super) fn upload_ahead(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, film: &Arc<Film>) {
        if !self.has(film)
            && let Some(texture) = FilmTexture::new(device, queue, film, self.limits, self.budget_bytes)
        {
            self.add(texture);
        }
    }

    /// The textures of a film that this frame draws, uploaded and enhanced where they are not there yet.
    pub(super) fn shown(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        film: &Arc<Film>,
        enhancement: Enhancement,
    ) -> Option<Shown<'_>> {
        let mut texture = match self.films.iter().position(|t| t.is_of(film)) {
            Some(at) => self.films.remove(at),
            None => {
                let texture = FilmTexture::new(device, queue, film, self.limits, self.budget_bytes)?;
                self.make_room(texture.num_bytes);
                texture
            }
        };
        texture.drawn_at = self.frame;
        let is_enhanced = self.can_enhance
            && enhancement.is_on()
            && matches!(film.pixels, Pixels::Grey(_))
            && texture.layout.first_level == 0
            && texture.num_bytes + num_bytes(&texture.layout) <= self.budget_bytes;
        if is_enhanced {
            let is_it = |t: &EnhancedTexture| t.enhancement == enhancement && t.film.as_ptr() == Arc::as_ptr(film);
            let mut enhanced = match self.enhanced.iter().position(is_it) {
                Some(at) => self.enhanced.remove(at),
                None => {
                    self.make_room(texture.num_bytes + num_bytes(&texture.layout));
                    let pass = self.enhance_pass.get_or_insert_with(|| EnhancePass::new(device));
                    pass.enhanced(device, queue, film, &texture, enhancement)
                }
            };
            enhanced.drawn_at = self.frame;
            self.enhanced.push(enhanced);
        }
        self.films.push(texture);
        let enhanced = if is_enhanced { self.enhanced.last() } else { None };
        self.films.last().map(|film| Shown { film, enhanced })
    }

    /// Every viewport of the frame has told what it draws: the rest may go.
    pub(super) fn finish_frame(&mut self) {
        let frame = self.frame;
        self.films.retain(|t| t.drawn_at == frame || !t.is_orphan());
        // A slider that is dragged leaves a trail of settings: only what is drawn is kept of them.
        self.enhanced.retain(|t| t.drawn_at == frame || t.drawn_at + 1 == frame);
        self.evict(self.budget_bytes, frame);
        self.frame += 1;
    }

    /// Before something of this size comes; the last frame's films are likely to be drawn in this one too.
    fn make_room(&mut self, bytes: u64) {
        self.evict(self.budget_bytes.saturating_sub(bytes), self.frame.saturating_sub(1));
    }

    /// Down to `bytes`, of what was not drawn since frame `since`.
    fn evict(&mut self, bytes: u64, since: u64) {
        let mut total = self.num_bytes();
        self.enhanced.retain(|t| {
            let stays = total <= bytes || t.drawn_at >= since;
            total -= if stays { 0 } else { t.num_bytes };
            stays
        });
        self.films.retain(|t| {
            let stays = total <= bytes || t.drawn_at >= since;
            total -= if stays { 0 } else { t.num_bytes };
            stays
        });
    }
}
