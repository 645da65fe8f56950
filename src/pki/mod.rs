//! Certificates and their judgement: an island that knows no TLS.
//!
//! Reading ([`certificate`]) is apart from judging.

pub mod asn1;
pub mod certificate;
