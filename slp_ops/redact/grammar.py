"""List the places of secrets in IOS-XE: forms of commands, words that introduce a secret, and harmless words.

Three tables decide. ``FORMS`` lists commands whose secret has a place of its own. ``INTRODUCERS`` lists words
after which anything is a secret unless it is harmless: a setting, a word of a sentence, a number.
``NAMES`` does the same for labels (``name: value``, ``name=value``, JSON, XML).

To add a command, add a line to ``FORMS`` and, if its words are new, a stem to ``STEMS``.
"""

from __future__ import annotations

import re
from typing import Final


def words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


# (kind, forms); the language of the forms is described in ``forms``.
FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("password", """
        ^ username|user-name * ... password|secret|masked-secret REST?
        enable [algorithm-type *] [common-criteria-policy *] password|secret|masked-secret [level #] REST?
        ^ password REST?
        ftp|scp password REST?
        neighbor * !description ... password REST
        user-password|tunnel-password|chap-password|ms-mppe-recv-key|ms-mppe-send-key * # WORD
        msdp [vrf *] password peer * [encryption-type] WORD
        ppp * ... password WORD
        password option # for * !key-chain WORD
        password fallback !key-chain WORD
        root-dn ... password REST
        subscriber service password WORD
        authorize|authenticate aaa list * password WORD
        server * username * password WORD
        aggressive-mode password WORD
        wccp ... password WORD
        crypto key|pki|ca export|import * ... password WORD
        crypto key|pki|ca export|import * ... 3des|des WORD
        crypto key|pki|ca export|import * ... aes [128|192|256] !128|192|256|password WORD
        crypto key|pki|ca export|import * ... terminal !3des|des|aes|password|passphrase WORD
        crypto key|pki|ca export|import * ... url * !3des|des|aes|password|exportable WORD
        crypto key|pki|ca export|import * pkcs12 * !password|passphrase WORD
        crypto pki token * user-pin WORD
        crypto pki token * [admin] login WORD
        crypto pki token * admin !login|change-pin WORD
        change-pin WORD [WORD]
        user-pin WORD
        sim unlock|authenticate WORD
        profile create # * pap|chap|pap_chap * WORD
        mab request format attribute 2 !uppercase|lowercase WORD
        test aaa group * [server [name] * [auth-port #] [acct-port #] [port #]] !server * WORD
        aaa group * !server * WORD legacy|new-code
        ^ hash !md5|sha*|none|algorithm*|of|is|value*|for|on|in|key*|bucket*|table*|size WORD
        nthash WORD
        web admin customer|system ... password|secret WORD
        otp|puk CODE
        ^ pin WORD? END
        srvtab entry * # # # # # WORD
        auth plain|login CODED
        login|enable|pap|chap|ms-chap = cleartext|crypt|des WORD
        radtest * WORD * * WORD
        pac-password WORD
        add password|enablepassword|userpassword|passphrase !and|for|in|of|on|or|to|with * WORD [WORD]
    """),
    ("snmp-community", """
        snmp-server community WORD
        snmp-server host * ... version 1|2c WORD
        snmp-server host * [vrf *] [traps|trap|informs|inform] !version|vrf|traps|trap|informs|inform WORD
        snmp get|get-next|get-bulk|set|inform v1|v2c * [vrf *] WORD
        community-map WORD
        rocommunity|rwcommunity|rocommunity6|rwcommunity6|trapcommunity !is|are|was|of|for|and|or|not WORD
        com2sec|com2sec6 [-cn *] * default|localhost|*.*|*:* WORD
        trapsink|trap2sink|informsink !not|is|are|was|of|for|and|or|on|with * WORD
        defcommunity WORD
        rmon event # [log] trap WORD
        ^ groupname: WORD security model:v1*|model:v2c*
        ^ user: WORD security model: v1*|v2c*
        with community !name|names|string|strings|index|list WORD
        use|using [the] community !name|names|string|strings|index|list|attribute*|*:* WORD?
        on * community !name|names|string|strings|index|list WORD
    """),
    ("snmp-key", """
        snmp-server user ... auth md5|sha|sha1|sha224|sha256|sha384|sha512 WORD priv aes 128|192|256 WORD
        snmp-server user ... auth md5|sha|sha1|sha224|sha256|sha384|sha512 WORD priv des|3des|des56 WORD
        snmp-server user ... auth sha-2 224|256|384|512 WORD priv aes 128|192|256 WORD
        snmp-server user ... auth sha-2 224|256|384|512 WORD priv des|3des|des56 WORD
        snmp-server user ... auth * WORD priv !aes|aes-*|des|3des|des56 WORD
        snmp-server user ... auth * WORD priv aes|aes-128|aes-192|aes-256 !128|192|256 WORD
        snmp-server user ... auth md5|sha|sha1|sha224|sha256|sha384|sha512 WORD
        snmp-server user ... auth sha-2 224|256|384|512 WORD
        snmp-server user ... priv aes|aes-128|aes-192|aes-256 !128|192|256 WORD
        snmp-server user ... priv aes 128|192|256 WORD
        snmp-server user ... priv des|3des|des56 WORD
        defauthpassphrase|defprivpassphrase|defpassphrase REST
        createuser * md5|sha|sha-* WORD [aes|des|aes-*] WORD
    """),
    ("aaa-key", """
        radius-server|tacacs-server ... key REST
        server-private * ... key REST
        ^ address ipv4|ipv6 * ... key REST
        ^ server-key REST
        ^ client * [vrf *] key|server-key REST
        server-key [primary|secondary] WORD
        pac key WORD
        ppk manual id * key WORD
        encryption-key|mac-key|message-auth-code-key|message-authenticator-code-key WORD
        nas * key WORD
    """),
    ("pre-shared-key", """
        isakmp key WORD addr*|host*
        pre-shared-key address|hostname ... key WORD
        pre-shared-key local|remote [hex] !hex|key-chain WORD
        pre-shared-key [hex] !key-chain|key-string|key|cak|local|remote|hex|address|host*|authentication WORD
        pre-share key [hex] WORD
        group * key WORD
        psk|wpa-psk [set-key] ascii|hex REST
        set-key ascii|hex REST
        psk provisioning key [#] [ascii|hex] !ascii|hex WORD
        psk id * key !ascii|hex WORD
        sae password WORD
        mobility group keyring * WORD
        mobility group key WORD
    """),
    ("key", """
        ^ key-string REST
        ^ key # -- text WORD
        key # md5|hmac-* WORD
        key config-key newpass WORD old WORD
        key config-key !is|was * REST
        ^ key !chain|config-key REST?
        static-wep-key|wep-key encryption # ascii|hex WORD
        encryption [vlan *] key # size * [#] WORD
        sap pmk WORD
        key hex|ascii WORD
        session-key inbound|outbound ah # WORD
        session-key inbound|outbound esp # cipher WORD authenticator WORD
        session-key inbound|outbound esp # cipher WORD
        ntp authentication-key # * WORD
        authentication-key # cmac-*|hmac-*|md5|sha* WORD
        message-digest-key [eigrp] # * WORD
        authentication ipsec spi # md5|sha1 WORD
        encryption ipsec spi # esp null md5|sha1 WORD
        encryption ipsec spi # esp * 128|192|256 WORD md5|sha1 WORD
        encryption ipsec spi # esp * WORD md5|sha1 WORD
        authentication mode hmac-sha-256 WORD
        ^ standby|vrrp|glbp [#] authentication text WORD
        ^ standby|vrrp|glbp [#] authentication !md5|text WORD
        ^ vrrpv3 authentication !md5|text|failure*|type* WORD
        authentication md5|sha|sha1|sha256 key !chain WORD
        nhrp authentication WORD
        ^ authentication text !key-chain WORD
        rsvp authentication key WORD
        authentication text, string !not WORD
        map-server|map-resolver * ... key [hash-function] [hmac-*|sha*] [key] WORD
        lsp-password [text] WORD
        cak [(raw)|(hex)|(raw):|(hex):] [:|=] !name*|status*|length*|*-bit* WORD?
        key-hash * WORD
        address|hostname|radius|tacacs|tacacs+|client|nas|ppk ... key TYPED
    """),
    ("token", """
        the token WORD is not valid
        --token WORD
        authorization:|proxy-authorization: bearer|basic|token|negotiate|apikey|key WORD
        bearer|basic CODED
    """),
)  # fmt: skip

# Commands that operators abbreviate: the head, and the keywords up to the secret, each with its shortest
# prefix; "!" precedes the secret, "*" a name behind the head.
ABBREVIATED: Final = """
    enable:2 algorithm-type:2 common-criteria-policy:3 level:2 secret:3! password:3! masked-secret:3!
    username:4 * privilege:2 one-time:3 algorithm-type:2 common-criteria-policy:3 secret:3! password:3!
    snmp-server:5 community:3! host:2 user:2 version:3 informs:3 traps:2 auth:2 priv:2 sha:2 aes:2 des:2
    tacacs-server:3 host:2 key:2!
    radius-server:3 host:2 key:2!
    server-private:8 * key:2!
    neighbor:3 * password:3!
    ntp:2 authentication-key:4!
    standby:4 authentication:2 md5:2 text:1 key-string:5!
    vrrp:4 authentication:2 md5:2 text:1 key-string:5!
    glbp:4 authentication:2 md5:2 text:1 key-string:5!
    ip:2 nhrp:4 authentication:4! ospf:2 message-digest-key:3! authentication-key:16! password:3! \
        ftp:3 http:3 ssh:3 scp:3 client:2 wccp:4 msdp:4 peer:4
    crypto:2 isakmp:3 key:3! pki:3 import:3 export:3 pkcs12:4 pem:3 terminal:4 password:4!
    mpls:4 ldp:3 neighbor:3 password:3!
    cts:3 credentials:4 id:2 sxp:3 default:3 password:4!
    vtp:3 password:4!
    l2tp:4 tunnel:3 password:4!
    pre-shared-key:6 address:2 hostname:2 local:2 remote:2 key:3!
    ppp:3 chap:2 pap:3 sent-username:3 password:3!
    isis:4 password:3!
    license:3 smart:2 trust:2 register:3 idtoken:3!
    address:2 ipv4:3 ipv6:3 key:2!
    password:5!
    key:2!
    key-string:5!
"""

# Words that introduce a secret, alone or after a hyphen (``area-password``), and the kind of that secret.
INTRODUCERS: Final = {
    "password": "password", "passwd": "password", "pwd": "password", "pw": "password", "pass": "password",
    "passphrase": "password", "passcode": "password", "secret": "password", "user-pin": "password",
    "key-string": "key", "authentication-key": "key", "api-key": "key", "service-key": "key",
    "pre-shared-key": "pre-shared-key", "preshared-key": "pre-shared-key", "psk": "pre-shared-key",
    "server-key": "aaa-key", "secret-key": "key", "shared-key": "key", "idtoken": "token", "token": "token",
    "jwt": "token", "otp": "password", "psk-key": "pre-shared-key",
    "community": "snmp-community", "community-string": "snmp-community",
}  # fmt: skip
# Of these, the words that sentences contain: in a sentence, what looks like a word is no secret.
PLAIN_WORDS: Final = frozenset({"password", "pass", "passcode", "secret", "token", "otp"})
# "key" introduces a secret only after one of these words: "shared key X", "RADIUS: key X".
KEY_OWNERS: Final = words("""
    shared preshared pre-shared using radius radius: tplus tplus: tac+: tacacs tacacs+ isakmp
    isakmp: ike ikev2 psk wpa wpa2 wpa3 wep mesh master private api ospf eigrp bgp isis hsrp vrrp
    session secret access encryption encrypted authentication auth
""")

# Words before "key" that make a secret only of what no word looks like: "use key X!".
KEY_DETERMINERS: Final = words("the this our your my new old use using with")

# Keys that debugs of MACsec, IKE and 802.11 print in hexadecimal.
KEY_MATERIAL: Final = words("""
    cak sak kek ick icv pmk ptk gtk kck msk emsk skeyid skeyid_a skeyid_d skeyid_e skeyseed
    sk_d sk_ai sk_ar sk_ei sk_er sk_pi sk_pr
""")

# Options of programs that take a secret, as regular expressions.
PROGRAM_OPTIONS: Final = {
    **dict.fromkeys(
        words("""
            snmpwalk snmpget snmpgetnext snmpset snmpbulkwalk snmpbulkget snmptable snmptrap snmpinform
            trapsess
        """),
        r"-[cAX]\s{0,9}",
    ),
    **dict.fromkeys(words("docker podman"), r"login\s.{0,200}?\s-p\s{0,9}|--password[\s=]"),
    **dict.fromkeys(words("ldapsearch ldapmodify ldapwhoami"), r"-w\s{1,9}"),
    **dict.fromkeys(words("mysql mysqldump"), "-p"),
    **dict.fromkeys(words("zip unzip"), r"-P\s{0,9}"),
    "openssl": r"-k\s{1,9}",
    "smbclient": r"-U\s{0,9}[\"']?[^\s%\"']{1,64}%",
    "ssh-keygen": r"-[NP]\s{0,9}",
    "sshpass": r"-p\s{0,9}",
}

# Where a switch looks for its users: "auth = ('radius', 'local')" names no user and password.
LOGIN_METHODS: Final = words("radius tacacs tacacs+ local group enable line none krb5 default")

# What may follow an introducer and is a setting of the command, not a secret.
SETTINGS: Final = words("""
    fallback derivation exchange rekey refresh rotation material generation agreement cak
    encryption encrypt-key required rollover policy key-chain keychain recovery restriction lifetime
    prompt type types length min-length max-length aging history reuse strength complexity
    authentication provisioning list generate change confirmation attempts retry retries option
    level mgr manager management expiry default storage dsl chain chains keyring bucket buckets ring
    daemon count rate based pair label name server size usage id number format algorithm password secret
    key set-key token key-string sha256 table tables
""")
# Words of sentences about secrets.
PROSE: Final = words("""
    a an the this that these those your you my our its his her their it is are was were be been
    being am has have had do does did will would shall should may might must can could cannot for
    from and or nor but if in into on onto of off to at by as with without within when while until
    unless than then there here not no never none nothing null only also again already still before
    after because so too very same another other any all each both either expired expires expire
    expiring expiration mismatch mismatched mismatches failed fails failure failures fail success
    successful successfully succeeded invalid valid wrong bad incorrect correct missing empty
    unknown unset set sets changed changes rejected accepted denied refused revoked received sent
    matches match matched needs needed need enabled disabled enable disable configured unconfigured
    available unavailable applicable supported unsupported deprecated allowed prohibited permitted
    protected hidden masked removed stored saved created generated deleted updated reset resets
    renewed renewal installed used uses using use via per about between against over under out
    protection mechanism check checks feature features field fields file files string strings value
    values information entry entries process service services request requests response error errors
    timeout timed attempt mode status state change update verification validation please enter try
    however therefore requires require must-change true false yes na n/a ok new old uptime replaced rotated
    defined matching last
""")
# Words of sentences before a noun, never behind one: "password my ..." is no sentence.
BEFORE_NOUNS: Final = words("a an the your my our his her their its new old")
# Adjectives that also end a sentence: "password correct" is one, "password correct horse" is none.
ADJECTIVES: Final = words("correct bad another other any all each both very too")
# What a password belongs to in a sentence: "password for user ops", "password of the console".
OWNED_BY: Final = words("for of")
OWNERS: Final = words("""
    user username users account accounts enable admin administrator root line vty console login switch router
    host device server peer neighbor operator client access
""")
# Words that follow another word only in sentences: after them, that word was no secret.
CONJUNCTIONS: Final = words("of is are was were and or has have can cannot must will shall should not")
# Lines of free text: in them a word is a secret only if it does not look like a word.
FREE_TEXT: Final = re.compile(
    r"(?:.{0,160}(?:logged command:|cmd=)|[^#|:\"']{0,80}[#|:\"'`])?[\s+\-!>]{0,40}"
    r"(?:description|remark|banner|hostname|name|alias\s+\S+\s+\S+\s+!|location|contact|"
    r"snmp-server\s+(?:location|contact)|!)(?!\S)",
    re.ASCII,
)

# Parts of a label that make its value a secret, if they are its last part ("db_password", "idToken").
NAMES: Final = {
    "password": "password", "passwd": "password", "pass": "password", "pwd": "password", "pw": "password",
    "passphrase": "password", "passcode": "password", "secret": "password", "cred": "password",
    "credentials": "password", "credential": "password", "psk": "pre-shared-key", "token": "token",
    "idtoken": "token", "apikey": "key", "authkey": "key", "privkey": "key", "bearer": "token",
    "cookie": "token", "sessionid": "token", "jsessionid": "token", "trustcode": "token",
    "community": "snmp-community", "comm": "snmp-community",
    "cak": "key", "sak": "key", "kek": "key", "ick": "key",
    "pin": "password", "puk": "password", "otp": "password", "passwort": "password",
    "kennwort": "password", "passe": "password", "contrasena": "password", "creds": "password",
    "pswd": "password", "tok": "token",
}  # fmt: skip
# A last part without a meaning of its own: the part before it decides ("community name", "key string").
CARRIERS: Final = frozenset(
    {
        "name",
        "string",
        "value",
        "index",
        "hash",
        "hashed",
        "encrypted",
        "cleartext",
        "plaintext",
        "phrase",
        "security",
        "securityname",
        "ro",
        "rw",
    }
)
# Labels of which no part announces a secret by itself.
WHOLE_NAMES: Final = {"auth secondary": "password", "community or user": "snmp-community", "x auth": "token"}
# Parts that make "key" or "code" a secret: "API_KEY", "trust_code".
KEY_PARTS: Final = words("""
    api auth authentication access secret private priv shared preshared session encryption radius
    tacacs wpa wpa2 wpa3 wep master server token psk license community isakmp ike pac subscription account
    kerberos ntp ospf bgp eigrp isis rip hsrp vrrp glbp ldp msdp nhrp dmvpn macsec mka md wifi wlan lisp
    sxp ike ikev rad tac digest pass crypt
""")
# Protocols of which "md5" is a key: "bgp_md5: X".
MD5_OWNERS: Final = words("bgp ospf ntp eigrp rip isis hsrp vrrp glbp ldp msdp tcp")
# Fields below the name of a secret: those that hold it, and, below a name of several, those that do not.
VALUE_FIELDS: Final = words("""
    value default text string content data val plain plaintext cleartext encrypted hash
""")
# Fields that hold a key below a name such as "authentication-key".
KEY_FIELDS: Final = words("key md5 md5-cfg cmac-aes-128 hmac-sha1 hmac-sha2-256 sha1 sha2")
COMMUNITY_FIELDS: Final = words("name text-name ro rw read write readonly readwrite read-only read-write")
OTHER_FIELDS: Final = words("""
    name user users username type mode access acl view version id description comment file path external
    enabled enable-all expires created updated level privilege encryption length min_length max_length
    lifetime count host site role state status policy driver environment labels source target
""")
# Names that end like a secret's and are none.
OTHER_NAMES: Final = frozenset(
    {"compass", "bypass", "trespass", "surpass", "encompass", "keypass-count", "oldpwd"}
)
# Names of parameters in the query of an address that hold a secret only there.
QUERY_NAMES: Final = {"key": "key", "sig": "token", "signature": "token", "auth": "token", "code": "token"}

# Names of interfaces, which have letters, digits and signs like a password.
INTERFACE: Final = r"[A-Za-z-]+[0-9]+/[0-9/.]+|(?i:vlan|loopback|tunnel|port-channel|vl|lo|tu|po)[0-9]+"

# What the switch itself prints in the place of a secret.
HIDDEN: Final = re.compile(
    r"<[a-z -]{1,24}>|\([a-z -]{1,24}\)|[*]+|[x]{6,}|\.{3,}"
    r"|\(?(?:\.|\\[sw]|\[\^?[^\]\s]{1,9}\])[*+]\??\)?",  # of a pattern: "password 7 (.*)"
    re.ASCII,
)
# Values of labels that are no secrets.
NO_VALUE: Final = re.compile(
    r"<[^<>]{0,40}>|'?nullptr'?|\$\{[a-z_][\w.:-]*\}?|[\[({].*|[-=.,:;|>+~]+|"
    r"!(?:vault\s+[|>][+-]?|(?:env|env_var|include|ref|reference|secret)(?:\s.*)?)|"  # of YAML: elsewhere
    r"(?:str|bytes|secretstr)[,)\]]{0,3}|optional\[.*|"  # a type in a script
    r"getpass\b.*|input\(.*|os\.(?:environ|getenv)\b.*|\$\([a-z].*|"  # a script asks for it
    r"new-object|get-credential|"  # of PowerShell
    r"\$(?:[a-z]+_)*(?:password|passwd|secret|token)|"
    r"(?:not[ -]?)?(?:configured|set|available|applicable|required|present|shown|default)",
    re.ASCII,
)

# Users of "user:password@host" that are none: labels and schemes that stand before an address.
NO_USERS: Final = words("""
    mailto mail email e-mail sip sips tel xmpp contact from to cc bcc user users username login host
    algorithms macs kex ciphers source by at via via: server peer address addr sender reply-to url uri http
    https ssh git
""")

# What addresses with a password have in common: "user:password@host".
COLON_BEFORE_AT: Final = re.compile(r":[^\s@]{1,256}@", re.ASCII)

# Commands that an EEM applet types at a prompt, as opposed to the answer to a question for a password.
EXEC_WORDS: Final = words("""
    enable su en end exit quit disable login logout logoff reload y n yes no term wr write
""")

# By these, tokens are known wherever they are: of code hosts, Slack and AWS, and in addresses of webhooks.
ISSUERS: Final = ("ghp_", "glpat-", "xox", "AKIA", "hooks.slack.com/", "webhooks/incoming/")

# (a word of every line that may hold a secret, what follows it on harmless lines); finding them is cheap.
STEMS: Final[tuple[tuple[str, str], ...]] = (
    ("#ke ", ""),
    ("pass", r"pass(?:ive|ed|ing|es\b|enger|ive-)|password-encryption"),
    ("asswor", r"assword(?:s|-encryption|-recovery)"),
    ("secret", ""),
    ("key", r"key(?:ring\s+local|pair|word|pad|board|s\b(?!\\?[\"']?\s*[:=]))"
            r"|key-(?:server|chain\s+\S+\s*$|chain\s)"),
    ("token", r"tokens\b(?!\\?[\"']?\s*[:=])"),
    ("communit", r"community-list|community\s+(?:both|extended)|communications?"),
    ("psk", ""),
    ("pw", ""),
    ("pswd", ""),
    ("cred", ""),
    ("authentication", r"authentication\s+(?:periodic|port-control|host-mode|order|priority|event|violation|"
                       r"timer|control-direction|open|login|dot1x|enable|message-digest|pre-share|failed|"
                       r"failure|success|mac-move|linksec|for|from|on|of|is|method|retries|timeout)"),
    ("authorization", r"authorization(?!\\?[\"':=%])"),
    ("snmp-server", r"snmp-server\s+(?:enable|group|view|location|contact|trap-source|chassis|ifindex)"),
    *((f"snmp-{'server'[:length]} ", "") for length in range(1, 6)),
    ("model", r"model(?!:)"),
    ("rmon", ""),
    ("com2sec", ""),
    ("sink", r"sink(?!\s+[\w.:\[-])"),
    ("auth=(", ""),
    ('"auth":', r'"auth":(?!\s*[(\[])'),
    ("'auth':", r"'auth':(?!\s*[(\[])"),
    (".auth", r"\.auth(?!\s*=)"),
    ("%3a", r"%3a(?!\S{1,256}%40)"),
    ("login", r"login(?!\(\s*[\"']|(?::|\s)[^/\n]{0,60}/|\s+(?:as|with)\s+\S+\s)"),
    ("srvtab", ""),
    ("auth_secondary", ""),
    ("-securestring", ""),
    ("cleartext", ""),
    ("icauth(", ""),
    ("digestauth(", ""),
    ("test", r"test(?!\s+aaa)"),
    ("nthash", ""),
    ("hash", r"hash(?!\s)|hash\s+(?:md5|sha)"),
    ("pin", r"ping|pinn"),
    ("sim", r"sim(?!\s)"),
    ("profile", r"profile(?!\s+create)"),
    ("mab", r"mab(?!\s+request)"),
    ("spi", r"spi(?!\s)"),
    ("pmk", ""),
    ("cak", ""),
    ("pkcs12", ""),
    ("pem", r"pem(?!\s)"),
    ("$", r"(?<!#)\$(?![0-9]+\$|ansible_vault)"),
    (" 7 ", r" 7 (?!\s*[01][0-9][0-9a-f]{6})"),
    ('encryption"', ""),
    ("encryption>", ""),
    ("enctype", ""),
    ("saml", ""),
    ("otp=", ""),
    *((issuer.lower(), "") for issuer in ISSUERS),
    ("cookie", ""),
    ("sessionid=", ""),
    ("bearer", ""),
    ("basic", r"basic(?!\s+\S*[0-9+/=_.~])"),
    ("trust_code", ""),
    ("trustcode", ""),
    ("sig=", ""),
    ("signature=", ""),
    ("environment", ""),
    ("run-opts", ""),
    ("curl", ""),
    ("eyj", ""),
    ("-----begin", ""),
    ("opaque", r"opaque(?![:=])"),
    ("msk", ""),
    (":sk_", ""),
    ("snmp_r", ""),
    ("bgp_md5", ""),
    ("ospf_md5", ""),
    ("tcp_md5", ""),
)  # fmt: skip

# Abbreviated words before a secret that no stem finds.
ABBREVIATED_WORDS: Final = frozenset(
    word[:length]
    for word, shortest in (
        ("secret", 3), ("password", 3), ("community", 3), ("authentication-key", 4),
        ("message-digest-key", 3), ("key", 2), ("authentication", 4), ("idtoken", 3),
    )
    for length in range(shortest, len(word))
    if not any(stem in word[:length] for stem in ("pass", "communit", "authentication", "key"))
)  # fmt: skip

# Words that may be followed by a secret; found whole, which costs less than a stem.
WHOLE_WORDS: Final = (
    words("""
        otp otp: "otp": puk puk: "puk": kennwort: contrasena: "enable" "en" auth debug(cli_lib) tok tok: _tok
        createuser x-auth: sudo oid private-lines: snmp: "snmp": ssh: telnet: console: radtest
    """)
    | {f"{material}{colon}" for material in KEY_MATERIAL for colon in ("", ":")}
    | PROGRAM_OPTIONS.keys()
)

# Ends of keywords: a terminal may wrap within a keyword ("pass" and, in the next line, "word 0 SECRET").
KEYWORD_TAILS: Final = frozenset(
    {
        "assword",
        "ssword",
        "sword",
        "word",
        "ord",
        "ecret",
        "cret",
        "ret",
        "et",
        "rd",
        "string",
        "tring",
        "ring",
        "ing",
        "mmunity",
        "munity",
        "unity",
    }
)
