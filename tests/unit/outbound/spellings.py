"""Ways to write addresses that must not be called, and how a resolver understands them."""

PRIVATE = (
    # plain
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "0.0.0.0",  # noqa: S104
    # link-local, metadata, carrier-grade NAT, benchmarks, documentation, multicast, reserved
    "169.254.169.254", "169.254.1.1", "100.64.0.1", "100.127.255.254", "100.100.100.200", "192.0.0.192", "198.18.0.1",
    "192.0.2.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    # one number, octal, hexadecimal, fewer parts
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.1", "0", "3232235777",
    "0xA9FEA9FE", "2852039166", "0251.0376.0251.0376", "0x0a.0.0.1", "10.1", "0300.0250.1.1",
    # IPv6: loopback, unspecified, link-local, unique local, site-local, multicast
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]",
    # IPv4 within: mapped, compatible, translated
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
    # NAT64, local NAT64, 6to4, Teredo, ISATAP, discard, documentation, SRv6
    "[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2600::5efe:7f00:1]", "[2600::200:5efe:a9fe:a9fe]",
    "[100::1]", "[2001:db8::1]", "[5f00::1]",
    # zones
    "[fe80::1%25eth0]", "[::1%25lo]",
)  # fmt: skip

NAMES = ("localhost", "localhost.", "LOCALHOST", "127.0.0.1.", "metadata.google.internal", "127.0.0.1.nip.example")
"""Names that lead to such addresses, whatever answers for them."""

TRICKS = (
    "http://user@127.0.0.1/",
    "http://example.org@127.0.0.1/",
    "http://example.org:80@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org#@127.0.0.1/",
    "http://127.0.0.1%2f@example.org/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http:/127.0.0.1/",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/",
    "http://127.0.0.1:6379/",
    "http://exa mple.org/",
    "http://example.org\r\nHost: 127.0.0.1/",
    "http://[::1/",
    "http://",
)
"""URLs that mean another host than they seem to, or that nobody should call."""
