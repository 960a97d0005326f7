// Draws a map of values in colour over the film: the higher, the less transparent.

struct Uniforms {
    // grid = rows * vec3(framebuffer position, 1), in cells.
    row_x: vec4<f32>,
    row_y: vec4<f32>,
    extent: vec2<i32>,
    opacity: f32,
    is_srgb: u32,
}

@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var grid: texture_2d<f32>;
@group(0) @binding(2) var colors: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let x = f32(i32(index & 1u) * 4 - 1);
    let y = f32(i32(index >> 1u) * 4 - 1);
    return vec4<f32>(x, y, 0.0, 1.0);
}

fn value_at(p: vec2<i32>) -> f32 {
    return textureLoad(grid, clamp(p, vec2<i32>(0), u.extent - 1), 0).r;
}

fn linear_from_srgb(color: vec3<f32>) -> vec3<f32> {
    return select(pow((color + 0.055) / 1.055, vec3<f32>(2.4)), color / 12.92, color <= vec3<f32>(0.04045));
}

@fragment
fn fs_main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let p = vec3<f32>(position.xy, 1.0);
    let at = vec2<f32>(dot(u.row_x.xyz, p), dot(u.row_y.xyz, p));
    if (any(at < vec2<f32>(0.0)) || any(at >= vec2<f32>(u.extent))) {
        discard;
    }
    let corner = vec2<i32>(floor(at - 0.5));
    let f = at - 0.5 - floor(at - 0.5);
    let top = mix(value_at(corner), value_at(corner + vec2<i32>(1, 0)), f.x);
    let bottom = mix(value_at(corner + vec2<i32>(0, 1)), value_at(corner + vec2<i32>(1, 1)), f.x);
    let value = clamp(mix(top, bottom, f.y), 0.0, 1.0);
    var color = textureLoad(colors, vec2<u32>(u32(value * 255.0 + 0.5), 0u), 0).rgb;
    if (u.is_srgb == 1u) {
        color = linear_from_srgb(color);
    }
    return vec4<f32>(color, value * u.opacity);
}
