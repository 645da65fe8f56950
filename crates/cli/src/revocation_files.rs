//! CRLs and OCSP responses from files: each error in one line with the file and the place in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handfast::connection::RevocationCheck;
use handfast::pki::revocation::{
    Crl, CrlStore, MAX_CRL_LEN, OcspResponse, RevocationScope, StaleStatus, UnknownStatus,
};

use crate::args::{RevocationArgs, ScopeArg, StaleArg, UnknownArg};
use crate::credential_file::{is_pem, read, read_up_to};
use crate::failure::Failure;
use crate::file_fault::{FileFault, FileRule};

/// How revocation is asked, if any option says so; `requests_staples` is one of them.
pub(crate) fn check(
    args: &RevocationArgs,
    requests_staples: bool,
) -> Result<Option<RevocationCheck>, Failure> {
    if args.crl.is_empty() && args.ocsp.is_empty() && !requests_staples {
        return Ok(None);
    }
    Ok(Some(RevocationCheck {
        ocsp_responses: args.ocsp.iter().map(|path| ocsp_response(path)).collect::<Result<_, _>>()?,
        requests_staples,
        scope: match args.revocation_scope {
            ScopeArg::Path => RevocationScope::Path,
            ScopeArg::Peer => RevocationScope::EndEntity,
        },
        unknown: match args.revocation_unknown {
            UnknownArg::Refuse => UnknownStatus::Refuse,
            UnknownArg::AcceptUncovered => UnknownStatus::AcceptUncovered,
            UnknownArg::Accept => UnknownStatus::Accept,
        },
        stale: match args.revocation_stale {
            StaleArg::Refuse => StaleStatus::Refuse,
            StaleArg::Accept => StaleStatus::Accept,
        },
        ..RevocationCheck::by_crls(crls(&args.crl)?)
    }))
}

/// The lists of all these files, in PEM or one in DER.
fn crls(paths: &[PathBuf]) -> Result<CrlStore, Failure> {
    let mut crls: Vec<Crl> = Vec::new();
    for path in paths {
        // PEM takes four bytes for three, and line ends.
        let bytes = read_up_to(path, u64::try_from(MAX_CRL_LEN / 2 * 3).unwrap_or(u64::MAX))?;
        if is_pem(&bytes) {
            let store = CrlStore::from_pem(&bytes).map_err(|error| FileFault::crls(path, &error))?;
            if store.as_slice().is_empty() {
                return Err(FileFault::no_block(path, "X509 CRL").into());
            }
            crls.extend_from_slice(store.as_slice());
        } else {
            let crl = Crl::from_der(bytes.as_slice());
            crls.push(crl.map_err(|error| FileFault::der(path, FileRule::Crl, &bytes, &error))?);
        }
    }
    Ok(crls.into_iter().collect())
}

/// An OCSP response in DER.
pub(crate) fn ocsp_response(path: &Path) -> Result<Arc<[u8]>, Failure> {
    let der = read(path)?;
    OcspResponse::from_der(&der)
        .map_err(|error| FileFault::der(path, FileRule::OcspResponse, &der, &error))?;
    Ok(der.into())
}
