//! What every codec of this floor holds to, and what each of them refuses.

mod checks;
mod code_points;
mod encrypted_client_hello;
mod errors;
mod extension_bodies;
mod hello;
mod messages;
mod placement;
mod pre_shared_key;
mod properties;
mod server_name;
mod status_request;
