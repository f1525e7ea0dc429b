"""Each form of line that contains a secret, and similar lines that must stay unchanged.

« and » enclose the secret: it and nothing else must change.
"""

from __future__ import annotations

import re

import pytest

from slp_ops.redact import mask, redact

KEY = b"k" * 32

SECRETS = """
password|«canary1x»
user netops secret|«c4nary!»|admin
Authentication "«canary1x»"
ntp peer 192.0.2.1 authentication '«Canary-77»'
user:«PASSWORD»@192.0.2.1
login:«PASSWORD»@sw1.example.net
enable secret 9 «$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM»
enable secret level 5 5 «$1$ab$canary»
enable password 7 «0822455D0A16»
enable password «two words»
enable password level 15 0 «canary»
enable algorithm-type scrypt secret «canary»
enable common-criteria-policy STRICT password 0 «canary»
no enable secret 8 «$8$canary»
username netops privilege 15 secret 9 «$9$canary»
username netops password 7 «0822455D0A16»
username netops privilege 15 password 0 «my long password»
username netops privilege 1 common-criteria-policy STRICT password 0 «canary»
username netops algorithm-type sha256 secret «canary»
username netops one-time secret 0 «canary»
username netops secret «canary»
+username netops secret 5 «$1$canary»
-username netops secret 5 «$1$canary»
sw1(config)#username netops secret 5 «$1$canary»
ap mgmtuser username ops password 0 «canary1» secret 0 «canary2»
ap dot1x username ops password 0 «canary»
 action 1.0 cli command "username netops secret 0 «canary»"
 action 1.2 set _password "«canary»"
event manager environment _snmp_community «canary»
event manager environment _mail_pass «canary»
Nov 17 18:05:09.580: %PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:username x secret 5 «$1$canary»
    3     2        ops@vty0     |username x privilege 15 password 0 «canary»
 password 7 «0822455D0A16»
 password «canary»
 password 0 «a password with blanks»
 secret 5 «$1$canary»
 secret 0 «canary»
line vty 0 4 password «canary»
ppp chap password 7 «0822455D0A16»
 ppp pap sent-username branch password 0 «canary»
 ppp eap password «canary»
 neighbor 192.0.2.1 password 7 «0822455D0A16»
 neighbor PEERS password «canary»
  neighbor 2001:db8::1 password «canary»
mpls ldp neighbor 192.0.2.1 password 7 «0822455D0A16»
mpls ldp neighbor vrf RED 192.0.2.1 password «canary»
mpls ldp password fallback 7 «0822455D0A16»
mpls ldp vrf RED password option 1 for LDP-PEERS 7 «0822455D0A16»
ip msdp password peer 192.0.2.1 7 «0822455D0A16»
 isis password «canary» level-1
 area-password «canary» authenticate snp validate
 domain-password «canary»
cts sxp default password 7 «0822455D0A16»
cts sxp default password «canary»
cts credentials id SW1 password 7 «0822455D0A16»
cts credentials id SW1 password «canary»
vtp password «canary»
vtp password «canary» hidden
VTP Password: «canary»
ip ftp password 7 «0822455D0A16»
ip ftp password «canary»
ip http client password 7 «0822455D0A16»
ip http client password 0 «canary»
ip scp password 7 «0822455D0A16»
ip ssh client password «canary»
ip wccp web-cache password 7 «0822455D0A16»
ip wccp web-cache password «canary»
vpdn username branch password «canary»
wlccp ap username ops password 7 «0822455D0A16»
 l2tp tunnel password 7 «0822455D0A16»
 digest secret 7 «0822455D0A16» hash SHA
 set aggressive-mode password «canary»
 bind authenticate root-dn CN=ops,DC=example,DC=net password «canary»
 bind authenticate root-dn CN=ops password 7 «0822455D0A16»
 database archive pkcs12 password 7 «0822455D0A16»
crypto key export rsa MINE pem terminal 3des «canary»
crypto key export rsa MINE pem url flash: 3des «canary»
crypto key import rsa MINE pem terminal «canary»
crypto key import rsa MINE usage-keys pem url tftp://192.0.2.9/k «canary»
crypto pki export TP pem terminal 3des «canary»
crypto pki import TP pkcs12 flash:tp.p12 password «canary»
crypto pki import TP pkcs12 tftp://192.0.2.9/tp.p12 «canary»
crypto key lock rsa name MINE passphrase «canary»
crypto pki token default user-pin 7 «0822455D0A16»
mab request format attribute 2 7 «0822455D0A16»
mab request format attribute 2 «canary»
cns password «canary»
energywise domain SITE security shared-secret 0 «canary»
cable shared-secret «canary»
 profile id 1 apn net authentication chap username u password 0 «canary»
  run-opts 1 "-e TEAGENT_ACCOUNT_TOKEN=«canary» -e TEAGENT_INET=4"
  run-opts 2 "-e DB_PASSWORD=«canary»"
    Password: «canary»
  Password: «two words»
  "proxy_password": "«canary with blanks»",
 {"password":"«with \\" quote»","user":"x"}
snmp-server community «public» RO
snmp-server community «public» view ALL RO 10
snmp-server community "«two words»" RW
snmp-server community 7 «0822455D0A16» RO
snmp-server community «7» RO
snmp-server host 192.0.2.5 «public»
snmp-server host 192.0.2.5 version 2c «public»
snmp-server host 192.0.2.5 vrf Mgmt-vrf informs version 2c «public» udp-port 1162 config
snmp-server host 192.0.2.5 traps version 1 «public»  bgp
snmp-server host 2001:db8::5 traps «public»
snmp-server user ops ADMINS v3 auth sha «canary1» priv aes 128 «canary2»
snmp-server user ops ADMINS v3 encrypted auth md5 «00:11:22» priv des «33:44:55» access 10
snmp-server user ops ADMINS remote 192.0.2.5 v3 auth sha-2 256 «canary1» priv aes 256 «canary2»
snmp-server user ops ADMINS v3 auth md5 «canary»
snmp mib community-map  «public» engineid 800000090300
rmon event 1 log trap «public» description "high load" owner ops
Community name: «public»
Community Index: «cisco0»
user: «public»    security model: v2c
radius-server key 7 «0822455D0A16»
radius-server key «a key with blanks»
radius-server host 192.0.2.7 auth-port 1812 acct-port 1813 key 7 «0822455D0A16»
radius-server host 192.0.2.7 key «canary»
tacacs-server key 6 «ZFYgGRbUUHQ^ORGQ[]ZF»
tacacs-server host 192.0.2.7 timeout 3 key «canary»
 key 7 «070C285F4D06»
 key 6 «\\Nh`WgAQfKZbN[»
 key 0 «a key with blanks»
 key «canary»
 key «12345»
 pac key 7 «070C285F4D06»
 pac key «canary»
 server-private 192.0.2.7 timeout 3 key 7 «070C285F4D06»
 server-private 192.0.2.7 auth-port 1812 acct-port 1813 key «canary»
 client 192.0.2.7 server-key 7 «070C285F4D06»
 client 192.0.2.7 vrf RED server-key «canary»
 server-key «canary»
 key-wrap encryption-key 0 «canary1» message-auth-code-key 0 «canary2» format ascii
  itr map-server 192.0.2.7 key 7 «070C285F4D06»
  etr map-server 192.0.2.7 key «canary» proxy-reply
crypto isakmp key «canary» address 192.0.2.9
crypto isakmp key 6 «VVZgfh]PQ» address 192.0.2.9 255.255.255.0 no-xauth
crypto isakmp key «canary» hostname peer.example.net
  pre-shared-key address 192.0.2.9 key «canary»
  pre-shared-key address 192.0.2.0 255.255.255.0 key 6 «canary»
  pre-shared-key address ipv6 2001:db8::/64 key «canary»
  pre-shared-key hostname peer.example.net key «canary»
  pre-shared-key local «canary»
  pre-shared-key remote 6 «canary»
  pre-shared-key hex «00AA11BB»
  pre-shared-key «canary»
 authentication remote pre-share key «canary»
 authentication local pre-share key 6 «canary»
 group BRANCH key «canary»
 username branch password 6 «canary»
 security wpa psk set-key ascii 0 «canary»
 wpa-psk ascii 7 «070C285F4D06»
 wpa-psk hex 0 «00AA11BB»
 security static-wep-key encryption 40 ascii 0 «canary» 1
  sap pmk «00AA11BB» mode-list gcm-encrypt gmac
 set session-key inbound ah 256 «00AA11BB»
 set session-key outbound esp 256 cipher «00AA11BB» authenticator «22CC33DD»
ntp authentication-key 1 md5 «08116C5D1A0E550516» 7
ntp authentication-key 2 hmac-sha2-256 «canary»
ntp authentication-key 3 cmac-aes-128 «canary» 7
 ip ospf authentication-key 7 «070C285F4D06»
 ip ospf authentication-key «canary»
 ip ospf message-digest-key 1 md5 7 «070C285F4D06»
 ip ospf message-digest-key 1 md5 «canary»
 area 1 virtual-link 192.0.2.1 message-digest-key 1 md5 7 «070C285F4D06»
 area 1 virtual-link 192.0.2.1 authentication-key 7 «070C285F4D06»
 area 0 authentication ipsec spi 500 sha1 7 «070C285F4D06»
 ipv6 ospf authentication ipsec spi 500 md5 «00AA11BB»
 ipv6 ospf encryption ipsec spi 500 esp aes-cbc 128 7 «070C285F» sha1 7 «4D0607»
 ospfv3 1 ipv4 encryption ipsec spi 600 esp null sha1 «00AA11BB»
 ospfv3 encryption ipsec spi 601 esp 3des «00AA» md5 «11BB»
   authentication mode hmac-sha-256 7 «070C285F4D06»
 standby 1 authentication «canary»
 standby 1 authentication text «canary»
 standby authentication «canary»
 standby 1 authentication md5 key-string 7 «070C285F4D06» timeout 30
 vrrp 1 authentication text «canary»
 vrrp 1 authentication md5 key-string «canary»
 glbp 1 authentication md5 key-string 7 «070C285F4D06»
  Authentication text "«canary»"
  Authentication MD5, key-string "«canary»"
 ip nhrp authentication «canary»
 ip rsvp authentication key 7 «070C285F4D06»
 ip rip authentication key-string 7 «070C285F4D06»
  authentication-key 7 «070C285F4D06»
  key-string 7 «070C285F4D06»
  key-string «a key with blanks»
   key-string 6 «canary»
    key 1 -- text "«canary»"
key config-key password-encrypt «canary»
key config-key 1 «canary»
 service-key «canary»
 api-key «canary»
 token «57CC80106C087FB1B2A7BAB4F2F4373C00247166»
nmsp cloud-services server token «canary»
some future thing 7 «08116C5D1A0E55»
some future thing «$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM»
license smart trust idtoken «ZmFrZSB0b2tlbiBmb3IgdGVzdHM%3D%0A» all force
license smart register idtoken «ZmFrZQ»
sw1#license smart trust idtoken «ZmFrZQ» local
Failure Reason: {"token":["The token «ZmFrZQ» is not valid"]}
 REQUEST: {"request":{"idtoken":"«ZmFrZQ»","product":"x"}}
 REQUEST: "{\\"token\\":\\"«ZmFrZQ»\\",\\"n\\":1}"
2024-01-02 03:04:05.920 UTC SAEVT_TRUST idToken="«ZmFrZQ»" udi="PID:C9300,SN:X"
Authorization: Bearer «eyJhbGciOi.J9.abc»
"Authorization": "Basic «bmV0b3BzOm5ldG9wcw==»"
 path ftp://ops:«p:w@rd»@192.0.2.9/$h-$t
 path scp://ops:«canary»@archive.example.net//cfg/
copy running-config ftp://ops:«canary»@192.0.2.9/x
ip http client proxy-server http://ops:«canary»@proxy.example.net proxy-port 8080
  enrollment url http://ops:«canary»@ca.example.net:80/certsrv
 mail-server ops:«canary»@mail.example.net priority 1
 action 2.0 mail server "ops:«canary»@mail.example.net" to "noc@example.net"
{"pem":"-----BEGIN RSA PRIVATE KEY-----\\n«MIIEpAIBAAKCAQEA7»-----END RSA PRIVATE KEY-----"}
sw1,key 7 «094F471A1A0A»,ok
sw1,key «canary»,ok
sw1,username ops secret 0 «canary»,ok
sw1,"enable secret «canary»",ok
["enable secret «canary»", "hostname sw1"]
kerberos srvtab entry host/sw1.example.net@EXAMPLE.NET 0 891725446 4 1 8 «canary»
 security psk provisioning key 1 ascii 0 «canary» floor 3
crypto pki token usbtoken0 user-pin 7 «070C285F4D06»
crypto pki export TP pkcs12 tftp://192.0.2.9/x «canary»
ip mobile secure home-agent 192.0.2.9 spi 101 key ascii «canary» algorithm md5
 psk id PEER key hex «0x00AA11BB»
 psk id PEER key 6 «canary»
 client 192.0.2.9 vrf Mgmt-vrf server-key 0 «two words»
subscriber service password «canary»
  10 authorize aaa list L password «canary» identifier mac-address
  environment ds_user_password «canary»
S: AUTH PLAIN «AGNhbmFyeQBjYW5hcnk=»
 pin «4455»
 ip ospf authentication-key «73911846»
  authentication md5 key-string «73911846»
 key-string «73911846»
crypto key lock rsa name K passphrase «73911846»
The enable secret is «73911846»
AAA/ACCT/CMD(00000FA1): cmd=username ops secret «canary» <cr>
<key-string><key>«canary»</key></key-string>
echo '«canary»' | sudo -S ls
ftp.login("ops", "«canary»")
login with ops / «Canary7!» works
pass は «canary1» です
パスワード «73911846»
token: !vault «canary1»
"""

UNTOUCHED = """
show run | include password|secret|v3key
 login authentication "LIST1"
[password|secret|masked-secret]
password|secret
neighbor 192.0.2.1 authentication "default"
service password-encryption
service password-recovery
password encryption aes
no password encryption aes
security passwords min-length 8
The password-recovery mechanism is enabled.
 WARNING: Command has been added to the configuration using a type 0 password. However, type 0 passwords
will soon be deprecated. Migrate to a supported password type
aaa authentication login default group tacacs+ local
aaa authentication enable default group tacacs+ enable
aaa authentication password-prompt "Enter password:"
aaa authentication username-prompt "User name:"
login local
key chain OSPF-KEYS
 ip ospf authentication message-digest
 ip ospf authentication key-chain OSPF-KEYS
 area 0 authentication message-digest
 isis authentication key-chain ISIS-KEYS level-1
 standby 1 authentication md5 key-chain HSRP-KEYS
 mka pre-shared-key key-chain MKA-KEYS
  ip authentication key-chain eigrp 1 EIGRP-KEYS
 authentication mode md5
mpls ldp password required
mpls ldp password rollover duration 5
cts sxp connection peer 192.0.2.1 source 192.0.2.2 password default mode local speaker
ntp server 192.0.2.1 key 5 prefer
ntp server vrf Mgmt-vrf 192.0.2.1 key 7 prefer
ntp server 192.0.2.1 key 6
ntp peer 192.0.2.1 key 7 version 4
ntp trusted-key 5
ntp authenticate
crypto key generate rsa modulus 2048 label MINE
 rsakeypair MINE
 enrollment url http://ca.example.net:80
 match identity remote address 192.0.2.9
 authentication remote pre-share
 authentication pre-share
 neighbor 192.0.2.1 send-community both
 set community 65000:100 additive
ip community-list standard GOLD permit 65000:1
snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart
snmp-server group ADMINS v3 priv read ALL write ALL
snmp-server host 192.0.2.5 version 3 priv monitor
snmp-server host 192.0.2.5 vrf Mgmt-vrf version 3 auth monitor
snmp-server location Tokyo, floor 3
snmp-server view ALL iso included
snmp-server engineID local 800000090300001122334455
tacacs-server directed-request
tacacs-server timeout 5
radius-server attribute 6 on-for-login-auth
 address ipv4 192.0.2.7 auth-port 1812 acct-port 1813
 key-server priority 16
mab request format attribute 1 groupsize 2 separator : lowercase
mab request format attribute 2 uppercase
 security wpa akm psk
 no security wpa psk
license smart url https://smartreceiver.cisco.com/licservice/license
license smart url cslu http://192.0.2.60:8182/cslu/v1/pi
license smart url cslu https://onprem.example.net:443/cslu/v1/pi/tokyo@1
license smart proxy address proxy.example.net
license smart transport smart
  destination address http https://tools.cisco.com/its/service/oddce/services/DDCEService
 http secure server-identity-check
 http-proxy "proxy.example.net" port 8080
 contact-email-addr sch-smart-licensing@cisco.com
    Password: <empty>
    Password: <none>
    Username: netops
     Password: Not Configured
     Password:
Password:
     "password": "<empty>",
     "proxy_password": "",
Failure Reason: {"token":["not readable"]}
  Trust Code Installed: <none>
 399   0          0          0      29960          0          0 Consent token pr
  65   0          0          0      29960          0          0 Token Daemon
 392   0          0          0      29960          0          0 Key chain liveke
 429   0          0          0      29960          0          0 IPSEC key engine
FIPS: Flash Key Check : Key Not Found, FIPS Mode Not Enabled
    X509v3 Key Usage: 86000000
    Public Key Algorithm: rsaEncryption
  Key Label: SLA-KEY
%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: ops] [Reason: Login Authentication Failed - BadPassword]
%HSRP-4-BADAUTH: Bad authentication from 192.0.2.1, group 1, remote state Active
%SNMP-3-AUTHFAIL: Authentication failure for SNMP req from host 192.0.2.5
%PKI-6-TRUSTPOINT_CREATE: Trustpoint: SLA-TrustPoint created succesfully
User Access Verification. Passwords are never sent to anybody by mail
description link to snmp and secret lab
hostname tyo-core-01
enable secret 9 <removed>
username netops privilege 15 secret 9 <removed>
snmp-server community <removed> RO
%PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:username x secret *****
   7  10485760   20971520    1234   0.00%   0.00%   0.00%   0 Spanning Tree
  ip prefix-list EDGE seq 7 permit 192.0.2.0/24
 7   0011.22AA.BBCC    DYNAMIC     Gi1/0/7
path flash:/$h-$t
CTS password is defined in keystore, device-id = sw1
%SYS-5-PRIV_AUTH_PASS: Privilege level set to 15 by ops on vty0 (192.0.2.9)
ISAKMP:(0):found peer pre-shared key matching 192.0.2.9
PSK Support : Enabled
  Authentication text, string not set
mpls ldp password option 5 for ACL key-chain KC
mpls ldp password fallback key-chain KC
Hash key 17, bucket 5
password = getpass.getpass()
password = os.environ["PW"]
PASSWORD=$(pass show sw1)
secrets: [db_password, api_token]
sw1,key chain OSPF-KEYS,ok
sw1,key 5,ok
Use token 1606453331002 in the report
show environment all
"""


def cases(table: str) -> list[str]:
    return [line.replace("\\\\", "\\") for line in table.strip("\n").split("\n")]


@pytest.mark.parametrize("line", cases(SECRETS))
def test_only_the_secret_is_replaced(line: str) -> None:
    secrets = re.findall("«(.*?)»", line)
    raw = line.replace("«", "").replace("»", "")
    expected = re.sub("«(.*?)»", lambda found: mask(found[1], KEY), line)

    assert secrets
    assert redact(raw + "\n", KEY) == expected + "\n"


@pytest.mark.parametrize("line", cases(SECRETS))
@pytest.mark.parametrize("ending", ["\r\n", "   \r\n", ""])
def test_line_ends_and_padding_stay(line: str, ending: str) -> None:
    raw = line.replace("«", "").replace("»", "")
    expected = re.sub("«(.*?)»", lambda found: mask(found[1], KEY), line)

    assert redact(raw + ending, KEY) == expected + ending


@pytest.mark.parametrize("line", cases(UNTOUCHED))
def test_lines_without_a_secret_stay(line: str) -> None:
    assert redact(line + "\n", KEY) == line + "\n"


def test_what_is_masked_is_not_masked_again() -> None:
    raw = SECRETS.replace("«", "").replace("»", "")
    once = redact(raw, KEY)

    assert redact(once, KEY) == once


def test_a_mask_is_no_end_of_an_element() -> None:
    cut = "<secret>#x privilege 15 secret 9 $9$aTy/kQQvFsgBc0$d4mFdO3yeUOSiUBdGGPW3MOBWgZLfJHQ\n"
    once = redact(cut, KEY)

    assert once.count("<masked:") == 1
    assert redact(once, KEY) == once


def test_the_same_secret_gets_the_same_mask_wherever_it_stands() -> None:
    out = redact("username a password 0 canary\n key canary\nsnmp-server community canary RO\n", KEY)

    assert out.count(mask("canary", KEY)) == 3


def test_another_key_gives_another_mask() -> None:
    assert mask("canary", KEY) != mask("canary", b"j" * 32)


PASSPHRASES = """
enable secret «correct horse battery»
enable password «correct horse battery»
enable secret «Correct Horse Battery»
enable secret «my voice is my passport»
enable secret «horse and battery»
enable secret level 15 «the quick brown fox»
no enable secret «correct horse battery»
ENABLE SECRET «correct horse battery»
sw1(config)#enable secret «correct horse battery»
username netops privilege 15 secret «correct horse battery»
username netops password «old man river»
username netops one-time secret «new york city»
 password «the quick brown fox»
 key «new york city»
"""
NO_PASSPHRASES = """
enable secret is not configured on this switch
enable secret must be changed at next login
enable secret or enable password required
password is expired and must be changed
password encryption aes of the switch
 key chain OSPF of the core
username netops password is not set on the switch
description enable secret correct horse battery
"""


@pytest.mark.parametrize("case", [line for line in PASSPHRASES.split("\n") if line])
def test_all_words_of_a_passphrase_are_masked(case: str) -> None:
    head, secret, rest = re.split("[«»]", case)
    done = redact(f"{head}{secret}{rest}\n", KEY)
    assert re.fullmatch(re.escape(head) + r"<masked:[0-9a-f]+>\n", done), done


@pytest.mark.parametrize("case", [line for line in NO_PASSPHRASES.split("\n") if line])
def test_a_sentence_about_a_password_stays(case: str) -> None:
    assert redact(case + "\n", KEY) == case + "\n"


ABBREVIATED = """
server-private 10.0.0.1 key «word horse battery»
server-private 10.0.0.1 auth-port 1812 acct-port 1813 key 0 «word horse battery»
server-p 10.0.0.1 key 7 «070C285F4D06»
aaa group server radius ISE server-private 10.0.0.1 key «horse battery»
line vty 0 4 password «correct horse»
line con 0 password 0 «correct horse battery»
li vty 0 4 pass 7 «070C285F4D06»
lin aux 0 passw «zorba»
sw1(config)#line vty 0 15 pass «correct horse»
sw1(config-line)#pass «correct horse»
passw 0 «correct horse battery»
 password «correct horse»
en secret «correct horse battery»
en sec «correct horse battery»
ena sec 9 «$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM»
enab pass «correct horse»
conf t enable secret «correct horse»
conf t en sec «correct horse»
sw1(config)#en sec level 15 «correct horse battery»
sw1(config)#do en secre «correct horse»
%PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:en sec «correct horse battery»
user ops pass «correct horse battery»
user ops priv 15 sec «correct horse battery»
usern ops algo sha256 secr 0 «zorba»
username ops pas «zorba»
user sec sec «zorba»
snmp-server comm «zorba» RO
snmp-s com «zorba» rw 10
snmp-serv commu «comm» view ALL RO
snmp-s host 192.0.2.5 ver 2c «zorba»
snmp-s us ops ADMINS v3 au sha «canary1» pri ae 128 «canary2»
tacacs-s key «horse battery staple»
tacacs-serv host 192.0.2.7 key «horse battery»
radius-s host 192.0.2.7 auth-port 1812 key 0 «horse battery»
tacacs server ISE key «horse battery staple»
tacacs server ISE address ipv4 192.0.2.7 key «horse battery»
radius ser ISE address ipv4 192.0.2.7 auth-port 1812 acct-port 1813 key «horse battery»
key chain KC key 1 key-string «horse battery staple»
key chain KC key 1 key-st 7 «070C285F4D06»
key-s «horse battery»
cry isa key «zorba» addr 192.0.2.9
crypto keyring KR pre-shared-key address 192.0.2.9 key «zorba»
pre-sha addr 192.0.2.9 key «zorba»
ntp auth 1 md5 «zorba»
ip ospf mess 1 md5 «zorba»
interface Vlan10 ip ospf message-digest-key 1 md5 «zorba»
interface Vlan10 standby 1 authentication «zorba»
int vl 10 stan 1 auth «zorba»
nei 192.0.2.1 pass «correct horse»
router bgp 65000 neighbor 192.0.2.1 password «correct horse»
ppp chap pass «zorba»
isis pass «zorba»
stand 1 auth md5 key-str «zorba»
ip wccp 61 pass «zorba»
ip msdp pass peer 192.0.2.9 «zorba»
mpls ldp nei 192.0.2.9 pass «zorba»
cts cred id sw1 pass «zorba»
cts sxp def pass «zorba»
vtp pass «zorba»
l2tp tun pass «zorba»
cry pki imp TP pkcs12 flash:x pass «zorba»
enable secret «correct horse»
"""
LIKE_ABBREVIATED = """
password for user admin
password for user admin is missing
password of user admin expired yesterday
password of the console was changed
password correct again
secret for the server is missing
pass criteria were met for this check
pass 3 of 5 begins
user admin passed the check
user bob password expired yesterday
users pass through the firewall
line vty 0 4 password is not set
line vty 0 15
line protocol on Vlan10 is up
key for the array is missing
key chain KC key 10 cryptographic-algorithm hmac-sha-256
 30 sec offset
snmp-s contact com center
SNMP community of the agent is checked
interface Vlan10 description en sec of the core
enable sec
"""


@pytest.mark.parametrize("case", cases(ABBREVIATED))
def test_an_abbreviated_command_is_read_as_the_whole_one(case: str) -> None:
    secrets = re.findall("«(.*?)»", case)
    expected = re.sub("«(.*?)»", lambda found: mask(found[1], KEY), case)

    assert secrets
    once = redact(case.replace("«", "").replace("»", "") + "\n", KEY)
    assert once == expected + "\n"
    assert redact(once, KEY) == once


@pytest.mark.parametrize("line", cases(LIKE_ABBREVIATED))
def test_a_line_like_an_abbreviated_command_stays(line: str) -> None:
    assert redact(line + "\n", KEY) == line + "\n"
