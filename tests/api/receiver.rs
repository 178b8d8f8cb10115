//! A shop's server that receives events, stores them, and answers as a scenario needs.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::backend::Backend;

/// A received request.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Returns whether one of the signatures is by this secret or this public key.
    pub fn is_signed_by(&self, key: &str) -> bool {
        let signed = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        let given = self.headers["webhook-signature"].split(' ').map(|one| one.split_once(',').unwrap());
        let (kind, key) = key.split_once('_').unwrap();
        let key = Base64::decode_vec(key).unwrap();
        given.filter(|(version, _)| *version == if kind == "whsec" { "v1" } else { "v1a" }).any(|(_, signature)| {
            let signature = Base64::decode_vec(signature).unwrap();
            if kind == "whsec" {
                let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(&signed);
                mac.verify_slice(&signature).is_ok()
            } else {
                let key = VerifyingKey::from_bytes(key.as_slice().try_into().unwrap()).unwrap();
                key.verify_strict(signed.as_bytes(), &Signature::from_slice(&signature).unwrap()).is_ok()
            }
        })
    }
}

pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<String>>,
}

impl Receiver {
    /// Starts a receiver that answers 204.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (received, answer) = (Arc::<Mutex<Vec<Received>>>::default(), Arc::<Mutex<String>>::default());
        let this = Self { url, received: received.clone(), answer: answer.clone() };
        this.answers("204 No Content");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (received, answer) = (received.clone(), answer.clone());
                std::thread::spawn(move || take(stream, &received, &answer));
            }
        });
        this
    }

    /// Sets the status of all further answers. Headers may follow it, one on each line.
    pub fn answers(&self, status: &str) {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        *self.answer.lock().unwrap() = head;
    }

    /// Sets the body of all further answers, which are JSON.
    pub fn answers_with(&self, body: &Value) {
        let body = body.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        *self.answer.lock().unwrap() = head;
    }

    pub fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until `count` requests have arrived, and returns them.
    #[track_caller]
    pub fn wait_for(&self, backend: &dyn Backend, count: usize) -> Vec<Received> {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            backend.deliver();
            let all = self.all();
            if all.len() >= count {
                return all;
            }
            assert!(Instant::now() < limit, "{} of {count} events came within 20 s", all.len());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn take(stream: TcpStream, received: &Mutex<Vec<Received>>, answer: &Mutex<String>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    // The connection was only opened to check whether the server is there.
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    received.lock().unwrap().push(Received { path, headers, body: String::from_utf8(body).unwrap() });
    let answer = answer.lock().unwrap().clone();
    let _ = (&stream).write_all(answer.as_bytes());
}
