//! valid_policy_graph: certificate policies by RFC 9618, which replaces the tree of RFC 5280 §6.1.2 (a).
//!
//! The tree can grow exponentially with the path; the graph shares nodes of one policy at one depth, so its size
//! is bounded by the policies that the certificates name.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::pki::asn1::{Oid, OwnedOid, known};
use crate::pki::certificate::{CertificatePolicies, PolicyMappings};

/// The graph, one level a certificate, the trust anchor's first. Policies of the last level are what the
/// certificate at hand may assert: the expected_policy_set of the level before.
#[derive(Clone, Debug)]
pub(super) struct PolicyGraph<'a> {
    levels: Vec<Level<'a>>,
}

/// The nodes of one depth.
#[derive(Clone, Debug, Default)]
struct Level<'a> {
    nodes: BTreeMap<Oid<'a>, Parents<'a>>,
    has_any_policy: bool,
}

/// The valid_policy of each parent at the depth above; none means that anyPolicy there is the parent, and the
/// node begins a policy of the trust anchor's domain.
type Parents<'a> = BTreeSet<Oid<'a>>;

impl<'a> PolicyGraph<'a> {
    /// §6.1.2 (a): one node, anyPolicy.
    pub(super) fn new() -> Self {
        //= R5280-6.1.2-a
        Self { levels: alloc::vec![Level { nodes: BTreeMap::new(), has_any_policy: true }] }
    }

    /// Is the graph NULL?
    pub(super) fn is_null(&self) -> bool {
        self.levels.last().is_none_or(|level| level.nodes.is_empty() && !level.has_any_policy)
    }

    /// §6.1.3 (d), (e): keeps of the last level what the certificate asserts.
    pub(super) fn assert_policies(
        &mut self,
        policies: Option<&CertificatePolicies<'a>>,
        any_policy_allowed: bool,
    ) {
        let Some(level) = self.levels.last_mut() else { return };
        // (e)
        let Some(policies) = policies else {
            //= R5280-6.1.3-e
            *level = Level::default();
            return;
        };
        //= R5280-4.2.1.4-3
        //= R5280-6.1.3-d-2
        let asserts_any = policies.policies.contains(&known::ANY_POLICY) && any_policy_allowed;
        let above_any = level.has_any_policy;
        // (d)(2): under anyPolicy every expected policy goes on.
        if !asserts_any {
            level.nodes.retain(|policy, _| policies.policies.contains(policy));
            level.has_any_policy = false;
        }
        // (d)(1)(ii): what no node expects, anyPolicy above does.
        //= R5280-6.1.3-d-1
        if above_any {
            for policy in policies.policies.iter().filter(|policy| **policy != known::ANY_POLICY) {
                level.nodes.entry(*policy).or_default();
            }
        }
    }

    /// §6.1.4 (b), and the step to the next depth.
    pub(super) fn map_policies(&mut self, mappings: Option<&PolicyMappings<'a>>, mapping_allowed: bool) {
        let Some(level) = self.levels.last_mut() else { return };
        let mappings = mappings.map(|mappings| mappings.mappings.as_slice()).unwrap_or_default();
        let mut next = Level { nodes: BTreeMap::new(), has_any_policy: level.has_any_policy };
        let mut expected = |policy: Oid<'a>, parent: Oid<'a>| {
            next.nodes.entry(policy).or_default().insert(parent);
        };
        for (issuer_domain, subject_domain) in mappings {
            if !mapping_allowed {
                // (b)(2)
                //= R5280-6.1.4-b-2
                level.nodes.remove(issuer_domain);
                continue;
            }
            // (b)(1)
            if level.has_any_policy {
                level.nodes.entry(*issuer_domain).or_default();
            }
            //= R5280-6.1.4-b-1
            if level.nodes.contains_key(issuer_domain) {
                expected(*subject_domain, *issuer_domain);
            }
        }
        let is_mapped = |policy: &Oid<'a>| mappings.iter().any(|(issuer_domain, _)| issuer_domain == policy);
        for policy in level.nodes.keys().filter(|policy| !is_mapped(policy)) {
            expected(*policy, *policy);
        }
        self.levels.push(next);
    }

    /// §6.1.5 (g): the policies of the trust anchor's domain under which the whole path is valid, as far as the
    /// user wants them; `initial` is empty for any policy.
    pub(super) fn user_constrained_policy_set(&self, initial: &[OwnedOid]) -> Vec<OwnedOid> {
        let wanted =
            |policy: &Oid<'_>| initial.is_empty() || initial.iter().any(|oid| oid.as_oid() == *policy);
        if self.levels.last().is_some_and(|level| level.has_any_policy) {
            return match initial {
                [] => alloc::vec![known::ANY_POLICY.into()],
                initial => initial.to_vec(),
            };
        }
        let mut set = BTreeSet::new();
        //= R5280-6.1.3-d-3
        let mut reachable: BTreeSet<Oid<'a>> =
            self.levels.last().map(|level| level.nodes.keys().copied().collect()).unwrap_or_default();
        for level in self.levels.iter().rev() {
            let mut parents = BTreeSet::new();
            for policy in &reachable {
                match level.nodes.get(policy) {
                    Some(above) if above.is_empty() => {
                        set.insert(*policy);
                    }
                    Some(above) => parents.extend(above.iter().copied()),
                    None => {}
                }
            }
            reachable = parents;
        }
        set.iter().filter(|policy| wanted(policy)).map(|policy| (*policy).into()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(number: u8) -> Oid<'static> {
        const ARCS: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        Oid::from_contents(&ARCS[usize::from(number)..=usize::from(number)]).unwrap()
    }

    fn asserted(policies: &[Oid<'static>]) -> CertificatePolicies<'static> {
        CertificatePolicies { policies: policies.to_vec() }
    }

    fn user_set(graph: &PolicyGraph<'_>, initial: &[Oid<'_>]) -> Vec<OwnedOid> {
        let initial: Vec<OwnedOid> = initial.iter().map(|oid| (*oid).into()).collect();
        graph.user_constrained_policy_set(&initial)
    }

    fn owned(policies: &[Oid<'_>]) -> Vec<OwnedOid> {
        policies.iter().map(|oid| (*oid).into()).collect()
    }

    #[test]
    fn a_policy_must_be_asserted_all_the_way() {
        let mut graph = PolicyGraph::new();
        graph.assert_policies(Some(&asserted(&[oid(1), oid(2)])), true);
        graph.map_policies(None, true);
        graph.assert_policies(Some(&asserted(&[oid(2), oid(3)])), true);
        assert_eq!(user_set(&graph, &[]), owned(&[oid(2)]));
        assert_eq!(user_set(&graph, &[oid(1)]), []);
        graph.map_policies(None, true);
        graph.assert_policies(Some(&asserted(&[oid(3)])), true);
        assert!(graph.is_null());
    }

    #[test]
    fn any_policy_goes_on_only_where_it_is_allowed() {
        for (allowed, null) in [(true, false), (false, true)] {
            let mut graph = PolicyGraph::new();
            graph.assert_policies(Some(&asserted(&[known::ANY_POLICY])), allowed);
            graph.map_policies(None, true);
            graph.assert_policies(Some(&asserted(&[oid(1)])), true);
            assert_eq!(graph.is_null(), null);
        }
    }

    #[test]
    fn a_certificate_without_policies_makes_the_graph_null() {
        let mut graph = PolicyGraph::new();
        graph.assert_policies(None, true);
        assert!(graph.is_null());
        assert_eq!(user_set(&graph, &[]), []);
    }

    #[test]
    fn mapped_policies_come_out_in_the_anchors_domain() {
        let mut graph = PolicyGraph::new();
        graph.assert_policies(Some(&asserted(&[oid(1), oid(2)])), true);
        graph.map_policies(Some(&PolicyMappings { mappings: alloc::vec![(oid(1), oid(5))] }), true);
        graph.assert_policies(Some(&asserted(&[oid(5)])), true);
        assert_eq!(user_set(&graph, &[]), owned(&[oid(1)]));
        assert_eq!(user_set(&graph, &[oid(5)]), []);
    }

    #[test]
    fn an_inhibited_mapping_ends_the_policy() {
        let mut graph = PolicyGraph::new();
        graph.assert_policies(Some(&asserted(&[oid(1), oid(2)])), true);
        graph.map_policies(Some(&PolicyMappings { mappings: alloc::vec![(oid(1), oid(5))] }), false);
        graph.assert_policies(Some(&asserted(&[oid(1), oid(5)])), true);
        assert!(graph.is_null());
    }

    #[test]
    fn the_graph_stays_small_where_the_tree_explodes() {
        let policies: Vec<Oid<'static>> = (1..9).map(oid).collect();
        let mappings: Vec<_> =
            policies.iter().flat_map(|from| policies.iter().map(|to| (*from, *to))).collect();
        let mut graph = PolicyGraph::new();
        for _ in 0..64 {
            graph.assert_policies(Some(&asserted(&policies)), true);
            graph.map_policies(Some(&PolicyMappings { mappings: mappings.clone() }), true);
        }
        graph.assert_policies(Some(&asserted(&policies)), true);
        assert!(graph.levels.iter().all(|level| level.nodes.len() <= policies.len()));
        assert_eq!(user_set(&graph, &[oid(3)]), owned(&[oid(3)]));
    }
}
