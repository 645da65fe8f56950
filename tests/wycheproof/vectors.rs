//! Loads the files of `vectors/wycheproof` and counts what is done with them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use handfast::crypto::CryptoProvider;
use serde_json::{Map, Value};

/// The providers that are compiled in.
pub(crate) fn providers() -> Vec<CryptoProvider> {
    vec![
        #[cfg(feature = "ring")]
        handfast::crypto::ring::provider(),
        #[cfg(feature = "rustcrypto")]
        handfast::crypto::rustcrypto::provider(),
        #[cfg(feature = "aws-lc")]
        handfast::crypto::aws_lc::provider(),
    ]
}

/// What Wycheproof says of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    Invalid,
    Acceptable,
}

/// The fields of one JSON object; each must be read or passed over by name.
pub(crate) struct Fields {
    name: String,
    values: Map<String, Value>,
    read: BTreeSet<&'static str>,
}

impl Fields {
    fn new(name: String, value: &Value) -> Self {
        Self { name, values: value.as_object().expect("an object").clone(), read: BTreeSet::new() }
    }

    fn value(&mut self, field: &'static str) -> &Value {
        self.read.insert(field);
        self.values.get(field).unwrap_or_else(|| panic!("{} has no {field}", self.name))
    }

    pub(crate) fn text(&mut self, field: &'static str) -> String {
        self.value(field).as_str().expect(field).to_owned()
    }

    pub(crate) fn number(&mut self, field: &'static str) -> usize {
        self.value(field).as_u64().expect(field).try_into().expect(field)
    }

    pub(crate) fn bytes(&mut self, field: &'static str) -> Vec<u8> {
        let text = self.text(field);
        assert_eq!(text.len() % 2, 0, "{field}");
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect(field)).collect()
    }

    /// Passes over fields that say again what others say.
    pub(crate) fn pass_over(&mut self, fields: &[&'static str]) {
        self.read.extend(fields);
    }

    fn end(self) {
        let unread = self.values.keys().filter(|key| !self.read.contains(key.as_str()));
        assert_eq!(unread.collect::<Vec<_>>(), Vec::<&String>::new(), "fields of {} not read", self.name);
    }
}

/// One test of a file.
pub(crate) struct Test {
    pub(crate) fields: Fields,
    pub(crate) verdict: Verdict,
    pub(crate) flags: Vec<String>,
}

impl Test {
    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }

    /// Which one it is, for a failure's message.
    pub(crate) fn name(&self) -> &str {
        &self.fields.name
    }
}

/// What became of a test.
pub(crate) enum Outcome {
    Ran,
    Skipped(&'static str),
}

/// Runs every test of a file against every provider and checks that as many as expected ran.
///
/// * `expected`: tests that run, tests that are skipped; together all that the file has.
pub(crate) fn run(
    file: &str,
    expected: (usize, usize),
    test_case: impl Fn(&CryptoProvider, &mut Fields, &mut Test) -> Outcome,
) {
    let root = load(file);
    for provider in providers() {
        let mut ran = 0;
        let mut skipped = BTreeMap::<&str, usize>::new();
        for group in root["testGroups"].as_array().expect("testGroups") {
            let mut group_fields = Fields::new(format!("{file} group"), group);
            group_fields.pass_over(&["tests", "type", "source"]);
            for value in group["tests"].as_array().expect("tests") {
                let mut test = test_of(file, &provider, value);
                match test_case(&provider, &mut group_fields, &mut test) {
                    Outcome::Ran => {
                        ran += 1;
                        test.fields.end();
                    }
                    Outcome::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
                }
            }
            if skipped.is_empty() {
                group_fields.end();
            }
        }
        println!("{file:<36} {:<12} {ran:>5} ran  {skipped:?} skipped", provider.name);
        let counted = (ran, skipped.values().sum());
        assert_eq!(counted, expected, "{file} with {}: ran, skipped", provider.name);
        assert_eq!(root["numberOfTests"], ran + skipped.values().sum::<usize>(), "{file}");
    }
}

fn load(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("vectors/wycheproof/{file}_test.json.gz"));
    let compressed = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut json = String::new();
    GzDecoder::new(compressed).read_to_string(&mut json).expect("gzip");
    serde_json::from_str(&json).expect("JSON")
}

fn test_of(file: &str, provider: &CryptoProvider, value: &Value) -> Test {
    let name = format!("{file} {} ({}) with {}", value["tcId"], value["comment"], provider.name);
    let mut fields = Fields::new(name, value);
    fields.pass_over(&["tcId", "comment"]);
    let verdict = match fields.text("result").as_str() {
        "valid" => Verdict::Valid,
        "invalid" => Verdict::Invalid,
        "acceptable" => Verdict::Acceptable,
        other => panic!("{other} is no result"),
    };
    let flags = fields.value("flags").as_array().expect("flags").clone();
    let flags = flags.iter().map(|flag| flag.as_str().expect("flag").to_owned()).collect();
    Test { fields, verdict, flags }
}
