//! mosquitto, with the user named by the certificate.

use crate::interop::application::Application;
use crate::interop::peer::debian;

const CONFIGURATION: &str = "\
user root
listener {port} 127.0.0.1
cafile ca.pem
certfile server.pem
keyfile server.key
crlfile crl.pem
require_certificate true
use_identity_as_username true
tls_version tlsv1.3
";

pub(super) const APPLICATION: Application = Application {
    name: "mosquitto",
    source: debian(&["mosquitto"], "mosquitto"),
    // It has no option for that alone.
    version: "mosquitto -h",
    prepare: &[],
    files: &[("mosquitto.conf", CONFIGURATION)],
    command: "mosquitto -c mosquitto.conf",
    ready: "",
    is_unprivileged: false,
    options: "",
    // CONNECT of MQTT 3.1.1, a clean session of the client `meter`; the answer is CONNACK: accepted.
    says: b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05meter",
    answer: " \u{2}\0\0",
    revokes: true,
    authorizes: false,
};
