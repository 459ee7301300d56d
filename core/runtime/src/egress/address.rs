//! Which addresses are the public internet. Everything else is refused: this machine, its network,
//! the cloud's metadata service, and every way to write an IPv4 address inside an IPv6 one.
//!
//! From IANA's special-purpose registries (RFC 6890 and its updates). Where a block is partly
//! global, all of it is refused: no provider lives there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address may be connected to.
pub(crate) fn is_global(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_global_v4(ip),
        IpAddr::V6(ip) => is_global_v6(ip),
    }
}

fn is_global_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, d] = ip.octets();
    let special = match a {
        0 | 10 | 127 => true,              // this network, private, loopback
        100 => (64..128).contains(&b),     // carrier-grade NAT; a cloud's metadata too
        168 => [b, c, d] == [63, 129, 16], // a cloud's host agent
        169 => b == 254,                   // link-local; metadata
        172 => (16..32).contains(&b),      // private
        192 => {
            b == 168 // private
                || (b == 0 && (c == 0 || c == 2)) // protocol assignments, documentation
                || (b == 88 && c == 99) // 6to4 relays
        }
        198 => b == 18 || b == 19 || (b == 51 && c == 100), // benchmarks, documentation
        203 => b == 0 && c == 113,                          // documentation
        224.. => true,                                      // multicast, reserved, broadcast
        _ => false,
    };
    !special
}

fn is_global_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    // Only 2000::/3 is given out; mapped, compatible and translated IPv4, loopback, unique local,
    // link-local and multicast addresses are all outside of it.
    if segments[0] & 0xe000 != 0x2000 {
        return false;
    }
    let special = match segments[0] {
        0x2001 => segments[1] < 0x0200 || segments[1] == 0x0db8, // Teredo, ORCHID; documentation
        0x2002 => true,                                          // 6to4
        0x3fff => segments[1] < 0x1000,                          // documentation
        _ => false,
    };
    // ISATAP: an IPv4 address behind a known mark in the lower half.
    let is_isatap = matches!(segments[4], 0x0000 | 0x0200) && segments[5] == 0x5efe;
    !special && !is_isatap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_global() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "142.250.75.78",
            "172.32.0.1",
            "100.63.0.1",
            "169.253.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2a00:1450:4028::200e",
            "2606:4700::1111",
        ] {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "100.64.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::a9fe:a9fe",
            "100::1",
            "2001::1",
            "2001:0:5ef5:79fd::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2a00:1450::5efe:7f00:1",
            "2a00:1450::200:5efe:a00:1",
        ] {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
    }
}
