// Before film.wgsl: the film's own integer texels, grey (one code) or colour.
// needs: film.wgsl

@group(0) @binding(1) var film: texture_2d_array<u32>;

// Value (or colour) in xyz, weight in w: 0 for padding.
fn tap(p: vec2<i32>, level: Level) -> vec4<f32> {
    let at = place_in_tiles(p, level);
    let texel = textureLoad(film, at.xy, at.z, i32(level.mip));
    if (u.is_color == 1u) {
        return vec4<f32>(vec3<f32>(texel.rgb), 1.0);
    }
    if (texel.r >= level.padding_low && texel.r <= level.padding_high) {
        return vec4<f32>(0.0);
    }
    return vec4<f32>(f32(texel.r) * level.unit, 0.0, 0.0, 1.0);
}
