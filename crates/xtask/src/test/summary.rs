//! The table that ends a run.

use std::time::Duration;

use super::{Done, Verdict};

/// A part and what became of it.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) time: Duration,
    pub(super) verdict: Verdict,
}

impl Row {
    pub(super) fn failed(&self) -> bool {
        self.verdict.is_err()
    }
}

/// The table, and the closing line that counts the parts.
pub(super) fn table(rows: &[Row]) -> String {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut total = Duration::ZERO;
    let mut text = String::from("\npart          result       time  note\n");
    for Row { name, time, verdict } in rows {
        let (result, note) = match verdict {
            Ok(Done::Passed) => {
                passed += 1;
                ("passed", "")
            }
            Ok(Done::LeftOut(why)) => {
                skipped += 1;
                ("left out", why.as_str())
            }
            Err(why) => {
                failed += 1;
                ("FAILED", why.as_str())
            }
        };
        total += *time;
        let line = format!("{name:<12}  {result:<8} {:>8}  {note}", clock(*time));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!("{:<12}  {:<8} {:>8}\n\n", "in all", "", clock(total)));
    text.push_str(&format!("{passed} passed, {failed} failed, {skipped} skipped\n"));
    text
}

fn clock(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        return format!("{:.1} s", time.as_secs_f32());
    }
    format!("{}m {:02}s", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_each_part_and_ends_with_the_counts() {
        let row = |name, seconds, verdict| Row { name, time: Duration::from_secs(seconds), verdict };
        let rows = [
            row("format", 1, Ok(Done::Passed)),
            row("unit", 75, Err("two tests failed".into())),
            row("fuzz", 0, Ok(Done::LeftOut("only with --all".into()))),
        ];
        let expected = "\npart          result       time  note\n\
                        format        passed      1.0 s\n\
                        unit          FAILED     1m 15s  two tests failed\n\
                        fuzz          left out    0.0 s  only with --all\n\
                        in all                   1m 16s\n\n\
                        1 passed, 1 failed, 1 skipped\n";
        assert_eq!(table(&rows), expected);
        assert!(rows[1].failed() && !rows[2].failed());
    }
}
