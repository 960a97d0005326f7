// Before film.wgsl: values that shaders/enhance.wgsl wrote.
// needs: film.wgsl

@group(0) @binding(1) var film: texture_2d_array<f32>;

// Value in x, weight in w: 0 for padding, which is far below every value.
fn tap(p: vec2<i32>, level: Level) -> vec4<f32> {
    let at = place_in_tiles(p, level);
    let value = textureLoad(film, at.xy, at.z, i32(level.mip)).r;
    if (value < -1e29) {
        return vec4<f32>(0.0);
    }
    return vec4<f32>(value, 0.0, 0.0, 1.0);
}
