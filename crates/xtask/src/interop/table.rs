//! A matrix: rows of cells under headings, as Markdown that people read and that the next run compares with.

/// What is in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// As it should be: `yes`, or how.
    Good(String),
    /// Not as it should be, and why.
    Bad(String),
    /// The peer does not have it.
    NotOffered,
}

const NOT_OFFERED: &str = "–";
const BAD: &str = "no";

/// One peer in one role, or one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) version: String,
    /// One for each heading.
    pub(super) cells: Vec<Cell>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// Of the cells; name and version stand ahead of them.
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Markdown: the table, and the reasons below it.
    pub(super) fn markdown(&self) -> String {
        let mut notes = Vec::new();
        let mut lines: Vec<Vec<String>> =
            vec![[&["peer".to_owned(), "version".to_owned()], self.headings.as_slice()].concat()];
        for row in &self.rows {
            let mut line = vec![row.name.clone(), row.version.clone()];
            for (cell, heading) in row.cells.iter().zip(&self.headings) {
                line.push(match cell {
                    Cell::Good(how) => how.clone(),
                    Cell::NotOffered => NOT_OFFERED.into(),
                    Cell::Bad(why) => {
                        notes.push(format!("{}, {heading}: {why}", row.name));
                        format!("{BAD} {}", notes.len())
                    }
                });
            }
            lines.push(line);
        }
        let width = |column| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell: &String| cell.chars().count()).max()
        };
        let widths: Vec<_> = (0..self.headings.len() + 2).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for (number, line) in lines.iter().enumerate() {
            let cells: Vec<_> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
            if number == 0 {
                let rules: Vec<_> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
                text.push_str(&format!("|{}|\n", rules.join("|")));
            }
        }
        for (number, note) in (1..).zip(&notes) {
            text.push_str(&format!("{}{number}. {note}\n", if number == 1 { "\n" } else { "" }));
        }
        text
    }

    /// The first table behind this heading of a document; empty if there is none.
    pub(super) fn read(document: &str, heading: &str) -> Self {
        let section = document.lines().skip_while(|line| *line != heading).skip(1);
        let section: Vec<_> = section.take_while(|line| !line.starts_with("## ")).collect();
        let note = |number: &str| {
            let start = format!("{number}. ");
            let note = section.iter().find_map(|line| line.strip_prefix(start.as_str())).unwrap_or_default();
            note.split_once(": ").map_or(note, |(_, why)| why).to_owned()
        };
        let mut lines = section.iter().filter(|line| line.starts_with("| ")).map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
        });
        let headings = lines.next().unwrap_or_default().into_iter().skip(2).collect();
        let rows = lines.filter_map(|line| {
            let [name, version, cells @ ..] = line.as_slice() else { return None };
            let cells = cells.iter().map(|cell| match cell.split_once(' ') {
                Some((BAD, number)) => Cell::Bad(note(number)),
                _ if cell == NOT_OFFERED => Cell::NotOffered,
                _ => Cell::Good(cell.clone()),
            });
            Some(Row { name: name.clone(), version: version.clone(), cells: cells.collect() })
        });
        Self { headings, rows: rows.collect() }
    }

    /// This table, brought up to date: the cells of `fresh` that are known, and what was kept of all others. A row of
    /// which nothing is known is not in it.
    pub(super) fn with(&self, fresh: &Fresh) -> Self {
        let is_known =
            |row: &&FreshRow| row.cells.iter().any(Option::is_some) || self.row(&row.name).is_some();
        let rows = fresh.rows.iter().filter(is_known).map(|row| {
            let kept = self.row(&row.name);
            let cells = row.cells.iter().zip(&fresh.headings).map(|(cell, heading)| {
                let kept = || self.cell(&row.name, heading).cloned();
                cell.clone().or_else(kept).unwrap_or(Cell::NotOffered)
            });
            let version = row.version.clone().or_else(|| kept.map(|kept| kept.version.clone()));
            Row { name: row.name.clone(), version: version.unwrap_or_default(), cells: cells.collect() }
        });
        Self { headings: fresh.headings.clone(), rows: rows.collect() }
    }

    /// The cells that were good here and are not in `fresh`, and those that are bad for no reason that is known.
    pub(super) fn falls(&self, fresh: &Fresh) -> Vec<String> {
        let mut falls = Vec::new();
        for row in &fresh.rows {
            for (cell, heading) in row.cells.iter().zip(&fresh.headings) {
                let was_good = matches!(self.cell(&row.name, heading), Some(Cell::Good(_)));
                match cell {
                    Some(Cell::Bad(why)) if was_good || !row.known.contains(why) => {
                        falls.push(format!("{}, {heading}: {why}", row.name));
                    }
                    Some(Cell::NotOffered) if was_good => {
                        falls.push(format!("{}, {heading}: was good, and is not offered any more", row.name));
                    }
                    Some(Cell::Good(_) | Cell::Bad(_) | Cell::NotOffered) | None => {}
                }
            }
        }
        falls
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    fn cell(&self, name: &str, heading: &str) -> Option<&Cell> {
        let column = self.headings.iter().position(|known| known == heading)?;
        self.row(name)?.cells.get(column)
    }
}

/// What a run has found: a table in which cells may be unknown.
pub(super) struct Fresh {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<FreshRow>,
}

impl Fresh {
    /// How many cells are good, and how many bad.
    pub(super) fn count(&self) -> (usize, usize) {
        let cells = || self.rows.iter().flat_map(|row| &row.cells).flatten();
        let good = cells().filter(|cell| matches!(cell, Cell::Good(_))).count();
        (good, cells().filter(|cell| matches!(cell, Cell::Bad(_))).count())
    }
}

/// A row of it.
pub(super) struct FreshRow {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) cells: Vec<Option<Cell>>,
    /// Reasons why cells of it may be bad.
    pub(super) known: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Cell {
        Cell::Good("yes".into())
    }

    fn row(name: &str, cells: Vec<Cell>) -> Row {
        Row { name: name.into(), version: "1.0".into(), cells }
    }

    fn table() -> Table {
        let rows = vec![
            row("GnuTLS server", vec![good(), Cell::Bad("it says: nothing".into())]),
            row("GnuTLS client", vec![Cell::NotOffered, good()]),
        ];
        Table { headings: vec!["mutual".into(), "0-RTT".into()], rows }
    }

    fn fresh(cells: Vec<Option<Cell>>, known: &[&str]) -> Fresh {
        let known = known.iter().map(ToString::to_string).collect();
        let row = FreshRow { name: "GnuTLS server".into(), version: Some("2.0".into()), cells, known };
        Fresh { headings: table().headings, rows: vec![row] }
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let document = format!("# Interop\n\n## Other\n\n## Stacks\n\n{}\n## Next\n", table().markdown());
        assert_eq!(Table::read(&document, "## Stacks"), table());
        assert_eq!(Table::read(&document, "## Other"), Table::default());
        let expected = "\
            | peer          | version | mutual | 0-RTT |\n\
            |---------------|---------|--------|-------|\n\
            | GnuTLS server | 1.0     | yes    | no 1  |\n\
            | GnuTLS client | 1.0     | –      | yes   |\n\n\
            1. GnuTLS server, 0-RTT: it says: nothing\n";
        assert_eq!(table().markdown(), expected);
    }

    #[test]
    fn what_was_good_falls_and_so_does_what_is_bad_for_an_unknown_reason() {
        let bad = |why: &str| Some(Cell::Bad(why.into()));
        let falls = |cells, known| table().falls(&fresh(cells, known));
        assert!(falls(vec![Some(good()), None], &[]).is_empty());
        assert_eq!(falls(vec![bad("late"), None], &["late"]), ["GnuTLS server, mutual: late"]);
        assert_eq!(falls(vec![None, bad("late")], &[]), ["GnuTLS server, 0-RTT: late"]);
        assert!(falls(vec![None, bad("late")], &["late"]).is_empty());
        assert_eq!(falls(vec![Some(Cell::NotOffered), None], &[]).len(), 1);
    }

    #[test]
    fn what_was_not_tried_stays_as_it_was() {
        let updated = table().with(&fresh(vec![None, Some(good())], &[]));
        let [row] = updated.rows.as_slice() else { panic!("{updated:?}") };
        assert_eq!((row.version.as_str(), row.cells.as_slice()), ("2.0", &[good(), good()][..]));
    }
}
