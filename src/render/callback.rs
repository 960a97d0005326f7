//! The film pass as a paint callback of the window.

use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::film_pass::FilmPass;
use super::frame_plan::FramePlan;

/// Draws one plan where the canvas is.
#[derive(Debug)]
pub struct FilmCallback {
    pub plan: FramePlan,
}

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
            pass.prepare(device, queue, &self.plan);
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
            pass.paint(render_pass);
        }
    }
}
