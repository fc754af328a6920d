"""Who plays: the office's machines, the sites it visits, and the attacker's machines.

Only addresses of RFC 1918 and RFC 5737 and names of RFC 2606 and RFC 6761 appear: nobody real is accused of anything.
The firewall maps the public block 192.0.2.0/26 one to one onto the DMZ 10.10.20.0/26; both sensors sit inside of it.
"""

from netsentinel.demo.model import Machine

WORKSTATIONS = tuple(Machine(f"ws-{number:02d}", f"10.10.10.{10 + number}") for number in range(1, 26))
ADMIN_STATION = WORKSTATIONS[6]

DIRECTORY = Machine("dc-01", "10.10.30.5")
FILE_SERVER = Machine("files-01", "10.10.30.10")
BACKUP = Machine("backup-01", "10.10.30.20")

DMZ_PREFIX = "10.10.20."
WEB_SERVER = Machine("intranet.corp.example", "10.10.20.10")
JUMP_HOST = Machine("jump.corp.example", "10.10.20.22")
MAIL_SERVER = Machine("mail.corp.example", "10.10.20.25")

RESOLVER = Machine("resolver.isp.example", "198.51.100.53")
TIME_SERVER = Machine("time.isp.example", "198.51.100.123")
DEBIAN_MIRROR = Machine("deb.mirror.example", "198.51.100.140")
UPDATE_SITE = Machine("download.updates.example", "198.51.100.141")

SITES = tuple(
    Machine(name, f"203.0.113.{128 + number}")
    for number, name in enumerate(
        (
            "www.example.com",
            "www.news.example",
            "search.example",
            "cdn.news.example",
            "www.weather.example",
            "crm.saas.example",
            "static.saas.example",
            "meet.video.example",
            "docs.office.example",
            "login.office.example",
            "img.shop.example",
            "www.shop.example",
            "maps.example",
            "api.maps.example",
            "fonts.cdn.example",
            "travel.example.net",
            "bank.example",
            "www.city.example",
            "code.forge.example",
            "wiki.example.org",
            "chat.team.example",
            "radio.example",
            "lunch.example",
            "ads.example.net",
        )
    )
)
MAIL_PARTNERS = tuple(Machine(f"mx{number}.partner.example", f"203.0.113.{200 + number}") for number in range(1, 7))

ATTACKER = Machine("scanner.attacker.example", "203.0.113.66")
STAGING = Machine("dl.staging.example", "198.51.100.23")
CONTROL = Machine("kworker-sync.dyndns.example", "198.51.100.77")
DROP = Machine("share.dropzone.example", "198.51.100.78")
