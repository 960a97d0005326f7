// Local contrast, sharpening and equalisation of a film, from its integer texels to values that film.wgsl shows.
// The methods, their sources and the CPU's reference are in src/domain/imaging/enhance/.

struct Params {
    // Columns and rows of what is written.
    size: vec2<u32>,
    // Columns and rows of what is read, where they differ: the last level, or the fit's small level.
    from_size: vec2<u32>,
    tile_bits: u32,
    from_tile_bits: u32,
    tile_columns: u32,
    // The film's level to fit.
    mip: u32,
    // Codes in these ranges are padding, on level 0 and on the level to fit.
    padding: vec2<u32>,
    from_padding: vec2<u32>,
    // Codes of the level to fit times this are codes of level 0.
    unit: f32,
    low: f32,
    high: f32,
    detail_gain: f32,
    amount: f32,
    flatness: f32,
    radius: i32,
    blur_radius: i32,
    // Tiles of the equalisation.
    tiles: vec2<u32>,
    bin_scale: f32,
    clip_limit: f32,
    // A Gaussian from its middle outwards.
    blur: array<vec4<f32>, 5>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var film: texture_2d_array<u32>;
@group(0) @binding(2) var source: texture_2d_array<f32>;
@group(0) @binding(3) var target_level: texture_storage_2d_array<r32float, write>;
@group(0) @binding(4) var original: texture_2d_array<f32>;
@group(0) @binding(5) var<storage, read_write> fit: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read_write> base: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read_write> maps: array<f32>;

const PADDING = -1e30;
const NUM_BINS = 256u;

fn is_value(v: f32) -> bool {
    return v > -1e29;
}

fn in_tiles(at: vec2<u32>, bits: u32) -> vec3<u32> {
    let tile = at >> vec2<u32>(bits);
    let mask = (1u << bits) - 1u;
    return vec3<u32>(at & vec2<u32>(mask), tile.y * p.tile_columns + tile.x);
}

fn source_at(at: vec2<u32>) -> f32 {
    let place = in_tiles(at, p.tile_bits);
    return textureLoad(source, place.xy, place.z, 0).r;
}

fn put(at: vec2<u32>, value: f32) {
    let place = in_tiles(at, p.tile_bits);
    textureStore(target_level, place.xy, place.z, vec4<f32>(value, 0.0, 0.0, 0.0));
}

fn unit_of(value: f32) -> f32 {
    return (value - p.low) / (p.high - p.low) - 0.5;
}

fn guide_at(at: vec2<u32>) -> f32 {
    let place = in_tiles(at, p.from_tile_bits);
    let code = textureLoad(film, place.xy, place.z, i32(p.mip)).r;
    if (code >= p.from_padding.x && code <= p.from_padding.y) {
        return PADDING;
    }
    return f32(code) * p.unit;
}

// Guided filter, first half: the line that fits each window of the small level.
@compute @workgroup_size(16, 16)
fn fit_windows(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.from_size)) {
        return;
    }
    let at = vec2<i32>(id.xy);
    let first = max(at - p.radius, vec2<i32>(0));
    let last = min(at + p.radius, vec2<i32>(p.from_size) - 1);
    var sum = 0.0;
    var squares = 0.0;
    var num = 0.0;
    for (var y = first.y; y <= last.y; y++) {
        for (var x = first.x; x <= last.x; x++) {
            let value = guide_at(vec2<u32>(vec2<i32>(x, y)));
            if (is_value(value)) {
                let v = unit_of(value);
                sum += v;
                squares += v * v;
                num += 1.0;
            }
        }
    }
    var line = vec2<f32>(0.0);
    if (num > 0.0) {
        let mean = sum / num;
        let variance = max(squares / num - mean * mean, 0.0);
        let a = variance / (variance + p.flatness);
        line = vec2<f32>(a, (1.0 - a) * mean);
    }
    fit[id.y * p.from_size.x + id.x] = line;
}

// Guided filter, second half: the mean of the lines whose windows hold a pixel.
@compute @workgroup_size(16, 16)
fn mean_of_fits(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.from_size)) {
        return;
    }
    let at = vec2<i32>(id.xy);
    let first = max(at - p.radius, vec2<i32>(0));
    let last = min(at + p.radius, vec2<i32>(p.from_size) - 1);
    var sum = vec2<f32>(0.0);
    for (var y = first.y; y <= last.y; y++) {
        for (var x = first.x; x <= last.x; x++) {
            sum += fit[u32(y) * p.from_size.x + u32(x)];
        }
    }
    let extent = last - first + 1;
    base[id.y * p.from_size.x + id.x] = sum / f32(extent.x * extent.y);
}

fn base_at(corner: vec2<i32>) -> vec2<f32> {
    let at = vec2<u32>(clamp(corner, vec2<i32>(0), vec2<i32>(p.from_size) - 1));
    return base[at.y * p.from_size.x + at.x];
}

fn unpacked(at: vec2<u32>) -> f32 {
    let place = in_tiles(at, p.tile_bits);
    let code = textureLoad(film, place.xy, place.z, 0).r;
    if (code >= p.padding.x && code <= p.padding.y) {
        return PADDING;
    }
    return f32(code);
}

// The film's values as they are.
@compute @workgroup_size(16, 16)
fn unpack(@builtin(global_invocation_id) id: vec3<u32>) {
    if (all(id.xy < p.size)) {
        put(id.xy, unpacked(id.xy));
    }
}

// The film's values, their structure beside the base made stronger or weaker.
@compute @workgroup_size(16, 16)
fn unpack_with_local_contrast(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.size)) {
        return;
    }
    let value = unpacked(id.xy);
    if (!is_value(value)) {
        put(id.xy, PADDING);
        return;
    }
    let step = vec2<f32>(p.from_size) / vec2<f32>(p.size);
    let at = (vec2<f32>(id.xy) + 0.5) * step - 0.5;
    let corner = vec2<i32>(floor(at));
    let f = at - floor(at);
    let top = base_at(corner) * (1.0 - f.x) + base_at(corner + vec2<i32>(1, 0)) * f.x;
    let bottom = base_at(corner + vec2<i32>(0, 1)) * (1.0 - f.x) + base_at(corner + vec2<i32>(1, 1)) * f.x;
    let line = top * (1.0 - f.y) + bottom * f.y;
    let v = unit_of(value);
    let smooth_part = line.x * v + line.y;
    put(id.xy, (smooth_part + p.detail_gain * (v - smooth_part) + 0.5) * (p.high - p.low) + p.low);
}

fn blurred(at: vec2<i32>, step: vec2<i32>) -> f32 {
    var sum = 0.0;
    var total = 0.0;
    for (var i = -p.blur_radius; i <= p.blur_radius; i++) {
        let q = at + i * step;
        if (any(q < vec2<i32>(0)) || any(q >= vec2<i32>(p.size))) {
            continue;
        }
        let value = source_at(vec2<u32>(q));
        if (is_value(value)) {
            let k = u32(abs(i));
            let weight = p.blur[k >> 2u][k & 3u];
            sum += value * weight;
            total += weight;
        }
    }
    if (total > 0.0) {
        return sum / total;
    }
    return PADDING;
}

@compute @workgroup_size(16, 16)
fn blur_rows(@builtin(global_invocation_id) id: vec3<u32>) {
    if (all(id.xy < p.size)) {
        put(id.xy, blurred(vec2<i32>(id.xy), vec2<i32>(1, 0)));
    }
}

// The blur's other direction, and the original sharpened with it.
@compute @workgroup_size(16, 16)
fn sharpen(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.size)) {
        return;
    }
    let place = in_tiles(id.xy, p.tile_bits);
    let value = textureLoad(original, place.xy, place.z, 0).r;
    let blur = blurred(vec2<i32>(id.xy), vec2<i32>(0, 1));
    if (is_value(value) && is_value(blur)) {
        put(id.xy, value + p.amount * (value - blur));
    } else {
        put(id.xy, value);
    }
}

var<workgroup> counts: array<atomic<u32>, NUM_BINS>;

// One workgroup a tile: the clipped histogram's running sum, NUM_BINS + 1 numbers from 0 to 1.
@compute @workgroup_size(256)
fn maps_of_tiles(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = tile.xy * p.size / p.tiles;
    let extent = (tile.xy + 1u) * p.size / p.tiles - first;
    let num_pixels = extent.x * extent.y;
    for (var i = lane; i < num_pixels; i += 256u) {
        let value = source_at(first + vec2<u32>(i % extent.x, i / extent.x));
        if (is_value(value)) {
            atomicAdd(&counts[u32(clamp((value - p.low) * p.bin_scale, 0.0, f32(NUM_BINS) - 1.0))], 1u);
        }
    }
    workgroupBarrier();
    if (lane > 0u) {
        return;
    }
    let out = (tile.y * p.tiles.x + tile.x) * (NUM_BINS + 1u);
    var num = 0u;
    for (var i = 0u; i < NUM_BINS; i++) {
        num += atomicLoad(&counts[i]);
    }
    if (num == 0u || f32(num) < f32(num_pixels) / 16.0) {
        for (var i = 0u; i <= NUM_BINS; i++) {
            maps[out + i] = f32(i) / f32(NUM_BINS);
        }
        return;
    }
    let limit = p.clip_limit * f32(num) / f32(NUM_BINS);
    var kept = 0.0;
    for (var i = 0u; i < NUM_BINS; i++) {
        kept += min(f32(atomicLoad(&counts[i])), limit);
    }
    let share = (f32(num) - kept) / f32(NUM_BINS);
    var below = 0.0;
    maps[out] = 0.0;
    for (var i = 0u; i < NUM_BINS; i++) {
        below += min(f32(atomicLoad(&counts[i])), limit) + share;
        maps[out + i + 1u] = below / f32(num);
    }
}

fn mapped(tile: vec2<i32>, at: f32) -> f32 {
    let q = vec2<u32>(clamp(tile, vec2<i32>(0), vec2<i32>(p.tiles) - 1));
    let bin = min(u32(at), NUM_BINS - 1u);
    let i = (q.y * p.tiles.x + q.x) * (NUM_BINS + 1u) + bin;
    return maps[i] + (maps[i + 1u] - maps[i]) * (at - f32(bin));
}

@compute @workgroup_size(16, 16)
fn equalise(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.size)) {
        return;
    }
    let value = source_at(id.xy);
    if (!is_value(value) || value <= p.low || value >= p.high) {
        put(id.xy, value);
        return;
    }
    let at = (value - p.low) * p.bin_scale;
    let step = vec2<f32>(p.tiles) / vec2<f32>(p.size);
    let t = (vec2<f32>(id.xy) + 0.5) * step - 0.5;
    let corner = vec2<i32>(floor(t));
    let f = t - floor(t);
    let top = mapped(corner, at) * (1.0 - f.x) + mapped(corner + vec2<i32>(1, 0), at) * f.x;
    let bottom = mapped(corner + vec2<i32>(0, 1), at) * (1.0 - f.x) + mapped(corner + vec2<i32>(1, 1), at) * f.x;
    put(id.xy, p.low + (top * (1.0 - f.y) + bottom * f.y) * (p.high - p.low));
}

// Weights of the two or three pixels that make pixel i of half a side.
fn halving(i: u32, from_side: u32) -> vec3<f32> {
    if (from_side % 2u == 0u) {
        return vec3<f32>(0.5, 0.5, 0.0);
    }
    let half_side = from_side / 2u;
    return vec3<f32>(f32(half_side - i), f32(half_side), f32(i + 1u)) / f32(from_side);
}

// The next level of the mip chain.
@compute @workgroup_size(16, 16)
fn halve(@builtin(global_invocation_id) id: vec3<u32>) {
    if (any(id.xy >= p.size)) {
        return;
    }
    let columns = halving(id.x, p.from_size.x);
    let rows = halving(id.y, p.from_size.y);
    var sum = 0.0;
    var total = 0.0;
    for (var y = 0u; y < 3u; y++) {
        for (var x = 0u; x < 3u; x++) {
            let at = min(2u * id.xy + vec2<u32>(x, y), p.from_size - 1u);
            let place = in_tiles(at, p.from_tile_bits);
            let value = textureLoad(source, place.xy, place.z, 0).r;
            if (is_value(value)) {
                let weight = columns[x] * rows[y];
                sum += value * weight;
                total += weight;
            }
        }
    }
    put(id.xy, select(PADDING, sum / max(total, 1e-20), total > 0.0));
}
