//! permitted_subtrees and excluded_subtrees of §6.1.2 (b), (c).

use alloc::vec::Vec;

use super::work::{Exhausted, Work};
use crate::pki::asn1::known;
use crate::pki::certificate::{Attribute, Certificate, GeneralName, GeneralSubtrees, NameConstraints};
use crate::pki::finding::{FindingCode, Findings};
use crate::pki::name::{BoundName, Constraint};

/// The subtrees in force. The intersection of §6.1.4 (g)(1) is taken by asking each set of permitted subtrees
/// in turn: an empty one cannot get lost.
#[derive(Default)]
pub(super) struct Subtrees {
    permitted: Vec<Vec<Constraint>>,
    excluded: Vec<Constraint>,
}

impl Subtrees {
    /// §6.1.4 (g), from the CA at `position` on.
    pub(super) fn add(
        &mut self,
        constraints: &NameConstraints<'_>,
        position: usize,
        findings: &mut Findings<'_>,
    ) {
        if let Some(permitted) = &constraints.permitted_subtrees {
            //= R5280-6.1.4-g-1
            self.permitted.push(read(permitted, position, findings));
        }
        if let Some(excluded) = &constraints.excluded_subtrees {
            //= R5280-6.1.4-g-2
            self.excluded.extend(read(excluded, position, findings));
        }
    }

    /// §6.1.3 (b), (c).
    pub(super) fn check(
        &self,
        certificate: &Certificate<'_>,
        position: usize,
        work: &mut Work,
        findings: &mut Findings<'_>,
    ) -> Result<(), Exhausted> {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return Ok(());
        }
        let names = certificate.subject_alt_names();
        let mut has_mailbox = false;
        for name in names.iter() {
            has_mailbox |= matches!(name, GeneralName::Rfc822Name(_));
            let bound = BoundName::new(&name);
            self.check_name(&bound, position, work, findings, format_args!("{name}"))?;
        }
        let subject = &certificate.subject;
        if !subject.is_empty() {
            //= R5280-4.2.1.10-14
            let bound = BoundName::directory(subject);
            self.check_name(&bound, position, work, findings, format_args!("subject {subject}"))?;
        }
        // §4.2.1.10: the subject's emailAddress, where subjectAltName has no mailbox.
        let is_email = |attribute: &Attribute<'_>| attribute.attribute_type == known::EMAIL_ADDRESS;
        //= R5280-4.2.1.10-13
        for attribute in subject.attributes().filter(|attribute| !has_mailbox && is_email(attribute)) {
            let email = GeneralName::Rfc822Name(attribute.value);
            self.check_name(&BoundName::new(&email), position, work, findings, format_args!("{email}"))?;
        }
        Ok(())
    }

    fn check_name(
        &self,
        name: &BoundName,
        position: usize,
        work: &mut Work,
        findings: &mut Findings<'_>,
        shown: core::fmt::Arguments<'_>,
    ) -> Result<(), Exhausted> {
        let form = name.form();
        for permitted in &self.permitted {
            work.constraint_comparisons(permitted.len())?;
            let mut of_form = permitted.iter().filter(|constraint| constraint.form() == form).peekable();
            //= R5280-4.2.1.10-6
            //= R5280-4.2.1.10-15
            //= R5280-6.1.3-b
            if of_form.peek().is_some() && !of_form.any(|constraint| constraint.permits(name)) {
                let expected = alloc::format!("a {form} within the permitted subtrees of every CA above");
                findings.report(FindingCode::NameNotPermitted, position, expected, shown);
            }
        }
        work.constraint_comparisons(self.excluded.len())?;
        //= R5280-6.1.3-c
        if self.excluded.iter().any(|constraint| constraint.excludes(name)) {
            let expected = alloc::format!("a {form} outside the excluded subtrees of every CA above");
            findings.report(FindingCode::NameExcluded, position, expected, shown);
        }
        Ok(())
    }
}

/// Reads subtrees; what cannot be read refuses, for it may be what would have refused.
fn read(subtrees: &GeneralSubtrees<'_>, position: usize, findings: &mut Findings<'_>) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    for subtree in subtrees.iter() {
        let base = subtree.base;
        //= R5280-4.2.1.10-8
        match Constraint::new(&base).filter(|_| subtree.is_whole) {
            Some(constraint) => {
                if let Constraint::Dns(host) = &constraint
                    && host.leading_dot
                {
                    let expected = "a dNSName constraint without a dot in front";
                    findings.report(FindingCode::ConstraintForm, position, expected, format_args!("{base}"));
                }
                constraints.push(constraint);
            }
            None => {
                let expected = "subtrees without minimum and maximum, whose base is a name of its form";
                findings.report(FindingCode::ConstraintMalformed, position, expected, format_args!("{base}"));
            }
        }
    }
    constraints
}
