//! What the runner's flags ask of one connection.

use handfast::handshake::CertificateType;
use handfast::{CipherSuite, NamedGroup, SignatureScheme};

use crate::psks::PskFlags;

/// The options of the first connection, of those that resume it, and of what is left of one whose early data was
/// rejected.
#[derive(Clone, Default)]
pub(crate) struct Runs {
    pub(crate) initial: Options,
    pub(crate) resume: Options,
    pub(crate) retry: Options,
}

/// What the runner's flags ask of one connection; the fields are named after the flags.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) shim_id: u64,
    pub(crate) ipv6: bool,
    pub(crate) is_server: bool,
    pub(crate) resume_count: u32,
    pub(crate) resumption_delay: u64,
    pub(crate) is_async: bool,

    pub(crate) credentials: Vec<CredentialFiles>,
    pub(crate) curves: Vec<NamedGroup>,
    pub(crate) key_shares: Option<Vec<NamedGroup>>,
    pub(crate) server_supported_groups_hint: Vec<NamedGroup>,
    pub(crate) server_preference: bool,
    pub(crate) tls13_ciphers: Vec<CipherSuite>,
    pub(crate) verify_prefs: Vec<SignatureScheme>,
    pub(crate) advertise_alpn: Vec<Vec<u8>>,
    pub(crate) select_alpn: Option<Vec<u8>>,
    pub(crate) decline_alpn: bool,
    pub(crate) reject_alpn: bool,
    pub(crate) host_name: Option<String>,
    pub(crate) require_any_client_certificate: bool,
    pub(crate) verify_peer: bool,
    pub(crate) verify_fail: bool,
    pub(crate) use_custom_verify_callback: bool,
    pub(crate) reverify_on_resume: bool,
    pub(crate) enable_ocsp_stapling: bool,
    pub(crate) use_ocsp_callback: bool,
    pub(crate) decline_ocsp_callback: bool,
    pub(crate) fail_ocsp_callback: bool,
    pub(crate) enable_early_data: bool,
    pub(crate) enable_ech_grease: bool,
    pub(crate) ech_config_list: Option<Vec<u8>>,
    pub(crate) reject_unusable_ech_config: bool,
    pub(crate) ech_server_configs: Vec<Vec<u8>>,
    pub(crate) ech_server_keys: Vec<Vec<u8>>,
    pub(crate) ech_is_retry_config: Vec<bool>,
    pub(crate) no_ticket: bool,
    pub(crate) use_ticket_aead_callback: bool,
    pub(crate) skip_ticket: bool,
    pub(crate) session_id_context: Option<Vec<u8>>,
    pub(crate) use_client_ca_list: Vec<Vec<u8>>,
    pub(crate) max_cert_list: Option<usize>,
    pub(crate) enable_signed_cert_timestamps: bool,
    pub(crate) enable_grease: bool,
    pub(crate) permute_extensions: bool,
    pub(crate) install_cert_compression_algs: bool,
    pub(crate) install_one_cert_compression_alg: Option<u16>,
    pub(crate) accepted_peer_cert_types: Vec<CertificateType>,
    pub(crate) available_client_cert_types: Vec<CertificateType>,
    pub(crate) fail_early_callback: bool,
    pub(crate) fail_ddos_callback: bool,
    pub(crate) fail_cert_callback: bool,
    pub(crate) fail_cert_callback_alert: Option<u8>,

    pub(crate) shim_writes_first: bool,
    pub(crate) shim_initial_write: Option<Vec<u8>>,
    pub(crate) repeat_shim_initial_write: Option<usize>,
    pub(crate) read_with_unfinished_write: bool,
    pub(crate) shim_shuts_down: bool,
    pub(crate) check_close_notify: bool,
    pub(crate) send_alert: bool,
    pub(crate) key_update: bool,
    pub(crate) key_update_before_read: bool,
    pub(crate) write_different_record_sizes: bool,
    pub(crate) read_size: Option<usize>,
    pub(crate) max_send_fragment: Option<usize>,
    pub(crate) export_keying_material: usize,
    pub(crate) export_label: String,
    pub(crate) export_context: Vec<u8>,
    pub(crate) export_traffic_secrets: bool,
    pub(crate) use_exporter_between_reads: bool,

    pub(crate) expect_advertised_alpn: Option<Vec<Vec<u8>>>,
    pub(crate) expect_alpn: Option<Vec<u8>>,
    pub(crate) expect_server_name: Option<String>,
    pub(crate) expect_no_server_name: bool,
    pub(crate) expect_session_miss: bool,
    pub(crate) expect_no_session: bool,
    pub(crate) expect_ticket_supports_early_data: bool,
    pub(crate) expect_accept_early_data: bool,
    pub(crate) expect_reject_early_data: bool,
    pub(crate) expect_no_offer_early_data: bool,
    pub(crate) expect_early_data_accepted: Option<bool>,
    pub(crate) expect_ech_accept: bool,
    pub(crate) expect_ech_name_override: Option<String>,
    pub(crate) expect_no_ech_name_override: bool,
    /// Empty: none.
    pub(crate) expect_ech_retry_configs: Option<Vec<u8>>,
    pub(crate) expect_hrr: bool,
    pub(crate) expect_no_hrr: bool,
    pub(crate) expect_curve_id: Option<NamedGroup>,
    pub(crate) expect_cipher: Option<CipherSuite>,
    pub(crate) expect_peer_signature_algorithm: Option<SignatureScheme>,
    pub(crate) expect_peer_verify_prefs: Vec<SignatureScheme>,
    pub(crate) expect_peer_cert_file: Option<String>,
    pub(crate) expect_no_peer_cert: bool,
    pub(crate) expect_peer_certificate_type: Option<CertificateType>,
    pub(crate) expect_peer_rpk_sha256: Option<Vec<u8>>,
    pub(crate) expect_selected_credential: Option<i32>,
    pub(crate) expect_ocsp_response: Option<Vec<u8>>,
    pub(crate) expect_signed_cert_timestamps: Option<Vec<u8>>,
    pub(crate) expect_client_ca_list: Option<Vec<Vec<u8>>>,
}

/// One credential as the flags give it. The first one is the default credential, which has no number.
#[derive(Clone, Default)]
pub(crate) struct CredentialFiles {
    /// Its place among those that a `-new-…-credential` flag announced; `None` for the default credential.
    pub(crate) number: Option<i32>,
    pub(crate) cert_file: Option<String>,
    pub(crate) key_file: Option<String>,
    pub(crate) signing_prefs: Vec<SignatureScheme>,
    pub(crate) ocsp_response: Option<Vec<u8>>,
    pub(crate) signed_cert_timestamps: Option<Vec<u8>>,
    pub(crate) must_match_issuer: bool,
    pub(crate) session_id_context: Option<Vec<u8>>,
    /// Its certificate delegates to its key by this DelegatedCredential.
    pub(crate) delegated_credential: Option<Vec<u8>>,
    /// It is no certificate but a raw public key.
    pub(crate) raw_public_key: bool,
    /// It is no certificate but a PSK.
    pub(crate) psk: Option<PskFlags>,
}

impl Options {
    /// The credential that the flags speak of now: the one announced last, or the default one.
    pub(crate) fn credential(&mut self) -> &mut CredentialFiles {
        if self.credentials.is_empty() {
            self.credentials.push(CredentialFiles::default());
        }
        let last = self.credentials.len() - 1;
        // There is one: it was pushed above if need be.
        #[expect(clippy::indexing_slicing)]
        &mut self.credentials[last]
    }

    /// The PSK that the flags speak of now.
    pub(crate) fn psk(&mut self) -> &mut PskFlags {
        self.credential().psk.get_or_insert_default()
    }

    /// The PSK credentials, with their numbers.
    pub(crate) fn psks(&self) -> impl Iterator<Item = (Option<i32>, &PskFlags)> {
        self.credentials.iter().filter_map(|credential| Some((credential.number, credential.psk.as_ref()?)))
    }

    /// Are there PSKs, and no certificates?
    pub(crate) fn has_psks_alone(&self) -> bool {
        !self.credentials.is_empty() && self.credentials.iter().all(|credential| credential.psk.is_some())
    }

    /// Sets what the sessions of the credential announced last are bound to, or those of all before one was.
    pub(crate) fn set_session_id_context(&mut self, context: Vec<u8>) {
        match self.credentials.last_mut().filter(|credential| credential.number.is_some()) {
            Some(credential) => credential.session_id_context = Some(context),
            None => self.session_id_context = Some(context),
        }
    }

    /// What sessions are bound to beside what the library binds them to.
    pub(crate) fn binding(&self) -> Option<&[u8]> {
        let of_credential =
            self.credentials.iter().find_map(|credential| credential.session_id_context.as_deref());
        of_credential.or(self.session_id_context.as_deref())
    }

    /// Announces one more credential.
    pub(crate) fn new_credential(&mut self) {
        let number = self.credentials.iter().filter(|credential| credential.number.is_some()).count();
        let number = i32::try_from(number).ok();
        self.credentials.push(CredentialFiles { number, ..CredentialFiles::default() });
    }
}
