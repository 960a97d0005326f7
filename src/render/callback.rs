//! The film pass as a paint callback of the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::enhance_pass::can_enhance;
use super::film_pass::{FilmPass, FilmUploader};
use super::frame_plan::FramePlan;
use super::marks_pass::MarksPass;

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

/// What a window's device offers.
#[derive(Clone, Debug)]
pub struct Graphics {
    /// For threads that decode ahead.
    pub uploader: FilmUploader,
    /// Whether enhancement works; where not, films are shown as they are.
    pub can_enhance: bool,
    /// Bits of a grey level on the screen.
    pub bits: u32,
    device: wgpu::Device,
    is_lost: Arc<AtomicBool>,
}

impl Graphics {
    /// Whether the device is gone: the driver restarted, the card was taken away. Nothing draws until a new window's
    /// device is installed.
    pub fn is_lost(&self) -> bool {
        // The device tells of its loss when it is asked how far it is.
        self.device.poll(wgpu::PollType::Poll).ok();
        self.is_lost.load(Ordering::Relaxed)
    }
}

/// Puts new passes where callbacks find them, in place of older ones. Once a window, after its device is there, and
/// again for a new device: films are uploaded anew as they are drawn.
///
/// What eframe 0.37 does when graphics fail (egui-wgpu's `winit.rs`, `Painter::paint_and_update_textures`): a surface
/// that is outdated is configured again and one that is lost is made anew, both on the next frame; a device that is
/// lost is never made anew, and wgpu's default is to panic at the next error. So errors are logged here instead, and
/// [`Graphics::is_lost`] tells the program to open its window again, which makes a new device.
///
/// The screen has 8 bits a channel wherever the surface offers that: `preferred_framebuffer_format` of egui-wgpu 0.37
/// takes the first `Rgba8Unorm` or `Bgra8Unorm` of the list and nothing in `WgpuConfiguration` can ask for
/// `Rgb10a2Unorm`. The pass itself draws into 10 bits; where that is the surface's first and no 8-bit one is there, it
/// does.
pub fn install(state: &egui_wgpu::RenderState) -> Graphics {
    let pass = FilmPass::new(&state.device, state.target_format);
    let uploader = pass.uploader(&state.device, &state.queue);
    let marks = MarksPass::new(&state.device, state.target_format);
    {
        let mut renderer = state.renderer.write();
        renderer.callback_resources.insert(pass);
        renderer.callback_resources.insert(marks);
    }
    let is_lost = Arc::new(AtomicBool::new(false));
    let lost = is_lost.clone();
    state.device.set_device_lost_callback(move |reason, message| {
        tracing::error!(?reason, message, "the graphics device is lost");
        lost.store(true, Ordering::Relaxed);
    });
    state.device.on_uncaptured_error(Arc::new(|error| tracing::error!(%error, "graphics")));
    Graphics {
        uploader,
        can_enhance: can_enhance(&state.device),
        bits: if state.target_format == wgpu::TextureFormat::Rgb10a2Unorm { 10 } else { 8 },
        device: state.device.clone(),
        is_lost,
    }
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
