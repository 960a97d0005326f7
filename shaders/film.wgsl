// Shows a film: codes -> modality value -> window -> grey level (PS3.3 C.11.1 and C.11.2).
//
// Filtering happens on modality values, before windowing: filtering grey levels would invent contrast
// at a window's edges. Films shown smaller than their pixels are read from a mip chain. The CPU's
// reference is src/domain/imaging/sampling.rs. `tap` comes from film_integer.wgsl or film_enhanced.wgsl.
// needs: film_integer.wgsl

// One level of the film and where it lies. A place is the whole part plus a fraction, so that it is
// exact to a millionth of a pixel on films of any size: `coarse` has 10 significant bits and a
// framebuffer position at most 14, so their product is exact; `rest` is what `coarse` leaves.
struct Level {
    coarse: vec4<f32>,
    rest: vec4<f32>,
    fraction: vec2<f32>,
    whole: vec2<i32>,
    extent: vec2<i32>,
    mip: u32,
    // Codes of this level times this are codes of level 0.
    unit: f32,
    // Codes in this closed range are padding; empty where low > high.
    padding_low: u32,
    padding_high: u32,
    // The logarithm of a tile's side; 31 where the film is one tile. Tiles are layers, row by row.
    tile_bits: u32,
    tile_columns: u32,
}

struct Uniforms {
    fine: Level,
    far: Level,
    // The share of `far`.
    blend: f32,
    // 0 nearest, 1 bilinear, 2 Lanczos; minified films are always bilinear.
    interpolation: u32,
    // x = value * gain + bias, then the window's shape.
    gain: f32,
    bias: f32,
    // 0 clamp, 1 sigmoid, 2 step, 3 the table holds the fraction of white for a code.
    shape: u32,
    is_inverted: u32,
    is_color: u32,
    // The screen's highest grey level where dithered, 0 where not.
    dither_levels: f32,
    // The target encodes what it is given as sRGB: hand it the inverse.
    is_srgb: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(2) var table: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the viewport.
    let x = f32(i32(index & 1u) * 4 - 1);
    let y = f32(i32(index >> 1u) * 4 - 1);
    return vec4<f32>(x, y, 0.0, 1.0);
}

// Column, row and layer of a pixel of a level; the film's border holds outside.
fn place_in_tiles(p: vec2<i32>, level: Level) -> vec3<u32> {
    let q = vec2<u32>(clamp(p, vec2<i32>(0), level.extent - 1));
    let tile = q >> vec2<u32>(level.tile_bits);
    let mask = (1u << level.tile_bits) - 1u;
    return vec3<u32>(q & vec2<u32>(mask), tile.y * level.tile_columns + tile.x);
}

// A place on a level: the pixel and the fraction within it, from its top-left corner.
struct Place {
    pixel: vec2<i32>,
    f: vec2<f32>,
}

fn placed(position: vec2<f32>, level: Level) -> Place {
    let products = level.coarse * position.xyxy;
    let whole = floor(products);
    let part = products - whole;
    let f = vec2<f32>(part.x + part.y, part.z + part.w) + level.fraction
        + vec2<f32>(dot(level.rest.xy, position), dot(level.rest.zw, position));
    let carry = floor(f);
    let pixel = vec2<i32>(whole.xz) + vec2<i32>(whole.yw) + level.whole + vec2<i32>(carry);
    return Place(pixel, f - carry);
}

// The mean of four pixels; padding has no weight, and what weight is left stands in w.
fn bilinear(corner: vec2<i32>, f: vec2<f32>, level: Level) -> vec4<f32> {
    let a = tap(corner, level);
    let b = tap(corner + vec2<i32>(1, 0), level);
    let c = tap(corner + vec2<i32>(0, 1), level);
    let d = tap(corner + vec2<i32>(1, 1), level);
    let wa = (1.0 - f.x) * (1.0 - f.y) * a.w;
    let wb = f.x * (1.0 - f.y) * b.w;
    let wc = (1.0 - f.x) * f.y * c.w;
    let wd = f.x * f.y * d.w;
    let weight = wa + wb + wc + wd;
    if (weight <= 0.0) {
        return vec4<f32>(0.0);
    }
    return vec4<f32>((wa * a.xyz + wb * b.xyz + wc * c.xyz + wd * d.xyz) / weight, weight);
}

// The built-in sine may be wrong in the fourth digit (Vulkan's precision rules): series, 0 <= x <= pi / 2.
fn sine(x: f32) -> f32 {
    let y = x * x;
    return x * (1.0 + y * (-1.0 / 6.0 + y * (1.0 / 120.0 + y * (-1.0 / 5040.0
        + y * (1.0 / 362880.0 - y / 39916800.0)))));
}

// Weights of six pixels, the place being f (0..=1) from the third towards the fourth:
// sinc(d) * sinc(d / 3) with d = f + 2 - i.
fn lanczos(f: f32) -> array<f32, 6> {
    const PI = 3.14159265358979;
    let sin_f = sine(PI * min(f, 1.0 - f));
    let sin_third = sine(PI / 3.0 * f);
    let cos_third = sine(PI / 2.0 - PI / 3.0 * f);
    // Cosine and sine of -2/3, -1/3, 0, 1/3, 2/3 and 3/3 of a half turn.
    var turns = array<vec2<f32>, 6>(
        vec2<f32>(-0.5, -0.8660254037844386), vec2<f32>(0.5, -0.8660254037844386), vec2<f32>(1.0, 0.0),
        vec2<f32>(0.5, 0.8660254037844386), vec2<f32>(-0.5, 0.8660254037844386), vec2<f32>(-1.0, 0.0));
    var weights: array<f32, 6>;
    for (var i = 0; i < 6; i++) {
        let k = i - 2;
        let d = f - f32(k);
        if (abs(d) < 1e-3) {
            weights[i] = 1.0;
            continue;
        }
        // sin(pi d) and sin(pi d / 3), by the sines of sums.
        let sin_d = select(sin_f, -sin_f, (k & 1) == 1);
        weights[i] = 3.0 * sin_d * (sin_third * turns[i].x - cos_third * turns[i].y) / (PI * PI * d * d);
    }
    return weights;
}

// Lanczos with three lobes; near padding its negative lobes have nothing to stand on: bilinear there.
fn lanczos_or(near: vec4<f32>, corner: vec2<i32>, f: vec2<f32>, level: Level) -> vec4<f32> {
    let columns = lanczos(f.x);
    let rows = lanczos(f.y);
    var sum = vec3<f32>(0.0);
    var total = 0.0;
    for (var dy = 0; dy < 6; dy++) {
        for (var dx = 0; dx < 6; dx++) {
            let t = tap(corner + vec2<i32>(dx - 2, dy - 2), level);
            if (t.w <= 0.0) {
                return near;
            }
            let weight = columns[dx] * rows[dy];
            sum += t.xyz * weight;
            total += weight;
        }
    }
    return vec4<f32>(sum / total, 1.0);
}

fn sampled(place: Place, level: Level) -> vec4<f32> {
    if (u.interpolation == 0u) {
        return tap(place.pixel, level);
    }
    let is_before = place.f < vec2<f32>(0.5);
    let corner = place.pixel - select(vec2<i32>(0), vec2<i32>(1), is_before);
    let f = place.f + select(vec2<f32>(-0.5), vec2<f32>(0.5), is_before);
    let near = bilinear(corner, f, level);
    if (u.interpolation == 2u && near.w >= 0.5) {
        return lanczos_or(near, corner, f, level);
    }
    return near;
}

fn looked_up(code: u32) -> f32 {
    return textureLoad(table, vec2<u32>(code & 255u, code >> 8u), 0).r;
}

fn fraction_of_white(value: f32) -> f32 {
    if (u.shape == 3u) {
        let code = clamp(value, 0.0, 65535.0);
        let low = u32(code);
        return mix(looked_up(low), looked_up(min(low + 1u, 65535u)), code - f32(low));
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

// Half a level more or less, by interleaved gradient noise (Jimenez, "Next generation post processing in
// Call of Duty: Advanced Warfare", 2014). A whole level stays what it is: the noise keeps off its ends.
fn dithered(color: vec3<f32>, position: vec2<f32>) -> vec3<f32> {
    let noise = fract(52.9829189 * fract(dot(floor(position), vec2<f32>(0.06711056, 0.00583715))));
    return min(floor(color * u.dither_levels + (0.002 + noise * 0.996)), vec3<f32>(u.dither_levels)) / u.dither_levels;
}

fn linear_from_srgb(color: vec3<f32>) -> vec3<f32> {
    return select(pow((color + 0.055) / 1.055, vec3<f32>(2.4)), color / 12.92, color <= vec3<f32>(0.04045));
}

@fragment
fn fs_main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let place = placed(position.xy, u.fine);
    if (any(place.pixel < vec2<i32>(0)) || any(place.pixel >= u.fine.extent)) {
        return vec4<f32>(0.0, 0.0, 0.0, 1.0);
    }
    var value = sampled(place, u.fine);
    if (u.blend > 0.0) {
        let far = sampled(placed(position.xy, u.far), u.far);
        let a = value.w * (1.0 - u.blend);
        let b = far.w * u.blend;
        if (a + b > 0.0) {
            value = vec4<f32>((value.xyz * a + far.xyz * b) / (a + b), a + b);
        }
    }
    if (value.w < 0.5) {
        return vec4<f32>(0.0, 0.0, 0.0, 1.0);
    }
    var color: vec3<f32>;
    if (u.is_color == 1u) {
        color = clamp(value.xyz / 255.0, vec3<f32>(0.0), vec3<f32>(1.0));
    } else {
        color = vec3<f32>(fraction_of_white(value.x));
    }
    if (u.is_inverted == 1u) {
        color = 1.0 - color;
    }
    if (u.dither_levels > 0.0) {
        color = dithered(color, position.xy);
    }
    if (u.is_srgb == 1u) {
        color = linear_from_srgb(color);
    }
    return vec4<f32>(color, 1.0);
}
