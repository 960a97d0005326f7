//! The film on the GPU: textures and WGSL passes.
