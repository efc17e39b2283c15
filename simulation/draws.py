"""Random numbers that are functions of what they are for, not of the order in which they are asked.

A draw is a hash of a seed, a purpose, the number of a replicate and the keys of two things, such as
an applicant and a program. It is the same for any number of threads, any order of replicates and
any scenario: a scenario that closes a program or adds applicants moves nobody else's draw, so that
what differs between scenarios is the scenarios' doing (common random numbers).

Counter-based generators are those of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
easy as 1, 2, 3" (SC 2011); the hash is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014; constants of Stafford's variant 13). A
stream, that of a seed, a purpose and a replicate, is hashed once, and so is a pair of keys; what is
left to do for each draw is one hash of both. Nothing here is fit for cryptography.

Uniform and Gumbel numbers are the same to the bit on every machine. Normal numbers go through the
mathematical library, which may differ in the last bit; they make populations, not replicates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import compiled

Keys: TypeAlias = NDArray[np.uint64]
"""Hashes of ids, or of pairs of them; see `keys_of` and `pair_keys`. Nothing but hashes will do."""

Float32: TypeAlias = NDArray[np.float32]
Float64: TypeAlias = NDArray[np.float64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_ALL: Final = 2**64 - 1
_ONE: Final = np.float32(1.0)


class Purpose(IntEnum):
    """What a draw is for; draws of different purposes are independent. Numbers are never reused.

    The first three vary with the replicate; the others make a population, in replicate 0.
    """

    APPLICANT_NEST = 1
    APPLICANT_PROGRAM = 2
    PROGRAM_APPLICANT = 3
    CATEGORY = 10
    HOME = 11
    QUALITY = 12
    FIRST_DISCIPLINE = 13
    LANGUAGE = 14
    TASTE = 15
    APPLICATION = 16
    INTERVIEW = 17
    LIST_LENGTH = 18
    COUPLE = 19
    QUOTA = 20
    CREDENTIAL = 21


def key_of(name: str) -> np.uint64:
    """Return the key of an id: 64 bits of BLAKE2b, the same on every machine."""
    return np.uint64(
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    )


def keys_of(names: Iterable[str]) -> Keys:
    """Return the keys of ids."""
    return np.array([key_of(name) for name in names], dtype=np.uint64)


@compiled
def mixed(bits: np.uint64) -> np.uint64:
    """Return 64 bits of which each depends on all of the bits given; one to one."""
    bits = np.uint64((bits ^ (bits >> np.uint64(30))) * _FIRST)
    bits = np.uint64((bits ^ (bits >> np.uint64(27))) * _SECOND)
    return np.uint64(bits ^ (bits >> np.uint64(31)))


@compiled
def pair_key(one: np.uint64, two: np.uint64) -> np.uint64:
    """Return the key of an ordered pair of keys or small numbers."""
    return mixed(np.uint64(mixed(np.uint64(one + _GOLDEN)) ^ two))


@compiled
def stream_of(seed: np.uint64, purpose: np.uint64, replicate: np.uint64) -> np.uint64:
    """Return the stream of a seed, a purpose and a replicate; `stream` is for Python."""
    bits = mixed(np.uint64(seed + _GOLDEN))
    bits = mixed(np.uint64((bits ^ purpose) + _GOLDEN))
    return mixed(np.uint64((bits ^ replicate) + _GOLDEN))


def stream(seed: int, purpose: Purpose, replicate: int = 0) -> np.uint64:
    """Return the stream of a seed, a purpose and a replicate: 64 bits, one for each.

    Args:
        seed: Any whole number; its lower 64 bits count.
        purpose: What the draws are for.
        replicate: The number of the replicate, from 0.
    """
    return np.uint64(stream_of(np.uint64(seed & _ALL), np.uint64(purpose), np.uint64(replicate)))


@compiled
def bits_of(of_stream: np.uint64, key: np.uint64) -> np.uint64:
    """Return the 64 random bits of a key in a stream."""
    return mixed(np.uint64(of_stream ^ key))


@compiled
def uniform_of(bits: np.uint64) -> float:
    """Return a number between 0 and 1, neither of them, from the upper 52 bits."""
    return (float(bits >> np.uint64(12)) + 0.5) * 2.0**-52


@compiled
def _log(number: np.float32) -> np.float32:
    """Return the natural logarithm of a positive number (`logf` of Moshier's Cephes library).

    Additions and multiplications only, so that loops of it are vectorised and every machine has
    the same result.
    """
    bits = np.float32(number).view(np.int32)
    exponent = np.int32(np.int32(bits >> np.int32(23)) - np.int32(126))
    half = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F000000)).view(np.float32)
    is_low = half < np.float32(0.70710678)
    x = np.float32(np.float32(half + half) - _ONE) if is_low else np.float32(half - _ONE)
    exponent = np.int32(exponent - np.int32(1)) if is_low else exponent
    y = np.float32(7.0376836292e-2)
    y = y * x + np.float32(-1.1514610310e-1)
    y = y * x + np.float32(1.1676998740e-1)
    y = y * x + np.float32(-1.2420140846e-1)
    y = y * x + np.float32(1.4249322787e-1)
    y = y * x + np.float32(-1.6668057665e-1)
    y = y * x + np.float32(2.0000714765e-1)
    y = y * x + np.float32(-2.4999993993e-1)
    y = y * x + np.float32(3.3333331174e-1)
    y = y * x * x * x + np.float32(-2.12194440e-4) * np.float32(exponent)
    y = x + (y - np.float32(0.5) * x * x)
    return np.float32(y + np.float32(0.693359375) * np.float32(exponent))


@compiled
def draw_gumbels(of_stream: np.uint64, keys: Keys, numbers: Float32) -> None:
    """Write a standard Gumbel number (location 0, scale 1) for each key.

    They are -log(-log(u)) for u from the upper 23 bits, so between -2.8 and 16.6. Bits first, then
    logarithms: the two loops are vectorised by themselves, together they are not.
    """
    for i in range(len(keys)):
        upper = np.uint32(bits_of(of_stream, keys[i]) >> np.uint64(41))
        numbers[i] = np.float32(np.int32(upper))
    for i in range(len(keys)):
        share = np.float32((numbers[i] + np.float32(0.5)) * np.float32(2.0**-23))
        numbers[i] = -_log(np.float32(-_log(share)))


@compiled
def normal_of(bits: np.uint64) -> float:
    """Return a standard normal number from random bits (Box and Muller 1958)."""
    angle = 2.0 * np.pi * uniform_of(mixed(np.uint64(bits + _GOLDEN)))
    return float(np.sqrt(-2.0 * np.log(uniform_of(bits))) * np.cos(angle))


@compiled
def pair_keys(ones: Keys, twos: Keys) -> Keys:
    """Return the keys of pairs, element by element."""
    keys = np.empty(len(ones), dtype=np.uint64)
    for i in range(len(ones)):
        keys[i] = pair_key(ones[i], twos[i])
    return keys


@compiled
def uniforms(of_stream: np.uint64, keys: Keys) -> Float64:
    """Return a number between 0 and 1 for each key."""
    numbers = np.empty(len(keys), dtype=np.float64)
    for i in range(len(keys)):
        numbers[i] = uniform_of(bits_of(of_stream, keys[i]))
    return numbers


@compiled
def gumbels(of_stream: np.uint64, keys: Keys) -> Float32:
    """Return a standard Gumbel number (location 0, scale 1) for each key."""
    numbers = np.empty(len(keys), dtype=np.float32)
    draw_gumbels(of_stream, keys, numbers)
    return numbers


@compiled
def normals(of_stream: np.uint64, keys: Keys) -> Float64:
    """Return a standard normal number for each key."""
    numbers = np.empty(len(keys), dtype=np.float64)
    for i in range(len(keys)):
        numbers[i] = normal_of(bits_of(of_stream, keys[i]))
    return numbers
