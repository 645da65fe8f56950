//! The classes of disagreement that are known, as the tables of the README tell them.

use std::collections::BTreeMap;

/// Who disagrees with us, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    pub(crate) judge: String,
    /// What we say: `accepts`, or the code of the finding that decided.
    pub(crate) handfast: String,
    /// What the other says: `accepts`, or its reason.
    pub(crate) other: String,
}

/// What an accepting judge says.
pub(crate) const ACCEPTS: &str = "accepts";

/// Reads the tables: rows of four columns whose first has the name of a judge, or of several.
pub(crate) fn explained(readme: &str, judges: &[&str]) -> BTreeMap<Class, String> {
    let mut classes = BTreeMap::new();
    for row in readme.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')) {
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        let Ok([names, handfast, other, why]) = <[String; 4]>::try_from(cells) else { continue };
        for judge in names.split(", ").filter(|name| judges.contains(name)) {
            let class = Class { judge: judge.into(), handfast: handfast.clone(), other: other.clone() };
            classes.insert(class, why.clone());
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_judges_are_read_and_others_are_not() {
        let table =
            "| judge | handfast | it | why |\n|---|---|---|---|\n| `webpki` | accepts | `BadDer` | so |\n";
        let classes = explained(table, &["webpki"]);
        let class = Class { judge: "webpki".into(), handfast: ACCEPTS.into(), other: "BadDer".into() };
        assert_eq!(classes.into_iter().collect::<Vec<_>>(), [(class, "so".to_string())]);
    }

    #[test]
    fn every_class_of_the_readme_has_one_side_that_accepts_and_a_reason() {
        let classes = explained(crate::README, crate::JUDGES);
        assert!(!classes.is_empty());
        for (class, why) in classes {
            assert!((class.handfast == ACCEPTS) != (class.other == ACCEPTS), "{class:?}");
            assert!(!why.is_empty(), "{class:?}");
        }
    }
}
