//! Algorithm identifiers.

use crate::pki::asn1::{Asn1Error, DerReader, Oid, tag};

/// An algorithm with its parameters.
///
/// ```text
/// AlgorithmIdentifier ::= SEQUENCE {
///      algorithm  OBJECT IDENTIFIER,
///      parameters ANY DEFINED BY algorithm OPTIONAL }
/// ```
/// RFC 5280 §4.1.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmIdentifier<'a> {
    /// Which algorithm.
    pub algorithm: Oid<'a>,
    /// The parameters as one DER value, if there are any.
    pub parameters: Option<&'a [u8]>,
}

/// NULL in DER, the parameters of algorithms that have none (RFC 4055 §2.1, §5).
const NULL: &[u8] = &[tag::NULL, 0];

impl<'a> AlgorithmIdentifier<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>, field: &'static str) -> Result<Self, Asn1Error> {
        let mut sequence = reader.sequence(field)?;
        let algorithm = sequence.oid("algorithm")?;
        let parameters = if sequence.is_empty() { None } else { Some(sequence.any("parameters")?.whole) };
        sequence.end(field)?;
        Ok(Self { algorithm, parameters })
    }

    /// Are there no parameters, or is NULL in their place?
    #[must_use]
    pub fn has_no_parameters(&self) -> bool {
        self.parameters.is_none_or(|parameters| parameters == NULL)
    }
}
