// Shows a film: integer texels -> modality value -> window -> grey level (PS3.3 C.11.1 and C.11.2).
//
// Filtering happens on modality values, before windowing: filtering grey levels would invent contrast
// at a window's edges. Films shown smaller than their pixels are read from a mip chain.

struct Uniforms {
    // image = rows * vec3(framebuffer position, 1), in film pixels of level 0.
    row_x: vec4<f32>,
    row_y: vec4<f32>,
    // Film size in pixels of level 0.
    size: vec2<f32>,
    // Film pixels a framebuffer pixel.
    minification: f32,
    num_levels: u32,
    // x = value * gain + bias, then the window's shape. `value` is a texel, or the table's modality value.
    gain: f32,
    bias: f32,
    // 0 clamp, 1 sigmoid, 2 step, 3 the table holds the fraction of white for a texel.
    shape: u32,
    // 1: the table holds the modality value of a texel.
    has_modality_table: u32,
    // Texels in this closed range are padding; empty where low > high.
    padding_low: u32,
    padding_high: u32,
    is_inverted: u32,
    is_color: u32,
}

@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var film: texture_2d<u32>;
@group(0) @binding(2) var table: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the viewport.
    let x = f32(i32(index & 1u) * 4 - 1);
    let y = f32(i32(index >> 1u) * 4 - 1);
    return vec4<f32>(x, y, 0.0, 1.0);
}

fn looked_up(texel: u32) -> f32 {
    return textureLoad(table, vec2<u32>(texel & 255u, texel >> 8u), 0).r;
}

// Value in x, weight in y: 0 for padding.
fn tap(p: vec2<i32>, level: u32, extent: vec2<i32>) -> vec2<f32> {
    let texel = textureLoad(film, clamp(p, vec2<i32>(0), extent - 1), level).r;
    if (texel >= u.padding_low && texel <= u.padding_high) {
        return vec2<f32>(0.0, 0.0);
    }
    if (u.has_modality_table == 1u) {
        return vec2<f32>(looked_up(texel), 1.0);
    }
    return vec2<f32>(f32(texel), 1.0);
}

// Bilinear within one level: value in x, weight in y; padding does not bleed into anatomy.
fn sampled(image: vec2<f32>, level: u32) -> vec2<f32> {
    let extent = vec2<i32>(textureDimensions(film, level));
    let at = image * (vec2<f32>(extent) / u.size) - 0.5;
    let base = vec2<i32>(floor(at));
    let f = at - floor(at);
    let a = tap(base, level, extent);
    let b = tap(base + vec2<i32>(1, 0), level, extent);
    let c = tap(base + vec2<i32>(0, 1), level, extent);
    let d = tap(base + vec2<i32>(1, 1), level, extent);
    let wa = (1.0 - f.x) * (1.0 - f.y) * a.y;
    let wb = f.x * (1.0 - f.y) * b.y;
    let wc = (1.0 - f.x) * f.y * c.y;
    let wd = f.x * f.y * d.y;
    let weight = wa + wb + wc + wd;
    if (weight <= 0.0) {
        return vec2<f32>(0.0, 0.0);
    }
    return vec2<f32>((wa * a.x + wb * b.x + wc * c.x + wd * d.x) / weight, weight);
}

fn fraction_of_white(value: f32) -> f32 {
    if (u.shape == 3u) {
        return looked_up(u32(clamp(value + 0.5, 0.0, 65535.0)));
    }
    let x = value * u.gain + u.bias;
    if (u.shape == 1u) {
        return 1.0 / (1.0 + exp(-4.0 * x));
    }
    if (u.shape == 2u) {
        return select(0.0, 1.0, x > 0.0);
    }
    return clamp(x, 0.0, 1.0);
}

fn color_tap(p: vec2<i32>, level: u32, extent: vec2<i32>) -> vec3<f32> {
    return vec3<f32>(textureLoad(film, clamp(p, vec2<i32>(0), extent - 1), level).rgb);
}

fn sampled_color(image: vec2<f32>, level: u32) -> vec3<f32> {
    let extent = vec2<i32>(textureDimensions(film, level));
    let at = image * (vec2<f32>(extent) / u.size) - 0.5;
    let base = vec2<i32>(floor(at));
    let f = at - floor(at);
    let top = mix(color_tap(base, level, extent), color_tap(base + vec2<i32>(1, 0), level, extent), f.x);
    let low = mix(color_tap(base + vec2<i32>(0, 1), level, extent), color_tap(base + vec2<i32>(1, 1), level, extent), f.x);
    return mix(top, low, f.y);
}

@fragment
fn fs_main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let p = vec3<f32>(position.xy, 1.0);
    let image = vec2<f32>(dot(u.row_x.xyz, p), dot(u.row_y.xyz, p));
    if (image.x < 0.0 || image.y < 0.0 || image.x >= u.size.x || image.y >= u.size.y) {
        return vec4<f32>(0.0, 0.0, 0.0, 1.0);
    }
    // Between two mip levels where minified, level 0 where not.
    let lod = clamp(log2(max(u.minification, 1.0)), 0.0, f32(u.num_levels - 1u));
    let fine = u32(floor(lod));
    let coarse = min(fine + 1u, u.num_levels - 1u);
    let blend = lod - f32(fine);
    if (u.is_color == 1u) {
        var rgb = sampled_color(image, fine);
        if (blend > 0.0) {
            rgb = mix(rgb, sampled_color(image, coarse), blend);
        }
        rgb = rgb / 255.0;
        if (u.is_inverted == 1u) {
            rgb = 1.0 - rgb;
        }
        return vec4<f32>(rgb, 1.0);
    }
    var value = sampled(image, fine);
    if (blend > 0.0) {
        let far = sampled(image, coarse);
        if (value.y > 0.0 && far.y > 0.0) {
            value = mix(value, far, blend);
        }
    }
    if (value.y <= 0.0) {
        return vec4<f32>(0.0, 0.0, 0.0, 1.0);
    }
    var grey = fraction_of_white(value.x);
    if (u.is_inverted == 1u) {
        grey = 1.0 - grey;
    }
    return vec4<f32>(grey, grey, grey, 1.0);
}
