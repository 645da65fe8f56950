//! The picture: for each of a few rows, a bar a contestant.

use std::fmt::Write as _;

use super::Results;

/// Rows of the picture, with their titles.
const ROWS: [(&str, &str); 3] = [
    ("full mutual P-256 X25519", "full mutual handshake"),
    ("known-chain", "full mutual handshake, chain known"),
    ("resumed sealed", "resumed mutual handshake"),
];

const WIDTH: usize = 760;
/// Where bars begin.
const LEFT: usize = 190;
const BAR: usize = 18;
const GAP: usize = 6;
const TITLE: usize = 34;

/// Bars of the slower end's processor time, in SVG.
pub(super) fn svg(results: &Results) -> String {
    let mut body = String::new();
    let mut y = 10;
    for (row, title) in ROWS {
        let bars: Vec<(&String, f64)> = results
            .contestants
            .iter()
            .filter_map(|one| {
                let measured = results.measured.get(&(one.clone(), row.to_owned()))?;
                Some((one, measured.nanos.iter().max().copied()? as f64 / 1e3))
            })
            .collect();
        let longest = bars.iter().map(|(_, micros)| *micros).fold(1.0, f64::max);
        let _ = writeln!(
            body,
            r#"<text x="10" y="{}" font-weight="bold">{title}, µs of the slower end</text>"#,
            y + 16
        );
        y += TITLE;
        for (contestant, micros) in bars {
            let length = micros / longest * (WIDTH - LEFT - 70) as f64;
            let color = match contestant {
                name if name.starts_with("Handfast") => "#1f6f8b",
                name if name.starts_with("primitives") => "#b0b0b0",
                _ => "#c9a227",
            };
            let middle = y + BAR - 4;
            let _ = writeln!(
                body,
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{contestant}</text>\n\
                 <rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR}\" fill=\"{color}\"/>\n\
                 <text x=\"{:.1}\" y=\"{middle}\">{micros:.0}</text>",
                LEFT - 8,
                LEFT as f64 + length + 6.0
            );
            y += BAR + GAP;
        }
        y += GAP;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}
