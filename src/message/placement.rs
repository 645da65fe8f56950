//! Which extension may stand in which message (RFC 9846 §4.3, Table 1; 8446 §4.2).

use core::fmt;

use super::{ExtensionType, Extensions, RawExtension};

/// A message, or an entry of one, that holds an extension block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtensionsOf {
    /// CH.
    ClientHello,
    /// SH.
    ServerHello,
    /// EE.
    EncryptedExtensions,
    /// CT: one CertificateEntry.
    Certificate,
    /// CR.
    CertificateRequest,
    /// NST.
    NewSessionTicket,
    /// HRR.
    HelloRetryRequest,
}

impl ExtensionsOf {
    /// Does the message answer extensions that its receiver sent (§4.3)? CertificateRequest and NewSessionTicket
    /// do not: what they carry is a request, or comes unasked.
    #[must_use]
    pub const fn is_response(self) -> bool {
        //= R-4.3-3
        //= R-4.3-4
        matches!(self, SH | EE | CT | HRR)
    }
}

use ExtensionsOf::{
    Certificate as CT, ClientHello as CH, EncryptedExtensions as EE, HelloRetryRequest as HRR,
    ServerHello as SH,
};

/// The most extensions in one block: honest peers send about twenty, and each one costs a look-up.
pub const MAX_EXTENSIONS: usize = 128;

/// What is wrong with an extension's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionFault {
    /// It stands twice in one block.
    Duplicate(ExtensionType),
    /// It is known, and not specified for this message.
    Misplaced(ExtensionType),
    /// It answers nothing that was asked.
    Unsolicited(ExtensionType),
    /// `pre_shared_key` is not the last one of ClientHello (§4.3.11).
    NotLast,
    /// There are more than `MAX_EXTENSIONS`.
    TooMany,
}

impl fmt::Display for ExtensionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(extension) => write!(f, "{extension} stands twice"),
            Self::Misplaced(extension) => write!(f, "{extension} must not stand here"),
            Self::Unsolicited(extension) => write!(f, "{extension} answers nothing that was asked"),
            Self::NotLast => f.write_str("pre_shared_key is not the last extension"),
            Self::TooMany => write!(f, "more than {MAX_EXTENSIONS} extensions"),
        }
    }
}

/// Checks the places of all extensions of a block.
///
/// `offered` tells which types we sent, and is asked only where the message is a response; there a type that
/// nobody knows is unsolicited like any other. Elsewhere it is ignored. A GREASE value is never an answer, even
/// to our own (RFC 8701 §3.1).
///
/// # Errors
/// [`ExtensionFault`]: `illegal_parameter` for an extension that is doubled, misplaced or not last,
/// `unsupported_extension` for one that nobody asked for, `decode_error` for too many. One that is both misplaced
/// and unasked for counts as misplaced (§4.4.1).
pub fn check_extensions(
    place: ExtensionsOf,
    block: &Extensions<'_>,
    offered: Option<&dyn Fn(ExtensionType) -> bool>,
) -> Result<(), ExtensionFault> {
    check_doubles(block)?;
    for RawExtension { extension_type, .. } in block.iter() {
        if extension_type.is_misplaced_in(place) {
            return Err(ExtensionFault::Misplaced(extension_type));
        }
        if place.is_response()
            //= R8449-5-2
            && offered.is_some_and(|offered| is_unsolicited(extension_type, place, offered))
        {
            return Err(ExtensionFault::Unsolicited(extension_type));
        }
    }
    let last = block.last().map(|extension| extension.extension_type);
    let offers_psk = block.find(ExtensionType::PRE_SHARED_KEY).is_some();
    //= R-4.3-8
    //= R-4.3.11-16
    if place == CH && offers_psk && last != Some(ExtensionType::PRE_SHARED_KEY) {
        return Err(ExtensionFault::NotLast);
    }
    Ok(())
}

/// Does it answer nothing of ours?
fn is_unsolicited(
    extension_type: ExtensionType,
    place: ExtensionsOf,
    offered: &dyn Fn(ExtensionType) -> bool,
) -> bool {
    //= R-4.3-6
    //= R-4.2.4-3
    //= R-4.5.1-6
    //= R-4.5.1-7
    //= R8773-5-2
    //= R8701-3.1-10
    //= R8701-4.1-5
    let needs_no_request = place == HRR && extension_type == ExtensionType::COOKIE;
    !needs_no_request && (extension_type.is_grease() || !offered(extension_type))
}

/// No type twice, and no more extensions than the limit: sorting keeps a hostile block cheap.
fn check_doubles(block: &Extensions<'_>) -> Result<(), ExtensionFault> {
    let mut types = [ExtensionType(0); MAX_EXTENSIONS];
    let mut count = 0;
    for extension in block.iter() {
        *types.get_mut(count).ok_or(ExtensionFault::TooMany)? = extension.extension_type;
        count += 1;
    }
    let types = types.get_mut(..count).unwrap_or_default();
    types.sort_unstable();
    //= R-4.3-9
    let double = types.windows(2).find_map(|pair| match pair {
        [first, second] if first == second => Some(*first),
        _ => None,
    });
    double.map_or(Ok(()), |double| Err(ExtensionFault::Duplicate(double)))
}
