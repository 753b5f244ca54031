//! Pictures as pixels: an SVG's shapes, as `usvg` reads them, drawn by `tiny-skia`.
//!
//! `resvg`, which is the two and more, asks features of crates that Burn uses, and all of Burn would
//! be compiled anew for them. What our pictures hold (plain colours, rectangular clips, embedded
//! images) is less than it can do, and is drawn here.

use crate::mark;
use std::sync::{Arc, LazyLock};
use tiny_skia::{Color, FillRule, FilterQuality, Mask, Paint, Pixmap, PixmapPaint, Transform};
use usvg::{Group, ImageKind, Node, Options, Tree, fontdb::Database};

/// A text that is no SVG, or one that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnSvg(String);

impl std::fmt::Display for NotAnSvg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the picture cannot be drawn: {}", self.0)
    }
}

impl std::error::Error for NotAnSvg {}

/// The fonts of pixel pictures, which are the same on every machine.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../assets/font/DejaVuSans.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../assets/font/DejaVuSans-Bold.ttf").to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_serif_family("DejaVu Sans");
    fonts.set_monospace_family("DejaVu Sans");
    Arc::new(fonts)
});

/// A picture of ours as a PNG, `scale` pixels a point. Its letters are those of European languages
/// and of mathematics; others are left out.
///
/// # Errors
///
/// If the text is no SVG.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, NotAnSvg> {
    let fault = |what: &dyn ToString| NotAnSvg(what.to_string());
    let options = Options {
        fontdb: FONTS.clone(),
        font_family: "DejaVu Sans".into(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|e| fault(&e))?;
    let size = tree.size();
    let [width, height] = [size.width(), size.height()].map(|s| (s * scale).ceil() as u32);
    let mut pixels =
        Pixmap::new(width, height).ok_or_else(|| fault(&format!("{width} x {height} pixels")))?;
    pixels.fill(Color::WHITE);
    draw(
        tree.root(),
        Transform::from_scale(scale, scale),
        None,
        &mut pixels,
    );
    let opaque: Vec<[u8; 3]> = pixels
        .pixels()
        .iter()
        .map(|p| [p.red(), p.green(), p.blue()])
        .collect();
    let mut encoder = lodepng::Encoder::new();
    encoder
        .info_raw_mut()
        .set_colortype(lodepng::ColorType::RGB);
    encoder.set_text_compression(false);
    let (key, text) = mark::PIXELS;
    let marked = encoder.info_png_mut().add_text(key, text);
    let encoded = marked.and_then(|()| encoder.encode(&opaque, width as usize, height as usize));
    encoded.map_err(|e| fault(&e))
}

fn draw(group: &Group, transform: Transform, mask: Option<&Mask>, pixels: &mut Pixmap) {
    let transform = transform.pre_concat(group.transform());
    let clipped = group.clip_path().and_then(|clip| {
        let mut own = Mask::new(pixels.width(), pixels.height())?;
        let transform = transform.pre_concat(clip.transform());
        for node in clip.root().children() {
            if let Node::Path(path) = node {
                own.fill_path(path.data(), FillRule::Winding, true, transform);
            }
        }
        Some(own)
    });
    let mask = clipped.as_ref().or(mask);
    for node in group.children() {
        match node {
            Node::Group(group) => draw(group, transform, mask, pixels),
            Node::Text(text) => draw(text.flattened(), transform, mask, pixels),
            Node::Path(path) => draw_path(path, transform, mask, pixels),
            Node::Image(image) => draw_image(image, transform, mask, pixels),
        }
    }
}

fn draw_path(path: &usvg::Path, transform: Transform, mask: Option<&Mask>, pixels: &mut Pixmap) {
    if !path.is_visible() {
        return;
    }
    if let Some(fill) = path.fill() {
        let rule = match fill.rule() {
            usvg::FillRule::NonZero => FillRule::Winding,
            usvg::FillRule::EvenOdd => FillRule::EvenOdd,
        };
        let paint = plain(fill.paint(), fill.opacity().get());
        pixels.fill_path(path.data(), &paint, rule, transform, mask);
    }
    if let Some(stroke) = path.stroke() {
        let paint = plain(stroke.paint(), stroke.opacity().get());
        pixels.stroke_path(path.data(), &paint, &stroke.to_tiny_skia(), transform, mask);
    }
}

/// Our pictures are painted in plain colours.
fn plain(paint: &usvg::Paint, opacity: f32) -> Paint<'static> {
    let mut plain = Paint::default();
    if let usvg::Paint::Color(c) = paint {
        plain.set_color_rgba8(c.red, c.green, c.blue, (opacity * 255.0).round() as u8);
    }
    plain
}

/// An embedded PNG, each of its pixels a rectangle: a heat map.
fn draw_image(image: &usvg::Image, transform: Transform, mask: Option<&Mask>, pixels: &mut Pixmap) {
    let ImageKind::PNG(data) = image.kind() else {
        return;
    };
    let Ok(decoded) = lodepng::decode32(data.as_slice()) else {
        return;
    };
    let Some(mut source) = Pixmap::new(decoded.width as u32, decoded.height as u32) else {
        return;
    };
    for (to, from) in source.pixels_mut().iter_mut().zip(&decoded.buffer) {
        *to = tiny_skia::ColorU8::from_rgba(from.r, from.g, from.b, from.a).premultiply();
    }
    let paint = PixmapPaint {
        quality: FilterQuality::Nearest,
        ..PixmapPaint::default()
    };
    pixels.draw_pixmap(0, 0, source.as_ref(), &paint, transform, mask);
}
