//! A plot as a picture of any size, without a window or a graphics card: for the clipboard and for PNG files.

use egui::epaint::{ClippedPrimitive, Mesh, Primitive};
use egui::{Color32, ColorImage, Context, Pos2, RawInput, Rect, TextureId, Vec2};

use crate::session::Sheet;
use crate::session::settings::{Settings, Theme};
use crate::ui::theme;

use super::{field, paint};

/// Of the drawing, in points.
const SIZE: Vec2 = Vec2::new(560.0, 460.0);

/// The plot on a light ground, `scale` pixels a point. A thread that shows no window must call it: it changes the thread's
/// theme.
pub fn picture(sheet: &Sheet, scale: f32) -> ColorImage {
    let context = Context::default();
    theme::install(&context);
    theme::apply(&context, &Settings { theme: Theme::Light, ..Settings::default() });
    let rect = Rect::from_min_size(Pos2::ZERO, SIZE);
    let mut input = RawInput { screen_rect: Some(rect), ..RawInput::default() };
    input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(scale);
    let mut textures = Textures::default();
    let mut primitives = Vec::new();
    // The first frame brings the letters into the texture of fonts, the second has them where they belong.
    for _ in 0..2 {
        let mut output = context.run_ui(input.clone(), |ui| match sheet {
            Sheet::Plot(plot) => {
                paint::plot(ui.painter(), rect, plot);
            }
            Sheet::Matrix(matrix) => {
                field::field(ui.painter(), rect, matrix);
            }
        });
        textures.take(&mut output.textures_delta);
        primitives = context.tessellate(std::mem::take(&mut output.shapes), scale);
    }
    let size = [(SIZE.x * scale) as usize, (SIZE.y * scale) as usize];
    let mut image = ColorImage::filled(size, theme::window());
    for ClippedPrimitive { clip_rect, primitive } in &primitives {
        if let Primitive::Mesh(mesh) = primitive {
            textures.fill(&mut image, mesh, *clip_rect, scale);
        }
    }
    image
}

/// The texture of fonts, which has a white spot for everything that is no letter.
#[derive(Default)]
struct Textures {
    fonts: ColorImage,
}

impl Textures {
    fn take(&mut self, delta: &mut egui::TexturesDelta) {
        let mut news: Vec<_> = delta.set.drain().collect();
        news.sort_by_key(|(id, _)| *id);
        for (_, delta) in news
            .into_iter()
            .filter(|(id, _)| *id == TextureId::default())
            .flat_map(|(id, all)| all.into_iter().map(move |one| (id, one)))
        {
            let egui::ImageData::Color(part) = delta.image;
            match delta.pos {
                None => self.fonts = (*part).clone(),
                Some([x, y]) => {
                    for row in 0..part.height() {
                        let from = &part.pixels[row * part.width()..][..part.width()];
                        let at = (y + row) * self.fonts.width() + x;
                        self.fonts.pixels[at..at + from.len()].copy_from_slice(from);
                    }
                }
            }
        }
    }

    /// Triangles with colours that blend between their corners, each over what is there (premultiplied alpha).
    fn fill(&self, image: &mut ColorImage, mesh: &Mesh, clip: Rect, scale: f32) {
        let bounds = clip * scale;
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices[corners[i] as usize]);
            let [pa, pb, pc] = [a, b, c].map(|vertex| vertex.pos * scale);
            let area = (pb - pa).rot90().dot(pc - pa);
            if area == 0.0 {
                continue;
            }
            let width = image.width();
            let reach = Rect::from_points(&[pa, pb, pc]).intersect(bounds);
            for y in reach.top().max(0.0) as usize..(reach.bottom().ceil().max(0.0) as usize).min(image.height()) {
                for x in reach.left().max(0.0) as usize..(reach.right().ceil().max(0.0) as usize).min(image.width()) {
                    let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                    let share = |from: Pos2, to: Pos2| (to - from).rot90().dot(at - from) / area;
                    let [wa, wb, wc] = [share(pb, pc), share(pc, pa), share(pa, pb)];
                    if wa < 0.0 || wb < 0.0 || wc < 0.0 || !bounds.contains(at) {
                        continue;
                    }
                    let two = b.color.lerp_to_gamma(a.color, wa / (wa + wb).max(f32::MIN_POSITIVE));
                    let color = two.lerp_to_gamma(c.color, wc);
                    let uv = a.uv.to_vec2() * wa + b.uv.to_vec2() * wb + c.uv.to_vec2() * wc;
                    let pixel = &mut image.pixels[y * width + x];
                    *pixel = pixel.blend(color * self.texel(uv));
                }
            }
        }
    }

    fn texel(&self, uv: Vec2) -> Color32 {
        let [width, height] = self.fonts.size;
        let x = ((uv.x * width as f32) as usize).min(width.saturating_sub(1));
        let y = ((uv.y * height as f32) as usize).min(height.saturating_sub(1));
        self.fonts.pixels.get(y * width + x).copied().unwrap_or(theme::UNTINTED)
    }
}
