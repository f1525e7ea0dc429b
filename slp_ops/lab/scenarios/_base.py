"""Configuration shared by the switches of a site, including secrets, in the forms that IOS prints."""

from __future__ import annotations

from typing import Final

# Every kind of secret that evidence must not contain occurs here in its own form.
SITE: Final = """\
service timestamps debug datetime msec localtime show-timezone
service timestamps log datetime msec localtime show-timezone
service password-encryption
service call-home
no platform punt-keepalive disable-kernel-core
hostname {name}
vrf definition Mgmt-vrf
 address-family ipv4
 exit-address-family
 address-family ipv6
 exit-address-family
logging buffered {log_size} debugging
no logging console
enable secret 9 $9$Lq4mWc0VxYz1Bk$8dTfRjN2oPq7sUvWxYzAbCdEfGhIjKlMnOpQrStUvWx
aaa new-model
aaa authentication login default group tacacs+ local
aaa authorization exec default group tacacs+ local
aaa accounting commands 15 default start-stop group tacacs+
aaa session-id common
clock timezone JST 9 0
{switches}call-home
 contact-email-addr sch-smart-licensing@cisco.com
 profile "CiscoTAC-1"
  active
  destination transport-method http
ip name-server 10.10.0.53 10.10.1.53
ip domain name {site}.example.net
login on-success log
license boot level {level}
license smart url {smart_url}
license smart url smart {smart_url}
license smart transport smart
crypto pki trustpoint SLA-TrustPoint
 enrollment pkcs12
 revocation-check crl
crypto pki trustpoint TP-self-signed-{number}
 enrollment selfsigned
 subject-name cn=IOS-Self-Signed-Certificate-{number}
 revocation-check none
 rsakeypair TP-self-signed-{number}
crypto pki certificate chain SLA-TrustPoint
 certificate ca 01
  3082A5C1 20B3E4D5 A0030201 02020101 300D0609 2A864886 F70D0101 0B050030
  7B1C9D2E 0455F6A7 88B9C0D1 E2F30415 26374859 6A7B8C9D AEBFC0D1 E2F30415
  0F1E2D3C 4B5A6978 8796A5B4 C3D2E1F0 0F1E2D3C 4B5A6978 8796A5B4 C3D2E1
  \tquit
crypto pki certificate chain TP-self-signed-{number}
 certificate self-signed 01
  30820330 30820218 A0030201 02020101 300D0609 2A864886 F70D0101 05050030
  31312F30 2D060355 04031326 494F532D 53656C66 2D536967 6E65642D 43657274
  9A8B7C6D 5E4F3021 12233445 56677889 9AABBCCD DEEFF001 12233445 566778
  \tquit
diagnostic bootup level minimal
spanning-tree mode rapid-pvst
spanning-tree extend system-id
memory free low-watermark processor 134344
username netops privilege 15 secret 9 $9$Xv2nHbT5rKqP0.$mJ3kQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpAsD
username backup privilege 15 password 7 13061E010803557878
redundancy
 mode sso
{interfaces}interface Vlan1
 no ip address
 shutdown
interface Vlan100
 description management
 ip address {address} 255.255.255.0
ip default-gateway 10.10.100.1
ip forward-protocol nd
ip ftp username backup
ip ftp password 7 03077F0A0F0E2F4D4B
ip http server
ip http authentication local
ip http secure-server
ip http client source-interface Vlan100
ip route 0.0.0.0 0.0.0.0 10.10.100.1
ip ssh version 2
ip ssh source-interface Vlan100
logging source-interface Vlan100
logging host 10.10.0.14
snmp-server community c4n4ry-ro-Kaede RO
snmp-server community c4n4ry-rw-Momiji RW
snmp-server location {site}
snmp-server host 10.10.0.15 version 2c c4n4ry-trap-Sakura
tacacs server ISE-1
 address ipv4 10.10.0.49
 key 7 02050D480809321E1F5C4A
radius server ISE-RAD
 address ipv4 10.10.0.49 auth-port 1812 acct-port 1813
 key 7 094F471A1A0A46405858
control-plane
 service-policy input system-cpp-policy
banner login ^C
Authorised access only. Every command is recorded.
^C
line con 0
 exec-timeout 5 0
 stopbits 1
line vty 0 4
 exec-timeout 15 0
 transport input ssh
line vty 5 15
 exec-timeout 15 0
 transport input ssh
ntp authentication-key 1 md5 104D000A0618131E14142B38 7
ntp source Vlan100
ntp server 10.10.0.123 prefer
ntp server 10.10.1.123
"""

# Configuration of a new switch, apart from its login.
BARE: Final = """\
service timestamps debug datetime msec
service timestamps log datetime msec
no platform punt-keepalive disable-kernel-core
hostname {name}
vrf definition Mgmt-vrf
 address-family ipv4
 exit-address-family
 address-family ipv6
 exit-address-family
enable secret 9 $9$Lq4mWc0VxYz1Bk$8dTfRjN2oPq7sUvWxYzAbCdEfGhIjKlMnOpQrStUvWx
no aaa new-model
{switches}login on-success log
license boot level {level}
crypto pki trustpoint SLA-TrustPoint
 enrollment pkcs12
 revocation-check crl
crypto pki certificate chain SLA-TrustPoint
 certificate ca 01
  3082A5C1 20B3E4D5 A0030201 02020101 300D0609 2A864886 F70D0101 0B050030
  0F1E2D3C 4B5A6978 8796A5B4 C3D2E1F0 0F1E2D3C 4B5A6978 8796A5B4 C3D2E1
  \tquit
diagnostic bootup level minimal
spanning-tree mode rapid-pvst
spanning-tree extend system-id
username netops privilege 15 secret 9 $9$Xv2nHbT5rKqP0.$mJ3kQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpAsD
redundancy
 mode sso
{interfaces}interface Vlan1
 ip address {address} 255.255.255.0
ip forward-protocol nd
ip http server
ip http authentication local
ip http secure-server
ip ssh version 2
snmp-server community c4n4ry-ro-Kaede RO
control-plane
 service-policy input system-cpp-policy
line con 0
 stopbits 1
line vty 0 4
 login local
 transport input ssh
line vty 5 15
 login local
 transport input ssh
"""
