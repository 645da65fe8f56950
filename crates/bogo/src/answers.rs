//! The answers to the library's asks, as the flags want them.

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{Config, Connection, ExternalPsks};
use handfast::crypto::Sign;
use handfast::handshake::{Answer, Ask, ChooseCredential, ClientHelloSeen, FindPsk, SealTicket};
use handfast::message::{ClientHello, ExtensionType, SignatureSchemeList};
use handfast::resumption::TicketKeys;
use handfast::wire::Decode;
use handfast::{Connected, SignatureScheme};

use crate::certificates::{self, Loaded, SystemEntropy};
use crate::config;
use crate::ech;
use crate::failure::Failure;
use crate::options::Options;
use crate::psks;

/// What answers asks on one connection.
pub(crate) struct Answers<'a> {
    pub(crate) options: &'a Options,
    config: Arc<Config>,
    credentials: Vec<Loaded>,
    /// The PSKs that a server accepts, each with the number of its credential.
    psks: Vec<(Option<i32>, ExternalPsks)>,
    /// `signature_algorithms` of the ClientHello.
    client_schemes: Vec<SignatureScheme>,
    /// The key of the credential that was chosen.
    key: Option<Arc<dyn Sign>>,
    ticket_keys: TicketKeys,
    /// The number of the credential that was chosen, -1 for the default one; `None` before one was.
    pub(crate) selected_credential: Option<i32>,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(
        options: &'a Options,
        config: &Arc<Config>,
        ticket_key: [u8; 32],
    ) -> Result<Self, Failure> {
        let crypto = &config.handshake().crypto;
        let psk = |credential| Ok(psks::accepted(credential, crypto)?.map(|psks| (credential.number, psks)));
        let psks = options.credentials.iter().filter_map(|credential| psk(credential).transpose());
        Ok(Self {
            options,
            config: Arc::clone(config),
            credentials: certificates::load(options, crypto)?,
            psks: psks.collect::<Result<_, Failure>>()?,
            client_schemes: Vec::new(),
            key: None,
            ticket_keys: config::ticket_keys(ticket_key),
            selected_credential: None,
        })
    }

    /// Answers the open ask, if there is one; `false`: there is none.
    pub(crate) fn answer(&mut self, connection: &mut Connection) -> Result<bool, Failure> {
        let Some(ask) = connection.pending().cloned() else { return Ok(false) };
        if matches!(ask, Ask::JudgeResumed(_))
            && self.options.reverify_on_resume
            && certificates::refuses(self.options)
        {
            connection.abort(certificates::refusal(self.options));
            return Err(Failure::Shim(":CERTIFICATE_VERIFY_FAILED:"));
        }
        let answer = self.answer_to(&ask)?;
        let refused =
            |refused| Failure::Check(format!("the answer to {} was refused: {refused}", ask.name()));
        connection.answer(answer).map_err(refused)?;
        Ok(true)
    }

    fn answer_to(&mut self, ask: &Ask) -> Result<Answer, Failure> {
        Ok(match ask {
            Ask::ClientHelloSeen(seen) => self.client_hello_seen(seen)?,
            Ask::ChooseCredential(choose) => self.choose_credential(choose)?,
            Ask::JudgePeer(judge) => {
                self.check_staple(judge)?;
                self.check_timestamps(judge)?;
                ech::check_name_override(self.options, judge)?;
                if self.options.has_psks_alone() && !self.options.verify_peer {
                    return Ok(
                        judge.refuse(AlertDescription::HANDSHAKE_FAILURE, ":MISSING_EXTENSION:".into())
                    );
                }
                certificates::judge(judge, self.options, &self.config.handshake().crypto)
            }
            Ask::Sign(sign) => {
                let signature = sign.scheme.algorithm().and_then(|algorithm| {
                    self.key.as_ref()?.sign(algorithm, &sign.content, &mut SystemEntropy).ok()
                });
                signature.map_or_else(|| ask.failed(), |signature| sign.signed(signature))
            }
            Ask::SealTicket(seal) => {
                self.seal_ticket(seal).map_or_else(|| ask.failed(), |it| seal.sealed(it))
            }
            Ask::FindPsk(find) => self.find_psk(find),
            Ask::JudgeResumed(judge) => judge.accept(),
            // Each test is the only one that could replay.
            Ask::CheckReplay(check) => check.fresh(),
            Ask::SealCookie(_) | Ask::OpenCookie(_) | _ => {
                self.config.answer(ask).unwrap_or_else(|| ask.failed())
            }
        })
    }

    fn client_hello_seen(&mut self, seen: &ClientHelloSeen) -> Result<Answer, Failure> {
        let options = self.options;
        if options.expect_no_server_name && seen.server_name.is_some() {
            return Err(Failure::Check(format!("expected no server name, found {:?}", seen.server_name)));
        }
        if let Some(expected) = &options.expect_advertised_alpn
            && *expected != seen.application_protocols
        {
            return Err(Failure::Check(format!("the client offers {:?}", seen.application_protocols)));
        }
        self.client_schemes = signature_algorithms(&seen.client_hello);
        let refuse = |alert, reason: &str| Ok(seen.refuse(alert, reason.into()));
        if options.fail_early_callback {
            return refuse(AlertDescription::HANDSHAKE_FAILURE, ":CONNECTION_REJECTED:");
        }
        if options.fail_ddos_callback {
            return refuse(AlertDescription::INTERNAL_ERROR, ":CONNECTION_REJECTED:");
        }
        if options.reject_alpn && !seen.application_protocols.is_empty() {
            return refuse(AlertDescription::NO_APPLICATION_PROTOCOL, ":NO_APPLICATION_PROTOCOL:");
        }
        Ok(seen.use_config(Arc::clone(self.config.handshake())))
    }

    fn choose_credential(&mut self, ask: &ChooseCredential) -> Result<Answer, Failure> {
        let options = self.options;
        if let Some(expected) = &options.expect_client_ca_list
            && *expected != ask.certificate_authorities
        {
            return Err(Failure::Check(format!(
                "certificate_authorities are {:x?}",
                ask.certificate_authorities
            )));
        }
        let expected = &options.expect_peer_verify_prefs;
        if !expected.is_empty() && *expected != ask.signature_schemes {
            return Err(Failure::Check(format!("signature_algorithms are {:?}", ask.signature_schemes)));
        }
        if options.fail_cert_callback {
            let alert =
                options.fail_cert_callback_alert.map_or(AlertDescription::INTERNAL_ERROR, AlertDescription);
            return Ok(ask.refuse(alert, ":CERT_CB_ERROR:".into()));
        }
        if options.is_server && options.use_ocsp_callback && options.fail_ocsp_callback {
            return Ok(ask.refuse(AlertDescription::INTERNAL_ERROR, ":OCSP_CB_ERROR:".into()));
        }
        if self.credentials.is_empty() && !options.is_server {
            return Ok(ask.none());
        }
        Ok(match certificates::choose(&self.credentials, ask) {
            Ok(credential) => {
                self.selected_credential = Some(credential.number.unwrap_or(-1));
                self.key = Some(Arc::clone(&credential.key));
                let mut shown = Arc::clone(&credential.shown);
                if options.use_ocsp_callback && options.decline_ocsp_callback {
                    shown = Arc::new(
                        handfast::handshake::Credential::clone(&shown).with_ocsp_responses(Vec::new()),
                    );
                }
                ask.choose(shown)
            }
            // Nobody says why a PSK was not taken.
            Err(_) if options.is_server && options.has_psks_alone() => ask.refuse(
                AlertDescription::HANDSHAKE_FAILURE,
                ":PSK_IDENTITY_NOT_FOUND: :NO_SUPPORTED_PSK_MODE:".into(),
            ),
            Err(reason) => ask.refuse(AlertDescription::HANDSHAKE_FAILURE, reason.into()),
        })
    }

    fn check_staple(&self, judge: &handfast::handshake::JudgePeer) -> Result<(), Failure> {
        let Some(expected) = &self.options.expect_ocsp_response else { return Ok(()) };
        let leaf = judge.chain.entries().next();
        let staple: Option<handfast::message::CertificateStatus<'_>> =
            leaf.and_then(|entry| entry.extensions.get().ok().flatten());
        match staple {
            Some(staple) if staple.ocsp_response == expected => Ok(()),
            staple => Err(Failure::Check(format!("the staple is {staple:x?}"))),
        }
    }

    fn check_timestamps(&self, judge: &handfast::handshake::JudgePeer) -> Result<(), Failure> {
        let Some(expected) = &self.options.expect_signed_cert_timestamps else { return Ok(()) };
        let leaf = judge.chain.entries().next();
        match leaf.and_then(|entry| entry.extensions.find(ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP)) {
            Some(list) if list == expected => Ok(()),
            list => Err(Failure::Check(format!("the timestamps are {list:x?}"))),
        }
    }

    /// What tickets are bound to: the library's digest, and the flags' context.
    fn bound_to(&self) -> Option<Vec<u8>> {
        let digest = self.config.trust_digest()?;
        Some([&digest.0, self.options.binding().unwrap_or_default()].concat())
    }

    fn seal_ticket(&self, seal: &SealTicket) -> Option<Vec<u8>> {
        if self.options.skip_ticket {
            return None;
        }
        let bound_to = self.bound_to()?;
        self.ticket_keys.seal(&seal.session, &bound_to, seal.now, &self.config.handshake().crypto)
    }

    fn find_psk(&mut self, find: &FindPsk) -> Answer {
        let found = find.identities.iter().enumerate().find_map(|(index, ticket)| {
            let bound_to = self.bound_to()?;
            let crypto = &self.config.handshake().crypto;
            let session =
                self.ticket_keys.open(ticket, &bound_to, find.server_name.as_deref(), find.now, crypto)?;
            Some(find.session(index, Arc::new(session)))
        });
        found.or_else(|| self.find_external_psk(find)).unwrap_or_else(|| find.none())
    }

    /// The first PSK credential that the client has too, unless a certificate before it will do.
    fn find_external_psk(&mut self, find: &FindPsk) -> Option<Answer> {
        let fits = |credential: &&Loaded| credential.shown.scheme_for(&self.client_schemes, &[]).is_some();
        let certificate = self.credentials.iter().find(fits).and_then(|credential| credential.number);
        let preferred =
            self.psks.iter().filter(|(number, _)| certificate.is_none_or(|it| *number < Some(it)));
        let (number, index, psk) = preferred.into_iter().find_map(|(number, psks)| {
            let (index, psk) = psks::find(psks, find)?;
            Some((number, index, psk))
        })?;
        self.selected_credential = *number;
        Some(find.external(index, psk.clone()))
    }

    /// The number of the credential that a client's server chose by its PSK.
    pub(crate) fn note_selected_psk(&mut self, connected: &Connected) {
        let Some(identity) = connected.external_psk.as_ref().filter(|_| !self.options.is_server) else {
            return;
        };
        let mut psks = self.options.psks();
        self.selected_credential =
            psks.find(|(_, psk)| psk.identity == *identity).and_then(|(number, _)| number);
    }
}

fn signature_algorithms(client_hello: &[u8]) -> Vec<SignatureScheme> {
    let message = client_hello.get(4..).and_then(|body| ClientHello::decode(body).ok());
    let schemes: Option<SignatureSchemeList<'_>> =
        message.and_then(|message| message.extensions.get().ok().flatten());
    schemes.map(|list| list.supported_signature_algorithms.iter().collect()).unwrap_or_default()
}
