"""The hub's certificate authority: it signs the certificates of the broker, of workers and of operators.

A certificate carries only a name and a key: what its holder may do is in the broker's configuration, where a
holder is named or not. Keys are ECDSA P-256; each is made where it is used, and no private key travels.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

# A clock that is a little behind must not refuse a new certificate.
_BACKDATED: Final = timedelta(minutes=15)
_AUTHORITY_LIFE: Final = timedelta(days=3650)
CERTIFICATE_LIFE: Final = timedelta(days=397)
ENDS_SOON: Final = timedelta(days=30)  # from then on its end is named
_COMMON_NAME: Final = "slp-ops hub"


class InvalidRequest(ValueError):
    """A certificate request that is not signed by its own key, or is none."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority's key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, *, now: datetime | None = None) -> Authority:
        """Make a new authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(_COMMON_NAME)
        certificate = (
            _builder(name, name, key.public_key(), _AUTHORITY_LIFE, now or datetime.now(UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def load(cls, key_pem: bytes, certificate_pem: bytes) -> Authority:
        """Return the authority of two files. Raises ValueError for anything else."""
        return cls(load_key(key_pem), x509.load_pem_x509_certificate(certificate_pem))

    def certificate_for_server(
        self, public_key: ec.EllipticCurvePublicKey, addresses: Sequence[str], *, now: datetime | None = None
    ) -> bytes:
        """Return the certificate (PEM) of the broker, which is reached at these names and IP addresses."""
        names: list[x509.GeneralName] = []
        for address in addresses:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(address)))
            except ValueError:
                names.append(x509.DNSName(address))
        builder = self._leaf("slp-ops broker", public_key, ExtendedKeyUsageOID.SERVER_AUTH, now)
        signed = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return signed.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def certificate_for_client(
        self, request_pem: bytes, holder: str, *, now: datetime | None = None
    ) -> bytes:
        """Return a certificate (PEM) for the key of a request; of the request nothing else is used.

        Raises InvalidRequest.
        """
        try:
            request = x509.load_pem_x509_csr(request_pem)
            valid = request.is_signature_valid
            key = request.public_key()
        except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
            raise InvalidRequest("it is not a certificate request") from error
        if not valid or not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidRequest("it is not signed by an ECDSA key of its own")
        builder = self._leaf(holder, key, ExtendedKeyUsageOID.CLIENT_AUTH, now)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def renewed(self, certificate_pem: bytes, *, now: datetime | None = None) -> tuple[str, bytes]:
        """Sign a client's certificate again, also one that has expired: same holder, same key, new life.

        Return the holder and the new certificate (PEM). Raises InvalidRequest for a certificate that this
        authority did not sign for a client.
        """
        try:
            old = x509.load_pem_x509_certificate(certificate_pem)
            old.verify_directly_issued_by(self.certificate)
            uses = old.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (
            ValueError,
            TypeError,
            InvalidSignature,
            UnsupportedAlgorithm,
            x509.ExtensionNotFound,
        ) as error:
            raise InvalidRequest("it is no certificate of this hub") from error
        key = old.public_key()
        names = old.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if ExtendedKeyUsageOID.CLIENT_AUTH not in uses or not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidRequest("it is no certificate of an access to this hub")
        holder = str(names[0].value)
        signed = self._leaf(holder, key, ExtendedKeyUsageOID.CLIENT_AUTH, now).sign(self.key, hashes.SHA256())
        return holder, signed.public_bytes(serialization.Encoding.PEM)

    def _leaf(
        self,
        holder: str,
        public_key: ec.EllipticCurvePublicKey,
        use: x509.ObjectIdentifier,
        now: datetime | None,
    ) -> x509.CertificateBuilder:
        moment = now or datetime.now(UTC)
        return (
            _builder(_name(holder), self.certificate.subject, public_key, CERTIFICATE_LIFE, moment)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        )


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key pair."""
    return ec.generate_private_key(ec.SECP256R1())


def load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Return a private key that :func:`key_to_pem` wrote. Raises ValueError for anything else."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (TypeError, UnsupportedAlgorithm) as error:  # TypeError: it has a passphrase
        raise ValueError("no key that can be used") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an ECDSA key")
    return key


def key_to_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as a file holds it; the file is for its owner alone."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_to_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as a file holds it."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def request_for(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a certificate request (PEM) for a key. It names no holder: the hub does."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def validity_of(certificate_pem: bytes) -> tuple[datetime, datetime]:
    """Return from when until when a certificate is valid. Raises ValueError for what is none."""
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def fingerprint_of(certificate_pem: bytes) -> bytes:
    """Return the SHA-256 of the public key of a certificate, 32 bytes: it outlasts a renewal.

    Raises ValueError for what is no certificate.
    """
    key = x509.load_pem_x509_certificate(certificate_pem).public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).digest()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    life: timedelta,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
