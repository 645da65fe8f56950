//! What the judges say of a chain, counted by class and shown.

use std::collections::BTreeMap;
use std::fmt;

use crate::JUDGES;
use crate::chain::Chain;
use crate::classes::{ACCEPTS, Class};
use crate::judges::{self, Handfast, Verdict};

/// What everybody says of one chain.
pub(crate) struct Opinions {
    /// Each judge of [`JUDGES`]: ourselves under the profile that compares with it, then the judge.
    pairs: Vec<(Verdict, Verdict)>,
    /// Our own reports of what we refuse.
    reports: Vec<String>,
}

impl Opinions {
    pub(crate) fn of(chain: &Chain, [internal, strict]: &[Handfast; 2]) -> Self {
        let [internal, strict] = [internal, strict].map(|handfast| handfast.judge(chain));
        let reports = [&internal, &strict];
        let reports = reports.iter().filter_map(|verdict| Some(verdict.as_ref().err()?.1.clone())).collect();
        let [internal, strict] = [internal, strict].map(|verdict| verdict.map_err(|(code, _)| code));
        let pairs = vec![
            (internal.clone(), judges::openssl(chain, false)),
            (strict, judges::openssl(chain, true)),
            (internal, judges::webpki(chain)),
        ];
        Self { pairs, reports }
    }

    fn somebody_accepts(&self) -> bool {
        self.pairs.iter().any(|(ours, theirs)| ours.is_ok() || theirs.is_ok())
    }
}

fn word(verdict: &Verdict) -> String {
    verdict.as_ref().err().cloned().unwrap_or_else(|| ACCEPTS.into())
}

/// A chain in PEM, what was altered in it, and what everybody says.
pub(crate) fn whole(chain: &Chain, opinions: &Opinions) -> String {
    let mut text = format!("altered: {}\n", chain.altered.join(", "));
    let name = chain.question.dns.as_deref().unwrap_or("anyone");
    let role = if chain.question.server { "server" } else { "client" };
    text.push_str(&format!("expected: {role}, {name}\n"));
    for (judge, (ours, theirs)) in JUDGES.iter().zip(&opinions.pairs) {
        text.push_str(&format!("handfast: {}; {judge}: {}\n", word(ours), word(theirs)));
    }
    opinions.reports.iter().for_each(|report| text.push_str(report));
    for (title, list) in [("sent", &chain.certificates), ("trusted", &chain.anchors)] {
        for der in list {
            let hex: String = der.iter().map(|octet| format!("{octet:02x}")).collect();
            text.push_str(&format!("{title}: {hex}\n"));
        }
    }
    text
}

/// Counts of a run.
pub(crate) struct Tally {
    explained: BTreeMap<Class, String>,
    chains: usize,
    accepted_by_somebody: usize,
    /// For each judge: accepted by both, by us alone, by it alone.
    counts: Vec<[usize; 3]>,
    /// How often, and the first case.
    disagreements: BTreeMap<Class, (usize, u64, String)>,
}

impl Tally {
    pub(crate) fn new(explained: BTreeMap<Class, String>) -> Self {
        Self {
            explained,
            chains: 0,
            accepted_by_somebody: 0,
            counts: vec![[0; 3]; JUDGES.len()],
            disagreements: BTreeMap::new(),
        }
    }

    pub(crate) fn count(&mut self, case: u64, chain: &Chain, opinions: &Opinions) {
        self.chains += 1;
        self.accepted_by_somebody += usize::from(opinions.somebody_accepts());
        let pairs = JUDGES.iter().zip(&opinions.pairs).zip(&mut self.counts);
        for ((judge, (ours, theirs)), [both, us, it]) in pairs {
            match (ours.is_ok(), theirs.is_ok()) {
                (true, true) => *both += 1,
                (true, false) => *us += 1,
                (false, true) => *it += 1,
                (false, false) => {}
            }
            if ours.is_ok() != theirs.is_ok() {
                let class = Class { judge: (*judge).into(), handfast: word(ours), other: word(theirs) };
                let seen = self.disagreements.entry(class);
                seen.or_insert_with(|| (0, case, chain.altered.join(", "))).0 += 1;
            }
        }
    }

    /// Does a table explain every disagreement?
    pub(crate) fn is_explained(&self) -> bool {
        self.disagreements.keys().all(|class| self.explained.contains_key(class))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (class, (count, case, altered)) in &self.disagreements {
            let Class { judge, handfast, other } = class;
            let mark = if self.explained.contains_key(class) { "known" } else { "UNEXPLAINED" };
            writeln!(
                f,
                "{mark}: {count:>5} × handfast {handfast}, {judge} {other} (first: case {case}, altered: {altered})"
            )?;
        }
        for (judge, [both, us, it]) in JUDGES.iter().zip(&self.counts) {
            writeln!(f, "{judge}: {both} accepted by both, {us} by handfast alone, {it} by {judge} alone")?;
        }
        let unexplained =
            self.disagreements.keys().filter(|class| !self.explained.contains_key(class)).count();
        writeln!(
            f,
            "differential: {} chains, {} accepted by somebody; {} classes of disagreement, {unexplained} unexplained",
            self.chains,
            self.accepted_by_somebody,
            self.disagreements.len()
        )
    }
}
