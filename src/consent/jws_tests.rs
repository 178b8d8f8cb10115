//! Tests every way in which a certificate can be invalid.

use crate::consent::jws::*;

const PAYLOAD: &[u8] = br#"{"erased":1}"#;

/// Returns the key of RFC 8037, appendix A.
fn rfc8037() -> SigningKey {
    SigningKey::from_seed(decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap())
}

fn jwk(json: &str) -> Result<Jwk, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Returns the key of a point, as JSON.
fn of_point(point: [u8; 32]) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, Base64Url::encode_string(&point))
}

#[test]
fn the_test_vectors_of_rfc_8037_hold() {
    let key = rfc8037();
    let written = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(serde_json::to_string(&key.jwk()).unwrap(), written);
    assert_eq!(jwk(written), Ok(key.jwk()));
    assert_eq!(key.jwk().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(
        key.sign_under(r#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing"),
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4\
         iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

#[test]
fn a_signed_text_verifies_and_names_its_key() {
    let key = rfc8037();
    for payload in [PAYLOAD, b"", b"\0\xff.", &[b'x'; 5000]] {
        let jws = key.sign(payload);
        assert_eq!(verify(&jws, &key.jwk()).as_deref(), Ok(payload));
        assert_eq!(key_id(&jws), Ok(key.jwk().thumbprint()));
    }
    let header = Base64Url::decode_vec(key.sign(b"").split('.').next().unwrap()).unwrap();
    let expected =
        r#"{"alg":"EdDSA","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"placet-certificate+jws"}"#;
    assert_eq!(header, expected.as_bytes());
}

#[test]
fn a_certificate_with_a_changed_byte_does_not_verify() {
    let key = rfc8037();
    let (jws, jwk) = (key.sign(PAYLOAD), key.jwk());
    let refused = |changed: &str| assert!(verify(changed, &jwk).is_err(), "{changed}");
    for at in 0..=jws.len() {
        let (before, after) = jws.split_at(at);
        refused(&format!("{before}."));
        if !after.is_empty() {
            refused(before);
        }
        if at > 0 {
            refused(after);
        }
        for other in ["A", "B", "Q", "g", "w", "-", "_", ".", "=", " ", "\n", "é"] {
            refused(&format!("{before}{other}{after}"));
            if after.chars().next().is_some_and(|old| !other.starts_with(old)) {
                refused(&format!("{before}{other}{}", &after[1..]));
            }
        }
        if !after.is_empty() {
            refused(&format!("{before}{}", &after[1..]));
        }
    }
    refused(&format!("{jws}{jws}"));
    refused(&jws.to_uppercase());
}

#[test]
fn base64url_has_one_encoding_for_each_value() {
    let key = rfc8037();
    let jws = key.sign(b"x");
    let [header, payload, signature] = jws.split('.').collect::<Vec<_>>()[..] else { panic!("{jws}") };
    assert_eq!(payload, "eA");
    for (changed, part) in [
        // The last four bits are unused and must be zero.
        (format!("{header}.eB.{signature}"), "payload"),
        (format!("{header}.eA==.{signature}"), "payload"),
        (format!("{header}.e A.{signature}"), "payload"),
        (format!("{header}.{payload}.eA.{signature}"), "payload"),
        (format!("{header}=.{payload}.{signature}"), "header"),
        (format!("{header}.{payload}."), "signature"),
        (format!("{header}.{payload}.{signature}AA"), "signature"),
        (format!("{header}.{payload}.+{}", &signature[1..]), "signature"),
        (format!("{header}.{signature}"), "whole"),
        (String::new(), "whole"),
    ] {
        assert_eq!(verify(&changed, &key.jwk()), Err(CertificateError::Malformed { part }), "{changed}");
    }
}

#[test]
fn a_jws_header_has_exactly_three_members() {
    let key = rfc8037();
    let kid = key.jwk().thumbprint();
    let good = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"placet-certificate+jws"}}"#);
    let checked = |header: &str| verify(&key.sign_under(header, PAYLOAD), &key.jwk());
    for header in [&*good, &good.replace("EdDSA", "Ed25519")] {
        assert_eq!(checked(header).as_deref(), Ok(PAYLOAD), "{header}");
    }
    let nothing_else = "alg, kid and typ, and nothing else";
    let a_kid = "a kid that is an RFC 7638 thumbprint";
    for (header, needs) in [
        (String::new(), nothing_else),
        (r#"{"alg":"EdDSA"}"#.into(), nothing_else),
        (good.replace("{", r#"{"crit":[],"#), nothing_else),
        (good.replace("{", r#"{"crit":null,"#), nothing_else),
        (good.replace("{", r#"{"b64":false,"#), nothing_else),
        (good.replace("{", r#"{"alg":"EdDSA","#), nothing_else),
        (good.replace("\"EdDSA\"", "null"), nothing_else),
        (format!(r#"["EdDSA","{kid}","placet-certificate+jws"]"#), nothing_else),
        (format!("{good}{good}"), nothing_else),
        (good.replace("EdDSA", "none"), "the alg EdDSA or Ed25519"),
        (good.replace("EdDSA", "HS256"), "the alg EdDSA or Ed25519"),
        (good.replace("EdDSA", "Ed448"), "the alg EdDSA or Ed25519"),
        (good.replace("placet-certificate+jws", "JWT"), "the typ placet-certificate+jws"),
        (good.replace(&kid, "k1"), a_kid),
        (good.replace(&kid, &format!("{kid}=")), a_kid),
    ] {
        assert_eq!(checked(&header), Err(CertificateError::Header { needs }), "{header}");
    }
}

#[test]
fn another_key_does_not_verify() {
    let (key, other) = (rfc8037(), SigningKey::from_seed([7; 32]));
    let jws = key.sign(PAYLOAD);
    assert_eq!(verify(&jws, &other.jwk()), Err(CertificateError::WrongKey { kid: key.jwk().thumbprint() }));
    // Another key signed a certificate that names this key.
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"{TYP}"}}"#, key.jwk().thumbprint());
    assert_eq!(verify(&other.sign_under(&header, PAYLOAD), &key.jwk()), Err(CertificateError::BadSignature));
}

#[test]
fn each_signature_has_one_valid_encoding() {
    // The order of the group, lowest byte first. S and S + L satisfy the same equation.
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let key = rfc8037();
    let jws = key.sign(PAYLOAD);
    let (signed, signature) = jws.rsplit_once('.').unwrap();
    let good: [u8; 64] = decoded(signature).unwrap();
    let mut added = good;
    let mut carry = 0;
    for (byte, more) in added[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + more + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_ne!(added, good);
    // This signature was made with the private key and the neutral element for R. It satisfies the equation, but no
    // signer produces it.
    let neutral = decoded("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADcmGZLFZpjMEvTCWlKyu8r4N4CbItQC6faLPsve8t_Bg");
    for other in [added, neutral.unwrap(), [0; 64], [0xff; 64]] {
        let changed = format!("{signed}.{}", Base64Url::encode_string(&other));
        assert_eq!(verify(&changed, &key.jwk()), Err(CertificateError::BadSignature), "{other:?}");
    }
}

#[test]
fn a_point_of_small_order_is_refused_as_a_key() {
    for point in [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
        "7P_______________________________________38",
        "7f_______________________________________38",
    ] {
        let mut point = decoded(point).unwrap();
        for _ in 0..2 {
            let refused = jwk(&of_point(point)).unwrap_err();
            assert!(refused.contains("of large order"), "{point:?}: {refused}");
            point[31] ^= 0x80;
        }
    }
}

#[test]
fn each_point_has_one_valid_encoding() {
    // y + p, for each y for which that still fits into 255 bits.
    let mut points = 0;
    for above in 0..19 {
        let (mut low, mut high) = ([0; 32], [0xff; 32]);
        low[0] = above;
        (high[0], high[31]) = (0xed + above, 0x7f);
        points += u32::from(jwk(&of_point(low)).is_ok());
        assert!(jwk(&of_point(high)).is_err(), "{above}");
    }
    assert!(points > 0, "of these some are keys if they are written as they should be");
}

#[test]
fn only_an_ed25519_key_is_accepted() {
    let good = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let with = |member: &str| good.replacen('{', &format!("{{{member},"), 1);
    for more in [
        r#""kid":"2026""#,
        r#""kid":7"#,
        r#""alg":"EdDSA""#,
        r#""alg":"Ed25519","use":"sig""#,
        r#""key_ops":["verify"],"ext":true"#,
    ] {
        assert_eq!(jwk(&with(more)), Ok(rfc8037().jwk()), "{more}");
    }
    for wrong in [
        with(r#""alg":"ES256""#),
        with(r#""use":"enc""#),
        good.replace("OKP", "EC"),
        good.replace("Ed25519", "Ed448"),
        good.replace("Ed25519", "X25519"),
        good.replace("Ro\"", "R\""),
        good.replace("Ro\"", "Rp\""),
        good.replace("Ro\"", "Ro=\""),
        good.replace("\"x\"", "\"y\""),
        good.replace("\"kty\":\"OKP\",", ""),
    ] {
        assert!(jwk(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_signing_key_is_not_printed() {
    assert_eq!(format!("{:?}", rfc8037()), r#"SigningKey { kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", .. }"#);
}
