"""The shaders: one soft-shadowed key light, hemisphere and fill light, ambient occlusion, a film-like tone curve."""

from __future__ import annotations

SCENE_VERTEX = """
#version 330
uniform mat4 view_proj, light_proj;
in vec3 in_pos, in_normal, in_colour;
in vec2 in_uv;
out vec3 world, normal, colour;
out vec2 uv;
out vec4 in_light;
void main() {
    world = in_pos; normal = in_normal; uv = in_uv; colour = in_colour;
    in_light = light_proj * vec4(in_pos + in_normal * 0.006, 1.0);
    gl_Position = view_proj * vec4(in_pos, 1.0);
}
"""

SCENE_FRAGMENT = """
#version 330
uniform sampler2D picture;
uniform sampler2DShadow shadow_map;
uniform vec3 tint, eye, to_light, key_colour, sky_colour, ground_colour, to_fill, fill_colour;
uniform float grey, rough, spec, least_alpha, emit;
uniform bool has_picture, two_sided, is_skin;
in vec3 world, normal, colour;
in vec2 uv;
in vec4 in_light;
layout(location=0) out vec4 direct;
layout(location=1) out vec4 ambient;

float lit_share() {
    vec3 p = in_light.xyz / in_light.w * 0.5 + 0.5;
    float sum = 0.0;
    const float step = 0.0026;
    for (int i = 0; i < 4; ++i) {
        vec2 away = vec2(i % 2 * 2 - 1, i / 2 * 2 - 1) * step;
        sum += texture(shadow_map, vec3(p.xy + away, p.z - 0.0022));
    }
    return sum / 4.0;
}

void main() {
    vec3 n = normalize(normal), v = normalize(eye - world);
    if (two_sided && dot(n, v) < 0.0) n = -n;
    vec3 base = pow(colour, vec3(2.2)) * tint;
    if (has_picture) {
        vec4 texel = texture(picture, uv);
        if (texel.a < least_alpha) discard;
        vec3 own = pow(texel.rgb, vec3(2.2));
        float luminance = dot(own, vec3(0.3, 0.6, 0.1));
        base *= mix(own, vec3(clamp(luminance * 1.6 + 0.12, 0.0, 1.0)), grey);
    }
    float wrap = is_skin ? 0.25 : 0.05;
    float lit = clamp((dot(n, to_light) + wrap) / (1.0 + wrap), 0.0, 1.0) * lit_share();
    float gloss = exp2(10.0 * (1.0 - rough) + 1.0);
    float shine = spec * pow(max(dot(n, normalize(to_light + v)), 0.0), gloss) * (gloss + 2.0) / 8.0 * 0.12 * lit;
    float rim = pow(1.0 - max(dot(n, v), 0.0), 4.0);
    vec3 under_skin = is_skin ? vec3(1.05, 0.96, 0.92) : vec3(1.0);
    direct = vec4(base * under_skin * key_colour * lit + key_colour * shine + base * emit, 1.0);
    vec3 hemisphere = mix(ground_colour, sky_colour, n.z * 0.5 + 0.5);
    float fill = clamp(dot(n, to_fill) * 0.5 + 0.5, 0.0, 1.0);
    ambient = vec4(base * (hemisphere + fill_colour * fill * fill) + sky_colour * rim * spec * 0.25, 1.0);
}
"""

SHADOW_VERTEX = """
#version 330
uniform mat4 light_proj;
in vec3 in_pos;
in vec2 in_uv;
out vec2 uv;
void main() { uv = in_uv; gl_Position = light_proj * vec4(in_pos, 1.0); }
"""

SHADOW_FRAGMENT = """
#version 330
uniform sampler2D picture;
uniform float least_alpha;
uniform bool has_picture;
in vec2 uv;
void main() { if (has_picture && texture(picture, uv).a < least_alpha) discard; }
"""

SCREEN_VERTEX = """
#version 330
in vec2 in_pos;
out vec2 uv;
void main() { uv = in_pos * 0.5 + 0.5; gl_Position = vec4(in_pos, 0.0, 1.0); }
"""

RESTORE_FRAGMENT = """
#version 330
uniform sampler2D kept_direct, kept_ambient, kept_depth;
in vec2 uv;
layout(location=0) out vec4 direct;
layout(location=1) out vec4 ambient;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    direct = texelFetch(kept_direct, at, 0);
    ambient = texelFetch(kept_ambient, at, 0);
    gl_FragDepth = texelFetch(kept_depth, at, 0).r;
}
"""

OCCLUSION_FRAGMENT = """
#version 330
uniform sampler2D depth;
uniform vec2 tan_half, pixel;
uniform float near, far;
in vec2 uv;
out float open_share;
vec3 seen(vec2 p) {
    float z = texture(depth, p).r * 2.0 - 1.0;
    float d = 2.0 * near * far / (far + near - z * (far - near));
    return vec3((p * 2.0 - 1.0) * tan_half * d, -d);
}
void main() {
    vec3 c = seen(uv);
    vec3 n = normalize(cross(seen(uv + vec2(pixel.x, 0)) - c, seen(uv + vec2(0, pixel.y)) - c));
    const float radius = 0.22;
    float sum = 0.0;
    float spin = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) * 6.2832;
    for (int i = 0; i < 8; ++i) {
        float k = (float(i) + 0.5) / 8.0, a = spin + float(i) * 2.39996;
        vec2 away = vec2(cos(a), sin(a)) * sqrt(k) * radius / (-c.z) / (2.0 * tan_half);
        vec3 v = seen(uv + away) - c;
        float square = dot(v, v);
        float weight = max(0.0, 1.0 - square / (radius * radius * 2.0)) * 0.11;
        sum += max(0.0, dot(v, n) - 0.004 * (-c.z)) / (square + 0.0015) * weight;
    }
    open_share = clamp(1.0 - 6.0 * sum / 8.0, 0.08, 1.0);
}
"""

FINAL_FRAGMENT = """
#version 330
uniform sampler2D direct, ambient, occlusion;
uniform vec2 occlusion_pixel;
uniform float exposure;
in vec2 uv;
out vec4 colour;
void main() {
    float open_share = 0.0;
    // Each sample lies between four pixels, so that sixteen are averaged.
    for (int i = 0; i < 4; ++i)
        open_share += texture(occlusion, uv + vec2(i % 2 * 2 - 1, i / 2 * 2 - 1) * occlusion_pixel).r;
    open_share /= 4.0;
    vec3 light = texture(direct, uv).rgb * mix(1.0, open_share, 0.45) + texture(ambient, uv).rgb * open_share;
    vec3 c = light * exposure;
    c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
    c = mix(vec3(dot(c, vec3(0.3, 0.59, 0.11))), c, 0.86);
    colour = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""
