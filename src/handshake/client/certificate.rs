//! WAIT_CERT_CR, WAIT_CERT, WAIT_CV: who the server is (RFC 9846 §4.4.2, §4.5.1, §4.5.2; 8446 §4.3.2, §4.4.2,
//! §4.4.3).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::To;
use super::client_hello::Offer;
use super::finished::{ServerProof, WaitFinished};
use super::server_hello::{Negotiated, Session};
use crate::handshake::ask::{AcceptedPeer, Ask, JudgePeer, Reply};
use crate::handshake::certificate_compression::decompress;
use crate::handshake::credential::{CertificateWishes, peer_chain};
use crate::handshake::delegated_credential::proving_key;
use crate::handshake::foreign_extension::{AnsweredIn, take_answers, take_requests_of_client};
use crate::handshake::step::{Received, Step, unusable};
use crate::handshake::transitions::on;
use crate::handshake::verify::verify_certificate_verify;
use crate::handshake::{Config, Fault, ForeignExtension, PeerChain, PeerFault, Role};
use crate::message::{
    Certificate, CertificateAuthorities, CertificateRequest, DelegatedCredentialSchemes, ExtensionType,
    ExtensionsOf, OidFilters, SignatureScheme, SignatureSchemeList, SignatureSchemeListCert,
    StatusRequestCertificateRequest,
};

/// WAIT_CERT_CR: EncryptedExtensions has come.
pub(crate) struct WaitCertCr {
    pub(super) session: Session,
    pub(super) offer: Offer,
    pub(super) negotiated: Negotiated,
    /// What the external PSK is called that goes with the certificate, if one does (RFC 8773).
    pub(super) external_psk: Option<Vec<u8>>,
}

/// WAIT_CERT: CertificateRequest has come.
pub(crate) struct WaitCert {
    before: WaitCertCr,
    request: Request,
}

/// What a CertificateRequest asks for.
pub(crate) struct Request {
    pub(crate) signature_schemes: Vec<SignatureScheme>,
    pub(crate) signature_schemes_cert: Option<Vec<SignatureScheme>>,
    pub(crate) delegated_credential_schemes: Vec<SignatureScheme>,
    pub(crate) certificate_authorities: Vec<Vec<u8>>,
    pub(crate) oid_filters: Vec<(Vec<u8>, Vec<u8>)>,
    /// What is to stand in our Certificate.
    pub(crate) certificate_wishes: CertificateWishes,
}

/// Certificate has come, and its chain is being judged. WAIT_CV is inside and opens with the verdict alone.
pub(crate) struct JudgingPeer {
    pub(super) ask: Ask,
    before: WaitCertCr,
    request: Option<Request>,
    chain: PeerChain,
}

/// WAIT_CV: the chain is judged good; the signature is not here yet.
pub(crate) struct WaitCv {
    before: WaitCertCr,
    request: Option<Request>,
    chain: PeerChain,
    peer: Box<AcceptedPeer>,
}

/// A server that has shown a good chain and proved that its key is its own.
pub(super) struct ProvenPeer {
    pub(super) chain: PeerChain,
    pub(super) peer: Box<AcceptedPeer>,
    pub(super) scheme: SignatureScheme,
    pub(super) external_psk: Option<Vec<u8>>,
}

impl WaitCertCr {
    /// WAIT_CERT_CR --Recv CertificateRequest--> WAIT_CERT.
    pub(super) fn recv_certificate_request(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CertificateRequest>, Fault> {
        let message: CertificateRequest<'_> = received.decode()?;
        received.check_extensions(ExtensionsOf::CertificateRequest, &message.extensions, None)?;
        if !message.certificate_request_context.is_empty() {
            return Err(PeerFault::CertificateRequestContext.into());
        }
        let request = Request::read(received, &message, self.offer.foreign(step.config), step.config)?;
        let asked = take_requests_of_client(self.offer.foreign(step.config), &message.extensions)?;
        self.negotiated.foreign_extensions.extend(asked);
        self.session.transcript.add(received.bytes);
        Ok(WaitCert { before: self, request }.into())
    }

    /// WAIT_CERT_CR --Recv Certificate--> WAIT_CV, by way of the verdict.
    pub(super) fn recv_certificate(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Certificate>, Fault> {
        Ok(JudgingPeer::ask(self, None, received, step)?.into())
    }

    /// The same of one that came compressed (RFC 8879).
    pub(super) fn recv_compressed_certificate(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CompressedCertificate>, Fault> {
        Ok(JudgingPeer::ask_of_compressed(self, None, received, "WaitCertCr", step)?.into())
    }
}

impl Request {
    pub(crate) fn read<'f>(
        received: &Received<'_>,
        message: &CertificateRequest<'_>,
        foreign: impl Iterator<Item = &'f ForeignExtension>,
        config: &Config,
    ) -> Result<Self, PeerFault> {
        let malformed = |error| received.malformed(error);
        let block = &message.extensions;
        //= R8701-4.2-1
        //= R8701-4.2-2
        //= R8701-4.2-3
        let schemes: Option<SignatureSchemeList<'_>> = block.get().map_err(malformed)?;
        //= R-4.4.2-6
        let schemes = received.require(ExtensionType::SIGNATURE_ALGORITHMS, schemes)?;
        let schemes_cert: Option<SignatureSchemeListCert<'_>> = block.get().map_err(malformed)?;
        let authorities: Option<CertificateAuthorities<'_>> = block.get().map_err(malformed)?;
        let filters: Option<OidFilters<'_>> = block.get().map_err(malformed)?;
        //= R-4.3.5-6
        let mut oids: Vec<_> = filters
            .iter()
            .flat_map(OidFilters::iter)
            .map(|filter| filter.certificate_extension_oid)
            .collect();
        oids.sort_unstable();
        if oids.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(PeerFault::OidFilterTwice);
        }
        let delegated: Option<DelegatedCredentialSchemes<'_>> = block.get().map_err(malformed)?;
        let staple: Option<StatusRequestCertificateRequest> = block.get().map_err(malformed)?;
        Ok(Self {
            signature_schemes: schemes.supported_signature_algorithms.to_vec(),
            signature_schemes_cert: schemes_cert.map(|list| list.supported_signature_algorithms.to_vec()),
            delegated_credential_schemes: delegated
                .map(|list| list.supported_signature_algorithms.to_vec())
                .unwrap_or_default(),
            certificate_authorities: authorities
                .map(|list| list.authorities.iter().map(<[u8]>::to_vec).collect())
                .unwrap_or_default(),
            oid_filters: filters
                .map(|filters| {
                    let owned = |filter: crate::message::OidFilter<'_>| {
                        (
                            filter.certificate_extension_oid.to_vec(),
                            filter.certificate_extension_values.to_vec(),
                        )
                    };
                    filters.iter().map(owned).collect()
                })
                .unwrap_or_default(),
            certificate_wishes: CertificateWishes::read(received, block, staple.is_some(), foreign, config)?,
        })
    }
}

impl WaitCert {
    /// WAIT_CERT --Recv Certificate--> WAIT_CV, by way of the verdict.
    pub(super) fn recv_certificate(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::Certificate>, Fault> {
        Ok(JudgingPeer::ask(self.before, Some(self.request), received, step)?.into())
    }

    /// The same of one that came compressed (RFC 8879).
    pub(super) fn recv_compressed_certificate(
        self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CompressedCertificate>, Fault> {
        Ok(JudgingPeer::ask_of_compressed(self.before, Some(self.request), received, "WaitCert", step)?
            .into())
    }
}

impl JudgingPeer {
    fn ask(
        mut before: WaitCertCr,
        request: Option<Request>,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<Self, Fault> {
        //= R-4.5.1-5
        let message: Certificate<'_> = received.decode()?;
        if !message.certificate_request_context.is_empty() {
            return Err(PeerFault::CertificateRequestContext.into());
        }
        let offer = &before.offer;
        for entry in message.certificate_list.iter() {
            received.check_extensions(
                ExtensionsOf::Certificate,
                &entry.extensions,
                Some(&|sent| offer.sent(sent)),
            )?;
        }
        let certificate_type = before.negotiated.server_certificate_type;
        let chain = peer_chain(&message, received.body, certificate_type, step.config)?;
        //= R-4.5.1.3-1
        if chain.is_empty() {
            return Err(PeerFault::NoServerCertificate.into());
        }
        let leaf = message.certificate_list.iter().next().map(|entry| entry.extensions).unwrap_or_default();
        let foreign = offer.foreign(step.config);
        let answers = take_answers(foreign, AnsweredIn::Certificate, received.msg_type, &leaf)?;
        before.negotiated.foreign_extensions.extend(answers);
        before.session.transcript.add(received.bytes);
        let ask = JudgePeer {
            id: step.ask_id(),
            peer: Role::Server,
            expected: Some(Arc::clone(&before.offer.expected)),
            chain: chain.clone(),
            config: Arc::clone(step.config),
            now: step.now,
        };
        Ok(Self { ask: Ask::JudgePeer(Box::new(ask)), before, request, chain })
    }

    //= R8879-5-1
    fn ask_of_compressed(
        mut before: WaitCertCr,
        request: Option<Request>,
        received: &Received<'_>,
        state: &'static str,
        step: &mut Step<'_>,
    ) -> Result<Self, Fault> {
        let (algorithm, body) = decompress(received, state, step.config)?;
        before.negotiated.certificates_compressed.peer = Some(algorithm);
        Self::ask(before, request, &received.decompressed(&body), step)
    }

    /// The verdict opens WAIT_CV.
    pub(super) fn judged(self, reply: Reply, step: &mut Step<'_>) -> Result<To<Self, on::Answer>, Fault> {
        let Reply::Peer(mut peer) = reply else { return Err(unusable("JudgePeer", reply)) };
        peer.public_key = proving_key(Role::Server, &self.chain, &peer, step.config)?;
        Ok(WaitCv { before: self.before, request: self.request, chain: self.chain, peer }.into())
    }
}

impl WaitCv {
    /// WAIT_CV --Recv CertificateVerify--> WAIT_FINISHED.
    ///
    /// `self.peer` exists only because the chain was judged; the signature is verified here and nowhere else,
    /// so that no answer from outside stands in for proof of possession.
    pub(super) fn recv_certificate_verify(
        mut self,
        received: &Received<'_>,
        step: &mut Step<'_>,
    ) -> Result<To<Self, on::CertificateVerify>, Fault> {
        let transcript = &mut self.before.session.transcript;
        let scheme = verify_certificate_verify(
            Role::Server,
            received,
            (&self.chain, &self.peer.public_key),
            &transcript.current(),
            step.config,
        )?;
        transcript.add(received.bytes);
        let (chain, peer, external_psk) = (self.chain, self.peer, self.before.external_psk);
        Ok(WaitFinished {
            session: self.before.session,
            offer: self.before.offer,
            negotiated: self.before.negotiated,
            request: self.request,
            early_data: false,
            server: ServerProof::Certificate(ProvenPeer { chain, peer, scheme, external_psk }),
        }
        .into())
    }
}
