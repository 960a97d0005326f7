// Draws marks: places on the film go through the view, and what lies around them keeps its size on the screen.

struct Uniforms {
    // Framebuffer pixel = rows * vec3(film position, 1).
    row_x: vec4<f32>,
    row_y: vec4<f32>,
    // Columns of the turn from the film's axes to the screen's, times pixels per point.
    turn: vec4<f32>,
    // Width and height of the framebuffer.
    screen: vec2<f32>,
    strength: f32,
    // Bit 0: the target is sRGB; bit 1: corners are laid on whole pixels.
    flags: u32,
}

@group(0) @binding(0) var<uniform> u: Uniforms;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) color: vec4<f32>,
}

const ON_EDGES: u32 = 1u;
const ON_MIDDLES: u32 = 2u;

@vertex
fn vs_main(
    @location(0) at: vec2<f32>,
    @location(1) offset: vec2<f32>,
    @location(2) color: vec4<f32>,
    @location(3) grid: u32,
) -> Corner {
    let p = vec3<f32>(at, 1.0);
    var pixel = vec2<f32>(dot(u.row_x.xyz, p), dot(u.row_y.xyz, p));
    if ((u.flags & 2u) != 0u) {
        if (grid == ON_EDGES) {
            pixel = floor(pixel + 0.5);
        } else if (grid == ON_MIDDLES) {
            pixel = floor(pixel) + 0.5;
        }
    }
    pixel += u.turn.xy * offset.x + u.turn.zw * offset.y;
    var out: Corner;
    out.position = vec4<f32>(2.0 * pixel.x / u.screen.x - 1.0, 1.0 - 2.0 * pixel.y / u.screen.y, 0.0, 1.0);
    out.color = color * u.strength;
    return out;
}

fn linear_from_srgb(color: vec3<f32>) -> vec3<f32> {
    return select(pow((color + 0.055) / 1.055, vec3<f32>(2.4)), color / 12.92, color <= vec3<f32>(0.04045));
}

// Colours are premultiplied and encoded, as the window library's are: what is drawn by either looks alike.
@fragment
fn fs_main(in: Corner) -> @location(0) vec4<f32> {
    if ((u.flags & 1u) != 0u) {
        return vec4<f32>(linear_from_srgb(in.color.rgb), in.color.a);
    }
    return in.color;
}
