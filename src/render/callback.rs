//! The film pass as a paint callback of the window.

use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::film_pass::FilmPass;
use super::frame_plan::FramePlan;

/// Draws one plan where its viewport is. Several may draw in one frame, each with a slot of its own; they share the
/// films' textures.
#[derive(Debug)]
pub struct FilmCallback {
    /// A small number that no other viewport of the frame has: the pane's, or [`LENS_SLOT`].
    pub slot: usize,
    pub plan: FramePlan,
}

/// The magnifier's slot; panes count from 0.
pub const LENS_SLOT: usize = 8;

/// Puts the pass where callbacks find it. Once a window, after its device is there.
pub fn install(state: &egui_wgpu::RenderState) {
    let pass = FilmPass::new(&state.device, state.target_format);
    state.renderer.write().callback_resources.insert(pass);
}

impl CallbackTrait for FilmCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pass) = resources.get_mut::<FilmPass>() {
            pass.prepare(device, queue, self.slot, &self.plan);
        }
        Vec::new()
    }

    fn finish_prepare(
        &self,
        _device: &wgpu::Device,
        _queue: &wgpu::Queue,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pass) = resources.get_mut::<FilmPass>() {
            pass.finish_frame();
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        render_pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(pass) = resources.get::<FilmPass>() {
            pass.paint(render_pass, self.slot);
        }
    }
}
