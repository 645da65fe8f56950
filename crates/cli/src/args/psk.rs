//! External PSKs: options of both roles.

use clap::{Args, ValueEnum};
use handfast::crypto::HashAlgorithm;
use handfast::handshake::CertWithExternPsk;
use handfast::resumption::{ExternalPsk, Psk};

use crate::hex;

/// The fewest bytes of a PSK: 128 bits (RFC 9257 §6).
const MIN_PSK: usize = 16;

#[derive(Args, Debug)]
#[command(next_help_heading = "Shared secrets")]
pub(crate) struct PskArgs {
    /// A secret that the other side has too, in place of certificates, and its name; may be given several times
    ///
    /// It has the hash SHA-256. Who can list the processes of this machine sees it.
    #[arg(long, value_name = "ID:HEX", value_parser = psk)]
    pub(crate) psk: Vec<PskArg>,
    /// The same by import, as the other side has to do too: a PSK for each hash, and none of them is the secret
    /// itself (RFC 9258); may be given several times
    #[arg(long, value_name = "ID:HEX", value_parser = import)]
    pub(crate) psk_import: Vec<ExternalPsk>,
    /// What an imported secret is used for, in the same words on both sides: `client=pump server=valve`, say; once for
    /// all of --psk-import, or once for each
    ///
    /// With contexts that name both roles one secret can serve both ways. Everybody on the way can read them.
    #[arg(long, value_name = "TEXT", requires = "psk_import")]
    pub(crate) psk_context: Vec<String>,
    /// Authenticate by certificates as ever, and let the keys depend on one of the secrets too (RFC 8773)
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) cert_with_psk: Option<CertWithPskArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CertWithPskArg {
    /// Where the other side does so too
    Offered,
    /// Always; neither alone will do
    Required,
}

impl From<CertWithPskArg> for CertWithExternPsk {
    fn from(arg: CertWithPskArg) -> Self {
        match arg {
            CertWithPskArg::Offered => Self::Offered,
            CertWithPskArg::Required => Self::Required,
        }
    }
}

impl PskArgs {
    /// Is there any?
    pub(crate) fn are_given(&self) -> bool {
        !self.psk.is_empty() || !self.psk_import.is_empty()
    }

    /// Do they take the place of certificates?
    pub(crate) fn stand_alone(&self) -> bool {
        self.are_given() && self.cert_with_psk.is_none()
    }

    /// Those to import, each with its context; `None` if the contexts are neither one for all nor one for each.
    pub(crate) fn imports(&self) -> Option<Vec<(&ExternalPsk, &str)>> {
        let contexts = match self.psk_context.as_slice() {
            [] => vec![""; self.psk_import.len()],
            [context] => vec![context.as_str(); self.psk_import.len()],
            contexts => contexts.iter().map(String::as_str).collect(),
        };
        (contexts.len() == self.psk_import.len()).then(|| self.psk_import.iter().zip(contexts).collect())
    }
}

/// An external PSK, and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct PskArg {
    pub(crate) label: Vec<u8>,
    pub(crate) psk: Psk,
}

/// `ID:HEX`.
fn parse(text: &str) -> Result<(&str, Vec<u8>), String> {
    let (label, digits) = text.rsplit_once(':').ok_or("expected ID:HEX")?;
    if label.is_empty() {
        return Err("expected an ID ahead of the colon".to_owned());
    }
    let key = hex::decode(digits).ok_or("expected hexadecimal digits behind the last colon")?;
    if key.len() < MIN_PSK {
        return Err(format!("{} bytes can be guessed; a PSK has {MIN_PSK} at least", key.len()));
    }
    Ok((label, key))
}

fn psk(text: &str) -> Result<PskArg, String> {
    let (label, key) = parse(text)?;
    Ok(PskArg { label: label.into(), psk: Psk::external(&key, HashAlgorithm::Sha256) })
}

fn import(text: &str) -> Result<ExternalPsk, String> {
    let (label, key) = parse(text)?;
    //= R9258-5.1-6
    ExternalPsk::new(label, &key, HashAlgorithm::Sha256).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use handfast::crypto::HashAlgorithm;

    use super::{PskArgs, import, psk};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        psks: PskArgs,
    }

    #[test]
    fn a_psk_has_a_label_that_may_hold_colons_and_sixteen_bytes_at_least() {
        let key = "5a".repeat(16);
        let meter = psk(&format!("urn:meter:17:{key}")).unwrap();
        assert_eq!((meter.label.as_slice(), meter.psk.expose()), (&b"urn:meter:17"[..], &[0x5a; 16][..]));
        for wrong in [format!(":{key}"), key.clone(), format!("a:{}", &key[2..]), format!("a:{key}0")] {
            assert!(psk(&wrong).is_err() && import(&wrong).is_err(), "{wrong}");
        }
    }

    //= R9258-5.1-6 test
    #[test]
    fn a_secret_to_import_has_the_hash_sha_256() {
        let imported = import(&format!("a:{}", "5a".repeat(16))).unwrap();
        assert_eq!((imported.identity(), imported.hash()), (&b"a"[..], HashAlgorithm::Sha256));
    }

    #[test]
    fn contexts_are_one_for_all_or_one_for_each() {
        let contexts = |line: &str| {
            let key = "5a".repeat(16);
            let line = line.replace("KEY", &key);
            let words = std::iter::once("handfast").chain(line.split(' '));
            let psks = Line::try_parse_from(words).unwrap().psks;
            psks.imports()
                .map(|imports| imports.into_iter().map(|(_, context)| context.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(contexts("--psk-import a:KEY").unwrap(), [""]);
        assert_eq!(contexts("--psk-import a:KEY --psk-import b:KEY --psk-context c").unwrap(), ["c", "c"]);
        let each = "--psk-import a:KEY --psk-context c --psk-import b:KEY --psk-context d";
        assert_eq!(contexts(each).unwrap(), ["c", "d"]);
        assert_eq!(contexts(&format!("{each} --psk-context e")), None);
        assert!(Line::try_parse_from(["handfast", "--psk-context", "c"]).is_err());
    }
}
