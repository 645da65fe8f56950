//! The state variables of certificate policies, §6.1.2 (a) and (d) to (f), and their steps.

use alloc::vec::Vec;

use super::policy_graph::PolicyGraph;
use crate::pki::asn1::{OwnedOid, known};
use crate::pki::certificate::{Certificate, ExtensionField};
use crate::pki::finding::{FindingCode, Findings};
use crate::pki::judgement::PolicyInputs;

/// valid_policy_graph and the three counters.
pub(super) struct PolicyState<'a> {
    valid_policy_graph: PolicyGraph<'a>,
    explicit_policy: u32,
    inhibit_any_policy: u32,
    policy_mapping: u32,
}

impl<'a> PolicyState<'a> {
    /// §6.1.2; n is what the counters start from, and no path has so many certificates.
    //= R5280-6.1.1-e
    //= R5280-6.1.1-f
    //= R5280-6.1.1-g
    //= R5280-6.1.2-d
    //= R5280-6.1.2-e
    //= R5280-6.1.2-f
    pub(super) fn initialization(inputs: &PolicyInputs, anchor: &Certificate<'a>) -> Self {
        let unless = |inhibited: bool| if inhibited { 0 } else { u32::MAX };
        let mut state = Self {
            valid_policy_graph: PolicyGraph::new(),
            explicit_policy: unless(inputs.initial_explicit_policy),
            inhibit_any_policy: unless(inputs.initial_any_policy_inhibit),
            policy_mapping: unless(inputs.initial_policy_mapping_inhibit),
        };
        // RFC 5937 §3.2: the anchor's own limits.
        if anchor.extensions.certificate_policies.is_some() {
            let any_policy_allowed = state.inhibit_any_policy > 0;
            state.valid_policy_graph.assert_policies(policies(anchor), any_policy_allowed);
            state.valid_policy_graph.map_policies(None, true);
        }
        state.lower_counters(anchor);
        state
    }

    /// §6.1.3 (d) to (f).
    pub(super) fn basic_certificate_processing(
        &mut self,
        certificate: &Certificate<'a>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        let any_policy_allowed = self.inhibit_any_policy > 0 || position > 0 && certificate.is_self_issued();
        self.valid_policy_graph.assert_policies(policies(certificate), any_policy_allowed);
        self.check(position, findings);
    }

    /// §6.1.4 (a), (b), (h) to (j).
    pub(super) fn prepare_for_next_certificate(
        &mut self,
        certificate: &Certificate<'a>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        let mappings = certificate.extensions.policy_mappings.as_ref().and_then(ExtensionField::ok);
        // (a)
        //= R5280-4.2.1.5-2
        //= R5280-6.1.4-a
        let is_any = |mapping: &&(_, _)| mapping.0 == known::ANY_POLICY || mapping.1 == known::ANY_POLICY;
        if let Some((from, to)) = mappings.and_then(|mappings| mappings.mappings.iter().find(is_any)) {
            let expected = "policy mappings without anyPolicy";
            findings.report(FindingCode::AnyPolicyMapped, position, expected, format_args!("{from} to {to}"));
        }
        // (b)
        //= R5280-4.2.1.5-3
        //= R5280-4.2.1.11-2
        self.valid_policy_graph.map_policies(mappings, self.policy_mapping > 0);
        // (h)
        //= R5280-6.1.4-h
        if !certificate.is_self_issued() {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        // (i), (j)
        self.lower_counters(certificate);
    }

    /// §6.1.5 (a), (b), (g): the policies under which the path is valid.
    //= R5280-6.1.5-a
    pub(super) fn wrap_up(
        &mut self,
        certificate: &Certificate<'_>,
        inputs: &PolicyInputs,
        findings: &mut Findings<'_>,
    ) -> Vec<OwnedOid> {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        let constraints = certificate.extensions.policy_constraints.as_ref().and_then(ExtensionField::ok);
        //= R5280-6.1.5-b
        if constraints.is_some_and(|constraints| constraints.require_explicit_policy == Some(0)) {
            self.explicit_policy = 0;
        }
        //= R5280-6.1.1-c
        //= R5280-6.1.5-g
        let set = self.valid_policy_graph.user_constrained_policy_set(&inputs.initial_policy_set);
        if self.explicit_policy == 0 && set.is_empty() {
            report(0, findings);
        }
        set
    }

    /// §6.1.3 (f).
    fn check(&self, position: usize, findings: &mut Findings<'_>) {
        //= R5280-6.1.3-f
        if self.explicit_policy == 0 && self.valid_policy_graph.is_null() {
            report(position, findings);
        }
    }

    /// §6.1.4 (i), (j).
    fn lower_counters(&mut self, certificate: &Certificate<'_>) {
        let extensions = &certificate.extensions;
        if let Some(constraints) = extensions.policy_constraints.as_ref().and_then(ExtensionField::ok) {
            //= R5280-4.2.1.11-1
            //= R5280-6.1.4-i
            let explicit = constraints.require_explicit_policy.unwrap_or(u32::MAX);
            self.explicit_policy = self.explicit_policy.min(explicit);
            let mapping = constraints.inhibit_policy_mapping.unwrap_or(u32::MAX);
            self.policy_mapping = self.policy_mapping.min(mapping);
        }
        //= R5280-6.1.4-j
        if let Some(skip_certs) = extensions.inhibit_any_policy.as_ref().and_then(ExtensionField::ok) {
            self.inhibit_any_policy = self.inhibit_any_policy.min(*skip_certs);
        }
    }
}

fn policies<'c, 'a>(
    certificate: &'c Certificate<'a>,
) -> Option<&'c crate::pki::certificate::CertificatePolicies<'a>> {
    certificate.extensions.certificate_policies.as_ref()?.ok()
}

fn report(position: usize, findings: &mut Findings<'_>) {
    findings.report(
        FindingCode::NoValidPolicy,
        position,
        "a policy that every certificate of the path asserts, and that is asked for",
        format_args!("none, though one is required"),
    );
}
