"""The secret, so that a backup can carry it: sealed with a passphrase that the backup has not.

libsodium's Argon2id makes a key of the passphrase, and XSalsa20-Poly1305 encrypts with it, which
also tells a wrong passphrase and a changed byte (PyNaCl docs, Password Hashing and Secret Key
Encryption). The salt stands before the box.
"""

import json
from collections.abc import Mapping
from typing import Final

from nacl import exceptions, pwhash, secret, utils

from functions.operations.recovery import errors

_SHORTEST: Final = 12


def seal(variables: Mapping[str, str], passphrase: str) -> bytes:
    """Encrypt variables.

    Raises:
        NotSealed: the passphrase is too short to keep anything.
    """
    if len(passphrase) < _SHORTEST:
        raise errors.NotSealed(
            f"BACKUP_PASSPHRASE needs {_SHORTEST} characters; without it no secret is kept in the"
            " backup: set it, or give --without-secret"
        )
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    text = json.dumps(dict(variables)).encode()
    return salt + bytes(_box(passphrase, salt).encrypt(text))


def open_sealed(sealed: bytes, passphrase: str) -> dict[str, str]:
    """The variables again.

    Raises:
        NotSealed: it is another passphrase, or the file was changed.
    """
    size = pwhash.argon2id.SALTBYTES
    try:
        text = _box(passphrase, sealed[:size]).decrypt(sealed[size:])
    except (exceptions.CryptoError, ValueError) as error:
        raise errors.NotSealed("This passphrase does not open the backup's secret") from error
    found: dict[str, str] = json.loads(text)
    return found


def _box(passphrase: str, salt: bytes) -> secret.SecretBox:
    return secret.SecretBox(
        pwhash.argon2id.kdf(
            secret.SecretBox.KEY_SIZE,
            passphrase.encode(),
            salt,
            opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
            memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
        )
    )
