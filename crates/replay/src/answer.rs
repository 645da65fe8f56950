//! Answers in lines: by what they say, for the next run has asks of its own.

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::crypto::{HashAlgorithm, PublicKey};
use handfast::handshake::{Credential, FoundPsk, Reply};
use handfast::resumption::{Psk, PskOffer, Session};
use handfast::{Answer, Ask, SignatureScheme};

use crate::config::code_point;
use crate::line::{Line, NONE, Reason, bytes, hex, list, number, option};

const FAILED: &str = "failed";
const REFUSE: &str = "refuse";
const ACCEPT: &str = "accept";
const DELEGATING: &str = "accept-delegating";
const DECLINE: &str = "decline";
const CONFIG: &str = "config";
const LOCAL: &str = "local";
const EXTERNAL: &str = "external";
const SESSION: &str = "session";
const STORED: &str = "stored";
const FRESH: &str = "fresh";
const SEEN: &str = "seen";

/// What an answer says; `None` for what no line can say.
pub(crate) fn write(answer: &Answer) -> Option<String> {
    Some(match answer.reply() {
        Reply::Failed => FAILED.to_owned(),
        Reply::Config(_) => CONFIG.to_owned(),
        Reply::Credential(credential) => {
            credential.as_deref().map_or_else(|| NONE.to_owned(), write_credential)
        }
        Reply::Refused { alert, reason } => format!("{REFUSE} {} {}", alert.0, hex(reason.as_bytes())),
        Reply::Signature(made) | Reply::Sealed(made) | Reply::Opened(made) => hex(made),
        Reply::Peer(peer) => {
            let verdict = if peer.may_delegate { DELEGATING } else { ACCEPT };
            format!(
                "{verdict} {} {}",
                hex(peer.public_key.spki()),
                peer.identity.display_name().escape_debug()
            )
        }
        Reply::Stored => STORED.to_owned(),
        Reply::Psk(found) => match found {
            Some(FoundPsk { index, psk, session }) => {
                format!("{index} {}", write_psk(psk, session.as_deref())?)
            }
            None => NONE.to_owned(),
        },
        Reply::Resumed(verdict) => match verdict {
            Ok(()) => ACCEPT.to_owned(),
            Err(reason) => format!("{DECLINE} {}", hex(reason.as_bytes())),
        },
        Reply::Replay { is_fresh } => if *is_fresh { FRESH } else { SEEN }.to_owned(),
        _ => return None,
    })
}

/// What answering takes beside the line.
pub(crate) trait Answering {
    /// The config that the lines ahead of this one describe.
    fn config(&self) -> Result<Arc<handfast::handshake::Config>, Reason>;
    /// A credential whose key answers with the record's signatures.
    fn local(&self, chain: Vec<Arc<[u8]>>, key: PublicKey, schemes: Vec<SignatureScheme>) -> Credential;
}

/// The answer to this ask that a line has.
pub(crate) fn read(ask: &Ask, line: &mut Line<'_>, answering: &dyn Answering) -> Result<Answer, Reason> {
    let mut rest = *line;
    match rest.word() {
        FAILED => return Ok(ask.failed()),
        REFUSE => {
            let alert = AlertDescription(rest.number()?);
            return refuse(ask, alert, text(&rest.bytes()?));
        }
        _ => {}
    }
    match ask {
        Ask::ClientHelloSeen(ask) => {
            expect(line.word(), CONFIG)?;
            Ok(ask.use_config(answering.config()?))
        }
        Ask::ChooseCredential(ask) => Ok(match read_credential(line, answering)? {
            Some(credential) => ask.choose(Arc::new(credential)),
            None => ask.none(),
        }),
        Ask::Sign(ask) => Ok(ask.signed(line.bytes()?)),
        Ask::JudgePeer(ask) => {
            // Who the peer is goes into tickets alone, and they are in the record.
            match line.word() {
                DELEGATING => Ok(ask.accept_delegating(public_key(line.word())?, Arc::default())),
                word => {
                    expect(word, ACCEPT)?;
                    Ok(ask.accept(public_key(line.word())?, Arc::default()))
                }
            }
        }
        Ask::SealCookie(ask) => Ok(ask.sealed(line.bytes()?)),
        Ask::OpenCookie(ask) => Ok(ask.opened(line.bytes()?)),
        Ask::SealTicket(ask) => Ok(ask.sealed(line.bytes()?)),
        Ask::StoreSession(ask) => expect(line.word(), STORED).map(|()| ask.stored()),
        Ask::FindPsk(ask) => Ok(match line.option(number)? {
            None => ask.none(),
            Some(index) => match read_psk(line)? {
                (_, Some(session)) => ask.session(index, session),
                (psk, None) => ask.external(index, psk),
            },
        }),
        Ask::JudgeResumed(ask) => match line.word() {
            DECLINE => Ok(ask.decline(text(&line.bytes()?))),
            word => expect(word, ACCEPT).map(|()| ask.accept()),
        },
        Ask::CheckReplay(ask) => match line.word() {
            SEEN => Ok(ask.seen()),
            word => expect(word, FRESH).map(|()| ask.fresh()),
        },
        _ => Err(format!("no answer to {} can be read", ask.name())),
    }
}

fn refuse(ask: &Ask, alert: AlertDescription, reason: String) -> Result<Answer, Reason> {
    match ask {
        Ask::ClientHelloSeen(ask) => Ok(ask.refuse(alert, reason)),
        Ask::ChooseCredential(ask) => Ok(ask.refuse(alert, reason)),
        Ask::JudgePeer(ask) => Ok(ask.refuse(alert, reason)),
        Ask::Sign(_)
        | Ask::SealCookie(_)
        | Ask::OpenCookie(_)
        | Ask::SealTicket(_)
        | Ask::StoreSession(_)
        | Ask::FindPsk(_)
        | Ask::JudgeResumed(_)
        | Ask::CheckReplay(_)
        | _ => Err(format!("{} cannot be refused", ask.name())),
    }
}

fn expect(found: &str, expected: &str) -> Result<(), Reason> {
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn public_key(word: &str) -> Result<PublicKey, Reason> {
    PublicKey::from_spki(&bytes(word)?).map_err(|error| format!("no public key: {error}"))
}

/// Where the key is, the schemes, the public key, the chain, the staples, the delegation; a raw public key has no chain.
fn write_credential(credential: &Credential) -> String {
    let place = if credential.is_external() { EXTERNAL } else { LOCAL };
    let schemes = list(credential.schemes().iter().map(|scheme| format!("{:04x}", scheme.0)));
    let chain = list(credential.chain().iter().map(|certificate| hex(certificate)));
    let staples = list(credential.ocsp_responses().iter().map(|staple| option(staple.as_deref().map(hex))));
    let delegated = option(credential.delegated_credential().map(hex));
    format!("{place} {schemes} {} {chain} {staples} {delegated}", hex(credential.public_key().spki()))
}

fn read_credential(line: &mut Line<'_>, answering: &dyn Answering) -> Result<Option<Credential>, Reason> {
    let place = line.word();
    if place == NONE {
        return Ok(None);
    }
    let schemes = line.list(|word| code_point(word).map(SignatureScheme))?;
    let key = public_key(line.word())?;
    let chain = line.list(|word| bytes(word).map(Into::into))?;
    let is_raw = chain.is_empty();
    let staples = line.list(|word| Ok((word != NONE).then_some(bytes(word)?.into())))?;
    let credential = if place == LOCAL {
        answering.local(chain, key, schemes)
    } else {
        expect(place, EXTERNAL)?;
        Credential::external(chain, key, schemes)
    };
    let credential = if is_raw { credential.into_raw_public_key() } else { credential };
    let credential = credential.with_ocsp_responses(staples);
    Ok(Some(match line.option(bytes)? {
        Some(delegated) => credential
            .with_delegated_credential(&delegated)
            .map_err(|error| format!("no delegated credential: {error}"))?,
        None => credential,
    }))
}

/// What makes a PSK of its bytes for a hash, by the word for its kind.
type MakePsk = fn(&[u8], HashAlgorithm) -> Psk;
const KINDS: [(&str, MakePsk); 2] = [(EXTERNAL, Psk::external), ("imported", Psk::imported)];

/// A session in its byte form; or an external PSK, or what was imported of one: its hash and its bytes.
fn write_psk(psk: &Psk, session: Option<&Session>) -> Option<String> {
    if let Some(session) = session {
        return Some(format!("{SESSION} {}", hex(&session.to_bytes())));
    }
    let is_kind = |(_, make): &&(&str, MakePsk)| make(psk.expose(), psk.hash()).kind() == psk.kind();
    let (kind, _) = KINDS.iter().find(is_kind)?;
    Some(format!("{kind} {} {}", hash_name(psk.hash()), hex(psk.expose())))
}

fn read_psk(line: &mut Line<'_>) -> Result<(Psk, Option<Arc<Session>>), Reason> {
    let kind = line.word();
    if kind == SESSION {
        let session = Session::from_bytes(&line.bytes()?).map_err(|error| error.to_string())?;
        let psk = Psk::of_session(&session).ok_or("the session's suite has no hash")?;
        return Ok((psk, Some(Arc::new(session))));
    }
    let make = KINDS.iter().find(|(word, _)| *word == kind).map(|(_, make)| make);
    let make = make.ok_or_else(|| format!("{kind:?} is no kind of PSK"))?;
    let name = line.word();
    let hash =
        [HashAlgorithm::Sha256, HashAlgorithm::Sha384].into_iter().find(|hash| hash_name(*hash) == name);
    let hash = hash.ok_or_else(|| format!("{name:?} is no hash"))?;
    Ok((make(&line.bytes()?, hash), None))
}

const fn hash_name(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha256 => "sha256",
        HashAlgorithm::Sha384 => "sha384",
        _ => "unknown",
    }
}

/// A PSK that a client offers: its identity, and the PSK.
pub(crate) fn write_offer(offer: &PskOffer) -> Option<String> {
    Some(format!("psk {} {}", hex(&offer.identity), write_psk(&offer.psk, offer.session.as_deref())?))
}

pub(crate) fn read_offer(line: &mut Line<'_>) -> Result<PskOffer, Reason> {
    let identity = line.bytes()?;
    let (psk, session) = read_psk(line)?;
    Ok(PskOffer { identity, psk, session })
}
