"""The lock of the IDE's assets: which files there must be, byte for byte, and what each is for.

The packages that the files are made from are pinned by ``bundle/package-lock.json`` (a hash per
package, no host). The bundler gives the same bytes for the same packages, so what it makes is
pinned here too, and what is served can be checked without a network.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from graph.ide.errors import LockError

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
BUNDLE = HERE / "bundle"
LOCK = HERE / "assets.lock.json"
ROLES = ("script", "style", "worker:editor", "worker:graphql", "worker:json")


@dataclass(frozen=True)
class Asset:
    """One file: its name (with a hash of its content), its role, size and SHA-384 in base 64."""

    name: str
    role: str
    bytes: int
    sha384: str

    @property
    def integrity(self) -> str:
        """The value of an ``integrity`` attribute."""
        return f"sha384-{self.sha384}"

    def matches(self, folder: Path) -> bool:
        """Tell whether ``folder`` holds exactly this file."""
        path = folder / self.name
        return path.is_file() and measure(path, self.role) == self


@dataclass(frozen=True)
class AssetLock:
    """All files of one version of GraphiQL, and the SHA-256 of the sources they were made from."""

    graphiql: str
    sources: str
    files: tuple[Asset, ...]

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(asset.bytes for asset in self.files)

    def role(self, role: str) -> Asset:
        """Return the file that plays ``role``; raises LockError where none does."""
        for asset in self.files:
            if asset.role == role:
                return asset
        raise LockError(f"{LOCK.name} has no file for the role {role!r}; make it anew.")

    def missing(self, folder: Path = ASSETS) -> tuple[str, ...]:
        """Return the names of files that ``folder`` lacks or holds with other content."""
        return tuple(asset.name for asset in self.files if not asset.matches(folder))

    def as_json(self) -> str:
        """Return the text of the lock file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def measure(path: Path, role: str) -> Asset:
    """Return size and hash of the file at ``path``."""
    content = path.read_bytes()
    digest = b64encode(hashlib.sha384(content).digest()).decode("ascii")
    return Asset(path.name, role, len(content), digest)


def digest_of_sources(bundle: Path = BUNDLE) -> str:
    """Return the SHA-256 of everything that the bundle is made from."""
    digest = hashlib.sha256()
    for path in sorted(bundle.iterdir(), key=lambda path: path.name):
        if path.is_file():
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=4)
def read_lock(path: Path = LOCK) -> AssetLock:
    """Read the lock; raises LockError where it is absent, damaged or incomplete."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(Asset(**entry) for entry in document.pop("files"))
        lock = AssetLock(files=files, **document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LockError(
            f"{path.name} cannot be read ({error}). Restore it from the repository, or make it "
            "anew with: python -m graph.ide.assets --update"
        ) from error
    for role in ROLES:
        lock.role(role)
    return lock
