//! The event id of an appointment. Google takes ids of the caller's choosing made of `a` to `v` and
//! `0` to `9`, 5 to 1024 long, unique in a calendar (Calendar API v3, `Event.id`): base32hex fits.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The event id that stands for an appointment, always the same.
pub fn event_id(appointment_id: &str) -> String {
    match uuid_bytes(appointment_id) {
        Some(bytes) => base32hex(&bytes),
        None => base32hex(appointment_id.as_bytes()),
    }
}

fn uuid_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    if text.len() != 36 || digits.len() != 32 {
        return None;
    }
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|pair| Some(hex(pair[0])? << 4 | hex(pair[1])?)).collect()
}

/// RFC 4648, section 7, in lower case and without padding.
fn base32hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(digit(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(digit(held << (5 - bits)));
    }
    out
}

fn digit(value: u32) -> char {
    char::from(ALPHABET[value as usize & 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32hex_is_that_of_the_rfc() {
        for (plain, coded) in
            [("f", "co"), ("fo", "cpng"), ("foo", "cpnmu"), ("foobar", "cpnmuoj1e8")]
        {
            assert_eq!(base32hex(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn every_appointment_has_one_id_that_google_takes() {
        let uuid = "0190a0b0-1111-7222-8333-444455556666";
        assert_eq!(event_id(uuid), event_id(uuid));
        assert_eq!(event_id(uuid).len(), 26);
        assert_ne!(event_id(uuid), event_id("0190a0b0-1111-7222-8333-444455556667"));
        for id in [uuid, "x", "פגישה", "0190a0b0-1111-7222-8333-44445555666g"] {
            let coded = event_id(id);
            assert!(coded.bytes().all(|byte| ALPHABET.contains(&byte)), "{coded}");
        }
    }
}
