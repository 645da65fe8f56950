//! Building: from the peer's certificate up to a trust anchor, with branches after a dead end.
//!
//! Names link certificates, key identifiers only order the candidates: a path that they speak against is tried
//! last, but it is tried. Each link's signature is verified as it is made, so that what an attacker can add to
//! the search costs one signature each and not every path through it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::{ControlFlow, Deref, Range};

use super::process::{Outputs, Path, process, process_alone};
use super::signatures::Signatures;
use super::work::{Exhausted, Work};
use super::{ValidPath, describe};
use crate::pki::asn1::Asn1Error;
use crate::pki::certificate::{Certificate, ExtensionField, Name};
use crate::pki::digested::Digested;
use crate::pki::finding::{Finding, FindingCode, Findings, Level, Missing};
use crate::pki::judgement::Judgement;
use crate::pki::refusal::{Refusal, Source, TriedPath};
use crate::pki::signature::SignatureError;

/// Paths that a report shows.
const MAX_REPORTED_PATHS: usize = 16;

/// A search for a path.
pub(crate) struct Search<'a> {
    pub(super) judgement: &'a Judgement<'a>,
    pub(super) nodes: Vec<Node<'a>>,
    signatures: Signatures<'a>,
    /// By rank and index, those with which each path that is being extended goes on, the longest path's last.
    candidates: Vec<(u8, usize)>,
    pub(super) work: Work,
    /// The signers of CRLs whose own paths are searched right now, the outermost first.
    pub(super) signers: Vec<&'a [u8]>,
    /// The one anchor that counts, if not all do.
    only_anchor: Option<Source>,
    tried: Vec<TriedPath>,
    omitted: usize,
}

/// A certificate, and where it came from.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(super) certificate: Rc<Digested<'a>>,
    pub(super) source: Source,
}

/// Why the search ends.
enum Stop {
    /// The path that was being extended.
    Accepted(Vec<Finding>, Outputs),
    Exhausted(Exhausted),
}

impl<'a> Search<'a> {
    pub(crate) fn new(judgement: &'a Judgement<'a>) -> Self {
        Self {
            judgement,
            nodes: Vec::new(),
            signatures: Signatures::new(judgement.signature_verifier()),
            candidates: Vec::new(),
            work: Work::new(judgement.profile.limits),
            signers: Vec::new(),
            only_anchor: None,
            tried: Vec::new(),
            omitted: 0,
        }
    }

    /// Searches a path for the first certificate of `chain`. What else stands there and among the judgement's
    /// intermediates is material, in no order; what cannot be read of it is left aside.
    pub(crate) fn run(mut self, chain: &[&'a [u8]]) -> Result<ValidPath<'a>, Box<Refusal>> {
        //= R-4.5.1-12
        let others = self.add_own(chain)?;
        let peer = others.iter().enumerate().map(|(index, der)| (Source::Peer(index + 1), *der));
        let ours = self.judgement.intermediates.iter().enumerate();
        let ours = ours.map(|(index, der)| (Source::Intermediate(index), *der));
        for (source, der) in peer.chain(ours) {
            if let Ok(certificate) = Digested::from_der(der) {
                self.nodes.push(Node::new(certificate, source));
            }
        }
        let mut path = Vec::with_capacity(chain.len() + 1);
        path.push(0);
        match self.extend(&mut path) {
            ControlFlow::Break(Stop::Accepted(findings, outputs)) => {
                Ok(self.valid_path(&path, findings, outputs))
            }
            ControlFlow::Break(Stop::Exhausted(exhausted)) => Err(self.exhausted(exhausted)),
            ControlFlow::Continue(()) => Err(self.refusal()),
        }
    }

    /// Judges the first certificate of `chain` and searches no path.
    pub(crate) fn run_alone(mut self, chain: &[&'a [u8]]) -> Result<ValidPath<'a>, Box<Refusal>> {
        self.add_own(chain)?;
        let mut findings = Findings::new(self.judgement.profile);
        let own = self.nodes.first().map(|node| (0, &*node.certificate));
        let outputs = own.map(|own| process_alone(self.judgement, own, &mut findings));
        match outputs {
            Some(outputs) if !findings.has_error() => Ok(self.valid_path(&[0], findings.into_vec(), outputs)),
            _ => {
                self.record(&[0], false, findings);
                Err(self.refusal())
            }
        }
    }

    /// Reads the peer's own certificate; the others are left.
    fn add_own<'c>(&mut self, chain: &'c [&'a [u8]]) -> Result<&'c [&'a [u8]], Box<Refusal>> {
        let Some((own, others)) = chain.split_first() else {
            return Err(self.refusal_without_path(FindingCode::NoCertificate, "a certificate", "none"));
        };
        self.nodes.reserve(chain.len() + 1);
        match Digested::from_der(own) {
            Ok(certificate) => self.nodes.push(Node::new(certificate, Source::Peer(0))),
            Err(error) => return Err(self.unreadable(&error)),
        }
        Ok(others)
    }

    /// A search with the same certificates and what is left of the budget, for the path of a CRL's signer.
    pub(super) fn inner<'b>(
        &self,
        judgement: &'b Judgement<'b>,
        signers: Vec<&'b [u8]>,
        only_anchor: Option<Source>,
    ) -> Search<'b>
    where
        'a: 'b,
    {
        let mut search = Search::new(judgement);
        let counts =
            |node: &&Node<'a>| !matches!(node.source, Source::Anchor(_)) || Some(node.source) == only_anchor;
        for node in self.nodes.iter().filter(counts) {
            let certificate = Rc::clone(&node.certificate);
            search.nodes.push(Node { certificate, source: node.source });
        }
        search.work = self.work;
        search.signers = signers;
        search.only_anchor = only_anchor;
        search
    }

    /// Is there a valid path for this certificate?
    pub(super) fn finds_path(&mut self, certificate: &Certificate<'_>) -> Result<bool, Exhausted> {
        let index = self.nodes.iter().position(|node| node.certificate.der == certificate.der);
        let Some(index) = index else { return Ok(false) };
        match self.extend(&mut alloc::vec![index]) {
            ControlFlow::Break(Stop::Accepted(..)) => Ok(true),
            ControlFlow::Break(Stop::Exhausted(exhausted)) => Err(exhausted),
            ControlFlow::Continue(()) => Ok(false),
        }
    }

    fn valid_path(&self, path: &[usize], findings: Vec<Finding>, outputs: Outputs) -> ValidPath<'a> {
        let nodes = path.iter().filter_map(|index| self.nodes.get(*index));
        ValidPath { certificates: nodes.cloned().collect(), findings, outputs }
    }

    /// Tries every candidate above the last certificate of `path`.
    fn extend(&mut self, path: &mut Vec<usize>) -> ControlFlow<Stop> {
        let candidates = self.push_candidates(path);
        if candidates.is_empty() {
            self.no_issuer(path);
        }
        let start = candidates.start;
        let extended = self.extend_by(candidates, path);
        self.candidates.truncate(start);
        extended
    }

    fn extend_by(&mut self, candidates: Range<usize>, path: &mut Vec<usize>) -> ControlFlow<Stop> {
        for place in candidates {
            let Some((_, candidate)) = self.candidates.get(place).copied() else { break };
            self.take(Work::candidate)?;
            if self.verify_link(path, candidate)? {
                path.push(candidate);
                self.try_candidate(path)?;
                path.pop();
            }
        }
        ControlFlow::Continue(())
    }

    /// Goes on behind a candidate whose signature verified, the last certificate of `path`.
    fn try_candidate(&mut self, path: &mut Vec<usize>) -> ControlFlow<Stop> {
        if self.last(path).is_some_and(|node| matches!(node.source, Source::Anchor(_))) {
            self.process(path)
        } else if path.len() >= self.judgement.profile.limits.depth {
            self.too_deep(path);
            ControlFlow::Continue(())
        } else {
            self.extend(path)
        }
    }

    fn process(&mut self, path: &[usize]) -> ControlFlow<Stop> {
        self.take(Work::path)?;
        let mut findings = Findings::new(self.judgement.profile);
        let outputs = self.process_and_check(path, &mut findings);
        match outputs {
            Ok(outputs) if !findings.has_error() => {
                ControlFlow::Break(Stop::Accepted(findings.into_vec(), outputs))
            }
            Ok(_) => {
                self.record(path, true, findings);
                ControlFlow::Continue(())
            }
            Err(exhausted) => {
                self.record(path, true, findings);
                ControlFlow::Break(Stop::Exhausted(exhausted))
            }
        }
    }

    /// Processes a path that ends in an anchor and, if nothing refuses it, checks revocation.
    pub(super) fn process_and_check(
        &mut self,
        path: &[usize],
        findings: &mut Findings<'_>,
    ) -> Result<Outputs, Exhausted> {
        let certificates: Vec<_> =
            path.iter().filter_map(|index| Some((*index, &*self.nodes.get(*index)?.certificate))).collect();
        let anchor = self.last(path).and_then(|node| match node.source {
            Source::Anchor(index) => self.judgement.anchors.as_slice().get(index),
            Source::Peer(_) | Source::Intermediate(_) | Source::OcspResponse => None,
        });
        let whole = Path { certificates: &certificates, anchor };
        let outputs = process(self.judgement, whole, &mut self.signatures, &mut self.work, findings)?;
        if !findings.has_error() {
            self.check_revocation(path, findings)?;
        }
        Ok(outputs)
    }

    /// Adds a certificate and those above it, and gives their path.
    pub(super) fn add_path<'n>(
        &mut self,
        own: Rc<Digested<'a>>,
        above: impl Iterator<Item = &'n Node<'a>>,
    ) -> Vec<usize>
    where
        'a: 'n,
    {
        let start = self.nodes.len();
        self.nodes.push(Node { certificate: own, source: Source::OcspResponse });
        for node in above {
            let certificate = Rc::clone(&node.certificate);
            self.nodes.push(Node { certificate, source: node.source });
        }
        (start..self.nodes.len()).collect()
    }

    /// Pushes the certificates that by name may have issued the last one of `path`: anchors first, then those whose
    /// key identifier fits and that are valid now; they stand at the places that are given back.
    fn push_candidates(&mut self, path: &[usize]) -> Range<usize> {
        let start = self.candidates.len();
        if let Some(issuer) = self.last(path).map(|node| node.certificate.issuer) {
            //= R-4.5.1-11
            self.add_anchor_nodes(&issuer);
            for index in 0..self.nodes.len() {
                self.candidates.extend(self.candidate(path, &issuer, index));
            }
        }
        self.candidates.get_mut(start..).unwrap_or_default().sort_unstable();
        start..self.candidates.len()
    }

    /// The certificate at `index` with its rank, if by name it may have issued the last one of `path`.
    fn candidate(&self, path: &[usize], issuer: &Name<'_>, index: usize) -> Option<(u8, usize)> {
        let (child, node) = (self.last(path)?, self.nodes.get(index)?);
        let fits = node.certificate.subject.matches(issuer) && !self.loops(path, index);
        fits.then(|| (self.rank(child, node), index))
    }

    /// Anchors are read when a path needs them, for a config may hold hundreds.
    pub(super) fn add_anchor_nodes(&mut self, name: &Name<'_>) {
        //= R5280-6.1-7
        for (index, anchor) in self.judgement.anchors.named(name) {
            let source = Source::Anchor(index);
            let counts = self.only_anchor.is_none_or(|only| only == source);
            if !counts || self.nodes.iter().any(|node| node.source == source) {
                continue;
            }
            if let Ok(certificate) = Digested::from_der(anchor.certificate_der()) {
                self.nodes.push(Node::new(certificate, source));
            }
        }
    }

    /// Would the path pass twice through one CA: same name, same key (RFC 4158 §2.4.2)? An anchor ends a
    /// path, so it may be there in another certificate already.
    //= R5280-6.1-8
    fn loops(&self, path: &[usize], candidate: usize) -> bool {
        let Some(node) = self.nodes.get(candidate) else { return true };
        if matches!(node.source, Source::Anchor(_)) {
            return false;
        }
        path.iter().filter_map(|index| self.nodes.get(*index)).any(|other| {
            other.certificate.subject_public_key_info.der == node.certificate.subject_public_key_info.der
                && other.certificate.subject.matches(&node.certificate.subject)
        })
    }

    /// Order among candidates, smallest first.
    fn rank(&self, child: &Node<'a>, node: &Node<'a>) -> u8 {
        let anchor = matches!(node.source, Source::Anchor(_));
        let wanted = child.certificate.extensions.authority_key_identifier.as_ref();
        let wanted = wanted.and_then(|field| field.ok()?.key_identifier);
        let offered = node.certificate.extensions.subject_key_identifier.as_ref();
        let offered = offered.and_then(|field| field.ok().copied());
        let contradicts = matches!((wanted, offered), (Some(wanted), Some(offered)) if wanted != offered);
        let validity = node.certificate.validity;
        let (now, skew) = (self.judgement.time, self.judgement.profile.clock_skew);
        let valid = validity.not_before <= now.saturating_add(skew)
            && now.saturating_sub(skew).as_secs() <= validity.not_after.as_secs();
        u8::from(contradicts) * 4 + u8::from(!valid) * 2 + u8::from(!anchor)
    }

    /// Verifies the signature of the last certificate of `path` with the candidate's key.
    fn verify_link(&mut self, path: &[usize], candidate: usize) -> ControlFlow<Stop, bool> {
        let child = path.last().and_then(|index| Some((*index, &*self.nodes.get(*index)?.certificate)));
        let issuer = self.nodes.get(candidate).map(|node| (candidate, &*node.certificate));
        let (Some(child), Some(issuer)) = (child, issuer) else { return ControlFlow::Continue(false) };
        let error = match self.signatures.verify(child, issuer, None, &mut self.work) {
            Ok(Ok(())) => return ControlFlow::Continue(true),
            Ok(Err(error)) => error,
            Err(exhausted) => return ControlFlow::Break(Stop::Exhausted(exhausted)),
        };
        let mut findings = Findings::new(self.judgement.profile);
        report_signature(&mut findings, path.len() - 1, child.1, error);
        let with_candidate: Vec<usize> = path.iter().copied().chain([candidate]).collect();
        self.record(&with_candidate, false, findings);
        ControlFlow::Continue(false)
    }

    fn no_issuer(&mut self, path: &[usize]) {
        let mut findings = Findings::new(self.judgement.profile);
        if let Some(node) = self.last(path) {
            let access = node.certificate.extensions.authority_info_access.as_ref();
            let access = access.and_then(ExtensionField::ok);
            let uris = access.map(|access| access.ca_issuers().map(String::from).collect::<Vec<_>>());
            findings.report_missing(
                FindingCode::UnknownIssuer,
                path.len() - 1,
                "a trust anchor or an intermediate with the issuer's name",
                format_args!("none named {:?}", node.certificate.issuer.to_string()),
                uris.unwrap_or_default().into_iter().map(|uri| Missing::IssuerCertificate { uri }).collect(),
            );
        }
        self.record(path, false, findings);
    }

    fn too_deep(&mut self, path: &[usize]) {
        let mut findings = Findings::new(self.judgement.profile);
        let expected = alloc::format!("a trust anchor within {} certificates", path.len());
        findings.report(FindingCode::TooDeep, path.len() - 1, expected, format_args!("none so far"));
        self.record(path, false, findings);
    }

    fn record(&mut self, path: &[usize], reaches_anchor: bool, findings: Findings<'_>) {
        if self.tried.len() >= MAX_REPORTED_PATHS {
            self.omitted += 1;
            return;
        }
        let nodes = path.iter().filter_map(|index| self.nodes.get(*index));
        let certificates = nodes.map(|node| describe(&node.certificate, node.source)).collect();
        self.tried.push(TriedPath { certificates, reaches_anchor, findings: findings.into_vec() });
    }

    fn last(&self, path: &[usize]) -> Option<&Node<'a>> {
        self.nodes.get(*path.last()?)
    }

    fn take(&mut self, step: fn(&mut Work) -> Result<(), Exhausted>) -> ControlFlow<Stop> {
        match step(&mut self.work) {
            Ok(()) => ControlFlow::Continue(()),
            Err(exhausted) => ControlFlow::Break(Stop::Exhausted(exhausted)),
        }
    }
}

/// How a search ends without a path.
impl Search<'_> {
    fn unreadable(&mut self, error: &Asn1Error) -> Box<Refusal> {
        self.refusal_without_path(FindingCode::Malformed, "a certificate in DER", &error.to_string())
    }

    fn exhausted(&mut self, exhausted: Exhausted) -> Box<Refusal> {
        let found = alloc::format!("all {} of the budget used", exhausted.what);
        self.refusal_without_path(FindingCode::BudgetExceeded, "a path within the work budget", &found)
    }

    /// A refusal decided by something outside the paths tried, if there are any.
    fn refusal_without_path(
        &mut self,
        code: FindingCode,
        expected: &'static str,
        found: &str,
    ) -> Box<Refusal> {
        let mut findings = Findings::new(self.judgement.profile);
        findings.report(code, None, expected, format_args!("{found}"));
        let own: Vec<usize> = if self.nodes.is_empty() { Vec::new() } else { alloc::vec![0] };
        self.tried.truncate(MAX_REPORTED_PATHS - 1);
        self.record(&own, false, findings);
        let deciding_path = self.tried.len() - 1;
        self.refusal_of(deciding_path)
    }

    /// The path that decides leads to an anchor rather than not, and has the fewest errors: it is the one
    /// that the sender most likely meant.
    fn refusal(&mut self) -> Box<Refusal> {
        let errors = |path: &TriedPath| path.findings.iter().filter(|f| f.level == Level::Error).count();
        let deciding = self
            .tried
            .iter()
            .enumerate()
            .min_by_key(|(index, path)| (!path.reaches_anchor, errors(path), *index))
            .map_or(0, |(index, _)| index);
        self.refusal_of(deciding)
    }

    fn refusal_of(&mut self, deciding_path: usize) -> Box<Refusal> {
        Refusal::new(core::mem::take(&mut self.tried), self.omitted, deciding_path, self.judgement)
    }
}

impl<'a> Deref for Node<'a> {
    type Target = Digested<'a>;

    fn deref(&self) -> &Digested<'a> {
        &self.certificate
    }
}

impl<'a> Node<'a> {
    fn new(certificate: Digested<'a>, source: Source) -> Self {
        Self { certificate: Rc::new(certificate), source }
    }
}

/// §6.1.3 (a)(1).
pub(super) fn report_signature(
    findings: &mut Findings<'_>,
    position: usize,
    certificate: &Certificate<'_>,
    error: SignatureError,
) {
    let algorithm = certificate.signature_algorithm.algorithm;
    match error {
        SignatureError::BadSignature => findings.report(
            FindingCode::BadSignature,
            position,
            "a signature that the issuer's key verifies",
            format_args!("one that it does not, of algorithm {algorithm}"),
        ),
        SignatureError::UnsupportedAlgorithm => findings.report(
            FindingCode::SignatureAlgorithm,
            position,
            "a signature algorithm and key that are accepted",
            format_args!("algorithm {algorithm}"),
        ),
    }
}
