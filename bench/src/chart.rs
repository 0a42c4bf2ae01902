//! Charts as SVG: panels of bars, readable on a light and on a dark page.

use std::fmt::Write as _;

/// A group of bars that are compared with each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    /// What is compared.
    pub(crate) title: String,
    /// From top to bottom.
    pub(crate) bars: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// Whose it is.
    pub(crate) label: String,
    /// Its length, in whatever unit the panel has.
    pub(crate) value: f64,
    /// What is written at its end.
    pub(crate) text: String,
    /// Whether it is ours.
    pub(crate) ours: bool,
}

const COLUMNS: usize = 2;
const PANEL: f64 = 440.0;
const GAP: f64 = 40.0;
const TITLE: f64 = 26.0;
const BAR: f64 = 20.0;
const LABEL: f64 = 112.0;
/// The room at a bar's end for its text.
const TEXT: f64 = 84.0;
const HEAD: f64 = 44.0;

/// Draws panels in columns below a title; a panel's longest bar fills its width.
pub(crate) fn panels(title: &str, panels: &[Panel]) -> String {
    let columns = COLUMNS.min(panels.len().max(1));
    let width = columns as f64 * (PANEL + GAP) - GAP + 2.0 * 16.0;
    let rows: Vec<&[Panel]> = panels.chunks(columns).collect();
    let height_of = |row: &[Panel]| {
        let bars = row.iter().map(|panel| panel.bars.len()).max().unwrap_or(0);
        TITLE + bars as f64 * BAR + 22.0
    };
    let height = HEAD + rows.iter().map(|row| height_of(row)).sum::<f64>();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{}\">\n{STYLE}",
        escaped(title)
    );
    let _ = writeln!(
        svg,
        "<text x=\"16\" y=\"26\" class=\"head\">{}</text>",
        escaped(title)
    );
    let mut top = HEAD;
    for row in rows {
        for (column, panel) in row.iter().enumerate() {
            draw(&mut svg, panel, 16.0 + column as f64 * (PANEL + GAP), top);
        }
        top += height_of(row);
    }
    svg.push_str("</svg>\n");
    svg
}

/// GitHub shows a chart as an image: the page's own colours do not reach it, its scheme does.
const STYLE: &str = "<style>\n\
    text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #57606a; }\n\
    .head { font-size: 16px; font-weight: 600; fill: #1f2328; }\n\
    .title { font-weight: 600; fill: #1f2328; }\n\
    .ours { font-weight: 600; fill: #0969da; }\n\
    rect { fill: #afb8c1; }\n\
    rect.ours { fill: #218bff; }\n\
    @media (prefers-color-scheme: dark) {\n\
    text { fill: #9198a1; }\n\
    .head, .title { fill: #f0f6fc; }\n\
    .ours { fill: #4493f8; }\n\
    rect { fill: #59636e; }\n\
    rect.ours { fill: #388bfd; }\n\
    }\n\
    </style>\n";

fn draw(svg: &mut String, panel: &Panel, left: f64, top: f64) {
    let longest = panel.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" class=\"title\">{}</text>",
        top + 14.0,
        escaped(&panel.title)
    );
    for (place, bar) in panel.bars.iter().enumerate() {
        let y = top + TITLE + place as f64 * BAR;
        let share = if longest > 0.0 { bar.value / longest } else { 0.0 };
        let length = (share * (PANEL - LABEL - TEXT)).max(1.0);
        let class = if bar.ours { " class=\"ours\"" } else { "" };
        let start = left + LABEL;
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\"{class}>{}</text>\
             <rect x=\"{start:.0}\" y=\"{y:.0}\" width=\"{length:.1}\" height=\"14\" rx=\"2\"{class}/>\
             <text x=\"{:.1}\" y=\"{:.0}\"{class}>{}</text>",
            start - 8.0,
            y + 11.0,
            escaped(&bar.label),
            start + length + 6.0,
            y + 11.0,
            escaped(&bar.text)
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{Bar, Panel, panels};

    #[test]
    fn the_longest_bar_fills_its_panel_and_the_others_are_to_scale() {
        let bar = |label: &str, value: f64, ours: bool| Bar {
            label: label.to_owned(),
            value,
            text: format!("{value} s"),
            ours,
        };
        let panel = Panel {
            title: "source <one>".to_owned(),
            bars: vec![
                bar("template", 20.0, false),
                bar("ours", 5.0, true),
                bar("none", 0.0, false),
            ],
        };
        let svg = panels("Seconds", &[panel]);
        for width in ["width=\"244.0\"", "width=\"61.0\"", "width=\"1.0\""] {
            assert!(svg.contains(width), "{width} in {svg}");
        }
        assert!(svg.contains("source &lt;one&gt;") && svg.ends_with("</svg>\n"));
    }
}
