//! The applications, a file each.

mod envoy;
mod etcd;
mod haproxy;
mod mosquitto;
mod nginx;
mod postgresql;
mod redis;
mod stunnel;

use super::application::Application;

/// In the order of the table.
pub(super) const APPLICATIONS: &[&Application] = &[
    &nginx::APPLICATION,
    &haproxy::APPLICATION,
    &stunnel::APPLICATION,
    &postgresql::APPLICATION,
    &mosquitto::APPLICATION,
    &redis::APPLICATION,
    &etcd::APPLICATION,
    &envoy::APPLICATION,
];

/// For those that speak HTTP.
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
