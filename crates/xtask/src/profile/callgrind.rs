//! What callgrind wrote: instructions by function.

use std::collections::BTreeMap;

/// Instructions by source file and function.
pub(super) type Costs = BTreeMap<(String, String), u64>;

/// Sums a file without compressed names and positions. The line behind `calls=` is what a callee cost, which has lines of
/// its own.
pub(super) fn costs(text: &str) -> Costs {
    let mut costs = Costs::new();
    let (mut file, mut function, mut is_callee) = ("", "", false);
    for line in text.lines() {
        if let Some((key, value)) = line.split_once('=').filter(|(key, _)| !key.contains(' ')) {
            match key {
                "fl" | "fi" | "fe" => file = value,
                "fn" => function = value,
                "calls" => is_callee = true,
                _ => {}
            }
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if let Some(cost) = cost.filter(|_| !is_callee) {
                *costs.entry((file.to_owned(), function.to_owned())).or_default() += cost;
            }
            is_callee = false;
        }
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_belong_to_the_function_that_has_them_and_not_to_its_caller() {
        let text = "events: Ir\nfl=a.rs\nfn=caller\n10 3\ncfn=callee\ncalls=2 20\n11 500\n12 4\nfl=b.rs\nfn=callee\n20 500\n";
        let costs = costs(text);
        assert_eq!(costs[&("a.rs".to_owned(), "caller".to_owned())], 7);
        assert_eq!(costs[&("b.rs".to_owned(), "callee".to_owned())], 500);
    }
}
