//! Which combinations of values are tried: all of them, or so few that each two values of different dimensions
//! still meet.

/// A value of each dimension, by index.
pub(crate) type Row<const N: usize> = [usize; N];

/// Every combination of `levels[0]` values of the first dimension, `levels[1]` of the second, and so on.
pub(crate) fn all<const N: usize>(levels: [usize; N]) -> Vec<Row<N>> {
    let mut rows = vec![[0; N]];
    for (dimension, count) in levels.into_iter().enumerate() {
        let with = |row: Row<N>, value| {
            let mut row = row;
            row[dimension] = value;
            row
        };
        rows = rows.into_iter().flat_map(|row| (0..count).map(move |value| with(row, value))).collect();
    }
    rows
}

/// Combinations in which each value of a dimension meets each value of every other dimension at least once.
pub(crate) fn pairwise<const N: usize>(levels: [usize; N]) -> Vec<Row<N>> {
    let mut unmet: Vec<Pair> = Vec::new();
    for (first, second) in (0..N).flat_map(|first| (first + 1..N).map(move |second| (first, second))) {
        let values = (0..levels[first]).flat_map(|one| (0..levels[second]).map(move |other| (one, other)));
        unmet.extend(values.map(|(one, other)| [(first, one), (second, other)]));
    }
    let mut rows = Vec::new();
    while let Some(pair) = unmet.first() {
        let mut chosen: [Option<usize>; N] = [None; N];
        for (dimension, value) in pair {
            chosen[*dimension] = Some(*value);
        }
        for dimension in 0..N {
            if chosen[dimension].is_none() {
                // The last one of those that bring most new pairs.
                let new_pairs = |value: &usize| {
                    unmet.iter().filter(|pair| becomes_met(pair, &chosen, (dimension, *value))).count()
                };
                chosen[dimension] = (0..levels[dimension]).max_by_key(new_pairs);
            }
        }
        let row = chosen.map(Option::unwrap);
        unmet.retain(|pair| !meets(&row, pair));
        rows.push(row);
    }
    rows
}

/// Two dimensions with a value each.
type Pair = [(usize, usize); 2];

/// Does this choice, with what is chosen already, make the pair complete?
fn becomes_met<const N: usize>(pair: &Pair, chosen: &[Option<usize>; N], choice: (usize, usize)) -> bool {
    let [one, other] = *pair;
    let is_chosen = |(dimension, value): (usize, usize)| chosen[dimension] == Some(value);
    (one == choice && is_chosen(other)) || (other == choice && is_chosen(one))
}

fn meets<const N: usize>(row: &Row<N>, pair: &Pair) -> bool {
    pair.iter().all(|(dimension, value)| row[*dimension] == *value)
}

#[test]
fn pairwise_rows_let_every_two_values_meet_and_are_few() {
    let levels = [3, 3, 6, 14, 2, 2];
    let rows = pairwise(levels);
    for row in all(levels) {
        for (first, second) in (0..6).flat_map(|first| (first + 1..6).map(move |second| (first, second))) {
            let pair = [(first, row[first]), (second, row[second])];
            assert!(rows.iter().any(|row| meets(row, &pair)), "{pair:?} never meet");
        }
    }
    // Fewer than 6 × 14 would leave two of them apart.
    assert!((84..100).contains(&rows.len()), "{} rows", rows.len());
    assert_eq!(all(levels).len(), 3 * 3 * 6 * 14 * 2 * 2);
}
