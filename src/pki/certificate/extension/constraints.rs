//! What a CA may certify: RFC 5280 §4.2.1.9, §4.2.1.10.

use alloc::vec::Vec;

use crate::pki::asn1::{Asn1Error, DerReader, Lapse, LapseRule, Value, tag};
use crate::pki::certificate::GeneralName;

/// Is this a CA, and how many intermediates may follow it?
///
/// ```text
/// BasicConstraints ::= SEQUENCE {
///      cA                BOOLEAN DEFAULT FALSE,
///      pathLenConstraint INTEGER (0..MAX) OPTIONAL }
/// ```
/// RFC 5280 §4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct BasicConstraints {
    pub ca: bool,
    pub path_len_constraint: Option<u32>,
}

/// The names that a CA may and may not certify.
///
/// ```text
/// NameConstraints ::= SEQUENCE {
///      permittedSubtrees [0] GeneralSubtrees OPTIONAL,
///      excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
/// GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree
/// ```
/// RFC 5280 §4.2.1.10. An empty sequence of subtrees is read as none.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct NameConstraints<'a> {
    pub permitted_subtrees: Option<GeneralSubtrees<'a>>,
    pub excluded_subtrees: Option<GeneralSubtrees<'a>>,
}

/// Subtrees, read once and walked again when needed.
#[derive(Clone, Copy, Default)]
pub struct GeneralSubtrees<'a> {
    contents: &'a [u8],
}

/// One subtree of names.
///
/// ```text
/// GeneralSubtree ::= SEQUENCE {
///      base         GeneralName,
///      minimum  [0] BaseDistance DEFAULT 0,
///      maximum  [1] BaseDistance OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneralSubtree<'a> {
    /// The root of the subtree.
    pub base: GeneralName<'a>,
    /// Is it all of what lies under the base, as §4.2.1.10 demands: minimum zero and maximum absent?
    pub is_whole: bool,
}

impl BasicConstraints {
    pub(super) fn read(reader: &mut DerReader<'_>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("BasicConstraints")?;
        //= R5280-4.2.1.9-6
        let ca = sequence.default_false("cA", lapses)?;
        let path_len_constraint = match sequence.optional("pathLenConstraint", tag::INTEGER)? {
            //= R5280-4.2.1.9-3
            Some(value) => Some(value.count(lapses)?),
            None => None,
        };
        sequence.end("BasicConstraints")?;
        Ok(Self { ca, path_len_constraint })
    }
}

impl<'a> NameConstraints<'a> {
    /// Reads constraints that stand alone.
    ///
    /// # Errors
    /// [`Asn1Error`] if they cannot be read.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = DerReader::new(der);
        let constraints = Self::read(&mut reader, &mut Vec::new())?;
        reader.end("NameConstraints")?;
        Ok(constraints)
    }

    pub(super) fn read(reader: &mut DerReader<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("NameConstraints")?;
        let permitted = sequence.optional("permittedSubtrees", tag::context_constructed(0))?;
        let excluded = sequence.optional("excludedSubtrees", tag::context_constructed(1))?;
        sequence.end("NameConstraints")?;
        let mut subtrees = |value: Option<Value<'a>>| match value {
            Some(value) => GeneralSubtrees::read(&value, lapses).map(Some),
            None => Ok(None),
        };
        Ok(Self { permitted_subtrees: subtrees(permitted)?, excluded_subtrees: subtrees(excluded)? })
    }

    /// Is there no subtree at all? CAs must not issue that.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let empty = |subtrees: &Option<GeneralSubtrees<'_>>| {
            subtrees.is_none_or(|subtrees| subtrees.contents.is_empty())
        };
        empty(&self.permitted_subtrees) && empty(&self.excluded_subtrees)
    }
}

impl<'a> GeneralSubtrees<'a> {
    fn read(value: &Value<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut subtrees = value.reader();
        while !subtrees.is_empty() {
            GeneralSubtree::read(&mut subtrees, lapses)?;
        }
        Ok(Self { contents: value.contents })
    }

    /// The subtrees in order.
    pub fn iter(&self) -> impl Iterator<Item = GeneralSubtree<'a>> + use<'a> {
        let mut subtrees = DerReader::new(self.contents);
        core::iter::from_fn(move || GeneralSubtree::read(&mut subtrees, &mut Vec::new()).ok())
    }
}

impl<'a> GeneralSubtree<'a> {
    fn read(reader: &mut DerReader<'a>, lapses: &mut Vec<Lapse>) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence("GeneralSubtree")?;
        let base = GeneralName::read(&mut sequence, "base")?;
        let minimum = match sequence.optional("minimum", tag::context(0))? {
            Some(value) => {
                let minimum = value.count(lapses)?;
                if minimum == 0 {
                    lapses.push(value.lapse(LapseRule::DefaultEncoded));
                }
                minimum
            }
            None => 0,
        };
        let maximum = sequence.optional("maximum", tag::context(1))?;
        sequence.end("GeneralSubtree")?;
        Ok(Self { base, is_whole: minimum == 0 && maximum.is_none() })
    }
}

impl core::fmt::Debug for GeneralSubtrees<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
